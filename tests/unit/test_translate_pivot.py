"""Translation in two steps, where no model does it directly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeCausal, FakeSeq2Seq, fake_installed, install, last_user
from test_tokenization_seq2seq import opus_folder

from slm_magic import engine
from slm_magic.engine import Generated
from slm_magic.errors import Interrupted, LanguageError, ModelNotInstalledError, OptionError
from slm_magic.tasks import bulk, show
from slm_magic.tasks.translate import translate

ENGLISH = {
    "Le chat dort sur le tapis.": "The cat sleeps on the mat.",
    "Le chien mange 12 pains aujourd'hui.": "The dog eats 12 loaves today.",
    "La maison est grande et noire.": "The house is big and black.",
    "Voir [1] pour [2].": "See [1] for [2].",
    "Le chat dort sur [1].": "The cat sleeps on [1].",
}
GERMAN = {
    "The cat sleeps on the mat.": "Die Katze schläft auf der Matte.",
    "The dog eats 12 loaves today.": "Der Hund frisst heute 12 Brote.",
    "The dog eats 13 loaves today.": "Der Hund frisst heute 13 Brote.",
    "The house is big and black.": "Das Haus ist groß und schwarz.",
    "The house is big.": "Das Haus ist groß.",
    "It is black.": "Es ist schwarz.",
    "See [1] for [2].": "Siehe [1] für [2].",
    "The cat sleeps on the Läufer.": "Die Katze schläft auf dem Teppich.",
    "The cat sleeps on Läufer.": "Die Katze schläft auf dem Teppich.",
    "The cat sleeps on [1].": "Die Katze schläft auf dem [1].",
}
CAT, DOG, HOUSE = list(ENGLISH)[:3]


def pair(name: str, source: str, target: str, words: dict[str, Any]) -> FakeSeq2Seq:
    installed = fake_installed(
        name, "seq2seq", languages=(source, target), pairs=((source, target),), prompts={}
    )
    return FakeSeq2Seq(lambda text: words.get(text, text), installed=installed)


@pytest.fixture
def legs(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeSeq2Seq, FakeSeq2Seq]:
    both = pair("fr-en", "fr", "en", dict(ENGLISH)), pair("en-de", "en", "de", dict(GERMAN))
    install(monkeypatch, *both)
    return both


def test_two_models_that_meet_in_english(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    text = f"# {HOUSE[:-1]}\n\n- {CAT}\n- {DOG} {CAT}\n"
    legs[0].reply = lambda t: {**ENGLISH, HOUSE[:-1]: "The house is big and black"}[t]
    legs[1].reply = lambda t: {
        **GERMAN, "The house is big and black": "Das Haus ist groß und schwarz"
    }[t]  # fmt: skip
    result = translate(text, source="fr", target="de")
    assert result.text == (
        "# Das Haus ist groß und schwarz\n\n- Die Katze schläft auf der Matte.\n"
        "- Der Hund frisst heute 12 Brote. Die Katze schläft auf der Matte.\n"
    )
    assert result.flags == () and (result.source, result.target) == ("fr", "de")
    assert result.pivot == "en" and [one.name for one in result.models] == ["fr-en", "en-de"]
    assert result.model == result.models[-1]
    # Each distinct sentence once, in one call a step.
    assert [len(leg.calls) for leg in legs] == [1, 1] and len(legs[1].prompts) == 3
    pieces = [(s.source, s.text) for s in result.segments if s.translated]
    assert (CAT, "Die Katze schläft auf der Matte.") in pieces and len(pieces) == 4
    assert "".join(s.source for s in result.segments) == text
    assert "".join(s.text for s in result.segments) == result.text


def test_it_is_said_wherever_a_result_is_shown(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    result = translate(CAT, source="fr", target="de")
    for shown in (show.plain(result), show.html(result)):
        assert "fr → de via English · fr-en + en-de" in shown
    data = show.data(result)
    assert data["pivot"] == "en" and data["model"]["name"] == "en-de"
    assert [one["name"] for one in data["models"]] == ["fr-en", "en-de"]
    assert "fr-en + en-de · via English" in show.plain_table([result, None])
    direct = translate(CAT, source="fr", target="en")
    assert direct.pivot is None and direct.models == (direct.model,)
    assert "via" not in show.plain(direct) + show.plain_table([direct])


def test_a_direct_model_comes_first(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq], monkeypatch: pytest.MonkeyPatch
) -> None:
    causal = FakeCausal(lambda p: "Die Katze schläft auf der Matte.")
    install(monkeypatch, *legs, causal)
    result = translate(CAT, source="fr", target="de")
    assert result.pivot is None and result.model.name == "fake"
    assert legs[0].calls == legs[1].calls == []


def test_a_general_model_may_be_one_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    first = pair("fi-en", "fi", "en", {"Kissa nukkuu matolla.": "The cat sleeps on the mat."})
    second = FakeCausal(lambda prompt: GERMAN[last_user(prompt)])
    install(monkeypatch, first, second)
    result = translate("Kissa nukkuu matolla.", source="fi", target="de")
    assert result.text == "Die Katze schläft auf der Matte."
    assert "from English into German" in second.prompts[0]


def test_models_that_are_named(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    with pytest.raises(LanguageError, match="does not translate from fr to de"):
        translate(CAT, source="fr", target="de", model="en-de")
    assert translate(CAT, source="fr", target="de", model="fr-en+en-de").pivot == "en"
    with pytest.raises(LanguageError, match="one after the other"):
        translate(CAT, source="fr", target="de", model="en-de+fr-en")
    for wrong in ("fr-en+", "a+b+c"):
        with pytest.raises(OptionError, match="two joined by a plus"):
            translate(CAT, source="fr", target="de", model=wrong)


def test_named_models_may_meet_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    first = pair("ca-es", "ca", "es", {"El gat dorm avui.": "El gato duerme hoy."})
    second = pair("es-de", "es", "de", {"El gato duerme hoy.": "Die Katze schläft heute."})
    install(monkeypatch, first, second)
    result = translate("El gat dorm avui.", source="ca", target="de", model="ca-es+es-de")
    assert result.text == "Die Katze schläft heute." and result.pivot == "es"
    assert "via Spanish" in show.plain(result)
    # Unasked it is English or nothing.
    with pytest.raises(ModelNotInstalledError):
        translate("El gat dorm avui.", source="ca", target="de")


def test_flags_of_the_first_step_are_carried_to_their_sentence(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq],
) -> None:
    legs[0].reply = lambda t: ENGLISH[t].replace("12", "13")
    result = translate(f"{CAT} {DOG}", source="fr", target="de")
    carried = [flag for flag in result.flags if "step into English" in flag.message]
    assert carried and {flag.kind for flag in carried} == {"number_changed"}
    place = "Der Hund frisst heute 13 Brote."
    assert {result.text[flag.start : flag.end] for flag in carried} == {place}
    # The last checks compare the source with the final text.
    assert any(flag.message == "12 of the source is missing." for flag in result.flags)
    assert {f.kind for s in result.segments for f in s.flags} == {"number_changed"}
    assert [bool(s.flags) for s in result.segments if s.translated] == [False, True]


def test_a_flag_of_the_second_step_says_so_unless_the_last_checks_find_it(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq],
) -> None:
    whole = re.findall(r"\s+|\w+|[^\w\s]", GERMAN["The cat sleeps on the mat."])
    legs[1].reply = lambda _: Generated(whole, None, False)  # type: ignore[arg-type,return-value]
    result = translate(CAT, source="fr", target="de")
    (flag,) = result.flags
    assert flag.kind == "truncated" and "step from English" in flag.message
    legs[1].reply = lambda text: GERMAN[text].replace("12", "13")
    result = translate(DOG, source="fr", target="de")
    assert not any("step" in flag.message for flag in result.flags)
    assert {flag.kind for flag in result.flags} == {"number_changed"}


def test_where_a_step_gives_nothing_the_source_stays(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq],
) -> None:
    for number, says in ((0, "step into English"), (1, "step from English")):
        kept = legs[number].reply
        legs[number].reply = lambda _: ""
        result = translate(CAT, source="fr", target="de")
        assert result.text == CAT
        (flag,) = result.flags
        assert flag.kind == "untranslated" and says in flag.message and "kept" in flag.message
        legs[number].reply = kept


def test_spans_survive_both_steps(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    result = translate("Voir `x` pour {y}.", source="fr", target="de")
    assert result.text == "Siehe `x` für {y}." and result.flags == ()
    assert legs[0].prompts == ["Voir [1] pour [2]."] and legs[1].prompts == ["See [1] for [2]."]


def test_a_sentence_that_becomes_two_in_english_stays_one_segment(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq],
) -> None:
    legs[0].reply = lambda _: "The house is big. It is black."
    result = translate(HOUSE, source="fr", target="de")
    assert sorted(legs[1].prompts) == ["It is black.", "The house is big."]
    (segment,) = result.segments
    assert (segment.source, segment.text) == (HOUSE, "Das Haus ist groß. Es ist schwarz.")


def test_languages_of_a_column_each_go_their_way(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    rows = [CAT, "The house is big and black.", None, DOG, "Das Haus ist groß und schwarz."]
    results = translate(rows, target="de")
    assert [r and r.pivot for r in results] == ["en", None, None, "en", None]
    assert [r and r.model and r.model.name for r in results] == [
        "en-de", "en-de", None, "en-de", None,
    ]  # fmt: skip
    assert results[0].text == "Die Katze schläft auf der Matte."
    assert results[1].text == "Das Haus ist groß und schwarz."


def test_the_bar_counts_both_steps(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, float] = {"done": 0}

    class Bar:
        def update(self, n: float = 1) -> None:
            seen["done"] += n

        def set_postfix_str(self, s: str, refresh: bool = True) -> None:
            pass

        def close(self) -> None:
            pass

    def bar(total: float, **_: Any) -> Bar:
        seen["total"] = total
        return Bar()

    monkeypatch.setattr(bulk, "bar", bar)
    legs[0].reply = lambda t: "" if t == DOG else ENGLISH[t]
    translate(f"{CAT}\n{DOG}\n{HOUSE}\n{CAT}\n", source="fr", target="de")
    assert seen == {"total": 6, "done": 6}
    # Of a list, rows are counted.
    seen["done"] = 0
    translate([CAT, DOG, HOUSE, CAT], source="fr", target="de")
    assert seen == {"total": 4, "done": 4}


def test_after_ctrl_c_a_text_is_finished_when_both_steps_are(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq],
) -> None:
    rows = [CAT, DOG, HOUSE]
    legs[1].interrupt_after = 1
    with pytest.raises(Interrupted) as caught:
        translate(rows, source="fr", target="de")
    assert caught.value.done == 1
    (done,) = (r for r in caught.value.results if r is not None)
    assert done.text in GERMAN.values() and done.flags == ()
    legs[1].interrupt_after, legs[0].interrupt_after = None, 2
    with pytest.raises(Interrupted) as caught:
        translate(rows, source="fr", target="de")
    assert caught.value.done == 0 and caught.value.results == [None, None, None]


def test_batches_go_through_both_steps_before_the_next(
    legs: tuple[FakeSeq2Seq, FakeSeq2Seq], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slm_magic.tasks.translate_pivot.BULK_SENTENCES", 2)
    legs[0].interrupt_after = None
    real, calls = legs[0].translate, []

    def second_call_stops(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return real(*args, **options)

    legs[0].translate = second_call_stops  # type: ignore[method-assign]
    with pytest.raises(Interrupted) as caught:
        translate([CAT, DOG, HOUSE], source="fr", target="de")
    assert caught.value.done == 2 and caught.value.results[2] is None
    assert caught.value.results[1].text == "Der Hund frisst heute 12 Brote."


def test_a_term_comes_out_of_the_last_step(legs: tuple[FakeSeq2Seq, FakeSeq2Seq]) -> None:
    terms = {"le tapis": "Läufer"}
    result = translate(CAT, source="fr", target="de", glossary=terms)
    assert result.text == "Die Katze schläft auf dem Läufer." and result.flags == ()
    # Where even a placeholder is lost, the missing term is flagged once, for the whole.
    legs[1].reply = lambda text: "Die Katze schläft auf dem Teppich."
    result = translate(CAT, source="fr", target="de", glossary=terms)
    assert [flag.message for flag in result.flags] == ["1 of the glossary's terms not used."]


def test_a_domain_brings_the_terms_of_each_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pack = tmp_path / "mine.toml"
    pack.write_text('title = "Mine"\n[glossary.en-de]\nmat = "Fußmatte"\n', encoding="utf-8")
    second = pair("en-de", "en", "de", {**GERMAN, "The cat sleeps on the [1].": "Die Katze [1]."})
    install(monkeypatch, pair("fr-en", "fr", "en", ENGLISH), second)
    result = translate(CAT, source="fr", target="de", domain=str(pack))
    assert result.text == "Die Katze Fußmatte."


@pytest.mark.parametrize(
    ("installed", "source", "target", "says"),
    [
        (
            [],
            "fi",
            "sv",
            r"run: %slm pull opus-mt-fi-en opus-mt-en-sv \(.*\) to go through English",
        ),
        ([], "fi", "sv", "or opus-mt-fi-sv, if it exists"),
        ([("fi", "en")], "fi", "sv", r"run: %slm pull opus-mt-en-sv \("),
        ([("en", "sv")], "fi", "sv", r"run: %slm pull opus-mt-fi-en \("),
        ([("fr", "en")], "fr", "de", r"run: %slm pull opus-mt-en-de \("),
        ([], "fr", "de", r"run: %slm pull qwen2\.5-coder-1\.5b \("),
        ([], "en", "fi", r"run: %slm pull opus-mt-en-fi \("),
    ],
)
def test_what_is_missing_is_named_in_one_command(
    monkeypatch: pytest.MonkeyPatch,
    installed: list[tuple[str, str]],
    source: str,
    target: str,
    says: str,
) -> None:
    install(monkeypatch, *(pair("-".join(one), *one, {}) for one in installed))
    with pytest.raises(ModelNotInstalledError, match=says) as caught:
        translate(CAT, source=source, target=target)
    assert "\n" not in str(caught.value)


def test_two_real_folders_through_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [
        fake_installed(
            f"{source}-{target}", "seq2seq", opus_folder(tmp_path / source, add_source_eos=False),
            languages=(source, target), pairs=((source, target),), context=64, prompts={},
        )
        for source, target in (("fr", "en"), ("en", "de"))
    ]  # fmt: skip
    load = engine.load
    install(monkeypatch, *(FakeSeq2Seq(installed=one) for one in both))
    monkeypatch.setattr(engine, "load", load)
    asked: list[int] = []
    real = engine.Seq2Seq.translate

    def counting(self: Any, sources: Any, **options: Any) -> Any:
        asked.append(len(sources))
        return real(self, sources, **options)

    monkeypatch.setattr(engine.Seq2Seq, "translate", counting)
    text = "# Le pont\n\nPersonne ne sait `pourquoi` le pont fut peint.\n\n- Trois bateaux.\n"
    try:
        result = translate(text, source="fr", target="de")
    finally:
        engine.unload()
    # The weights are random, so the words are noise; the structure is not.
    assert result.pivot == "en" and [one.name for one in result.models] == ["fr-en", "en-de"]
    assert result.text.startswith("# ") and result.text.count("\n\n- ") == 1
    assert "`pourquoi`" in result.text
    assert "".join(s.source for s in result.segments) == text
    assert asked[0] == 3 and len(asked) > 1
