"""Code that was commented out, told from prose."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Sequence

# Statements that a sentence can read as: "return value", "not important", "data is ready", "a, b".
_WORDS = (
    ast.Name, ast.Constant, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.BinOp, ast.Load,
    ast.Expr, ast.Return, ast.Raise, ast.Global, ast.Nonlocal, ast.Delete, ast.Assert, ast.Module,
    ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Store, ast.Del, ast.IfExp, ast.Starred,
)  # fmt: skip
# Of other languages: signs that sentences have none of.
_SIGNS = re.compile(r"[{}\[\]=;$]|<-|->|::|\|>|\w\(|\)\.")
# Names in a sentence that are the code's: calls and indices, paths of names, snake_case, CamelCase,
# and terms of a formula. "file(s)" and "e.g." are words.
_NAMES = re.compile(
    r"\b[A-Za-z_]\w*(?:\.\w+)*(?:\((?!s\))[^()\n]*\)(?<! \))|\[[^\[\]\n]*\])(?:\.\w+\b)*"
    r"|\b[A-Za-z_]\w+(?:\.[A-Za-z_]\w+)+\b|\b\w*[A-Za-z0-9]_\w+\b|\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b"
    r"|\b\w+(?: (?:[=<>!]=?|\*\*?|//?|%|\+|&|\|) -?\w+\b)+"
)


def with_quoted_code(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a comment with the names of code in it put in backticks, and these names.

    One that uses backticks itself is left to its author.
    """
    if "`" in text:
        return text, ()
    names = tuple(dict.fromkeys(match[0] for match in _NAMES.finditer(text)))
    return _NAMES.sub(lambda match: f"`{match[0]}`", text), names


def has_words(text: str) -> bool:
    """Whether a comment says anything beside names of code."""
    return any(c.isalpha() for c in _NAMES.sub("", text))


def looks_like_code(lines: Sequence[str], python: bool) -> list[bool]:
    """Return for each line of a comment whether it is code that was commented out."""
    if not python:
        return [bool(_SIGNS.search(line)) for line in lines]
    whole = textwrap.dedent("\n".join(lines))
    if len(lines) > 1 and _is_code(whole):
        return [True] * len(lines)
    found: list[bool] = []
    for line in lines:
        code = line.strip()
        # What is indented under code that was commented out belongs to it.
        below = bool(found) and found[-1] and line[:1] in " \t" and line.strip() != ""
        found.append(below or _is_code(code) or (code.endswith(":") and _is_code(f"{code} pass")))
    return found


def _is_code(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not tree.body:
        return False
    return any(not _could_be_words(node) for node in ast.walk(tree))


def _could_be_words(node: ast.AST) -> bool:
    # "Note: important" is an annotation to the parser, and "f(x)" a call to anyone.
    if isinstance(node, ast.AnnAssign):
        return node.value is None and isinstance(node.target, ast.Name)
    return isinstance(node, _WORDS)
