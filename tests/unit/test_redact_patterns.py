"""What has a pattern or a checksum, in the forms people write it, and what only looks like it."""

from __future__ import annotations

import pytest

pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

from slm_magic.tasks.redact_engine import THRESHOLD, Analyzer
from slm_magic.tasks.redact_patterns import luhn, mod97
from slm_magic.tasks.redact_spans import resolve
from slm_magic.tasks.redact_words import IBAN_LENGTHS


class _NoHead:
    labels = ("O", "PERSON")


@pytest.fixture(scope="module")
def analyzers() -> dict[str, Analyzer]:
    return {language: Analyzer(language, _NoHead()) for language in ("en", "de", "fr", "es")}  # type: ignore[arg-type]


def found(analyzer: Analyzer, text: str) -> list[tuple[str, str]]:
    findings = [f for f in analyzer.analyze(text, []) if f[3] >= THRESHOLD]
    return [(span.entity, text[span.start : span.end]) for span in resolve(text, findings)]


@pytest.mark.parametrize(
    ("entity", "value", "frame"),
    [
        ("EMAIL_ADDRESS", "jo.o'neil+news@mail.firm.co.uk", "write to {}."),
        ("EMAIL_ADDRESS", "root@printer.local", "{} sent it"),
        ("CREDIT_CARD", "4111111111111111", "paid with {}, thanks"),
        ("CREDIT_CARD", "5500 0000 0000 0004", "paid with {}"),
        ("CREDIT_CARD", "3782-822463-10005", "({})"),
        ("CREDIT_CARD", "4111 1111 1111 1112", "{} was refused"),
        ("CREDIT_CARD", "6759649826438453", "my Maestro is {}"),
        ("IBAN_CODE", "DE89370400440532013000", "IBAN: {}"),
        ("IBAN_CODE", "GB82 WEST 1234 5698 7654 32", "to {} today"),
        ("IBAN_CODE", "FR14 2004 1010 0505 0001 3M02 606", "au {}"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 01", "a mistyped {} is one too"),
        ("IP_ADDRESS", "192.168.14.7", "from {}:"),
        ("IP_ADDRESS", "2001:db8:85a3::8a2e:370:7334", "host {} up"),
        ("US_SSN", "536-90-4399", "{} is his"),
        ("US_SSN", "900-12-3456", "never issued, {} all the same"),
        ("US_SSN", "536904399", "social security: {}"),
        ("PHONE_NUMBER", "+49 (0)30 1234567", "call {}"),
        ("PHONE_NUMBER", "(415) 555-0132", "{} after five"),
        ("PHONE_NUMBER", "415.555.0132 x12", "{}"),
        ("PHONE_NUMBER", "020 7946 0018", "ring {} now"),
        ("PHONE_NUMBER", "0044 20 7946 0018", "ring {}"),
        ("PHONE_NUMBER", "79 461 823", "my phone is {}"),
        ("PHONE_NUMBER", "7946182", "tel {}"),
        ("MAC_ADDRESS", "00:1B:44:11:3A:B7", "device {} joined"),
        ("URL", "https://example.org/u/ann?x=1", "see {}."),
        ("URL", "www.firm-name.com/contact", "or {}"),
        ("DATE_TIME", "2021-03-04", "born {}"),
        ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "send to {}"),
        ("UK_NINO", "AB 12 34 56 C", "insurance number {}"),
    ],
)
def test_it_is_found_whole(
    analyzers: dict[str, Analyzer], entity: str, value: str, frame: str
) -> None:
    assert found(analyzers["en"], frame.format(value)) == [(entity, value)]


@pytest.mark.parametrize(
    ("language", "entity", "value", "frame"),
    [
        ("de", "PHONE_NUMBER", "089 / 123 456 78", "Telefon {}"),
        ("de", "IBAN_CODE", "AT61 1904 3002 3457 3201", "Konto {}"),
        ("fr", "PHONE_NUMBER", "06 12 34 56 78", "appelez le {}"),
        ("fr", "FR_NIR", "2 84 05 75 116 042 18", "Sécu {}"),
        ("es", "ES_NIF", "12345678Z", "DNI {}"),
        ("es", "PHONE_NUMBER", "612 345 678", "móvil {}"),
        ("es", "STREET_ADDRESS", "Calle de la Luna 7", "vivo en {} y"),
        ("de", "STREET_ADDRESS", "Lindenallee 17", "in der {} wohnt"),
        ("fr", "STREET_ADDRESS", "14 bis, rue des Tilleuls", "au {} depuis"),
        ("de", "STREET_ADDRESS", "Lindenallee 17, 28203 Bremen", "wohnhaft {}."),
        ("fr", "STREET_ADDRESS", "5 impasse du Moulin, 64100 Bayonne", "au {}, pour"),
        ("es", "STREET_ADDRESS", "calle Sol 9, 41003 Sevilla", "en la {}. Vivo"),
        ("de", "ORGANIZATION", "Hansa Kühltechnik GmbH", "an die {} geht"),
        ("de", "ORGANIZATION", "Wagner & Partner GmbH & Co. KG", "die {} liefert"),
        ("fr", "ORGANIZATION", "Boulangerie du Port SARL", "chez {} depuis"),
        ("es", "ORGANIZATION", "Inmuebles Monte Verde S.L.", "contra {}, que"),
        ("en", "ORGANIZATION", "Harrow Lane Dental, Inc.", "to {} today"),
        ("fr", "PERSON", "Lefèvre", "Bonjour Madame {},"),
        ("fr", "PERSON", "Julien Moreau", "Bonjour, je suis {}, et"),
        ("es", "PERSON", "Lucía", "me llamo {} y"),
        ("de", "PERSON", "Schneider", "Sehr geehrte Frau {},"),
        ("de", "DATE_TIME", "3. März 2024", "am {} um"),
        ("en", "PERSON", "Okafor", "Tell Mrs. {} that"),
        ("en", "DATE_TIME", "14th of March 2025", "on the {} we"),
        ("en", "DATE_TIME", "March 14, 2025", "on {} we"),
    ],
)
def test_other_languages(
    analyzers: dict[str, Analyzer], language: str, entity: str, value: str, frame: str
) -> None:
    assert found(analyzers[language], frame.format(value)) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "The total is 1,234,567.89 euros, or 1 234 567 in all.",
        "Version 10.4.1, build 20457, ISO 8601 and RFC 5321.",
        "item.name and setup.py are in README.md; std::vector and a::b are C++.",
        "The ratio is 0.0123456789 and the odds 3/4.",
        "Invoice INV-20391, SKU 884213, order 55120.",
        "At 10:30:15 the temperature was -12.5 degrees.",
        "i = 10_000_000; x = [1, 2, 3, 4, 5, 6, 7, 8, 9]",
        "Pages 120-135 and 2019-2023.",
        "Eine GmbH, a plc or an LLC: The LLC pays. Die GmbH haftet, une SARL aussi, la S.A. no.",
    ],
)
def test_ordinary_numbers_stay(analyzers: dict[str, Analyzer], text: str) -> None:
    assert found(analyzers["en"], text) == []


def test_words_behind_an_iban_stay(analyzers: dict[str, Analyzer]) -> None:
    text = "Pay DE89 3704 0044 0532 0130 00 for the new car by noon."
    assert found(analyzers["en"], text) == [("IBAN_CODE", "DE89 3704 0044 0532 0130 00")]


def test_checksums() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert mod97("GB82WEST12345698765432")
    assert not mod97("GB82WEST12345698765433")
    assert all(15 <= int(length) <= 34 for length in IBAN_LENGTHS.values())
