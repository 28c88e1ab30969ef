"""Training gives the same bytes again, in a fresh process and whatever the hash seed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("faker")

pytestmark = pytest.mark.model

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "pii.py"


def test_two_processes_train_the_same_arrays(pulled: Callable[[str], Path], tmp_path: Path) -> None:
    if not SCRIPT.is_file():
        pytest.skip("training/ is not in this installation")
    body = pulled("minilm-l6")
    made = []
    # Two runs inside one process share its hash seed, and would hide texts drawn from a set.
    for hash_seed in ("1", "2"):
        out = tmp_path / hash_seed
        subprocess.run(
            [sys.executable, str(SCRIPT), "--texts", "150", "--out", str(out)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            timeout=600,
        )
        made.append(((out / "head.npz").read_bytes(), (out / "labels.json").read_text("utf-8")))
    assert made[0] == made[1]
    meta = json.loads(made[0][1])
    assert meta["sha256"] == hashlib.sha256(made[0][0]).hexdigest()
    # The body is the one that a pull yields, not another conversion of it.
    assert meta["body_sha256"] == hashlib.sha256((body / "model.bin").read_bytes()).hexdigest()


def test_the_shipped_arrays_name_the_body_that_is_pulled(pulled: Callable[[str], Path]) -> None:
    from importlib import resources

    folder = resources.files("slm_magic") / "pii"
    meta = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    assert meta["sha256"] == hashlib.sha256((folder / "head.npz").read_bytes()).hexdigest()
    body = pulled("minilm-l6") / "model.bin"
    assert meta["body_sha256"] == hashlib.sha256(body.read_bytes()).hexdigest()
