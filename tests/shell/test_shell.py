"""The magics in a real IPython shell, with the tasks' models faked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fakes import FakeEncoder
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic import engine
from slm_magic.tasks import choose

TEXT = "The harbour was closed on Monday. Nobody was told why it was closed."


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    fake = FakeEncoder()
    monkeypatch.setattr(choose, "model", lambda *_, **__: fake.installed)
    monkeypatch.setattr(engine, "load", lambda *_, **__: fake)
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance()
    made.extension_manager.load_extension("slm_magic")
    yield made
    made.extension_manager.unload_extension("slm_magic")
    InteractiveShell.clear_instance()


def test_a_cell_is_summarised_and_kept(shell: InteractiveShell) -> None:
    shown = shell.run_cell_magic("slm", "summarize --sentences 1 -o kept", TEXT)
    assert shown.text in TEXT
    assert shell.user_ns["kept"].text == shown.text


def test_the_arrow_keeps_too_and_only_on_the_first_line(shell: InteractiveShell) -> None:
    body = "One << two is a line of text. Another << line follows here."
    shell.run_cell_magic("slm", "kept << summarize --sentences 2", body)
    assert shell.user_ns["kept"].text == body


def test_a_variable_is_taken_by_a_line(shell: InteractiveShell) -> None:
    shell.user_ns["mails"] = {"text": [TEXT, None]}
    results: Any = shell.run_line_magic("slm", "summarize mails['text'] --sentences 1")
    assert results[0].text in TEXT
    assert results[1] is None


def test_a_setting_stands_in_for_an_option(shell: InteractiveShell) -> None:
    shell.run_line_magic("config", "SlmMagics.sentences = 1")
    assert len(shell.run_cell_magic("slm", "summarize", TEXT).sentences) == 1


def test_expand_is_asked_for_and_done_once(shell: InteractiveShell) -> None:
    shell.user_ns["name"] = "{{other}}"
    shown = shell.run_cell_magic("slm", "summarize --expand", "We met {{name}} at noon there.")
    assert shown.text == "We met {{other}} at noon there."
    plain = shell.run_cell_magic("slm", "summarize", "We met {{name}} at noon there.")
    assert plain.text == "We met {{name}} at noon there."


@pytest.mark.parametrize("line", ["summarise", "summarize --sentences none", "summarize -o 1x"])
def test_a_mistake_is_a_plain_usage_error(shell: InteractiveShell, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        shell.run_cell_magic("slm", line, TEXT)
    assert type(caught.value) is UsageError
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("%slm trans", "translate"),
        ("%%slm summarize --sty", "--style"),
        ("%%slm summarize --domain fin", "finance"),
        ("%%slm redact --operator ha", "hash"),
        ("%slm info minilm", "minilm-l6"),
    ],
)
def test_tab_completes(shell: InteractiveShell, line: str, wanted: str) -> None:
    _, found = shell.complete("", line, len(line))
    assert any(wanted in word for word in found), found


def test_unloading_takes_the_magic_away(shell: InteractiveShell) -> None:
    shell.extension_manager.unload_extension("slm_magic")
    assert "slm" not in shell.magics_manager.magics["cell"]
    shell.extension_manager.load_extension("slm_magic")
