"""``.slm`` files: an installed model in one file, for a machine without a network.

A zip archive, nothing in it compressed::

    slm-magic.json      format, name, revision, hashes, card, and size and SHA-256 of each file
    files/PATH          the files of the model's folder

The same model exported twice gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..catalog import Source
from ..errors import ConversionError, IntegrityError
from ..json_files import parse_json
from ..progress import Progress, bar
from .archive import Archive, is_archive, is_plain_path, open_archive
from .disk import CHUNK, sync

SUFFIX = ".slm"
# Raised when the meaning of what is in the file changes.
FORMAT = 1
_MANIFEST = "slm-magic.json"
_FILES = "files/"
# A card and a hundred files take 30 kB.
_MOST_MANIFEST = 4 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What is shipped with slm-magic is never exported.
_KINDS = ("pypi", "hub", "local")
# What a manifest must say, besides its files and source.
_PLACES = ("repository", "revision", "path")
_TEXTS = ("name", "revision", "sha256")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a ``.slm`` file says of the model in it; nothing of it is taken on trust.

    Attributes
    ----------
    source
        Where the model came from when it was first pulled.
    conversion
        The `convert.CONVERSION` that made its folder.
    versions
        Of the packages that made it.
    files
        By their paths in the model's folder.
    """

    path: Path
    name: str
    revision: str
    sha256: str
    source: Source
    conversion: int
    versions: Mapping[str, str]
    files: Mapping[str, File]

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    def unpack(self, out: Path, *, show: bool) -> None:
        """Write the files into the existing folder `out`, each held against its hash.

        Raises
        ------
        IntegrityError
            If one has another hash.
        ConversionError
            If the file is damaged.
        """
        progress = bar(self.total, what=f"unpack {self.path.name}", unit="B", show=show)
        try:
            with open_archive(self.path) as archive:
                if self != _read(archive, self.path):
                    raise IntegrityError(f"{self.path.name} has changed while it was read.")
                for name, file in self.files.items():
                    target = out / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    digest = archive.unpack(_FILES + name, target, progress.update)
                    if digest != file.sha256:
                        raise IntegrityError(
                            f"{name} in {self.path.name} does not have the SHA-256 written there, so "
                            "nothing was installed; copy the file again, or export it again."
                        )
        finally:
            progress.close()


def is_parcel(path: Path) -> bool:
    """Whether `path` is an archive that holds an exported model.

    Raises
    ------
    ConversionError
        If it is an archive that cannot be trusted.
    """
    if not is_archive(path):
        return False
    with open_archive(path) as archive:
        return _MANIFEST in archive.members


def read_parcel(path: Path) -> Parcel:
    """Return what a ``.slm`` file says, once its members are those that it names.

    Raises
    ------
    ConversionError
        If they are not, or it is damaged, or of a newer format.
    """
    with open_archive(path) as archive:
        return _read(archive, path)


def _read(archive: Archive, path: Path) -> Parcel:
    try:
        table = parse_json(archive.read(_MANIFEST, _MOST_MANIFEST))
        newer = table["format"] > FORMAT
        found = None if newer else _parcel(table, path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, ConversionError):
            raise
        raise _damaged(path, f"its {_MANIFEST} cannot be understood") from error
    if found is None:
        raise ConversionError(
            f"{path.name} was exported by a newer slm-magic; upgrade: pip install -U slm-magic"
        )
    expected = {_FILES + name: file.size for name, file in found.files.items()}
    present = {name: size for name, size in archive.members.items() if name != _MANIFEST}
    if expected.keys() != present.keys():
        raise _damaged(path, "its files are not those that it names")
    if expected != present:
        raise _damaged(path, "its files are not of the sizes that it names")
    if not archive.stored():
        raise _damaged(path, "its files are packed, which no export does")
    return found


def _parcel(table: Mapping[str, Any], path: Path) -> Parcel:
    name, revision, sha256 = (str(table[key]) for key in _TEXTS)
    files = {
        str(file): File(int(its["bytes"]), str(its["sha256"]))
        for file, its in table["files"].items()
    }
    if not all(is_plain_path(file) and _SHA256.fullmatch(f.sha256) for file, f in files.items()):
        raise ValueError("a file's name or hash is none")
    if not _SHA256.fullmatch(sha256) or "model.bin" not in files:
        raise ValueError("no model")
    its = table["card"]["source"]
    if its["kind"] not in _KINDS:
        raise ValueError("a source that is none")
    # The wheels of a catalogue's card are looked up in the catalogue.
    repository, branch, place = (str(its.get(key, "")) for key in _PLACES)
    versions = {str(key): str(value) for key, value in table["versions"].items()}
    return Parcel(
        path, name, revision, sha256, Source(its["kind"], repository=repository, revision=branch, path=place), int(table["conversion"]),
        versions, files,
    )  # fmt: skip


def write_parcel(target: Path, table: Mapping[str, Any], folder: Path, *, show: bool) -> None:
    """Write a model into one file, which appears only when it is whole.

    Parameters
    ----------
    table
        The manifest of the installed model.
    folder
        Where its files lie.
    show
        Whether to show a progress bar.

    Raises
    ------
    IntegrityError
        If a file is not what the manifest says.
    OSError
        If the file cannot be written, or one of the model's read.
    """
    files: Mapping[str, Mapping[str, Any]] = table["files"]
    kept = ("name", "revision", "sha256", "conversion", "versions", "card")
    manifest = {"format": FORMAT, **{key: table[key] for key in kept}, "files": files}
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    total = sum(file["bytes"] for file in files.values())
    progress = bar(total, what=f"export {table['name']}", unit="B", show=show)
    try:
        with zipfile.ZipFile(partial, "x", zipfile.ZIP_STORED) as archive:
            archive.writestr(_info(_MANIFEST), json.dumps(manifest, indent=1, sort_keys=True))
            for name, file in sorted(files.items()):
                _add(archive, folder / name, name, file, progress, str(table["name"]))
        sync(partial)
        os.replace(partial, target)
    finally:
        progress.close()
        partial.unlink(missing_ok=True)
    sync(target.parent)


def _add(
    archive: zipfile.ZipFile,
    path: Path,
    name: str,
    file: Mapping[str, Any],
    progress: Progress,
    model: str,
) -> None:
    info = _info(_FILES + name)
    # Beforehand, so that a file of over 4 GB gets the long form.
    info.file_size = file["bytes"]
    digest, left = hashlib.sha256(), file["bytes"]
    try:
        with path.open("rb") as stream, archive.open(info, "w") as out:
            while left >= 0 and (data := stream.read(CHUNK)):
                left -= len(data)
                digest.update(data)
                out.write(data)
                progress.update(len(data))
    except FileNotFoundError:
        left = -1
    if left or digest.hexdigest() != file["sha256"]:
        raise IntegrityError(
            f"{name} of {model!r} is not as it was pulled, so the model was not exported; "
            f"see: %slm verify {model} (in a shell: slm-magic verify {model})"
        )


def _info(name: str) -> zipfile.ZipInfo:
    # The same time in all, so that the same model gives the same bytes.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _damaged(path: Path, why: str) -> ConversionError:
    return ConversionError(
        f"{path.name} was not unpacked: {why}; copy the file again, or export it again."
    )
