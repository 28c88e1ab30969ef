"""How close summaries of earnings calls are to those of people: ROUGE F1.

The baselines are a call's first sentences and LexRank (Erkan and Radev, 2004) as sumy has it, on
the same sentences.
"""

from __future__ import annotations

import importlib.util
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from report import Row, lines

SENTENCES = 4
MEASURES = ("rouge1", "rouge2", "rougeL")
# Extractive summaries as a user gets them, with and without what the domain knows.
_DOMAINS = {"minilm-l6": None, "minilm-l6, finance": "finance"}


def rows(path: Path, *, writers: Sequence[str] = ()) -> list[Row]:
    """Return a row a system.

    Parameters
    ----------
    path
        Lines of JSON with ``text``, a sentence a line, and ``reference``.
    writers
        Names of installed models whose written (abstractive) summaries are scored too.
    """
    import slm_magic as slm

    calls = [json.loads(line) for line in lines(path)]
    texts = [call["text"] for call in calls]
    references = [_joined(call["reference"]) for call in calls]
    slm.summarize(texts[0])
    systems: dict[str, Callable[[], tuple[list[str], int | None]]] = {
        "first sentences": lambda: (
            ["\n".join(text.splitlines()[:SENTENCES]) for text in texts],
            None,
        )
    }
    found: list[Row] = []
    if importlib.util.find_spec("sumy") is not None:
        systems["LexRank (sumy)"] = lambda: ([_lexrank(text) for text in texts], None)
    for system, domain in _DOMAINS.items():
        systems[system] = lambda domain=domain: _ours(texts, domain=domain)  # type: ignore[misc]
    for writer in writers:
        systems[f"{writer}, written, finance"] = lambda writer=writer: _ours(  # type: ignore[misc]
            texts, domain="finance", style="abstractive", model=writer, progress=True
        )
    for system, summarize in systems.items():
        started = time.perf_counter()
        made, flagged = summarize()
        seconds = time.perf_counter() - started
        row: Row = {"part": "finance", "system": system, "n": len(texts)}
        row.update(score(references, made))
        if flagged is not None:
            row["flagged"] = flagged
        row["ms/text"] = 1000 * seconds / len(texts)
        found.append(row)
    if "LexRank (sumy)" not in systems:
        found.append({"part": "finance", "system": "LexRank (left out: pip install sumy)"})
    return found


def score(references: Sequence[str], made: Sequence[str]) -> Row:
    """Return the mean F1 of each measure; both are texts with a sentence a line."""
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(list(MEASURES))
    scores = [scorer.score(a, b) for a, b in zip(references, made, strict=True)]
    return {m: sum(one[m].fmeasure for one in scores) / len(scores) for m in MEASURES}


def _ours(texts: list[str], **options: Any) -> tuple[list[str], int]:
    import slm_magic as slm

    results = slm.summarize(texts, sentences=SENTENCES, **options)
    made = ["\n".join(sentence.text for sentence in result.sentences) for result in results]
    return made, sum(bool(result.flags) for result in results)


class _Words:
    """What sumy asks of a tokenizer; its own downloads data when it is made."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\W\d_]+|\d[\d.,]*", sentence))


def _lexrank(text: str) -> str:
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.summarizers.lex_rank import LexRankSummarizer

    sentences = [Sentence(line, _Words()) for line in text.splitlines() if line.strip()]
    document = ObjectDocumentModel([Paragraph(sentences)])
    return "\n".join(map(str, LexRankSummarizer()(document, SENTENCES)))


def _joined(reference: str | list[str]) -> str:
    return reference if isinstance(reference, str) else "\n".join(reference)
