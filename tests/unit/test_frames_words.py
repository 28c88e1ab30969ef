"""Texts of a column held in little are the same texts."""

from __future__ import annotations

import random

import pandas as pd
import polars as pl
import pytest

from slm_magic.frames_read import read
from slm_magic.frames_words import SLICE, Kept, Slices

WORDS = ["", "tea", "thé", "茶", "🍵 two", "half \ud83c", None]


def test_what_is_kept_comes_back_in_any_order_and_after_a_change() -> None:
    drawn = random.Random(7)
    kept, plain = Kept.empty(50), [None] * 50
    for _ in range(400):
        number, word = drawn.randrange(50), drawn.choice(WORDS)
        kept[number] = plain[number] = word  # type: ignore[call-overload]
    assert kept == plain
    assert kept != [*plain[:-1], "another"]
    assert kept != plain[:-1]
    assert kept.has() == [word is not None for word in plain]
    assert kept[3:9] == plain[3:9]
    assert kept[-1] == plain[-1]
    assert Kept(plain) == kept
    with pytest.raises(IndexError):
        kept[50]


def test_a_copy_goes_its_own_way() -> None:
    kept = Kept(["one", None])
    other = kept.copy()
    other[1] = "two"
    assert list(kept) == ["one", None]
    assert list(other) == ["one", "two"]


def test_slices_are_read_when_they_are_asked_for() -> None:
    asked: list[tuple[int, int]] = []

    def text(start: int, end: int) -> list[str]:
        asked.append((start, end))
        return [str(i) for i in range(start, end)]

    size = 2 * SLICE + 5
    found = Slices(size, text)
    assert not asked
    assert list(found) == [str(i) for i in range(size)]
    assert asked == [(0, SLICE), (SLICE, 2 * SLICE), (2 * SLICE, size)]
    assert found[SLICE - 1] == str(SLICE - 1)


@pytest.mark.parametrize("distinct", [True, False])
@pytest.mark.parametrize("dtype", ["str", "string", "string[pyarrow]", "object", "polars"])
def test_texts_of_a_long_column_in_several_pieces(dtype: str, distinct: bool) -> None:
    drawn = random.Random(3)
    size = 3 * SLICE + 17
    rows: list[str | None] = [
        f"row {i if distinct else drawn.randrange(SLICE * 2)} thé" for i in range(size)
    ]
    if not distinct:
        rows[5] = rows[-1] = None
    if dtype == "polars":
        series = pl.Series("tea", rows)
        parts = [series[:1000], series[1000:]]
        whole = pl.concat(parts, rechunk=False)
    else:
        series = pd.Series(rows, dtype=dtype, name="tea")
        whole = pd.concat([series[:1000], series[1000:]])
    column = read(whole)
    assert list(column.uniques) == list(dict.fromkeys(row for row in rows if row is not None))
    made = column.text(Kept(column.uniques))
    assert made.equals(series)
    assert made.dtype == series.dtype


def test_a_series_that_is_changed_meanwhile_does_not_change_what_was_read() -> None:
    series = pd.Series(["one", "two", "one"], dtype="string[pyarrow]")
    column = read(series)
    series.iloc[1] = "another"
    assert list(column.uniques) == ["one", "two"]
