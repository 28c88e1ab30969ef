"""The user's models: pull, list, inspect, check, remove, unload, and what works here."""

from __future__ import annotations

import html
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import catalog, engine
from .errors import OptionError, did_you_mean
from .sources import offline_variable
from .sources.disk import free_bytes, gigabytes
from .store import Installed, Store

STARTERS = "starters"


@dataclass(frozen=True)
class Table:
    """Rows that show as a table in a notebook and as columns in a terminal."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return f'<table class="slm-magic"><tr>{head}</tr>{body}</table>'


def pull(
    name: str | Path | Iterable[str],
    *,
    progress: bool = True,
    force: bool = False,
    save_as: str | None = None,
) -> list[Installed]:
    """Get models: download, verify, convert, try out, install. What is there is reused.

    Parameters
    ----------
    name
        A name of the catalogue, ``starters``, a path to a CTranslate2 folder or a GGUF file,
        or a list of names.
    progress
        Whether to show bars.
    force
        Get it again; the installed one stays until the new one is whole.
    save_as
        What to call a model that is brought as a path.

    Raises
    ------
    UnknownModelError
        If there is no such name.
    PullError
        If it cannot be fetched; what was installed before is still there.
    ConversionError
        If the files cannot be converted.
    """
    given = [name] if isinstance(name, (str, Path)) else list(name)
    wanted: list[str | Path] = []
    for one in given:
        wanted += [card.name for card in catalog.starters()] if one == STARTERS else [one]
    if save_as is not None and len(wanted) != 1:
        raise OptionError("A name to save under goes with one model only.")
    store = Store.default()
    done = []
    for one in dict.fromkeys(wanted):
        done.append(
            store.pull(one, probe=engine.probe, name=save_as, force=force, progress=progress)
        )
        if force:
            engine.unload(done[-1].name)
    return done


def models(task: str | None = None, installed: bool | None = None) -> Table:
    """List models: those of the catalogue and your own.

    Parameters
    ----------
    task
        Only models for this task.
    installed
        True for installed models only, False for the others only.

    Raises
    ------
    OptionError
        If there is no such task.
    """
    if task is not None and task not in catalog.TASKS:
        raise OptionError(
            f"There is no task {task!r}.{did_you_mean(task, catalog.TASKS)} "
            f"Tasks: {', '.join(catalog.TASKS)}."
        )
    there = {one.name: one for one in Store.default().list()}
    cards = {card.name: card for card in catalog.cards()}
    cards.update({name: one.card for name, one in there.items()})
    rows = []
    for name, card in cards.items():
        has = name in there
        if (task is not None and task not in card.tasks) or installed not in (None, has):
            continue
        size = there[name].disk_bytes if has else card.download_bytes
        rows.append(
            (
                name,
                ", ".join(card.tasks),
                _languages(card.languages),
                gigabytes(size) + ("" if has else " to pull"),
                card.licence,
                "yes" if has else "no",
            )
        )
    if installed is not True:
        for family in catalog.families():
            if task in (None, *family.table["tasks"]):
                licence = str(family.table["licence"])
                rows.append((family.pattern, "translate", "one pair each", "", licence, "no"))
    return Table(("name", "tasks", "languages", "size", "licence", "installed"), tuple(rows))


def info(name: str) -> Table:
    """Tell all about one model: licence, languages, size, source, revision, hash.

    Raises
    ------
    UnknownModelError
        If nothing knows the name.
    """
    store = Store.default()
    found = store.get(name)
    card = found.card if found else catalog.find(name)
    source = card.source
    packages = [f"{p['package']} {p['version']}" for p in source.packages]
    origin = source.repository or source.path or ", ".join(packages[:1] + packages[1:][-1:])
    rows: list[tuple[str, str]] = [
        ("name", card.name),
        ("title", card.title),
        ("for", ", ".join(card.tasks)),
        ("languages", ", ".join(card.languages)),
        ("domain", card.domain),
        ("licence", card.licence),
        ("upstream", card.upstream),
        ("parameters", f"{card.parameters:,}" if card.parameters else ""),
        ("source", f"{source.kind}: {origin}"),
        ("revision", found.revision if found else card.revision),
        ("sha256", found.sha256 if found else card.sha256),
        ("download", gigabytes(card.download_bytes) if card.download_bytes else ""),
        ("on disk", gigabytes(found.disk_bytes) if found else "not installed"),
        ("folder", str(found.folder) if found else f"get it: %slm pull {card.name}"),
        ("what to expect", card.quality),
    ]
    return Table(("", "model"), tuple(row for row in rows if row[1]))


def remove(name: str) -> int:
    """Delete an installed model; return the bytes that were freed.

    Raises
    ------
    ModelNotInstalledError, UnknownModelError
        If it is not there.
    OptionError
        If it lies in a shared folder or is part of slm-magic.
    """
    engine.unload(name)
    return Store.default().remove(name)


def verify(name: str) -> list[str]:
    """Hash an installed model's files again; return what differs, nothing if all is well.

    Raises
    ------
    ModelNotInstalledError, UnknownModelError
        If it is not there.
    """
    return Store.default().verify(name)


def unload(name: str | None = None) -> list[str]:
    """Free the memory of one loaded model, or of all; return their names."""
    return engine.unload(name)


def doctor() -> Table:
    """Tell what works here and what is missing. Never touches the network."""
    import ctranslate2

    from .engine.plan import memory_budget

    store = Store.default()
    offline = offline_variable()
    problems = [f"{name}: {why}" for name, why in store.broken().items()]
    missing = [
        extra
        for extra, module in (("redact", "presidio_analyzer"), ("frames", "pandas"))
        if find_spec(module) is None
    ]
    rows = [
        ("slm-magic", _version("slm-magic")),
        ("python", platform.python_version()),
        ("ctranslate2", ctranslate2.__version__),
        ("ipython", _version("ipython")),
        ("compute types", ", ".join(sorted(ctranslate2.get_supported_compute_types("cpu")))),
        ("cores", str(engine.cores())),
        ("OMP_WAIT_POLICY", os.environ.get("OMP_WAIT_POLICY", "not set")),
        ("memory for models", gigabytes(memory_budget())),
        ("loaded", _names(engine.loaded())),
        ("home", f"{store.home}, {gigabytes(free_bytes(store.home))} free"),
        ("shared", _names(str(path) for path in store.shared)),
        ("installed", _names(one.name for one in store.list())),
        ("broken", _names(problems)),
        ("network", f"forbidden by {offline}" if offline else "used by pull only"),
        ("extras missing", _names(missing)),
        (
            "torch",
            "loaded in this process: two OpenMP runtimes can clash; restart if a call crashes"
            if "torch" in sys.modules
            else "not loaded",
        ),
    ]
    return Table(("", "here"), tuple(rows))


def _languages(codes: Sequence[str]) -> str:
    return ", ".join(codes[:4]) + (f" and {len(codes) - 4} more" if len(codes) > 4 else "")


def _names(found: Iterable[str]) -> str:
    return ", ".join(found) or "none"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
