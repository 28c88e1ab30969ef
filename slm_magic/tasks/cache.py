"""Results of earlier runs on disk, so that running a column again is instant.

Off unless asked for, and never for redact: what is kept is the user's text. A result is found by
the SHA-256 of everything that it depends on, so another model, option or text is another entry.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Union

from ..errors import CacheError, MissingDependencyError, OptionError
from ..settings import PREFIX
from ..tables import Table
from . import cache_codec
from .results import Result

# Raised when what is kept of a result changes; releases differ by what `bulk.identity` says.
FORMAT = 1
SIZE_VARIABLE = PREFIX + "CACHE_SIZE"
# Gigabytes.
DEFAULT_SIZE = 1.0
DATABASE = "cache.db"
# Seconds to wait for another process that writes.
PATIENCE = 10
HOW_TO_CLEAR = "clear it: %slm cache clear (in a shell: slm-magic cache clear)"

# What a caller may give: False or None for no cache, True for the user's, or a folder.
Place = Union[bool, str, "os.PathLike[str]", None]

# What diskcache raises of a file that is no database of its own making.
_DAMAGE = (sqlite3.Error, OSError, LookupError, TypeError, ValueError, AttributeError)


class CacheWarning(UserWarning):
    """The cache failed during a run, which goes on without it."""


class Cache:
    """Results on disk, by what they depend on.

    Processes and threads may use one folder at the same time.

    Parameters
    ----------
    folder
        Made if it is not there, for the user alone.
    size
        Bytes that it may fill; the entries stored first go first.

    Raises
    ------
    MissingDependencyError
        If diskcache is not installed.
    CacheError
        If the folder cannot be used, or what lies there is damaged.
    """

    def __init__(self, folder: Path, size: int) -> None:
        try:
            import diskcache
        except ImportError as error:
            raise MissingDependencyError("cache", "cache") from error
        from .cache_disk import SETTINGS, TextDisk

        self.folder = folder
        self._failed = False
        self._damage: tuple[type[Exception], ...] = (*_DAMAGE, diskcache.Timeout)
        try:
            _make_private(folder)
            self._kept: Any = diskcache.Cache(
                str(folder), PATIENCE, TextDisk, **{**SETTINGS, "size_limit": size}
            )
        except self._damage as error:
            raise CacheError(
                f"The cache in {folder} cannot be used ({_first_line(error)}); {HOW_TO_CLEAR}, "
                "or run without cache."
            ) from error

    def get(self, identity: object, text: str) -> Result | None:
        """Return the result that was kept, or None.

        Parameters
        ----------
        identity
            Everything beside the text that the result depends on, the task among it, as JSON can
            hold it.
        """
        if self._failed:
            return None
        try:
            kept = self._kept.get(key(identity, text))
        except TypeError:
            return None  # a row that is not ours, which `TextDisk` refuses
        except self._damage as error:
            self._give_up(error)
            return None
        if kept is None:
            return None
        try:
            return cache_codec.decode(text, kept)
        except ValueError:
            return None  # the next result takes its place

    def put(self, identity: object, text: str, result: Result) -> None:
        """Keep a result. Where that fails, a warning says so once and the run goes on."""
        if self._failed:
            return
        value = cache_codec.encode(result)
        try:
            self._kept.set(key(identity, text), value)
        except self._damage as error:
            self._give_up(error)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        self._kept.close()

    def __len__(self) -> int:
        return len(self._kept)

    def volume(self) -> int:
        """Return the bytes that it fills."""
        return int(self._kept.volume())

    def clear(self) -> int:
        """Remove all entries, also from what SQLite keeps beside, and return how many there were."""
        count = int(self._kept.clear())
        # While another process has the file open, the log still holds the texts; where one reads
        # just now SQLite waits for it, and leaves the log if that takes too long.
        self._kept._sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return count

    def _give_up(self, error: Exception) -> None:
        # Hours of work are not thrown away for what only saves time.
        self._failed = True
        warnings.warn(
            f"The cache in {self.folder} failed ({_first_line(error)}); the run goes on without "
            f"it. Should that happen again, {HOW_TO_CLEAR}.",
            CacheWarning,
            stacklevel=3,
        )


def key(identity: object, text: str) -> str:
    """Return what a result is found by: a SHA-256 in hexadecimal digits."""
    return _digest([FORMAT, identity, text])


def marks(identities: Sequence[object]) -> list[str | None]:
    """Return a digest of each of the rows' identities; None for None.

    Rows share the object, which may hold a long glossary, so that it is read once and not for each.
    """
    distinct = {id(one): one for one in identities}
    known = {at: None if one is None else _digest(one) for at, one in distinct.items()}
    return [known[id(one)] for one in identities]


def _digest(value: object) -> str:
    whole = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def default_folder() -> Path:
    """Return the user's folder for kept results; it need not exist."""
    from platformdirs import user_cache_path

    return user_cache_path("slm-magic", appauthor=False) / "results"


