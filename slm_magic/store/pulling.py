"""Pull: fetch, verify, convert, try out, publish. Killed at any point it leaves no half model.

Until the last step everything happens in the staging folder. The last step moves the finished
folder beside the old one and replaces the manifest, which is what makes a model visible. What a
kill leaves behind is either a verified download, which the next pull uses, or rubbish, which
the next pull of that model removes.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile, rmtree
from typing import TYPE_CHECKING

from .. import catalog, sources
from ..catalog import ModelCard, Source, pinned
from ..convert import CONVERSION
from ..convert.token_head import HEAD
from ..errors import ConversionError, ModelError, OptionError, UnknownModelError
from ..progress import Progress, bar
from ..sources import Fetched
from ..sources.disk import disk_errors, need_room, sync, tree_bytes
from ..sources.hub_name import MAIN, HubName, is_hub
from ..sources.local import weights_of
from ..sources.parcel import Parcel, is_parcel, read_parcel
from .describe import check_name, folder_card, is_name, looks_like_path, source_of
from .installed import (
    Installed,
    hash_files,
    list_files,
    read_installed,
    read_manifest,
    write_manifest,
)

if TYPE_CHECKING:
    from .home import Probe, Store

# What of a CTranslate2 folder is copied: what it needs to run, no code.
CT2_SUFFIXES = frozenset({".bin", ".json", ".txt", ".spm", ".model", ".md", ".npz", ".jinja"})
GIVE_NAME = "give yours another: --name NAME (in Python: name='NAME')."


def pull(
    store: Store,
    name_or_path: str | Path,
    *,
    probe: Probe,
    name: str | None,
    force: bool,
    show: bool,
) -> Installed:
    """Do what `Store.pull` documents."""
    card, parcel = _card(name_or_path, name)
    for need in card.requires:
        pull(store, need, probe=probe, name=None, force=False, show=show)
    if card.source.kind == "package":
        return store.resolve(card.name)
    if not force and (found := _current(store, card)) is not None:
        return found
    with store.lock(card.name, wait=lambda: _tell_wait(card.name, show)):
        # Whoever held the lock may have done the work.
        if not force and (found := _current(store, card)) is not None:
            return found
        with disk_errors(store.home):
            return _install(store, card, parcel, probe, show)


def _tell_wait(name: str, show: bool) -> None:
    if show:
        sys.stderr.write(f"Another process is pulling {name!r}; waiting for it to finish.\n")


def _card(name_or_path: str | Path, name: str | None) -> tuple[ModelCard, Parcel | None]:
    """Return the card to pull, and the file that carries the model, if one does.

    Of files of the user's the card is filled in once they are read.
    """
    spec = str(name_or_path)
    if is_hub(name_or_path):
        hub = HubName.parse(spec)
        called = hub.file.removesuffix(".gguf") or hub.repository.partition("/")[2]
        return _unread(name, called, hub.source, hub.source.revision), None
    if looks_like_path(name_or_path):
        path = source_of(Path(name_or_path))
        if is_parcel(path):
            parcel = read_parcel(path)
            return _carried(parcel, name), parcel
        # A folder has no suffix: what follows its last dot is part of its name.
        called = path.stem if path.is_file() else path.name
        return _unread(name, called, Source(kind="local", path=str(path)), "local"), None
    card = catalog.find(spec)
    _keep_name(card, name)
    return card, None


def _keep_name(card: ModelCard, name: str | None) -> None:
    if name is not None and name != card.name:
        raise OptionError(f"{card.name!r} keeps its own name; --name is for models of your own.")


def _carried(parcel: Parcel, name: str | None) -> ModelCard:
    """Return the card of an exported model: the catalogue's, where it is of the same weights."""
    if parcel.source.kind == "local":
        return _unread(name, parcel.name, parcel.source, parcel.revision)
    try:
        card = catalog.find(parcel.name)
    except UnknownModelError:
        if parcel.source.kind == "hub":
            return _unread(name, parcel.name, parcel.source, parcel.revision)
        raise ConversionError(
            f"{parcel.path.name} holds a model of a catalogue that this slm-magic does not have; "
            "use the same slm-magic here as where it was exported."
        ) from None
    its = parcel.source
    same_source = (card.source.kind, card.source.repository) == (its.kind, its.repository)
    if not same_source or card.sha256 not in ("", parcel.sha256):
        raise ConversionError(
            f"{parcel.path.name} holds another {card.name!r} than this slm-magic knows; use the same "
            "slm-magic here as where it was exported."
        )
    _keep_name(card, name)
    return card


