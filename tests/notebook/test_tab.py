"""Tab in a real kernel."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("jedi", [True, False])
def test_tab_offers_commands_options_and_values(kernel: Any, jedi: bool) -> None:
    assert kernel.run(f"%config IPCompleter.use_jedi = {jedi}\ntexts = ['x']").status == "ok"
    for code, expected in (
        ("%slm tra", "%slm translate"),
        ("%%slm translate --fo", "%%slm translate --format"),
        ("%%slm translate --to f", "%%slm translate --to fr"),
        ("%slm pull mini", "%slm pull minilm-l6"),
        ("%slm translate te", "%slm translate texts"),
        ("%%slm redact --entities PERSON,EMA", "%%slm redact --entities PERSON,EMAIL_ADDRESS"),
    ):
        offered = kernel.complete(code)
        assert expected in offered, code
        assert all("slm " in line for line in offered)


def test_tab_knows_the_first_line_from_the_body(kernel: Any) -> None:
    cell = "%%slm summarize --sty\n--sty is an odd word"
    first = cell.index("\n")
    assert "%%slm summarize --style" in kernel.complete(cell, first)
    assert not any(line.endswith("--style") for line in kernel.complete(cell, first + 6))
