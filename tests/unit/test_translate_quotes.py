"""Quotation marks of the target language in a translation, and how to keep the model's."""

from __future__ import annotations

import pytest
from fakes import FakeCausal, install

from slm_magic.errors import OptionError
from slm_magic.tasks.translate import translate

SOURCE = 'She called the bridge "a miracle" when she wrote `say("hi")`.'
ANSWER = (
    'Elle a dit que le pont était "un miracle" en écrivant `say("hi")`, sans l\'ombre d\'un doute.'
)


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCausal(lambda prompt: ANSWER))


def test_marks_are_those_of_the_language_and_code_keeps_its_own() -> None:
    made = translate(SOURCE, target="fr", source="en")
    assert "«\xa0un miracle\xa0»" in made.text
    assert "l’ombre d’un doute" in made.text
    assert '`say("hi")`' in made.text
    assert not [flag for flag in made.flags if flag.kind == "markup_changed"]


def test_marks_can_be_kept() -> None:
    assert translate(SOURCE, target="fr", source="en", quotes="keep").text == ANSWER


def test_a_glossary_with_straight_marks_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeCausal(lambda prompt: "Le chiffre d'affaires a augmenté."))
    made = translate(
        "The revenue rose.", target="fr", source="en", glossary={"revenue": "chiffre d'affaires"}
    )
    assert made.text == "Le chiffre d’affaires a augmenté." and not made.flags


def test_other_words_for_it_are_refused() -> None:
    with pytest.raises(OptionError, match="no quotes 'curly'; choose from language, keep"):
        translate(SOURCE, target="fr", source="en", quotes="curly")
