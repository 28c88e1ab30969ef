"""Summaries written by a language model, long texts in parts (map, then reduce)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, engine
from ..errors import OptionError
from ..store import Installed
from ..text import languages
from ..text.segment import segment
from . import choose, prompts
from .bulk import Meter, Row, identity
from .results import Flag, Result, Summary
from .summarize_support import Draft, likeness_model, mend

# Tokens a sentence of a summary may take; long ones with figures take about 45.
TOKENS_A_SENTENCE = 64
# Tokens of text a part holds at the most. Small models lose the middle of longer ones, and
# reading a prompt takes time that grows with it.
PART_TOKENS = 1200
# Kept free in the context for the chat template and the instruction.
RESERVE_TOKENS = 256
# The same for a sequence-to-sequence model: an instruction and special tokens.
INSTRUCTION_TOKENS = 48

# Texts of a window, if they are of one sentence: some full batches of a model that takes its time.
WINDOW = 512

OnSummary = Callable[[int, str, bool], None]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a call, read and checked."""

    sentences: int
    focus: tuple[str, ...]
    pack: domains.Domain | None
    language: str
    unsupported: str


@dataclass(slots=True)
class _Work:
    """One text on its way: the parts still to be read."""

    row: int
    source: str
    parts: list[str]


class Writing:
    """Summarises rows in a model's words, window by window."""

    what = "Summarising"

    def __init__(self, options: Options, model: str | None) -> None:
        self.options = options
        self.installed = choose.model("summarize", model, kind=None if model else "causal")
        if self.installed.card.kind == "encoder":
            raise OptionError(
                f"{self.installed.name!r} picks sentences and cannot write new ones; use "
                "style='extractive', or an abstractive model: %slm models --task summarize"
            )
        self._writer: _Writer | None = None

    def sentences(self, text: str) -> int:
        """Return how many sentences a window has, about."""
        return WINDOW

    def prepare(self, rows: Sequence[Row], *, bulk: bool) -> WritingWindow:
        """Cut rows into parts that the model's context holds."""
        writer = self.writer(bulk=bulk)
        works, empty = [], []
        for row, text in rows:
            parts = writer.split([text], self.options.language)
            if parts:
                works.append(_Work(row, text, parts))
            else:
                # Asked to summarise nothing, a model invents something.
                empty.append((row, _empty(text, self.installed, self.options.pack)))
        return WritingWindow(self, writer, works, empty)

    def identify(self, rows: Sequence[Row]) -> list[object]:
        """Return for each row what its summary depends on beside its text."""
        options, card = self.options, self.installed.card
        # What is put in the place of an unsupported sentence is chosen by another model.
        nearest = likeness_model() if options.unsupported == "replace" else None
        same = identity(
            "summarize",
            [one for one in (self.installed, nearest) if one is not None],
            style="abstractive",
            decoding=dict(card.decoding.get("summarize", {})),
            sentences=options.sentences,
            focus=list(options.focus),
            language=options.language,
            domain=[options.pack.name, options.pack.style] if options.pack else None,
            unsupported=options.unsupported,
        )
        return [same] * len(rows)

    def writer(self, *, bulk: bool) -> _Writer:
        """Return the loaded model with what it is to be told."""
        if self._writer is None:
            options = self.options
            handle = engine.load(self.installed, workload="bulk" if bulk else "cell")
            self._writer = _Writer(
                handle,
                self.installed,
                options.sentences,
                options.focus,
                options.pack,
                options.language,
            )
        return self._writer


class WritingWindow:
    """Some rows of a call, in parts."""

    def __init__(
        self,
        runner: Writing,
        writer: _Writer,
        works: list[_Work],
        empty: Sequence[tuple[int, Summary]],
    ) -> None:
        self._runner = runner
        self._writer = writer
        self._works = works
        self._results: dict[int, Result] = dict(empty)
        self._failing: list[Draft] = []
        self.steps = len(works)

    def run(self, meter: Meter) -> None:
        """Write the summaries, long texts in rounds."""
        options, writer = self._runner.options, self._writer
        for row in self._results:
            meter.row(row)
        works = self._works
        while works:
            # One round: all parts in one batch, so that small and large texts share the model's
            # steps; those short enough become summaries, the others notes for the next round.
            long = [work for work in works if len(work.parts) > 1]
            short = [work for work in works if len(work.parts) == 1]
            notes = iter(writer.write([part for work in long for part in work.parts]))
            for work in long:
                own = [next(notes) for _ in work.parts]
                work.parts = writer.split(own, options.language) or [" ".join(own)]

            def put(number: int, text: str, cut: bool, short: list[_Work] = short) -> None:
                row, source = short[number].row, short[number].source
                draft = Draft.read(
                    row, source, text, cut=cut, most=options.sentences, language=options.language
                )
                if options.unsupported == "flag" or not draft.failing():
                    self._results[row] = self._summary(draft)
                else:
                    self._failing.append(draft)
                meter.sentence()
                meter.row(row)

            writer.write([work.parts[0] for work in short], put)
            works = long
            for draft in mend(self._failing, options.unsupported) if self._failing else ():
                self._results[draft.row] = self._summary(draft)
            self._failing.clear()

    def results(self) -> list[tuple[int, Result]]:
        """Return the summaries of the rows that are finished."""
        return sorted(self._results.items())

    def unfinished(self) -> list[tuple[int, Result]]:
        """Return the summaries that were not mended: their flags say what is wrong."""
        return [
            (draft.row, self._summary(draft))
            for draft in self._failing
            if draft.row not in self._results
        ]

    def _summary(self, draft: Draft) -> Summary:
        return _summary(draft, self._runner.installed, self._runner.options.pack)


