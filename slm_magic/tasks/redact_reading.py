"""From scores a word to spans of a text: what every model of redaction shares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

OUTSIDE = "O"
# How probably personal a word is that is left and flagged.
DOUBT = 0.4


class Word(NamedTuple):
    """A word's place in its text, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A span that the head found.

    Attributes
    ----------
    start, end
        In characters.
    score
        Mean probability over its words that they are not plain text.
    """

    label: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word that was left although it may be personal, in characters of the original."""

    label: str
    start: int
    end: int


class Reading(NamedTuple):
    """What the head made of one text."""

    found: list[Found]
    doubts: list[Doubt]


def log_softmax(logits: Floats) -> Floats:
    """Return the log-probabilities of rows of scores."""
    import numpy as np

    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def best_paths(logps: Sequence[Floats], transition: Floats) -> list[list[int]]:
    """Return the likeliest sequence of labels (Viterbi) of each text.

    Parameters
    ----------
    logps
        Log-probabilities of shape (words, labels) a text, one word at least.
    transition
        The cost of changing label.
    """
    import numpy as np

    if not logps:
        return []
    # One step for all texts at once, the longest first: those that have ended are at the end.
    order = sorted(range(len(logps)), key=lambda i: -len(logps[i]))
    longest = [logps[i] for i in order]
    lengths = np.array([len(logp) for logp in longest])
    starts = np.cumsum(lengths) - lengths
    flat = np.concatenate(longest)
    back = np.zeros(flat.shape, np.int64)
    best = flat[starts]
    for index in range(1, int(lengths[0])):
        live = int((lengths > index).sum())
        here = starts[:live] + index
        ways = best[:live, :, None] + transition
        back[here] = ways.argmax(axis=1)
        best[:live] = ways.max(axis=1) + flat[here]
    paths: list[list[int]] = [[] for _ in logps]
    for index, start, length, last in zip(
        order, starts.tolist(), lengths.tolist(), best.argmax(axis=1).tolist(), strict=True
    ):
        steps = back[start : start + length].tolist()
        path = [last]
        for step in reversed(steps[1:]):
            path.append(step[path[-1]])
        paths[index] = path[::-1]
    return paths


def read_spans(
    text: str,
    found: Sequence[Word],
    logp: Floats,
    path: Sequence[int],
    labels: Sequence[str],
    *,
    begins: Collection[int] = (),
    spared: Collection[str] = (),
) -> Reading:
    """Read the spans out of the words' labels: runs of one label, and words left in doubt.

    Parameters
    ----------
    found
        The words of `text`.
    logp
        Log-probabilities of shape (words, labels).
    path
        The label of each word, by its number.
    labels
        Names of the labels; the first is plain text.
    begins
        Words that begin a span though the word before has the same label.
    spared
        Labels that name nothing personal: found, but no ground for doubt.
    """
    import numpy as np

    path = list(path)
    plain = [column for column, label in enumerate(labels) if column == 0 or label in spared]
    chances = np.exp(logp)
    personal = (1.0 - chances[:, plain].sum(axis=1)).tolist()
    # A doubtful word beside a sure one goes with it: half a name taken out hides nobody.
    for order in (range(1, len(path)), range(len(path) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for index in order:
            if path[index] == 0 and personal[index] >= DOUBT and path[index + step] not in plain:
                path[index] = path[index + step]
    reading = Reading([], [])
    start = 0
    for index in range(1, len(path) + 1):
        if index < len(path) and path[index] == path[start] and index not in begins:
            continue
        if path[start] != 0:
            score = float((1.0 - chances[start:index, 0]).mean())
            where = found[start].start, found[index - 1].end
            reading.found.append(Found(labels[path[start]], *where, score))
        if path[start] in plain:
            for row in range(start, index):
                if personal[row] >= DOUBT and text[found[row].start].isalnum():
                    likely = logp[row].copy()
                    likely[plain] = -np.inf
                    reading.doubts.append(Doubt(labels[int(likely.argmax())], *found[row]))
        start = index
    return reading
