"""What a job does: a request's fields become a call of a task or a pull."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import catalog, settings
from ..catalog import Task
from ..commands.parse import Parsed
from ..commands.table import COMMANDS, model_setting
from ..errors import SlmMagicError
from . import paths
from .jobs import Work
from .schemas import NOTEBOOKS

# Grows when a field changes its meaning; the path of the API has it too.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """Work that can be queued; what is wrong with its request was found."""

    task: str
    model: str | None
    work: Work


def encode(**fields: Any) -> bytes:
    """Return the body of an answer."""
    return json.dumps({"version": VERSION, **fields}).encode()


def warm() -> None:
    """Import what every job needs, so that the first one does not wait for it. No model is read."""
    from importlib import import_module

    from .schemas import validator

    import_module("..commands.run", __package__)
    for name in catalog.TASKS:
        import_module(f"..tasks.{name}", __package__)
        validator(name)


def task(name: Task, body: Mapping[str, Any], root: Path | None) -> Prepared:
    """Prepare a task.

    Parameters
    ----------
    body
        As the schema of the task has it.
    root
        The folder that the server shows.

    Raises
    ------
    SlmMagicError
        If a setting cannot be used.
    Refusal
        If a path leads out of `root`, or nothing is there.
    """
    from ..commands import formats, run

    kwargs = arguments(name, body, root)
    # Flags are shown with the result: a setting that makes them errors is for scripts.
    kwargs.pop("strict", None)
    if "glossary" in body:
        kwargs["glossary"] = body["glossary"]
    text = body["text"]

    def work() -> bytes:
        results = formats.many(run.task(name, text, kwargs, progress=False))
        return encode(task=name, results=[one and formats.data(one) for one in results])

    return Prepared(name, kwargs.get("model"), work)


def arguments(command: str, body: Mapping[str, Any], root: Path | None) -> dict[str, Any]:
    """Return the keyword arguments that a body and the settings give for a command's task.

    Raises
    ------
    SlmMagicError
        If a setting cannot be used.
    Refusal
        If a path leads out of `root`, or nothing is there.
    """
    from ..commands import run

    found = COMMANDS[command]
    options = found.options_of("shell")
    given = {option.key: body[option.argument] for option in options if option.argument in body}
    if "model" in given:
        given["model"] = paths.models(root, given["model"])
    if "domain" in given:
        given["domain"] = paths.domain(root, given["domain"])
    return run.arguments(Parsed(found, given), settings.read(root), "shell")


def pull(body: Mapping[str, Any], root: Path | None) -> Prepared:
    """Prepare a pull.

    Raises
    ------
    UnknownModelError, OptionError
        If there is no such model.
    OfflineError
        If the network is needed and forbidden.
    Refusal
        If a path leads out of `root`, or nothing is there.
    """
    from .. import library

    model = paths.model(root, body["model"])
    force = bool(body.get("force"))
    _check_network(model, force)

    def work() -> bytes:
        found = library.pull(model, force=force, name=body.get("name"), progress=False)
        many = found if isinstance(found, list) else [found]
        return encode(
            task="pull", models=[{"name": one.name, "disk": one.disk_bytes} for one in many]
        )

    return Prepared("pull", model, work)


def _check_network(model: str, force: bool) -> None:
    """Refuse at once what would fail as soon as it runs."""
    from .. import sources
    from ..sources.hub_name import is_hub
    from ..store import Store
    from ..store.describe import looks_like_path

    if model == "starters" or looks_like_path(model):
        return
    if is_hub(model):
        sources.need_network(model)
        return
    store, card = Store.default(), catalog.find(model)
    if store.get(model) is not None and not force:
        return
    # A pull that was cut after its last download needs no network to end.
    if card.source.kind != "package" and sources.bytes_needed(card, store.staging(card.name)):
        sources.need_network(model)


def may_use(task: str, model: str | None, name: str) -> bool:
    """Whether a job may use or change the model called `name`.

    Parameters
    ----------
    task, model
        Those of the job. Of a job that names no model, any that does its task counts.
    """
    from ..store import Store

    store = Store.default()
    if model is None:
        does = COMMANDS[NOTEBOOKS[task]].task if task in NOTEBOOKS else task
        used = [one for one in store.list() if does in one.card.tasks]
        return any(name in (one.name, *one.card.requires) for one in used)
    for part in (model, *model.split("+")):
        if part == name or (task == "pull" and part == "starters"):
            return True
        try:
            found = store.resolve(part)
        except (SlmMagicError, OSError):
            continue
        if name in (found.name, *found.card.requires):
            return True
    return False


def defaults(root: Path | None) -> dict[str, Any]:
    """Return the default models: those kept for the user, and those in force.

    The environment and a project's ``pyproject.toml`` come before what is kept.

    Raises
    ------
    OptionError
        If a setting cannot be used.
    """
    kept, force = settings.kept(), settings.read(root)
    return {
        task: {"kept": kept.get(model_setting(task)), "in_force": force.get(model_setting(task))}
        for task in catalog.TASKS
    }
