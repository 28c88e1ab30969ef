"""Folders used by their path: tried out in a child once, before this process loads them.

What is pulled was tried out then. A folder that `model=` or `--model` names was not, and a file in it
that crashes CTranslate2 would end the notebook. That it went well is remembered in the store's home,
until a file of the folder changes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..store import Store
from ..store.installed import version_of

if TYPE_CHECKING:
    from ..store import Installed

# Below the home of the store: an empty file for each folder that went well, named by its digest.
FOLDER = "tried"

_passed: set[str] = set()


def once(installed: Installed) -> None:
    """Try out a model that was never pulled, unless this very folder went well before.

    Raises
    ------
    SlmMagicError
        What went wrong in the child.
    ModelLoadError
        Also if the child crashed.
    """
    from . import trial

    source = installed.card.source
    if source.kind != "local" or source.path != str(installed.folder):
        return
    # An interpreter that was built into another program cannot start a second one.
    if not sys.executable:
        return
    key = _digest(installed.folder)
    if key in _passed:
        return
    mark = Store.default().home / FOLDER / key
    if not mark.exists():
        trial.run(installed.folder, installed.card, pulled=False)
        try:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        except OSError:
            pass  # a home that cannot be written to: it is tried out again in the next process
    _passed.add(key)


def _digest(folder: Path) -> str:
    """Return what stands for the files of a folder, by their names, sizes and times.

    The versions of what reads them count too: another one may crash where this one does not.
    """
    digest = hashlib.sha256(str(folder).encode(errors="surrogateescape"))
    for name in ("slm-magic", "ctranslate2", "tokenizers", "sentencepiece"):
        digest.update(f"\0{name} {version_of(name)}".encode())
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        stat = path.stat()
        told = f"\0{path.name}\0{stat.st_size} {stat.st_mtime_ns}"
        digest.update(told.encode(errors="surrogateescape"))
    return digest.hexdigest()
