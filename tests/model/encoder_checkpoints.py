"""Token-classification checkpoints of five families as transformers saves them, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SENTENCES = [
    "The baker Maria Rossi opens the shop in Lyon at six in the morning.",
    "Le boulanger Otto Brandt ouvre la boutique à Gênes à six heures.",
    "Nobody knows why the old bridge of Vexmar was painted green.",
    "Personne ne sait pourquoi le vieux pont fut peint en vert en été.",
    "Three boats left the harbour before the storm came to Jean-Pierre O'Neill.",
]
# Of BIO, so that no two labels but B and I of one type share a meaning.
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
POSITIONS = 80


def _tokenizer(
    model: Any, trainer: Any, sentences: Sequence[str], marks: tuple[str, str], **parts: Any
) -> Any:
    from tokenizers import Tokenizer, processors

    made = Tokenizer(model)
    for name, part in parts.items():
        setattr(made, name, part)
    if trainer is not None:
        made.train_from_iterator(sentences, trainer)
    first, last = marks
    made.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B {last}",
        special_tokens=[(mark, made.token_to_id(mark)) for mark in marks],
    )
    return made


def word_piece(
    sentences: Sequence[str] = SENTENCES, *, lower: bool = True, pieces: Sequence[str] = ()
) -> Any:
    """Return a tokenizer trained on `sentences`, or made of `pieces`.

    Training it breaks ties as they come, so that it is another one each time.
    """
    from tokenizers import models, normalizers, pre_tokenizers, trainers
    from transformers import BertTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {piece: row for row, piece in enumerate([*special, *pieces])} if pieces else {}
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    made = _tokenizer(
        models.WordPiece(vocabulary, unk_token="[UNK]")
        if pieces
        else models.WordPiece(unk_token="[UNK]"),
        None if pieces else trainer,
        sentences,
        ("[CLS]", "[SEP]"),
        normalizer=normalizers.BertNormalizer(lowercase=lower),
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
    )
    return BertTokenizerFast(tokenizer_object=made, do_lower_case=lower)


def byte_level(sentences: Sequence[str] = SENTENCES) -> Any:
    from tokenizers import decoders, models, pre_tokenizers, trainers
    from transformers import RobertaTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made = _tokenizer(
        models.BPE(),
        trainers.BpeTrainer(
            vocab_size=420, special_tokens=special, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        ),
        sentences,
        ("<s>", "</s>"),
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoder=decoders.ByteLevel(),
    )  # fmt: skip
    return RobertaTokenizerFast(tokenizer_object=made)


def unigram(sentences: Sequence[str] = SENTENCES, *, camembert: bool = False) -> Any:
    from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import CamembertTokenizerFast, XLMRobertaTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if camembert:
        special = ["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>"]
    made = _tokenizer(
        models.Unigram(),
        trainers.UnigramTrainer(
            vocab_size=200, special_tokens=special, unk_token="<unk>", show_progress=False
        ),
        sentences,
        ("<s>", "</s>"),
        normalizer=normalizers.NFKC(),
        pre_tokenizer=pre_tokenizers.Metaspace(),
        decoder=decoders.Metaspace(),
    )
    kind = CamembertTokenizerFast if camembert else XLMRobertaTokenizerFast
    return kind(tokenizer_object=made)


def sizes(tokenizer: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(tokenizer), "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": POSITIONS,
        "id2label": dict(enumerate(LABELS)), "label2id": {name: i for i, name in enumerate(LABELS)},
        "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip


def bert() -> tuple[Any, Any]:
    from transformers import BertConfig, BertForTokenClassification

    tokenizer = word_piece()
    return tokenizer, BertForTokenClassification(BertConfig(**sizes(tokenizer)))


def distilbert() -> tuple[Any, Any]:
    from transformers import DistilBertConfig, DistilBertForTokenClassification

    tokenizer = word_piece(lower=False)
    given = sizes(tokenizer)
    config = DistilBertConfig(
        dim=given.pop("hidden_size"), hidden_dim=given.pop("intermediate_size"),
        n_layers=given.pop("num_hidden_layers"), n_heads=given.pop("num_attention_heads"), **given,
    )  # fmt: skip
    return tokenizer, DistilBertForTokenClassification(config)


def roberta() -> tuple[Any, Any]:
    from transformers import RobertaConfig, RobertaForTokenClassification

    tokenizer = byte_level()
    config = RobertaConfig(**sizes(tokenizer), type_vocab_size=1, layer_norm_eps=1e-5)
    return tokenizer, RobertaForTokenClassification(config)


def xlm_roberta() -> tuple[Any, Any]:
    from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

    tokenizer = unigram()
    config = XLMRobertaConfig(**sizes(tokenizer), type_vocab_size=1, layer_norm_eps=1e-5)
    return tokenizer, XLMRobertaForTokenClassification(config)


def camembert() -> tuple[Any, Any]:
    from transformers import CamembertConfig, CamembertForTokenClassification

    tokenizer = unigram(camembert=True)
    config = CamembertConfig(**sizes(tokenizer), type_vocab_size=1, layer_norm_eps=1e-5)
    return tokenizer, CamembertForTokenClassification(config)


MAKERS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "bert": bert,
    "distilbert": distilbert,
    "roberta": roberta,
    "xlm-roberta": xlm_roberta,
    "camembert": camembert,
}


def save(family: str, folder: Path, *, seed: int = 3) -> tuple[Any, Any]:
    """Save a random checkpoint of a family; return its tokenizer and its model."""
    # Tokenizers are not trained alike in every process, so a seed alone does not tell what its
    # model says; one that says nearly the same of all words would show nothing.
    for tried in range(seed, seed + 50):
        tokenizer, model = _made(family, tried)
        labels = _said(tokenizer, model)
        if len(set(labels)) > 4 and labels.count(0) * 2 < len(labels):
            break
    else:
        raise AssertionError(f"No random {family} that tells words apart.")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return tokenizer, model


def _said(tokenizer: Any, model: Any) -> list[int]:
    """Return the number of the likeliest label of every piece of `SENTENCES`."""
    import torch

    with torch.no_grad():
        found = [
            model(torch.tensor([tokenizer(text)["input_ids"]])).logits[0].argmax(dim=-1)
            for text in SENTENCES
        ]
    return [label for one in found for label in one.tolist()]


def _made(family: str, seed: int) -> tuple[Any, Any]:
    import torch

    torch.manual_seed(seed)
    tokenizer, model = MAKERS[family]()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            # Fresh weights make all labels nearly as likely.
            if weight.dim() > 1:
                weight.normal_(0.0, 0.4)
            elif name.endswith("bias"):
                weight.normal_(0.0, 0.1)
    return tokenizer, model.eval()
