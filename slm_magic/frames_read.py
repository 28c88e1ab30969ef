"""Which library a Series or a frame is of; neither library is imported."""

from __future__ import annotations

import sys
from typing import Any

from .errors import OptionError
from .frames_column import Column


def read(series: Any) -> Column:
    """Take a pandas or polars Series of text apart.

    Raises
    ------
    OptionError
        If it is no Series, or no text; a row that is none is named, never quoted.
    """
    library = library_of(series, "Series")
    if library == "pandas":
        from .frames_pandas import PandasColumn

        return PandasColumn(series)
    if library == "polars":
        from .frames_polars import PolarsColumn

        return PolarsColumn(series)
    if library_of(series, "DataFrame"):
        raise OptionError("Expected one column of text, such as df['review'], not a data frame.")
    if library_of(series, "LazyFrame", "Expr"):
        raise OptionError(
            f"Expected a column that is there, not a {type(series).__name__}: collect() it first."
        )
    raise OptionError(f"Expected a pandas or polars Series, not {type(series).__name__}.")


def library_of(value: Any, *kinds: str) -> str:
    """Return which of pandas and polars `value` is a Series, DataFrame ... of, or an empty string.

    A library that nobody has imported has no objects here.
    """
    for library in ("pandas", "polars"):
        module = sys.modules.get(library)
        found = [getattr(module, kind, None) for kind in kinds]
        if any(isinstance(kind, type) and isinstance(value, kind) for kind in found):
            return library
    return ""
