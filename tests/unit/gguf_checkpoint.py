"""A transformers checkpoint of the causal families written as GGUF, as llama.cpp's script does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6

# Names of a layer's weights, by their names in transformers.
_LAYER = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
_GEMMA = {
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}  # fmt: skip
_OUTER = {"embed_tokens": "token_embd", "norm": "output_norm", "lm_head": "output"}


@dataclass
class Words:
    """A tokenizer as a GGUF file has it."""

    model: str
    pre: str
    tokens: Sequence[str]
    types: Sequence[int]
    merges: Sequence[str] = ()
    scores: Sequence[float] = ()
    bos: int | None = None
    eos: int | None = None
    unk: int | None = None
    pad: int | None = None
    add_bos: bool = False
    add_space: bool | None = None
    template: str | None = None


def write(
    path: Path,
    architecture: str,
    state: Mapping[str, Floats],
    config: Any,
    words: Words,
    *,
    rope: float,
    divisors: Floats | None = None,
) -> Path:
    """Write a checkpoint.

    Parameters
    ----------
    state
        Its weights by transformers' names.
    config
        Its settings.
    rope
        Base of the rotary positions; Gemma's global one.
    divisors
        ``rope_freqs.weight``, if there is one.
    """
    writer = gguf.GGUFWriter(path, architecture)
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(rope)
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
    _add_words(writer, words)
    for name, values in state.items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        *block, part = _parts(name, architecture)
        stored = values.astype(np.float32)
        if architecture == "llama" and part in ("attn_q.weight", "attn_k.weight"):
            query = part.startswith("attn_q")
            heads = config.num_attention_heads if query else config.num_key_value_heads
            stored = shuffle(stored, heads)
        if architecture == "gemma3" and part.endswith("norm.weight"):
            stored = stored + 1
        writer.add_tensor(".".join([*block, part]), np.ascontiguousarray(stored))
    if divisors is not None:
        writer.add_tensor("rope_freqs.weight", divisors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def shuffle(rows: Floats, heads: int) -> Floats:
    """Take rows from halves that rotate together to pairs that do."""
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1)
    return halves.swapaxes(1, 2).reshape(rows.shape)


def _parts(name: str, architecture: str) -> list[str]:
    names = {**_LAYER, **(_GEMMA if architecture == "gemma3" else {})}
    *path, end = name.removeprefix("model.").split(".")
    if path[0] == "layers":
        return ["blk", path[1], f"{names['.'.join(path[2:])]}.{end}"]
    return [f"{_OUTER[path[0]]}.{end}"]


def _add_words(writer: gguf.GGUFWriter, words: Words) -> None:
    writer.add_tokenizer_model(words.model)
    writer.add_tokenizer_pre(words.pre)
    writer.add_token_list(list(words.tokens))
    writer.add_token_types(list(words.types))
    if words.merges:
        writer.add_token_merges(list(words.merges))
    if words.scores:
        writer.add_token_scores(list(words.scores))
    for number, add in (
        (words.bos, writer.add_bos_token_id),
        (words.eos, writer.add_eos_token_id),
        (words.unk, writer.add_unk_token_id),
        (words.pad, writer.add_pad_token_id),
    ):
        if number is not None:
            add(number)
    writer.add_add_bos_token(words.add_bos)
    if words.add_space is not None:
        writer.add_add_space_prefix(words.add_space)
    if words.template is not None:
        writer.add_chat_template(words.template)
