"""What a loaded model is, and how batches run so that Ctrl-C is heard.

Handles work on tokens; texts become tokens in `tokenization`.

CTranslate2's blocking calls ignore Ctrl-C until C++ returns. So batches are submitted
asynchronously, a few at a time, and polled; after an interrupt nothing more is submitted and
running greedy batches stop at their next step.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ..convert.detect import check_weights
from ..errors import ModelLoadError, OptionError
from ..importing import heavy_import
from ..stopping import may_stop, pause
from .forks import note_loaded, refuse_fork
from .kernels import choose_kernels
from .plan import Plan, token_batches
from .running import Running, Steps

if TYPE_CHECKING:
    from ..store import Installed

# Seconds between two looks at the running batches: well under what a person notices, and
# too seldom to cost anything.
POLL_SECONDS = 0.005
# The same where batches run side by side, none of which anybody waits for; and the share of the
# time waited so far, up to these, so that one short sentence is not kept waiting.
BULK_POLL_SECONDS = 0.02
POLL_SHARE = 0.02
# Batches kept in flight beyond one a worker, so that no worker waits for Python.
BATCHES_AHEAD = 1
# Batches side by side that take no longer than this, their wait for a worker included, are not
# watched token by token: a call into Python at each token waits for whatever else Python does, and
# the worker with it. After Ctrl-C they run to their end, and only the next call waits for them.
UNWATCHED_SECONDS = 8.0
# A cell's batch that takes no longer than this is simply waited for: looking at it again and again,
# and being told of each token, would take as much time as it does.
QUICK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Decoding:
    """How output tokens are chosen.

    Attributes
    ----------
    beam_size
        1 is greedy. Only greedy decoding can be stopped in the middle of a batch.
    max_new_tokens
        Where generation is cut; the result then has ``complete=False``.
    repetition_penalty
        Above 1 makes tokens that were generated already less likely.
    no_repeat_ngram_size
        Forbids repeating n-grams of this size; 0 allows all.
    length_penalty
        Exponent of the length in beam search.
    scores
        Whether to compute the mean log-probability a token.
    """

    beam_size: int = 1
    max_new_tokens: int = 256
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    length_penalty: float = 1.0
    scores: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """One finished sequence.

    Attributes
    ----------
    tokens
        The new tokens, without the end token.
    score
        Mean log-probability a token, where asked for.
    complete
        False when generation was cut at the length limit.
    """

    tokens: list[str]
    score: float | None
    complete: bool


T = TypeVar("T")
OnResult = Callable[[int, Generated], None]
# Starts a batch of sequences by number, given its limit of new tokens; the callback, if any, is
# called for each token.
Submit = Callable[[list[int], int, "Callable[[Any], bool] | None"], "list[Any]"]


def import_ctranslate2() -> Any:
    """Import CTranslate2 with threads that do not spin and with the widest instructions."""
    choose_kernels()
    with heavy_import():
        import ctranslate2

    return ctranslate2


def _patiently(load: Callable[[], T]) -> T:
    """Return what `load` gives; Ctrl-C ends the wait, and what is being loaded is let go."""
    if threading.current_thread() is not threading.main_thread() and not may_stop():
        return load()
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(load())
        # Whatever it is, it is raised where it can be seen.
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True, name="slm-magic-load")
    thread.start()
    while thread.is_alive():
        pause(POLL_SECONDS)
    if errors:
        raise errors[0]
    return results[0]


class Handle:
    """A loaded model and its tokenizer.

    Attributes
    ----------
    installed
        The model on disk.
    tokenizer
        The adapter of its family.
    """

    _class = ""

    def __init__(self, installed: Installed, tokenizer: Any, plan: Plan) -> None:
        refuse_fork()
        self.installed = installed
        self.tokenizer = tokenizer
        self.plan = plan
        self._lock = threading.RLock()
        self._leftover: list[Any] = []
        # Seconds that the slowest batch took so far.
        self._slowest: float | None = None
        # Seconds that a token of the input took in the last batch of a cell.
        self._pace = math.inf
        ctranslate2 = import_ctranslate2()
        known = {"default", "auto", *ctranslate2.get_supported_compute_types("cpu")}
        if plan.compute_type not in known:
            raise OptionError(
                f"This machine has no compute type {plan.compute_type!r}; set "
                f"SLM_MAGIC_COMPUTE_TYPE to one of: {', '.join(sorted(known))}."
            )
        factory = getattr(ctranslate2, self._class)
        try:
            check_weights(installed.folder / "model.bin")
            self._model = _patiently(
                lambda: factory(
                    str(installed.folder),
                    device="cpu",
                    compute_type=plan.compute_type,
                    inter_threads=plan.inter_threads,
                    intra_threads=plan.intra_threads,
                )
            )
        except (RuntimeError, ValueError, MemoryError) as error:
            raise self._refused(error) from error
        # Read now: another process may pull the model again while this one has it loaded.
        self._size = (installed.folder / "model.bin").stat().st_size
        note_loaded()

    @property
    def size(self) -> int:
        """Bytes of the weights on disk, which is what they take in memory."""
        return self._size

    def _reload(self) -> None:
        # Whoever holds a handle may use it, though the model was unloaded meanwhile to make room.
        if not self._model.model_is_loaded:
            try:
                _patiently(self._model.load_model)
            except (RuntimeError, ValueError) as error:
                raise self._refused(error) from error

    def _refused(self, error: Exception) -> ModelLoadError:
        name = self.installed.name
        again = (
            f"pull it again: %slm pull {name} --force" if self.installed.created else "replace it"
        )
        return ModelLoadError(f"CTranslate2 cannot load {name!r} ({first_line(error)}); {again}.")

    def unload(self) -> None:
        """Free the weights; waits for batches that an interrupt left running."""
        with self._lock:
            self.settle()
            self._model.unload_model()

    def abandon(self) -> None:
        """Let go of the handle in a forked child, where even freeing it would hang."""
        import ctypes

        # The destructor joins threads that the child does not have: never run it.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._model))

    def settle(self) -> None:
        """Wait for batches that an interrupt left running."""
        # An interrupt returns at once and leaves the running step behind; CTranslate2 must not
        # be unloaded or asked again before it has ended (CTranslate2 issues 613 and 614).
        # Polled, so that Ctrl-C is heard here too.
        while self._leftover:
            self._leftover = [future for future in self._leftover if not future.done()]
            if self._leftover:
                pause(POLL_SECONDS)

    def _run(
        self,
        lengths: Sequence[int],
        submit: Submit,
        take: Callable[[Any], tuple[list[str], Sequence[float]]],
        decoding: Decoding,
        on_result: OnResult | None,
        *,
        limits: Sequence[int] | None = None,
        skip: int = 0,
    ) -> list[Generated]:
        """Generate all sequences, batch by batch, and hand over each as soon as it is finished.

        Parameters
        ----------
        submit
            Starts a batch, given the sequences' numbers, its limit and a callback a step.
        take
            Tokens and scores of what a future gives.
        limits
            New tokens allowed for each sequence; a batch has the highest of its own.
        skip
            Leading tokens that are no part of a result.
        """
        refuse_fork()
        ends = self.tokenizer.end_tokens
        results: dict[int, Generated] = {}
        handed: set[int] = set()

        def settle(index: int, tokens: list[str], scores: Sequence[float] = ()) -> None:
            score = scores[0] if decoding.scores else None
            most = None if limits is None else limits[index]
            results.setdefault(index, _generated(tokens[skip:], score, ends, most))
            hand_over(index)

        def hand_over(index: int) -> None:
            if index not in handed and on_result is not None:
                on_result(index, results[index])
            handed.add(index)

        def settle_done(ready: Sequence[tuple[Running, list[int]]]) -> None:
            for batch, done in ready:
                for index in done:
                    settle(index, *take(outcome(batch.futures[index], self.installed.name)))
                    del batch.futures[index]

        bulk = self.plan.inter_threads > 1
        steps = Steps(whole=not decoding.scores and not bulk)
        running: list[Running] = []
        longest_pause = BULK_POLL_SECONDS if bulk else POLL_SECONDS
        batches = token_batches(lengths, self.plan, beams=decoding.beam_size > 1, limits=limits)
        with self._lock:
            self.settle()
            self._reload()
            try:
                batch = next(batches, None)
                while batch is not None or running:
                    while (
                        batch is not None and len(running) < self.plan.inter_threads + BATCHES_AHEAD
                    ):
                        limit = decoding.max_new_tokens
                        if limits is not None:
                            limit = min(limit, max(limits[i] for i in batch))
                        size = sum(lengths[i] for i in batch)
                        stops = decoding.beam_size == 1 and self._watched(bulk, size)
                        futures = submit(batch, limit, steps.of(batch) if stops else None)
                        running.append(Running(dict(zip(batch, futures, strict=True)), size))
                        batch = next(batches, None)
                    for index, tokens in steps.finished():
                        settle(index, tokens)
                    quick = not bulk and sum(map(self._expected, running)) <= QUICK_SECONDS
                    settle_done([(one, one.all() if quick else one.done()) for one in running])
                    for ended in [one for one in running if not one.futures]:
                        self._slowest = max(self._slowest or 0.0, ended.seconds)
                        self._pace = ended.seconds / max(ended.tokens, 1)
                        running.remove(ended)
                    if running:
                        waited = min(one.seconds for one in running)
                        pause(min(longest_pause, max(waited * POLL_SHARE, 0.0005)))
            except BaseException as error:
                # What is done by now: a batch that is told to stop is done in the middle.
                ready = [(one, one.done()) for one in running]
                steps.stop()
                try:
                    if isinstance(error, KeyboardInterrupt):
                        # It may have come between a sequence's end and its being handed over. The
                        # one that was just being handed over may so be handed over twice.
                        for index in results.keys() - handed:
                            hand_over(index)
                        for index, tokens in steps.finished():
                            settle(index, tokens)
                        settle_done(ready)
                finally:
                    for left in running:
                        self._leftover.extend(left.futures.values())
                raise
        return [results[i] for i in range(len(lengths))]

    def _watched(self, bulk: bool, tokens: int) -> bool:
        """Whether CTranslate2 is to tell of each token of a greedy batch, and can be stopped."""
        if bulk:
            return self._slowest is None or self._slowest > UNWATCHED_SECONDS
        return self._pace * tokens > QUICK_SECONDS

    def _expected(self, batch: Running) -> float:
        """Return how many seconds a batch of a cell will take, going by the last one."""
        return self._pace * batch.tokens


def outcome(future: Any, name: str) -> Any:
    """Return what a finished or running future gives.

    Raises
    ------
    ModelLoadError
        If CTranslate2 refused the input of the model called `name`.
    """
    try:
        return future.result()
    except RuntimeError as error:
        raise ModelLoadError(f"{name!r} failed in CTranslate2: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, without its full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _generated(
    tokens: Sequence[str], score: float | None, ends: Sequence[str], most: int | None
) -> Generated:
    if most is not None and len(tokens) > most:
        # Its batch was allowed more; what comes out must not depend on what it was batched with.
        return Generated(list(tokens[:most]), score, False)
    complete = bool(tokens) and tokens[-1] in ends
    return Generated(list(tokens[:-1] if complete else tokens), score, complete)
