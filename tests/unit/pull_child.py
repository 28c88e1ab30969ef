"""Pulls in a process of its own, so that it can be killed: at a given place, or at any moment.

Arguments: home; a JSON file with the card's table, or ``hf:owner/name``; and one of

- ``module:function:before|after``, where it then stands still
- ``slow``, to take its time in each stage after the download and to tell when one begins and ends
- ``none``

Functions are wrapped in this process alone; the product knows nothing of it.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slm_magic import catalog
from slm_magic.store import Store

# Where a slow pull tells that a stage begins and ends, and waits this many seconds before and after.
STAGES = {
    "slm_magic.sources.join:Joined._append": ("join", 0.05),
    "slm_magic.store.pulling:_convert": ("convert", 0.05),
    "slm_magic.store.pulling:copyfile": ("convert", 0.05),
    "slm_magic.store.pulling:hash_files": ("publish", 0.1),
    "slm_magic.store.pulling:write_manifest": ("publish", 0.1),
    "slm_magic.store.pulling:_clean": ("cleaning", 0.02),
}


class Killable:
    """A pull in a process of its own.

    Parameters
    ----------
    model
        A card's table, or what is pulled from the Hub.
    """

    def __init__(self, home: Path, model: dict[str, Any] | str, place: str, *options: str) -> None:
        self.home = home
        if not isinstance(model, str):
            file = home.parent / f"{model['name']}.json"
            file.write_text(json.dumps(model))
            model = str(file)
        command = [sys.executable, __file__, str(home), model, place, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def wait_for(self, word: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(word):
                return line
        raise AssertionError(f"the pull ended with {self.process.wait()} before it said {word}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def said(self) -> list[str]:
        """The lines of a process that has ended which nobody has read yet."""
        assert self.process.stdout is not None
        return self.process.stdout.read().split("\n")[:-1]


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def processes_in(folder: Path) -> list[int]:
    """Processes whose command line names `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def stand_still() -> None:
    print("STANDING", flush=True)
    time.sleep(600)


def replace(path: str, made: Callable[[Any], Any]) -> None:
    """Put ``made(real)`` in the place of a function, written ``module:name.name``."""
    module_name, names = path.split(":")
    owner: Any = importlib.import_module(module_name)
    *classes, name = names.split(".")
    for part in classes:
        owner = getattr(owner, part)
    setattr(owner, name, made(getattr(owner, name)))


def standing(real: Any, when: str) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            stand_still()
        result = real(*args, **kwargs)
        stand_still()
        return result

    return wrapped


def slow(real: Any, stage: str, seconds: float) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        print("AT", stage, flush=True)
        time.sleep(seconds)
        result = real(*args, **kwargs)
        time.sleep(seconds)
        print("AFTER", stage, flush=True)
        return result

    return wrapped


def unpack_gguf(path: Path, out: Path, *, progress: Any = None, quantization: str = "int8") -> None:
    """Stand in for the GGUF converter: the tests' GGUF is a model.bin under another name."""
    data = path.read_bytes()
    (out / "model.bin").write_bytes(data)
    (out / "tokenizer.json").write_text("{}")
    if progress is not None:
        progress(len(data), len(data))


def use_stand_ins() -> None:
    from slm_magic.convert import detect, gguf

    real = detect.detect
    detect.detect = lambda path: "gguf" if path.suffix == ".gguf" else real(path)
    gguf.convert_gguf = unpack_gguf


def main() -> None:
    home, model, place = sys.argv[1:4]
    if model.startswith("hf:"):
        name = model
    else:
        card = catalog.card_from_table(json.loads(Path(model).read_text()))
        catalog._read = lambda: ({card.name: card}, ())  # type: ignore[assignment]
        name = card.name
    use_stand_ins()
    probe: Callable[..., None] = lambda folder, card: None  # noqa: E731
    if place == "probe":
        probe = lambda folder, card: stand_still()  # noqa: E731
    elif place == "slow":
        probe = slow(probe, "probe", 0.1)
        for path, (stage, seconds) in STAGES.items():
            replace(path, lambda real, s=stage, t=seconds: slow(real, s, t))  # type: ignore[misc]
    elif place != "none":
        path, _, when = place.rpartition(":")
        replace(path, lambda real: standing(real, when))
    force = "--force" in sys.argv
    print("STARTED", flush=True)
    found = Store(Path(home)).pull(name, probe=probe, force=force, progress=False)
    print("DONE", found.folder.name, flush=True)


if __name__ == "__main__":
    main()
