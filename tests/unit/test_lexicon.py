"""Entries of the lexicon for a sentence: which words have one, in what form, and which must not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from slm_magic.text import lexicon
from slm_magic.text.lemmas import bases

TABLE = Path(lexicon.__file__).with_name("lexicon.csv")
IRREGULAR = TABLE.with_name("irregular.csv")


def spanish(sentence: str, **options: object) -> dict[str, str]:
    return lexicon.entries(sentence, "en", "es", **options)  # type: ignore[arg-type]


def german(sentence: str) -> dict[str, str]:
    return lexicon.entries(sentence, "en", "de")


def table() -> list[list[str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_words_have_an_entry_in_the_order_of_the_sentence() -> None:
    found = spanish("The shark bit a lobster near the warehouse.")
    assert list(found.items()) == [
        ("shark", "tiburón"), ("lobster", "langosta"), ("warehouse", "almacén"),
    ]  # fmt: skip


def test_so_have_those_that_both_languages_share() -> None:
    found = spanish("The hotel in California is absolutely terrible.")
    assert found["California"] == "California" and found["terrible"] == "terrible"


@pytest.mark.parametrize(
    ("sentence", "headword", "wanted"),
    [
        ("Two sharks were seen.", "shark", "Hai"),
        ("The shark’s teeth.", "shark", "Hai"),
        ("He sought refuge.", "seek", "suchen"),
        ("They were stabbed.", "stab", "niederstechen"),
        ("The knives are back.", "knife", "Messer"),
        ("Her injuries were light.", "injury", "Verletzung"),
        ("The firms are merging.", "merge", "fusionieren"),
        ("He was fired in May.", "fire", "entlassen"),
        ("The bank was fined.", "fine", "Geldstrafe"),
        ("She hated him.", "hate", "Hass"),
        ("He visited us.", "visit", "Besuch"),
        ("They launched it.", "launch", "Start"),
        ("He launches it.", "launch", "Start"),
        ("They were banned.", "ban", "Verbot"),
        ("A frozen lake.", "frozen", "gefroren"),
        ("He pulled out yesterday.", "pull out", "sich zurückziehen"),
        ("Interest rates rose.", "interest rate", "Zinssatz"),
        ("An interest-rate cut.", "interest rate", "Zinssatz"),
        ("The death toll rises.", "death toll", "Zahl der Todesopfer"),
        ("Left-wing parties.", "left-wing", "links"),
        ("His mother-in-law.", "mother-in-law", "Schwiegermutter"),
        ("On New Year’s Day.", "New Year's Day", "Neujahr"),
        ("A low-interest loan.", "loan", "Darlehen"),
    ],
)
def test_inflected_words_and_expressions_are_found(
    sentence: str, headword: str, wanted: str
) -> None:
    found = german(sentence)
    assert wanted.lower() in found.get(headword, "").lower(), found


def test_every_headword_is_found_as_it_is_written() -> None:
    _, *rows = table()
    lost = [row[0] for row in rows if spanish(f"they {row[0]} there.").get(row[0]) != row[3]]
    # Each is as often a form of quite another word.
    assert lost == ["ground", "thought", "wound"]


def test_an_expression_is_not_told_word_by_word() -> None:
    found = german("The death toll rises.")
    assert "death toll" in found
    assert "death" not in found and "toll" not in found


@pytest.mark.parametrize(
    ("sentence", "headword"),
    [
        ("He added a note.", "ad"),
        ("She thought so.", "think"),
        ("She thought so.", "thought"),
        ("He was fired.", "fir"),
        ("The bank was fined.", "fin"),
        ("She hated him.", "hat"),
        ("It was staged.", "stag"),
        ("He writes books.", "writ"),
        ("My old mates.", "mat"),
        ("A united front.", "unit"),
        ("The film premiered.", "premier"),
        ("A rugged coast.", "rug"),
        ("Against all odds.", "odd"),
        ("He studied economics.", "economic"),
        ("A boxing match.", "box"),
        ("Set max_shark to 3 and shark2 to 4.", "shark"),
    ],
)
def test_what_looks_like_another_word_is_not_told_as_it(sentence: str, headword: str) -> None:
    assert headword in {row[0] for row in table()} or headword == "think"
    assert headword not in german(sentence)


@pytest.mark.parametrize(
    ("sentence", "told", "not_told"),
    [
        ("They all met again at Shark Beach.", set(), {"shark", "beach"}),
        ("They saw a shark at the beach.", {"shark", "beach"}, set()),
        ("Sharks were seen at the beach.", {"shark", "beach"}, set()),
        ("He said: “Sharks were seen.”", {"shark"}, set()),
        ("He said, “Sharks were seen.”", {"shark"}, set()),
        ('He said, "Sharks were seen."', {"shark"}, set()),
        ("1. Sharks were seen.", {"shark"}, set()),
        ("Shark Injures Diver Near Beach", {"shark", "injure", "beach"}, set()),
        ("SHARK INJURES DIVER NEAR BEACH", {"shark", "injure", "beach"}, set()),
        ("I met Mr. Baker yesterday.", set(), {"baker"}),
        ("The shares of U.S. Steel fell.", {"share"}, {"steel"}),
        ("Wall Street fell for a third day.", set(), {"wall", "street"}),
        ("Baker Hughes cut its forecast for this year.", {"forecast"}, {"baker"}),
        ("He ate turkey on china plates.", set(), {"Turkey", "China"}),
        ("He went to Turkey.", {"Turkey"}, set()),
        ("They polish the silver.", set(), {"Polish"}),
        ("A Polish town.", {"Polish"}, set()),
        ("AIDS is a disease.", {"disease"}, {"aid"}),
        ("The Supreme Court ruled on it.", {"supreme court"}, {"court"}),
        ("They met on Thursday.", {"Thursday"}, set()),
    ],
)
def test_capitals_tell_names_from_words(sentence: str, told: set[str], not_told: set[str]) -> None:
    found = spanish(sentence).keys()
    assert told <= found and not not_told & found, found


def test_code_and_links_are_no_words() -> None:
    assert "shark" not in spanish("Call `shark()` now.")
    assert "shark" not in spanish("See [this](http://shark.org/shark).")
    assert "shark" in spanish("See the **shark** now.")


def test_places_that_a_glossary_took_are_left_to_it() -> None:
    sentence = "The shark and the lobster and the sharks."
    at = sentence.index("lobster")
    assert spanish(sentence, taken=[(at, at + 7)]) == {"shark": "tiburón"}
    # The other place still has its own.
    assert "shark" in spanish(sentence, taken=[(4, 9)])
    assert "shark" not in spanish(sentence, taken=[(4, 9), (34, 40)])


@pytest.mark.parametrize(("source", "target"), [("de", "en"), ("en", "ja"), ("fr", "es")])
def test_other_pairs_have_none(source: str, target: str) -> None:
    assert lexicon.entries("The shark and the lobster.", source, target) == {}


def test_the_table_is_whole() -> None:
    names, *rows = table()
    assert names == ["en", "fr", "de", "es"]
    assert lexicon.languages() == {"fr", "de", "es"}
    assert len(rows) > 15_000
    for row in rows:
        assert len(row) == 4 and all(cell == cell.strip() != "" for cell in row), row
        assert all(cell.count(" / ") <= 1 and not set(cell) & set(";=()") for cell in row), row
    headwords = [row[0].lower() for row in rows]
    assert headwords == sorted(headwords)
    assert len({headword.replace("-", " ") for headword in headwords}) == len(headwords)


def test_irregular_forms_are_of_one_word_each() -> None:
    with IRREGULAR.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    forms = [form for _, *forms in rows for form in forms]
    assert len(forms) == len(set(forms)) and all(len(row) > 1 for row in rows)
    assert list(bases("sought")) == ["sought", "seek"]


def test_words_without_end_take_no_more_than_their_share() -> None:
    # Each word looks at the few after it only: this ended in minutes where it copied the rest.
    assert set(spanish("sharks " * 50_000)) == {"shark"}
