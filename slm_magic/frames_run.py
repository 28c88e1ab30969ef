"""A task over a column: each distinct text once, stopped at any moment, gone on with later."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from inspect import Parameter, signature
from itertools import islice
from typing import TYPE_CHECKING, Any

from . import domains
from .catalog import TASKS, Task
from .errors import FlaggedError, Interrupted, OptionError, did_you_mean
from .frames_column import Column, filled, first_rows
from .frames_outcome import Outcome
from .frames_words import Kept
from .tasks import bulk
from .text import languages

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Finished texts that are looked at for the language of those that do not tell by themselves.
TELLING = 1000
# What `resume` takes for what the last interrupted call of this process left.
LAST = "last"


# Options of a task that are no matter of its results.
_OF_THE_CALL = ("progress", "strict", "resume")
# One of the task's own that is none either: where results are kept.
_PLACE = "cache"


@dataclass(frozen=True, slots=True)
class Part:
    """What an interrupted run has, and whose it is.

    Attributes
    ----------
    mark
        Of the column's texts; equal for equal columns in one process.
    """

    task: Task
    options: Mapping[str, Any]
    mark: int
    outcome: Outcome


_last: Part | None = None


def run(
    task: str,
    column: Column,
    given: Mapping[str, Any],
    build: Callable[[Outcome], Any],
    *,
    resume: Any = None,
    part: Callable[[Any], Outcome] | None = None,
    progress: bool = True,
    strict: bool = False,
    quiet: bool = False,
) -> Any:
    """Run a task on a column and return what `build` makes of the outcome.

    Parameters
    ----------
    given
        Options of the task.
    resume
        None, `LAST`, an `Interrupted` or what `part` reads.
    part
        Reads the result that an interrupted run left.
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.
    quiet
        Whether to leave out the line that counts flags, where no bar is shown.

    Raises
    ------
    OptionError
        If there is no such task or option, or nothing to resume.
    Interrupted
        After Ctrl-C, with what `build` makes of the finished rows.
    FlaggedError
        If `strict` and something is flagged.
    SlmMagicError
        Whatever stops the task; `LAST` has the finished rows then as well.
    """
    global _last
    import numpy as np

    known = check_task(task)
    options = check_options(known, given)
    asked = _as_now(options) if column.uniques else options
    outcome = _resumed(known, column, asked, resume, part)
    if resume is not None and progress and not _by_row(known, options):
        print(f"{known} starts again: what it puts in place depends on all rows.", file=sys.stderr)
    weights = np.bincount(column.codes[column.codes >= 0], minlength=len(column.uniques))
    rows = int(weights.sum())
    try:
        if not all(outcome.texts.has()):
            _work(known, column, outcome, weights, progress, options)
        made = build(outcome)
    except KeyboardInterrupt:
        _last = Part(known, asked, mark(column), outcome)
        raise Interrupted(build(outcome), outcome.done(weights), rows, part=_last) from None
    except Exception:
        # Such as a model that cannot be loaded, which only a text far down asked for.
        if done := outcome.done(weights):
            _last = Part(known, asked, mark(column), outcome)
            if progress or not quiet:
                print(
                    f"{done} of {rows} finished; to do only the rest: resume={LAST!r}.",
                    file=sys.stderr,
                )
        raise
    if resume is not None:
        _last = None
    if strict and (count := outcome.flagged(weights)[0]):
        kinds = outcome.flagged(weights)[1]
        raise FlaggedError(
            f"{count} of {len(column.codes)} rows flagged: {', '.join(sorted(kinds))}; run "
            "without strict to see them.",
            made,
        )
    told = outcome.told(weights, len(column.codes))
    if told and (progress or not quiet):
        print(told, file=sys.stderr)
    return made


def _work(
    task: Task,
    column: Column,
    outcome: Outcome,
    weights: npt.NDArray[np.int64],
    progress: bool,
    options: Mapping[str, Any],
) -> None:
    """Run the texts that are not finished, each at its first row, so that messages name that."""
    import numpy as np

    first = first_rows(column.codes, len(column.uniques))[~np.array(outcome.texts.has(), bool)]
    # No list of texts by row: of a million rows it would be as large as the column.
    stands_for = array("q", bytes(8 * len(column.codes)))
    np.frombuffer(stands_for, np.int64)[first] = weights[column.codes[first]]
    bulk.run(
        task,
        (
            column.uniques[code] if weight else None
            for code, weight in zip(column.codes, stands_for, strict=True)
        ),
        lambda row, result: outcome.put(int(column.codes[row]), result),
        progress=progress,
        weights=stands_for,
        **options,
        **_of_before(task, column, outcome, options),
    )


def _of_before(
    task: Task, column: Column, outcome: Outcome, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the finished texts tell about the others: a short one takes their language."""
    if task != "translate" or options.get("source") is not None:
        return {}
    done = (text for text, there in zip(column.uniques, outcome.texts.has(), strict=True) if there)
    told = (languages.detect(text) for text in islice(done, TELLING))
    return {"known": [code for code in told if code is not None]}


