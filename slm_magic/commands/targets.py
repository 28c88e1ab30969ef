"""A column of a data frame as the place of results: ``-o df["review_fr"]``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError, did_you_mean
from ..frames_read import library_of
from .inputs import look_up
from .parse import Word


@dataclass(frozen=True, slots=True)
class Target:
    """A column that is to be made.

    Attributes
    ----------
    shown
        As the user wrote it.
    owner
        The frame.
    name
        The variable that holds it; empty where it is in something else.
    """

    shown: str
    owner: Any
    key: str
    name: str = ""


def read(word: str, variables: Mapping[str, Any]) -> Target | None:
    """Return the column that `word` means, or None if it means a variable.

    Raises
    ------
    OptionError
        If the frame does not exist, or the column's name is no text in quotes.
    """
    # With quotes around the whole, the word without them is meant; else its own quotes count.
    for text in (str(word), word.raw if isinstance(word, Word) else str(word)):
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            continue
        if not isinstance(tree, ast.Subscript):
            continue
        if isinstance(tree.slice, ast.Constant) and isinstance(tree.slice.value, str):
            name = tree.value.id if isinstance(tree.value, ast.Name) else ""
            return Target(text.strip(), look_up(tree.value, variables), tree.slice.value, name)
    if "[" in word:
        raise OptionError('A new column is named by a text in quotes: -o df["review_fr"].')
    return None


def column(target: Target, source: Any) -> Any:
    """Return the Series to work on, once it is sure that its results fit the frame.

    Parameters
    ----------
    source
        A Series of the frame's library, or a list with a text, or None, for each row.

    Raises
    ------
    OptionError
        If the owner is no frame, or the texts are not one for each of its rows.
    """
    owner, shown = target.owner, target.shown
    library = library_of(owner, "DataFrame")
    if not library:
        collect = ": call .collect() first" if library_of(owner, "LazyFrame") else ""
        raise OptionError(
            f"{shown} would be a column, but {type(owner).__name__} is no data frame{collect}."
        )
    if isinstance(source, (list, tuple)):
        source = _series(owner, library, source)
    if library_of(source, "Series") != library:
        raise OptionError(
            f"{shown} takes its texts from a {library} Series or a list, "
            f"not from {type(source).__name__}."
        )
    if len(source) != len(owner):
        raise OptionError(
            f"{shown} needs a text for each row: the frame has {len(owner)}, not {len(source)}."
        )
    if library == "pandas" and not source.index.equals(owner.index):
        raise OptionError(
            f"{shown} needs texts with the frame's own index; use -o NAME, or reset_index first."
        )
    if source.name == target.key and target.key in owner and owner[target.key].equals(source):
        raise OptionError(
            f"{shown} holds the texts themselves; name another column, so that Ctrl-C loses none."
        )
    return source


def earlier(target: Target) -> Any:
    """Return the column as an interrupted run left it.

    Raises
    ------
    OptionError
        If there is none.
    """
    if target.key not in list(target.owner.columns):
        meant = did_you_mean(target.key, map(str, target.owner.columns))
        raise OptionError(
            f"--resume: there is no {target.shown} to go on with.{meant} Run without --resume."
        )
    return target.owner[target.key]


def put(target: Target, series: Any) -> Any:
    """Put a Series into the frame as its column and return the frame.

    A pandas frame is changed in place; of a polars frame, which never changes, it is a new one.
    """
    if library_of(target.owner, "DataFrame") == "polars":
        return target.owner.with_columns(series.alias(target.key))
    # By position: an index may name two rows alike.
    target.owner[target.key] = series.array
    return target.owner


def _series(owner: Any, library: str, texts: Any) -> Any:
    if library == "pandas":
        import pandas

        if len(texts) != len(owner):
            return pandas.Series(texts, dtype=object)
        return pandas.Series(texts, dtype=object, index=owner.index)
    import polars as pl

    try:
        return pl.Series(texts, dtype=pl.String)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise OptionError("The list holds something that is not text.") from error
