"""Downloads from the Hub, against a stand-in on the loopback and the Hub's real client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import COMMIT, Hub, serve
from wheelhouse import model_bin, sha256

from slm_magic.errors import IntegrityError, OfflineError, PackageNotFoundError, PullError
from slm_magic.store import Installed, Store

SPEC = "hf:someone/tiny-model"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    files = {
        "model.bin": model_bin(5, 5000),
        "config.json": b"{}",
        "tokenizer.json": json.dumps({"filler": "x" * 2000}).encode(),
        "pytorch_model.bin": b"p" * 2000,
        "modeling.py": b"raise SystemExit",
        "onnx/model.bin": b"o" * 2000,
    }
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    with serve(Hub(files)) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def pull(store: Store, spec: str = SPEC, **options: object) -> Installed:
    return store.pull(spec, probe=lambda *_: None, progress=False, **options)  # type: ignore[arg-type]


def test_pull_pins_the_commit_and_takes_only_what_runs(hub: Hub, store: Store) -> None:
    found = pull(store)
    assert found.name == "tiny-model"
    assert found.revision == COMMIT
    assert found.sha256 == sha256(hub.files["model.bin"])
    assert found.card.source.repository == "someone/tiny-model"
    assert {p.name for p in found.folder.iterdir()} == {
        "model.bin",
        "config.json",
        "tokenizer.json",
    }
    assert set(hub.sent) == {"model.bin", "config.json", "tokenizer.json"}
    assert store.verify("tiny-model") == () and not store.staging("tiny-model").exists()
    # A branch is not looked at again until it is asked for.
    hub.sent.clear()
    assert pull(store) == found and hub.sent == []


def test_revision_and_name_can_be_given(hub: Hub, store: Store) -> None:
    assert pull(store, f"{SPEC}@{COMMIT}", name="mine").name == "mine"
    with pytest.raises(PackageNotFoundError, match="no such revision"):
        pull(store, f"{SPEC}@v2", name="other")


def test_finished_files_are_not_fetched_again(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slm_magic.store.pulling._copy", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pull(store)
    monkeypatch.undo()
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    hub.sent.clear()
    pull(store)
    assert hub.sent == []


def test_wrong_hash(hub: Hub, store: Store) -> None:
    hub.lie.add("model.bin")
    with pytest.raises(IntegrityError, match="model.bin of someone/tiny-model"):
        pull(store)
    assert store.list() == []
    assert not (store.staging("tiny-model") / "hub" / "model.bin").exists()


@pytest.mark.parametrize(
    ("status", "code", "error", "text"),
    [
        (404, "RepoNotFound", PackageNotFoundError, "no repository"),
        (401, "RepoNotFound", PackageNotFoundError, "no repository"),
        (403, "GatedRepo", PackageNotFoundError, "gated"),
        (500, "", OfflineError, "cannot be reached or refuses"),
    ],
)
def test_refusals(
    hub: Hub, store: Store, status: int, code: str, error: type[PullError], text: str
) -> None:
    hub.error = (status, code)
    with pytest.raises(error, match=text) as caught:
        pull(store)
    assert "\n" not in str(caught.value)


def test_unreachable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(OfflineError, match="the Hub cannot be reached") as caught:
        pull(store)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("variable", ["SLM_MAGIC_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_variables(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(OfflineError, match=variable):
        pull(store)
    assert hub.sent == []
