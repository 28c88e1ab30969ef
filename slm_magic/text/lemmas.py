"""Dictionary forms of English words: what a word in a text may be looked up as.

Rules by the end of a word, and `irregular.csv` for forms that no rule makes. They do not know
words: what they name counts only where a dictionary has it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_IRREGULAR = Path(__file__).with_name("irregular.csv")
# One short syllable. Its consonant would be doubled had nothing followed it: planned, but fired.
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
# What takes "es" for its plural, where other words take "s".
_HISSES = ("s", "x", "z", "ch", "sh", "o")
# Forms that are as often another word: a rose, and the prices rose; some leaves, and he leaves.
_EITHER = frozenset(
    {"bit", "bore", "bound", "fed", "fell", "felt", "found", "ground", "lay", "leaves", "left",
     "lives", "rose", "saw", "spoke", "thought", "wound"}
)  # fmt: skip
# Words of grammar and others that only look like a form of one: does, united, economics.
_NO_FORMS = frozenset(
    {"as", "athletics", "being", "boxing", "crooked", "does", "doing", "done", "during", "economics",
     "had", "has", "having", "hers", "his", "inning", "innings", "its", "odds", "ours", "premiered",
     "rugged", "shorts", "theirs", "thing", "things", "this", "united", "us", "used", "was", "yours"}
)  # fmt: skip


def ambiguous(word: str) -> bool:
    """Whether `word`, in small letters, may as well be a form of quite another word."""
    return word in _EITHER


def bases(word: str) -> Iterator[str]:
    """Yield what `word`, in small letters, may be an inflected form of, likelier ones first."""
    word = word.removesuffix("'s")
    yield word
    if word in _NO_FORMS:
        return
    if word in _irregular():
        yield _irregular()[word]
        return
    if word.endswith(("ies", "ied")):
        yield word[:-3] + "y"
        yield word[:-3] + "ie"
    elif word.endswith("es"):
        yield word[:-1]
        if word[:-2].endswith(_HISSES):
            yield word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    elif word.endswith(("ed", "ing")):
        stem = word[:-2] if word.endswith("ed") else word[:-3]
        if not _SHORT.fullmatch(stem):
            yield stem
        yield stem + "e"
        # Planned, but not added.
        if len(stem) > 3 and stem[-1] == stem[-2]:
            yield stem[:-1]


@cache
def _irregular() -> dict[str, str]:
    with _IRREGULAR.open(encoding="utf-8", newline="") as file:
        return {form: lemma for lemma, *forms in csv.reader(file) for form in forms}
