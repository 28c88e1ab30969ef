"""Batches while CTranslate2 works on them: their futures, and what is told of each token."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Running:
    """A batch that CTranslate2 works on.

    Attributes
    ----------
    futures
        Of the sequences that are not finished, by number.
    tokens
        Of its input.
    """

    futures: dict[int, Any]
    tokens: int
    _started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """How long ago it was submitted."""
        return time.perf_counter() - self._started

    def all(self) -> list[int]:
        """Return the numbers of all sequences whose results have not been taken."""
        return list(self.futures)

    def done(self) -> list[int]:
        """Return the numbers of the sequences that are finished."""
        # CTranslate2 hands over a batch as a whole, so mostly one look is enough.
        first = next(iter(self.futures.values()), None)
        if first is None or not first.done():
            return []
        return [number for number, future in self.futures.items() if future.done()]


class Steps:
    """What CTranslate2 tells of greedy batches while they run.

    The futures of a batch are done when its longest sequence is. The tokens reported up to a
    sequence's last one are its whole result, and it can be handed over then.
    """

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._stop = threading.Event()
        self._finished: queue.SimpleQueue[tuple[int, list[str]]] = queue.SimpleQueue()

    def of(self, batch: Sequence[int]) -> Callable[[Any], bool]:
        """Return the callback for a batch; CTranslate2 calls it in a thread of its own."""
        tokens: list[list[str]] = [[] for _ in batch]

        def on_step(step: Any) -> bool:
            if self._stop.is_set():
                return True
            if self._whole:
                place = step.batch_id
                tokens[place].append(step.token)
                if step.is_last:
                    self._finished.put((batch[place], tokens[place]))
            return False

        return on_step

    def finished(self) -> Iterator[tuple[int, list[str]]]:
        """Yield number and tokens of each sequence finished since the last call."""
        while not self._finished.empty():
            yield self._finished.get()

    def stop(self) -> None:
        """Let the running batches end at their next step."""
        self._stop.set()
