"""redact as a user calls it, with a head that knows a few names and no model behind it."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

from slm_magic import domains
from slm_magic.errors import (
    EmptyTextError,
    FlaggedError,
    Interrupted,
    LanguageError,
    MissingDependencyError,
    OptionError,
    UnknownModelError,
)
from slm_magic.tasks import bulk, redact_head, redact_passes
from slm_magic.tasks import redact as task
from slm_magic.tasks.redact import redact
from slm_magic.tasks.redact_reading import Doubt, Found, Reading
from slm_magic.tasks.summarize import summarize
from slm_magic.tasks.translate import translate

KNOWN = {
    "Maria Rossi": "PERSON",
    "Maria": "PERSON",
    "Rossi": "PERSON",
    "MARIA ROSSI": "PERSON",
    "Luca Rossi": "PERSON",
    "Otto Brandt": "PERSON",
    "Lyon": "LOCATION",
    "4 Quay Lane": "STREET_ADDRESS",
    "Vexmar Ltd": "ORGANIZATION",
}
MAIL = (
    "Dear team, this is Maria Rossi, 4 Quay Lane, Lyon. Write to m.rossi@vexmar.example.org or "
    "call +33 4 72 10 20 30. Pay DE89 3704 0044 0532 0130 00 or card 4111-1111-1111-1111. Maria"
)


class FakeHead:
    """Finds the names it knows, longest first; interrupts before a text that says so."""

    labels = ("O", "PERSON", "LOCATION", "STREET_ADDRESS", "ORGANIZATION")

    def states(self, encoder: object, texts: Sequence[str], on_result: object) -> None:
        if any("press Ctrl-C" in text for text in texts):
            raise KeyboardInterrupt

    def readings(self, texts: Sequence[str], states: None) -> list[Reading]:
        out = []
        for text in texts:
            found: list[Found] = []
            for name in sorted(KNOWN, key=len, reverse=True):
                for match in re.finditer(rf"\b{re.escape(name)}\b", text):
                    if all(match.end() <= f.start or match.start() >= f.end for f in found):
                        found.append(Found(KNOWN[name], *match.span(), 0.9))
            doubts = [Doubt("PERSON", *m.span()) for m in re.finditer("Zorblax", text)]
            out.append(Reading(found, doubts))
        return out


HEAD = FakeHead()


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact_head, "load", lambda: HEAD)
    monkeypatch.setattr(task, "_encoder", lambda: None)
    monkeypatch.delenv("SLM_MAGIC_HASH_KEY", raising=False)


def test_a_mail_is_emptied_and_restored() -> None:
    result = redact(MAIL)
    assert result.text == (
        "Dear team, this is <PERSON_1>, <STREET_ADDRESS_1>. Write to <EMAIL_ADDRESS_1> or call "
        "<PHONE_NUMBER_1>. Pay <IBAN_CODE_1> or card <CREDIT_CARD_1>. <PERSON_1>"
    )
    assert result.restore() == MAIL
    assert result.model.name == "pii-minilm"
    assert len(result.model.sha256) == 64
    assert result.flags == ()


def test_spans_point_into_the_original() -> None:
    result = redact(MAIL)
    originals = [MAIL[span.start : span.end] for span in result.spans]
    assert originals[:2] == ["Maria Rossi", "4 Quay Lane, Lyon"]
    assert originals[-1] == "Maria"
    assert [s.start for s in result.spans] == sorted(s.start for s in result.spans)


def test_one_person_one_tag_in_the_whole_call() -> None:
    first, missing, second = redact(
        ["Rossi rang.", None, "MARIA ROSSI and Maria Rossi; Otto Brandt."]
    )
    assert first.text == "<PERSON_1> rang."
    assert missing is None
    assert second.text == "<PERSON_1> and <PERSON_1>; <PERSON_2>."
    # Each gets back the form that stood there.
    assert first.restore() == "Rossi rang."
    assert second.restore() == "MARIA ROSSI and Maria Rossi; Otto Brandt."


def test_a_surname_of_two_people_is_neither() -> None:
    texts = redact(["Maria Rossi met Luca Rossi.", "Then Rossi left, and Maria stayed."])
    assert texts[0].text == "<PERSON_1> met <PERSON_2>."
    assert texts[1].text == "Then <PERSON_3> left, and <PERSON_1> stayed."


def test_a_tag_in_the_text_is_left_and_never_reused() -> None:
    result = redact("<PERSON_1> wrote to Maria Rossi about <PERSON_3> and Otto Brandt.")
    assert result.text == "<PERSON_1> wrote to <PERSON_2> about <PERSON_3> and <PERSON_4>."
    assert result.restore() == "<PERSON_1> wrote to Maria Rossi about <PERSON_3> and Otto Brandt."
    assert result.restore("Für <PERSON_4>, nicht <PERSON_1>") == "Für Otto Brandt, nicht <PERSON_1>"


def test_restore_takes_another_text_and_only_tags_can_be_undone() -> None:
    result = redact("Maria Rossi lives in Lyon.")
    assert result.restore("À <LOCATION_1> vit <PERSON_1>.") == "À Lyon vit Maria Rossi."
    with pytest.raises(OptionError, match="tag"):
        redact("Maria Rossi", operator="mask").restore()


def test_mask_keeps_the_length_and_no_character() -> None:
    result = redact("Ask Maria Rossi.", operator="mask")
    assert result.text == "Ask ***********."
    assert result.mapping == {}


def test_hash_is_keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = redact(["Maria Rossi", "maria.r@example.org, Maria"], operator="hash")
    assert re.fullmatch(r"<PERSON_[0-9a-f]{16}>", one.text)
    assert one.text in other.text
    # Without a key of the user's, two calls share nothing that could be compared.
    assert redact("Maria Rossi", operator="hash").text != one.text
    monkeypatch.setenv("SLM_MAGIC_HASH_KEY", "correct horse")
    kept = redact("Maria Rossi", operator="hash").text
    assert redact("Maria Rossi", operator="hash").text == kept
    monkeypatch.setenv("SLM_MAGIC_HASH_KEY", "another")
    assert redact("Maria Rossi", operator="hash").text != kept


def test_fake_is_consistent_and_never_the_original() -> None:
    pytest.importorskip("faker")
    result = redact(MAIL, operator="fake")
    for original in ("Maria", "Rossi", "Quay", "Lyon", "vexmar", "4111", "3704"):
        assert original not in result.text
    fakes = [span.placeholder for span in result.spans if span.entity_type == "PERSON"]
    assert fakes[0].split()[0] == fakes[1]
    assert "@" in result.text


def test_entities_take_only_what_was_asked_for() -> None:
    result = redact(MAIL, entities="email_address, PERSON")
    assert {span.entity_type for span in result.spans} == {"EMAIL_ADDRESS", "PERSON"}
    assert "4111-1111-1111-1111" in result.text
    assert redact(MAIL, entities=["CREDIT_CARD"]).text.count("<") == 1


def test_an_unknown_entity_is_named_with_a_suggestion() -> None:
    with pytest.raises(OptionError, match=r"'EMAIL_ADRESS'\. Did you mean 'EMAIL_ADDRESS'\?"):
        redact(MAIL, entities="EMAIL_ADRESS")


def test_unknown_operator_language_and_model() -> None:
    with pytest.raises(OptionError, match=r"Did you mean 'mask'"):
        redact(MAIL, operator="masc")
    with pytest.raises(LanguageError, match="'xx'"):
        redact(MAIL, language="xx")
    with pytest.raises(UnknownModelError, match="pii-minilm"):
        redact(MAIL, model="something-else")
    with pytest.raises(OptionError):
        redact(MAIL, domain="no-such-domain")


def test_finance_keeps_dates_and_places_and_nothing_that_identifies() -> None:
    text = "Wire it on 14 March 2031 to DE89 3704 0044 0532 0130 00, mail dana@example.org."
    found = redact(text, domain="finance")
    assert [span.entity_type for span in found.spans] == ["IBAN_CODE", "EMAIL_ADDRESS"]
    assert "14 March 2031" in found.text
    # Types asked for by name count before the domain's.
    (date,) = redact(text, domain="finance", entities="DATE_TIME").spans
    assert date.entity_type == "DATE_TIME"


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl", "pt", "pl"])
def test_finance_forgets_no_type_that_identifies(language: str) -> None:
    from slm_magic.tasks import redact_engine

    stays = {"DATE_TIME", "LOCATION", "ORGANIZATION", "TITLE", "URL"}
    known = {e for one in redact_engine._patterns(language) for e in one.supported_entities}
    assert known - stays <= set(domains.get("finance").entities)


@pytest.mark.parametrize(
    ("domain", "text", "gone", "entity"),
    [
        ("medical", "The MRN: 00481-223 is on file.", "00481-223", "MEDICAL_RECORD"),
        ("medical", "Patient no. AB-77120 was seen.", "AB-77120", "MEDICAL_RECORD"),
        ("medical", "She was born on 3 May 1961 in winter.", "3 May 1961", "DATE_OF_BIRTH"),
        ("medical", "DOB 05/03/1961, no allergies.", "05/03/1961", "DATE_OF_BIRTH"),
        ("medical", "Policy number HX-4471902 covers it.", "HX-4471902", "INSURANCE_NUMBER"),
        ("legal", "See 1:21-cv-01234-ABC for that.", "1:21-cv-01234-ABC", "CASE_NUMBER"),
        ("legal", "The ruling in 4 O 123/22 stands.", "4 O 123/22", "CASE_NUMBER"),
        ("legal", "As held in C-131/12, it may.", "C-131/12", "CASE_NUMBER"),
        ("legal", "Case No. 2021/CV/88 was closed.", "2021/CV/88", "CASE_NUMBER"),
        ("software", "Use ghp_" + "a1B2" * 9 + " for it.", "ghp_" + "a1B2" * 9, "API_KEY"),
    ],
)
def test_a_field_finds_its_own_numbers(domain: str, text: str, gone: str, entity: str) -> None:
    found = redact(text, domain=domain)
    assert gone not in found.text, found.text
    assert entity in [span.entity_type for span in found.spans]
    assert entity not in [span.entity_type for span in redact(text).spans]


@pytest.mark.parametrize("domain", ["medical", "legal", "software"])
def test_a_field_leaves_ordinary_text_alone(domain: str) -> None:
    text = (
        "The patient has a cold and a case of nerves. Chapter 4 says 12 mg a day, in case 3 is "
        "too few. File the report and claim your seat; version 3.2-rc1 is out, ratio 4/22."
    )
    assert redact(text, domain=domain).text == text


def test_a_pack_with_a_broken_expression_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text('title = "x"\n[[patterns]]\nentity = "ODD"\nregex = "("\n')
    with pytest.raises(OptionError, match="A regex for ODD"):
        redact(MAIL, domain=str(path))


def test_empty_text_and_empty_rows() -> None:
    with pytest.raises(EmptyTextError):
        redact("  \n")
    assert redact([]) == []
    assert [r.text for r in redact(["", " "])] == ["", " "]
    assert redact([None, float("nan")]) == [None, None]


def test_what_was_left_in_doubt_is_flagged_where_it_stands() -> None:
    result = redact("Maria Rossi met Zorblax; file 123456789012345.")
    kinds = [flag.kind for flag in result.flags]
    assert kinds == ["low_score", "low_score"]
    marked = [result.text[flag.start : flag.end] for flag in result.flags]
    assert marked == ["Zorblax", "123456789012345"]
    assert not any("Zorblax" in flag.message or "1234" in flag.message for flag in result.flags)
    with pytest.raises(FlaggedError, match="low_score"):
        redact("Zorblax", strict=True)
    # Asked for e-mail addresses alone, a doubtful name is nobody's business.
    assert redact("Zorblax", entities="EMAIL_ADDRESS").flags == ()


def test_ordinary_text_is_left_alone_and_not_flagged() -> None:
    text = (
        "Release 3.11.2 costs $1,299.00 and weighs 12.5 kg; see section 4.2, page 117, ISO 9001. "
        "Between 10:30 and 11:45 the ratio was 0.0078125, and x::y stayed 1,234,567,890.12."
    )
    result = redact(text)
    assert result.text == text
    assert result.spans == ()
    assert result.flags == ()


def test_interrupt_keeps_what_was_finished() -> None:
    # No two alike, or they would be read as one.
    texts = ["Maria Rossi is in." + "!" * i for i in range(redact_passes.CHUNK)]
    texts += ["press Ctrl-C", "Otto Brandt"]
    with pytest.raises(Interrupted) as caught:
        redact(texts)
    assert caught.value.done == redact_passes.CHUNK
    assert caught.value.results[0].text == "<PERSON_1> is in."
    assert caught.value.results[-2:] == [None, None]
    # The next call works.
    assert redact("Otto Brandt").text == "<PERSON_1>"


def test_what_was_read_before_an_interrupt_is_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [
        f"{name} is in, room {i}." for i, name in enumerate(["Maria Rossi", "Otto Brandt"] * 40)
    ]
    texts[40] = "Otto Brandt: press Ctrl-C"
    with pytest.raises(Interrupted) as caught:
        redact(texts)
    read: list[str] = []
    patient = FakeHead()
    monkeypatch.setattr(patient, "states", lambda _, texts, __: read.extend(texts))
    monkeypatch.setattr(redact_head, "load", lambda: patient)
    whole = redact(texts)
    assert len(read) == 80
    read.clear()
    again = redact(texts, resume=caught.value)
    assert len(read) == 80 - caught.value.done
    assert [replace(one, elapsed=0.0) for one in again] == [
        replace(one, elapsed=0.0) for one in whole
    ]
    # What stands for a name is chosen anew; what is looked for is not.
    assert (
        redact(texts, resume=caught.value, operator="mask")[0].text == "*********** is in, room 0."
    )
    for changed, says in (
        ({"entities": "EMAIL_ADDRESS"}, "other options"),
        ({"resume": Interrupted([], 0, 1)}, "takes the Interrupted"),
    ):
        with pytest.raises(OptionError, match=says):
            redact(texts, **{"resume": caught.value, **changed})
    with pytest.raises(OptionError, match="other texts"):
        redact(texts[1:], resume=caught.value)


def test_a_domain_pack_changed_since_the_interrupt_is_another_option(tmp_path: Path) -> None:
    pack = tmp_path / "ward.toml"
    text = 'title = "Ward"\n[[patterns]]\nentity = "WARD"\nregex = "{}"\n'
    pack.write_text(text.format("ward [0-9]"), encoding="utf-8")
    texts = [f"Maria Rossi is in ward {i}." for i in range(40)] + ["press Ctrl-C"]
    with pytest.raises(Interrupted) as caught:
        redact(texts, domain=str(pack))
    pack.write_text(text.format("in ward [0-9]"), encoding="utf-8")
    with pytest.raises(OptionError, match="other options"):
        redact(texts, domain=str(pack), resume=caught.value)


def test_a_column_is_redacted_with_the_same_tags_in_all_rows() -> None:
    found: dict[int, Any] = {}
    texts = ["Maria Rossi", None, "Otto Brandt", "Maria Rossi wrote."]
    bulk.run("redact", iter(texts), found.__setitem__)
    assert {row: one.text for row, one in found.items()} == {
        0: "<PERSON_1>", 2: "<PERSON_2>", 3: "<PERSON_1> wrote.",
    }  # fmt: skip
    found.clear()
    many = [f"Maria Rossi {i}" for i in range(40)]
    with pytest.raises(KeyboardInterrupt):
        bulk.run("redact", [*many, "press Ctrl-C"], found.__setitem__)
    assert sorted(found) == list(range(redact_passes.CHUNK))


def test_nothing_shown_or_logged_holds_the_original(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        result = redact(MAIL + " IBAN GB00 XXXX 0000 0000 0000 00")
    logged = " ".join(record.getMessage() for record in caplog.records)
    for secret in ("Maria", "Rossi", "4111", "3704", "GB00", "vexmar"):
        assert secret not in repr(result)
        assert secret not in logged
    assert not any(hasattr(span, "text") for span in result.spans)


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("redact opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    result = redact(
        "Mail otto@firm.co.uk, see https://firm.example.com/a and 10.1.2.3.", operator="tag"
    )
    assert result.text == "Mail <EMAIL_ADDRESS_1>, see <URL_1> and <IP_ADDRESS_1>."


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.delitem(sys.modules, "slm_magic.tasks.redact_engine", raising=False)
    with pytest.raises(MissingDependencyError, match=r"slm-magic\[redact\]"):
        redact(MAIL)


def test_entity_types_differ_by_language() -> None:
    assert {"PERSON", "US_SSN", "CREDIT_CARD"} <= set(task.entity_types("en"))
    assert "ES_NIF" in task.entity_types("es")
    assert "FR_NIR" in task.entity_types("fr")
    assert "ES_NIF" not in task.entity_types("en")


@pytest.mark.parametrize("run", [redact, summarize, partial(translate, target="fr")])
def test_half_a_character_is_told_by_its_row_and_never_quoted(run: Any) -> None:
    with pytest.raises(OptionError, match=r"^The text has half a character .* at 4;") as error:
        run("Anna\ud800 Weber")
    assert "Anna" not in str(error.value)
    with pytest.raises(OptionError, match=r"^Row 2 has half a character"):
        run(["Good morning.", None, "caf\udce9"])
