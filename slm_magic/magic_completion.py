"""Tab completion of ``%slm`` and ``%%slm``: commands, options and their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


def complete(text: str, first_line: bool = True) -> tuple[str, list[str]] | None:
    """Return the fragment before the cursor and the words that could stand for it.

    Parameters
    ----------
    text
        The line up to the cursor.
    first_line
        Whether it is the cell's first: a cell magic is nowhere else.

    Returns
    -------
    tuple or None
        None where the line is not ours, or names a variable that Python completes.
    """
    match = (_CELL.match(text) if first_line else None) or _LINE.match(text)
    if match is None:
        return None
    rest = _ASSIGNMENT.sub("", match[1], count=1)
    try:
        words = split(rest)
    except OptionError:
        return None  # inside a quote: nothing of ours
    fragment = "" if not rest or rest[-1].isspace() else str(words.pop().raw)
    found = _words(words, fragment)
    if found is None:
        return None
    if "," in fragment or "=" in fragment:
        fragment = re.split("[,=]", fragment)[-1]
    return fragment, [word for word in found if word.startswith(fragment)]


def _words(before: Sequence[Word], fragment: str) -> list[str] | None:
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
    if command.task is not None:
        # A variable's name goes here, which the shell's own completer knows.
        return None if fragment or before[-1] != command.name else _unused(options, before)
    positional = _positional(before, options)
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


def _unused(options: dict[str, Option], before: Sequence[Word]) -> list[str]:
    used = {options[word].key for word in before if word in options and not options[word].many}
    return [name for name, o in options.items() if name.startswith("--") and o.key not in used]


def _values(values: Values, task: Task | None) -> list[str]:
    return list(choices(values, task))


def _task(name: str) -> Task | None:
    return next((task for task in TASKS if task == name), None)


def matcher(context: CompletionContext) -> dict[str, Any]:
    """Complete our magic; IPython calls it at each Tab."""
    from IPython.core.completer import SimpleCompletion

    found = complete(context.text_until_cursor, first_line=context.cursor_line == 0)
    fragment, words = found or ("", [])
    return {
        "completions": [SimpleCompletion(text=word, type="magic") for word in words],
        "matched_fragment": fragment,
        # File names and Python names have no place where we know what goes.
        "suppress": bool(words),
    }


def register(shell: InteractiveShell) -> None:
    """Add the matcher to the shell's completer."""
    from IPython.core.completer import context_matcher

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
