"""The picker's controls, cards and lines of code; the browser tests show it as a person sees it."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from wheelhouse import Index, card_table, model_members

import slm_magic as slm
from slm_magic import engine, widgets
from slm_magic.catalog import Family, families
from slm_magic.errors import OptionError
from slm_magic.progress import bar
from slm_magic.stopping import pause
from slm_magic.tables import Table
from slm_magic.tasks.results import Translation
from slm_magic.widget_offers import offers


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """A session of IPython, which the picker finds as it would in a kernel."""
    made = InteractiveShell()
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: made)
    return made


@pytest.fixture
def models(
    index: Index, catalogue: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """A catalogue of two translators and a summarizer; pulls work from a local index."""
    monkeypatch.setattr(engine, "probe", lambda folder, card: None)
    made: tuple[Family, ...] = families()
    catalogue(
        card_table(
            "nordic", [index.add("nordic", model_members(1))],
            tasks=["translate"], languages=["no", "sv", "en"], title="Fjords <i>and</i> more",
        ),
        card_table(
            "wide", [index.add("wide", model_members(2))],
            tasks=["translate"], languages=["*"], licence="BSD-2-Clause",
        ),
        card_table("short", [index.add("short", model_members(3))], tasks=["summarize"]),
        families=made,
    )  # fmt: skip
    return ["nordic", "wide", "short"]


def cards(picker: widgets.Picker) -> str:
    return "\n".join(
        child.children[0].value if hasattr(child, "children") else child.value
        for child in picker._cards.children
    )


def press(picker: widgets.Picker, label: str, name: str) -> None:
    """Press a button of a model's card and wait for what it does."""
    buttons = [
        button
        for child in picker._cards.children
        for button in child.children[1].children
        if button.tooltip == f"{label} {name}"
    ]
    assert len(buttons) == 1, f"{label} {name}"
    buttons[0].click()
    picker.wait()


def test_offers_fit_the_task_the_languages_and_the_search(models: list[str]) -> None:
    assert [one.name for one in offers("summarize")] == ["short"]
    assert [one.name for one in offers("translate", "no", "en")] == [
        "nordic", "opus-mt-no-en", "wide",
    ]  # fmt: skip
    assert [one.name for one in offers("translate", None, "ja")] == ["wide"]
    assert "opus-mt-en-de" in [one.name for one in offers("translate", "en", "de")]
    assert [one.name for one in offers("translate", None, "sv", "bsd-2")] == ["wide"]
    assert [one.name for one in offers("translate", None, "sv", "Norwegian")] == ["nordic"]
    assert offers("translate", None, "sv", "no such words") == []


def test_controls_choose_the_cards_and_the_code(models: list[str]) -> None:
    picker = slm.picker()
    picker._target.value = "sv"
    assert "nordic" in cards(picker) and "short" not in cards(picker)
    assert "Fjords &lt;i&gt;and&lt;/i&gt; more" in cards(picker)
    picker._source.value = "en"
    assert picker.arguments == {"target": "sv", "source": "en"}
    assert "slm.translate(text, target=&#x27;sv&#x27;, source=&#x27;en&#x27;)" in picker._code.value
    assert "%%slm translate --to sv --from en" in picker._code.value
    picker._task.value = "summarize"
    picker._domain.value = "finance"
    assert "short" in cards(picker) and "nordic" not in cards(picker)
    assert picker._target.layout.display == picker._source.layout.display == "none"
    assert picker._domain.layout.display is None and picker._search.layout.display is None
    assert "%%slm summarize --domain finance" in picker._code.value
    picker._search.value = "nothing has this"
    assert "No model" in cards(picker)


def test_a_model_is_installed_used_and_removed(models: list[str], shell: InteractiveShell) -> None:
    picker = slm.picker()
    picker._target.value = "sv"
    press(picker, "Install", "nordic")
    assert "nordic is installed" in picker._said.value
    assert [one["name"] for one in slm.models(installed=True)].count("nordic") == 1
    press(picker, "Use", "nordic")
    assert shell.magics_manager.registry["SlmMagics"].translate_model == "nordic"
    assert "this session's default" in cards(picker).replace("&#x27;", "'")
    assert "--model nordic" in picker._code.value
    press(picker, "Remove", "nordic")
    assert shell.magics_manager.registry["SlmMagics"].translate_model is None
    assert "--model" not in picker._code.value
    assert not [one for one in slm.models(installed=True) if one["name"] == "nordic"]


