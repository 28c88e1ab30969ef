"""Doing what the commands about models say; both front ends call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, library, settings
from ..catalog import TASKS, Task
from ..errors import OptionError, did_you_mean
from ..store import Store
from ..tables import Table, size
from .parse import Parsed


@dataclass(frozen=True, slots=True)
class Fit:
    """A model that was found to be installed and to do a task."""

    task: Task
    name: str


def fit(task: str, name: str) -> Fit:
    """Return the task and the model's name, if the model is installed and does the task.

    Raises
    ------
    OptionError
        If it does another job, or there is no such task.
    ModelNotInstalledError, UnknownModelError
        If it is not there.
    """
    for known in TASKS:
        if known == task:
            found = Store.default().resolve(name)
            if known not in found.card.tasks:
                raise OptionError(
                    f"{found.name!r} is for {', '.join(found.card.tasks)}, not for {task}. "
                    f"See: %slm models --task {task}"
                )
            return Fit(known, str(name))
    raise OptionError(
        f"There is no task {task!r}.{did_you_mean(task, TASKS)} Tasks: {', '.join(TASKS)}."
    )


def run(parsed: Parsed, *, progress: bool, cache: bool | str | None = None) -> Any:
    """Run one command; return a text to print, or something that shows itself.

    Parameters
    ----------
    cache
        The setting of that name where it is set in a notebook.
    """
    command, words, options = parsed.command.name, list(map(str, parsed.words)), parsed.options
    if command == "pull":
        done = library.pull(
            words,
            force=bool(options.get("force")),
            name=options.get("name"),
            progress=progress,
        )
        return "\n".join(f"{one.name} is installed ({size(one.disk_bytes)})." for one in done)
    if command == "export":
        path = library.export(
            words[0], words[1], force=bool(options.get("force")), progress=progress
        )
        return f"{words[0]} is in {path} ({size(path.stat().st_size)})."
    if command == "models":
        return library.models(options.get("task"), True if options.get("installed") else None)
    if command == "info":
        return library.info(words[0])
    if command == "verify":
        library.verify(words[0])
        return f"{words[0]} is as it was pulled."
    if command == "remove":
        return f"{words[0]} is removed; {size(library.remove(words[0]))} freed."
    if command == "unload":
        names = library.unload(words[0] if words else None)
        return f"Unloaded: {', '.join(names)}." if names else "Nothing was loaded."
    if command == "domains":
        return _domains()
    if command == "cache":
        return _cache(words, options.get("folder") or cache)
    return library.doctor()


def _cache(words: Sequence[str], place: bool | str | None) -> Table | str:
    """Return what the cache holds, or clear it."""
    from ..tasks import cache

    if words not in ([], ["clear"]):
        raise OptionError(f"cache takes 'clear' or nothing.{did_you_mean(words[0], ['clear'])}")
    # The folder that --cache uses, whether or not the setting turns it on.
    folder = cache.folder_of(place or settings.read().get("cache")) or cache.default_folder()
    if not words:
        return cache.describe(folder)
    return f"The cache in {folder} is empty; {size(cache.clear(folder))} freed."


def _domains() -> Table:
    """Return what packs there are and what each brings."""
    columns = ("name", "title", "queries", "patterns", "glossary", "from")
    rows = [
        {
            "name": domain.name,
            "title": domain.title,
            "queries": len(domain.focus),
            "patterns": list(dict.fromkeys(pattern.entity for pattern in domain.patterns)),
            "glossary": [f"{a}-{b}" for a, b in sorted(domain.glossary)],
            "from": domain.source,
        }
        for domain in domains.known()
    ]
    return Table(columns, tuple(rows))
