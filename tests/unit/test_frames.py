"""A Series in, a Series out: rows, names, dtypes and what is missing stay as they were."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from fakes import FakeSeq2Seq
from frame_models import model

import slm_magic as slm
import slm_magic.frames as frames
from slm_magic.errors import FlaggedError, LanguageError, MissingDependencyError, OptionError
from slm_magic.tasks import bulk
from slm_magic.tasks.results import Redaction

CAT, DOG = "The cat sleeps.", "The dog eats bread."
CHAT, CHIEN = "Le chat dort.", "Le chien mange pain."


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    return model(monkeypatch)


def same_missing(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, float) and isinstance(other, float))


TEXT_DTYPES = [
    pd.StringDtype(na_value=np.nan), pd.StringDtype("python", na_value=np.nan), "string[python]",
    "string[pyarrow]",
    pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string()),
    pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
]  # fmt: skip


@pytest.mark.parametrize("dtype", TEXT_DTYPES, ids=str)
def test_pandas_text_keeps_all_but_its_words(opus: FakeSeq2Seq, dtype: Any) -> None:
    index = pd.MultiIndex.from_tuples([("b", 2), ("a", 1), ("a", 1), ("c", 0)], names=["k", "n"])
    series = pd.Series(
        pd.array([DOG, None, CAT, DOG], dtype=dtype), index=index, name=("review", 1)
    )
    before = series.copy()
    made = series.slm.translate(target="fr", source="en")
    expected = pd.Series(
        pd.array([CHIEN, None, CHAT, CHIEN], dtype=dtype), index=index, name=("review", 1)
    )
    pd.testing.assert_series_equal(made, expected)
    pd.testing.assert_series_equal(series, before)
    assert sorted(opus.prompts) == [CAT, DOG]


def test_objects_are_missing_as_they_were(opus: FakeSeq2Seq) -> None:
    rows = [CAT, None, np.nan, pd.NA, pd.NaT, CAT, "", np.str_(DOG)]
    series = pd.Series(rows, dtype=object, index=[7, 7, 1, 0, 0, 5, 7, 2], name="review")
    made = series.slm.translate(target="fr", source="en")
    assert made.dtype == object and made.name == "review"
    assert made.index.tolist() == [7, 7, 1, 0, 0, 5, 7, 2]
    assert made.iloc[[0, 5, 6, 7]].tolist() == [CHAT, CHAT, "", CHIEN]
    assert all(same_missing(made.iloc[i], rows[i]) for i in range(1, 5))
    assert opus.prompts.count(CAT) == 1


def test_objects_that_are_all_text_or_none_stay_objects(opus: FakeSeq2Seq) -> None:
    for rows in ([CAT, DOG], [CAT, None], [None, float("nan")]):
        series = pd.Series(rows, dtype=object)
        made = series.slm.translate(target="fr", source="en")
        assert made.dtype == object
        assert same_missing(made.iloc[1], rows[1]) or isinstance(rows[1], str)


@pytest.mark.parametrize("ordered", [False, True])
def test_categories_that_come_out_equal_become_one(opus: FakeSeq2Seq, ordered: bool) -> None:
    # "A cat" and "a cat" are two categories whose translations here differ; these two do not.
    opus.reply = lambda text: "Le chat." if "cat" in text else "Un chien."
    kind = pd.CategoricalDtype(["A bird.", "A cat.", "A dog.", "The cat."], ordered=ordered)
    series = pd.Series(["The cat.", "A dog.", None, "A cat.", "A dog."], dtype=kind, name="x")
    made = series.slm.translate(target="fr", source="en")
    expected = pd.Series(
        ["Le chat.", "Un chien.", None, "Le chat.", "Un chien."],
        dtype=pd.CategoricalDtype(["Le chat.", "Un chien."], ordered=ordered), name="x",
    )  # fmt: skip
    pd.testing.assert_series_equal(made, expected)
    # What does not occur costs nothing.
    assert sorted(opus.prompts) == ["A cat.", "A dog.", "The cat."]


@pytest.mark.parametrize(
    "empty",
    [
        pd.Series([], dtype=object, name="x"), pd.Series([], dtype="str", name="x"),
        pd.Series([None, np.nan], dtype=object, name="x"), pd.Series([None], dtype="string"),
        pd.Series([None, None], dtype="category"), pd.Series([np.nan, np.nan]),
        pd.Series([], dtype=pd.ArrowDtype(pa.string())),
    ],
    ids=lambda s: f"{s.dtype}-{len(s)}",
)  # fmt: skip
def test_pandas_without_a_single_text(opus: FakeSeq2Seq, empty: pd.Series) -> None:
    made = empty.slm.translate(target="fr")
    pd.testing.assert_series_equal(made, empty)
    if empty.dtype == object:
        assert all(map(same_missing, made, empty))
    assert not opus.calls


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (pl.String, pl.String), (pl.Categorical, pl.Categorical),
        (pl.Enum([CAT, DOG, "A bird."]), pl.Categorical),
    ],
    ids=str,
)  # fmt: skip
def test_polars_keeps_all_but_its_words(opus: FakeSeq2Seq, dtype: Any, expected: Any) -> None:
    series = pl.Series("review", ["x", DOG, None, CAT, DOG, "y"]).slice(1, 4)
    chunked = pl.concat([series, series], rechunk=False).cast(dtype)
    made = chunked.slm.translate(target="fr", source="en")
    assert made.dtype == expected and made.name == "review"
    assert made.to_list() == [CHIEN, None, CHAT, CHIEN] * 2
    assert chunked.to_list() == [DOG, None, CAT, DOG] * 2
    assert sorted(opus.prompts) == [CAT, DOG]


@pytest.mark.parametrize(
    ("series", "dtype"),
    [
        (pl.Series("x", [], dtype=pl.String), pl.String),
        (pl.Series("x", [None, None], dtype=pl.Categorical), pl.Categorical),
        (pl.Series("x", [None, None]), pl.String), (pl.Series("x", []), pl.String),
    ],
    ids=str,
)  # fmt: skip
def test_polars_without_a_single_text(opus: FakeSeq2Seq, series: pl.Series, dtype: Any) -> None:
    made = series.slm.translate(target="fr")
    assert (made.dtype, made.name, made.to_list()) == (dtype, "x", series.to_list())
    assert not opus.calls


@pytest.mark.parametrize("kind", [pd.Series, pl.Series])
def test_one_value_a_thousand_times_is_one_text(opus: FakeSeq2Seq, kind: Any) -> None:
    made = kind([CAT] * 1000).slm.translate(target="fr", source="en")
    assert set(made) == {CHAT} and len(made) == 1000
    assert opus.prompts == [CAT]


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (pd.Series([1, 2], name="age"), "Column 'age' is int64, not text"),
        (pd.Series([], dtype=int, name="age"), "Column 'age' is int64, not text"),
        (pd.Series([1, 1], dtype="category", name="k"), "Column 'k' is a category of int64"),
        (pd.Series([True]), "The column is bool, not text"),
        (pd.Series(["secret", None, 3], dtype=object, name="m"), "'m' has int in row 2"),
        (pd.Series(["secret", ["secret"]], name="m"), "'m' has list in row 1"),
        (pd.Series([b"secret"], name="m"), "'m' has bytes in row 0"),
        (pd.Series(["a", "secret\ud800"], dtype=object, name="m"), "'m' has half a character"),
        (pl.Series("age", [1, 2]), "Column 'age' is Int64, not text"),
        (pl.Series("tags", [["secret"]]), "Column 'tags' is List(String), not text"),
    ],
    ids=lambda value: "" if isinstance(value, str) else f"{type(value).__module__}-{value.dtype}",
)  # fmt: skip
def test_what_is_no_text_is_named_and_not_quoted(opus: FakeSeq2Seq, series: Any, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        series.slm.translate(target="fr")
    assert told in str(caught.value)
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)
    assert not opus.calls


def test_an_unknown_language_is_told(opus: FakeSeq2Seq) -> None:
    with pytest.raises(LanguageError):
        pd.Series([CAT]).slm.translate(target="klingon")


@pytest.mark.parametrize("kind", [pd.Series, pl.Series])
def test_flags_are_counted_by_rows(
    opus: FakeSeq2Seq, kind: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    series = kind(["The cat eats 5 today.", CAT, "The cat eats 5 today.", DOG])
    made = series.slm.translate(target="fr", source="en", progress=False)
    assert made.to_list()[0] == "Le chat mange 7 demain."
    assert capsys.readouterr().err == "2 of 4 rows flagged: number_changed 2\n"
    kind([CAT]).slm.translate(target="fr", source="en")
    assert "flagged" not in capsys.readouterr().err
    with pytest.raises(FlaggedError, match="2 of 4 rows flagged: number_changed;") as caught:
        series.slm.translate(target="fr", source="en", strict=True)
    assert caught.value.results.to_list() == made.to_list()
    assert kind([CAT]).slm.translate(target="fr", source="en", strict=True).to_list() == [CHAT]


def test_no_result_is_kept_beyond_its_words(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redaction holds the originals: it must be gone before the next one comes."""
    import gc
    import weakref

    alive: list[Any] = []

    class Watched(Redaction):
        pass

    def run(task: str, texts: Any, put: Any, **options: Any) -> None:
        for row, _ in enumerate(texts):
            one = Watched(text=f"<X_{row}>")
            alive.append(weakref.ref(one))
            put(row, one)
            del one
            gc.collect()
            assert alive[-1]() is None

    monkeypatch.setattr(bulk, "run", run)
    made = pd.Series(["a", "b"]).slm.redact()
    assert made.tolist() == ["<X_0>", "<X_1>"] and len(alive) == 2


