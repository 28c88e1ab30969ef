"""An installed model and the manifest, ``model.json``, that makes it one."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from ..catalog import ModelCard, ModelRef, card_from_table, find, pinned
from ..convert import CONVERSION
from ..errors import ModelLoadError, UnknownModelError
from ..sources.disk import OnBytes, sha256_of, sync
from ..sources.parcel import Parcel
from ..tables import size

MANIFEST = "model.json"
# Raised when a manifest's meaning changes.
FORMAT = 1


@dataclass(frozen=True, slots=True, repr=False)
class Installed:
    """A model that is ready to be loaded.

    Attributes
    ----------
    folder
        The CTranslate2 folder; of a head, the folder of its arrays.
    revision, sha256
        Of the source that it was made from; the hash is the source weights'.
    disk_bytes
        Size of the folder in bytes.
    shared
        Whether it lies in a read-only folder of ``SLM_MAGIC_PATH``.
    created
        When it was pulled, ISO 8601 in UTC; empty for what was not pulled.
    conversion
        The `convert.CONVERSION` that made the folder.
    carried
        The ``.slm`` file that it was pulled from; empty for others.
    """

    name: str
    folder: Path
    card: ModelCard
    revision: str
    sha256: str
    disk_bytes: int = 0
    shared: bool = False
    created: str = ""
    conversion: int = CONVERSION
    carried: str = ""

    def __repr__(self) -> str:
        # The card in full would fill a screen below every `slm.pull(...)` in a notebook.
        return f"<Installed {self.ref}, {size(self.disk_bytes)}, in {self.folder}>"

    @property
    def ref(self) -> ModelRef:
        """What results carry of the model."""
        return ModelRef(self.name, self.revision, self.sha256)


def list_files(folder: Path) -> list[Path]:
    """Return the files under `folder`, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def hash_files(folder: Path, on_bytes: OnBytes | None = None) -> dict[str, dict[str, Any]]:
    """Return size and hash of each file under `folder`, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": sha256_of(path, on_bytes),
        }
        for path in list_files(folder)
    }


def write_manifest(
    place: Path,
    card: ModelCard,
    folder: str,
    files: dict[str, dict[str, Any]],
    parcel: Parcel | None = None,
) -> None:
    """Make the model in ``place/folder`` the installed one, in one step.

    Whoever reads the manifest sees the old one or the new one, also after a loss of power.

    Parameters
    ----------
    parcel
        The file that it was carried in, which says what made the folder.
    """
    table = {
        "format": FORMAT,
        "name": card.name,
        "folder": folder,
        "revision": card.revision,
        "sha256": card.sha256,
        "disk_bytes": sum(file["bytes"] for file in files.values()),
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": {name: version_of(name) or "unknown" for name in ("slm-magic", "ctranslate2")},
        "conversion": CONVERSION,
        "files": files,
        "card": asdict(card),
    }
    if parcel is not None:
        table.update(
            conversion=parcel.conversion, versions=dict(parcel.versions), carried=str(parcel.path)
        )
    partial = place / f"{MANIFEST}.{uuid.uuid4().hex[:8]}"
    try:
        partial.write_text(json.dumps(table, indent=1), encoding="utf-8")
        sync(partial)
        os.replace(partial, place / MANIFEST)
    finally:
        partial.unlink(missing_ok=True)
    sync(place)


def version_of(distribution: str) -> str:
    """Return the installed version of a distribution, or an empty string if it has none."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def read_manifest(place: Path) -> dict[str, Any] | None:
    """Return the manifest in `place`, or None if there is none.

    Raises
    ------
    ModelLoadError
        If it cannot be understood.
    """
    try:
        table = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if table["format"] > FORMAT:
            raise ModelLoadError(
                f"{place.name!r} was pulled by a newer slm-magic; upgrade: pip install -U slm-magic"
            )
        if not isinstance(table["files"], dict) or Path(table["folder"]).name != table["folder"]:
            raise ValueError("not a manifest")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, ModelLoadError):
            raise
        raise ModelLoadError(
            f"The manifest of {place.name!r} cannot be read; pull it again: %slm pull {place.name}, "
            "or a model of your own from where it came"
        ) from error
    return dict(table)


def read_installed(place: Path, *, shared: bool) -> Installed | None:
    """Return the model installed in `place`, or None.

    Raises
    ------
    ModelLoadError
        If its manifest cannot be understood.
    """
    table = read_manifest(place)
    if table is None:
        return None
    try:
        return Installed(
            name=table["name"],
            folder=place / table["folder"],
            card=_card(table),
            revision=table["revision"],
            sha256=table["sha256"],
            disk_bytes=table["disk_bytes"],
            shared=shared,
            created=table["created"],
            conversion=table.get("conversion", 1),
            carried=table.get("carried", ""),
        )
    except (KeyError, TypeError) as error:
        raise ModelLoadError(
            f"The manifest of {place.name!r} cannot be read; pull it again: %slm pull {place.name}, "
            "or a model of your own from where it came"
        ) from error


def _card(table: dict[str, Any]) -> ModelCard:
    """Return the catalogue's card where it is of the same weights, else the manifest's.

    So that prompts and notes improved by a new release reach models pulled before it.
    """
    own = card_from_table(table["card"])
    try:
        card = find(own.name)
    except UnknownModelError:
        return own
    if own.source.kind == "local" or card.sha256 not in ("", own.sha256):
        return own
    if card.source.repository != own.source.repository:
        return own
    return pinned(card, revision=own.revision, sha256=own.sha256)
