"""What the speed benchmark works on: rows of realistic lengths, repeats, and documents.

Taken from evaluation data where there is some, else made up by a small grammar. Only sentences
that our own splitter and `sentencex` leave whole are used, so that a row is one sentence for all.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from report import lines

SEED = 11
# Characters of a row: from a remark to a long sentence.
SHORTEST, LONGEST = 20, 230

_WHO = (
    "The bakery", "Our team", "A neighbour", "The harbour master", "Every second visitor",
    "The library in the old town", "My sister", "The company", "One of the drivers", "The council",
)  # fmt: skip
_DID = (
    "opened", "repaired", "sold", "forgot", "measured", "painted", "ordered", "found", "moved",
    "described", "counted", "inspected", "delivered", "returned",
)  # fmt: skip
_WHAT = (
    "the green door", "a crate of apples", "two hundred letters", "the broken scale", "its boats",
    "a map of the coast", "the last tickets", "the new machine", "thirty chairs", "the small bridge",
)  # fmt: skip
_MORE = (
    "before the storm came", "although nobody had asked for it", "because the trains were late",
    "in the first week of March", "with the help of three students", "for much less than expected",
    "while the rest of the street was still asleep", "and wrote down every figure twice",
    "as it had done in each of the past years", "after a long talk with the owner",
)  # fmt: skip


def sentences(data: Path | None, whole: Callable[[str], bool]) -> tuple[list[str], str]:
    """Return distinct sentences for which `whole` holds, and where they are from."""
    found: list[str] = []
    if data is not None:
        news = data / "mt" / "ntrex-dev.eng.txt"
        calls = data / "finance" / "ectsum-dev.jsonl"
        found += lines(news) if news.exists() else []
        if calls.exists():
            found += [line for one in lines(calls) for line in json.loads(one)["text"].split("\n")]
    origin = "news and earnings calls of the evaluation data" if found else "a grammar of our own"
    if not found:
        found = [made for made, _ in zip(grammar(SEED), range(3_000), strict=False)]
    fit = [text.strip() for text in found if SHORTEST <= len(text.strip()) <= LONGEST]
    return [text for text in dict.fromkeys(fit) if whole(text)], origin


def grammar(seed: int) -> Iterator[str]:
    """Yield made-up sentences, short and long, without end."""
    chance = random.Random(seed)
    while True:
        parts = [chance.choice(_WHO), chance.choice(_DID), chance.choice(_WHAT)]
        parts += chance.sample(_MORE, chance.choice((0, 0, 1, 1, 1, 2, 2, 3)))
        yield " ".join(parts) + "."


def column(pool: Sequence[str], rows: int, seed: int = SEED) -> list[str]:
    """Return distinct sentences in no order.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    if rows > len(pool):
        raise ValueError(f"there are {len(pool)} sentences, not {rows}")
    return random.Random(seed).sample(list(pool), rows)


def repeated(pool: Sequence[str], rows: int, share: float, seed: int = SEED) -> list[str]:
    """Return a column in which `share` of the rows say what another row says too.

    As in real columns, a few texts come again often and most of them once.
    """
    chance = random.Random(seed)
    distinct = column(pool, rows - round(share * rows), seed)
    weights = [1 / (rank + 1) for rank in range(len(distinct))]
    found = distinct + chance.choices(distinct, weights, k=rows - len(distinct))
    chance.shuffle(found)
    return found


def documents(
    pool: Sequence[str], rows: int, count: Callable[[str], set[int]], seed: int = SEED
) -> list[str]:
    """Return texts of 10 to 30 sentences that all splitters cut where they were joined.

    Parameters
    ----------
    count
        Gives the numbers of sentences that the splitters find in a text.

    Raises
    ------
    ValueError
        If the sentences do not make so many.
    """
    chance = random.Random(seed)
    ends = [text for text in pool if text[0].isupper() and text[-1] in ".!?"]
    found: list[str] = []
    for _ in range(100 * rows):
        size = chance.randint(10, 30)
        if len(ends) < size:
            break
        text = " ".join(chance.sample(ends, size))
        if count(text) == {size}:
            found.append(text)
        if len(found) == rows:
            return found
    raise ValueError(f"only {len(found)} of {rows} documents are cut alike by all splitters")


def evenly(rows: Sequence[str], few: int) -> list[str]:
    """Return `few` of the rows with the same mix of lengths, in their order."""
    if few >= len(rows):
        return list(rows)
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), i))
    step = len(rows) / few
    chosen = {order[int((k + 0.5) * step)] for k in range(few)}
    return [rows[i] for i in sorted(chosen)]


def growing(pool: Sequence[str], rows: int, first: int = 0) -> list[str]:
    """Return `rows` distinct texts with the lengths of `pool`, however many there are in it.

    Parameters
    ----------
    first
        The number of the first; texts of other numbers are others.
    """
    return [f"{pool[i % len(pool)][:-1]} {i}." for i in range(first, first + rows)]


def one_sentence(text: str) -> bool:
    """Whether all splitters leave `text` whole."""
    return sentence_counts(text) == {1}


def sentence_counts(text: str) -> set[int]:
    """Return how many sentences our splitter finds in an English text, and how many `sentencex`."""
    import sentencex

    from slm_magic.text.segment import segment

    ours = sum(tile.translatable for tile in segment(text))
    return {ours, sum(bool(one.strip()) for one in sentencex.segment("en", text))}
