"""Quotation marks as a language writes them.

Small models leave the straight marks of an English source in a French or German sentence. A
reader of these languages takes that for a mistake.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .protect import find_spans

# What may be done with them: set as the language writes them, or left.
QUOTES = ("language", "keep")
NBSP = "\N{NO-BREAK SPACE}"


class Marks(NamedTuple):
    """Opening and closing marks, and those of a quotation within one."""

    opens: str
    closes: str
    inner_opens: str
    inner_closes: str


# Of languages with a single usage, in their own typographic rules; others keep what they have.
_MARKS = {
    "fr": Marks(f"«{NBSP}", f"{NBSP}»", "“", "”"),
    "de": Marks("„", "“", "‚", "‘"),
    "es": Marks("“", "”", "‘", "’"),
    "ru": Marks("«", "»", "„", "“"),
    "uk": Marks("«", "»", "„", "“"),
    "pl": Marks("„", "”", "«", "»"),
    "cs": Marks("„", "“", "‚", "‘"),
}
# Where the mark within words is an apostrophe and no accent of one's own.
_APOSTROPHE = frozenset({"fr"})
_STRAIGHT = re.compile("[\"']")


def set_marks(text: str, language: str, *, markdown: bool = True) -> str:
    """Return `text` with its straight quotation marks as `language` sets them.

    Protected spans (code, tags, formulas, placeholders) stay as they are, as do marks that are
    no quotation: feet and inches, minutes, a mark that no other one answers. Typographic marks
    that are there already are left alone.

    Parameters
    ----------
    language
        ISO 639-1 code; of one that is not known, the text comes back as it is.
    markdown
        Whether `text` is Markdown.
    """
    marks = _MARKS.get(language)
    if marks is None or not _STRAIGHT.search(text):
        return text
    taken = bytearray(len(text))
    for span in find_spans(text, markdown=markdown):
        if span.kind != "emphasis":
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
    new: dict[int, str] = {}
    _pair(text, taken, '"', marks.opens, marks.closes, new)
    outer = bool(new)
    # Single marks inside double ones are the inner ones; alone they are a quotation of their own.
    _pair(text, taken, "'", *(marks[2:] if outer else marks[:2]), new)
    if language in _APOSTROPHE:
        for match in re.finditer(r"(?<=[^\W\d_])'(?=[^\W_])", text):
            if not taken[match.start()]:
                new.setdefault(match.start(), "’")
    return "".join(new.get(place, sign) for place, sign in enumerate(text))


def _pair(
    text: str, taken: bytearray, mark: str, opens: str, closes: str, new: dict[int, str]
) -> None:
    """Set each opening mark with the closing one that follows it; a single one stays."""
    opened: int | None = None
    for match in re.finditer(re.escape(mark), text):
        place = match.start()
        if taken[place]:
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        can_open = not before or not (before.isalnum() or before in ".,;:!?%)")
        can_open = can_open and bool(after) and not after.isspace()
        can_close = bool(before) and not before.isspace() and not after.isalnum()
        if opened is None:
            opened = place if can_open else None
        elif can_close:
            new[opened], new[place] = opens, closes
            opened = None
