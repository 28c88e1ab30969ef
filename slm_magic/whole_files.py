"""Files of the user's that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from .errors import OptionError


def write(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` holds, in one step.

    Raises
    ------
    OptionError
        If it cannot be written; what was there is still there.
    """
    partial = path.with_name(f".{path.name}.writing")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        try:
            partial.unlink(missing_ok=True)
        except OSError:
            pass  # a folder that is none, or that nobody may write to, holds nothing of ours
        raise OptionError(f"{path} cannot be written: {error.strerror}.") from error
