"""A real kernel, driven as JupyterLab drives one."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

# The loopback package index of the store's tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Ran:
    """What came of one cell."""

    status: str = ""
    ename: str = ""
    evalue: str = ""
    out: str = ""
    err: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)
    traceback: str = ""
    seconds: float = 0.0


class Kernel:
    """A running kernel."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def start(self, code: str) -> str:
        """Send a cell and return its message id."""
        sent: str = self.client.execute(code, store_history=True)
        return sent

    def finish(self, sent: str, timeout: float = 300) -> Ran:
        """Wait for a cell that was sent."""
        ran, begun = Ran(), time.monotonic()
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != sent:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                name = "out" if content["name"] == "stdout" else "err"
                setattr(ran, name, getattr(ran, name) + content["text"])
            elif kind in ("execute_result", "display_data"):
                ran.shown.append(content["data"])
            elif kind == "error":
                ran.traceback = _COLOUR.sub("", "\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == sent:
                break
        content = reply["content"]
        ran.status = content["status"]
        ran.ename, ran.evalue = content.get("ename", ""), content.get("evalue", "")
        ran.seconds = time.monotonic() - begun
        return ran

    def run(self, code: str, timeout: float = 300) -> Ran:
        """Run a cell."""
        return self.finish(self.start(code), timeout)

    def interrupt(self, sent: str, when: Callable[[], bool], timeout: float = 240) -> Ran:
        """Interrupt a running cell as soon as `when` is true; seconds count from there."""
        end = time.monotonic() + timeout
        while not when():
            assert time.monotonic() < end, "the cell never came to where it is interrupted"
            time.sleep(0.02)
        self.manager.interrupt_kernel()
        return self.finish(sent, 60)

    def complete(self, code: str, cursor: int | None = None) -> list[str]:
        """Return what Tab offers, as the whole line that it would make."""
        at = len(code) if cursor is None else cursor
        content = self.client.complete(code, at, reply=True, timeout=60)["content"]
        assert content["status"] == "ok"
        return [code[: content["cursor_start"]] + word for word in content["matches"]]


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """A fresh kernel with the extension loaded; its environment is the test's."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    try:
        made = Kernel(manager)
        assert made.run("%load_ext slm_magic").status == "ok"
        yield made
        made.client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
