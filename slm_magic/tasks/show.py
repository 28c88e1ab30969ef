"""How results look: plain text, HTML that fits light and dark themes, and plain data.

A redaction's originals are in none of them. All text is escaped. There are no scripts, and where
a front end strips the style block (an untrusted notebook), tables and marks still read well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ..text import languages
from .results import Flag, Redaction, Result, Summary, Translation

MIME = "application/vnd.slm-magic.result+json"
# Grows when a field changes its meaning, so that readers of saved notebooks can tell.
SCHEMA = 1
# Rows and characters of a list's table: enough to look at, small enough for a notebook.
TABLE_ROWS = 10
CELL_CHARACTERS = 300

# The rules for tables name a second class to win over JupyterLab's own, which align cells right.
# Colours are the theme's own text on see-through tints, so contrast is the theme's in light and in
# dark, in JupyterLab, in VS Code and in an exported page alike.
_STYLE = """<style>
.slm-magic{color:var(--jp-content-font-color1,inherit);line-height:1.5}
.slm-magic .slm-text{white-space:pre-wrap;overflow-wrap:anywhere}
.slm-magic .slm-foot{font-size:.85em;opacity:.8;margin-top:.5em}
.slm-magic mark{color:inherit;background:rgba(255,176,0,.25);border-bottom:2px dotted #c77700}
.slm-magic .slm-flags{margin:.4em 0 0;padding:.3em .8em;border-left:3px solid #c77700;font-size:.9em;list-style:none}
.slm-magic .slm-chip{border:1px solid;border-radius:.4em;padding:0 .3em;font-size:.9em;white-space:nowrap}
.slm-magic.tex2jax_ignore table{border-collapse:collapse;table-layout:auto;width:100%;margin-top:.4em}
.slm-magic.tex2jax_ignore tr th,.slm-magic.tex2jax_ignore tr td{text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere;padding:.25em .6em;border-bottom:1px solid rgba(128,128,128,.35)}
.slm-magic.tex2jax_ignore tr th{overflow-wrap:normal;white-space:nowrap}
.slm-magic.tex2jax_ignore tr td.slm-where{white-space:nowrap;opacity:.8;font-variant-numeric:tabular-nums}
.slm-magic summary{cursor:pointer;font-size:.85em;margin-top:.4em}
</style>"""


class ResultList(list["Result | None"]):
    """A list of results that shows itself as a table."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"text/plain": plain_table(self), "text/html": table(self), MIME: list_data(self)}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # IPython takes its printer of lists for one that the user registered, before our bundle.
        printer.text(plain_table(self))


def mimebundle(result: Result) -> dict[str, Any]:
    """Return what a front end picks from to show one result."""
    return {"text/plain": plain(result), "text/html": html(result), MIME: data(result)}


def plain(result: Result) -> str:
    """Return the result for a terminal: its text, one line of facts, and each flag."""
    lines = [result.text.rstrip("\n"), "", f"[{_facts(result)}]"]
    lines += [f"! {flag.kind}: {flag.message}" for flag in result.flags]
    return "\n".join(lines)


def html(result: Result) -> str:
    """Return the result as a fragment of HTML."""
    return _wrap(_body(result) + _foot(result) + _flags(result.flags) + _more(result))


def table(results: Sequence[Result | None]) -> str:
    """Return a table of the first results of a list."""
    present = [result for result in results if result is not None]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("row", "result", "flags"))
    rows = []
    for number, result in enumerate(results[:TABLE_ROWS]):
        shown = "<em>missing</em>" if result is None else _cell(result)
        flags = () if result is None else result.flags
        told = "<br>".join(escape(f"{flag.kind}: {flag.message}") for flag in flags)
        rows.append(
            f'<tr><td class="slm-where">{number}</td><td dir="auto">{shown}</td>'
            f"<td>{told}</td></tr>"
        )
    return _wrap(
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<div class="slm-foot">{escape(_list_facts(results, present))}</div>'
    )


def plain_table(results: Sequence[Result | None]) -> str:
    """Return the first results of a list for a terminal, one a line."""
    present = [result for result in results if result is not None]
    lines = []
    for number, result in enumerate(results[:TABLE_ROWS]):
        text = "(missing)" if result is None else _cut(" ".join(result.text.split()), 100)
        kinds = () if result is None else dict.fromkeys(flag.kind for flag in result.flags)
        lines.append(f"{number:>4}  {text}{'  ! ' + ', '.join(kinds) if kinds else ''}")
    return "\n".join([*lines, "", f"[{_list_facts(results, present)}]"])


def data(result: Result) -> dict[str, Any]:
    """Return the result as plain data, fit for JSON; a redaction without its originals."""
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "task": "result",
        "text": result.text,
        "flags": [_fields(flag, "kind", "message", "start", "end") for flag in result.flags],
        "model": result.model and _fields(result.model, "name", "revision", "sha256"),
        "elapsed": round(result.elapsed, 3),
    }
    if isinstance(result, Translation):
        found |= {"task": "translate", **_fields(result, "source", "target", "source_text")}
        found["pivot"] = result.pivot
        found["models"] = [_fields(one, "name", "revision", "sha256") for one in result.models]
        found["segments"] = [
            _fields(segment, "source", "text", "translated", "score")
            | {"flags": [flag.kind for flag in segment.flags]}
            for segment in result.segments
        ]
    elif isinstance(result, Summary):
        found |= {"task": "summarize", **_fields(result, "style", "domain")}
        found["sentences"] = [
            _fields(sentence, "text", "start", "end", "score") for sentence in result.sentences
        ]
    elif isinstance(result, Redaction):
        found |= {"task": "redact", "operator": result.operator, "counts": _counts(result)}
        found["spans"] = [
            _fields(span, "entity_type", "start", "end", "score", "placeholder")
            for span in result.spans
        ]
    return found


