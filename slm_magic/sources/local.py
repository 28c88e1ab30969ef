"""Files that the user already has: a CTranslate2 or Argos folder, a GGUF, a checkpoint folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from ..catalog import ModelCard
from ..errors import OptionError, PackageNotFoundError
from ..json_files import listed_weights, load_json
from . import Fetched, argos
from .argos import is_argos_archive, is_argos_folder
from .disk import sha256_of

# How the file that lists the parts of weights ends.
INDEX_SUFFIX = ".index.json"
# The file whose hash stands for the whole, in the order looked for; then a single .gguf.
WEIGHTS = ("model.bin", "model.safetensors", f"model.safetensors{INDEX_SUFFIX}")
# Weights as torch wrote them before safetensors: whole, or an index of several.
_PICKLED = re.compile(r"pytorch_model.*\.bin(\.index\.json)?")


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
    if is_argos_folder(path):
        return path / "model" / "model.bin"
    names = {file.name for file in path.iterdir() if file.is_file()} if path.is_dir() else set()
    found = weights_among(names)
    if not found:
        raise PackageNotFoundError(
            f"{path} holds no model: expected a .gguf, .argosmodel or .slm file, or a folder with a "
            f".gguf or with {' or '.join(WEIGHTS)}.{pickled(names)}"
        )
    if len(found) > 1:
        call = f"pull {quoted(path / found[0])}"
        raise OptionError(
            f"{path} holds {len(found)} .gguf files; pull one by its path, such as: %slm {call} "
            f"(in a shell: slm-magic {call})"
        )
    return path / found[0]


def pickled(names: Collection[str]) -> str:
    """Return what to say of files whose weights are a pickle; nothing if they are not."""
    found = sorted(name for name in names if _PICKLED.fullmatch(name))
    if not found:
        return ""
    return (
        f" It has its weights as a pickle ({found[0]}), which is never opened; if you trust it, "
        "save model and tokenizer as safetensors: from_pretrained(...).save_pretrained('FOLDER') "
        "of transformers, then pull that folder."
    )


def sha256_of_weights(path: Path) -> str:
    """Return the hash that stands for a model's weights; of an index, that of all its parts."""
    if not path.name.endswith(INDEX_SUFFIX):
        return sha256_of(path)
    digest = hashlib.sha256()
    try:
        parts = [path.parent / name for name in listed_weights(load_json(path))]
    except ValueError:
        parts = []  # whoever converts it says what is wrong with it
    for file in [path, *(part for part in parts if part.is_file())]:
        digest.update(f"{sha256_of(file)}  {file.name}\n".encode())
    return digest.hexdigest()


def quoted(path: str | Path) -> str:
    """Return a path as it is typed on a command line."""
    return f'"{path}"' if " " in str(path) else str(path)


def fetch(card: ModelCard, staging: Path, *, show: bool) -> Fetched:
    """Return the user's own files where they lie; they are only read.

    Of an Argos package, what it needs is put into one folder below `staging`.

    Raises
    ------
    PackageNotFoundError
        If they are not there any more.
    ConversionError
        If they are an archive that cannot be trusted.
    DiskFullError
        If there is no room to unpack it.
    """
    path = Path(card.source.path)
    if _is_argos(path):
        argos.unpack(path, staging / "argos", show=show)
        path = staging / "argos"
    return Fetched(path, card.revision, sha256_of_weights(weights_of(path)))


def bytes_needed(card: ModelCard) -> int:
    """Return the bytes of disk that `fetch` takes."""
    path = Path(card.source.path)
    return argos.bytes_needed(path) if _is_argos(path) else 0


def _is_argos(path: Path) -> bool:
    return is_argos_folder(path) or is_argos_archive(path)