@pytest.mark.parametrize("name", ["translate", "summarize", "redact"])
def test_the_namespace_has_every_option_of_its_task(name: str) -> None:
    task = inspect.signature(getattr(slm, name)).parameters
    own = inspect.signature(getattr(frames.SeriesMethods, name)).parameters
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for n, p in own.items() if n != "self")
    expected = {n: p.default for n, p in task.items() if n != "text_or_texts"}
    assert {n: p.default for n, p in own.items() if n != "self"} == {
        **expected, "progress": True, "resume": None,
    }  # fmt: skip


IN_A_PROCESS = """
import sys
{before}
try:
    import slm_magic.frames
except ImportError as error:
    print(type(error).__name__, error)
{after}
"""


def run(before: str, after: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error:::slm_magic", "-c", IN_A_PROCESS.format(before=before, after=after)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def hidden(*names: str) -> str:
    """Return code that makes packages look as if they were not installed."""
    return (
        "import importlib.machinery\n"
        "real = importlib.machinery.PathFinder.find_spec\n"
        f"hidden = {names!r}\n"
        "importlib.machinery.PathFinder.find_spec = staticmethod("
        "lambda name, *a: None if name in hidden else real(name, *a))"
    )


def test_importing_registers_and_nothing_else_does() -> None:
    heavy = "('ctranslate2', 'torch', 'transformers', 'presidio_analyzer', 'spacy', 'tokenizers')"
    out = run(
        "import pandas, polars, slm_magic\n"
        "slm_magic.map_frame\n"
        "print([hasattr(m.Series, 'slm') for m in (pandas, polars)])",
        "print([hasattr(m.Series, 'slm') for m in (pandas, polars)])\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
        "import importlib; importlib.reload(slm_magic.frames)",
    )
    assert out.splitlines() == ["[False, False]", "[True, True]", "[]"]


@pytest.mark.parametrize("there", ["pandas", "polars"])
def test_one_library_is_enough(there: str) -> None:
    other = {"pandas": "polars", "polars": "pandas"}[there]
    out = run(hidden(other), f"import {there}; print(hasattr({there}.Series, 'slm'))")
    assert out == "True\n"


def test_without_either_the_extra_is_named() -> None:
    out = run(hidden("pandas", "polars"), "")
    assert out.startswith("MissingDependencyError") and "slm-magic[frames]" in out
    assert issubclass(MissingDependencyError, ImportError)
