"""The extension as it is installed: JupyterLab and Notebook start with it and without an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pages import LIGHT

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
    found = {id for text in texts for id in re.findall(r"\bid: '(slm-magic:[\w-]+)'", text)}
    assert found
    return found


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
