"""diskcache's disk, kept to text: it pickles what is no plain value, and unpickles what it finds."""

from __future__ import annotations

from typing import Any

import diskcache
from diskcache.core import MODE_RAW

# Of diskcache's own, set in full so that none is taken from the database: a file may hold any.
SETTINGS = {
    **diskcache.DEFAULT_SETTINGS,
    # Looking a result up must not write, so that processes read side by side.
    "eviction_policy": "least-recently-stored",
    # Rows, never files: a name in a row could be that of any file of the user's.
    "disk_min_file_size": 2**62,
    # What is removed is overwritten: some builds of SQLite leave it in the file.
    "sqlite_secure_delete": 1,
}


class TextDisk(diskcache.Disk):  # type: ignore[misc]
    """Keys and values are str, in the rows of the database; all else is refused."""

    def put(self, key: Any) -> tuple[str, bool]:
        """Return the key as its column.

        Raises
        ------
        TypeError
            If it is no str.
        """
        return _text(key), True

    def get(self, key: Any, raw: Any) -> str:
        """Return the key of a row.

        Raises
        ------
        TypeError
            If it is no str.
        """
        return _text(key)

    def store(
        self, value: Any, read: bool, key: Any = diskcache.UNKNOWN
    ) -> tuple[int, int, None, str]:
        """Return size, mode, file and value as columns.

        Raises
        ------
        TypeError
            If the value is no str.
        """
        return 0, MODE_RAW, None, _text(value)

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> str:
        """Return the value of a row.

        Raises
        ------
        TypeError
            If the row is not one that `store` made, such as a pickle or the name of a file.
        """
        if mode != MODE_RAW or filename is not None:
            raise TypeError("not a row of text")
        return _text(value)

    def remove(self, file_path: Any) -> None:
        """Remove nothing: `store` makes no files, and a row could name any."""


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value
