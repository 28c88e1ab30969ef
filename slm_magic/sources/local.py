"""Files that the user already has: a CTranslate2 folder, a GGUF, a checkpoint folder."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..catalog import ModelCard
from ..errors import OptionError, PackageNotFoundError
from . import Fetched
from .disk import sha256_of

# The file whose hash stands for the whole, in the order looked for; then a single .gguf.
WEIGHTS = ("model.bin", "model.safetensors")


def weights_among(names: Collection[str]) -> list[str]:
    """Return which of a folder's files may hold its weights: several only of ``.gguf`` files."""
    found = [name for name in WEIGHTS if name in names][:1]
    return found or sorted(name for name in names if name.endswith(".gguf"))


def weights_of(path: Path) -> Path:
    """Return the file that holds the weights of `path`, which may be that file itself.

    Raises
    ------
    PackageNotFoundError
        If there is no such file.
    OptionError
        If several ``.gguf`` files could be meant.
    """
    if path.is_file():
        return path
    names = {file.name for file in path.iterdir() if file.is_file()} if path.is_dir() else set()
    found = weights_among(names)
    if not found:
        raise PackageNotFoundError(
            f"{path} holds no model: expected a .gguf file, or a folder with one or with "
            f"{' or '.join(WEIGHTS)}."
        )
    if len(found) > 1:
        call = f"pull {quoted(path / found[0])}"
        raise OptionError(
            f"{path} holds {len(found)} .gguf files; pull one by its path, such as: %slm {call} "
            f"(in a shell: slm-magic {call})"
        )
    return path / found[0]


def quoted(path: str | Path) -> str:
    """Return a path as it is typed on a command line."""
    return f'"{path}"' if " " in str(path) else str(path)


def fetch(card: ModelCard) -> Fetched:
    """Return the user's own files where they lie; they are only read.

    Raises
    ------
    PackageNotFoundError
        If they are not there any more.
    """
    path = Path(card.source.path)
    return Fetched(path, card.revision, sha256_of(weights_of(path)))
