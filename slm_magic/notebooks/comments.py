"""The comments of code cells: which are prose, and the same code around translated ones.

Python is read by `tokenize`, other languages by Pygments' lexers. What a comment says to a tool
(``# noqa``, ``# type:``), code that was commented out, and cells that cannot be read stay as they
are; so does every cell whose code would be another after the change.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    read: Callable[[str], Any]

    def with_texts(self, texts: Mapping[int, str]) -> str | None:
        """Return the cell with comments replaced, by number; None if its code would change."""
        source = self.source
        for number, text in sorted(texts.items(), reverse=True):
            source = _replaced(source, self.comments[number], text)
        try:
            same = self.read(source)[1] == self.read(self.source)[1]
        except _UNREADABLE:
            return None
        return source if same else None


_UNREADABLE = (tokenize.TokenError, SyntaxError, ValueError)


def read(source: str, language: str) -> Code | None:
    """Return what `source`, code in `language`, has of comments; None if it cannot be told.

    Parameters
    ----------
    language
        As a kernel calls it, such as ``python`` or ``R``.
    """
    reader = _python if language.lower() in ("python", "ipython", "python3") else _other(language)
    if reader is None:
        return None
    try:
        found, _ = reader(source)
    except _UNREADABLE:
        return None
    is_python = reader is _python
    return Code(source, tuple(_grouped(source, found, is_python)), reader)


def _python(source: str) -> tuple[list[tuple[int, int]], list[tuple[int, str]]]:
    """Return where comments are, and all other tokens."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    code = _without_magics(lines)
    found, others = [], []
    for token in tokenize.generate_tokens(iter([*code, ""]).__next__):
        if token.type == tokenize.ERRORTOKEN and not token.string.isspace():
            raise ValueError("no Python")
        if token.type == tokenize.COMMENT:
            at = starts[token.start[0] - 1] + token.start[1]
            found.append((at, at + len(token.string)))
        elif token.type != tokenize.NL:
            others.append((token.type, token.string))
    return found, others


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


def _other(
    language: str,
) -> Callable[[str], tuple[list[tuple[int, int]], list[tuple[int, str]]]] | None:
    """Return a reader by Pygments' lexer of the language, which IPython brings."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment as Kind
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None

    def reader(source: str) -> tuple[list[tuple[int, int]], list[tuple[int, str]]]:
        if source.startswith("%%"):
            raise ValueError("a cell in another language")
        found, others = [], []
        for at, kind, text in lexer.get_tokens_unprocessed(source):
            if kind in (Kind, Kind.Single) and _PARTS.match(text) and "\n" not in text.rstrip():
                found.append((at, at + len(text.rstrip())))
            elif text.strip():
                others.append((0, text))
        return found, others

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
