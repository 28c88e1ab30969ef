"""Summaries: sentences chosen from the text, or written anew by a language model.

The extractive summary embeds each sentence, scores it by its cosine to the focus queries or to
the document's centroid, and picks sentences by maximal marginal relevance (Carbonell and
Goldstein, 1998), so that each adds something. What comes out stands word for word in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .. import domains, engine
from ..catalog import ModelRef
from ..errors import FlaggedError, OptionError
from ..progress import bar
from ..text import languages
from . import batch as batches
from . import choose
from .results import Flag, Summary, SummarySentence
from .summarize_support import UNSUPPORTED, find_sentences

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

Style = Literal["extractive", "abstractive"]
STYLES: tuple[Style, ...] = ("extractive", "abstractive")

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

_LONG_WORD = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"\d")
# A year, a quarter or a bare small count is a date or a list, not a figure.
_MONEY_OR_PERCENT = re.compile(
    r"[$€£¥]\s?\d|\d[\d.,\s]*\s?(?:%|per ?cent|percent|basis points|bps|million|billion|trillion|"
    r"mn|bn|Mio\.?|Mrd\.?|millions?|milliards?|USD|EUR|GBP|CHF|cents?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Focus:
    """What to look for, and whether the user asked for it."""

    queries: tuple[str, ...]
    figures: float
    asked: bool


def summarize(
    text_or_texts: batches.Texts,
    *,
    sentences: int = 3,
    style: str = "extractive",
    focus: str | Sequence[str] | None = None,
    domain: str | None = None,
    model: str | None = None,
    language: str = "en",
    unsupported: str = "replace",
    progress: bool = False,
    strict: bool = False,
) -> Any:
    """Summarise a text, or each text of a list or column.

    Parameters
    ----------
    text_or_texts
        A str gives one `Summary`; a list or Series gives a list in the same order, with None
        where a row is missing.
    sentences
        How many sentences the summary has at the most.
    style
        ``extractive`` picks sentences of the text, word for word; ``abstractive`` has a
        language model write new ones, whose names and figures must be in the text.
    focus
        What the summary is to be about: one question or phrase, or several.
    domain
        A domain such as ``finance``, which supplies focus queries and more.
    model
        Name or folder of the model; by default `minilm-l6` for extractive summaries and an
        installed causal or sequence-to-sequence model for abstractive ones.
    language
        Language of the text, a code such as ``fr`` or a name such as ``French``: for its sentence
        boundaries, and the one that an abstractive summary is written in.
    unsupported
        What becomes of a written sentence with a name or figure that the text does not have:
        ``replace`` puts the sentence of the text that is nearest to it in its place, ``drop``
        leaves it out, ``flag`` keeps it. All three flag it.
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.

    Returns
    -------
    Summary or list of Summary
        An extractive summary's sentences carry their offsets in the source.

    Raises
    ------
    OptionError
        If an option cannot be used.
    LanguageError
        If the language is not known.
    EmptyTextError
        If a single text is empty.
    ModelNotInstalledError
        If the model has not been pulled; the message names the command that does.
    Interrupted
        After Ctrl-C, with the summaries that were finished.
    FlaggedError
        If `strict` and something is flagged.

    Examples
    --------
    >>> import slm_magic as slm
    >>> report = "Sales rose 4% to $12 million. The weather was mild. Profit fell to $1 million."
    >>> slm.summarize(report, sentences=2, domain="finance").sentences[0].text
    'Sales rose 4% to $12 million.'
    """
    if isinstance(sentences, bool) or not isinstance(sentences, int) or sentences < 1:
        raise OptionError("sentences must be a whole number of at least 1.")
    if style not in STYLES:
        raise OptionError(f"There is no style {style!r}; styles: {', '.join(STYLES)}.")
    if unsupported not in UNSUPPORTED:
        raise OptionError(
            f"unsupported cannot be {unsupported!r}; choose from {', '.join(UNSUPPORTED)}."
        )
    pack = domains.get(domain) if domain else None
    language = languages.parse(language)
    batch: batches.Batch[Summary] = batches.read(text_or_texts)
    if style == "abstractive":
        from .summarize_abstractive import run

        run(
            batch,
            sentences=sentences,
            focus=_queries(focus),
            pack=pack,
            model=model,
            language=language,
            unsupported=unsupported,
            progress=progress,
        )
    else:
        _extract(batch, sentences, _focus(focus, pack), model, language, progress, domain)
    finished = batch.finish()
    if strict:
        FlaggedError.check(finished)
    return finished


def _queries(focus: str | Sequence[str] | None) -> tuple[str, ...]:
    given = (focus,) if isinstance(focus, str) else tuple(focus or ())
    if not all(isinstance(query, str) and query.strip() for query in given):
        raise OptionError("focus must be a non-empty text or a list of them.")
    return given


def _focus(focus: str | Sequence[str] | None, pack: domains.Domain | None) -> _Focus:
    given = _queries(focus)
    if pack is None:
        return _Focus(given, 0.0, bool(given))
    # What the user asks for comes before what the domain would look for.
    return _Focus(given or pack.focus, pack.figures, bool(given))


def _extract(
    batch: batches.Batch[Summary],
    count: int,
    focus: _Focus,
    model: str | None,
    language: str,
    progress: bool,
    domain: str | None,
) -> None:
    installed = choose.model("summarize", model, kind="encoder")
    encoder: engine.Encoder = engine.load(installed)
    rows = [(row, text, find_sentences(text, language)) for row, text in batch.present]
    shown = bar(
        sum(len(found) for _, _, found in rows), what="Summarising", unit="sentence", show=progress
    )
    try:
        queries = encoder.embed(focus.queries) if focus.queries else None
        for group in _groups(rows):
            texts = [text[start:end] for _, text, found in group for start, end in found]
            vectors = encoder.embed(texts)
            shown.update(len(texts))
            done = 0
            for row, text, found in group:
                own = vectors[done : done + len(found)]
                done += len(found)
                batch.put(
                    row, _summary(text, found, own, queries, focus, count, installed.ref, domain)
                )
    except KeyboardInterrupt as error:
        raise batch.interrupted() from error
    finally:
        shown.close()


_Row = tuple[int, str, list[tuple[int, int]]]


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
    focus: _Focus,
    count: int,
    model: ModelRef,
    domain: str | None,
) -> Summary:
    picked = _pick([text[a:b] for a, b in found], vectors, queries, focus, count)
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
        domain=domain,
        flags=_flags(text, sentences, focus),
    )


def _flags(text: str, sentences: Sequence[SummarySentence], focus: _Focus) -> tuple[Flag, ...]:
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
    focus: _Focus,
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
