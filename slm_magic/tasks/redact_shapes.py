"""What the words of a text look like, to `pii-minilm`, whose body reads no letter case.

The order of the features is part of the model: change it, train again.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .redact_reading import Word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NGRAM_BUCKETS = 128
# Words as BERT's own pre-tokenizer sees them: runs of letters and digits, or one sign.
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_SIGNS = ".,;:!?'\"()[]{}<>/\\-_@#&|=*+$€£%~`^“”’–—\u2026"
_LENGTHS = (1, 2, 3, 4, 5, 7, 10, 14)


def words(text: str) -> list[Word]:
    """Split a text into words and single signs, with their places."""
    return [Word(*match.span()) for match in _WORD.finditer(text)]


@lru_cache(maxsize=50_000)
def _own_shape(word: str) -> Floats:
    import numpy as np

    letters = [c for c in word if c.isalpha()]
    digits = sum(c.isdigit() for c in word)
    upper = sum(c.isupper() for c in letters)
    flags = (
        bool(letters) and word[0].isupper() and upper == 1 and len(word) > 1,
        bool(letters) and upper == len(letters) and len(word) > 1,
        bool(letters) and upper == 0,
        len(word) == 1 and upper == 1,
        bool(letters) and 0 < upper < len(letters) and not (word[0].isupper() and upper == 1),
        digits == len(word),
        bool(letters) and digits > 0,
        any(ord(c) > 127 for c in word),
        digits == len(word) == 4 and word[:2] in ("18", "19", "20"),
        digits == len(word) and len(word) <= 2,
        digits == len(word) and len(word) == 3,
        digits == len(word) and len(word) == 5,
        digits == len(word) and len(word) > 5,
        *(word == sign for sign in _SIGNS),
        *(len(word) >= length for length in _LENGTHS),
    )
    grams = [0.0] * NGRAM_BUCKETS
    if letters:
        padded = f"^{word.lower()}$"
        pieces = [padded[i : i + n] for n in (2, 3, 4) for i in range(len(padded) - n + 1)]
        for piece in pieces:
            # crc32 and not hash(): the same buckets in every process.
            code = zlib.crc32(piece.encode())
            grams[code % NGRAM_BUCKETS] += 1.0 if code & (1 << 20) else -1.0
        norm = max(1.0, len(pieces) ** 0.5)
        grams = [value / norm for value in grams]
    return np.array((*flags, *grams), np.float32)


def shapes(text: str, found: Sequence[Word]) -> Floats:
    """Return one row of shape features a word."""
    import numpy as np

    if not found:
        return np.zeros((0, _shape_width()), np.float32)
    own = np.stack([_own_shape(text[w.start : w.end]) for w in found])
    upper = sum(map(str.isalpha, filter(str.isupper, text)))
    capital = upper / max(1, sum(map(str.isalpha, text)))
    rows = []
    previous_end, sentence = 0, True
    for index, word in enumerate(found):
        gap = text[previous_end : word.start]
        after = text[word.end : found[index + 1].start] if index + 1 < len(found) else "\n"
        sentence = sentence or "\n" in gap
        rows.append(
            (
                float(not gap and index > 0),
                float("\n" in gap or index == 0),
                float("\t" in gap),
                float(not after),
                float("\n" in after),
                float(sentence),
                # A text with no capitals, or with hardly anything else, says nothing by case.
                float(capital == 0.0),
                float(capital > 0.5),
                float(len(found) < 8),
            )
        )
        sentence = text[word.start : word.end] in ".!?:"
        previous_end = word.end
    return np.concatenate([own, np.array(rows, np.float32)], axis=1)


@cache
def _shape_width() -> int:
    return len(_own_shape("a")) + 9
