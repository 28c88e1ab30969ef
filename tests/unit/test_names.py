"""Names of a summary: what its source bears out, and what it does not."""

from __future__ import annotations

import pytest

from slm_magic.text.names import unsupported_names

SOURCE = (
    "Shares of Veltora Holdings Inc. fell in Canada on Monday. Chief executive Anna Keller told "
    "the U.S. regulator that Bank of Moravia, known as BoM, had been paid. Martin Okafor, who "
    "runs its German branch, and the European Union's office in France said nothing until March."
)
SUPPORTED = [
    "Shares of Veltora fell on Monday.",
    "SHARES FELL, Veltora said.",
    "Anna Keller's note named Veltora's bank.",
    "A note by Keller’s office named Okafor.",
    "It told the US regulator, the Canadian branch said.",
    "The EU was silent, and so was BoM.",
    "It was said by Mr. Okafor in Germany.",
    "It was said by the French office of Veltora Corp.",
    "Veltora CEO Anna Keller told the U.S. regulator.",
    "Meanwhile nothing was said. Overall, shares fell.",
    "Yesterday's fall was large. Analysts were silent.",
    "Key Points Of The Day\nShares of Veltora fell.",
    "It ended: Nothing was said in March.",
    "The Bank of Moravia (BoM) was paid by Veltora.",
]
UNSUPPORTED = [
    ("Shares of Brunswater fell on Monday.", ["Brunswater"]),
    ("Shares of Veltora fell on Tuesday.", ["Tuesday"]),
    ("It was said by Anna Quist.", ["Quist"]),
    ("It was said by Mr. Quist of Veltora.", ["Quist"]),
    ("Quist's shares fell.", ["Quist's"]),
    ("Shares of Quist fell. Quist was silent.", ["Quist", "Quist"]),
    ("IBM was silent, Veltora said.", ["IBM"]),
    ("McKay said nothing.", ["McKay"]),
    ("It told the UK regulator.", ["UK"]),
    ("It was said by Martinez in Moravia.", ["Martinez"]),
    ("It was said by the Spanish office.", ["Spanish"]),
    ("Until March nothing was said in May.", ["May"]),
    ("Shares of Nova Quillbridge fell.", ["Nova", "Quillbridge"]),
]


@pytest.mark.parametrize("output", SUPPORTED)
def test_a_name_of_the_source_in_another_form(output: str) -> None:
    assert unsupported_names(SOURCE, output, "en") == []


@pytest.mark.parametrize(("output", "names"), UNSUPPORTED)
def test_a_name_that_the_source_does_not_have(output: str, names: list[str]) -> None:
    found = unsupported_names(SOURCE, output, "en")
    assert [name for name, _, _ in found] == names
    assert all(output[start:end] == name for name, start, end in found)


GERMAN = "Die Kanzlerin sprach mit Anna Keller in Hamburg. Die Brücke der Firma Veltora bleibt zu."


@pytest.mark.parametrize(
    ("output", "names"),
    [
        ("Die Sperrung der Brücke dauert, sagte die Sprecherin.", []),
        ("Ein Gespräch mit Anna Keller fand statt.", []),
        ("Die Hamburger Brücke der Firma Veltora ist zu.", []),
        ("Anfang Mai wird gebaut, Ende Juni eröffnet.", []),
        ("Ein Gespräch mit Anna Quist fand statt.", ["Anna", "Quist"]),
        ("Ein Gespräch mit Herr Quist fand statt.", ["Quist"]),
        ("Die Brücke der Firma Lindqvist bleibt zu.", ["Lindqvist"]),
        ("Die Brücke gehört der BASF.", ["BASF"]),
    ],
)
def test_german_nouns_are_told_from_names(output: str, names: list[str]) -> None:
    found = [name for name, _, _ in unsupported_names(GERMAN, output, "de")]
    assert set(found) <= set(names) and bool(found) == bool(names)


