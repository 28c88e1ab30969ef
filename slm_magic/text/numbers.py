"""Numbers as they are written in many languages, read for comparing two texts.

``1,234.56``, ``1 234,56`` and ``1.234,56`` are one number, and so are ``3.2 million``,
``3,2 Mio.`` and ``320万``. Where a way of writing is ambiguous (is ``1,234`` a thousand or just
over one?), every reading counts: the comparison is meant to find numbers that are wrong in any
reading, not to find fault with a style.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_GROUP_SPACES = " \u00a0\u2007\u2009\u202f"
_VULGAR = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_NUMBER = re.compile(
    # 2½, 2 1/2 and 3/4; then 1 234,5 and 1,234.5; .5 only where it starts a word.
    rf"(?<![\d/.,-])(?:\d{{1,3}}[{_GROUP_SPACES}])?[1-9]/(?:[2-9]|10)(?![\d/]|[.,]\d)"
    rf"|(?<!\d)(?:\d{{1,3}}[{_GROUP_SPACES}]?)?[{_VULGAR}]"
    rf"|(?<!\d)(?:\d{{1,3}}(?:[{_GROUP_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*)"
    r"|(?<![\w.,)\]])\.\d+(?!\w|[.,]\d)"
)
_DIGIT = re.compile(rf"[\d{_VULGAR}]")
_AFTER = re.compile(r"[\s\u00a0\u202f]*(?:[-‑]\s*)?([^\W\d_]+(?:\s+(?:millones|milhões))?)")
# Scale words by the start of the word in lower case: value by language. "billion" is where
# small models stumble most: a thousand millions in English, a million millions in German.
_MILLION = ("million", "millón", "millon", "milione", "milioni", "milhão", "milhões", "miljoen",
            "miljon", "miljoon", "milion", "milión", "millió", "милли", "мільйон", "мілья",
            "εκατομμ", "juta", "triệu", "مليون", "ملايين", "מיליון", "मिलियन", "milijun",
            "milijon", "milyon")  # fmt: skip
_LONG_MILLIARD = ("milliard", "miliard", "miljard", "miljardi", "miliardi", "miliardo",
                  "milliárd", "миллиард", "мільярд", "δισεκατομμ", "milijard", "milyar",
                  "mil millones", "mil milhões", "مليار", "מיליארד", "tỷ", "tỉ")  # fmt: skip
_SHORT_BILLION_LANGUAGES = frozenset({"en", "pt", "tr", "ru", "uk", "ga", "cy", "tl"})
_ABBREVIATIONS = {
    "mio": 6, "mill": 6, "mln": 6, "mn": 6, "mm": 6, "млн": 6, "mi": 6, "mil": 3,
    "bn": 9, "bln": 9, "mrd": 9, "md": 9, "mds": 9, "mld": 9, "млрд": 9, "bi": 9,
    "tn": 12, "trn": 12, "bio": 12, "тыс": 3, "tsd": 3, "mila": 3, "mille": 3, "tausend": 3,
    "thousand": 3, "duizend": 3, "tusen": 3, "tusind": 3, "тысяч": 3, "тысячи": 3, "тысяча": 3,
    "tuhatta": 3, "tysięcy": 3, "tisíc": 3, "nghìn": 3, "ngàn": 3, "ribu": 3, "bin": 3,
    "lakh": 5, "lakhs": 5, "लाख": 5, "crore": 7, "crores": 7, "करोड़": 7,
}  # fmt: skip
# One letter may be a unit as well ("5 m"), so these add a reading and exclude none.
_MAYBE_SCALES = {"k": 3, "m": 6, "b": 9, "t": 12, "mm": 6, "mi": 6, "bi": 9, "mil": 3, "md": 9,
                 "mill": 6, "bin": 3, "tn": 12}  # fmt: skip
_WIDE_SCALES = {"千": 3, "천": 3, "万": 4, "萬": 4, "만": 4, "亿": 8, "億": 8, "억": 8, "兆": 12,
                "조": 12}  # fmt: skip
_HOUR = re.compile(r"(?::\d\d)?\s*([ap])\.?\s?m\b", re.IGNORECASE)
# The hours after noon in words, behind the hour or, in the far East, before it.
_LATER = re.compile(
    r"(?:[:.h]\d\d)?\s*(?:uhr|o['’]clock|heures?|horas?|uur|ore)?\s*"
    r"(?:de la (?:tarde|noche)|de l['’]après-midi|du soir|nachmittags|abends|in the (?:afternoon|"
    r"evening)|at night|del pomeriggio|di sera|da (?:tarde|noite)|['’]s (?:middags|avonds))",
    re.IGNORECASE,
)
_LATER_BEFORE = re.compile(r"(?:下午|晚上|午後|오후)\s*\Z")
_DOZEN = re.compile(
    r"[\s\u00a0-]*(?:dozens?|dutzend|douzaines?|docenas?|dozzin[ae]|dúzias?|dozijn|дюжин\w*)\b",
    re.IGNORECASE,
)
# Characters before a number in which its currency or century stands.
_REACH = 12
_BRACKETED = re.compile(r"\([$€£¥]?\Z")
_CURRENCY = re.compile(r"[$€£¥]\s?\Z")
# Before the last two digits of a year.
_SHORT_YEAR = re.compile(r"(?:\bFY\s?['’]?|(?<![\w\d])['’])\Z")
_LONG_YEAR = re.compile(r"(?<!\d)(\d\d)(\d\d)\s?[-–/]\s?\Z")
_DECADE = re.compile(r"['’]?s\b|er\b|-?talet\b|年代|-х\b|-е\b")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text.

    Attributes
    ----------
    start, end
        Its digits' place in the text.
    readings
        Every value that it may stand for.
    parts
        Where it may be a date, a time or a version: the values of its parts, else empty.
    mantissa
        The readings without a scale word.
    """

    start: int
    end: int
    readings: frozenset[Decimal]
    parts: tuple[Decimal, ...] = ()
    mantissa: frozenset[Decimal] = frozenset()


