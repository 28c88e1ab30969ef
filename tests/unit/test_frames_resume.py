"""Ctrl-C during a column, and going on: the result is that of an undisturbed run."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from fakes import FakeSeq2Seq
from frame_models import french, interrupt_after, model, sentences

import slm_magic as slm
import slm_magic.frames
from slm_magic import frames_run
from slm_magic.errors import Interrupted, LanguageError, ModelLoadError, OptionError
from slm_magic.tasks import bulk
from slm_magic.tasks.results import Redaction

OPTIONS = {"target": "fr", "source": "en", "progress": False}


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    return model(monkeypatch)


def column(seed: int = 0, size: int = 120, distinct: int = 40) -> list[str | None]:
    pick = random.Random(seed)
    texts = [*sentences(distinct - 2), "The cat eats 5.", "The dog eats 5 today."]
    return [None if pick.random() < 0.1 else pick.choice(texts) for _ in range(size)]


def values(series: Any) -> list[Any]:
    return [v if isinstance(v, str) else None for v in series.to_list()]


def stopped(
    series: Any, monkeypatch: pytest.MonkeyPatch, after: int, **options: Any
) -> Interrupted:
    interrupt_after(monkeypatch, after)
    with pytest.raises(Interrupted) as caught:
        series.slm.translate(**{**OPTIONS, **options})
    return caught.value


def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that fills with the texts that are given to the model from now on."""
    real, given = bulk.run, []

    def run(task: Any, texts: Any, put: Any, **options: Any) -> None:
        texts = list(texts)
        given.extend(text for text in texts if text is not None)
        real(task, texts, put, **options)

    monkeypatch.setattr(bulk, "run", run)
    return given


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_at_any_moment(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, library: str, seed: int
) -> None:
    pick = random.Random(seed)
    texts = column(seed)
    if library == "pandas":
        dtype = pick.choice(["str", "object", "string[pyarrow]", "category"])
        index = [pick.randrange(50) for _ in texts]
        series = pd.Series(texts, dtype=dtype, index=index, name="review")
    else:
        series = pl.Series("review", texts, dtype=pick.choice([pl.String, pl.Categorical]))
    whole = series.slm.translate(**OPTIONS)
    distinct = len({t for t in texts if t is not None})
    error = stopped(series, monkeypatch, pick.randrange(1, distinct - 1))
    part = error.results
    assert type(part) is type(series) and len(part) == len(series) and part.name == "review"
    there = [v is not None for v in values(part)]
    assert error.done == sum(there)
    assert error.total == sum(t is not None for t in texts) > error.done > 0
    assert all(v is None or v == w for v, w in zip(values(part), values(whole), strict=True))
    # Stopped a second time on the way.
    again = stopped(series, monkeypatch, 1, resume=error)
    assert again.done > error.done
    given = worked_on(monkeypatch)
    resume = pick.choice([again, again.results, "last"])
    made = series.slm.translate(**OPTIONS, resume=resume)
    if library == "pandas":
        pd.testing.assert_series_equal(made, whole)
    else:
        assert made.dtype == whole.dtype and made.equals(whole, check_names=True)
    # Only what was missing was worked on, each text once.
    left = dict.fromkeys(t for t, v in zip(texts, values(again.results), strict=True) if v is None)
    assert given == [text for text in left if text is not None]


