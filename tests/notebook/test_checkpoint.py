"""Checkpoints in a real kernel: pulled by path, interrupted while torch converts, pulled again."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("torch", reason="torch is not installed: checkpoints are converted with it")
sys.path.insert(0, str(Path(__file__).parents[1] / "model"))

import checkpoints_seq2seq as made


def children(kernel: Any) -> list[int]:
    """Return the processes that the kernel has started and that have not ended."""
    pid = int(kernel.run("import os; print(os.getpid())").out)
    return [
        one.pid
        for one in psutil.Process(pid).children(recursive=True)
        if one.status() != psutil.STATUS_ZOMBIE
    ]


def test_a_checkpoint_is_pulled_and_used(kernel: Any, tmp_path: Path) -> None:
    made.save("t5", tmp_path)
    # What a notebook's folder may hold.
    (tmp_path / "json.py").write_text("raise SystemExit('the user\\'s own')\n", encoding="utf-8")
    ran = kernel.run("%slm pull ./checkpoint --name mine")
    assert ran.status == "ok", ran.traceback
    assert "mine is installed" in ran.out
    ran = kernel.run(f"%%slm kept << translate --model mine --from en --to de\n{made.SENTENCES[0]}")
    assert ran.status == "ok", ran.traceback
    ran = kernel.run("print(kept.model, kept.source, kept.target, len(kept.segments), kept.flags)")
    name, source, target, count, flags = ran.out.split(maxsplit=4)
    assert (name.partition("@")[0], source, target, count) == ("mine", "en", "de", "1")
    # Its weights are random: what they write is never shown as if it were a translation.
    assert "Flag" in flags


def test_a_checkpoint_that_is_not_pulled_yet_says_how(kernel: Any, tmp_path: Path) -> None:
    made.save("t5", tmp_path)
    ran = kernel.run("%%slm translate --model ./checkpoint --from en --to de\nThe shop opens.")
    assert (ran.status, ran.ename) == ("error", "UsageError") and "\n" not in ran.evalue
    assert "%slm pull ./checkpoint --name NAME (" in ran.evalue
    assert kernel.run("%slm pull ./checkpoint --name mine").status == "ok"


@pytest.mark.skipif(os.name == "nt", reason="interrupts are signals here")
def test_ctrl_c_while_torch_converts_leaves_nothing(kernel: Any, tmp_path: Path) -> None:
    made.save("t5", tmp_path)
    before = set(children(kernel))
    home = tmp_path / "home"
    ran = kernel.interrupt(
        kernel.start("%slm pull ./checkpoint --name mine"),
        lambda: bool(list(home.glob("staging/mine/build-*/work"))),
    )
    assert (ran.status, ran.ename) == ("error", "KeyboardInterrupt")
    assert ran.traceback == ran.evalue and ran.evalue.startswith("Interrupted")
    # One that was only just started ends by itself: nobody gives it an order.
    end = time.monotonic() + 10
    while left := set(children(kernel)) - before:
        assert time.monotonic() < end, left
    assert not list(home.glob("models/mine/*")) and not list(home.glob("staging/mine/*"))
    ran = kernel.run("%slm pull ./checkpoint --name mine")
    assert ran.status == "ok", ran.traceback
    assert kernel.run("%slm verify mine").status == "ok"
