"""Children that do what may take long, or crash, in this process's place."""

from __future__ import annotations

import os
import signal
import subprocess


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a child that was started in a session of its own, and all that it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass  # it ended by itself in the meantime
