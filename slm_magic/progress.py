"""Progress bars: tqdm.auto, shown only where someone watches and only for long work."""

from __future__ import annotations

from typing import Any, Protocol


class Progress(Protocol):
    """The part of a tqdm bar that the layers below the front ends use."""

    def update(self, n: float = 1) -> object:
        """Move on by `n`."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> object:
        """Show `s` behind the bar."""

    def close(self) -> None:
        """Take the bar away or leave its last state."""


class NoProgress:
    """A bar that shows nothing."""

    def update(self, n: float = 1) -> None:
        """Do nothing."""

    def set_postfix_str(self, s: str, refresh: bool = True) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


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
    if not show:
        return NoProgress()
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