def list_data(results: Sequence[Result | None]) -> dict[str, Any]:
    """Return the first results of a list as plain data, their texts cut as in its table."""
    present = [result for result in results if result is not None]
    return {
        "schema": SCHEMA,
        "task": "list",
        "rows": len(results),
        "missing": len(results) - len(present),
        "flagged": sum(1 for result in present if result.flags),
        "models": list(dict.fromkeys(name for result in present for name in _models(result))),
        "elapsed": round(sum(result.elapsed for result in present), 3),
        "results": [
            None if result is None else _list_row(result) for result in results[:TABLE_ROWS]
        ],
    }


def _list_row(result: Result) -> dict[str, Any]:
    found = data(result)
    kept = ("task", "source", "target", "flags")
    texts = {
        name: _cut(found[name])
        for name in ("text", "source_text")
        if isinstance(found.get(name), str)
    }
    return {name: found[name] for name in kept if name in found} | texts


def _fields(item: Any, *names: str) -> dict[str, Any]:
    # Scores come out of numpy: a float32 is no JSON.
    return {
        name: float(value) if name == "score" and value is not None else value
        for name in names
        for value in (getattr(item, name),)
    }


def _wrap(inside: str) -> str:
    return f'{_STYLE}<div class="slm-magic tex2jax_ignore mathjax_ignore">{inside}</div>'


def _cut(text: str, most: int = CELL_CHARACTERS) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _cell(result: Result) -> str:
    """Return a result's text for a table, cut, with what its flags point at marked."""
    return _marked(_cut(result.text), result.flags)


def _facts(result: Result) -> str:
    facts = []
    if isinstance(result, Translation):
        via = f" via {languages.name(result.pivot)}" if result.pivot else ""
        facts.append(f"{result.source} → {result.target}{via}")
    elif isinstance(result, Summary):
        count = len(result.sentences)
        facts.append(f"{count} {'sentence' if count == 1 else 'sentences'}, {result.style}")
        if result.domain:
            facts.append(result.domain)
    elif isinstance(result, Redaction):
        counts = _counts(result)
        facts.append(
            ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing taken out"
        )
    facts += _models(result)
    return " · ".join([*facts, f"{result.elapsed:.1f} s", _flag_count(len(result.flags))])


def _list_facts(results: Sequence[Result | None], present: Sequence[Result]) -> str:
    facts = [f"{len(results)} results"]
    if len(results) > TABLE_ROWS:
        facts[0] += f", the first {TABLE_ROWS} shown"
    if len(present) < len(results):
        facts.append(f"{len(results) - len(present)} missing")
    facts += dict.fromkeys(name for result in present for name in _models(result))
    via = {result.pivot for result in present if isinstance(result, Translation) and result.pivot}
    facts += [f"via {languages.name(code)}" for code in sorted(via)]
    facts.append(f"{sum(result.elapsed for result in present):.1f} s")
    return " · ".join([*facts, flagged(results) or "no flags"])


def flagged(results: Sequence[Result | None]) -> str:
    """Return how many of `results` are flagged, by kind, in one line; empty if none is.

    Each result counts once a kind: ``3 of 200 rows flagged: number_changed 2, truncated 1``.
    """
    kinds = [{flag.kind for flag in result.flags} for result in results if result is not None]
    counts: Counter[str] = Counter(sorted(kind for own in kinds for kind in own))
    return flagged_line(sum(map(bool, kinds)), len(results), counts)


