"""A frame in, a new frame out: text, flags and scores as columns."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import polars as pl
import pytest
from fakes import FakeSeq2Seq
from frame_models import model

import slm_magic as slm
from slm_magic.errors import FlaggedError, LanguageError, OptionError
from slm_magic.frames_outcome import score
from slm_magic.tasks import bulk
from slm_magic.tasks.results import (
    Flag,
    RedactedSpan,
    Redaction,
    Summary,
    SummarySentence,
    TranslatedSegment,
    Translation,
)

ROWS = ["The cat eats 5 today.", None, "The cat sleeps.", "The cat eats 5 today."]
FRENCH = ["Le chat mange 7 demain.", None, "Le chat dort.", "Le chat mange 7 demain."]


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    return model(monkeypatch)


def rows(series: Any) -> list[Any]:
    """Return the values, with None for whatever is missing."""
    return [
        None if value is None or value is pd.NA or value != value else value
        for value in series.to_list()
    ]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_new_frame_has_three_columns_more(opus: FakeSeq2Seq, library: Any) -> None:
    df = library.DataFrame({"id": [4, 3, 2, 1], "review": ROWS})
    made = slm.map_frame(df, column="review", task="translate", target="French", source="en")
    assert type(made) is library.DataFrame
    assert list(made.columns) == ["id", "review", "review_fr", "review_fr_flags", "review_fr_score"]
    assert rows(made["review_fr"]) == FRENCH
    assert rows(made["review_fr_flags"]) == ["number_changed", None, "", "number_changed"]
    # What the fake says of each of its answers.
    assert rows(made["review_fr_score"]) == [-0.1, None, -0.1, -0.1]
    assert made["review_fr"].dtype == df["review"].dtype == made["review_fr_flags"].dtype
    assert list(df.columns) == ["id", "review"] and rows(df["review"]) == ROWS
    assert rows(made["id"]) == [4, 3, 2, 1]


@pytest.mark.filterwarnings("error")
def test_names_of_several_parts_get_new_ones_of_as_many(opus: FakeSeq2Seq) -> None:
    df = pd.DataFrame({("stay", "review"): ROWS, ("stay", "id"): [4, 3, 2, 1]})
    call: dict[str, Any] = {"column": ("stay", "review"), "task": "translate", "target": "fr"}
    made = slm.map_frame(df, **call, into="out")
    assert list(made.columns)[2:] == [("out", ""), ("out_flags", ""), ("out_score", "")]
    assert rows(made["out"]) == FRENCH
    with pytest.raises(OptionError, match="already has a column"):
        slm.map_frame(made, **call, into="out")
    # What was finished is found by the same names.
    calls = len(opus.calls)
    pd.testing.assert_frame_equal(slm.map_frame(df, **call, into="out", resume=made), made)
    assert len(opus.calls) == calls


def test_rows_that_an_index_names_alike_stay_apart(opus: FakeSeq2Seq) -> None:
    df = pd.DataFrame({"review": pd.Categorical(ROWS)}, index=[1, 1, 0, 1])
    made = slm.map_frame(df, column="review", task="translate", target="fr", into="out")
    assert list(made.columns) == ["review", "out", "out_flags", "out_score"]
    assert rows(made["out"]) == FRENCH and made.index.tolist() == [1, 1, 0, 1]
    assert isinstance(made["out"].dtype, pd.CategoricalDtype)
    assert rows(made["out_flags"]) == ["number_changed", None, "", "number_changed"]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_column_is_replaced_only_when_asked(opus: FakeSeq2Seq, library: Any) -> None:
    df = library.DataFrame({"review": ["The cat sleeps."], "review_fr_flags": ["kept"]})
    call = {"column": "review", "task": "translate", "target": "fr", "source": "en"}
    with pytest.raises(OptionError, match="already has a column 'review_fr_flags'; .*overwrite"):
        slm.map_frame(df, **call)
    assert not opus.calls
    made = slm.map_frame(df, **call, overwrite=True)
    assert rows(made["review_fr_flags"]) == [""] and rows(df["review_fr_flags"]) == ["kept"]
    other = slm.map_frame(df, **call, into="x")
    assert list(other.columns)[2:] == ["x", "x_flags", "x_score"]


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
def test_a_frame_without_rows(opus: FakeSeq2Seq, library: Any) -> None:
    df = library.DataFrame({"review": ["x"]})[:0]
    made = slm.map_frame(df, column="review", task="redact")
    names = ["review", "review_redacted", "review_redacted_flags", "review_redacted_score"]
    assert list(made.columns) == names and len(made) == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"task": "transalte"}, "no task 'transalte'. Did you mean 'translate'?"),
        ({"targt": "fr"}, "translate has no option 'targt'. Did you mean 'target'?"),
        ({"target": None}, "translate needs target=."),
        ({"column": "reviw"}, "no column 'reviw'. Did you mean 'review'?"),
        ({"column": "age"}, "Column 'age' is int64, not text"),
        ({"column": "twice"}, "2 columns 'twice'"),
        ({"into": ""}, "into must be the name"),
        ({"resume": "first"}, "resume takes 'last'"),
        ({"resume": "last"}, "no column was interrupted"),
    ],
)
def test_a_mistake_is_one_line(opus: FakeSeq2Seq, changes: dict[str, Any], told: str) -> None:
    df = pd.DataFrame([["x", 1, "a", "b"]], columns=["review", "age", "twice", "twice"])
    call = {"column": "review", "task": "translate", "target": "fr", **changes}
    if changes.get("target", "") is None:
        del call["target"]
    with pytest.raises(OptionError) as caught:
        slm.map_frame(df, **call)
    assert told in str(caught.value) and "\n" not in str(caught.value)
    assert not opus.calls


def test_a_bad_language_is_told_before_any_work(opus: FakeSeq2Seq) -> None:
    with pytest.raises(LanguageError):
        slm.map_frame(pd.DataFrame({"x": ["a"]}), column="x", task="translate", target="klingon")
    assert not opus.calls


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (pl.LazyFrame({"x": ["a"]}), "call .collect() first"),
        (pd.Series(["a"], name="x"), "import slm_magic.frames"),
        (pl.Series("x", ["a"]), "import slm_magic.frames"),
        ({"x": ["a"]}, "pandas or polars DataFrame, not dict"),
    ],
    ids=["lazy", "pandas", "polars", "dict"],
)
def test_what_is_no_frame_is_told(given: Any, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        slm.map_frame(given, column="x", task="translate", target="fr")
    assert told in str(caught.value)


def test_strict_gives_the_frame(opus: FakeSeq2Seq) -> None:
    df = pl.DataFrame({"x": ROWS})
    with pytest.raises(FlaggedError, match="2 of 4 rows flagged: number_changed") as caught:
        slm.map_frame(df, column="x", task="translate", target="fr", source="en", strict=True)
    assert rows(caught.value.results["x_fr"]) == FRENCH


def test_the_count_of_flags_is_told_with_the_bar_alone(
    opus: FakeSeq2Seq, capsys: pytest.CaptureFixture[str]
) -> None:
    df = pl.DataFrame({"x": ROWS})
    call = {"column": "x", "task": "translate", "target": "fr", "source": "en"}
    slm.map_frame(df, **call, progress=False)
    assert capsys.readouterr().err == ""
    slm.map_frame(df, **call)
    assert "2 of 4 rows flagged: number_changed 2\n" in capsys.readouterr().err


def _translation(*scored: tuple[str, bool, float | None]) -> Translation:
    segments = tuple(TranslatedSegment("s", text, done, value) for text, done, value in scored)
    return Translation(text="t", source_text="s", source="en", target="fr", segments=segments)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (_translation(("x" * 30, True, -0.2), (" ", False, None), ("x" * 10, True, -1.0)), -0.4),
        (_translation(("x", True, None)), None),
        (_translation((" ", False, None)), None),
        (Summary(text="a", sentences=(SummarySentence("a", 0, 1, 0.5), SummarySentence("bcd", 2, 5, 0.25))), 0.375),
        (Summary(text="", sentences=()), None),
        (Summary(text="a", style="abstractive", sentences=(SummarySentence("a", 0, 1, 0.5),)), None),
        (Redaction(text="", spans=(RedactedSpan("PERSON", 0, 1, 0.9, "<P>"), RedactedSpan("AGE", 2, 3, 0.6, "<A>"))), 0.6),
        (Redaction(text="nothing"), None),
    ],
)  # fmt: skip
def test_scores(result: Any, expected: float | None) -> None:
    found = score(result)
    assert found is None if expected is None else math.isclose(found or 0.0, expected)


def test_each_kind_of_flag_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = (Flag("truncated", "a"), Flag("number_changed", "b"), Flag("truncated", "c"))

    def run(task: str, texts: Any, put: Any, **options: Any) -> None:
        put(0, Summary(text="A.", flags=flags))

    monkeypatch.setattr(bulk, "run", run)
    made = slm.map_frame(pl.DataFrame({"x": ["A text."]}), column="x", task="summarize")
    assert made["x_summary_flags"].to_list() == ["truncated,number_changed"]
    assert made["x_summary_score"].to_list() == [None]
    assert made["x_summary_score"].dtype == pl.Float64


@pytest.mark.parametrize(("beam", "asked"), [(1, False), (2, True)])
def test_scores_are_asked_for_where_they_cost_nothing(
    opus: FakeSeq2Seq, beam: int, asked: bool
) -> None:
    df = pd.DataFrame({"x": ["The cat sleeps."]})
    slm.map_frame(df, column="x", task="translate", target="fr", source="en", beam_size=beam)
    assert opus.calls[0]["decoding"].scores is asked
