"""A polars Series as a column of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import OptionError
from .frames_column import CONVERT, Column, named
from .frames_words import Slices

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class PolarsColumn:
    """See `frames_column.Column`.

    Raises
    ------
    OptionError
        If the Series is no text.
    """

    def __init__(self, series: Any) -> None:
        import polars as pl

        kind = series.dtype.base_type()
        if kind not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
            raise OptionError(
                f"{named(series.name)} is {series.dtype}, not text; choose another, or convert "
                f"it with {CONVERT['polars']}."
            )
        self._name = series.name
        # An Enum's words are a part of its dtype: results in an Enum of their own could be joined
        # with those of no other call, nor could the part that an interrupt leaves be completed.
        self._kind = pl.Categorical if kind == pl.Enum else series.dtype
        texts = series.cast(pl.String)
        uniques = texts.drop_nulls().unique(maintain_order=True)
        self._codes = texts.replace_strict(
            uniques,
            pl.Series(range(len(uniques)), dtype=pl.UInt32),
            default=None,
            return_dtype=pl.UInt32,
        )
        self.uniques: Sequence[str] = Slices(
            len(uniques), lambda start, end: uniques[start:end].to_list()
        )
        self.codes: npt.NDArray[np.int64] = self._codes.cast(pl.Int64).fill_null(-1).to_numpy()

    def text(self, values: Sequence[str | None]) -> Any:
        """Return a Series of the same dtype, but that an Enum becomes a Categorical."""
        import polars as pl

        made = self.words(values)
        return made if self._kind in (pl.String, pl.Null) else made.cast(self._kind)

    def words(self, values: Sequence[str | None]) -> Any:
        """Return a Series of String."""
        import polars as pl

        return self._take(pl.Series(values, dtype=pl.String))

    def numbers(self, values: npt.NDArray[np.float64]) -> Any:
        """Return a Series of Float64, with null for NaN."""
        import polars as pl

        return self._take(pl.Series(values, dtype=pl.Float64, nan_to_null=True))

    def same_rows(self, other: Column) -> bool:
        """Whether `other` is of polars and as long."""
        return isinstance(other, PolarsColumn) and len(self.codes) == len(other.codes)

    def _take(self, each: Any) -> Any:
        return each.gather(self._codes).alias(self._name)
