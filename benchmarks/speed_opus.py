"""A model of OPUS-MT's exact shape with random weights whose outputs all have the same length.

For speed only: its output is noise. Layers, widths, vocabulary, tied embeddings, static positions
and the bias of the output are those of a published OPUS-MT checkpoint, so the arithmetic is too.

The length is fixed by construction, so that every program does the same work. A few dimensions of
the decoder are kept free of everything but the position: token embeddings and the outputs of all
layers are zero there. On them, and on nothing else, the output row of ``</s>`` listens for the
sign of a combination of sines and cosines which is negative before step `STEPS` and positive at
it. The normalisation of the layers cannot change that sign. Pieces that the tokenizer does not
have, ``<unk>`` and ``<pad>`` are ruled out by the bias of the output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

VOCABULARY = 58_101
STEPS = 30
SEED = 4
SHAPE = {
    "vocab_size": VOCABULARY, "d_model": 512, "encoder_layers": 6, "decoder_layers": 6,
    "encoder_attention_heads": 8, "decoder_attention_heads": 8, "encoder_ffn_dim": 2048,
    "decoder_ffn_dim": 2048, "max_position_embeddings": 512, "activation_function": "swish",
    "static_position_embeddings": True, "scale_embedding": True,
}  # fmt: skip
# For the growth of time and memory with the rows, where the model should cost next to nothing.
TINY = {
    **SHAPE, "vocab_size": 4_001, "d_model": 64, "encoder_layers": 1, "decoder_layers": 1,
    "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
}  # fmt: skip
# How far above or below all others the end is, in logits.
MARGIN = 150.0
# Standard deviations of weights against those that keep the size of what goes through.
GAINS = {"shared": 3.0, "fc2": 2.0, "out_proj": 0.3}
NEVER = -1e4


def build(
    folder: Path, sentences: Sequence[str], *, tiny: bool = False, steps: int = STEPS
) -> None:
    """Write a checkpoint as transformers saves it: weights, settings, vocabulary, two tokenizers.

    Parameters
    ----------
    sentences
        What the tokenizer is trained on.
    tiny
        One layer a side and a small vocabulary, of the same make.
    steps
        Tokens of every output, the end included.
    """
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True, exist_ok=True)
    shape = TINY if tiny else SHAPE
    size = int(shape["vocab_size"])
    pieces = _tokenizer(folder, sentences, size)
    config = MarianConfig(
        **shape, pad_token_id=size - 1, decoder_start_token_id=size - 1, eos_token_id=0,
        forced_eos_token_id=None, bos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(SEED)
    model = MarianMTModel(config).eval()
    with torch.no_grad():
        _randomise(model, steps)
        bias = torch.full((1, size), NEVER)
        bias[0, 0] = 0.0
        bias[0, 2 : 2 + pieces] = 0.0
        model.final_logits_bias = torch.nn.Buffer(bias)
    # Greedy unless asked otherwise, and no shorter or longer by any rule of generation.
    model.generation_config.update(
        num_beams=1, max_length=512, forced_eos_token_id=None, bad_words_ids=None
    )
    model.save_pretrained(folder)


def _tokenizer(folder: Path, sentences: Sequence[str], size: int) -> int:
    """Write the tokenizer's files and return how many real pieces there are."""
    import io

    import sentencepiece

    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=trained, model_type="unigram",
        vocab_size=min(8_000, size - 4), hard_vocab_limit=False, character_coverage=1.0,
        minloglevel=2, num_threads=1,
    )  # fmt: skip
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(trained.getvalue())
    spm = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
    pieces = [spm.id_to_piece(i) for i in range(3, len(spm))]
    made_up = [f"▁unused{i}" for i in range(size - 3 - len(pieces))]
    tokens = ["</s>", "<unk>", *pieces, *made_up, "<pad>"]
    (folder / "vocab.json").write_text(
        json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False),
        encoding="utf-8",
    )
    settings = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "fr"}
    settings |= {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**settings, "model_max_length": 512}), encoding="utf-8"
    )
    return len(pieces)


def _randomise(model: Any, steps: int) -> None:
    """Give weights that make varied output, and an end at step `steps` whatever the input."""
    config = model.config
    for name, weight in model.named_parameters():
        if weight.dim() < 2 or "embed_positions" in name:
            continue
        # So that one word leads to another, and none is said for ever.
        gain = next((gain for part, gain in GAINS.items() if part in name), 1.0)
        weight.normal_(0.0, gain * weight.shape[1] ** -0.5)
    for layer in (*model.model.encoder.layers, *model.model.decoder.layers):
        # Units in pairs of opposite sign: swish(z) - swish(-z) = z. Otherwise swish's mean builds
        # up from layer to layer, until all inputs look alike and one word is said for ever.
        pairs = layer.fc1.weight.shape[0] // 2
        layer.fc1.weight[pairs:] = -layer.fc1.weight[:pairs]
        layer.fc2.weight[:, pairs:] = -layer.fc2.weight[:, :pairs]
    kept, listens = _position(model.model.decoder.embed_positions.weight, steps)
    table = model.get_input_embeddings().weight
    table[:, kept] = 0.0
    table[config.pad_token_id] = 0.0
    table[config.eos_token_id] = 0.0
    for layer in model.model.decoder.layers:
        for linear in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            linear.weight[kept] = 0.0
            linear.bias[kept] = 0.0
        # What the layers add makes the rest of the state larger; the position keeps up with it.
        layer.final_layer_norm.weight[kept] = 1.8
    table[config.eos_token_id, kept] = listens.to(table.dtype)


def _position(table: Any, steps: int) -> tuple[Any, Any]:
    """Return dimensions of the positions, and weights on them that change sign before the last.

    Their sum is zero, so that taking the mean off, as a normalisation does, changes nothing.
    """
    import numpy as np
    import torch

    positions = table.detach().numpy().astype(np.float64)[:steps]
    half = positions.shape[1] // 2
    # Waves of many lengths: short ones alone cannot hold a sign for all steps before the last.
    waves = np.arange(max(8, half // 8)) * 4
    kept = np.r_[waves, half + waves]
    features = positions[:, kept] - positions[:, kept].mean(axis=1, keepdims=True)
    sign = np.full(steps, -1.0)
    sign[-1] = 1.0
    importance = np.ones(steps)
    # Least squares, where a step weighs more while it is on the wrong side or near it.
    for _ in range(200):
        scaled = features * importance[:, None]
        ridge = 1e-3 * np.eye(len(kept))
        weights = np.linalg.solve(scaled.T @ scaled + ridge, scaled.T @ (sign * importance))
        signal = features @ weights
        importance *= np.where(signal * sign < 1, 1.1, 0.99)
        importance /= importance.mean()
    weights -= weights.mean()
    least = float((features @ weights * sign).min())
    if least <= 0:
        raise RuntimeError("no combination of these positions marks the last step")
    weights *= MARGIN / least
    return torch.from_numpy(kept), torch.from_numpy(weights)


def main(argv: Sequence[str]) -> int:
    """Build ``OUT`` from the lines of ``SENTENCES``: ``speed_opus.py OUT SENTENCES [tiny STEPS]``."""
    out, sentences = Path(argv[0]), Path(argv[1]).read_text(encoding="utf-8").splitlines()
    tiny = argv[2:3] == ["tiny"]
    build(out, sentences, tiny=tiny, steps=int(argv[3]) if tiny else STEPS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
