"""Names of a summary that its source does not have.

A name is a word with a capital where grammar asks for none. Which words those are depends on the
language: German writes every noun so, and the first word of a sentence has its capital anyway.
What is in the source in any case, inflected, abbreviated or spelled out, is borne out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from . import places
from .dates import find_dates


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)?")
# Before these stops a sentence goes on.
_TITLES = _words(
    "mr mrs ms dr prof st sen rep gov gen lt col capt sgt rev hon m mme mlle sr sra dra don "
    "herr frau hr fr präsident präsidentin minister ministerin kanzler kanzlerin firma"
)
_ABBREVIATED = _words("mr mrs ms dr prof st sen rep gov gen lt col capt sgt rev hon")
# Short forms that are no names, and endings of firms' names, which come and go.
_COMMON = _words(
    "ceo cfo coo cto cio ceos eps gdp ipo ai it tv ok pr hr ebit ebitda gaap am pm r&d fy "
    "yoy inc corp co ltd llc plc ag gmbh kg se sa sas sarl spa srl nv bv mr mrs ms dr prof i"
)
_KNOWN_SHORT = {
    "us": r"united states|americ", "usa": r"united states|americ", "uk": r"united kingdom|brit",
    "eu": r"europ", "un": r"united nations", "fed": r"federal reserve",
}  # fmt: skip
# What these short forms become when they are written out, beside the words of their letters.
_KNOWN_LONG = {
    "fed": _words("federal reserve"), "us": _words("america american americans"),
    "usa": _words("america american americans"), "uk": _words("britain british"),
    "eu": _words("europe european"),
}  # fmt: skip
# Initials before a name, which some write as one word with it: J.P. Morgan, JP Morgan, JPMorgan.
_INITIALLED = re.compile(r"(?<!\w)(?:(?:[A-Z]\.\s?){1,4}|[A-Z]{2,4}\s)[A-Z][^\W\d_]+")
_SMALL = _words(
    "of the and for in on de la le les du des et der die das und von für del los las y e di"
)
# Endings that make of a country its people or its adjective, and of a noun its possessive.
_DEMONYM = re.compile(r"(?:ians?|eans?|ans?|ns?|ish|ese|ics?|is?|ers?|ines?)$")
_IRREGULAR = (
    {"france", "french", "frenchman"}, {"netherlands", "dutch", "holland"}, {"spain", "spanish"},
    {"poland", "polish"}, {"denmark", "danish"}, {"switzerland", "swiss"}, {"ireland", "irish"},
    {"wales", "welsh"}, {"norway", "norwegian"}, {"germany", "german"}, {"finland", "finnish"},
    {"england", "english"}, {"scotland", "scottish"}, {"iceland", "icelandic"},
    {"turkey", "turkish"}, {"greece", "greek"}, {"thailand", "thai"}, {"britain", "british"},
    {"philippines", "filipino"}, {"portugal", "portuguese"}, {"christmas", "xmas"},
)  # fmt: skip
# German nouns that stand before another noun without an article.
_MEASURES = _words(
    "ende anfang mitte prozent euro dollar millionen milliarden mio mrd liter kilo tonnen "
    "meter kilometer stück uhr jahre jahren tage tagen januar februar märz april mai juni "
    "juli august september oktober november dezember montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag quartal tausend art"
)
# Languages of the Latin alphabet whose names do not change with their case.
_UNINFLECTED = frozenset({"en", "fr", "es", "it", "pt", "nl", "de", "sv", "da", "no", "ca"})
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n•–—\"“”„«(\[]|[-*]\s)[\s\"'“”„«(\[]*\Z")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with a capital, and what stands around it."""

    text: str
    start: int
    end: int
    first: bool
    titled: bool

    @property
    def short(self) -> bool:
        """Whether it is an acronym: two capitals or more, and no small letter but a plural s."""
        letters = self.text.replace(".", "")
        return len(letters) >= 2 and letters.rstrip("s").isupper() and len(letters) <= 6

    @property
    def mixed(self) -> bool:
        """Whether it has a capital inside, as OpenBank and McKay do."""
        return any(c.isupper() for c in self.text[1:]) and not self.text.isupper()


