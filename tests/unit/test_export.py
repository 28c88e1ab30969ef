"""A model in one file: out of one home, into another, without a network."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from archives import argos_folder
from wheelhouse import Index, card_table, model_members

from slm_magic import cli, library
from slm_magic.errors import (
    ConversionError,
    DiskFullError,
    IntegrityError,
    ModelNotInstalledError,
    OptionError,
)
from slm_magic.sources import parcel
from slm_magic.sources.disk import sha256_of
from slm_magic.store import Store

NAME = "tiny-encoder"


def no_probe(*_: object) -> None:
    pass


def pull(store: Store, what: Any, **options: Any) -> Any:
    return store.pull(what, probe=no_probe, progress=False, **options)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store(tmp_path / "other")


@pytest.fixture
def own(store: Store, tmp_path: Path) -> Any:
    """An installed model of the user's own."""
    return pull(store, argos_folder(tmp_path / "translate-en_fr"), name="mine")


@pytest.fixture
def listed(store: Store, index: Index, catalogue: Callable[..., None]) -> Any:
    """An installed model of the catalogue."""
    catalogue(card_table(NAME, [index.add(NAME, model_members())]))
    return pull(store, NAME)


def test_a_model_of_the_catalogue_keeps_what_it_is(
    store: Store, other: Store, listed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    index: Index,
) -> None:  # fmt: skip
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    out = store.export(NAME, tmp_path / "out.slm", progress=False)
    sent = sum(index.sent.values())
    found = pull(other, out)
    assert (found.name, found.card, found.ref) == (listed.name, listed.card, listed.ref)
    assert found.carried == str(out) and listed.carried == ""
    assert other.verify(NAME) == () and other.resolve(NAME) == found
    # As after a pull from the index: there is nothing to do, with the network forbidden.
    assert pull(other, NAME) == found and pull(other, out) == found
    assert sum(index.sent.values()) == sent
    with pytest.raises(OptionError, match="keeps its own name"):
        pull(other, out, name="mine")


@pytest.mark.parametrize("name", [None, "yours"])
def test_a_model_of_ones_own_is_the_same_there(
    store: Store, other: Store, own: Any, tmp_path: Path, name: str | None
) -> None:
    out = store.export("mine", tmp_path / "out.slm", progress=False)
    found = pull(other, out, name=name)
    assert found.name == (name or "mine")
    assert (found.revision, found.sha256) == (own.revision, own.sha256)
    assert found.card.pairs == own.card.pairs and found.card.source == own.card.source
    assert other.verify(found.name) == ()
    assert sorted(p.name for p in found.folder.iterdir()) == sorted(
        p.name for p in own.folder.iterdir()
    )
    assert all((found.folder / p.name).read_bytes() == p.read_bytes() for p in own.folder.iterdir())
    # The same file again is the same model again, not another one of its name.
    assert pull(other, out, name=name).ref == found.ref


def test_export_is_the_same_each_time_and_not_packed(
    store: Store, own: Any, tmp_path: Path
) -> None:
    first = store.export("mine", tmp_path / "a.slm", progress=False)
    second = store.export("mine", tmp_path / "b.slm", progress=False)
    assert sha256_of(first) == sha256_of(second)
    with zipfile.ZipFile(first) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_an_existing_file_is_replaced_only_with_force(
    store: Store, own: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out.slm"
    out.write_text("something of hers")
    with pytest.raises(OptionError, match="exists already; replace it: --force"):
        store.export("mine", out, progress=False)
    assert out.read_text() == "something of hers"
    assert store.export("mine", out, force=True, progress=False) == out
    assert parcel.read_parcel(out).name == "mine"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("out.zip", "ends in .slm"),
        ("no/such/out.slm", "There is no folder"),
        ("folder.slm", "is a folder; name a file"),
    ],
)
def test_places_that_cannot_be_written(
    store: Store, own: Any, tmp_path: Path, place: str, told: str
) -> None:
    (tmp_path / "folder.slm").mkdir()
    with pytest.raises(OptionError, match=told):
        store.export("mine", tmp_path / place, progress=False)


def test_what_has_no_record_is_not_exported(store: Store, own: Any, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="was never pulled"):
        store.export(str(own.folder.parent.parent.parent.parent / "translate-en_fr" / "model"),
                     tmp_path / "out.slm", progress=False)  # fmt: skip
    with pytest.raises(ModelNotInstalledError):
        store.export("minilm-l6", tmp_path / "out.slm", progress=False)


def test_a_head_says_what_to_export(tmp_path: Path, index: Index, store: Store, listed: Any,
                                    catalogue: Callable[..., None]) -> None:  # fmt: skip
    table = card_table(NAME, [index.add("again", model_members())])
    head = {
        **table, "name": "tiny-head", "kind": "head", "requires": [NAME],
        "source": {"kind": "package", "path": "pii"}, "sha256": "0" * 64,
    }  # fmt: skip
    catalogue(table, head)
    with pytest.raises(OptionError, match=f"part of slm-magic .* export {NAME}"):
        store.export("tiny-head", tmp_path / "out.slm", progress=False)


