"""What an interrupted translation of a notebook has finished, in a hidden file beside the output."""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from .. import whole_files
from ..json_files import load_json

# Between two writes; what a crash may cost.
SECONDS = 5.0
# Bytes of a name that leave room for what is put around it; disks take 255.
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Finished:
    """One translated text and its flags, as (kind, message)."""

    text: str
    flags: tuple[tuple[str, str], ...] = ()


class Partial:
    """The finished texts of one translation, by what they were made from.

    Parameters
    ----------
    output
        Where the translation will be written.
    options
        All that a translation depends on but the text, as JSON's values; texts that were made with
        others are not used.
    """

    def __init__(self, output: Path, options: object) -> None:
        self.path = self.place(output)
        made = json.dumps(options, sort_keys=True)
        self._options = hashlib.sha256(made.encode()).hexdigest()
        self._texts: dict[str, Finished] = {}
        self._written = time.monotonic()
        self._fresh = False

    @staticmethod
    def place(output: Path) -> Path:
        """Return the file of the translation that will be written to `output`."""
        name = output.name
        if len(os.fsencode(name)) > _LONGEST:
            name = hashlib.sha256(os.fsencode(name)).hexdigest()
        return output.with_name(f".{name}.part")

    def load(self) -> None:
        """Take over what an earlier run with the same options has left; anything else is none."""
        try:
            data = load_json(self.path)
            if data["options"] != self._options:
                return
            for name, (text, flags) in data["texts"].items():
                self._texts[str(name)] = Finished(
                    str(text), tuple((str(k), str(m)) for k, m in flags)
                )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._texts.clear()  # no such file, or none that we wrote: start anew

    def get(self, kind: str, source: str) -> Finished | None:
        """Return the translation of a text, if it is finished."""
        return self._texts.get(_name(kind, source))

    def put(self, kind: str, source: str, finished: Finished) -> None:
        """Keep a translation; now and then it is written."""
        self._texts[_name(kind, source)] = finished
        self._fresh = True
        if time.monotonic() - self._written >= SECONDS:
            self.save()

    def save(self) -> None:
        """Write what is finished, if anything is new.

        Raises
        ------
        OptionError
            If the folder cannot be written to.
        """
        if not self._fresh:
            return
        data = {
            "options": self._options,
            "texts": {name: [one.text, one.flags] for name, one in self._texts.items()},
        }
        whole_files.write(self.path, json.dumps(data, ensure_ascii=False).encode())
        self._fresh = False
        self._written = time.monotonic()

    def remove(self) -> None:
        """Take the file away: the whole is written."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            pass  # it is hidden, harmless, and out of our reach


def _name(kind: str, source: str) -> str:
    return hashlib.sha256(f"{kind}\0{source}".encode()).hexdigest()