def find_numbers(text: str, language: str | None = None) -> list[Number]:
    """Return the numbers that `text` has in digits of any script.

    Parameters
    ----------
    language
        ISO 639-1 code, for scale words such as *billion* that differ between languages.
    """
    found: list[Number] = []
    if _DIGIT.search(text) is None:
        return found
    plain = _ascii_digits(text)
    for match in _NUMBER.finditer(plain):
        # 7:00 is 7 o'clock: such minutes are a way of writing, not a number.
        if match[0] == "00" and plain[match.start() - 1 : match.start()] in (":", "h"):
            continue
        mantissa, parts = _read(match[0])
        # An accountant's loss has its scale behind the brackets: (3.1) million.
        alone = _BRACKETED.search(
            plain, max(0, match.start() - _REACH), match.start()
        ) and plain.startswith(")", match.end())
        scaled, exact = _scale(plain, match.end() + bool(alone), language)
        # In $5k and €3m the letter is no unit of another kind.
        exact = exact or (
            scaled != (Decimal(1),)
            and plain[match.end()].isalpha()
            and _CURRENCY.search(plain, max(0, match.start() - _REACH), match.start()) is not None
        )
        readings = {value * scale for value in mantissa for scale in scaled}
        if exact:
            parts = ()
        else:
            later = _hours_later(plain, match)
            if later and len(parts) == 2 and parts[0] <= 12:
                parts = (parts[0] % 12 + later - 12, parts[1])
            readings |= mantissa
            readings |= {value % 12 + later - 12 for value in mantissa if later and value <= 12}
            readings |= _as_decade(plain, match.end(), match[0])
            readings |= _as_year(plain, match)
            if _DOZEN.match(plain, match.end()):
                readings |= {value * 12 for value in mantissa}
        found.append(
            Number(match.start(), match.end(), frozenset(map(_norm, readings)), parts,
                   frozenset(map(_norm, mantissa)))
        )  # fmt: skip
    return found


def _ascii_digits(text: str) -> str:
    """Return `text` with digits of all scripts as 0 to 9, every character in its place."""
    if text.isascii():
        return text
    return _OF_ANOTHER_SCRIPT.sub(lambda match: _ascii(match[0]), text)


def _ascii(sign: str) -> str:
    return _PUNCTUATION.get(sign) or str(unicodedata.decimal(sign))


# Arabic decimal and thousands signs, and full-width ones.
_PUNCTUATION = {"٫": ".", "٬": ",", "，": ",", "．": "."}
_OF_ANOTHER_SCRIPT = re.compile(rf"[\d{''.join(_PUNCTUATION)}](?<![0-9])")


def _norm(value: Decimal) -> Decimal:
    return value.normalize()


def _read(digits: str) -> tuple[set[Decimal], tuple[Decimal, ...]]:
    """Return the values that a run of digits and separators may have, and its parts."""
    if "/" in digits or digits[-1] in _VULGAR:
        return _read_fraction(digits)
    if digits.startswith("."):
        return {Decimal("0" + digits)}, ()
    digits = re.sub(rf"[{_GROUP_SPACES}]", "\u00a0", digits)
    groups = re.split(r"[.,'’\u00a0]", digits)
    signs = re.findall(r"[.,'’\u00a0]", digits)
    parts = tuple(Decimal(group).normalize() for group in groups)
    if not signs:
        return {Decimal(digits)}, ()
    whole = Decimal("".join(groups))
    grouped = 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    last_is_decimal = Decimal("".join(groups[:-1]) + "." + groups[-1])
    thousands = groups[:-1]
    if len(signs) == 1:
        values = set()
        if grouped and groups[0] != "0":
            values.add(whole)
        # Nobody writes five as 5.000; it is five thousand, in some language or another.
        if signs[0] in ".," and not (values and groups[1] == "000"):
            values.add(last_is_decimal)
        # 10.30 may be half past ten, 3.5 may be the third of May or a version.
        small = len(groups[0]) <= 2 and len(groups[1]) <= 2
        return values or {whole}, parts if small else ()
    if len(set(signs)) == 1:
        if grouped or _is_indian(groups):
            return {whole}, ()
        # A date's parts may stand by themselves ("3 March 2024"); those of a version may not.
        return (set(parts) if _may_be_date(groups) else set()), parts
    if signs[-1] not in signs[:-1] and len(set(signs[:-1])) == 1:
        in_threes = all(len(group) == 3 for group in thousands[1:]) and len(thousands[0]) <= 3
        if signs[-1] in ".," and (in_threes or _is_indian(thousands)):
            return {last_is_decimal}, ()
    return set(parts), parts


