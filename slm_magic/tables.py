"""A small table that shows itself in a terminal and in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from .errors import MissingDependencyError


@dataclass(frozen=True, repr=False)
class Table(Sequence[dict[str, Any]]):
    """Rows with the same columns, each a dict.

    Attributes
    ----------
    columns
        The columns that are shown, in order. Rows may hold more.
    rows
        The values as they are; they are written for people when shown.
    title
        A line above the table.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    title: str = ""

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def to_frame(self) -> Any:
        """Return the rows as a pandas DataFrame.

        Raises
        ------
        MissingDependencyError
            If pandas is not installed.
        """
        return need_pandas("to_frame").DataFrame(list(self.rows))

    def _cells(self) -> list[list[str]]:
        return [[_text(column, row.get(column)) for column in self.columns] for row in self.rows]

    def __repr__(self) -> str:
        table = [[*self.columns], *self._cells()]
        widths = [max(len(line[i]) for line in table) for i in range(len(self.columns))]
        lines = [
            "  ".join(
                # The last column may be long, and padding it would wrap every line.
                cell if i == len(line) - 1 else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in table
        ]
        return "\n".join([self.title, *lines] if self.title else lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th style='text-align:left'>{html.escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>"
            + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in line)
            + "</tr>"
            for line in self._cells()
        )
        title = f"<caption style='text-align:left'>{html.escape(self.title)}</caption>"
        return (
            f"<table class='slm-magic-table'>{title if self.title else ''}"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _text(column: str, value: Any) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and column in _BYTES:
        return size(value) if value else "-"
    if isinstance(value, (list, tuple)):
        words = ["any" if one == "*" else str(one) for one in value]
        more = len(words) - _LANGUAGES if column == "languages" else 0
        if more > 1:
            return f"{', '.join(words[:_LANGUAGES])} and {more} more"
        return ", ".join(words) or "-"
    return " ".join(str(value).split())


_BYTES = frozenset({"download", "disk", "size", "limit"})
# Languages that a row of a table names; a multilingual model's would fill the screen.
_LANGUAGES = 4


def need_pandas(needed_for: str) -> Any:
    """Return the pandas package.

    Raises
    ------
    MissingDependencyError
        If it is not installed; the message says what needs it.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingDependencyError(needed_for, "frames") from error
    return pandas


def size(count: int) -> str:
    """Return a number of bytes as people read it: ``1.8 GB``, ``24 MB``, ``3.0 kB``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            number = count / scale
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{count} B"
