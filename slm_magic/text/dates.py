"""Dates as they are written in many languages, to be compared by day, month and year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

# January to December; "|" separates the names of one month.
_MONTHS = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
          "september|sept|sep october|oct november|nov december|dec",
    "fr": "janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août|aout "
          "septembre|sept octobre|oct novembre|nov décembre|déc",
    "de": "januar|jänner|jan februar|feber|feb märz|mär april|apr mai juni|jun juli|jul "
          "august|aug september|sept|sep oktober|okt november|nov dezember|dez",
    "es": "enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago "
          "septiembre|setiembre|sept|sep octubre|oct noviembre|nov diciembre|dic",
    "it": "gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug "
          "agosto|ago settembre|set ottobre|ott novembre|nov dicembre|dic",
    "pt": "janeiro|jan fevereiro|fev março|mar abril|abr maio|mai junho|jun julho|jul "
          "agosto|ago setembro|set outubro|out novembro|nov dezembro|dez",
    "nl": "januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul augustus|aug "
          "september|sept|sep oktober|okt november|nov december|dec",
    "ru": "января|январь|январе февраля|февраль|феврале марта|март|марте апреля|апрель|апреле "
          "мая|май|мае июня|июнь|июне июля|июль|июле августа|август|августе "
          "сентября|сентябрь|сентябре октября|октябрь|октябре ноября|ноябрь|ноябре "
          "декабря|декабрь|декабре",
}  # fmt: skip
_DAY = r"(?<![\d.,:/$€£-])(\d{1,2})"
_YEAR = r"(\d{4})(?!\d|[.,]\d)"
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![./-]?\d)")
_ISO = re.compile(r"(?<![\d./-])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?![./-]?\d)")
_EAST = re.compile(r"(?:(\d{4})\s*[年년]\s*)?(\d{1,2})\s*[月월](?:\s*(\d{1,2})\s*[日号號일])?")

# Day, month, year; None where it is not said.
Reading = tuple[int | None, int, int | None]


_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a text.

    Attributes
    ----------
    start, end
        Its place.
    readings
        What it may stand for: 3/5/2024 is in March or in May.
    """

    start: int
    end: int
    readings: frozenset[Reading]

    def is_same(self, other: Date) -> bool:
        """Whether both say the same day, month and year, with nothing left out."""
        return bool(self.readings & other.readings)

    def may_be(self, other: Date) -> bool:
        """Whether both may mean one day, where either leaves out the day or the year."""
        return any(
            mine[1] == theirs[1]
            and all(mine[i] is None or theirs[i] in (None, mine[i]) for i in (0, 2))
            for mine in self.readings
            for theirs in other.readings
        )


def find_dates(text: str, language: str | None) -> list[Date]:
    """Return the dates of `text`, in order; those with names of months in known languages only."""
    if not _DIGIT.search(text):
        return []
    found: list[Date] = []
    for date in sorted(_all(text, language), key=lambda date: (date.start, -date.end)):
        if not found or date.start >= found[-1].end:
            found.append(date)
    return found


def changed_dates(
    before: Sequence[Date], after: Sequence[Date]
) -> tuple[list[Date], list[Date], list[tuple[Date, Date]]]:
    """Compare the dates of a source and an output.

    Returns
    -------
    same_before, same_after, changed
        Those of `before` and of `after` that say the same, and pairs that contradict each other.
        What has no counterpart is in none of them: it may be written in words, and its numbers
        are compared as numbers.
    """
    lost = [d for d in before if not any(d.may_be(other) for other in after)]
    added = [d for d in after if not any(d.may_be(other) for other in before)]
    return (
        [d for d in before if any(d.is_same(other) for other in after)],
        [d for d in after if any(d.is_same(other) for other in before)],
        list(zip(lost, added, strict=False)),
    )


def _all(text: str, language: str | None) -> Iterator[Date]:
    for match in _NUMERIC.finditer(text):
        one, two, full = int(match[1]), int(match[3]), _full(match[4])
        orders = ((one, two),) if match[2] == "." else ((one, two), (two, one))
        yield from _date(match, [(day, month, full) for day, month in orders])
    for match in _ISO.finditer(text):
        yield from _date(match, [(int(match[4]), int(match[3]), int(match[1]))])
    for match in _EAST.finditer(text):
        if match[1] or match[3]:
            yield from _date(match, [(_number(match[3]), int(match[2]), _number(match[1]))])
    if language not in _MONTHS:
        return
    day_first, month_first, month_year = _patterns(language)
    months = _names(language)
    for match in day_first.finditer(text):
        yield from _date(match, [(int(match[1]), months[match[2].lower()], _number(match[3]))])
    for match in month_first.finditer(text) if language == "en" else ():
        yield from _date(match, [(int(match[2]), months[match[1].lower()], _number(match[3]))])
    for match in month_year.finditer(text):
        yield from _date(match, [(None, months[match[1].lower()], int(match[2]))])


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _date(match: re.Match[str], readings: Sequence[Reading]) -> Iterator[Date]:
    fit = {r for r in readings if 1 <= r[1] <= 12 and (r[0] is None or 1 <= r[0] <= 31)}
    if fit:
        yield Date(match.start(), match.end(), frozenset(fit))


def _full(year: str) -> int:
    value = int(year)
    return value if len(year) == 4 else value + (1900 if value >= 50 else 2000)


@cache
def _names(language: str) -> dict[str, int]:
    columns = _MONTHS[language].split()
    assert len(columns) == 12, language
    return {name: i + 1 for i, column in enumerate(columns) for name in column.split("|")}


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    names = sorted(_names(language), key=len, reverse=True)
    # "may" and "march" are ordinary words where they have no capital.
    capital = language in ("en", "de")
    month = rf"({'|'.join(n.capitalize() + '|' + n.upper() if capital else n for n in names)})"
    flags = 0 if capital else re.IGNORECASE
    ending = r"(?:st|nd|rd|th|er|º|°|ª|\.)?"
    of = r"(?:of\s+|de\s+)?"
    year = rf"(?:\.?,?\s+(?:de\s+|del\s+|of\s+)?{_YEAR})?"
    return (
        re.compile(rf"{_DAY}{ending}[\s\u00a0-]+{of}{month}\b{year}", flags),
        re.compile(rf"\b{month}\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?!\w|[.,:]\d){year}",
                   flags),
        re.compile(rf"\b{month}\.?,?\s+(?:de\s+|del\s+)?{_YEAR}", flags),
    )  # fmt: skip
