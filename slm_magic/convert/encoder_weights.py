"""The tensors of a safetensors checkpoint by name: one file, or several with an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from .encoder_names import WORDS
from .quantize import Matrix

FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"


class Weights:
    """The tensors of a checkpoint, by name, whatever prefix a task head gave the encoder's.

    Parameters
    ----------
    handles
        The open file that each tensor is in.
    """

    def __init__(self, handles: dict[str, Any]) -> None:
        self._handles = handles
        found = [name for name in handles if name == WORDS or name.endswith("." + WORDS)]
        if len(found) != 1:
            raise ConversionError(f"{FILE} holds no BERT-family encoder")
        self._prefix = found[0][: -len(WORDS)]

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._handles

    def __getitem__(self, name: str) -> Matrix:
        return self.outside(self._prefix + name)

    def has_outside(self, name: str) -> bool:
        """Whether there is a tensor of that full name, such as a task head's."""
        return name in self._handles

    def outside(self, full: str) -> Matrix:
        """Return a tensor by its full name.

        Raises
        ------
        ConversionError
            When there is none, or it is stored as a type that numpy has not.
        """
        import numpy as np

        if full not in self._handles:
            raise ConversionError(f"The tensor {full} is missing from {FILE}")
        view = self._handles[full].get_slice(full)
        if view.get_dtype() not in ("F32", "F16", "F64"):
            raise ConversionError(
                f"The tensor {full} is stored as {view.get_dtype()}: save the model as float32"
            )

        def read(start: int, stop: int) -> Any:
            return view[start:stop].astype(np.float32, copy=False)

        return Matrix(full, tuple(view.get_shape()), read)


@contextmanager
def open_weights(paths: Sequence[Path]) -> Iterator[Weights]:
    """Open the files that together hold the weights of a checkpoint.

    Raises
    ------
    ConversionError
        When a file is missing or damaged, or holds no encoder.
    """
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        handles: dict[str, Any] = {}
        for path in paths:
            if not path.is_file():
                raise ConversionError(f"{path.name} is missing from {path.parent.name}")
            try:
                handle = stack.enter_context(safe_open(path, framework="numpy"))
            except SafetensorError as error:
                raise ConversionError(
                    f"{path.name} is damaged or cut short: get it again"
                ) from error
            handles.update(dict.fromkeys(handle.keys(), handle))
        yield Weights(handles)
