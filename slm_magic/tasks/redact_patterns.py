"""Patterns that stand beside Presidio's own: where those miss, or take too much.

Imported only when redact runs, because it imports presidio and phonenumbers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, ClassVar

from presidio_analyzer import Pattern, PatternRecognizer
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    IpRecognizer,
    PhoneRecognizer,
    UrlRecognizer,
)

from .redact_words import (
    ADDRESSED,
    COMPANY,
    IBAN_LENGTHS,
    INTRODUCED,
    MONTHS,
    NAME,
    REGIONS,
    STREET,
    TLD,
    context,
)

# Presidio compiles patterns with IGNORECASE | DOTALL | MULTILINE; those below bear that.


class EmailAnywhere(EmailRecognizer):  # type: ignore[misc]
    """Presidio's e-mail pattern, with the list of public suffixes that tldextract ships.

    An address under a suffix that the list does not have (``.local``, a typing error) is an
    address all the same and keeps the pattern's own score.
    """

    def validate_result(self, pattern_text: str) -> bool | None:
        """Return True for a known suffix and None for any other."""
        return True if _suffixes()(pattern_text.rpartition("@")[2]).suffix else None


@cache
def _suffixes() -> Any:
    import tldextract

    # No list from the network, and no cache folder that could be read-only: the snapshot
    # inside the package.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Ip(IpRecognizer):  # type: ignore[misc]
    """Presidio's IP patterns, less ``Face::Add`` and the like of C++."""

    def invalidate_result(self, pattern_text: str) -> bool:
        """Return whether it is no address, or has not one digit."""
        if not any(c.isdigit() for c in pattern_text):
            return True
        return bool(super().invalidate_result(pattern_text))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


class WrittenPhone(PatternRecognizer):  # type: ignore[misc]
    """Telephone numbers by how they are written.

    Presidio's recognizer asks whether a number is assigned in one of a few countries; numbers
    of other countries, and mistyped ones, are as personal.
    """

    PATTERNS: ClassVar[list[Pattern]] = [
        Pattern(
            "international",
            r"(?<![\w.+-])(?:\+|00(?=[1-9]))\d{1,3}[ .\-/]{0,2}(?:\(0?\d{0,4}\)[ .\-/]{0,2})?\d{1,5}(?:[ .\-/]{1,3}\d{2,5}){0,5}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w-])",
            0.75,
        ),
        Pattern(
            "three-three-four",
            r"(?<![\w.+-])(?:1[ .\-])?(?:\(\d{3}\)[ .\-]?|\d{3}[ .\-])\d{3}[ .\-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w-])",
            0.65,
        ),
        Pattern(
            "trunk zero",
            r"(?<![\w.,+/:-])(?:\(0\d{1,4}\)|0\d{1,4})(?:[ .\-/]{1,3}\d{2,8}){1,5}(?![\w-]|[.,/:]\d)",
            0.5,
        ),
        Pattern(
            "area in brackets",
            r"(?<![\w.,+/:-])\(\d{2,5}\)[ .\-/]?\d{2,5}(?:[ .\-/]?\d{2,5}){0,4}(?![\w-]|[.,/:]\d)",
            0.5,
        ),
        Pattern("bare", r"(?<![\w.,+/:$€£#-])\d{7,13}(?![\w-]|[.,/:%]\d)", 0.05),
    ]
    _DATE = re.compile(r"\d{1,2}([./ -])\d{1,2}\1\d{2,4}|\d{4}([./ -])\d{1,2}\2\d{1,2}")

    # Digits in groups are sums, codes and dates as often: only beside a word that says more.
    GROUPS: ClassVar[list[Pattern]] = [
        Pattern(
            "groups",
            r"(?<![\w.,+/:$€£-])\(?\d{2,4}\)?(?:[ .\-]\d{2,4}){1,4}(?![\w-]|[.,/:%]\d)",
            0.05,
        )
    ]
    NUMBER = ("number", "nummer", "numéro", "número", "numero")

    def __init__(self, language: str, *, grouped: bool = False) -> None:
        words = context("phone", language)
        super().__init__(
            supported_entity="PHONE_NUMBER",
            patterns=[
                Pattern(p.name, p.regex, p.score)
                for p in (self.GROUPS if grouped else self.PATTERNS)
            ],
            context=[*words, *self.NUMBER] if grouped else words,
            supported_language=language,
            name="GroupedPhone" if grouped else "WrittenPhone",
        )

    def invalidate_result(self, pattern_text: str) -> bool:
        """Return whether it is too short, too long or rather a date."""
        number = pattern_text.lower().partition("x")[0]
        return not 7 <= len(_digits(number)) <= 15 or bool(self._DATE.fullmatch(number.strip()))


