"""A column of texts through a task, window by window, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from ..catalog import Task
from .results import Result

# Texts that are held at a time.
WINDOW = 2048

Put = Callable[[int, Result], object]


def run(
    task: Task,
    texts: Iterable[str | None],
    put: Put,
    *,
    progress: bool = False,
    **options: Any,
) -> None:
    """Run a task on texts and hand over each result as soon as it is known.

    Parameters
    ----------
    task
        ``translate``, ``summarize`` or ``redact``.
    texts
        One entry a row; None where the row is missing.
    put
        Called in the calling thread with the number and the result of each row that is not
        missing, once. Rows come in order, but for those handed over after Ctrl-C. Results are
        not kept here.
    progress
        Whether to show a bar.
    **options
        Keyword arguments of the task.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once `put` has seen every row that was finished.
    """
    call = getattr(import_module(f".{task}", __package__), task)
    # Tags number the same person alike in all rows, so redact sees them together.
    size = None if task == "redact" else WINDOW
    for first, window in _windows(texts, size):
        for offset, result in enumerate(call(window, progress=progress, **options)):
            if result is not None:
                put(first + offset, result)


def _windows(
    texts: Iterable[str | None], size: int | None
) -> Iterator[tuple[int, list[str | None]]]:
    window: list[str | None] = []
    first = 0
    for text in texts:
        window.append(text)
        if len(window) == size:
            yield first, window
            first += len(window)
            window = []
    if window:
        yield first, window
