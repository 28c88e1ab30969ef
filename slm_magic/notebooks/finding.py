"""Finding personal data in a notebook, and taking out what was accepted."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload
from urllib.parse import quote

from ..errors import OptionError
from ..tasks.batch import names
from ..tasks.redact import redact
from ..tasks.redact_operators import Operator
from ..tasks.redact_operators import operator as choose_operator
from ..tasks.redact_spans import GUESSED, key
from ..tasks.results import Redaction
from . import accounts, files, views
from .fields import Field, Unseen, Walk
from .repeats import Repeats

# Characters of context on either side of a find.
CONTEXT = 30
# Every link of a notebook is one; it is looked for where it is asked for.
NOT_ASKED = frozenset({"URL"})


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


# Fields where programs write, and names are joined by dots: "Turing.solve(x)".
_OF_PROGRAMS = frozenset({"code", "stdout", "stderr", "text/plain", "error", "traceback"})
_PATH_BEFORE = re.compile(r"\w\.$")
_PATH_AFTER = re.compile(r"\.[A-Za-z_]|\(|::")

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


def find_personal(
    notebook: str | Path | files.Node,
    *,
    entities: str | Sequence[str] | None = None,
    operator: str = "tag",
    language: str = "en",
    domain: str | None = None,
    model: str | None = None,
    progress: bool = False,
) -> Finds:
    """Find personal data in sources, outputs, metadata and names of attachments.

    All texts go through one call of `redact`, so that a placeholder is the same in all of them. A
    user's folder in a path is found too (``USER_NAME``), and what metadata says of authors
    (``USER_ID``, ``PERSON``); and what was found once is found where it is repeated.

    Parameters
    ----------
    notebook
        The path of a notebook of format 4, or its node.
    entities
        Only these types. By default all but ``URL``, which every link is.
    operator, language, domain, model
        As for `redact`.
    progress
        Whether to show a bar.

    Raises
    ------
    OptionError
        If it is no notebook, or an option cannot be used.
    MissingDependencyError
        If nbformat or the extra ``redact`` is not installed.
    """
    if isinstance(notebook, (str, Path)):
        node = files.read(Path(notebook)).node
    else:
        node = notebook
        files.check(node, "The notebook")
    walk = Walk.through(node)
    rows = [(place, view) for place in walk.fields for view in place.views]
    texts = list(dict.fromkeys(view.text for _, view in rows))
    wanted = [name.upper() for name in names(entities)]
    asked = [name for name in wanted if name not in accounts.TYPES]
    results: dict[str, Redaction] = {}
    if texts and (asked or not wanted):
        made = redact(
            texts,
            entities=asked or None,
            operator=operator,
            language=language,
            domain=domain,
            model=model,
            progress=progress,
        )
        results = dict(zip(texts, made, strict=True))
    # What redact did not see is numbered after what it did.
    seen = [*texts, *(result.text for result in results.values())]
    marks = _Marks(choose_operator(operator, seen, language), frozenset(wanted), results)
    return marks.finds(node, rows, walk.unseen)


class _Marks:
    """What stands where, over all texts."""

    def __init__(
        self, replace_by: Operator, wanted: frozenset[str], results: Mapping[str, Redaction]
    ) -> None:
        self._replace_by = replace_by
        self._wanted = wanted
        self._results = results
        self._placeholders: dict[tuple[str, str], str] = {}
        for text, result in results.items():
            for span in result.spans:
                name = _identity(span.entity_type, text[span.start : span.end])
                self._placeholders.setdefault(name, span.placeholder)

    def finds(
        self,
        node: files.Node,
        rows: Sequence[tuple[Field, views.View]],
        unseen: Sequence[Unseen],
    ) -> Finds:
        """Return the finds of all texts, with what is repeated."""
        spans = [self._of_row(place, view) for place, view in rows]
        again = Repeats(
            (entity, view.text[start:end])
            for (_, view), row in zip(rows, spans, strict=True)
            for entity, start, end, _, _ in row
        )
        found: list[tuple[Find, Field, views.View]] = []
        doubts: dict[Doubt, None] = {}
        for (place, view), row in zip(rows, spans, strict=True):
            text = view.text
            more = [
                self._own(text, entity, start, end)
                for entity, start, end in again.find(text)
                if not (entity in GUESSED and _is_name(place, text, start, end))
            ]
            name = f"{place.name} {view.name}".strip()
            for entity, start, end, score, placeholder in _merged(row, more, _links(node, place)):
                find = Find(
                    number=len(found),
                    cell=place.cell,
                    place=place.place,
                    field=name,
                    start=start,
                    end=end,
                    entity_type=entity,
                    score=score,
                    placeholder=placeholder,
                    text=text[start:end],
                    before=text[max(0, start - CONTEXT) : start],
                    after=text[end : end + CONTEXT],
                )
                found.append((find, place, view))
            result = self._results.get(text)
            for flag in () if result is None or _is_setting(place, text) else result.flags:
                doubts[Doubt(place.cell, place.place, name, flag.message)] = None
        return Finds(node, found, unseen, list(doubts))

    def _of_row(self, place: Field, view: views.View) -> list[_Span]:
        text, result = view.text, self._results.get(view.text)
        own = [self._own(text, *one) for one in accounts.find(place, text) if self._takes(one[0])]
        spans = [
            (span.entity_type, span.start, span.end, span.score, span.placeholder)
            for span in (result.spans if result is not None else ())
            if self._takes(span.entity_type)
            and not (span.entity_type in GUESSED and _is_name(place, text, span.start, span.end))
        ]
        return _merged(own, spans)

    def _takes(self, entity: str) -> bool:
        return entity in self._wanted if self._wanted else entity not in NOT_ASKED

    def _own(self, text: str, entity: str, start: int, end: int) -> _Span:
        """Return a span that redact did not see, with the placeholder of its value."""
        value = text[start:end]
        name = _identity(entity, value)
        if name not in self._placeholders:
            self._placeholders[name] = self._replace_by(entity, value, name[1])
        return entity, start, end, 1.0, self._placeholders[name]


def _identity(entity: str, value: str) -> tuple[str, str]:
    return entity, key(entity, value) or value


def _is_name(place: Field, text: str, start: int, end: int) -> bool:
    """Whether what a model takes for a person or a town is the name of something in code."""
    if place.written is not None and not any(a < end and start < b for a, b in place.written):
        return True
    if place.name not in _OF_PROGRAMS:
        return _is_setting(place, text)
    before = text[max(0, start - 2) : start]
    return bool(_PATH_BEFORE.search(before) or _PATH_AFTER.match(text, end))


def _is_setting(place: Field, text: str) -> bool:
    """Whether a text is one word of the metadata, where a model has nothing to go by."""
    return place.place == "metadata" and " " not in text.strip()


def _links(node: files.Node, place: Field) -> list[tuple[int, int]]:
    """Return where a source names its attachments: these change with the attachment's name."""
    if place.place != "source" or place.cell is None:
        return []
    text = place.views[0].text
    return [
        match.span()
        for name in node["cells"][place.cell].get("attachments", {})
        for form in dict.fromkeys((name, quote(name)))
        for match in re.finditer(re.escape(f"attachment:{form}"), text)
    ]


_Span = tuple[str, int, int, float, str]


def _merged(
    first: Sequence[_Span], second: Iterable[_Span], closed: Iterable[tuple[int, int]] = ()
) -> list[_Span]:
    """Return spans in order; what meets one before it in rank, or a closed place, is left out."""
    kept: list[_Span] = []
    taken = sorted(closed)
    for spans in (first, second):
        free = []
        at = 0
        for span in sorted(spans, key=lambda one: one[1]):
            while at < len(taken) and taken[at][1] <= span[1]:
                at += 1
            if at == len(taken) or taken[at][0] >= span[2]:
                free.append(span)
        kept += free
        taken = sorted([*taken, *((span[1], span[2]) for span in free)])
    return sorted(kept, key=lambda span: span[1])


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
