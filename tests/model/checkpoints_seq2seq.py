"""Sequence-to-sequence checkpoints, random and tiny, saved as transformers saves them.

Each has a tokenizer trained on the spot on the sentences below. Torch is needed to make one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SENTENCES = [
    "The baker opens the shop at six in the morning.",
    "Le boulanger ouvre la boutique à six heures du matin.",
    "Nobody knows why the old bridge was painted green.",
    "Personne ne sait pourquoi le vieux pont fut peint en vert.",
    "Three boats left the harbour before the storm came.",
    "Trois bateaux quittèrent le port avant la tempête.",
    "summarize: translate English to German: Summarize this text in two sentences:",
]
TEXTS = [
    *SENTENCES[:4],
    "The  bridge, painted twice (1998), came\nbefore the boats!",
    "Nobody opens </s> the shop ☃ at six <unk>",
    "a",
]
SIZES: dict[str, Any] = {
    "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48,
    "max_position_embeddings": 128,
}  # fmt: skip


def unigram(folder: Path, **options: Any) -> Any:
    """Train a SentencePiece model and return it; its file is ``folder/own.model``."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20), model_prefix=str(folder / "own"), vocab_size=450 if options.get("byte_fallback") else 150,
        model_type="unigram", character_coverage=1.0, minloglevel=2, hard_vocab_limit=False,
        **options,
    )  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "own.model"))


def scored(pieces: Any) -> list[tuple[str, float]]:
    return [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(len(pieces))]


def merges(before: Any, specials: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Train a BPE tokenizer and return its vocabulary and merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = before
    alphabet = (
        pre_tokenizers.ByteLevel.alphabet() if isinstance(before, pre_tokenizers.ByteLevel) else []
    )
    made.train_from_iterator(
        SENTENCES,
        trainers.BpeTrainer(
            vocab_size=400, special_tokens=specials, initial_alphabet=alphabet, show_progress=False
        ),
    )
    table = json.loads(made.to_str())["model"]
    return table["vocab"], [tuple(pair) for pair in table["merges"]]


def shaken(model: Any, seed: int = 7) -> Any:
    """Give random weights that decide: fresh ones make all tokens nearly as likely."""
    import torch

    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1 and "embed_positions" not in name:
                # Layers outweigh the token just read, which would otherwise be repeated for ever.
                tied = "shared" in name or "embed_tokens" in name or "lm_head" in name
                weight.normal_(0.0, 0.1 if tied else 0.6)
        if model.config.model_type == "marian":
            # Decoding starts there, and in Marian from nothing.
            model.get_input_embeddings().weight[model.config.pad_token_id] = 0.0
    return model.eval()


def nllb(folder: Path) -> tuple[Any, Any]:
    from tokenizers import pre_tokenizers
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    before = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    vocabulary, pairs = merges(before, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer = NllbTokenizer(vocab=vocabulary, merges=pairs, src_lang="eng_Latn")
    config = M2M100Config(vocab_size=len(tokenizer), decoder_start_token_id=2, **SIZES)
    return tokenizer, M2M100ForConditionalGeneration(config)


def m2m100(folder: Path) -> tuple[Any, Any]:
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    pieces = unigram(folder)
    words = [pieces.id_to_piece(i) for i in range(3, len(pieces))]
    vocabulary = {t: i for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>", *words])}
    (folder / "words.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    tokenizer = M2M100Tokenizer(
        str(folder / "words.json"), str(folder / "own.model"), src_lang="en"
    )
    # Eight made-up words, as fairseq has them behind the hundred languages.
    config = M2M100Config(vocab_size=len(vocabulary) + 108, decoder_start_token_id=2, **SIZES)
    return tokenizer, M2M100ForConditionalGeneration(config)


def t5(folder: Path, **config: Any) -> tuple[Any, Any]:
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    pieces = unigram(folder, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    tokenizer = T5Tokenizer(vocab=scored(pieces))
    return tokenizer, T5ForConditionalGeneration(T5Config(**t5_sizes(tokenizer), **config))


def t5_sizes(tokenizer: Any, more: int = 0) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer) + more, "d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2,
        "num_heads": 4, "decoder_start_token_id": 0,
    }  # fmt: skip


def flan_t5(folder: Path) -> tuple[Any, Any]:
    return t5(folder, feed_forward_proj="gated-gelu", tie_word_embeddings=False)


def mt5(folder: Path) -> tuple[Any, Any]:
    # Its tokenizer has no sentinels, and the table has more rows than it has tokens.
    from transformers import MT5Config, MT5ForConditionalGeneration, T5Tokenizer

    pieces = unigram(folder, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, byte_fallback=True)
    tokenizer = T5Tokenizer(vocab=scored(pieces), extra_ids=0)
    return tokenizer, MT5ForConditionalGeneration(MT5Config(**t5_sizes(tokenizer, more=12)))


def bart(folder: Path) -> tuple[Any, Any]:
    from tokenizers import pre_tokenizers
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizer

    before = pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary, pairs = merges(before, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer = BartTokenizer(vocab=vocabulary, merges=pairs)
    model = BartForConditionalGeneration(BartConfig(vocab_size=len(tokenizer), **SIZES))
    # As the settings of those that summarise say.
    model.generation_config.forced_bos_token_id = 0
    return tokenizer, model


def pegasus(folder: Path) -> tuple[Any, Any]:
    from transformers import PegasusConfig, PegasusForConditionalGeneration, PegasusTokenizer

    pieces = unigram(folder, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    special = ["<mask_1>", "<mask_2>", *(f"<unk_{i}>" for i in range(2, 103))]
    table = scored(pieces)
    vocabulary = [*table[:2], *((token, 0.0) for token in special), *table[2:]]
    tokenizer = PegasusTokenizer(vocab=vocabulary)
    config = PegasusConfig(vocab_size=len(tokenizer), decoder_start_token_id=0, **SIZES)
    return tokenizer, PegasusForConditionalGeneration(config)


def opus(folder: Path) -> tuple[Any, Any]:
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    pieces = unigram(folder)
    # Padding comes last, as it was added to Marian's own vocabulary.
    words = ["</s>", "<unk>", *(pieces.id_to_piece(i) for i in range(3, len(pieces))), "<pad>"]
    vocabulary = {token: number for number, token in enumerate(words)}
    (folder / "words.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    model = str(folder / "own.model")
    tokenizer = MarianTokenizer(
        source_spm=model, target_spm=model, vocab=str(folder / "words.json"),
        source_lang="en", target_lang="fr",
    )  # fmt: skip
    last = len(words) - 1
    config = MarianConfig(
        vocab_size=len(words), pad_token_id=last, decoder_start_token_id=last, eos_token_id=0,
        bos_token_id=None,
        scale_embedding=True, **SIZES,
    )  # fmt: skip
    return tokenizer, MarianMTModel(config)


MAKERS: dict[str, Callable[[Path], tuple[Any, Any]]] = {
    "nllb": nllb, "m2m100": m2m100, "t5": t5, "flan-t5": flan_t5, "bart": bart,
    "pegasus": pegasus, "mt5": mt5, "opus": opus,
}  # fmt: skip

# Weights whose outputs are not one token again and again.
SEEDS = {"opus": 18}


def save(family: str, place: Path) -> tuple[Any, Any]:
    """Make a checkpoint of a family in ``place/checkpoint``; return its tokenizer and model."""
    tokenizer, model = MAKERS[family](place / "own")
    model = shaken(model, SEEDS.get(family, 7))
    model.save_pretrained(place / "checkpoint")
    tokenizer.save_pretrained(place / "checkpoint")
    return tokenizer, model
