"""Terms of a glossary: where a text has them, and whether a translation uses what they become.

One rule for all who ask, so that what a model is told, what is put in its place and what is
flagged are the same terms: the longest wins where two overlap, code and links have none, and a
plural, a hyphen or a capital makes no other term.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from .folding import unaccented
from .inflection import forms
from .protect import blank_spans, find_spans

# Between the words of a term: spaces of any width, hyphens that break and that do not.
_BETWEEN = r"[\s\-‐‑]+"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Endings of a plural or a genitive in a source text; other languages' are left to the letters.
_PLURALS = {
    "en": r"(?:e?s)?(?:['’]s)?",
    "fr": r"(?:e?s|x)?",
    "es": r"(?:e?s)?",
    "pt": r"(?:e?s)?",
    "de": r"(?:e[nrs]?|er[ns]?|n(?:en)?|s)?",
    "nl": r"(?:en|['’]?s)?",
}
# Words of fewer letters have few forms and are part of many others.
_LONG = 4
# Such short words in capitals are other words in small letters: IT, US, WHO.
_ACRONYM = 5
# Languages that write a term and its neighbour as one word.
_COMPOUNDING = frozenset({"de", "nl", "sv", "da", "no", "nb", "nn", "fi", "et", "hu", "is"})
# Letters that a word begins with where others write a word of its own: the article, "and", "in".
_PREFIXES = {"ar": r"\w{0,3}", "he": r"\w{0,2}"}
# Scripts that set no spaces between words.
_SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A place where a text has a term.

    Attributes
    ----------
    start, end
        Offsets in characters.
    term
        The term as the glossary has it.
    """

    start: int
    end: int
    term: str


def find_terms(
    text: str, terms: Iterable[str], *, language: str | None = None, markdown: bool = True
) -> list[FoundTerm]:
    """Return where `text` has `terms`, in order and without overlap.

    Parameters
    ----------
    language
        Language of the text, for the endings of its plurals.
    markdown
        Whether the text is Markdown, whose marks are no part of words.
    """
    small = text.lower()
    # Two letters rule out most of a long glossary at once, in any form of the word.
    there = [term for term in terms if _start(term).lower() in small]
    if not there:
        return []
    taken = [(span.start, span.end) for span in find_spans(text, markdown=markdown)]
    found = []
    for term in sorted(there, key=len, reverse=True):
        for match in _pattern(term, language).finditer(text):
            start, end = match.span()
            if start < end and not any(a < end and start < b for a, b in taken):
                taken.append((start, end))
                found.append(FoundTerm(start, end, term))
    return sorted(found, key=lambda one: one.start)


def in_place(text: str, found: FoundTerm, wanted: str, *, markdown: bool = True) -> str:
    """Return `wanted` as it is to stand where `text` has the term: with the capitals of there."""
    there = text[found.start : found.end]
    if wanted == found.term:
        return there  # a term that is not to be translated, in whatever form the text has it
    if there.isupper() and not found.term.isupper() and len(there) > 1:
        return wanted.upper()
    before = blank_spans(text, markdown=markdown)[: found.start]
    if there[:1].isupper() and not any(c.isalnum() for c in before):
        return wanted[:1].upper() + wanted[1:]
    return wanted


def uses(output: str, wanted: str, *, language: str | None = None, markdown: bool = True) -> bool:
    """Whether `output`, outside of code and links, has the words of `wanted`, inflected perhaps.

    Endings, accents that come and go with them (Umsatz, Umsätze), articles that are written as
    part of the word, and compounds in languages that make them are no other term.
    """
    output = blank_spans(output, markdown=markdown)
    if any(_spaceless(c) for c in wanted):
        return _packed(wanted) in _packed(output)
    if _latin(wanted):
        wanted, output = unaccented(wanted), unaccented(output)
    return _inflected(wanted, language).search(output) is not None


def words(terms: Iterable[str]) -> set[str]:
    """Return the single words of `terms`."""
    return {word for term in terms for word in _WORD.findall(term)}


@lru_cache(maxsize=4096)
def _pattern(term: str, language: str | None) -> re.Pattern[str]:
    parts = re.split(_BETWEEN, term.strip())
    forms = [
        _form(part, language) if n == len(parts) - 1 or len(part) >= _LONG else _escaped(part)
        for n, part in enumerate(parts)
    ]
    body = _BETWEEN.join(forms)
    acronym = term.isupper() and len(term) <= _ACRONYM
    return re.compile(
        ("" if _spaceless(term.strip()[:1]) else r"(?<!\w)")
        + body
        + ("" if _spaceless(term.strip()[-1:]) else r"(?!\w)"),
        0 if acronym else re.IGNORECASE,
    )


def _form(word: str, language: str | None) -> str:
    """Return what finds a word of the source and its plural."""
    endings = _PLURALS.get(language or "", "")
    if not endings or not word[-1:].isalpha() or _spaceless(word[-1:]):
        return _escaped(word)
    if language == "en" and re.search(r"[^aeiou]y$", word):
        return _escaped(word[:-1]) + r"(?:y|ies)(?:['’]s)?"
    return _escaped(word) + endings


@lru_cache(maxsize=4096)
def _inflected(wanted: str, language: str | None) -> re.Pattern[str]:
    parts = re.split(_BETWEEN, wanted.strip())
    first, after = "(?<!\\w)" + _PREFIXES.get(language or "", ""), r"(?!\w)"
    if language in _COMPOUNDING and len(parts[0]) > _LONG:
        first = ""
    known = [_known(part, language, last=n == len(parts) - 1) for n, part in enumerate(parts)]
    return re.compile(first + _BETWEEN.join(known) + after, re.IGNORECASE)


def _known(part: str, language: str | None, *, last: bool) -> str:
    """Return what finds a word of a term in its forms: by rules, or by the letters that stay."""
    known = forms(part, language, last=last)
    if known is not None:
        return known
    if last and language in _COMPOUNDING and len(part) > _LONG:
        return _escaped(_stem(part)) + r"\w*"
    return _escaped(_stem(part)) + r"\w{0,5}"


def _start(term: str) -> str:
    """Return the letters, two at the most, that every form of a term begins with."""
    match = re.match(r"\s*(\w{0,2})", term)
    return match[1] if match else ""


def _stem(word: str) -> str:
    """Return what of a word stays: short ones get an ending, of longer ones the last changes."""
    if not word.isalpha() or word.isupper():
        return word
    return word[:-2] if len(word) >= 7 else word[:-1] if len(word) >= 5 else word


def _escaped(word: str) -> str:
    return re.sub("['’]", "['’]", re.escape(word))


def _spaceless(letter: str) -> bool:
    return bool(letter) and unicodedata.name(letter, "").startswith(_SPACELESS)


def _packed(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(c, "") for c in text if c.isalpha())