# Four digits, between two of which phonenumbers lets four other signs stand.
_FOUR_DIGITS = re.compile(r"\d(?:\D{0,4}\d){3}")


class AssignedPhone(PhoneRecognizer):  # type: ignore[misc]
    """Presidio's recognizer of assigned numbers, less what is part of a decimal fraction."""

    def analyze(self, text: str, entities: Any, nlp_artifacts: Any = None) -> Any:
        """Find numbers of the regions, as phonenumbers reads them."""
        # No country has shorter ones, and reading the text for each region takes its time.
        if not _FOUR_DIGITS.search(text):
            return []
        found = super().analyze(text, entities, nlp_artifacts)
        return [
            r
            for r in found
            if not re.fullmatch(r"\d+\.\d+", text[r.start : r.end])
            and not re.search(r"[\d.,][.,]$|\w$", text[max(0, r.start - 2) : r.start])
        ]


class WrittenCard(PatternRecognizer):  # type: ignore[misc]
    """Card numbers of any issuer by their checksum, and mistyped ones by their groups of four."""

    PATTERNS: ClassVar[list[Pattern]] = [
        Pattern(
            "grouped", r"(?<![\w.-])\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?(?![\w-])", 0.6
        ),
        Pattern("four-six-five", r"(?<![\w.-])3\d{3}([ -])\d{6}\1\d{5}(?![\w-])", 0.6),
        Pattern("run", r"(?<![\w.-])\d{12,19}(?![\w-]|\.\d)", 0.1),
    ]

    def __init__(self, language: str) -> None:
        super().__init__(
            supported_entity="CREDIT_CARD",
            patterns=[Pattern(p.name, p.regex, p.score) for p in self.PATTERNS],
            context=context("card", language),
            supported_language=language,
            name="WrittenCard",
        )

    def validate_result(self, pattern_text: str) -> bool | None:
        """Return True for a valid checksum behind an issuer's first digit, None for any other."""
        digits = _digits(pattern_text)
        # One number in ten passes the checksum by chance: the issuer's range is asked as well.
        if len(digits) < 13 and not re.match(r"50|5[6-9]|6", digits):
            return None
        return True if digits[0] in "23456" and luhn(digits) else None


def luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += digit if place % 2 == 0 else sum(divmod(2 * digit, 10))
    return total % 10 == 0


class WrittenIban(PatternRecognizer):  # type: ignore[misc]
    """IBANs in groups or in one, by country and length; by their checksum if that holds."""

    PATTERNS: ClassVar[list[Pattern]] = [
        Pattern(
            "iban",
            r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \-.]?[A-Z0-9]{2,4}){3,9}[ \-.]?[A-Z0-9]{1,3}(?![A-Z0-9])",
            0.5,
        ),
        Pattern("iban tight", r"(?<![A-Z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,28}(?![A-Z0-9])", 0.5),
    ]

    def __init__(self, language: str) -> None:
        super().__init__(
            supported_entity="IBAN_CODE",
            patterns=[Pattern(p.name, p.regex, p.score) for p in self.PATTERNS],
            context=["iban", "bic", "konto", "account", "compte", "cuenta", "conto", "bank"],
            supported_language=language,
            name="WrittenIban",
        )

    def analyze(
        self, text: str, entities: Any, nlp_artifacts: Any = None, regex_flags: Any = None
    ) -> Any:
        """Find IBANs, cutting a match back to its country's length."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags)
        kept = []
        for result in found:
            wanted = int(IBAN_LENGTHS.get(text[result.start : result.start + 2].upper(), "0"))
            end = _cut(text, result.start, result.end, wanted)
            # Words follow an IBAN in running text; what is behind its length is not part of it.
            if not end or (end < len(text) and text[end].isalnum()):
                continue
            result.end = end
            code = "".join(c for c in text[result.start : end] if c.isalnum())
            if sum(c.isdigit() for c in code) < 8:
                continue
            result.score = 1.0 if mod97(code) else 0.6
            kept.append(result)
        return kept


def _cut(text: str, start: int, end: int, wanted: int) -> int | None:
    seen = 0
    for index in range(start, end):
        seen += text[index].isalnum()
        if seen == wanted:
            return index + 1
    return None


def mod97(code: str) -> bool:
    """Return whether an IBAN's check digits hold."""
    turned = (code[4:] + code[:4]).upper()
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _by_case(language: str) -> list[Any]:
    """Return what capitals tell: streets, companies, and names behind a form of address.

    The head saw fewer texts in these languages than in English.
    """
    made = [("ORGANIZATION", Pattern("company", COMPANY, 0.6))]
    if language in STREET:
        street = Pattern("street", STREET[language], 0.6)
        made.append(("STREET_ADDRESS", street))
    if language in ADDRESSED:
        # A second name counts on the same line only: the next line begins with a capital too.
        name = rf"(?<=\b(?:{ADDRESSED[language]})[ ])(?!(?:Dr|Prof|Doktor|Professor)\b){NAME}(?<!\.)(?:[ ]{NAME}(?<!\.))?"
        made.append(("PERSON", Pattern("addressed", name, 0.6)))
    if language in INTRODUCED:
        sure, weak = INTRODUCED[language]
        one = rf"(?<=\b(?:{sure})[ ]){NAME}(?<!\.)(?:[ ]{NAME}(?<!\.))?"
        two = rf"(?<=\b(?:{weak})[ ]){NAME}(?<!\.)[ ]{NAME}(?<!\.)"
        made.append(("PERSON", Pattern("introduced", f"{one}|{two}", 0.6)))
    return [
        PatternRecognizer(
            supported_entity=entity,
            patterns=[pattern],
            supported_language=language,
            name=f"Written{pattern.name.title()}",
            global_regex_flags=re.MULTILINE,
        )
        for entity, pattern in made
    ]


