"""Headlines: text in capitals made ordinary for a model, and its translation given them back.

Small models copy or garble what is written IN CAPITALS or In Title Case, because they saw little of
it; the same words in an ordinary sentence they translate.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .protect import blank_spans, find_spans

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Words from which capitals are a way of writing, and not a name or an acronym.
_FEWEST = 3
# Shorter words are small in titles, and stand for too much to be told by their letters.
_LONG = 4


def shouted(text: str, *, markdown: bool = True) -> bool:
    """Whether `text`, outside of code and links, is all in capitals."""
    return _shouted(blank_spans(text, markdown=markdown))


def _shouted(bare: str) -> bool:
    if not bare.isupper():
        return False
    words = [word for word in _WORD.findall(bare) if len(word) > 1]
    return len(words) >= _FEWEST and any(len(w) >= _LONG for w in words)


def titled(text: str, *, markdown: bool = True) -> bool:
    """Whether the longer words of `text`, outside of code and links, all have a capital."""
    return _titled(blank_spans(text, markdown=markdown))


def _titled(bare: str) -> bool:
    count = 0
    for match in _WORD.finditer(bare):
        word = match[0]
        if len(word) < _LONG or word.isupper():
            continue
        # Nearly all texts end here, at their second or third word.
        if not word[0].isupper():
            return False
        count += 1
    return count >= _FEWEST


def headline(text: str, *, markdown: bool = True) -> bool:
    """Whether `text` is `shouted` or `titled`."""
    bare = blank_spans(text, markdown=markdown)
    return _shouted(bare) or _titled(bare)


def ordinary(text: str, language: str, *, markdown: bool = True) -> str:
    """Return a headline as an ordinary sentence: small letters after the first."""
    shouting = shouted(text, markdown=markdown)

    def small(match: re.Match[str]) -> str:
        word = match[0]
        if not shouting and word.isupper() and len(word) > 1:
            return word  # an acronym among words that are not
        lower = _lower(word, language)
        return "I" if language == "en" and lower == "i" else lower

    made = _outside(text, lambda part: _WORD.sub(small, part), markdown)
    bare = blank_spans(text, markdown=markdown)
    first = next((n for n, c in enumerate(bare) if c.isalpha()), None)
    if first is None or len(made) != len(text):
        return made
    return made[:first] + text[first] + made[first + 1 :]


def restored(source: str, output: str, target: str, *, markdown: bool = True) -> str:
    """Return the translation of an `ordinary` headline in the letters that `source` calls for.

    Capitals come back in full. Titles are written as sentences in most languages and stay so, but
    for words that the translation shares with the source: they are names, and have their capital.
    """
    if shouted(source, markdown=markdown):
        return _outside(output, lambda part: _upper(part, target), markdown)
    names = {
        word.lower(): word
        for word in _WORD.findall(blank_spans(source, markdown=markdown))
        if len(word) >= _LONG and word[0].isupper()
    }
    return _outside(output, lambda part: _WORD.sub(lambda m: names.get(m[0], m[0]), part), markdown)


def _outside(text: str, change: Callable[[str], str], markdown: bool) -> str:
    """Apply `change` to what lies between the protected spans."""
    parts, position = [], 0
    for span in find_spans(text, markdown=markdown):
        parts += [change(text[position : span.start]), text[span.start : span.end]]
        position = span.end
    return "".join(parts) + change(text[position:])


def _lower(word: str, language: str) -> str:
    # Turkish and Azeri have an i with and one without a dot, in both sizes.
    if language in ("tr", "az"):
        word = word.replace("I", "ı").replace("İ", "i")
    return word.lower()


def _upper(text: str, language: str) -> str:
    return (text.replace("i", "İ") if language in ("tr", "az") else text).upper()
