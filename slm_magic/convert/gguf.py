"""GGUF files of the llama and qwen2 architectures into CTranslate2 folders, with no torch.

Rows are read from the file as they are quantised and written, so the peak of memory is that of the
largest tensor, not of the model.

GGUF stores the query and key projections of llama models for interleaved rotary embeddings;
CTranslate2 can rotate that way too, so the rows are taken as they stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from ..importing import heavy_import
from .gguf_header import Header, TensorInfo, read_header
from .gguf_tokenizer import GGUFVocabulary, build_tokenizer
from .quantize import (
    Matrix,
    Progress,
    Quantization,
    check_quantization,
    set_weight,
    write_model,
)

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
    header = read_header(path)
    fields = _Fields(header)
    vocabulary = _vocabulary(fields)
    tokenizer = build_tokenizer(vocabulary)
    source = _Tensors(path, header.tensors)
    spec, tied = _fill(fields, source, kind)
    source.check_all_used()
    rows = spec.decoder.embeddings.weight.shape[0]
    if rows < len(vocabulary.tokens):
        raise ConversionError("The file has more tokens than embeddings: it is damaged")
    fillers = [f"<extra_id_{i}>" for i in range(rows - len(vocabulary.tokens))]
    spec.register_vocabulary([*vocabulary.tokens, *fillers])
    eos = vocabulary.token(vocabulary.eos) or vocabulary.tokens[-1]
    spec.config.eos_token = eos
    spec.config.bos_token = vocabulary.token(vocabulary.bos) or eos
    spec.config.unk_token = vocabulary.token(vocabulary.unk) or eos
    spec.config.layer_norm_epsilon = fields.number("attention.layer_norm_rms_epsilon")
    settings = {
        "chat_template": fields.get("tokenizer.chat_template"),
        "bos_token": vocabulary.token(vocabulary.bos),
        "eos_token": eos,
        "pad_token": vocabulary.token(vocabulary.pad),
        "add_bos_token": vocabulary.add_bos,
        "context": fields.count("context_length"),
    }
    write_model(spec, out, tied=tied, progress=progress)
    tokenizer.save(str(out / "tokenizer.json"))
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (out / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")


class _Fields:
    """The key-value pairs of a file; short names are those of its architecture."""

    def __init__(self, header: Header) -> None:
        self._fields = header.fields
        self.architecture = str(self.get("general.architecture") or "")
        if self.architecture not in ARCHITECTURES:
            raise ConversionError(
                f"GGUF files of architecture {self.architecture!r} cannot be converted, "
                f"only {', '.join(ARCHITECTURES)}"
            )

    def get(self, key: str) -> Any:
        if key.startswith(("general.", "tokenizer.")):
            return self._fields.get(key)
        return self._fields.get(f"{self.architecture}.{key}")

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number above zero; `default` where the file is silent, if there is one."""
        value = self.get(key)
        if value is None and default is not None:
            return default
        name = f"{self.architecture}.{key}"
        if value is None:
            raise ConversionError(f"The GGUF file does not say {name}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise ConversionError(f"{name} in the GGUF file is not a number that can be used")
        return value

    def count(self, key: str, default: int | None = None) -> int:
        """Return `number` as a whole number."""
        return int(self.number(key, default))


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


def _fill(fields: _Fields, source: _Tensors, kind: Quantization) -> tuple[Any, dict[str, str]]:
    with heavy_import():
        from ctranslate2.specs import common_spec, transformer_spec

    if fields.get("expert_count"):
        raise ConversionError("Mixtures of experts cannot be converted: CTranslate2 has none")
    layers = fields.count("block_count")
    width = fields.count("embedding_length")
    inner = fields.count("feed_forward_length")
    heads = fields.count("attention.head_count")
    heads_kv = fields.count("attention.head_count_kv", heads)
    head = fields.count("attention.key_length", width // heads)
    if heads % heads_kv or fields.count("attention.value_length", head) != head:
        raise ConversionError("The attention heads of this model are of a shape CTranslate2 lacks")
    rotary = fields.count("rope.dimension_count", head)
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        layers,
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0 if rotary == head else rotary,
        rotary_interleave=fields.architecture == "llama",
        rotary_base=fields.number("rope.freq_base", 10_000.0),
        num_heads_kv=None if heads_kv == heads else heads_kv,
        head_dim=None if head * heads == width else head,
        **_rope_scaling(fields, source),
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    embeddings = source.matrix("token_embd.weight")
    set_weight(decoder.embeddings, [embeddings], kind)
    decoder.layer_norm.gamma = source.vector("output_norm.weight", width)
    tied: dict[str, str] = {}
    if "output.weight" in source:
        source.linear(decoder.projection, {"output": embeddings.shape[0]}, width, kind)
    else:
        tied["decoder/projection"] = "decoder/embeddings"
    queries, keys = heads * head, heads_kv * head
    for number, layer in enumerate(decoder.layer):
        name = f"blk.{number}"
        attention, ffn = layer.self_attention, layer.ffn
        attention.layer_norm.gamma = source.vector(f"{name}.attn_norm.weight", width)
        rows = {"attn_q": queries, "attn_k": keys, "attn_v": keys}
        fused = {f"{name}.{part}": size for part, size in rows.items()}
        source.linear(attention.linear[0], fused, width, kind)
        source.linear(attention.linear[1], {f"{name}.attn_output": width}, queries, kind)
        ffn.layer_norm.gamma = source.vector(f"{name}.ffn_norm.weight", width)
        source.linear(ffn.linear_0, {f"{name}.ffn_gate": inner}, width, kind)
        source.linear(ffn.linear_0_noact, {f"{name}.ffn_up": inner}, width, kind)
        source.linear(ffn.linear_1, {f"{name}.ffn_down": width}, inner, kind)
    return spec, tied


def _rope_scaling(fields: _Fields, source: _Tensors) -> dict[str, Any]:
    """Return the specification's scaling options, or refuse what CTranslate2 cannot do."""
    with heavy_import():
        from ctranslate2.specs import attention_spec

    if "rope_freqs.weight" in source:
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
            "rotary_scaling_factor": fields.number("rope.scaling.factor"),
        }
    raise ConversionError(f"Rotary scaling of type {scaling!r} cannot be converted")


class _Tensors:
    """The tensors of a file as float32, a block of rows at a time."""

    def __init__(self, path: Path, tensors: Mapping[str, TensorInfo]) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._tensors = tensors
        self._used: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def check_all_used(self) -> None:
        """Refuse a model with a tensor that has no place: it would answer, and wrongly."""
        unused = sorted(set(self._tensors) - self._used)
        if unused:
            raise ConversionError(
                f"The tensor {unused[0]} has no place in this architecture: the model is of "
                "another kind than it says"
            )

    def matrix(self, name: str, shape: tuple[int, ...] | None = None) -> Matrix:
        import numpy as np
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.quants import dequantize

        tensor = self._tensors.get(name)
        if tensor is None:
            raise ConversionError(f"The tensor {name} is missing: the file is damaged")
        self._used.add(name)
        known = {kind.value: kind for kind in GGMLQuantizationType}
        kind = known.get(tensor.type)
        if kind is None or kind.name not in TENSOR_TYPES:
            stored = f"type {tensor.type}" if kind is None else kind.name
            raise ConversionError(
                f"The tensor {name} is stored as {stored}; "
                f"types that can be read: {', '.join(TENSOR_TYPES)}"
            )
        if shape is not None and tensor.shape != shape:
            raise ConversionError(f"The tensor {name} has the wrong shape: the file is damaged")
        block, size = GGML_QUANT_SIZES[kind]
        columns = tensor.shape[-1]
        # A vector is a matrix of one column, which no type made of blocks can be.
        width = columns if len(tensor.shape) > 1 else 1
        row = width * size // block
        if columns % block or (len(tensor.shape) == 1 and block > 1):
            raise ConversionError(f"The tensor {name} has the wrong shape: the file is damaged")
        if tensor.offset + prod(tensor.shape) * size // block > self._size:
            raise ConversionError(f"{self._path.name} is damaged or cut short: get it again")

        def read(start: int, stop: int) -> Any:
            # Plain reads, not a map: a map counts as this process's memory page by page, and
            # a file that shrinks under it ends the process.
            with self._path.open("rb") as file:
                file.seek(tensor.offset + start * row)
                data = file.read((stop - start) * row)
            if len(data) != (stop - start) * row:
                raise ConversionError(f"{self._path.name} is damaged or cut short: get it again")
            values = dequantize(np.frombuffer(data, np.uint8).reshape(stop - start, row), kind)
            return values.reshape(stop - start, *tensor.shape[1:])

        return Matrix(name, tensor.shape, read)

    def vector(self, name: str, size: int) -> Any:
        return self.matrix(name, (size,)).all()

    def linear(self, layer: Any, rows: Mapping[str, int], columns: int, kind: Quantization) -> None:
        """Fill one linear layer with the weights and biases named, stacked."""
        import numpy as np

        parts = [self.matrix(f"{name}.weight", (size, columns)) for name, size in rows.items()]
        set_weight(layer, parts, kind)
        biased = [f"{name}.bias" in self for name in rows]
        if any(biased) and not all(biased):
            raise ConversionError(f"Some biases of {next(iter(rows))} are missing: it is damaged")
        if all(biased):
            layer.bias = np.concatenate([self.vector(f"{n}.bias", rows[n]) for n in rows])
