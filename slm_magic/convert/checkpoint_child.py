"""What runs beside torch: CTranslate2's own converter, with its faults under transformers 5 mended.

Only `checkpoint` starts it, in a process of its own.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from ..importing import heavy_import
from .bert import read_json
from .checkpoint import CAUSAL

# What an adapter of `tokenization` may read, and nothing that is code.
_TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "generation_config.json", "chat_template.jinja", "*.spm", "*.model", "LICENSE*",
)  # fmt: skip

# CTranslate2's name for frequencies that are divided one by one.
_DIVIDED = "su"


def main(source: str, work: str, quantization: str) -> None:
    """Convert `source` into ``work/model``; write ``work/error`` and exit if that fails."""
    folder = Path(work)
    try:
        with heavy_import():
            import ctranslate2.converters
            import torch  # type: ignore[import-not-found,unused-ignore]
            import transformers

            del ctranslate2, torch, transformers
        sys.addaudithook(_refuse)
        convert(Path(source), folder / "model", quantization, on_read=(folder / "read").touch)
    except Exception as error:
        text = str(error) if isinstance(error, ConversionError) else _explain(error)
        (folder / "error").write_text(text, encoding="utf-8")
        sys.exit(3)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Hold the promise of `checkpoint.convert_checkpoint`, whatever a library does."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise ConversionError("The checkpoint asks for files from the network: it is not complete")
    if event == "pickle.find_class":
        raise ConversionError("The checkpoint holds a pickle, which is never opened")


def _explain(error: Exception) -> str:
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return "There is not enough memory to convert this checkpoint: close other programs"
    said = " ".join(str(error).split())[:300]
    return f"This checkpoint cannot be converted: {said or type(error).__name__}"


def convert(
    source: Path, out: Path, quantization: str, *, on_read: Callable[[], object] | None = None
) -> None:
    """Convert a checkpoint that `checkpoint.check_checkpoint` has passed.

    Parameters
    ----------
    out
        A folder that is not there yet.
    on_read
        Called when the weights have been read.

    Raises
    ------
    ConversionError
        When weights are missing, are no numbers, or have no place in the model.
    Exception
        Whatever transformers and CTranslate2 raise.
    """
    converter = _converter(source, on_read)
    # Types that CTranslate2 keeps as the checkpoint has them otherwise, such as bfloat16.
    converter.convert(
        str(out), quantization="int8_float32" if quantization == "int8" else quantization
    )
    config = read_json(source / "config.json")
    _copy_tokenizer(source, out, config, converter.tokenizer)
    # What the adapters read of the checkpoint's own settings.
    kept = {key: config[key] for key in ("model_type", "task_specific_params") if config.get(key)}
    table = {**read_json(out / "config.json"), **kept}
    (out / "config.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


def _converter(source: Path, on_read: Callable[[], object] | None) -> Any:
    with heavy_import():
        from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        model: Any = None
        tokenizer: Any = None

        def load_model(self, model_class: Any, name: str, **kwargs: Any) -> Any:
            model, found = super().load_model(
                model_class,
                name,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                **kwargs,
            )
            _check_weights(model, found)
            _mend(model)
            self.model = model
            if on_read is not None:
                on_read()
            return model

        def load_tokenizer(self, tokenizer_class: Any, name: str, **kwargs: Any) -> Any:
            tokenizer = super().load_tokenizer(
                tokenizer_class, name, local_files_only=True, **kwargs
            )
            self.tokenizer = tokenizer
            return _with_languages(tokenizer)

        def _load(self) -> Any:
            spec = super()._load()
            _mend_spec(spec, self.model)
            self.model = None
            return spec

    return Converter(str(source), low_cpu_mem_usage=True)


def _check_weights(model: Any, found: dict[str, Any]) -> None:
    """Refuse what transformers only warns of, and then fills with random numbers or leaves out."""
    # Tables of positions that are sines: older checkpoints leave them out, and they are filled in.
    computed = {
        f"{name}.weight" for name, part in model.named_modules() if hasattr(part, "create_weight")
    }
    for name in sorted(set(found["missing_keys"]) - computed):
        raise ConversionError(f"The tensor {name} is missing from the checkpoint: it is not whole")
    for name in sorted(found["unexpected_keys"]):
        raise ConversionError(
            f"The tensor {name} has no place in a {model.config.model_type} model that writes "
            "text: the checkpoint is of another kind than it says"
        )
    for name, weight in model.named_parameters():
        if not bool(weight.isfinite().all()):
            raise ConversionError(f"The tensor {name} holds values that are no number")


def _mend(model: Any) -> None:
    """Say in the words of before transformers 5 what CTranslate2's loaders look for there."""
    config = model.config
    kind = config.model_type
    if kind in ("t5", "mt5"):
        # Said to be tied always, which no longer tells whether outputs are scaled: wrong scores
        # for FLAN-T5 and T5 v1.1. Those of mT5 never are.
        config.tie_word_embeddings = getattr(config, "scale_decoder_outputs", False)
    elif kind in ("bart", "pegasus"):
        # As transformers computes, whatever an old config.json says.
        config.normalize_before = kind == "pegasus"
        config.normalize_embedding = kind == "bart"
    elif kind == "gemma3_text":
        # The two bases moved into a table, and the defaults would be taken instead.
        config.rope_theta = config.rope_parameters["full_attention"]["rope_theta"]
        config.rope_local_base_freq = config.rope_parameters["sliding_attention"]["rope_theta"]
    elif kind in CAUSAL and config.rope_parameters.get("rope_type") == "llama3":
        # CTranslate2's own way of that name is never told the factor.
        config.rope_parameters["rope_type"] = _DIVIDED


