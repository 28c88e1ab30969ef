"""One file of the Hub: resumed where an earlier attempt was cut, checked before it appears.

The Hub's client gives the session, with its proxies, certificates and token, and the addresses.
Its own download is not used: it forgets a file that was cut off and checks only the size, not
the hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..errors import IntegrityError
from ..stopping import pause
from .disk import CHUNK, OnBytes, sha256_of
from .hub_errors import is_transport

T = TypeVar("T")

# Seconds before each next try of what may pass; then it is told.
WAITS = (1.0, 2.0, 4.0)
# A server that asks for more patience than this is told of instead.
LONGEST_WAIT = 30.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
# Names, as these classes are of the client's HTTP library, which has changed.
_BROKEN_OFF = frozenset({"ReadError", "WriteError", "RemoteProtocolError", "ConnectionError"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository and what the Hub's listing records of it.

    Attributes
    ----------
    size
        Bytes, or None where a mirror does not tell.
    digest
        Of a large file the SHA-256, of another the SHA-1 of git's blob, both in hexadecimal;
        empty where a mirror does not tell.
    """

    name: str
    size: int | None
    digest: str

    @classmethod
    def of(cls, sibling: Any) -> HubFile:
        """Read an entry of the client's listing."""
        if sibling.lfs is not None:
            return cls(sibling.rfilename, sibling.lfs.size, str(sibling.lfs.sha256))
        blob = str(sibling.blob_id or "")
        return cls(sibling.rfilename, sibling.size, blob if _DIGEST.fullmatch(blob) else "")

    @property
    def sha256(self) -> str:
        """The recorded SHA-256, or an empty string."""
        return self.digest if _SHA256.fullmatch(self.digest) else ""

    def is_at(self, path: Path) -> bool:
        """Whether `path` holds this file, whole and as recorded."""
        if not self.digest or not path.is_file() or self.size not in (None, path.stat().st_size):
            return False
        return self.digest == (sha256_of(path) if self.sha256 else _blob_sha1(path))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of a repository, and how its files are asked for.

    Attributes
    ----------
    endpoint
        Address of the Hub; None is the client's own.
    headers
        What the client sends with each request, the token among them.
    """

    repository: str
    commit: str
    endpoint: str | None
    headers: Mapping[str, str]

    def url(self, file: HubFile) -> str:
        """Return the address of a file at this commit."""
        import huggingface_hub

        return str(
            huggingface_hub.hf_hub_url(
                self.repository, file.name, revision=self.commit, endpoint=self.endpoint
            )
        )


def _blob_sha1(path: Path) -> str:
    """Return what git calls a file's content."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def staged_bytes(file: HubFile, parts: Path) -> int:
    """Return how many bytes of `file` an earlier attempt left in `parts`."""
    return _size(parts / file.digest) if file.digest else 0


def download(
    file: HubFile, snapshot: Snapshot, folder: Path, parts: Path, on_bytes: OnBytes
) -> None:
    """Put `file` of `snapshot` into `folder`, once it is whole and as recorded.

    Parameters
    ----------
    parts
        Where a cut attempt leaves its bytes, by their digest, for the next one to go on from.
    on_bytes
        Called with the bytes that came; negative where they have to come again.

    Raises
    ------
    IntegrityError
        If what came is not as recorded, or nothing records what it should be. It is deleted.
    """
    part = parts / (file.digest or "unrecorded")
    if not file.digest:
        part.unlink(missing_ok=True)
    part.touch()
    resumed = _size(part)
    on_bytes(resumed)
    recorded = file
    if file.size is None or resumed < file.size:
        recorded = patiently(
            lambda: _continue(file, snapshot, part, on_bytes), came=lambda: _size(part)
        )
    if recorded.is_at(part):
        part.replace(folder / file.name)
        return
    came = _size(part)
    part.unlink()
    what = f"{file.name} of {snapshot.repository}"
    if resumed:
        # What lay there may have been damaged, as by a loss of power: once more, from the start.
        on_bytes(-came)
        download(file, snapshot, folder, parts, on_bytes)
    elif recorded.digest:
        raise IntegrityError(
            f"{what} is not what the Hub's record says, so it was deleted and nothing was "
            "installed; pull again, and if it stays so, a mirror or proxy serves another file."
        )
    else:
        raise IntegrityError(
            f"The Hub's mirror tells no hash of {what}, so it cannot be verified and nothing "
            "was installed; set HF_ENDPOINT to one that does, or pull a folder of the files."
        )


