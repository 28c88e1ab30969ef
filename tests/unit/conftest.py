"""Fixtures of the store's tests: an index of one's own and a catalogue of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wheelhouse import Index, pip_index

from slm_magic import catalog


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index on the loopback that pip, run for real, is pointed at."""
    with pip_index(tmp_path / "index", monkeypatch) as running:
        yield running


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make these tables the whole catalogue."""

    def use(*tables: dict[str, Any], families: tuple[catalog.Family, ...] = ()) -> None:
        cards = {table["name"]: catalog.card_from_table(table) for table in tables}
        monkeypatch.setattr(catalog, "_read", lambda: (cards, families))

    return use
