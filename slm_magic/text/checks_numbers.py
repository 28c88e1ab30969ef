"""Numbers of a translation or summary against those of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from .cardinals import Cardinal, lost_cardinals
from .dates import changed_dates, find_dates
from .findings import Finding
from .number_words import eastern, halves, spelled
from .numbers import Number, find_numbers, scale_word
from .signs import gained_signs, lost_signs
from .units import changed_units, same_measure

# Characters of a number that a message shows: a key or a dump of digits would fill the screen.
_LONG = 40
# Up to it a summary counts things that its source names.
_COUNTED = 12
_DECIMAL = re.compile(r"\d+[.,]\d+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# A telephone or account number: groups of digits with a plus, a nought or a dash to tell it from
# a number with thousands.
_CODE = re.compile(r"(?<![\w.,])(?:\+|\(?0)[\d ()/\u00a0\u202f-]{6,}\d(?![.,]?\d)")


def number_changed(
    source: str, output: str, source_language: str | None, target_language: str | None
) -> list[Finding]:
    """Find numbers that the output lacks, adds or gives another sign, unit or date.

    The way of writing does not matter. Small numbers may change between digits and words; where
    the words of a language are not known, numbers up to 12 may.
    """
    before = find_numbers(source, source_language)
    after = find_numbers(output, target_language)
    settled, dates = _settled(source, output, source_language, target_language)
    findings = []
    for lost in lost_cardinals(source, output, after, source_language, target_language):
        shown = _shown(source, lost)
        findings.append(Finding("number_changed", f"{shown} of the source is missing."))
    for number in _unmatched(before, after, output, target_language):
        if settled.source(number) or same_measure(source, number, output, after):
            continue
        shown = _shown(source, number)
        findings.append(Finding("number_changed", f"{shown} of the source is missing."))
    for number in lost_signs(source, before, output, after, source_language, target_language):
        shown = _shown(source, number)
        findings.append(Finding("number_changed", f"The minus of {shown} is missing."))
    for number in gained_signs(source, before, output, after, source_language, target_language):
        findings.append(_at(output, number, "has a minus that the source does not have."))
    for number in changed_units(source, before, output, after, source_language, target_language):
        findings.append(_at(output, number, "has another unit in the source."))
    return findings + dates + _added(source, before, output, after, source_language, settled)


def unsupported_numbers(source: str, output: str, language: str | None) -> list[Finding]:
    """Find numbers and dates of a summary, in digits or words, that its source does not have."""
    before = find_numbers(source, language)
    # In a long text any 9 and any 3 would bear out a 9.3: a figure is looked for as a whole.
    after = [
        replace(number, parts=())
        if _DECIMAL.fullmatch(output[number.start : number.end])
        else number
        for number in find_numbers(output, language)
    ]
    settled, _ = _settled(source, output, language, language)
    # Seen from the summary, what the source lacks is what gets lost on the way there. A small one
    # may be a count of what the source has one by one.
    words = lost_cardinals(output, source, before, language, language)
    return [
        *(_at(output, word, "is not in the source.") for word in words if word.value > _COUNTED),
        *_added(source, before, output, after, language, settled),
        *(
            _at(output, number, "has another unit in the source.")
            for number in changed_units(source, before, output, after, language, language)
        ),
    ]


def _shown(text: str, number: Number | Cardinal) -> str:
    shown = text[number.start : number.end]
    return shown if len(shown) <= _LONG else f"{shown[:_LONG]}…"


def _at(output: str, number: Number | Cardinal, what: str) -> Finding:
    return Finding("number_changed", f"{_shown(output, number)} {what}", number.start, number.end)


def _added(
    source: str,
    before: list[Number],
    output: str,
    after: list[Number],
    language: str | None,
    settled: _Settled,
) -> list[Finding]:
    return [
        _at(output, number, "is not in the source.")
        for number in _unmatched(after, before, source, language)
        if not settled.output(number)
        and not _is_month(output, number)
        and not same_measure(output, number, source, before)
    ]


class _Settled:
    """Places of both texts whose numbers have been compared as parts of something larger."""

    def __init__(
        self, source: Iterable[tuple[int, int]], output: Iterable[tuple[int, int]]
    ) -> None:
        self._source, self._output = tuple(source), tuple(output)

    def source(self, number: Number) -> bool:
        return any(a <= number.start and number.end <= b for a, b in self._source)

    def output(self, number: Number) -> bool:
        return any(a <= number.start and number.end <= b for a, b in self._output)


def _settled(
    source: str, output: str, source_language: str | None, target_language: str | None
) -> tuple[_Settled, list[Finding]]:
    """Compare the dates and telephone numbers; return their places and what is wrong."""
    before, after = find_dates(source, source_language), find_dates(output, target_language)
    same_before, same_after, pairs = changed_dates(before, after)
    mine = [(date.start, date.end) for date in same_before]
    theirs = [(date.start, date.end) for date in same_after]
    findings = []
    for lost, added in pairs:
        mine.append((lost.start, lost.end))
        theirs.append((added.start, added.end))
        message = "The date is another one than in the source."
        findings.append(Finding("number_changed", message, added.start, added.end))
    codes, others = _codes(source), _codes(output)
    mine += [place for digits, place in codes if any(digits == other for other, _ in others)]
    theirs += [place for digits, place in others if any(digits == other for other, _ in codes)]
    return _Settled(mine, theirs), findings


def _codes(text: str) -> list[tuple[str, tuple[int, int]]]:
    return [(re.sub(r"\D", "", match[0]), match.span()) for match in _CODE.finditer(text)]


def _unmatched(
    wanted: Sequence[Number], there: Sequence[Number], text: str, language: str | None
) -> list[Number]:
    """Return the numbers of `wanted` that neither `there` nor the words of `text` have."""
    if not wanted:
        return []
    whole = {value for number in there for value in number.readings}
    asked = {value for number in wanted for value in number.readings}
    # 10.30 and 10:30 are one time, so a number may be found in its parts; but only where all of
    # them are there by themselves: 5,3 is not 3.5, though it has the same parts.
    values = whole.union(*(number.parts for number in there if set(number.parts) <= asked))
    dates = {frozenset(number.parts) for number in there if len(number.parts) > 2}
    words: _Words | None = None
    left = []
    for number in wanted:
        if number.readings & values or (number.parts and set(number.parts) <= whole):
            continue
        if len(number.parts) > 2 and frozenset(number.parts) in dates:
            continue
        words = words or _Words(text, language)
        if not words.have(number):
            left.append(number)
    return left


class _Words:
    """The numbers that a text has in words."""

    def __init__(self, text: str, language: str | None) -> None:
        self._spelled = spelled(text, language)
        self._more = halves(text, language, self._spelled or set()) | eastern(text)
        powers = (scale_word(word[0], language) for word in _WORD.finditer(text))
        self._scales = {Decimal(10) ** p for found, exact in powers if exact for p in found}

    def have(self, number: Number) -> bool:
        if number.readings & self._more:
            return True
        words = self._spelled
        small = number.mantissa if words is None else number.mantissa & words
        bare = number.readings == number.mantissa
        if bare and words is None and all(value <= 12 for value in small):
            return True
        if words is not None and (small if bare else number.readings & words):
            return True
        if words is not None and len(number.parts) == 2 and len(number.readings) == 1:
            # 2/3 may be two thirds, and 1/2 a half.
            above, below = number.parts
            spoken = below in words | self._more
            if below and spoken and round(above / below, 4) in number.readings:
                return above == 1 or above in words
        # "a million" may become "1 million" or "1 000 000", "half a million" "500 000".
        known = (words or small) | self._more
        return any(value / scale in known for value in number.readings for scale in self._scales)


def _is_month(text: str, number: Number) -> bool:
    # 5月 is May, which the source may have as a word.
    return text[number.end : number.end + 1] in ("月", "월")
