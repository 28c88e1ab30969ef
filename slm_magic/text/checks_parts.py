"""Parts of a text that a translation left out or left as they were."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from . import languages

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Where a sentence ends for sure: a new line, or a stop behind a word of some length, so that an
# initial or "St." is none, with a capital behind it.
_BREAK = re.compile(
    r"\n+|(?<=\w{4})[.!?…]+[\"'”’»)]*\s+(?=[\"'“„«(¿¡]*[^\W\d_a-zß-ÿ])|(?<=[。！？])"
)
# Below it there are no marks, and letters and digits can be counted without asking for categories.
_FIRST_MARK = "\u0300"
# Words of one run that are enough to be sure that somebody wrote them in that order.
_RUN = 6
_ORDINARY = 4
# Letters of a text by which the usual length is known well: it was measured for these languages.
_MEASURED = frozenset({"en", "fr", "de", "es"})


def copied_run(source: str, output: str, source_language: str, target_language: str) -> bool:
    """Whether `output` has a passage of `source` word for word, in the source's language.

    Names and titles stay as they are, so most words must be ordinary ones, in lower case.
    """
    mine, theirs = _WORD.findall(source), _WORD.findall(output)
    # Most texts share no run at all, which is quick to see.
    if _runs(mine).isdisjoint(_runs(theirs)):
        return False
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for block in matcher.get_matching_blocks():
        run = mine[block.a : block.a + block.size]
        if len(run) < _RUN or sum(w.islower() and len(w) > 1 for w in run) < _ORDINARY:
            continue
        guesses = dict(languages.guesses(" ".join(run)))
        if guesses.get(source_language, 0.0) > guesses.get(target_language, 0.0):
            return True
    return False


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[start:] for start in range(_RUN)), strict=False))


def sentences(text: str) -> int:
    """Return how many sentences `text` has at least."""
    return sum(bool(_WORD.search(part)) for part in _BREAK.split(text.strip()))


def bounds(expected: float, source_language: str, target_language: str) -> tuple[float, float]:
    """Return the least and the most of the expected length that a translation has.

    The longer the text, the closer its length is to what is usual.
    """
    if {source_language, target_language} <= _MEASURED:
        # Under one in two hundred human translations is shorter than that.
        return (0.7, 1.8) if expected >= 100 else (0.64, 2.0) if expected >= 50 else (0.5, 2.5)
    return (0.55, 1.9) if expected >= 100 else (0.5, 2.0) if expected >= 50 else (0.4, 2.5)


def letters(text: str) -> int:
    """Return how many letters, marks and digits `text` has."""
    if not text or max(text) < _FIRST_MARK:
        return sum(map(str.isalnum, text))
    return sum(unicodedata.category(c)[0] in "LMN" for c in text)
