"""Pulls files with random damage, many in one process, and tells of each what came of it.

Arguments: the folder with the good files, a kind of `KINDS`, the first case and the one to stop at.
Before each case its number is told: of a crash, the last one told is the cause.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from pathlib import Path

# A kind, its file below the folder of good ones, and what of it is pulled.
KINDS = {
    "ct2": ("ct2/model.bin", "ct2"),
    "gguf": ("good.gguf", "good.gguf"),
    "safetensors": ("checkpoint/model.safetensors", "checkpoint"),
    "argosmodel": ("good.argosmodel", "good.argosmodel"),
    "slm": ("good.slm", "good.slm"),
}


def damaged(data: bytes, case: int) -> bytes:
    """Return `data` with the damage of a case, which is the same each time."""
    chance = random.Random(case)
    if chance.random() < 0.2:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    # Most bytes of a model are weights, and any weight is as good as another: near a name
    # damage does more.
    names = [place for place, byte in enumerate(data) if byte in b"/._"]
    for _ in range(chance.randint(1, 4)):
        if names and chance.random() < 0.7:
            at = min(chance.choice(names) + chance.randint(-4, 40), len(data) - 1)
        else:
            at = chance.randrange(len(data))
        changed[at] = chance.choice([0, 1, 255, changed[at] ^ (1 << chance.randrange(8))])
    return bytes(changed)


def write(good: Path, kind: str, case: int, place: Path) -> Path:
    """Write the damaged files of a case into `place`; return what is pulled."""
    file, pulled = KINDS[kind]
    source = good / pulled
    target = place / source.name
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    (place / Path(file).relative_to(Path(pulled).parent)).write_bytes(
        damaged((good / file).read_bytes(), case)
    )
    return target


def main() -> None:
    from slm_magic import engine
    from slm_magic.engine import trial
    from slm_magic.errors import ModelLoadError, SlmMagicError
    from slm_magic.store import Store

    def probe(folder, card):  # type: ignore[no-untyped-def]
        """Do what `engine.probe` does, without a process for each case."""
        engine.check_files(folder, card)
        told = trial._outcome(lambda: engine.answer(folder, card), card.name)
        if told["error"]:
            raise ModelLoadError(told["message"])

    good, kind, first, stop = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    for case in range(first, stop):
        print("CASE", case, flush=True)
        with tempfile.TemporaryDirectory() as place:
            path = write(good, kind, case, Path(place))
            store = Store(Path(place, "home"))
            try:
                store.pull(path, probe=probe, name="mine", progress=False)
                assert store.verify("mine") == ()
                print("WHOLE", flush=True)
            except SlmMagicError as error:
                told = str(error)
                clear = bool(told) and "\n" not in told and told.isprintable()
                left = [one.name for one in store.list() if one.name == "mine"]
                left += ["staging"] if store.staging("mine").exists() else []
                print("REFUSED" if clear and not left else f"BAD {told!r} {left}", flush=True)
            except BaseException as error:
                print("BAD", type(error).__name__, ascii(str(error))[:200], flush=True)
    print("END", flush=True)


if __name__ == "__main__":
    main()
