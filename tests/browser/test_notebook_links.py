"""Links of a translated notebook lead to the translated headings in JupyterLab."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fakes import FakeSeq2Seq, install
from pages import LIGHT

from slm_magic.notebooks import translate_notebook

WORDS = {
    "The hill is high, and it rained there all day long.": "La colline est haute, et il y a plu.",
    "Plot the rain": "Tracer la pluie",
    "Clean the data": "Préparer les données",
    "plot": "tracé",
    "clean": "préparation",
}


def test_links_lead_to_translated_headings(
    start_lab: Callable[[str], Any], page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSeq2Seq(lambda text: WORDS.get(text, text)))
    lab = start_lab(LIGHT)
    address = lab.notebook("links")
    far = "\n\n".join(["The hill is high, and it rained there all day long."] * 40)
    cells = ["[plot](#Plot-the-rain)\n\n[clean](#Clean-the-data)", far, "## Plot the rain", far]
    cells += ["## Clean the data", far]
    path = lab.root / "links.ipynb"
    node = json.loads(path.read_text())
    node["cells"] = [
        {"cell_type": "markdown", "id": f"m{n}", "metadata": {}, "source": source}
        for n, source in enumerate(cells)
    ]
    path.write_text(json.dumps(node))
    done = translate_notebook(path, target="fr", source="en", force=True)
    sources = [cell["source"] for cell in json.loads(done.path.read_text())["cells"]]
    # An anchor as JupyterLab makes it, and one that it would not find.
    assert re.findall(r"\]\((.*?)\)", sources[0]) == ["#Tracer-la-pluie", "#Clean-the-data"]
    assert sources[4] == '## <a id="Clean-the-data"></a>Préparer les données'
    page.goto(address.replace("links.ipynb", "links.fr.ipynb"))
    top = page.locator(".jp-Notebook-cell a[href='#Tracer-la-pluie']").first
    top.wait_for()
    for link, heading in (("#Tracer-la-pluie", "Tracer"), ("#Clean-the-data", "Préparer")):
        page.locator(".jp-Notebook-cell").first.scroll_into_view_if_needed()
        title = page.locator(".jp-Notebook-cell h2", has_text=heading)
        assert not title.count() or not in_view(title)
        page.locator(f".jp-Notebook-cell a[href='{link}']").first.click()
        title.wait_for()
        page.wait_for_timeout(500)
        assert in_view(title), link


def in_view(element: Any) -> bool:
    """Whether an element is within what the notebook shows."""
    return bool(
        element.first.evaluate(
            """e => { const r = e.getBoundingClientRect();
                 const p = document.querySelector('.jp-NotebookPanel').getBoundingClientRect();
                 return r.top >= p.top - 5 && r.bottom <= p.bottom + 5; }"""
        )
    )
