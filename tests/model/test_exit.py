"""A script that was interrupted, and said so itself, ends as it wants to."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

# The signal comes when the model is loaded and writes: it reads the text in less than a second.
SCRIPT = """
import signal
import slm_magic as slm

text = "The lighthouse was repaired. Two painters worked on it for a month. It shines again. " * 4
one = {"style": "abstractive", "model": "smollm2-135m"}
slm.summarize(text, **one)

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 1)
try:
    slm.summarize([f"{number}. {text}" for number in range(200)], **one)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGALRM")
def test_it_ends_without_an_abort(pulled: Any) -> None:
    pulled("smollm2-135m")
    pulled("minilm-l6")
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
    assert "terminate" not in done.stderr
