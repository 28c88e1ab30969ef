"""Which spans to take out, of everything found; and which names are the same person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

# (type, start, end, score), as the recognizers give it.
Finding = tuple[str, int, int, float]

# A checksum that held, or a pattern with little doubt: its type wins over a longer finding.
CERTAIN = 0.95
# A pattern that is right more often than not.
LIKELY = 0.6
# What may stand between two parts of one address.
_ADDRESS_GAP = re.compile(r"[\s,;/–-]{0,4}")
_EDGE = " \t\r\n`,;:.!?\"'“”‘’()[]{}<>|/\\-–—=*#_"
_STREET_BEFORE = re.compile(
    r"\b(?:rue|avenue|boulevard|place|chemin|calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|"
    r"travessa|ulica|ul\.)\s(?:(?:de|del|di|du|des|da|la)\s)?\Z",
    re.IGNORECASE,
)
_FORM_BEHIND = re.compile(
    r",?\s(?:gmbh(?:\s&\sco\.?\skg)?|ag|kg|se|ltd\.?|llc|llp|inc\.?|plc|corp\.?|s\.?a\.?s?|sarl|s\.?l\.?|s\.?p\.?a\.?|"
    r"s\.?r\.?l\.?|b\.?v\.?|n\.?v\.?|oy|ab|aps|a/s)(?!\w)",
    re.IGNORECASE,
)
_NAME_END = re.compile(r"(?:[-'’](?!s\b)|)\w+")
# Types that only `pii-minilm` gives: sure as it may be, no checksum stands behind them.
GUESSED = frozenset({"PERSON", "LOCATION", "STREET_ADDRESS", "ORGANIZATION", "AGE", "NRP", "TITLE"})


@dataclass(frozen=True, slots=True)
class Span:
    """A span to take out, in characters of its text."""

    entity: str
    start: int
    end: int
    score: float


def resolve(
    text: str,
    findings: Iterable[Finding],
    wanted: Collection[str] | None = None,
    guessed: Collection[str] = GUESSED,
) -> list[Span]:
    """Make non-overlapping spans of findings that may overlap.

    Overlapping findings become one span over all their characters, so that no tail of one
    stays behind; it takes the type of the most certain, then the longest.

    Parameters
    ----------
    wanted
        Only these types. A name inside an unwanted e-mail address is still a name; a card
        number inside an unwanted IBAN is none.
    guessed
        Types that only a model gives.
    """
    spans = [
        span for item in findings if (span := _trimmed(text, Span(*item), guessed)) is not None
    ]
    spans = [_whole_words(text, _with_affix(text, span)) for span in spans]
    out = []
    for group in _overlapping(spans):
        span = _one(group, guessed)
        if wanted is None or span.entity in wanted:
            out.append(span)
            continue
        # Inside a guess that nobody asked for, what was asked for is still there.
        parts = [
            part
            for part in group
            if part.entity in wanted and (part.entity in guessed or span.entity in guessed)
        ]
        out += [_one(some, guessed) for some in _overlapping(parts)]
    return _joined_addresses(text, out)


def _overlapping(spans: Sequence[Span]) -> list[list[Span]]:
    """Put spans that overlap together, in the order of the text."""
    groups: list[list[Span]] = []
    end = -1
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if span.start < end:
            groups[-1].append(span)
            end = max(end, span.end)
        else:
            groups.append([span])
            end = span.end
    return groups


def _one(group: Sequence[Span], guessed: Collection[str]) -> Span:
    def rank(span: Span) -> tuple[bool, bool, int, float]:
        sure = _certain(span, group, guessed)
        # A date of birth is a date too, and the head is as sure of that.
        return sure, sure and span.entity != "DATE_TIME", span.end - span.start, span.score

    best = max(group, key=rank)
    return replace(best, start=min(s.start for s in group), end=max(s.end for s in group))


def _certain(span: Span, group: Sequence[Span], guessed: Collection[str]) -> bool:
    """Return whether a checksum stands behind a finding, and not by chance inside a longer one."""
    if span.score < CERTAIN or span.entity in guessed:
        return False
    return not any(
        other.entity not in guessed
        # What is inside a date is no chance: a date of birth.
        and other.entity != "DATE_TIME"
        and other.score >= LIKELY
        and other.start <= span.start
        and span.end <= other.end
        and other.end - other.start > span.end - span.start
        for other in group
    )


def _trimmed(text: str, span: Span, guessed: Collection[str]) -> Span | None:
    start, end = span.start, span.end
    if span.entity in guessed:
        # Signs at the edge belong to the sentence, but for a full stop ("Inc.").
        while start < end and text[start] in _EDGE and text[start] != "#":
            start += 1
        while end > start and text[end - 1] in _EDGE and text[end - 1] != ".":
            end -= 1
        # Of a run of signs nothing is left to take out.
        if not any(c.isalnum() for c in text[start:end]):
            return None
    return replace(span, start=start, end=end)


def _with_affix(text: str, span: Span) -> Span:
    """Widen a street by its kind before it, and a company by its legal form behind it."""
    if span.entity == "STREET_ADDRESS" and (kind := _STREET_BEFORE.search(text, 0, span.start)):
        return replace(span, start=kind.start())
    if span.entity == "ORGANIZATION" and (form := _FORM_BEHIND.match(text, span.end)):
        return replace(span, end=form.end())
    return span


def _whole_words(text: str, span: Span) -> Span:
    """Widen a name to the hyphened or apostrophed word that it is part of."""
    if span.entity not in ("PERSON", "LOCATION", "ORGANIZATION"):
        return span
    start, end = span.start, span.end
    while (more := _NAME_END.match(text, end)) and more.end() > end and text[end - 1].isalnum():
        end = more.end()
    while (
        start > 1
        and text[start].isalnum()
        and (text[start - 1].isalnum() or (text[start - 1] in "-'’" and text[start - 2].isalnum()))
    ):
        start -= 1 if text[start - 1].isalnum() else 2
    return replace(span, start=start, end=end)


def _joined_addresses(text: str, spans: Sequence[Span]) -> list[Span]:
    out: list[Span] = []
    for span in spans:
        last = out[-1] if out else None
        parts = {"STREET_ADDRESS", "LOCATION"}
        if (
            last is not None
            and {last.entity, span.entity} <= parts
            and "STREET_ADDRESS" in (last.entity, span.entity)
            and _ADDRESS_GAP.fullmatch(text, last.end, span.start)
        ):
            out[-1] = Span("STREET_ADDRESS", last.start, span.end, max(last.score, span.score))
        else:
            out.append(span)
    return out


def key(entity: str, value: str) -> str:
    """Return what two spellings of one value share: case, accents and signs do not count."""
    flat = unicodedata.normalize("NFKD", value.casefold())
    kept = "".join(c if c.isalnum() else " " for c in flat if not unicodedata.combining(c))
    if entity in (
        "PERSON",
        "ORGANIZATION",
        "LOCATION",
        "STREET_ADDRESS",
        "DATE_TIME",
        "TITLE",
        "NRP",
    ):
        return " ".join(kept.split())
    if entity in ("EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS"):
        return value.casefold()
    return kept.replace(" ", "")


class People:
    """Who is who among the names of one call.

    "Rossi" or "Maria" is Maria Rossi where hers is the only full name of the call with that
    word in it. With two Rossis, the surname alone stays a name of its own.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._owner: dict[str, set[str]] = {}
        full = {key("PERSON", name) for name in names}
        full = {name for name in full if len(_parts(name)) > 1}
        # "Maria C. Rossi" and "Rossi, Maria" are Maria Rossi as well.
        self._same: dict[str, str] = {}
        by_ends: dict[tuple[str, ...], str] = {}
        for name in sorted(full, key=lambda n: (-len(n), n)):
            self._same[name] = by_ends.setdefault(tuple(sorted(_ends(name))), name)
        for name, owner in self._same.items():
            for part in _parts(name):
                self._owner.setdefault(part, set()).add(owner)

    def who(self, name: str) -> str:
        """Return the key of the person that a name stands for."""
        flat = key("PERSON", name)
        if flat in self._same:
            return self._same[flat]
        parts = _parts(flat)
        if not parts:
            return flat
        owners = set.intersection(*(self._owner.get(part, set()) for part in parts))
        return next(iter(owners)) if len(owners) == 1 else flat


def _parts(name: str) -> list[str]:
    # Initials, and the s of a possessive, name nobody.
    return [part for part in name.split() if len(part) > 1]


def _ends(name: str) -> tuple[str, str]:
    parts = _parts(name)
    return parts[0], parts[-1]