def test_options_that_were_changed_where_they_lie_are_other_ones(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    series = pd.Series(column(), name="review")
    glossary, pack = {"cat": "chat"}, tmp_path / "pets.toml"
    text = 'title = "Pets"\n[glossary.en-fr]\n"dog" = "{}"\n'
    pack.write_text(text.format("chien"), encoding="utf-8")
    options = {**OPTIONS, "glossary": glossary, "domain": str(pack)}
    with monkeypatch.context() as patched:
        left = stopped(series, patched, 7, glossary=glossary, domain=str(pack))
    glossary["cat"] = "minou"
    with pytest.raises(OptionError, match="had another glossary; give the same"):
        series.slm.translate(**options, resume=left)
    glossary["cat"] = "chat"
    pack.write_text(text.format("toutou"), encoding="utf-8")
    with pytest.raises(OptionError, match="had another domain; give the same"):
        series.slm.translate(**options, resume="last")
    pack.write_text(text.format("chien"), encoding="utf-8")
    assert series.slm.translate(**options, resume="last").notna().sum() == series.notna().sum()


def test_a_cache_may_be_switched_on_to_go_on(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    series = pd.Series(column(), name="review")
    with monkeypatch.context() as patched:
        stopped(series, patched, 7)
    made = series.slm.translate(**OPTIONS, cache=tmp_path / "kept", resume="last")
    pd.testing.assert_series_equal(made, series.slm.translate(**OPTIONS))


def test_an_error_far_down_loses_no_finished_row(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    series = pd.Series(column(), name="review")
    whole = series.slm.translate(**OPTIONS)
    real = bulk.run

    def fails(task: Any, texts: Any, put: Any, **options: Any) -> None:
        seen = 0

        def counted(row: int, result: Any) -> None:
            nonlocal seen
            put(row, result)
            seen += 1
            if seen == 17:
                raise ModelLoadError("'other' cannot be loaded.")

        real(task, texts, counted, **options)

    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "run", fails)
        with pytest.raises(ModelLoadError, match="'other' cannot be loaded"):
            series.slm.translate(**OPTIONS)
    told = capsys.readouterr().err
    assert "finished; to do only the rest: resume='last'." in told and told.count("\n") == 1
    given = worked_on(monkeypatch)
    made = series.slm.translate(**OPTIONS, resume="last")
    pd.testing.assert_series_equal(made, whole)
    assert len(given) == series.nunique() - 17


@pytest.mark.usefixtures("opus")
def test_an_error_before_the_first_row_is_all_that_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(frames_run, "_last", None)
    with pytest.raises(LanguageError):
        pd.Series(["Der Hund schläft heute im Garten."]).slm.translate(
            target="fr", source="fr", progress=False
        )
    assert capsys.readouterr().err == "" and frames_run._last is None


@pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])
@pytest.mark.parametrize("how", ["error", "frame", "column", "last"])
def test_a_frame_goes_on(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, library: Any, how: str
) -> None:
    df = library.DataFrame({"review": column(), "id": range(120)})
    call: dict[str, Any] = {"column": "review", "task": "translate", **OPTIONS}
    whole = slm.map_frame(df, **call)
    interrupt_after(monkeypatch, 17)
    with pytest.raises(Interrupted) as caught:
        slm.map_frame(df, **call)
    part = caught.value.results
    assert list(part.columns) == list(whole.columns)
    if how in ("frame", "column"):
        # As after saving and reading in another session, where nothing is remembered.
        monkeypatch.setattr(frames_run, "_last", None)
    resume = {"error": caught.value, "frame": part, "column": part["review_fr"], "last": "last"}
    opus.calls.clear()
    made = slm.map_frame(df, **call, resume=resume[how])
    assert values(made["review_fr"]) == values(whole["review_fr"])
    assert len(opus.prompts) < len(sentences(40))
    if how != "column":
        # A column of text alone has no flags: those of its rows are not known.
        assert made.equals(whole)


