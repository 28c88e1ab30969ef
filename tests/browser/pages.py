"""What the browser tests do with a page: run a notebook, look for barriers, keep a picture."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

LIGHT = "JupyterLab Light"
DARK = "JupyterLab Dark"
HIGH_CONTRAST = "JupyterLab Dark High Contrast"
THEMES = (LIGHT, DARK, HIGH_CONTRAST)

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
# What axe calls moderate and minor is advice about whole pages, which are JupyterLab's.
GRAVE = ("serious", "critical")


def run_all(page: Any, address: str, cells: int) -> None:
    """Open a notebook, run it and wait until the last cell is done."""
    page.goto(address)
    page.locator(".jp-NotebookPanel .jp-Notebook-cell").first.wait_for()
    page.wait_for_function(
        """() => {
          const panel = window.jupyterapp?.shell.currentWidget;
          return panel?.sessionContext?.session?.kernel?.status === 'idle';
        }"""
    )
    page.evaluate("window.jupyterapp.commands.execute('runmenu:run-all')")
    page.wait_for_function(
        """count => {
          const marks = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
          return marks.filter(m => /\\[\\d+\\]/.test(m.textContent)).length >= count;
        }""",
        arg=cells,
        timeout=90_000,
    )


def screenshot(page: Any, name: str) -> None:
    """Keep a picture where SLM_MAGIC_SCREENSHOTS says, for docs/."""
    folder = os.environ.get("SLM_MAGIC_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


@cache
def _axe() -> str:
    assert AXE.is_file(), "axe-core is missing: cd labextension && npm ci"
    return AXE.read_text(encoding="utf-8")


def axe(page: Any, selector: str) -> None:
    """Fail on what axe finds serious or critical in the parts of a page that match.

    Parameters
    ----------
    selector
        CSS, of our own part: the page around it is JupyterLab's. It must match something.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_axe())
    found = page.evaluate("selector => window.axe.run({ include: [selector] })", selector)
    assert found["passes"], f"axe tried nothing in {selector}"
    told = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['target']} {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
    assert not told, "\n".join(told)
