"""Tab completion of ``%slm`` and ``%%slm``: commands, options and their values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .catalog import TASKS, Task
from .commands.parse import Word, split
from .commands.spec import Option, Values
from .commands.table import COMMANDS, commands_of
from .commands.values import choices
from .errors import OptionError

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext
    from IPython.core.interactiveshell import InteractiveShell

# A line magic anywhere in a cell, alone or assigned; a cell magic on the first line alone.
_LINE = re.compile(r"\s*(?:[\w.\[\], ]+=\s*)?%slm\s(.*)", re.DOTALL)
_CELL = re.compile(r"\s*%%slm\s(.*)", re.DOTALL)
_ASSIGNMENT = re.compile(r"\s*[^\s<=]+\s*=?<<\s*")


def complete(
    text: str, first_line: bool = True, variables: Mapping[str, Any] | None = None
) -> tuple[str, list[str]] | None:
    """Return the fragment before the cursor and the words that could stand for it.

    Parameters
    ----------
    text
        The line up to the cursor.
    first_line
        Whether it is the cell's first: a cell magic is nowhere else.
    variables
        The user's, for the texts of a line magic.

    Returns
    -------
    tuple or None
        None where the line is not ours.
    """
    in_cell = _CELL.match(text) if first_line else None
    match = in_cell or _LINE.match(text)
    if match is None:
        return None
    rest = _ASSIGNMENT.sub("", match[1], count=1)
    try:
        words = split(rest)
    except OptionError:
        return None  # inside a quote: nothing of ours
    fragment = "" if not rest or rest[-1].isspace() else str(words.pop().raw)
    found = _words(words, fragment, None if in_cell else (variables or {}))
    if found is None:
        return None
    if "," in fragment or "=" in fragment:
        fragment = re.split("[,=]", fragment)[-1]
    return fragment, [word for word in found if word.startswith(fragment)]


def _words(
    before: Sequence[Word], fragment: str, variables: Mapping[str, Any] | None
) -> list[str] | None:
    """Return what could stand at the cursor; `variables` is None above a cell's text."""
    if not before:
        return [command.name for command in commands_of("magic")]
    command = COMMANDS.get(before[0])
    if command is None or command.only == "shell":
        return None
    options = {
        name: option
        for option in command.options_of("magic")
        for name in (option.flag, option.short)
        if name
    }
    flag, equals, _ = fragment.partition("=")
    open_option = options.get(flag) if equals else options.get(before[-1])
    if open_option is not None and open_option.metavar:
        return _values(open_option.values, command.task)
    if fragment.startswith("-"):
        return _unused(options, before)
    positional = _positional(before, options)
    if command.task is not None:
        # With jedi, IPython completes no Python on the line of a magic.
        texts = [] if variables is None or positional else _texts(fragment, variables)
        return texts + ([] if fragment else _unused(options, before))
    kinds = command.values
    if not kinds or (command.most is not None and len(positional) >= command.most):
        return _unused(options, before)
    kind = kinds[min(len(positional), len(kinds) - 1)]
    task = _task(positional[0]) if command.name == "use" and positional else None
    return [word for word in _values(kind, task) if word not in positional]


def _positional(before: Sequence[Word], options: dict[str, Option]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in before[1:]:
        option = options.get(word)
        if not skip and not word.is_option:
            found.append(str(word))
        skip = option is not None and bool(option.metavar)
    return found


def _texts(fragment: str, variables: Mapping[str, Any]) -> list[str]:
    """Return the variables that may hold text, or the columns and attributes of one."""
    owner, dot, _ = fragment.rpartition(".")
    if not dot:
        return [
            name
            for name, value in variables.items()
            if not name.startswith("_")
            and not callable(value)
            and not isinstance(value, ModuleType)
        ]
    if owner not in variables:
        return []
    value = variables[owner]
    # Of a data frame, its columns: its hundreds of attributes hold no text.
    names = dir(value) if getattr(value, "columns", None) is None else list(value.columns)
    return [f"{owner}.{name}" for name in map(str, names) if name.isidentifier() and name[0] != "_"]


def _unused(options: dict[str, Option], before: Sequence[Word]) -> list[str]:
    used = {options[word].key for word in before if word in options and not options[word].many}
    return [name for name, o in options.items() if name.startswith("--") and o.key not in used]


def _values(values: Values, task: Task | None) -> list[str]:
    return list(choices(values, task))


def _task(name: str) -> Task | None:
    return next((task for task in TASKS if task == name), None)


def register(shell: InteractiveShell) -> None:
    """Add the matcher to the shell's completer."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def matcher(context: CompletionContext) -> dict[str, Any]:
        """Complete our magic; IPython calls it at each Tab."""
        found = complete(context.text_until_cursor, context.cursor_line == 0, shell.user_ns)
        fragment, words = found or ("", [])
        return {
            "completions": [SimpleCompletion(text=word, type="magic") for word in words],
            "matched_fragment": fragment,
            # File names and Python names have no place where we know what goes.
            "suppress": bool(words),
        }

    completer = getattr(shell, "Completer", None)
    if completer is not None:
        completer.custom_matchers.append(context_matcher(identifier="slm_magic")(matcher))


def unregister(shell: InteractiveShell) -> None:
    """Take the matcher out of the shell's completer."""
    completer = getattr(shell, "Completer", None)
    if completer is not None:
        completer.custom_matchers[:] = [
            other
            for other in completer.custom_matchers
            if getattr(other, "matcher_identifier", "") != "slm_magic"
        ]