def unsupported_names(source: str, output: str, language: str | None) -> list[tuple[str, int, int]]:
    """Return the names of `output` that `source` does not have, with their places.

    Parameters
    ----------
    language
        ISO 639-1 code of both; None if unknown.
    """
    words = list(_capitals(output))
    if not words:
        return []
    there = _Source(source, language)
    inside = {_bare(word.text) for word in words if not word.first}
    together = [m.span() for m in _INITIALLED.finditer(output) if there.has_joined(m[0])]
    found = []
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else None
        previous = words[i - 1] if i else None
        if not _is_name(word, previous, following, output, inside, language):
            continue
        if language == "de" and not _is_german_name(word, previous, following, output, there):
            continue
        if any(start <= word.start and word.end <= end for start, end in together):
            continue
        if not there.has(word.text) and not there.abbreviates(words, i, output):
            found.append((word.text, word.start, word.end))
    return found


def _is_name(
    word: _Word,
    previous: _Word | None,
    following: _Word | None,
    output: str,
    inside: set[str],
    language: str | None,
) -> bool:
    bare = _bare(word.text)
    if (
        bare in _COMMON
        or bare in _SMALL  # The Hague, La Haye: the name is what follows
        or (word.first and bare in _OPENERS)
        or len(bare) < 2
        or (len(bare) < 3 and not word.short)
    ):
        return False
    line = output[output.rfind("\n", 0, word.start) + 1 : (output + "\n").find("\n", word.end)]
    if _is_heading(line):
        return False
    if not word.first or word.titled or word.short or word.mixed:
        return True
    # The first word has its capital from its place; it is a name where it is one elsewhere too,
    # owns something, or has another name right behind it.
    owns = re.search(r"['’]s$", word.text) is not None and bare not in _TIMES
    return owns or bare in inside


# First words whose capital is the sentence's, though they may be a name's part further on.
_OPENERS = _words(
    "the a an it he she they we i you this that these those there here in on at by for from with "
    "as if but and or so no not all some many most both each his her its their our my who what "
    "when where why how le la les l un une des il elle ils elles ce cette on der die das ein eine "
    "es er sie wir ich im am el los las una lo ella ellos en de du o os as um uma gli i het een"
)
_TIMES = _words(
    "today yesterday tomorrow tonight year month week quarter company it that there here "
    "what who he she let everyone everybody nobody somebody someone anyone world nation "
    "country city government firm group management"
)


def _is_heading(line: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", line) if word.lower() not in _SMALL]
    return len(words) >= 3 and all(word[:1].isupper() for word in words)


def _is_german_name(
    word: _Word, previous: _Word | None, following: _Word | None, output: str, there: _Source
) -> bool:
    """Whether a German word is a name: short, titled, or one of two nouns side by side."""
    if _bare(word.text) in _TITLES:
        return False
    if word.short or word.mixed or word.titled:
        return True
    pairs = ((previous, word), (word, following))
    for one, other in pairs:
        if one is None or other is None or output[one.end : other.start] != " ":
            continue
        if _bare(one.text) in _MEASURES or one.first:
            continue
        if not there.has(one.text) or not there.has(other.text):
            return True
    return False


def _capitals(text: str) -> Iterator[_Word]:
    before = ""
    for match in _TOKEN.finditer(text):
        if match[0][0].isupper():
            gap = "\n" * (match.start() < 12) + text[max(0, match.start() - 12) : match.start()]
            titled = before.lower().rstrip(".") in _TITLES
            goes_on = (
                before.lower().rstrip(".") in _ABBREVIATED
                or (len(before) == 1 and before.isupper() and before != "I")
                # J.P. Morgan; but behind U.S. a sentence may well end.
                or (len(before) == 4 and before.isupper() and _bare(before) not in _KNOWN_SHORT)
            )
            first = _SENTENCE_START.search(gap) is not None
            if first and goes_on and gap.rstrip().endswith("."):
                first = False
            yield _Word(match[0], match.start(), match.end(), first, titled)
        before = match[0]


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).replace(".", "").lower()


