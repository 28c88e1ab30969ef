"""A pandas Series as a column of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import OptionError
from .frames_column import CONVERT, Column, first_rows, named
from .frames_words import Slices

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Texts of a chunk of a new Arrow column: all at once would be Python's own strings for a moment.
CHUNK = 16_384


class PandasColumn:
    """See `frames_column.Column`.

    Raises
    ------
    OptionError
        If the Series is no text.
    """

    def __init__(self, series: Any) -> None:
        import numpy as np
        import pandas

        self._series = series
        # An empty column of a CSV file is float64 and NaN throughout: there is nothing to refuse.
        self._blank = not _is_text(series.dtype) and len(series) > 0 and series.isna().all()
        self.uniques: Sequence[str] = []
        if self._blank:
            self.codes: npt.NDArray[np.int64] = np.full(len(series), -1, np.int64)
            return
        _check(series)
        codes, uniques = pandas.factorize(series)
        self.codes = np.asarray(codes, np.int64)
        if _is_arrow(series.dtype):
            size = len(uniques)
            del uniques
            self.uniques = _of_arrow(series, first_rows(self.codes, size))
            return
        self.uniques = uniques.tolist()
        _check_characters(self, series.name)

    def text(self, values: Sequence[str | None]) -> Any:
        """Return a Series of the same dtype; of a categorical, with the categories' results."""
        import pandas

        if isinstance(self._series.dtype, pandas.CategoricalDtype) and not self._blank:
            return self._like(self._categorical(values))
        return self.words(values)

    def words(self, values: Sequence[str | None]) -> Any:
        """Return a Series of the same dtype, or of that of a categorical's categories."""
        import numpy as np

        if self._blank:
            return self._series.copy()
        dtype = _text_dtype(self._series.dtype)
        if not _is_object(dtype):
            made = _array(values, dtype)
            if not np.array_equal(self.codes, np.arange(len(values))):
                made = made.take(self.codes, allow_fill=True)
            return self._like(made)
        # As objects, rows can be missing by None, NaN, NaT and pandas.NA side by side.
        made = np.array(self._series, dtype=object)
        each = np.empty(len(values), object)
        each[:] = values
        present = self.codes >= 0
        made[present] = each[self.codes[present]]
        # Said, because pandas would make text of objects that are all text or missing.
        return self._like(made, dtype=object)

    def numbers(self, values: npt.NDArray[np.float64]) -> Any:
        """Return a Series of float64."""
        import numpy as np

        return self._like(np.append(values, np.nan)[self.codes])

    def same_rows(self, other: Column) -> bool:
        """Whether `other` is of pandas and has an equal index."""
        return isinstance(other, PandasColumn) and self._series.index.equals(other._series.index)

    def _like(self, values: Any, dtype: Any = None) -> Any:
        import pandas

        return pandas.Series(values, dtype=dtype, index=self._series.index, name=self._series.name)

    def _categorical(self, values: Sequence[str | None]) -> Any:
        """Map the categories that occur, in their order; two with one result become one."""
        import numpy as np
        import pandas

        dtype = self._series.dtype
        number = {text: i for i, text in enumerate(self.uniques)}
        occurring = [number[text] for text in dtype.categories if text in number]
        new = {text: None for i in occurring if (text := values[i]) is not None}
        place = {text: i for i, text in enumerate(new)}
        each = [-1 if value is None else place[value] for value in values]
        codes = np.array([*each, -1], np.int64)[self.codes]
        categories = pandas.Index(list(new), dtype=dtype.categories.dtype)
        return pandas.Categorical.from_codes(codes, categories, ordered=dtype.ordered)


def _is_text(dtype: Any) -> bool:
    """Whether a column of that dtype is, or may be, text."""
    import pandas

    if isinstance(dtype, pandas.CategoricalDtype):
        return _is_text(dtype.categories.dtype)
    if isinstance(dtype, pandas.ArrowDtype):
        import pyarrow

        kind = dtype.pyarrow_dtype
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        return str(kind) in ("string", "large_string")
    return isinstance(dtype, pandas.StringDtype) or _is_object(dtype)


