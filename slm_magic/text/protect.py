"""Spans that no model may touch: found, hidden from the model, verified and put back.

Code, formulas, addresses, tags and placeholders must come out of a translation exactly as they
went in. `find_spans` finds them; `mask` gives the model a text it can copy them from; `unmask`
puts them back only if each came out exactly once; `split_runs` is the way out that cannot fail,
because the model never sees the spans; `differences` says what is still off at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "code", "math", "html", "link", "url", "email", "entity", "placeholder", "emphasis", "term"
]

_URL_CHAR = r"[^\s<>\"'`()\[\]{}|，。、；：！？」』）]"
_DOMAINS = "com|org|net|io|dev|gov|edu|info|co|ai|app|eu|uk|de|fr|es|it|nl|ch|at|be|ca|us|jp|cn"

# One alternation, scanned from left to right: whatever starts first wins, so a URL inside code
# is code and a dollar sign inside a URL is a URL. Order matters only at one and the same place.
_SPANS = re.compile(
    "|".join(
        (
            # Fenced code that sits inside a paragraph, and inline code of one to three ticks.
            r"(?P<code>(?P<tick>`{1,})(?!`)(?:[^`]|(?!(?P=tick)(?!`))`)+?(?<!`)(?P=tick)(?!`))",
            r"(?P<math>\$\$.{1,2000}?\$\$"
            r"|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]"
            r"|\\begin\{(?P<env>\w+\*?)\}.{0,2000}?\\end\{(?P=env)\}"
            # As pandoc has it: no space inside the dollars, no digit after the last one.
            r"|(?<![\w\\$])\$(?![\s$])(?:\\.|[^\\$\n]|\n(?!\s*\n)){1,300}?(?<![\s\\])\$(?![\d$]))",
            r"(?P<html><!--.{0,4000}?-->|</?[A-Za-z][\w:.-]*(?:\s[^<>]{0,2000})?/?>)",
            r"(?P<autolink><(?:https?|ftp|mailto):[^\s<>]+>|<[\w.+%-]+@[\w.-]+>)",
            r"(?P<link>!?\[(?=(?:[^\[\]]|!?\[[^\[\]]*\](?:\([^()]*\))?){0,400}\](?:\(|\[))"
            r"|\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\)(?:\{[^{}\n]*\})?"
            r"|\]\[[^\[\]\n]*\]|\[\^[\w-]+\])",
            rf"(?P<url>(?:(?:https?|ftps?|file|git|ssh|s3|gs|hdfs|jdbc:\w+)://|www\.|mailto:)"
            rf"(?:{_URL_CHAR}|\([^\s<>()]*\))+(?<![.,;:!?*_])"
            # An address without its scheme: a host whose last part is one of the usual ones.
            rf"|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+(?:{_DOMAINS})(?![\w-]|\.\w)"
            rf"(?:/(?:{_URL_CHAR}|\([^\s<>()]*\))*(?<![.,;:!?*_]))?)",
            r"(?P<email>(?<![A-Za-z0-9.+%-])[A-Za-z0-9_.+%-]+@[A-Za-z0-9À-ž-]+(?:\.[A-Za-z0-9À-ž-]+)+)",
            r"(?P<entity>&(?:\#\d{1,7}|\#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)",
            r"(?P<placeholder>\{\{\{?[^{}\n]{0,80}\}?\}\}|\{%[^\n]{0,120}?%\}"
            r"|[$#]\{[^{}\n]{0,80}\}"
            # ICU messages are kept whole: half a plural rule is worse than an untranslated one.
            r"|\{\w+\s*,\s*(?:plural|select\w*)\s*,(?:[^{}]|\{[^{}]*\})*\}"
            r"|\{(?:[A-Za-z_0-9][\w.\[\]'\"-]*)?(?:![rsa])?(?::[^{}\s]{0,20})?\}"
            r"|%\([\w.-]+\)[-+0#]*\d*(?:\.\d+)?[A-Za-z]"
            r"|(?<![\d%])%(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:hh?|ll?|[Lzjt])?[sdiufFeEgGxXoc@]"
            r"(?![A-Za-z])"
            r"|%[A-Z][A-Z0-9_]+%|(?<![\w$])\$[A-Za-z_][A-Za-z0-9_]*)",
        )
    ),
    re.DOTALL,
)
_GROUPS: tuple[tuple[str, Kind], ...] = (
    ("code", "code"),
    ("math", "math"),
    ("html", "html"),
    ("autolink", "url"),
    ("link", "link"),
    ("url", "url"),
    ("email", "email"),
    ("entity", "entity"),
    ("placeholder", "placeholder"),
)
# Asterisks and tildes that touch a word; underscores only at the outside of a word, so that
# snake_case stays a word.
_EMPHASIS = re.compile(
    r"(?<!\\)(?:(?<!\*)\*{1,3}(?![\s*]|$)|(?<=[^\s*])\*{1,3}(?!\*)"
    r"|(?<!~)~~(?![\s~]|$)|(?<=[^\s~])~~(?!~)"
    r"|(?<!\w)_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?!\w)|(?<=[.,!?:;)])_{1,3}(?!\w))"
)
# Cheap test: a text with none of these signs has no span at all. It begins with one set of
# characters, so that the others are skipped quickly.
_SIGNS = re.compile(r"[`$\\<\[{%@&*_~:w.](?:(?<![:w.])|(?<=:)//|(?<=w)ww\.|(?<=\w\.)\w)")
_PROSE_IN_MATH = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}\s+[A-Za-z]{2,}")
_TEX_WORDS = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?")
_BLOCK_TAGS = re.compile(
    r"</?(?:br|hr|img|p|div|span|li|ul|ol|dl|dt|dd|td|th|tr|table|thead|tbody|section|article|"
    r"header|footer|h[1-6]|blockquote|center|details|summary)\b",
    re.IGNORECASE,
)
_TAG_NAME = re.compile(r"</?([A-Za-z][\w:.-]*)")


@dataclass(frozen=True, slots=True)
class ProtectedSpan:
    """A place in a text that must survive as it is.

    Attributes
    ----------
    start, end
        Offsets in characters.
    kind
        What it is. The two halves of a Markdown link are spans of kind ``link`` each; the
        words between them are not protected.
    """

    start: int
    end: int
    kind: Kind


def find_spans(text: str, *, markdown: bool = True) -> list[ProtectedSpan]:
    """Return the spans of `text` that must survive, in order and without overlap.

    Parameters
    ----------
    markdown
        Whether asterisks, underscores and tildes around words are markup.
    """
    if not _SIGNS.search(text):
        return []
    spans = []
    position = 0
    while (match := _SPANS.search(text, position)) is not None:
        group, kind = next(pair for pair in _GROUPS if match[pair[0]] is not None)
        if group == "math" and match[0][0] == "$" and _is_prose(match[0]):
            # Two prices, not a formula. The second dollar may still open one, or a placeholder.
            placeholder = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*").match(text, match.start())
            position = match.start() + 1
            if placeholder is None:
                continue
            spans.append(ProtectedSpan(match.start(), placeholder.end(), "placeholder"))
            position = placeholder.end()
            continue
        spans.append(ProtectedSpan(match.start(), match.end(), kind))
        position = match.end()
    if markdown:
        spans = sorted(spans + _emphasis(text, spans), key=lambda span: span.start)
    return spans


def _is_prose(formula: str) -> bool:
    return bool(_PROSE_IN_MATH.search(_TEX_WORDS.sub(" ", formula.strip("$"))))


def _emphasis(text: str, taken: Sequence[ProtectedSpan]) -> list[ProtectedSpan]:
    # A letter in place of what is protected already: it neither is a marker nor ends a word.
    hidden = list(text)
    for span in taken:
        hidden[span.start : span.end] = "x" * (span.end - span.start)
    matches = _EMPHASIS.finditer("".join(hidden))
    return [ProtectedSpan(m.start(), m.end(), "emphasis") for m in matches]


def blank_spans(text: str, *, markdown: bool = True) -> str:
    """Return `text` with every protected span replaced by as many spaces."""
    parts = []
    position = 0
    for span in find_spans(text, markdown=markdown):
        parts += [text[position : span.start], " " * (span.end - span.start)]
        position = span.end
    return "".join(parts) + text[position:]


def peel(text: str, *, markdown: bool = True) -> tuple[int, int]:
    """Return (start, end) of what is left of `text` without the markup that wraps all of it.

    ``**A whole sentence.**`` is translated without its asterisks, so that the model cannot lose
    them. Only pairs that wrap everything and tags that stand alone are taken off.
    """
    start, end = 0, len(text)
    spans = find_spans(text, markdown=markdown)
    while spans:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        first, last = spans[0], spans[-1]
        opens, closes = text[first.start : first.end], text[last.start : last.end]
        wraps = first is not last and first.start == start and last.end == end
        inner = [text[s.start : s.end] for s in spans[1:-1]]
        if wraps and _pair(first, last, opens, closes) and opens not in inner:
            start, end, spans = first.end, last.start, spans[1:-1]
        elif first.start == start and _stands_alone(first, opens):
            start, spans = first.end, spans[1:]
        elif last.end == end and _stands_alone(last, closes):
            end, spans = last.start, spans[:-1]
        else:
            break
    return start, end


def _pair(first: ProtectedSpan, last: ProtectedSpan, opens: str, closes: str) -> bool:
    if first.kind != last.kind:
        return False
    if first.kind == "emphasis":
        return opens == closes
    if first.kind == "link":
        return opens in ("[", "![") and closes.startswith("]")
    if first.kind == "html":
        return closes.startswith("</") and _tag(opens) == _tag(closes)
    return False


def _tag(markup: str) -> str:
    match = _TAG_NAME.match(markup)
    return match[1].lower() if match else ""


def _stands_alone(span: ProtectedSpan, markup: str) -> bool:
    return span.kind == "html" and (
        markup.startswith("<!--") or _BLOCK_TAGS.match(markup) is not None
    )


def merge(spans: Sequence[ProtectedSpan]) -> list[ProtectedSpan]:
    """Return `spans` with those that touch made one: they need one placeholder, not two."""
    merged: list[ProtectedSpan] = []
    for span in spans:
        if merged and merged[-1].end == span.start:
            kind = span.kind if merged[-1].kind == "emphasis" else merged[-1].kind
            merged[-1] = ProtectedSpan(merged[-1].start, span.end, kind)
        else:
            merged.append(span)
    return merged


def differences(source: str, output: str, *, markdown: bool = True) -> list[Kind]:
    """Return the kinds of the spans that `source` and `output` do not share; empty when all do."""
    kinds: dict[str, Kind] = {}
    counts = []
    for text in (source, output):
        found: Counter[str] = Counter()
        for span in find_spans(text, markdown=markdown):
            piece = text[span.start : span.end]
            kinds.setdefault(piece, span.kind)
            found[piece] += 1
        counts.append(found)
    before, after = counts
    # A span may be there although it is no longer seen as one, as when a target language without
    # spaces puts a letter behind it.
    lost = [piece for piece in before - after if _occurrences(output, piece) < before[piece]]
    # What the source has as part of a longer span is not new, nor is a kept span with a letter.
    new = [
        piece
        for piece in after - before
        if source.count(piece) < after[piece] and not any(kept in piece for kept in before)
    ]
    return sorted({kinds[piece] for piece in lost + new})


def _occurrences(text: str, piece: str) -> int:
    left = r"(?<![A-Za-z0-9_])" if piece[0].isalnum() else ""
    right = r"(?![A-Za-z0-9_])" if piece[-1].isalnum() else ""
    return len(re.findall(left + re.escape(piece) + right, text))
