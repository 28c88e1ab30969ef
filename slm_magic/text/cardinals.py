"""Numbers of three and more that a source says in words, which no translation leaves out.

Only words that can be nothing else: ordinals, halves, years in words and the number one change
their form, or go away, with the grammar of another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from .number_words import AND, WORD, cardinal_words, compound, halves, spelled, word_values
from .numbers import Number, scale_word

_LEAST = 3
# What is another word more often when it stands alone: new, you are.
_OTHER_WORDS = {"fr": frozenset({"neuf"}), "it": frozenset({"sei"})}
# Before a hundred that is a per cent.
_PER = re.compile(r"\b(?:pour|per|por|pro)\s+\Z", re.IGNORECASE)
_ORDINAL = re.compile(r"te[nrsm]?$")
# Before the thousand of 5 mil millones, which is read with its digits.
_DIGITS = re.compile(r"\d[\s\u00a0\u202f-]*\Z")
_REACH = 8


@dataclass(frozen=True, slots=True)
class Cardinal:
    """A number in words, with its place in characters."""

    value: Decimal
    start: int
    end: int


def lost_cardinals(
    source: str,
    output: str,
    after: Sequence[Number],
    source_language: str | None,
    target_language: str | None,
) -> list[Cardinal]:
    """Return the numbers in words of `source` that `output` has neither in words nor in digits.

    Parameters
    ----------
    after
        The numbers that `output` has in digits.
    source_language, target_language
        ISO 639-1 codes; nothing is found where the words of one are not known.
    """
    if source_language is None or target_language is None:
        return []
    if not word_values(source_language) or not word_values(target_language):
        return []
    mine = list(_cardinals(source, source_language))
    if not mine:
        return []
    there = spelled(output, target_language) or set()
    there |= halves(output, target_language, there)
    for number in after:
        there |= {*number.readings, *number.mantissa, *number.parts}
    lost = []
    for one in mine:
        following = WORD.match(source, one.end + 1)
        powers, _ = scale_word(following[0], source_language) if following else ((), False)
        # Three million may be 3,000,000, and three o'clock 15 h.
        forms = {one.value, *(one.value * Decimal(10) ** power for power in powers)}
        if not forms & there and not (one.value <= 12 and one.value + 12 in there):
            lost.append(one)
    return lost


def _cardinals(text: str, language: str) -> Iterator[Cardinal]:
    for run in _runs(text, language):
        start, end = run[0].start(), run[-1].end()
        words = [word[0].lower() for word in run]
        if not _plain(words, language) or _PER.search(text, 0, start):
            continue
        if _value(words[0], language) in (100, 1000) and _DIGITS.search(
            text, max(0, start - _REACH), start
        ):
            continue
        # Other words in small letters: the elves, the eleven of a team.
        if language == "de" and len(run) == 1 and run[0][0][0].isupper():
            continue
        value = max(spelled(text[start:end], language) or {Decimal(0)})
        if value >= _LEAST:
            yield Cardinal(value, start, end)


def _runs(text: str, language: str) -> Iterator[list[re.Match[str]]]:
    """Yield the words of each number: number words side by side, or with an "and" between."""
    run: list[re.Match[str]] = []
    end = 0
    for word in WORD.finditer(text):
        small = word[0].lower()
        if run and text[end : word.start()].strip():
            yield run
            run = []
        if run and small in AND:
            end = word.end()
        elif _value(small, language) is not None:
            run.append(word)
            end = word.end()
        elif run:
            yield run
            run = []
    if run:
        yield run


def _value(word: str, language: str) -> int | None:
    known = word_values(language)
    return known[word] if word in known else compound(word, language)


def _plain(words: Sequence[str], language: str) -> bool:
    """Whether all are words of one cardinal number."""
    known, cardinals = word_values(language), cardinal_words(language)
    values = [_value(word, language) or 0 for word in words]
    # Nineteen eighty-four is a year.
    if any(a <= b and b not in (100, 1000) for a, b in pairwise(values)):
        return False
    if len(words) == 1 and words[0] in _OTHER_WORDS.get(language, ()):
        return False
    for place, (word, value) in enumerate(zip(words, values, strict=True)):
        if word in cardinals or value == 1 or (place and values[0] > 1 and value in (100, 1000)):
            continue
        parts = word.split("-")
        if word in known or (len(parts) == 1 and _ORDINAL.search(word)):
            return False
        if len(parts) > 1 and not all(part in cardinals or part in AND for part in parts):
            return False
    return True