def _is_object(dtype: Any) -> bool:
    import pandas

    return bool(pandas.api.types.is_object_dtype(dtype))


def _text_dtype(dtype: Any) -> Any:
    import pandas

    return dtype.categories.dtype if isinstance(dtype, pandas.CategoricalDtype) else dtype


def _is_arrow(dtype: Any) -> bool:
    """Whether a column of that dtype of text is Arrow's, and no dictionary."""
    import pandas

    if isinstance(dtype, pandas.ArrowDtype):
        import pyarrow

        return not pyarrow.types.is_dictionary(dtype.pyarrow_dtype)
    return isinstance(dtype, pandas.StringDtype) and dtype.storage.startswith("pyarrow")


def _of_arrow(series: Any, rows: npt.NDArray[np.int64]) -> Slices:
    """Return the texts of some rows, in their order, which stay with Arrow."""
    import pyarrow

    # What is there now: a Series may be changed in place, Arrow's own arrays cannot.
    whole = series.array.__arrow_array__()
    # Arrow keeps what finding the distinct texts took.
    pyarrow.default_memory_pool().release_unused()

    def read(start: int, end: int) -> list[str]:
        first, last = int(rows[start]), int(rows[end - 1])
        near = whole.slice(first, last - first + 1)
        texts: list[str] = near.take(pyarrow.array(rows[start:end] - first)).to_pylist()
        return texts

    return Slices(len(rows), read)


def _array(values: Sequence[str | None], dtype: Any) -> Any:
    import pandas

    if _is_arrow(dtype):
        import pyarrow

        parts = [
            pyarrow.array(values[start : start + CHUNK], pyarrow.large_string())
            for start in range(0, len(values), CHUNK)
        ]
        return pandas.array(pyarrow.chunked_array(parts, pyarrow.large_string()), dtype=dtype)
    if isinstance(dtype, pandas.ArrowDtype):
        import pyarrow

        kind = dtype.pyarrow_dtype
        if pyarrow.types.is_dictionary(kind):
            # Arrow makes no dictionary out of a list by itself.
            made = pyarrow.array(values, kind.value_type).dictionary_encode()
            return pandas.arrays.ArrowExtensionArray(made.cast(kind))
    return pandas.array(list(values), dtype=dtype)


def _check(series: Any) -> None:
    """Refuse a column that is not text, naming it, and of a mixed one the first row that is none."""
    import pandas

    dtype = series.dtype
    if not _is_text(dtype):
        raise OptionError(
            f"{named(series.name)} is {_called(dtype)}, not text; choose another, or convert it "
            f"with {CONVERT['pandas']}."
        )
    if not _is_object(_text_dtype(dtype)):
        return
    values = dtype.categories if isinstance(dtype, pandas.CategoricalDtype) else series
    if pandas.api.types.infer_dtype(values, skipna=True) in ("string", "empty"):
        return
    for row, value in enumerate(series):
        # A list has no one answer to whether it is missing.
        if not isinstance(value, str) and not (
            pandas.api.types.is_scalar(value) and pandas.isna(value)
        ):
            raise OptionError(
                f"{named(series.name)} has {type(value).__name__} in row {row}, counted from 0, "
                f"not text; convert the column with {CONVERT['pandas']} or leave such rows out."
            )


def _called(dtype: Any) -> str:
    import pandas

    if isinstance(dtype, pandas.CategoricalDtype):
        return f"a category of {dtype.categories.dtype}"
    return str(dtype)


def _check_characters(column: PandasColumn, name: Any) -> None:
    """Refuse halves of characters (lone surrogates), which no tokenizer takes, naming the row."""
    import numpy as np

    for number, text in enumerate(column.uniques):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            row = int(np.argmax(column.codes == number))
            raise OptionError(
                f"{named(name)} has half a character (a lone surrogate) in row {row}, counted "
                "from 0; replace it: text.encode(errors='replace').decode()."
            ) from error
