"""The magics as a person sees them in JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from pages import DARK, LIGHT, run_all, screenshot

LOAD = "%load_ext slm_magic"
SUMMARIZE = """%%slm summarize --domain finance --sentences 2 -o summary
Orchard Tools sold saws and rakes worth $58.2 million in the first quarter, up 7% on the year.
The canteen got new chairs. Earnings per share were $0.42, after $0.37 a year ago.
A photo of the founders hangs in the hall."""
REDACT = """%%slm redact -o mail
I am Ingrid Sandvik, write to ingrid.sandvik@fjordpost-example.org or call +1 212 555 0174.
<b>My card is 4111 1111 1111 1111.</b>"""
MISTAKE = """%%slm summarise
Some text."""

# Contrast of text and background after WCAG 2, over what is really painted.
CONTRAST = """element => {
  const rgba = s => { const c = (s.match(/[\\d.]+/g) || []).map(Number);
                      return c.length === 3 ? [...c, 1] : c; };
  const lum = c => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  // Backgrounds from the element up to the first opaque one, then laid over each other again.
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  const over = (top, under) => under.map((v, i) => top[3] * top[i] + (1 - top[3]) * v);
  const back = layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  const text = over(rgba(getComputedStyle(element).color), back);
  const a = lum(text), b = lum(back);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.mark.model
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_results_are_shown_and_readable_without_the_extension(
    page: Any, start_lab: Callable[..., Any], theme: str
) -> None:
    lab = start_lab(theme, extension=False)
    address = lab.notebook("results", LOAD, SUMMARIZE, REDACT)
    run_all(page, address, cells=3)
    outputs = page.locator(".jp-OutputArea-output .slm-magic")
    outputs.nth(1).wait_for()
    summary, mail = outputs.nth(0), outputs.nth(1)
    assert "$58.2 million" in summary.inner_text()
    assert "$0.42" in summary.inner_text()
    assert "canteen" not in summary.inner_text()
    shown = mail.inner_text()
    for private in ("Ingrid", "Sandvik", "fjordpost", "555", "4111"):
        assert private not in shown
        assert private not in mail.inner_html()
    assert "PERSON_1" in shown
    # The user's tags are text, not markup.
    assert "<b>" in shown
    assert mail.locator("b", has_text="card").count() == 0
    assert page.locator(".jp-OutputArea-output[data-mime-type*='stderr']").count() == 0
    cell = summary.locator("tbody td").first
    assert cell.evaluate("e => getComputedStyle(e).textAlign") == "left"
    for part in (summary, mail):
        for element in part.locator("*:visible").all():
            if element.evaluate(
                "e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())"
            ):
                assert element.evaluate(CONTRAST) >= 4.5, element.evaluate("e => e.outerHTML")
    screenshot(page, "lab-light" if theme == LIGHT else "lab-dark")


def test_a_mistake_is_one_line_that_says_what_to_do(
    page: Any, start_lab: Callable[[str], Any]
) -> None:
    lab = start_lab(LIGHT)
    page.goto(lab.notebook("mistake", LOAD, MISTAKE))
    run_all(page, lab.notebook("mistake", LOAD, MISTAKE), cells=2)
    error = page.locator(".jp-OutputArea-output").filter(has_text="UsageError")
    error.first.wait_for()
    said = error.first.inner_text().strip()
    assert re.search(r"UsageError: .*summarise.*Did you mean 'summarize'", said)
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_tab_completes_subcommands(page: Any, start_lab: Callable[[str], Any]) -> None:
    lab = start_lab(LIGHT)
    run_all(page, lab.notebook("complete", LOAD, ""), cells=1)
    editor = page.locator(".jp-Notebook .jp-CodeCell").nth(1).locator(".cm-content")
    editor.click()
    page.keyboard.type("%slm trans")
    page.keyboard.press("Tab")
    shown = editor.get_by_text("%slm translate").or_(
        page.locator(".jp-Completer").get_by_text("translate")
    )
    shown.first.wait_for()
    assert shown.first.is_visible()
    assert "translate" in shown.first.inner_text()
