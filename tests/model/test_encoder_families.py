"""Token classifiers against transformers: the same ids in, the same scores and labels out.

Each checkpoint is random and tiny, its tokenizer trained on a few sentences (see
`encoder_checkpoints`), saved as transformers saves and converted here without torch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slm_magic import engine, library
from slm_magic.convert.bert import convert_bert
from slm_magic.store import describe
from slm_magic.tasks.redact_head import words
from slm_magic.tasks.redact_tagger import Tagger, _pieces, first_pieces

torch = pytest.importorskip(
    "torch", reason="torch is not installed: transformers runs no checkpoint without it"
)
sys.path.insert(0, str(Path(__file__).parent))

import encoder_checkpoints as made_here  # noqa: E402
from encoder_checkpoints import LABELS, MAKERS, POSITIONS, SENTENCES  # noqa: E402

FAMILIES = list(MAKERS)
TEXTS = [*SENTENCES, "Émile  met\nO'Brien!", "a", "☃ ok"]
LONG = " ".join(SENTENCES * 4)


@dataclass
class Pair:
    """A checkpoint in memory and the folder that was converted from it."""

    tokenizer: Any
    model: Any
    source: Path
    folder: Path

    def logits(self, ids: list[int]) -> Any:
        with torch.no_grad():
            return self.model(torch.tensor([ids])).logits[0].numpy()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pair]:
    made: dict[str, Pair] = {}

    def get(family: str) -> Pair:
        if family not in made:
            place = tmp_path_factory.mktemp(family)
            tokenizer, model = made_here.save(family, place / "checkpoint")
            (place / "any-name").mkdir()
            convert_bert(place / "checkpoint", place / "any-name", quantization="float32")
            made[family] = Pair(tokenizer, model, place / "checkpoint", place / "any-name")
        return made[family]

    return get


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    yield
    engine.unload()


def opened(pair: Pair) -> Any:
    return engine.load(describe.local_folder(pair.folder))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_is_told_by_its_files(family: str, pairs: Callable[[str], Pair]) -> None:
    card = describe.local_folder(pairs(family).folder).card
    assert (card.family, card.kind, card.tasks) == (family, "encoder", ("redact",))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_ids_go_in_from_the_same_places(family: str, pairs: Callable[[str], Pair]) -> None:
    pair = pairs(family)
    ours = opened(pair).tokenizer
    for text in [*TEXTS, LONG]:
        theirs = pair.tokenizer(text, return_offsets_mapping=True)
        ids, offsets = ours.encode_offsets(text)
        assert ids == theirs["input_ids"]
        assert offsets == theirs["offset_mapping"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_scores_and_labels_come_out(family: str, pairs: Callable[[str], Pair]) -> None:
    pair = pairs(family)
    handle = opened(pair)
    assert tuple(handle.labels) == tuple(LABELS)
    ids = [handle.tokenizer.encode_ids(text) for text in TEXTS]
    # Ragged, and all in one call.
    assert len({len(one) for one in ids}) > 4
    worst, labels = 0.0, set()
    for one, mine in zip(ids, handle.logits(ids), strict=True):
        theirs = pair.logits(one)
        worst = max(worst, float(np.abs(mine - theirs).max()))
        assert mine.argmax(axis=1).tolist() == theirs.argmax(axis=1).tolist()
        labels.update(theirs.argmax(axis=1).tolist())
    print(f"{family}: float32 scores differ by {worst:.1e} at the most")
    assert worst < 2e-4
    assert len(labels) > 3


@pytest.mark.parametrize("family", FAMILIES)
def test_int8_is_near(
    family: str, pairs: Callable[[str], Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = pairs(family)
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "int8")
    # Through the store: what a user does, and with the trial of a pull.
    found = library.pull(pair.source, name="mine", progress=False)
    handle = engine.load(found)
    ids = [handle.tokenizer.encode_ids(text) for text in TEXTS]
    mine = np.concatenate(handle.logits(ids))
    theirs = np.concatenate([pair.logits(one) for one in ids])
    error = float(np.abs(mine - theirs).mean() / theirs.std())
    same = float((mine.argmax(axis=1) == theirs.argmax(axis=1)).mean())
    print(f"{family}: int8 is off by {error:.3f} of the scores' spread; {same:.1%} same labels")
    assert error < 0.1
    assert same > 0.9


@pytest.mark.parametrize("family", FAMILIES)
def test_past_the_position_table_each_piece_has_the_scores_of_its_best_window(
    family: str, pairs: Callable[[str], Pair]
) -> None:
    pair = pairs(family)
    handle = opened(pair)
    offset = 2 if family in ("roberta", "xlm-roberta", "camembert") else 0
    assert handle.positions == POSITIONS - offset
    pieces = _pieces(handle.tokenizer, LONG)
    count, window = len(pieces.ids), handle.positions - 2
    assert count > 2 * window
    seen: list[list[list[int]]] = []
    real = handle.logits

    def logits(ids: list[list[int]], **options: Any) -> Any:
        seen.append(ids)
        return real(ids, **options)

    handle.logits = logits
    tagger = Tagger(tuple(LABELS))
    (reading,) = tagger.readings([LONG], tagger.states(handle, [LONG]))
    # transformers itself, over each window that was read, put together by hand.
    rows: dict[int, tuple[int, Any]] = {}
    start = 0
    for ids in seen[0]:
        assert len(ids) <= handle.positions
        inner = ids[1:-1]
        start = next(s for s in range(start, count) if pieces.ids[s : s + len(inner)] == inner)
        scores = pair.logits(ids)[1:-1]
        for place, row in enumerate(scores):
            left = place if start else count
            right = len(inner) - 1 - place if start + len(inner) < count else count
            depth = min(left, right)
            if start + place not in rows or depth > rows[start + place][0]:
                rows[start + place] = (depth, row)
    assert len(rows) == count
    found = words(LONG)
    firsts = first_pieces(LONG, found, pieces.offsets)
    personal = {"PERSON", "LOCATION", "MISC"}
    assert {one.label for one in reading.found} <= personal and len(reading.found) > 3
    tagged = {w.start for w in found for f in reading.found if f.start <= w.start < f.end}
    for word, piece in zip(found, firsts, strict=True):
        scores = np.exp(rows[piece][1] - rows[piece][1].max())
        chance = scores / scores.sum()
        # Some of the words between are taken along with their neighbours.
        if chance[0] > 0.65:
            assert word.start not in tagged
        by_type = [chance[1:3].sum(), chance[3:5].sum(), chance[5:7].sum()]
        if max(by_type) > chance[0] + 1e-3:
            assert word.start in tagged


@pytest.mark.parametrize("family", ["bert", "distilbert"])
def test_spans_are_those_of_transformers_own_aggregation(
    family: str, pairs: Callable[[str], Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With labels of no prefix and words that it can tell: WordPiece's."""
    from transformers import pipeline

    # Words in doubt beside a span are taken along here, and not there.
    monkeypatch.setattr("slm_magic.tasks.redact_reading.DOUBT", 2.0)

    pair = pairs(family)
    plain = ["O", "PER", "LOC", "ORG", "DATE", "AGE", "BADGE"]
    pair.model.config.id2label = dict(enumerate(plain))
    try:
        theirs = pipeline(
            "token-classification", model=pair.model, tokenizer=pair.tokenizer,
            aggregation_strategy="first", device="cpu",
        )  # fmt: skip
        tagger = Tagger(tuple(plain))
        names = dict(zip(plain, [one.entity for one in tagger.meanings], strict=True))
        handle = opened(pair)
        spans = 0
        for text in SENTENCES:
            (reading,) = tagger.readings([text], tagger.states(handle, [text]))
            pieces = pair.tokenizer.tokenize(text)
            if "[UNK]" in pieces:
                continue  # which it takes for the middle of a word
            expected = [(names[x["entity_group"]], x["start"], x["end"]) for x in theirs(text)]
            mine = [(one.label, one.start, one.end) for one in reading.found]
            assert mine == expected
            spans += len(mine)
        print(f"{family}: {spans} spans are the same")
        assert spans > 8
    finally:
        pair.model.config.id2label = dict(enumerate(LABELS))
