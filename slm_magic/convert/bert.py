"""BERT-family encoders: ``model.safetensors`` straight into CTranslate2's encoder.

Covers BERT, RoBERTa, XLM-RoBERTa and CamemBERT, with or without a task head: the head is
left out, because CTranslate2's encoder ends at the hidden states.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from ..importing import heavy_import
from .quantize import (
    Matrix,
    Progress,
    Quantization,
    check_quantization,
    set_weight,
    write_model,
)

# Families whose first position is not row 0 of the table: theirs starts after the padding id.
_OFFSET_POSITIONS = frozenset({"roberta", "xlm-roberta", "camembert"})
FAMILIES = frozenset({"bert"}) | _OFFSET_POSITIONS

_ACTIVATIONS = {
    "gelu": "GELU",
    "gelu_python": "GELU",
    "gelu_new": "GELUTanh",
    "gelu_fast": "GELUTanh",
    "gelu_pytorch_tanh": "GELUTanh",
    "relu": "RELU",
    "silu": "SWISH",
    "swish": "SWISH",
}


def convert_bert(
    files: Path,
    out: Path,
    *,
    quantization: str = "int8",
    progress: Progress | None = None,
) -> None:
    """Convert a BERT-family checkpoint folder into a CTranslate2 folder.

    Parameters
    ----------
    files
        Folder with ``model.safetensors``, ``config.json`` and ``tokenizer.json``.
    out
        An existing empty folder.
    quantization
        ``int8`` or ``float32``.
    progress
        Called with bytes done and bytes in all.

    Raises
    ------
    ConversionError
        When a file is missing or damaged, or the model is of another kind.
    """
    kind = check_quantization(quantization)
    config = read_json(files / "config.json")
    tokens = _vocabulary(files / "tokenizer.json", int(_need(config, "vocab_size")))
    settings = _tokenizer_settings(files, config)
    with _open_weights(files / "model.safetensors") as weights:
        spec = _fill(config, weights, kind)
        spec.register_vocabulary(tokens)
        spec.config.unk_token = settings["unk_token"] or "[UNK]"
        spec.config.bos_token = settings["bos_token"] or spec.config.unk_token
        spec.config.eos_token = settings["eos_token"] or spec.config.unk_token
        spec.config.layer_norm_epsilon = float(config.get("layer_norm_eps", 1e-12))
        write_model(spec, out, progress=progress)
    shutil.copyfile(files / "tokenizer.json", out / "tokenizer.json")
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (out / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises
    ------
    ConversionError
        When the file is missing or is not a JSON object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConversionError(f"{path.name} is missing from {path.parent.name}") from error
    except (OSError, ValueError) as error:
        raise ConversionError(f"{path.name} cannot be read as JSON") from error
    if not isinstance(value, dict):
        raise ConversionError(f"{path.name} must hold a JSON object")
    return value


class _Weights:
    """The tensors of one safetensors file, by name, whatever prefix a task head gave them."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._names = frozenset(handle.keys())
        word = "embeddings.word_embeddings.weight"
        found = [name for name in self._names if name == word or name.endswith("." + word)]
        if len(found) != 1:
            raise ConversionError("model.safetensors holds no BERT-family encoder")
        self._prefix = found[0][: -len(word)]

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._names

    def __getitem__(self, name: str) -> Matrix:
        import numpy as np

        full = self._prefix + name
        if full not in self._names:
            raise ConversionError(f"The tensor {full} is missing from model.safetensors")
        view = self._handle.get_slice(full)
        if view.get_dtype() not in ("F32", "F16", "F64"):
            raise ConversionError(
                f"The tensor {full} is stored as {view.get_dtype()}: save the model as float32"
            )

        def read(start: int, stop: int) -> Any:
            return view[start:stop].astype(np.float32, copy=False)

        return Matrix(full, tuple(view.get_shape()), read)


@contextmanager
def _open_weights(path: Path) -> Iterator[_Weights]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ConversionError(f"{path.name} is missing from {path.parent.name}")
    try:
        with safe_open(path, framework="numpy") as handle:
            yield _Weights(handle)
    except SafetensorError as error:
        raise ConversionError(f"{path.name} is damaged or cut short: get it again") from error


