"""Weights that are read, quantised and written one block of rows at a time.

CTranslate2's own converter holds every weight as float32 before it quantises the first
one, and then compares all of them pairwise to find the tied ones. For the
1.5-billion-parameter starter that is 9 GB and minutes. Here a weight is a recipe: the
specification gets its shape and type, and the numbers exist only while their bytes are
being written to ``model.bin``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ConversionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Progress = Callable[[int, int], None]
Quantization = Literal["int8", "float32"]

QUANTIZATIONS: tuple[Quantization, ...] = ("int8", "float32")

# Floats held at a time. Small enough to stay near the processor's cache and to answer
# Ctrl-C at once, large enough that Python's share of the time does not show.
BLOCK_FLOATS = 1 << 20


@dataclass(frozen=True, slots=True)
class Matrix:
    """A float32 matrix, or a vector, that is read in blocks of rows.

    Attributes
    ----------
    name
        The tensor's name in the source file, for messages.
    shape
        Rows and columns; a vector has one dimension.
    read
        ``read(start, stop)`` returns those rows as float32.
    """

    name: str
    shape: tuple[int, ...]
    read: Callable[[int, int], Floats]

    def all(self) -> Floats:
        """Return every row as one array of `shape`."""
        rows: Floats = self.read(0, self.shape[0]).reshape(self.shape)
        return rows


def matrix(name: str, values: Floats) -> Matrix:
    """Return a `Matrix` over an array that is already in memory."""
    return Matrix(name, values.shape, lambda start, stop: values[start:stop])


class Weight:
    """One variable of ``model.bin``: its shape and type now, its bytes when they are written.

    Has the four members that CTranslate2's serialiser asks of a variable. Parts are
    stacked by rows, which is how the query, key and value projections are fused.

    Parameters
    ----------
    parts
        Matrices with the same number of columns.
    quantization
        ``int8`` fills `scales`; ``float32`` keeps the values.
    """

    def __init__(self, parts: Sequence[Matrix], quantization: Quantization) -> None:
        columns = {part.shape[1:] for part in parts}
        if len(columns) != 1:
            names = ", ".join(part.name for part in parts)
            raise ConversionError(f"The tensors {names} do not fit together: the file is damaged")
        self._parts = tuple(parts)
        self.shape = (sum(part.shape[0] for part in parts), *columns.pop())
        self.dtype: str = quantization
        self.scales = Scales(self) if quantization == "int8" else None
        self.on_bytes: Callable[[int], None] | None = None
        self._scale_values: Floats | None = None

    def num_bytes(self) -> int:
        """Return the size of the serialised variable in bytes."""
        return prod(self.shape) * (1 if self.dtype == "int8" else 4)

    def to_bytes(self) -> NDArray[Any]:
        """Return the values, as an array that can be written as it is.

        Raises
        ------
        ConversionError
            When a value is not a finite number.
        """
        import numpy as np

        values: NDArray[Any] = np.empty(self.shape, dtype=self.dtype)
        scales = np.empty(self.shape[0], dtype=np.float32)
        step = max(1, BLOCK_FLOATS // max(1, prod(self.shape[1:])))
        row = 0
        for part in self._parts:
            for start in range(0, part.shape[0], step):
                stop = min(start + step, part.shape[0])
                block = part.read(start, stop)
                if not np.isfinite(block).all():
                    raise ConversionError(f"The tensor {part.name} holds values that are no number")
                out = slice(row, row + stop - start)
                if self.dtype == "int8":
                    values[out], scales[out] = quantize_rows(block)
                else:
                    values[out] = block
                row = out.stop
                if self.on_bytes is not None:
                    self.on_bytes(values[out].nbytes)
        self._scale_values = scales
        return values

    def scale_values(self) -> Floats:
        """Return one scale a row, quantising again if the rows were not written yet."""
        if self._scale_values is None:
            self.to_bytes()
        assert self._scale_values is not None
        return self._scale_values


class Scales:
    """The ``weight_scale`` variable that goes with an int8 `Weight`."""

    dtype = "float32"

    def __init__(self, weight: Weight) -> None:
        self._weight = weight
        self.shape = weight.shape[:1]

    def num_bytes(self) -> int:
        """Return the size of the serialised variable in bytes."""
        return 4 * self.shape[0]

    def to_bytes(self) -> Floats:
        """Return the scales; the serialiser writes in name order, so the weight came first."""
        return self._weight.scale_values()


def quantize_rows(block: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Quantise float32 rows to int8, as CTranslate2 does: ``round(row * 127 / max|row|)``.

    Returns
    -------
    tuple
        The int8 rows, and the scale of each row, by which CTranslate2 divides. A row of
        zeros has scale 1.
    """
    import numpy as np

    largest = np.abs(block).max(axis=1)
    largest[largest == 0] = 127.0
    # A row so small that 127 / max overflows would have an infinite scale.
    largest = np.maximum(largest, np.float32(127) / np.finfo(np.float32).max)
    scale = np.float32(127) / largest
    return np.rint(block * scale[:, None]).astype(np.int8), scale


def set_weight(layer: Any, parts: Sequence[Matrix], quantization: Quantization) -> None:
    """Give a linear or embedding specification its weight, and its scales when int8."""
    layer.weight = weight = Weight(parts, quantization)
    if weight.scales is not None:
        layer.weight_scale = weight.scales


def check_quantization(quantization: str) -> Quantization:
    """Return `quantization` if it is one that can be written.

    Raises
    ------
    ConversionError
        When it is not.
    """
    for known in QUANTIZATIONS:
        if quantization == known:
            return known
    raise ConversionError(f"quantization must be one of {', '.join(QUANTIZATIONS)}")


def write_model(
    spec: Any,
    out: Path,
    *,
    tied: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write ``model.bin``, ``config.json`` and ``vocabulary.json`` into `out`.

    Parameters
    ----------
    spec
        A CTranslate2 model specification with every required variable set.
    tied
        Variables that are the same as another: layer name to the name of the layer that
        has the weight. Said by the caller, who knows, rather than found by comparing all
        with all.
    progress
        Called with bytes done and bytes in all.

    Raises
    ------
    ConversionError
        When the specification is incomplete.
    """
    tied = dict(tied or {})
    owners = {name: _layer(spec, name) for name in (*tied, *tied.values())}
    for name, owner in tied.items():
        owners[name].weight = owners[owner].weight
    try:
        spec.validate()
    except ValueError as error:
        raise ConversionError(f"The model is incomplete: {' '.join(str(error).split())}") from error
    # A string in the place of a variable is an alias; its scale follows it on load.
    for name, owner in tied.items():
        owners[name].weight = f"{owner}/weight"

    weights = [value for value in spec.variables().values() if isinstance(value, Weight)]
    total = sum(weight.num_bytes() for weight in weights)
    done = 0

    def advance(written: int) -> None:
        nonlocal done
        done += written
        if progress is not None:
            progress(done, total)

    for weight in weights:
        weight.on_bytes = advance
    spec.save(str(out))


def _layer(spec: Any, name: str) -> Any:
    for part in name.split("/"):
        spec = getattr(spec, part)
    return spec
