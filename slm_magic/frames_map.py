"""Tasks on the columns of pandas and polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .catalog import Task
from .errors import OptionError, did_you_mean
from .frames_column import Column
from .frames_outcome import Outcome
from .frames_read import library_of, read
from .frames_run import check_options, check_task, part_of, run
from .text import languages

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def map_series(
    series: Any,
    task: str,
    options: Mapping[str, Any],
    *,
    progress: bool = True,
    strict: bool = False,
    resume: Any = None,
) -> Any:
    """Run a task on a Series of text and return a Series of its results' texts.

    See `frames.SeriesMethods` for the parameters and what is raised.
    """
    column = read(series)
    return run(
        task,
        column,
        options,
        lambda outcome: column.text(outcome.texts),
        resume=resume,
        part=lambda left: part_of(column, read(left), None, None),
        progress=progress,
        strict=strict,
    )


def map_frame(
    df: Any,
    *,
    column: Any,
    task: str,
    into: str | None = None,
    overwrite: bool = False,
    progress: bool = True,
    strict: bool = False,
    resume: Any = None,
    **options: Any,
) -> Any:
    """Run a task on a column of a data frame and return a new frame with what came of it.

    Each distinct text is worked on once. The frame that is given stays as it is.

    Parameters
    ----------
    df
        A pandas or polars DataFrame of n rows.
    column
        Name of a column of text. Rows that are missing (None, NaN, ``pandas.NA``, null) stay so.
    task
        ``translate``, ``summarize`` or ``redact``.
    into
        Name of the new column of text; by default the column's with the language, ``_summary`` or
        ``_redacted`` behind it, as in ``review_fr``. Two more columns come with it:
        ``<into>_flags`` has the kinds of each row's flags, joined by commas, an empty text where
        there are none; ``<into>_score`` has a float, missing where there is none: of a
        translation the mean log-probability a token, where the model gives one; of an extractive
        summary the mean cosine of its sentences; of a redaction the lowest score of what was
        taken out.
    overwrite
        Whether columns of these names may be replaced.
    progress
        Whether to show a bar, and how many rows are flagged at the end.
    strict
        Whether to raise when a row is flagged.
    resume
        What an interrupted call on the same column left, to do only the rows that are missing in
        it: the `Interrupted`, its ``results``, or ``"last"`` for the last one of this process.
        ``redact`` starts again, but with operator ``mask``: what it puts in place depends on all
        rows.
    **options
        Keyword arguments of the task, such as ``target``.

    Returns
    -------
    DataFrame
        Of the same library, with three columns more and the same rows in the same order.

    Raises
    ------
    OptionError
        If `df` is no frame, the column is not there or no text, a new column's name is taken, the
        task has no such option, or `resume` is of another column or call.
    ModelNotInstalledError
        If the model has not been pulled; the message names the command that does.
    Interrupted
        After Ctrl-C; its ``results`` are the frame with the finished rows.
    FlaggedError
        If `strict` and a row is flagged; its ``results`` are the frame.

    Examples
    --------
    >>> import slm_magic as slm
    >>> slm.map_frame(df, column="review", task="translate", target="fr")  # doctest: +SKIP
    """
    known = check_task(task)
    given = check_options(known, options)
    target = target_of(df, column, known, given, into, overwrite)
    return run(
        known,
        target.texts,
        given,
        target.build,
        resume=resume,
        part=lambda left: _part(target.texts, left, target.names),
        progress=progress,
        strict=strict,
        quiet=True,
    )


@dataclass(frozen=True, slots=True)
class Target:
    """A frame, its column of text, and the names of the columns that are to come in."""

    df: Any
    texts: Column
    names: Sequence[Any]

    def build(self, outcome: Outcome) -> Any:
        """Return a new frame with the columns of text, flags and score."""
        made = (
            self.texts.text(outcome.texts),
            self.texts.words(outcome.flags),
            self.texts.numbers(outcome.scores),
        )
        return _with(self.df, dict(zip(self.names, made, strict=True)))


def target_of(
    df: Any, column: Any, task: Task, options: Mapping[str, Any], into: str | None, overwrite: bool
) -> Target:
    """Read the column of a frame; see `map_frame` for the parameters and what is raised."""
    series = _column(df, column)
    names = [_label(df, name) for name in _names(column, task, options, into)]
    taken = [name for name in names if name in list(df.columns)]
    if taken and not overwrite:
        raise OptionError(
            f"The frame already has a column {taken[0]!r}; name another with into=, or replace "
            "it with overwrite=True."
        )
    return Target(df, read(series), names)


def _column(df: Any, column: Any) -> Any:
    """Return the column, or say what is wrong with the frame or the name."""
    if not library_of(df, "DataFrame"):
        if library_of(df, "LazyFrame"):
            raise OptionError("map_frame takes a frame that is there: call .collect() first.")
        if library_of(df, "Series"):
            raise OptionError(
                "map_frame takes a data frame; for a Series: import slm_magic.frames, then "
                "series.slm.translate(target='fr')."
            )
        raise OptionError(f"map_frame takes a pandas or polars DataFrame, not {type(df).__name__}.")
    names = list(df.columns)
    if column not in names:
        meant = did_you_mean(column, [n for n in names if isinstance(n, str)])
        raise OptionError(f"The frame has no column {column!r}.{meant}")
    if names.count(column) > 1:
        raise OptionError(f"The frame has {names.count(column)} columns {column!r}; rename one.")
    return df[column]


def _names(column: Any, task: str, options: Mapping[str, Any], into: str | None) -> Sequence[str]:
    if into is None:
        if isinstance(column, tuple):
            raise OptionError("Name the new column with into=: this one's name has several parts.")
        endings = {"summarize": "summary", "redact": "redacted"}
        into = f"{column}_{endings.get(task) or languages.parse(options['target'])}"
    if not isinstance(into, str) or not into:
        raise OptionError("into must be the name of a column, a str that is not empty.")
    return into, f"{into}_flags", f"{into}_score"


def _label(df: Any, name: str) -> Any:
    """Return how a frame calls a column: where names have several parts, the others are empty."""
    more = getattr(df.columns, "nlevels", 1) - 1
    return (name, *[""] * more) if more else name


def _with(df: Any, columns: Mapping[Any, Any]) -> Any:
    if library_of(df, "DataFrame") == "polars":
        return df.with_columns([series.alias(name) for name, series in columns.items()])
    made = df.copy(deep=False)
    for name, series in columns.items():
        # By position: an index may name two rows alike.
        made[name] = series.array
    return made


def _part(column: Column, left: Any, names: Sequence[Any]) -> Outcome:
    """Return the outcome that an interrupted frame, or its column of text, holds."""
    if not library_of(left, "DataFrame"):
        return part_of(column, read(left), None, None)
    missing = [name for name in names if name not in list(left.columns)]
    if missing:
        raise OptionError(f"resume: that frame has no column {missing[0]!r}.")
    text, flags, score = (left[name] for name in names)
    return part_of(column, read(text), read(flags), _floats(score))


def _floats(series: Any) -> npt.NDArray[np.float64]:
    import numpy as np

    try:
        return np.asarray(series.to_numpy(), np.float64)
    except (TypeError, ValueError) as error:
        raise OptionError("resume: the column of scores does not hold numbers.") from error
