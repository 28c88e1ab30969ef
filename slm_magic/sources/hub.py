"""Ready CTranslate2 folders and checkpoints from the Hugging Face Hub, at a pinned commit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from ..catalog import ModelCard
from ..errors import IntegrityError, OptionError, PackageNotFoundError, PullError
from ..json_files import listed_weights, load_json
from ..progress import bar
from . import Check, Fetched, need_network
from .disk import disk_errors, mismatch, need_room
from .hub_errors import endpoint, hub_errors, open_session
from .hub_file import HubFile, Snapshot, download, patiently, staged_bytes
from .hub_name import HubName
from .local import INDEX_SUFFIX, WEIGHTS, pickled, sha256_of_weights, weights_among

# What a model needs to run beside its weights, and nothing that is code.
ALLOW_PATTERNS = ("*.json", "*.jinja", "*.spm", "*.txt", "*.model", "*.md", "head.safetensors")
# Of more .gguf files than these, a message names no more.
NAMED = 12
# One of several files that make a model together.
_SPLIT = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_IN_FOLDER = re.compile(r"[/\\:]")
_SAFETENSORS = ".safetensors"
# What the weights of a checkpoint that has to be converted are called, or their index.
_CHECKPOINT = "model.safetensors"
_COMMIT = re.compile(r"[0-9a-f]{40}")


def fetch(card: ModelCard, staging: Path, *, show: bool, check: Check) -> Fetched:
    """Download a repository's files into `staging`, resuming what is there.

    A branch is resolved to its commit first, so that all files are of one commit, and that
    commit is what the store writes down.

    Parameters
    ----------
    check
        Called with the folder of a checkpoint before its weights are downloaded; an exception ends
        the pull there.

    Raises
    ------
    OfflineError
        If the network is forbidden or the Hub is out of reach.
    PackageNotFoundError
        If there is no such repository, revision or file, or it is gated.
    OptionError
        If it holds several ``.gguf`` files and the card names none; nothing is downloaded then.
    IntegrityError
        If a file is not as the Hub's listing records it, or the weights not as the card does.
    DiskFullError
        If there is no room.
    """
    need_network(card.name)
    import huggingface_hub

    repository = card.source.repository
    folder, parts = staging / "hub", staging / "hub-parts"
    with disk_errors(staging), hub_errors(repository):
        revision = card.source.revision or card.revision or "main"
        hub = endpoint()
        open_session()
        # The client would wait for an answer for ever, and not ask twice.
        info = patiently(
            lambda: huggingface_hub.HfApi(endpoint=hub).model_info(
                repository,
                revision=revision,
                files_metadata=True,
                timeout=huggingface_hub.constants.HF_HUB_ETAG_TIMEOUT,
            )
        )
        files = _files(info.siblings or ())
        weights, wanted = _wanted(card, files)
        commit = _commit(info.sha, revision, repository)
        # The hash of an index says nothing of the weights that it lists.
        told = "" if weights.name.endswith(INDEX_SUFFIX) else weights.sha256
        _check_pinned(card, weights, told)
        parts.mkdir(exist_ok=True)
        snapshot = Snapshot(repository, commit, hub, huggingface_hub.utils.build_hf_headers())
        if weights.name.endswith(INDEX_SUFFIX):
            # A small file, and it alone says what the others are called.
            if not weights.is_at(folder / weights.name):
                need_room(staging, weights.size or 0)
                folder.mkdir(parents=True, exist_ok=True)
                download(weights, snapshot, folder, parts, lambda _: None)
            listed = _listed(folder / weights.name, files, repository)
            wanted = list(dict.fromkeys([*wanted, *listed]))
        missing = _missing(folder, wanted)
        total = sum(file.size or 0 for file in missing)
        staged = sum(staged_bytes(file, parts) for file in missing)
        need_room(staging, total - staged + card.disk_bytes)
        progress = bar(total, what=f"pull {card.name}", unit="B", show=show)
        try:
            # One after another, in this thread, so that Ctrl-C is heard at once.
            for file in missing:
                if file.name.endswith(_SAFETENSORS) and weights.name.startswith(_CHECKPOINT):
                    check(folder)
                download(file, snapshot, folder, parts, progress.update)
        finally:
            progress.close()
    path = folder / weights.name
    sha256 = told or sha256_of_weights(path)
    try:
        _check_pinned(card, weights, sha256)
    except IntegrityError:
        path.unlink()
        raise
    return Fetched(path if path.suffix == ".gguf" else folder, commit, sha256)


def _commit(found: str | None, revision: str, repository: str) -> str:
    """Return the commit that `revision` is."""
    pinned = _COMMIT.fullmatch(revision) is not None
    if found is None or not _COMMIT.fullmatch(found):
        if pinned:
            return revision
        call = f"pull {HubName(repository, 'COMMIT')}"
        raise PullError(
            f"The Hub's mirror does not tell which commit {revision} of {repository} is; "
            f"name one: %slm {call} (in a shell: slm-magic {call})"
        )
    if pinned and found != revision:
        raise mismatch(f"Commit {revision[:12]} of {repository}")
    return found


def _check_pinned(card: ModelCard, weights: HubFile, sha256: str) -> None:
    """Refuse weights that are not the catalogue's; what is not known yet passes."""
    if card.sha256 and sha256 and sha256 != card.sha256:
        raise mismatch(f"{weights.name} of {card.source.repository}")


