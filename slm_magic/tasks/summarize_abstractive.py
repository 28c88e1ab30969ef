"""Summaries written by a language model, long texts in parts (map, then reduce)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, engine
from ..errors import OptionError
from ..progress import bar
from ..store import Installed
from ..text import languages
from ..text.segment import segment
from . import choose, prompts
from .batch import Batch
from .results import Flag, Summary
from .summarize_support import Draft, mend

# Tokens a sentence of a summary may take; long ones with figures take about 45.
TOKENS_A_SENTENCE = 64
# Tokens of text a part holds at the most. Small models lose the middle of longer ones, and
# reading a prompt takes time that grows with it.
PART_TOKENS = 1200
# Kept free in the context for the chat template and the instruction.
RESERVE_TOKENS = 256
# The same for a sequence-to-sequence model: an instruction and special tokens.
INSTRUCTION_TOKENS = 48

OnSummary = Callable[[int, str, bool], None]


@dataclass(slots=True)
class _Work:
    """One text on its way: the parts still to be read."""

    row: int
    source: str
    parts: list[str]


def run(
    batch: Batch[Summary],
    *,
    sentences: int,
    focus: Sequence[str],
    pack: domains.Domain | None,
    model: str | None,
    language: str,
    unsupported: str,
    progress: bool,
) -> None:
    """Summarise the texts of `batch`; see `summarize` for the parameters and errors."""
    installed = choose.model("summarize", model, kind=None if model else "causal")
    if installed.card.kind == "encoder":
        raise OptionError(
            f"{installed.name!r} picks sentences and cannot write new ones; "
            "use style='extractive', or an abstractive model: %slm models --task summarize"
        )
    handle = engine.load(installed)
    writer = _Writer(handle, installed, sentences, focus, pack, language)
    works = []
    failing: list[Draft] = []
    for row, text in batch.present:
        parts = writer.split([text], language)
        if parts:
            works.append(_Work(row, text, parts))
        else:
            # Asked to summarise nothing, a model invents something.
            batch.put(row, _empty(text, installed, pack))
    shown = bar(len(works), what="Summarising", unit="text", show=progress)
    try:
        while works:
            # One round: all parts in one batch, so that small and large texts share the model's
            # steps; those short enough become summaries, the others notes for the next round.
            long = [work for work in works if len(work.parts) > 1]
            short = [work for work in works if len(work.parts) == 1]
            notes = iter(writer.write([part for work in long for part in work.parts]))
            for work in long:
                own = [next(notes) for _ in work.parts]
                work.parts = writer.split(own, language) or [" ".join(own)]

            def put(number: int, text: str, cut: bool, short: list[_Work] = short) -> None:
                row, source = short[number].row, short[number].source
                draft = Draft.read(row, source, text, cut=cut, most=sentences, language=language)
                if unsupported == "flag" or not draft.failing():
                    batch.put(row, _summary(draft, installed, pack))
                else:
                    failing.append(draft)
                shown.update(1)

            writer.write([work.parts[0] for work in short], put)
            works = long
            for draft in mend(failing, unsupported) if failing else ():
                batch.put(draft.row, _summary(draft, installed, pack))
            failing.clear()
    except KeyboardInterrupt as error:
        # They are finished, if not mended: their flags say what is wrong.
        for draft in failing:
            batch.put(draft.row, _summary(draft, installed, pack))
        raise batch.interrupted() from error
    finally:
        shown.close()


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
