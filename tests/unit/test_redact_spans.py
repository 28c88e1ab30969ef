"""Overlaps, edges, addresses in parts, and who is who."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from slm_magic.tasks.redact_operators import Fake, Tag, like
from slm_magic.tasks.redact_spans import People, key, resolve


def cut(text: str, *findings: tuple[str, str, float]) -> list[tuple[str, str]]:
    given = [
        (kind, text.index(part), text.index(part) + len(part), score)
        for kind, part, score in findings
    ]
    return [(span.entity, text[span.start : span.end]) for span in resolve(text, given)]


def test_overlaps_become_one_span_over_all_characters() -> None:
    text = "write ann.lee@example.org now"
    spans = cut(
        text,
        ("PERSON", "ann.lee", 0.99),
        ("EMAIL_ADDRESS", "ann.lee@example.org", 1.0),
        ("URL", "example.org now", 0.5),
    )
    assert spans == [("EMAIL_ADDRESS", "ann.lee@example.org now")]


def test_a_checksum_wins_over_a_longer_guess() -> None:
    text = "no 4111 1111 1111 1111 22"
    spans = cut(
        text,
        ("CREDIT_CARD", "4111 1111 1111 1111", 1.0),
        ("PHONE_NUMBER", "1111 1111 1111 22", 0.5),
    )
    assert spans == [("CREDIT_CARD", "4111 1111 1111 1111 22")]


def test_unwanted_types_do_not_lend_their_parts() -> None:
    text = "ann.lee@example.org and DE89 3704 0044 0532 0130 00"
    findings = [
        ("EMAIL_ADDRESS", 0, 19, 1.0),
        ("PERSON", 0, 7, 0.9),
        ("IBAN_CODE", 24, 51, 1.0),
        ("CREDIT_CARD", 29, 48, 1.0),
    ]
    assert resolve(text, findings, {"CREDIT_CARD"}) == []
    [name] = resolve(text, findings, {"PERSON"})
    assert (name.start, name.end) == (0, 7)
    assert [s.entity for s in resolve(text, findings, {"EMAIL_ADDRESS"})] == ["EMAIL_ADDRESS"]


@pytest.mark.parametrize("seed", range(20))
def test_no_character_of_a_finding_is_left_and_spans_never_overlap(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice("abcd ,.-") for _ in range(80))
    findings = []
    for _ in range(rng.randint(1, 12)):
        start = rng.randrange(79)
        findings.append(("PHONE_NUMBER", start, min(80, start + rng.randint(1, 15)), rng.random()))
    spans = resolve(text, findings)
    gone = {i for span in spans for i in range(span.start, span.end)}
    assert gone == {i for _, start, end, _ in findings for i in range(start, end)}
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_a_part_of_a_hyphened_name_takes_the_whole() -> None:
    assert cut("for Ana Lopez-Diaz today", ("PERSON", "Ana Lopez", 0.9)) == [
        ("PERSON", "Ana Lopez-Diaz")
    ]
    assert cut("Sean O'Hara left", ("PERSON", "Hara", 0.9)) == [("PERSON", "O'Hara")]
    assert cut("that is Lopez's car", ("PERSON", "Lopez", 0.9)) == [("PERSON", "Lopez")]


def test_edges_are_trimmed() -> None:
    assert cut("(Ana Lopez), in", ("PERSON", "(Ana Lopez),", 0.9)) == [("PERSON", "Ana Lopez")]
    assert resolve("a , b", [("PERSON", 1, 4, 0.9)]) == []


def test_an_address_in_parts_is_one() -> None:
    text = "at 5 Dock Road\nLeeds, UK and Lyon, Paris"
    spans = cut(
        text,
        ("STREET_ADDRESS", "5 Dock Road", 0.9),
        ("LOCATION", "Leeds", 0.9),
        ("LOCATION", "UK", 0.9),
        ("LOCATION", "Lyon", 0.9),
        ("LOCATION", "Paris", 0.9),
    )
    assert spans == [
        ("STREET_ADDRESS", "5 Dock Road\nLeeds, UK"),
        ("LOCATION", "Lyon"),
        ("LOCATION", "Paris"),
    ]


def test_spellings_of_one_value_share_a_key() -> None:
    assert key("PERSON", "José  PÉREZ") == key("PERSON", "jose perez")
    assert key("PHONE_NUMBER", "(415) 555-0132") == key("PHONE_NUMBER", "415.555.0132")
    assert key("IBAN_CODE", "DE89 3704") == key("IBAN_CODE", "de893704")
    assert key("URL", "a.org/x-y") != key("URL", "a.org/xy")


def test_who_is_who() -> None:
    people = People(
        ["Maria C. Rossi", "Maria Rossi", "Rossi, Maria", "Luca Bianchi", "Anna Bianchi", "Kofi"]
    )
    maria = people.who("Maria Rossi")
    assert {people.who(name) for name in ("Maria C. Rossi", "ROSSI, MARIA", "Rossi", "maria")} == {
        maria
    }
    assert people.who("Bianchi") not in (people.who("Luca Bianchi"), people.who("Anna Bianchi"))
    assert people.who("Anna") == people.who("Anna Bianchi")
    assert people.who("Kofi") == "kofi"
    assert people.who("J.") == "j"


def test_tags_count_by_type_and_skip_those_of_the_texts() -> None:
    tag = Tag(["see <PERSON_2>", ""])
    assert tag("PERSON", "A", "a") == "<PERSON_1>"
    assert tag("PERSON", "B", "b") == "<PERSON_3>"
    assert tag("URL", "B", "b") == "<URL_1>"
    assert tag("PERSON", "A", "a") == "<PERSON_1>"


def test_like_keeps_the_form() -> None:
    made = like("AB-12 c", random.Random(1))
    assert made != "AB-12 c"
    assert [c.isdigit() for c in made] == [c.isdigit() for c in "AB-12 c"]
    assert made[:2].isupper()
    assert made[2] == "-"


def test_a_wanted_pattern_inside_an_unwanted_guess_is_taken_out() -> None:
    text = "x a@b.local y"
    findings = [("ORGANIZATION", 0, 13, 0.7), ("EMAIL_ADDRESS", 2, 11, 0.5)]
    [span] = resolve(text, findings, {"EMAIL_ADDRESS"})
    assert (span.entity, span.start, span.end) == ("EMAIL_ADDRESS", 2, 11)
    # Of parts that overlap, one remains.
    findings = [("LOCATION", 0, 13, 0.9), ("URL", 2, 11, 0.5), ("EMAIL_ADDRESS", 2, 8, 0.6)]
    spans = resolve(text, findings, {"EMAIL_ADDRESS", "URL"})
    assert [(s.start, s.end) for s in spans] == [(2, 11)]


def test_a_date_of_birth_is_one_though_the_head_is_surer_of_a_date() -> None:
    text = "born on 4 May 1950 in"
    date = [("DATE_TIME", 5, 18, 1.0), ("DATE_OF_BIRTH", 8, 18, 0.97)]
    assert [(s.entity, s.start, s.end) for s in resolve(text, date)] == [("DATE_OF_BIRTH", 5, 18)]
    # Of one that is not sure of itself, the longer stays.
    weak = [("DATE_TIME", 5, 18, 1.0), ("DATE_OF_BIRTH", 8, 18, 0.6)]
    assert [s.entity for s in resolve(text, weak)] == ["DATE_TIME"]


def test_a_made_up_date_of_birth_is_a_date() -> None:
    pytest.importorskip("faker")
    fake = Fake(b"k", "en")
    for number in range(1, 20):
        value = f"{number:02}/03/1961"
        made = fake("DATE_OF_BIRTH", value, value)
        day, month, year = map(int, made.split("/"))
        # In one order or the other: 05/03 is read as the third of May or the fifth of March.
        assert min(day, month) <= 12 and max(day, month) <= 31 and 1900 < year < 2100
        assert made != value
