"""Encoders with a token-classification head beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..convert.token_head import HEAD, has_head, read_head, read_labels, wrong
from ..errors import ConversionError, ModelLoadError
from ..tokenization_family import weight_shapes
from .encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..store import Installed
    from .plan import Plan

# Where the weights have no table of positions.
_POSITIONS = 512

__all__ = ["TokenClassifier", "has_head"]


class TokenClassifier(Encoder):
    """An encoder whose head scores each token, for named entities and personal data.

    Attributes
    ----------
    labels
        What the outputs stand for, in order.
    positions
        The longest sequence that it reads, in tokens, special ones included.
    """

    def __init__(self, installed: Installed, tokenizer: Any, plan: Plan) -> None:
        # Before CTranslate2 loads the weights, which takes far longer.
        shapes = weight_shapes(installed.folder / "model.bin")
        self._weight, self._bias, self.labels = _head(installed, shapes)
        table = shapes.get("encoder/position_encodings/encodings") or (_POSITIONS,)
        self.positions = table[0]
        super().__init__(installed, tokenizer, plan)

    def logits(
        self,
        ids: Sequence[list[int]],
        *,
        on_result: Callable[[int, npt.NDArray[np.float32]], None] | None = None,
    ) -> list[npt.NDArray[np.float32]]:
        """Return the head's scores of token sequences: ``states @ weight.T + bias``.

        Parameters
        ----------
        ids
            One non-empty list of token ids a sequence, special tokens included.
        on_result
            Called with the number and the scores of each sequence as it is finished.

        Returns
        -------
        list of arrays
            Per sequence, float32 of shape (tokens, labels).

        Raises
        ------
        ModelLoadError
            If CTranslate2 refuses the input, such as one past the position table.
        """
        scores: dict[int, npt.NDArray[np.float32]] = {}

        def score(index: int, states: npt.NDArray[np.float32]) -> None:
            scores[index] = states @ self._weight.T + self._bias
            if on_result is not None:
                on_result(index, scores[index])

        self.hidden(ids, on_result=score)
        return [scores[i] for i in range(len(ids))]


def _head(
    installed: Installed, shapes: dict[str, tuple[int, ...]]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], list[str]]:
    """Return weight, bias and labels of a model's head, after a self-check.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    labels = read_labels(installed.folder)
    try:
        weight, bias = read_head(installed.folder)
    except ConversionError as error:
        raise ModelLoadError(f"{HEAD} of {installed.name!r} is damaged; pull it again.") from error
    problem = wrong(weight, bias, labels)
    width = (shapes.get("encoder/embeddings_0/weight") or (0, 0))[1]
    if not problem and width not in (0, weight.shape[1]):
        problem = f"has a head for states of {weight.shape[1]} numbers and a model of {width}"
    if problem:
        raise ModelLoadError(
            f"{installed.name!r} {problem}; use the files of one and the same checkpoint."
        )
    return weight, bias, labels
