"""What the tasks share about their input: one text or many, rows that are missing, Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
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
    asked
        The options of the call, which one that goes on with it must share.
    """

    texts: list[str | None]
    single: bool
    results: dict[int, R] = field(default_factory=dict)
    asked: object = None
    # Which rows have each distinct text.
    _rows: dict[str, list[int]] = field(default_factory=dict)
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

    def distinct(self) -> list[tuple[int, str]]:
        """Return each distinct text that has no result yet, with the first row that has it."""
        self._rows = {}
        for row, text in self.present:
            self._rows.setdefault(text, []).append(row)
        missing = []
        for text, rows in self._rows.items():
            known = next((self.results[row] for row in rows if row in self.results), None)
            if known is None:
                missing.append((rows[0], text))
            else:
                self.share(rows[0], known)
        return missing

    def count(self, text: str) -> int:
        """Return how many rows have a text of `distinct`."""
        return len(self._rows[text])

    def share(self, row: int, result: R) -> None:
        """Keep the result of a row of `distinct` for all rows with the same text."""
        for one in self._rows[self.texts[row] or ""]:
            self.results.setdefault(one, result)

    def collected(self) -> Any:
        """Return the one result, or the list in the order of the input, with its times as given."""
        return self.results[0] if self.single else self._ordered()

    def stopped(self, partial: Mapping[int, R]) -> Interrupted:
        """Return the exception to raise after Ctrl-C.

        Parameters
        ----------
        partial
            Results of rows of `distinct` that were only partly done, flagged as such.
        """
        unfinished = {
            one: result
            for row, result in partial.items()
            for one in self._rows[self.texts[row] or ""]
        }
        done = len(self.results)
        return Interrupted(
            self._ordered(unfinished), done, len(self.present), unfinished, part=self.asked
        )

    def take_up(self, resume: Any, kind: type[R], fits: Callable[[str, R], bool]) -> None:
        """Keep what an earlier call on the same texts had finished.

        Parameters
        ----------
        resume
            What that call raised, or the results in it. These alone do not tell which of them were
            only partly done, so those that are flagged are done anew.
        kind
            What the results must be.
        fits
            Whether a result may be that of a text in this call, as far as it shows.

        Raises
        ------
        OptionError
            If they are of other texts or of a call with other options, or of one text and no list.
        """
        if self.single:
            raise OptionError("resume is for a list or column of texts, not for a single text.")
        found: Any = resume.results if isinstance(resume, Interrupted) else resume
        if isinstance(found, (str, bytes)) or not isinstance(found, Sequence):
            raise OptionError(
                "resume takes the Interrupted that the earlier call raised, or its results."
            )
        # Rows of one language, style or model among those of another are seen by nobody in time.
        if isinstance(resume, Interrupted) and resume.part not in (None, self.asked):
            raise OptionError(
                "resume is of a call with other options; give the same, or run without resume."
            )
        if len(found) != len(self.texts):
            raise OptionError(
                f"resume has {len(found)} results and there are {len(self.texts)} texts; "
                "give the texts of the interrupted call again."
            )
        for row, (text, result) in enumerate(zip(self.texts, found, strict=True)):
            if result is None:
                continue
            if text is None or not isinstance(result, kind) or not fits(text, result):
                raise OptionError(
                    f"Row {row} of resume is not the result of this text with these options; "
                    "give the texts and options of the interrupted call again."
                )
            if isinstance(resume, Interrupted):
                finished = row not in resume.unfinished
            else:
                finished = not result.flags
            if finished:
                self.results[row] = result

    def _ordered(self, partial: Mapping[int, R] | None = None) -> list[R | None]:
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
