"""Advice of other packages stays out of a user's cells, and their own settings stay."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from slm_magic.quiet import no_torch_advice

NAME = "TRANSFORMERS_NO_ADVISORY_WARNINGS"
# Hides torch as if it were not installed, which is how most users have it.
IMPORT = (
    "import sys; sys.modules['torch'] = None\n"
    "from slm_magic.quiet import no_torch_advice\n"
    "from contextlib import nullcontext\n"
    "with {}:\n    import transformers\n"
)


def advice(manager: str) -> str:
    code = IMPORT.format(manager).replace("sys.modules['torch'] = None", HIDE)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stderr


HIDE = (
    "import importlib.util as u; real = u.find_spec\n"
    "u.find_spec = lambda name, *a: None if name == 'torch' else real(name, *a)"
)


def test_the_notice_about_torch_is_not_shown() -> None:
    assert "PyTorch was not found" in advice("nullcontext()")
    assert "PyTorch was not found" not in advice("no_torch_advice()")


@pytest.mark.parametrize("value", [None, "0"])
def test_the_users_own_setting_is_put_back(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, value)
    with pytest.raises(ZeroDivisionError), no_torch_advice():
        assert os.environ[NAME] == "1"
        raise ZeroDivisionError
    assert os.environ.get(NAME) == value
