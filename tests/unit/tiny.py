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
SENTENCES = [
    "The baker opens the shop at six in the morning.",
    "Le boulanger ouvre la boutique à six heures du matin.",
    "Nobody knows why the old bridge was painted green.",
    "Personne ne sait pourquoi le vieux pont fut peint en vert.",
    "Three boats left the harbour before the storm came.",
    "Trois bateaux quittèrent le port avant la tempête.",
    "translate English to French: summarize: Translate from English to German:",
    "Summarize this text in one sentence: Summarize this text in 2 sentences:",
]


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
        "ffn/linear_0_noact/weight": (inner, WIDTH),
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
    start, gated = str(config.pop("start", "<s>")), bool(config.pop("gated", False))
    spec = specs.TransformerSpec.from_config((1, 1), HEADS, ffn_glu=gated)
    for side in (spec.encoder, spec.decoder):
        # A table of its own, as Marian models have, so that there is a longest input.
        side.position_encodings.encodings = np.zeros((POSITIONS, WIDTH), np.float32)
    _fill(spec, _shapes(len(tokens)), seed)
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.add_source_eos = bool(config.pop("add_source_eos", False))
    spec.config.decoder_start_token = start
    return _save(spec, folder)


def opus(folder: Path, *targets: str, source: str = "eng", target: str = "fra") -> Path:
    """Write a folder as a conversion of a Marian checkpoint leaves it."""
    folder.mkdir(parents=True)
    words = pieces(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    seq2seq(folder, [*targets, *words], start="</s>")
    settings = {"source_lang": source, "target_lang": target}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def family(folder: Path, name: str, *, seed: int = 0) -> Path:
    """Write a folder as a conversion of that family's checkpoint leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    if name in ("nllb", "bart"):
        named = ["eng_Latn", "fra_Latn", "deu_Latn", "zho_Hant", "arz_Arab"]
        words = _merged(folder, bytes_=name == "bart", special=named if name == "nllb" else [])
        return seq2seq(folder, ["<pad>", *words], seed=seed, start="</s>")
    if name == "m2m100":
        words = pieces(folder / "sentencepiece.bpe.model")
        return seq2seq(
            folder, [*words, "__en__", "__fr__", "__no__", "__ceb__"], seed=seed, start="</s>"
        )
    # T5 and Pegasus start with padding.
    words = ["<pad>", *pieces(folder / "spiece.model", byte_fallback=name == "mt5")]
    words += ["<mask_1>", "<mask_2>"] if name == "pegasus" else ["<extra_id_1>", "<extra_id_0>"]
    return seq2seq(folder, words, seed=seed, start="<pad>", gated=name in ("flan-t5", "mt5"))


def pieces(path: Path, sentences: list[str] | None = None, **options: object) -> list[str]:
    """Train a SentencePiece model at `path`; return its pieces without the special ones."""
    import io

    import sentencepiece

    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter((sentences or SENTENCES) * 20), model_writer=trained,
        vocab_size=400 if options.get("byte_fallback") else 120, model_type="unigram",
        character_coverage=1.0, minloglevel=2, hard_vocab_limit=False, **options,
    )  # fmt: skip
    path.write_bytes(trained.getvalue())
    model = sentencepiece.SentencePieceProcessor(model_proto=trained.getvalue())
    return [model.id_to_piece(i) for i in range(3, len(model))]


def _merged(folder: Path, *, bytes_: bool, special: list[str]) -> list[str]:
    """Write a tokenizer.json with merges; return its vocabulary without the special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    usual = ["<s>", "<pad>", "</s>", "<unk>"]
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    if bytes_:
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
    else:
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=360, special_tokens=usual, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet() if bytes_ else [],
    )  # fmt: skip
    made.train_from_iterator(SENTENCES, trainer)
    made.add_special_tokens(special)
    made.save(str(folder / "tokenizer.json"))
    return [token for token in made.get_vocab() if token not in usual]


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
