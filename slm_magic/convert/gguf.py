"""GGUF files of the llama and qwen2 architectures into CTranslate2 folders, with no torch.

Tensors stay in the memory-mapped file until their rows are quantised and written, so the peak of
memory is that of the largest tensor, not of the model.

GGUF stores the query and key projections of llama models for interleaved rotary embeddings;
CTranslate2 can rotate that way too, so the rows are taken as they stand.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from .gguf_tokenizer import GGUFVocabulary, build_tokenizer
from .quantize import (
    Matrix,
    Progress,
    Quantization,
    check_quantization,
    set_weight,
    write_model,
)

MAGIC = b"GGUF"
VERSIONS = (2, 3)
ARCHITECTURES = ("llama", "qwen2")
TENSOR_TYPES = (
    "F32", "F16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K",
)  # fmt: skip


def convert_gguf(
    path: Path,
    out: Path,
    *,
    quantization: str = "int8",
    progress: Progress | None = None,
) -> None:
    """Convert a GGUF file into a CTranslate2 folder with its tokenizer.

    Parameters
    ----------
    path
        The GGUF file.
    out
        An existing empty folder.
    quantization
        ``int8`` or ``float32``.
    progress
        Called with bytes done and bytes in all.

    Raises
    ------
    ConversionError
        If the file is damaged, or of a kind that is not covered.
    """
    kind = check_quantization(quantization)
    reader = _open(path)
    fields = _Fields(reader)
    vocabulary = _vocabulary(fields)
    tokenizer = build_tokenizer(vocabulary)
    spec, tied = _fill(fields, {tensor.name: tensor for tensor in reader.tensors}, kind)
    rows = spec.decoder.embeddings.weight.shape[0]
    if rows < len(vocabulary.tokens):
        raise ConversionError("The file has more tokens than embeddings: it is damaged")
    fillers = [f"<extra_id_{i}>" for i in range(rows - len(vocabulary.tokens))]
    spec.register_vocabulary([*vocabulary.tokens, *fillers])
    eos = vocabulary.token(vocabulary.eos) or vocabulary.tokens[-1]
    spec.config.eos_token = eos
    spec.config.bos_token = vocabulary.token(vocabulary.bos) or eos
    spec.config.unk_token = vocabulary.token(vocabulary.unk) or eos
    spec.config.layer_norm_epsilon = float(fields.need("attention.layer_norm_rms_epsilon"))
    write_model(spec, out, tied=tied, progress=progress)
    tokenizer.save(str(out / "tokenizer.json"))
    settings = {
        "chat_template": fields.get("tokenizer.chat_template"),
        "bos_token": vocabulary.token(vocabulary.bos),
        "eos_token": eos,
        "pad_token": vocabulary.token(vocabulary.pad),
        "add_bos_token": vocabulary.add_bos,
        "context": int(fields.need("context_length")),
    }
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (out / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")


def _open(path: Path) -> Any:
    """Return the `gguf` package's reader over a file that is what it says it is."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise ConversionError(f"{path.name} cannot be read: {error.strerror}") from error
    if head[:4] != MAGIC or len(head) < 8:
        raise ConversionError(f"{path.name} is not a GGUF file")
    (version,) = struct.unpack("<I", head[4:])
    if version not in VERSIONS:
        # A big-endian file shows as a huge number here.
        raise ConversionError(
            f"{path.name} has GGUF version {version}; only little-endian versions "
            f"{VERSIONS[0]} and {VERSIONS[1]} can be converted"
        )
    from gguf import GGUFReader

    try:
        return GGUFReader(path)
    # The reader has no error of its own: a cut file ends in whatever numpy or a look-up says.
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise ConversionError(f"{path.name} is damaged or cut short: get it again") from error


class _Fields:
    """The key-value pairs of a file; short names are those of its architecture."""

    def __init__(self, reader: Any) -> None:
        self._fields = reader.fields
        self.architecture = str(self.get("general.architecture") or "")
        if self.architecture not in ARCHITECTURES:
            raise ConversionError(
                f"GGUF files of architecture {self.architecture!r} cannot be converted, "
                f"only {', '.join(ARCHITECTURES)}"
            )

    def get(self, key: str) -> Any:
        field = self._fields.get(key)
        if field is None and not key.startswith(("general.", "tokenizer.")):
            field = self._fields.get(f"{self.architecture}.{key}")
        return None if field is None else field.contents()

    def need(self, key: str) -> Any:
        value = self.get(key)
        if value is None:
            raise ConversionError(f"The GGUF file does not say {self.architecture}.{key}")
        return value


