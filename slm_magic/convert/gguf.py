"""GGUF files of the llama, qwen2, qwen3 and gemma3 architectures into CTranslate2 folders.

No torch is needed. Rows are read from the file as they are quantised and written, so the peak of
memory is that of the largest tensor, not of the model.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import ConversionError
from .gguf_header import read_header
from .gguf_spec import fill
from .gguf_tensors import Fields, Tensors
from .gguf_tokenizer import GGUFVocabulary, build_tokenizer
from .quantize import Progress, check_quantization, write_model


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
    fields = Fields(header)
    vocabulary = _vocabulary(fields)
    tokenizer = build_tokenizer(vocabulary)
    source = Tensors(path, header.tensors)
    spec, tied = fill(fields, source, kind)
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


def _vocabulary(fields: Fields) -> GGUFVocabulary:
    def one(key: str) -> Any:
        return fields.get(f"tokenizer.ggml.{key}")

    tokens = one("tokens")
    if not tokens:
        raise ConversionError("The GGUF file holds no tokenizer")
    merges, types, scores = one("merges") or [], one("token_type") or [], one("scores") or []
    ids = [one(f"{name}_token_id") for name in ("bos", "eos", "unknown", "padding")]
    if not (
        _all(tokens, str) and _all(merges, str) and _all(types, int) and _all(scores, (int, float))
    ) or not all(number is None or isinstance(number, int) for number in ids):
        raise ConversionError("The GGUF file's tokenizer is damaged")
    kind = str(one("model") or "")
    add_bos = one("add_bos_token")
    return GGUFVocabulary(
        kind=kind,
        pre=str(one("pre") or ""),
        tokens=tokens,
        types=types,
        merges=merges,
        scores=scores,
        bos=ids[0],
        eos=ids[1],
        unk=ids[2],
        pad=ids[3],
        # Older SentencePiece-like files have no flag, and there it means yes.
        add_bos=bool(kind == "llama" if add_bos is None else add_bos),
        add_space=bool(True if one("add_space_prefix") is None else one("add_space_prefix")),
    )


def _all(values: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)
