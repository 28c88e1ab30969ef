"""What a domain pack may hold, held against what a file does hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import LanguageError, OptionError, did_you_mean
from ..text import languages
from .patterns import SHARED, Pattern

_KEYS = ("title", "focus", "figures", "style", "entities", "patterns", "glossary")
_PATTERN_KEYS = ("use", "entity", "regex", "score", "context")
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]*")


def read(table: Mapping[str, Any], pack: str) -> dict[str, Any]:
    """Return the fields of a `Domain` from a pack's table.

    Raises
    ------
    OptionError
        Naming the pack and the key that is wrong.
    """
    _known(table, _KEYS, pack)
    title = table.get("title")
    if not isinstance(title, str) or not title.strip():
        raise OptionError(f"The domain pack {pack} needs a title.")
    figures, style = table.get("figures", 0.0), table.get("style", "")
    if isinstance(figures, bool) or not isinstance(figures, (int, float)):
        raise _wrong(pack, "figures", "a number")
    if not isinstance(style, str):
        raise _wrong(pack, "style", "a text")
    entities = _texts(table, "entities", pack)
    if not all(_ENTITY.fullmatch(name) for name in entities):
        raise _wrong(pack, "entities", "a list of names in capitals, such as PERSON")
    return {
        "title": title,
        "focus": _texts(table, "focus", pack),
        "figures": float(figures),
        "style": style,
        "entities": entities,
        "patterns": _patterns(table.get("patterns", []), pack),
        "glossary": _glossary(table.get("glossary", {}), pack),
    }


def _known(table: Mapping[str, Any], keys: tuple[str, ...], pack: str) -> None:
    for key in table:
        if key not in keys:
            raise OptionError(
                f"The domain pack {pack} has an unknown key {key!r}.{did_you_mean(key, keys)} "
                f"Keys: {', '.join(keys)}."
            )


def _wrong(pack: str, key: str, wanted: str) -> OptionError:
    return OptionError(f"{key} in the domain pack {pack} must be {wanted}.")


def _texts(table: Mapping[str, Any], key: str, pack: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(x, str) and x.strip() for x in found):
        raise _wrong(pack, key, "a list of texts")
    return tuple(found)


def _patterns(found: Any, pack: str) -> tuple[Pattern, ...]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _wrong(pack, "patterns", "tables, each under [[patterns]]")
    made = []
    for one in found:
        _known(one, _PATTERN_KEYS, pack)
        if "use" in one:
            made.append(_shared(one, pack))
            continue
        entity, expression, score = one.get("entity"), one.get("regex"), one.get("score", 0.6)
        if not isinstance(entity, str) or not _ENTITY.fullmatch(entity):
            raise _wrong(pack, "entity", "a name in capitals, such as CASE_NUMBER")
        if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 < score <= 1:
            raise _wrong(pack, "score", "a number from 0 to 1")
        if not isinstance(expression, str) or not expression:
            raise _wrong(pack, "regex", "a regular expression")
        made.append(Pattern(entity, expression, float(score), _texts(one, "context", pack)))
    return tuple(made)


def _shared(one: Mapping[str, Any], pack: str) -> Pattern:
    name = one["use"]
    if len(one) > 1 or not isinstance(name, str) or name not in SHARED:
        near = did_you_mean(str(name), list(SHARED))
        wanted = f"alone, and the name of a shared pattern ({', '.join(SHARED)})"
        raise OptionError(f"use in the domain pack {pack} must be {wanted}.{near}")
    return SHARED[name]


def _glossary(found: Any, pack: str) -> dict[tuple[str, str], dict[str, str]]:
    wanted = 'tables of terms by pair, such as [glossary.en-fr] with "term" = "terme"'
    if not isinstance(found, dict):
        raise _wrong(pack, "glossary", wanted)
    made: dict[tuple[str, str], dict[str, str]] = {}
    for pair, terms in found.items():
        source, dash, target = pair.partition("-")
        try:
            codes = (languages.parse(source), languages.parse(target)) if dash else None
        except LanguageError:
            codes = None
        if codes is None or not isinstance(terms, dict):
            raise _wrong(pack, f"glossary.{pair}", wanted)
        if not all(isinstance(x, str) and x.strip() for term in terms.items() for x in term):
            raise _wrong(pack, f"glossary.{pair}", wanted)
        made[codes] = dict(terms)
    return made
