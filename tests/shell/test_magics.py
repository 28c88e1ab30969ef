"""The magic in a real IPython shell."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic.errors import FlaggedError, Interrupted, ModelNotInstalledError
from slm_magic.tasks import translate as module
from slm_magic.tasks.results import Flag, Redaction, Translation
from slm_magic.tasks.show import ResultList

BODY = 'A body {x} {{x}} ${y} $HOME <<EOF "quoted" \'it\' 100 % {"k": [1]} \\n\n\n  two << three\n'


def run(shell: InteractiveShell, code: str) -> Any:
    """Run a cell as a notebook does; raise what it raises."""
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def usage_error(shell: InteractiveShell, code: str) -> str:
    with pytest.raises(UsageError) as caught:
        run(shell, code)
    # A subclass would show a traceback.
    assert type(caught.value) is UsageError
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_body_reaches_the_task_as_it_is(shell: InteractiveShell, calls: list[Any]) -> None:
    shell.user_ns["x"] = "WRONG"
    result = run(shell, f"%%slm translate --to fr\n{BODY}")
    assert calls[0]["texts"] == [BODY.removesuffix("\n")]
    assert result.text == BODY.removesuffix("\n").upper()
    assert calls[0]["target"] == "fr"


def test_expand_is_asked_for(shell: InteractiveShell, calls: list[Any]) -> None:
    shell.user_ns["x"] = "{{y}} {z}"
    run(shell, "%%slm translate --to fr --expand\n{{x}} and {x}")
    assert calls[0]["texts"] == ["{{y}} {z} and {x}"]
    told = usage_error(shell, "%%slm translate --to fr --expand\n{{nothing}}")
    assert "'nothing'" in told


@pytest.mark.parametrize(
    "first",
    [
        "%%slm kept << translate --to fr", "%%slm kept<<translate --to fr",
        "%%slm kept =<< translate --to fr", "%%slm translate --to fr -o kept",
        "%%slm translate --to fr --out=kept -q",
    ],
)  # fmt: skip
def test_results_are_kept(shell: InteractiveShell, calls: list[Any], first: str) -> None:
    result = run(shell, f"{first}\nsome << text")
    kept = shell.user_ns["kept"]
    assert isinstance(kept, Translation)
    assert kept.source_text == "some << text"
    assert result is (None if "-q" in first else kept)


@pytest.mark.parametrize("name", ["3x", "class", "a.b", "a-b"])
def test_a_bad_name_is_told_before_any_work(
    shell: InteractiveShell, calls: list[Any], name: str
) -> None:
    assert "no name for a variable" in usage_error(shell, f"%%slm {name} << redact\ntext")
    assert "no name for a variable" in usage_error(shell, f"%%slm redact -o {name}\ntext")
    assert not calls


def test_variables_are_read_from_the_namespace(shell: InteractiveShell, calls: list[Any]) -> None:
    run(shell, "texts = ['one', None, 'two']; table = {'a b': 'three'}")
    found = run(shell, "%slm translate texts --to fr -o done")
    assert type(found) is ResultList
    assert [r and r.text for r in shell.user_ns["done"]] == ["ONE", None, "TWO"]
    run(shell, "again = %slm translate done[0] --to de")
    assert shell.user_ns["again"].text == "ONE"
    run(shell, "%slm translate table['a b'] --to fr")
    assert calls[-1]["texts"] == ["three"]


def test_a_local_of_a_function_is_found(shell: InteractiveShell, calls: list[Any]) -> None:
    run(shell, "def work():\n    inner = 'local'\n    %slm translate inner --to fr\nwork()")
    assert calls[0]["texts"] == ["local"]


def test_a_series_keeps_its_order_and_gaps(shell: InteractiveShell, calls: list[Any]) -> None:
    pytest.importorskip("pandas")
    run(shell, "import pandas as pd; df = pd.DataFrame({'review': ['a', None, 'b']})")
    run(shell, "%slm translate df.review --to fr -o out")
    assert calls[0]["texts"] == ["a", None, "b"]
    frame = run(shell, "%slm translate df['review'] --to fr --format frame -o frame")
    assert list(frame.columns) == ["row", "source", "text", "score", "flags"]
    assert shell.user_ns["frame"] is frame
    assert "name one column" in usage_error(shell, "%slm translate df --to fr")


@pytest.mark.parametrize(
    ("name", "kind"), [("markdown", "Markdown"), ("html", "HTML"), ("json", "JSON")]
)
def test_formats(shell: InteractiveShell, calls: list[Any], name: str, kind: str) -> None:
    result = run(shell, f"%%slm translate --to fr --format {name}\nA <b>")
    assert type(result).__name__ == kind


def test_text_is_a_str_that_shows_without_quotes(
    shell: InteractiveShell, calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    result = run(shell, '%%slm translate --to fr -f text\nsay "é"')
    assert result == 'SAY "É"'
    assert isinstance(result, str)
    assert 'SAY "É"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("%slm translat x", "Did you mean 'translate'"),
        ("%%slm translate\ntext", "--to fr"),
        ("%%slm translate --too fr\ntext", "Did you mean '--to'"),
        ("%%slm translate --to fr --format jason\ntext", "Did you mean 'json'"),
        ("%%slm translate --to fr\n   \n", "no text"),
        ("%%slm translate --to fr\n", "empty"),
        ("%%slm translate x --to fr\ntext", "takes its text from the lines below"),
        ("%slm translate --to fr", "needs a text"),
        ("%slm translate txet --to fr", "no variable named 'txet'"),
        ("%slm translate f('x') --to fr", "Only names"),
        ("%slm translate 3 --to fr", "Only names"),
        ("%%slm x << translate --to fr -o y\ntext", "not both"),
        ("%%slm models\ntext", "takes a line"),
        ("%slm pull", "pull needs NAME"),
        ("%slm info minilm", "Did you mean 'minilm-l6'"),
        ("%slm remove nothing", "nothing"),
        ("%slm use translate minilm-l6", "minilm-l6"),
        ("%slm use transalte minilm-l6", "Did you mean 'translate'"),
        ("%slm use redact minilm-l6", "minilm-l6"),
        ("%slm models --task translat", "Did you mean 'translate'"),
        ("%slm translate 'open --to fr", "quote is not closed"),
    ],
)
def test_a_mistake_is_one_line(
    shell: InteractiveShell, calls: list[Any], capsys: pytest.CaptureFixture[str], code: str,
    told: str,
) -> None:  # fmt: skip
    assert told in usage_error(shell, code)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    assert captured.err.startswith("UsageError: ")
    assert not calls


def test_errors_of_tasks_become_usage_errors(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ModelNotInstalledError("No model;\n run: %slm pull x")

    monkeypatch.setattr(module, "translate", fail)
    assert usage_error(shell, "%%slm translate --to fr\nx") == "No model; run: %slm pull x"


def test_a_fault_of_ours_shows_its_traceback(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(module, "translate", fail)
    with pytest.raises(RuntimeError, match="a fault"):
        run(shell, "%%slm translate --to fr\nx")


def test_strict_keeps_what_was_flagged(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged = Redaction(text="x", flags=(Flag("low_score", "unsure"),))

    def fail(*_: Any, **kwargs: Any) -> None:
        assert kwargs["strict"] is True
        FlaggedError.check(flagged)

    monkeypatch.setattr(module, "translate", fail)
    told = usage_error(shell, "%%slm translate --to fr --strict\nx")
    assert "low_score" in told
    assert shell.user_ns["_slm"] is flagged


@pytest.mark.parametrize(("out", "place"), [("-o kept", "kept"), ("", "_slm")])
def test_an_interrupt_keeps_what_was_finished(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], out: str, place: str,
) -> None:  # fmt: skip
    done = Translation(text="UN", source_text="one", source="en", target="fr")

    def stop(*_: Any, **__: Any) -> None:
        raise Interrupted([done, None], 1, 2)

    monkeypatch.setattr(module, "translate", stop)
    shell.user_ns["texts"] = ["one", "two"]
    with pytest.raises(KeyboardInterrupt):
        run(shell, f"%slm translate texts --to fr {out}")
    assert shell.user_ns[place] == [done, None]
    assert capsys.readouterr().out.strip() == f"Interrupted: 1 of 2 finished; kept in {place}."


def test_settings_in_order(
    shell: InteractiveShell, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("pyproject.toml", "w") as file:
        file.write("[tool.slm-magic]\ntarget = 'de'\ndomain = 'finance'\n")
    run(shell, "%%slm translate\nx")
    monkeypatch.setenv("SLM_MAGIC_TARGET", "it")
    run(shell, "%%slm translate\nx")
    run(shell, "%config SlmMagics.target = 'es'")
    run(shell, "%%slm translate\nx")
    run(shell, "%%slm translate --to pt\nx")
    assert [call["target"] for call in calls] == ["de", "it", "es", "pt"]
    # A domain that is set once is for summaries: redact must not take out less because of it.
    assert not any("domain" in call for call in calls)
    run(shell, "%%slm redact\nx")
    assert "domain" not in calls[-1]
    run(shell, "%%slm summarize --language French\nx")
    assert (calls[-1]["domain"], calls[-1]["language"]) == ("finance", "French")
    run(shell, "%%slm redact --domain finance\nx")
    assert calls[-1]["domain"] == "finance"


def test_a_misspelt_setting_is_told(
    shell: InteractiveShell, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_TARGTE", "it")
    assert "SLM_MAGIC_TARGET" in usage_error(shell, "%%slm translate\nx")


def test_config_lists_every_setting_with_its_help(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    from slm_magic.settings import SETTINGS

    run(shell, "%config SlmMagics")
    told = capsys.readouterr().out
    for setting in SETTINGS.values():
        assert f"SlmMagics.{setting.name}=" in told
        assert setting.help.split()[0] in told


def test_use_sets_the_session_s_model(
    shell: InteractiveShell, calls: list[Any], pulled: Any
) -> None:
    pulled("minilm-l6")
    run(shell, "%slm use summarize minilm-l6")
    run(shell, "%%slm summarize\nsome text")
    assert calls[0]["model"] == "minilm-l6"
    told = usage_error(shell, "%slm use translate minilm-l6")
    assert "not for translate" in told


def test_help(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    run(shell, "%slm")
    assert "translate" in capsys.readouterr().out
    run(shell, "%slm translate --help")
    assert "--to LANGUAGE" in capsys.readouterr().out


def test_unload_takes_everything_away(shell: InteractiveShell) -> None:
    matchers = len(shell.Completer.custom_matchers)
    run(shell, "%reload_ext slm_magic")
    assert len(shell.Completer.custom_matchers) == matchers
    assert sum(type(c).__name__ == "SlmMagics" for c in shell.configurables) == 1
    run(shell, "%unload_ext slm_magic")
    assert len(shell.Completer.custom_matchers) == matchers - 1
    assert not any(type(c).__name__ == "SlmMagics" for c in shell.configurables)
    with pytest.raises(UsageError, match="not found"):
        run(shell, "%slm models")
