"""Families against transformers: the same tokens in, the same out, on checkpoints made here.

Each checkpoint is random and tiny, its tokenizer trained on the sentences below, saved as
transformers saves, and converted with CTranslate2's own converter, whose known faults under
transformers 5 are mended in `Converter`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from slm_magic import engine
from slm_magic.engine import Decoding
from slm_magic.errors import ModelLoadError
from slm_magic.store import describe
from slm_magic.tokenization_seq2seq import open_seq2seq

torch = pytest.importorskip(
    "torch", reason="torch is not installed: transformers runs no checkpoint without it"
)

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


@dataclass
class Pair:
    """A checkpoint in memory and the folder that was converted from it."""

    tokenizer: Any
    model: Any
    folder: Path


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
    return tokenizer, BartForConditionalGeneration(BartConfig(vocab_size=len(tokenizer), **SIZES))


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
FILES = {"m2m100": ["sentencepiece.bpe.model"], "opus": ["source.spm", "target.spm"]}


# Weights whose outputs are not one token again and again.
SEEDS = {"opus": 18}


def convert(source: Path, out: Path, files: list[str]) -> None:
    """Convert as CTranslate2 does, with its faults under transformers 5 mended."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        def load_model(self, model_class: Any, name: str, **kwargs: Any) -> Any:
            model = super().load_model(model_class, name, **kwargs)
            config = model.config
            if config.model_type in ("t5", "mt5"):
                # Said to be tied always, which no longer tells whether outputs are scaled; those
                # of mT5 never are.
                config.tie_word_embeddings = getattr(config, "scale_decoder_outputs", False)
            if not hasattr(config, "normalize_before"):
                config.normalize_before = config.model_type == "pegasus"
                config.normalize_embedding = config.model_type == "bart"
            return model

        def load_tokenizer(self, tokenizer_class: Any, name: str, **kwargs: Any) -> Any:
            tokenizer = super().load_tokenizer(tokenizer_class, name, **kwargs)
            named = list(getattr(tokenizer, "lang_token_to_id", ()))
            if named:
                # The map no longer has them, and the vocabulary comes out a hundred short.
                kind = type(tokenizer)
                given = {**tokenizer.special_tokens_map, "additional_special_tokens": named}
                tokenizer.__class__ = type(kind.__name__, (kind,), {"special_tokens_map": given})
            return tokenizer

    Converter(str(source), copy_files=files).convert(str(out))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    made: dict[str, Pair] = {}

    def get(family: str) -> Pair:
        if family not in made:
            place = tmp_path_factory.mktemp(family)
            tokenizer, model = MAKERS[family](place / "own")
            model = shaken(model, SEEDS.get(family, 7))
            model.save_pretrained(place / "checkpoint")
            tokenizer.save_pretrained(place / "checkpoint")
            convert(place / "checkpoint", place / "any-name", FILES.get(family, ["tokenizer.json"]))
            made[family] = Pair(tokenizer, model, place / "any-name")
        return made[family]

    return get


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    yield
    engine.unload()


def wanted_ids(pair: Pair, text: str, family: str) -> list[int]:
    if family == "nllb":
        pair.tokenizer.src_lang = "eng_Latn"
    ids: list[int] = pair.tokenizer(text)["input_ids"]
    return ids


def forced(pair: Pair, family: str) -> dict[str, Any]:
    token = {"nllb": "fra_Latn", "m2m100": "__fr__", "bart": "<s>"}.get(family)
    if token is None:
        return {}
    return {"forced_bos_token_id": pair.tokenizer.convert_tokens_to_ids(token)}


def ids_of(pair: Pair, tokens: list[str]) -> list[int]:
    """Return row numbers of the model's own vocabulary, which are transformers' ids."""
    rows: dict[str, int] = {}
    for number, token in enumerate(
        json.loads((pair.folder / "shared_vocabulary.json").read_text())
    ):
        rows.setdefault(token, number)
    return [rows.get(token, rows["<unk>"]) for token in tokens]


@pytest.mark.parametrize("family", list(MAKERS))
def test_the_family_is_told_by_its_files(family: str, pairs: Callable[[str], Pair]) -> None:
    card = describe.local_folder(pairs(family).folder).card
    assert (card.family, card.kind) == (family, "seq2seq")


@pytest.mark.parametrize("family", list(MAKERS))
def test_the_same_tokens_go_in(family: str, pairs: Callable[[str], Pair]) -> None:
    pair = pairs(family)
    ours = open_seq2seq(describe.local_folder(pair.folder))
    for text in TEXTS:
        ids = wanted_ids(pair, text, family)
        if "</s>" in text:
            # transformers takes what is written so for the end of the text; here it is text.
            assert ours.encode(text, *LANGUAGES.get(family, ())).count("</s>") == 1
            continue
        assert ids_of(pair, ours.encode(text, *LANGUAGES.get(family, ()))) == ids
        # transformers 5 leaves M2M100's language tokens in.
        plain = pair.tokenizer.decode(ids, skip_special_tokens=True).replace("__en__", "")
        assert ours.decode(pair.tokenizer.convert_ids_to_tokens(ids)).strip() == plain.strip()


