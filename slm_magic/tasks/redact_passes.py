"""Redaction in two passes: what all texts hold first, because tags number it; then the results.

Between the two only the places of what was found are kept, once for equal texts.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from .redact_labels import NOT_PERSONAL
from .redact_operators import Operator
from .redact_operators import operator as choose_operator
from .redact_reading import Doubt, Reading
from .redact_spans import Finding, People, Span, key, resolve
from .results import Flag, RedactedSpan, Redaction

if TYPE_CHECKING:
    from ..catalog import ModelRef
    from .redact_engine import Analyzer
    from .redact_head import Head
    from .redact_tagger import Tagger

# Texts that the encoder reads while Python is busy with what it made of those before, and at
# most how many characters.
CHUNK = 32
CHUNK_CHARACTERS = 16_384
# A run of digits, perhaps in groups, that no recognizer was sure of.
_LONG_NUMBER = re.compile(r"(?<![\w.,$€£])\d(?:[ -]?\d){8,}(?![\w%]|[.,]\d)")


@dataclass(frozen=True, slots=True)
class Finder:
    """The model of one call, and how its encoder is loaded once there is something to read."""

    head: Head | Tagger
    reference: ModelRef
    encoder: Callable[[], Any]


class Passes:
    """One call of redact over texts that may come in several lots.

    Parameters
    ----------
    wanted
        Only these types; all where None.
    operator
        The name of what stands in the place of what is taken out.
    language
        Code of the texts' language.
    asked
        Those options of the call that what is found depends on.
    """

    def __init__(
        self,
        finder: Finder,
        analyzer: Analyzer,
        wanted: tuple[str, ...] | None,
        operator: str,
        language: str,
        asked: tuple[object, ...] = (),
    ) -> None:
        self._finder = finder
        self._analyzer = analyzer
        self._wanted = wanted
        self._operator = operator
        self._language = language
        self._asked = asked
        self._texts: list[str | None] = []
        self._found: dict[str, tuple[tuple[Span, ...], tuple[Doubt, ...]]] = {}

    def read(
        self,
        texts: Sequence[str | None],
        *,
        weights: Sequence[int] | None = None,
        progress: bool = False,
    ) -> None:
        """Find what is personal in more texts; each text that was seen before costs nothing.

        Parameters
        ----------
        texts
            One entry a row; None where the row is missing.
        weights
            How many rows each text stands for, for the bar.
        progress
            Show a bar for long work.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl-C. `write` then has the rows that were finished.
        """
        from ..progress import bar

        self._texts += texts
        rows: dict[str, int] = {}
        for text, weight in zip(texts, weights or [1] * len(texts), strict=True):
            if text is not None and text not in self._found:
                rows[text] = rows.get(text, 0) + weight
        if not rows:
            return
        encoder = self._finder.encoder()
        shown = bar(sum(rows.values()), what="Redacting", unit="row", show=progress)
        try:
            for chunk, readings in self._readings(encoder, list(rows)):
                for text, reading in zip(chunk, readings, strict=True):
                    self._found[text] = self._resolve(text, reading)
                    shown.update(rows[text])
        finally:
            shown.close()

    def take_up(self, other: object, texts: Sequence[str | None]) -> None:
        """Keep what the passes of an interrupted call had found in the same texts.

        Raises
        ------
        OptionError
            If `other` is of another task, of other texts, or was to find something else.
        """
        if not isinstance(other, Passes):
            raise OptionError("resume takes the Interrupted that the earlier redact raised.")
        if other._texts != list(texts):
            raise OptionError("resume is of other texts; give those of the interrupted call again.")
        if other._asked != self._asked:
            raise OptionError(
                "resume is of a call with other options; give the same, but for the operator."
            )
        self._found.update(other._found)

    def _readings(
        self, encoder: Any, texts: Sequence[str]
    ) -> Iterator[tuple[Sequence[str], list[Reading]]]:
        """Yield texts and what the model found in them, while the encoder reads further on."""
        head: Any = self._finder.head
        stopped = threading.Event()

        def go_on(number: int, states: object) -> None:
            if stopped.is_set():
                raise _Stopped

        ahead: deque[tuple[Sequence[str], Future[Any]]] = deque()
        # Two, so that one takes its texts apart while the other's are in the encoder.
        pool = ThreadPoolExecutor(2, thread_name_prefix="slm-magic-redact")
        try:
            for chunk in _chunks(texts):
                ahead.append((chunk, pool.submit(head.states, encoder, chunk, go_on)))
                if len(ahead) > 2:
                    done, future = ahead.popleft()
                    yield done, head.readings(done, future.result())
            while ahead:
                done, future = ahead.popleft()
                yield done, head.readings(done, future.result())
        finally:
            # After Ctrl-C the encoder ends its batches, a tenth of a second, and no more.
            stopped.set()
            pool.shutdown(cancel_futures=True)

    def _resolve(self, text: str, reading: Reading) -> tuple[tuple[Span, ...], tuple[Doubt, ...]]:
        from .redact_engine import THRESHOLD

        wanted = self._wanted
        spared = NOT_PERSONAL if wanted is None else ()
        found = [one for one in reading.found if one.label not in spared]
        findings: list[Finding] = self._analyzer.analyze(text, found)
        sure = [one for one in findings if one[3] >= THRESHOLD]
        kept = resolve(text, sure, wanted, self._analyzer.guessed)
        # Someone who asked for some types only has no use for doubts about others.
        doubts = [one for one in reading.doubts if wanted is None or one.label in wanted]
        if wanted is None:
            doubts += [Doubt("number", *match.span()) for match in _LONG_NUMBER.finditer(text)]
        return tuple(kept), tuple(doubts)

    def write(self, put: Callable[[int, Redaction], object]) -> None:
        """Hand over the result of each row that was read, in the order of the rows.

        Parameters
        ----------
        put
            Called with the number of the row, counted over all lots, and its result.
        """
        people = People(
            text[span.start : span.end]
            for text, (spans, _) in self._found.items()
            for span in spans
            if span.entity == "PERSON"
        )
        replace_by = choose_operator(self._operator, self._found, self._language)
        for row, text in enumerate(self._texts):
            if text is not None and text in self._found:
                put(row, self._result(text, people, replace_by))

    def _result(self, text: str, people: People, replace_by: Operator) -> Redaction:
        spans, doubts = self._found[text]
        pieces: list[str] = []
        redacted: list[RedactedSpan] = []
        mapping: dict[str, str] = {}
        originals: list[str] = []
        at = 0
        # Where each character that stays will stand, for the flags.
        moves: list[tuple[int, int, int]] = []
        length = 0
        for span in spans:
            value = text[span.start : span.end]
            identity = people.who(value) if span.entity == "PERSON" else key(span.entity, value)
            placeholder = replace_by(span.entity, value, identity or value)
            moves.append((at, span.start, length - at))
            pieces += [text[at : span.start], placeholder]
            length += span.start - at + len(placeholder)
            at = span.end
            redacted.append(
                RedactedSpan(span.entity, span.start, span.end, span.score, placeholder)
            )
            originals.append(value)
            # Where a person has several names here, the fullest stands for all in other texts.
            if len(value) > len(mapping.get(placeholder, "")):
                mapping[placeholder] = value
        moves.append((at, len(text), length - at))
        pieces.append(text[at:])
        tagged = self._operator == "tag"
        return Redaction(
            text="".join(pieces),
            flags=tuple(_flags(doubts, moves)),
            model=self._finder.reference,
            spans=tuple(redacted),
            mapping=mapping if tagged else {},
            originals=tuple(originals) if tagged else (),
            operator=self._operator,
        )


class _Stopped(Exception):
    """Nobody waits for the result any more."""


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    chunk: list[str] = []
    size = 0
    for text in texts:
        if chunk and (len(chunk) == CHUNK or size + len(text) > CHUNK_CHARACTERS):
            yield chunk
            chunk, size = [], 0
        chunk.append(text)
        size += len(text)
    if chunk:
        yield chunk


def _flags(doubts: Sequence[Doubt], moves: Sequence[tuple[int, int, int]]) -> list[Flag]:
    flags = []
    for doubt in sorted(doubts, key=lambda d: d.start):
        for start, end, shift in moves:
            # A doubt inside a span that was taken out is none.
            if start <= doubt.start and doubt.end <= end:
                what = "a long number" if doubt.label == "number" else f"a possible {doubt.label}"
                flags.append(
                    Flag(
                        "low_score",
                        f"Left {what} in the text: it scored too low to be taken out; look at it.",
                        doubt.start + shift,
                        doubt.end + shift,
                    )
                )
                break
    return flags
