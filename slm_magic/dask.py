"""``ddf["review"].slm``: tasks on columns that are spread over processes or machines.

``import slm_magic.dask`` gives dask's Series the namespace that `slm_magic.frames` gives those of
pandas::

    import slm_magic.dask
    ddf["review_fr"] = ddf["review"].slm.translate(target="fr")

Nothing runs until the result is computed, or streamed with `stream`. Each worker process loads a
model once and runs one partition at a time, with as many threads as dask gives the worker. Models
must be installed on every worker: docs/scaling.md.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, Union

from .dask_partition import Call, map_part, map_series_part
from .dask_stream import stream
from .errors import MissingDependencyError, OptionError
from .frames_map import map_frame as map_pandas
from .frames_read import read
from .frames_run import check_options, check_task

__all__ = ["SeriesMethods", "map_frame", "stream"]

NAME = "slm"

Folder = Union[str, "os.PathLike[str]", None]


def map_frame(
    ddf: Any,
    *,
    column: Any,
    task: str,
    into: str | None = None,
    overwrite: bool = False,
    strict: bool = False,
    checkpoint: Folder = None,
    **options: Any,
) -> Any:
    """Run a task on a column of a dask DataFrame, lazily, and return one with what comes of it.

    Parameters
    ----------
    ddf
        A dask DataFrame of n rows in p partitions.
    column, task, into, overwrite
        As in `slm_magic.map_frame`: three columns come in, of text, flags and score.
    strict
        Whether a partition with a flagged row is an error.
    checkpoint
        A folder that all workers see. What comes of a partition's texts is kept there as Parquet,
        in a file that only its owner may read, and a partition that finds its file is not worked
        on again: after a worker was lost, or when the whole is run once more. Files are named by
        a digest of texts, options and models, so other ones never meet. They hold the output:
        remove the folder when the run is done. A partition with a text that no installed model
        translates is not kept.
    **options
        Keyword arguments of the task, such as ``target``. Of ``redact``, operator ``tag`` cannot
        be used, and ``hash`` and ``fake`` need ``SLM_MAGIC_HASH_KEY`` on every worker.

    Returns
    -------
    dask.dataframe.DataFrame
        With three columns more; partitions, index and divisions are those of `ddf`.

    Raises
    ------
    OptionError
        If `ddf` is no dask DataFrame, the column is not there or no text, a new column's name is
        taken, or the task has no such option or cannot take it here.

    Examples
    --------
    >>> import slm_magic.dask
    >>> slm_magic.dask.map_frame(
    ...     ddf, column="review", task="translate", target="fr"
    ... )  # doctest: +SKIP
    """
    import dask.dataframe as dd

    if not isinstance(ddf, dd.DataFrame):
        raise OptionError(f"map_frame takes a dask DataFrame, not {type(ddf).__name__}.")
    call = _call(task, options, strict, checkpoint)
    # On no rows: what is wrong with names, columns and options is found here, not on a worker.
    meta = map_pandas(
        ddf._meta, column=column, task=task, into=into, overwrite=overwrite, progress=False,
        **call.options,
    )  # fmt: skip
    return ddf.map_partitions(
        map_part, call, column, into, overwrite, meta=_unknown_categories(meta)
    )


class SeriesMethods:
    """The namespace ``slm`` of a dask Series of text.

    Each method returns a dask Series of text of the same name, dtype, partitions and index. A
    categorical has other categories after it, which dask does not know before they are computed.

    Beside the options of the task, all take ``strict`` and ``checkpoint``: see `map_frame`. All
    raise `OptionError` if the Series is no text or an option cannot be used.
    """

    def __init__(self, series: Any) -> None:
        # Nothing is looked at here: what an accessor raises is shown as a missing attribute.
        self._series = series

    def translate(
        self, *, target: str, strict: bool = False, checkpoint: Folder = None, **options: Any
    ) -> Any:
        """Translate each text; options as in `slm_magic.translate`.

        Examples
        --------
        >>> import slm_magic.dask
        >>> ddf["review"].slm.translate(target="fr").compute()  # doctest: +SKIP
        """
        return self._map("translate", {"target": target, **options}, strict, checkpoint)

    def summarize(self, *, strict: bool = False, checkpoint: Folder = None, **options: Any) -> Any:
        """Summarise each text; options as in `slm_magic.summarize`.

        Examples
        --------
        >>> import slm_magic.dask
        >>> ddf["review"].slm.summarize(sentences=1).compute()  # doctest: +SKIP
        """
        return self._map("summarize", options, strict, checkpoint)

    def redact(
        self,
        *,
        operator: str = "tag",
        strict: bool = False,
        checkpoint: Folder = None,
        **options: Any,
    ) -> Any:
        """Take personal data out of each text; options as in `slm_magic.redact`.

        Operator ``tag``, the default everywhere else, is refused: its numbers would start anew in
        each partition. Which names are one person's is told within a partition.

        Examples
        --------
        >>> import slm_magic.dask
        >>> ddf["review"].slm.redact(operator="mask").compute()  # doctest: +SKIP
        """
        return self._map("redact", {"operator": operator, **options}, strict, checkpoint)

    def _map(self, task: str, options: dict[str, Any], strict: bool, checkpoint: Folder) -> Any:
        call = _call(task, options, strict, checkpoint)
        meta = read(self._series._meta).text([])
        return self._series.map_partitions(map_series_part, call, meta=_unknown_categories(meta))


def _call(task: str, options: dict[str, Any], strict: bool, checkpoint: Folder) -> Call:
    for name in ("progress", "resume"):
        if name in options:
            raise OptionError(
                f"{name} is for frames that are here; on dask, "
                + ("look at its dashboard." if name == "progress" else "give checkpoint='folder'.")
            )
    known = check_task(task)
    given = check_options(known, options)
    if known == "redact" and given["operator"] == "tag":
        raise OptionError(
            "redact on dask cannot take operator 'tag': its numbers would start anew in each "
            "partition, and one tag would mean several people. Take operator='mask', or 'hash' or "
            "'fake' with SLM_MAGIC_HASH_KEY set to the same value on every worker."
        )
    return Call(known, given, strict, _folder(checkpoint))


def _folder(checkpoint: Folder) -> str | None:
    if checkpoint is None:
        return None
    if not isinstance(checkpoint, (str, os.PathLike)) or not str(checkpoint).strip():
        raise OptionError("checkpoint must be a folder.")
    if "://" in str(checkpoint):
        raise OptionError("checkpoint must be a folder that all workers see, not a URL.")
    # Absolute: a worker has another working folder.
    return str(Path(checkpoint).expanduser().absolute())


def _unknown_categories(meta: Any) -> Any:
    """Return `meta` with no categories told: what they become is known when it is computed."""
    from dask.dataframe.utils import clear_known_categories

    return clear_known_categories(meta)


def _register() -> None:
    """Give dask's Series the namespace.

    Raises
    ------
    MissingDependencyError
        If dask's data frames are not installed.
    """
    try:
        from dask.dataframe.extensions import register_series_accessor
    except ImportError as error:
        raise MissingDependencyError("slm_magic.dask", "dask") from error
    with warnings.catch_warnings():
        # Only of a second import, as after a reload: it is our own namespace that is replaced.
        warnings.filterwarnings("ignore", message=f".*{NAME}.*")
        register_series_accessor(NAME)(SeriesMethods)


_register()