def _mend_spec(spec: Any, model: Any) -> None:
    """Set what not every loader of CTranslate2 sets, and its own defaults need not meet."""
    config = model.config
    for name in ("rms_norm_eps", "layer_norm_epsilon"):
        if hasattr(config, name):
            spec.config.layer_norm_epsilon = float(getattr(config, name))
    if config.model_type == "gemma3_text":
        for layer in spec.decoder.layer:
            layer.self_attention.queries_scale = float(config.query_pre_attn_scalar) ** -0.5
    elif config.model_type in CAUSAL and config.rope_parameters["rope_type"] == _DIVIDED:
        divisors = _divisors(model)
        for layer in spec.decoder.layer:
            layer.self_attention.rotary_scaling_long_factor = divisors
            layer.self_attention.rotary_scaling_short_factor = divisors


def _divisors(model: Any) -> Any:
    """Return by what each rotary frequency is divided, as Llama 3.1 scales them."""
    import numpy as np

    scaled = model.model.rotary_emb.inv_freq.double().numpy()
    base = float(model.config.rope_parameters["rope_theta"])
    plain = base ** -(np.arange(len(scaled)) / len(scaled))
    return (plain / scaled).astype(np.float32)


def _with_languages(tokenizer: Any) -> Any:
    """Return M2M100's tokenizer with its language tokens in its map, where they are looked for.

    transformers 5 lists them there no longer, and the vocabulary came out a hundred short.
    """
    named = list(getattr(tokenizer, "lang_token_to_id", ()))
    if named:
        kind = type(tokenizer)
        given = {**tokenizer.special_tokens_map, "additional_special_tokens": named}
        tokenizer.__class__ = type(kind.__name__, (kind,), {"special_tokens_map": given})
    return tokenizer


def _copy_tokenizer(source: Path, out: Path, config: dict[str, Any], tokenizer: Any) -> None:
    for pattern in _TOKENIZER_FILES:
        for file in source.glob(pattern):
            if file.is_file():
                shutil.copyfile(file, out / file.name)
    causal = config["model_type"] in CAUSAL
    read_by_pieces = any(file.suffix in (".spm", ".model") for file in out.iterdir())
    if not (out / "tokenizer.json").is_file() and (causal or not read_by_pieces):
        tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    if causal:
        _write_settings(out, config, tokenizer)


def _write_settings(out: Path, config: dict[str, Any], tokenizer: Any) -> None:
    """Write what `tokenization.TextTokenizer` reads, in one form for all of transformers' ways."""
    begins = tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]
    settings = {
        "chat_template": tokenizer.chat_template,
        "bos_token": tokenizer.bos_token,
        "eos_token": tokenizer.eos_token,
        "pad_token": tokenizer.pad_token,
        "add_bos_token": tokenizer.bos_token_id is not None and begins,
        "context": config.get("max_position_embeddings"),
    }
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (out / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")
