"""The magic ``slm``: parse, call, show.

A user's mistake becomes IPython's plain UsageError here and nowhere else: IPython tests
``etype is UsageError``, and a subclass would show a traceback. The body of a cell is the user's
text and is never formatted.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from traitlets import Bool, Int, Unicode, Union

from .commands import run
from .commands.parse import Parsed, Word, help_text, parse, split
from .commands.table import model_setting
from .errors import (
    FlaggedError,
    Interrupted,
    MissingDependencyError,
    OptionError,
    SlmMagicError,
)
from .settings import SETTINGS, read

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .commands.targets import Target

# Where finished results are kept when the line names no variable.
KEPT = "_slm"
_ASSIGNMENT = re.compile(r"\s*([^\s<=]+)\s*=?<<(?!<)(.*)", re.DOTALL)


def _text(name: str) -> Any:
    return Unicode(None, allow_none=True, help=SETTINGS[name].help).tag(config=True)


def _number(name: str) -> Any:
    return Int(None, allow_none=True, min=1, help=SETTINGS[name].help).tag(config=True)


def _switch(name: str) -> Any:
    return Bool(None, allow_none=True, help=SETTINGS[name].help).tag(config=True)


def _place(name: str) -> Any:
    return Union(
        [Bool(), Unicode()], default_value=None, allow_none=True, help=SETTINGS[name].help
    ).tag(config=True)


@magics_class
class SlmMagics(Magics):
    """Defaults of ``%slm`` and ``%%slm``; None leaves it to SLM_MAGIC_*, pyproject or the task."""

    target = _text("target")
    source = _text("source")
    domain = _text("domain")
    translate_model = _text("translate_model")
    summarize_model = _text("summarize_model")
    redact_model = _text("redact_model")
    sentences = _number("sentences")
    style = _text("style")
    unsupported = _text("unsupported")
    entities = _text("entities")
    operator = _text("operator")
    language = _text("language")
    beam = _number("beam")
    format = _text("format")
    strict = _switch("strict")
    progress = _switch("progress")
    cache = _place("cache")

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def slm(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Any:
        """Translate, summarize or redact text with small models on this machine.

        ``%slm`` lists the commands, ``%slm translate --help`` the options of one.
        """
        try:
            return self._run(line, cell, {**self.shell.user_ns, **(local_ns or {})})
        except FlaggedError as error:
            self._keep(KEPT, error.results)
            raise UsageError(f"{_one_line(error)} Kept in {KEPT}.") from error
        except SlmMagicError as error:
            raise UsageError(_one_line(error)) from error
        except KeyboardInterrupt as error:
            raise _stopped(str(error) or "Interrupted.") from error

    def _run(self, line: str, cell: str | None, variables: Mapping[str, Any]) -> Any:
        name, rest = _assignment(line)
        if not rest.strip() and cell is None:
            print(help_text("magic"))
            return None
        parsed = parse(split(rest), "magic")
        if parsed.options.get("help"):
            print(help_text("magic", parsed.command))
            return None
        if parsed.command.task is None:
            if name or (cell is not None and cell.strip()):
                raise OptionError(f"{parsed.command.name} takes a line: %slm {rest.strip()}.")
            return self._manage(parsed)
        if name is not None and "out" in parsed.options:
            raise OptionError("Name the variable once: NAME << or -o NAME, not both.")
        return self._task(parsed, name or parsed.options.get("out"), cell, variables)

    def _task(
        self, parsed: Parsed, out: str | None, cell: str | None, variables: Mapping[str, Any]
    ) -> Any:
        defaults = self.defaults()
        # Whatever can be wrong is found before the model starts: its work may take minutes.
        target = _target(out, parsed, cell, variables)
        wanted = _wanted_format(parsed.options.get("format") or defaults.get("format"))
        kwargs = run.arguments(parsed, defaults, "magic")
        text = _input(parsed, cell, variables)
        progress = defaults.get("progress") is not False and not parsed.options.get("quiet")
        task = parsed.command.name
        if target is not None:
            from . import magic_columns

            resume = bool(parsed.options.get("resume"))
            made = magic_columns.run(
                self.shell, target, text, task, kwargs, resume=resume, progress=progress
            )
            return None if parsed.options.get("quiet") else made
        try:
            results = run.task(task, text, kwargs, progress=progress)
        except Interrupted as error:
            place = out or KEPT
            self._keep(place, error.results if not isinstance(text, str) else _only(error.results))
            kept = f"; kept in {place}" if any(r is not None for r in error.results) else ""
            raise _stopped(f"Interrupted: {error.done} of {error.total} finished{kept}.") from error
        shown = _shown(results, wanted)
        if out is not None:
            self._keep(out, shown if wanted == "frame" else results)
        quiet = bool(parsed.options.get("quiet"))
        _tell_flags(results, hidden=quiet or wanted in ("text", "markdown"))
        return None if quiet else shown

    def _manage(self, parsed: Parsed) -> Any:
        from .commands import manage

        if parsed.command.name == "use":
            task, name = map(str, parsed.words)
            found = manage.fit(task, name)
            setattr(self, model_setting(found.task), found.name)
            print(f"{found.task} now uses {found.name} in this session.")
            return None
        done = manage.run(
            parsed, progress=self.defaults().get("progress") is not False, cache=self.cache
        )
        if isinstance(done, str):
            print(done)
            return None
        return done

    def defaults(self) -> dict[str, Any]:
        """Return the settings in force: ``%config`` and ``%slm use`` before those read."""
        own = {name: getattr(self, name) for name in SETTINGS}
        return {**read(), **{name: value for name, value in own.items() if value is not None}}

    def _keep(self, name: str, results: Any) -> None:
        from .tasks.show import ResultList

        if type(results) is list:
            results = ResultList(results)
        self.shell.push({name: results}, interactive=not name.startswith("_"))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _stopped(message: str) -> KeyboardInterrupt:
    """Return an interrupt that stops the cell and shows one line, not our frames."""
    stop = KeyboardInterrupt(message)
    # IPython asks the exception itself for its traceback before it makes one.
    stop._render_traceback_ = lambda: [message]  # type: ignore[attr-defined]
    return stop


def _assignment(line: str) -> tuple[str | None, str]:
    """Take ``NAME <<`` off the first line, the only place where ``<<`` means anything."""
    match = _ASSIGNMENT.match(line)
    return (match[1], match[2]) if match else (None, line)


def _target(
    out: str | None, parsed: Parsed, cell: str | None, variables: Mapping[str, Any]
) -> Target | None:
    """Return the column that the results go into, or None where it is a variable or nothing."""
    target = None
    if out is not None:
        from .commands import targets

        target = targets.read(out, variables)
        if target is None:
            _check_name(out)
    if target is None and parsed.options.get("resume"):
        raise OptionError('--resume goes on with a column: name it, as in -o df["review_fr"].')
    if target is not None and cell is not None:
        raise OptionError(
            f"{target.shown} takes the texts of a column: %slm {parsed.command.name} df.review."
        )
    if target is not None and "format" in parsed.options:
        raise OptionError("--format is for results; a column is shown as it is.")
    return target


def _check_name(name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        owner, dot, column = name.rpartition(".")
        hint = f' A new column is {owner}["{column}"].' if dot else ""
        raise OptionError(
            f"{str(name)!r} is no name for a variable: use letters, digits and _.{hint}"
        )


def _wanted_format(name: str | None) -> str | None:
    if name is None:
        return None
    from .commands import formats

    if formats.check(name) == "frame" and find_spec("pandas") is None:
        raise MissingDependencyError("--format frame", "frames")
    return name


def _input(parsed: Parsed, cell: str | None, variables: Mapping[str, Any]) -> Any:
    from .commands import inputs

    name = parsed.command.name
    if cell is None:
        if parsed.options.get("expand"):
            raise OptionError("--expand is for the body of a cell: use %%slm.")
        if not parsed.words:
            raise OptionError(
                f"{name} needs a text: name a variable, as in %slm {name} df.review, "
                f"or use %%slm {name} with the text below."
            )
        # With its quotes and, after an index such as [ 0 ], its spaces.
        return inputs.evaluate(" ".join(_raw(word) for word in parsed.words), variables)
    if parsed.words:
        raise OptionError(
            f"%%slm {name} takes its text from the lines below; for a variable use %slm {name}."
        )
    # IPython ends the last line of a cell; the user did not type that break.
    body = cell[:-1] if cell.endswith("\n") else cell
    return inputs.expand(body, variables) if parsed.options.get("expand") else body


def _raw(word: str) -> str:
    return word.raw if isinstance(word, Word) else word


def _only(results: list[Any]) -> Any:
    return results[0] if results else None


class _Plain(str):
    """A str that IPython shows as it is, without quotes."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def _shown(results: Any, wanted: str | None) -> Any:
    """Return what the cell is to have as its value, and so shows."""
    from .commands import formats

    if wanted is None:
        from .tasks.show import ResultList

        return ResultList(results) if isinstance(results, list) else results
    if wanted == "frame":
        return formats.frame(results)
    if wanted == "text":
        return _Plain(formats.text(results))
    from IPython.display import HTML, JSON, Markdown

    if wanted == "json":
        found = formats.data(results)
        return JSON(found, expanded=True)
    return HTML(formats.html(results)) if wanted == "html" else Markdown(formats.markdown(results))


def _tell_flags(results: Any, *, hidden: bool) -> None:
    """Say on standard error what is flagged: of a list how many, of one that is hidden what."""
    if isinstance(results, list):
        from .tasks.show import flagged

        line = flagged(results)
        if line:
            print(line, file=sys.stderr)
    elif hidden and results is not None:
        for flag in results.flags:
            print(f"! {flag.kind}: {flag.message}", file=sys.stderr)


def load(shell: InteractiveShell) -> None:
    """Register the magic, its settings and its completion."""
    from .magic_completion import register

    unload(shell)
    # Magics puts itself among the shell's configurables, where %config finds it.
    shell.register_magics(SlmMagics(shell=shell))
    register(shell)


def unload(shell: InteractiveShell) -> None:
    """Take the magic, its settings and its completion away; a second time does nothing."""
    from .magic_completion import unregister

    shell.configurables[:] = [c for c in shell.configurables if type(c).__name__ != "SlmMagics"]
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("slm", None)
    shell.magics_manager.registry.pop("SlmMagics", None)
    unregister(shell)