def check_task(task: str) -> Task:
    """Return `task` if there is one of that name.

    Raises
    ------
    OptionError
        If there is none.
    """
    for known in TASKS:
        if task == known:
            return known
    raise OptionError(
        f"There is no task {task!r}.{did_you_mean(str(task), TASKS)} Tasks: {', '.join(TASKS)}."
    )


def check_options(task: Task, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task with its defaults, so that equal calls have equal options.

    Raises
    ------
    OptionError
        If the task has no such option, or needs one that is not given.
    """
    call = getattr(import_module(f".tasks.{task}", __package__), task)
    own = {
        name: one
        for name, one in signature(call).parameters.items()
        if one.kind is Parameter.KEYWORD_ONLY and name not in _OF_THE_CALL
    }
    for name in given:
        if name not in own:
            raise OptionError(
                f"{task} has no option {name!r}.{did_you_mean(name, own)} "
                f"Options: {', '.join(own)}."
            )
    options = {name: one.default for name, one in own.items()} | dict(given)
    for name, value in options.items():
        if value is Parameter.empty:
            raise OptionError(f"{task} needs {name}=.")
    return options


def _as_now(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are now: a glossary may be changed in place, and a domain's file."""
    found = deepcopy(dict(options))
    if found.get("domain"):
        found["domain"] = domains.get(found["domain"])
    return found


def mark(column: Column) -> int:
    """Return a number that tells the texts of one column from those of another."""
    found = hash(column.codes.tobytes())
    for text in column.uniques:
        found = hash((found, text))
    return found


def _resumed(
    task: Task,
    column: Column,
    options: Mapping[str, Any],
    resume: Any,
    read: Callable[[Any], Outcome] | None,
) -> Outcome:
    """Return what is finished already."""
    new = Outcome.empty(len(column.uniques))
    if resume is None:
        return new
    part = _part(resume)
    if part is None:
        if read is None:
            raise OptionError("resume takes what an interrupted run left.")
        found = read(resume)
        # The very part that was interrupted here: more is known of it than the column shows.
        if _last is not None and found.texts == _last.outcome.texts and _last.mark == mark(column):
            part = _last
    if part is not None:
        _check_same(part, task, column, options)
        found = part.outcome
    if not _by_row(task, options):
        return new
    # The part stays as it is: it may be resumed from again.
    return Outcome(found.texts.copy(), list(found.flags), found.scores.copy())


def _part(resume: Any) -> Part | None:
    if isinstance(resume, Interrupted):
        if not isinstance(resume.part, Part):
            raise OptionError("resume: that interrupt is not of a column; run without resume.")
        return resume.part
    if isinstance(resume, str):
        if resume != LAST:
            raise OptionError(f"resume takes {LAST!r}, or what an interrupted run left.")
        if _last is None:
            raise OptionError(
                "resume: no column was interrupted in this session, or it was gone on with "
                "already; run without resume."
            )
        return _last
    return None


def _check_same(part: Part, task: Task, column: Column, options: Mapping[str, Any]) -> None:
    if part.task != task:
        raise OptionError(f"resume: the interrupted run was {part.task}, not {task}.")
    other = [
        name
        for name in dict.fromkeys((*options, *part.options))
        if name != _PLACE and options.get(name) != part.options.get(name)
    ]
    if other:
        raise OptionError(
            f"resume: the interrupted run had another {', '.join(other)}; give the same, or run "
            "without resume."
        )
    if part.mark != mark(column):
        raise OptionError(
            "resume: the interrupted run was of other texts or in another order; run without "
            "resume."
        )


def _by_row(task: Task, options: Mapping[str, Any]) -> bool:
    """Whether a row's result is the same whatever else is in the column.

    Tags, hashes and made-up values of one person are alike in all rows, and who is who is known
    from the names of all of them; those of a part would not agree with the rest.
    """
    return task != "redact" or options.get("operator") == "mask"


def part_of(column: Column, texts: Column, flags: Column | None, scores: Any) -> Outcome:
    """Return the outcome that the columns of an interrupted run hold.

    Parameters
    ----------
    flags
        The column of flags; None where only the texts are there.
    scores
        One float a row, NaN for none; None where only the texts are there.

    Raises
    ------
    OptionError
        If that cannot be a part of this column's results.
    """
    import numpy as np

    found = Outcome.empty(len(column.uniques))
    found.texts = Kept(filled(column, texts))
    if flags is not None:
        found.flags[:] = filled(column, flags)
    if scores is not None:
        present = np.flatnonzero(column.codes >= 0)
        found.scores[column.codes[present]] = scores[present]
    return found
