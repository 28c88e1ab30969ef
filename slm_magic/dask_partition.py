"""What a worker does with one partition."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import dask_checkpoint, engine
from .catalog import Task
from .dask_worker import threads, where, while_wanted
from .errors import ModelError, OptionError
from .frames_column import Column
from .frames_map import Target, target_of
from .frames_outcome import Outcome
from .frames_read import read
from .frames_run import run
from .tasks.redact_operators import KEY_VARIABLE

# One partition at a time in a process: a model is loaded once, for all of the worker's threads,
# and must not be loaded anew under a partition that is running.
_turn = threading.Lock()


@dataclass(frozen=True)
class Call:
    """What is asked of each partition.

    Attributes
    ----------
    options
        Of the task, with its defaults.
    checkpoint
        The folder of what is finished, if any.
    """

    task: Task
    options: Mapping[str, Any]
    strict: bool
    checkpoint: str | None


def map_series_part(series: Any, call: Call) -> Any:
    """Return what comes of a partition of a Series, as a pandas Series like it."""
    column = read(series)
    return column.text(_outcome(column, call).texts)


def map_part(frame: Any, call: Call, column: Any, into: str | None, overwrite: bool) -> Any:
    """Return a partition of a DataFrame with the columns of what comes of one of it."""
    target: Target = target_of(frame, column, call.task, call.options, into, overwrite)
    return target.build(_outcome(target.texts, call))


def _outcome(column: Column, call: Call) -> Outcome:
    if not column.uniques:
        return Outcome.empty(0)
    _check_key(call)
    with _turn, engine.thread_share(threads()), _told_where():
        return while_wanted(lambda: _kept_or_made(column, call))


def _kept_or_made(column: Column, call: Call) -> Outcome:
    file = None
    if call.checkpoint is not None:
        file = dask_checkpoint.file_of(call.checkpoint, call.task, call.options, column.uniques)
        kept = dask_checkpoint.load(file, len(column.uniques)) if file is not None else None
        if kept is not None:
            return kept
    made: Outcome = run(
        call.task,
        column,
        call.options,
        lambda outcome: outcome,
        progress=False,
        strict=call.strict,
        quiet=True,
    )
    if file is not None:
        dask_checkpoint.save(file, made)
    return made


def _check_key(call: Call) -> None:
    """Raise where a person would be called differently in each partition.

    Raises
    ------
    OptionError
        If the key is not set in this process.
    """
    if call.task != "redact" or call.options["operator"] == "mask":
        return
    if not os.environ.get(KEY_VARIABLE):
        raise OptionError(
            f"operator {call.options['operator']!r} needs {KEY_VARIABLE}, set to the same value on "
            f"every worker{where(' (it is not on {})')}: without it one value would become "
            "another in each partition."
        )


@contextmanager
def _told_where() -> Iterator[None]:
    """Say on which worker a model is missing or cannot be used."""
    try:
        yield
    except ModelError as error:
        worker = where("Worker {}: ")
        if not worker:
            raise
        raise type(error)(f"{worker}{error}") from error
