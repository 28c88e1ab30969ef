"""`pii-minilm`: which words of a text name someone or something personal.

A small convolutional head in numpy over the hidden states of `minilm-l6`. The body reads no
letter case, so each word also carries its shape (case, digits, length, neighbours, letter
n-grams) as the head sees it. ``training/pii.py`` trains with the functions of this module, so
what it learnt on is what runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .redact_reading import OUTSIDE as OUTSIDE  # training reads it from here
from .redact_reading import Reading, Word, best_paths, log_softmax, read_spans
from .redact_shapes import shapes as shapes  # and these
from .redact_shapes import words as words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    OnResult = Callable[[int, Floats], None]

# minilm-l6 was trained on up to 256 pieces: [CLS], the window, [SEP].
WINDOW = 254
STRIDE = 190
# Words to the left and to the right that the two convolutions see.
NEAR, FAR = 3, 2


class _Encoder(Protocol):
    """The part of `engine.Encoder` that is used here."""

    tokenizer: Any

    def hidden(
        self, ids: Sequence[list[int]], *, on_result: OnResult | None = None
    ) -> Sequence[Floats]:
        """Return one array (pieces, width) a sequence."""


# What the body makes of a word.


class Pieces(NamedTuple):
    """The pieces of one text, and the special ones that go round each window of them."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    first: int
    last: int


def _pieces(encoder: _Encoder, text: str) -> Pieces:
    ids, offsets = encoder.tokenizer.encode_offsets(text)
    # [CLS] and [SEP] stand for no character; they are taken off here and put round each window.
    first, last = _special(encoder)
    inner = [(i, span) for i, span in zip(ids, offsets, strict=True) if span[1] > span[0]]
    return Pieces([i for i, _ in inner], [span for _, span in inner], first, last)


def _special(encoder: _Encoder) -> tuple[int, int]:
    ids = encoder.tokenizer.encode_ids("a")
    return int(ids[0]), int(ids[-1])


def _windows(count: int, window: int = WINDOW, stride: int = STRIDE) -> list[tuple[int, int]]:
    """Cut `count` pieces into overlapping windows."""
    if count <= window:
        return [(0, count)]
    starts = [*range(0, count - window, stride), count - window]
    return [(start, start + window) for start in starts]


def windowed(
    run: Callable[[list[list[int]]], Sequence[Floats]],
    pieces: Sequence[Pieces],
    window: int = WINDOW,
    stride: int = STRIDE,
) -> list[Floats]:
    """Run all texts at once, and return one row a piece for each.

    Long texts are read in overlapping windows; a piece takes the window that has it most in
    the middle.

    Parameters
    ----------
    run
        Turns sequences of ids into one array of shape (pieces, width) each.
    window, stride
        Pieces a window, without the special ones, and pieces from one start to the next.
    """
    import numpy as np

    jobs: list[tuple[int, int, int]] = []
    for index, item in enumerate(pieces):
        if item.ids:
            jobs += [(index, *place) for place in _windows(len(item.ids), window, stride)]
    states = run(
        [[pieces[i].first, *pieces[i].ids[start:end], pieces[i].last] for i, start, end in jobs]
    )
    if [index for index, _, _ in jobs] == list(range(len(pieces))):
        # Nearly always: one window a text.
        return [state[1:-1] for state in states]
    width = states[0].shape[1] if len(states) else 0
    whole = [np.zeros((len(item.ids), width), np.float32) for item in pieces]
    depth = [np.full(len(item.ids), -1, np.int64) for item in pieces]
    for (index, start, end), state in zip(jobs, states, strict=True):
        size = end - start
        # How far a piece is from the nearer edge of this window; the text's own ends are none.
        left = np.arange(size) + (window if start == 0 else 0)
        right = np.arange(size)[::-1] + (window if end == len(pieces[index].ids) else 0)
        here = np.minimum(left, right)
        better = here > depth[index][start:end]
        whole[index][start:end][better] = state[1:-1][better]
        depth[index][start:end][better] = here[better]
    return whole


def contexts(encoder: _Encoder, texts: Sequence[str]) -> list[Floats]:
    """Return, for each text, one row a word: the mean over its pieces and its first piece."""
    read = _read(encoder, texts, None)
    return [_by_word(text, *one) for text, one in zip(texts, read, strict=True)]


def _read(
    encoder: _Encoder, texts: Sequence[str], on_result: OnResult | None
) -> list[tuple[Pieces, Floats]]:
    pieces = [_pieces(encoder, text) for text in texts]
    states = windowed(lambda ids: encoder.hidden(ids, on_result=on_result), pieces)
    return list(zip(pieces, states, strict=True))


def _by_word(text: str, item: Pieces, states: Floats) -> Floats:
    import numpy as np

    found = words(text)
    out = np.zeros((len(found), 2 * states.shape[1]), np.float32)
    if not found or not item.ids:
        return out
    starts = np.array([word.start for word in found])
    owner = np.searchsorted(starts, [start for start, _ in item.offsets], side="right") - 1
    owner = np.maximum(owner, 0)
    width = states.shape[1]
    # The pieces of a word stand side by side, and so do the words.
    own, first, count = np.unique(owner, return_index=True, return_counts=True)
    out[own, :width] = np.add.reduceat(states, first, axis=0) / count[:, None]
    out[own, width:] = states[first]
    return out


# The head itself.


