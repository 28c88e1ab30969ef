"""Finding personal data in a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from ..stopping import check
from ..tasks.batch import names
from ..tasks.redact import redact
from ..tasks.redact_operators import Operator
from ..tasks.redact_operators import operator as choose_operator
from ..tasks.redact_spans import GUESSED, key
from ..tasks.results import Redaction
from . import accounts, files, views
from .fields import Field, Unseen, Walk
from .finds import Doubt, Find, Finds
from .repeats import Repeats

# Characters of context on either side of a find.
CONTEXT = 30
# Every link of a notebook is one; it is looked for where it is asked for.
NOT_ASKED = frozenset({"URL"})


# Fields where programs write, and names are joined by dots: "Turing.solve(x)".
_OF_PROGRAMS = frozenset({"code", "stdout", "stderr", "text/plain", "error", "traceback"})
_PATH_BEFORE = re.compile(r"\w\.$")
_PATH_AFTER = re.compile(r"\.[A-Za-z_]|\(|::")


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
            check()
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