def _vocabulary(fields: _Fields) -> GGUFVocabulary:
    def one(key: str) -> Any:
        return fields.get(f"tokenizer.ggml.{key}")

    tokens = one("tokens")
    if not tokens:
        raise ConversionError("The GGUF file holds no tokenizer")
    kind = str(one("model") or "")
    add_bos = one("add_bos_token")
    return GGUFVocabulary(
        kind=kind,
        pre=str(one("pre") or ""),
        tokens=tokens,
        types=one("token_type") or [],
        merges=one("merges") or [],
        scores=one("scores") or [],
        bos=one("bos_token_id"),
        eos=one("eos_token_id"),
        unk=one("unknown_token_id"),
        pad=one("padding_token_id"),
        # Older SentencePiece-like files have no flag, and there it means yes.
        add_bos=bool(kind == "llama" if add_bos is None else add_bos),
        add_space=bool(True if one("add_space_prefix") is None else one("add_space_prefix")),
    )


def _fill(
    fields: _Fields, tensors: Mapping[str, Any], kind: Quantization
) -> tuple[Any, dict[str, str]]:
    from ctranslate2.specs import common_spec, transformer_spec

    if fields.get("expert_count"):
        raise ConversionError("Mixtures of experts cannot be converted: CTranslate2 has none")
    heads = int(fields.need("attention.head_count"))
    heads_kv = int(fields.get("attention.head_count_kv") or heads)
    width = int(fields.need("embedding_length"))
    head = int(fields.get("attention.key_length") or width // heads)
    rotary = int(fields.get("rope.dimension_count") or head)
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        int(fields.need("block_count")),
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0 if rotary == head else rotary,
        rotary_interleave=fields.architecture == "llama",
        rotary_base=float(fields.get("rope.freq_base") or 10_000),
        num_heads_kv=None if heads_kv == heads else heads_kv,
        head_dim=None if head * heads == width else head,
        **_rope_scaling(fields, tensors),
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    source = _Tensors(tensors)
    embeddings = source.matrix("token_embd.weight")
    set_weight(decoder.embeddings, [embeddings], kind)
    decoder.layer_norm.gamma = source.vector("output_norm.weight")
    tied: dict[str, str] = {}
    if "output.weight" in tensors:
        set_weight(decoder.projection, [source.matrix("output.weight")], kind)
    else:
        tied["decoder/projection"] = "decoder/embeddings"
    for number, layer in enumerate(decoder.layer):
        name = f"blk.{number}"
        attention = layer.self_attention
        attention.layer_norm.gamma = source.vector(f"{name}.attn_norm.weight")
        source.linear(attention.linear[0], [f"{name}.attn_{part}" for part in "qkv"], kind)
        source.linear(attention.linear[1], [f"{name}.attn_output"], kind)
        layer.ffn.layer_norm.gamma = source.vector(f"{name}.ffn_norm.weight")
        source.linear(layer.ffn.linear_0, [f"{name}.ffn_gate"], kind)
        source.linear(layer.ffn.linear_0_noact, [f"{name}.ffn_up"], kind)
        source.linear(layer.ffn.linear_1, [f"{name}.ffn_down"], kind)
    return spec, tied


def _rope_scaling(fields: _Fields, tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Return the specification's scaling options, or refuse what CTranslate2 cannot do."""
    from ctranslate2.specs import attention_spec

    if "rope_freqs.weight" in tensors:
        raise ConversionError(
            "This file scales its rotary frequencies one by one (as Llama 3.1 does), "
            "which this converter does not read"
        )
    scaling = str(fields.get("rope.scaling.type") or "none")
    if scaling == "none":
        return {}
    if scaling == "linear":
        return {
            "rotary_scaling_type": attention_spec.RotaryScalingType.Linear,
            "rotary_scaling_factor": float(fields.need("rope.scaling.factor")),
        }
    raise ConversionError(f"Rotary scaling of type {scaling!r} cannot be converted")


class _Tensors:
    """The tensors of a file as float32, a block of rows at a time."""

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        self._tensors = tensors

    def matrix(self, name: str) -> Matrix:
        from gguf.quants import dequantize

        tensor = self._tensors.get(name)
        if tensor is None:
            raise ConversionError(f"The tensor {name} is missing: the file is damaged")
        kind = tensor.tensor_type
        if kind.name not in TENSOR_TYPES:
            raise ConversionError(
                f"The tensor {name} is stored as {kind.name}; "
                f"types that can be read: {', '.join(TENSOR_TYPES)}"
            )
        # GGUF names the fastest dimension first.
        shape = tuple(int(size) for size in reversed(tensor.shape))

        def read(start: int, stop: int) -> Any:
            return dequantize(tensor.data[start:stop], kind)

        return Matrix(name, shape, read)

    def vector(self, name: str) -> Any:
        return self.matrix(name).all()

    def linear(self, layer: Any, names: list[str], kind: Quantization) -> None:
        import numpy as np

        set_weight(layer, [self.matrix(f"{name}.weight") for name in names], kind)
        biased = [f"{name}.bias" in self._tensors for name in names]
        if any(biased) and not all(biased):
            raise ConversionError(f"Some biases of {names[0]} are missing: the file is damaged")
        if all(biased):
            layer.bias = np.concatenate([self.vector(f"{name}.bias") for name in names])
