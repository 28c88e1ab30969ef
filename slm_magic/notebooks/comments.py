"""The comments of code cells: which are prose, and the same code around translated ones.

Python is read by `tokenize`, other languages by Pygments' lexers. What a comment says to a tool
(``# noqa``, ``# type:``), code that was commented out, and cells that cannot be read stay as they
are; so does every cell whose code would be another after the change.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .comments_code import has_words, looks_like_code, with_quoted_code

# What tools read. A name alone, or followed by a colon, an equals sign or a bracket.
_PRAGMA = re.compile(
    r"(?:type|noqa|nosec|pragma|pylint|flake8|mypy|pyright|ruff|isort|fmt|yapf|black|autopep8|"
    r"doctest|cython|distutils|region|endregion|cell|SPDX-[\w-]+|vim?|ex|-\*-.*coding|coding|"
    r"lint-\w+|nolint|eslint[\w-]*|prettier-ignore|@\w+|noinspection|pytype|nopep8|skipcq|"
    r"NOSONAR|codespell)\s*(?:[:=\[(]|$|\b(?:off|on|skip|ignore|disable|enable|no cover)\b)",
    re.I,
)
# Jupytext's and Quarto's cell marks, exported cells, papermill's and nbdev's tags.
_MARK = re.compile(r"^(?:\|.*|%%.*|In\s*\[.*|[+-]+\s*(?:\{.*\})?|!.*|\$ .*|%\w.*)$")
_PARTS = re.compile(
    r"(?P<mark>(?:\#+!?|//+!?|--+|%+|;+)[ \t]*(?:[-=*~_\#]{2,}[ \t]*)?)(?P<words>.*?)"
    r"(?P<end>(?:[ \t]*[-=*~_\#]{2,})?[ \t]*)$",
    re.S,
)
_PYTHON_CELLS = re.compile(r"%%(?:time|timeit|capture|prun)\b")
_MAGIC = re.compile(r"\s*(?:[%!]|\?{1,2}[\w.*])|\s*[\w., ]+=\s*[%!]|\s*[\w.*]+\?{1,2}\s*$")


@dataclass(slots=True)
class Tokens:
    """A cell taken apart.

    Attributes
    ----------
    comments, strings
        Where they are, as (start, end).
    others
        Type and text of all tokens but comments.
    """

    comments: list[tuple[int, int]] = field(default_factory=list)
    strings: list[tuple[int, int]] = field(default_factory=list)
    others: list[tuple[int, str]] = field(default_factory=list)


Reader = Callable[[str], Tokens]


@dataclass(frozen=True, slots=True)
class Comment:
    """Comment lines that belong together, one below the other.

    Attributes
    ----------
    lines
        Where the words of each line stand in the cell, as (start, end).
    text
        The words, a line each, with names of the code in backticks: a model leaves these.
    mark
        What stands before the words of a line: its indent, sign and space.
    quoted
        The names that are in backticks here only.
    """

    lines: tuple[tuple[int, int], ...]
    text: str
    mark: str
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A cell whose comments can be told: they, and what must not change about it."""

    source: str
    comments: tuple[Comment, ...]
    read: Reader

    def with_texts(self, texts: Mapping[int, str]) -> str | None:
        """Return the cell with comments replaced, by number; None if its code would change."""
        source = self.source
        for number, text in sorted(texts.items(), reverse=True):
            source = _replaced(source, self.comments[number], text)
        try:
            same = self.read(source).others == self.read(self.source).others
        except _UNREADABLE:
            return None
        return source if same else None


# An f-string is one string before Python 3.12, and from then on many tokens.
_STRINGS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
_UNREADABLE = (tokenize.TokenError, SyntaxError, ValueError)


def read(source: str, language: str) -> Code | None:
    """Return what `source`, code in `language`, has of comments; None if it cannot be told.

    Parameters
    ----------
    language
        As a kernel calls it, such as ``python`` or ``R``.
    """
    reader = _reader(language)
    if reader is None:
        return None
    try:
        found = reader(source).comments
    except _UNREADABLE:
        return None
    return Code(source, tuple(_grouped(source, found, reader is _python)), reader)


def written(source: str, language: str) -> list[tuple[int, int]] | None:
    """Return where a cell has strings and comments, in order; None if it cannot be told."""
    reader = _reader(language)
    if reader is None:
        return None
    try:
        tokens = reader(source)
    except _UNREADABLE:
        return None
    return sorted([*tokens.comments, *tokens.strings])


def language_of(metadata: Mapping[str, Any]) -> str:
    """Return the language of a notebook's kernel, by the notebook's metadata."""
    info, kernel = metadata.get("language_info", {}), metadata.get("kernelspec", {})
    named = str(info.get("name") or kernel.get("language") or "python")
    lexer = info.get("pygments_lexer")
    return named if named.lower() == "python" or not isinstance(lexer, str) else lexer


