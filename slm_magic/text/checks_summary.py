"""Checks of a written summary against the text it is of."""

from __future__ import annotations

import re

from .checks import repetition
from .checks_numbers import unsupported_numbers
from .findings import Finding

_ANY_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Behind a word, a comma or a number of the same sentence; the first word has its capital anyway.
_NAME = re.compile(
    r"(?<=[^\W_][ ]|[,;][ ])(?:(?=[^\W\d_])[A-ZÀ-ÖØ-ÞŁŚŠŽČĆА-ЯΑ-Ω])[^\W\d_]{2,}(?:['’]s)?"
)


def check_summary(
    source: str, output: str, *, language: str | None, complete: bool = True
) -> list[Finding]:
    """Run every check on a summary.

    A summary may leave things out, so only what it adds is looked at: figures and names that the
    source does not have, loops, and an end that was cut.

    Parameters
    ----------
    language
        ISO 639-1 code of both; None if unknown.
    complete
        False when the model was stopped at its length limit.
    """
    if not output.strip():
        return [Finding("truncated", "The model wrote nothing.")]
    findings = [
        *unsupported_numbers(source, output, language),
        *_unsupported_names(source, output, language),
        *repetition(source, output),
    ]
    if not complete:
        findings.append(Finding("truncated", "The model stopped at its length limit."))
    return findings


def _unsupported_names(source: str, output: str, language: str | None) -> list[Finding]:
    """Find words with a capital, inside a sentence, that the source does not have in any case."""
    # German writes all nouns so, and what script has no capitals has no match.
    if language == "de":
        return []
    there = {_stem(match[0]) for match in _ANY_WORD.finditer(source)}
    found = []
    for match in _NAME.finditer(output):
        if _stem(match[0]) not in there:
            message = f"{match[0]} is not in the source."
            found.append(Finding("name_unsupported", message, match.start(), match.end()))
    return found


def _stem(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).lower()
