"""Cells of ``%%slm`` in JupyterLab's editor: text below a magic, and what Tab offers there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pages import DARK, LIGHT, run_all, screenshot

LOAD = "%load_ext slm_magic"
CODE = "for row in range(3):\n    print(row)"
TEXT = (
    "%%slm redact --operator mask\nfor all it is worth: return, import and None\nare words (as if"
)
OURS = "slm-magic"


def editor(page: Any, number: int) -> Any:
    """Return the text of a cell's editor."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".cm-content")


def language(page: Any, number: int) -> str:
    return str(editor(page, number).get_attribute("data-language"))


def tokens(page: Any, number: int) -> list[list[str]]:
    """Return what is coloured of each line of a cell."""
    lines = editor(page, number).locator(".cm-line").all()
    return [line.locator("span:not(:has(span))").all_inner_texts() for line in lines]


def source(page: Any, number: int) -> str:
    return str(
        page.evaluate(
            "n => window.jupyterapp.shell.currentWidget.content.widgets[n]"
            ".model.sharedModel.getSource()",
            number,
        )
    )


def open_notebook(page: Any, address: str) -> None:
    """Open a notebook and wait for its kernel and for the colours of its first cell."""
    page.goto(address)
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        " === 'idle'"
    )
    page.locator(".jp-Notebook .jp-CodeCell .cm-content[data-language]").first.wait_for()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_text_of_a_cell_is_no_python(
    page: Any, start_lab: Callable[..., Any], console: Any, theme: str
) -> None:
    open_notebook(page, start_lab(theme).notebook("colours", CODE, TEXT))
    page.wait_for_function(
        "() => document.querySelector('.jp-CodeCell .cm-content').dataset.language === 'python'"
    )
    assert "for" in tokens(page, 0)[0]
    assert language(page, 1) == OURS
    first, *below = tokens(page, 1)
    assert first == ["%%slm", "redact", "--operator"]
    assert below == [[], []]
    colours = [
        editor(page, 1).get_by_text(word, exact=True).evaluate("e => getComputedStyle(e).color")
        for word in ("%%slm", "--operator")
    ]
    assert len({*colours, editor(page, 1).evaluate("e => getComputedStyle(e).color")}) == 3
    screenshot(page, "editor-light" if theme == LIGHT else "editor-dark")


def test_a_cell_becomes_text_and_code_again_as_it_is_typed(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    open_notebook(page, start_lab(LIGHT).notebook("live", ""))
    content = editor(page, 0)
    content.click()
    page.keyboard.type("%%sl")
    assert language(page, 0) == "python"
    page.keyboard.type("m redact")
    assert language(page, 0) == OURS
    page.keyboard.press("Enter")
    page.keyboard.type("if so:")
    page.keyboard.press("Enter")
    page.keyboard.type("(they said 'no")
    # No indent, no bracket and no quote that nobody typed.
    assert source(page, 0) == "%%slm redact\nif so:\n(they said 'no"
    assert tokens(page, 0)[1:] == [[], []]

    # Undo takes back together what was typed within half a second.
    page.wait_for_timeout(800)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Delete")
    assert language(page, 0) == "python"
    page.keyboard.press("Control+z")
    assert source(page, 0).startswith("%%slm")
    assert language(page, 0) == OURS

    # An empty line above the magic is one that IPython takes.
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    assert language(page, 0) == OURS
    page.keyboard.press("Control+Home")
    page.keyboard.type("x = 1")
    assert language(page, 0) == "python"


def test_cells_that_are_split_and_merged(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    open_notebook(page, start_lab(LIGHT).notebook("split", "%%slm redact\nOne\nx = 1", CODE))
    editor(page, 0).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    page.evaluate("window.jupyterapp.commands.execute('notebook:split-cell-at-cursor')")
    page.locator(".jp-CodeCell").nth(2).wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell .cm-content')]"
        ".map(e => e.dataset.language).join() === 'slm-magic,python,python'"
    )
    assert source(page, 0) == "%%slm redact\nOne"
    page.evaluate("window.jupyterapp.commands.execute('notebook:merge-cell-above')")
    page.wait_for_function("() => document.querySelectorAll('.jp-CodeCell').length === 2")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell .cm-content')]"
        ".map(e => e.dataset.language).join() === 'slm-magic,python'"
    )


@pytest.mark.model
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%%slm trans", "translate"),
        ("%%slm translate --mod", "--model"),
        ("%%slm translate --model qwen", "qwen2.5-coder-1.5b"),
        ("%%slm translate --to fr --dom", "--domain"),
        ("%%slm summarize --domain fin", "finance"),
        ("%%slm redact --operator ha", "hash"),
    ],
)
def test_tab_completes_the_line_of_the_magic(
    page: Any, start_lab: Callable[..., Any], console: Any, typed: str, offered: str
) -> None:
    run_all(page, start_lab(LIGHT).notebook("tab", LOAD, ""), cells=1)
    editor(page, 1).click()
    page.keyboard.type(typed)
    assert language(page, 1) == OURS
    page.keyboard.press("Tab")
    complete(page, 1, offered)


@pytest.mark.model
def test_tab_offers_languages_and_models(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    run_all(page, start_lab(LIGHT).notebook("offers", LOAD, ""), cells=1)
    editor(page, 1).click()
    page.keyboard.type("%%slm translate --to ")
    page.keyboard.press("Tab")
    offered = page.locator(".jp-Completer-match")
    offered.filter(has_text="fr").first.wait_for()
    assert {"de", "es", "fr"} <= set(offered.all_inner_texts())
    page.keyboard.press("Escape")
    page.keyboard.type("fr --model ")
    page.keyboard.press("Tab")
    model = page.locator(".jp-Completer-item", has_text="qwen2.5-coder-1.5b")
    model.wait_for()
    assert "magic" in model.inner_text()


def complete(page: Any, number: int, word: str) -> None:
    """Wait until `word` stands in the cell, or take it from what is offered."""
    item = page.locator(".jp-Completer-item", has_text=word)
    editor(page, number).get_by_text(word).or_(item).first.wait_for()
    if item.count():
        item.first.click()
    page.wait_for_function(
        "([n, word]) => window.jupyterapp.shell.currentWidget.content.widgets[n]"
        ".model.sharedModel.getSource().endsWith(word)",
        arg=[number, word],
    )
