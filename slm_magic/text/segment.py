"""A text cut into tiles: sentences to translate, and everything else to keep as it is.

The tiles joined are the text, always: white space, blank lines, list and heading marks, table
pipes, code, formulas and tags-only lines are tiles of their own that no model sees.

A sentence that an editor broke over two lines is one segment. The model is given `Segment.plain`,
where the break is a space, and `rewrap` puts as many breaks back into the translation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .markdown import Block, Markup, blocks, looks_like_markdown
from .masking import split_runs
from .protect import ProtectedSpan, blank_spans, find_spans, peel

# An initial, or a title that the splitter's tables lack for the language, does not end a sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:[A-ZÀ-ÝА-Я]|Mr|Mrs|Ms|Dr|Prof|St|MM|Mme|Mlle|Sr|Sra|Hr|Nr|Fig|Abb|"
    r"vgl|z\.B|bzw|cf|approx|vs|Bd|pág|núm)\.[ \t]*$"
)
_CLAUSE_END = re.compile(r"[;:—–][ \t]|[，、；：](?=.)|,[ \t]|[ \t](?=[(\[])")
_SPACE = re.compile(r"[ \t]+")
# Of a sentence that is cut to be translated better: characters that a part has at least, and those
# up to which it is whole enough.
_LEAST_CLAUSE, _MOST_CLAUSE = 24, 120


@dataclass(frozen=True, slots=True)
class Segment:
    """One tile of a text.

    Attributes
    ----------
    text
        Exactly ``whole[start:end]``.
    translatable
        Whether a model should see it.
    joints
        Where, in `text`, a soft line break with the next line's marks lies, as (start, end).
    """

    text: str
    start: int
    end: int
    translatable: bool
    joints: tuple[tuple[int, int], ...] = ()

    @property
    def plain(self) -> str:
        """The text with every soft line break made a space (nothing between CJK letters)."""
        parts = []
        position = 0
        for start, end in self.joints:
            parts += [self.text[position:start], _glue(self.text, start, end)]
            position = end
        return "".join(parts) + self.text[position:]


def is_markdown(text: str, markup: Markup) -> bool:
    """Whether `text` is to be read as Markdown under the option `markup`."""
    return markup == "markdown" or (markup == "auto" and looks_like_markdown(text))


def segment(
    text: str,
    *,
    language: str = "en",
    markup: Markup = "auto",
    fits: Callable[[str], bool] | None = None,
) -> list[Segment]:
    """Cut `text` into tiles.

    Parameters
    ----------
    language
        ISO 639-1 code, for the abbreviations that end no sentence.
    markup
        ``text``, ``markdown``, or ``auto`` to look for signs of Markdown.
    fits
        Tells whether a sentence is short enough for the model. One that is not is cut at the end
        of a clause, else at a space, near its middle.

    Returns
    -------
    list[Segment]
        ``"".join(s.text for s in segments) == text``.
    """
    markdown = is_markdown(text, markup)
    tiles: list[Segment] = []
    position = 0
    for block in blocks(text, markdown=markdown):
        for start, end in _sentences(text, block, language, markdown, fits):
            if start > position:
                tiles.append(Segment(text[position:start], position, start, False))
            tiles.append(_tile(text, block, start, end))
            position = end
    if position < len(text):
        tiles.append(Segment(text[position:], position, len(text), False))
    return tiles


def clauses(text: str, *, markdown: bool = True) -> list[tuple[str, bool]]:
    """Cut a sentence at the ends of its clauses into (part, translatable); the parts joined are it.

    It is cut where a clause ends nearest to the middle, and again while a part is long. The mark
    between two clauses is a part of its own. A sentence with no such place comes back whole.
    """
    spans = find_spans(text, markdown=markdown)
    cuts = [
        cut
        for cut in _ends(_CLAUSE_END, text, spans)
        if min(len(text[:cut].strip()), len(text[cut:].strip())) >= _LEAST_CLAUSE
        and all(text[:cut].count(a) == text[:cut].count(b) for a, b in ("()", "[]", "“”", "«»"))
    ]
    if not cuts:
        return [(text, True)]
    cut = min(cuts, key=lambda c: abs(c - len(text) / 2))
    found: list[tuple[str, bool]] = []
    left = text[:cut].rstrip(" \t,;:—–，、；：")
    for part, mark in ((left, text[len(left) : cut]), (text[cut:], "")):
        if len(part) > _MOST_CLAUSE:
            found += clauses(part, markdown=markdown)
        else:
            found.append((part, any(c.isalpha() for c in blank_spans(part, markdown=markdown))))
        found.append((mark, False))
    return [part for part in found if part[0]]


def rewrap(segment: Segment, translated: str) -> str:
    """Put the soft line breaks of `segment` back into its translation.

    Each break goes to the space nearest to where it was, by share of the length. A target
    language without spaces has no place for them and gets none.
    """
    if not segment.joints:
        return translated
    spans = find_spans(translated)
    spaces = [
        m.span()
        for m in _SPACE.finditer(translated)
        if not any(s.start < m.end() and m.start() < s.end for s in spans)
        # A line must not start with what Markdown reads as a mark.
        and not re.match(r"[-+*#>|=~]|\d+[.)]", translated[m.end() :])
    ]
    chosen: dict[tuple[int, int], str] = {}
    for start, end in segment.joints:
        wanted = start / len(segment.text) * len(translated)
        free = [s for s in spaces if s not in chosen and (not chosen or s > max(chosen))]
        if not free:
            break
        chosen[min(free, key=lambda s: abs(s[0] - wanted))] = segment.text[start:end]
    parts = []
    position = 0
    for (start, end), joint in sorted(chosen.items()):
        parts += [translated[position:start], joint]
        position = end
    return "".join(parts) + translated[position:]


def _tile(text: str, block: Block, start: int, end: int) -> Segment:
    joints = tuple(
        (left_end - start, right_start - start)
        for (_, left_end), (right_start, _) in zip(block.lines, block.lines[1:], strict=False)
        if start < left_end and right_start < end
    )
    return Segment(text[start:end], start, end, True, joints)


def _sentences(
    text: str,
    block: Block,
    language: str,
    markdown: bool,
    fits: Callable[[str], bool] | None,
) -> list[tuple[int, int]]:
    """Return the (start, end) of the sentences of one block that a model should see."""
    joined, offsets = _join_lines(text, block)
    found = []
    for start, end in _split(joined, language, markdown):
        for piece_start, piece_end in _shorten(joined, start, end, markdown, fits):
            first, last = peel(joined[piece_start:piece_end], markdown=markdown)
            core = joined[piece_start + first : piece_start + last]
            first += len(core) - len(core.lstrip())
            core = core.strip()
            if not any(is_words for _, is_words in split_runs(core, markdown=markdown)):
                continue
            at = piece_start + first
            found.append((offsets[at], offsets[at + len(core) - 1] + 1))
    return found


def _join_lines(text: str, block: Block) -> tuple[str, list[int]]:
    """Return the block's lines as one line, and where in `text` each character comes from."""
    parts: list[str] = []
    offsets: list[int] = []
    previous = -1
    for start, end in block.lines:
        if previous >= 0 and _glue(text, previous, start):
            parts.append(" ")
            offsets.append(previous)
        parts.append(text[start:end])
        offsets += range(start, end)
        previous = end
    return "".join(parts), offsets


