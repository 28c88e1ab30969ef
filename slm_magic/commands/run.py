"""Doing what a command line says: options and settings become a task's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import LanguageError, OptionError
from ..settings import convert
from .parse import Parsed
from .spec import FrontEnd
from .table import model_setting

HOW_TO_SET_TARGET = {
    "magic": "--to fr; to keep it: %config SlmMagics.target = 'fr'",
    "shell": "--to fr; to keep it: export SLM_MAGIC_TARGET=fr",
}


def arguments(parsed: Parsed, defaults: Mapping[str, Any], front: FrontEnd) -> dict[str, Any]:
    """Return the keyword arguments of the task.

    Parameters
    ----------
    defaults
        Settings by name; None counts as not set. What neither gives is left to the task.

    Raises
    ------
    LanguageError
        If translate was given no language to translate into.
    OptionError
        If a setting has a value that cannot be used.
    """
    task = parsed.command.task
    if task is None:
        raise OptionError(f"{parsed.command.name} is not a task.")
    found: dict[str, Any] = {}
    for option in parsed.command.options_of(front):
        if not option.argument:
            continue
        value = parsed.options.get(option.key)
        setting = model_setting(task) if option.argument == "model" else option.setting
        if value is None and setting and defaults.get(setting) is not None:
            value = convert(setting, defaults[setting], f"The setting {setting!r}")
        if value is not None:
            found[option.argument] = value
    if task == "translate" and "target" not in found:
        raise LanguageError(
            f"translate needs a language to translate into: {HOW_TO_SET_TARGET[front]}."
        )
    return found


def task(name: str, text: Any, kwargs: Mapping[str, Any], *, progress: bool) -> Any:
    """Run the task called `name` and return its result, or a list of results."""
    if name == "translate":
        from ..tasks.translate import translate

        return translate(text, **kwargs, progress=progress)
    if name == "summarize":
        from ..tasks.summarize import summarize

        return summarize(text, **kwargs, progress=progress)
    from ..tasks.redact import redact

    return redact(text, **kwargs, progress=progress)
