"""The self-check of an encoder's tokenizer: whether its ids are rows of these weights.

A tokenizer of another model gives no error anywhere; it gives nonsense.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from .errors import ModelLoadError
from .tokenization_check import MOST_UNKNOWN
from .tokenization_family import read_table, read_vocabulary, weight_shapes

# Pieces of a probe.
PROBE = 40
_REPLACE = "use the files of one and the same checkpoint"
_UNKNOWN = frozenset({"[UNK]", "<unk>"})


class Tokenizer(Protocol):
    """What is asked of a tokenizer here."""

    def vocabulary(self) -> dict[str, int]:
        """Return every token with its id."""

    def encode(self, text: str) -> list[str]:
        """Return the tokens of a text, without those around it."""

    def encode_ids(self, text: str) -> list[int]:
        """Return the ids of a text, with those around it."""


def check_encoder(name: str, folder: Path, tokenizer: Tokenizer, *, tags: bool) -> None:
    """Raise if the files of an encoder's folder do not belong together.

    Parameters
    ----------
    tags
        Whether a head reads each token: it was trained with a mark before and one behind.

    Raises
    ------
    ModelLoadError
        Saying in one line what is wrong.
    """
    own = tokenizer.vocabulary()
    words = read_vocabulary(folder, "source")
    rows = (weight_shapes(folder / "model.bin").get("encoder/embeddings_0/weight") or (0,))[0]
    if rows and rows != len(words):
        raise ModelLoadError(
            f"{name!r} has {len(words)} tokens in its vocabulary and weights for {rows}: "
            f"{_REPLACE}, or convert the checkpoint anew."
        )
    largest = max(own.values(), default=-1)
    if largest >= len(words):
        raise ModelLoadError(
            f"The tokenizer of {name!r} has ids up to {largest} and the model {len(words)} rows: "
            f"{_REPLACE}."
        )
    text = _probe(own)
    tokens = tokenizer.encode(text)
    ids, around = [own[token] for token in tokens], tokenizer.encode_ids(text)
    if tags and not (around[1:-1] == ids and _is_named(folder, own, around)):
        raise ModelLoadError(
            f"The tokenizer of {name!r} does not put its two marks ([CLS] and [SEP], or <s> and "
            f"</s>) round a text, as the model was trained to see; {_REPLACE}."
        )
    strange = sum(token in _UNKNOWN for token in tokens)
    other = sum(token != words[i] for token, i in zip(tokens, ids, strict=True))
    if other or strange > MOST_UNKNOWN * len(tokens):
        raise ModelLoadError(
            f"The tokenizer of {name!r} is that of another model: of {len(tokens)} pieces of a "
            f"probe {other} are other words in its vocabulary and {strange} are unknown; {_REPLACE}."
        )


def _probe(own: dict[str, int]) -> str:
    """Return a text of the tokenizer's own pieces that can stand alone; empty if none can."""
    words = []
    for piece in sorted(own, key=lambda one: own[one]):
        word = piece.removeprefix("▁").removeprefix("Ġ")
        if len(word) > 1 and word.isalnum():
            words.append(word)
    step = max(1, len(words) // PROBE)
    return " ".join(words[::step][:PROBE])


def _is_named(folder: Path, own: dict[str, int], ids: list[int]) -> bool:
    """Whether first and last id are the marks that the settings name, where they name any."""
    table = read_table(folder / "tokenizer_config.json")
    for place, keys in ((0, ("cls_token", "bos_token")), (-1, ("sep_token", "eos_token"))):
        value = next((table[key] for key in keys if table.get(key)), None)
        value = value.get("content") if isinstance(value, dict) else value
        if value is not None and own.get(str(value)) != ids[place]:
            return False
    return True
