"""Results of ``%%slm`` in JupyterLab: beside their source, with what looks wrong marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from pages import DARK, LIGHT, THEMES, axe, run_all, screenshot

LOAD = "%load_ext slm_magic"
SUMMARIZE = """%%slm summarize --domain finance --sentences 2
Orchard Tools 🪚 sold saws and rakes worth $58.2 million in the first quarter, up 7% on the year.
The canteen got new chairs. Earnings per share were $0.42, after $0.37 a year ago.
A photo of the founders hangs in the hall."""
REDACT = """%%slm redact
I am Ingrid Sandvik, write to ingrid.sandvik@fjordpost-example.org or call +1 212 555 0174."""
DOUBTFUL = """%%slm redact
🦊 The parcel 739 204 118 572 left for Ingrid Sandvik."""
TRANSLATE = """%%slm translate --from en --to fr --model qwen2.5-coder-1.5b -o french
# The orchard

The red apples are ripe. We sold 12 crates on Monday."""
# Results as a task makes them, with a text that would like to be markup.
MADE = """
from slm_magic.tasks.results import Flag, TranslatedSegment, Translation
from slm_magic.tasks.show import MIME, ResultList
bad = "<img src=x onerror=alert(1)><script>alert(2)</script>"
made = Translation(
    text=f"🍎🍎 Il en reste 71. {bad}",
    source_text=f"🍎🍎 17 are left. {bad}",
    source="en",
    target="fr",
    segments=(TranslatedSegment(f"🍎🍎 17 are left. {bad}", f"🍎🍎 Il en reste 71. {bad}", True),),
    flags=(
        Flag("number_changed", f"17 became 71. {bad}", 15, 17),
        Flag("length_ratio", "It is 3.0 times as long."),
    ),
)
made"""
LIST = "ResultList([made, None] * 6)"
HEBREW = """Translation(
    text="נשארו 17 תפוחים.", source_text="17 apples are left.", source="en", target="he",
    segments=(TranslatedSegment("17 apples are left.", "נשארו 17 תפוחים.", True),),
)"""
NEWER = """from IPython.display import display
display({MIME: {"schema": 99}, "text/html": "<b>as HTML</b>", "text/plain": "p"}, raw=True)"""


def shown(page: Any, number: int) -> Any:
    """Return the result below a cell, by the cell's number."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-SlmResult")


@pytest.mark.model
@pytest.mark.parametrize("theme", THEMES)
def test_results_stand_beside_their_source(
    page: Any, start_lab: Callable[..., Any], console: Any, theme: str
) -> None:
    lab = start_lab(theme)
    run_all(page, lab.notebook("render", LOAD, SUMMARIZE, REDACT, DOUBTFUL), cells=4)
    summary, mail, doubtful = shown(page, 1), shown(page, 2), shown(page, 3)
    doubtful.wait_for()

    chosen = summary.locator("ol").get_by_role("listitem").all_inner_texts()
    assert len(chosen) == 2
    assert "$58.2 million" in chosen[0]
    assert "$0.42" in chosen[1]
    source = summary.get_by_role("region", name="Text")
    assert "canteen" in source.inner_text()
    assert source.locator("mark").all_inner_texts() == chosen
    left = source.bounding_box()
    right = summary.locator("ol").bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] < right["y"] + right["height"]

    for private in ("Ingrid", "Sandvik", "fjordpost", "555"):
        assert private not in mail.inner_html()
    chips = mail.locator(".jp-SlmResult-chip").all_inner_texts()
    assert chips == ["<PERSON_1>", "<EMAIL_ADDRESS_1>", "<PHONE_NUMBER_1>"]
    assert "1 PERSON" in mail.inner_text()
    assert "No flags" in mail.inner_text()
    assert mail.locator("mark").count() == 0

    mark = doubtful.locator("mark")
    assert mark.inner_text() == "739 204 118 572"
    reason = doubtful.locator(f"[id='{mark.get_attribute('aria-describedby')}']")
    assert "a long number" in reason.inner_text()
    assert "a long number" in mark.get_attribute("title")
    assert mark.evaluate("e => getComputedStyle(e).borderBottomStyle") == "dotted"
    assert "1 flag" in doubtful.inner_text()
    axe(page, ".jp-SlmResult")
    screenshot(page, f"render-{theme.removeprefix('JupyterLab ').lower().replace(' ', '-')}")


