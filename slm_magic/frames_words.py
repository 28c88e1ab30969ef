"""Many texts held in little: as bytes in one buffer, or where a library has them already.

A million Python strings take some 50 bytes each beside their characters, which is more than the
column that they come from.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

# Texts that are made into Python's at a time.
SLICE = 1024
_NONE = -1


class _Words(Sequence[Any]):
    """A sequence that compares with others item by item."""

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self._at(i) for i in range(*place.indices(len(self)))]
        number = int(place)
        if not -len(self) <= number < len(self):
            raise IndexError(place)
        return self._at(number % len(self))

    def __iter__(self) -> Iterator[Any]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def _at(self, number: int) -> Any:
        raise NotImplementedError


class Slices(_Words):
    """Texts that stay with a library and are read a slice at a time.

    Parameters
    ----------
    size
        How many there are.
    read
        Returns those from one number to before another.
    """

    def __init__(self, size: int, read: Callable[[int, int], list[str]]) -> None:
        self._size = size
        self._read = read
        # The first number of the slice that was read last, and its texts.
        self._last: tuple[int, list[str]] = (0, [])

    def __len__(self) -> int:
        return self._size

    def _at(self, number: int) -> str:
        start, texts = self._last
        if not start <= number < start + len(texts):
            start = number - number % SLICE
            texts = self._read(start, min(start + SLICE, self._size))
            self._last = start, texts
        return texts[number - start]


class Kept(_Words):
    """Texts, or None, that are set one by one.

    Parameters
    ----------
    texts
        What is in it at first.
    """

    def __init__(self, texts: Iterable[str | None] = ()) -> None:
        self._bytes = bytearray()
        self._starts = array("q")
        self._lengths = array("q")
        for text in texts:
            self._starts.append(0)
            self._lengths.append(_NONE)
            self[len(self) - 1] = text

    @classmethod
    def empty(cls, size: int) -> Kept:
        """Return one of that many None."""
        made = cls()
        made._starts = array("q", bytes(8 * size))
        made._lengths = array("q", [_NONE]) * size
        return made

    def __len__(self) -> int:
        return len(self._lengths)

    def __setitem__(self, number: int, text: str | None) -> None:
        if text is None:
            self._lengths[number] = _NONE
            return
        # Halves of characters may come in from a caller's own column.
        data = text.encode("utf-8", "surrogatepass")
        start = len(self._bytes)
        self._bytes += data
        # Last what tells that it is there: Ctrl-C may come before.
        self._lengths[number] = _NONE
        self._starts[number] = start
        self._lengths[number] = len(data)

    def has(self) -> list[bool]:
        """Return for each whether it is a text."""
        return [length != _NONE for length in self._lengths]

    def copy(self) -> Kept:
        """Return one with the same texts."""
        made = Kept()
        made._bytes = self._bytes[:]
        made._starts, made._lengths = self._starts[:], self._lengths[:]
        return made

    def _at(self, number: int) -> str | None:
        length = self._lengths[number]
        if length == _NONE:
            return None
        start = self._starts[number]
        return self._bytes[start : start + length].decode("utf-8", "surrogatepass")