def _unread(name: str | None, called: str, source: Source, revision: str) -> ModelCard:
    """Return the card of what is of no catalogue.

    Parameters
    ----------
    name
        What the user calls it, if anything.
    called
        What its files are called.
    """
    name = check_name(name) if name is not None else called.lower().replace(" ", "-")
    if not is_name(name):
        raise OptionError("What the files are called makes no name for a model; " + GIVE_NAME)
    try:
        catalog.find(name)
    except UnknownModelError:
        # Kind and the rest stand in until the files are there to be read.
        return ModelCard(name, "causal", "", (), (), "", source, revision)
    raise OptionError(f"{name!r} is a model of the catalogue; {GIVE_NAME}")


def _current(store: Store, card: ModelCard) -> Installed | None:
    """Return the installed model if a pull of `card` would only install it again.

    Raises
    ------
    OptionError
        If what is installed under that name is another model, which the pull would replace.
    """
    try:
        found = store.get(card.name)
    except ModelError:
        return None  # an unreadable manifest: pull anew
    if found is None or not found.folder.is_dir():
        return None
    if _is_other(found, card):
        raise OptionError(_taken(found, own=not card.tasks))
    if card.source.kind == "local" or found.conversion != CONVERSION:
        return None
    same_source = found.card.source.repository == card.source.repository
    if card.sha256:
        return found if same_source and found.sha256 == card.sha256 else None
    # A branch moves on; what was pulled from it stays until it is asked for with force.
    known = {MAIN, found.revision}
    if not card.tasks:
        # Not of the catalogue's models, whose cards are always today's.
        known.add(found.card.source.revision)
    return found if same_source and card.revision in known else None


def _is_other(found: Installed, card: ModelCard) -> bool:
    """Whether `found` came from another place than `card`; its revision does not count."""
    old, new = found.card.source, card.source
    if card.tasks:
        # The catalogue may move a model of its own, but what a user brought is another one.
        return old.kind == "local" and found.sha256 != card.sha256
    return (old.kind, old.repository, old.path) != (new.kind, new.repository, new.path)


def _taken(found: Installed, *, own: bool) -> str:
    source = found.card.source
    origin = {"hub": str(HubName.of(source)), "local": source.path}.get(source.kind, "PyPI")
    other = "give this one another: --name NAME, or " if own else ""
    return (
        f"{found.name!r} is the name of an installed model from {origin}; {other}"
        "replace that one: --force (in Python: "
        + ("name='NAME' or force=True)." if own else "force=True).")
    )


def _install(
    store: Store, card: ModelCard, parcel: Parcel | None, probe: Probe, show: bool
) -> Installed:
    place, staging = store.place(card.name), store.staging(card.name)
    _clean(store, card.name)
    need = sources.bytes_needed(card, staging) + card.disk_bytes if parcel is None else parcel.total
    need_room(store.home, need)
    staging.mkdir(parents=True, exist_ok=True)
    build = staging / f"build-{uuid.uuid4().hex[:8]}"
    build.mkdir()
    try:
        if parcel is None:
            fetched = sources.fetch(card, staging, show=show, check=_check_early)
            _convert(fetched.path, build, card, show)
        else:
            fetched = Fetched(parcel.path, parcel.revision, parcel.sha256)
            parcel.unpack(build, show=show)
        card = _complete(card, fetched, build)
        probe(build, card)
        folder = _publish(place, build, card, parcel, show)
    finally:
        rmtree(build, ignore_errors=True)
        if parcel is not None or card.source.kind == "local":
            # What lies there was not downloaded, and is where it came from.
            rmtree(staging, ignore_errors=True)
    rmtree(staging, ignore_errors=True)
    _clean(store, card.name, keep=folder)
    found = read_installed(place, shared=False)
    assert found is not None
    return found


