"""The lines of a plain or Markdown text, told apart: what is prose and what is only structure.

This is not a Markdown parser: it finds the pieces of text that a person would translate, and
leaves every other character (markers, indents, fences, pipes) outside of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

Markup = Literal["auto", "text", "markdown"]
MARKUPS: tuple[Markup, ...] = get_args(Markup)

# Quote marks, indent, list markers with their task boxes, heading marks, footnote labels.
_PREFIX = re.compile(
    r"(?:[ \t]*>[ ]?)*[ \t]*"
    r"(?:(?:[-*+•‣–]|\d{1,3}[.)]|[A-Za-z][)])[ \t]+(?:\[[ xX]\][ \t]+)?)*"
    r"(?:\#{1,6}[ \t]+|\[\^[\w-]+\]:[ \t]*)?"
)
_QUOTE = re.compile(r"(?:[ \t]*>[ ]?)*")
_MARKER = re.compile(r"(?:[-*+•‣–]|\d{1,3}[.)]|[A-Za-z][)])[ \t]")
_HEADING = re.compile(r"\#{1,6}[ \t]+$")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_RULE = re.compile(r"(?:[-*_=][ \t]*){2,}$|\#{1,6}$")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$")
_DEFINITION = re.compile(r"\[[^\]\n]+\]:[ \t]*\S+")
_TAGS_ONLY = re.compile(r"(?:</?[A-Za-z!][^<>]*>[ \t]*)+$")
_RAW_BLOCK = re.compile(r"<(script|style|pre|textarea|svg|math)\b", re.IGNORECASE)
_MATH_BLOCK = re.compile(r"\$\$|\\\[|\\begin\{(\w+\*?)\}")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_STRONG_SIGNS = re.compile(
    r"^ {0,3}(?:\#{1,6} +\S|```|~~~|\|?[ \t]*:?-{3,}:?[ \t]*\|)"
    r"|\]\([^()\s]+\)|\*\*\S[^*\n]*\*\*|(?<!`)`[^`\n]+`(?!`)|\$\$",
    re.MULTILINE,
)
_WEAK_SIGNS = re.compile(
    r"^ {0,3}(?:[-*+] +\S|>|\d{1,3}\. +\S)|(?<![\w*])\*[^\s*][^*\n]*\*(?![\w*])", re.MULTILINE
)
_ENDS_SENTENCE = re.compile(r"[.!?:;…。！？：；][\"'”’»)\]]*$")
# A line of plain text shorter than this was ended on purpose, not by an editor's wrapping.
WRAPPED_LINE = 45
# A line of plain text this long that ends in no punctuation goes on, whatever comes next: a
# figure or a name may well stand first on the next line.
FULL_LINE = 70


@dataclass(slots=True)
class Block:
    """One paragraph, heading, list item, table cell or line.

    Attributes
    ----------
    lines
        Where its words are, as (start, end) a line; what lies between two lines is a line break
        and the next line's marks.
    """

    lines: list[tuple[int, int]] = field(default_factory=list)


def looks_like_markdown(text: str) -> bool:
    """Whether `text` shows one clear sign of Markdown, or three weak ones such as bullets."""
    if _STRONG_SIGNS.search(text) or _FRONT_MATTER.match(text):
        return True
    return sum(1 for _ in zip(range(3), _WEAK_SIGNS.finditer(text), strict=False)) == 3


def blocks(text: str, *, markdown: bool) -> Iterator[Block]:
    """Yield the blocks of prose in `text`, in order; all that is in none of them is structure.

    In Markdown a line break inside a paragraph is a soft one, and the paragraph is one block. In
    plain text a line break ends the block, unless the line is long and ends in no punctuation:
    then an editor wrapped it. Of a line of middling length a lower-case letter must follow.
    """
    block = Block()
    in_list = False
    after_blank = True
    skip_to = 0
    lines = list(_lines(text))
    front = _FRONT_MATTER.match(text) if markdown else None
    if front is not None and re.search(r"^[\w-]+\s*:", front[0], re.MULTILINE):
        skip_to = front.end()
    table = _table_lines(text, lines) if markdown else frozenset()
    for number, (start, end) in enumerate(lines):
        if start < skip_to:
            continue
        line = text[start:end]
        quote = _QUOTE.match(line)
        assert quote is not None
        body = line[quote.end() :]
        content = body.strip()
        skip_to = _raw_end(text, lines, number, content, markdown)
        blank = not content
        indented = body.startswith(("    ", "\t"))
        is_code = markdown and indented and after_blank and not in_list and not blank
        if skip_to or blank or is_code or _is_structure(content, markdown):
            if block.lines:
                yield block
                block = Block()
            # Indented code may go on over several lines and blank ones.
            after_blank = blank or is_code
            continue
        after_blank = False
        prefix = _PREFIX.match(line)
        assert prefix is not None
        words_start = start + prefix.end()
        marks = line[quote.end() : prefix.end()].strip()
        is_item = bool(_MARKER.match(marks + " ")) if marks else False
        if is_item or not indented:
            in_list = is_item or (in_list and body[:1] in (" ", "\t"))
        if number in table:
            if block.lines:
                yield block
                block = Block()
            yield from _cells(text, words_start, end)
            continue
        if block.lines and (marks or not _joins(text, block, words_start, end, markdown)):
            yield block
            block = Block()
        words_end = start + len(line.rstrip())
        hard_break = markdown and (line.endswith(("  ", "\\")))
        heading = markdown and _HEADING.search(line[quote.end() : prefix.end()]) is not None
        if heading:
            closing = re.search(r"[ \t]+\#+$", text[words_start:words_end])
            if closing:
                words_end = words_start + closing.start()
        if markdown and line.endswith("\\"):
            words_end -= 1
        if words_start < words_end:
            block.lines.append((words_start, words_end))
        if block.lines and (hard_break or heading):
            yield block
            block = Block()
    if block.lines:
        yield block


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each line without its line break."""
    for match in re.finditer(r"[^\r\n\u2028\u2029]+|(?:\r\n|[\r\n\u2028\u2029])", text):
        if match[0][0] not in "\r\n\u2028\u2029":
            yield match.span()
        elif match.start() == 0 or text[match.start() - 1] in "\r\n\u2028\u2029":
            yield match.start(), match.start()