@pytest.mark.model
def test_a_keyboard_reaches_all_of_a_result(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    lab = start_lab(LIGHT)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=lab.url)
    run_all(page, lab.notebook("render-keys", LOAD, DOUBTFUL), cells=2)
    result = shown(page, 1)
    copy = result.get_by_role("button", name="Copy")
    copy.focus()
    page.keyboard.press("Enter")
    result.get_by_role("status").get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "🦊 The parcel 739 204 118 572 left for <PERSON_1>."

    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    table = result.get_by_role("table", name="What was taken out")
    table.wait_for()
    assert table.locator("tbody tr").count() == 1
    assert "<PERSON_1>" in table.inner_text()
    axe(page, ".jp-SlmResult")
    page.keyboard.press("Enter")
    table.wait_for(state="detached")

    page.keyboard.press("Tab")
    mark = result.locator("mark")
    assert mark.evaluate("e => e === document.activeElement")
    assert result.locator("ol .jp-mod-active").inner_text().startswith("Uncertain")
    assert page.locator(".jp-Notebook.jp-mod-editMode").count() == 0


@pytest.mark.model
def test_a_translation_by_paragraphs_and_again_from_the_file(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    lab = start_lab(DARK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=lab.url)
    run_all(page, lab.notebook("french", LOAD, TRANSLATE, "print(french.text)"), cells=3)
    result = shown(page, 1)
    columns = result.locator(".jp-SlmResult-pairs .jp-SlmResult-text")
    columns.first.wait_for()
    told = columns.all_inner_texts()
    assert told[0] == "# The orchard"
    assert told[2] == "The red apples are ripe. We sold 12 crates on Monday."
    assert "pommes" in told[3]
    assert "12" in told[3]
    assert columns.nth(3).get_attribute("lang") == "fr"
    assert "English → French" in result.inner_text()

    result.get_by_role("button", name="Show as table").click()
    rows = result.locator("tbody tr")
    assert rows.count() == 3
    assert "pommes" in rows.nth(1).inner_text()
    axe(page, ".jp-SlmResult")
    result.get_by_role("button", name="Copy").click()
    printed = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output").inner_text()
    assert page.evaluate("navigator.clipboard.readText()").strip() == printed.strip()

    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=30_000
    )
    kept = nbformat.read(lab.root / "french.ipynb", as_version=4)
    assert "application/vnd.slm-magic.result+json" in kept.cells[1].outputs[-1].data
    # As from another person, and nothing is run: no kernel has it.
    nbformat.write(kept, lab.root / "again.ipynb")
    page.goto(f"{lab.url}/lab/workspaces/again/tree/again.ipynb?token={lab.token}&reset")
    columns.first.wait_for()
    assert columns.all_inner_texts() == told


def test_text_is_inert_and_read_in_its_direction(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    lab = start_lab(LIGHT)
    run_all(page, lab.notebook("hostile", MADE, LIST, HEBREW, NEWER), cells=4)
    made, several, hebrew = shown(page, 0), shown(page, 1), shown(page, 2)
    hebrew.wait_for()
    for result in (made, several):
        assert "<img src=x onerror=alert(1)><script>" in result.inner_text()
        assert result.locator("img, script").count() == 0
    assert made.locator("mark").all_inner_texts() == ["71"]
    assert made.locator("ol > li").count() == 2
    assert several.locator("tbody tr").count() == 10
    assert several.locator("mark").all_inner_texts() == ["71"] * 5
    assert "12 results, the first 10 shown" in several.inner_text()
    directions = [
        text.evaluate("e => getComputedStyle(e).direction")
        for text in hebrew.locator(".jp-SlmResult-text").all()
    ]
    assert directions == ["ltr", "rtl"]
    # A schema of the future is left to the HTML.
    assert shown(page, 3).locator("b").inner_text() == "as HTML"
    axe(page, ".jp-SlmResult")
    assert dialogs == []


def test_where_it_is_narrow_the_source_stands_above(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> None:
    lab = start_lab(LIGHT)
    run_all(page, lab.notebook("narrow", MADE), cells=1)
    texts = shown(page, 0).locator(".jp-SlmResult-text")
    wide = [text.bounding_box() for text in texts.all()]
    assert wide[0]["x"] + wide[0]["width"] <= wide[1]["x"]
    page.set_viewport_size({"width": 640, "height": 900})
    page.wait_for_function(
        "() => { const [a, b] = document.querySelectorAll('.jp-SlmResult-text');"
        " return a.getBoundingClientRect().bottom <= b.getBoundingClientRect().top; }"
    )
    page.emulate_media(media="print")
    assert not shown(page, 0).get_by_role("button", name="Copy").is_visible()


def test_in_notebook_7(page: Any, start_lab: Callable[..., Any], console: Any) -> None:
    lab = start_lab(LIGHT, application="notebook")
    path = lab.file("seven", MADE)
    page.goto(f"{lab.url}/notebooks/{path}?token={lab.token}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
        " === 'idle'"
    )
    page.evaluate("window.jupyterapp.commands.execute('runmenu:run-all')")
    shown(page, 0).locator("mark").wait_for()
    assert shown(page, 0).locator("mark").inner_text() == "71"
