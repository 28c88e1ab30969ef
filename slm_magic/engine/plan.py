"""How a model is run on this machine: threads, compute type, batches, memory budget."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from ..errors import OptionError
from .limits import own_limit

Workload = Literal["cell", "bulk"]
ModelKind = Literal["causal", "seq2seq", "encoder"]

# Sentences from which a call counts as bulk: enough batches to keep every worker busy.
BULK_SENTENCES = 256
# Padded tokens a batch. A causal model reads all its weights for each step, so a batch wants
# many sequences: of 32 the 1.5 B starter decodes 64 tokens in a second of a core, of 16 44, of 8
# 28. An encoder or a small translator is best fed from the cache: twice these tokens save it 1 per
# cent of the time and cost half as much memory again, half of them cost 10 per cent.
BATCH_TOKENS = {"causal": 4096, "seq2seq": 2048, "encoder": 4096}
# Sequences a batch: bounds the memory of the decoder's state, and for a causal model how long
# one step, and so an interrupt, can take.
# An encoder's batches run side by side, and a cell's few sentences must make several.
BATCH_SEQUENCES = {"causal": 32, "seq2seq": 64, "encoder": 8}
# With a beam a batch cannot be stopped, so Ctrl-C waits for it before the next call.
BEAM_SEQUENCES = {"causal": 4, "seq2seq": 16, "encoder": 8}
# Sequences that are left when no new batch is opened for those with a much lower limit.
LEAST_SEQUENCES = 12
# Sequences that a batch at the end of bulk work has at the least: batches of a dozen to forty took
# a tenth more time a sentence than full ones.
LAST_SEQUENCES = 32
# Limits this near to half of the highest one are not much lower.
EXTRA_TOKENS = 12
# Share of the machine's memory that loaded models may fill.
MEMORY_SHARE = 0.5


# Cores that are this piece of work's; None for all of the process's.
_share: ContextVar[int | None] = ContextVar("share", default=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings of one loaded model.

    Attributes
    ----------
    inter_threads, intra_threads
        Batches that run side by side, and threads for each.
    max_batch_tokens, max_batch_sequences
        Bounds of a batch; tokens are counted with padding.
    max_beam_sequences
        The bound for decoding with a beam.
    """

    compute_type: str
    inter_threads: int
    intra_threads: int
    max_batch_tokens: int
    max_batch_sequences: int
    max_beam_sequences: int = 16


def cores() -> int:
    """Return how many cores this process may use: its affinity, within its cgroup's limit."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        count = os.cpu_count() or 1
    limit = own_limit()
    # Half a core more is worth a thread, which the system then holds back in part.
    return max(1, count if limit is None else min(count, math.ceil(limit)))


@contextmanager
def thread_share(count: int | None) -> Iterator[None]:
    """Plan for no more than `count` threads meanwhile, in this thread; None for all cores.

    Where several processes share a machine, as dask's workers do, each has its share of cores.
    """
    token = _share.set(count)
    try:
        yield
    finally:
        _share.reset(token)


def plan(kind: ModelKind, workload: Workload = "cell") -> Plan:
    """Return how to run a model.

    One cell wants its answer soon: one batch on all cores. Bulk work on a translator wants
    batches side by side, one core each, which was 3 to 5 per cent faster on two cores and
    scales better on more. A causal model is bound by reading its weights, so its batches are
    never run side by side. An encoder's always are: its layers are so short that threads within
    one batch wait for each other, on a busy machine for most of the time.

    ``SLM_MAGIC_THREADS`` and ``SLM_MAGIC_COMPUTE_TYPE`` override the number of threads and the
    compute type.

    Raises
    ------
    OptionError
        If one of these variables does not hold what it should.
    """
    threads = _environment_int("SLM_MAGIC_THREADS") or min(cores(), _share.get() or cores())
    side_by_side = kind == "encoder" or (kind == "seq2seq" and workload == "bulk")
    return Plan(
        # "default" would run float16 folders as float32 on a CPU.
        compute_type=os.environ.get("SLM_MAGIC_COMPUTE_TYPE") or "int8",
        inter_threads=threads if side_by_side else 1,
        intra_threads=1 if side_by_side else threads,
        max_batch_tokens=BATCH_TOKENS[kind],
        max_batch_sequences=BATCH_SEQUENCES[kind],
        max_beam_sequences=BEAM_SEQUENCES[kind],
    )


def token_batches(
    lengths: Sequence[int],
    plan: Plan,
    *,
    beams: bool = False,
    limits: Sequence[int] | None = None,
) -> Iterator[list[int]]:
    """Yield batches of indices, longest sequences first, within the bounds of `plan`.

    Sequences of like length go together, so that little is padding; the longest first, so that
    a bar's estimate errs on the safe side and memory peaks at once. A sequence longer than the
    bound makes a batch of its own. Where large batches run side by side, the last ones are
    smaller, so that no worker stands idle for long while another ends.

    Parameters
    ----------
    limits
        Of new tokens, one a sequence: where they differ much a new batch begins, or a short
        sentence that loops would run to the limit of the longest.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    most = min(plan.max_batch_sequences, plan.max_beam_sequences if beams else len(order) or 1)
    # A few sequences are shared out among all workers.
    least = min(LAST_SEQUENCES, -(-len(order) // plan.inter_threads))
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        size = max(1, min(most, plan.max_batch_tokens // longest))
        share = -(-(len(order) - start) // plan.inter_threads)
        batch = order[start : start + min(size, max(share, least))]
        if limits is not None:
            low = limits[batch[0]] // 2 - EXTRA_TOKENS
            end = (n for n, i in enumerate(batch) if n >= LEAST_SEQUENCES and limits[i] < low)
            batch = batch[: next(end, len(batch))]
        yield batch
        start += len(batch)


def memory_budget() -> int:
    """Return how many bytes loaded models may fill.

    ``SLM_MAGIC_MEMORY`` gives it in gigabytes; otherwise half of the machine's memory, or
    4 GB where that cannot be read.
    """
    given = _environment_int("SLM_MAGIC_MEMORY")
    if given:
        return given * 1_000_000_000
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 4_000_000_000
    return int(total * MEMORY_SHARE)


def _environment_int(name: str) -> int | None:
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    if not value.isdigit() or int(value) == 0:
        raise OptionError(f"{name} must be a whole number above 0; set it right or unset it.")
    return int(value)
