"""Which commands and options there are: data that parsing, completion and help are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..catalog import Task

FrontEnd = Literal["magic", "shell"]

# What completes a value. The words themselves come from `values.choices`.
Values = Literal[
    "",
    "language",
    "model",
    "installed",
    "domain",
    "format",
    "style",
    "unsupported",
    "operator",
    "entity",
    "task",
    "markup",
    "quotes",
    "accept",
    "file",
]


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes
    ----------
    key
        Its name in `Parsed.options`.
    argument
        The task's argument it fills, if any.
    setting
        The setting that stands in when it is not given.
    metavar
        What its value is called; empty for a switch.
    short
        A one-letter form such as ``-o``.
    also
        Names that people try for it; used to suggest the right one, never accepted.
    number
        Whether the value is a whole number of at least 1.
    many
        Whether it may be given more than once.
    raw
        Whether the quotes in its value count, as in ``df["review_fr"]``.
    only
        The front end that has it; empty for both.
    """

    flag: str
    key: str
    help: str
    metavar: str = ""
    argument: str = ""
    setting: str = ""
    short: str = ""
    also: tuple[str, ...] = ()
    values: Values = ""
    number: bool = False
    many: bool = False
    raw: bool = False
    only: FrontEnd | Literal[""] = ""


HELP = Option("--help", "help", "show this help", short="-h")


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes
    ----------
    task
        The task it runs, or None for a command about models.
    names
        What its positional arguments are called, such as ``NAME``.
    least, most
        How many positional arguments it takes; most None means any number.
    only
        The front end that has it; empty for both.
    """

    name: str
    help: str
    options: tuple[Option, ...] = ()
    task: Task | None = None
    names: str = ""
    least: int = 0
    most: int | None = 0
    values: tuple[Values, ...] = ()
    only: FrontEnd | Literal[""] = ""

    def options_of(self, front: FrontEnd) -> tuple[Option, ...]:
        """Return the options that `front` has."""
        return tuple(option for option in self.options if option.only in ("", front))
