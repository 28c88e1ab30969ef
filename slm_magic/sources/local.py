"""Files that the user already has: a CTranslate2 folder, a GGUF, a checkpoint folder."""

from __future__ import annotations

from pathlib import Path

from ..catalog import ModelCard
from ..errors import PackageNotFoundError
from . import Fetched
from .disk import sha256_of

# The file whose hash stands for the whole, in the order looked for.
WEIGHTS = ("model.bin", "model.safetensors")


def weights_of(path: Path) -> Path:
    """Return the file that holds the weights of `path`, which may be that file itself.

    Raises
    ------
    PackageNotFoundError
        If there is no such file.
    """
    if path.is_file():
        return path
    for name in WEIGHTS:
        if (path / name).is_file():
            return path / name
    raise PackageNotFoundError(
        f"{path} holds no model: expected a .gguf file, or a folder with {' or '.join(WEIGHTS[:2])}."
    )


def fetch(card: ModelCard) -> Fetched:
    """Return the user's own files where they lie; they are only read.

    Raises
    ------
    PackageNotFoundError
        If they are not there any more.
    """
    path = Path(card.source.path)
    return Fetched(path, card.revision, sha256_of(weights_of(path)))
