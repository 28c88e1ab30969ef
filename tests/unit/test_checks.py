"""Each check has what must raise it and what must not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from slm_magic.errors import LanguageError
from slm_magic.text import checks, languages
from slm_magic.text.checks_parts import sentences
from slm_magic.text.number_words import spelled
from slm_magic.text.numbers import find_numbers


def kinds(source: str, output: str, pair: str = "en-fr", **options: bool) -> set[str]:
    one, other = pair.split("-")
    found = checks.check(source, output, source_language=one, target_language=other, **options)
    return {finding.kind for finding in found}


SAME_NUMBERS = [
    ("It cost $1,234.56.", "Cela a coûté 1 234,56 $.", "en-fr"),
    ("It cost $1,234.56.", "Es kostete 1.234,56 $.", "en-de"),
    ("Sales of 3.2 million euros.", "Ein Umsatz von 3,2 Mio. Euro.", "en-de"),
    ("Sales of 3.2 million euros.", "Des ventes de 3 200 000 euros.", "en-fr"),
    ("Sales of 3.2 million euros.", "320万欧元的销售额。", "en-zh"),
    ("A debt of $4 billion.", "Schulden von 4 Milliarden Dollar.", "en-de"),
    ("A debt of $4 billion.", "Une dette de 4 milliards de dollars.", "en-fr"),
    ("A debt of $4 billion.", "Una deuda de 4.000 millones de dólares.", "en-es"),
    ("Growth of 12.5% in 2023.", "Une croissance de 12,5 % en 2023.", "en-fr"),
    ("He has 3 dogs.", "Er hat drei Hunde.", "en-de"),
    ("She has twenty-one cats.", "Sie hat 21 Katzen.", "en-de"),
    ("Sie hat einundzwanzig Katzen.", "She has 21 cats.", "de-en"),
    ("The 2nd of May 2020.", "2020年5月2日。", "en-zh"),
    ("The 1990s were calm.", "Les années 90 étaient calmes.", "en-fr"),
    ("A church of the 19th century.", "Une église du XIXe siècle.", "en-fr"),
    ("Come at 3:30 pm.", "Kommen Sie um 15:30 Uhr.", "en-de"),
    ("Come at 7 a.m.", "Kommen Sie um 7:00 Uhr.", "en-de"),
    ("On 05/06/2021 we met.", "Nous nous sommes vus le 05.06.2021.", "en-fr"),
    ("It holds 12,50,000 books.", "Il contient 1 250 000 livres.", "en-fr"),
    ("About a million people.", "Environ 1 million de personnes.", "en-fr"),
    ("A mother of 3 came.", "A mother-of-three came.", "en-en"),
    ("It has ٣٤٥ pages.", "It has 345 pages.", "ar-en"),
    ("It rose by 5.0 points.", "Il a gagné 5 points.", "en-fr"),
    ("Come at 10.30 tomorrow.", "Kommen Sie morgen um 10:30 Uhr.", "en-de"),
    ("We met on 14.03.2024.", "Nous nous sommes vus le 2024.03.14.", "en-fr"),
    ("A change of -5% was seen.", "On a vu une variation de -5 %.", "en-fr"),
    ("A change of -5% was seen.", "On a vu une variation de −5 %.", "en-fr"),
    ("A change of -5% was seen.", "Eine Änderung von minus 5 % war zu sehen.", "en-de"),
    ("Results: -5%.", "Résultats : une baisse de 5 %.", "en-fr"),
    ("It was -5 degrees.", "Der var 5 graders frost.", "en-da"),
    ("In 2010-15 it grew.", "De 2010 à 15, il a grandi.", "en-fr"),
    ("The COVID-19 years.", "Les années du covid 19.", "en-fr"),
    ("It holds 5,000 seats.", "Il compte 5 000 places.", "en-fr"),
    ("The path is 40 miles long.", "Der Weg ist 64 Kilometer lang.", "en-de"),
    ("Der Weg ist 64 Kilometer lang.", "The path is 40 miles long.", "de-en"),
    ("In the early 2010s.", "Au début des années 10.", "en-fr"),
]
OTHER_NUMBERS = [
    ("It cost $1,234.56.", "Cela a coûté 1 243,56 $.", "en-fr"),
    ("Sales of 3.2 million euros.", "Ein Umsatz von 3,2 Milliarden Euro.", "en-de"),
    ("Sales of 3.2 million euros.", "Des ventes de 3,2 euros.", "en-fr"),
    ("A debt of $4 billion.", "Una deuda de 4 billones de dólares.", "en-es"),
    ("Growth of 12.5% in 2023.", "Une croissance de 12,5 % en 2032.", "en-fr"),
    ("He has 3 dogs.", "Er hat vier Hunde.", "en-de"),
    ("He has 30 dogs.", "Er hat Hunde.", "en-de"),
    ("He has dogs.", "Er hat 40 Hunde.", "en-de"),
    ("Come at 3:30 pm.", "Kommen Sie um 15:20 Uhr.", "en-de"),
    ("He was born in 1958.", "1985年に生まれた。", "en-ja"),
    ("Growth of 3.5% is expected.", "On attend une croissance de 5,3 %.", "en-fr"),
    ("It is 12.4 percent.", "C'est 4,12 pour cent.", "en-fr"),
    ("A change of -5% was seen.", "On a vu une variation de 5 %.", "en-fr"),
    ("A sum of -€40 was booked.", "Es wurde ein Betrag von 40 € gebucht.", "en-de"),
    ("Up to 12.4 metres.", "Jusqu'à 4 mètres.", "en-fr"),
    ("It holds 5,000 seats.", "Il compte 5 places.", "en-fr"),
    ("The path is 40 miles long.", "Der Weg ist 46 Kilometer lang.", "en-de"),
    ("The path is 40 miles long.", "Der Weg ist 64 Meilen lang.", "en-de"),
    ("In the early 2000s.", "Anfang der 2900er Jahre.", "en-de"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "output", "pair"), SAME_NUMBERS)
def test_numbers_that_are_the_same(source: str, output: str, pair: str) -> None:
    assert checks.number_changed(source, output, *pair.split("-")) == []


@pytest.mark.parametrize(("source", "output", "pair"), OTHER_NUMBERS)
def test_numbers_that_changed(source: str, output: str, pair: str) -> None:
    assert "number_changed" in kinds(source, output, pair)


def test_an_added_number_is_shown_where_it_is() -> None:
    output = "Il a 40 chiens."
    (finding,) = checks.number_changed("He has dogs.", output, "en", "fr")
    assert output[finding.start : finding.end] == "40"
    assert "dogs" not in finding.message and "chiens" not in finding.message


def test_numbers_in_code_and_links_are_not_compared_as_numbers() -> None:
    assert kinds("See `x = 17` now.", "Voir `x = 17` ici.") == set()
    assert kinds("See `x = 17` now.", "Voir `x = 18` ici.") == {"markup_changed"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234", {Decimal(1234), Decimal("1.234")}),
        ("0.125", {Decimal("0.125")}),
        ("1.234.567,8", {Decimal("1234567.8")}),
        ("3'500", {Decimal(3500)}),
        ("2 lakh", {Decimal(200_000)}),
    ],
)
def test_readings(text: str, values: set[Decimal]) -> None:
    (number,) = find_numbers(text, "en")
    assert number.readings == {value.normalize() for value in values}


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("forty-two", "en", 42), ("two hundred", "en", 200), ("vingt et un", "fr", 21),
        ("dix-sept", "fr", 17), ("dreitausend", "de", 3000), ("siebenundvierzig", "de", 47),
        ("tweeënvijftig of eenentwintig", "nl", 21), ("treinta", "es", 30), ("Louis XIV", "fr", 14),
    ],
)  # fmt: skip
def test_spelled_numbers(text: str, language: str, value: int) -> None:
    found = spelled(text, language)
    assert found is not None and Decimal(value) in found
    assert spelled("drei", "sw") is None


REPEATED = [
    ("He said no.", "Il a dit non non non non non."),
    ("Sales rose in the first half of the year.",
     "Les ventes montent au premier semestre de au premier semestre de au premier semestre de"),
    ("The crowd cheered.", "掌声掌声掌声掌声掌声掌声"),
    ("A short line about the plan for the coming year and the one after it.",
     "Le plan pour la nouvelle année est bon. Il est clair. "
     "Le plan pour la nouvelle année est bon. Il est clair. "
     "Le plan pour la nouvelle année est bon. Il est clair."),
]  # fmt: skip
NOT_REPEATED = [
    ("No, no, no, no, he said.", "Non, non, non, non, dit-il."),
    ("The more we wait, the more it costs.", "Plus nous attendons, plus cela coûte."),
    ("Step by step by step.", "Schritt für Schritt für Schritt."),
    ("The man who runs it knows it.", "Der Mann, der die Firma führt, die die Ware hat, weiß es."),
    ("Ha ha!", "Ha ha !"),
]


@pytest.mark.parametrize(("source", "output"), REPEATED)
def test_loops(source: str, output: str) -> None:
    assert [finding.kind for finding in checks.repetition(source, output)] == ["repetition"]


@pytest.mark.parametrize(("source", "output"), NOT_REPEATED)
def test_what_only_looks_like_a_loop(source: str, output: str) -> None:
    assert checks.repetition(source, output) == []


SENTENCE = "The committee will publish its report before the end of the month."
UNTRANSLATED = [
    (SENTENCE, SENTENCE, "en-fr"),
    (SENTENCE, SENTENCE.upper(), "en-fr"),
    (SENTENCE, "The committee will publish son rapport before the end of the month.", "en-fr"),
    (SENTENCE, "Its report will be published by the committee at the end of this month.", "en-fr"),
    (SENTENCE, "Der Ausschuss wird seinen Bericht noch vor dem Ende des Monats veröffentlichen.",
     "en-fr"),
    (SENTENCE, "The committee report is due", "en-zh"),
    ("今天的会议推迟到下周。", "今天的会议推迟到下周。", "zh-en"),
    (SENTENCE, "", "en-de"),
]  # fmt: skip
TRANSLATED = [
    (SENTENCE, "Le comité publiera son rapport avant la fin du mois.", "en-fr"),
    ("Microsoft Office", "Microsoft Office", "en-fr"),
    ("Anna Keller, Berlin", "Anna Keller, Berlin", "en-de"),
    ("Restaurant", "Restaurant", "en-fr"),
    ("See the Data Science Handbook.", "Voir le Data Science Handbook.", "en-fr"),
    ("O relatório foi publicado ontem em Lisboa.", "El informe fue publicado ayer en Lisboa.",
     "pt-es"),
    ("It runs on Windows and Linux.", "它在 Windows 和 Linux 上运行。", "en-zh"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "output", "pair"), UNTRANSLATED)
def test_what_was_not_translated(source: str, output: str, pair: str) -> None:
    assert "untranslated" in kinds(source, output, pair)


@pytest.mark.parametrize(("source", "output", "pair"), TRANSLATED)
def test_what_may_stay_as_it_is(source: str, output: str, pair: str) -> None:
    assert "untranslated" not in kinds(source, output, pair)


TWO = f"{SENTENCE} Nobody at the office expects it to hold any surprises for the town."
TWO_IN_FRENCH = (
    "Le comité publiera son rapport avant la fin du mois. "
    "Au bureau, personne ne s'attend à ce qu'il réserve des surprises à la ville."
)


def test_a_sentence_that_is_still_the_source() -> None:
    first, second = (
        "Le comité publiera son rapport avant la fin du mois.",
        "Nobody at the office expects it to hold any surprises for the town.",
    )
    assert "untranslated" in kinds(TWO, f"{first} {second}")
    assert kinds(TWO, TWO_IN_FRENCH) == set()
    # A title is not a sentence.
    source = "We watched The Long Road Home to Silver Creek again last night."
    output = "Nous avons revu The Long Road Home to Silver Creek hier soir."
    assert "untranslated" not in kinds(source, output)


def test_a_sentence_that_is_missing() -> None:
    third = " Two of the members have already seen a draft of the first chapter."
    there = " Deux des membres ont déjà vu une ébauche du premier chapitre."
    assert "length_ratio" in kinds(TWO + third, TWO_IN_FRENCH)
    assert "length_ratio" not in kinds(TWO + third, TWO_IN_FRENCH + there)
    # Two sentences made one are no loss.
    joined = TWO_IN_FRENCH.replace("mois. Au", "mois, mais au")
    assert "length_ratio" not in kinds(TWO, joined)


@pytest.mark.parametrize(
    ("text", "count"),
    [("One came. Another went.", 2), ("Mr. J. Smith of St. Ives met Dr. Lee.", 1),
     ("A heading\nIts text.", 2), ("It cost 3.5 million.", 1), ("", 0)],
)  # fmt: skip
def test_how_many_sentences(text: str, count: int) -> None:
    assert sentences(text) == count


def test_terms_of_a_glossary_may_stay() -> None:
    source = "please restart the kernel now"
    assert checks.untranslated(source, source, "en", "de")
    assert not checks.untranslated(
        "kernel panic", "kernel panic", "en", "de", names=["kernel panic"]
    )


def test_length() -> None:
    assert "length_ratio" in kinds(SENTENCE, "Le comité.")
    assert "length_ratio" in kinds(SENTENCE, ("Le comité publiera son rapport, dit-on. " * 5))
    assert "length_ratio" not in kinds(SENTENCE, "委员会将在月底前发布报告。", "en-zh")
    assert "length_ratio" not in kinds("Yes.", "Naturellement, oui.")
    assert "length_ratio" in kinds("Yes.", "Voici la traduction que vous avez demandée : oui, "
                                   "et voilà tout ce que je peux vous en dire.")  # fmt: skip


def test_truncated() -> None:
    assert "truncated" in kinds("Hello there.", "Bonjour à", complete=False)
    assert "truncated" in kinds(SENTENCE, "Le comité publiera son rapport avant la,")
    assert "truncated" in kinds(SENTENCE, "Le comité publiera son rapport")
    assert "truncated" not in kinds(SENTENCE, "Le comité publiera son rapport ce mois-ci.")
    assert "truncated" not in kinds(SENTENCE, "« Le comité publiera son rapport ce mois-ci. »")
    assert "truncated" in kinds("The harbour is still closed.", "Le port est encore")
    assert "truncated" not in kinds("The harbour is still closed.", "Le port est encore fermé.")
    assert "truncated" not in kinds("A heading without a stop and with many words", "Un titre sans")


def test_markup() -> None:
    assert kinds("Use `x` and **bold**.", "Utilisez `x` et **gras**.") == set()
    assert "markup_changed" in kinds("Use `x` and **bold**.", "Utilisez `x` et gras.")
    assert "markup_changed" not in kinds("a **b** c", "a b c", markdown=False)


def test_messages_never_quote_the_text() -> None:
    source = "Zebulon paid 1200 dollars for `secret_thing` before the end of the month."
    for output in (
        "Zebulon paid 1300 dollars for it before the end of the month.",
        "",
        "Non non non",
    ):
        for finding in checks.check(source, output, source_language="en", target_language="fr"):
            assert "Zebulon" not in finding.message and "secret" not in finding.message


@pytest.mark.parametrize(
    ("given", "code"),
    [("fr", "fr"), ("French", "fr"), ("français", "fr"), ("pt-BR", "pt"), ("zh_Hant", "zh"),
     ("deu", "de"), (" DE ", "de")],
)  # fmt: skip
def test_names_of_languages(given: str, code: str) -> None:
    assert languages.parse(given) == code


def test_an_unknown_language_comes_with_a_suggestion() -> None:
    with pytest.raises(LanguageError, match="Did you mean 'french'"):
        languages.parse("frnch")
    with pytest.raises(LanguageError):
        languages.parse("")
    assert len(languages.codes()) >= 150
    assert languages.name("pt") == "Portuguese"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The weather is fine today.", "en"),
        ("Le temps est beau aujourd'hui.", "fr"),
        ("Das Wetter ist heute schön.", "de"),
        ("Hello world", "en"),
        ("今日はいい天気です。", "ja"),
        ("今天天气很好。", "zh"),
        ("오늘 날씨가 좋네요.", "ko"),
        ("Погода сегодня хорошая.", "ru"),
        ("Καλημέρα σας", "el"),
        ("Install `the weather is fine` jetzt bitte sofort", "de"),
        ("12 345", None),
        ("", None),
    ],
)
def test_detection(text: str, code: str | None) -> None:
    assert languages.detect(text) == code


def test_detection_among_candidates() -> None:
    assert languages.detect("hello", ("en", "zh")) == "en"
    assert languages.detect("今天天气很好。", ("en", "fr")) is None


@pytest.mark.parametrize("end", ["", "0s", "0"])
def test_a_very_long_number_is_shown_in_short(end: str) -> None:
    # Python reads no more than 4,300 digits of an int.
    digits = "7" * 4301 + end
    (lost,) = checks.number_changed(f"The key is {digits}.", "La clé est perdue.", "en", "fr")
    assert lost.message == f"{'7' * 40}… of the source is missing."
    (added,) = checks.number_changed("The key is lost.", f"La clé est {digits}.", "en", "fr")
    assert added.message == f"{'7' * 40}… is not in the source."


def test_a_very_long_number_in_chinese_signs_is_read_too() -> None:
    assert checks.number_changed("The key is 55.", f"密钥是{'五' * 4301}。", "en", "zh")
