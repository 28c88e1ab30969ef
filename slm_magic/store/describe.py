"""Cards for models that a user brings: what the files themselves tell."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..argos_metadata import read_package
from ..catalog import ANY_LANGUAGE, Kind, ModelCard, Source, Task, cards
from ..errors import ConversionError, OptionError, PackageNotFoundError
from ..sources.argos import is_argos_folder
from ..sources.disk import sha256_of, tree_bytes
from ..sources.hub_name import is_hub
from ..sources.local import quoted, weights_of
from ..sources.parcel import SUFFIX
from ..tokenization_causal import causal_traits
from ..tokenization_family import read_table, traits
from .installed import Installed

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
# What a file of a model of one's own is called.
_SUFFIXES = (".gguf", ".argosmodel", SUFFIX)
_TASKS: dict[Kind, tuple[Task, ...]] = {
    "causal": ("translate", "summarize"),
    "encoder": ("summarize",),
}

# No tokenizer is larger: that of a vocabulary of 250,000 words has a tenth of it.
_BESIDE_BYTES = 200_000_000

_UNMEASURED = "Your own model: nobody has measured it here."
_UNSCALED = (
    " It was converted without the factor of its rotary positions, so it answers otherwise than its "
    "checkpoint, most of all on long texts: pull the checkpoint itself, or a GGUF file of it."
)


def is_name(name: str) -> bool:
    """Whether `name` can be a model's name, and so a folder's."""
    return _NAME.fullmatch(name) is not None


def check_name(name: str) -> str:
    """Return `name` if it can be a model's name.

    Raises
    ------
    OptionError
        If it cannot; it becomes a folder's name.
    """
    if not is_name(name):
        raise OptionError(
            "A model's name is lower-case letters, digits, '.', '_' and '-', a letter or digit first."
        )
    return name


def looks_like_path(name: str | Path) -> bool:
    """Whether `name` means files rather than a model's name or a repository of the Hub."""
    if isinstance(name, Path):
        return True
    return not is_hub(name) and (
        "/" in name
        or "\\" in name
        or name.endswith(_SUFFIXES)
        or Path(name, "model.bin").is_file()
        or is_argos_folder(Path(name))
    )


def folder_card(
    folder: Path, name: str, source: Source, *, revision: str, sha256: str
) -> ModelCard:
    """Return the card of a CTranslate2 folder.

    Raises
    ------
    ConversionError
        If it is none, or of a kind that slm-magic cannot run.
    """
    from ..convert.detect import KINDS, read_header
    from ..convert.token_head import has_head

    _, spec, _ = read_header(folder / "model.bin")
    kind = KINDS.get(spec)
    if kind is None:
        raise ConversionError(f"{name!r} holds a {spec}, which slm-magic cannot run.")
    if kind == "seq2seq":
        found = traits(folder)
        # Where the files do not tell the languages, none is refused.
        tasks = found.tasks
        covered, pairs = found.languages or (ANY_LANGUAGE,), found.pairs
        context = min(filter(None, (_context(folder), found.context)), default=0)
    else:
        tasks, covered, pairs = _TASKS[kind], (ANY_LANGUAGE,), ()
        context = _context(folder)
        if kind == "encoder" and has_head(folder):
            tasks = ("redact",)
    return ModelCard(
        name=name,
        kind=kind,
        family=_family(folder, name, kind),
        tasks=tasks,
        languages=covered,
        pairs=pairs,
        licence="unknown: see where the model came from",
        source=source,
        revision=revision,
        sha256=sha256,
        title=name,
        quality=_UNMEASURED
        + (_UNSCALED if kind == "causal" and causal_traits(folder).unscaled else ""),
        disk_bytes=tree_bytes(folder),
        context=context,
        # Made for some direction or job that its files do not tell: never picked unasked.
        default=kind != "seq2seq" or read_package(folder) is not None,
        prompts=_prompts() if kind == "causal" else {},
    )


