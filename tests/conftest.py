"""What every test has: a home of its own, no network, and the real models on request."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
import pytest

sys.path.insert(0, str(Path(__file__).parent / "unit"))


def pytest_sessionstart() -> None:
    """Let no run pass that was to compare with transformers and could not."""
    if os.environ.get("SLM_MAGIC_REQUIRE_TORCH") and importlib.util.find_spec("torch") is None:
        pytest.exit("torch is not installed; run: make test, or TORCH= make test", returncode=4)


KEPT = {"SLM_MAGIC_DATA", "SLM_MAGIC_REQUIRE_MODELS", "SLM_MAGIC_SCREENSHOTS"}
REAL_HOME = Path(
    os.environ.get("SLM_MAGIC_HOME") or platformdirs.user_data_path("slm-magic", appauthor=False)
)


@pytest.fixture(scope="session")
def session_home() -> Path:
    """The folder with the models that `make test` pulled."""
    return REAL_HOME


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("SLM_MAGIC_") and n not in KEPT]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("SLM_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SLM_MAGIC_CONFIG", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    if request.node.get_closest_marker("registry"):
        return
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        local = self.family == getattr(socket, "AF_UNIX", None) or (
            isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1", "localhost")
        )
        if not local:
            raise OSError("tests must not use the network; mark the test 'registry' if it may")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def pulled(session_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Use the real models: ``pulled(name)`` is the folder of one, or the test is skipped."""
    monkeypatch.setenv("SLM_MAGIC_HOME", str(session_home))

    def folder(name: str) -> Path:
        from slm_magic.store import Store

        found = Store.default().get(name)
        if found is None:
            if os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
                pytest.fail(f"{name} is not pulled; run: make models")
            pytest.skip(f"{name} is not pulled; run: make models")
        return found.folder

    yield folder
    from slm_magic import engine

    engine.unload()
