"""The self-check of an opened sequence-to-sequence model: whether its tokenizer is its own.

A tokenizer of another model gives no error anywhere; it gives nonsense.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .errors import ModelLoadError
from .tokenization_family import read_table, read_vocabulary, weight_shapes

# A text of the tokenizer's own pieces may have this share that the model does not know: two
# SentencePiece models over one vocabulary never agree in full.
MOST_UNKNOWN = 1 / 3
_REPLACE = "use the files of one and the same conversion"


def check(name: str, folder: Path, tokens: Sequence[str]) -> None:
    """Raise if the files of a folder do not belong together.

    Parameters
    ----------
    tokens
        What its tokenizer makes of a text that consists of its own pieces.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    vocabulary = read_vocabulary(folder, "source")
    known = set(vocabulary)
    config = read_table(folder / "config.json")
    unknown = config.get("unk_token") or "<unk>"
    end = config.get("eos_token") or "</s>"
    pieces = [token for token in tokens if token != end]
    missing = sum(1 for token in pieces if token not in known or token == unknown)
    if not known or missing > MOST_UNKNOWN * len(pieces):
        raise ModelLoadError(
            f"The tokenizer of {name!r} is that of another model: {missing} of {len(pieces)} "
            f"pieces of a probe are not in its vocabulary; {_REPLACE}."
        )
    if end not in read_vocabulary(folder, "target"):
        raise ModelLoadError(
            f"{name!r} would never end a text: its end token is not in its vocabulary; {_REPLACE}."
        )
    # Files of before CTranslate2 3 keep this in the weights, and were converted to add it.
    if config.get("add_source_eos") is False and tokens[-1:] != [end]:
        raise ModelLoadError(
            f"The tokenizer of {name!r} leaves out the end of a sequence, without which the model "
            f"runs on; {_REPLACE}."
        )
    shapes = weight_shapes(folder / "model.bin")
    for side, weight in (
        ("source", "encoder/embeddings_0/weight"),
        ("target", "decoder/embeddings/weight"),
    ):
        rows = (shapes.get(weight) or (0,))[0]
        size = len(read_vocabulary(folder, side))
        if rows and rows != size:
            raise ModelLoadError(
                f"{name!r} has {size} tokens in its {side} vocabulary and weights for {rows}: "
                f"{_REPLACE}, or convert the checkpoint anew."
            )
