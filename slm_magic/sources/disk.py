"""Files and disk space: hashes, whole-or-nothing copies, and disk errors said in one line."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import DiskFullError, IntegrityError, PullError
from ..stopping import check
from ..tables import size

CHUNK = 1 << 20

_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)

OnBytes = Callable[[int], object]


def sha256_of(path: Path, on_bytes: OnBytes | None = None) -> str:
    """Return the SHA-256 of a file in hexadecimal, telling `on_bytes` how far it came."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            check()
            digest.update(chunk)
            if on_bytes is not None:
                on_bytes(len(chunk))
    return digest.hexdigest()


def is_whole(path: Path, length: int, sha256: str) -> bool:
    """Whether `path` is a file of `length` bytes with that hash; the hash is read last."""
    return path.is_file() and path.stat().st_size == length and sha256_of(path) == sha256


def write_checked(stream: BinaryIO, target: Path, *, length: int, sha256: str, what: str) -> None:
    """Copy `stream` to `target`, which appears only once its hash is right.

    Parameters
    ----------
    length
        Bytes the stream must hold. No more than that is ever written.
    what
        What the file is, for the error message.

    Raises
    ------
    IntegrityError
        If the size or hash differs; nothing is left behind then.
    """
    partial = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    written = 0
    try:
        with partial.open("wb") as out:
            while chunk := stream.read(CHUNK):
                check()
                written += len(chunk)
                if written > length:
                    break
                digest.update(chunk)
                out.write(chunk)
        if written != length or digest.hexdigest() != sha256:
            raise mismatch(what)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def mismatch(what: str) -> IntegrityError:
    """Return the error for a download that is not what the catalogue pins."""
    return IntegrityError(
        f"{what} does not have the SHA-256 that the catalogue pins, so it was deleted and nothing "
        "was installed; pull again, and if it stays so, your package index serves another file."
    )


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a loss of power."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tree_bytes(folder: Path) -> int:
    """Return the bytes of all files under `folder`; files that vanish meanwhile count 0."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(base) / name).stat().st_size
            except OSError:
                continue
    return total


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that holds `folder`, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def need_room(folder: Path, needed: int) -> None:
    """Refuse work that cannot fit on the disk.

    Raises
    ------
    DiskFullError
        If fewer than `needed` bytes are free where `folder` is.
    """
    free = free_bytes(folder)
    if free < needed:
        raise DiskFullError(
            f"Not enough room in {folder}: {size(needed)} needed, {size(free)} free; "
            "make room, or set SLM_MAGIC_HOME to a folder on a larger disk."
        )


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full, full-by-quota or unwritable disk into one clear error."""
    try:
        yield
    except PullError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from error
        if error.errno in _UNWRITABLE:
            raise PullError(
                f"Cannot write to {folder} ({error.strerror}); "
                "set SLM_MAGIC_HOME to a folder that you may write to."
            ) from error
        raise


def disk_full(folder: Path) -> DiskFullError:
    """Return the error for a disk that filled up during a pull."""
    return DiskFullError(
        f"The disk of {folder} is full; make room, or set SLM_MAGIC_HOME to a folder on a larger "
        "disk, and pull again: finished downloads are kept."
    )
