"""What a decoder-only folder is, told by its weights and settings, never by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from .tokenization_family import read_table, weight_shapes, weight_values

CausalFamily = Literal["llama", "qwen2", "qwen3", "gemma3", "other"]

# `model_type` of transformers' settings, which some conversions leave in config.json. Others that
# are built as one of these four, such as Mistral, are trained for other chats.
_NAMED: dict[str, CausalFamily] = {
    "llama": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma3": "gemma3",
    "gemma3_text": "gemma3",
}
# CTranslate2's number of a way to scale rotary positions, and of activations.
_LLAMA3 = 2
_GELU, _SWISH = (1, 3), (2,)


@dataclass(frozen=True, slots=True)
class CausalTraits:
    """What the files of a folder tell.

    Attributes
    ----------
    window
        Tokens that the layers which do not see the whole text see; 0 if all see all.
    unscaled
        Whether its rotary positions are of Llama 3.1's kind and lack the factor that they are
        scaled by, which CTranslate2's own converter does not write.
    """

    family: CausalFamily
    window: int
    unscaled: bool = False


def causal_traits(folder: Path) -> CausalTraits:
    """Return what the files of a CTranslate2 folder tell of a decoder-only model."""
    weights, config = folder / "model.bin", folder / "config.json"
    stamps = tuple(
        (path.stat().st_mtime_ns, path.stat().st_size)
        for path in (weights, config)
        if path.is_file()
    )
    return _traits(folder, stamps)


@lru_cache(maxsize=8)
def _traits(folder: Path, stamps: tuple[tuple[int, int], ...]) -> CausalTraits:
    path = folder / "model.bin"
    values = weight_values(path)
    family = _built(frozenset(weight_shapes(path)), values)
    named = read_table(folder / "config.json").get("model_type")
    if isinstance(named, str) and _NAMED.get(named) != family:
        family = "other"
    windows = [int(value) for name, value in values.items() if name.endswith("/sliding_window")]
    attention = "decoder/layer_0/self_attention/rotary_scaling"
    unscaled = values.get(f"{attention}_type") == _LLAMA3 and f"{attention}_factor" not in values
    return CausalTraits(family, max(windows, default=0), unscaled)


def _built(names: frozenset[str], values: Mapping[str, float]) -> CausalFamily:
    """Return the family that has such layers."""

    def has(end: str) -> bool:
        return f"decoder/layer_0/{end}" in names

    rotary = "decoder/layer_0/self_attention/rotary_dim" in values
    centred = any(name.endswith("/beta") for name in names)
    # Layers of all four: a gate, norms without a centre, rotary positions.
    if centred or not rotary or not has("ffn/linear_0_noact/weight"):
        return "other"
    if has("self_attention/linear_1/bias") or has("self_attention/v_norm/gamma"):
        return "other"
    biased, normed = has("self_attention/linear_0/bias"), has("self_attention/q_norm/gamma")
    activation, scaled = values.get("decoder/activation"), values.get("decoder/scale_embeddings")
    if has("post_feedforward_layer_norm/gamma"):
        gemma = normed and scaled and not biased and activation in _GELU
        return "gemma3" if gemma else "other"
    if scaled or activation not in _SWISH or not has("ffn/layer_norm/gamma"):
        return "other"
    if normed:
        return "other" if biased else "qwen3"
    return "qwen2" if biased else "llama"