@pytest.mark.parametrize(
    ("source", "output", "language", "names"),
    [
        ("Le maire de Lyon a parlé de l'Allemagne.", "À Lyon, il a cité Allemagne.", "fr", []),
        ("Le maire de Lyon a parlé.", "Selon le maire de Nantes, il a parlé.", "fr", ["Nantes"]),
        ("El alcalde de Toledo habló.", "Habló el alcalde de Sevilla.", "es", ["Sevilla"]),
        ("Мэр Москвы говорил с Ивановым.", "Говорил Иванов из Москва.", "ru", []),
        ("Мэр Москвы говорил с Ивановым.", "Говорил мэр с Петровым.", "ru", ["Петровым"]),
        ("Opened on 03.04.2024 by all.", "It opened in April 2024.", "en", []),
        ("市长昨天讲话。", "市长讲话。", "zh", []),
    ],
)
def test_names_in_other_languages(
    source: str, output: str, language: str, names: list[str]
) -> None:
    assert [name for name, _, _ in unsupported_names(source, output, language)] == names


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("we sold more in the third quarter, says anna.", []),
        ("we sold more in the third quarter.", ["Anna"]),
        ("42 %", ["Anna"]),
        ("", ["Anna"]),
    ],
)
def test_a_source_without_capitals_has_its_names_too(source: str, found: list[str]) -> None:
    output = "More was sold, as Anna says."
    assert [name for name, _, _ in unsupported_names(source, output, "en")] == found


@pytest.mark.parametrize(
    ("source", "output", "language"),
    [
        ("Das Werk in München schließt.", "The plant in Munich closes.", "en"),
        ("The plant in Munich closes.", "Das Werk in der Nähe von München schließt.", "de"),
        ("Das Werk in München schließt.", "Le site de Munich ferme.", "fr"),
        ("The fair of Cologne opens.", "Sie gehört der Firma Köln und der Firma Kölner.", "de"),
        ("El alcalde de Nueva York habló.", "It was the mayor of New York.", "en"),
        ("La cour de La Haye a jugé.", "So it was said by the court of The Hague.", "en"),
        ("Il sindaco di Monaco di Baviera parla.", "So says the mayor of Munich.", "en"),
        ("Wahlen in Zuerich und Zürich", "The polls of Zurich", "en"),
    ],
)
def test_a_city_by_another_languages_name(source: str, output: str, language: str) -> None:
    assert unsupported_names(source, output, language) == []


@pytest.mark.parametrize(
    ("source", "output", "language", "names"),
    [
        ("Das Werk in München schließt.", "The plant in Milan closes.", "en", ["Milan"]),
        ("Das Werk in München schließt.", "The plant in Monaco closes.", "en", ["Monaco"]),
        ("The fair of Cologne opens.", "Sie gehört der Firma Bonn.", "de", ["Bonn"]),
        # Two words make this city, and one of them is not there.
        ("The York plant closes.", "Cierra la planta de Nueva York.", "es", ["Nueva"]),
    ],
)
def test_another_city_is_another(source: str, output: str, language: str, names: list[str]) -> None:
    assert [name for name, _, _ in unsupported_names(source, output, language)] == names


BANKS = ["J.P. Morgan", "J. P. Morgan", "JP Morgan", "JPMorgan"]


@pytest.mark.parametrize("written", BANKS)
@pytest.mark.parametrize("read", BANKS)
def test_initials_before_a_name_in_any_spelling(written: str, read: str) -> None:
    source = f"Shares of {read} rose."
    assert unsupported_names(source, f"It said that {written} rose.", "en") == []
    other = written.replace("Morgan", "Keller")
    found = unsupported_names(source, f"It said that {other} rose.", "en")
    assert found and any("Keller" in name for name, _, _ in found)


@pytest.mark.parametrize(
    ("source", "output", "names"),
    [
        ("The Federal Reserve cut rates.", "Rates were cut by the Fed.", []),
        ("The Federal Reserve cut rates.", "Rates were cut by the FED.", []),
        ("Rates were cut by the FED.", "Rates fell, said the Federal Reserve.", []),
        ("The U.S. bank cut rates.", "Rates of the American bank fell.", []),
        ("It told us that rates fell.", "Rates of the American bank fell.", ["American"]),
        ("The central bank cut rates.", "Rates were cut by the Fed.", ["Fed"]),
        ("The Federal Bureau spoke.", "It was said by the Fed.", ["Fed"]),
    ],
)
def test_short_forms_that_are_known(source: str, output: str, names: list[str]) -> None:
    assert [name for name, _, _ in unsupported_names(source, output, "en")] == names