def test_only_what_is_missing_is_worked_on(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = sentences(6)
    series = pd.Series([*texts, texts[0], None])
    error = stopped(series, monkeypatch, 4)
    assert (error.done, error.total) == (5, 7)
    opus.calls.clear()
    made = series.slm.translate(**OPTIONS, resume=error.results)
    assert sorted(opus.prompts) == sorted(texts[4:])
    assert made.iloc[:6].tolist() == [french(text) for text in texts]
    # What is whole is not worked on at all.
    opus.calls.clear()
    assert series.slm.translate(**OPTIONS, resume=made).equals(made) and not opus.calls


def test_last_is_remembered_until_it_is_gone_on_with(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = pl.Series("x", sentences(9))
    with pytest.raises(OptionError, match="no column was interrupted"):
        series.slm.translate(**OPTIONS, resume="last")
    stopped(series, monkeypatch, 3)
    # Mistakes leave it in place.
    with pytest.raises(OptionError, match="another beam_size"):
        series.slm.translate(**OPTIONS, resume="last", beam_size=2)
    with pytest.raises(OptionError, match="was translate, not summarize"):
        series.slm.summarize(resume="last")
    with pytest.raises(OptionError, match="other texts"):
        series.reverse().slm.translate(**OPTIONS, resume="last")
    stopped(series, monkeypatch, 2, resume="last")
    opus.calls.clear()
    made = series.slm.translate(**OPTIONS, resume="last")
    assert len(opus.prompts) == 4 and made.to_list() == [french(t) for t in series]
    with pytest.raises(OptionError, match="gone on with"):
        series.slm.translate(**OPTIONS, resume="last")


def test_flags_of_before_count_too(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    series = pd.Series(["The cat eats 5.", "The dog runs.", "The cat eats 5."])
    error = stopped(series, monkeypatch, 1)
    # The column as it was handed over is known again, with its flags.
    series.slm.translate(**OPTIONS, resume=error.results)
    assert capsys.readouterr().err == "2 of 3 rows flagged: number_changed 2\n"


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (pd.Series(["a", None]), "has 2 rows and the column 3"),
        (pd.Series(["a", None, None], index=[2, 1, 0]), "index differs"),
        (pd.Series(["a", None, "b"]), "rows of one text have two"),
        (pd.Series([None, "a", None]), "a missing row has a result"),
        (pl.Series(["a", None, None]), "index differs"),
        (pd.Series([1, 2, 3], name="n"), "Column 'n' is int64"),
        (Interrupted([], 0, 3), "not of a column"),
        (["a", None, None], "not list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_part_of_another_column_is_refused(opus: FakeSeq2Seq, part: Any, told: str) -> None:
    series = pd.Series(["The cat runs.", None, "The cat runs."])
    with pytest.raises(OptionError) as caught:
        series.slm.translate(**OPTIONS, resume=part)
    assert told in str(caught.value) and "\n" not in str(caught.value)
    assert not opus.calls


@pytest.mark.parametrize(
    ("operator", "again"), [("tag", [0, 1, 2]), ("hash", [0, 1, 2]), ("mask", [2])]
)
def test_redact_goes_on_only_where_rows_stand_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], operator: str,
    again: list[int],
) -> None:  # fmt: skip
    seen: list[list[int]] = []

    def run(task: str, texts: Any, put: Any, **options: Any) -> None:
        present = [i for i, text in enumerate(texts) if text is not None]
        seen.append(present)
        for i in present:
            if len(seen) == 1 and i == 2:
                raise KeyboardInterrupt
            put(i, Redaction(text=f"<{len(seen)}>"))

    monkeypatch.setattr(bulk, "run", run)
    series = pd.Series(["a", "b", "c"])
    with pytest.raises(Interrupted) as caught:
        series.slm.redact(operator=operator)
    assert values(caught.value.results) == ["<1>", "<1>", None]
    made = series.slm.redact(operator=operator, resume=caught.value)
    assert seen == [[0, 1, 2], again]
    assert made.tolist() == ["<2>" if i in again else "<1>" for i in range(3)]
    assert ("starts again" in capsys.readouterr().err) == (operator != "mask")


@pytest.mark.parametrize("seed", range(10))
def test_an_interrupt_of_the_model_itself(opus: FakeSeq2Seq, seed: int) -> None:
    series = pd.Series(column(seed), name="x", dtype="string")
    whole = series.slm.translate(**OPTIONS)
    opus.interrupt_after = random.Random(seed).randrange(8, 24)
    with pytest.raises(Interrupted) as caught:
        series.slm.translate(**OPTIONS)
    opus.interrupt_after = None
    part = values(caught.value.results)
    assert 0 < caught.value.done == sum(v is not None for v in part) < caught.value.total
    assert all(v in (None, w) for v, w in zip(part, values(whole), strict=True))
    assert series.slm.translate(**OPTIONS, resume="last").equals(whole)


def test_a_text_is_named_by_its_row_in_the_column(opus: FakeSeq2Seq) -> None:
    series = pd.Series([None, "12", "12", None, "ok", "ok"])
    with pytest.raises(LanguageError, match="row 4 is in"):
        series.slm.translate(target="fr")


def test_a_short_text_takes_the_language_of_those_before(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the rows that are left, none tells; the finished ones do."""
    series = pd.Series(["The small black dog eats the bread of the cat.", "ok", "12"])
    options = {"target": "fr", "progress": False}
    whole = series.slm.translate(**options)
    interrupt_after(monkeypatch, 1)
    with pytest.raises(Interrupted) as caught:
        series.slm.translate(**options)
    monkeypatch.setattr(frames_run, "_last", None)
    made = series.slm.translate(**options, resume=caught.value.results)
    assert made.tolist() == whole.tolist() and "12" in made.tolist()
