"""What the ``metadata.json`` of an Argos Translate package says: languages and a target prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LanguageError
from .json_files import load_json
from .text import languages as known

METADATA = "metadata.json"
# Argos has codes of its own for two ways to write a language.
_ALIASES = {"zt": "zh", "pb": "pt"}


@dataclass(frozen=True, slots=True)
class Package:
    """An Argos package.

    Attributes
    ----------
    source, target
        ISO 639-1 codes of the direction it was made for.
    pairs
        All directions that it names.
    target_prefix
        A token that every output starts with; empty for none.
    """

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    target_prefix: str = ""

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language of the pairs, once."""
        return tuple(dict.fromkeys(code for pair in self.pairs for code in pair))


def read_package(folder: Path) -> Package | None:
    """Return what the metadata in a folder says, or None if there is none of Argos."""
    try:
        table = load_json(folder / METADATA)
        return parse_package(table)
    except (OSError, ValueError):
        return None


def parse_package(table: Any) -> Package:
    """Return what a package's metadata says.

    Raises
    ------
    ValueError
        If it is not that of a package that translates between languages known here; the message
        goes on from the file's name.
    """
    if not isinstance(table, Mapping) or table.get("type") not in (None, "", "translate"):
        raise ValueError("is not that of a package that translates")
    both = _codes(table, "languages")
    sources = _codes(table, "from_code", "from_codes", "source_languages") + both
    targets = _codes(table, "to_code", "to_codes", "target_languages") + both
    pairs = tuple(dict.fromkeys((a, b) for a in sources for b in targets if a != b))
    prefix = table.get("target_prefix") or ""
    if not pairs or not isinstance(prefix, str):
        raise ValueError("does not say from what and to what language it translates")
    return Package(*pairs[0], pairs, prefix)


def _codes(table: Mapping[str, Any], *keys: str) -> list[str]:
    """Return the codes under `keys`: a code, a list of codes, or a list of tables with one."""
    found: dict[str, None] = {}
    for key in keys:
        value = table.get(key)
        for one in value if isinstance(value, list) else [value]:
            code = one.get("code") if isinstance(one, Mapping) else one
            if code:
                found[_parse(code)] = None
    return list(found)


def _parse(code: Any) -> str:
    try:
        return known.parse(_ALIASES.get(code, code) if isinstance(code, str) else "")
    except LanguageError as error:
        raise ValueError("names a language that is not known") from error
