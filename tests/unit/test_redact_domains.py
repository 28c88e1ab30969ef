"""Numbers of records, cases and licences in four languages, and what only looks like them."""

from __future__ import annotations

import pytest

pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

from slm_magic import domains
from slm_magic.tasks.redact_engine import THRESHOLD, Analyzer
from slm_magic.tasks.redact_spans import resolve

LANGUAGES = ("en", "de", "fr", "es")


class _NoHead:
    labels = ("O", "PERSON")


@pytest.fixture(scope="module")
def analyzers() -> dict[tuple[str, str], Analyzer]:
    return {
        (language, field): Analyzer(language, _NoHead(), domains.get(field).patterns)  # type: ignore[arg-type]
        for language in LANGUAGES
        for field in ("medical", "legal")
    }


def found(analyzer: Analyzer, text: str) -> list[tuple[str, str]]:
    findings = [f for f in analyzer.analyze(text, []) if f[3] >= THRESHOLD]
    return [(span.entity, text[span.start : span.end]) for span in resolve(text, findings)]


BORN = [
    ("en", "DOB: [03/14/1957]"),
    ("en", "born on [9 May 1949] in"),
    ("en", "date of birth [August 19, 1983],"),
    ("en", "Birthdate: [3-Mar-1961]."),
    ("de", "geb. am [12.04.1951],"),
    ("de", "geboren am [7. Juni 1938] in"),
    ("de", "Geburtsdatum: [30.01.32]"),
    ("fr", "né le [1er mars 1960] à"),
    ("fr", "née le [19/08/1946],"),
    ("fr", "Date de naissance : [1933-03-03]"),
    ("es", "nacida el [14 de julio de 1972] en"),
    ("es", "fecha de nacimiento: [05/11/1949],"),
    ("es", "F. nac.: [5-11-1949]"),
]


@pytest.mark.parametrize("field", ["medical", "legal"])
@pytest.mark.parametrize(("language", "marked"), BORN)
def test_dates_of_birth_are_known_as_such(
    analyzers: dict[tuple[str, str], Analyzer], field: str, language: str, marked: str
) -> None:
    text = marked.replace("[", "").replace("]", "")
    value = marked.partition("[")[2].partition("]")[0]
    assert found(analyzers[language, field], text) == [("DATE_OF_BIRTH", value)]


@pytest.mark.parametrize(
    ("language", "entity", "marked"),
    [
        ("en", "MEDICAL_RECORD", "MRN: [00481-223] is on file"),
        ("en", "MEDICAL_RECORD", "my record number is [MR-338120]."),
        ("en", "MEDICAL_RECORD", "hospital number [H418852],"),
        ("en", "MEDICAL_RECORD", "Chart # [77-20418]"),
        ("de", "MEDICAL_RECORD", "Fallnummer [2024-118734]."),
        ("de", "MEDICAL_RECORD", "Patienten-Nr.: [P-0093821]"),
        ("de", "MEDICAL_RECORD", "Aufnahmenummer [77120934]"),
        ("fr", "MEDICAL_RECORD", "IPP [800415726],"),
        ("fr", "MEDICAL_RECORD", "dossier n° [24-07731]."),
        ("fr", "MEDICAL_RECORD", "numéro de dossier : [A204518]"),
        ("es", "MEDICAL_RECORD", "NHC: [00982314]"),
        ("es", "MEDICAL_RECORD", "historia clínica [4471820]."),
        ("es", "MEDICAL_RECORD", "n.º de historia [12-44871]"),
        ("en", "INSURANCE_NUMBER", "Policy number [HX-4471902] covers it"),
        ("en", "INSURANCE_NUMBER", "member ID [W2209 14 553]."),
        ("de", "INSURANCE_NUMBER", "Versichertennummer [K482915037]."),
        ("de", "INSURANCE_NUMBER", "KV-Nr.: [T 118 220 934]"),
        ("fr", "INSURANCE_NUMBER", "n° d'adhérent : [0044718-22]"),
        ("es", "INSURANCE_NUMBER", "Número de afiliación [28/12345678/40]."),
        ("es", "INSURANCE_NUMBER", "NSS: [281234567840]"),
        ("en", "UK_NHS", "NHS number [943 476 5910]"),
        ("en", "MEDICAL_LICENSE", "NPI [1487650093]."),
        ("en", "MEDICAL_LICENSE", "GMC number [7012345],"),
        ("de", "MEDICAL_LICENSE", "LANR: [123456601]"),
        ("fr", "MEDICAL_LICENSE", "RPPS [10003456781]"),
        ("es", "MEDICAL_LICENSE", "colegiado n.º [28/44.871]"),
        ("en", "AGE", "This [94]-year-old woman"),
        ("en", "AGE", "aged [101], of"),
        ("de", "AGE", "Die [93]-jährige Patientin"),
        ("de", "AGE", "ist [91] Jahre alt"),
        ("fr", "AGE", "patiente de [91] ans,"),
        ("es", "AGE", "Mujer de [94] años,"),
    ],
)
def test_what_a_clinic_writes(
    analyzers: dict[tuple[str, str], Analyzer], language: str, entity: str, marked: str
) -> None:
    text = marked.replace("[", "").replace("]", "")
    value = marked.partition("[")[2].partition("]")[0]
    assert found(analyzers[language, "medical"], text) == [(entity, value)]


