"""The self-check of an opened model: whether its tokenizer is its own.

A tokenizer of another model gives no error anywhere; it gives nonsense.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .catalog import Kind
from .convert.detect import KINDS, read_header
from .errors import ConversionError, ModelLoadError
from .tokenization_family import read_table, read_vocabulary, weight_shapes

# A text of the tokenizer's own pieces may have this share that the model does not know: two
# SentencePiece models over one vocabulary never agree in full.
MOST_UNKNOWN = 1 / 3
_REPLACE = "use the files of one and the same conversion"


def check(name: str, folder: Path, tokens: Sequence[str]) -> None:
    """Raise if the files of an encoder-decoder's folder do not belong together.

    Parameters
    ----------
    tokens
        What its tokenizer makes of a text that consists of its own pieces.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    config = read_table(folder / "config.json")
    end = config.get("eos_token") or "</s>"
    pieces = [token for token in tokens if token != end]
    check_pieces(name, folder, pieces)
    _check_end(name, folder, [end])
    # Files of before CTranslate2 3 keep this in the weights, and were converted to add it.
    if config.get("add_source_eos") is False and tokens[-1:] != [end]:
        raise ModelLoadError(
            f"The tokenizer of {name!r} leaves out the end of a sequence, without which the model "
            f"runs on; {_REPLACE}."
        )
    check_rows(name, folder, "source", "encoder/embeddings_0/weight")
    check_rows(name, folder, "target", "decoder/embeddings/weight")


def check_causal(name: str, folder: Path, pieces: Sequence[str], ends: Sequence[str]) -> None:
    """Raise if the files of a decoder-only model's folder do not belong together.

    Parameters
    ----------
    pieces
        What its tokenizer makes of a text that consists of its own pieces.
    ends
        Tokens that end an answer.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    # Weights that cannot be read are CTranslate2's to refuse.
    with suppress(ConversionError):
        check_class(name, folder, "causal")
    check_pieces(name, folder, pieces)
    _check_end(name, folder, ends)
    check_rows(name, folder, "", "decoder/embeddings/weight")


def check_class(name: str, folder: Path, kind: Kind) -> None:
    """Raise if the weights are of another kind of model than they should be.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    ConversionError
        If the weights cannot be read.
    """
    _, spec, _ = read_header(folder / "model.bin")
    found = KINDS.get(spec)
    if found != kind:
        raise ModelLoadError(
            f"{name!r} should be a {kind} model and its weights are "
            f"{f'those of a {found} one' if found else 'of no kind known'} ({spec}); "
            "pull it from where it was published, or under a name of its own."
        )


def check_pieces(name: str, folder: Path, pieces: Sequence[str]) -> None:
    """Raise if a model knows too few of the pieces that its tokenizer makes.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    known = set(read_vocabulary(folder, "source"))
    unknown = read_table(folder / "config.json").get("unk_token") or "<unk>"
    missing = sum(1 for token in pieces if token not in known or token == unknown)
    if not known or missing > MOST_UNKNOWN * len(pieces):
        raise ModelLoadError(
            f"The tokenizer of {name!r} is that of another model: {missing} of {len(pieces)} "
            f"pieces of a probe are not in its vocabulary; {_REPLACE}."
        )


def check_rows(name: str, folder: Path, side: str, weight: str) -> None:
    """Raise if a vocabulary and the embeddings for it are of different sizes.

    Parameters
    ----------
    side
        ``source``, ``target``, or empty where there is only one vocabulary.
    weight
        Name of the embeddings.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    rows = (weight_shapes(folder / "model.bin").get(weight) or (0,))[0]
    size = len(read_vocabulary(folder, side))
    if rows and rows != size:
        raise ModelLoadError(
            f"{name!r} has {size} tokens in its {f'{side} ' if side else ''}vocabulary and weights "
            f"for {rows}: {_REPLACE}, or convert the checkpoint anew."
        )


def _check_end(name: str, folder: Path, ends: Sequence[str]) -> None:
    if set(ends).isdisjoint(read_vocabulary(folder, "target")):
        raise ModelLoadError(
            f"{name!r} would never end a text: its end token is not in its vocabulary; {_REPLACE}."
        )