def patiently(call: Callable[[], T], *, came: Callable[[], int] = lambda: 0) -> T:
    """Return what `call` returns; call again, after a wait, when it fails for what may pass.

    Parameters
    ----------
    came
        How many bytes have come. When more have, patience begins anew, and since the Hub has been
        there, any failure of the connection counts as one that may pass.
    """
    first = seen = came()
    tries = 0
    while True:
        try:
            return call()
        except Exception as error:
            now = came()
            tries = 0 if now > seen else tries
            seen = now
            wait = _wait(error, tries, begun=now > first)
            if wait is None:
                raise
        tries += 1
        pause(wait)


def _wait(error: Exception, tries: int, *, begun: bool) -> float | None:
    """Return the seconds to wait before the next try, or None if there is none."""
    from huggingface_hub.errors import HfHubHTTPError

    if tries >= len(WAITS):
        return None
    if isinstance(error, HfHubHTTPError):
        after = str(error.response.headers.get("Retry-After", ""))
        asked = float(after) if after.isdigit() else 0.0
        passes = error.response.status_code in _PASSING and asked <= LONGEST_WAIT
        return max(WAITS[tries], asked) if passes else None
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if is_transport(error) and (begun or kinds & _BROKEN_OFF):
        return WAITS[tries]
    return None


def _continue(file: HubFile, snapshot: Snapshot, part: Path, on_bytes: OnBytes) -> HubFile:
    """Append to `part` what it lacks; return the file with what the answer records of it."""
    import huggingface_hub

    start = _size(part)
    # Hashes and ranges are of the plain bytes.
    asked = {**snapshot.headers, "Accept-Encoding": "identity"}
    if start:
        asked["Range"] = f"bytes={start}-"
    with huggingface_hub.get_session().stream(
        "GET",
        snapshot.url(file),
        headers=asked,
        timeout=huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT,
        # Large files lie elsewhere; the client's library leaves the token behind then.
        follow_redirects=True,
    ) as response:
        if response.status_code == 416:
            # There is nothing behind the part: it is of another file, or its size is not known.
            _restart(part, on_bytes)
            raise ConnectionAbortedError("Connection aborted: the range is refused")
        huggingface_hub.hf_raise_for_status(response)
        recorded = _recorded(file, response)
        if start and response.status_code != 206:
            _restart(part, on_bytes)
        have = _size(part)
        with part.open("ab") as out:
            for chunk in response.iter_bytes():
                out.write(chunk)
                on_bytes(len(chunk))
                have += len(chunk)
                if file.size is not None and have > file.size:
                    break  # no more of what is wrong anyway
    if file.size is not None and have < file.size:
        raise ConnectionAbortedError("Connection aborted: not all bytes came")
    return recorded


def _restart(part: Path, on_bytes: OnBytes) -> None:
    on_bytes(-_size(part))
    part.write_bytes(b"")


def _recorded(file: HubFile, response: Any) -> HubFile:
    """Return `file` with the digest of the answer's headers where the listing has none."""
    if file.digest:
        return file
    answers = [*response.history, response]
    # Of the place that a large file lies at, the plain ETag is another hash.
    tags = [answer.headers.get("X-Linked-ETag", "") for answer in answers]
    tags.append(answers[0].headers.get("ETag", ""))
    digests = [tag.removeprefix("W/").strip('"') for tag in tags]
    found = next((digest for digest in digests if _DIGEST.fullmatch(digest)), "")
    return HubFile(file.name, file.size, found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
