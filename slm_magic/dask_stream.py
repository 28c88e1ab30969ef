"""Finished partitions, one after the other, to whoever asked."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from typing import Any

from .errors import OptionError

# Partitions that a worker process has before it or finished, so that none waits for the client.
PER_WORKER = 2


def stream(collection: Any, *, in_flight: int | None = None) -> Iterator[Any]:
    """Yield the partitions of a dask DataFrame or Series in order, as each is finished.

    Neither the client nor the workers hold the whole: a few partitions run at a time, and one
    that was handed over is forgotten. Ctrl-C, or leaving the loop, cancels those that are left,
    and a worker that is in the middle of one stops.

    Parameters
    ----------
    collection
        What `map_frame` or a method of ``slm`` returned, or any other DataFrame or Series.
    in_flight
        How many partitions run or wait to be handed over at a time; by default two a worker
        process. Without a distributed client one runs at a time, in this process.

    Yields
    ------
    pandas.DataFrame or pandas.Series

    Raises
    ------
    OptionError
        If `collection` or `in_flight` cannot be used.

    Examples
    --------
    >>> for number, part in enumerate(slm_magic.dask.stream(translated)):  # doctest: +SKIP
    ...     part.to_parquet(f"reviews-{number:05}.parquet")
    """
    import dask.dataframe as dd

    if not isinstance(collection, (dd.DataFrame, dd.Series)):
        raise OptionError(
            f"stream takes a dask DataFrame or Series, not {type(collection).__name__}."
        )
    if in_flight is not None and (
        isinstance(in_flight, bool) or not isinstance(in_flight, int) or in_flight < 1
    ):
        raise OptionError("in_flight must be a whole number of at least 1.")
    # Not in this function: what is wrong must be told at the call, not at the first partition.
    return _partitions(collection, in_flight)


def _partitions(collection: Any, in_flight: int | None) -> Iterator[Any]:
    from dask.optimization import cull

    client = _client()
    optimized = collection.optimize()
    if client is None:
        for part in optimized.to_delayed(optimize_graph=False):
            yield part.compute()
        return
    graph = dict(optimized.__dask_graph__())
    keys = iter(optimized.__dask_keys__())
    most = in_flight or PER_WORKER * max(1, len(client.nthreads()))
    running: deque[Any] = deque()
    try:
        more = True
        while more or running:
            while more and len(running) < most:
                key = next(keys, None)
                if key is None:
                    more = False
                else:
                    # Only what the partition is made from goes to the scheduler.
                    running.append(client.get(cull(graph, [key])[0], key, sync=False))
            if running:
                part = running[0].result()
                running.popleft().release()
                yield part
    finally:
        client.cancel(list(running))


def _client() -> Any:
    """Return the distributed client in use, or None."""
    # Not imported: where nobody has, there is no client.
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return None
    try:
        client = distributed.default_client()
    except ValueError:
        return None
    if client.asynchronous:
        raise OptionError("stream is for a client that waits: Client(..., asynchronous=False).")
    return client
