"""Summaries made of the text's own sentences.

Each sentence is embedded, scored by its cosine to the focus queries or to the document's centroid,
and picked by maximal marginal relevance (Carbonell and Goldstein, 1998), so that each adds
something. What comes out stands word for word in the text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import engine
from ..catalog import ModelRef
from . import choose
from .bulk import Meter, Row, identity
from .results import Flag, Result, Summary, SummarySentence
from .summarize_support import Place, find_sentences

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]
    Vectors = npt.NDArray[np.float32]

# Weight of relevance against novelty, and of a figure's bonus: tuned on earnings calls.
RELEVANCE = 0.8
# Sentences shorter than this say too little to stand alone ("Thank you.").
MIN_WORDS = 4
# Cosine to a query of the user's below which MiniLM's sentences have nothing to do with it: the
# best of a hundred comes near 0.2 by chance. A query of the text's own words may have less, down
# to the second bound.
UNRELATED = 0.24
FAR = 0.05
# Sentences that are embedded before Ctrl-C is looked at and finished texts are kept.
CHUNK_SENTENCES = 512
# Sentences of a window, and how many embeddings are remembered for later texts of the same call.
WINDOW = 2048
MEMORY = 4096

_LONG_WORD = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"\d")
# A year, a quarter or a bare small count is a date or a list, not a figure.
_MONEY_OR_PERCENT = re.compile(
    r"[$€£¥]\s?\d|\d[\d.,\s]*\s?(?:%|per ?cent|percent|basis points|bps|million|billion|trillion|"
    r"mn|bn|Mio\.?|Mrd\.?|millions?|milliards?|USD|EUR|GBP|CHF|cents?)",
    re.IGNORECASE,
)


_Row = tuple[int, str, list[Place]]


@dataclass(frozen=True, slots=True)
class Focus:
    """What to look for, how much more a sentence with figures counts, and whether a user asked."""

    queries: tuple[str, ...]
    figures: float
    asked: bool


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a call, read and checked."""

    sentences: int
    focus: Focus
    language: str
    domain: str | None


class Extracting:
    """Summarises rows by sentences of their own, window by window."""

    what = "Summarising"

    def __init__(self, options: Options, model: str | None) -> None:
        self.options = options
        self.installed = choose.model("summarize", model, kind="encoder")
        self._queries: Vectors | None = None
        self._seen: OrderedDict[str, Vector] = OrderedDict()

    def sentences(self, text: str) -> int:
        """Return how many sentences a window has, about."""
        return WINDOW

    def prepare(self, rows: Sequence[Row], *, bulk: bool) -> ExtractionWindow:
        """Find the sentences of rows."""
        language = self.options.language
        return ExtractionWindow(
            self, [(row, text, find_sentences(text, language)) for row, text in rows]
        )

    def identify(self, rows: Sequence[Row]) -> list[object]:
        """Return for each row what its summary depends on beside its text."""
        options = self.options
        same = identity(
            "summarize",
            [self.installed],
            style="extractive",
            sentences=options.sentences,
            focus=[list(options.focus.queries), options.focus.figures, options.focus.asked],
            language=options.language,
            domain=options.domain,
        )
        return [same] * len(rows)

    @property
    def queries(self) -> Vectors | None:
        """The embeddings of the focus."""
        if self._queries is None and self.options.focus.queries:
            self._queries = self._encoder().embed(self.options.focus.queries)
        return self._queries

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings of sentences, each distinct one asked for once."""
        import numpy as np

        distinct = dict.fromkeys(texts)
        new = [text for text in distinct if text not in self._seen]
        vectors = dict(zip(new, self._encoder().embed(new) if new else (), strict=True))
        for text in distinct:
            if text in vectors:
                self._seen[text] = vectors[text]
            else:
                self._seen.move_to_end(text)
                vectors[text] = self._seen[text]
        while len(self._seen) > MEMORY:
            self._seen.popitem(last=False)
        return (
            np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, 0), np.float32)
        )

    def _encoder(self) -> engine.Encoder:
        encoder: engine.Encoder = engine.load(self.installed)
        return encoder


class ExtractionWindow:
    """Some rows of a call, with the places of their sentences."""

    def __init__(self, runner: Extracting, rows: Sequence[_Row]) -> None:
        self._runner = runner
        self._rows = rows
        self._results: list[tuple[int, Result]] = []
        self.steps = sum(len(found) for _, _, found in rows)

    def run(self, meter: Meter) -> None:
        """Embed the sentences and pick among them."""
        runner = self._runner
        options = runner.options
        for group in _groups(self._rows):
            vectors = runner.embed([text[a:b] for _, text, found in group for a, b in found])
            queries = runner.queries
            done = 0
            for row, text, found in group:
                own = vectors[done : done + len(found)]
                done += len(found)
                made = _summary(text, found, own, queries, options, runner.installed.ref)
                self._results.append((row, made))
                meter.row(row)
                for _ in found:
                    meter.sentence()

    def results(self) -> list[tuple[int, Result]]:
        """Return the summaries of the rows that are finished."""
        return self._results

    def unfinished(self) -> list[tuple[int, Result]]:
        """Return none: a summary is finished or it is not there."""
        return []


def _groups(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Put whole texts together until a group has enough sentences to batch well."""
    groups: list[list[_Row]] = []
    size = 0
    for row in rows:
        if not groups or size + len(row[2]) > CHUNK_SENTENCES:
            groups.append([])
            size = 0
        groups[-1].append(row)
        size += len(row[2])
    return groups


