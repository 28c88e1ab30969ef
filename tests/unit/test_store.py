"""The store: install, find, list, check, remove; what a failed pull leaves."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny
from tiny_gguf import Tiny
from wheelhouse import Index, card_table, model_bin, model_members, sha256

from slm_magic import catalog
from slm_magic.convert import CONVERSION
from slm_magic.errors import (
    ConversionError,
    DiskFullError,
    IntegrityError,
    ModelLoadError,
    ModelNotInstalledError,
    OfflineError,
    OptionError,
    PackageNotFoundError,
    PullError,
    UnknownModelError,
)
from slm_magic.sources import disk
from slm_magic.store import Installed, Store

NAME = "tiny-encoder"


def no_probe(*_: object) -> None:
    pass


def pull(store: Store, what: Any = NAME, **options: Any) -> Installed:
    """Pull with the real pip."""
    options.setdefault("probe", no_probe)
    return store.pull(what, progress=False, **options)


def stage(store: Store, index: Index) -> None:
    """Put the files of the catalogue's encoder where a killed pull would have left them.

    Most of the store has nothing to do with downloads, and pip takes its second or two.
    """
    package = catalog.find(NAME).source.packages[0]
    folder = store.staging(NAME) / "members"
    folder.mkdir(parents=True)
    stem = f"{package['package'].replace('-', '_')}-{package['version']}"
    with zipfile.ZipFile(index.folder / f"{stem}-py3-none-any.whl") as archive:
        for member, part in package["members"].items():
            (folder / part["name"]).write_bytes(archive.read(member))


@pytest.fixture
def install(index: Index) -> Callable[..., Installed]:
    """Pull what has been staged, with no pip."""

    def staged_pull(store: Store, **options: Any) -> Installed:
        stage(store, index)
        return pull(store, **options)

    return staged_pull


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def table(index: Index, catalogue: Callable[..., None]) -> dict[str, Any]:
    """The catalogue holds one small encoder, and the index has its wheel."""
    table = card_table(NAME, [index.add("tiny-encoder", model_members(1))])
    catalogue(table)
    return table


@pytest.fixture
def newer(table: dict[str, Any], index: Index, catalogue: Callable[..., None]) -> dict[str, Any]:
    """A newer release of that encoder, for the tests to put in the catalogue."""
    package = index.add("tiny-encoder", model_members(2), version="2.0")
    return card_table(NAME, [package], revision="2.0")


def plain_folder(path: Path, seed: int = 3) -> Path:
    path.mkdir(parents=True)
    (path / "model.bin").write_bytes(model_bin(seed, 1000))
    (path / "tokenizer.json").write_text("{}")
    (path / "tokenizer_config.json").write_text('{"model_max_length": 128}')
    (path / "setup.py").write_text("raise SystemExit")
    return path


def test_pull_installs_what_the_card_pins(
    store: Store, table: dict[str, Any], install: Callable[..., Installed]
) -> None:
    seen: list[tuple[list[str], str]] = []

    def probe(folder: Path, card: catalog.ModelCard) -> None:
        # The probe sees the finished folder while nobody else sees the model.
        seen.append((sorted(path.name for path in folder.iterdir()), card.name))
        assert store.list() == []

    found = install(store, probe=probe)
    assert seen == [(["config.json", "model.bin", "tokenizer.json"], NAME)]
    assert (found.folder / "model.bin").read_bytes() == model_bin(1)
    assert found.ref == catalog.ModelRef(NAME, "1.0", table["sha256"])
    assert found.disk_bytes == disk.tree_bytes(found.folder)
    assert store.resolve(NAME) == store.list()[0] == found
    assert store.verify(NAME) == ()
    manifest = json.loads((store.place(NAME) / "model.json").read_text())
    assert manifest["files"]["model.bin"]["sha256"] == table["sha256"]
    assert manifest["card"]["licence"] == "MIT"


def test_pull_again_does_nothing_unless_forced(
    store: Store, table: dict[str, Any], index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pull(store)
    # Not even offline is an error: nothing is to be fetched.
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    assert pull(store) == first
    assert sum(index.sent.values()) == 1
    monkeypatch.delenv("SLM_MAGIC_OFFLINE")
    again = pull(store, force=True)
    assert again.folder != first.folder and not first.folder.exists()
    assert again.sha256 == first.sha256


def test_pull_converts_anew_what_an_older_converter_made(
    store: Store, table: dict[str, Any], index: Index
) -> None:
    first = pull(store)
    path = store.place(NAME) / "model.json"
    manifest = json.loads(path.read_text())
    assert manifest.pop("conversion") == CONVERSION > 1
    path.write_text(json.dumps(manifest))
    # Until then the old one goes on working.
    assert store.resolve(NAME).folder == first.folder
    again = pull(store)
    assert (again.conversion, again.folder) != (1, first.folder)
    assert sum(index.sent.values()) == 2


def test_pull_replaces_an_older_release(
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    install: Callable[..., Installed],
) -> None:
    old = install(store)
    catalogue(newer)
    new = install(store)
    assert new.revision == "2.0" and not old.folder.exists()


def assert_old_stays(store: Store, old: Installed) -> None:
    assert store.resolve(NAME).folder == old.folder
    assert store.verify(NAME) == ()
    assert not list(store.staging(NAME).glob("build-*"))


def test_wrong_hash_leaves_the_old_model(
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    install: Callable[..., Installed],
) -> None:
    old = install(store)
    newer["source"]["packages"][0]["sha256"] = "0" * 64
    catalogue(newer)
    with pytest.raises(
        IntegrityError, match="tiny-encoder 2.0 does not have the SHA-256"
    ) as caught:
        pull(store)
    assert "\n" not in str(caught.value)
    assert_old_stays(store, old)
    assert not list(store.staging(NAME).rglob("*.whl"))


def test_wrong_hash_of_a_member(
    store: Store, table: dict[str, Any], catalogue: Callable[..., None]
) -> None:
    table["source"]["packages"][0]["members"]["tiny/model/model.bin"]["sha256"] = "0" * 64
    catalogue(table)
    with pytest.raises(IntegrityError, match="model.bin in the wheel of tiny-encoder 1.0"):
        pull(store)
    assert store.list() == []
    assert not list(store.staging(NAME).rglob("model.bin*"))


def test_failed_probe_leaves_the_old_model(
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    index: Index,
    install: Callable[..., Installed],
) -> None:
    old = install(store)
    catalogue(newer)

    def refuse(*_: object) -> None:
        raise ModelLoadError("it does not answer")

    with pytest.raises(ModelLoadError):
        pull(store, probe=refuse)
    assert_old_stays(store, old)
    # The download was whole and is not fetched again.
    sent = sum(index.sent.values())
    pull(store)
    assert sum(index.sent.values()) == sent


def test_interrupted_convert_leaves_the_old_model(
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    install: Callable[..., Installed],
) -> None:
    old = install(store)
    catalogue(newer)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("slm_magic.store.pulling._copy", interrupt)
    with pytest.raises(KeyboardInterrupt):
        install(store)
    assert_old_stays(store, old)


def test_interrupted_publish_leaves_no_orphan(
    store: Store,
    table: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    install: Callable[..., Installed],
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("slm_magic.store.pulling.write_manifest", interrupt)
    with pytest.raises(KeyboardInterrupt):
        install(store)
    assert store.list() == [] and list(store.place(NAME).iterdir()) == []


@pytest.mark.parametrize("variable", ["SLM_MAGIC_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_variables_forbid_any_attempt(
    store: Store,
    table: dict[str, Any],
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, "1")
    monkeypatch.setattr(subprocess, "Popen", None)  # any attempt would fail otherwise
    with pytest.raises(OfflineError, match=f"{variable}=1 forbids the network"):
        pull(store)
    assert not index.started


def test_missing_package(store: Store, table: dict[str, Any], index: Index) -> None:
    next(index.folder.glob("*.whl")).unlink()
    with pytest.raises(PackageNotFoundError, match="does not have tiny-encoder 1.0"):
        pull(store)


@pytest.mark.parametrize("status", [403, 500, 503])
def test_refusing_index(store: Store, table: dict[str, Any], index: Index, status: int) -> None:
    index.status["tiny-encoder"] = status
    reason = "denies access" if status == 403 else "answers with an error"
    with pytest.raises(OfflineError, match=reason) as caught:
        pull(store)
    assert "\n" not in str(caught.value)


def test_unreachable_index(
    store: Store, table: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(OfflineError, match="the connection is refused"):
        pull(store)


def test_no_room_is_told_before_the_download(
    store: Store, table: dict[str, Any], index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(store.home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=400_000))
    with pytest.raises(DiskFullError, match=r"1\.\d MB needed, 400 kB free") as caught:
        pull(store)
    assert "SLM_MAGIC_HOME" in str(caught.value)
    assert not index.started


def test_full_disk_in_the_middle(
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    install: Callable[..., Installed],
) -> None:
    old = install(store)
    catalogue(newer)

    def full(path: Path, out: Path, *_: object) -> None:
        (out / "model.bin").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("slm_magic.store.pulling._copy", full)
    with pytest.raises(DiskFullError, match="is full; make room"):
        install(store)
    assert_old_stays(store, old)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("making a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


# What fills the disk: pip's own copies of a wheel, the member unpacked, the folder built.
FULL = {
    "download": (model_bin(1, 330_000), False),
    "unpack": (model_bin(1, 0) + bytes(900_000), True),
    "build": (model_bin(1, 0) + bytes(300_000), True),
}


@pytest.mark.parametrize("stage", FULL)
def test_truly_full_disk(
    small_disk: Path,
    index: Index,
    catalogue: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
) -> None:
    weights, packed = FULL[stage]
    members = {**model_members(), "tiny/model/model.bin": weights}
    catalogue(card_table(NAME, [index.add("tiny-encoder", members, packed=packed)]))
    monkeypatch.setattr("slm_magic.store.pulling.need_room", lambda *_: None)
    store = Store(small_disk / "home")
    with pytest.raises(DiskFullError, match="is full; make room"):
        pull(store)
    assert store.list() == []
    left = [path.name for path in store.staging(NAME).rglob("*.part")]
    assert left == [] and not list(store.staging(NAME).glob("pip-*"))


def test_home_that_is_a_file(tmp_path: Path, table: dict[str, Any]) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(PullError, match="Cannot write to .*SLM_MAGIC_HOME"):
        pull(Store(tmp_path / "home"))


def test_not_installed_names_the_pull(store: Store, table: dict[str, Any]) -> None:
    with pytest.raises(ModelNotInstalledError) as caught:
        store.resolve(NAME)
    message = str(caught.value)
    assert f"%slm pull {NAME}" in message and f"slm-magic pull {NAME}" in message
    assert "\n" not in message


def test_unknown_name_suggests(store: Store, table: dict[str, Any]) -> None:
    with pytest.raises(UnknownModelError, match="Did you mean 'tiny-encoder'"):
        store.resolve("tiny-encodr")
    pull(store, plain_folder(store.home.parent / "mine"), name="my-own-model")
    with pytest.raises(UnknownModelError, match="Did you mean 'my-own-model'"):
        store.resolve("my-own-modle")


@pytest.mark.parametrize("name", ["..", ".", "", "Tiny-Encoder", "a b"])
def test_names_that_are_not_names(
    store: Store, table: dict[str, Any], name: str, install: Callable[..., Installed]
) -> None:
    install(store)
    with pytest.raises(UnknownModelError):
        store.resolve(name)
    with pytest.raises(UnknownModelError):
        store.remove(name)
    with pytest.raises(OptionError):
        store.place(name)
    assert store.verify(NAME) == ()


def test_remove(store: Store, table: dict[str, Any], install: Callable[..., Installed]) -> None:
    found = install(store)
    assert store.remove(NAME) > found.disk_bytes
    assert store.list() == [] and not store.place(NAME).exists()
    with pytest.raises(ModelNotInstalledError):
        store.remove(NAME)


def test_verify_finds_every_kind_of_damage(
    store: Store, table: dict[str, Any], install: Callable[..., Installed]
) -> None:
    folder = install(store).folder
    weights = bytearray((folder / "model.bin").read_bytes())
    weights[5000] ^= 1
    (folder / "model.bin").write_bytes(weights)
    (folder / "config.json").unlink()
    (folder / "extra.json").write_text("{}")
    assert sorted(store.verify(NAME)) == [
        "config.json is missing",
        "extra.json does not belong there",
        "model.bin has changed",
    ]
    install(store, force=True)
    assert store.verify(NAME) == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "files": {}}'])
def test_broken_manifest(
    store: Store, table: dict[str, Any], text: str, install: Callable[..., Installed]
) -> None:
    install(store)
    (store.place(NAME) / "model.json").write_text(text)
    with pytest.raises(ModelLoadError, match=f"%slm pull {NAME}"):
        store.resolve(NAME)
    assert store.list() == [] and list(store.broken()) == [NAME]
    install(store)
    assert store.verify(NAME) == () and store.broken() == {}


def test_manifest_cannot_point_outside(
    store: Store, table: dict[str, Any], install: Callable[..., Installed]
) -> None:
    install(store)
    manifest = store.place(NAME) / "model.json"
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**content, "folder": "../../elsewhere"}))
    with pytest.raises(ModelLoadError):
        store.resolve(NAME)


def test_manifest_of_a_newer_release(
    store: Store, table: dict[str, Any], install: Callable[..., Installed]
) -> None:
    install(store)
    manifest = store.place(NAME) / "model.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    with pytest.raises(ModelLoadError, match="newer slm-magic"):
        store.resolve(NAME)


def test_improved_card_reaches_an_installed_model(
    store: Store,
    table: dict[str, Any],
    catalogue: Callable[..., None],
    install: Callable[..., Installed],
) -> None:
    install(store)
    catalogue({**table, "quality": "Better known now."})
    assert store.resolve(NAME).card.quality == "Better known now."
    # Other weights of the same name have another card.
    catalogue({**table, "quality": "Of others.", "sha256": "1" * 64})
    assert store.resolve(NAME).card.quality == ""


def test_shared_folder_is_listed_after_and_only_read(
    tmp_path: Path,
    store: Store,
    newer: dict[str, Any],
    catalogue: Callable[..., None],
    install: Callable[..., Installed],
) -> None:
    common = Store(tmp_path / "common")
    install(common)
    mine = Store(tmp_path / "mine", [common.home])
    before = {path: path.stat().st_mtime_ns for path in common.home.rglob("*")}
    found = mine.resolve(NAME)
    assert found.shared and found.folder.is_relative_to(common.home)
    # It is there, so that nothing is pulled.
    assert pull(mine) == found and not (mine.home / "models").exists()
    with pytest.raises(OptionError, match="shared folder"):
        mine.remove(NAME)
    assert {path: path.stat().st_mtime_ns for path in common.home.rglob("*")} == before
    # One's own comes first.
    catalogue(newer)
    own = install(mine)
    assert not own.shared and mine.resolve(NAME) == own
    assert [one.name for one in mine.list()] == [NAME]
    mine.remove(NAME)
    assert mine.resolve(NAME).shared


def test_default_reads_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLM_MAGIC_HOME", str(tmp_path / "a"))
    shared = os.pathsep.join([str(tmp_path / "b"), "", str(tmp_path / "a"), str(tmp_path / "c")])
    monkeypatch.setenv("SLM_MAGIC_PATH", shared)
    store = Store.default()
    assert store.home == tmp_path / "a"
    assert store.shared == (tmp_path / "b", tmp_path / "c")
    monkeypatch.delenv("SLM_MAGIC_HOME")
    monkeypatch.delenv("SLM_MAGIC_PATH")
    assert Store.default().home.name == "slm-magic" and Store.default().shared == ()


def test_head_is_there_when_its_body_is(
    store: Store, table: dict[str, Any], catalogue: Callable[..., None]
) -> None:
    head = card_table("tiny-head", table["source"]["packages"], kind="head", sha256="")
    head.update(source={"kind": "package", "path": "pii"}, requires=[NAME], tasks=["redact"])
    catalogue(table, head)
    with pytest.raises(ModelNotInstalledError, match=f"%slm pull {NAME}"):
        store.resolve("tiny-head")
    found = pull(store, "tiny-head")
    assert found.name == "tiny-head" and len(found.sha256) == 64
    assert store.verify("tiny-head") == ()
    assert (found.folder / "labels.json").is_file()
    assert [one.name for one in store.list()] == [NAME, "tiny-head"]
    with pytest.raises(OptionError, match="part of slm-magic"):
        store.remove("tiny-head")


def test_verify_reads_what_is_shipped(store: Store, tmp_path: Path, head: Installed) -> None:
    assert store.verify("tiny-head") == ()
    arrays = head.folder / "head.npz"
    data = bytearray(arrays.read_bytes())
    data[1000] ^= 1
    arrays.write_bytes(data)
    assert store.verify("tiny-head") == ("head.npz has changed",)
    arrays.unlink()
    assert store.verify("tiny-head") == ("head.npz is missing",)
    (head.folder / "labels.json").write_text("{}")
    assert store.verify("tiny-head") == ("labels.json is missing or has changed",)


@pytest.fixture
def head(store: Store, tmp_path: Path, catalogue: Callable[..., None]) -> Installed:
    """A head in a copy of the folder that is shipped."""
    shutil.copytree(Path(catalog.__file__).parent / "pii", tmp_path / "pii")
    card = card_table("tiny-head", [{"members": {"": {"sha256": ""}}, "bytes": 0}], kind="head")
    card["source"] = {"kind": "package", "path": str(tmp_path / "pii")}
    catalogue(card)
    return store.resolve("tiny-head")


def test_folder_of_ones_own_needs_no_pull(store: Store, tmp_path: Path) -> None:
    folder = plain_folder(tmp_path / "own" / "model-x")
    for name in (str(folder), folder):
        found = store.resolve(name)
        assert found.folder == folder and found.card.kind == "encoder"
        assert found.card.context == 128
        assert found.sha256 == sha256((folder / "model.bin").read_bytes())
    assert store.list() == []
    with pytest.raises(OptionError, match="never pulled"):
        store.verify(str(folder))
    (folder / "model.bin").unlink()
    with pytest.raises(ConversionError, match="no model.bin.*check the path"):
        store.resolve(folder)


def test_pull_of_ones_own_folder_copies_no_code(store: Store, tmp_path: Path) -> None:
    folder = plain_folder(tmp_path / "own" / "Model X")
    found = pull(store, folder)
    assert found.name == "model-x"
    names = {path.name for path in found.folder.iterdir()}
    assert names == {"model.bin", "tokenizer.json", "tokenizer_config.json"}
    assert pull(store, str(folder), name="other").name == "other"
    shutil.rmtree(folder)
    assert store.verify("model-x") == ()


def test_pull_of_ones_own_refuses(store: Store, table: dict[str, Any], tmp_path: Path) -> None:
    folder = plain_folder(tmp_path / "own")
    with pytest.raises(OptionError, match="model of the catalogue"):
        pull(store, folder, name=NAME)
    with pytest.raises(OptionError, match="lower-case"):
        pull(store, folder, name="../escape")
    with pytest.raises(PackageNotFoundError, match="holds no model"):
        pull(store, tmp_path / "nothing.gguf")
    with pytest.raises(OptionError, match="keeps its own name"):
        pull(store, NAME, name="mine")
    (folder / "model.bin").write_bytes(b"junk that is no model")
    with pytest.raises(ConversionError):
        pull(store, folder)
    assert store.list() == []


def test_threads_of_one_process_do_the_work_once(
    store: Store, table: dict[str, Any], index: Index
) -> None:
    index.rate = 300_000
    found: list[Installed] = []
    threads = [threading.Thread(target=lambda: found.append(pull(store))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3 and len({one.folder for one in found}) == 1
    assert sum(index.started.values()) == 1


def test_waiting_is_told(
    store: Store,
    table: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    index: Index,
) -> None:
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with store.lock(NAME):
            held.set()
            free.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.5, free.set).start()
    stage(store, index)
    store.pull(NAME, probe=no_probe, progress=True)
    holder.join()
    assert "Another process is pulling 'tiny-encoder'" in capsys.readouterr().err


def test_a_folder_with_one_gguf(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "Own-1.5B"
    folder.mkdir()
    Tiny().write(folder / "a.gguf")
    with pytest.raises(ConversionError, match="convert it first: %slm pull .*--name NAME"):
        store.resolve(folder)
    found = pull(store, folder)
    # A folder's name has no suffix to cut off.
    assert found.name == "own-1.5b" and found.card.kind == "causal"
    assert found.sha256 == sha256((folder / "a.gguf").read_bytes())
    shutil.copy(folder / "a.gguf", folder / "b.gguf")
    with pytest.raises(OptionError, match=r"holds 2 \.gguf files; pull one by its path.*a\.gguf"):
        pull(store, folder)
    assert pull(store, folder / "b.gguf").name == "b"


def test_other_files_of_the_same_name_are_refused(store: Store, tmp_path: Path) -> None:
    mine = pull(store, plain_folder(tmp_path / "a" / "model-x"))
    other = plain_folder(tmp_path / "b" / "model-x", seed=4)
    with pytest.raises(OptionError, match="installed model from .*--name NAME.*--force") as caught:
        pull(store, other)
    assert "\n" not in str(caught.value)
    assert store.resolve("model-x") == mine and store.verify("model-x") == ()
    assert pull(store, other, name="model-y").sha256 != mine.sha256
    # The same files again, perhaps changed, are what a pull of a folder is for.
    assert pull(store, tmp_path / "a" / "model-x").folder != mine.folder
    replaced = pull(store, other, force=True)
    assert store.resolve("model-x") == replaced != mine


def test_a_new_release_does_not_take_the_name_of_ones_own(
    store: Store,
    table: dict[str, Any],
    catalogue: Callable[..., None],
    tmp_path: Path,
    install: Callable[..., Installed],
) -> None:
    catalogue()
    mine = pull(store, plain_folder(tmp_path / NAME))
    catalogue(table)
    with pytest.raises(OptionError, match="installed model from .*--force"):
        pull(store)
    assert store.resolve(NAME) == mine
    assert install(store, force=True).sha256 == table["sha256"]


def test_names_that_files_do_not_give(store: Store, tmp_path: Path) -> None:
    folder = plain_folder(tmp_path / "Modèle")
    with pytest.raises(OptionError, match="--name NAME"):
        pull(store, folder)
    assert pull(store, folder, name="modele").name == "modele"


def test_sequence_models_of_ones_own_are_never_picked(tmp_path: Path) -> None:
    from slm_magic import engine
    from slm_magic.tasks import choose, detect
    from slm_magic.tasks.summarize import summarize
    from slm_magic.tasks.translate import translate

    store = Store.default()
    letters = list("abcdefghijklmnopqrstuvwxyz .")
    found = pull(store, tiny.seq2seq(tmp_path / "en-de", letters))
    assert found.card.kind == "seq2seq"
    assert found.card.tasks == ("translate", "summarize") and not found.card.default
    with pytest.raises(ModelNotInstalledError):
        detect.model_for("en", "fr")
    with pytest.raises(ModelNotInstalledError):
        choose.model("summarize", None)
    # Named, it does both.
    text = "we met. it rained."
    assert translate(text, target="de", source="en", model="en-de", progress=False).model
    short = summarize(text, sentences=1, style="abstractive", model="en-de", progress=False)
    assert short.model == found.ref
    engine.unload()
