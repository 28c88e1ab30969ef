"""Ready CTranslate2 folders and checkpoints from the Hugging Face Hub, at a pinned commit."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

from ..catalog import ModelCard
from ..errors import IntegrityError, OptionError, PackageNotFoundError, PullError
from ..progress import bar
from . import Check, Fetched, need_network
from .disk import disk_errors, mismatch, need_room
from .hub_errors import endpoint, hub_errors, open_session
from .hub_file import HubFile, Snapshot, download, patiently, staged_bytes
from .hub_name import HubName
from .local import INDEX_SUFFIX, PART, WEIGHTS, pickled, sha256_of_weights, weights_among

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
        weights, wanted = _wanted(card, info.siblings or ())
        commit = _commit(info.sha, revision, repository)
        # The hash of an index says nothing of the weights that it lists.
        told = "" if weights.name.endswith(INDEX_SUFFIX) else weights.sha256
        _check_pinned(card, weights, told)
        missing = _missing(folder, wanted)
        parts.mkdir(exist_ok=True)
        total = sum(file.size or 0 for file in missing)
        staged = sum(staged_bytes(file, parts) for file in missing)
        need_room(staging, total - staged + card.disk_bytes)
        headers = huggingface_hub.utils.build_hf_headers()
        snapshot = Snapshot(repository, commit, hub, headers)
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


def _wanted(card: ModelCard, siblings: Any) -> tuple[HubFile, list[HubFile]]:
    """Return the weights, and all files to download: a GGUF is a whole model.

    Decided by the listing alone, so that what cannot be used is never downloaded.
    """
    from fnmatch import fnmatch

    # Files in subfolders are other formats' exports. Signs that mean a path on any system stay
    # out too: a name of the listing becomes one of the disk.
    files = {
        one.rfilename: HubFile.of(one) for one in siblings if not _IN_FOLDER.search(one.rfilename)
    }
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
        if name == weights
        or (weights.endswith(INDEX_SUFFIX) and PART.fullmatch(name))
        or any(fnmatch(name, pattern) for pattern in ALLOW_PATTERNS)
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
