"""The engine on tiny real CTranslate2 models: batching, limits, interrupts, forks, memory."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import tiny
from fakes import FakeTokenizer, fake_installed

from slm_magic import engine
from slm_magic.engine import Decoding, handles
from slm_magic.engine.limits import cpu_limit
from slm_magic.engine.plan import Plan, memory_budget, plan, token_batches
from slm_magic.errors import ForkedError, ModelLoadError, OptionError


class WordTokenizer(FakeTokenizer):
    """One word a token."""

    def encode(self, text: str, *_languages: str) -> list[str]:
        return text.split()

    def encode_ids(self, text: str) -> list[int]:
        return [3 + tiny.WORDS.index(word) for word in text.split()]

    def decode(self, tokens: Any) -> str:
        return " ".join(tokens)


@pytest.fixture
def open_tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Make a tiny model of a kind and load it through the engine."""
    monkeypatch.setattr("slm_magic.tokenization.open_tokenizer", lambda _: WordTokenizer())
    makers = {"causal": tiny.causal, "seq2seq": tiny.seq2seq, "encoder": tiny.encoder}

    def load(kind: str, name: str = "tiny", workload: engine.Workload = "cell") -> Any:
        folder = tmp_path / name
        if not folder.exists():
            makers[kind](folder)
        return engine.load(fake_installed(name, kind, folder), workload=workload)

    yield load
    engine.unload()


def sentences(count: int) -> list[list[str]]:
    return [tiny.WORDS[i % 7 : i % 7 + 1 + i % 5] for i in range(count)]


