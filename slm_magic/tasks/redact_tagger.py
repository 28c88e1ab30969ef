"""A user's token classifier as a model of redaction: which words of a text it names, and what.

Each word takes the scores of its first piece: that is the piece most such models were trained
on, and the others were left out of their loss. Probabilities of the labels of one type
are added up, so that a model in doubt whether a name begins or goes on is not taken for one in
doubt whether it is a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from . import redact_labels
from .redact_head import Pieces, windowed, words
from .redact_labels import NOT_PERSONAL, Label
from .redact_reading import OUTSIDE, Reading, Word, log_softmax, read_spans

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .redact_head import OnResult

    Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Tagger:
    """What the outputs of a token classifier mean.

    Attributes
    ----------
    names
        Its labels, as its checkpoint has them.
    """

    names: tuple[str, ...]

    @cached_property
    def meanings(self) -> list[Label]:
        """The meaning of each output."""
        return redact_labels.read(self.names)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Types of redact that it can find, plain text first."""
        return (OUTSIDE, *dict.fromkeys(one.entity for one in self.meanings if one.entity))

    def states(
        self, encoder: Any, texts: Sequence[str], on_result: OnResult | None = None
    ) -> list[tuple[Pieces, Floats]]:
        """Return what `readings` makes its readings of; nearly all of the time is spent here.

        Parameters
        ----------
        encoder
            An `engine.TokenClassifier`.
        on_result
            Called as `TokenClassifier.logits` calls it.
        """
        window = encoder.positions - 2
        pieces = [_pieces(encoder.tokenizer, text) for text in texts]
        # A quarter of each window is read twice, so that each piece has some text on both sides.
        rows = windowed(
            lambda ids: encoder.logits(ids, on_result=on_result),
            pieces,
            window,
            max(1, window - window // 4),
        )
        return list(zip(pieces, rows, strict=True))

    def readings(
        self, texts: Sequence[str], states: Sequence[tuple[Pieces, Floats]]
    ) -> list[Reading]:
        """Return, for each text, what its words name."""
        return [
            self._reading(text, item, logits)
            for text, (item, logits) in zip(texts, states, strict=True)
        ]

    def _reading(self, text: str, pieces: Pieces, logits: Floats) -> Reading:
        import numpy as np

        found = words(text)
        first = first_pieces(text, found, pieces.offsets)
        # What a tokenizer drops, such as an invisible sign, no model has seen.
        seen = [row for row, piece in enumerate(first) if piece >= 0]
        if not seen:
            return Reading([], [])
        found = [found[row] for row in seen]
        probability = np.exp(log_softmax(logits[[first[row] for row in seen]]))
        sums = np.zeros((len(seen), len(self.labels)), np.float32)
        columns = [self.labels.index(one.entity or OUTSIDE) for one in self.meanings]
        for output, column in enumerate(columns):
            sums[:, column] += probability[:, output]
        path = sums.argmax(axis=1)
        mine = np.where(np.array(columns) == path[:, None], probability, -1.0).argmax(axis=1)
        chosen = [self.meanings[output] for output in mine]
        begins = {
            row
            for row in range(1, len(seen))
            # Some models say B to each piece: what is written as one word is one.
            if text[found[row - 1].end : found[row].start].isspace()
            and chosen[row].begins(chosen[row - 1])
        }
        with np.errstate(divide="ignore"):
            logp = np.log(sums)
        return read_spans(
            text, found, logp, path.tolist(), self.labels, begins=begins, spared=NOT_PERSONAL
        )


def _pieces(tokenizer: Any, text: str) -> Pieces:
    # One mark stands before and one behind, whatever the family: the engine's self-check saw it.
    ids, offsets = tokenizer.encode_offsets(text)
    return Pieces(ids[1:-1], offsets[1:-1], ids[0], ids[-1])


def first_pieces(text: str, found: Sequence[Word], offsets: Sequence[tuple[int, int]]) -> list[int]:
    """Return the number of each word's first piece, or -1 for a word that has none.

    Parameters
    ----------
    offsets
        Where each piece stands, in characters. A piece that is the white space before a word,
        as SentencePiece makes them, is that word's first.
    """
    first = [-1] * len(found)
    word, mark = 0, -1
    for piece, (start, end) in enumerate(offsets):
        while start < end and text[start].isspace():
            start += 1
        if start >= end:
            mark = piece
            continue
        while word < len(found) and found[word].end <= start:
            word += 1
        # One piece may hold several words, such as a closing bracket and a full stop.
        for row in range(word, len(found)):
            if found[row].start >= end:
                break
            if first[row] < 0:
                first[row] = mark if mark >= 0 and row == word else piece
        mark = -1
    return first