def _summary(
    text: str,
    found: list[tuple[int, int]],
    vectors: Vectors,
    queries: Vectors | None,
    options: Options,
    model: ModelRef,
) -> Summary:
    focus = options.focus
    picked = _pick([text[a:b] for a, b in found], vectors, queries, focus, options.sentences)
    sentences = tuple(
        SummarySentence(
            text=text[found[i][0] : found[i][1]], start=found[i][0], end=found[i][1], score=score
        )
        for i, score in sorted(picked)
    )
    return Summary(
        text=" ".join(" ".join(sentence.text.split()) for sentence in sentences),
        sentences=sentences,
        model=model,
        domain=options.domain,
        flags=_flags(text, sentences, focus),
    )


def _flags(text: str, sentences: Sequence[SummarySentence], focus: Focus) -> tuple[Flag, ...]:
    if not sentences:
        if not text.strip():
            return ()
        return (Flag("low_score", "The text has no sentence to choose: the summary is empty."),)
    best = max(sentence.score or 0.0 for sentence in sentences)
    if focus.asked and (best < FAR or (best < UNRELATED and not _names(text, focus.queries))):
        return (Flag("low_score", "No sentence of the text is close to the focus."),)
    return ()


def _names(text: str, queries: Sequence[str]) -> bool:
    """Whether `text` has most of the longer words of one of `queries`, inflection aside."""
    lower = text.lower()
    for query in queries:
        words = [word for word in _LONG_WORD.findall(query.lower()) if len(word) > 3]
        if words and 2 * sum(word[:6] in lower for word in words) > len(words):
            return True
    return False


def _pick(
    texts: Sequence[str],
    vectors: Vectors,
    queries: Vectors | None,
    focus: Focus,
    count: int,
) -> list[tuple[int, float]]:
    """Return the numbers and the cosines of the picked sentences, best first."""
    import numpy as np

    if not texts:
        return []
    if queries is None:
        centroid = vectors.mean(axis=0)
        relevance = vectors @ (centroid / max(float(np.linalg.norm(centroid)), 1e-12))
    else:
        relevance = (vectors @ queries.T).max(axis=1)
    weight = relevance + np.array([_bonus(text, focus.figures) for text in texts], np.float32)
    candidates = [i for i, text in enumerate(texts) if len(text.split()) >= MIN_WORDS]
    candidates = candidates or list(range(len(texts)))
    # How like the picked ones each sentence is, kept up as they are picked: the matrix of all
    # pairs of a long text would fill the memory.
    near = np.zeros(len(texts), np.float32)
    picked: list[int] = []
    while candidates and len(picked) < count:
        best = max(candidates, key=lambda i: RELEVANCE * weight[i] - (1 - RELEVANCE) * near[i])
        near = np.maximum(near, vectors @ vectors[best]) if picked else vectors @ vectors[best]
        picked.append(best)
        candidates.remove(best)
    return [(i, float(relevance[i])) for i in picked]


def _bonus(text: str, figures: float) -> float:
    if not figures or not _FIGURE.search(text):
        return 0.0
    return figures if _MONEY_OR_PERCENT.search(text) else figures / 3
