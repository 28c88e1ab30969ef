"""The layout of a ``model.bin``, read without its weights.

CTranslate2 copies as many bytes of a variable as the file says into a buffer of the size that the
shape says, and asks nothing. A file in which the two differ writes over memory, so every file is
looked through here first.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

# Bytes an item, by CTranslate2's number of the type: float32, int8, int16, int32, float16, bfloat16.
ITEM_BYTES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}
# Layouts before this one tell an item's size and leave the type to be guessed.
TYPED_VERSION = 4
ALIASES_VERSION = 3
MOST_DIMENSIONS = 8
# How a single number of a type, or of so many bytes where no type is told, is read.
_NUMBERS = {0: "<f", 1: "<b", 2: "<h", 3: "<i"}
_WHOLE = {1: "<b", 2: "<h", 4: "<i"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a file.

    Attributes
    ----------
    item_bytes
        Bytes of one of its items.
    number
        The value, of a variable that holds one.
    """

    shape: tuple[int, ...]
    item_bytes: int
    number: float | None = None


def read_variables(path: Path) -> Mapping[str, Variable]:
    """Return every variable of a ``model.bin`` by its name, aliases included.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is cut short, says one size here and another there, or goes on past its end.
    """
    found: dict[str, Variable] = {}
    end = path.stat().st_size
    with path.open("rb") as file:

        def take(form: str) -> tuple[Any, ...]:
            return struct.unpack(form, file.read(struct.calcsize(form)))

        def name() -> str:
            return file.read(take("<H")[0]).rstrip(b"\0").decode("ascii")

        try:
            version = take("<I")[0]
            name()
            (_, count) = take("<II")
            for _ in range(count):
                variable = name()
                shape = take(f"<{_rank(take('<B')[0])}I")
                kind, size = take("<BI")
                item = ITEM_BYTES.get(kind, 0) if version >= TYPED_VERSION else kind
                size = size if version >= TYPED_VERSION else size * item
                if not item or prod(shape) * item != size or file.tell() + size > end:
                    raise ValueError("a variable is not of the size it says")
                number = None
                form = _NUMBERS.get(kind) if version >= TYPED_VERSION else _WHOLE.get(item)
                if size == item and form is not None:
                    (number,) = take(form)
                else:
                    file.seek(size, 1)
                if variable in found:
                    raise ValueError("a variable is there twice")
                found[variable] = Variable(shape, item, number)
            # Weights that are used twice are stored once.
            for _ in range(take("<I")[0] if version >= ALIASES_VERSION else 0):
                alias, meant = name(), name()
                if meant not in found:
                    raise ValueError("an alias of nothing")
                found[alias] = found[meant]
            if file.tell() != end:
                raise ValueError("more than it says")
        except (struct.error, UnicodeDecodeError) as error:
            raise ValueError("cut short or damaged") from error
    return found


def _rank(rank: int) -> int:
    if rank > MOST_DIMENSIONS:
        raise ValueError("a variable of more dimensions than any has")
    return rank