def _clean(store: Store, name: str, keep: str | None = None) -> None:
    """Remove what killed pulls left; finished downloads stay."""
    place = store.place(name)
    if keep is None:
        try:
            found = read_installed(place, shared=False)
        except ModelError:
            return
        keep = found.folder.name if found is not None else ""
    if place.is_dir():
        for path in place.iterdir():
            if path.is_dir() and path.name != keep:
                rmtree(path, ignore_errors=True)
            elif path.name.startswith("model.json."):
                path.unlink(missing_ok=True)
    for build in store.staging(name).glob("build-*"):
        rmtree(build, ignore_errors=True)


def _complete(card: ModelCard, fetched: Fetched, build: Path) -> ModelCard:
    if card.tasks:
        return pinned(
            card, revision=fetched.revision, sha256=fetched.sha256, disk_bytes=tree_bytes(build)
        )
    revision = fetched.revision if card.source.kind == "hub" else fetched.sha256[:12]
    return folder_card(build, card.name, card.source, revision=revision, sha256=fetched.sha256)


def _publish(place: Path, build: Path, card: ModelCard, parcel: Parcel | None, show: bool) -> str:
    """Make the finished folder the installed model; return its name."""
    progress = bar(tree_bytes(build), what=f"check {card.name}", unit="B", show=show)
    try:
        files = hash_files(build, progress.update)
    finally:
        progress.close()
    for path in list_files(build):
        sync(path)
    place.mkdir(parents=True, exist_ok=True)
    revision = "".join(c for c in card.revision[:12] if c.isalnum() or c in "._-") or "local"
    # A name of its own, so that the old folder stays whole until the manifest has changed.
    folder = f"{revision}-{uuid.uuid4().hex[:8]}"
    os.replace(build, place / folder)
    try:
        write_manifest(place, card, folder, files, parcel)
    except BaseException:
        table = read_manifest(place)
        if table is None or table["folder"] != folder:
            rmtree(place / folder, ignore_errors=True)
        raise
    return folder


def _check_early(folder: Path) -> None:
    from ..convert.checkpoint import check_before_download

    check_before_download(folder)


def _convert(path: Path, out: Path, card: ModelCard, show: bool) -> None:
    """Turn the files at `path` into a CTranslate2 folder in the empty folder `out`."""
    from ..convert.detect import detect

    if path.is_dir() and (weights := weights_of(path)).suffix == ".gguf":
        path = weights
    found = detect(path)
    if found == "ct2":
        _copy(path, out, card, show)
        return
    convert: Callable[..., None]
    if found == "gguf":
        from ..convert.gguf import convert_gguf as convert
    elif found == "checkpoint":
        from ..convert.checkpoint import convert_checkpoint as convert
    else:
        from ..convert.bert import convert_bert as convert
    with _Bar(card.name, show) as step:
        convert(path, out, progress=step)


def _copy(path: Path, out: Path, card: ModelCard, show: bool) -> None:
    files = [
        f for f in path.iterdir() if f.is_file() and (f.suffix in CT2_SUFFIXES or f.name == HEAD)
    ]
    total = sum(file.stat().st_size for file in files)
    need_room(out, total)
    progress = bar(total, what=f"copy {card.name}", unit="B", show=show)
    try:
        for file in files:
            copyfile(file, out / file.name)
            progress.update(file.stat().st_size)
    finally:
        progress.close()


class _Bar:
    """A bar for a converter, which tells how many bytes it has done of how many."""

    def __init__(self, name: str, show: bool) -> None:
        self._name = name
        self._show = show
        self._bar: Progress | None = None
        self._done = 0

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = bar(total, what=f"convert {self._name}", unit="B", show=self._show)
        self._bar.update(done - self._done)
        self._done = done
