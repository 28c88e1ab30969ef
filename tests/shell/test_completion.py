"""Tab completion in a real shell, with jedi and without."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell


def complete(shell: InteractiveShell, code: str, cursor: int | None = None) -> list[str]:
    """Return what a kernel would offer, as the text that would stand after it."""
    at = len(code) if cursor is None else cursor
    with provisionalcompleter():
        return [code[: c.start] + c.text for c in shell.Completer.completions(code, at)]


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def completing(shell: InteractiveShell, request: pytest.FixtureRequest) -> InteractiveShell:
    shell.Completer.use_jedi = request.param
    return shell


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%slm ", "%slm translate"),
        ("%slm tr", "%slm translate"),
        ("%%slm su", "%%slm summarize"),
        ("%%slm name << su", "%%slm name << summarize"),
        ("x = %slm mo", "x = %slm models"),
        ("%slm translate df --t", "%slm translate df --to"),
        ("%%slm translate --to f", "%%slm translate --to fr"),
        ("%%slm translate --to=f", "%%slm translate --to=fr"),
        ("%%slm translate --to ", "%%slm translate --to de"),
        ("%%slm translate --to fr --format j", "%%slm translate --to fr --format json"),
        ("%%slm translate --to fr ", "%%slm translate --to fr --from"),
        ("%slm translate df --res", "%slm translate df --resume"),
        ("%slm redact df -o df['x'] --r", "%slm redact df -o df['x'] --resume"),
        ("%%slm summarize --style ", "%%slm summarize --style abstractive"),
        ("%%slm summarize --domain fi", "%%slm summarize --domain finance"),
        ("%%slm redact --operator m", "%%slm redact --operator mask"),
        ("%%slm redact --entities PERSON,EM", "%%slm redact --entities PERSON,EMAIL_ADDRESS"),
        ("%slm pull st", "%slm pull starters"),
        ("%slm pull minilm-l6 q", "%slm pull minilm-l6 qwen2.5-coder-1.5b"),
        ("%slm info mini", "%slm info minilm-l6"),
        ("%slm use su", "%slm use summarize"),
        ("%slm models --task r", "%slm models --task redact"),
        ("%%slm translate --model q", "%%slm translate --model qwen2.5-coder-1.5b"),
    ],
)
def test_offered(completing: InteractiveShell, code: str, expected: str) -> None:
    offered = complete(completing, code)
    assert expected in offered
    # Where we know what goes, file names and Python names do not.
    assert all(text.startswith(code[: max(code.rfind(c) for c in " ,=") + 1]) for text in offered)


def test_used_options_are_not_offered_again(completing: InteractiveShell) -> None:
    offered = complete(completing, "%%slm translate --to fr --")
    assert "%%slm translate --to fr --to" not in offered
    assert "%%slm translate --to fr --from" in offered


def test_variables_are_offered_to_a_line(completing: InteractiveShell) -> None:
    completing.user_ns["reviews_of_food"] = ["x"]
    offered = complete(completing, "%slm translate reviews_")
    assert offered == ["%slm translate reviews_of_food"]
    assert "%slm translate --to" in complete(completing, "%slm translate ")
    assert "%%slm translate reviews_of_food" not in complete(completing, "%%slm translate ")


def test_columns_are_offered(completing: InteractiveShell) -> None:
    pandas = pytest.importorskip("pandas")
    completing.user_ns["df"] = pandas.DataFrame({"review": ["x"], "a b": ["y"]})
    assert complete(completing, "%slm translate df.") == ["%slm translate df.review"]


@pytest.mark.parametrize(
    "code", ["%%slm translate --to fr\n%slmx tr", "%%slm translate --to fr\ntr", "slm tr", "x = 1\n%%slm tr"]
)  # fmt: skip
def test_a_body_is_left_alone(completing: InteractiveShell, code: str) -> None:
    assert not any(text.endswith("translate") for text in complete(completing, code))
