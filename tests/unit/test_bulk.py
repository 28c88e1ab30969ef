"""Columns run window by window: order, memory, repeats, Ctrl-C and taking up again, bars."""

from __future__ import annotations

import gc
import json
import pickle
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny
from fakes import FakeCausal, FakeEncoder, FakeSeq2Seq, fake_installed, install
from test_tokenization_seq2seq import opus_folder

from slm_magic import engine
from slm_magic.errors import Interrupted, LanguageError, ModelNotInstalledError, OptionError
from slm_magic.tasks import (
    bulk,
    choose,
    summarize_abstractive,
    summarize_extractive,
    translate_plan,
    translate_run,
)
from slm_magic.tasks.results import Flag, Result, Summary, Translation
from slm_magic.tasks.summarize import runner as summarize_runner
from slm_magic.tasks.summarize import summarize
from slm_magic.tasks.translate import runner, translate

NOUNS = ["baker", "bridge", "harbour", "storm", "teacher", "river", "garden", "letter", "clock"]
VERBS = ["waits for", "looks at", "remembers", "paints", "forgets", "follows"]

REFRAIN = "Nobody knows the way to the old mill."
FRENCH = {
    REFRAIN: "Personne ne connaît le chemin du vieux moulin.",
    "The bridge has 12 arches.": "Le pont a 12 arches.",
    "The river is wide.": "La rivière est large.",
    "OK": "D’accord",
}


def sentence(number: int) -> str:
    """Return an ordinary sentence; no two of the first few thousand are equal."""
    pick = random.Random(number)
    first, second = pick.sample(NOUNS, 2)
    tail = " again and again" * pick.randrange(3)
    return f"The {first} of room {number} {pick.choice(VERBS)} the old {second}{tail}."


def french(text: str) -> str:
    """Return a translation that the checks find nothing wrong with."""
    if text in FRENCH:
        return FRENCH[text]
    number = re.findall(r"\d+", text)[0]
    return f"Le boulanger de la pièce {number} attend sous le vieux pont" + (
        " encore et encore" * text.count("again and again") + "."
    )


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate_run, "WINDOW", 8)
    monkeypatch.setattr(summarize_extractive, "WINDOW", 8)


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    fake = FakeSeq2Seq(
        french,
        languages=("en", "fr"), pairs=(("en", "fr"),), prompts={},
    )  # fmt: skip
    install(monkeypatch, fake)
    return fake


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    fake = FakeEncoder()
    monkeypatch.setattr(choose, "model", lambda *_, **__: fake.installed)
    monkeypatch.setattr(engine, "load", lambda *_, **__: fake)
    return fake


