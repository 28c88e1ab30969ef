"""The ``slm-magic`` command: the magics' commands in a shell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from . import whole_files
from .commands import formats, manage, notebook, run
from .commands.parse import Parsed, Word, help_text, parse
from .errors import Interrupted, OptionError, SlmMagicError
from .settings import read
from .tasks.show import flagged

SHELL_FORMATS = ("text", "markdown", "html", "json")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 it failed, 2 it was called wrongly, 130 interrupted.
    """
    words = [Word(word) for word in (sys.argv[1:] if argv is None else argv)]
    try:
        if not words or words[0] in ("-h", "--help", "help"):
            print(help_text("shell"))
            return 0
        if words[0] == "--version":
            print(f"slm-magic {metadata.version('slm-magic')}")
            return 0
        parsed = parse(words, "shell")
        if parsed.options.get("help"):
            print(help_text("shell", parsed.command))
            return 0
        if parsed.command.task is None:
            print(manage.run(parsed, progress=sys.stderr.isatty()))
            return 0
        if parsed.command.name != parsed.command.task:
            return _notebook(parsed)
        return _task(parsed)
    except OptionError as error:
        print(f"slm-magic: {error}", file=sys.stderr)
        return 2
    except SlmMagicError as error:
        print(f"slm-magic: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        told = error if isinstance(error, Interrupted) else "interrupted"
        print(f"slm-magic: {told}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _task(parsed: Parsed) -> int:
    options, defaults = parsed.options, read()
    wanted = "json" if options.get("json") else options.get("format") or "text"
    formats.check(wanted, SHELL_FORMATS)
    kwargs = run.arguments(parsed, defaults, "shell")
    quiet = bool(options.get("quiet"))
    texts = _texts(list(map(str, parsed.words)))
    bar = not quiet and sys.stderr.isatty() and defaults.get("progress") is not False
    code = 0
    try:
        results = run.task(
            parsed.command.name, texts if len(texts) > 1 else texts[0], kwargs, progress=bar
        )
    except Interrupted as error:
        print(f"slm-magic: {error}", file=sys.stderr)
        results, code = error.results, 130
        if not error.done and all(result is None for result in results):
            return code  # nothing to write, and the file of -o may hold something
    _write(_render(results, wanted), options.get("out"))
    if not quiet:
        _tell_flags(results, list(map(str, parsed.words)))
    return code


def _notebook(parsed: Parsed) -> int:
    defaults, quiet = read(), bool(parsed.options.get("quiet"))
    kwargs = run.arguments(parsed, defaults, "shell")
    bar = not quiet and sys.stderr.isatty() and defaults.get("progress") is not False
    code = 0
    for done in notebook.run(parsed, kwargs, progress=bar, ask=_ask):
        print(done.text, flush=True)
        for line in () if quiet else done.notes:
            print(f"slm-magic: {line}", file=sys.stderr)
        code = max(code, done.code)
    return code


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError as error:
        raise OptionError("--accept ask needs a terminal; use --accept all or types.") from error


def _tell_flags(results: Any, files: Sequence[str]) -> None:
    """Write each flag to standard error, with its file where there are several, and a count."""
    many = formats.many(results)
    for number, result in enumerate(many):
        where = f"{files[number]}: " if len(files) > 1 else ""
        for flag in result.flags if result is not None else ():
            print(f"slm-magic: {where}{flag.kind}: {flag.message}", file=sys.stderr)
    if len(files) > 1 and flagged(many):
        print(f"slm-magic: {flagged(many)}", file=sys.stderr)


def _texts(files: list[str]) -> list[str]:
    try:
        if not files:
            return [sys.stdin.buffer.read().decode("utf-8")]
        # As bytes: reading text would change the ends of lines.
        return [Path(name).read_bytes().decode("utf-8") for name in files]
    except UnicodeDecodeError as error:
        raise OptionError("The input is not UTF-8; convert it first.") from error
    except OSError as error:
        raise OptionError(f"{error.filename} cannot be read: {error.strerror}") from error


def _render(results: Any, wanted: str) -> str:
    if wanted == "json":
        return json.dumps(formats.data(results), ensure_ascii=False, indent=2)
    made: str = {"text": formats.text, "markdown": formats.markdown, "html": formats.html}[wanted](
        results
    )
    return made


def _write(text: str, out: str | None) -> None:
    text = text if text.endswith("\n") else text + "\n"
    if out is None:
        # UTF-8 whatever the locale, as the input is.
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    whole_files.write(Path(out), text.encode("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