def _reader(language: str) -> Reader | None:
    return _python if language.lower() in ("python", "ipython", "python3") else _other(language)


def _python(source: str) -> Tokens:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    code = _without_magics(lines)
    found = Tokens()
    for token in tokenize.generate_tokens(iter([*code, ""]).__next__):
        if token.type == tokenize.ERRORTOKEN and not token.string.isspace():
            raise ValueError("no Python")
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            found.others.append((token.type, token.string))
        if token.type == tokenize.COMMENT or token.type in _STRINGS:
            (row, column), (last, end) = token.start, token.end
            span = starts[row - 1] + column, starts[last - 1] + end
            (found.comments if token.type == tokenize.COMMENT else found.strings).append(span)
    return found


def _without_magics(lines: Sequence[str]) -> list[str]:
    """Return the lines as Python reads them: those of IPython's own syntax made ``pass``."""
    code: list[str] = []
    magic = False
    for number, line in enumerate(lines):
        if line.startswith("%%") and not (number == 0 and _PYTHON_CELLS.match(line)):
            raise ValueError("a cell in another language")
        starts = _MAGIC.match(line) and not line.lstrip().startswith("#")
        if magic or starts:
            indent = line[: len(line) - len(line.lstrip())]
            # What follows a backslash belongs to the magic.
            magic = line.rstrip("\r\n").endswith("\\")
            code.append(f"{indent}pass\n")
        else:
            code.append(line)
    return code


def _other(language: str) -> Reader | None:
    """Return a reader by Pygments' lexer of the language, which IPython brings."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment as Kind
    from pygments.token import String
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None

    def reader(source: str) -> Tokens:
        if source.startswith("%%"):
            raise ValueError("a cell in another language")
        found = Tokens()
        for at, kind, text in lexer.get_tokens_unprocessed(source):
            if kind in (Kind, Kind.Single) and _PARTS.match(text) and "\n" not in text.rstrip():
                found.comments.append((at, at + len(text.rstrip())))
                continue
            if kind in String or kind in Kind:
                found.strings.append((at, at + len(text)))
            if text.strip():
                found.others.append((0, text))
        return found

    return reader


def _grouped(source: str, found: Iterable[tuple[int, int]], is_python: bool) -> list[Comment]:
    """Return the comments that are prose; lines with the same indent below each other are one."""
    groups: list[list[tuple[str, int, int, bool]]] = []
    previous = ("", -1, False)
    for start, end in found:
        line_start = source.rfind("\n", 0, start) + 1
        indent = source[line_start:start]
        alone = not indent.strip()
        line = source.count("\n", 0, start)
        parts = _PARTS.match(source[start:end])
        if parts is None:
            continue
        first = start + parts.start("words")
        mark = indent + parts["mark"] if alone else parts["mark"]
        kept = _kept(source[start:end], parts["words"], line)
        entry = (mark, first, start + parts.end("words"), kept)
        ruled = bool(parts["end"].strip() or re.search(r"[-=*~_]{2,}", parts["mark"]))
        joins = alone and not ruled and previous == (mark, line - 1, True)
        if joins and groups:
            groups[-1].append(entry)
        else:
            groups.append([entry])
        previous = (mark, line, alone and not ruled)
    comments = []
    for group in groups:
        words = [source[start:end] for _, start, end, _ in group]
        code = looks_like_code(words, is_python)
        run: list[tuple[int, int]] = []
        mark = group[0][0]
        for (_, start, end, kept), is_code in zip(group, code, strict=True):
            prose = not kept and not is_code and has_words(source[start:end])
            if prose:
                run.append((start, end))
            if run and (not prose or end == group[-1][2]):
                text, names = with_quoted_code("\n".join(source[a:b] for a, b in run))
                comments.append(Comment(tuple(run), text, mark, names))
                run = []
    return comments


def _kept(comment: str, words: str, line: int) -> bool:
    """Whether a comment is for a tool, whatever it says."""
    if comment.startswith(("#!", "#|", "#@", "#region", "#endregion", "//!", "//|")):
        return True
    if line < 2 and re.search(r"coding[:=]\s*[-\w.]+", comment):
        return True
    return bool(_PRAGMA.match(words) or _MARK.match(words))


def _replaced(source: str, comment: Comment, text: str) -> str:
    for name in comment.quoted:
        text = text.replace(f"`{name}`", name)
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        return source
    if len(comment.lines) == 1:
        # A comment behind code has one line, whatever the model made of it.
        lines = [" ".join(lines)]
    start, end = comment.lines[0][0], comment.lines[-1][1]
    return source[:start] + f"\n{comment.mark}".join(lines) + source[end:]
