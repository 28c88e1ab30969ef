"""Random damage, the same each time: a pull refuses it in one line or installs a whole model."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import fuzz_child
import pytest
import tiny
from archives import argos_folder, packed
from hostile import exported, safetensors_folder
from tiny_gguf import Tiny

from slm_magic import engine
from slm_magic.errors import SlmMagicError
from slm_magic.store import Store

CASES = {"ct2": 150, "gguf": 60, "safetensors": 60, "argosmodel": 80, "slm": 80}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole file of each kind."""
    folder = tmp_path_factory.mktemp("good")
    tiny.family(folder / "ct2", "nllb")
    Tiny().write(folder / "good.gguf")
    safetensors_folder(folder / "checkpoint")
    packed(argos_folder(folder / "package"), folder / "good.argosmodel")
    shutil.move(exported(folder), folder / "good.slm")
    return folder


def run(good: Path, kind: str, first: int) -> tuple[list[str], int]:
    """Run the cases from `first` on; return what was told and how the process ended."""
    command = [sys.executable, fuzz_child.__file__, str(good), kind, str(first), str(CASES[kind])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    return done.stdout.splitlines(), done.returncode


@pytest.mark.parametrize("kind", sorted(CASES))
def test_damage_is_refused_or_harmless(good: Path, kind: str, tmp_path: Path) -> None:
    told: list[str] = []
    crashes: list[int] = []
    first = 0
    while not told or told[-1] != "END":
        lines, code = run(good, kind, first)
        told += lines
        if lines[-1:] == ["END"]:
            assert code == 0
            break
        # It crashed: of the case that was told last nothing more was heard.
        assert lines and lines[-1].startswith("CASE "), (lines[-3:], code)
        crashes.append(int(lines[-1].split()[1]))
        first = crashes[-1] + 1
        if first == CASES[kind]:
            break
    counts = Counter(line.split()[0] for line in told)
    bad = [told[i - 1 : i + 1] for i, line in enumerate(told) if line.startswith("BAD")]
    assert not bad
    assert counts["CASE"] == CASES[kind]
    assert counts["WHOLE"] + counts["REFUSED"] + len(crashes) == CASES[kind]
    # Damage was done, and it was seen.
    assert counts["REFUSED"] >= CASES[kind] // 5
    # What crashes CTranslate2 crashes a process of its own: a pull tells of it in one line.
    for case in crashes:
        place = tmp_path / str(case)
        place.mkdir()
        path = fuzz_child.write(good, kind, case, place)
        with pytest.raises(SlmMagicError) as caught:
            Store(place / "home").pull(path, probe=engine.probe, name="mine", progress=False)
        assert "\n" not in str(caught.value)
