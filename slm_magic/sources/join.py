"""One file out of parts that arrive in any order, so that a killed download resumes."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ..stopping import check
from .disk import CHUNK, mismatch


@dataclass(frozen=True, slots=True)
class Part:
    """A file with the size in bytes and hash that it must have."""

    name: str
    size: int
    sha256: str


class Joined:
    """A file that grows by whole parts, in order.

    Opening it reads what an earlier attempt left, part by part, and cuts it back to the last
    part whose hash is right. A part's own file is deleted once it has been appended, so that
    the disk holds the parts once.
    """

    def __init__(self, path: Path, parts: Sequence[Part]) -> None:
        self._path = path
        self._parts = list(parts)
        self._whole = hashlib.sha256()
        self._count = 0
        path.touch()
        self._file = path.open("r+b")
        self._resume()

    def __enter__(self) -> Joined:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def has(self, part: Part) -> bool:
        """Whether `part` has been appended."""
        return part in self._parts[: self._count]

    def take_from(self, folder: Path) -> None:
        """Append the parts in `folder` whose turn has come, and delete all that are in."""
        while self._count < len(self._parts):
            part = self._parts[self._count]
            source = folder / part.name
            if not source.is_file():
                break
            self._append(source)
            self._count += 1
        for part in self._parts[: self._count]:
            (folder / part.name).unlink(missing_ok=True)

    def finish(self, target: Path, *, size: int, sha256: str) -> None:
        """Check the whole and let it appear as `target`.

        Raises
        ------
        IntegrityError
            If the whole has another size or hash; it is deleted then.
        """
        written = self._file.tell()
        self._file.close()
        if written != size or self._whole.hexdigest() != sha256:
            self._path.unlink()
            raise mismatch(target.name)
        self._path.replace(target)

    def _append(self, source: Path) -> None:
        start = self._file.tell()
        whole = self._whole.copy()
        try:
            with source.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    whole.update(chunk)
                    self._file.write(chunk)
            # Before the part is deleted its bytes must be out of this process's buffer.
            self._file.flush()
        except BaseException:
            # A full disk fails again when the file closes unless the half part is dropped.
            self._drop(start)
            raise
        self._whole = whole

    def _drop(self, start: int) -> None:
        # What is left in the buffer may not fit either; then the next attempt cuts it off.
        with contextlib.suppress(OSError):
            self._file.seek(start)
        with contextlib.suppress(OSError), self._path.open("r+b") as again:
            again.truncate(start)

    def _resume(self) -> None:
        for part in self._parts:
            whole = self._whole.copy()
            own = hashlib.sha256()
            left = part.size
            while left and (chunk := self._file.read(min(CHUNK, left))):
                check()
                own.update(chunk)
                whole.update(chunk)
                left -= len(chunk)
            if left or own.hexdigest() != part.sha256:
                break
            self._whole = whole
            self._count += 1
        end = sum(part.size for part in self._parts[: self._count])
        self._file.seek(end)
        self._file.truncate()
