"""The header of a GGUF file: its key-value pairs and where its tensors lie.

The `gguf` package's reader makes two numpy views for each of the 300,000 strings of a
vocabulary with merges: 18 s and 700 MB for the 1.5-billion-parameter starter. Read in order
with `struct`, the same header takes about a second, and every count is held against the length
of the file, so that a damaged one ends in a sentence.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ConversionError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
# What a file aligns its tensors to when it does not say, in bytes.
ALIGNMENT = 32
MOST_DIMENSIONS = 4

# Formats of the scalar types by number; 8 is a string and 9 an array.
_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Where one tensor lies.

    Attributes
    ----------
    shape
        The slowest dimension first, as numpy has it.
    type
        GGML's number of the type.
    offset
        Bytes from the start of the file.
    """

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int


@dataclass(frozen=True, slots=True)
class Header:
    """What `read_header` found."""

    fields: Mapping[str, Any]
    tensors: Mapping[str, TensorInfo]


def read_header(path: Path) -> Header:
    """Read the header of a little-endian GGUF file, version 2 or 3.

    Raises
    ------
    ConversionError
        If the file cannot be read, is no GGUF file, is big-endian, or is damaged.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, path).header()
    except OSError as error:
        raise ConversionError(f"{path.name} cannot be read: {error.strerror}") from error


class _Reader:
    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._name = path.name
        self._size = path.stat().st_size
        self._at = 0

    def header(self) -> Header:
        if self._size < 8 or self._take(4) != MAGIC:
            raise ConversionError(f"{self._name} is not a GGUF file")
        version = self._number("I")
        if version not in VERSIONS:
            if version & 0xFFFF == 0:
                raise ConversionError(
                    f"{self._name} is a big-endian GGUF file; get the little-endian one"
                )
            known = " and ".join(map(str, VERSIONS))
            raise ConversionError(
                f"{self._name} has GGUF version {version}; versions {known} can be converted"
            )
        tensors, pairs = self._count(24), self._count(13)
        fields: dict[str, Any] = {}
        for _ in range(pairs):
            key = self._string()
            if key in fields:
                raise self._damaged()
            fields[key] = self._value(self._number("I"))
        found = [self._tensor() for _ in range(tensors)]
        alignment = fields.get("general.alignment", ALIGNMENT)
        if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
            raise self._damaged()
        start = -(-self._at // alignment) * alignment
        table = {
            tensor.name: TensorInfo(tensor.name, tensor.shape, tensor.type, start + tensor.offset)
            for tensor in found
        }
        if len(table) != len(found):
            raise self._damaged()
        return Header(fields, table)

    def _damaged(self) -> ConversionError:
        return ConversionError(f"{self._name} is damaged or cut short: get it again")

    def _take(self, size: int) -> bytes:
        # Held against the file's length first, so that a wild number never becomes memory.
        if size > self._size - self._at:
            raise self._damaged()
        self._at += size
        data = self._file.read(size)
        if len(data) != size:
            raise self._damaged()
        return data

    def _number(self, form: str) -> Any:
        return struct.unpack("<" + form, self._take(struct.calcsize("<" + form)))[0]

    def _count(self, smallest: int) -> int:
        """Return the number of things to come, none of them smaller than `smallest` bytes."""
        number = int(self._number("Q"))
        if number * smallest > self._size:
            raise self._damaged()
        return number

    def _string(self) -> str:
        try:
            return self._take(self._number("Q")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._damaged() from error

    def _value(self, kind: int) -> Any:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            raise self._damaged()
        kind = self._number("I")
        if kind == _STRING:
            return [self._string() for _ in range(self._count(8))]
        if kind not in _SCALARS:
            raise self._damaged()
        form = _SCALARS[kind]
        size = struct.calcsize("<" + form)
        number = self._count(size)
        return list(struct.unpack(f"<{number}{form}", self._take(number * size)))

    def _tensor(self) -> TensorInfo:
        name = self._string()
        dimensions = self._number("I")
        if not 1 <= dimensions <= MOST_DIMENSIONS:
            raise self._damaged()
        sizes = struct.unpack(f"<{dimensions}Q", self._take(8 * dimensions))
        # GGUF names the fastest dimension first. A tensor of no known type has at least an
        # eighth of a byte an element.
        if not 0 < prod(sizes) <= 8 * self._size:
            raise self._damaged()
        kind = self._number("I")
        return TensorInfo(name, tuple(reversed(sizes)), kind, int(self._number("Q")))