def _family(folder: Path, name: str, kind: Kind) -> str:
    if kind == "seq2seq":
        # Whether its tokenizer is there is told by the one who opens it.
        return traits(folder).family
    if (folder / "tokenizer.json").is_file():
        from ..convert.encoder_names import encoder_family

        return encoder_family(folder) if kind == "encoder" else causal_traits(folder).family
    raise ConversionError(f"{name!r} has no tokenizer: expected tokenizer.json.")


def _context(folder: Path) -> int:
    table = read_table(folder / "tokenizer_config.json")
    # transformers writes 1e30 where it does not know.
    longest = table.get("context") or table.get("model_max_length") or 0
    return int(longest) if isinstance(longest, (int, float)) and longest < 10_000_000 else 0


def _prompts() -> Any:
    """Return the prompts of the catalogue's causal starter, which suit any chat model."""
    return next(card.prompts for card in cards() if card.kind == "causal" and card.prompts)


def local_folder(path: Path) -> Installed:
    """Return a CTranslate2 folder of the user's as an installed model; nothing is copied.

    Raises
    ------
    ConversionError
        If it is not a CTranslate2 folder.
    """
    folder = path.expanduser().resolve()
    weights = folder / "model.bin"
    if not weights.is_file():
        raise _unready(folder, path)
    stat = weights.stat()
    sha256 = _hash(weights, stat.st_size, stat.st_mtime_ns)
    source = Source(kind="local", path=str(folder))
    card = folder_card(folder, folder.name, source, revision=sha256[:12], sha256=sha256)
    return Installed(folder.name, folder, card, card.revision, sha256, card.disk_bytes)


def beside_weights(found: Installed) -> list[list[str]]:
    """Return names and hashes of what lies beside the weights of a folder of the user's own.

    What was pulled stays as it is; in such a folder a tokenizer may be replaced at any time.
    """
    if found.created:
        return []
    told = []
    for file in sorted(found.folder.glob("*")):
        stat = file.stat()
        # The larger ones are weights, which have a hash of their own.
        if file.is_file() and file.name != "model.bin" and stat.st_size <= _BESIDE_BYTES:
            told.append([file.name, _hash(file, stat.st_size, stat.st_mtime_ns)])
    return told


def _unready(folder: Path, path: Path) -> ConversionError:
    """Return the error for what is no CTranslate2 folder, and say whether it can become one."""
    what = f"{folder} is not a CTranslate2 folder (it has no model.bin)"
    try:
        weights_of(folder)
    except PackageNotFoundError:
        return ConversionError(f"{what} and holds nothing to make one of; check the path.")
    # A Path drops the ./ that tells it from a model's name.
    typed = f"./{path}" if path == Path(path.name) else path
    call = f"pull {quoted(typed)} --name NAME"
    return ConversionError(f"{what}; convert it first: %slm {call} (in a shell: slm-magic {call})")


@lru_cache(maxsize=128)
def _hash(path: Path, size: int, modified: int) -> str:
    """Return the hash of a file, read again only when its size or time has changed."""
    return sha256_of(path)


def package_model(card: ModelCard) -> Installed:
    """Return a model that is shipped inside slm-magic."""
    folder = Path(__file__).parent.parent / card.source.path
    weights = sorted(folder.glob("*.npz"))
    sha256 = card.sha256
    if weights and not sha256:
        stat = weights[0].stat()
        sha256 = _hash(weights[0], stat.st_size, stat.st_mtime_ns)
    return Installed(card.name, folder, card, card.revision, sha256, tree_bytes(folder))


def check_package_model(found: Installed) -> tuple[str, ...]:
    """Return what differs between a shipped model's arrays and the hash beside them."""
    expected = read_table(found.folder / "labels.json").get("sha256")
    arrays = found.folder / "head.npz"
    if not isinstance(expected, str):
        return ("labels.json is missing or has changed",)
    if not arrays.is_file():
        return ("head.npz is missing",)
    return () if sha256_of(arrays) == expected else ("head.npz has changed",)


def source_of(path: Path) -> Path:
    """Return a user's path, resolved, if it holds a model.

    Raises
    ------
    PackageNotFoundError
        If it does not.
    OptionError
        If it holds several.
    """
    resolved = path.expanduser().resolve()
    weights_of(resolved)
    return resolved
