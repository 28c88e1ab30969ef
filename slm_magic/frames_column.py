"""A column of a frame as its distinct texts, and columns made from what became of each.

A column repeats itself: each distinct text is worked on once and every row takes the result of its
text. What a row is missing by (None, NaN, ``pandas.NA``, null) it keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# What to do about a column that is no text, which a user may have meant all the same.
CONVERT = {"pandas": ".astype('str')", "polars": ".cast(pl.String)"}


class Column(Protocol):
    """The column of one library.

    Attributes
    ----------
    uniques
        The distinct texts in the order of their first rows.
    codes
        For each row the number of its text among `uniques`, -1 where the row is missing.
    """

    uniques: Sequence[str]
    codes: npt.NDArray[np.int64]

    def text(self, values: Sequence[str | None]) -> Any:
        """Return a Series like the column from one text, or None, for each of `uniques`."""

    def words(self, values: Sequence[str | None]) -> Any:
        """Return a Series of plain text, whatever kind of text the column is."""

    def numbers(self, values: npt.NDArray[np.float64]) -> Any:
        """Return a Series of floats from one, or NaN for none, for each of `uniques`."""

    def same_rows(self, other: Column) -> bool:
        """Whether `other` has the same rows: the same library, length and index."""


def named(name: Any) -> str:
    """Return what to call a column in a message."""
    return "The column" if name is None or name == "" else f"Column {name!r}"


def first_rows(codes: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """Return the first row of each of `size` distinct texts, given the text of each row."""
    import numpy as np

    first = np.zeros(size, np.int64)
    rows = np.flatnonzero(codes >= 0)[::-1]
    # Of several rows of one text the last that is set stays, which is the first one.
    first[codes[rows]] = rows
    return first


def filled(column: Column, part: Column) -> list[str | None]:
    """Return what an earlier run, stopped half way, has for each of the distinct texts.

    Parameters
    ----------
    part
        Its column: missing where a row was not finished.

    Raises
    ------
    OptionError
        If that cannot be a part of this column's results.
    """
    import numpy as np

    if not column.same_rows(part):
        raise OptionError(
            f"resume: that has {len(part.codes)} rows and the column {len(column.codes)}, or "
            "their index differs; give what the interrupted run of this column left."
        )
    there = np.flatnonzero(part.codes >= 0)
    found = np.full(len(column.uniques), -1, np.int64)
    if len(there):
        mine, theirs = column.codes[there], part.codes[there]
        if (mine >= 0).all():
            found[mine] = theirs
        if (mine < 0).any() or (found[mine] != theirs).any():
            raise OptionError(
                "resume: that is not of these texts: a missing row has a result, or rows of one "
                "text have two; run without resume."
            )
    return [part.uniques[i] if i >= 0 else None for i in found.tolist()]
