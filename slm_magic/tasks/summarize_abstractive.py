"""Summaries written by a language model, long texts in parts (map, then reduce)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, engine
from ..errors import OptionError
from ..progress import bar
from ..store import Installed
from ..text import languages
from ..text.checks_summary import check_summary
from ..text.segment import segment
from . import choose, prompts
from .batch import Batch
from .results import Flag, Summary, SummarySentence

# Tokens a sentence of a summary may take; long ones with figures take about 45.
TOKENS_A_SENTENCE = 64
# Tokens of text a part holds at the most. Small models lose the middle of longer ones, and
# reading a prompt takes time that grows with it.
PART_TOKENS = 1200
# Kept free in the context for the chat template and the instruction.
RESERVE_TOKENS = 256


@dataclass(slots=True)
class _Work:
    """One text on its way: the parts still to be read, and what is flagged so far."""

    row: int
    source: str
    parts: list[str]
    cut: bool = False


def run(
    batch: Batch[Summary],
    *,
    sentences: int,
    focus: Sequence[str],
    pack: domains.Domain | None,
    model: str | None,
    language: str,
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
    works = [_Work(row, text, writer.split([text], language)) for row, text in batch.present]
    shown = bar(len(works), what="Summarising", unit="text", show=progress)
    try:
        while works:
            # One round: every part of every unfinished text in one batch, so that small and
            # large texts share the model's steps.
            answers: dict[int, list[str]] = {}
            for last in (False, True):
                flat = [(w, part) for w in works if (len(w.parts) == 1) is last for part in w.parts]
                for (work, _), (text, cut) in zip(
                    flat, writer.write([part for _, part in flat], last=last), strict=True
                ):
                    answers.setdefault(work.row, []).append(text)
                    work.cut = work.cut or (cut and last)
            unfinished = []
            for work in works:
                if len(work.parts) == 1:
                    batch.put(
                        work.row, _summary(work, answers[work.row][0], installed, pack, language)
                    )
                    shown.update(1)
                else:
                    work.parts = writer.split(answers[work.row], language)
                    unfinished.append(work)
            works = unfinished
    except KeyboardInterrupt as error:
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
        card = installed.card
        self._decoding = dict(card.decoding.get("summarize", {}))
        context = card.context or 1024
        self._room = max(64, min(PART_TOKENS, context - RESERVE_TOKENS - self._limit))
        self._causal = card.kind == "causal"
        if self._causal and "summarize" not in card.prompts:
            raise OptionError(f"The card of {card.name!r} has no prompt for summaries.")
        wishes = [pack.style] if pack and pack.style else []
        if focus:
            wishes.append(f"The summary is about: {'; '.join(focus)}.")
        self._prompt = card.prompts.get("summarize", {})
        self._values = {
            "sentences": str(sentences),
            "language": languages.name(languages.parse(language)),
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
        return [" ".join(part) for part in parts if part] or [" ".join(texts)]

    def _bounded(self, sentence: str) -> list[tuple[str, int]]:
        """Halve a sentence at a space until each half fits the model."""
        size = len(self._handle.tokenizer.encode(sentence))
        middle = sentence.find(" ", len(sentence) // 2)
        if size <= self._room or middle < 0:
            return [(sentence, size)]
        return self._bounded(sentence[:middle]) + self._bounded(sentence[middle + 1 :])

    def write(self, parts: Sequence[str], *, last: bool) -> list[tuple[str, bool]]:
        """Return, for each part, what the model writes of it and whether it was cut short.

        Parameters
        ----------
        last
            Whether this is the summary itself, not notes on one part of a long text.
        """
        if not parts:
            return []
        # Notes are a third of what they note at the most, so that the rounds come to an end.
        limit = self._limit if last else min(self._limit, self._room // 3)
        decoding = engine.Decoding(**{**self._decoding, "max_new_tokens": limit})
        tokenizer = self._handle.tokenizer
        if self._causal:
            prefix: list[str] = []
            asked = []
            for part in parts:
                messages = prompts.messages(self._prompt, {**self._values, "text": part})
                prefix, rest = tokenizer.split_chat(messages, part)
                asked.append(rest)
            results = self._handle.generate(asked, static_prompt=prefix, decoding=decoding)
        else:
            results = self._handle.translate(
                [tokenizer.encode(part) for part in parts], decoding=decoding
            )
        return [(_tidy(tokenizer.decode(result.tokens)), not result.complete) for result in results]


def _tidy(text: str) -> str:
    """Drop a heading such as ``Summary:`` and list marks that models put before sentences."""
    lines = [line.strip().lstrip("-*•").strip() for line in text.strip().splitlines()]
    lines = [line for line in lines if line]
    if lines and lines[0].endswith(":") and len(lines) > 1:
        lines = lines[1:]
    joined = " ".join(lines)
    head, colon, rest = joined.partition(":")
    return rest.strip() if colon and head.lower() in ("summary", "answer") else joined


def _summary(
    work: _Work, text: str, installed: Installed, pack: domains.Domain | None, language: str
) -> Summary:
    found = [tile.text.strip() for tile in segment(text, language=language) if tile.translatable]
    flags = [
        Flag(finding.kind, finding.message, finding.start, finding.end)
        for finding in check_summary(work.source, text, language=language, complete=not work.cut)
    ]
    return Summary(
        text=text,
        sentences=tuple(SummarySentence(sentence) for sentence in found),
        style="abstractive",
        domain=pack.name if pack else None,
        model=installed.ref,
        flags=tuple(flags),
    )