def _missing(folder: Path, wanted: list[HubFile]) -> list[HubFile]:
    """Return which files are still to come, weights last, and clear `folder` of all others.

    So files of another commit, or damaged since, never mix with this one's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    staged = {file.name for file in wanted if file.is_at(folder / file.name)}
    for path in folder.iterdir():
        if path.is_dir():
            rmtree(path)
        elif path.name not in staged:
            path.unlink()
    return sorted(
        (file for file in wanted if file.name not in staged),
        key=lambda file: (file.name.endswith(_SAFETENSORS), file.size or 0),
    )


def _files(siblings: Any) -> dict[str, HubFile]:
    # Files in subfolders are other formats' exports. Signs that mean a path on any system stay
    # out too: a name of the listing becomes one of the disk.
    return {
        one.rfilename: HubFile.of(one) for one in siblings if not _IN_FOLDER.search(one.rfilename)
    }


def _listed(index: Path, files: Mapping[str, HubFile], repository: str) -> list[HubFile]:
    """Return the files of weights that an index lists."""
    try:
        names = listed_weights(load_json(index))
    except ValueError as error:
        raise PackageNotFoundError(
            f"{index.name} of {repository} does not list its weights; the repository is not whole."
        ) from error
    lost = [name for name in names if name not in files]
    if lost:
        raise PackageNotFoundError(
            f"{repository} has no file {lost[0]}, which its {index.name} lists; it is not whole."
        )
    return [files[name] for name in names]


def _wanted(card: ModelCard, files: Mapping[str, HubFile]) -> tuple[HubFile, list[HubFile]]:
    """Return the weights or their index, and the files to download with them: a GGUF is alone.

    Decided by the listing alone, so that what cannot be used is never downloaded.
    """
    from fnmatch import fnmatch

    weights = _weights(card, list(files))
    if _SPLIT.search(weights):
        raise OptionError(
            f"{weights} is one part of a split model; pull a file that holds the whole model."
        )
    if weights.endswith(".gguf"):
        return files[weights], [files[weights]]
    return files[weights], [
        file
        for name, file in files.items()
        if name == weights or any(fnmatch(name, pattern) for pattern in ALLOW_PATTERNS)
    ]


def _weights(card: ModelCard, names: list[str]) -> str:
    asked = HubName.of(card.source)
    repository, gguf = asked.repository, sorted(name for name in names if name.endswith(".gguf"))
    more = ", ".join(gguf[:NAMED]) + (f" and {len(gguf) - NAMED} more" if gguf[NAMED:] else "")
    if asked.file:
        if asked.file not in names:
            raise PackageNotFoundError(
                f"{repository} has no file {asked.file}; its .gguf files: {more or 'none'}."
            )
        return asked.file
    found = weights_among(names)
    if not found:
        raise PackageNotFoundError(
            f"{repository} holds no model that slm-magic can use: expected {', '.join(WEIGHTS)} or "
            f"a .gguf file.{pickled(names)}"
        )
    if len(found) > 1:
        call = f"pull {replace(asked, file=found[0])}"
        raise OptionError(
            f"{repository} holds {len(found)} .gguf files; name one, such as: %slm {call} "
            f"(in a shell: slm-magic {call}). Files: {more}."
        )
    return found[0]
