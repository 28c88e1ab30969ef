"""GGUF files of a few hundred kilobytes with random weights, and the same model in numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize
from numpy.typing import NDArray

from slm_magic.convert.gguf_tokenizer import byte_letters

Floats = NDArray[np.float32]
Kind = gguf.GGMLQuantizationType

# Types of blocks of 256 want rows of that length.
WIDTH, INNER, HEADS, HEADS_KV, LAYERS = 256, 512, 4, 2, 2
HEAD = WIDTH // HEADS
BASE, EPS = 50_000.0, 1e-5
# Of Gemma 3: every second layer sees all, with the base above, and the others this many tokens.
PERIOD, WINDOW, LOCAL_BASE = 2, 8, 10_000.0
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_level_vocabulary() -> tuple[list[str], list[str]]:
    """Return tokens (special ones first) and merges of a small byte-level vocabulary."""
    letters = byte_letters()
    tokens = SPECIAL + [letters[byte] for byte in range(256)]
    space, line = letters[0x20], letters[0x0A]
    merges = ["t h", "th e", "i n", f"{space} the", f"{space} a", f"{space} {space}", "e r"]
    merges += [f"{line} {line}", "1 2", f"{space} in"]
    tokens += [merge.replace(" ", "") for merge in merges]
    return tokens, merges


@dataclass
class Tiny:
    """What a tiny file is made of; change a field, then `write` it."""

    architecture: str = "llama"
    kind: Kind = Kind.F32
    tied: bool = True
    seed: int = 0
    # Written over the usual keys; None leaves a key out.
    keys: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Floats] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()

    def write(self, path: Path) -> Mapping[str, Floats]:
        """Write the file; return its weights as the numbers that it stands for.

        Query and key rows are returned in the order that a model has before GGUF's own
        shuffle of them for llama files.
        """
        random = np.random.default_rng(self.seed)
        tokens, merges = byte_level_vocabulary()
        arch = self.architecture
        writer = gguf.GGUFWriter(path, arch)
        keys: dict[str, Any] = {
            f"{arch}.block_count": LAYERS,
            f"{arch}.context_length": 128,
            f"{arch}.embedding_length": WIDTH,
            f"{arch}.feed_forward_length": INNER,
            f"{arch}.attention.head_count": HEADS,
            f"{arch}.attention.head_count_kv": HEADS_KV,
            f"{arch}.rope.freq_base": BASE,
            f"{arch}.attention.layer_norm_rms_epsilon": EPS,
            "tokenizer.ggml.model": "gpt2",
            "tokenizer.ggml.pre": "qwen2" if arch.startswith("qwen") else "smollm",
            "tokenizer.ggml.tokens": tokens,
            "tokenizer.ggml.token_type": [3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)),
            "tokenizer.ggml.merges": merges,
            "tokenizer.ggml.bos_token_id": 1,
            "tokenizer.ggml.eos_token_id": 2,
            "tokenizer.ggml.padding_token_id": 0,
            "tokenizer.ggml.add_bos_token": False,
            "tokenizer.chat_template": TEMPLATE,
            **(
                {
                    f"{arch}.attention.sliding_window": WINDOW,
                    f"{arch}.attention.sliding_window_pattern": PERIOD,
                }
                if arch == "gemma3"
                else {}
            ),
            **self.keys,
        }
        for key, value in keys.items():
            if value is not None:
                _add(writer, key, value)

        weights: dict[str, Floats] = {}
        for name, shape in self._shapes(
            max(len(tokens), len(keys["tokenizer.ggml.tokens"] or ()))
        ).items():
            if name in self.drop:
                continue
            matrix = len(shape) == 2
            stored = (random.standard_normal(shape) * (0.06 if matrix else 0.2)).astype(np.float32)
            if name.endswith("norm.weight"):
                stored += 1
            kind = self.kind if matrix else Kind.F32
            raw, stored = pack(stored, kind, random)
            writer.add_tensor(name, raw, raw_dtype=kind)
            part = name.rsplit(".", 2)[-2]
            if arch == "llama" and part in ("attn_q", "attn_k"):
                stored = unshuffle(stored, HEADS if part == "attn_q" else HEADS_KV)
            weights[name] = stored
        for name, values in self.extra.items():
            writer.add_tensor(name, values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return weights

    def _shapes(self, vocabulary: int) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {
            "token_embd.weight": (vocabulary, WIDTH),
            "output_norm.weight": (WIDTH,),
        }
        if not self.tied:
            shapes["output.weight"] = (vocabulary, WIDTH)
        for layer in range(LAYERS):
            rows = {"attn_q": WIDTH, "attn_k": HEADS_KV * HEAD, "attn_v": HEADS_KV * HEAD}
            for part, size in rows.items():
                shapes[f"blk.{layer}.{part}.weight"] = (size, WIDTH)
                if self.architecture == "qwen2":
                    shapes[f"blk.{layer}.{part}.bias"] = (size,)
            shapes[f"blk.{layer}.attn_output.weight"] = (WIDTH, WIDTH)
            shapes[f"blk.{layer}.attn_norm.weight"] = (WIDTH,)
            shapes[f"blk.{layer}.ffn_norm.weight"] = (WIDTH,)
            shapes[f"blk.{layer}.ffn_gate.weight"] = (INNER, WIDTH)
            shapes[f"blk.{layer}.ffn_up.weight"] = (INNER, WIDTH)
            shapes[f"blk.{layer}.ffn_down.weight"] = (WIDTH, INNER)
            more = {"qwen3": ["attn_q_norm", "attn_k_norm"]}
            more["gemma3"] = [*more["qwen3"], "post_attention_norm", "post_ffw_norm"]
            for part in more.get(self.architecture, ()):
                size = HEAD if part.startswith("attn") else WIDTH
                shapes[f"blk.{layer}.{part}.weight"] = (size,)
        return shapes


def _add(writer: gguf.GGUFWriter, key: str, value: Any) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    else:
        writer.add_array(key, value)


def pack(values: Floats, kind: Kind, random: np.random.Generator) -> tuple[NDArray[Any], Floats]:
    """Return values as they are stored, and the numbers that the stored ones stand for.

    The `gguf` package cannot quantise to the K types: there the blocks are made up, with
    scales that keep the numbers small.
    """
    if kind in (Kind.Q4_K, Kind.Q5_K, Kind.Q6_K):
        block, size = GGML_QUANT_SIZES[kind]
        blocks = random.integers(0, 256, (values.size // block, size), dtype=np.uint8)
        low, high = (2e-5, 6e-5) if kind == Kind.Q6_K else (5e-5, 2e-4)
        small = random.uniform(low, high, (len(blocks), 2)).astype(np.float16).view(np.uint8)
        if kind == Kind.Q6_K:
            blocks[:, -2:] = small[:, :2]
        else:
            blocks[:, :4] = small
        raw: NDArray[Any] = blocks.reshape(values.shape[0], -1)
    else:
        raw = quantize(values, kind)
    return raw, dequantize(raw, kind).reshape(values.shape)


def unshuffle(rows: Floats, heads: int) -> Floats:
    """Take rows from pairs that rotate together side by side to halves that do."""
    pairs = rows.reshape(heads, rows.shape[0] // heads // 2, 2, -1)
    return pairs.swapaxes(1, 2).reshape(rows.shape)


def logits(
    weights: Mapping[str, Floats],
    ids: list[int],
    *,
    scaling: float = 1.0,
    cap: float = 0.0,
    query_scale: float = HEAD**-0.5,
) -> Floats:
    """Return the logits of every position, worked out in float64.

    Parameters
    ----------
    scaling
        Divides the positions, of Gemma's layers only where they see all.
    cap
        Of the logits; 0 for none.
    """
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    gemma = "blk.0.post_ffw_norm.weight" in w
    back = np.arange(len(ids))[:, None] - np.arange(len(ids))[None]

    def norm(x: Any, name: str) -> Any:
        if name not in w:
            return x
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * w[name]

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", 0.0)

    def turn(x: Any, local: bool) -> Any:
        base, divisor = (LOCAL_BASE, 1.0) if local else (BASE, scaling)
        speeds = base ** (-np.arange(0, HEAD, 2) / HEAD) / w.get("rope_freqs.weight", 1.0)
        angles = np.tile(np.arange(len(ids))[:, None] / divisor * speeds, 2)
        half = np.concatenate([-x[..., HEAD // 2 :], x[..., : HEAD // 2]], -1)
        return x * np.cos(angles) + half * np.sin(angles)

    def split(x: Any, heads: int) -> Any:
        return np.repeat(x.reshape(len(ids), heads, HEAD).swapaxes(0, 1), HEADS // heads, 0)

    x = w["token_embd.weight"][ids] * (WIDTH**0.5 if gemma else 1.0)
    for layer in range(LAYERS):
        name = f"blk.{layer}"
        local = gemma and (layer + 1) % PERIOD != 0
        y = norm(x, f"{name}.attn_norm.weight")
        q = norm(split(linear(y, f"{name}.attn_q"), HEADS), f"{name}.attn_q_norm.weight")
        k = norm(split(linear(y, f"{name}.attn_k"), HEADS_KV), f"{name}.attn_k_norm.weight")
        v = split(linear(y, f"{name}.attn_v"), HEADS_KV)
        scores = turn(q, local) @ turn(k, local).swapaxes(1, 2) * query_scale
        seen = (back >= 0) & (back < (WINDOW if local else len(ids)))
        scores = np.where(seen, scores, -np.inf)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), -1)
        x = x + norm(linear(mixed, f"{name}.attn_output"), f"{name}.post_attention_norm.weight")
        y = norm(x, f"{name}.ffn_norm.weight")
        gate = linear(y, f"{name}.ffn_gate")
        if gemma:
            gate = gate * (1 + np.tanh((2 / np.pi) ** 0.5 * (gate + 0.044715 * gate**3))) / 2
        else:
            gate = gate / (1 + np.exp(-gate))
        gated = linear(gate * linear(y, f"{name}.ffn_up"), f"{name}.ffn_down")
        x = x + norm(gated, f"{name}.post_ffw_norm.weight")
    x = norm(x, "output_norm.weight")
    head = w.get("output.weight", w["token_embd.weight"])
    result: Floats = (x @ head.T).astype(np.float32)
    return cap * np.tanh(result / cap) if cap else result


def changed(path: Path, change: Callable[[bytearray], None]) -> Path:
    """Change the bytes of a file in place."""
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path
