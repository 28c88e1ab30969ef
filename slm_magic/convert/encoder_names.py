"""The five families of encoders: how they name their weights and settings, and which one it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..tokenization_family import read_table, read_vocabulary, weight_shapes


@dataclass(frozen=True, slots=True)
class Names:
    """Where a family keeps what CTranslate2's encoder wants.

    Attributes
    ----------
    layer
        Start of the names of one layer's tensors, with ``{}`` for its number.
    attention
        Query, key and value within a layer.
    attention_out, attention_norm, inner, outer, norm
        Within a layer.
    types
        The table of token types; empty where the family has none.
    layers, heads, activation
        Keys of ``config.json``.
    after_padding
        Whether the first position is the row behind the padding id's, not row 0.
    """

    layer: str
    attention: tuple[str, str, str]
    attention_out: str
    attention_norm: str
    inner: str
    outer: str
    norm: str
    types: str
    layers: str
    heads: str
    activation: str
    after_padding: bool = False


WORDS = "embeddings.word_embeddings.weight"
POSITIONS = "embeddings.position_embeddings.weight"
NORM = "embeddings.LayerNorm"

_BERT = Names(
    layer="encoder.layer.{}",
    attention=("attention.self.query", "attention.self.key", "attention.self.value"),
    attention_out="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    inner="intermediate.dense",
    outer="output.dense",
    norm="output.LayerNorm",
    types="embeddings.token_type_embeddings.weight",
    layers="num_hidden_layers",
    heads="num_attention_heads",
    activation="hidden_act",
)
_DISTILBERT = Names(
    layer="transformer.layer.{}",
    attention=("attention.q_lin", "attention.k_lin", "attention.v_lin"),
    attention_out="attention.out_lin",
    attention_norm="sa_layer_norm",
    inner="ffn.lin1",
    outer="ffn.lin2",
    norm="output_layer_norm",
    types="",
    layers="n_layers",
    heads="n_heads",
    activation="activation",
)
_ROBERTA = replace(_BERT, after_padding=True)

# By config.json's model_type.
FAMILIES = {
    "bert": _BERT,
    "distilbert": _DISTILBERT,
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
}


def model_type(config: Mapping[str, Any]) -> str:
    """Return what a ``config.json`` says that the model is; empty where it says nothing usable."""
    named = config.get("model_type")
    return named if isinstance(named, str) and len(named) < 100 else ""


def encoder_family(folder: Path) -> str:
    """Return the family of an encoder: what its ``config.json`` says, else what its files look like.

    Where they tell nothing it is ``bert``.
    """
    named = model_type(read_table(folder / "config.json"))
    if named in FAMILIES:
        return named
    vocabulary = frozenset(read_vocabulary(folder, "source"))
    if "<s>NOTUSED" in vocabulary or "<unk>NOTUSED" in vocabulary:
        return "camembert"
    if {"<s>", "</s>"} <= vocabulary:
        return "xlm-roberta" if any(t.startswith("▁") for t in vocabulary) else "roberta"
    shapes = weight_shapes(folder / "model.bin")
    # DistilBERT alone has no token types.
    return "distilbert" if shapes and "encoder/embeddings_1/weight" not in shapes else "bert"
