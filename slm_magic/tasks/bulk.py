"""A column of texts through a task, window by window, so that memory does not grow with it.

A task that has read its options is a `Runner`. While the model works on one window of rows, the
next one is cut up and made into tokens in another thread; results are handed over in the order of
the rows and not kept. Single texts and lists go the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import replace
from importlib import import_module
from os import environ
from typing import Any, Protocol

from ..catalog import Task
from ..engine import BULK_SENTENCES
from ..progress import Progress, bar
from ..stopping import check
from ..store.describe import beside_weights
from ..store.installed import Installed, version_of
from .batch import Batch
from .cache import Place
from .cache_run import keeping
from .results import Result

# Characters of an ordinary sentence, to guess from the size of texts how many they have.
SENTENCE_CHARACTERS = 90
# Seconds between two looks at whether the next window is ready, so that Ctrl-C is heard.
POLL_SECONDS = 0.1

Row = tuple[int, str]
Put = Callable[[int, Result], object]


class Window(Protocol):
    """Rows that are worked on together.

    Attributes
    ----------
    steps
        How many sentences there are to do, for a bar.
    """

    steps: int

    def run(self, meter: Meter) -> None:
        """Let the model work, telling of each sentence and each row that is done."""

    def results(self) -> list[tuple[int, Result]]:
        """Return number and result of every row that is finished, in order."""

    def unfinished(self) -> list[tuple[int, Result]]:
        """Return the same of rows that Ctrl-C left partly done, flagged as such."""


class Runner(Protocol):
    """A task with its options read and checked.

    Attributes
    ----------
    what
        What is being done, for a bar.
    """

    what: str

    def sentences(self, text: str) -> int:
        """Return how many sentences a window that begins with `text` has, about.

        Called in the calling thread, never while `prepare` runs in the other one.
        """

    def prepare(self, rows: Sequence[Row], *, bulk: bool) -> Window:
        """Do what needs no model: languages, sentences, tokens.

        Called in another thread for all windows but the first, one at a time and in order.

        Parameters
        ----------
        bulk
            Whether there are so many rows that the model is to be loaded for throughput.
        """

    def identify(self, rows: Sequence[Row]) -> list[object]:
        """Return for each row what its result depends on beside its text, as JSON's values.

        Called, if at all, for the rows of a window before `prepare`, in the same thread.
        """


class Meter:
    """The bar of a run: rows, or the sentences of a single text, and the flags so far.

    Parameters
    ----------
    total
        How many rows there are; None where nobody knows.
    weights
        Of each row, by its number, for how many it stands; 1 by default.
    single
        Whether there is one text, whose sentences are to be counted.
    unit
        What a row is called.
    """

    def __init__(
        self,
        what: str,
        *,
        show: bool,
        total: float | None,
        weights: Mapping[int, int] | Sequence[int] | None = None,
        single: bool = False,
        unit: str = "row",
    ) -> None:
        self._what = what
        self._show = show
        self._unit = unit
        self._total = total
        self._weights = weights
        self._single = single
        self._bar: Progress | None = None
        self._flagged = 0

    def open(self, window: Window) -> None:
        """Show the bar, once the first window is known."""
        if self._bar is None:
            unit = "sentence" if self._single else self._unit
            total = window.steps if self._single else self._total
            self._bar = bar(total, what=self._what, unit=unit, show=self._show)

    def sentence(self) -> None:
        """Count one sentence that is done."""
        if self._single and self._bar is not None:
            self._bar.update(1)

    def row(self, row: int) -> None:
        """Count one row that is done."""
        if not self._single and self._bar is not None:
            self._bar.update(self._weight(row))

    def flags(self, row: int, result: Result) -> None:
        """Count a flagged result."""
        if result.flags and self._bar is not None:
            self._flagged += self._weight(row)
            if not self._single:
                self._bar.set_postfix_str(f"{self._flagged} flagged", refresh=False)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _weight(self, row: int) -> int:
        return 1 if self._weights is None else self._weights[row]


def identity(task: Task, models: Iterable[Installed], **more: object) -> dict[str, object]:
    """Return what a result depends on, with what every task depends on."""
    return {
        "task": task,
        "version": version_of("slm-magic"),
        "compute_type": environ.get("SLM_MAGIC_COMPUTE_TYPE", ""),
        "runtime": version_of("ctranslate2"),
        "models": [
            {
                "name": one.name,
                "revision": one.revision,
                "sha256": one.sha256,
                # The hash is that of the weights it was made from: the same ones converted anew,
                # or with another tokenizer, are another model.
                "conversion": one.conversion,
                "files": beside_weights(one),
                "context": one.card.context,
                "prompts": one.card.prompts.get(task, {}),
            }
            for one in models
        ],
        **more,
    }


def run(
    task: Task,
    texts: Iterable[str | None],
    put: Put,
    *,
    progress: bool = False,
    weights: Sequence[int] | None = None,
    cache: Place = None,
    **options: Any,
) -> None:
    """Run a task on texts and hand over each result as soon as it is known.

    Parameters
    ----------
    task
        ``translate``, ``summarize`` or ``redact``.
    texts
        One entry a row; None where the row is missing. Two equal ones are worked on twice.
    put
        Called in the calling thread with the number and the result of each row that is not
        missing. Rows come in order, but for those handed over after Ctrl-C; the one that it
        falls into may come twice. Results are not kept here.
    progress
        Whether to show a bar.
    weights
        For how many rows each text stands, for the bar; 1 by default.
    cache
        Whether, or in which folder, results are kept on disk and taken from there.
    **options
        Other keyword arguments of the task.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once `put` has seen every row that was finished.
    """
    module = import_module(f".{task}", __package__)
    if task == "redact":
        passes = module.prepare(cache=cache, **options)
        try:
            # Tags number the same person alike in all rows, so all are read before one is written.
            passes.read(list(texts), weights=weights, progress=progress)
            passes.write(put)
        except KeyboardInterrupt:
            passes.write(put)
            raise
        return
    runner: Runner = module.runner(**options)
    total = sum(weights) if weights is not None else _length(texts)
    meter = Meter(runner.what, show=progress, total=total, weights=weights)
    with keeping(runner, cache) as kept:
        drive(kept, ((row, text) for row, text in enumerate(texts) if text is not None), put, meter)


def fill(batch: Batch[Any], runner: Runner, *, progress: bool, cache: Place = None) -> Any:
    """Run the texts of a call and return what it returns, each distinct text run once.

    Raises
    ------
    Interrupted
        After Ctrl-C, with the finished texts and the finished parts of others.
    """
    rows = batch.distinct()
    weights = {row: batch.count(text) for row, text in rows}
    total = sum(weights.values())
    meter = Meter(runner.what, show=progress, total=total, weights=weights, single=batch.single)
    partial: dict[int, Any] = {}
    try:
        with keeping(runner, cache) as kept:
            drive(kept, rows, batch.share, meter, partial.__setitem__)
    except KeyboardInterrupt as error:
        raise batch.stopped(partial) from error
    return batch.collected()


def drive(
    runner: Runner,
    rows: Iterable[Row],
    put: Put,
    meter: Meter,
    partial: Put = lambda row, result: None,
) -> None:
    """Run rows window by window.

    Parameters
    ----------
    put, partial
        Called with the number and the result of each row that was finished, and after Ctrl-C of
        each that was partly done.
    """
    try:
        started = time.perf_counter()
        for read, window in _prepared(runner, rows):
            meter.open(window)
            done: set[int] = set()
            try:
                window.run(meter)
                _hand_over(window, read, put, meter, time.perf_counter() - started, done)
            except KeyboardInterrupt:
                _hand_over(window, read, put, meter, time.perf_counter() - started, done)
                for row, result in window.unfinished():
                    partial(row, result)
                raise
            started = time.perf_counter()
    finally:
        meter.close()


def _hand_over(
    window: Window,
    read: Sequence[Row],
    put: Put,
    meter: Meter,
    seconds: float,
    done: set[int],
) -> None:
    """Put what is finished and not `done`, each row with its share of the time by length."""
    lengths = {row: len(text) for row, text in read}
    results = window.results()
    whole = sum(lengths[row] for row, _ in results) or 1
    for row, result in results:
        if row not in done:
            put(row, replace(result, elapsed=seconds * lengths[row] / whole))
            done.add(row)
            meter.flags(row, result)


def _prepared(runner: Runner, rows: Iterable[Row]) -> Iterator[tuple[list[Row], Window]]:
    """Yield rows and the window made of them, the next one being prepared meanwhile."""
    windows = _windows(runner, rows)
    read = next(windows, None)
    if read is None:
        return
    following = next(windows, None)
    size = sum(_characters(text) for _, text in read)
    bulk = following is not None or size >= BULK_SENTENCES * SENTENCE_CHARACTERS
    window = runner.prepare(read, bulk=bulk)
    if following is None:
        yield read, window
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix="slm-magic-prepare")
    try:
        while following is not None:
            # In this thread's context, which says how many threads a model may have.
            ahead = pool.submit(copy_context().run, runner.prepare, following, bulk=bulk)
            yield read, window
            read, window = following, _patiently(ahead)
            following = next(windows, None)
        yield read, window
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _windows(runner: Runner, rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows in windows that are bounded by their number and their characters."""
    window: list[Row] = []
    size = most = 0
    for row in rows:
        most = most or runner.sentences(row[1])
        window.append(row)
        size += _characters(row[1])
        if size >= most * SENTENCE_CHARACTERS:
            yield window
            window, size, most = [], 0, 0
    if window:
        yield window


def _characters(text: str) -> int:
    # The shortest is one sentence.
    return max(len(text), SENTENCE_CHARACTERS)


def _patiently(ahead: Future[Window]) -> Window:
    while not wait([ahead], POLL_SECONDS).done:
        check()
    return ahead.result()


def _length(texts: Iterable[Any]) -> int | None:
    return len(texts) if isinstance(texts, Sized) else None