def _read_fraction(digits: str) -> tuple[set[Decimal], tuple[Decimal, ...]]:
    """Return the value of 3/4, 2 1/2 or 2½ to four places, and its parts."""
    if "/" in digits:
        *whole, fraction = re.split(rf"[{_GROUP_SPACES}]", digits)
        above, below = map(Decimal, fraction.split("/"))
        parts: tuple[Decimal, ...] = (above, below)
        value = above / below
    else:
        whole, parts = [digits[:-1].strip()], ()
        value = Decimal(repr(round(unicodedata.numeric(digits[-1]), 9)))
    if whole and whole[0]:
        parts = ()
        value += int(whole[0])
    return {round(value, 4)}, parts


def _may_be_date(groups: list[str]) -> bool:
    year = [group for group in groups if len(group) == 4]
    rest = [int(group) for group in groups if len(group) <= 2]
    return len(year) == 1 and len(rest) == 2 and min(rest) <= 12 and max(rest) <= 31


def _is_indian(groups: list[str]) -> bool:
    middle = groups[1:-1]
    return len(groups[-1]) == 3 and bool(middle) and all(len(group) == 2 for group in middle)


def _scale(text: str, end: int, language: str | None) -> tuple[tuple[Decimal, ...], bool]:
    """Return the factors that the word after a number may mean, and whether it must."""
    wide = 0
    at = end
    while at < len(text) and text[at] in _WIDE_SCALES:
        wide += _WIDE_SCALES[text[at]]
        at += 1
    if wide:
        return (Decimal(10) ** wide,), True
    match = _AFTER.match(text, end)
    if match is None:
        return (Decimal(1),), False
    powers, exact = scale_word(match[1], language)
    return (tuple(Decimal(10) ** power for power in powers) or (Decimal(1),)), exact


def scale_word(word: str, language: str | None) -> tuple[tuple[int, ...], bool]:
    """Return the powers of ten that `word` may mean, and whether it can mean nothing else."""
    lower = word.lower()
    first = lower.split()[0]
    if lower.startswith(_LONG_MILLIARD):
        return (9,), True
    if lower.startswith(_MILLION):
        return (6,), True
    if lower.startswith(("billion", "billón", "billon", "bilhão", "bilhões", "biljoen", "bilion",
                         "biliardo", "bilione", "bilioni")):  # fmt: skip
        if language is None:
            return (9, 12), True
        return (9 if language in _SHORT_BILLION_LANGUAGES else 12,), True
    if lower.startswith(("trillion", "trillón", "trilhão", "trilhões", "triljoen")):
        if language is None:
            return (12, 18), True
        return (12 if language in _SHORT_BILLION_LANGUAGES else 18,), True
    if first in _MAYBE_SCALES:
        return (_MAYBE_SCALES[first],), False
    if first in _ABBREVIATIONS:
        return (_ABBREVIATIONS[first],), True
    return (), False


def _hours_later(text: str, match: re.Match[str]) -> int:
    """Return 12 for an hour of the morning, 24 for one after noon, 0 where it is not said."""
    hour = _HOUR.match(text, match.end())
    if hour is not None:
        return 24 if hour[1].lower() == "p" else 12
    after = _LATER.match(text, match.end()) or _LATER_BEFORE.search(
        text, max(0, match.start() - _REACH), match.start()
    )
    return 24 if after else 0


def _as_year(text: str, match: re.Match[str]) -> set[Decimal]:
    """Return the year of FY24, '98 and 2023-24."""
    if len(match[0]) != 2 or not match[0].isdecimal():
        return set()
    value = int(match[0])
    before = _LONG_YEAR.search(text, max(0, match.start() - _REACH), match.start())
    if before is not None:
        return {Decimal(int(before[1]) * 100 + value)} if value > int(before[2]) else set()
    if _SHORT_YEAR.search(text, max(0, match.start() - _REACH), match.start()):
        return {Decimal(1900 + value), Decimal(2000 + value)}
    return set()


def _as_decade(text: str, end: int, digits: str) -> set[Decimal]:
    # "the 1990s" are "les années 90"; "the '90s" are "die 1990er".
    if len(digits) > 4 or not digits.isdecimal() or not digits.endswith("0"):
        return set()
    if not _DECADE.match(text, end):
        return set()
    value = int(digits)
    if len(digits) == 4:
        # Only centuries that people speak of, and the 2000s have no short form.
        return {Decimal(value % 100)} if 1700 <= value < 2100 and value % 100 else set()
    return {Decimal(1900 + value), Decimal(2000 + value)} if len(digits) == 2 else set()
