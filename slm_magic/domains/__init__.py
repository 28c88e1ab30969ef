"""Domain packs: what a field looks for in a text. Data, one TOML file a domain.

A pack is one of those shipped, a file in the user's own folder of packs, or a path that ends in
``.toml``. A user's pack of a shipped name takes its place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..errors import OptionError, did_you_mean
from .patterns import Pattern
from .reading import read

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Domain", "Pattern", "get", "known", "names", "user_folder"]

SUFFIX = ".toml"


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
    patterns
        Further types that redaction finds.
    glossary
        Terms and their translations by pair of languages, such as ``("en", "fr")``.
    source
        ``shipped``, or the file that it was read from.
    """

    name: str
    title: str
    focus: tuple[str, ...] = ()
    figures: float = 0.0
    style: str = ""
    entities: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    glossary: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    source: str = "shipped"

    def terms(self, source: str, target: str) -> Mapping[str, str]:
        """Return the glossary of one pair of languages."""
        return self.glossary.get((source, target), {})


def user_folder() -> Path:
    """Return the folder for packs of the user's own; it need not exist."""
    from platformdirs import user_config_path

    return user_config_path("slm-magic", appauthor=False) / "domains"


def names() -> tuple[str, ...]:
    """Return the names of the domains that are shipped or in the user's folder, sorted."""
    return tuple(sorted(_files()))


def known() -> list[Domain]:
    """Return all domains of `names`.

    Raises
    ------
    OptionError
        If a pack of the user's cannot be read.
    """
    return [get(name) for name in names()]


def get(name: str) -> Domain:
    """Return a domain by its name, or by the path of its file.

    Raises
    ------
    OptionError
        If there is no such domain, or its file is no domain pack; the message says why.
    """
    if name.endswith(SUFFIX) or os.sep in name:
        path = Path(name).expanduser()
        if not path.is_file():
            raise OptionError(f"There is no domain pack {name!r}.")
        return _read(path.stem, path)
    files = _files()
    if name not in files:
        raise OptionError(
            f"There is no domain named {name!r}.{did_you_mean(name, files)} "
            f"Domains: {', '.join(sorted(files))}; or give the path of a .toml file."
        )
    return _read(name, files[name])


def _files() -> dict[str, Any]:
    found: dict[str, Any] = {
        entry.name.removesuffix(SUFFIX): entry
        for entry in resources.files(__package__).iterdir()
        if entry.name.endswith(SUFFIX)
    }
    own = user_folder()
    if own.is_dir():
        found |= {path.stem: path for path in own.glob(f"*{SUFFIX}")}
    return found


def _read(name: str, entry: Any) -> Domain:
    shown = str(entry) if isinstance(entry, Path) and entry.parent != _shipped() else ""
    try:
        text = entry.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"The domain pack {shown or name} cannot be read as UTF-8.") from error
    return _parse(name, text, shown)


def _shipped() -> Path:
    return Path(__file__).parent


# By the text, so that a pack that is being written is read anew when it has changed.
@lru_cache(maxsize=32)
def _parse(name: str, text: str, shown: str) -> Domain:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"The domain pack {shown or name} is not TOML: {error}.") from error
    return Domain(name=name, source=shown or "shipped", **read(table, shown or name))