@pytest.mark.parametrize("damage", ["changed", "longer", "shorter", "missing"])
def test_a_damaged_model_is_not_exported(
    store: Store, own: Any, tmp_path: Path, damage: str
) -> None:
    weights = own.folder / "model.bin"
    data = bytearray(weights.read_bytes())
    data[100] ^= 1
    changed = {"changed": bytes(data), "longer": data + b"x", "shorter": data[:-1]}
    if damage == "missing":
        weights.unlink()
    else:
        weights.write_bytes(changed[damage])
    (tmp_path / "to").mkdir()
    with pytest.raises(IntegrityError, match="model.bin of 'mine' is not as it was pulled"):
        store.export("mine", tmp_path / "to" / "out.slm", progress=False)
    assert not list((tmp_path / "to").iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_stops_an_export_leaves_nothing(
    store: Store, own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    seen: list[list[str]] = []
    folder = tmp_path / "to"
    folder.mkdir()

    def stop(*_: object) -> None:
        seen.append([path.name for path in folder.iterdir()])
        raise error

    monkeypatch.setattr(parcel, "sync", stop)
    with pytest.raises(
        KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else DiskFullError
    ):
        store.export("mine", folder / "out.slm", progress=False)
    # While it was written it had another name.
    assert len(seen) == 1 and len(seen[0]) == 1 and seen[0][0].endswith(".part")
    assert not list(folder.iterdir())


def test_no_room_is_told_first(
    store: Store, own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.store import exporting

    monkeypatch.setattr(exporting, "free_bytes", lambda folder: 1000)
    with pytest.raises(DiskFullError, match=r"Not enough room .* needed, 1.0 kB free"):
        store.export("mine", tmp_path / "out.slm", progress=False)


def repacked(out: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Change manifest and members of an exported file, which is whole again after that."""
    with zipfile.ZipFile(out) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = json.loads(members.pop("slm-magic.json"))
    change(table, members)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("slm-magic.json", json.dumps(table))
        for name, data in members.items():
            archive.writestr(name, data)
    return out


BIN = "files/model.bin"
CHANGES: dict[str, tuple[Callable[[dict[str, Any], dict[str, bytes]], Any], type[Exception], str]] = {
    "one more": (lambda t, m: m.update({"files/x.py": b""}), ConversionError, "not those"),
    "beside": (lambda t, m: m.update({"x.txt": b""}), ConversionError, "not those"),
    "one less": (lambda t, m: m.pop("files/README.md"), ConversionError, "not those"),
    "longer": (lambda t, m: m.update({BIN: m[BIN] + b"x"}), ConversionError, "of the sizes"),
    "other": (lambda t, m: m.update({BIN: bytes(len(m[BIN]))}), IntegrityError, "model.bin in"),
    "newer": (lambda t, m: t.update(format=2), ConversionError, "newer slm-magic; upgrade"),
    "no files": (lambda t, m: t.update(files={}), ConversionError, "cannot be understood"),
    "no card": (lambda t, m: t.pop("card"), ConversionError, "cannot be understood"),
    "text": (lambda t, m: t.update(format="1"), ConversionError, "cannot be understood"),
    "shipped": (
        lambda t, m: t["card"]["source"].update(kind="package", path="../.."),
        ConversionError, "cannot be understood",
    ),
    "bad hash": (lambda t, m: t.update(sha256="../x"), ConversionError, "cannot be understood"),
    "leads out": (
        lambda t, m: t["files"].update({"../x.json": t["files"]["model.bin"]}),
        ConversionError, "cannot be understood",
    ),
    "no name": (lambda t, m: t.update(name="../x"), OptionError, "makes no name"),
    "catalogue": (lambda t, m: t.update(name="minilm-l6"), OptionError, "of the catalogue"),
    "starter": (
        lambda t, m: (t.update(name="minilm-l6"), t["card"]["source"].update(kind="pypi")),
        ConversionError, "another 'minilm-l6' than this slm-magic knows",
    ),
    "unknown": (
        lambda t, m: t["card"]["source"].update(kind="pypi"),
        ConversionError, "does not have; use the same slm-magic",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_a_file_that_is_not_what_it_says(
    store: Store, other: Store, own: Any, tmp_path: Path, kind: str
) -> None:
    change, error, told = CHANGES[kind]
    out = store.export("mine", tmp_path / "out.slm", progress=False)
    repacked(out, change)
    with pytest.raises(error, match=told) as caught:
        pull(other, out)
    assert "\n" not in str(caught.value)
    assert other.list() == [] and not other.staging("mine").exists()


def test_both_front_ends_carry_a_model(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLM_MAGIC_HOME", str(tmp_path / "home"))
    out = tmp_path / "out.slm"
    assert cli.main(["export", "mine", str(out)]) == 0
    assert f"mine is in {out} (" in capsys.readouterr().out
    assert cli.main(["export", "mine", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    monkeypatch.setenv("SLM_MAGIC_HOME", str(tmp_path / "third"))
    monkeypatch.setattr(library.engine, "probe", no_probe)
    assert cli.main(["pull", str(out), "--name", "carried"]) == 0
    told = {row["field"]: row["value"] for row in library.info("carried")}
    assert told["carried in"] == str(out) and told["source"] == own.card.source.path
    (Store.default().resolve("carried").folder / "README.md").write_text("changed")
    with pytest.raises(IntegrityError, match=f"pull {out} --name carried --force"):
        library.verify("carried")
