"""Runs with the cache of results: what is kept is not worked on again, wherever it is asked for."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeCausal, FakeEncoder, FakeSeq2Seq, Store, install

import slm_magic as slm
from slm_magic import cli, engine
from slm_magic.errors import CacheError, Interrupted, ModelNotInstalledError, OptionError
from slm_magic.tasks import bulk, translate_run
from slm_magic.tasks.cache import DATABASE, Cache, default_folder

NOUNS = ["cat", "dog", "house", "bread", "garden", "letter", "train", "window", "river", "table"]
VERBS = ["sleeps", "eats", "waits", "falls", "sings", "burns", "turns", "opens"]
OPTIONS: dict[str, Any] = {"target": "fr", "source": "en"}


def texts(count: int, seed: int = 1) -> list[str | None]:
    pick = random.Random(seed)
    made: list[str | None] = [
        f"The {pick.choice(NOUNS)} {pick.choice(VERBS)} in room {number}."
        for number in range(count)
    ]
    made[3::7] = [None] * len(made[3::7])
    return made


def french(text: str) -> str:
    return text.replace("The ", "Le ").replace(" in room ", " en salle ")


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSeq2Seq:
    # The user's own folder of caches, wherever this system has it.
    for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    fake = FakeSeq2Seq(french, languages=("en", "fr"), pairs=(("en", "fr"),), prompts={})
    install(monkeypatch, fake)
    return fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*args: Any, **options: Any) -> Any:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(engine, "load", load)


def plain(results: list[Any]) -> list[Any]:
    """Return results without the time they took."""
    from dataclasses import replace

    return [None if one is None else replace(one, elapsed=0.0) for one in results]


@pytest.mark.parametrize("windows", [False, True])
def test_a_second_run_loads_no_model_and_gives_the_same(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch, windows: bool
) -> None:
    if windows:
        monkeypatch.setattr(translate_run, "WINDOW", 20)
    rows = texts(120)
    first = slm.translate(rows, cache=folder, **OPTIONS)
    assert plain(first) == plain(slm.translate(rows, **OPTIONS))
    assert first[0].text.startswith("Le ") and first[3] is None
    no_model(monkeypatch)
    again = slm.translate(rows, cache=str(folder), **OPTIONS)
    assert plain(again) == plain(first)
    # In another order, and some of them.
    assert plain(slm.translate(rows[::-2], cache=folder, **OPTIONS)) == plain(first[::-2])
    # A text alone, as in a cell.
    assert slm.translate(rows[0] or "", cache=folder, **OPTIONS).text == first[0].text
    # What hands over row by row.
    got: dict[int, Any] = {}
    bulk.run("translate", rows, got.__setitem__, cache=folder, **OPTIONS)
    assert plain([got.get(i) for i in range(len(rows))]) == plain(first)


def test_frames_and_dask_take_what_a_list_left(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe")
    import slm_magic.dask
    import slm_magic.frames  # noqa: F401 - give the Series their namespace

    rows = texts(40)
    first = slm.translate(rows, cache=folder, **OPTIONS)
    want = [one.text for one in first if one is not None]
    no_model(monkeypatch)
    df = pd.DataFrame({"review": pd.Series(rows, dtype=object)})
    options = {**OPTIONS, "cache": folder}
    made = df["review"].slm.translate(progress=False, **options)
    assert made.dropna().tolist() == want and made.isna().tolist() == [r is None for r in rows]
    wide = slm.map_frame(df, column="review", task="translate", progress=False, **options)
    assert wide["review_fr"].dropna().tolist() == want
    ddf = dd.from_pandas(df, npartitions=3)
    spread = ddf["review"].slm.translate(**options).compute()
    assert spread.dropna().tolist() == want


PARAGRAPH = (
    "The bridge was painted green in spring. Nobody on the town council remembers why it was. "
    "Three boats left the harbour before the storm came. The baker opens his shop at six."
)


@pytest.mark.parametrize("style", ["extractive", "abstractive"])
@pytest.mark.parametrize("focus", [None, "the weather"])
def test_summaries_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, style: str, focus: str | None
) -> None:
    from slm_magic.tasks import choose

    encoder = FakeEncoder()
    causal = FakeCausal(lambda prompt: "The bridge was painted green in spring.")
    store = Store(encoder, causal)
    monkeypatch.setattr(choose, "Store", store)
    monkeypatch.setattr(engine, "load", store.load)
    model = {"extractive": "fake-encoder", "abstractive": "fake"}[style]
    options: dict[str, Any] = {"style": style, "focus": focus, "model": model, "cache": folder}
    rows = [PARAGRAPH, None, f"{PARAGRAPH} It rained.", PARAGRAPH]
    first = slm.summarize(rows, sentences=2, **options)
    assert encoder.calls or causal.calls
    with pytest.MonkeyPatch.context() as patch:
        no_model(patch)
        assert plain(slm.summarize(rows, sentences=2, **options)) == plain(first)
        assert slm.summarize(PARAGRAPH, sentences=2, **options).text == first[0].text
    encoder.calls.clear()
    causal.calls.clear()
    slm.summarize(rows, sentences=1, **options)
    assert encoder.calls or causal.calls


def test_only_what_is_new_is_worked_on(opus: FakeSeq2Seq, folder: Path) -> None:
    rows = texts(30)
    slm.translate(rows, cache=folder, **OPTIONS)
    opus.calls.clear()
    more = [*rows[:10], "The lamp glows in room 77.", *rows[10:]]
    again = slm.translate(more, cache=folder, **OPTIONS)
    assert opus.prompts == ["The lamp glows in room 77."]
    assert [r.text if r else None for r in again] == [french(t) if t else None for t in more]


@pytest.mark.parametrize(
    "other",
    [
        {"quotes": "keep"}, {"beam_size": 3}, {"retries": False}, {"markup": "markdown"},
        {"glossary": {"cat": "matou"}}, {"domain": "finance"},
    ],
    ids=str,
)  # fmt: skip
def test_another_option_is_worked_on(
    opus: FakeSeq2Seq, folder: Path, other: dict[str, Any]
) -> None:
    rows = texts(5)
    slm.translate(rows, cache=folder, **OPTIONS)
    opus.calls.clear()
    slm.translate(rows, cache=folder, **OPTIONS, **other)
    assert len(opus.prompts) >= 4
    opus.calls.clear()
    slm.translate(rows, cache=folder, **OPTIONS, **other)
    assert opus.prompts == []


def test_another_model_is_worked_on(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fakes import fake_installed

    slm.translate(texts(5), cache=folder, **OPTIONS)
    newer = FakeSeq2Seq(
        french,
        installed=fake_installed(
            "fake", "seq2seq", languages=("en", "fr"), pairs=(("en", "fr"),), prompts={},
            revision="fedcba9876543210",
        ),
    )  # fmt: skip
    install(monkeypatch, newer)
    results = slm.translate(texts(5), cache=folder, **OPTIONS)
    assert len(newer.prompts) == 4 and results[0].model.revision == "fedcba9876543210"


def test_flags_are_kept_with_their_results(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opus.reply = lambda text: "Le chat dort en salle 99."
    first = slm.translate(texts(4), cache=folder, retries=False, **OPTIONS)
    assert "number_changed" in {flag.kind for flag in first[0].flags}
    no_model(monkeypatch)
    again = slm.translate(texts(4), cache=folder, retries=False, **OPTIONS)
    assert [r and r.flags for r in again] == [r and r.flags for r in first]


def test_what_ctrl_c_leaves_half_done_is_never_kept(opus: FakeSeq2Seq, folder: Path) -> None:
    rows = [
        "The cat sleeps in room 1. The dog eats in room 2.",
        "The train waits in room 3.",
        "The river turns in room 4. The bread burns in room 5. The window opens in room 6.",
    ]
    halves = 0
    for after in range(1, 6):
        own = folder / str(after)
        opus.interrupt_after = after
        with pytest.raises(Interrupted) as stopped:
            slm.translate(rows, cache=own, **OPTIONS)
        left = [result for result in stopped.value.results if result is not None]
        finished = [result.source_text for result in left if not result.flags]
        halves += len(left) - len(finished)
        assert len(Cache(own, 10**8)) == len(finished) == stopped.value.done < 3
        opus.interrupt_after = None
        opus.calls.clear()
        again = slm.translate(rows, cache=own, **OPTIONS)
        assert [r.text for r in again] == [french(row) for row in rows]
        assert all(not r.flags for r in again)
        assert all(sentence not in text for text in finished for sentence in opus.prompts)
        assert len(Cache(own, 10**8)) == 3
    assert halves  # rows that had some of their sentences


def test_a_text_in_another_language_is_another_entry(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = ["The cat sleeps in the garden today.", "12 345"]
    first = slm.translate(english, target="fr", cache=folder)
    assert [r.source for r in first] == ["en", "und"]
    no_model(monkeypatch)
    assert plain(slm.translate(english, target="fr", cache=folder)) == plain(first)


def test_what_no_model_translates_is_not_kept_and_does_not_stop_a_second_run(
    opus: FakeSeq2Seq, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translate_run, "WINDOW", 4)
    german = "Der Hund schläft heute im Garten hinter dem Haus."
    rows = [f"The cat sleeps in the garden of house number {i}." for i in range(12)] + [german]
    first = slm.translate(rows, target="fr", cache=folder)
    assert [flag.kind for flag in first[-1].flags] == ["untranslated"]
    assert len(Cache(folder, 10**8)) == 12
    no_model(monkeypatch)
    assert plain(slm.translate(rows, target="fr", cache=folder)) == plain(first)
    # Alone it is an error, with or without a cache.
    with pytest.raises(ModelNotInstalledError):
        slm.translate([german], target="fr", cache=folder)


def test_the_cache_is_off_unless_asked_for(opus: FakeSeq2Seq) -> None:
    slm.translate(texts(5), **OPTIONS)
    slm.translate(texts(5), cache=False, **OPTIONS)
    assert not default_folder().exists()
    slm.translate(texts(5), cache=True, **OPTIONS)
    assert (default_folder() / DATABASE).exists()


def test_redact_refuses_it_everywhere(folder: Path) -> None:
    pd = pytest.importorskip("pandas")
    series = pd.Series(["Call Maria Rossi."])
    for call in (
        lambda: slm.redact("Call Maria Rossi.", cache=True),
        lambda: slm.redact(["Call Maria Rossi."], cache=folder),
        lambda: bulk.run("redact", ["Call Maria Rossi."], print, cache=folder),
        lambda: slm.map_frame(
            pd.DataFrame({"a": series}), column="a", task="redact", cache=folder, progress=False
        ),
    ):
        with pytest.raises(OptionError, match="redact keeps nothing on disk") as caught:
            call()
        assert "Rossi" not in str(caught.value)
    assert not folder.exists()


def test_a_damaged_cache_is_told_before_any_work(opus: FakeSeq2Seq, folder: Path) -> None:
    folder.mkdir()
    (folder / DATABASE).write_bytes(b"no database " * 1000)
    with pytest.raises(CacheError, match="cache clear"):
        slm.translate(texts(5), cache=folder, **OPTIONS)
    assert opus.calls == []


def test_the_shell_has_a_switch_and_a_variable(
    opus: FakeSeq2Seq,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "note.txt").write_text("The cat sleeps in room 1.", encoding="utf-8")
    call = ["translate", "--to", "fr", "--from", "en", str(tmp_path / "note.txt")]
    monkeypatch.setenv("SLM_MAGIC_CACHE", str(folder))
    assert cli.main(call) == 0
    assert len(Cache(folder, 10**8)) == 1
    monkeypatch.setenv("SLM_MAGIC_CACHE", "off")
    assert cli.main([*call, "--cache"]) == 0
    assert len(Cache(default_folder(), 10**8)) == 1
    monkeypatch.delenv("SLM_MAGIC_CACHE")
    no_model(monkeypatch)
    assert cli.main([*call, "--cache"]) == 0
    assert capsys.readouterr().out == "Le cat sleeps en salle 1.\n" * 3
    assert cli.main(["redact", "--cache", str(tmp_path / "note.txt")]) == 2
    assert "no option '--cache' for redact" in capsys.readouterr().err


def test_without_the_extra_it_is_named_and_other_runs_need_it_not(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diskcache", None)
    assert slm.translate(texts(2), **OPTIONS)[0].text.startswith("Le ")
    with pytest.raises(ImportError, match=r"slm-magic\[cache\]"):
        slm.translate(texts(2), cache=True, **OPTIONS)
