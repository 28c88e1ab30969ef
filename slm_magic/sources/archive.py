"""Zip archives from anywhere: looked through before a byte is unpacked, and bounded every way.

An archive is refused whole if any member of it is suspect, also one that nobody would unpack: who
made one such member made the others.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ConversionError, SlmMagicError
from .disk import CHUNK, OnBytes

_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
MOST_MEMBERS = 4096
# The largest read that opening an archive may ask for: the list of `MOST_MEMBERS` members with
# names of 200 bytes. Python's zipfile reads that list in one go and makes objects of it.
MOST_LISTING = 1 << 20
# Weights are packed to a half at best, and vocabularies to a fifth. Small members of little
# variety may be packed harder.
MOST_RATIO, FREE_BYTES = 50, 1 << 20
# Encrypted, strongly encrypted, encrypted listing.
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_archive(path: Path) -> bool:
    """Whether `path` is a file that begins as a zip archive does."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) in _HEADS


class Archive:
    """An open archive whose members have all been looked at.

    Attributes
    ----------
    members
        Size in bytes of every file in it, by name. Folders are left out.
    """

    def __init__(self, opened: zipfile.ZipFile, file: str) -> None:
        self._zip = opened
        self._file = file
        self._infos = _checked(opened, file)
        self.members: Mapping[str, int] = {
            name: info.file_size for name, info in self._infos.items()
        }

    def stored(self) -> bool:
        """Whether every member lies there as it is, not compressed."""
        return all(
            info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
            for info in self._infos.values()
        )

    def read(self, name: str, most: int) -> bytes:
        """Return a member of no more than `most` bytes.

        Raises
        ------
        ConversionError
            If it is larger, or damaged.
        """
        if self.members[name] > most:
            raise refused(self._file, f"its {_shown(name)} is far too large")
        parts: list[bytes] = []
        self._copy(name, parts.append)
        return b"".join(parts)

    def unpack(self, name: str, target: Path, on_bytes: OnBytes) -> str:
        """Write a member to `target`, which must not exist, telling `on_bytes` of each part.

        Returns
        -------
        str
            The SHA-256 of what was written.

        Raises
        ------
        ConversionError
            If it is damaged, or not of the size that the archive says.
        """
        digest = hashlib.sha256()
        with target.open("xb") as out:

            def write(data: bytes) -> None:
                out.write(data)
                digest.update(data)
                on_bytes(len(data))

            self._copy(name, write)
        return digest.hexdigest()

    def _copy(self, name: str, take: Callable[[bytes], object]) -> None:
        info = self._infos[name]
        left = info.file_size
        with _errors(self._file):
            stream = self._zip.open(info)
        with stream:
            while True:
                with _errors(self._file):
                    data = stream.read(CHUNK)
                left -= len(data)
                if left < 0 or (not data and left):
                    raise refused(self._file, f"its {_shown(name)} is not of the size it says")
                if not data:
                    return
                take(data)


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive.

    Raises
    ------
    ConversionError
        If it is damaged, or any member has a name or form that no model's file has.
    """
    with path.open("rb") as file:
        with _errors(path.name):
            opened = zipfile.ZipFile(_Bounded(file))
        with opened:
            yield Archive(opened, path.name)


def refused(file: str, why: str) -> ConversionError:
    """Return the error for an archive that is not unpacked."""
    return ConversionError(f"{file} was not unpacked: {why}; get it anew from a place you trust.")


@contextmanager
def _errors(file: str) -> Iterator[None]:
    """Turn all that zipfile raises over a damaged archive into one error."""
    try:
        yield
    except SlmMagicError:
        raise
    # zipfile says NotImplementedError of a packing or version that it does not know.
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError,
        NotImplementedError, RuntimeError, ValueError, OverflowError,
    ) as error:  # fmt: skip
        raise refused(file, "it is damaged or cut short") from error
    except OSError as error:
        # Seeking to where a damaged listing points.
        if error.errno is not None and error.filename is not None:
            raise
        raise refused(file, "it is damaged or cut short") from error


class _Bounded:
    """A file that refuses to hand over more at once than any sound archive needs."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        bounded = 0 <= size <= MOST_LISTING
        data = self._file.read(size if bounded else MOST_LISTING + 1)
        if len(data) > MOST_LISTING:
            raise zipfile.BadZipFile("a listing beyond reason")
        return data

    def seekable(self) -> bool:
        """Return that one can seek in it."""
        return True


def _checked(opened: zipfile.ZipFile, file: str) -> dict[str, zipfile.ZipInfo]:
    infos = opened.infolist()
    if len(infos) > MOST_MEMBERS:
        raise refused(file, f"it has more than {MOST_MEMBERS} members")
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        # The name as it stands there: zipfile cuts its own at a NUL.
        name = info.orig_filename
        if why := _suspect(name.removesuffix("/"), info):
            raise refused(file, f"{why} ({_shown(name)})")
        # Two names that are one on some disks.
        key = unicodedata.normalize("NFC", name.removesuffix("/")).casefold()
        if key in seen:
            raise refused(file, f"a member is there twice ({_shown(name)})")
        seen.add(key)
        if not name.endswith("/"):
            found[name] = info
    return found


def _suspect(name: str, info: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member, or nothing."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a member is a link or a device"
    if not is_plain_path(name):
        return "a member's name leads elsewhere"
    if info.flag_bits & _ENCRYPTED:
        return "a member is encrypted"
    if info.compress_type not in _METHODS:
        return "a member is packed in a way that no model is"
    if info.file_size > FREE_BYTES and info.file_size > MOST_RATIO * info.compress_size:
        return "a member would grow beyond reason"
    return ""


def is_plain_path(name: str) -> bool:
    """Whether `name` is a relative path with ``/`` that stays below where it starts, anywhere."""
    if any(character in '\\:*?"<>|' or not character.isprintable() for character in name):
        return False
    # Windows drops a dot or a space at the end.
    return all(
        part and len(part.encode("utf-8", "replace")) <= 255 and part == part.rstrip(". ")
        for part in name.split("/")
    )


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 60 else name[:57] + "...")
