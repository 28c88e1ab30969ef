"""Reading a command line: words, options, inputs, and what mistakes are told."""

from __future__ import annotations

import pytest

from slm_magic import library
from slm_magic.commands import inputs, manage, run, values
from slm_magic.commands.parse import Word, help_text, parse, split
from slm_magic.commands.spec import FrontEnd
from slm_magic.commands.table import COMMANDS, commands_of
from slm_magic.errors import LanguageError, OptionError
from slm_magic.settings import SETTINGS
from slm_magic.tasks.results import Summary
from slm_magic.text import markdown, typography


def read(line: str) -> tuple[dict[str, object], list[str]]:
    parsed = parse(split(line), "magic")
    return parsed.options, list(parsed.words)


def test_words_keep_what_was_typed() -> None:
    words = split("""translate df["a b"] --focus 'two words' C:\\new\\x it\\'s  """)
    assert words == ["translate", "df[a b]", "--focus", "two words", "C:\\new\\x", "it's"]
    assert words[1].raw == 'df["a b"]'


def test_an_open_quote_is_told() -> None:
    with pytest.raises(OptionError, match="quote is not closed"):
        split("summarize --focus 'growth")


def test_options_short_long_and_joined() -> None:
    assert read("translate --to=fr --from en -m x -o name -q --beam 4") == (
        {"target": "fr", "source": "en", "model": "x", "out": "name", "quiet": True, "beam": 4},
        [],
    )
    assert read("summarize --focus 'net sales' --focus debt t") == (
        {"focus": ["net sales", "debt"]},
        ["t"],
    )


def test_a_quoted_value_may_start_with_a_dash() -> None:
    assert read('summarize --focus "--x"')[0] == {"focus": ["--x"]}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "Say what to do"),
        ("translat", "Did you mean 'translate'"),
        ("translate --tot fr", "Did you mean '--to'"),
        ("translate --target fr", "Did you mean '--to'"),
        ("translate --to", "--to needs a value"),
        ("translate --to --strict", "--to needs a value"),
        ("translate --to ''", "not empty"),
        ("translate --to fr --to de", "given twice"),
        ("translate --strict=yes", "takes no value"),
        ("summarize --sentences three", "whole number"),
        ("summarize --sentences 0", "whole number"),
        ("pull", "pull needs NAME"),
        ("info a b", "only NAME"),
        ("use translate", "use needs TASK NAME"),
        ("models x", "no names"),
        ("pull ./x --as mine", "Did you mean '--name'"),
    ],
)
def test_mistakes_are_told_in_one_line(line: str, told: str) -> None:
    with pytest.raises(OptionError, match=told) as caught:
        parse(split(line), "magic")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("front", ["magic", "shell"])
