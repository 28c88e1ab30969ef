"""Domain packs: what a field looks for in a text. Data, one TOML file a domain."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..errors import OptionError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Domain:
    """What a field looks for.

    Attributes
    ----------
    focus
        Queries that an extractive summary compares sentences with.
    figures
        Added to the relevance (a cosine) of a sentence that gives a figure.
    style
        A sentence added to the instruction of an abstractive summary.
    entities
        Types that redaction takes out, of all languages; none given means all.
    """

    name: str
    title: str
    focus: tuple[str, ...]
    figures: float = 0.0
    style: str = ""
    entities: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """Return the names of the domains that are shipped, sorted."""
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in resources.files(__package__).iterdir()
            if entry.name.endswith(".toml")
        )
    )


@cache
def get(name: str) -> Domain:
    """Return a domain by name.

    Raises
    ------
    OptionError
        If there is no such domain.
    """
    known = names()
    if name not in known:
        raise OptionError(
            f"There is no domain named {name!r}.{did_you_mean(name, known)} "
            f"Domains: {', '.join(known)}."
        )
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    for key in ("focus", "entities"):
        table[key] = tuple(table.get(key, ()))
    return Domain(name=name, **table)
