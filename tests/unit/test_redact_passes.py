"""Two passes over a column: equal texts once, the encoder ahead, nothing lost at Ctrl-C."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

import phonenumbers
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

from slm_magic import progress
from slm_magic.tasks import redact as task
from slm_magic.tasks import redact_engine, redact_head, redact_passes
from slm_magic.tasks.redact_engine import Analyzer
from slm_magic.tasks.redact_reading import Found, Reading

NAME = re.compile(r"\b(?:Ada|Bo) \w+")


class Head:
    """Finds names of Ada and Bo, and remembers what it read, and where."""

    labels = ("O", "PERSON")

    def __init__(self) -> None:
        self.read: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.on_states: Callable[[Sequence[str], Callable[[int, object], None]], None] | None = None

    def states(
        self, encoder: object, texts: Sequence[str], on_result: Callable[[int, object], None]
    ) -> int:
        self.read += texts
        self.threads.add(threading.current_thread())
        if self.on_states is not None:
            self.on_states(texts, on_result)
        return len(texts)

    def readings(self, texts: Sequence[str], states: int) -> list[Reading]:
        assert states == len(texts)
        return [
            Reading([Found("PERSON", *m.span(), 0.9) for m in NAME.finditer(text)], [])
            for text in texts
        ]


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Head:
    made = Head()
    monkeypatch.setattr(redact_head, "load", lambda: made)
    monkeypatch.setattr(task, "_encoder", lambda: None)
    return made


def test_equal_texts_are_read_once_and_written_for_each_row(head: Head) -> None:
    texts = ["Ada Quist rang.", None, "Bo Lind rang.", "Ada Quist rang.", "", "Bo Lind rang."]
    results = task.redact(texts)
    assert sorted(head.read) == ["", "Ada Quist rang.", "Bo Lind rang."]
    assert [r and r.text for r in results] == [
        "<PERSON_1> rang.",
        None,
        "<PERSON_2> rang.",
        "<PERSON_1> rang.",
        "",
        "<PERSON_2> rang.",
    ]


def test_lots_are_one_call(head: Head) -> None:
    passes = task.prepare(operator="tag")
    passes.read(["Lind rang Ada Quist.", None])
    passes.read(["Bo Lind rang.", "Lind rang Ada Quist."])
    written: dict[int, str] = {}
    passes.write(lambda row, result: written.update({row: result.text}))
    assert head.read == ["Lind rang Ada Quist.", "Bo Lind rang."]
    assert list(written) == [0, 2, 3]
    assert written == {
        0: "Lind rang <PERSON_1>.",
        2: "<PERSON_2> rang.",
        3: "Lind rang <PERSON_1>.",
    }


def test_many_texts_go_through_in_order_with_the_encoder_ahead(head: Head) -> None:
    texts = [f"Ada Q{'abcdefghij'[i % 10] * (1 + i // 10)} rang." for i in range(150)]
    results = task.redact(texts, operator="mask")
    assert [len(r.text) for r in results] == [len(text) for text in texts]
    assert all(re.fullmatch(r"\*+ rang\.", r.text) for r in results)
    assert sorted(head.read) == sorted(texts)
    assert threading.current_thread() not in head.threads


def test_a_chunk_is_bounded_by_its_characters() -> None:
    long = "x" * (redact_passes.CHUNK_CHARACTERS // 2)
    chunks = list(redact_passes._chunks(["a", long, "b", long, long + long, "c"]))
    assert chunks == [["a", long, "b"], [long], [long + long], ["c"]]
    many = [str(i) for i in range(2 * redact_passes.CHUNK + 1)]
    assert [len(c) for c in redact_passes._chunks(many)] == [redact_passes.CHUNK] * 2 + [1]
    assert list(redact_passes._chunks([])) == []


def test_the_bar_counts_the_rows_that_each_text_stands_for(
    head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    class Bar:
        def update(self, n: float = 1) -> None:
            seen.append(n)

        def close(self) -> None:
            seen.append("closed")

    def bar(total: float, **options: Any) -> Bar:
        seen.append((total, options))
        return Bar()

    monkeypatch.setattr(progress, "bar", bar)
    task.prepare().read(["Ada Quist", "Bo Lind", "Ada Quist"], weights=[5, 2, 1], progress=True)
    assert seen == [(8, {"what": "Redacting", "unit": "row", "show": True}), 6, 2, "closed"]


def test_ctrl_c_stops_the_encoder_and_keeps_what_was_finished(head: Head) -> None:
    size = redact_passes.CHUNK
    texts = [f"Ada Quist rang{'!' * i}" for i in range(4 * size)]
    stopped = threading.Event()
    started = threading.Event()

    def on_states(some: Sequence[str], on_result: Callable[[int, object], None]) -> None:
        if some[0] == texts[size]:
            # As a signal would, in the thread that waits for this, once the next chunk is read.
            started.wait(30)
            raise KeyboardInterrupt
        if some[0] == texts[2 * size]:
            started.set()
            try:
                for _ in range(3000):
                    on_result(0, None)
                    stopped.wait(0.01)
            except Exception:
                stopped.set()
                raise

    head.on_states = on_states
    passes = task.prepare(operator="mask")
    with pytest.raises(KeyboardInterrupt):
        passes.read(texts)
    assert stopped.is_set()
    assert texts[-1] not in head.read
    rows: list[int] = []
    passes.write(lambda row, result: rows.append(row))
    assert rows == list(range(size))
    # What was stopped can go on.
    head.on_states = None
    passes.read(texts[size:])
    rows.clear()
    passes.write(lambda row, result: rows.append(row))
    assert rows[:size] == list(range(size))
    assert len(rows) == 7 * size


def test_a_fault_of_the_model_is_raised(head: Head) -> None:
    def on_states(some: Sequence[str], on_result: object) -> None:
        raise ValueError("no such piece")

    head.on_states = on_states
    with pytest.raises(ValueError, match="no such piece"):
        task.redact(["Ada Quist rang."] * 3)


TEXTS = [
    "Call Ada Quist on (212) 555-0143 or +44 20 7946 0958, e-mail ada@quist.example.org.",
    "Card 4111 1111 1111 1111, account number 12345678, SSN 536-22-1234, passport 912803456.",
    "Ada Quist was born on 12/03/1984; her IP is 10.2.3.4 and the site is www.quist.example.com.",
    "My driver license is H12234567 and the other one is H12234567, the number of my bank too.",
    "Konto DE89 3704 0044 0532 0130 00, Steuer-ID 86095742719, Telefon 030 1234567, Frau Ada Quist.",
    "Numéro 06 12 34 56 78, NIR 1 84 12 76 451 089 46, Madame Ada Quist, 12 mai 2021.",
    "DNI 12345678Z, llame al 912 345 678, tarjeta 5500 0000 0000 0004, Señora Ada Quist.",
    "Nothing here is anyone's.",
    "",
    "123 45 6789 phone 555 0143 number 555 0143 card 3782 822463 10005 2001:db8::1 00:1A:2B:3C:4D:5E",
]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pl", "sv"])
def test_findings_are_those_of_presidios_own_engine(language: str) -> None:
    ours = Analyzer(language, Head())
    model = _model(language)
    engine = AnalyzerEngine(
        registry=RecognizerRegistry([model, *ours.recognizers], supported_languages=[language]),
        nlp_engine=ours.nlp,
        supported_languages=[language],
        context_aware_enhancer=LemmaContextAwareEnhancer(
            context_matching_mode="whole_word", context_suffix_count=2
        ),
    )
    assert set(ours.entities) == set(engine.get_supported_entities(language))
    some = 0
    for text in [*TEXTS, " ".join(TEXTS)]:
        (reading,) = Head().readings([text], 1)
        found = ours.analyze(text, reading.found)
        model.found = reading.found
        theirs = engine.analyze(text, language, score_threshold=0.0)
        assert found == [(r.entity_type, r.start, r.end, r.score) for r in theirs]
        some += len(found)
    assert some > 20


def _model(language: str) -> Any:
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    class Model(EntityRecognizer):  # type: ignore[misc]
        found: Sequence[Found] = ()

        def load(self) -> None:
            pass

        def analyze(self, text: str, entities: Any, nlp_artifacts: Any) -> list[Any]:
            key = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY
            return [
                RecognizerResult(
                    f.label, f.start, f.end, f.score, recognition_metadata={key: self.id}
                )
                for f in self.found
            ]

    return Model(["PERSON"], supported_language=language)


def test_the_analyzers_that_are_kept_are_few() -> None:
    from slm_magic.domains import Pattern

    head = Head()
    first = redact_engine.analyzer("en", head, ())
    assert redact_engine.analyzer("en", head, ()) is first
    for number in range(12):
        own = Pattern(f"KIND_{number}", rf"K{number}-\d+", 0.9)
        assert f"KIND_{number}" in redact_engine.analyzer("en", head, (own,)).entities
    assert redact_engine.analyzer.cache_info().currsize <= 8


def test_no_telephone_number_has_fewer_than_four_digits() -> None:
    # What lets a text without four digits side by side pass unread.
    regions = [
        phonenumbers.PhoneMetadata.metadata_for_region(r) for r in phonenumbers.SUPPORTED_REGIONS
    ]
    others = [
        phonenumbers.PhoneMetadata.metadata_for_nongeo_region(code)
        for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    assert len(regions) > 200
    assert min(min(one.general_desc.possible_length) for one in [*regions, *others]) >= 4
