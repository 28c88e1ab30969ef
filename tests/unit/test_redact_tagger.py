"""Labels, spans and windows of a token classifier, with scores given by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from slm_magic.tasks import redact_labels
from slm_magic.tasks.redact_head import words
from slm_magic.tasks.redact_labels import NOT_PERSONAL, Label
from slm_magic.tasks.redact_tagger import Tagger, first_pieces

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-MISC")


class Model:
    """One piece a word, or a piece of up to three letters; scores as they are asked for."""

    def __init__(self, table: dict[str, Any], labels: tuple[str, ...], positions: int = 30) -> None:
        self.tokenizer, self.positions = self, positions
        self._table, self._labels = table, labels
        self._words: list[str] = []
        self.asked: list[list[int]] = []

    def encode_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        ids, offsets = [1], [(0, 0)]
        for word in words(text):
            for start in range(word.start, word.end, 3):
                self._words.append(text[start : min(word.end, start + 3)])
                ids.append(1 + len(self._words))
                offsets.append((start, min(word.end, start + 3)))
        return [*ids, 0], [*offsets, (0, 0)]

    def logits(self, ids: list[list[int]], *, on_result: None = None) -> list[Any]:
        self.asked += ids
        return [np.stack([self._row(i) for i in one]) for one in ids]

    def _row(self, number: int) -> Any:
        scores = self._table.get(self._words[number - 2] if number > 1 else "", {"O": 0.99})
        rest = max(1e-6, (1 - sum(scores.values())) / max(1, len(self._labels) - len(scores)))
        return np.log(np.array([scores.get(x, rest) for x in self._labels], np.float32))


def _readings(tagger: Tagger, model: Model, texts: list[str]) -> list[Any]:
    return tagger.readings(texts, tagger.states(model, texts))


def read(text: str, table: dict[str, Any], labels: tuple[str, ...] = BIO) -> Any:
    (reading,) = _readings(Tagger(labels), Model(table, labels), [text])
    return (
        [(one.label, text[one.start : one.end]) for one in reading.found],
        [(one.label, text[one.start : one.end]) for one in reading.doubts],
    )


def sure(label: str) -> dict[str, float]:
    return {label: 0.97}


@pytest.mark.parametrize(
    ("label", "entity"),
    [
        ("PER", "PERSON"), ("person", "PERSON"), ("GIVENNAME", "PERSON"), ("First Name", "PERSON"),
        ("GPE", "LOCATION"), ("LOC", "LOCATION"), ("STREET", "STREET_ADDRESS"),
        ("ORG", "ORGANIZATION"), ("EMAIL", "EMAIL_ADDRESS"), ("TELEPHONENUM", "PHONE_NUMBER"),
        ("DATE", "DATE_TIME"), ("NORP", "NRP"), ("MISC", "MISC"), ("work_of_art", "WORK_OF_ART"),
        ("Disease name", "DISEASE_NAME"), ("badge", "BADGE"), ("ID-2", "ID_2"),
    ],
)  # fmt: skip
def test_labels_name_types_of_redact(label: str, entity: str) -> None:
    assert redact_labels.entity(label) == entity


@pytest.mark.parametrize(
    ("labels", "meant"),
    [
        (["O", "B-PER", "I-PER"], [("", ""), ("B", "PERSON"), ("I", "PERSON")]),
        (["O", "PER", "LOC"], [("", ""), ("", "PERSON"), ("", "LOCATION")]),
        (["O", "I-ORG"], [("", ""), ("I", "ORGANIZATION")]),
        (
            ["O", "B-AGE", "I-AGE", "E-AGE", "S-AGE", "L-AGE", "U-AGE"],
            [("", ""), *((prefix, "AGE") for prefix in "BIESLU")],
        ),
        (["0", "B_PER", "I_PER"], [("", ""), ("B", "PERSON"), ("I", "PERSON")]),
        # A name, no place in a span.
        (["O", "E-MAIL", "S_KEY"], [("", ""), ("", "EMAIL_ADDRESS"), ("", "S_KEY")]),
        (["O", "X", "[CLS]", "PER"], [("", ""), ("", ""), ("", ""), ("", "PERSON")]),
    ],
)
def test_schemes_are_told_by_all_labels_together(labels: list[str], meant: list[Any]) -> None:
    assert [(one.prefix, one.entity) for one in redact_labels.read(labels)] == meant


@pytest.mark.parametrize(
    ("before", "after", "begins"),
    [("B", "I", False), ("I", "B", True), ("E", "I", True), ("I", "S", True), ("", "", False)],
)
def test_where_a_span_begins(before: str, after: str, begins: bool) -> None:
    assert Label(after, "PER", "PERSON").begins(Label(before, "PER", "PERSON")) is begins
    # A surname behind a first name is no other person's.
    assert not Label("B", "SURNAME", "PERSON").begins(Label("B", "GIVENNAME", "PERSON"))


def test_bio_tells_two_people_apart() -> None:
    table = {"Ann": sure("B-PER"), "Lee": sure("I-PER"), "Bo": sure("B-PER"), "Ulm": sure("B-LOC")}
    found, doubts = read("Ann Lee Bo left Ulm", table)
    assert found == [("PERSON", "Ann Lee"), ("PERSON", "Bo"), ("LOCATION", "Ulm")]
    assert doubts == []


def test_without_prefixes_neighbours_of_one_type_are_one() -> None:
    table = {"Ann": sure("PER"), "Lee": sure("PER"), "Ulm": sure("LOC")}
    assert read("Ann Lee in Ulm", table, ("O", "PER", "LOC"))[0] == [
        ("PERSON", "Ann Lee"),
        ("LOCATION", "Ulm"),
    ]


def test_bioes_ends_a_span_before_another() -> None:
    labels = ("O", "B-PER", "I-PER", "E-PER", "S-PER")
    table = {"Ann": sure("B-PER"), "Lee": sure("E-PER"), "Bo": sure("S-PER"), "Al": sure("S-PER")}
    assert read("Ann Lee Bo Al", table, labels)[0] == [
        ("PERSON", "Ann Lee"),
        ("PERSON", "Bo"),
        ("PERSON", "Al"),
    ]


def test_what_is_written_as_one_word_is_one_span() -> None:
    table = {"Ann": sure("B-PER"), "-": sure("B-PER"), "Lee": sure("B-PER")}
    assert read("see Ann-Lee", table)[0] == [("PERSON", "Ann-Lee")]


def test_a_word_takes_the_scores_of_its_first_piece() -> None:
    table = {"Alb": sure("B-PER"), "ert": sure("O"), "Reg": sure("O"), "ina": sure("B-LOC")}
    assert read("Albert Regina", table)[0] == [("PERSON", "Albert")]


def test_in_doubt_how_a_name_goes_on_it_is_still_a_name() -> None:
    # Neither label alone is likelier than O; that it is a person is.
    found, _ = read("Kim said", {"Kim": {"O": 0.4, "B-PER": 0.3, "I-PER": 0.3}})
    assert found == [("PERSON", "Kim")]


def test_doubtful_words_are_told_and_go_with_sure_neighbours() -> None:
    doubtful = {"O": 0.55, "I-PER": 0.43}
    assert read("Kim said", {"Kim": doubtful}) == ([], [("PERSON", "Kim")])
    assert read("Ann Kim said", {"Ann": sure("B-PER"), "Kim": doubtful})[0] == [
        ("PERSON", "Ann Kim")
    ]
    assert read("Kim said", {"Kim": {"O": 0.65, "I-PER": 0.3}}) == ([], [])


def test_what_names_nobody_is_found_but_no_ground_for_doubt() -> None:
    assert "MISC" in NOT_PERSONAL and "NRP" not in NOT_PERSONAL
    assert read("the Olympics", {"Oly": sure("B-MISC")}) == ([("MISC", "Olympics")], [])
    assert read("the Cup", {"Cup": {"O": 0.55, "B-MISC": 0.44}}) == ([], [])
    # But a possible name is told of.
    split = {"B-MISC": 0.5, "B-PER": 0.45}
    assert read("the Cup", {"Cup": split}) == ([("MISC", "Cup")], [("PERSON", "Cup")])


def test_pieces_of_white_space_belong_to_the_word_behind() -> None:
    text = "in  Łódź (A)."
    offsets = [(0, 2), (2, 3), (3, 4), (4, 6), (6, 8), (8, 10), (10, 11), (11, 13)]
    assert first_pieces(text, words(text), offsets) == [0, 2, 5, 6, 7, 7]
    # A space that is part of the piece.
    assert first_pieces("a bc", words("a bc"), [(0, 1), (1, 3), (3, 4)]) == [0, 1]
    # A sign that the tokenizer dropped.
    assert first_pieces("a _ b", words("a _ b"), [(0, 1), (4, 5)]) == [0, -1, 1]


def test_long_texts_are_read_in_windows_that_fit_the_table() -> None:
    table = {"Ann": sure("B-PER"), "Lee": sure("I-PER")}
    model = Model(table, BIO, positions=10)
    text = "so Ann Lee then " * 12
    (reading,) = _readings(Tagger(BIO), model, [text])
    assert [text[one.start : one.end] for one in reading.found] == ["Ann Lee"] * 12
    assert len(model.asked) > 5
    assert all(len(one) <= 10 and one[0] == 1 and one[-1] == 0 for one in model.asked)
    # All of several texts go to the model together.
    first = _readings(Tagger(BIO), model, ["Ann", "", "Lee Ann"])
    assert [len(one.found) for one in first] == [1, 0, 2]


def test_types_are_those_of_the_labels() -> None:
    assert Tagger(BIO).labels == ("O", "PERSON", "LOCATION", "MISC")
