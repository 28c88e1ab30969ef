"""The distributed worker that a task runs on: its address, its threads, and whether anyone waits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import SlmMagicError
from .stopping import stoppable

# Seconds between two looks at whether a task was cancelled.
WATCH_SECONDS = 0.25

T = TypeVar("T")


def where(form: str) -> str:
    """Return `form` with the worker's address, or an empty text outside of one."""
    worker = _worker()
    return form.format(worker.address) if worker is not None else ""


def threads() -> int | None:
    """Return how many threads the worker has, or None outside of one."""
    worker = _worker()
    return worker.state.nthreads if worker is not None else None


def while_wanted(work: Callable[[], T]) -> T:
    """Return what `work` returns, and stop it when its task is cancelled.

    Raises
    ------
    SlmMagicError
        If it was cancelled: nobody hears that.
    """
    worker = _worker()
    if worker is None:
        return work()
    key = worker.get_current_task()
    while True:
        stop, over = threading.Event(), threading.Event()
        watcher = threading.Thread(
            target=_watch, args=(worker, key, stop, over), daemon=True, name="slm-magic-watch"
        )
        watcher.start()
        try:
            with stoppable(stop):
                return work()
        except KeyboardInterrupt:
            if not stop.is_set():
                raise
            if _cancelled(worker, key):
                # An interrupt would end the worker.
                raise SlmMagicError("Cancelled: nobody waits for this partition.") from None
            # It was asked for once more meanwhile, and dask counts on the run that was under way.
        finally:
            over.set()


def _watch(worker: Any, key: Any, stop: threading.Event, over: threading.Event) -> None:
    while not over.wait(WATCH_SECONDS):
        if _cancelled(worker, key):
            stop.set()
            return


def _cancelled(worker: Any, key: Any) -> bool:
    task = worker.state.tasks.get(key)
    return task is None or task.state == "cancelled"


def _worker() -> Any:
    """Return the distributed worker that this is run by, or None."""
    # Not imported: what runs without distributed need not have it.
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        return distributed.get_worker()
    except ValueError:
        return None
