"""Writing a copy of a notebook without personal data, and looking whether any is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import files
from .fields import Unseen
from .finding import find_personal
from .finds import Doubt, Find, Finds
from .repeats import Repeats

# Looks at a notebook: what a tag stands for now was part of what the model went by before.
LOOKS = 3

Accept = Callable[[Find], bool]


@dataclass(frozen=True, slots=True)
class Left:
    """A place that still holds what was accepted: where no text can be taken out."""

    cell: int | None
    place: str
    entity_type: str


@dataclass(frozen=True, slots=True)
class RedactedNotebook:
    """What became of a notebook.

    Attributes
    ----------
    path
        The notebook that was written.
    taken
        What was taken out.
    rejected
        What was found and stayed.
    left
        Places that hold an accepted text still, such as a script in an output.
    unseen, doubts
        As in `Finds`.
    """

    path: Path
    taken: tuple[Find, ...]
    rejected: tuple[Find, ...]
    left: tuple[Left, ...]
    unseen: tuple[Unseen, ...]
    doubts: tuple[Doubt, ...]


def redact_notebook(
    path: str | Path,
    *,
    accept: Accept | None = None,
    finds: Finds | None = None,
    out: str | Path | None = None,
    force: bool = False,
    **options: Any,
) -> RedactedNotebook:
    """Write a copy of a notebook without personal data.

    What is left is searched again, since a model goes by the words around; more that is found there
    is taken out if it is accepted. The input is never written.

    Parameters
    ----------
    path
        The notebook, of format 4.
    accept
        Tells of each find whether to take it out; by default all are.
    finds
        What `find_personal` found in this notebook already.
    out
        Where to write; by default ``name.redacted.ipynb`` beside the input.
    force
        Replace an existing output.
    **options
        Keyword arguments of `find_personal`.

    Raises
    ------
    OptionError
        If the input is no notebook, or the output exists or cannot be written.
    MissingDependencyError
        If nbformat or the extra ``redact`` is not installed.
    Interrupted
        After Ctrl-C; nothing is written.
    """
    given = Path(path)
    notebook = files.read(given)
    target = files.output(given, out, "redacted", replace=force)
    found = finds if finds is not None else find_personal(notebook.node, **options)
    return write_redacted(notebook, target, found, accept, **options)


def write_redacted(
    notebook: files.Notebook, target: Path, found: Finds, accept: Accept | None, **options: Any
) -> RedactedNotebook:
    """Write `notebook` to `target` without what is accepted of what was `found` in it.

    `accept` and `options` are as for `redact_notebook`.
    """
    unseen, doubts = found.unseen, found.doubts
    taken: list[Find] = []
    rejected: list[Find] = []
    node = notebook.node
    for _ in range(LOOKS):
        known = {(one.entity_type, one.text) for one in rejected}
        placeholders = [one.placeholder for one in taken]
        fresh = [
            one
            for one in found
            if (one.entity_type, one.text) not in known and not _is_placeholder(one, placeholders)
        ]
        accepted = [one for one in fresh if accept is None or accept(one)]
        numbers = {one.number for one in accepted}
        rejected += [one for one in fresh if one.number not in numbers]
        if not accepted:
            break
        taken += accepted
        node = found.apply(accepted)
        found = find_personal(node, **options)
    files.write(notebook.with_node(node), target)
    return RedactedNotebook(
        path=target,
        taken=tuple(taken),
        rejected=tuple(rejected),
        left=tuple(_left(node, taken, rejected)),
        unseen=unseen,
        doubts=doubts,
    )


def _is_placeholder(find: Find, placeholders: Sequence[str]) -> bool:
    """Whether a find is, or lies in, what an earlier look has put there."""
    around = find.before + find.text + find.after
    start, end = len(find.before), len(find.before) + len(find.text)
    for placeholder in set(placeholders):
        at = around.find(placeholder)
        while at >= 0:
            if at < end and start < at + len(placeholder):
                return True
            at = around.find(placeholder, at + 1)
    return False


def _left(node: files.Node, taken: Sequence[Find], rejected: Sequence[Find]) -> Iterator[Left]:
    kept = {one.text for one in rejected}
    made = {one.placeholder for one in taken}
    values = Repeats(
        (one.entity_type, one.text)
        for one in taken
        # A made-up value can be another's real one.
        if one.text not in kept and one.text not in made
    )
    seen: set[Left] = set()
    parts: list[tuple[int | None, str, Any]] = [(None, "metadata", node["metadata"])]
    for index, cell in enumerate(node["cells"]):
        parts += [(index, name, value) for name, value in cell.items() if name != "outputs"]
        parts += [
            (index, f"output {number + 1}", output)
            for number, output in enumerate(cell.get("outputs", []))
        ]
    for number, place, value in parts:
        for text in _texts(value):
            for entity, _, _ in values.find(text):
                one = Left(number, place, entity)
                if one not in seen:
                    seen.add(one)
                    yield one


def _texts(value: Any) -> Iterator[str]:
    """Yield every string of some JSON, keys too; lines of a text are joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            yield "".join(value)
        else:
            for one in value:
                yield from _texts(one)
