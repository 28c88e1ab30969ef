"""Notebook files: read within bounds, checked, and written as they were laid out.

A notebook is kept as the plain data of its JSON. nbformat checks it; its own reader and writer
would sort keys, join lines and add ids, and a diff of the copy would show all of that.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import whole_files
from ..errors import MissingDependencyError, OptionError
from ..json_files import MOST_BYTES, parse_json
from ..tables import size

Node = dict[str, Any]

_INDENT = re.compile(rb"\A\s*\{\r?\n([ \t]+)")
# Levels; widgets and charts have a few dozen.
_DEEPEST = 200
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook and how its file is laid out.

    Attributes
    ----------
    node
        What the JSON stands for, as it stands in the file: a source may be a list of lines.
    indent
        White space of one level; None where all is one line.
    ascii
        Whether letters outside of ASCII are written as escapes.
    end
        What follows the last brace.
    newline
        What ends each line before that.
    digest
        SHA-256 of the file as it was read.
    """

    node: Node
    indent: str | None = " "
    ascii: bool = False
    end: str = "\n"
    newline: str = "\n"
    digest: str = ""

    @property
    def cells(self) -> list[Node]:
        """The cells, in order."""
        cells: list[Node] = self.node["cells"]
        return cells

    def with_node(self, node: Node) -> Notebook:
        """Return another notebook in the same layout."""
        return replace(self, node=node)

    def encoded(self) -> bytes:
        """Return the file's bytes."""
        separators = (",", ": ") if self.indent is not None else None
        text = json.dumps(
            self.node, indent=self.indent, ensure_ascii=self.ascii, separators=separators
        )
        # In a string of JSON there is no line break as such.
        return (text.replace("\n", self.newline) + self.end).encode()


def read(path: Path) -> Notebook:
    """Read and check a notebook.

    Raises
    ------
    OptionError
        If there is no such file, or it is no notebook of format 4. No text of it is quoted.
    MissingDependencyError
        If nbformat is not installed.
    """
    try:
        if path.exists() and not path.is_file():
            raise OptionError(f"{path} is not a file.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise OptionError(
            f"{path} is larger than {size(MOST_BYTES)}; take its outputs out first: "
            f"jupyter nbconvert --clear-output --to notebook --output NEW {path}"
        )
    try:
        node = parse_json(data)
    except json.JSONDecodeError as error:
        raise OptionError(
            f"{path} is no notebook: its JSON is broken at line {error.lineno}."
        ) from error
    except UnicodeDecodeError as error:
        raise OptionError(f"{path} is no notebook: it is not UTF-8.") from error
    except ValueError as error:
        raise OptionError(f"{path} is no notebook: its JSON is {error}.") from error
    check(node, str(path))
    if _HALF.search(data):
        _check_characters(node, str(path))
    indent = _INDENT.match(data)
    return Notebook(
        node,
        indent[1].decode() if indent else None if b"\n" not in data.strip() else " ",
        data.isascii() and re.search(rb"\\u[0-9a-fA-F]{4}", data) is not None,
        data[len(data.rstrip()) :].decode(),
        "\r\n" if b"\r\n" in data.strip() else "\n",
        hashlib.sha256(data).hexdigest(),
    )


def check(node: Any, name: str) -> None:
    """Raise unless `node` is a notebook of format 4.

    Raises
    ------
    OptionError
        Saying where it is none, or how to convert one of an older format.
    MissingDependencyError
        If nbformat is not installed.
    """
    try:
        import nbformat
    except ImportError as error:
        raise MissingDependencyError("Work on notebooks", packages="nbformat") from error
    version = node.get("nbformat") if isinstance(node, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise OptionError(f"{name} is no notebook: it is JSON without a notebook's format number.")
    if version < 4:
        raise OptionError(
            f"{name} is a notebook of format {version}; convert it first: "
            f"jupyter nbconvert --to notebook --nbformat 4 --output NEW {name}"
        )
    if version > 4:
        raise OptionError(f"{name} is a notebook of format {version}; only format 4 can be read.")
    if _too_deep(node):
        raise OptionError(f"{name} is no valid notebook: its JSON is nested too deep.")
    # A cell without an id is given one by nbformat's check, with a warning: let that be a copy's.
    cells = node.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise OptionError(f"{name} is no valid notebook at cells; open and save it first.")
    cells = [dict(cell) for cell in cells]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nbformat.validate({**node, "cells": cells}, relax_add_props=True)
    except nbformat.ValidationError as error:
        place = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path
        )
        where = f" at {place.lstrip('.')}" if place else ""
        # Its own message quotes the notebook, and a traceback would show it.
        raise OptionError(f"{name} is no valid notebook{where}; open and save it first.") from None


def _too_deep(node: Node) -> bool:
    """Whether lists and dicts stand in each other deeper than Python's own copying goes."""
    level: list[Any] = [node]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for one in level:
            below += one.values() if isinstance(one, dict) else one
        level = [one for one in below if isinstance(one, (dict, list))]
        if not level:
            return False
    return True


def _check_characters(node: Node, name: str) -> None:
    for number, cell in enumerate([*node["cells"], node["metadata"]]):
        try:
            json.dumps(cell, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            where = f"cell {number + 1}" if number < len(node["cells"]) else "its metadata"
            raise OptionError(
                f"{name} has half a character (a lone surrogate) in {where}; write it anew there."
            ) from error


def write(notebook: Notebook, path: Path) -> None:
    """Check a notebook and write it in one step.

    Raises
    ------
    OptionError
        If it cannot be written.
    """
    check(notebook.node, str(path))
    whole_files.write(path, notebook.encoded())


def beside(path: Path, word: str) -> Path:
    """Return ``name.word.ipynb`` beside ``name.ipynb``."""
    stem = path.stem if path.suffix.lower() == ".ipynb" else path.name
    return path.with_name(f"{stem}.{word}.ipynb")


def target(path: Path, out: str | Path | None, word: str) -> Path:
    """Return where to write: `out`, or ``name.word.ipynb`` beside the input."""
    return beside(path, word) if out is None else Path(out)


def output(path: Path, out: str | Path | None, word: str, *, replace: bool) -> Path:
    """Return where to write, after looking whether that may be done.

    Raises
    ------
    OptionError
        If it is the input itself, or exists and is not to be replaced.
    """
    found = target(path, out, word)
    if found.is_dir():
        raise OptionError(f"{found} is a folder; name a file.")
    if found.exists():
        if found.samefile(path):
            raise OptionError("The output would replace the input; name another file.")
        if not replace:
            raise OptionError(f"{found} exists; add --force to replace it (force=True).")
    if not found.parent.is_dir():
        raise OptionError(f"{found} cannot be written: there is no folder {found.parent}.")
    return found


def text_of(lines: str | list[str]) -> str:
    """Return a source, or another text of many lines, as one str."""
    return lines if isinstance(lines, str) else "".join(lines)


def like(original: str | list[str], text: str) -> str | list[str]:
    """Return `text` as a str or as lines, as `original` is."""
    return text if isinstance(original, str) else text.splitlines(keepends=True)
