"""Our own texts with labelled personal data, in German, French, Spanish and English.

`pii_texts.txt` beside this file says how they are written down. Each text becomes what
`quality_pii.py` reads from a file of texts with labelled spans, with its language, its field and
whether it is held back besides.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".txt")
PLAIN = "plain"
_GROUP = re.compile(r"# (?P<language>[a-z]{2}) (?P<field>[a-z]+)")
_SPAN = re.compile(r"\[\[(?P<kind>[A-Z_]+)\|(?P<value>[^][|]+)\]\]")


def own() -> list[dict[str, Any]]:
    """Return the texts in their order.

    Raises
    ------
    ValueError
        If the file holds a text outside a group, or brackets that are no label.
    """
    out: list[dict[str, Any]] = []
    language = field = ""
    number = 0
    for block in _blocks(FILE.read_text(encoding="utf-8")):
        if group := _GROUP.fullmatch(block[0]):
            language, field, number = group["language"], group["field"], 0
            block = block[1:]
        if not block:
            continue
        if not language:
            raise ValueError(f"a text before the first group: {block[0]!r}")
        text, spans = _labelled("\n".join(block))
        out.append(
            {
                "full_text": text,
                "spans": spans,
                "language": language,
                "field": field,
                "held": number % 2 == 1,
            }
        )
        number += 1
    return out


def _blocks(content: str) -> list[list[str]]:
    """Cut at blank lines, leaving the notes out."""
    kept = "\n".join(line for line in content.splitlines() if not line.startswith("%"))
    return [block.splitlines() for block in re.split(r"\n{2,}", kept.strip())]


def _labelled(marked: str) -> tuple[str, list[dict[str, Any]]]:
    text, spans, at = "", [], 0
    for match in _SPAN.finditer(marked):
        text += marked[at : match.start()]
        spans.append(
            {
                "entity_type": match["kind"],
                "start_position": len(text),
                "end_position": len(text) + len(match["value"]),
            }
        )
        text += match["value"]
        at = match.end()
    text += marked[at:]
    if "[[" in text or "]]" in text:
        raise ValueError(f"brackets that are no label: {text!r}")
    return text, spans
