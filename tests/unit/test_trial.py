"""Trying out a model in a process of its own, wherever the notebook lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tiny

from slm_magic import engine
from slm_magic.store import Store


def pull(tmp_path: Path) -> str:
    folder = tiny.family(tmp_path / "any", "nllb")
    store = Store(tmp_path / "home")
    return store.pull(folder, probe=engine.probe, name="mine", progress=False).name


@pytest.mark.parametrize("name", ["json", "random", "dataclasses", "subprocess"])
def test_a_notebooks_own_modules_are_not_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / f"{name}.py").write_text("raise SystemExit('the user's own')\n")
    monkeypatch.chdir(tmp_path)
    # As a kernel has it.
    monkeypatch.syspath_prepend("")
    assert pull(tmp_path) == "mine"


def test_what_is_no_text_in_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python does so too, and so nobody notices.
    monkeypatch.setattr(sys, "path", [*sys.path, tmp_path])
    assert pull(tmp_path) == "mine"