def extra(language: str) -> list[Any]:
    """Return this module's recognizers for one language."""
    url = [
        Pattern("scheme", r"\b(?:https?|ftp)://[^\s<>\"'{}|\\^`]+[^\s<>\"'{}|\\^`.,;:!?)\]]", 0.8),
        Pattern("www", r"\bwww\d?\.[a-z0-9-]+\.[^\s<>\"'(){}]*[a-z0-9/]", 0.7),
        Pattern(
            "host",
            rf"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{TLD})(?![\w-]|\.\w|\()(?:/[^\s<>\"'(){{}}]*[\w/])?",
            0.5,
        ),
    ]
    ssn = [
        # Presidio refuses numbers that were never issued; in a text they are somebody's, mistyped.
        Pattern("dashed", r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])", 0.85),
        Pattern("spaced", r"(?<![\w.-])\d{3}([ .])\d{2}\1\d{4}(?![\w-])", 0.5),
        Pattern("bare", r"(?<![\w.,-])\d{9}(?![\w-]|[.,]\d)", 0.05),
    ]
    nir = [
        Pattern(
            "nir",
            r"(?<!\w)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)",
            0.7,
        )
    ]
    month = "|".join(MONTHS[language if language in MONTHS else "en"].split())
    of = r"(?:\.|st|nd|rd|th|er|º)?\s(?:(?:de|of)\s)?"
    date = [
        Pattern(
            "day month",
            rf"\b(?:3[01]|[12]?\d|0\d){of}(?:{month})\.?(?:,?\s(?:de\s)?\d{{4}})?\b",
            0.7,
        ),
        Pattern(
            "month day",
            rf"\b(?:{month})\.?\s(?:3[01]|[12]?\d|0\d)(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b(?![.,:]\d)",
            0.6,
        ),
    ]
    made: list[Any] = [
        PatternRecognizer(
            supported_entity="DATE_TIME",
            patterns=date,
            supported_language=language,
            name="WrittenDate",
        ),
        EmailAnywhere(
            supported_language=language, context=["email", "e-mail", "mail", "correo", "courriel"]
        ),
        Ip(supported_language=language),
        UrlRecognizer(patterns=url, supported_language=language, name="UrlRecognizer"),
        WrittenPhone(language),
        WrittenPhone(language, grouped=True),
        AssignedPhone(
            supported_language=language,
            supported_regions=REGIONS.get(language, ("US", "GB")),
            context=context("phone", language),
        ),
        WrittenCard(language),
        WrittenIban(language),
        PatternRecognizer(
            supported_entity="US_SSN",
            patterns=ssn,
            supported_language=language,
            name="WrittenSsn",
            context=["ssn", "ssns", "social", "security"],
        ),
    ]
    made += _by_case(language)
    if language == "fr":
        made.append(
            PatternRecognizer(
                supported_entity="FR_NIR", patterns=nir, supported_language="fr", name="FrNir"
            )
        )
    return made
