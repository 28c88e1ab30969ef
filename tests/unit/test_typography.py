"""Quotation marks of the target language; what is no quotation stays."""

from __future__ import annotations

import pytest

from slm_magic.text.typography import set_marks


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("fr", 'Il a dit "oui" hier.', "Il a dit «\xa0oui\xa0» hier."),
        ("fr", "L'idée d'Anna n'est pas neuve.", "L’idée d’Anna n’est pas neuve."),
        (
            "fr",
            "\"Un 'essai' d'Anna\", dit-il.",
            "«\xa0Un “essai” d’Anna\xa0», dit-il.",
        ),
        ("de", 'Er nannte es "ein Wunder".', "Er nannte es „ein Wunder“."),
        ("de", "Das 'Wunder' blieb aus.", "Das „Wunder“ blieb aus."),
        ("es", 'El "nuevo" puente ("viejo", en realidad).', "El “nuevo” puente (“viejo”, en realidad)."),
        ("de", '**"Halt!"**, rief sie.', "**„Halt!“**, rief sie."),
    ],
)  # fmt: skip
def test_marks_are_set(language: str, text: str, wanted: str) -> None:
    assert set_marks(text, language) == wanted


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", 'Tapez `print("oui")` ici.'),
        ("de", 'Siehe <a href="x.html">hier</a>.'),
        ("de", '[Seite](https://example.org "Titel") lesen'),
        ("de", 'Ein Bildschirm von 27" genügt.'),
        ("fr", "Il mesure 5' 10\"."),
        ("de", "Wie geht's, Peters' Hund?"),
        ("fr", 'Les lettres " et w'),
        ("es", 'Un signo suelto " aquí'),
        ("de", "„Schon gesetzt“"),
        ("en", 'He said "yes".'),
        ("ja", '彼は"はい"と言った'),
    ],
)
def test_what_is_no_quotation_stays(language: str, text: str) -> None:
    assert set_marks(text, language) == text


def test_setting_twice_changes_nothing() -> None:
    once = set_marks("\"L'un 'et' l'autre\"", "fr")
    assert set_marks(once, "fr") == once
