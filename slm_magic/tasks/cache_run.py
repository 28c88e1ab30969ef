"""A runner that takes what is kept on disk and keeps what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .cache import Cache, Place, marks, open_cache
from .results import Result

if TYPE_CHECKING:
    from .bulk import Meter, Row, Runner, Window


@contextmanager
def keeping(runner: Runner, place: Place) -> Iterator[Runner]:
    """Give a runner that finds and keeps results in the cache that `place` means, if any.

    Raises
    ------
    OptionError, MissingDependencyError, CacheError
        See `open_cache`.
    """
    cache = open_cache(place)
    if cache is None:
        yield runner
        return
    try:
        yield _Keeping(runner, cache)
    finally:
        cache.close()


class _Keeping:
    """Leaves only rows to the runner of which nothing is kept."""

    def __init__(self, runner: Runner, cache: Cache) -> None:
        self._runner = runner
        self._cache = cache
        self._begun = False
        self.what = runner.what

    def sentences(self, text: str) -> int:
        """Return how many sentences a window that begins with `text` has, about."""
        return self._runner.sentences(text)

    def prepare(self, rows: Sequence[Row], *, bulk: bool) -> _KeepingWindow:
        """Look the rows up and prepare the others; without others no model is loaded."""
        identities = marks(self._runner.identify(rows))
        found: dict[int, Result] = {}
        # What a result depends on, and its text, of each row that is to be kept.
        new: dict[int, tuple[object, str]] = {}
        for (row, text), identity in zip(rows, identities, strict=True):
            # None where nothing translates a text: that may change with what is installed.
            kept = self._cache.get(identity, text) if identity is not None else None
            if kept is not None:
                found[row] = kept
            elif identity is not None:
                new[row] = (identity, text)
        left = [(row, text) for row, text in rows if row not in found]
        first, self._begun = not self._begun, True
        if not first and None in identities:
            # In its first window a runner refuses what nothing here translates; later ones are too
            # late for that, also where the first was found in the cache and it never saw one.
            self._runner.prepare([], bulk=bulk)
        window = self._runner.prepare(left, bulk=bulk) if left else None
        return _KeepingWindow(window, found, new, self._cache)

    def identify(self, rows: Sequence[Row]) -> list[object]:
        """Return for each row what its result depends on beside its text."""
        return self._runner.identify(rows)


class _KeepingWindow:
    """Rows whose results were kept, and a window of the others, if there are any."""

    def __init__(
        self,
        window: Window | None,
        found: Mapping[int, Result],
        new: dict[int, tuple[object, str]],
        cache: Cache,
    ) -> None:
        self.steps = window.steps if window is not None else 0
        self._window = window
        self._found = found
        self._new = new
        self._cache = cache

    def run(self, meter: Meter) -> None:
        """Count what was found and let the model work on the others."""
        for row in self._found:
            meter.row(row)
        if self._window is not None:
            self._window.run(meter)

    def results(self) -> list[tuple[int, Result]]:
        """Return number and result of every row that is finished, in order; new ones are kept."""
        made = self._window.results() if self._window is not None else []
        for row, result in made:
            if row in self._new:
                # Asked twice where Ctrl-C comes in between; kept once.
                self._cache.put(*self._new.pop(row), result)
        return sorted([*self._found.items(), *made], key=lambda pair: pair[0])

    def unfinished(self) -> list[tuple[int, Result]]:
        """Return the same of rows that are partly done, which are never kept."""
        return self._window.unfinished() if self._window is not None else []
