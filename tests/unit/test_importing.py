"""Advice of other packages stays out of a user's cells, and their own settings stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from slm_magic.importing import heavy_import

NAME = "TRANSFORMERS_NO_ADVISORY_WARNINGS"
# Hides torch as if it were not installed, which is how most users have it.
IMPORT = (
    "import sys; sys.modules['torch'] = None\n"
    "from slm_magic.importing import heavy_import\n"
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
    assert "PyTorch was not found" not in advice("heavy_import()")


@pytest.mark.parametrize("value", [None, "0"])
def test_the_users_own_setting_is_put_back(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, value)
    with pytest.raises(ZeroDivisionError), heavy_import():
        assert os.environ[NAME] == "1"
        raise ZeroDivisionError
    assert os.environ.get(NAME) == value


def test_ctrl_c_waits_until_the_import_is_whole() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        with heavy_import():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("imported")
        done.append("never")
    assert done == ["imported"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_imports_as_ever() -> None:
    handlers = []

    def work() -> None:
        with heavy_import():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]


def test_threads_sleep_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    with heavy_import():
        assert os.environ["OMP_WAIT_POLICY"] == "passive"
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    with heavy_import():
        assert os.environ["OMP_WAIT_POLICY"] == "active"
