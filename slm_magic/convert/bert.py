"""BERT-family encoders: ``model.safetensors`` straight into CTranslate2's encoder.

Covers BERT, DistilBERT, RoBERTa, XLM-RoBERTa and CamemBERT, told by ``config.json``. CTranslate2's
encoder ends at the hidden states: the head of a token classifier is written beside it
(`token_head`), any other head is left out.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from ..importing import heavy_import
from ..json_files import listed_weights, load_json
from .encoder_names import FAMILIES, NORM, POSITIONS, WORDS, Names, model_type
from .encoder_weights import FILE, INDEX, Weights, open_weights
from .quantize import Progress, Quantization, check_quantization, set_weight, write_model
from .token_head import copy_head

# Far above any encoder's.
MOST_LAYERS, MOST_NUMBER = 1000, 10_000_000

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
        Folder with ``model.safetensors`` or its parts and their index, ``config.json`` and
        ``tokenizer.json``.
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
    names = _names(config)
    tokens = _vocabulary(files / "tokenizer.json", _whole(config, "vocab_size"))
    settings = _tokenizer_settings(files, config, names)
    with open_weights(_weight_files(files)) as weights:
        spec = _fill(config, names, weights, kind)
        copy_head(config, weights, out)
        spec.register_vocabulary(tokens)
        spec.config.unk_token = settings["unk_token"] or "[UNK]"
        spec.config.bos_token = settings["bos_token"] or spec.config.unk_token
        spec.config.eos_token = settings["eos_token"] or spec.config.unk_token
        spec.config.layer_norm_epsilon = _epsilon(config)
        # As the checkpoint's own config.json says it; CTranslate2 reads past it.
        spec.config.add_attribute("model_type", config["model_type"])
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
        value = load_json(path)
    except FileNotFoundError as error:
        raise ConversionError(f"{path.name} is missing from {path.parent.name}") from error
    except (OSError, ValueError) as error:
        raise ConversionError(f"{path.name} cannot be read as JSON") from error
    if not isinstance(value, dict):
        raise ConversionError(f"{path.name} must hold a JSON object")
    return value


def _weight_files(files: Path) -> list[Path]:
    if (files / FILE).is_file() or not (files / INDEX).is_file():
        return [files / FILE]
    try:
        names = listed_weights(read_json(files / INDEX))
    except ValueError as error:
        raise ConversionError(
            f"{INDEX} does not list the files of a checkpoint: get it again"
        ) from error
    return [files / name for name in names]


def _names(config: dict[str, Any]) -> Names:
    family = model_type(config)
    if family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ConversionError(
            f"Encoders of type {family!r} cannot be converted, only {known}: CTranslate2 has no "
            "layers for others"
        )
    return FAMILIES[family]


def _fill(config: dict[str, Any], names: Names, weights: Weights, kind: Quantization) -> Any:
    with heavy_import():
        from ctranslate2.specs import common_spec, transformer_spec

    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ConversionError("Only encoders with absolute positions can be converted")
    activation = config.get(names.activation, "gelu")
    if not isinstance(activation, str) or activation not in _ACTIVATIONS:
        raise ConversionError(f"The activation {activation!r} is not one CTranslate2 has")

    spec = transformer_spec.TransformerEncoderModelSpec(
        transformer_spec.TransformerEncoderSpec(
            _whole(config, names.layers, most=MOST_LAYERS),
            _whole(config, names.heads),
            pre_norm=False,
            activation=common_spec.Activation[_ACTIVATIONS[activation]],
            layernorm_embedding=True,
            # Words and token types, added up. The pooler is left out: nothing uses it.
            num_source_embeddings=2 if names.types else 1,
            embeddings_merge=common_spec.EmbeddingsMerge.ADD,
        )
    )
    encoder = spec.encoder
    encoder.scale_embeddings = False
    tables = [table for table in (WORDS, names.types) if table]
    for part, table in zip(encoder.embeddings, tables, strict=True):
        set_weight(part, [weights[table]], kind)
    positions = weights[POSITIONS].all()
    encoder.position_encodings.encodings = positions[_first_position(config, names) :]
    _set_norm(encoder.layernorm_embedding, weights, NORM)
    for index, layer in enumerate(encoder.layer):
        name = names.layer.format(index)
        attention = layer.self_attention
        parts = [f"{name}.{part}" for part in names.attention]
        _set_linear(attention.linear[0], weights, parts, kind)
        _set_linear(attention.linear[1], weights, [f"{name}.{names.attention_out}"], kind)
        _set_norm(attention.layer_norm, weights, f"{name}.{names.attention_norm}")
        _set_linear(layer.ffn.linear_0, weights, [f"{name}.{names.inner}"], kind)
        _set_linear(layer.ffn.linear_1, weights, [f"{name}.{names.outer}"], kind)
        _set_norm(layer.ffn.layer_norm, weights, f"{name}.{names.norm}")
    return spec


def _first_position(config: dict[str, Any], names: Names) -> int:
    if not names.after_padding:
        return 0
    # Padding may be the very first id.
    return 2 if config.get("pad_token_id") is None else _whole(config, "pad_token_id", least=0) + 1


def _set_linear(layer: Any, weights: Weights, names: list[str], kind: Quantization) -> None:
    import numpy as np

    set_weight(layer, [weights[f"{name}.weight"] for name in names], kind)
    layer.bias = np.concatenate([weights[f"{name}.bias"].all() for name in names])


def _set_norm(layer: Any, weights: Weights, name: str) -> None:
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


def _tokenizer_settings(files: Path, config: dict[str, Any], names: Names) -> dict[str, Any]:
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

    return {
        "chat_template": None,
        "bos_token": token("cls_token", "bos_token"),
        "eos_token": token("sep_token", "eos_token"),
        "pad_token": token("pad_token"),
        "unk_token": token("unk_token"),
        "add_bos_token": True,
        "context": _whole(config, "max_position_embeddings") - _first_position(config, names),
    }


def _epsilon(config: dict[str, Any]) -> float:
    value = config.get("layer_norm_eps", 1e-12)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
        raise ConversionError("config.json says no number that can be for layer_norm_eps")
    return float(value)


def _whole(config: dict[str, Any], key: str, *, least: int = 1, most: int = MOST_NUMBER) -> int:
    """Return a whole number of `least` to `most`: a wild one would fill the memory before it is told."""
    value = config.get(key)
    if value is None:
        raise ConversionError(f"config.json does not say {key}")
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ConversionError(f"config.json says no number that can be for {key}")
    return value
