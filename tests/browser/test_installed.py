"""The extension as it is installed: JupyterLab and Notebook start with it and without an error."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pages import LIGHT

import slm_magic

SOURCES = Path(__file__).parents[2] / "labextension" / "src"
KERNEL_READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""
OURS = """() => window.jupyterapp.listPlugins()
  .filter(id => id.startsWith('slm-magic:'))
  .map(id => [id, window.jupyterapp.isPluginActivated(id)])"""


def plugins() -> set[str]:
    """Return the ids of the plugins that the sources name."""
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")]
    found = {
        id for text in texts for id in re.findall(r"\b(?:id:|ID =) '(slm-magic:[\w-]+)'", text)
    }
    assert found
    return found


@pytest.fixture
def jupyter(tmp_path: Path, wheel_python: Path) -> Callable[..., str]:
    """Run a command of the `jupyter` that is beside the installed wheel."""
    programs = wheel_python.parent

    def run(*arguments: str) -> str:
        environment = {"PATH": str(programs), "HOME": str(tmp_path)}
        done = subprocess.run(
            [programs / "jupyter", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)

    return run


def test_jupyter_lists_the_front_end(jupyter: Callable[..., str]) -> None:
    said = jupyter("labextension", "list")
    (line,) = [line.strip() for line in said.splitlines() if "slm-magic" in line]
    assert line == f"slm-magic v{slm_magic.__version__} enabled OK (python, slm-magic)"


def test_jupyter_lists_the_server_extension(jupyter: Callable[..., str]) -> None:
    said = jupyter("server", "extension", "list")
    lines = [line.strip(" -") for line in said.splitlines() if "slm_magic" in line]
    assert "slm_magic.server enabled" in lines
    assert f"slm_magic.server {slm_magic.__version__} OK" in lines


def test_jupyterlab_starts_without_an_error(
    page: Any, console: Any, start_lab: Callable[..., Any]
) -> None:
    lab = start_lab(LIGHT)
    page.goto(lab.notebook("start", "1 + 1"))
    page.wait_for_function(KERNEL_READY)
    assert dict(page.evaluate(OURS)) == dict.fromkeys(plugins(), True)
    # Everything that came while it started was heard of.
    assert any("Starting application" in line for line in console.lines)


def test_notebook_7_starts_without_an_error(
    page: Any, console: Any, start_lab: Callable[..., Any]
) -> None:
    lab = start_lab(LIGHT, application="notebook")
    for address in ("tree", f"notebooks/{lab.file('start', '1 + 1')}"):
        page.goto(f"{lab.url}/{address}?token={lab.token}")
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget")
        assert dict(page.evaluate(OURS)) == dict.fromkeys(plugins(), True)
    page.wait_for_function(KERNEL_READY)
