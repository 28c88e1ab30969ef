"""Token-classification checkpoints that know a few words, of each family, without torch.

The layers carry each word's own vector through to the head, which knows the vectors of some: so
what a model finds is exactly what it was made to find.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

FAMILIES = ("bert", "distilbert", "roberta", "xlm-roberta", "camembert")
WIDTH, HEADS, LAYERS, POSITIONS = 256, 4, 2, 40
LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-MISC", "I-MISC", "B-BADGE", "I-BADGE")
# What each word is tagged as.
KNOWN = {
    "Maria": "B-PER", "Otto": "B-PER", "Rossi": "I-PER", "Brandt": "I-PER", "Lyon": "B-LOC",
    "Gotham": "B-LOC", "Olympics": "B-MISC", "Zorblat": "B-BADGE",
}  # fmt: skip
TEXT = "Yesterday Maria Rossi met Otto Brandt in Lyon about the Olympics and badge Zorblat , she said ."
ARCHITECTURES = {
    "bert": "Bert", "distilbert": "DistilBert", "roberta": "Roberta",
    "xlm-roberta": "XLMRoberta", "camembert": "Camembert",
}  # fmt: skip


def tokenizer(family: str, *, marks: bool = True, sentences: Sequence[str] = (TEXT,)) -> Tokenizer:
    """Return a tokenizer as the family has it, with whole words and single letters for pieces."""
    made = Tokenizer.from_str(_trained(family, tuple(sentences)))
    if marks:
        first, last = ("[CLS]", "[SEP]") if family in ("bert", "distilbert") else ("<s>", "</s>")
        made.post_processor = processors.TemplateProcessing(
            single=f"{first} $A {last}",
            special_tokens=[(mark, made.token_to_id(mark)) for mark in (first, last)],
        )
    return made


@cache
def _trained(family: str, sentences: tuple[str, ...]) -> str:
    """Return a tokenizer as JSON. Training numbers the pieces anew each time, so it is done once."""
    wordpiece = family in ("bert", "distilbert")
    special = (
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] if wordpiece else ["<s>", "<pad>", "</s>", "<unk>"]
    )
    letters = sorted(set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-@+'"))
    options: dict[str, Any] = {"special_tokens": special, "show_progress": False, "vocab_size": 900}
    trainer: Any
    if wordpiece:
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer = normalizers.BertNormalizer(lowercase=False)
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(initial_alphabet=letters, **options)
    elif family == "roberta":
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        trainer = trainers.BpeTrainer(
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **options
        )
    else:
        made = Tokenizer(models.BPE(unk_token="<unk>"))
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.BpeTrainer(initial_alphabet=[*letters, "▁"], **options)
    made.train_from_iterator([*sentences, " ".join(KNOWN)] * 3, trainer)
    return str(made.to_str())


def checkpoint(
    folder: Path,
    family: str = "bert",
    *,
    labels: Sequence[str] = LABELS,
    known: Mapping[str, str] = KNOWN,
    marks: bool = True,
    tensors: Mapping[str, Any] | None = None,
    parts: int = 1,
    **config: Any,
) -> Path:
    """Write a checkpoint as transformers does.

    Parameters
    ----------
    known
        Words and the label that each gets.
    tensors
        Put in the place of its own, or beside them; None takes one away.
    parts
        Files to split the weights into, with an index.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = tokenizer(family, marks=marks)
    size = made.get_vocab_size() + 3
    # By the pieces' letters: training numbers them anew in every process, and how sure a model is of
    # a word would go with its number.
    words = np.ones((size, WIDTH), np.float32)
    for piece, row in made.get_vocab().items():
        random = np.random.default_rng(zlib.crc32(piece.encode()))
        words[row] = random.choice([-1.0, 1.0], WIDTH)
    weight = np.zeros((len(labels), WIDTH), np.float32)
    bias = np.where(np.array(labels) == labels[0], 4.0, 0.0).astype(np.float32)
    for word, label in known.items():
        # Behind another word, as it stands in a text.
        piece = made.encode(f"a {word}", add_special_tokens=False).ids[-1]
        state = words[piece] - words[piece].mean()
        weight[labels.index(label)] += state / state.std() * 9 / WIDTH
    stored = _tensors(family, words)
    stored |= {"classifier.weight": weight, "classifier.bias": bias, **(tensors or {})}
    stored = {name: value for name, value in stored.items() if value is not None}
    _save(folder, stored, parts)
    distil = family == "distilbert"
    sizes = {
        "n_layers" if distil else "num_hidden_layers": LAYERS,
        "n_heads" if distil else "num_attention_heads": HEADS,
        "dim" if distil else "hidden_size": WIDTH,
        "activation" if distil else "hidden_act": "gelu",
    }
    table = {
        "model_type": family,
        "architectures": [f"{ARCHITECTURES[family]}ForTokenClassification"],
        "vocab_size": size,
        "max_position_embeddings": POSITIONS,
        "pad_token_id": 0 if family in ("bert", "distilbert") else 1,
        "layer_norm_eps": 1e-12,
        "id2label": {str(row): label for row, label in enumerate(labels)},
        **sizes,
        **config,
    }
    (folder / "config.json").write_text(json.dumps(table))
    made.save(str(folder / "tokenizer.json"))
    first, last = ("[CLS]", "[SEP]") if family in ("bert", "distilbert") else ("<s>", "</s>")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"cls_token": first, "sep_token": last})
    )
    return folder


def _save(folder: Path, stored: dict[str, Any], parts: int) -> None:
    if parts == 1:
        save_file(stored, folder / "model.safetensors")
        return
    names = sorted(stored)
    listed = {}
    for part in range(parts):
        mine = names[part::parts]
        file = f"model-{part + 1:05}-of-{parts:05}.safetensors"
        save_file({name: stored[name] for name in mine}, folder / file)
        listed.update(dict.fromkeys(mine, file))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": listed}))


def _tensors(family: str, words: Any) -> dict[str, Any]:
    prefix = {"bert": "bert.", "distilbert": "distilbert."}.get(family, "roberta.")
    distil = family == "distilbert"
    linear = (
        ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"]
        if distil
        else [f"attention.self.{part}" for part in ("query", "key", "value")]
        + ["attention.output.dense"]
    )
    inner, outer = ("ffn.lin1", "ffn.lin2") if distil else ("intermediate.dense", "output.dense")
    norms = (
        ["sa_layer_norm", "output_layer_norm"]
        if distil
        else ["attention.output.LayerNorm", "output.LayerNorm"]
    )
    found = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": np.zeros((POSITIONS, WIDTH), np.float32),
        "embeddings.LayerNorm.weight": np.ones(WIDTH, np.float32),
        "embeddings.LayerNorm.bias": np.zeros(WIDTH, np.float32),
    }
    if not distil:
        found["embeddings.token_type_embeddings.weight"] = np.zeros((2, WIDTH), np.float32)
    for layer in range(LAYERS):
        name = f"{'transformer' if distil else 'encoder'}.layer.{layer}."
        # Nothing is added to what comes in.
        shapes = dict.fromkeys(linear, (WIDTH, WIDTH)) | {inner: (64, WIDTH), outer: (WIDTH, 64)}
        for part, shape in shapes.items():
            found[f"{name}{part}.weight"] = np.zeros(shape, np.float32)
            found[f"{name}{part}.bias"] = np.zeros(shape[0], np.float32)
        for norm in norms:
            found[f"{name}{norm}.weight"] = np.ones(WIDTH, np.float32)
            found[f"{name}{norm}.bias"] = np.zeros(WIDTH, np.float32)
    return {prefix + key: value for key, value in found.items()}
