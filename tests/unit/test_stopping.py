"""Work in a thread is stopped by an event, and heard of by a listener."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from slm_magic import stopping
from slm_magic.progress import bar, listening
from slm_magic.store import Store


def test_nobody_stops_what_nobody_may_stop() -> None:
    assert not stopping.may_stop()
    stopping.check()
    stopping.pause(0)


def test_a_set_event_is_raised_where_it_is_asked_for_and_only_inside() -> None:
    stop = threading.Event()
    with stopping.stoppable(stop):
        assert stopping.may_stop()
        stopping.check()
        stop.set()
        with pytest.raises(KeyboardInterrupt):
            stopping.check()
        with pytest.raises(KeyboardInterrupt):
            stopping.pause(600)
    assert not stopping.may_stop()
    stopping.check()


def test_a_pause_wakes_up_when_the_event_is_set() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with stopping.stoppable(stop), pytest.raises(KeyboardInterrupt):
        stopping.pause(600)


def test_what_takes_too_long_is_stopped_and_what_does_not_is_not() -> None:
    with pytest.raises(KeyboardInterrupt), stopping.within(0.05):
        stopping.pause(600)
    with stopping.within(600):
        stopping.pause(0)
    assert not stopping.may_stop()


def test_an_event_is_not_heard_in_another_thread() -> None:
    stop = threading.Event()
    stop.set()
    heard: list[bool] = []
    with stopping.stoppable(stop):
        thread = threading.Thread(target=lambda: heard.append(stopping.may_stop()))
        thread.start()
        thread.join()
    assert heard == [False]


def test_a_listener_hears_of_every_bar_and_step_though_none_is_shown() -> None:
    told: list[tuple[str, str, float]] = []
    steps: list[float] = []

    def listener(what: str, unit: str, total: float) -> Callable[[float], object]:
        told.append((what, unit, total))
        return steps.append

    with listening(listener):
        one = bar(3, what="Translating", unit="sentence", show=False)
        one.update()
        one.update(2)
        one.close()
    bar(9, what="Summarising", unit="text", show=False).update(9)
    assert told == [("Translating", "sentence", 3)]
    assert steps == [1, 2]


def test_work_that_is_heard_stops_at_its_next_step() -> None:
    stop = threading.Event()
    steps: list[float] = []
    with stopping.stoppable(stop), listening(lambda *_: steps.append):
        shown = bar(3, what="check", unit="B", show=False)
        shown.update()
        stop.set()
        with pytest.raises(KeyboardInterrupt):
            shown.update()
        shown.close()
    assert steps == [1]


def test_waiting_for_a_models_lock_can_be_stopped(tmp_path: Path) -> None:
    store = Store(tmp_path)
    stop = threading.Event()
    ended: list[str] = []

    def wait() -> None:
        with stopping.stoppable(stop):
            try:
                with store.lock("one", wait=stop.set):
                    ended.append("held")
            except KeyboardInterrupt:
                ended.append("stopped")

    with store.lock("one"):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert ended == ["stopped"]
    with store.lock("one"):
        pass