@pytest.mark.parametrize(
    ("language", "entity", "marked"),
    [
        ("en", "CASE_NUMBER", "in ‹1:21-cv-01234-ABC› it"),
        ("en", "CASE_NUMBER", "Case No. ‹2021/CV/88› was"),
        ("en", "CASE_NUMBER", "Docket No. ‹CV-19-5527›."),
        ("en", "CASE_NUMBER", "claim number ‹KB-2024-001932›."),
        ("en", "CASE_NUMBER", "the appeal in ‹PA/08213/2023› fails"),
        ("en", "CASE_NUMBER", "Police report ‹24-118204›:"),
        ("en", "CASE_NUMBER", "see ‹[2021] EWHC 145 (Ch)› at"),
        ("en", "CASE_NUMBER", "in ‹C-131/12›, it"),
        ("en", "CASE_NUMBER", "‹ECLI:EU:C:2020:559›;"),
        ("de", "CASE_NUMBER", "Az. ‹4 O 218/23›,"),
        ("de", "CASE_NUMBER", "Beschluss – ‹VIII ZR 77/23› –"),
        ("de", "CASE_NUMBER", "Urteil ‹S 12 KR 345/20› des"),
        ("de", "CASE_NUMBER", "Aktenzeichen: ‹512-009843-24/7›."),
        ("de", "CASE_NUMBER", "Geschäftszeichen des Gerichts: ‹31 F 12/24›"),
        ("de", "CASE_NUMBER", "‹ECLI:DE:BGH:2019:140219UIXZR149.16.0›"),
        ("fr", "CASE_NUMBER", "RG n° ‹23/04518›."),
        ("fr", "CASE_NUMBER", "pourvoi n° ‹22-18.453› :"),
        ("fr", "CASE_NUMBER", "procès-verbal n° ‹2024/003187›."),
        ("fr", "CASE_NUMBER", "N° de parquet : ‹24123000045›"),
        ("es", "CASE_NUMBER", "Procedimiento ordinario ‹482/2023›."),
        ("es", "CASE_NUMBER", "Autos ‹1045/2024›."),
        ("es", "CASE_NUMBER", "recurso de casación n.º ‹3187/2021›,"),
        ("es", "CASE_NUMBER", "NIG: ‹28079-42-1-2023-0012345›"),
        ("en", "BAR_NUMBER", "Bar No. ‹214477›."),
        ("en", "BAR_NUMBER", "SBN ‹301944›"),
        ("fr", "BAR_NUMBER", "toque ‹P0123›"),
        ("es", "BAR_NUMBER", "colegiado n.º ‹43.871›,"),
    ],
)
def test_what_a_court_writes(
    analyzers: dict[tuple[str, str], Analyzer], language: str, entity: str, marked: str
) -> None:
    text = marked.replace("‹", "").replace("›", "")
    value = marked.partition("‹")[2].partition("›")[0]
    assert found(analyzers[language, "legal"], text) == [(entity, value)]


@pytest.mark.parametrize("field", ["medical", "legal"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        # Doses and laboratory values.
        "Amoxicillin 875 mg, Metoprolol 47,5 mg 1-0-1, INR 3.4, HbA1c 7.8 %, eGFR 58.",
        "BP 142/88, HR 96, CRP 48 mg/l, 120/80 mmHg, SpO2 97 %, MoCA 18/30.",
        # Statutes and articles.
        "§ 823 Abs. 1 BGB, § 97 ZPO, Art. 6 GDPR, 42 U.S.C. § 1983, Rule 56, Section 2(1).",
        "article 1240 du Code civil, article L. 1234-5, art. 5 de la Ley 39/2015, RD 5/2015.",
        "Richtlinie 95/46/EG, Règlement (UE) 2016/679, Reglamento 2016/679.",
        # Articles of trade, books, versions, fractions.
        "ISBN 978-3-16-148410-0, Version 2.14.3, file 2.14, claim 1.2, case 3, part 4.2.",
        "Three in 4 C, 12 mm, 2/3 of 1,200 pages, 24/7, pages 12-40, B-12, L4-L5, T1/T2.",
        # The words without a number, and a birth name.
        "Name, date of birth, MRN and case number are missing; Geburtsdatum fehlt.",
        "Die Patientennummer steht oben. Le numéro de dossier manque. Falta la historia clínica.",
        "Anna Berger geb. Sommer, née Martin, nacida en invierno, born in a barn.",
        "The record number of 500 visitors; a record number of patients; policy number one.",
        # Spans of years are no ages.
        "For 95 years the firm, seit 90 Jahren, depuis 99 ans, desde hace 94 años.",
    ],
)
def test_what_only_looks_like_them_stays(
    analyzers: dict[tuple[str, str], Analyzer], field: str, language: str, text: str
) -> None:
    kinds = {pattern.entity for pattern in domains.get(field).patterns}
    assert [item for item in found(analyzers[language, field], text) if item[0] in kinds] == []
