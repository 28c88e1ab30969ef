"""Texts from a user's variables: a name on the line, or ``{{name}}`` in a body."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from ..errors import OptionError, did_you_mean
from ..frames_read import library_of
from ..tasks.results import Result

_PLACEHOLDER = re.compile(r"\{\{[ \t]*([^\W\d]\w*)[ \t]*\}\}")
_HOW = "name a variable, such as text, df.review, df['review'] or texts[0]"


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """Return the value of a name with attributes and constant subscripts; calls are refused.

    A text in quotes is itself.

    Raises
    ------
    OptionError
        If it is anything else, or does not exist.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise OptionError(
            f"That is not a variable: {_HOW}; for a text itself use %%slm."
        ) from error
    value = look_up(tree, variables)
    if hasattr(value, "columns") and not isinstance(value, (str, Result)):
        raise OptionError(
            f"{expression.strip()} is a data frame; name one column of it, such as "
            f"{expression.strip()}['NAME']."
        )
    return texts(value)


def look_up(node: ast.expr, variables: Mapping[str, Any]) -> Any:
    """Return what a name with attributes and constant subscripts stands for.

    Raises
    ------
    OptionError
        If it is anything else, or does not exist.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in variables:
            own = [name for name in variables if not name.startswith("_")]
            raise OptionError(
                f"There is no variable named {node.id!r}.{did_you_mean(node.id, own)}"
            )
        return variables[node.id]
    if isinstance(node, ast.Attribute):
        owner = look_up(node.value, variables)
        try:
            return getattr(owner, node.attr)
        except AttributeError as error:
            columns = list(owner.columns) if library_of(owner, "DataFrame") else []
            # Polars has no attributes for columns, but a line reads the same for both.
            if node.attr in columns:
                return owner[node.attr]
            raise OptionError(
                f"{type(owner).__name__} has no {node.attr!r}."
                f"{did_you_mean(node.attr, map(str, (*columns, *dir(owner))))}"
            ) from error
    if isinstance(node, ast.Subscript):
        owner, key = look_up(node.value, variables), _key(node.slice)
        try:
            return owner[key]
        # Polars' errors are no LookupError, and other owners may raise what they like.
        except Exception as error:
            keys = [word for word in getattr(owner, "keys", list)() if isinstance(word, str)]
            meant = did_you_mean(key, keys) if isinstance(key, str) else ""
            raise OptionError(f"{type(owner).__name__} has no [{key!r}].{meant}") from error
    raise OptionError(f"Only names, attributes and constant subscripts can be read: {_HOW}.")


def _key(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        return slice(*(part and _key(part) for part in (node.lower, node.upper, node.step)))
    try:
        key = ast.literal_eval(node)
    except ValueError as error:
        raise OptionError(f"A subscript must be a constant: {_HOW}.") from error
    return key


def texts(value: Any) -> Any:
    """Return `value` with results, such as an earlier call's, as their texts."""
    if isinstance(value, Result):
        return value.text
    if isinstance(value, (list, tuple)):
        return [item.text if isinstance(item, Result) else item for item in value]
    return value


def expand(body: str, variables: Mapping[str, Any]) -> str:
    """Replace each ``{{name}}`` by the variable of that name, in one pass.

    Only plain names are looked at, and what is put in is not looked at again.

    Raises
    ------
    OptionError
        If there is no such variable, or it is not a text or a number.
    """

    def put(match: re.Match[str]) -> str:
        value = texts(look_up(ast.Name(match[1]), variables))
        if not isinstance(value, (str, int, float)):
            raise OptionError(
                f"--expand puts in texts and numbers; {match[1]!r} is {type(value).__name__}."
            )
        return str(value)

    return _PLACEHOLDER.sub(put, body)