def test_results_come_back_in_the_order_of_the_input(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("seq2seq")
    many = sentences(150)
    seen: dict[int, engine.Generated] = {}
    together = handle.translate(
        many, decoding=Decoding(max_new_tokens=6), on_result=seen.__setitem__
    )
    alone = [handle.translate([one], decoding=Decoding(max_new_tokens=6))[0] for one in many[:20]]
    assert [result.tokens for result in together[:20]] == [result.tokens for result in alone]
    assert [seen[i] for i in range(150)] == together


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_a_sequence_handed_over_early_is_what_its_batch_gives(
    open_tiny: Callable[..., Any], kind: str
) -> None:
    handle = open_tiny(kind)
    run = handle.translate if kind == "seq2seq" else handle.generate
    shared = {"target_prefix": ["w2"]} if kind == "seq2seq" else {"static_prompt": ["w1", "w3"]}
    # With scores every result waits for its batch's futures; without, it comes from the steps.
    waited = run(sentences(150), decoding=Decoding(max_new_tokens=9, scores=True), **shared)
    early = run(sentences(150), decoding=Decoding(max_new_tokens=9), **shared)
    assert [result.tokens for result in early] == [result.tokens for result in waited]
    assert [result.complete for result in early] == [result.complete for result in waited]


def test_a_result_that_hits_the_limit_is_not_complete(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal")
    (short,) = handle.generate([["w1", "w2"]], decoding=Decoding(max_new_tokens=3))
    assert not short.complete
    assert len(short.tokens) == 3


def test_the_end_token_completes_a_result_and_is_not_part_of_it(
    open_tiny: Callable[..., Any],
) -> None:
    handle = open_tiny("causal")
    (free,) = handle.generate([["w1", "w2"]], decoding=Decoding(max_new_tokens=4))
    handle.tokenizer.end_tokens = (free.tokens[1],)
    (ended,) = handle.generate([["w1", "w2"]], decoding=Decoding(max_new_tokens=4))
    assert ended.complete
    assert ended.tokens == free.tokens[:1] or free.tokens[0] == free.tokens[1]


def test_the_target_prefix_is_dropped(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("seq2seq")
    few = Decoding(max_new_tokens=3)
    (plain,) = handle.translate([["w1"]], target_prefix=["w9"], decoding=few)
    assert len(plain.tokens) == 3
    direct = handle._model.translate_batch(
        [["w1"]], target_prefix=[["w9"]], beam_size=1, max_decoding_length=4
    )
    assert direct[0].hypotheses[0] == ["w9", *plain.tokens]


def test_a_static_prompt_gives_what_the_whole_prompt_gives(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal")
    few = Decoding(max_new_tokens=5)
    # One token after the shared ones is the case that CTranslate2 gets wrong by itself.
    rests = [["w3"], ["w5", "w6"]]
    whole = handle.generate([["w1", "w2", *rest] for rest in rests], decoding=few)
    shared = handle.generate(rests, static_prompt=["w1", "w2"], decoding=few)
    assert [r.tokens for r in whole] == [r.tokens for r in shared]


def test_scores_are_there_only_when_asked_for(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("seq2seq")
    (without,) = handle.translate([["w1"]], decoding=Decoding(max_new_tokens=3))
    (with_score,) = handle.translate([["w1"]], decoding=Decoding(max_new_tokens=3, scores=True))
    assert without.score is None
    assert with_score.score is not None and with_score.score < 0


def test_streaming_gives_the_text_of_the_whole_answer(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal")
    few = Decoding(max_new_tokens=6)
    pieces = list(handle.stream(["w1", "w2"], decoding=few))
    (whole,) = handle.generate([["w1", "w2"]], decoding=few)
    assert "".join(pieces) == handle.tokenizer.decode(whole.tokens)
    assert len(pieces) > 1


def test_closing_a_stream_stops_it(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal")
    stream = handle.stream(["w1"], decoding=Decoding(max_new_tokens=60))
    next(stream)
    stream.close()
    # The handle answers again, so nothing was left running.
    (after,) = handle.generate([["w1"]], decoding=Decoding(max_new_tokens=2))
    assert len(after.tokens) == 2


def test_hidden_states_do_not_depend_on_the_batch(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("encoder")
    ids = [[3, 4], [5, 6, 7, 8], [9]]
    together = handle.hidden(ids)
    assert [states.shape for states in together] == [(2, 16), (4, 16), (1, 16)]
    for one, states in zip(ids, together, strict=True):
        np.testing.assert_allclose(handle.hidden([one])[0], states, atol=1e-2)


def test_an_encoder_runs_batches_side_by_side_and_in_order(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_THREADS", "3")
    handle = open_tiny("encoder", "side")
    assert (handle.plan.inter_threads, handle.plan.intra_threads) == (3, 1)
    # Forty sequences are five batches, so some wait while others are read.
    ids = [[3 + (i + k) % 7 for k in range(1 + i % 9)] for i in range(40)]
    seen: dict[int, tuple[int, ...]] = {}
    threads = set()

    def note(index: int, states: Any) -> None:
        seen[index] = states.shape
        threads.add(threading.current_thread())

    together = handle.hidden(ids, on_result=note)
    assert seen == {i: (len(one), 16) for i, one in enumerate(ids)}
    assert threads == {threading.current_thread()}
    for one, states in zip(ids, together, strict=True):
        np.testing.assert_allclose(handle.hidden([one])[0], states, atol=1e-2)
    assert handle.hidden([]) == []

    class Failing:
        model_is_loaded = True

        def forward_batch(self, batch: list[list[int]]) -> Any:
            raise RuntimeError("no such position\nin the table")

    told = "failed in CTranslate2: no such position"
    with monkeypatch.context() as patched, pytest.raises(ModelLoadError, match=told) as caught:
        patched.setattr(handle, "_model", Failing())
        handle.hidden(ids)
    assert "\n" not in str(caught.value)


def test_embeddings_have_length_one(open_tiny: Callable[..., Any]) -> None:
    vectors = open_tiny("encoder").embed(["w1 w2", "w3"])
    assert vectors.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_input_past_the_position_table_is_one_clear_line(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("seq2seq")
    with pytest.raises(ModelLoadError, match="position") as caught:
        handle.translate([["w1"] * 600])
    assert "\n" not in str(caught.value)
    assert "w1" not in str(caught.value)
    assert handle.translate([["w1"]], decoding=Decoding(max_new_tokens=2))


def test_ctrl_c_keeps_what_is_finished_and_the_next_call_works(
    open_tiny: Callable[..., Any],
) -> None:
    handle = open_tiny("seq2seq")
    finished: list[int] = []

    def interrupt_soon(index: int, _: engine.Generated) -> None:
        finished.append(index)
        if len(finished) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        handle.translate(
            sentences(5000), decoding=Decoding(max_new_tokens=40), on_result=interrupt_soon
        )
    assert time.perf_counter() - started < 5
    assert 3 <= len(finished) < 5000
    (after,) = handle.translate([["w1"]], decoding=Decoding(max_new_tokens=2))
    assert len(after.tokens) == 2


def test_ctrl_c_hands_over_all_that_a_beam_had_finished(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = open_tiny("seq2seq")
    # All batches are in flight at once, and done before the first result is handed over.
    monkeypatch.setattr(handles, "BATCHES_AHEAD", 10)
    submit = handle._model.translate_batch

    def patient(*args: Any, **options: Any) -> Any:
        futures = submit(*args, **options)
        for future in futures:
            future.result()
        return futures

    class Patient:
        model_is_loaded = True
        translate_batch = staticmethod(patient)

    loaded, handle._model = handle._model, Patient()
    seen: list[int] = []

    def interrupt_at_third(index: int, _: engine.Generated) -> None:
        seen.append(index)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handle.translate(
            sentences(40),
            decoding=Decoding(beam_size=2, max_new_tokens=4),
            on_result=interrupt_at_third,
        )
    handle._model = loaded
    assert set(seen) == set(range(40))
    # Only the one that the interrupt fell into comes twice.
    assert len(seen) == 41 and seen.count(seen[2]) == 2


def test_batches_with_a_beam_are_small() -> None:
    lengths = [5] * 100
    made = plan("causal")
    assert max(map(len, token_batches(lengths, made))) > 4
    assert max(map(len, token_batches(lengths, made, beams=True))) == 4


def test_waiting_for_what_an_interrupt_left_hears_ctrl_c(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("seq2seq")

    class Never:
        def done(self) -> bool:
            return False

    handle._leftover = [Never()]
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        handle.translate([["w1"]])
    handle._leftover = []
    assert handle.translate([["w1"]], decoding=Decoding(max_new_tokens=2))


@pytest.mark.parametrize("kind", ["causal", "seq2seq", "encoder"])
def test_a_handle_that_was_unloaded_loads_again_when_used(
    open_tiny: Callable[..., Any], kind: str
) -> None:
    handle = open_tiny(kind)
    engine.unload()
    assert not handle._model.model_is_loaded
    if kind == "encoder":
        assert handle.hidden([[3, 4]])[0].shape == (2, 16)
    else:
        run = handle.translate if kind == "seq2seq" else handle.generate
        assert run([["w1", "w2"]], decoding=Decoding(max_new_tokens=2))
    handle.unload()


def test_ctrl_c_is_heard_while_a_model_loads(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    real = ctranslate2.Generator

    def slow(*args: Any, **options: Any) -> Any:
        release.wait(20)
        return real(*args, **options)

    monkeypatch.setattr(ctranslate2, "Generator", slow)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        open_tiny("causal")
    assert engine.loaded() == {}
    release.set()
    monkeypatch.undo()
    monkeypatch.setattr("slm_magic.tokenization.open_tokenizer", lambda _: WordTokenizer())
    assert open_tiny("causal").generate([["w1"]], decoding=Decoding(max_new_tokens=2))


def test_an_unknown_compute_type_is_the_users_mistake(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "int3")
    with pytest.raises(OptionError, match=r"'int3'; set SLM_MAGIC_COMPUTE_TYPE to one of: .*int8"):
        open_tiny("causal")


def test_one_load_a_model(open_tiny: Callable[..., Any]) -> None:
    first = open_tiny("causal", "a")
    assert open_tiny("causal", "a") is first
    assert open_tiny("causal", "a", workload="bulk") is first
    assert set(engine.loaded()) == {"a"}


def test_bulk_work_on_a_translator_runs_batches_side_by_side(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_THREADS", "2")
    cell = open_tiny("seq2seq", "s")
    bulk = open_tiny("seq2seq", "s", workload="bulk")
    assert (cell.plan.inter_threads, cell.plan.intra_threads) == (1, 2)
    assert (bulk.plan.inter_threads, bulk.plan.intra_threads) == (2, 1)
    # The bulk handle serves cells too; loading it again would buy nothing.
    assert open_tiny("seq2seq", "s") is bulk


def test_the_least_recently_used_goes_when_memory_is_short(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_tiny("causal", "a")
    open_tiny("causal", "b")
    open_tiny("causal", "a")
    monkeypatch.setattr(engine, "memory_budget", lambda: int(2.5 * first.size))
    open_tiny("causal", "c")
    assert set(engine.loaded()) == {"a", "c"}


def test_unload_forgets_the_model(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal", "a")
    assert engine.unload("other") == []
    assert engine.unload("a") == ["a"]
    assert engine.loaded() == {}
    assert not handle._model.model_is_loaded


def test_a_folder_that_is_no_model_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slm_magic.tokenization.open_tokenizer", lambda _: WordTokenizer())
    (tmp_path / "model.bin").write_bytes(b"\x06\x00\x00\x00nothing")
    with pytest.raises(ModelLoadError, match="cannot load 'broken'") as caught:
        engine.load(fake_installed("broken", "causal", tmp_path))
    assert "\n" not in str(caught.value)


def test_the_wrong_class_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slm_magic.tokenization.open_tokenizer", lambda _: WordTokenizer())
    folder = tiny.encoder(tmp_path / "e")
    with pytest.raises(ModelLoadError, match="cannot load"):
        engine.load(fake_installed("wrong", "seq2seq", folder))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_is_refused_instead_of_hanging(open_tiny: Callable[..., Any]) -> None:
    handle = open_tiny("causal")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        said = b"no error"
        try:
            handle.generate([["w1"]])
        except ForkedError as error:
            said = str(error).encode()
        finally:
            os.write(write, said)
            os._exit(0)
    deadline = threading.Timer(20, os.kill, (child, signal.SIGKILL))
    deadline.start()
    _, status = os.waitpid(child, 0)
    deadline.cancel()
    assert status == 0
    assert b"spawn" in os.read(read, 1000)
    os.close(read)
    os.close(write)
    # The parent goes on.
    assert handle.generate([["w1"]], decoding=Decoding(max_new_tokens=2))[0].tokens


def test_batches_cover_everything_once_within_the_bounds() -> None:
    bounds = Plan("int8", 1, 1, max_batch_tokens=20, max_batch_sequences=4)
    lengths = [1, 30, 2, 9, 10, 3, 3, 3, 3, 3, 0]
    batches = list(token_batches(lengths, bounds))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert batches[0] == [1]
    for batch in batches[1:]:
        assert len(batch) <= 4
        assert len(batch) * max(lengths[i] for i in batch) <= 20
    assert list(token_batches([], bounds)) == []


def test_the_last_batches_are_shared_out_among_the_workers() -> None:
    bounds = Plan("int8", 2, 1, max_batch_tokens=1000, max_batch_sequences=100)
    sizes = [len(batch) for batch in token_batches([10] * 320, bounds)]
    assert sizes == [100, 100, 60, 32, 28]
    # A few sequences go to all workers at once.
    assert [len(batch) for batch in token_batches([10] * 5, bounds)] == [3, 2]
    alone = Plan("int8", 1, 2, max_batch_tokens=320, max_batch_sequences=32)
    assert [len(batch) for batch in token_batches([10] * 100, alone)] == [32, 32, 32, 4]


def test_a_batch_ends_where_limits_are_much_lower() -> None:
    bounds = Plan("int8", 1, 2, max_batch_tokens=4096, max_batch_sequences=64)
    lengths = [100] * 12 + [5] * 20
    limits = [3 * length + 24 for length in lengths]
    assert [len(one) for one in token_batches(lengths, bounds, limits=limits)] == [12, 20]
    # Fewer than a good batch stay with the others.
    assert [len(one) for one in token_batches(lengths[6:], bounds, limits=limits[6:])] == [12, 14]
    assert [len(one) for one in token_batches(lengths, bounds)] == [32]


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_what_comes_out_does_not_depend_on_the_limits_of_others(
    open_tiny: Callable[..., Any], kind: str
) -> None:
    handle = open_tiny(kind)
    run = handle.translate if kind == "seq2seq" else handle.generate
    many = [["w1", "w2", *one] for one in sentences(9)]
    alone = [
        run([one], limits=[2 + i % 3], decoding=Decoding(max_new_tokens=9))[0]
        for i, one in enumerate(many)
    ]
    together = run(many, limits=[2 + i % 3 for i in range(9)], decoding=Decoding(max_new_tokens=9))
    assert together == alone
    assert all(len(one.tokens) <= 2 + i % 3 for i, one in enumerate(alone))
    assert not all(one.complete for one in alone)
    # The decoding's own limit holds as well.
    (cut,) = run([many[0]], limits=[50], decoding=Decoding(max_new_tokens=3))
    assert len(cut.tokens) <= 3


def test_ctrl_c_in_bulk_keeps_whole_results_only_and_the_next_call_works(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_THREADS", "2")
    handle = open_tiny("seq2seq", "bulk", workload="bulk")
    many = sentences(600)
    decoding = Decoding(max_new_tokens=6)
    whole = handle.translate(many, decoding=decoding)
    for watched in (True, False):
        # From the second call on it is known that batches take no time.
        if watched:
            monkeypatch.setattr(handles, "UNWATCHED_SECONDS", -1.0)
        seen: dict[int, Any] = {}

        def stop_soon(index: int, result: Any, seen: dict[int, Any] = seen) -> None:
            seen[index] = result
            if len(seen) == 100:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            handle.translate(many, decoding=decoding, on_result=stop_soon)
        assert 100 <= len(seen) < 600
        assert all(result == whole[index] for index, result in seen.items())
        assert handle.translate(many[:5], decoding=decoding) == whole[:5]
        monkeypatch.undo()


def test_bulk_batches_that_are_quick_are_not_watched(
    open_tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_THREADS", "2")
    handle = open_tiny("seq2seq", "bulk", workload="bulk")
    watched: list[bool] = []
    real = handle._model

    class Noting:
        model_is_loaded = True

        def translate_batch(self, *args: Any, **options: Any) -> Any:
            watched.append(options["callback"] is not None)
            return real.translate_batch(*args, **options)

    handle._model = Noting()
    decoding = Decoding(max_new_tokens=2)
    handle.translate(sentences(50), decoding=decoding)
    assert watched[0]
    watched.clear()
    handle.translate(sentences(50), decoding=decoding)
    assert watched and not any(watched)
    watched.clear()
    handle._slowest = handles.UNWATCHED_SECONDS + 1
    handle.translate(sentences(50), decoding=decoding)
    assert all(watched)
    handle._model = real


def test_the_limit_of_a_container_bounds_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, own = tmp_path / "cgroup", tmp_path / "own"

    def write(name: str, text: str) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")

    assert cpu_limit(root, own) is None  # no such system
    own.write_text("0::/user/job\n")
    assert cpu_limit(root, own) is None
    write("cpu.max", "max 100000")
    write("user/cpu.max", "300000 100000")
    write("user/job/cpu.max", "max 100000")
    assert cpu_limit(root, own) == 3.0
    write("user/job/cpu.max", "150000 100000")
    assert cpu_limit(root, own) == 1.5
    # Version 1, as seen from inside a container: the group's own path is not there.
    own.write_text("4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n")
    write("cpu.max", "max 100000")
    write("cpu,cpuacct/cpu.cfs_period_us", "100000")
    write("cpu,cpuacct/cpu.cfs_quota_us", "-1")
    assert cpu_limit(root, own) is None
    write("cpu,cpuacct/cpu.cfs_quota_us", "50000")
    assert cpu_limit(root, own) == 0.5

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for limit, count in ((None, 8), (0.5, 1), (2.0, 2), (2.5, 3), (64.0, 8)):
        # The package has a function of that name.
        module = sys.modules["slm_magic.engine.plan"]
        monkeypatch.setattr(module, "own_limit", lambda limit=limit: limit)
        assert engine.cores() == count
        bulk = plan("seq2seq", "bulk")
        assert (bulk.inter_threads, bulk.intra_threads) == (count, 1)
        assert (plan("seq2seq").inter_threads, plan("seq2seq").intra_threads) == (1, count)


def test_a_setting_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLM_MAGIC_THREADS", "many")
    with pytest.raises(OptionError, match="SLM_MAGIC_THREADS"):
        plan("causal")
    monkeypatch.setenv("SLM_MAGIC_MEMORY", "3")
    assert memory_budget() == 3_000_000_000


def test_waiting_threads_are_passive() -> None:
    assert handles.import_ctranslate2() is ctranslate2
    assert os.environ["OMP_WAIT_POLICY"] == "passive"