def test_a_pull_tells_how_far_it_is_and_can_be_cancelled(
    models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picker = slm.picker()
    picker._target.value = "sv"
    seen: list[Any] = []

    def slow(name: str, *, progress: bool) -> None:
        steps = bar(4, what=f"pull {name}", unit="B", show=progress)
        steps.update(1)
        seen.append((picker._step.value, picker._bar.value, picker._bar.max))
        seen.append((picker._running.layout.display, picker._run.disabled))
        picker._cancel.click()
        pause(60)
        seen.append("not stopped")

    monkeypatch.setattr("slm_magic.library.pull", slow)
    press(picker, "Install", "nordic")
    assert seen == [("pull nordic", 1.0, 4.0), (None, True)]
    assert "Installing nordic was cancelled" in picker._said.value
    assert picker._running.layout.display == "none"
    assert not picker._run.disabled


def test_a_text_is_tried_with_what_is_chosen(
    models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def fake(task: str, text: str, kwargs: Any, *, progress: bool) -> Translation:
        asked.append((task, text, dict(kwargs)))
        return Translation(text="<Hej>", source_text=text, source="en", target="sv")

    monkeypatch.setattr("slm_magic.commands.run.task", fake)
    picker = slm.picker()
    picker._target.value = "sv"
    picker._text.value = "Hello"
    picker._run.click()
    picker.wait()
    assert asked == [("translate", "Hello", {"target": "sv"})]
    assert "&lt;Hej&gt;" in picker._result.value


class Panic(BaseException):
    """What Rust raises."""


@pytest.mark.parametrize("error", [RuntimeError("about Zebrawood"), Panic("about Zebrawood")])
def test_a_fault_is_told_by_its_class_and_the_buttons_come_back(
    models: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    error: BaseException,
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("slm_magic.commands.run.task", fails)
    picker = slm.picker()
    picker._target.value = "sv"
    picker._run.click()
    picker.wait()
    assert f"went wrong inside slm-magic: {type(error).__name__}." in picker._said.value
    assert "Zebrawood" not in picker._said.value + "".join(capfd.readouterr())
    buttons = [one for card in picker._cards.children for one in card.children[1].children]
    assert buttons and not any(button.disabled for button in [*buttons, picker._run])


def test_waiting_ends_when_all_is_told(models: list[str]) -> None:
    picker = slm.picker()
    real = picker._say

    def slow(line: str, **options: Any) -> None:
        time.sleep(0.2)
        real(line, **options)

    picker._say = slow  # type: ignore[method-assign]
    picker._text.value = "   "
    picker._run.click()
    # Time enough for the work itself to end.
    time.sleep(0.1)
    picker.wait()
    assert "There is no text to work on" in picker._said.value


def test_a_setting_that_cannot_be_used_is_told_when_a_text_is_tried(
    models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picker = slm.picker()
    monkeypatch.setenv("SLM_MAGIC_SENTENCES", "many")
    picker._run.click()
    picker.wait()
    assert "SLM_MAGIC_SENTENCES must be a whole number" in picker._said.value


def test_a_thousand_steps_at_once_are_few_messages(
    models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picker = slm.picker()
    seen: list[float] = []
    picker._bar.observe(lambda change: seen.append(change["new"]), "value")
    clock = [100.0]
    monkeypatch.setattr(widgets.time, "monotonic", lambda: clock[0])
    move = picker._hear("pull nordic", "B", 1000)
    for _ in range(500):
        move(1)
    clock[0] += 1
    for _ in range(500):
        move(1)
    assert seen == [1, 501, 1000]


def test_a_mistake_is_one_line(models: list[str]) -> None:
    picker = slm.picker()
    picker._text.value = "   "
    picker._run.click()
    picker.wait()
    assert "role='alert'" in picker._said.value
    assert "There is no text to work on" in picker._said.value


def test_a_sample_follows_the_task_and_a_users_text_stays(models: list[str]) -> None:
    picker = slm.picker()
    first = picker._text.value
    picker._task.value = "redact"
    assert "Ingrid" in picker._text.value and picker._text.value != first
    picker._text.value = "My own"
    picker._task.value = "summarize"
    assert picker._text.value == "My own"


def test_what_is_left_without_a_kernel_is_a_table(models: list[str]) -> None:
    bundle = slm.picker()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "nordic" in bundle["text/plain"] and "%slm pull" in bundle["text/plain"]
    assert "<table" in bundle["text/html"]


def test_without_ipywidgets_there_is_a_table(
    models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        widgets, "find_spec", lambda name: None if name == "ipywidgets" else real(name)
    )
    shown = slm.picker("summarize")
    assert isinstance(shown, Table)
    assert [row["name"] for row in shown] == ["short"]
    assert "pip install ipywidgets" in repr(shown)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(OptionError, match=r"no task 'translat'.*Did you mean 'translate'"):
        slm.picker("translat")
