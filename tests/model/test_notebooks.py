"""Whole notebooks through the starters: what they mean afterwards, and what must not change."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbformat")

import nbformat

from slm_magic.notebooks import find_personal, redact_notebook, translate_notebook
from slm_magic.text import languages
from slm_magic.text.protect import differences

pytestmark = pytest.mark.model

STARTER = "qwen2.5-coder-1.5b"
INTRO = """# Rain on the hill

This notebook shows how much rain fell on the hill in winter. Go to [the chart](#The-chart) or read \
the [manual](https://example.org/manual.html).

$$\\bar{x} = \\frac{1}{n} \\sum_i x_i$$

- The mean is $\\bar{x}$, and `rain.mean()` gives it.
"""
CODE = """# Read the measurements of the winter
rain = [12, 7, 30]  # in millimetres
# rain = sorted(rain)
mean = sum(rain) / len(rain)  # noqa: E501
"""


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": 1, "metadata": {}}
    return {**cell, "outputs": list(outputs), "source": source}


def put(path: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    node = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(node, indent=1), encoding="utf-8")
    return path


def test_a_notebook_in_french_keeps_its_code_formulas_and_links(
    pulled: Callable[[str], Path], tmp_path: Path
) -> None:
    pulled(STARTER)
    output = {"output_type": "stream", "name": "stdout", "text": "The mean is 16.3 mm.\n"}
    path = put(
        tmp_path / "rain.ipynb",
        markdown(INTRO),
        code(CODE, output),
        markdown("## The chart\n\nThe chart shows the rain of each month."),
    )
    before = json.loads(path.read_text(encoding="utf-8"))
    done = translate_notebook(path, target="fr", model=STARTER, comments=True)
    after = json.loads(done.path.read_text(encoding="utf-8"))
    nbformat.validate(after)
    assert (done.source, done.target, done.cells, done.comments) == ("en", "fr", 2, 2)
    intro, cell, chart = (one["source"] for one in after["cells"])
    # All but the sources is as it was.
    for node in (a := copy.deepcopy(after), b := copy.deepcopy(before)):
        for one in node["cells"]:
            one["source"] = ""
    assert a == b
    # French, about rain and a hill.
    prose = " ".join(line for line in f"{intro}\n{chart}".splitlines() if "$$" not in line)
    assert languages.detect(prose) == "fr", prose
    words = prose.lower()
    assert "pluie" in words or "précipitation" in words, prose
    assert "colline" in words or "mont" in words, prose
    assert "graph" in words or "diagramme" in words or "tableau" in words, prose
    # The formulas, the code in a line and the outer link.
    link = intro[intro.index("](#") : intro.index(")", intro.index("](#")) + 1]
    changed = differences(INTRO, intro.replace(link, "](#The-chart)"))
    assert changed == [], intro
    for kept in ("$$\\bar{x} = \\frac{1}{n} \\sum_i x_i$$", "`rain.mean()`", "manual.html)"):
        assert kept in intro
    # The inner link leads to the heading as it reads now, or to its old name, which was kept.
    target = link[3:-1]
    heading = chart.splitlines()[0]
    assert heading.startswith("## ")
    assert heading[3:].replace(" ", "-") == target or f'<a id="{target}"></a>' in heading
    # The same program, with its comments in French.
    assert ast.dump(ast.parse(cell)) == ast.dump(ast.parse(CODE))
    assert "# rain = sorted(rain)\n" in cell and "  # noqa: E501" in cell
    comments = cell.splitlines()[0].lower()
    assert "measurements" not in comments and "mesure" in comments, cell
    assert "millim" in cell.splitlines()[1]


def test_nothing_personal_is_found_in_the_redacted_notebook(
    pulled: Callable[[str], Path], tmp_path: Path
) -> None:
    pytest.importorskip("presidio_analyzer")
    pulled("minilm-l6")
    table = (
        "<table><tr><th>name</th><th>mail</th></tr><tr><td><b>Maria</b> Rossi</td>"
        "<td><a href='mailto:maria.rossi@example.org'>write</a></td></tr></table>"
    )
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "Otto Brandt, +49 30 1234567\n"},
        {
            "output_type": "display_data",
            "data": {
                "text/html": table,
                "text/plain": "  Maria Rossi  maria.rossi@example.org",
                "application/json": {"customer": "Maria Rossi", "amount": 412.5},
                "image/png": "iVBORw0KGgo=",
            },
            "metadata": {},
        },
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": "No such customer: Maria Rossi",
            "traceback": ["\x1b[0;32m/home/mrossi/shop.py\x1b[0m in find(name)"],
        },
    ]
    path = put(
        tmp_path / "shop.ipynb",
        markdown(
            "# Complaints of the week\n\nWe spoke with **Maria** Rossi from Lyon on the phone. Her "
            "card is 4111 1111 1111 1111, her address 12 Harbour Street, Portsmouth.\n\nThe mean "
            "time to an answer rose from two to three days."
        ),
        code("calls = load('/home/mrossi/calls.csv')  # sent by Otto Brandt\n", *outputs),
        authors=[{"name": "Maria Rossi"}],
        kernelspec={"name": "python3", "display_name": "Python 3 (ipykernel)"},
    )
    found = find_personal(path)
    assert {find.entity_type for find in found} >= {
        "PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "USER_NAME",
    }  # fmt: skip
    assert [(one.cell, one.what) for one in found.unseen] == [(1, "image/png")]
    done = redact_notebook(path, finds=found)
    text = done.path.read_text(encoding="utf-8")
    for secret in (
        "Maria", "Rossi", "Otto", "Brandt", "1234567", "4111", "maria.rossi", "mrossi", "Harbour",
    ):  # fmt: skip
        assert secret not in text, secret
    assert done.left == ()
    # What was accepted is found no more.
    taken = {find.text for find in done.taken}
    assert [find.text for find in find_personal(done.path) if find.text in taken] == []
    assert list(find_personal(done.path)) == []
    after = json.loads(text)
    nbformat.validate(after)
    source = after["cells"][0]["source"]
    assert source.startswith("# Complaints of the week\n\nWe spoke with **\\<PERSON_")
    assert source.endswith("The mean time to an answer rose from two to three days.")
    assert after["metadata"]["kernelspec"]["display_name"] == "Python 3 (ipykernel)"
    data = after["cells"][1]["outputs"][1]["data"]
    assert data["application/json"]["amount"] == 412.5
    # One person, one tag, in the table, the error and the metadata.
    tag = after["metadata"]["authors"][0]["name"]
    assert data["application/json"]["customer"] == tag
    assert f"<td><b>{tag.replace('<', '&lt;').replace('>', '&gt;')}</b></td>" in data["text/html"]
    assert after["cells"][1]["outputs"][2]["evalue"].endswith(tag)