@pytest.mark.parametrize("family", ["t5", "flan-t5", "mt5"])
def test_the_same_tokens_go_in_by_sentencepiece(
    family: str, pairs: Callable[[str], Pair], tmp_path: Path
) -> None:
    pair = pairs(family)
    shutil.copytree(pair.folder, tmp_path / "own")
    (tmp_path / "own" / "tokenizer.json").unlink()
    shutil.copy(pair.folder.parent / "own" / "own.model", tmp_path / "own" / "spiece.model")
    ours = open_seq2seq(describe.local_folder(tmp_path / "own"))
    # Of letters that it knows: mT5's own model spells others in bytes, which transformers 5 has
    # turned off.
    for text in TEXTS[:4]:
        assert ids_of(pair, ours.encode(text)) == wanted_ids(pair, text, family)


@pytest.mark.parametrize("family", list(MAKERS))
def test_the_same_greedy_tokens_come_out(family: str, pairs: Callable[[str], Pair]) -> None:
    pair = pairs(family)
    handle = engine.load(describe.local_folder(pair.folder))
    texts = [text for text in TEXTS if "</s>" not in text]
    got = handle.translate(
        [handle.tokenizer.encode(text, *LANGUAGES.get(family, ())) for text in texts],
        target_prefix=handle.tokenizer.target_prefix("fr"),
        decoding=Decoding(max_new_tokens=24),
    )
    distinct = set()
    for text, mine in zip(texts, got, strict=True):
        theirs = generate(pair, family, text)
        assert ids_of(pair, mine.tokens) == theirs
        distinct.update(theirs)
    assert len(distinct) > 5


def generate(pair: Pair, family: str, text: str) -> list[int]:
    """Return transformers' greedy tokens, without what starts and ends them."""
    more = forced(pair, family)
    ids = torch.tensor([wanted_ids(pair, text, family)])
    with torch.no_grad():
        made = pair.model.generate(
            input_ids=ids, num_beams=1, do_sample=False, max_new_tokens=24 + bool(more),
            min_length=0, forced_eos_token_id=None, **more,
        )[0].tolist()  # fmt: skip
    made = made[1 + bool(more) :]
    end = pair.tokenizer.eos_token_id
    return made[: made.index(end)] if end in made else made


@pytest.mark.parametrize("family", list(MAKERS))
def test_scores_under_beam_search_are_those_of_the_checkpoint(
    family: str, pairs: Callable[[str], Pair], record_property: Callable[[str, object], None]
) -> None:
    pair = pairs(family)
    handle = engine.load(describe.local_folder(pair.folder))
    texts = TEXTS[:4]
    prefix = handle.tokenizer.target_prefix("fr") or []
    got = handle.translate(
        [handle.tokenizer.encode(text, *LANGUAGES.get(family, ())) for text in texts],
        target_prefix=prefix or None,
        # No penalty, so that a score is the sum of the tokens' log-probabilities.
        decoding=Decoding(max_new_tokens=12, beam_size=4, length_penalty=0.0, scores=True),
    )
    worst = 0.0
    for text, mine in zip(texts, got, strict=True):
        tokens = [*mine.tokens, "</s>"] if mine.complete else mine.tokens
        out = ids_of(pair, [*prefix, *tokens])
        start = pair.model.config.decoder_start_token_id
        with torch.no_grad():
            logits = pair.model(
                input_ids=torch.tensor([wanted_ids(pair, text, family)]),
                decoder_input_ids=torch.tensor([[start, *out[:-1]]]),
            ).logits[0]
        if not prefix:
            # CTranslate2 lets no output end before it has begun.
            logits[0, pair.tokenizer.eos_token_id] = -torch.inf
        if family == "opus":
            # Not in Marian's own vocabulary.
            logits[:, pair.tokenizer.pad_token_id] = -torch.inf
        steps = torch.log_softmax(logits, -1)[range(len(out)), out][len(prefix) :]
        worst = max(worst, abs(float(steps.sum()) - (mine.score or 0.0)))
    record_property("worst", worst)
    print(f"{family}: scores differ by {worst:.1e} at the most")
    assert worst < 1e-3


@pytest.mark.parametrize("family", list(MAKERS))
def test_the_probe_of_a_pull_accepts_it(family: str, pairs: Callable[[str], Pair]) -> None:
    found, before = describe.local_folder(pairs(family).folder), engine.loaded()
    engine.probe(found.folder, found.card)
    # It tries the model out and lets it go; with another kind on the card it refuses.
    assert engine.loaded() == before
    with pytest.raises(ModelLoadError, match="should be a causal model"):
        engine.probe(found.folder, replace(found.card, kind="causal"))


LANGUAGES = {"nllb": ("en", "fr"), "m2m100": ("en", "fr")}
