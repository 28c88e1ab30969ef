"""Which of the processor's instructions CTranslate2 computes with."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

# CTranslate2 reads it once, when it first computes.
VARIABLE = "CT2_FORCE_CPU_ISA"
_PROCESSORS = Path("/proc/cpuinfo")
# What its AVX-512 kernels are compiled for.
_WIDE = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})


def choose_kernels() -> None:
    """Let CTranslate2 use AVX-512 on AMD's processors that have it, unless the user has chosen.

    By itself it takes AVX2 at the most, on any processor. On an EPYC of the Zen 4 kind a small
    encoder took a tenth less time with AVX-512, and a translator up to a twentieth less; others
    were not measured, and are left alone. Last digits differ.
    """
    if VARIABLE not in os.environ and _wide_here(_PROCESSORS):
        os.environ[VARIABLE] = "AVX512"


@cache
def _wide_here(processors: Path) -> bool:
    try:
        return has_wide(processors.read_text(encoding="utf-8", errors="replace"))
    except OSError:  # no Linux
        return False


def has_wide(told: str) -> bool:
    """Return whether all processors of a ``/proc/cpuinfo`` are AMD's and have AVX-512."""
    fields = [line.partition(":") for line in told.splitlines()]
    makers = {value.strip() for name, _, value in fields if name.strip() == "vendor_id"}
    flags = [set(value.split()) for name, _, value in fields if name.strip() == "flags"]
    return makers == {"AuthenticAMD"} and bool(flags) and all(own >= _WIDE for own in flags)
