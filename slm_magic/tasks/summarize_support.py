"""What becomes of written sentences whose names or figures the source does not have."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .. import engine
from ..errors import ModelNotInstalledError
from ..store import Installed
from ..text.checks_summary import check_summary
from ..text.findings import Finding
from ..text.segment import segment
from . import choose
from .results import Flag, SummarySentence

# What may become of such a sentence: the sentence of the source that is nearest to it stands in
# its place, it is left out, or it stays and is marked.
UNSUPPORTED = ("replace", "drop", "flag")
_FAILING = frozenset({"number_changed", "name_unsupported"})
# Cosine below which a sentence of the source is not about the same thing.
_NEAR = 0.2
# A sentence of fewer words says too little to stand for another one.
_MIN_WORDS = 4
_WORD = re.compile(r"\w+")
# What stands for bytes of no character in a decoded text.
_BROKEN = "\N{REPLACEMENT CHARACTER}"

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary as the model wrote it, and what is wrong with it.

    Attributes
    ----------
    places
        Where its sentences are in `text`.
    sentences
        The sentences themselves; those taken from the source have their place in it.
    notes
        What was done about sentences that failed.
    """

    row: int
    source: str
    text: str
    language: str
    cut: bool
    places: tuple[Place, ...] = ()
    sentences: tuple[SummarySentence, ...] = ()
    notes: tuple[Flag, ...] = ()

    @classmethod
    def read(
        cls, row: int, source: str, text: str, *, cut: bool, most: int, language: str
    ) -> Draft:
        """Take apart what the model wrote, and cut off what is more than `most` sentences."""
        places = find_sentences(text, language)
        if len(places) > most:
            # Small models count badly. What is cut off was cut by us, not by the model's limit.
            places, cut = places[:most], False
            text = text[: places[-1][1]].rstrip()
        sentences = tuple(SummarySentence(text[start:end]) for start, end in places)
        return cls(row, source, text, language, cut, tuple(places), sentences)

    @property
    def findings(self) -> list[Finding]:
        """What the checks find in the text as it is."""
        return check_summary(self.source, self.text, language=self.language, complete=not self.cut)

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The findings and the notes, as flags."""
        found = [Flag(f.kind, f.message, f.start, f.end) for f in self.findings]
        at = self.text.find(_BROKEN)
        if at >= 0 and _BROKEN not in self.source:
            message = "The model wrote bytes that make no character: it writes noise."
            found.append(Flag("low_score", message, at, at + 1))
        return (*self.notes, *found)

    def failing(self) -> dict[int, list[Finding]]:
        """Return the numbers of the sentences that the source does not bear out, and why."""
        found: dict[int, list[Finding]] = {}
        for finding in self.findings:
            if finding.kind not in _FAILING or finding.start is None:
                continue
            for number, (start, end) in enumerate(self.places):
                if start <= finding.start < end:
                    found.setdefault(number, []).append(finding)
        return found


def find_sentences(text: str, language: str) -> list[Place]:
    """Return where the sentences of a text are, without the white space around them."""
    found = []
    for tile in segment(text, language=language):
        inner = tile.text.strip()
        if tile.translatable and inner:
            start = tile.start + tile.text.index(inner)
            found.append((start, start + len(inner)))
    return found


def mend(drafts: Sequence[Draft], how: str) -> list[Draft]:
    """Return the drafts with each failing sentence replaced or left out, and a note of it.

    Parameters
    ----------
    how
        ``replace`` or ``drop``. Nearest is nearest in meaning if `minilm-l6` or another encoder
        is installed, and by shared words, the rare ones counting most, if none is.
    """
    if how == "drop":
        return [_without(draft, {}) for draft in drafts]
    wanted = []
    for draft in drafts:
        candidates = find_sentences(draft.source, draft.language)
        long = [p for p in candidates if len(draft.source[slice(*p)].split()) >= _MIN_WORDS]
        asked = [draft.sentences[number].text for number in draft.failing()]
        wanted.append((asked, long or candidates, draft))
    pairs = [(asked, [d.source[slice(*p)] for p in places]) for asked, places, d in wanted]
    return [
        _without(draft, _nearest(draft, places, likeness))
        for (_, places, draft), likeness in zip(wanted, _likenesses(pairs), strict=True)
    ]


def _nearest(
    draft: Draft, places: Sequence[Place], likeness: Sequence[Sequence[float]]
) -> dict[int, SummarySentence]:
    """Give each failing sentence the nearest of the source that no other one has."""
    taken = {sentence.text for sentence in draft.sentences}
    found = {}
    for number, row in zip(draft.failing(), likeness, strict=True):
        order = sorted(range(len(places)), key=lambda i: -row[i])
        for i in order:
            text = draft.source[slice(*places[i])]
            if row[i] >= _NEAR and text not in taken:
                taken.add(text)
                found[number] = SummarySentence(text, *places[i], score=float(row[i]))
                break
    return found


def _without(draft: Draft, instead: dict[int, SummarySentence]) -> Draft:
    """Return the draft with its failing sentences replaced by those of `instead`, or left out."""
    failing = draft.failing()
    text, places, sentences, notes = "", [], [], []
    for number, sentence in enumerate(draft.sentences):
        new = instead.get(number) if number in failing else sentence
        start = len(text) + bool(text)
        if new is not None:
            text += (" " if text else "") + " ".join(new.text.split())
            places.append((start, len(text)))
            sentences.append(new)
        for finding in {f.kind: f for f in reversed(failing.get(number, []))}.values():
            if new is None:
                message = f"A sentence was left out: {finding.message}"
                notes.append(Flag(finding.kind, message))
            else:
                message = f"Replaced by the nearest sentence of the source: {finding.message}"
                notes.append(Flag(finding.kind, message, start, len(text)))
    # The end that was cut off is gone with the last sentence.
    cut = draft.cut and len(draft.sentences) - 1 not in failing
    return replace(
        draft, text=text, cut=cut, places=tuple(places), sentences=tuple(sentences),
        notes=tuple(notes),
    )  # fmt: skip


def likeness_model() -> Installed | None:
    """Return the model that tells which sentence of a text is nearest, if one is installed."""
    try:
        return choose.model("summarize", None, kind="encoder")
    except ModelNotInstalledError:
        return None


def _likenesses(
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> list[list[list[float]]]:
    """Return, for each pair of lists, how like each text of the first is to each of the second."""
    model = likeness_model()
    if model is None:
        return [_overlaps(asked, texts) for asked, texts in pairs]
    encoder: engine.Encoder = engine.load(model)
    vectors = encoder.embed([text for asked, texts in pairs for text in (*asked, *texts)])
    found, done = [], 0
    for asked, texts in pairs:
        middle, end = done + len(asked), done + len(asked) + len(texts)
        found.append((vectors[done:middle] @ vectors[middle:end].T).tolist())
        done = end
    return found


def _overlaps(asked: Sequence[str], texts: Sequence[str]) -> list[list[float]]:
    """Return the cosines of the texts' words, weighted by how few of `texts` have each."""
    bags = [Counter(_WORD.findall(text.lower())) for text in texts]
    having = Counter(word for bag in bags for word in bag)

    def weigh(bag: Counter[str]) -> dict[str, float]:
        return {
            word: count * math.log((len(texts) + 1) / (having[word] + 0.5))
            for word, count in bag.items()
        }

    weighed = [weigh(bag) for bag in bags]
    return [
        [_cosine(weigh(Counter(_WORD.findall(one.lower()))), other) for other in weighed]
        for one in asked
    ]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    both = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    size = math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return both / size if size else 0.0
