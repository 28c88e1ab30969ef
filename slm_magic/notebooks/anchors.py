"""Links inside a notebook, and the headings that they lead to.

JupyterLab 4 makes a heading's anchor of its rendered text, with each space made a hyphen
(`createHeaderId` in its rendermime package), and GitHub and VS Code of the text in small letters
without punctuation. Both are followed.

JupyterLab 4.6 looks a link's fragment up as the browser encodes it, and so finds no anchor that
has letters outside of ASCII. A heading whose new anchor has some, or that another heading shares,
is given the old anchor as an empty ``<a id>``, and its links stay.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ..text.protect import find_spans

# What stands in a Markdown text without being read as Markdown: fences, and code in a line.
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.M | re.S)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<text>[^\n]*?)(?:[ \t]+#+)?[ \t]*$", re.M)
_SETEXT = re.compile(r"(?:\A|(?<=\n))(?P<text>[^\s#>|`~-][^\n]*)\n {0,3}(?:=+|-{2,})[ \t]*$", re.M)
_HTML = re.compile(r"<h([1-6])\b[^>]*>(?P<text>.*?)</h\1\s*>", re.I | re.S)
_LINK = re.compile(
    r"\]\(\s*<?#(?P<inline>[^\s>]*?)>?(?=\s*\)|\s+[\"'(])"
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*<?#(?P<reference>[^\s>]+)"
    r"|\bhref\s*=\s*([\"'])#(?P<html>[^\"'>]*)\3",
    re.M | re.I,
)
_NAMED = re.compile(r"<[a-z][^>]*\b(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)", re.I)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)|!\[[^\]]*\]\[[^\]]*\]")
_SAFE = re.compile(r"[A-Za-z0-9\-._~!$&'*+,;:@/?]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: where its words start, and what they read when shown."""

    start: int
    text: str

    @property
    def anchor(self) -> str:
        """The anchor that JupyterLab gives it."""
        return self.text.replace(" ", "-")

    @property
    def slug(self) -> str:
        """The anchor that GitHub and VS Code give it."""
        return re.sub(r"[^\w\- ]", "", self.text.lower()).replace(" ", "-")


def headings(source: str) -> list[Heading]:
    """Return the headings of a Markdown text, in order."""
    seen = _hidden(source)
    found = {
        match.start("text"): Heading(
            match.start("text"), _plain(source[match.start("text") : match.end("text")])
        )
        for pattern in (_HTML, _SETEXT, _ATX)
        for match in pattern.finditer(seen)
    }
    return [found[start] for start in sorted(found)]


def relink(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[int]]:
    """Make links to headings lead to the translated headings.

    Parameters
    ----------
    before, after
        The Markdown texts of one notebook, and their translations with the links as they were.

    Returns
    -------
    list[str], list[int]
        The translations with links or headings changed, and the numbers of those whose links
        lead to a heading that was not found again.
    """
    named = {name for text in before for name in _NAMED.findall(_hidden(text))}
    wanted = {fragment for text in before for _, _, fragment in _links(text)} - named
    if not wanted:
        return list(after), []
    heads = [(headings(old), headings(new)) for old, new in zip(before, after, strict=True)]
    # Of two headings alike, the first is the one that a link leads to.
    first: dict[str, tuple[int, int]] = {}
    for number, (_, new) in enumerate(heads):
        for place, one in enumerate(new):
            first.setdefault(one.anchor, (number, place))
    moved: dict[str, str] = {}
    kept: list[list[tuple[int, str]]] = [[] for _ in after]
    lost: set[str] = set()
    for number, (old, new) in enumerate(heads):
        for place, heading in enumerate(old):
            for kind in ("anchor", "slug"):
                fragment = getattr(heading, kind)
                if fragment not in wanted or fragment in {*moved, *lost}:
                    continue
                if len(old) != len(new):
                    lost.add(fragment)
                    continue
                target = new[place]
                made = getattr(target, kind)
                clear = first[target.anchor] == (number, place)
                if made != fragment and not (clear and _SAFE.fullmatch(made)):
                    kept[number].append((target.start, fragment))
                    made = fragment
                moved[fragment] = made
    done = [_rewritten(text, moved, anchors) for text, anchors in zip(after, kept, strict=True)]
    broken = [
        number
        for number, text in enumerate(after)
        if any(fragment in lost for _, _, fragment in _links(text))
    ]
    return done, broken


def _rewritten(text: str, moved: dict[str, str], anchors: Sequence[tuple[int, str]]) -> str:
    edits = [(start, end, moved.get(fragment, fragment)) for start, end, fragment in _links(text)]
    edits = [edit for edit in edits if unquote(text[edit[0] : edit[1]]) != edit[2]]
    edits += [(at, at, f'<a id="{html.escape(name)}"></a>') for at, name in anchors]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _links(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, fragment) of the links that lead into the notebook itself."""
    found = []
    for match in _LINK.finditer(_hidden(text)):
        group = match.lastgroup or "inline"
        if match[group]:
            found.append((*match.span(group), unquote(html.unescape(match[group]))))
    return found


def _hidden(text: str) -> str:
    """Return `text` with code made of x, so that only what is Markdown is seen."""

    def hide(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "x", match[0])

    return _CODE.sub(hide, _FENCE.sub(hide, text))


def _plain(text: str) -> str:
    """Return a heading's text as it reads when shown."""
    text = _IMAGE.sub("", text)
    parts, at = [], 0
    for span in find_spans(text):
        parts.append(_shown(text[at : span.start]))
        piece = text[span.start : span.end]
        if span.kind == "code":
            parts.append(piece.strip("`").strip())
        elif span.kind in ("math", "placeholder", "entity"):
            parts.append(html.unescape(piece))
        elif span.kind in ("url", "email"):
            parts.append(piece.strip("<>"))
        at = span.end
    parts.append(_shown(text[at:]))
    return "".join(parts).strip()


def _shown(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", html.unescape(text))
