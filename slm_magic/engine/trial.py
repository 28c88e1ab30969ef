"""Trying out a model in a process of its own.

CTranslate2 and the tokenizers are C++ and Rust that trust their files. A file made or damaged so
that they crash ends that process, and not the notebook with everything in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import errors
from ..errors import ModelLoadError, SlmMagicError
from ..importing import child_path
from ..stopping import pause
from .handles import POLL_SECONDS, first_line

if TYPE_CHECKING:
    from ..catalog import ModelCard

# The parent's path, so that the child finds what the parent found, however that was. Before it
# is there the working folder is taken off: a notebook's own json.py is not meant.
_CHILD = """
import sys
sys.path[:] = [path for path in sys.path if path]
import json
asked = json.loads(sys.stdin.readline())
sys.path[:] = asked["path"]
from slm_magic.engine.trial import child
child(asked)
"""


def run(folder: Path, card: ModelCard, *, pulled: bool = True) -> None:
    """Let a child load the model in `folder` and ask it something.

    Parameters
    ----------
    pulled
        Whether it is about to be installed, so that it has to answer sensibly too. Of a folder that
        is used where it lies, only what keeps it from being loaded counts.

    Raises
    ------
    SlmMagicError
        What went wrong there.
    ModelLoadError
        Also if the child crashed.
    """
    # This package too, if it was found in the working folder.
    path = [*child_path(), str(Path(__file__).parents[2])]
    asked = {"path": path, "folder": str(folder), "card": asdict(card), "pulled": pulled}
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C goes to the parent alone, which then ends the child itself.
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            # Left open: the child ends when it closes, however this process went.
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it crashed at once, which is told below
        while process.poll() is None:
            pause(POLL_SECONDS)
        lines = process.stdout.read().splitlines()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
    try:
        told = json.loads(lines[-1])
    except (IndexError, ValueError):
        what = "was not installed" if pulled else "cannot be used"
        raise ModelLoadError(
            f"{card.name!r} {what}: loading it crashes CTranslate2 or its tokenizer; its "
            "files are damaged or made for something else, so get them again."
        ) from None
    if told["error"]:
        raise _error(told)


def _error(told: Mapping[str, str]) -> SlmMagicError:
    kind: type[SlmMagicError] = getattr(errors, told["error"], ModelLoadError)
    if issubclass(kind, OSError):  # which cannot be made without being called
        return kind(told["message"])
    # Some are made from more than their message.
    error = kind.__new__(kind)
    error.args = (told["message"],)
    return error


def child(asked: Mapping[str, Any]) -> None:
    """Answer `run`, in the child."""
    from ..catalog import card_from_table
    from . import answer

    _end_with_parent()
    _no_core()
    card = card_from_table(asked["card"])
    folder, pulled = Path(asked["folder"]), asked["pulled"]
    told = _outcome(lambda: answer(folder, card, sensible=pulled), card.name)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # At once: what is left to tear down may be broken.
    os._exit(0)


def _outcome(work: Callable[[], None], name: str) -> dict[str, str]:
    try:
        work()
    except SlmMagicError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except MemoryError:
        why = "there is not memory enough to load it"
    # Whatever the libraries make of a damaged file, panics of Rust included.
    except BaseException as error:
        why = first_line(error)
    else:
        return {"error": "", "message": ""}
    return {"error": "ModelLoadError", "message": f"{name!r} cannot be used: {why[:200]}."}


def _end_with_parent() -> None:
    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _no_core() -> None:
    """Keep a crash from filling the disk with the memory of the model."""
    try:
        import resource
    except ImportError:  # Windows, which writes none
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