def _fill(config: dict[str, Any], weights: _Weights, kind: Quantization) -> Any:
    with heavy_import():
        from ctranslate2.specs import common_spec, transformer_spec

    family = config.get("model_type", "")
    if family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise ConversionError(f"Encoders of type {family!r} cannot be converted, only {known}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ConversionError("Only encoders with absolute positions can be converted")
    activation = config.get("hidden_act", "gelu")
    if activation not in _ACTIVATIONS:
        raise ConversionError(f"The activation {activation!r} is not one CTranslate2 has")

    spec = transformer_spec.TransformerEncoderModelSpec(
        transformer_spec.TransformerEncoderSpec(
            int(_need(config, "num_hidden_layers")),
            int(_need(config, "num_attention_heads")),
            pre_norm=False,
            activation=common_spec.Activation[_ACTIVATIONS[activation]],
            layernorm_embedding=True,
            # Words and token types, added up. The pooler is left out: nothing uses it.
            num_source_embeddings=2,
            embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        )
    )
    encoder = spec.encoder
    encoder.scale_embeddings = False
    set_weight(encoder.embeddings[0], [weights["embeddings.word_embeddings.weight"]], kind)
    set_weight(encoder.embeddings[1], [weights["embeddings.token_type_embeddings.weight"]], kind)
    positions = weights["embeddings.position_embeddings.weight"].all()
    if family in _OFFSET_POSITIONS:
        positions = positions[int(config.get("pad_token_id", 1)) + 1 :]
    encoder.position_encodings.encodings = positions
    _set_norm(encoder.layernorm_embedding, weights, "embeddings.LayerNorm")
    for index, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{index}"
        attention = layer.self_attention
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        _set_linear(attention.linear[0], weights, parts, kind)
        _set_linear(attention.linear[1], weights, [f"{name}.attention.output.dense"], kind)
        _set_norm(attention.layer_norm, weights, f"{name}.attention.output.LayerNorm")
        _set_linear(layer.ffn.linear_0, weights, [f"{name}.intermediate.dense"], kind)
        _set_linear(layer.ffn.linear_1, weights, [f"{name}.output.dense"], kind)
        _set_norm(layer.ffn.layer_norm, weights, f"{name}.output.LayerNorm")
    return spec


def _set_linear(layer: Any, weights: _Weights, names: list[str], kind: Quantization) -> None:
    import numpy as np

    set_weight(layer, [weights[f"{name}.weight"] for name in names], kind)
    layer.bias = np.concatenate([weights[f"{name}.bias"].all() for name in names])


def _set_norm(layer: Any, weights: _Weights, name: str) -> None:
    # Checkpoints from TensorFlow's days say gamma and beta.
    scale, shift = ("weight", "bias") if f"{name}.weight" in weights else ("gamma", "beta")
    layer.gamma = weights[f"{name}.{scale}"].all()
    layer.beta = weights[f"{name}.{shift}"].all()


def _vocabulary(path: Path, size: int) -> list[str]:
    """Return every token in the order of its id, with fillers where an id has no token."""
    from tokenizers import Tokenizer

    if not path.is_file():
        raise ConversionError(f"{path.name} is missing from {path.parent.name}")
    try:
        ids = Tokenizer.from_file(str(path)).get_vocab(with_added_tokens=True)
    except Exception as error:  # tokenizers raises plain Exception
        raise ConversionError(f"{path.name} is damaged: get it again") from error
    tokens = [f"<extra_id_{index}>" for index in range(size)]
    for token, index in ids.items():
        if index >= size:
            raise ConversionError("tokenizer.json has more tokens than the model has embeddings")
        tokens[index] = token
    return tokens


def _tokenizer_settings(files: Path, config: dict[str, Any]) -> dict[str, Any]:
    """Return what `slm_magic.tokenization` needs beside tokenizer.json."""
    path = files / "tokenizer_config.json"
    given = read_json(path) if path.is_file() else {}

    def token(*names: str) -> str | None:
        for name in names:
            value = given.get(name)
            value = value.get("content") if isinstance(value, dict) else value
            if value:
                return str(value)
        return None

    positions = int(_need(config, "max_position_embeddings"))
    if config.get("model_type") in _OFFSET_POSITIONS:
        positions -= int(config.get("pad_token_id", 1)) + 1
    return {
        "chat_template": None,
        "bos_token": token("cls_token", "bos_token"),
        "eos_token": token("sep_token", "eos_token"),
        "pad_token": token("pad_token"),
        "unk_token": token("unk_token"),
        "add_bos_token": True,
        "context": positions,
    }


def _need(config: dict[str, Any], key: str) -> Any:
    if config.get(key) is None:
        raise ConversionError(f"config.json does not say {key}")
    return config[key]
