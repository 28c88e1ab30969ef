"""Pull, list, inspect, check and remove models: the store and the engine put together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, overload

from . import catalog, engine, settings
from .catalog import TASKS, ModelCard
from .diagnose import doctor
from .errors import (
    IntegrityError,
    ModelNotInstalledError,
    OptionError,
    UnknownModelError,
    did_you_mean,
)
from .sources.hub_name import HubName, is_hub
from .sources.local import quoted
from .store import Installed, Store
from .store.describe import looks_like_path
from .tables import Table, size
from .tokenization_family import traits

__all__ = ["STARTERS", "doctor", "export", "info", "models", "pull", "remove", "unload", "verify"]

STARTERS = "starters"


@overload
def pull(  # type: ignore[overload-overlap]  # a str is an iterable of str too
    names: str | Path,
    /,
    *,
    progress: bool = True,
    force: bool = False,
    name: str | None = None,
) -> Installed | list[Installed]: ...
@overload
def pull(
    names: Iterable[str | Path],
    /,
    *,
    progress: bool = True,
    force: bool = False,
    name: str | None = None,
) -> list[Installed]: ...
def pull(
    names: str | Path | Iterable[str | Path],
    /,
    *,
    progress: bool = True,
    force: bool = False,
    name: str | None = None,
) -> Installed | list[Installed]:
    """Download, verify, convert and try out models; what is installed already is left alone.

    The only function that uses the network. It may be interrupted at any time and picks up at
    the last finished download when it is called again.

    Parameters
    ----------
    names
        A name, a list of names, ``"starters"``, ``hf:owner/name`` or ``hf:owner/name@revision``
        for a repository of the Hub, ``hf:owner/name/file.gguf`` for one file of it, or a path to
        a CTranslate2 or Argos folder, a checkpoint folder, or a ``.gguf``, ``.argosmodel`` or
        ``.slm`` file.
    progress
        Whether to show progress bars.
    force
        Pull again what is installed, also over a model from elsewhere that has its name; the
        old files stay until the new ones are whole.
    name
        What to call a model of your own, given by path or ``hf:``.

    Returns
    -------
    Installed, or a list of them
        One for one name; for a list or ``"starters"``, one each.

    Raises
    ------
    UnknownModelError
        If there is no such model; nothing of a list is pulled then.
    OptionError
        If a name cannot be used, or a model from elsewhere has it.
    OfflineError, PackageNotFoundError, IntegrityError, DiskFullError
        If the download fails; what was installed is still there.
    ConversionError, ModelLoadError
        If the files cannot be converted, or the result gives no sensible answer.
    """
    if isinstance(names, Path) or (isinstance(names, str) and names != STARTERS):
        return _pull(names, progress, force, name)
    wanted = _spelt_out([STARTERS] if isinstance(names, str) else names)
    if name is not None and len(wanted) != 1:
        raise OptionError("A name of your own can be given to one model only, not to several.")
    _check_known(wanted)
    return [_pull(one, progress, force, name) for one in wanted]


def _spelt_out(names: Iterable[str | Path]) -> list[str | Path]:
    """Return the names with ``starters`` replaced by what it stands for, each once."""
    found: dict[str | Path, None] = {}
    for one in names:
        more = [card.name for card in catalog.starters()] if one == STARTERS else [one]
        found.update(dict.fromkeys(more))
    return list(found)


def _pull(name: str | Path, progress: bool, force: bool, save_as: str | None) -> Installed:
    store = Store.default()
    before = {one.name: one.folder for one in store.list()}
    found = store.pull(name, probe=engine.probe, name=save_as, force=force, progress=progress)
    if before.get(found.name, found.folder) != found.folder:
        # The old folder is gone; the next use loads the new one.
        engine.unload(found.name)
    return found


def _check_known(names: Iterable[str | Path]) -> None:
    """Refuse a misspelt name before the first byte is downloaded."""
    for name in names:
        if not looks_like_path(name) and not is_hub(name):
            catalog.find(str(name))


def models(task: str | None = None, installed: bool | None = None) -> Table:
    """Return what can be pulled and what is installed.

    Parameters
    ----------
    task
        Only models for ``translate``, ``summarize`` or ``redact``.
    installed
        True for installed models only, False for those that are not.

    Raises
    ------
    OptionError
        If there is no such task.
    """
    if task is not None and task not in TASKS:
        raise OptionError(
            f"There is no task {task!r}.{did_you_mean(task, TASKS)} Tasks: {', '.join(TASKS)}."
        )
    here = {found.name: found for found in Store.default().list()}
    cards = {card.name: card for card in catalog.cards()}
    cards.update((name, found.card) for name, found in here.items())
    rows = [_row(card, here.get(name)) for name, card in cards.items()]
    rows.extend(_family_row(family) for family in catalog.families())
    rows = [
        row
        for row in rows
        if (task is None or task in row["tasks"])
        and (installed is None or row["installed"] == installed)
    ]
    columns = ("name", "tasks", "languages", "licence", "download", "disk", "installed")
    return Table(columns, tuple(rows))


def _row(card: ModelCard, found: Installed | None) -> dict[str, Any]:
    return {
        "name": card.name,
        "title": card.title,
        "kind": card.kind,
        "pattern": False,
        "tasks": list(card.tasks),
        "languages": list(card.languages),
        "pairs": [f"{source}-{target}" for source, target in card.pairs],
        "domain": card.domain,
        "licence": card.licence,
        "parameters": card.parameters,
        "download": card.download_bytes,
        "disk": found.disk_bytes if found is not None else card.disk_bytes,
        "starter": card.starter,
        "requires": list(card.requires),
        "installed": found is not None,
        "shared": found is not None and found.shared,
        "removable": found is not None and not found.shared and card.source.kind != "package",
        "quality": card.quality,
    }


def _family_row(family: catalog.Family) -> dict[str, Any]:
    # Any pair does to read what all of the family share.
    source, target = family.languages[:2]
    row = _row(family.card(source, target), None)
    return {
        **row,
        "name": family.pattern,
        "title": family.table["title"],
        "pattern": True,
        "languages": list(family.languages),
        "pairs": [],
    }


def info(name: str | Path) -> Table:
    """Return what is known of one model: licence, languages, sizes, source, revision, hash.

    Raises
    ------
    UnknownModelError
        If there is no such model.
    ModelNotInstalledError
        If it is a repository of the Hub, of which nothing is known before the pull.
    """
    store = Store.default()
    try:
        found: Installed | None = store.resolve(name)
    except ModelNotInstalledError:
        if is_hub(name):
            raise
        found = None
    card = found.card if found is not None else catalog.find(str(name))
    source = card.source
    pairs = [
        ("name", card.name),
        ("title", card.title),
        ("tasks", list(card.tasks)),
        ("kind", card.kind),
        ("family", card.family),
        ("languages", list(card.languages)),
        ("pairs", [f"{a} to {b}" for a, b in card.pairs]),
        ("targets", _targets(found)),
        ("domain", card.domain),
        ("licence", card.licence),
        ("parameters", f"{card.parameters:,}" if card.parameters else ""),
        ("context", f"{card.context:,} tokens" if card.context else ""),
        ("works over", list(card.requires)),
        ("upstream", card.upstream),
        ("source", _origin(card)),
        ("carried in", found.carried if found is not None else ""),
        ("revision", found.revision if found is not None else card.revision or source.revision),
        ("sha256", found.sha256 if found is not None else card.sha256),
        ("download", card.download_bytes),
        ("disk", found.disk_bytes if found is not None else card.disk_bytes),
        ("quality", card.quality),
        ("installed", found is not None),
        ("pulled", found.created if found is not None else ""),
        ("path", str(found.folder) if found is not None else ""),
    ]
    if found is not None and found.shared:
        pairs.append(("shared", True))
    # False is an answer, and equals 0.
    kept = [(key, value) for key, value in pairs if value is False or value not in ("", [], 0)]
    return Table(("field", "value"), tuple(_field(key, value) for key, value in kept))


def _targets(found: Installed | None) -> list[str]:
    """Return what an OPUS model of several targets is told before a text, by language."""
    if found is None or found.card.family != "opus" or not found.folder.is_dir():
        return []
    return [f"{code} {token}" for code, token in traits(found.folder).tokens.items()]


def _field(key: str, value: Any) -> dict[str, Any]:
    shown = size(value) if key in ("download", "disk") else value
    return {"field": key, "value": shown}


def _origin(card: ModelCard) -> str:
    source = card.source
    if source.kind == "hub":
        return f"Hub, {source.repository}" + (f", {source.path}" if source.path else "")
    if source.kind == "local":
        return source.path
    if source.kind == "package":
        return "shipped with slm-magic"
    first = f"{source.packages[0]['package']} {source.packages[0]['version']}"
    more = len(source.packages) - 1
    return f"PyPI, {first}" + (f" and {more} more parts" if more else "")


def remove(name: str) -> int:
    """Unload a model and delete it from the disk; it is the user's default no more.

    Returns
    -------
    int
        Bytes that were freed.

    Raises
    ------
    ModelNotInstalledError, UnknownModelError
        If it is not there.
    OptionError
        If it lies in a shared folder or is part of slm-magic.
    """
    engine.unload(name)
    freed = Store.default().remove(name)
    settings.forget_model(name)
    return freed


def verify(name: str) -> Installed:
    """Read every file of an installed model again and compare it with what was pulled.

    Raises
    ------
    IntegrityError
        If a file has changed, is missing, or does not belong there.
    ModelNotInstalledError, UnknownModelError
        If it is not installed.
    """
    store = Store.default()
    problems = store.verify(name)
    if problems:
        shown = ", ".join(problems[:3]) + (" and more" if len(problems) > 3 else "")
        found = store.resolve(name)
        call = f"pull {_pulled_as(found)} --force"
        mend = f"run: %slm {call} (in a shell: slm-magic {call})"
        if found.card.source.kind == "package":
            mend = "run: pip install --force-reinstall --no-deps slm-magic"
        raise IntegrityError(f"{name!r} is not as it was pulled: {shown}; {mend}")
    return store.resolve(name)


def _pulled_as(found: Installed) -> str:
    """Return what a pull is given to get an installed model again."""
    source = found.card.source
    origin = str(HubName.of(source)) if source.kind == "hub" else quoted(source.path)
    if found.carried:
        origin = quoted(found.carried)
    try:
        catalog.find(found.name)
    except UnknownModelError:
        return f"{origin} --name {found.name}" if origin else found.name
    return origin if found.carried else found.name


def export(name: str, path: str | Path, /, *, force: bool = False, progress: bool = True) -> Path:
    """Write an installed model into one file, to be pulled on a machine without a network.

    Parameters
    ----------
    name
        An installed model. Of ``pii-minilm`` and other heads, name the model they work over.
    path
        The file to write, which ends in ``.slm``; it appears only when it is whole.
    force
        Replace the file if it exists.
    progress
        Whether to show a progress bar.

    Returns
    -------
    Path
        The file; on the other machine: ``pull(file)``.

    Raises
    ------
    ModelNotInstalledError, UnknownModelError
        If the model is not installed.
    OptionError
        If the model is part of slm-magic or was never pulled, or the file exists or cannot be
        written.
    IntegrityError
        If a file of the model is not as it was pulled.
    DiskFullError
        If there is no room.
    """
    return Store.default().export(name, Path(path), force=force, progress=progress)


def unload(name: str | None = None) -> list[str]:
    """Free the memory of one loaded model, or of all.

    Returns
    -------
    list of str
        Names of the models that were unloaded.
    """
    return engine.unload(name)
