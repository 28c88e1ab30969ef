"""How heavy packages are imported: whole, without wrong advice, and with threads that sleep."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ADVICE = "TRANSFORMERS_NO_ADVISORY_WARNINGS"


@contextmanager
def heavy_import() -> Iterator[None]:
    """Import CTranslate2, its specs, transformers, or Presidio, which imports those it finds.

    - Ctrl-C waits until the import is done. One that is cut short leaves half a package behind,
      and torch, which several of them import where it is installed, cannot be imported again in
      that process.
    - OpenMP's waiting threads sleep, unless the user has said otherwise. Spinning ones made
      decoding 66 times slower beside another busy process, which in a notebook is the rule. OpenMP
      reads the variable once, when the first library that uses it is loaded.
    - transformers' notice that torch is missing stays away: slm-magic needs none. That variable
      is set meanwhile only, so that a user's own imports advise as ever.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    before = os.environ.get(_ADVICE)
    os.environ[_ADVICE] = "1"
    try:
        with _ctrl_c_later():
            yield
    finally:
        if before is None:
            del os.environ[_ADVICE]
        else:
            os.environ[_ADVICE] = before


def child_path() -> list[str]:
    """Return where a child process finds the packages that this process does.

    Without the working folder: a notebook's own json.py is not meant. Without what is no text,
    such as a Path that a user appended, which Python passes over too.
    """
    return [path for path in sys.path if isinstance(path, str) and path]


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGINT)
    # Only the main thread is interrupted, and a handler set from C cannot be put back.
    if threading.current_thread() is not threading.main_thread() or handler is None:
        yield
        return
    caught: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if caught:
            signal.raise_signal(signal.SIGINT)
