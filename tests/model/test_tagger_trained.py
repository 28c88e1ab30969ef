"""A small BERT trained here to know names by how they are used, pulled and used by redact."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slm_magic import engine, library
from slm_magic.tasks.redact import redact

torch = pytest.importorskip("torch", reason="torch is not installed: nothing trains without it")
pytest.importorskip("presidio_analyzer")
sys.path.insert(0, str(Path(__file__).parent))

from encoder_checkpoints import word_piece  # noqa: E402

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "B-ORG", "I-ORG"]
# Sentences of our own. {p} a person, {l} a place, {o} a company.
TEMPLATES = [
    "{p} signed the lease in {l} on Monday .", "We met {p} near the station .",
    "Please send the parcel to {p} in {l} .", "My doctor , {p} , works for {o} .",
    "The invoice from {o} was paid late .", "{o} opened an office in {l} .",
    "Yesterday {p} called about the broken window .", "The train to {l} was late again .",
    "Ask {p} whether the keys were found .", "{p} and {p} share a flat in {l} .",
    "A letter from {p} arrived at {o} this morning .", "The soup was cold and the bread was dry .",
    "Nobody knew where the blue bicycle had gone .", "On Tuesday the office stays closed .",
    "The Report was printed twice and then lost .", "Our Meeting in the Garden starts at nine .",
]  # fmt: skip
SYLLABLES = ["ba", "ro", "mi", "ten", "lu", "sar", "dek", "o", "vin", "ga", "pel", "ny", "tor"]


def invented(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()


def sentence(rng: random.Random) -> tuple[list[str], list[str]]:
    words: list[str] = []
    labels: list[str] = []
    for word in rng.choice(TEMPLATES).split():
        if word == "{p}":
            words += [invented(rng), invented(rng)]
            labels += ["B-PER", "I-PER"]
        elif word == "{l}":
            words.append(invented(rng))
            labels.append("B-LOC")
        elif word == "{o}":
            words += [invented(rng), rng.choice(["Ltd", "Works"])]
            labels += ["B-ORG", "I-ORG"]
        else:
            words.append(word)
            labels.append("O")
    return words, labels


def pieces() -> list[str]:
    """Letters, the words of the templates, and names whole or in syllables, as training gives."""
    words = {w for template in TEMPLATES for w in template.split() if not w.startswith("{")}
    pairs = [one.capitalize() + other for one in SYLLABLES for other in SYLLABLES]
    whole = random.Random(3).sample(pairs, 90)
    letters = [chr(place) for place in (*range(65, 91), *range(97, 123))]
    parts = [*letters, *SYLLABLES]
    found = [*parts, *(f"##{part}" for part in parts), *sorted(words), "Ltd", "Works", *whole]
    return list(dict.fromkeys([*found, *(name.capitalize() for name in SYLLABLES)]))


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """The same sums in the same order each time; and beside other work faster than several."""
    threads, exact = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(exact)


def train(folder: Path) -> Path:
    from transformers import BertConfig, BertForTokenClassification

    rng = random.Random(1)
    torch.manual_seed(1)
    texts = [sentence(rng) for _ in range(600)]
    tokenizer = word_piece(lower=False, pieces=pieces())
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128, max_position_embeddings=64, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, id2label=dict(enumerate(LABELS)),
        label2id={name: row for row, name in enumerate(LABELS)},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    read: Any = tokenizer(
        [words for words, _ in texts], is_split_into_words=True, padding=True, return_tensors="pt"
    )
    wanted = torch.full(read["input_ids"].shape, -100)
    for row, (_, labels) in enumerate(texts):
        seen = None
        for column, word in enumerate(read.word_ids(row)):
            # The first piece of each word, as such models are usually trained.
            if word is not None and word != seen:
                wanted[row, column] = LABELS.index(labels[word])
            seen = word
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    model.train()
    for _ in range(200):
        rows = torch.tensor([rng.randrange(len(texts)) for _ in range(32)])
        # No longer than the longest of them.
        length = int(read["attention_mask"][rows].sum(1).max())
        batch = {name: value[rows, :length] for name, value in read.items()}
        loss = model(**batch, labels=wanted[rows, :length]).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(one_thread: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("trained"))


@pytest.fixture
def name(trained: Path) -> Any:
    yield library.pull(trained, name="own-names", progress=False).name
    engine.unload()


def test_most_words_of_new_sentences_are_told_right(name: str) -> None:
    rng = random.Random(99)
    made = [sentence(rng) for _ in range(200)]
    results = redact([" ".join(words) for words, _ in made], model=name, entities="PERSON")
    right = wrong = missed = 0
    for (words, labels), result in zip(made, results, strict=True):
        text, at = " ".join(words), 0
        for word, label in zip(words, labels, strict=True):
            at = text.index(word, at)
            hidden = any(s.start <= at < s.end for s in result.spans)
            person = label.endswith("PER")
            right, wrong, missed = (
                right + (hidden and person), wrong + (hidden and not person),
                missed + (person and not hidden),
            )  # fmt: skip
            at += len(word)
    print(f"words of people: {right} taken out, {missed} missed, {wrong} others taken out")
    assert right > 150
    assert missed < 0.05 * right and wrong < 0.05 * right


def test_patterns_stay_on_beside_it(name: str) -> None:
    done = redact("Ask Romiga Bator at r.bator@dekny.example.org .", model=name)
    assert "Romiga" not in done.text and "r.bator" not in done.text
    assert done.spans[-1].entity_type == "EMAIL_ADDRESS"
