"""Progress bars: tqdm.auto, shown only where someone watches and only for long work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, Union

from .stopping import check


class Progress(Protocol):
    """The part of a tqdm bar that the layers below the front ends use."""

    def update(self, n: float = 1) -> object:
        """Move on by `n`."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> object:
        """Show `s` behind the bar."""

    def close(self) -> None:
        """Take the bar away or leave its last state."""


# Told what is being done, in which unit and how many there are, if known; returns what takes each step.
Listener = Callable[[str, str, Union[float, None]], Callable[[float], object]]

_listener: ContextVar[Listener | None] = ContextVar("slm_magic_progress", default=None)


class NoProgress:
    """A bar that shows nothing."""

    def update(self, n: float = 1) -> None:
        """Do nothing."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class _Heard:
    """A bar that tells a listener too, and where work that may be stopped stops."""

    def __init__(self, shown: Progress, step: Callable[[float], object]) -> None:
        self._shown = shown
        self._step = step

    def update(self, n: float = 1) -> None:
        check()
        self._step(n)
        self._shown.update(n)

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        self._shown.set_postfix_str(s, refresh=refresh)

    def close(self) -> None:
        self._shown.close()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let `listener` hear of every bar that this thread makes inside, shown or not."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def bar(total: float | None, *, what: str, unit: str, show: bool, delay: float = 1.0) -> Progress:
    """Return a bar of `total` `unit`s, or one that shows nothing.

    Parameters
    ----------
    total
        How many units the whole is, None if that is not known; bytes when `unit` is ``"B"``.
    what
        What is being done, shown before the bar.
    unit
        Name of one unit; ``"B"`` scales to kB, MB and GB.
    show
        Whether to show anything at all.
    delay
        Seconds to wait before the bar appears, so that short work stays quiet.
    """
    made = _shown(total, what, unit, delay) if show else NoProgress()
    listener = _listener.get()
    return made if listener is None else _Heard(made, listener(what, unit, total))


def _shown(total: float | None, what: str, unit: str, delay: float) -> Progress:
    scale: dict[str, Any] = {"unit_scale": True, "unit_divisor": 1000} if unit == "B" else {}
    made: Progress = _tqdm()(
        total=total, desc=what, unit=unit, delay=delay, leave=unit == "B", **scale
    )
    return made


def _tqdm() -> Any:
    import importlib.util

    # tqdm.auto warns in a kernel that has no ipywidgets; the text bar does as well there.
    if importlib.util.find_spec("ipywidgets") is None:
        from tqdm.std import tqdm
    else:
        from tqdm.auto import tqdm
    return tqdm