def shifted(rows: Floats, reach: int) -> Floats:
    """Put each row's neighbours, `reach` before and after, beside it; zeros past the ends."""
    import numpy as np

    count, width = rows.shape
    out = np.zeros((count, (2 * reach + 1) * width), rows.dtype)
    for slot, step in enumerate(range(-reach, reach + 1)):
        low, high = max(0, -step), min(count, count - step)
        if low < high:
            out[low:high, slot * width : (slot + 1) * width] = rows[low + step : high + step]
    return out


# OpenBLAS takes a product of up to 2**18 multiplications in the thread that asks for it.
_TILE = 64
_TILED_ROWS = 32


def product(rows: Floats, weight: Floats) -> Floats:
    """Return ``rows @ weight``, computed in this thread alone.

    The threads of OpenBLAS, once woken, spin for a while and take the cores from the encoder,
    which reads the next texts meanwhile. Nothing of numpy's own bounds them for one call, so
    the product is made of tiles that are too small for them.
    """
    import numpy as np

    depth, width = weight.shape
    whole = depth - depth % _TILE
    tiles = weight[:whole].reshape(-1, _TILE, width)
    out = np.empty((len(rows), width), np.float32)
    for low in range(0, len(rows), _TILED_ROWS):
        some = rows[low : low + _TILED_ROWS]
        parts = some[:, :whole].reshape(len(some), -1, _TILE).transpose(1, 0, 2)
        out[low : low + _TILED_ROWS] = (parts @ tiles).sum(axis=0) + some[:, whole:] @ weight[
            whole:
        ]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The trained arrays.

    Attributes
    ----------
    labels
        Names of the outputs; the first is plain text.
    arrays
        ``w1 b1 w2 b2 w3 b3 transition``, float32.
    """

    labels: tuple[str, ...]
    arrays: dict[str, Floats]

    def logits(self, rows: Floats, inside: Floats | None = None) -> Floats:
        """Return one row of scores a word, one column a label.

        Parameters
        ----------
        rows
            Of each word, its row of `contexts` and its row of `shapes`, side by side.
        inside
            One column: 0.0 where a row stands between two texts and is none.
        """
        import numpy as np

        a = self.arrays
        kept = np.float32(1.0) if inside is None else inside
        rows = np.maximum(product(rows, a["w1"]) + a["b1"], 0.0) * kept
        rows = np.maximum(product(shifted(rows, NEAR), a["w2"]) + a["b2"], 0.0) * kept
        result: Floats = product(shifted(rows, FAR), a["w3"]) + a["b3"]
        return result

    def states(
        self, encoder: _Encoder, texts: Sequence[str], on_result: OnResult | None = None
    ) -> list[tuple[Pieces, Floats]]:
        """Return what `readings` makes its readings of; nearly all of the time is spent here.

        Parameters
        ----------
        on_result
            Called as `engine.Encoder.hidden` calls it.
        """
        return _read(encoder, texts, on_result)

    def readings(
        self, texts: Sequence[str], states: Sequence[tuple[Pieces, Floats]]
    ) -> list[Reading]:
        """Return, for each text, what its words name."""
        import numpy as np

        found = [words(text) for text in texts]
        rows: dict[int, Floats] = {}
        for index, text in enumerate(texts):
            # Of words of invisible signs alone the body reads nothing.
            context = _by_word(text, *states[index])
            if found[index] and context.shape[1]:
                rows[index] = np.concatenate([context, shapes(text, found[index])], axis=1)
        logps = [log_softmax(logits) for logits in self._side_by_side(list(rows.values()))]
        paths = best_paths(logps, self.arrays["transition"])
        read = {
            index: read_spans(texts[index], found[index], logp, path, self.labels)
            for index, logp, path in zip(rows, logps, paths, strict=True)
        }
        return [read.get(index) or Reading([], []) for index in range(len(texts))]

    def _side_by_side(self, texts: Sequence[Floats]) -> list[Floats]:
        """Return the scores of each text, from one product of matrices for all of them.

        Products of a single text's few rows cost more in waking threads than in counting.
        """
        import numpy as np

        if not texts:
            return []
        # As in training, empty rows stand between two texts, as wide as the head sees.
        gap = NEAR + FAR
        starts = np.cumsum([0, *(len(rows) + gap for rows in texts)])
        whole = np.zeros((int(starts[-1]), texts[0].shape[1]), np.float32)
        inside = np.zeros((len(whole), 1), np.float32)
        for start, rows in zip(starts, texts, strict=False):
            whole[start : start + len(rows)] = rows
            inside[start : start + len(rows)] = 1.0
        logits = self.logits(whole, inside)
        return [logits[s : s + len(rows)] for s, rows in zip(starts, texts, strict=False)]

    def spans(self, text: str, found: Sequence[Word], logits: Floats) -> Reading:
        """Read the spans out of the scores: the best path, then runs of one label."""
        logp = log_softmax(logits)
        (path,) = best_paths([logp], self.arrays["transition"])
        return read_spans(text, found, logp, path, self.labels)


@cache
def _meta() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (resources.files("slm_magic") / "pii" / "labels.json").read_text(encoding="utf-8")
    )
    return found


def revision() -> str:
    """Return the shipped head's revision."""
    return str(_meta()["revision"])


def sha256() -> str:
    """Return the SHA-256 of the shipped arrays."""
    return str(_meta()["sha256"])


@cache
def load() -> Head:
    """Return the shipped head."""
    import numpy as np

    folder = resources.files("slm_magic") / "pii"
    with (folder / "head.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    return Head(tuple(_meta()["labels"]), arrays)
