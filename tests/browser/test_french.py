"""JupyterLab in French, with its language pack and the translations of slm-magic."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import LAB_PYTHON, TOKEN
from pages import LIGHT, axe, screenshot

CATALOGUE = (
    Path(__file__).parents[2] / "slm_magic" / "locale" / "fr_FR" / "LC_MESSAGES" / "slm_magic.json"
)
PACKS = "from importlib.metadata import entry_points as e; print(*e(group='jupyterlab.languagepack').names)"
LOCALE = "fr_FR"
SPACE = "\N{NO-BREAK SPACE}"
NAME = "opus-mt-en-fr"

pytestmark = pytest.mark.usefixtures("console")


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Any]) -> Callable[..., Any]:
    """Start JupyterLab in French, or skip the test where its language pack is missing."""
    asked = subprocess.run([LAB_PYTHON, "-c", PACKS], capture_output=True, text=True, check=True)
    if LOCALE not in asked.stdout.split():
        if os.environ.get("SLM_MAGIC_REQUIRE_MODELS") and os.environ.get("SLM_MAGIC_LAB_PYTHON"):
            pytest.fail("jupyterlab-language-pack-fr-FR is not installed; make test installs it")
        pytest.skip("jupyterlab-language-pack-fr-FR is not installed")
    return lambda **variables: start_lab(LIGHT, locale=LOCALE, **variables)


@pytest.fixture(scope="module")
def empty(lab: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """JupyterLab in French, where no model is installed."""
    return lab(SLM_MAGIC_HOME=str(tmp_path_factory.mktemp("french")))


def open_notebook(page: Any, lab: Any, name: str, *cells: Any) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    node = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    nbformat.write(node, lab.root / f"{name}.ipynb")
    page.goto(f"{lab.url}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}&reset")
    page.locator(".jp-NotebookPanel .jp-Notebook-cell").first.wait_for()
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.context?.isReady"
        " && window.jupyterapp.commands.keyBindings.some(b => b.command === 'slm-magic:redact-cell')"
    )


def run(page: Any, command: str) -> None:
    """Run a command without waiting for its end."""
    page.evaluate("command => void window.jupyterapp.commands.execute(command)", command)


def english(part: Any) -> list[str]:
    """Return what a part of the page says in English, though the catalogue has it in French."""
    table: dict[str, list[str]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    known = {key.rpartition("\x04")[2]: value for key, value in table.items() if key}
    told: list[str] = part.evaluate(
        """root => {
          const all = [root, ...root.querySelectorAll('*')];
          const texts = all.flatMap(node => [...node.childNodes])
            .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim());
          const names = ['aria-label', 'title', 'placeholder'];
          return [...texts, ...all.flatMap(node => names.map(name => node.getAttribute(name)))]
            .filter(text => text);
        }"""
    )
    assert told, "there is nothing to read"
    return [text for text in told if text in known and text not in known[text]]


def spills(part: Any) -> list[str]:
    """Return the words that do not fit in where they are."""
    found: list[str] = part.evaluate(
        """root => {
          const right = root.getBoundingClientRect().right;
          return [...root.querySelectorAll('*')]
            .filter(node => node.clientWidth && node.innerText)
            .filter(node => node.scrollWidth > node.clientWidth + 1
              || node.getBoundingClientRect().right > right + 1)
            .map(node => `${node.className}: ${node.innerText.slice(0, 60)}`);
        }"""
    )
    return found


def test_the_panel_of_models(page: Any, empty: Any) -> None:
    page.goto(f"{empty.url}/lab/workspaces/panneau?token={TOKEN}&reset")
    page.locator(".jp-Launcher").wait_for()
    page.evaluate("window.jupyterapp.restored")
    run(page, "slm-magic:show-models")
    panel = page.get_by_role("region", name="Petits modèles", exact=True)
    panel.get_by_role("heading", name="Petits modèles", level=2).wait_for()
    assert page.get_by_role("tab", name="Petits modèles").count() == 1
    section = panel.get_by_role("region", name="Traduire", exact=True)
    install = section.get_by_role("button", name=f"Installer {NAME}", exact=True)
    install.wait_for()
    assert install.inner_text() == "Installer"
    assert panel.get_by_text("Aucun modèle n’est encore installé.").is_visible()
    # Names of languages and sizes come from the browser.
    assert section.get_by_role("combobox", name="De").locator("option:checked").inner_text() == (
        "anglais"
    )
    starters = panel.get_by_text("Les modèles de départ sont").inner_text()
    assert " et " in starters and "o à télécharger." in starters
    assert panel.get_by_role("combobox", name="Tâche").locator("option").all_inner_texts() == [
        "Toutes",
        "Traduire",
        "Résumer",
        "Caviarder",
    ]
    assert english(panel) == []
    assert spills(panel) == []
    axe(page, ".jp-SlmSidebar")
    screenshot(page, "sidebar-french")


def test_cells_and_the_palette(page: Any, empty: Any) -> None:
    open_notebook(page, empty, "cellules", nbformat.v4.new_markdown_cell("Rain fell."))
    cell = page.locator(".jp-Notebook-cell").first
    cell.click()
    bar = cell.locator(".jp-cell-toolbar")
    for name in (
        "Traduire la cellule",
        "Résumer la cellule dans une nouvelle cellule en dessous",
        "Retirer les données personnelles de la cellule",
    ):
        bar.get_by_role("button", name=name).wait_for()
    assert english(bar) == []

    # What there is to say about a cell.
    run(page, "slm-magic:translate-cell-to")
    about = cell.get_by_role("group", name="À propos de cette cellule")
    about.get_by_text("Aucun modèle de traduction n’est installé.").wait_for()
    about.get_by_role("button", name="Afficher les petits modèles").wait_for()
    assert english(about) == []
    about.get_by_role("button", name="Ignorer").click()

    run(page, "apputils:activate-command-palette")
    palette = page.locator(".lm-CommandPalette")
    palette.get_by_role("textbox").fill("petits modèles")
    items = palette.locator(".lm-CommandPalette-item")
    # All have one heading.
    headings = palette.locator(".lm-CommandPalette-header")
    page.wait_for_function(
        "() => document.querySelectorAll('.lm-CommandPalette-header').length === 1"
    )
    assert headings.inner_text().lower() == "petits modèles"
    labels = items.locator(".lm-CommandPalette-itemLabel").all_inner_texts()
    for label in (
        "Afficher les petits modèles",
        "Traduire la cellule vers…",
        "Caviarder la cellule",
        "Traduire le notebook…",
        "Caviarder le notebook avant de le partager…",
    ):
        assert label in labels
    assert english(palette) == []


def test_the_server_translates_the_settings_of_one_plugin(page: Any, empty: Any) -> None:
    answer = page.request.get(
        f"{empty.url}/lab/api/settings/slm-magic:cells",
        headers={"Authorization": f"token {TOKEN}"},
    )
    schema = answer.json()["schema"]
    assert schema["title"] == f"slm-magic{SPACE}: cellules"
    operator = schema["properties"]["redactOperator"]
    assert operator["title"] == "Remplacement des données personnelles"
    assert operator["oneOf"][1]["title"] == "Astérisques"
