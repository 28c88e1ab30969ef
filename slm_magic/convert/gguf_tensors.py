"""The key-value pairs and the tensors of a GGUF file, each checked as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, prod
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from .gguf_header import Header, TensorInfo
from .quantize import Matrix, Quantization, set_weight

ARCHITECTURES = ("llama", "qwen2", "qwen3", "gemma3")
TENSOR_TYPES = (
    "F32", "F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K",
)  # fmt: skip


class Fields:
    """The key-value pairs of a file; short names are those of its architecture."""

    def __init__(self, header: Header) -> None:
        self._fields = header.fields
        self.architecture = str(self.get("general.architecture") or "")
        if self.architecture not in ARCHITECTURES:
            raise ConversionError(
                f"GGUF files of architecture {self.architecture!r} cannot be converted, "
                f"only {', '.join(ARCHITECTURES)}"
            )

    def get(self, key: str) -> Any:
        """Return a value, or None where the file is silent."""
        if key.startswith(("general.", "tokenizer.")):
            return self._fields.get(key)
        return self._fields.get(f"{self.architecture}.{key}")

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number above zero; `default` where the file is silent, if there is one."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        name = f"{self.architecture}.{key}"
        if value is None:
            raise ConversionError(f"The GGUF file does not say {name}")
        finite = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < inf
        if not finite:
            raise ConversionError(f"{name} in the GGUF file is not a number that can be used")
        number: float = value
        return number

    def count(self, key: str, default: int | None = None) -> int:
        """Return `number` where it is a whole one."""
        value = self.number(key, default)
        if value != int(value):
            raise ConversionError(f"{key} in the GGUF file is not a whole number")
        return int(value)


class Tensors:
    """The tensors of a file as float32, a block of rows at a time."""

    def __init__(self, path: Path, tensors: Mapping[str, TensorInfo]) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._tensors = tensors
        self._used: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def check_all_used(self) -> None:
        """Refuse a model with a tensor that has no place: it would answer, and wrongly."""
        unused = sorted(set(self._tensors) - self._used)
        if unused:
            raise ConversionError(
                f"The tensor {unused[0]} has no place in this architecture: the model is of "
                "another kind than it says"
            )

    def matrix(self, name: str, shape: tuple[int, ...] | None = None) -> Matrix:
        """Return a tensor that is read as it is asked for, of `shape` if one is given."""
        import numpy as np
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.quants import dequantize

        tensor = self._tensors.get(name)
        if tensor is None:
            raise ConversionError(f"The tensor {name} is missing: the file is damaged")
        self._used.add(name)
        known = {kind.value: kind for kind in GGMLQuantizationType}
        kind = known.get(tensor.type)
        if kind is None or kind.name not in TENSOR_TYPES:
            stored = f"type {tensor.type}" if kind is None else kind.name
            raise ConversionError(
                f"The tensor {name} is stored as {stored}; "
                f"types that can be read: {', '.join(TENSOR_TYPES)}"
            )
        if shape is not None and tensor.shape != shape:
            raise ConversionError(f"The tensor {name} has the wrong shape: the file is damaged")
        block, size = GGML_QUANT_SIZES[kind]
        columns = tensor.shape[-1]
        # A vector is a matrix of one column, which no type made of blocks can be.
        width = columns if len(tensor.shape) > 1 else 1
        row = width * size // block
        if columns % block or (len(tensor.shape) == 1 and block > 1):
            raise ConversionError(f"The tensor {name} has the wrong shape: the file is damaged")
        if tensor.offset + prod(tensor.shape) * size // block > self._size:
            raise ConversionError(f"{self._path.name} is damaged or cut short: get it again")

        def read(start: int, stop: int) -> Any:
            # Plain reads, not a map: a map counts as this process's memory page by page, and
            # a file that shrinks under it ends the process.
            with self._path.open("rb") as file:
                file.seek(tensor.offset + start * row)
                data = file.read((stop - start) * row)
            if len(data) != (stop - start) * row:
                raise ConversionError(f"{self._path.name} is damaged or cut short: get it again")
            values = dequantize(np.frombuffer(data, np.uint8).reshape(stop - start, row), kind)
            return values.reshape(stop - start, *tensor.shape[1:])

        return Matrix(name, tensor.shape, read)

    def vector(self, name: str, size: int) -> Any:
        """Return a vector of `size` numbers."""
        return self.matrix(name, (size,)).all()

    def linear(self, layer: Any, rows: Mapping[str, int], columns: int, kind: Quantization) -> None:
        """Fill one linear layer with the weights and biases named, stacked."""
        import numpy as np

        parts = [self.matrix(f"{name}.weight", (size, columns)) for name, size in rows.items()]
        set_weight(layer, parts, kind)
        biased = [f"{name}.bias" in self for name in rows]
        if any(biased) and not all(biased):
            raise ConversionError(f"Some biases of {next(iter(rows))} are missing: it is damaged")
        if all(biased):
            layer.bias = np.concatenate([self.vector(f"{n}.bias", rows[n]) for n in rows])
