"""Trying out a model in a process of its own, wherever the notebook lies."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import tiny

import slm_magic as slm
from slm_magic import engine, errors
from slm_magic.engine import trial, tried
from slm_magic.errors import ModelLoadError, SlmMagicError
from slm_magic.store import Store
from slm_magic.store.describe import local_folder


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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, in a process that has tried out nothing yet."""
    monkeypatch.setenv("SLM_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tried, "_passed", set())
    return tmp_path / "home"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that a child has been given."""
    given: list[Path] = []
    real = trial.run

    def run(folder: Path, *rest: object, **more: object) -> None:
        given.append(folder)
        real(folder, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trial, "run", run)
    return given


def overrunning(folder: Path) -> Path:
    """Write a model whose layers do not fit together, so that CTranslate2 reads far past one.

    The file itself is whole: each variable is of the size that it says.
    """
    tiny.family(folder, "nllb")
    path, rows = folder / "model.bin", 1 << 18
    data = path.read_bytes()
    name = b"encoder/layer_0/ffn/linear_0/weight\0"
    at = data.index(name) + len(name)
    assert data[at] == 2
    (size,) = struct.unpack_from("<I", data, at + 10)
    head = data[: at + 1] + struct.pack("<II", rows, 1) + data[at + 9 : at + 10]
    weights = struct.pack("<I", 4 * rows) + bytes(4 * rows)
    path.write_bytes(head + weights + data[at + 14 + size :])
    return folder


def test_the_folder_of_these_tests_does_crash(tmp_path: Path) -> None:
    folder = overrunning(tmp_path / "bad")
    code = (
        "import sys; from pathlib import Path; from slm_magic import engine\n"
        "from slm_magic.store.describe import local_folder\n"
        "found = local_folder(Path(sys.argv[1])); engine.answer(found.folder, found.card)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True)
    # No exit of Python's own: it was ended.
    assert done.returncode not in (0, 1)


def test_a_folder_that_crashes_is_one_clear_error(home: Path, tmp_path: Path) -> None:
    folder = overrunning(tmp_path / "bad")
    for _ in range(2):
        with pytest.raises(
            ModelLoadError, match="'bad' cannot be used: loading it crashes"
        ) as told:
            slm.translate("A test.", source="en", target="fr", model=f"{folder}")
        assert "\n" not in str(told.value)
    # It is not remembered as good.
    assert not (home / tried.FOLDER).exists()


def test_a_folder_is_tried_out_once(home: Path, tmp_path: Path, runs: list[Path]) -> None:
    found = local_folder(tiny.family(tmp_path / "good", "nllb"))
    engine.load(found)
    engine.unload()
    engine.load(found)
    engine.unload()
    assert runs == [found.folder]
    # Nor in another process, nor until a file changes.
    tried._passed.clear()
    engine.load(found)
    engine.unload()
    assert len(runs) == 1
    weights = found.folder / "model.bin"
    os.utime(weights, ns=(1, 1))
    engine.load(found)
    engine.unload()
    (found.folder / "notes.txt").write_text("one more")
    engine.load(found)
    engine.unload()
    assert len(runs) == 3


def test_a_home_that_cannot_be_written_to(home: Path, tmp_path: Path, runs: list[Path]) -> None:
    home.write_text("a file where the folder would be")
    found = local_folder(tiny.family(tmp_path / "good", "nllb"))
    for _ in range(2):
        engine.load(found)
        engine.unload()
    assert len(runs) == 1


def test_what_was_pulled_is_not_tried_out_again(
    home: Path, tmp_path: Path, runs: list[Path]
) -> None:
    store = Store.default()
    found = store.pull(
        tiny.family(tmp_path / "any", "nllb"), probe=engine.probe, name="mine", progress=False
    )
    assert len(runs) == 1
    engine.load(found)
    engine.unload()
    assert len(runs) == 1


@pytest.mark.parametrize("asked", [False, ValueError("no such language")])
def test_a_folder_by_path_need_not_answer_sensibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: object
) -> None:
    def answers(*_: object) -> object:
        if isinstance(asked, Exception):
            raise asked
        return asked

    found = local_folder(tiny.family(tmp_path / "any", "nllb"))
    monkeypatch.setattr(engine, "_answers", answers)
    with pytest.raises((ModelLoadError, ValueError), match="no sensible answer|no such language"):
        engine.answer(found.folder, found.card)
    engine.answer(found.folder, found.card, sensible=False)


KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SlmMagicError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_that_a_child_tells_is_raised_as_it_was(kind: type[SlmMagicError]) -> None:
    error = trial._error({"error": kind.__name__, "message": "There is no room."})
    assert type(error) is kind
    assert str(error) == "There is no room."