def _glue(text: str, start: int, end: int) -> str:
    around = text[start - 1 : start] + text[end : end + 1]
    wide = len(around) == 2 and all(unicodedata.east_asian_width(c) in "WF" for c in around)
    return "" if wide else " "


def _split(joined: str, language: str, markdown: bool) -> list[tuple[int, int]]:
    """Split at the ends of sentences, except inside protected spans and after abbreviations."""
    from sentencex import get_sentence_boundaries

    spans = find_spans(joined, markdown=markdown)
    found: list[tuple[int, int]] = []
    merge = False
    for boundary in get_sentence_boundaries(language, joined):
        start, end = boundary["start_index"], boundary["end_index"]
        if found:
            start = max(start, found[-1][1])
        end = max(_with_closing_marks(joined, end, spans), start)
        if merge and found:
            start = found.pop()[0]
        found.append((start, end))
        cut_through = any(s.start < end < s.end for s in spans)
        merge = cut_through or bool(_ABBREVIATED.search(joined[start:end]))
    return found


def _with_closing_marks(joined: str, end: int, spans: list[ProtectedSpan]) -> int:
    """Return `end` moved past the marks that close what began in the sentence: ``**A b.** C``."""
    for span in spans:
        mark = joined[span.start : span.end]
        closes = (
            (span.kind == "emphasis" and joined[span.end : span.end + 1] in ("", " ", "\t"))
            or (span.kind == "html" and mark.startswith("</"))
            or (span.kind == "link" and mark.startswith("]"))
        )
        if span.start == end and closes:
            end = span.end
    return end


def _shorten(
    joined: str,
    start: int,
    end: int,
    markdown: bool,
    fits: Callable[[str], bool] | None,
) -> list[tuple[int, int]]:
    if fits is None or end - start < 2 or fits(joined[start:end]):
        return [(start, end)]
    piece = joined[start:end]
    spans = find_spans(piece, markdown=markdown)
    middle = len(piece) / 2
    for pattern in (_CLAUSE_END, _SPACE, re.compile(r"(?<=.)(?=.)")):
        cuts = _ends(pattern, piece, spans)
        # A clause that ends near the edge would leave the other part as long as it was.
        if pattern is _CLAUSE_END:
            cuts = [cut for cut in cuts if 0.2 < cut / len(piece) < 0.8]
        if cuts:
            cut = start + min(cuts, key=lambda c: abs(c - middle))
            left = _shorten(joined, start, cut, markdown, fits)
            return left + _shorten(joined, cut, end, markdown, fits)
    return [(start, end)]


def _ends(pattern: re.Pattern[str], piece: str, spans: list[ProtectedSpan]) -> list[int]:
    return [
        m.end()
        for m in pattern.finditer(piece)
        if 0 < m.end() < len(piece) and not any(s.start < m.end() < s.end for s in spans)
    ]
