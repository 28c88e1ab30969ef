"""Fixtures of the store's tests: an index of one's own and a catalogue of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wheelhouse import Index, serve

from slm_magic import catalog


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index on the loopback that pip, run for real, is pointed at."""
    folder = tmp_path / "index"
    folder.mkdir()
    with serve(folder) as running:
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_CONSTRAINT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make these tables the whole catalogue."""

    def use(*tables: dict[str, Any], families: tuple[catalog.Family, ...] = ()) -> None:
        cards = {table["name"]: catalog.card_from_table(table) for table in tables}
        monkeypatch.setattr(catalog, "_read", lambda: (cards, families))

    return use