def flagged_line(flagged_rows: int, rows: int, kinds: Mapping[str, int]) -> str:
    """Return the line of `flagged` from counts: rows with a flag, rows, and rows by kind."""
    if not flagged_rows:
        return ""
    told = ", ".join(f"{kind} {number}" for kind, number in Counter(kinds).most_common())
    return f"{flagged_rows} of {rows} {'row' if rows == 1 else 'rows'} flagged: {told}"


def _models(result: Result) -> list[str]:
    if isinstance(result, Translation) and result.pivot:
        return [" + ".join(one.name for one in result.models)]
    return [result.model.name] if result.model is not None else []


def _flag_count(count: int) -> str:
    return "no flags" if not count else "1 flag" if count == 1 else f"{count} flags"


def _counts(result: Redaction) -> dict[str, int]:
    return dict(Counter(span.entity_type for span in result.spans).most_common())


def _body(result: Result) -> str:
    if isinstance(result, Summary) and result.sentences and result.style == "extractive":
        return _sentences(result)
    if isinstance(result, Redaction):
        inside = _chips(result)
    else:
        language = result.target if isinstance(result, Translation) else ""
        attribute = f' lang="{escape(language)}" dir="auto"' if language else ' dir="auto"'
        return f'<div class="slm-text"{attribute}>{_marked(result.text, result.flags)}</div>'
    return f'<div class="slm-text" dir="auto">{inside}</div>'


def _sentences(result: Summary) -> str:
    rows = []
    for sentence in result.sentences:
        where = "" if sentence.start is None else f"{sentence.start}–{sentence.end}"
        score = "" if sentence.score is None else f"{sentence.score:.2f}"
        rows.append(
            f'<tr><td dir="auto">{escape(" ".join(sentence.text.split()))}</td>'
            f'<td class="slm-where">{where}</td><td class="slm-where">{score}</td></tr>'
        )
    head = "".join(f'<th scope="col">{n}</th>' for n in ("sentence", "characters", "likeness"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _marked(text: str, flags: Iterable[Flag], start: int = 0, end: int | None = None) -> str:
    """Escape ``text[start:end]``, with what the flags point at marked; of two, the first."""
    pieces, done = [], start
    end = len(text) if end is None else end
    placed = [flag for flag in flags if flag.start is not None and flag.end is not None]
    for flag in sorted(placed, key=lambda flag: (flag.start, flag.end)):
        first, last = flag.start or 0, min(flag.end or 0, end)
        if first < done or first >= last:
            continue
        title = escape(f"{flag.kind}: {flag.message}")
        pieces += [
            escape(text[done:first]),
            f'<mark title="{title}">{escape(text[first:last])}</mark>',
        ]
        done = last
    return "".join(pieces) + escape(text[done:end])


def _chips(result: Redaction) -> str:
    """Escape the redacted text, each placeholder as a chip in its type's colour."""
    pieces, done, shift = [], 0, 0
    for span in sorted(result.spans, key=lambda span: span.start):
        start = span.start + shift
        end = start + len(span.placeholder)
        shift += len(span.placeholder) - (span.end - span.start)
        if start < done or result.text[start:end] != span.placeholder:
            continue  # spans that do not lie one after the other are left unmarked, not misplaced
        hue = sum(map(ord, span.entity_type)) * 47 % 360
        pieces += [
            _marked(result.text, result.flags, done, start),
            f'<span class="slm-chip" style="background-color:hsla({hue},70%,50%,.22)" '
            f'title="{escape(span.entity_type)}">{escape(span.placeholder)}</span>',
        ]
        done = end
    return "".join(pieces) + _marked(result.text, result.flags, done)


def _foot(result: Result) -> str:
    return f'<div class="slm-foot">{escape(_facts(result))}</div>'


def _flags(flags: Sequence[Flag]) -> str:
    if not flags:
        return ""
    items = "".join(
        f"<li><strong>{escape(flag.kind)}</strong>: {escape(flag.message)}</li>" for flag in flags
    )
    return f'<ul class="slm-flags" aria-label="What looks wrong">{items}</ul>'


def _more(result: Result) -> str:
    """Return what is folded away: the source beside its translation."""
    if not isinstance(result, Translation):
        return ""
    pairs = [s for s in result.segments if s.translated]
    rows = "".join(
        f'<tr><td lang="{escape(result.source)}" dir="auto">{escape(s.source.strip())}</td>'
        f'<td lang="{escape(result.target)}" dir="auto">{escape(s.text.strip())}</td></tr>'
        for s in pairs
    )
    if not rows:
        return ""
    head = (
        f'<th scope="col">{escape(result.source)}</th><th scope="col">{escape(result.target)}</th>'
    )
    return (
        f"<details><summary>Source side by side</summary>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
