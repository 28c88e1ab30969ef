"""What was found in a notebook, and the notebook without what was accepted."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload
from urllib.parse import quote

from ..errors import OptionError
from . import files, views
from .fields import Field, Unseen


@dataclass(frozen=True, slots=True)
class Find:
    """Something personal, and where it stands. Its text is in memory only and in no repr.

    Attributes
    ----------
    number
        Its place in `Finds`, from 0.
    cell
        Index of the cell, from 0; None for the notebook's own metadata.
    place, field
        ``source`` and ``markdown``, ``output 1`` and ``text/html``, ``metadata`` and a key.
    start, end
        Where in what is read of the field, in characters.
    score
        1.0 where the place tells, or the same text was found elsewhere.
    placeholder
        What will stand in its place, the same for the same person or value in all fields.
    text, before, after
        What was found, and what stands around it.
    """

    number: int
    cell: int | None
    place: str
    field: str
    start: int
    end: int
    entity_type: str
    score: float
    placeholder: str
    text: str = dataclasses.field(repr=False)
    before: str = dataclasses.field(repr=False)
    after: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that scored too low to be a find; look at it."""

    cell: int | None
    place: str
    field: str
    message: str


Accepted = Iterable["Find | int"] | Callable[["Find"], bool] | None


class Finds(Sequence[Find]):
    """What was found in a notebook, in the order of its places.

    Attributes
    ----------
    unseen
        What could not be looked into.
    doubts
        What may be personal, and was not sure enough.
    """

    def __init__(
        self,
        node: files.Node,
        found: Sequence[tuple[Find, Field, views.View]],
        unseen: Sequence[Unseen],
        doubts: Sequence[Doubt],
    ) -> None:
        self._node = node
        self._found = tuple(found)
        self.unseen = tuple(unseen)
        self.doubts = tuple(doubts)

    @overload
    def __getitem__(self, index: int) -> Find: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Find]: ...
    def __getitem__(self, index: int | slice) -> Find | Sequence[Find]:
        if isinstance(index, slice):
            return [find for find, _, _ in self._found[index]]
        return self._found[index][0]

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"Finds({len(self)} finds, {len(self.unseen)} unseen, {len(self.doubts)} doubts)"

    def chosen(self, accepted: Accepted = None) -> list[Find]:
        """Return the finds that `accepted` means, in order; None means all.

        Raises
        ------
        OptionError
            If it names a find that is not one of these.
        """
        if accepted is None:
            return list(self)
        if callable(accepted):
            return [find for find in self if accepted(find)]
        numbers = {one.number if isinstance(one, Find) else one for one in accepted}
        if not numbers <= set(range(len(self))):
            raise OptionError(
                f"There are {len(self)} finds, numbered from 0; another was accepted."
            )
        return [self[number] for number in sorted(numbers)]

    def apply(self, accepted: Accepted = None) -> files.Node:
        """Return a copy of the notebook without what was accepted.

        Parameters
        ----------
        accepted
            Finds or their numbers, or a function that tells of each; None takes all out.
        """
        numbers = {find.number for find in self.chosen(accepted)}
        node: files.Node = copy.deepcopy(self._node)
        edits: dict[int, list[views.Edit]] = {}
        fields: dict[int, Field] = {}
        for find, place, view in self._found:
            if find.number in numbers:
                fields[id(place)] = place
                edits.setdefault(id(place), []).extend(
                    view.edits(find.start, find.end, find.placeholder)
                )
        made = [(place, views.apply(place.raw, edits[name])) for name, place in fields.items()]
        for place, text in made:
            if place.kind == "text":
                owner = _at(node, place.path[:-1])
                owner[place.path[-1]] = files.like(owner[place.path[-1]], text)
        # From the inside out, so that the way to an outer name is still there.
        for place, text in sorted(made, key=lambda one: -len(one[0].path)):
            if place.kind != "text":
                _rename(node, place, text)
        return node


def _at(node: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        node = node[step]
    return node


def _rename(node: files.Node, place: Field, text: str) -> None:
    owner, old = _at(node, place.path[:-1]), place.path[-1]
    new = text
    if place.kind == "attachment":
        # The name of a file and part of a link: signs that either cannot have go.
        new = re.sub(r"[^\w.-]+", "", text)
    while new in owner and new != old:
        new = f"{new}_"
    renamed = {new if name == old else name: value for name, value in owner.items()}
    owner.clear()
    owner.update(renamed)
    if place.kind == "attachment":
        cell = _at(node, place.path[:-2])
        source = files.text_of(cell["source"])
        for name in (str(old), quote(str(old))):
            source = source.replace(f"attachment:{name}", f"attachment:{new}")
        cell["source"] = files.like(cell["source"], source)
