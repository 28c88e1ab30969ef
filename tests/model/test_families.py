"""Families against transformers: the same tokens in, the same out, on checkpoints made here.

Each checkpoint is random and tiny, its tokenizer trained on the sentences below, saved as
transformers saves, and converted by what runs in the child process of a pull.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from checkpoints_seq2seq import MAKERS, TEXTS, save

from slm_magic import engine
from slm_magic.convert.checkpoint_child import convert
from slm_magic.engine import Decoding
from slm_magic.errors import ModelLoadError
from slm_magic.store import describe
from slm_magic.tokenization_seq2seq import open_seq2seq

torch = pytest.importorskip(
    "torch", reason="torch is not installed: transformers runs no checkpoint without it"
)


@dataclass
class Pair:
    """A checkpoint in memory and the folder that was converted from it."""

    tokenizer: Any
    model: Any
    folder: Path


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    made: dict[str, Pair] = {}

    def get(family: str) -> Pair:
        if family not in made:
            place = tmp_path_factory.mktemp(family)
            tokenizer, model = save(family, place)
            convert(place / "checkpoint", place / "any-name", "float32")
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
