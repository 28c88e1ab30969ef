"""What English words are called in French, German and Spanish, as hints for a language model.

A small model knows how to build a sentence and not what a lobster is called. `lexicon.csv` has a
column a language, written for this project: words of news, business and everyday prose that have
one usual translation or two, and expressions that mean more than their words. To give a model
entries of a dictionary within the prompt is the method of Ghazvininejad, Gonen and Zettlemoyer
(2023), "Dictionary-based Phrase-level Prompting of Large Language Models for Machine Translation".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .capitals import headline, shouted
from .lemmas import ambiguous, bases
from .protect import blank_spans

SOURCE = "en"
_TABLE = Path(__file__).with_name("lexicon.csv")
# Parts of identifiers (max_length, shark2) are no words.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)*(?!\w)")
# What may lie between the words of one expression.
_GAP = re.compile(r"[\s\-‑]{1,2}")
# What ends a sentence or a clause; a full stop does so too, but mostly an abbreviation, as sentences
# come one by one.
_ENDS = "!?:;…–—"
_OPENING = "\"'“‘«„(["
_NUMBERED = re.compile(r"(?:^|\s)\d{1,3}[.)]")


@dataclass(frozen=True, slots=True)
class _Entry:
    headword: str
    wanted: str


@cache
def languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages into which words are known."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return frozenset(next(csv.reader(file))[1:])


def entries(
    text: str,
    source: str,
    target: str,
    *,
    taken: Sequence[tuple[int, int]] = (),
    markdown: bool = True,
) -> dict[str, str]:
    """Return the entries for the words of a sentence, those that both languages share included.

    A small model that is told of half the words forgets the others.

    Parameters
    ----------
    source, target
        ISO 639-1 codes. There are entries from English into `languages`.
    taken
        Offsets, in characters, of places that have their translation, by a glossary.
    markdown
        Whether the text is Markdown, whose marks and code are no words.

    Returns
    -------
    dict
        Headword to translation, both in dictionary form, in the order of the sentence. Two senses are
        parted by " / ".
    """
    if source != SOURCE or target not in languages():
        return {}
    table = _entries(target)
    bare = blank_spans(text, markdown=markdown)
    in_title, in_capitals = headline(text, markdown=markdown), shouted(text, markdown=markdown)
    words = list(_WORD.finditer(bare))
    found: dict[str, str] = {}
    at = 0
    while at < len(words):
        length, entry = _longest(bare, words, at, table)
        here = words[at : at + length]
        at += length
        if entry is None or any(a < here[-1].end() and here[0].start() < b for a, b in taken):
            continue
        after = words[at : at + 1]
        if in_capitals or _meant(bare, here, after, entry.headword, in_title):
            found.setdefault(entry.headword, entry.wanted)
    return found


def _longest(
    text: str, words: list[re.Match[str]], at: int, table: dict[str, _Entry]
) -> tuple[int, _Entry | None]:
    """Return how many words from `at` on an entry takes, and that entry; 1 and None for none."""
    joined = [_plain(words[at][0])]
    for n in range(at + 1, min(at + _most_words(), len(words))):
        if not _GAP.fullmatch(text, words[n - 1].end(), words[n].start()):
            break
        joined.append(_plain(words[n][0]))
    for length in range(len(joined), 1, -1):
        first, middle, last = joined[0], joined[1 : length - 1], joined[length - 1]
        # A verb with its particle changes at its beginning, a noun with what describes it at its end.
        for begin, end in (
            (first, last),
            *((base, last) for base in bases(first)),
            *((first, base) for base in bases(last)),
        ):
            entry = table.get(" ".join((begin, *middle, end)))
            if entry is not None:
                return length, entry
    word = joined[0]
    if ambiguous(word):
        return 1, None
    return 1, next((table[base] for base in bases(word) if base in table), None)


def _meant(
    text: str,
    here: Sequence[re.Match[str]],
    after: Sequence[re.Match[str]],
    headword: str,
    in_title: bool,
) -> bool:
    """Whether the capitals of the words `here` are those of the headword: turkey is no Turkey."""
    own = headword.replace("-", " ").split()
    # Acronyms: aids are no AIDS.
    if any(word[0].isupper() and len(word[0]) > 1 and word[0] not in own for word in here):
        return False
    has_capital = here[0][0][:1].isupper()
    if headword[:1].isupper() or not has_capital:
        return has_capital or not headword[:1].isupper()
    # A capital where the headword has none: of a title, of the beginning of a sentence, or of a name
    # that the lexicon lacks. Expressions (Supreme Court) are what they are.
    if in_title or len(here) > 1:
        return True
    if not _begins(text, here[0].start()):
        return False
    # Wall Street, and not a wall.
    followed = bool(after) and after[0][0][:1].isupper() and len(after[0][0]) > 1
    return not (followed and _GAP.fullmatch(text, here[-1].end(), after[0].start()))


def _begins(text: str, at: int) -> bool:
    """Whether a sentence, a quotation or a clause begins at `at`, where any word has a capital."""
    before = text[:at].rstrip(" \t*_")
    return (
        not before
        or before[-1] in _ENDS
        or (before[-1] in _OPENING and len(before) == at)
        or _NUMBERED.fullmatch(before) is not None
    )


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


@cache
def _entries(target: str) -> dict[str, _Entry]:
    """Return the entries by the words of their headwords, in small letters."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {_key(row[SOURCE]): _Entry(row[SOURCE], row[target]) for row in csv.DictReader(file)}


@cache
def _most_words() -> int:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return max(_key(row[0]).count(" ") + 1 for row in csv.reader(file))


def _key(headword: str) -> str:
    return " ".join(_plain(word) for word in _WORD.findall(headword))
