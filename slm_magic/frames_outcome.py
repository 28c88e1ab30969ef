"""What became of the distinct texts of a column: text, flags and score, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .frames_words import Kept
from .tasks.results import Redaction, Result, Summary, Translation
from .tasks.show import flagged_line

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# Between the kinds of the flags of one text.
SEPARATOR = ","


@dataclass(slots=True)
class Outcome:
    """The results of a column's distinct texts, a few words and a number each.

    Attributes
    ----------
    texts
        None where a text is not finished.
    flags
        The kinds of the text's flags, joined by commas; empty where it has none.
    scores
        NaN where there is none.
    """

    texts: Kept
    flags: list[str | None]
    scores: npt.NDArray[np.float64]
    _kinds: dict[tuple[str, ...], str] = field(default_factory=dict)

    @classmethod
    def empty(cls, size: int) -> Outcome:
        """Return one where no text is finished."""
        import numpy as np

        return cls(Kept.empty(size), [None] * size, np.full(size, np.nan))

    def put(self, number: int, result: Result) -> None:
        """Take what is kept of the result of one text."""
        kinds = tuple(dict.fromkeys(flag.kind for flag in result.flags))
        # The same few words for a million texts are kept once.
        self.flags[number] = self._kinds.setdefault(kinds, SEPARATOR.join(kinds))
        found = score(result)
        if found is not None:
            self.scores[number] = found
        self.texts[number] = result.text

    def done(self, weights: npt.NDArray[np.int64]) -> int:
        """Return how many rows are finished, given how many have each text."""
        return sum(
            weight
            for weight, there in zip(weights.tolist(), self.texts.has(), strict=True)
            if there
        )

    def flagged(self, weights: npt.NDArray[np.int64]) -> tuple[int, Counter[str]]:
        """Return how many rows are flagged, and how many by kind, most often flagged first.

        Parameters
        ----------
        weights
            How many rows have each text.
        """
        rows = 0
        kinds: Counter[str] = Counter()
        for own, weight in zip(self.flags, weights.tolist(), strict=True):
            if own:
                rows += weight
                for kind in own.split(SEPARATOR):
                    kinds[kind] += weight
        return rows, Counter(dict(sorted(kinds.items())))

    def told(self, weights: npt.NDArray[np.int64], rows: int) -> str:
        """Return the line that says how many of `rows` are flagged; empty if none is."""
        count, kinds = self.flagged(weights)
        return flagged_line(count, rows, kinds)


def score(result: Result) -> float | None:
    """Return one number for how far a result is to be trusted, where there is one.

    Parameters
    ----------
    result
        Of a translation, the mean log-probability a token, its sentences' means weighted by their
        lengths in characters; of an extractive summary, the mean cosine of its sentences; of a
        redaction, the lowest score of what was taken out.
    """
    if isinstance(result, Translation):
        return _mean([(s.score, len(s.text)) for s in result.segments if s.translated])
    if isinstance(result, Summary) and result.style == "extractive":
        return _mean([(s.score, 1) for s in result.sentences])
    if isinstance(result, Redaction):
        return min((float(span.score) for span in result.spans), default=None)
    return None


def _mean(scored: list[tuple[Any, int]]) -> float | None:
    known = [(float(value), weight) for value, weight in scored if value is not None]
    whole = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / whole if whole else None
