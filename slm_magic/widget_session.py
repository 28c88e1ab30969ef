"""The defaults of the session that the picker is shown in: those of its magics."""

from __future__ import annotations

from typing import Any

from .catalog import Task
from .errors import OptionError
from .settings import read


def _magics() -> Any:
    """Return the magics of this session, or None outside of IPython."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return None
    if "SlmMagics" not in shell.magics_manager.registry:
        # What is picked is for the magics, so they are wanted.
        shell.extension_manager.load_extension("slm_magic")
    return shell.magics_manager.registry["SlmMagics"]


def defaults() -> dict[str, Any]:
    """Return the settings that hold in this session.

    Raises
    ------
    OptionError
        If a setting cannot be used.
    """
    magics = _magics()
    return read() if magics is None else magics.defaults()


def set_default(task: Task, name: str | None) -> None:
    """Make a model the session's default of a task; None lets the task choose.

    Raises
    ------
    OptionError
        Outside of IPython.
    """
    magics = _magics()
    if magics is None:
        raise OptionError("There is no IPython session whose default could be set.")
    setattr(magics, f"{task}_model", name)