class _Writer:
    """Turns parts of texts into short texts with one model."""

    def __init__(
        self,
        handle: Any,
        installed: Installed,
        sentences: int,
        focus: Sequence[str],
        pack: domains.Domain | None,
        language: str,
    ) -> None:
        self._handle = handle
        self._sentences = sentences
        self._language = language
        card = installed.card
        self._decoding = dict(card.decoding.get("summarize", {}))
        context = card.context or 1024
        self._causal = card.kind == "causal"
        # A sequence-to-sequence model reads and writes in two contexts, and is told in few words.
        kept = RESERVE_TOKENS + self._limit if self._causal else INSTRUCTION_TOKENS
        self._room = max(64, min(PART_TOKENS, context - kept))
        if self._causal and "summarize" not in card.prompts:
            raise OptionError(f"The card of {card.name!r} has no prompt for summaries.")
        wishes = [pack.style] if pack and pack.style else []
        if focus:
            wishes.append(f"The summary is about: {'; '.join(focus)}.")
        self._prompt = card.prompts.get("summarize", {})
        self._values = {
            "sentences": str(sentences),
            "language": languages.name(language),
            # With the space before each, so that a prompt without wishes ends as it is written.
            "wishes": "".join(f" {wish}" for wish in wishes),
        }

    @property
    def _limit(self) -> int:
        return TOKENS_A_SENTENCE * self._sentences

    def split(self, texts: Sequence[str], language: str) -> list[str]:
        """Cut at sentence ends into parts that the model's context holds, as even as can be."""
        pieces: list[tuple[str, int]] = []
        for text in texts:
            for tile in segment(text, language=language):
                if tile.translatable:
                    # One token more for the space that joins it to the next.
                    pieces.extend(
                        (piece, size + 1)
                        for piece, size in self._bounded(" ".join(tile.text.split()))
                    )
        total = sum(size for _, size in pieces)
        count = max(1, -(-total // self._room))
        share = total / count
        parts: list[list[str]] = [[]]
        filled = 0
        for text, size in pieces:
            if parts[-1] and (filled + size > self._room or filled >= share):
                parts.append([])
                filled = 0
            parts[-1].append(text)
            filled += size
        return [" ".join(part) for part in parts if part]

    def _bounded(self, sentence: str) -> list[tuple[str, int]]:
        """Halve a sentence at a space until each half fits the model."""
        size = len(self._handle.tokenizer.encode(sentence))
        middle = sentence.find(" ", len(sentence) // 2)
        if size <= self._room or middle < 0:
            return [(sentence, size)]
        return self._bounded(sentence[:middle]) + self._bounded(sentence[middle + 1 :])

    def write(self, parts: Sequence[str], on_summary: OnSummary | None = None) -> list[str]:
        """Return what the model writes of each part.

        Parameters
        ----------
        on_summary
            Called with the number of a part, its summary and whether that was cut short, as soon
            as it is finished. Without it, notes are written: parts of long texts, to be
            summarised in their turn.
        """
        if not parts:
            return []
        # Notes are a third of what they note at the most, so that the rounds come to an end.
        limit = self._limit if on_summary else min(self._limit, self._room // 3)
        decoding = engine.Decoding(**{**self._decoding, "max_new_tokens": limit})
        tokenizer = self._handle.tokenizer

        def report(number: int, result: engine.Generated) -> None:
            if on_summary is not None:
                on_summary(number, _tidy(tokenizer.decode(result.tokens)), not result.complete)

        if self._causal:
            prefix: list[str] = []
            asked = []
            for part in parts:
                messages = prompts.messages(self._prompt, {**self._values, "text": part})
                prefix, rest = tokenizer.split_chat(messages, part)
                asked.append(rest)
            results = self._handle.generate(
                asked, static_prompt=prefix, decoding=decoding, on_result=report
            )
        else:
            # Families that are told what to do put words before the text.
            ask = getattr(tokenizer, "encode_summary", None)
            encoded = [
                ask(part, self._sentences) if ask else tokenizer.encode(part) for part in parts
            ]
            results = self._handle.translate(
                encoded,
                target_prefix=tokenizer.target_prefix(self._language),
                decoding=decoding,
                on_result=report,
            )
        return [_tidy(tokenizer.decode(result.tokens)) for result in results]


def _tidy(text: str) -> str:
    """Drop a heading such as ``Summary:`` and list marks that models put before sentences."""
    lines = [line.strip().lstrip("-*•").strip() for line in text.strip().splitlines()]
    lines = [line for line in lines if line]
    if lines and lines[0].endswith(":") and len(lines) > 1:
        lines = lines[1:]
    joined = " ".join(lines)
    head, colon, rest = joined.partition(":")
    return rest.strip() if colon and head.lower() in ("summary", "answer") else joined


def _empty(text: str, installed: Installed, pack: domains.Domain | None) -> Summary:
    message = "The text has no sentence to summarise: the summary is empty."
    return Summary(
        text="",
        style="abstractive",
        domain=pack.name if pack else None,
        model=installed.ref,
        flags=(Flag("low_score", message),) if text.strip() else (),
    )


def _summary(draft: Draft, installed: Installed, pack: domains.Domain | None) -> Summary:
    return Summary(
        text=draft.text,
        sentences=draft.sentences,
        style="abstractive",
        domain=pack.name if pack else None,
        model=installed.ref,
        flags=draft.flags,
    )
