"""Files of the user's that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from .errors import OptionError


def write(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` holds, in one step.

    A link goes on leading where it does, and a file that is there keeps who may read it.

    Raises
    ------
    OptionError
        If it cannot be written; what was there is still there.
    """
    place = Path(os.path.realpath(path))
    # Of a name that nobody knows before: a link would lead elsewhere, and who writes the same file
    # at the same time would write into this one. Short, where the file's own is as long as may be.
    partial = place.with_name(f".{secrets.token_hex(8)}.writing")
    try:
        there = place.exists()
        partial.touch(0o600 if there else 0o666, exist_ok=False)
        partial.write_bytes(data)
        if there:
            shutil.copymode(place, partial)
        partial.replace(place)
    except OSError as error:
        try:
            partial.unlink(missing_ok=True)
        except OSError:
            pass  # a folder that is none, or that nobody may write to, holds nothing of ours
        raise OptionError(f"{path} cannot be written: {error.strerror}.") from error
