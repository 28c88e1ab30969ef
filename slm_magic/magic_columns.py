"""``%slm translate df.review --to fr -o df["review_fr"]``: a column worked on into a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .commands import targets
from .commands.targets import Target
from .errors import Interrupted, OptionError
from .frames_map import map_series
from .frames_read import library_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def run(
    shell: InteractiveShell,
    target: Target,
    source: Any,
    task: str,
    kwargs: Mapping[str, Any],
    *,
    resume: bool,
    progress: bool,
) -> Any:
    """Work on a column, put the texts into another and return that.

    Parameters
    ----------
    kwargs
        Keyword arguments of the task.
    resume
        Whether to do only the rows that are missing in the new column.

    Raises
    ------
    OptionError
        If the frame cannot take the column, or there is nothing to resume.
    KeyboardInterrupt
        After Ctrl-C, with one line; the finished rows are in the column then.
    """
    series = targets.column(target, source)
    if library_of(target.owner, "DataFrame") == "polars" and (
        shell.user_ns.get(target.name) is not target.owner
    ):
        raise OptionError(
            f"{target.shown}: a polars frame never changes, so the name of the new one must be a "
            "variable of the notebook; use -o NAME and with_columns."
        )
    options = dict(kwargs)
    strict = bool(options.pop("strict", False))
    left = targets.earlier(target) if resume else None
    try:
        made = map_series(series, task, options, progress=progress, strict=strict, resume=left)
    except Interrupted as error:
        kept = ""
        if error.done:
            _put(shell, target, error.results)
            kept = f"; kept in {target.shown}; to go on, run it again with --resume"
        line = f"Interrupted: {error.done} of {error.total} finished{kept}."
        raise KeyboardInterrupt(line) from error
    return _put(shell, target, made)


def _put(shell: InteractiveShell, target: Target, series: Any) -> Any:
    frame = targets.put(target, series)
    if frame is not target.owner:
        shell.push({target.name: frame})
    return frame[target.key]