def folder_of(place: Place) -> Path | None:
    """Return the folder that a caller's `cache` means, or None for no cache.

    Raises
    ------
    OptionError
        If it is neither a switch nor a folder.
    """
    if place is None or place is False:
        return None
    if place is True:
        return default_folder()
    if not isinstance(place, (str, os.PathLike)) or not str(place).strip():
        raise OptionError("cache must be True, False or a folder.")
    return Path(place).expanduser().absolute()


def open_cache(place: Place) -> Cache | None:
    """Return the cache that a caller's `cache` means, or None for no cache.

    Raises
    ------
    OptionError
        If it is neither a switch nor a folder, or ``SLM_MAGIC_CACHE_SIZE`` is no size.
    MissingDependencyError
        If diskcache is not installed.
    CacheError
        If the folder cannot be used, or what lies there is damaged.
    """
    folder = folder_of(place)
    return None if folder is None else Cache(folder, size_limit())


def size_limit() -> int:
    """Return how many bytes a cache may fill: ``SLM_MAGIC_CACHE_SIZE``, in gigabytes.

    Raises
    ------
    OptionError
        If the variable does not hold a number above 0.
    """
    given = os.environ.get(SIZE_VARIABLE, "").strip()
    if not given:
        return int(DEFAULT_SIZE * 1e9)
    try:
        gigabytes = float(given)
    except ValueError:
        gigabytes = 0.0
    if not (math.isfinite(gigabytes) and gigabytes > 0):
        raise OptionError(
            f"{SIZE_VARIABLE} must be a number of gigabytes above 0; set it right or unset it."
        )
    return int(gigabytes * 1e9)


def describe(folder: Path) -> Table:
    """Return where the kept results are, how many there are and what they fill.

    Raises
    ------
    CacheError
        If what lies there is damaged.
    """
    entries, volume = 0, 0
    if (folder / DATABASE).exists():
        kept = Cache(folder, size_limit())
        entries, volume = len(kept), kept.volume()
        kept.close()
    row = {"folder": str(folder), "entries": entries, "size": volume, "limit": size_limit()}
    return Table(tuple(row), (row,))


def clear(folder: Path) -> int:
    """Remove all kept results, and a damaged database with them.

    Returns
    -------
    int
        The bytes that were freed.
    """
    files = [folder / (DATABASE + end) for end in ("", "-wal", "-shm")]
    before = _bytes(files)
    if not files[0].exists():
        return 0
    try:
        kept = Cache(folder, size_limit())
        kept.clear()
        kept.close()
    except CacheError:
        # Only what cannot be opened is taken away under other processes, which have no use of it.
        for file in files:
            file.unlink(missing_ok=True)
    return max(0, before - _bytes(files))


def _bytes(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _make_private(folder: Path) -> None:
    """Make folder and database for the user alone: they hold texts."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # What SQLite puts beside a database has the permissions of the database.
    os.close(os.open(folder / DATABASE, os.O_CREAT | os.O_RDWR, 0o600))


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
