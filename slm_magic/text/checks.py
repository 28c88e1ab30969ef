"""Checks of a translation against its source: each finds one thing that small models do wrong.

They are made to be believed: a check that cries wolf is turned off by its users. So each asks
for clear evidence, and what is ambiguous passes.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable

from . import languages
from .checks_numbers import number_changed
from .checks_parts import bounds, copied_run, letters, sentences
from .findings import Finding
from .protect import blank_spans, differences

# Letters of a text in a language for each letter of its English version, roughly.
_LENGTH = {
    "zh": 0.32, "ja": 0.45, "ko": 0.5, "he": 0.8, "ar": 0.88, "fa": 0.95, "th": 0.95, "hi": 0.95,
    "fr": 1.17, "de": 1.21, "es": 1.19, "it": 1.17, "pt": 1.13, "nl": 1.15, "ru": 1.08, "pl": 1.08,
    "uk": 1.05, "el": 1.15, "tr": 1.03, "fi": 1.05, "hu": 1.08, "ro": 1.12, "vi": 1.1, "id": 1.12,
    "ms": 1.12, "bg": 1.08, "cs": 1.0, "sk": 1.0, "ta": 1.2, "ml": 1.2, "my": 1.2, "km": 1.1,
}  # fmt: skip
# Letters below which a length says nothing.
SHORT = 20
# Below this part of the usual length, fewer sentences than before are a sentence that was lost.
_FEWER = 0.78
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Words of the longest loop that is looked for.
_LOOP_WORDS = 12
_LETTER_LOOP = re.compile(r"([^\W\d_]{2,20}?)\1{3,}|([^\W\d_])\2{7,}")
_LETTERS = re.compile(r"[^\W\d_]{8,}")
_SENTENCE_END = ".!?…。！？؟।:;"
_CLOSING = "\"'”’»)]}*_"


def check(
    source: str,
    output: str,
    *,
    source_language: str,
    target_language: str,
    complete: bool = True,
    markdown: bool = True,
    names: Iterable[str] = (),
) -> list[Finding]:
    """Run every check on one translated segment.

    Parameters
    ----------
    source, output
        The segment and its translation.
    source_language, target_language
        ISO 639-1 codes.
    complete
        False when the model was stopped at its length limit.
    markdown
        Whether the source is Markdown.
    names
        Words that a translation keeps, such as the terms of a glossary.
    """
    bare_source = blank_spans(source, markdown=markdown)
    bare_output = blank_spans(output, markdown=markdown)
    return [
        *markup_changed(source, output, markdown=markdown),
        *number_changed(bare_source, bare_output, source_language, target_language),
        *repetition(bare_source, bare_output),
        *untranslated(bare_source, bare_output, source_language, target_language, names),
        *length_ratio(bare_source, bare_output, source_language, target_language),
        *truncated(bare_source, bare_output, complete=complete),
    ]


def markup_changed(source: str, output: str, *, markdown: bool = True) -> list[Finding]:
    """Find spans (code, formulas, links, tags, placeholders) that were lost, changed or added."""
    kinds = differences(source, output, markdown=markdown)
    if not kinds:
        return []
    return [Finding("markup_changed", f"Lost, changed or added: {', '.join(kinds)}.")]


def repetition(source: str, output: str) -> list[Finding]:
    """Find loops: the same words again and again where the source has no such thing."""
    words = [match[0].lower() for match in _WORD.finditer(output)]
    own = [match[0].lower() for match in _WORD.finditer(source)]
    loop = _longest_loop(words)
    if loop > 0 and loop > _longest_loop(own, shortest=1):
        return [Finding("repetition", "The same words are repeated over and over.")]
    # Languages without spaces, and loops of a few letters.
    if _has_letter_loop(output) and not _has_letter_loop(source):
        return [Finding("repetition", "The same letters are repeated over and over.")]
    if _duplicated(words) > max(0.3, 2 * _duplicated(own)):
        return [Finding("repetition", "Much of the translation says the same words again.")]
    ratio = _compression(output) if len(output) >= 200 else 0.0
    if ratio > 2.4 and ratio > 1.5 * _compression(source):
        return [Finding("repetition", "The translation repeats itself.")]
    return []


def _longest_loop(words: list[str], shortest: int = 3) -> int:
    """Return how many words the longest loop spans; 0 when there is none to speak of."""
    most = min(_LOOP_WORDS, len(words) // 2)
    longest = 0
    places: dict[str, list[int]] = {}
    # By the distance of two equal words: where the last such pair was, and how many it ends.
    runs: dict[int, tuple[int, int]] = {}
    for i, word in enumerate(words):
        before = places.setdefault(word, [])
        for place in reversed(before):
            size = i - place
            if size > most:
                break
            last, run = runs.get(size, (i, 0))
            run = run + 1 if last == i - 1 else 1
            runs[size] = i, run
            total = run + size
            # Two in a row of many words are a loop; of one or two words they may be style.
            needed = 3 if size < 4 else 2
            if total >= needed * size and total > longest and (size > 1 or len(word) >= shortest):
                longest = total
        before.append(i)
    return longest


def _has_letter_loop(text: str) -> bool:
    # It takes eight letters in a row, which few words of languages with spaces have.
    return any(map(_LETTER_LOOP.search, _LETTERS.findall(text)))


def _duplicated(words: list[str]) -> float:
    """Return the share of four-word sequences that came before."""
    if len(words) < 20:
        return 0.0
    grams = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    return 1 - len(grams) / sum(grams.values())


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / max(1, len(zlib.compress(data)))


def untranslated(
    source: str,
    output: str,
    source_language: str,
    target_language: str,
    names: Iterable[str] = (),
) -> list[Finding]:
    """Find output that is still in the source language, or in a third one.

    Names and single words may stay as they are: it takes two words that are no names.
    """
    if source_language == target_language:
        return []
    kept = {name.lower() for name in names}
    mine = [w for w in _WORD.findall(source) if w.lower() not in kept]
    theirs = [w for w in _WORD.findall(output) if w.lower() not in kept]
    if not mine:
        return []
    if not theirs:
        return [Finding("untranslated", "The translation is empty.")]
    if _wrong_script(theirs, source_language, target_language):
        name = languages.name(target_language)
        return [Finding("untranslated", f"It is not written in the letters of {name}.")]
    ordinary = _ordinary(mine)
    same = [word for word in ordinary if word in set(theirs)]
    if len(ordinary) >= 2 and len(mine) >= 3 and _plain(mine) == _plain(theirs):
        return [Finding("untranslated", "The translation is the source, unchanged.")]
    size = sum(len(word) for word in theirs)
    if size < SHORT or len(ordinary) < 3:
        return []
    if copied_run(source, output, source_language, target_language):
        return [Finding("untranslated", "A part of it is still the source, word for word.")]
    # Shared words between near languages are no proof: ask which language it is.
    guesses = dict(languages.guesses(output))
    target_score = _score(guesses, target_language)
    source_score = _score(guesses, source_language)
    if len(same) >= 0.6 * len(ordinary) and source_score > target_score:
        return [Finding("untranslated", "Most words are still those of the source.")]
    if source_score > 0.6 and target_score < 0.2:
        return [Finding("untranslated", f"It is still in {languages.name(source_language)}.")]
    other = max(guesses, key=lambda code: guesses[code], default=target_language)
    if size >= 40 and guesses.get(other, 0) > 0.8 and target_score < 0.05:
        if _near(other, target_language):
            return []
        return [Finding("untranslated", f"It looks like {languages.name(other)}.")]
    return []


def _plain(words: list[str]) -> list[str]:
    return [word.casefold() for word in words]


def _ordinary(words: list[str]) -> list[str]:
    """Return the words that are no names: those without a capital, past the first letters."""
    cased = [word for word in words if word.islower() or not word[:1].isupper()]
    if cased or any(word.isupper() is False for word in words):
        return [word for word in cased if len(word) > 1 or not word.isascii()]
    return []


# Languages that the detector takes for one another.
_FAMILIES = (
    {"no", "nb", "nn", "da"}, {"hr", "bs", "sr", "sl"}, {"id", "ms"}, {"cs", "sk"},
    {"es", "gl", "ca", "pt"}, {"uk", "ru", "be"}, {"bg", "mk"}, {"hi", "mr", "ne"}, {"nl", "af"},
    {"fa", "ps", "ur"}, {"de", "lb"}, {"tr", "az"},
)  # fmt: skip


def _near(one: str, other: str) -> bool:
    return one == other or any({one, other} <= family for family in _FAMILIES)


def _score(guesses: dict[str, float], code: str) -> float:
    same = ("no", "nb", "nn") if code in ("no", "nb", "nn") else (code,)
    return sum(guesses.get(one, 0.0) for one in same)


def _wrong_script(words: list[str], source_language: str, target_language: str) -> bool:
    expected = languages.expected_scripts(target_language)
    if expected is None:
        return False
    found = languages.scripts("".join(words))
    total = sum(found.values())
    fits = sum(found[script] for script in expected)
    if "LATIN" not in expected:
        # Names and units stay in Latin letters; whole sentences do not.
        ordinary = [word for word in words if word.islower() and word.isascii()]
        return total >= 3 and fits * 4 < total and len(ordinary) >= 2
    return total >= 2 and fits * 2 < total


def length_ratio(
    source: str, output: str, source_language: str, target_language: str
) -> list[Finding]:
    """Find output much shorter or longer than such a translation ever is."""
    before, after = letters(source), letters(output)
    expected = before * _LENGTH.get(target_language, 1.0) / _LENGTH.get(source_language, 1.0)
    if after > 60 and after > 4 * max(expected, SHORT / 2):
        return [Finding("length_ratio", f"It is {after / max(before, 1):.1f} times as long.")]
    if expected < SHORT or before < SHORT * 0.6:
        return []
    low, high = bounds(expected, source_language, target_language)
    ratio = after / expected
    if low <= ratio <= high:
        if ratio < _FEWER and sentences(output) < sentences(source):
            return [Finding("length_ratio", "A sentence of the source may be missing.")]
        return []
    word = "shorter" if ratio < low else "longer"
    return [Finding("length_ratio", f"It is much {word} than expected ({ratio:.0%} of the usual).")]


def truncated(source: str, output: str, *, complete: bool = True) -> list[Finding]:
    """Find output that was cut: by the length limit, or in the middle of a sentence."""
    if not complete:
        return [Finding("truncated", "The model stopped at its length limit.")]
    before, after = source.rstrip().rstrip(_CLOSING), output.rstrip().rstrip(_CLOSING)
    if not before or not after or before[-1] not in _SENTENCE_END:
        return []
    # Of professional translations under 1 per cent drop a final stop, most of them in error.
    if letters(before) >= SHORT and (after[-1].isalnum() or after[-1] in ",，、(-–"):
        message = "It ends without the source's final stop; it may be cut."
        return [Finding("truncated", message, max(0, len(output) - 1), len(output))]
    return []
