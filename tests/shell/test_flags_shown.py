"""What is flagged is visible, whatever the task, the input and the format."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic.errors import FlaggedError
from slm_magic.tasks import redact as redact_module
from slm_magic.tasks import summarize as summarize_module
from slm_magic.tasks import translate as translate_module
from slm_magic.tasks.batch import read
from slm_magic.tasks.results import (
    Flag,
    Redaction,
    Result,
    Summary,
    SummarySentence,
    TranslatedSegment,
    Translation,
)

COMMANDS = ("translate --to fr", "summarize", "redact")


@pytest.fixture(autouse=True)
def tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks that flag the first word of each text with a 7 in it."""

    def fake(make: Any) -> Any:
        def task(text_or_texts: Any, *, strict: bool = False, **_: Any) -> Any:
            batch = read(text_or_texts)
            for row, text in batch.present:
                first = len(text.split()[0])
                flag = Flag("number_changed", "not 7 but <8>", 0, first)
                batch.put(row, make(text, (flag,) if "7" in text else ()))
            results = batch.finish()
            if strict:
                FlaggedError.check(results)
            return results

        return task

    def translation(text: str, flags: tuple[Flag, ...]) -> Result:
        segment = TranslatedSegment(text, text, True, flags=flags)
        return Translation(
            text=text, source_text=text, source="en", target="fr", segments=(segment,), flags=flags
        )

    def summary(text: str, flags: tuple[Flag, ...]) -> Result:
        sentence = SummarySentence(text)
        return Summary(text=text, sentences=(sentence,), style="abstractive", flags=flags)

    def redaction(text: str, flags: tuple[Flag, ...]) -> Result:
        return Redaction(text=text, flags=flags)

    monkeypatch.setattr(translate_module, "translate", fake(translation))
    monkeypatch.setattr(summarize_module, "summarize", fake(summary))
    monkeypatch.setattr(redact_module, "redact", fake(redaction))


def run(shell: InteractiveShell, code: str) -> Any:
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def column(kind: str) -> str:
    pytest.importorskip(kind)
    made = {
        "pandas": "import pandas; texts = pandas.Series(['7 a', None, 'b', '7 c'])",
        "polars": "import polars; texts = polars.Series(['7 a', None, 'b', '7 c'])",
    }
    return made[kind]


COUNT = "2 of 4 rows flagged: number_changed 2"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_cell_marks_what_is_flagged(shell: InteractiveShell, command: str) -> None:
    bundle = run(shell, f"%%slm {command}\n7 <dogs>")._repr_mimebundle_()
    html = bundle["text/html"]
    assert '<mark title="number_changed: not 7 but &lt;8&gt;">7</mark> &lt;dogs&gt;' in html
    assert "<strong>number_changed</strong>: not 7 but &lt;8&gt;" in html
    assert "! number_changed: not 7 but <8>" in bundle["text/plain"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--format text", "--format markdown", "-o kept --quiet"])
def test_one_that_is_shown_without_its_flags_tells_them(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], command: str, option: str
) -> None:
    run(shell, f"%%slm {command} {option}\n7 dogs")
    assert capsys.readouterr().err == "! number_changed: not 7 but <8>\n"
    run(shell, f"%%slm {command} {option}\nno dogs")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("made", ["list", "pandas", "polars"])
def test_a_bulk_run_ends_with_a_count(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], command: str, made: str
) -> None:
    run(shell, "texts = ['7 a', None, 'b', '7 c']" if made == "list" else column(made))
    for option in ("", "-o kept", "-o kept --quiet", "--format text", "--format json"):
        capsys.readouterr()
        run(shell, f"%slm {command} {option} texts")
        assert capsys.readouterr().err == COUNT + "\n", option
    assert [bool(r and r.flags) for r in shell.user_ns["kept"]] == [True, False, False, True]
    shell.user_ns["clean"] = ["a", "b"]
    run(shell, f"%slm {command} clean")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_format_of_a_list_has_the_flags(shell: InteractiveShell, command: str) -> None:
    pytest.importorskip("pandas")
    shell.user_ns["texts"] = ["7 a", "b"]
    frame = run(shell, f"%slm {command} texts --format frame")
    flags = dict(zip(frame["row"], frame["flags"], strict=True))
    assert flags[0] == "number_changed" and not flags.get(1)
    html = run(shell, f"%slm {command} texts --format html").data
    assert ">7</mark>" in html and "1 of 2 rows flagged: number_changed 1" in html
    data = run(shell, f"%slm {command} texts --format json").data
    assert [flag["kind"] for flag in data[0]["flags"]] == ["number_changed"]
    assert data[1]["flags"] == []
    plain = run(shell, f"%slm {command} texts")._repr_mimebundle_()["text/plain"]
    assert "! number_changed" in plain and "1 of 2 rows flagged" in plain


@pytest.mark.parametrize("command", COMMANDS)
def test_strict_stops_the_cell_and_keeps_the_results(shell: InteractiveShell, command: str) -> None:
    shell.user_ns["texts"] = ["7 a", "b"]
    for code in (f"%%slm {command} --strict\n7 dogs", f"%slm {command} --strict texts"):
        with pytest.raises(UsageError, match="number_changed") as caught:
            run(shell, code)
        assert type(caught.value) is UsageError
    assert [bool(r.flags) for r in shell.user_ns["_slm"]] == [True, False]
    run(shell, f"%%slm {command} --strict\nno dogs")
