"""The picker as a person uses it in JupyterLab: cards, a default, a try, and the line to paste."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pages import DARK, LIGHT, run_all, screenshot
from test_lab import LOAD

PICK = "import slm_magic as slm\nslm.picker('redact')"
AFTER = "%config SlmMagics.summarize_model"


@pytest.mark.model
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_picker_tries_a_model_and_sets_the_default(
    page: Any, start_lab: Callable[[str], Any], theme: str
) -> None:
    lab = start_lab(theme)
    run_all(page, lab.notebook("picker", LOAD, PICK), cells=2)
    buttons = page.locator(".widget-toggle-buttons")
    output = page.locator(".jp-OutputArea-output").filter(has=buttons)
    output.get_by_text("pii-minilm", exact=True).wait_for()
    assert output.get_by_label("Domain").is_visible()
    assert not output.get_by_label("To", exact=True).is_visible()

    output.locator("button[title='Run on the text above']").click()
    result = output.locator(".slm-magic")
    result.wait_for(timeout=90_000)
    assert "<PERSON_1>" in result.inner_text()
    assert "Sandvik" not in result.inner_text()
    screenshot(page, "picker-light" if theme == LIGHT else "picker-dark")

    output.get_by_role("button", name="Summarize").click()
    output.get_by_text("minilm-l6", exact=True).wait_for()
    output.locator("button[title='Use minilm-l6']").click()
    output.get_by_text("summarize now uses minilm-l6 in this session.").wait_for()
    assert "--model minilm-l6" in output.inner_text()
    output.locator("button[title='Unset minilm-l6']").wait_for()
