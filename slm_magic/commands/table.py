"""All commands, by name."""

from __future__ import annotations

from ..catalog import Task
from .spec import Command, FrontEnd
from .table_models import MODEL_COMMANDS
from .table_tasks import TASK_COMMANDS

_ALL = (*TASK_COMMANDS, *MODEL_COMMANDS)
COMMANDS: dict[str, Command] = {command.name: command for command in _ALL}


def commands_of(front: FrontEnd) -> tuple[Command, ...]:
    """Return the commands that `front` has."""
    return tuple(command for command in _ALL if command.only in ("", front))


def model_setting(task: Task) -> str:
    """Return the name of the setting that holds the default model of `task`."""
    return f"{task}_model"
