"""Pulls in a process of its own, and stands still at a given place so that it can be killed.

Arguments: home, a JSON file with the card's table, and ``module:function:before|after`` or
``none``. The function is wrapped in this process alone; the product knows nothing of it.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from slm_magic import catalog
from slm_magic.store import Store


def stand_still() -> None:
    print("STANDING", flush=True)
    time.sleep(600)


def wrap(place: str) -> None:
    module_name, path, when = place.split(":")
    owner: Any = importlib.import_module(module_name)
    *classes, name = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    real = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            stand_still()
        result = real(*args, **kwargs)
        stand_still()
        return result

    setattr(owner, name, wrapped)


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
    home, table_file, place = sys.argv[1:4]
    table = json.loads(Path(table_file).read_text())
    card = catalog.card_from_table(table)
    catalog._read = lambda: ({card.name: card}, ())  # type: ignore[assignment]
    use_stand_ins()
    if place == "probe":
        probe = lambda folder, card: stand_still()  # noqa: E731
    else:
        probe = lambda folder, card: None  # noqa: E731
        if place != "none":
            wrap(place)
    force = "--force" in sys.argv
    print("STARTED", flush=True)
    found = Store(Path(home)).pull(card.name, probe=probe, force=force, progress=False)
    print("DONE", found.folder.name, flush=True)


if __name__ == "__main__":
    main()
