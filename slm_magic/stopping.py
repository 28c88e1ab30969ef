"""Stopping work in a thread of its own, where Ctrl-C is never heard.

Who runs the work sets an event around it; the places that wait or go round in a long loop ask for
it. What they raise is what Ctrl-C would raise there, so that nothing else need know of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_stop: ContextVar[threading.Event | None] = ContextVar("slm_magic_stop", default=None)


@contextmanager
def stoppable(stop: threading.Event) -> Iterator[None]:
    """Let `stop` end what this thread does inside.

    A thread that is started inside hears it only if it runs in a copy of the context.
    """
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what this thread does inside when it takes longer than `seconds`."""
    late = threading.Event()
    timer = threading.Timer(seconds, late.set)
    timer.daemon = True
    timer.start()
    try:
        with stoppable(late):
            yield
    finally:
        timer.cancel()


def may_stop() -> bool:
    """Whether somebody else may stop what this thread does."""
    return _stop.get() is not None


def check() -> None:
    """Raise if the work that this thread does is to stop.

    Raises
    ------
    KeyboardInterrupt
        If the event is set.
    """
    stop = _stop.get()
    if stop is not None and stop.is_set():
        raise KeyboardInterrupt("Stopped.")


def pause(seconds: float) -> None:
    """Sleep, or wake up at once and raise if the work is to stop.

    Raises
    ------
    KeyboardInterrupt
        If the event is set.
    """
    stop = _stop.get()
    if stop is None:
        time.sleep(seconds)
    else:
        stop.wait(seconds)
        check()
