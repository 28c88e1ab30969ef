"""One ``pip download`` as a child process that ends when its parent does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import rmtree

from ..errors import OfflineError, PackageNotFoundError, PullError
from ..processes import kill
from .disk import disk_full, free_bytes, tree_bytes
from .network import reason_in

# pip itself, with a thread that reads standard input: when the parent is gone, however it went,
# the pipe closes and the child ends instead of downloading on for nobody. The working folder is
# taken off the path first: a notebook's own random.py is not for pip to import.
_CHILD = """
import sys
sys.path[:] = [path for path in sys.path if path]
import os, runpy, threading
def watch():
    while os.read(0, 1):
        pass
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""

_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    # Why an index could not be read, pip tells only at this level.
    "-vv",
)
# A disk with less free than this is the reason why pip failed.
_FULL_BYTES = 1_000_000

_NO_PIP = re.compile(r"No module named '?pip\b")
_NO_ROOM = re.compile(r"No space left on device|Disk quota exceeded|not enough space", re.I)
_NOT_FOUND = re.compile(
    r"No matching distribution found|Could not find a version|HTTP error 404|404 Client Error", re.I
)


class PipDownload:
    """A running ``pip download`` of one wheel into a folder of its own.

    Parameters
    ----------
    attempt
        Folder that this download makes and fills; `close` removes it.
    """

    def __init__(self, package: str, version: str, attempt: Path) -> None:
        self._label = f"{package} {version}"
        self._attempt = attempt
        self._out = attempt / "out"
        self._seen = 0
        temporary = attempt / "tmp"
        for folder in (self._out, temporary):
            folder.mkdir(parents=True)
        command = [sys.executable, "-c", _CHILD, "download", *_OPTIONS, "-d", str(self._out)]
        # Not in `attempt`: on a full disk it could not hold the reason.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._process = subprocess.Popen(
            [*command, f"{package}=={version}"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # Its growth is the progress, and nothing is left in the system's folder.
            env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))},
            # Ctrl-C goes to the parent alone, which then ends the child itself.
            start_new_session=True,
        )

    def done(self) -> bool:
        """Whether pip has ended, well or not."""
        return self._process.poll() is not None

    def growth(self, size: int, *, done: bool) -> int:
        """Return how many bytes of a wheel of `size` came since the last call."""
        now = size if done else min(size, tree_bytes(self._attempt))
        before, self._seen = self._seen, max(now, self._seen)
        return self._seen - before

    def result(self) -> Path:
        """Return the wheel of a download that is done.

        Raises
        ------
        PullError
            Or the subclass that says why pip failed.
        """
        wheels = list(self._out.glob("*.whl"))
        if self._process.returncode == 0 and len(wheels) == 1:
            return wheels[0]
        self._log.seek(0)
        output = self._log.read().decode("utf-8", errors="replace")
        if free_bytes(self._out) < _FULL_BYTES:
            raise disk_full(self._attempt.parent)
        raise explain(output, self._label, self._attempt.parent)

    def close(self) -> None:
        """End pip if it still runs, and remove all it wrote."""
        if self._process.poll() is None:
            kill(self._process)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._log.close()
        rmtree(self._attempt, ignore_errors=True)


def explain(output: str, label: str, folder: Path) -> PullError:
    """Return the error that pip's output amounts to."""
    if _NO_PIP.search(output):
        return PullError(
            "pip is missing from this Python, and models come through it; "
            "install it: python -m ensurepip (with uv: uv pip install pip)"
        )
    if _NO_ROOM.search(output):
        return disk_full(folder)
    # First the network: after failed connections pip says "no matching distribution" too.
    if reason := reason_in(output):
        return OfflineError(
            f"Cannot download {label} from the package index: {reason}; "
            "check the network and pip's settings: python -m pip config list"
        )
    if _NOT_FOUND.search(output):
        return PackageNotFoundError(
            f"The package index does not have {label}; "
            "check which index pip uses: python -m pip config list"
        )
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    last = errors[-1].removeprefix("ERROR:").strip() if errors else "it gave no reason"
    return PullError(f"pip could not download {label}: {last[:300]}")
