"""Real CTranslate2 folders of a few kilobytes with random weights, made on the spot.

Their output is noise; they are for everything about a model but its meaning.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from ctranslate2 import specs

WIDTH = 16
HEADS = 2
POSITIONS = 512
WORDS = [f"w{i}" for i in range(40)]


def _fill(spec: object, shapes: dict[str, tuple[int, ...]], seed: int) -> None:
    """Set every unset variable of `spec`; `shapes` maps the end of a name to its shape."""
    random = np.random.default_rng(seed)

    def visit(owner: object, name: str, value: object) -> None:
        key = name.rsplit("/", 1)[-1]
        if value is None:
            shape = next(s for end, s in shapes.items() if name.endswith(end))
            if key == "gamma":
                made = np.ones(shape, np.float32)
            elif key in ("bias", "beta"):
                made = np.zeros(shape, np.float32)
            else:
                made = random.standard_normal(shape).astype(np.float32) * 0.5
            setattr(owner, key, made)

    spec._visit(visit)  # type: ignore[attr-defined]


def _shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    inner = 2 * WIDTH
    return {
        "self_attention/linear_0/weight": (3 * WIDTH, WIDTH),
        "self_attention/linear_0/bias": (3 * WIDTH,),
        "self_attention/linear_1/weight": (WIDTH, WIDTH),
        "attention/linear_0/weight": (WIDTH, WIDTH),
        "attention/linear_1/weight": (2 * WIDTH, WIDTH),
        "attention/linear_1/bias": (2 * WIDTH,),
        "attention/linear_2/weight": (WIDTH, WIDTH),
        "ffn/linear_0/weight": (inner, WIDTH),
        "ffn/linear_0/bias": (inner,),
        "ffn/linear_1/weight": (WIDTH, inner),
        "embeddings/weight": (vocabulary, WIDTH),
        "embeddings_0/weight": (vocabulary, WIDTH),
        "projection/weight": (vocabulary, WIDTH),
        "projection/bias": (vocabulary,),
        "position_encodings/encodings": (64, WIDTH),
        "gamma": (WIDTH,),
        "beta": (WIDTH,),
        "bias": (WIDTH,),
    }


def seq2seq(
    folder: Path, words: list[str] | None = None, *, seed: int = 0, **config: object
) -> Path:
    """Write an encoder-decoder over `words`, plus the usual special tokens."""
    tokens = ["<unk>", "<s>", "</s>", *(words or WORDS)]
    spec = specs.TransformerSpec.from_config((1, 1), HEADS)
    for side in (spec.encoder, spec.decoder):
        # A table of its own, as Marian models have, so that there is a longest input.
        side.position_encodings.encodings = np.zeros((POSITIONS, WIDTH), np.float32)
    _fill(spec, _shapes(len(tokens)), seed)
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.add_source_eos = bool(config.pop("add_source_eos", False))
    spec.config.decoder_start_token = "<s>"
    return _save(spec, folder)


def causal(folder: Path, words: list[str] | None = None, *, seed: int = 0) -> Path:
    """Write a decoder-only model over `words`, plus the usual special tokens."""
    tokens = ["<unk>", "<s>", "</s>", *(words or WORDS)]
    spec = specs.TransformerDecoderModelSpec.from_config(1, HEADS)
    _fill(spec, _shapes(len(tokens)), seed)
    spec.register_vocabulary(tokens)
    return _save(spec, folder)


def encoder(folder: Path, words: list[str] | None = None, *, seed: int = 0) -> Path:
    """Write an encoder over `words`, plus the usual special tokens."""
    tokens = ["<unk>", "<s>", "</s>", *(words or WORDS)]
    spec = specs.TransformerEncoderModelSpec(specs.TransformerEncoderSpec(1, HEADS))
    _fill(spec, _shapes(len(tokens)), seed)
    spec.register_vocabulary(tokens)
    return _save(spec, folder)


def _save(spec: specs.model_spec.ModelSpec, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    assert json.loads((folder / "config.json").read_text()) is not None
    return folder
