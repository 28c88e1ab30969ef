"""CTranslate2 is told of AVX-512 where it does not use it by itself, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slm_magic.engine import kernels

WIDE = "avx2 avx512f avx512bw avx512cd avx512dq avx512vl avx512_vnni"


def cpuinfo(maker: str, *flags: str) -> str:
    """Return what Linux tells of processors with these flags."""
    return "\n".join(
        f"processor\t: {number}\nvendor_id\t: {maker}\nflags\t\t: fpu {own}\n"
        for number, own in enumerate(flags)
    )


def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the variable away, and put it back as it was whatever is set meanwhile."""
    # Taking away what is not there would leave nothing to put back.
    monkeypatch.setenv(kernels.VARIABLE, "")
    monkeypatch.delenv(kernels.VARIABLE)


@pytest.mark.parametrize(
    ("told", "wide"),
    [
        (cpuinfo("AuthenticAMD", WIDE, WIDE), True),
        # A process may be moved to the other one.
        (cpuinfo("AuthenticAMD", WIDE, "avx2"), False),
        (cpuinfo("AuthenticAMD", "avx2 avx512f"), False),
        # There it was not measured.
        (cpuinfo("GenuineIntel", WIDE), False),
        ("Features\t: fp asimd\n", False),
        ("", False),
    ],
)
def test_who_is_told(
    told: str, wide: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(told)
    monkeypatch.setattr(kernels, "_PROCESSORS", file)
    absent(monkeypatch)
    kernels.choose_kernels()
    assert os.environ.get(kernels.VARIABLE) == ("AVX512" if wide else None)
    # What the user has chosen stays.
    monkeypatch.setenv(kernels.VARIABLE, "AVX2")
    kernels.choose_kernels()
    assert os.environ[kernels.VARIABLE] == "AVX2"


def test_a_system_without_that_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "_PROCESSORS", tmp_path / "none")
    absent(monkeypatch)
    kernels.choose_kernels()
    assert kernels.VARIABLE not in os.environ