@pytest.fixture
def tiny_opus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real folder of random weights that is the only model from English into French."""
    made = fake_installed(
        "tiny", "seq2seq", opus_folder(tmp_path / "tiny", add_source_eos=False),
        languages=("en", "fr"), pairs=(("en", "fr"),), context=128, prompts={},
        decoding={"translate": {"max_new_tokens": 12}},
    )  # fmt: skip
    load = engine.load
    install(monkeypatch, FakeSeq2Seq(installed=made))
    monkeypatch.setattr(engine, "load", load)
    monkeypatch.setenv("SLM_MAGIC_THREADS", "2")
    yield "tiny"
    engine.unload()


def plain(results: Sequence[Any]) -> list[Any]:
    """Return results without the time they took."""
    return [result and replace(result, elapsed=0.0) for result in results]


def column(rows: Sequence[str | None], **options: Any) -> dict[int, Result]:
    found: dict[int, Result] = {}
    order: list[int] = []

    def put(row: int, result: Result) -> None:
        order.append(row)
        found[row] = result

    bulk.run("translate", (row for row in rows), put, target="fr", retries=False, **options)
    assert order == sorted(order) == [i for i, row in enumerate(rows) if row is not None]
    return found


@pytest.mark.usefixtures("small_windows", "opus")
def test_rows_come_in_order_and_are_what_a_list_gives() -> None:
    rows: list[str | None] = [f"{sentence(i)} {sentence(i + 500)}" for i in range(40)]
    rows[3] = rows[17] = None
    found = column(rows, source="en")
    assert plain([found.get(i) for i in range(40)]) == plain(
        translate(rows, target="fr", source="en", retries=False)
    )
    assert column([], source="en") == {} and column([None], source="en") == {}


@pytest.mark.usefixtures("small_windows")
def test_each_window_is_one_call_and_a_long_text_fills_one(opus: FakeSeq2Seq) -> None:
    column([sentence(i) for i in range(20)], source="en")
    assert [len(call["texts"]) for call in opus.calls] == [8, 8, 4]
    opus.calls.clear()
    long = " ".join(sentence(i) for i in range(100, 150))
    column([long, sentence(1), long.replace("room", "house"), sentence(2)], source="en")
    # What is left of a window is filled up, and never two long texts at once.
    assert [len(call["texts"]) for call in opus.calls] == [50, 51, 1]


class Noted(bulk.Runner):
    """A runner that only tells what happens."""

    what = "Noting"

    def __init__(self, log: list[str], fail_at: int = -1, watch: int = 3, size: int = 1) -> None:
        self.log, self.fail_at, self.watch, self.size = log, fail_at, watch, size
        self.prepared = {n: threading.Event() for n in range(10)}
        self.threads: set[str] = set()

    def sentences(self, text: str) -> int:
        return self.size

    def prepare(self, rows: Sequence[bulk.Row], *, bulk: bool) -> Any:
        number = rows[0][0]
        self.log.append(f"prepare {number} {bulk}")
        self.threads.add(threading.current_thread().name)
        if number == self.fail_at:
            raise OptionError("no such row")
        self.prepared[number].set()
        return Note(self, rows)


class Note:
    steps = 1

    def __init__(self, runner: Noted, rows: Sequence[bulk.Row]) -> None:
        self.runner, self.rows = runner, rows

    def run(self, meter: bulk.Meter) -> None:
        number = self.rows[0][0]
        if number < self.runner.watch:
            # The next is prepared while this one runs.
            assert self.runner.prepared[number + 1].wait(20)
            assert not self.runner.prepared[number + 2].is_set()
        self.runner.log.append(f"run {number}")

    def results(self) -> list[tuple[int, Result]]:
        return [(row, Result(text=text)) for row, text in self.rows]

    def unfinished(self) -> list[tuple[int, Result]]:
        return []


def drive(made: Noted, count: int) -> list[int]:
    seen: list[int] = []
    rows = ((i, "x" * bulk.SENTENCE_CHARACTERS) for i in range(count))
    meter = bulk.Meter("Noting", show=False, total=count)
    bulk.drive(made, rows, lambda row, _: seen.append(row), meter)
    return seen


def test_the_next_window_is_prepared_while_the_model_works() -> None:
    made = Noted([])
    assert drive(made, 5) == [0, 1, 2, 3, 4]
    assert [line for line in made.log if "run" in line] == [f"run {i}" for i in range(5)]
    assert sorted(line for line in made.log if "prepare" in line) == [
        f"prepare {i} True" for i in range(5)
    ]
    assert threading.current_thread().name in made.threads and len(made.threads) == 2
    # One window needs no thread, and is no bulk work.
    made = Noted([], watch=0)
    assert drive(made, 1) == [0]
    assert made.log == ["prepare 0 False", "run 0"]
    assert made.threads == {threading.current_thread().name}


@pytest.mark.parametrize(("rows", "bulk_work"), [(255, False), (256, True)])
def test_many_short_texts_of_one_window_are_bulk_work(rows: int, bulk_work: bool) -> None:
    made = Noted([], watch=0, size=1000)
    meter = bulk.Meter("N", show=False, total=rows)
    bulk.drive(made, ((i, "Yes.") for i in range(rows)), lambda row, _: row, meter)
    assert made.log == [f"prepare 0 {bulk_work}", "run 0"]


def test_windows_are_small_where_a_language_model_translates_or_nobody_knows_yet(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, small = translate_run.WINDOW, translate_run.CAUSAL_WINDOW
    english, german = sentence(1), "Der Hund schläft heute im Garten hinter dem Haus."
    for options in ({}, {"source": "en"}, {"model": opus.installed.name}):
        assert runner(target="fr", **options).sentences(english) == large
    # A model that is named is known, whatever the text.
    assert runner(target="fr", model=opus.installed.name).sentences("12 %") == large
    assert runner(target="fr").sentences("12 %") == small
    assert runner(target="fr").sentences(german) == small
    causal = FakeCausal(french, installed=fake_installed("talker"))
    install(monkeypatch, causal)
    for options in ({}, {"source": "en"}, {"model": causal.installed.name}):
        assert runner(target="fr", **options).sentences(english) == small
    # A window in the target language or without words tells nothing of the next.
    install(monkeypatch, opus)
    late = runner(target="fr")
    late.prepare([(0, "Le chat dort dans le jardin derrière la maison."), (1, "12 %")], bulk=True)
    assert late.sentences(english) == large
    # What a column begins with does not count once a language model is at work in it.
    install(monkeypatch, opus, causal)
    mixed = runner(target="fr")
    assert mixed.sentences(english) == large
    mixed.prepare([(0, english)], bulk=True)
    assert mixed.sentences(german) == large
    mixed.prepare([(1, german)], bulk=True)
    assert mixed.sentences(english) == small


def test_what_fails_ahead_is_raised_after_what_was_done() -> None:
    made = Noted([], fail_at=4)
    seen: list[int] = []
    rows = ((i, "x" * bulk.SENTENCE_CHARACTERS) for i in range(6))
    with pytest.raises(OptionError, match="no such row"):
        bulk.drive(
            made, rows, lambda row, _: seen.append(row), bulk.Meter("N", show=False, total=6)
        )
    assert seen == [0, 1, 2, 3]


@pytest.mark.usefixtures("small_windows")
def test_equal_texts_of_a_list_are_done_once_and_share_their_result(opus: FakeSeq2Seq) -> None:
    rows = [sentence(1), sentence(2), None, sentence(1)]
    first, second, missing, again = translate(rows, target="fr", source="en")
    assert first is again and missing is None and first is not second
    assert len(opus.prompts) == 2
    assert first.elapsed > 0 and second.elapsed > 0
    whole = first.elapsed / len(rows[0]) - second.elapsed / len(rows[1])  # type: ignore[arg-type]
    assert abs(whole) < 1e-9


@pytest.mark.usefixtures("small_windows")
def test_a_sentence_of_an_earlier_window_is_not_asked_again(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = column([f"{sentence(i)} {REFRAIN}" for i in range(30)], source="en")
    assert opus.prompts.count(REFRAIN) == 1
    assert all(result.text.endswith("vieux moulin.") for result in found.values())
    # Only so many are remembered.
    monkeypatch.setattr(translate_plan, "MEMORY", 2)
    opus.calls.clear()
    column([f"{sentence(i)} {REFRAIN}" for i in range(3)] * 4, source="en")
    assert opus.prompts.count(sentence(0)) > 1


@pytest.mark.usefixtures("small_windows")
def test_embeddings_of_earlier_windows_are_remembered(encoder: FakeEncoder) -> None:
    found: dict[int, Result] = {}
    texts = [f"{sentence(i)} {REFRAIN}" for i in range(30)]
    bulk.run("summarize", texts, found.__setitem__, sentences=1)
    asked = [text for call in encoder.calls for text in call["texts"]]
    assert asked.count(REFRAIN) == 1 and len(asked) == 31
    assert plain(list(found.values())) == plain(summarize(texts, sentences=1))


@pytest.mark.usefixtures("small_windows", "opus")
def test_only_a_few_windows_are_held() -> None:
    most = 0

    def put(row: int, _: Result) -> None:
        nonlocal most
        if row % 40 == 0:
            gc.collect()
            held = sum(type(one) is Translation for one in gc.get_objects())
            held += sum(type(one) is translate_plan.Work for one in gc.get_objects())
            most = max(most, held)

    bulk.run("translate", map(sentence, range(400)), put, target="fr", source="en")
    # Windows of eight: the one in hand, the next, the one behind.
    assert 0 < most <= 40


def interrupt_at(monkeypatch: pytest.MonkeyPatch, moment: int) -> Callable[[], int]:
    """Raise KeyboardInterrupt once, at the moment of this number, and return how many came.

    Moments are where Python is while the model works: between two looks at the running batches,
    at a sentence's end, and while results are handed over.
    """
    count = 0
    main = threading.current_thread()

    def note() -> None:
        nonlocal count
        if threading.current_thread() is main:
            count += 1
            if count == moment:
                raise KeyboardInterrupt

    real_sleep, real_row = time.sleep, bulk.Meter.row
    real_flags = bulk.Meter.flags

    def sleep(seconds: float) -> None:
        note()
        real_sleep(seconds)

    def row(self: bulk.Meter, number: int) -> None:
        note()
        real_row(self, number)

    def flags(self: bulk.Meter, number: int, result: Result) -> None:
        note()
        real_flags(self, number, result)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(bulk.Meter, "row", row)
    monkeypatch.setattr(bulk.Meter, "flags", flags)
    return lambda: count


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("retries", [True, False])
def test_interrupted_anywhere_and_taken_up_it_is_what_an_undisturbed_run_gives(
    tiny_opus: str, retries: bool
) -> None:
    rows: list[str | None] = [f"{sentence(i)} {sentence(i % 7)}" for i in range(24)]
    rows[5], rows[6] = None, rows[2]
    options: dict[str, Any] = {"target": "fr", "source": "en", "retries": retries}
    whole = translate(rows, **options)
    assert any(result and result.flags for result in whole)
    with pytest.MonkeyPatch.context() as patched:
        counted = interrupt_at(patched, -1)
        translate(rows, **options)
        moments = counted()
    pick = random.Random(7)
    stopped = partly = 0
    for moment in sorted(pick.sample(range(1, moments), 10)):
        with pytest.MonkeyPatch.context() as patched:
            interrupt_at(patched, moment)
            try:
                results = translate(rows, **options)
            except Interrupted as error:
                stopped += 1
                partly += len(error.unfinished)
                assert error.done == sum(
                    result is not None and i not in error.unfinished
                    for i, result in enumerate(error.results)
                )
                kept = error
            else:
                assert plain(results) == plain(whole)
                continue
        assert plain(translate(rows, **options, resume=kept)) == plain(whole)
        assert plain(translate(rows, **options, resume=kept.results)) == plain(whole)
    assert stopped >= 5


def test_what_was_finished_is_not_done_again(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [sentence(i) for i in range(20)]
    monkeypatch.setattr(
        translate_run.Translating, "sentences", lambda _, text: 4 if text == rows[0] else 8
    )
    whole = translate(rows, target="fr", source="en")
    opus.calls.clear()
    opus.interrupt_after = 5
    with pytest.raises(Interrupted) as caught:
        translate(rows, target="fr", source="en")
    # The first window of four, and five of the next.
    assert caught.value.done == 9 and caught.value.unfinished == frozenset()
    opus.interrupt_after = None
    opus.calls.clear()
    again = translate(rows, target="fr", source="en", resume=caught.value)
    assert len(opus.prompts) == 11
    assert plain(again) == plain(whole)
    kept = [i for i, one in enumerate(caught.value.results) if one is not None]
    assert all(again[i] is caught.value.results[i] for i in kept)


@pytest.mark.usefixtures("small_windows")
def test_a_text_is_finished_when_its_faults_have_been_tried_to_mend(opus: FakeSeq2Seq) -> None:
    rows = ["The bridge has 12 arches.", "The river is wide."]
    opus.reply = lambda text: french(text).replace("12", "13")
    real = opus.translate

    def no_second_call(*args: Any, **options: Any) -> Any:
        if opus.calls:
            raise KeyboardInterrupt
        return real(*args, **options)

    opus.translate = no_second_call  # type: ignore[method-assign]
    with pytest.raises(Interrupted) as caught:
        translate(rows, target="fr", source="en")
    # Its first translation is shown, and is no result yet.
    assert caught.value.unfinished == {0} and caught.value.done == 1
    assert {flag.kind for flag in caught.value.results[0].flags} == {"number_changed"}
    seen: list[int] = []
    opus.calls.clear()
    with pytest.raises(KeyboardInterrupt):
        bulk.run("translate", rows, lambda row, _: seen.append(row), target="fr", source="en")
    assert seen == [1]


@pytest.mark.usefixtures("small_windows")
def test_summaries_are_taken_up_too(encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{sentence(i)} {sentence(i + 50)}" for i in range(12)]
    whole = summarize(rows, sentences=1)
    real, calls = encoder.embed, []

    def second_call_stops(texts: list[str], **more: Any) -> Any:
        calls.append(len(texts))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(texts, **more)

    monkeypatch.setattr(encoder, "embed", second_call_stops)
    with pytest.raises(Interrupted) as caught:
        summarize(rows, sentences=1)
    assert 0 < caught.value.done < 12
    calls.clear()
    calls += [0, 0]
    again = summarize(rows, sentences=1, resume=caught.value)
    assert plain(again) == plain(whole)
    assert sum(calls) == 2 * (12 - caught.value.done)


def done(source: str, **changes: Any) -> Translation:
    values = {"text": "x", "source_text": source, "source": "en", "target": "fr", **changes}
    return Translation(**values)


@pytest.mark.usefixtures("opus")
@pytest.mark.parametrize(
    ("texts", "resume", "says"),
    [
        ("One text.", [None], "not for a single text"),
        (["A.", "B."], [None], "has 1 results and there are 2 texts"),
        (["A.", "B."], [done("A."), done("C.")], "Row 1 of resume is not the result of this text"),
        (["A.", None], [None, done("B.")], "Row 1"),
        (["A."], [Summary(text="A.")], "Row 0"),
        (["A."], [done("A.", target="de")], "Row 0 .* with these options"),
        (["A."], [replace(done("A."), source="de")], "Row 0 .* with these options"),
        (["A."], "A.", "takes the Interrupted"),
        (["A."], {0: done("A.")}, "takes the Interrupted"),
    ],
)
def test_what_cannot_be_taken_up(texts: Any, resume: Any, says: str) -> None:
    with pytest.raises(OptionError, match=says) as caught:
        translate(texts, target="fr", source="en", resume=resume)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize(
    "change", [{"retries": False}, {"glossary": {"old": "vieux"}}, {"model": "opus-mt-en-fr"}]
)
def test_what_was_begun_with_other_options_is_not_gone_on_with(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    rows = [sentence(i) for i in range(12)]
    real, calls = opus.translate, []

    def second_call_stops(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(opus, "translate", second_call_stops)
    monkeypatch.setattr(choose, "model", lambda *args, **more: opus.installed)
    with pytest.raises(Interrupted) as caught:
        translate(rows, target="fr", source="en")
    # Sent from one process to another it still knows.
    left = pickle.loads(pickle.dumps(caught.value))
    for one in (caught.value, left):
        with pytest.raises(OptionError, match="resume is of a call with other options"):
            translate(rows, target="fr", source="en", resume=one, **change)
    assert all(translate(rows, target="fr", source="en", resume=left))


@pytest.mark.usefixtures("encoder")
def test_summaries_of_other_texts_are_not_taken_up() -> None:
    rows = [f"{sentence(i)} {sentence(i + 50)}" for i in range(3)]
    kept = summarize(rows[:2], sentences=1)
    assert plain(summarize(rows[:2], sentences=1, resume=kept)) == plain(kept)
    longer = summarize(rows[:2], sentences=2)
    for texts, left in ((rows[1:], kept), (rows[:2], longer)):
        with pytest.raises(OptionError, match="Row 0 of resume"):
            summarize(texts, sentences=1, resume=left)


def test_of_bare_results_those_that_are_flagged_are_done_anew(opus: FakeSeq2Seq) -> None:
    rows = [sentence(1), sentence(2)]
    flagged = done(rows[1], flags=(Flag("truncated", "It was cut."),))
    first, second = translate(
        rows, target="fr", source="en", resume=[done(rows[0], text="kept"), flagged]
    )
    assert first.text == "kept" and second.flags == ()
    assert opus.prompts == [rows[1]]
    # Those that Ctrl-C carried say so themselves.
    opus.calls.clear()
    kept = Interrupted([done(rows[0]), flagged], 2, 2)
    assert translate(rows, target="fr", source="en", resume=kept)[1] is flagged
    assert opus.calls == []


@pytest.mark.usefixtures("small_windows", "opus")
def test_a_language_that_nothing_translates_stops_a_run_only_at_its_start() -> None:
    swahili = "Watoto wanacheza mpira kwenye uwanja mkubwa karibu na shule yetu ya zamani."
    with pytest.raises((ModelNotInstalledError, LanguageError)):
        column([swahili, *map(sentence, range(20))])
    found = column([*map(sentence, range(20)), swahili])
    last = found[20]
    assert last.text == swahili
    (flag,) = last.flags
    assert flag.kind == "untranslated" and "from Swahili" in flag.message
    assert not any(found[i].flags for i in range(20))


@pytest.mark.usefixtures("opus", "encoder")
def test_what_a_result_depends_on_is_told_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(0, "The bridge is old and nobody crosses it."), (4, "Le pont est vieux et beau.")]
    told = runner(target="fr").identify(rows)
    assert json.loads(json.dumps(told)) == told
    assert (told[0]["source"], told[1]["source"]) == ("en", "fr")  # type: ignore[index]
    assert told == runner(target="fr").identify(rows)
    for change in ({"beam_size": 2}, {"glossary": {"old": "vieux"}}, {"retries": False},
                   {"quotes": "keep"}, {"markup": "text"}, {"domain": "finance"}):  # fmt: skip
        assert runner(target="fr", **change).identify(rows)[0] != told[0]  # type: ignore[arg-type]
    texts = summarize_runner().identify(rows)
    assert json.loads(json.dumps(texts)) == texts and texts[0] == texts[1] != told[0]
    for more in ({"sentences": 1}, {"focus": "bridges"}, {"language": "fr"}, {"domain": "finance"}):
        assert summarize_runner(**more).identify(rows) != texts  # type: ignore[arg-type]
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    assert runner(target="fr").identify(rows) != told


def test_a_model_that_was_made_anew_or_told_otherwise_is_another_one() -> None:
    model = fake_installed("opus-mt-en-fr", kind="seq2seq")
    prompts = {"translate": {"user": "Now {text}"}}
    others = [
        replace(model, conversion=model.conversion + 1),
        replace(model, card=replace(model.card, prompts=prompts)),
        replace(model, card=replace(model.card, context=64)),
    ]
    told = [bulk.identity("translate", [one]) for one in (model, *others)]
    assert len({json.dumps(one, sort_keys=True) for one in told}) == 4


def test_a_tokenizer_replaced_in_a_folder_of_the_users_is_another_model(tmp_path: Path) -> None:
    rows = [(0, "The bridge is old and nobody crosses it.")]
    folder = tiny.opus(tmp_path / "mine")

    def told() -> list[object]:
        return runner(target="fr", source="en", model=str(folder)).identify(rows)

    first = told()
    assert first[0] is not None and first == told()
    (folder / "source.spm").write_bytes((folder / "source.spm").read_bytes() + b"\n")
    assert told() != first


def test_terms_of_a_domain_for_the_steps_of_a_pivot_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    de_en = FakeSeq2Seq(str, name="de-en", languages=("de", "en"), pairs=(("de", "en"),))
    en_fr = FakeSeq2Seq(str, name="en-fr", languages=("en", "fr"), pairs=(("en", "fr"),))
    install(monkeypatch, de_en, en_fr)
    pack = tmp_path / "court.toml"
    rows = [(0, "Das Gericht hat heute entschieden.")]
    told = []
    for pair, term in (("de-en", "court"), ("de-en", "tribunal"), ("en-fr", "cour")):
        pack.write_text(
            f'title = "Court"\n[glossary.{pair}]\n"Gericht" = "{term}"\n', encoding="utf-8"
        )
        told += runner(target="fr", source="de", domain=str(pack)).identify(rows)
    assert len({json.dumps(one, sort_keys=True) for one in told}) == 3


def test_the_model_that_finds_the_nearest_sentence_counts_where_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writer = fake_installed("writer")
    monkeypatch.setattr(choose, "model", lambda task, name, *, kind: {"causal": writer}[kind])
    nearest = [fake_installed("first", kind="encoder"), fake_installed("second", kind="encoder")]
    rows = [(0, "The bridge is old and nobody crosses it.")]

    def told(unsupported: str, encoder: Any) -> str:
        monkeypatch.setattr(summarize_abstractive, "likeness_model", lambda: encoder)
        made = summarize_runner(style="abstractive", unsupported=unsupported).identify(rows)
        return json.dumps(made, sort_keys=True)

    assert len({told("replace", one) for one in (*nearest, None)}) == 3
    assert len({told("drop", one) for one in (*nearest, None)}) == 1


def test_being_asked_what_it_depends_on_changes_no_result(opus: FakeSeq2Seq) -> None:
    rows = [(0, sentence(1)), (1, "OK"), (2, sentence(2))]
    asked, not_asked = runner(target="fr"), runner(target="fr")
    asked.identify(rows)
    made = [one.prepare(rows, bulk=False) for one in (asked, not_asked)]
    for window in made:
        window.run(bulk.Meter("x", show=False, total=3))
    assert made[0].results() == made[1].results()
    assert {row for row, _ in made[0].results()} == {0, 1, 2}


class Bar:
    def __init__(self, total: float | None, unit: str, show: bool) -> None:
        self.total, self.unit, self.show = total, unit, show
        self.done, self.said, self.closed = 0.0, "", False

    def update(self, n: float = 1) -> None:
        self.done += n

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        self.said = s

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Bar]:
    made: list[Bar] = []

    def bar(total: float | None, *, what: str, unit: str, show: bool) -> Bar:
        made.append(Bar(total, unit, show))
        return made[-1]

    monkeypatch.setattr(bulk, "bar", bar)
    return made


@pytest.mark.usefixtures("small_windows")
def test_a_bar_counts_the_rows_that_texts_stand_for_and_tells_of_flags(
    opus: FakeSeq2Seq, bars: list[Bar]
) -> None:
    opus.reply = lambda text: french(text).replace("pièce 3 ", "pièce 4 ")
    texts = [sentence(i) for i in range(12)]
    weights = [i + 1 for i in range(12)]
    options: dict[str, Any] = {"target": "fr", "source": "en", "retries": False}
    bulk.run("translate", texts, lambda *_: None, progress=True, weights=weights, **options)
    (bar,) = bars
    assert (bar.total, bar.done, bar.unit, bar.show) == (78, 78, "row", True)
    assert bar.said == "4 flagged" and bar.closed
    # Of a list, each row counts; what nobody counted has no total; a text has sentences.
    translate([texts[0], texts[0], None], progress=False, **options)
    bulk.run("translate", iter(texts), lambda *_: None, **options)
    translate(" ".join(texts), **options)
    assert [(one.total, one.done, one.unit, one.show) for one in bars[1:]] == [
        (2, 2, "row", False), (None, 12, "row", False), (12, 12, "sentence", False),
    ]  # fmt: skip


@pytest.mark.usefixtures("small_windows")
def test_a_real_bar_shows_rows_and_flags(
    opus: FakeSeq2Seq, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic import progress

    real = progress.bar
    monkeypatch.setattr(bulk, "bar", lambda total, **more: real(total, **more, delay=0))

    def slowly(text: str) -> str:
        time.sleep(0.05)  # the bar is drawn ten times a second
        return french(text).replace("pièce 3 ", "pièce 4 ")

    opus.reply = slowly
    options: dict[str, Any] = {"target": "fr", "source": "en", "retries": False}
    translate([sentence(i) for i in range(12)], progress=True, **options)
    shown = capsys.readouterr().err
    assert re.search(r"Translating: .* \d+/12 .*row/s, 1 flagged", shown)
    translate([sentence(i) for i in range(12)], **options)
    assert capsys.readouterr().err == ""


def test_words_of_the_tiny_model_are_its_own(tiny_opus: str) -> None:
    """What the tests above translate is noise, but another noise for another sentence."""
    one, other = translate([tiny.SENTENCES[0], tiny.SENTENCES[2]], target="fr", source="en")
    assert one.text and other.text and one.text != other.text
