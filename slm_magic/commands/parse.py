"""Reading a command line: words, options, values, and errors that say what was meant.

Not argparse: a variable such as ``df["review"]`` must reach us with its quotes, its messages would
name no likely option, and its behaviour at these edges differs between Python versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import OptionError, did_you_mean
from .spec import Command, FrontEnd, Option
from .table import COMMANDS, commands_of


class Word(str):
    """A word of the line without its quotes, which `raw` still has."""

    __slots__ = ("raw",)
    raw: str

    def __new__(cls, value: str, raw: str | None = None) -> Word:
        """Make a word; `raw` is as typed, by default the same."""
        made = super().__new__(cls, value)
        made.raw = value if raw is None else raw
        return made

    @property
    def is_option(self) -> bool:
        """Whether it is written as an option: unquoted, a dash and a letter or dash."""
        return re.match(r"--?[A-Za-z]|--$", self.raw) is not None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command line taken apart.

    Attributes
    ----------
    options
        By `Option.key`, only those that were given.
    words
        The positional arguments.
    """

    command: Command
    options: dict[str, Any] = field(default_factory=dict)
    words: tuple[Word, ...] = ()


def split(line: str) -> list[Word]:
    """Split a line into words at white space, honouring quotes as a shell does.

    A backslash escapes a quote or a space; anywhere else it is itself, as in a Windows path.

    Raises
    ------
    OptionError
        If a quote is not closed.
    """
    words: list[Word] = []
    value: list[str] = []
    quote, start, i = "", -1, 0
    while i < len(line):
        char, following = line[i], line[i + 1 : i + 2]
        if start < 0 and not char.isspace():
            start = i
        if (
            char == "\\"
            and quote != "'"
            and (following in ('"', "'") or (following.isspace() and not quote))
        ):
            value.append(following)
            i += 1
        elif quote:
            if char == quote:
                quote = ""
            else:
                value.append(char)
        elif char in "\"'":
            quote = char
        elif not char.isspace():
            value.append(char)
        elif start >= 0:
            words.append(Word("".join(value), line[start:i]))
            value, start = [], -1
        i += 1
    if quote:
        raise OptionError(f"A quote is not closed; write \\{quote} for one alone.")
    if start >= 0:
        words.append(Word("".join(value), line[start:]))
    return words


def parse(words: Sequence[str], front: FrontEnd) -> Parsed:
    """Take a command line apart.

    Raises
    ------
    OptionError
        If the command or an option is unknown, or a value is missing or cannot be used.
    """
    line = [word if isinstance(word, Word) else Word(word) for word in words]
    known = [command.name for command in commands_of(front)]
    if not line:
        raise OptionError(f"Say what to do. Commands: {', '.join(known)}.")
    name, rest = _name(line, known)
    if name not in known:
        raise OptionError(
            f"There is no command {name!r}.{did_you_mean(name, known)} "
            f"Commands: {', '.join(known)}."
        )
    command = COMMANDS[name]
    parsed = _Reader(command, front).read(rest)
    if not parsed.options.get("help"):
        _check_count(parsed, front)
    return parsed


def _name(line: Sequence[Word], known: Sequence[str]) -> tuple[str, Sequence[Word]]:
    """Return the command's name, of two words where its first is no command, and the rest."""
    first = str(line[0])
    if not any(name.startswith(f"{first} ") for name in known):
        return first, line[1:]
    if len(line) == 1 or line[1].is_option:
        words = ", ".join(name for name in known if name.startswith(f"{first} "))
        raise OptionError(f"Say what to do with it: {words}.")
    return f"{first} {line[1]}", line[2:]


class _Reader:
    """Reads the words after the command's name."""

    def __init__(self, command: Command, front: FrontEnd) -> None:
        self.command = command
        self.flags: dict[str, Option] = {}
        self.meant: dict[str, str] = {}
        for option in command.options_of(front):
            self.flags[option.flag] = option
            if option.short:
                self.flags[option.short] = option
            for other in option.also:
                self.meant.setdefault(other, option.flag)

    def read(self, words: Iterable[Word]) -> Parsed:
        options: dict[str, Any] = {}
        positional: list[Word] = []
        left = list(words)
        while left:
            word = left.pop(0)
            if word.raw == "--":
                positional += left
                break
            if not word.is_option:
                positional.append(word)
                continue
            flag, equals, value = word.partition("=")
            attached = Word(value, word.raw.partition("=")[2])
            option = self._option(flag)
            if not option.metavar:
                if equals:
                    raise OptionError(f"{option.flag} is a switch and takes no value.")
                options[option.key] = True
                continue
            if not equals:
                if not left or left[0].is_option:
                    raise OptionError(f"{flag} needs a value: {option.flag} {option.metavar}.")
                attached = left.pop(0)
            self._keep(options, option, attached)
        return Parsed(self.command, options, tuple(positional))

    def _option(self, flag: str) -> Option:
        option = self.flags.get(flag)
        if option is None:
            named = [name for name in self.flags if name.startswith("--")]
            meant = (
                f" Did you mean {self.meant[flag]!r}?"
                if flag in self.meant
                else did_you_mean(flag, named)
            )
            raise OptionError(
                f"There is no option {flag!r} for {self.command.name}.{meant} "
                f"Options: {', '.join(named)}."
            )
        return option

    def _keep(self, options: dict[str, Any], option: Option, value: Word) -> None:
        text = str(value)
        if not text.strip():
            raise OptionError(f"{option.flag} needs a value that is not empty.")
        if option.many:
            options.setdefault(option.key, []).append(text)
            return
        if option.key in options:
            raise OptionError(f"{option.flag} was given twice; give it once.")
        if not option.number:
            options[option.key] = value if option.raw else text
            return
        if not re.fullmatch(r"0*[1-9][0-9]*", text):
            raise OptionError(f"{option.flag} must be a whole number of at least 1.")
        options[option.key] = int(text)


def _check_count(parsed: Parsed, front: FrontEnd) -> None:
    command, count = parsed.command, len(parsed.words)
    call = f"%slm {command.name}" if front == "magic" else f"slm-magic {command.name}"
    if count < command.least:
        raise OptionError(f"{command.name} needs {command.names}: {call} {command.names}.")
    if command.most is not None and count > command.most:
        takes = f"only {command.names}" if command.most else "no names"
        raise OptionError(f"{command.name} takes {takes}: {usage(command, front)}.")


def usage(command: Command, front: FrontEnd) -> str:
    """Return the one line that shows how to call `command`."""
    many = "..." if command.names and command.most is None else ""
    if front == "shell":
        names = "[FILE...]" if command.name == command.task else command.names + many
        return " ".join(f"slm-magic {command.name} {names} [options]".split())
    if command.task:
        return f"%slm {command.name} VARIABLE [options], or %%slm {command.name} [options]"
    return " ".join(f"%slm {command.name} {command.names + many}".split())


def help_text(front: FrontEnd, command: Command | None = None) -> str:
    """Return the help of one command, or of all."""
    if command is None:
        rows = [(c.name, c.help) for c in commands_of(front)]
        call = "%slm COMMAND --help" if front == "magic" else "slm-magic COMMAND --help"
        return "\n".join(["Commands:", *_columns(rows), "", f"More: {call}"])
    rows = []
    for option in command.options_of(front):
        names = f"{option.short}, {option.flag}" if option.short else f"    {option.flag}"
        rows.append((f"{names} {option.metavar}".rstrip(), option.help))
    return "\n".join([usage(command, front), "", f"  {command.help}", "", *_columns(rows)])


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(left) for left, _ in rows)
    return [f"  {left:<{width}}  {right}" for left, right in rows]
