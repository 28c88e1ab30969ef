"""Translation on fake models: what they are asked, and what becomes of their answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fakes import FakeCausal, FakeSeq2Seq, fake_installed, install, last_user

from slm_magic.engine import Generated
from slm_magic.errors import (
    EmptyTextError,
    FlaggedError,
    Interrupted,
    LanguageError,
    ModelNotInstalledError,
    OptionError,
    UnknownModelError,
)
from slm_magic.tasks.translate import translate
from slm_magic.tasks.translate_backends import limits, longest_first, tidy

# A little French, so that the checks have nothing to say.
WORDS = {
    "the": "le", "a": "un", "and": "et", "is": "est", "cat": "chat", "dog": "chien",
    "sleeps": "dort", "on": "sur", "mat": "tapis", "see": "voir", "for": "pour", "big": "grand",
    "black": "noir", "house": "maison", "here": "ici", "with": "avec", "goes": "va", "to": "vers",
    "eats": "mange", "bread": "pain", "today": "aujourd’hui",
}  # fmt: skip


def french(text: str) -> str:
    def word(match: re.Match[str]) -> str:
        found = WORDS.get(match[0].lower(), match[0])
        return found.capitalize() if match[0][0].isupper() else found

    # Code and what stands in braces is copied, as a good model does.
    parts = re.split(r"(`[^`]*`|\{[^}]*\}|<[^>]*>|https?://\S+)", text)
    return "".join(p if i % 2 else re.sub(r"[A-Za-z]+", word, p) for i, p in enumerate(parts))


@pytest.fixture
def causal(monkeypatch: pytest.MonkeyPatch) -> FakeCausal:
    fake = FakeCausal(lambda prompt: french(last_user(prompt)))
    install(monkeypatch, fake)
    return fake


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    fake = FakeSeq2Seq(french, languages=("en", "fr"), pairs=(("en", "fr"),), prompts={})
    install(monkeypatch, fake)
    return fake


NOTE = (
    "# The cat\n\nThe big cat sleeps on the\nmat. See `the cat` for {dog}.\n\n"
    "- The dog eats bread.\n- A black house\n\n| cat | dog |\n|---|---|\n| a house | 12 |\n\n"
    "```\nthe cat\n```\n"
)
NOTE_FR = (
    "# Le chat\n\nLe grand chat dort sur le\ntapis. Voir `the cat` pour {dog}.\n\n"
    "- Le chien mange pain.\n- Un noir maison\n\n"
    "| chat | chien |\n|---|---|\n| un maison | 12 |\n\n"
    "```\nthe cat\n```\n"
)


@pytest.mark.parametrize("kind", ["causal", "opus"])
def test_markdown_keeps_its_structure(kind: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(kind)
    result = translate(NOTE, target="fr", source="en")
    assert result.text == NOTE_FR
    assert result.flags == ()
    assert "".join(segment.source for segment in result.segments) == NOTE
    assert "".join(segment.text for segment in result.segments) == NOTE_FR
    assert (result.source, result.target, result.source_text) == ("en", "fr", NOTE)
    assert result.model is not None and result.model.name == "fake"


def test_the_prompt_names_the_languages_and_its_start_is_shared(causal: FakeCausal) -> None:
    translate("The cat sleeps. The dog eats bread.", target="French", source="en")
    (call,) = causal.calls
    assert "from English into French" in "".join(call["static_prompt"])
    assert all("The " not in piece for piece in call["static_prompt"])
    assert [last_user(text) for text in call["texts"]] == ["The dog eats bread.", "The cat sleeps."]


def test_many_texts_go_in_one_batch_and_repeated_sentences_once(causal: FakeCausal) -> None:
    rows = ["The cat sleeps.", None, float("nan"), "The cat sleeps. The dog eats bread."] * 3
    results = translate(rows, target="fr", source="en")
    assert len(causal.calls) == 1
    assert len(causal.prompts) == 2
    assert [r.text if r else None for r in results] == [
        "Le chat dort.", None, None, "Le chat dort. Le chien mange pain.",
    ] * 3  # fmt: skip


def test_braces_and_other_signs_in_the_text_reach_the_model_as_they_are(causal: FakeCausal) -> None:
    text = "The cat {text} is {source} on {0} << a 'dog' \"here\"."
    result = translate(text, target="fr", source="en")
    assert last_user(causal.prompts[0]) == text
    assert "{text}" in result.text and "{source}" in result.text


def test_the_source_language_is_detected_row_by_row(causal: FakeCausal) -> None:
    rows = ["The cat sleeps on the mat today.", "Der Hund schläft heute im Haus.", "12", "ok"]
    results = translate(rows, target="fr")
    assert [r.source for r in results] == ["en", "de", "und", "en"]
    assert "from German" in causal.prompts[-1] or "from German" in causal.prompts[0]
    assert results[2].text == "12" and results[2].model is None


def test_text_in_the_target_language_is_left_and_flagged(causal: FakeCausal) -> None:
    result = translate("Le chat dort sur le tapis aujourd’hui.", target="fr")
    assert result.text == result.source_text
    assert [flag.kind for flag in result.flags] == ["untranslated"]
    assert causal.calls == []


def test_a_language_that_cannot_be_told_is_asked_for(causal: FakeCausal) -> None:
    with pytest.raises(LanguageError, match="source="):
        translate("Xq", target="fr")


def test_a_lost_span_is_asked_for_again_in_another_form(causal: FakeCausal) -> None:
    causal.reply = lambda p: french(last_user(p)).replace("`x`", "x")
    result = translate("The cat `x` sleeps on the mat.", target="fr", source="en")
    assert result.text == "Le chat `x` dort sur le tapis."
    assert [last_user(p) for p in causal.prompts] == [
        "The cat `x` sleeps on the mat.",
        "The cat <x1/> sleeps on the mat.",
    ]
    assert result.flags == ()


@pytest.mark.parametrize("kind", ["causal", "opus"])
def test_where_no_form_works_the_runs_between_are_translated(
    kind: str, request: pytest.FixtureRequest
) -> None:
    fake = request.getfixturevalue(kind)
    inner = (lambda p: last_user(p)) if kind == "causal" else (lambda p: p)
    fake.reply = lambda p: re.sub(r"<[^>]*>|\[\d\]|`x`|\{y\}", "", french(inner(p)))
    result = translate("The cat `x` sleeps on {y} here.", target="fr", source="en")
    assert result.text == "Le chat `x` dort sur {y} ici."
    assert not any(flag.kind == "markup_changed" for flag in result.flags)


def test_a_fluent_sentence_without_its_bold_words_is_kept_and_flagged(causal: FakeCausal) -> None:
    causal.reply = lambda p: re.sub(r"\*\*|<[^>]*>", "", french(last_user(p)))
    text = "The **big** cat sleeps on the mat."
    result = translate(text, target="fr", source="en", markup="markdown")
    assert result.text == "Le grand chat dort sur le tapis."
    assert [flag.kind for flag in result.flags] == ["markup_changed"]


def test_a_loop_is_tried_again_and_the_better_answer_kept(causal: FakeCausal) -> None:
    loop = "Le chat dort " * 12
    causal.enqueue(loop, "Le chat dort sur le tapis.")
    result = translate("The cat sleeps on the mat.", target="fr", source="en")
    assert result.text == "Le chat dort sur le tapis."
    assert result.flags == ()
    assert causal.calls[1]["decoding"].no_repeat_ngram_size > 0
    # A loop that nothing mends is worth less than the source, which stays and is flagged.
    causal.enqueue(loop, loop)
    result = translate("The cat sleeps on the mat.", target="fr", source="en")
    assert result.text == "The cat sleeps on the mat."
    (flag,) = result.flags
    assert flag.kind == "untranslated" and "over and over; the source is kept" in flag.message
    causal.enqueue(loop)
    result = translate("The cat sleeps on the mat.", target="fr", source="en", retries=False)
    assert result.text.startswith("Le chat dort Le chat dort")
    assert "repetition" in {flag.kind for flag in result.flags}


def test_what_stops_at_the_limit_is_flagged_at_its_place(causal: FakeCausal) -> None:
    cut = Generated(["Le", " ", "chien", " ", "mange"], None, False)
    replies = {"The cat sleeps.": "Le chat dort.", "The dog eats bread.": cut}
    causal.reply = lambda prompt: replies[last_user(prompt)]
    result = translate("The cat sleeps. The dog eats bread.", target="fr", source="en")
    (flag,) = (flag for flag in result.flags if flag.kind == "truncated")
    assert result.text[flag.start : flag.end] == "Le chien mange"


def test_a_wrong_number_is_flagged_and_strict_raises(causal: FakeCausal) -> None:
    causal.reply = lambda p: "Le chat mange 13 pains."
    result = translate("The cat eats 12 bread.", target="fr", source="en")
    assert {flag.kind for flag in result.flags} == {"number_changed"}
    with pytest.raises(FlaggedError) as caught:
        translate(["The cat eats 12 bread."], target="fr", source="en", strict=True)
    assert caught.value.results[0].text == result.text
    assert "cat" not in str(caught.value)


def test_after_ctrl_c_what_was_finished_is_kept(causal: FakeCausal) -> None:
    rows = ["The cat sleeps.", "The dog eats bread. The black cat goes to the big house today.",
            None, "A dog is here."]  # fmt: skip
    causal.interrupt_after = 2
    with pytest.raises(Interrupted) as caught:
        translate(rows, target="fr", source="en")
    first, second, third, fourth = caught.value.results
    assert caught.value.total == 3 and caught.value.done == 1
    assert first is None and third is None and fourth is None
    # The two longest sentences came first.
    assert second.text == "Le chien mange pain. Le noir chat va vers le grand maison aujourd’hui."
    causal.interrupt_after = 1
    with pytest.raises(Interrupted) as caught:
        translate(rows, target="fr", source="en")
    second = caught.value.results[1]
    assert second.text.startswith("The dog eats bread. Le noir chat")
    (flag,) = second.flags
    assert flag.kind == "untranslated" and "nterrupted" in flag.message
    assert second.text[flag.start : flag.end] == "The dog eats bread."
    causal.interrupt_after = None
    assert translate("The cat sleeps.", target="fr", source="en").text == "Le chat dort."


def test_the_glossary_is_told_used_and_checked(causal: FakeCausal) -> None:
    glossary = {"house": "demeure", "mat": "natte"}
    causal.reply = lambda p: "Un chien va vers la demeure."
    result = translate("A dog goes to the house.", target="fr", source="en", glossary=glossary)
    assert result.flags == ()
    assert "house = demeure" in causal.prompts[0] and "natte" not in causal.prompts[0]
    assert causal.calls[0]["static_prompt"] is None
    causal.reply = lambda p: "Un chien va vers la maison."
    result = translate("A dog goes to the house.", target="fr", source="en", glossary=glossary)
    assert [flag.kind for flag in result.flags] == ["untranslated"]


def test_the_domain_is_told(causal: FakeCausal) -> None:
    translate("The cat sleeps.", target="fr", source="en", domain="finance")
    assert "field of" in causal.prompts[0]


def test_a_term_that_the_model_does_not_use_is_put_in_its_place(opus: FakeSeq2Seq) -> None:
    glossary = {"cat": "minou", "big": "énorme"}
    result = translate("The big cat sleeps.", target="fr", source="en", glossary=glossary)
    # Once as it is; then with placeholders where the terms stand.
    assert opus.prompts[0] == "The big cat sleeps." and "[1] [2]" in opus.prompts[1]
    assert "énorme minou" in result.text and result.flags == ()
    # A term at the start of a sentence keeps the capital that the sentence needs.
    result = translate("Cat sleeps.", target="fr", source="en", glossary=glossary)
    assert result.text.startswith("Minou")


def test_a_term_with_another_ending_is_the_term(opus: FakeSeq2Seq) -> None:
    opus.reply = lambda _: "Les dispositions contractuelles valent."
    terms = {"clause": "disposition", "contractual": "contractuel"}
    result = translate("The contractual clause holds.", target="fr", source="en", glossary=terms)
    assert result.flags == () and len(opus.calls) == 1
    opus.reply = lambda _: "Le texte vaut."
    result = translate("The contractual clause holds.", target="fr", source="en", glossary=terms)
    assert "untranslated" in {flag.kind for flag in result.flags}


def test_a_domain_brings_its_glossary_and_the_users_terms_come_first(opus: FakeSeq2Seq) -> None:
    text = "The blood pressure of the cat."
    result = translate(text, target="fr", source="en", domain="medical")
    assert "tension artérielle" in result.text
    own = {"blood pressure": "pression du sang"}
    result = translate(text, target="fr", source="en", domain="medical", glossary=own)
    assert "pression du sang" in result.text and "tension" not in result.text


def test_decoding_comes_from_the_card_and_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSeq2Seq(french, decoding={"translate": {"beam_size": 2, "max_new_tokens": 40}})
    install(monkeypatch, fake)
    translate("The cat sleeps.", target="fr", source="en")
    translate("The cat sleeps.", target="fr", source="en", beam_size=4)
    assert [call["decoding"].beam_size for call in fake.calls] == [2, 4]
    assert all(call["decoding"].max_new_tokens <= 40 for call in fake.calls)


def test_long_sentences_are_cut_to_what_the_model_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSeq2Seq(french, context=64)
    install(monkeypatch, fake)
    text = "The cat sleeps on the mat and " * 30 + "the dog eats bread."
    result = translate(text, target="fr", source="en")
    assert all(len(fake.tokenizer.encode(prompt)) <= 32 for prompt in fake.prompts)
    assert result.text == french(text)


def test_which_model_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    general = FakeCausal(lambda p: french(last_user(p)), installed=fake_installed("general"))
    pair = FakeSeq2Seq(
        french,
        installed=fake_installed("en-fr", "seq2seq", languages=("en", "fr"), pairs=(("en", "fr"),)),
    )
    weak = FakeCausal(installed=fake_installed("weak", languages=("*",), default=False))
    install(monkeypatch, weak, general, pair)
    text = "The cat sleeps on the mat."
    assert translate(text, target="fr", source="en").model.name == "en-fr"
    assert translate(text, target="de", source="en").model.name == "general"
    assert translate(text, target="fr", source="en", model="weak").model.name == "weak"
    with pytest.raises(LanguageError, match="does not translate from en to de"):
        translate(text, target="de", source="en", model="en-fr")
    with pytest.raises(UnknownModelError):
        translate(text, target="de", source="en", model="nothing")


def test_a_missing_model_comes_with_the_pull_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    with pytest.raises(ModelNotInstalledError, match=r"%slm pull qwen2\.5-coder-1\.5b"):
        translate("The cat sleeps.", target="fr", source="en")
    with pytest.raises(ModelNotInstalledError, match="%slm pull opus-mt-en-fi"):
        translate("The cat sleeps.", target="fi", source="en")
    with pytest.raises(LanguageError, match="No model"):
        translate("The cat sleeps.", target="sm", source="en")


def test_an_encoder_does_not_translate(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeCausal(installed=fake_installed("minilm", "encoder", tasks=("summarize",)))
    install(monkeypatch, fake)
    with pytest.raises(OptionError, match="does not translate"):
        translate("The cat sleeps.", target="fr", source="en", model="minilm")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"target": "frnch"}, LanguageError),
        ({"target": "en"}, LanguageError),
        ({"source": "xx"}, LanguageError),
        ({"markup": "html"}, OptionError),
        ({"beam_size": 0}, OptionError),
        ({"beam_size": True}, OptionError),
        ({"glossary": {"cat": ""}}, OptionError),
        ({"glossary": ["cat"]}, OptionError),
        ({"domain": "cooking"}, OptionError),
    ],
)
def test_options_that_cannot_be_used(
    causal: FakeCausal, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        translate("The cat sleeps.", **{"target": "fr", "source": "en", **options})
    assert causal.calls == []


def test_no_text(causal: FakeCausal) -> None:
    with pytest.raises(EmptyTextError):
        translate(" \n", target="fr", source="en")
    assert translate([], target="fr", source="en") == []
    assert translate([""], target="fr", source="en")[0].text == ""


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        ("The cat.", "Translation: Le chat.", "Le chat."),
        ("The cat.", "Here is the French translation:\nLe chat.", "Le chat."),
        ("The cat.", "French: Le chat.", "Le chat."),
        ("The cat.", '"Le chat."', "Le chat."),
        ("The cat.", "« Le chat. »", "Le chat."),
        ('"The cat."', "« Le chat. »", "« Le chat. »"),
        ("The cat.", "Le chat.\n\nNote: this is a common animal.", "Le chat."),
        ("The cat sleeps on the mat.", "Le chat\ndort sur le tapis.", "Le chat dort sur le tapis."),
        ("The cat", "Le chat.", "Le chat"),
        ("Translation: the cat.", "Traduction : le chat.", "Traduction : le chat."),
        ("The cat says 'no'.", "Le chat dit « non ».", "Le chat dit « non »."),
    ],
)
def test_what_a_model_says_around_its_translation(source: str, answer: str, text: str) -> None:
    assert tidy(source, answer, "French") == text


def test_each_sentence_has_a_limit_of_its_own(causal: FakeCausal) -> None:
    assert limits([100, 5]) == [324, 39]
    assert longest_first([5, 100, 5]) == [1, 0, 2]
    translate(["The cat sleeps.", "The big black cat sleeps on the mat."], target="fr", source="en")
    (call,) = causal.calls
    assert "big black" in call["texts"][0] and call["limits"][0] > call["limits"][1]


def test_a_model_of_single_words_flags_a_text_it_reads_no_word_of(
    opus: FakeSeq2Seq,
) -> None:
    opus.tokenizer.words = re.compile(r"[a-c]+")
    assert translate("abc cab", target="fr", source="en").flags == ()
    result = translate("Καλημέρα", target="fr", source="en")
    assert result.text == "Καλημέρα"
    assert [flag.kind for flag in result.flags] == ["untranslated"]
    assert translate("12 34", target="fr", source="en").flags == ()


def test_a_data_frame_or_a_set_is_refused() -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(OptionError, match="one column of text"):
        translate(pandas.DataFrame({"a": ["x"]}), target="fr")
    for wrong in ({"a": "x"}, {"x", "y"}):
        with pytest.raises(OptionError, match="Expected a str, a list"):
            translate(wrong, target="fr")  # type: ignore[arg-type]
