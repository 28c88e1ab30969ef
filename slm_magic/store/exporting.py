"""Export: an installed model into one file, to be pulled from on another machine."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DiskFullError, OptionError
from ..sources.disk import free_bytes
from ..sources.parcel import SUFFIX, write_parcel
from ..tables import size
from .installed import Installed, read_manifest

if TYPE_CHECKING:
    from .home import Store

# What the listing of an archive takes beside the files.
_BESIDE = 1_000_000


def export(store: Store, name: str, path: Path, *, force: bool, show: bool) -> Path:
    """Do what `Store.export` documents."""
    found = store.resolve(name)
    target = _target(path, force)
    if found.card.source.kind == "package":
        needs = " and ".join(found.card.requires)
        raise OptionError(
            f"{found.name!r} is part of slm-magic and needs no file of its own; export {needs}, "
            "which it works over."
        )
    if read_manifest(found.folder.parent) is None:
        raise OptionError(
            f"{found.folder.name!r} was never pulled, so nothing tells whether it is whole; pull it "
            "under a name first."
        )
    if found.shared:
        return _write(found, target, force, show)
    # Nobody pulls it anew or removes it meanwhile.
    with store.lock(found.name):
        return _write(store.resolve(found.name), target, force, show)


def _target(path: Path, force: bool) -> Path:
    target = path.expanduser().absolute()
    if target.suffix != SUFFIX:
        raise OptionError(
            f"An exported model is a file that ends in {SUFFIX}, such as out{SUFFIX}."
        )
    if target.is_dir():
        raise OptionError(f"{target} is a folder; name a file.")
    if not target.parent.is_dir():
        raise OptionError(f"There is no folder {target.parent}; make it first.")
    _refuse_existing(target, force)
    return target


def _refuse_existing(target: Path, force: bool) -> None:
    if target.exists() and not force:
        raise OptionError(f"{target} exists already; replace it: --force (in Python: force=True).")


def _write(found: Installed, target: Path, force: bool, show: bool) -> Path:
    table = read_manifest(found.folder.parent)
    assert table is not None
    needed = sum(file["bytes"] for file in table["files"].values()) + _BESIDE
    if (free := free_bytes(target.parent)) < needed:
        raise DiskFullError(
            f"Not enough room in {target.parent}: {size(needed)} needed, {size(free)} free."
        )
    # Whoever made it while this one waited for the lock.
    _refuse_existing(target, force)
    try:
        write_parcel(target, table, found.folder, show=show)
    except OSError as error:
        if isinstance(error, DiskFullError):
            raise
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFullError(
                f"The disk of {target.parent} is full; nothing was written."
            ) from error
        raise OptionError(f"{target} cannot be written: {error.strerror}") from error
    return target
