"""A language model is told what words are called, where the lexicon has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fakes import PROMPTS, FakeCausal, install, last_user

from slm_magic.tasks import translate_backends
from slm_magic.tasks.translate import translate
from slm_magic.tasks.translate_backends import tidy

TOLD = {"system": "Use the entries.", "user": "\n\n(Dictionary: {words})"}
SHOTS = {"en": ["The shark was here."], "fr": ["Le requin était ici."]}
# What a translation of any sentence may be here, so that no check has anything to say.
ANSWERS = {
    "A shark bit the lobster.": "Un requin a mordu le homard.",
    "You were with us.": "Vous étiez avec nous.",
    "shark": "requin",
    "It is so: a = b (there).": "C'est ainsi : a = b (là).",
}


def model(monkeypatch: pytest.MonkeyPatch, **prompt: Any) -> FakeCausal:
    translates = {**PROMPTS["translate"], "words": TOLD, **prompt}

    def answer(asked: str) -> str:
        text = last_user(asked).partition("\n\n(Dictionary")[0].removeprefix("Text: ")
        return ANSWERS.get(text, text)

    languages = ("en", "fr", "it")
    fake = FakeCausal(answer, prompts={"translate": translates}, languages=languages)
    install(monkeypatch, fake)
    return fake


def test_a_sentence_comes_with_the_entries_of_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = model(monkeypatch)
    result = translate("A shark bit the lobster.", source="en", target="fr")
    assert result.text == "Un requin a mordu le homard." and result.flags == ()
    [asked] = fake.prompts
    assert last_user(asked) == (
        "A shark bit the lobster.\n\n(Dictionary: shark = requin; lobster = homard)"
    )
    assert "Translate from English into French. Use the entries." in asked


def test_a_sentence_without_any_is_asked_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = model(monkeypatch)
    translate("You were with us.", source="en", target="fr")
    assert last_user(fake.prompts[0]) == "You were with us."


def test_a_sentence_with_marks_to_keep_is_asked_as_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = model(monkeypatch)
    translate("A **shark** was here.", source="en", target="fr", retries=False)
    assert last_user(fake.prompts[0]) == "A **shark** was here."


def test_the_example_comes_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = model(monkeypatch, shots=SHOTS)
    translate("You were with us.", source="en", target="fr")
    assert "The shark was here.\n\n(Dictionary: shark = requin)" in fake.prompts[0]


@pytest.mark.parametrize("user", ["{text}", "Text: {text}", "From {source}: {text}"])
def test_sentences_share_the_beginning_whatever_their_entries(
    monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    fake = model(monkeypatch, user=user, shots=SHOTS)
    # "shark" comes again in its own entry, where the prompt must not be cut.
    sentences = ["A shark bit the lobster.", "shark", "You were with us."]
    translate(sentences, source="en", target="fr", retries=False)
    before = user.partition("{text}")[0].replace("{source}", "English")
    asked = [last_user(one) for one in fake.prompts]
    for sentence in sentences:
        assert sum(one.startswith(before + sentence) for one in asked) == 1, asked
    prefixes = {call["static_prompt"] and "".join(call["static_prompt"]) for call in fake.calls}
    [prefix] = prefixes
    assert prefix.endswith("<|user|>\n" + before)


@pytest.mark.parametrize(
    ("source", "target", "text"),
    [("en", "it", "A shark bit the lobster."), ("fr", "en", "Le requin a mordu le homard.")],
)
def test_pairs_that_the_lexicon_lacks_are_asked_as_before(
    monkeypatch: pytest.MonkeyPatch, source: str, target: str, text: str
) -> None:
    fake = model(monkeypatch)
    translate(text, source=source, target=target, retries=False)
    assert last_user(fake.prompts[0]) == text
    assert "Use the entries" not in fake.prompts[0]


def test_a_card_that_says_nothing_of_them_is_asked_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeCausal(lambda _: "Un requin a mordu le homard.")
    install(monkeypatch, fake)
    translate("A shark bit the lobster.", source="en", target="fr")
    assert "requin" not in fake.prompts[0]


@pytest.mark.parametrize(
    "glossary", [{"shark": "squale"}, {"sharks": "squales"}, {"big shark": "grand squale"}]
)
def test_a_glossary_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch, glossary: dict[str, str]
) -> None:
    fake = model(monkeypatch)
    translate("Two big sharks bit the lobster.", source="en", target="fr", glossary=glossary)
    [told] = {last_user(asked).partition("(Dictionary: ")[2] for asked in fake.prompts[:1]}
    assert "lobster = homard" in told and "shark" not in told
    [term] = glossary
    assert f"{term} = {glossary[term]}" in fake.prompts[0]


def test_a_system_prompt_with_the_text_in_it_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = model(monkeypatch, system="The text is {text} in {source}.")
    translate("You were with us.", source="en", target="fr")
    assert "The text is You were with us. in English." in fake.prompts[0]


@pytest.mark.parametrize("told", [{"user": "{words}"}, {"system": "Use them."}, {}])
def test_a_card_that_says_half_of_it_is_asked_as_before(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    fake = model(monkeypatch, words=told)
    translate("A shark bit the lobster.", source="en", target="fr")
    assert last_user(fake.prompts[0]) == "A shark bit the lobster."


@pytest.mark.parametrize(("context", "told"), [(512, False), (2048, True), (0, True)])
def test_a_model_without_room_is_asked_as_before(
    monkeypatch: pytest.MonkeyPatch, context: int, told: bool
) -> None:
    translates = {**PROMPTS["translate"], "words": TOLD}
    fake = FakeCausal(
        lambda _: "Un requin a mordu le homard.",
        prompts={"translate": translates},
        context=context,
    )
    install(monkeypatch, fake)
    translate("A shark bit the lobster.", source="en", target="fr")
    assert ("requin" in fake.prompts[0]) is told


def test_a_long_sentence_is_given_no_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate_backends, "MOST_ENTRIES", 1)
    fake = model(monkeypatch)
    translate("A shark bit the lobster.", source="en", target="fr")
    assert last_user(fake.prompts[0]).endswith("(Dictionary: shark = requin)")


ECHOES = [
    "(Dictionary: shark = requin)",
    "(Dictionnaire : shark = requin; here = ici).",
    "(Wörterbuch: shark = requin",
    "(shark = requin)",
]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("between", [" ", "\n\n"])
def test_entries_that_a_model_repeats_go(echo: str, between: str) -> None:
    answer = "Un requin est ici." + between + echo
    assert tidy("A shark is here.", answer, "French", ["shark"]) == "Un requin est ici."


@pytest.mark.parametrize(
    ("source", "answer", "told"),
    [
        ("Fläche des Kreises (Formel: A=πr²)", "Area of the circle (formula: A = πr²)", []),
        ("The area (formula: A=πr²)", "L'aire (formule: A = πr²)", ["area", "formula"]),
        ("Set (shark = 1) here.", "Mettez (shark = 1) ici.", ["shark"]),
        ("A shark (big).", "Un requin (note: grand).", ["shark"]),
        ("a = b for a shark", "a = b pour un requin", ["shark"]),
    ],
)
def test_what_is_of_the_text_stays(source: str, answer: str, told: list[str]) -> None:
    assert tidy(source, answer, "French", told) == answer


def test_the_starter_says_how_entries_are_told() -> None:
    from slm_magic.catalog import find

    told = find("qwen2.5-coder-1.5b").prompts["translate"]["words"]
    assert re.search(r"\{words\}", told["user"]) and told["system"]
