"""Argos Translate packages: an ``.argosmodel`` archive, or the folder that one was unpacked to.

::

    NAME/metadata.json          languages, target prefix
    NAME/sentencepiece.model    or bpe.model
    NAME/model/                 the CTranslate2 folder
    NAME/stanza/ and others     sentence splitters, left where they are

What is needed is put into one flat folder, as every other CTranslate2 folder is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from shutil import copyfile, rmtree

from ..argos_metadata import METADATA, parse_package
from ..errors import ConversionError
from ..json_files import parse_json
from ..progress import bar
from .archive import is_archive, open_archive
from .disk import OnBytes, need_room

PIECES = ("sentencepiece.model", "bpe.model")
_MODEL = "model/"
_MODEL_SUFFIXES = (".bin", ".json", ".txt")
# Real ones are under 2 kB.
_MOST_METADATA = 1 << 20


def is_argos_folder(path: Path) -> bool:
    """Whether `path` is an unpacked package."""
    return (path / METADATA).is_file() and (path / _MODEL / "model.bin").is_file()


def is_argos_archive(path: Path) -> bool:
    """Whether `path` is an archive that is laid out as a package.

    Raises
    ------
    ConversionError
        If it is an archive that cannot be trusted.
    """
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        return root_of(archive.members) is not None


def root_of(names: Collection[str]) -> str | None:
    """Return what stands before the names of a package's files: ``NAME/``, or nothing."""
    roots = [name.removesuffix(METADATA) for name in names if name.endswith(METADATA)]
    for root in roots:
        if root.count("/") <= 1 and f"{root}{_MODEL}model.bin" in names:
            return root
    return None


def bytes_needed(path: Path) -> int:
    """Return the bytes of a package that are unpacked or copied."""
    if path.is_dir():
        return sum((path / name).stat().st_size for name in _needed(_names(path)))
    with open_archive(path) as archive:
        inside = _inside(archive.members, root_of(archive.members) or "")
        return sum(inside[name] for name in _needed(inside))


def unpack(path: Path, out: Path, *, show: bool) -> None:
    """Put what a package needs to run into the new folder `out`.

    Parameters
    ----------
    path
        The archive or the folder.
    show
        Whether to show a progress bar.

    Raises
    ------
    ConversionError
        If the archive cannot be trusted, or is no package that translates.
    DiskFullError
        If there is no room for it.
    """
    try:
        if path.is_dir():
            _take_folder(path, out, show)
        else:
            _take_archive(path, out, show)
    except BaseException:
        rmtree(out, ignore_errors=True)
        raise


def _take_folder(path: Path, out: Path, show: bool) -> None:
    metadata = path / METADATA
    if metadata.stat().st_size > _MOST_METADATA:
        raise _no_package(path, "its metadata.json is far too large")
    needed = _needed(_names(path))
    _check(path, needed, metadata.read_bytes())

    def take(name: str, target: Path, on_bytes: OnBytes) -> None:
        copyfile(path / name, target)
        on_bytes(target.stat().st_size)

    sizes = {name: (path / name).stat().st_size for name in needed}
    _take(path, out, show, needed, sizes, take)


def _take_archive(path: Path, out: Path, show: bool) -> None:
    with open_archive(path) as archive:
        root = root_of(archive.members)
        if root is None:
            raise _no_package(path, "it has no metadata.json beside a model folder")
        inside = _inside(archive.members, root)
        needed = _needed(inside)
        _check(path, needed, archive.read(root + METADATA, _MOST_METADATA))
        _take(
            path, out, show, needed, inside,
            lambda name, target, on_bytes: archive.unpack(root + name, target, on_bytes),
        )  # fmt: skip


def _inside(members: Mapping[str, int], root: str) -> dict[str, int]:
    """Return the sizes of the members below `root`, by their names there."""
    return {name[len(root) :]: n for name, n in members.items() if name.startswith(root)}


def _take(
    path: Path,
    out: Path,
    show: bool,
    needed: dict[str, str],
    sizes: dict[str, int],
    take: Callable[[str, Path, OnBytes], object],
) -> None:
    total = sum(sizes[name] for name in needed)
    need_room(out.parent, total)
    rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    progress = bar(total, what=f"unpack {path.name}", unit="B", show=show)
    try:
        for name, flat in needed.items():
            take(name, out / flat, progress.update)
    finally:
        progress.close()


def _names(folder: Path) -> list[str]:
    """Return the files of an unpacked package that could be needed."""
    found = [path.name for path in folder.iterdir() if path.is_file()]
    return found + [_MODEL + path.name for path in (folder / "model").iterdir() if path.is_file()]


def _needed(names: Collection[str]) -> dict[str, str]:
    """Return the files that a package needs to run, each with its name in a flat folder."""
    found = {name: name for name in (METADATA, "README.md", *PIECES) if name in names}
    if PIECES[0] in found:
        found.pop(PIECES[1], None)
    for name in sorted(names):
        flat = name.removeprefix(_MODEL)
        inside = name.startswith(_MODEL) and "/" not in flat
        if inside and flat.endswith(_MODEL_SUFFIXES) and flat not in found:
            found[name] = flat
    return found


def _check(path: Path, needed: Collection[str], metadata: bytes) -> None:
    if not any(piece in needed for piece in PIECES):
        raise _no_package(path, f"it has neither {' nor '.join(PIECES)}")
    try:
        table = parse_json(metadata)
    except ValueError as error:
        raise _no_package(path, "its metadata.json is no JSON") from error
    try:
        parse_package(table)
    except ValueError as error:
        raise _no_package(path, f"its metadata.json {error}") from error


def _no_package(path: Path, why: str) -> ConversionError:
    return ConversionError(f"{path.name} is no Argos package that can be used: {why}.")
