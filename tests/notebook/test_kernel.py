"""Notebooks run by a real kernel."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LOAD = "%load_ext slm_magic"
ROOT = Path(__file__).parents[2]


def run(*cells: str, timeout: int = 300) -> nbformat.NotebookNode:
    """Execute cells, after one that loads the extension."""
    code = [nbformat.v4.new_code_cell(cell) for cell in (LOAD, *cells)]
    notebook = nbformat.v4.new_notebook(cells=code)
    return NotebookClient(notebook, timeout=timeout, kernel_name="python3").execute()


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%slm summarise\ntext", "Did you mean 'summarize'"),
        ("%%slm translate\nHello there", "needs a language"),
        ("%%slm translate --too fr\nHello", "Did you mean '--to'"),
        ("%%slm summarize\n", "empty"),
        ("%%slm summarize\n   \n", "empty"),
        ("%slm pull opus-mt-en-fr", "SLM_MAGIC_OFFLINE=1 forbids"),
        ("%%slm summarize --model minilm-16\nA text.", "Did you mean 'minilm-l6'"),
        ("%%slm summarize\nA text of some words.", "%slm pull minilm-l6"),
        ("%%slm translate --to klingon\nHello there", "klingon"),
        ("%slm translate missing --to fr", "missing"),
        ("%%slm redact --operator shout\nHello there", "tag, mask, hash"),
    ],
)
def test_a_mistake_stops_the_notebook_with_one_line(
    cell: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    with pytest.raises(CellExecutionError) as caught:
        run(cell, "print('went on')")
    assert caught.value.ename == "UsageError"
    assert says in caught.value.evalue
    assert "\n" not in caught.value.evalue


@pytest.mark.model
def test_a_body_is_text_whatever_signs_it_holds(pulled: Callable[[str], Path]) -> None:
    pulled("minilm-l6")
    body = 'A {brace} and $dollar, it\'s << "quoted" and {{this}} too. Nothing else happened here.'
    done = run(f"%%slm kept << summarize --sentences 2\n{body}", "print(kept.sentences[0].text)")
    shown = done.cells[2].outputs[0].text
    assert shown.strip() == 'A {brace} and $dollar, it\'s << "quoted" and {{this}} too.'


@pytest.mark.model
def test_the_quickstart_shows_what_it_promises(pulled: Callable[[str], Path]) -> None:
    for name in ("minilm-l6", "qwen2.5-coder-1.5b"):
        pulled(name)
    notebook = nbformat.read(ROOT / "examples" / "quickstart.ipynb", as_version=4)
    checks = nbformat.v4.new_code_cell(
        "import json\nprint(json.dumps({'summary': [s.text for s in summary.sentences],"
        "'mail': mail.text, 'fr': note_fr.text, 'de': note_de.text}))"
    )
    notebook.cells.append(checks)
    NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
    import json

    said = json.loads(notebook.cells[-1].outputs[-1].text)
    report = next(c.source for c in notebook.cells if c.source.startswith("%%slm summarize"))
    assert len(said["summary"]) == 3
    for sentence in said["summary"]:
        assert sentence in report
        assert re.search(r"\d", sentence)
    for private in ("Oduya", "Margarethe", "Tobias", "Lindqvist", "postbox", "5557", "4111",
                    "DE89", "203.0.113", "Birch"):  # fmt: skip
        assert private not in said["mail"], private
    for text in (said["fr"], said["de"]):
        assert "`read_chunks(path, size)`" in text
        assert 'for chunk in read_chunks("orders.csv", size=65_536):' in text
        assert r"$\bar{x} = \frac{1}{n}\sum_i x_i$" in text
        assert "](https://docs.example.org/guide?from=1.x)" in text
    assert re.search(r"fichiers", said["fr"])
    assert re.search(r"Dateien", said["de"])
