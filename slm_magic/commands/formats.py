"""Results as text, Markdown, HTML, JSON or a data frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import OptionError, did_you_mean
from ..settings import FORMATS
from ..tables import need_pandas
from ..tasks import show
from ..tasks.results import Flag, Redaction, Result, Summary, Translation


def check(name: str, allowed: Sequence[str] = FORMATS) -> str:
    """Return `name` if it is a format.

    Raises
    ------
    OptionError
        If it is not one of `allowed`.
    """
    if name not in allowed:
        raise OptionError(
            f"There is no format {name!r}.{did_you_mean(name, allowed)} "
            f"Formats: {', '.join(allowed)}."
        )
    return name


def many(results: Any) -> list[Result | None]:
    """Return results as a list, one entry an input."""
    return list(results) if isinstance(results, list) else [results]


def text(results: Any) -> str:
    """Return the output alone; of several, one after the other, a missing one left out."""
    found = [result.text for result in many(results) if result is not None]
    # A text that ends its own last line needs no further break before the next.
    return "".join(
        part if i == len(found) - 1 or part.endswith("\n") else part + "\n"
        for i, part in enumerate(found)
    )


def markdown(results: Any) -> str:
    """Return the output as Markdown: summaries as lists, other texts as they are.

    What the source did not mean as markup is escaped: tags, and sentences taken out of it.
    """
    parts = []
    for result in many(results):
        if isinstance(result, Summary) and result.sentences:
            parts.append(
                "\n".join(f"- {_escaped(' '.join(s.text.split()))}" for s in result.sentences)
            )
        elif isinstance(result, Redaction):
            # <PERSON_1> would be an element of HTML that shows nothing.
            tags = {span.placeholder for span in result.spans}
            text = result.text
            for tag in sorted(tags, key=len, reverse=True):
                text = text.replace(tag, _escaped(tag))
            parts.append(text)
        elif result is not None:
            parts.append(result.text)
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    return re.sub(r"([<*])", r"\\\1", text)


def html(results: Any) -> str:
    """Return what a notebook shows."""
    return show.table(results) if isinstance(results, list) else show.html(results)


def data(results: Any) -> Any:
    """Return plain data for JSON; redactions hold no originals."""
    if isinstance(results, list):
        return [None if result is None else show.data(result) for result in results]
    return show.data(results)


def frame(results: Any) -> Any:
    """Return a pandas DataFrame of the pieces: segments, sentences or spans.

    Raises
    ------
    MissingDependencyError
        If pandas is not installed.
    """
    pandas = need_pandas("--format frame")
    found = many(results)
    kinds = {type(result) for result in found if result is not None}
    columns = _COLUMNS[kinds.pop()] if len(kinds) == 1 else ["text"]
    rows = [
        {"row": number, **piece}
        for number, result in enumerate(found)
        if result is not None
        for piece in _pieces(result)
    ]
    return pandas.DataFrame(rows, columns=["row", *columns])


_COLUMNS: dict[type[Result], list[str]] = {
    Translation: ["source", "text", "score", "flags"],
    Summary: ["text", "start", "end", "score", "flags"],
    Redaction: ["entity_type", "start", "end", "score", "placeholder", "flags"],
}


def _pieces(result: Result) -> list[dict[str, Any]]:
    if isinstance(result, Translation):
        rows = _segments(result)
    elif isinstance(result, Summary):
        rows = _sentences(result)
    else:
        spans = result.spans if isinstance(result, Redaction) else ()
        columns = [column for column in _COLUMNS[Redaction] if column != "flags"]
        rows = [
            {**{column: getattr(span, column) for column in columns}, "flags": _kinds(result.flags)}
            for span in spans
        ]
    if not rows and result.flags:
        # A row that says so: what is flagged must not be missing from the frame.
        rows = [{**dict.fromkeys(_COLUMNS[type(result)]), "flags": _kinds(result.flags)}]
    return rows


def _segments(result: Translation) -> list[dict[str, Any]]:
    rows = []
    inside = {flag for segment in result.segments for flag in segment.flags}
    whole = [flag for flag in result.flags if flag.start is None and flag not in inside]
    for segment in result.segments:
        own = [*segment.flags, *whole]
        # What stayed as it was is left out, unless that is what is wrong.
        if segment.translated or segment.flags:
            rows.append(
                {
                    "source": segment.source.strip(),
                    "text": segment.text.strip(),
                    "score": segment.score,
                    "flags": _kinds(own),
                }
            )
    return rows


def _sentences(result: Summary) -> list[dict[str, Any]]:
    rows, at = [], 0
    for sentence in result.sentences:
        text = " ".join(sentence.text.split())
        start = max(result.text.find(text, at), at)
        at = start + len(text)
        own = [
            flag
            for flag in result.flags
            if flag.start is None or flag.end is None or (flag.start < at and flag.end > start)
        ]
        rows.append(
            {
                "text": sentence.text,
                "start": sentence.start,
                "end": sentence.end,
                "score": sentence.score,
                "flags": _kinds(own),
            }
        )
    return rows


def _kinds(flags: Iterable[Flag]) -> str:
    return ", ".join(dict.fromkeys(flag.kind for flag in flags))