def test_pull_takes_a_name(front: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def pull(names: list[str], **options: object) -> list[object]:
        seen.append(options)
        return []

    monkeypatch.setattr(library, "pull", pull)
    for line in ("pull hf:a/b --name mine --force", "pull a b"):
        manage.run(parse(split(line), front), progress=False)
    assert seen == [
        {"name": "mine", "force": True, "progress": False},
        {"name": None, "force": False, "progress": False},
    ]


def test_the_shell_has_no_session_commands() -> None:
    assert {"use", "unload"}.isdisjoint(c.name for c in commands_of("shell"))
    with pytest.raises(OptionError, match="There is no command"):
        parse(["use", "translate", "x"], "shell")


def test_options_are_consistent() -> None:
    for command in COMMANDS.values():
        for front in ("magic", "shell"):
            options = command.options_of(front)
            names = [n for o in options for n in (o.flag, o.short) if n]
            assert len(names) == len(set(names)), command.name
            assert all(o.setting in SETTINGS for o in options if o.setting)
            for option in options:
                assert option.flag in help_text(front, command)


def test_arguments_come_from_options_then_settings() -> None:
    parsed = parse(split("translate t --to fr"), "magic")
    defaults = {"target": "de", "translate_model": "m", "beam": 2, "operator": "mask"}
    assert run.arguments(parsed, defaults, "magic") == {
        "target": "fr",
        "model": "m",
        "beam_size": 2,
    }


def test_a_missing_target_is_told_for_each_front_end() -> None:
    parsed = parse(["translate"], "magic")
    with pytest.raises(LanguageError, match=r"%config SlmMagics\.target"):
        run.arguments(parsed, {}, "magic")
    with pytest.raises(LanguageError, match="SLM_MAGIC_TARGET"):
        run.arguments(parse(["translate"], "shell"), {}, "shell")


class Owner:
    note = "a note"


VARIABLES = {
    "text": "hello {x}",
    "texts": ["a", "b", "c"],
    "table": {"review": ["good"], "a b": ["c"]},
    "owner": Owner(),
    "done": Summary(text="short"),
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("text", "hello {x}"),
        ("'itself'", "itself"),
        ("texts[0]", "a"),
        ("texts[-1]", "c"),
        ("texts[:2]", ["a", "b"]),
        ("table['review']", ["good"]),
        ('table["a b"][0]', "c"),
        ("owner.note", "a note"),
        ("done", "short"),
    ],
)
def test_inputs(expression: str, value: object) -> None:
    assert inputs.evaluate(expression, VARIABLES) == value


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("txet", "Did you mean 'text'"),
        ("owner.notes", "Did you mean 'note'"),
        ("table['reveiw']", "Did you mean 'review'"),
        ("texts[9]", r"has no \[9\]"),
        ("texts[i]", "must be a constant"),
        ("open('x')", "Only names"),
        ("(lambda: text)()", "Only names"),
        ("text + text", "Only names"),
        ("two words", "not a variable"),
    ],
)
def test_inputs_that_are_refused(expression: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        inputs.evaluate(expression, VARIABLES)


def test_a_data_frame_needs_a_column() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"review": ["good", None]})
    with pytest.raises(OptionError, match="name one column"):
        inputs.evaluate("df", {"df": frame})
    assert next(iter(inputs.evaluate("df.review", {"df": frame}))) == "good"


def test_a_column_that_polars_lacks_is_one_line() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"review": ["good"]})
    with pytest.raises(OptionError, match=r"DataFrame has no \['nope'\]"):
        inputs.evaluate("df['nope']", {"df": frame})


def test_expand_is_one_pass_over_plain_names() -> None:
    body = "{{a}} {a} {{ n }} {{'k': 1}} {{a.b}} {{{{a}}}} $a"
    found = inputs.expand(body, {"a": "<{{n}}>", "n": 3})
    assert found == "<{{n}}> {a} 3 {{'k': 1}} {{a.b}} {{<{{n}}>}} $a"


def test_expand_tells_what_is_missing() -> None:
    with pytest.raises(OptionError, match=r"no variable named 'nam'\. Did you mean 'name'"):
        inputs.expand("Dear {{nam}}", {"name": "x"})
    with pytest.raises(OptionError, match="'rows' is list"):
        inputs.expand("{{rows}}", {"rows": []})


def test_choices_come_from_where_they_are_defined() -> None:
    assert "fr" in values.choices("language")
    assert "finance" in values.choices("domain")
    assert "tag" in values.choices("operator")
    assert values.choices("quotes") == typography.QUOTES == ("language", "keep")
    assert values.choices("markup") == markdown.MARKUPS == ("auto", "text", "markdown")
    assert values.choices("model")[0] == "starters"
    assert "minilm-l6" not in values.choices("model", "translate")


def test_entity_types_are_those_of_the_task() -> None:
    pytest.importorskip("presidio_analyzer")
    from slm_magic.tasks.redact import entity_types

    assert values.choices("entity") == tuple(sorted(entity_types("en")))


def test_words_from_a_shell_are_taken_as_they_are() -> None:
    assert Word("a b").raw == "a b"
    assert parse(["summarize", "a b.txt"], "shell").words == ("a b.txt",)