def _is_structure(content: str, markdown: bool) -> bool:
    if _RULE.match(content):
        return True
    if not markdown:
        return False
    return bool(
        _TABLE_RULE.match(content)
        or (_DEFINITION.match(content) and not content.startswith("[^"))
        or _TAGS_ONLY.match(content)
        or content.startswith(":::")
    )


def _raw_end(
    text: str, lines: list[tuple[int, int]], number: int, content: str, markdown: bool
) -> int:
    """Return where the block of code, formula or raw HTML that starts here ends, or 0."""
    start = lines[number][0]
    content = content[m.end() :] if (m := _MARKER.match(content)) else content
    fence = _FENCE.match(content)
    # A line such as ```x``` is inline code that happens to start a line.
    if fence and fence[1][0] not in content[fence.end() :]:
        for later, later_end in lines[number + 1 :]:
            closing = text[later:later_end].strip(" \t>")
            if closing.startswith(fence[1]) and not closing.strip(fence[1][0]):
                return later_end or 1
        return len(text)
    closer = ""
    if math := _MATH_BLOCK.match(content):
        closer = {"$$": "$$", "\\[": "\\]"}.get(math[0], "\\end{" + (math[1] or "") + "}")
        opener = math[0]
    elif content.startswith("<!--"):
        opener, closer = "<!--", "-->"
    elif markdown and (raw := _RAW_BLOCK.match(content)):
        opener, closer = raw[0], f"</{raw[1]}>"
    if not closer:
        return 0
    at = text.find(closer, text.index(opener, start) + len(opener))
    if at < 0:
        return 0
    at += len(closer)
    line_end = next((e for s, e in lines[number:] if e >= at), len(text))
    # Words after the end of the formula on its last line belong to a paragraph: let the span
    # be protected there instead.
    return line_end if not any(c.isalnum() for c in text[at:line_end]) else 0


def _table_lines(text: str, lines: list[tuple[int, int]]) -> frozenset[int]:
    """Return the numbers of the lines that are rows of a table, found by its rule."""
    rows = set()
    for number, (start, end) in enumerate(lines):
        content = text[start:end].strip(" \t>")
        if number == 0 or "|" not in content or not _TABLE_RULE.match(content):
            continue
        if "|" not in text[slice(*lines[number - 1])]:
            continue
        rows.add(number - 1)
        for row in range(number + 1, len(lines)):
            if "|" not in text[slice(*lines[row])]:
                break
            rows.add(row)
    return frozenset(rows)


def _cells(text: str, start: int, end: int) -> Iterator[Block]:
    row = text[start:end]
    # Pipes inside inline code do not end a cell.
    hidden = re.sub(r"`[^`]*`", lambda m: "x" * len(m[0]), row)
    position = 0
    for edge in [*(m.start() for m in _CELL_EDGE.finditer(hidden)), len(row)]:
        cell = row[position:edge]
        if cell.strip():
            lead = len(cell) - len(cell.lstrip())
            at = start + position + lead
            yield Block([(at, at + len(cell.strip()))])
        position = edge + 1


def _joins(text: str, block: Block, start: int, end: int, markdown: bool) -> bool:
    """Whether the line at `start` goes on with the block's last line."""
    if markdown:
        return True
    last_start, last_end = block.lines[-1]
    length = last_end - last_start
    goes_on = length >= FULL_LINE or (length >= WRAPPED_LINE and text[start : start + 1].islower())
    return goes_on and not _ENDS_SENTENCE.search(text[last_start:last_end])
