"""What the tasks share about their input: one text or many, rows that are missing, Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, Union

from ..errors import EmptyTextError, Interrupted, OptionError
from .results import Result

R = TypeVar("R", bound=Result)

# A str, or a list, a pandas or polars Series or another iterable of str and missing values.
Texts = Union[str, Iterable[Union[str, None]]]


@dataclass(slots=True)
class Batch(Generic[R]):
    """The texts of one call and the results as they come.

    Attributes
    ----------
    texts
        One entry an input row; None where the row is missing (None, NaN, pandas.NA).
    single
        Whether the caller gave a plain str and wants one result.
    results
        Filled by `put`, in any order.
    """

    texts: list[str | None]
    single: bool
    results: dict[int, R] = field(default_factory=dict)
    _started: float = field(default_factory=time.perf_counter)

    @property
    def present(self) -> list[tuple[int, str]]:
        """Row number and text of every row that has one."""
        return [(i, text) for i, text in enumerate(self.texts) if text is not None]

    def put(self, row: int, result: R) -> None:
        """Keep the result of one row."""
        self.results[row] = result

    def finish(self) -> Any:
        """Return the one result, or the list in the order of the input."""
        self._share_time()
        if self.single:
            return self.results[0]
        return self._ordered()

    def interrupted(self, partial: dict[int, R] | None = None) -> Interrupted:
        """Return the exception to raise after Ctrl-C, holding what was finished.

        Parameters
        ----------
        partial
            Results of rows that were only partly done, flagged as such.
        """
        self._share_time()
        done = len(self.results)
        return Interrupted(self._ordered(partial or {}), done, len(self.present))

    def _ordered(self, partial: dict[int, R] | None = None) -> list[R | None]:
        found = {**(partial or {}), **self.results}
        return [found.get(i) for i in range(len(self.texts))]

    def _share_time(self) -> None:
        elapsed = time.perf_counter() - self._started
        whole = sum(len(self.texts[row] or "") for row in self.results) or 1
        for row, result in self.results.items():
            share = elapsed * len(self.texts[row] or "") / whole
            self.results[row] = replace(result, elapsed=share)


def read(text_or_texts: Texts) -> Batch[Any]:
    """Take the input of a task apart.

    Raises
    ------
    EmptyTextError
        If a single text is empty or all white space.
    OptionError
        If the input, or one of its rows, is not text, or has half a character. The row is named,
        never quoted.
    """
    if isinstance(text_or_texts, str):
        if not text_or_texts.strip():
            raise EmptyTextError("There is no text to work on: the body or argument is empty.")
        _check_characters(text_or_texts, "The text")
        return Batch([text_or_texts], single=True)
    if hasattr(text_or_texts, "columns"):
        # Iterating a data frame gives the names of its columns.
        raise OptionError("Expected one column of text, such as df['review'], not a data frame.")
    # A set has no order in which results could come back.
    if isinstance(text_or_texts, (bytes, Mapping, Set)) or not isinstance(text_or_texts, Iterable):
        raise OptionError(
            f"Expected a str, a list of str or a Series, not {type(text_or_texts).__name__}."
        )
    return Batch([_row(i, value) for i, value in enumerate(text_or_texts)], single=False)


def _row(number: int, value: Any) -> str | None:
    if isinstance(value, str):
        _check_characters(value, f"Row {number}")
        return value
    # None, float NaN, pandas.NA and NaT: each is None or unequal to itself, or refuses to say.
    if value is None:
        return None
    try:
        missing = bool(value != value)
    except (TypeError, ValueError):
        missing = type(value).__name__ == "NAType"
    if missing:
        return None
    raise OptionError(
        f"Row {number} is {type(value).__name__}, not text; convert the column with .astype(str) "
        "or leave such rows out."
    )


def _check_characters(text: str, which: str) -> None:
    """Refuse halves of characters, which no tokenizer, checksum or file takes.

    They come from bytes read with ``errors="surrogateescape"`` and from escapes cut in two.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise OptionError(
            f"{which} has half a character (a lone surrogate) at {error.start}; replace it: "
            "text.encode(errors='replace').decode()."
        ) from error


def names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Read an option that is a name, names joined by commas, or a sequence of names."""
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else list(value)
    return tuple(part.strip() for part in parts if part.strip())