class _Source:
    """The words of a source, as they are and as they may come back."""

    def __init__(self, text: str, language: str | None) -> None:
        self._language = language
        tokens = [match[0] for match in _TOKEN.finditer(text)]
        self._words = {_bare(token) for token in tokens}
        # French and Italian put an article before the name: l'Allemagne, dell'Italia.
        self._words |= {p.lower() for t in tokens for p in re.split(r"['’]", t) if len(p) > 2}
        self._text = text
        self._months = {r[1] for date in find_dates(text, language) for r in date.readings}
        self._initials = set(_initials(text))
        self._cities = places.called(self._words, language)
        self._joined = {_packed(match[0]) for match in _INITIALLED.finditer(text)}
        self._long: frozenset[str] = frozenset().union(
            *(_KNOWN_LONG[word] for word in self._words & _KNOWN_LONG.keys() if word != "us")
        )
        # In small letters it is a pronoun.
        if re.search(r"\bUS\b|\bU\.S\.", text):
            self._long |= _KNOWN_LONG["us"]

    def has(self, name: str) -> bool:
        """Whether the source has the name, inflected or abbreviated perhaps."""
        bare = _bare(name)
        parts = [part.lower() for part in re.split(r"['’]", name) if len(part) > 2]
        if bare in self._words or bare.rstrip("s") in self._words or bare + "s" in self._words:
            return True
        if len(parts) > 1 and parts[-1] in self._words:
            return True
        if any(bare in group and group & self._words for group in _IRREGULAR):
            return True
        if bare in self._long or bare in self._joined or self._has_city(bare):
            return True
        written = name.replace(".", "").rstrip("s")
        if (written.isupper() or bare == "fed") and self._short(bare.rstrip("s")):
            return True
        if find_dates(f"{name} 2000", self._language) and self._months:
            month = next(iter(find_dates(f"{name} 2000", self._language)[0].readings))[1]
            if month in self._months:
                return True
        return any(self._related(bare, word) for word in self._words if word[:3] == bare[:3])

    def has_joined(self, run: str) -> bool:
        """Whether the source has a name with its initials in another spelling."""
        return _packed(run) in self._joined or _packed(run) in self._words

    def _has_city(self, bare: str) -> bool:
        """Whether it is a city of the source in another language's word, inflected perhaps."""
        plain = places.plain(bare)
        return any(
            plain.rstrip("s") == city.rstrip("s") or self._related(plain, city)
            for city in self._cities
            if city[:3] == plain[:3]
        )

    def _short(self, letters: str) -> bool:
        known = _KNOWN_SHORT.get(letters)
        if known is not None and re.search(known, self._text, re.IGNORECASE):
            return True
        return any(letters in initials for initials in self._initials)

    def abbreviates(self, words: list[_Word], at: int, output: str) -> bool:
        """Whether the word is of a name that the source has by its initials only."""
        first = last = at
        while first and _joined(output[words[first - 1].end : words[first].start]):
            first -= 1
        while last + 1 < len(words) and _joined(output[words[last].end : words[last + 1].start]):
            last += 1
        for start in range(first, at + 1):
            for end in range(max(at, start + 1), last + 1):
                initials = [word.text[0] for word in words[start : end + 1]]
                pattern = r"\b" + r"\.?".join(initials) + r"\b"
                if re.search(pattern, self._text):
                    return True
        return False

    def _related(self, one: str, other: str) -> bool:
        """Whether one is the other with an ending: Canada and Canadian, Berlin and Berliner."""
        if self._language not in _UNINFLECTED:
            pairs = zip(one, other, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            return same >= max(3, max(len(one), len(other)) - 3)
        # In German a part of a compound, or the ending of a case.
        if self._language == "de" and (one in other or other in one):
            return min(len(one), len(other)) >= 4
        for derived, base in ((one, other), (other, one)):
            match = _DEMONYM.search(derived)
            stem = derived[: match.start()] if match else ""
            if len(stem) >= 4 and base.startswith(stem) and len(base) - len(stem) <= 2:
                # Martin and Martins, but not Marina and Marino.
                return len(match[0] if match else "") >= 2 or base == stem
        return False


def _packed(run: str) -> str:
    return re.sub(r"[.\s]", "", run).lower()


def _initials(text: str) -> Iterator[str]:
    """Yield the initials of each run of capitals, with and without the small words between."""
    words = list(_capitals(text))
    whole = short = ""
    # A text without capitals has none: then there is nothing to pair.
    for word, following in zip(words, [*words[1:], None], strict=False):
        whole, short = whole + word.text[0].lower(), short + word.text[0].lower()
        between = text[word.end : following.start] if following is not None else "."
        if following is not None and _joined(between):
            whole += "".join(small[0] for small in between.split())
            continue
        if len(short) > 1:
            yield whole
            yield short
        whole = short = ""


def _joined(between: str) -> bool:
    words = between.split()
    return len(between) <= 12 and all(word.lower() in _SMALL for word in words)
