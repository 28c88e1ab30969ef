"""Downloads from the Hub, against a stand-in on the loopback and the Hub's real client."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import taggers
from hub_server import COMMIT, Hub
from tiny_gguf import Tiny
from wheelhouse import card_table, model_bin, sha256

from slm_magic import catalog
from slm_magic.errors import (
    ConversionError,
    IntegrityError,
    MissingDependencyError,
    ModelLoadError,
    ModelNotInstalledError,
    OfflineError,
    OptionError,
    PackageNotFoundError,
    PullError,
)
from slm_magic.sources import hub_file
from slm_magic.sources.hub_name import HubName
from slm_magic.sources.local import sha256_of_weights
from slm_magic.store import Installed, Store

SPEC = "hf:someone/tiny-model"


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


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"model_type": "gpt2"}, ConversionError, "type 'gpt2' cannot be converted, only"),
        ({"model_type": "t5"}, MissingDependencyError, r"slm-magic\[convert\]"),
    ],
)
@pytest.mark.parametrize("parts", [False, True])
def test_a_checkpoint_that_cannot_be_converted_is_not_downloaded(
    hub: Hub,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    error: type[Exception],
    says: str,
    parts: bool,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    # Weights smaller than the tokenizer come last too.
    weights = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    hub.files = {
        "config.json": json.dumps(settings).encode(),
        "tokenizer.json": json.dumps({"filler": "x" * 2000}).encode(),
        **dict.fromkeys(weights if parts else ["model.safetensors"], b"w" * 100),
    }
    if parts:
        listed = {str(number): name for number, name in enumerate(weights)}
        hub.files["model.safetensors.index.json"] = json.dumps({"weight_map": listed}).encode()
    with pytest.raises(error, match=says):
        pull(store)
    assert {"config.json", "tokenizer.json"} <= set(hub.sent)
    assert not any(name.endswith(".safetensors") for name in hub.sent)
    assert store.get("tiny-model") is None


def offer_parts(hub: Hub, folder: Path, names: list[str]) -> Path:
    """Offer a checkpoint whose parts have names of their own, beside a part that nobody lists."""
    taggers.checkpoint(folder, parts=len(names))
    index = folder / "model.safetensors.index.json"
    listed = json.loads(index.read_text())
    for old, new in zip(sorted(set(listed["weight_map"].values())), names, strict=True):
        (folder / old).rename(folder / new)
        for tensor, file in listed["weight_map"].items():
            listed["weight_map"][tensor] = new if file == old else file
    index.write_text(json.dumps(listed))
    hub.files = {file.name: file.read_bytes() for file in folder.iterdir()}
    hub.files["model-00001-of-00009.safetensors"] = b"w" * 5000
    return index


def test_parts_are_those_that_the_index_lists(hub: Hub, store: Store, tmp_path: Path) -> None:
    names = ["weights_a.safetensors", "shard.two.safetensors"]
    index = offer_parts(hub, tmp_path / "parts", names)
    found = pull(store)
    assert set(names) < set(hub.sent) and "model-00001-of-00009.safetensors" not in hub.sent
    local = store.pull(index.parent, probe=lambda *_: None, progress=False, name="local")
    assert found.sha256 == local.sha256
    assert (found.folder / "model.bin").read_bytes() == (local.folder / "model.bin").read_bytes()
    # The hash is of all parts.
    data = hub.files[names[1]]
    (index.parent / names[1]).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert sha256_of_weights(index) != found.sha256


def test_a_cut_in_a_part_is_gone_on_from(hub: Hub, store: Store, tmp_path: Path) -> None:
    names = ["weights_a.safetensors", "shard.two.safetensors"]
    offer_parts(hub, tmp_path / "parts", names)
    hub.cuts = {name: [len(hub.files[name]) // 2] for name in names}
    pull(store)
    assert all(hub.bytes_sent[name] == len(hub.files[name]) for name in names)


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ({"weight_map": {"a": "lost.safetensors"}}, "has no file lost.safetensors, which its"),
        ({"weight_map": {"a": "pytorch_model.bin"}}, "does not list its weights"),
        ({"weight_map": {"a": "../x.safetensors"}}, "does not list its weights"),
        ({"weight_map": {}}, "does not list its weights"),
        ([], "does not list its weights"),
    ],
)
def test_an_index_that_lists_what_is_not_there(
    hub: Hub, store: Store, listed: object, says: str
) -> None:
    del hub.files["model.bin"]
    hub.files["model.safetensors.index.json"] = json.dumps(listed).encode()
    with pytest.raises(PackageNotFoundError, match=says):
        pull(store)
    assert hub.sent == ["model.safetensors.index.json"] and store.get("tiny-model") is None


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
        (500, "", OfflineError, r"answers with an error \(500\)"),
    ],
)
def test_refusals(
    hub: Hub,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    error: type[PullError],
    text: str,
) -> None:
    monkeypatch.setattr(hub_file, "WAITS", (0.01, 0.01))
    hub.error = (status, code)
    with pytest.raises(error, match=text) as caught:
        pull(store)
    assert "\n" not in str(caught.value)


def test_unreachable(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        OfflineError, match=r"the Hub at http://127\.0\.0\.1:9: the connection is refused"
    ) as caught:
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


@pytest.mark.parametrize(
    ("written", "repository", "revision", "file"),
    [
        ("hf:o/n", "o/n", "", ""),
        ("hf:o/n@v1.0", "o/n", "v1.0", ""),
        ("hf:o/n@refs/pr/1", "o/n", "refs/pr/1", ""),
        ("hf:o/n/a-q4.gguf", "o/n", "", "a-q4.gguf"),
        ("hf:o/n@refs/pr/1/a.gguf", "o/n", "refs/pr/1", "a.gguf"),
        ("hf:o/n.gguf", "o/n.gguf", "", ""),
    ],
)
def test_names_of_the_hub(written: str, repository: str, revision: str, file: str) -> None:
    found = HubName.parse(written)
    assert found == HubName(repository, revision, file)
    assert str(found) == written and HubName.of(found.source) == found


@pytest.mark.parametrize(
    "written", ["hf:", "hf:n", "hf:o/", "hf:o/n@", "hf:o/n/m", "hf:o/n/s/a.gguf"]
)
def test_what_is_no_name_of_the_hub(store: Store, written: str) -> None:
    with pytest.raises(OptionError, match="written hf:owner/name, ") as caught:
        pull(store, written)
    assert "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="written hf:owner/name, "):
        store.resolve(written)


@pytest.fixture
def ggufs(hub: Hub, tmp_path: Path) -> dict[str, bytes]:
    """The repository holds two quantisations and no other weights."""
    files = {}
    for seed, name in enumerate(("Tiny-Q4.gguf", "Tiny-Q8.gguf")):
        Tiny(seed=seed).write(tmp_path / name)
        files[name] = (tmp_path / name).read_bytes()
    hub.files = {**files, "config.json": b"{}", "README.md": b"#", "big/other.gguf": b"GGUF"}
    return files


def test_several_ggufs_are_refused_before_the_download(
    hub: Hub, store: Store, ggufs: dict[str, bytes]
) -> None:
    with pytest.raises(OptionError, match=r"holds 2 \.gguf files") as caught:
        pull(store, f"{SPEC}@{COMMIT}")
    assert f"slm-magic pull {SPEC}@{COMMIT}/Tiny-Q4.gguf" in str(caught.value)
    assert "Tiny-Q4.gguf, Tiny-Q8.gguf" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(PackageNotFoundError, match=r"no file Tiny-Q2\.gguf; .*Tiny-Q8\.gguf"):
        pull(store, f"{SPEC}/Tiny-Q2.gguf")
    hub.files = {"pytorch_model.bin": b"p" * 2000, "config.json": b"{}"}
    with pytest.raises(PackageNotFoundError, match="no model that slm-magic can use"):
        pull(store)
    assert hub.sent == []


def test_a_part_of_a_split_model_is_refused_before_the_download(hub: Hub, store: Store) -> None:
    part = "tiny-00001-of-00002.gguf"
    hub.files = {part: b"GGUF", "README.md": b"#"}
    for spec in (SPEC, f"{SPEC}/{part}"):
        with pytest.raises(OptionError, match=r"one part of a split model"):
            pull(store, spec)
    assert hub.sent == []


def test_one_gguf_of_several(hub: Hub, store: Store, ggufs: dict[str, bytes]) -> None:
    found = pull(store, f"{SPEC}/Tiny-Q4.gguf")
    assert hub.sent == ["Tiny-Q4.gguf"]
    assert found.name == "tiny-q4" and found.card.kind == "causal"
    assert found.sha256 == sha256(ggufs["Tiny-Q4.gguf"])
    assert pull(store, f"{SPEC}/Tiny-Q4.gguf") == found == store.resolve(f"{SPEC}/Tiny-Q4.gguf")

    # The other one is another model, also where an unfinished pull of the first is staged.
    def fail(*_: object) -> None:
        raise ModelLoadError("it does not answer")

    with pytest.raises(ModelLoadError):
        store.pull(f"{SPEC}/Tiny-Q4.gguf", name="x", probe=fail, progress=False)
    assert (store.staging("x") / "hub" / "Tiny-Q4.gguf").is_file()
    other = pull(store, f"{SPEC}/Tiny-Q8.gguf", name="x")
    assert other.sha256 == sha256(ggufs["Tiny-Q8.gguf"])


def test_the_only_gguf_needs_no_name(hub: Hub, store: Store, ggufs: dict[str, bytes]) -> None:
    del hub.files["Tiny-Q4.gguf"]
    assert pull(store).sha256 == sha256(ggufs["Tiny-Q8.gguf"])
    assert hub.sent == ["Tiny-Q8.gguf"]


def test_one_kind_of_weights_is_enough(hub: Hub, store: Store, ggufs: dict[str, bytes]) -> None:
    hub.files |= {"model.bin": model_bin(1, 500), "model.safetensors": b"s" * 2000}
    hub.files["tokenizer.json"] = b"{}"
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert {name for name in hub.sent if name.startswith(("model", "Tiny"))} == {"model.bin"}


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads")
def test_ctrl_c_does_not_wait_for_the_file_on_its_way(hub: Hub, store: Store) -> None:
    hub.files["model.bin"] = hub.files.pop("model.bin") + bytes(600_000)
    hub.rate = 100_000
    interrupted = 0.0
    me = threading.main_thread().ident
    assert me is not None

    def interrupt() -> None:
        nonlocal interrupted
        while "model.bin" not in hub.sent:
            time.sleep(0.05)
        time.sleep(1)
        interrupted = time.monotonic()
        signal.pthread_kill(me, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        pull(store)
    assert time.monotonic() - interrupted < 2
    assert store.list() == []
    # What was whole is not fetched again.
    hub.rate = 0
    hub.sent.clear()
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert hub.sent == ["model.bin"]


def test_another_repository_of_the_same_name_is_refused(hub: Hub, store: Store) -> None:
    alice = pull(store)
    hub.repository = "bob/tiny-model"
    hub.sent.clear()
    with pytest.raises(OptionError, match="from hf:someone/tiny-model; .*--name NAME.*--force"):
        pull(store, "hf:bob/tiny-model")
    assert hub.sent == [] and store.resolve("tiny-model") == alice and alice.folder.is_dir()
    assert pull(store, "hf:bob/tiny-model", name="bobs").name == "bobs"
    bob = pull(store, "hf:bob/tiny-model", force=True)
    assert store.resolve("tiny-model") == bob
    assert bob.card.source.repository == "bob/tiny-model"


def test_a_family_keeps_its_names(hub: Hub, store: Store, catalogue: Callable[..., None]) -> None:
    pattern = {**card_table("x", [{"members": {"": {"sha256": ""}}, "bytes": 0}]), "upstream": ""}
    pattern["source"] = {"kind": "hub", "repository": "them/opus-{source}-{target}"}
    catalogue(families=(catalog.Family("opus-mt-{source}-{target}", pattern, ("en", "fr")),))
    hub.repository = "eve/opus-mt-en-fr"
    with pytest.raises(OptionError, match="model of the catalogue; .*--name"):
        pull(store, "hf:eve/opus-mt-en-fr")
    assert hub.sent == []


def test_a_tag_is_not_pulled_again(hub: Hub, store: Store) -> None:
    hub.tags = {"v1.0", "v2.0"}
    first = pull(store, f"{SPEC}@v1.0")
    assert first.revision == COMMIT and first.card.source.revision == "v1.0"
    hub.sent.clear()
    for spec in (f"{SPEC}@v1.0", f"{SPEC}@{COMMIT}", f"{SPEC}@main", SPEC):
        assert pull(store, spec) == first == store.resolve(spec)
    assert hub.sent == []
    # Another revision of the same repository is the same model, newer or older.
    second = pull(store, f"{SPEC}@v2.0")
    assert second.folder != first.folder and hub.sent != []


def test_what_was_pulled_is_found_by_where_it_came_from(hub: Hub, store: Store) -> None:
    with pytest.raises(ModelNotInstalledError, match=f"%slm pull {SPEC} "):
        store.resolve(SPEC)
    found = pull(store, name="mine")
    assert store.resolve(SPEC) == found
    with pytest.raises(OptionError, match="own name: mine"):
        store.remove(SPEC)
    with pytest.raises(ModelNotInstalledError):
        store.resolve(f"{SPEC}@v2")
