"""The two kinds of models that translate, behind one face: sentences in, sentences out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .. import engine
from ..catalog import ModelCard
from ..domains import Domain
from ..engine import Decoding, Generated
from ..errors import OptionError
from ..text import languages, lexicon
from ..text.masking import Form
from ..text.protect import find_spans
from ..text.terms import FoundTerm, find_terms
from . import prompts

# Sentences longer than this are cut at a clause: small models lose the thread of longer ones.
SENTENCE_TOKENS = 220
# A character is never more than a few tokens, so shorter text need not be counted.
SURELY_FITS = 200
# New tokens allowed for each token of the source, and on top: room for languages that the
# tokenizer splits finely, but an end to a loop.
TOKENS_PER_TOKEN = 3.0
EXTRA_TOKENS = 24
# Entries of the lexicon that a sentence is given at the most, which hardly any has.
MOST_ENTRIES = 40
# Tokens of context from which there is room for them.
ROOM = 2048

OnSentence = Callable[[int, str, bool, "float | None"], None]


class Backend(Protocol):
    """A loaded model that translates sentences between two languages.

    Attributes
    ----------
    forms
        How protected spans are shown to the model, in the order to try.
    """

    forms: tuple[Form, ...]

    def fits(self, text: str) -> bool:
        """Whether `text` is short enough for the model."""

    def encode(self, texts: Sequence[str]) -> Any:
        """Make sentences into tokens; the model itself is not asked."""

    def run(
        self,
        texts: Sequence[str],
        decoding: Decoding,
        on_sentence: OnSentence,
        *,
        encoded: Any = None,
    ) -> None:
        """Translate sentences, reporting each with its number as it is finished.

        Parameters
        ----------
        encoded
            What `encode` gave for `texts`, if it was asked before.
        """


def decoding_of(card: ModelCard, beam_size: int | None) -> Decoding:
    """Return the card's decoding defaults, with the beam that the caller asked for."""
    values: dict[str, Any] = dict(card.decoding.get("translate", {}))
    values.setdefault("max_new_tokens", 512)
    if beam_size is not None:
        values["beam_size"] = beam_size
    # A beam is searched by them anyway; greedy decoding is faster without.
    values.setdefault("scores", values.get("beam_size", 1) > 1)
    return Decoding(**values)


def limits(lengths: Sequence[int]) -> list[int]:
    """Return how many new tokens each sentence is allowed, by its own tokens.

    One limit for all would let a short sentence that loops run to the limit of the longest.
    """
    return [int(length * TOKENS_PER_TOKEN) + EXTRA_TOKENS for length in lengths]


def longest_first(lengths: Sequence[int]) -> list[int]:
    """Return the numbers of sentences in the order in which they are worked on."""
    return sorted(range(len(lengths)), key=lambda i: -lengths[i])


@dataclass(frozen=True, slots=True)
class _Prompts:
    """Prompts of sentences, by their numbers, and the beginning that all share, if they do."""

    numbers: list[int]
    prompts: list[list[str]]
    prefix: list[str] | None
    limits: list[int]


class CausalBackend:
    """A language model that is told to translate."""

    # Measured on the starter: it copies most spans when it sees them, and copies a numbered
    # tag when it does not.
    forms: tuple[Form, ...] = ("verbatim", "tag")

    def __init__(
        self,
        handle: engine.Causal,
        source: str,
        target: str,
        *,
        domain: Domain | None = None,
        glossary: Mapping[str, str] | None = None,
    ) -> None:
        self._handle = handle
        card = handle.installed.card
        prompt = card.prompts.get("translate")
        if not prompt:
            raise OptionError(f"The card of {card.name!r} has no prompt for translation.")
        self._prompt = prompt
        self._source = source
        self._names = {"source": languages.name(source), "target": languages.name(target)}
        self._target = target
        self._domain = domain
        self._glossary = dict(glossary or {})
        # How entries of the lexicon are told of, if the card says how and there may be any.
        told: Mapping[str, str] = prompt.get("words") or {}
        known = source == lexicon.SOURCE and target in lexicon.languages()
        room = (card.context or ROOM) >= ROOM
        self._told = told if known and room and {"system", "user"} <= told.keys() else {}
        self._shots = self._examples(prompt.get("shots") or {}, source, target)

    def fits(self, text: str) -> bool:
        """Whether `text` is short enough for the model."""
        limit = min(SENTENCE_TOKENS, (self._handle.installed.card.context or 2048) // 4)
        return len(text) <= min(SURELY_FITS, limit) or (
            len(self._handle.tokenizer.encode(text)) <= limit
        )

    def encode(self, texts: Sequence[str]) -> list[_Prompts]:
        """Make sentences into prompts: those that share their beginning, and the others."""
        tokenizer = self._handle.tokenizer
        found = []
        before = prompts.fill(self._prompt["user"].partition("{text}")[0], self._names)
        plain = [i for i, text in enumerate(texts) if not self._terms(text)]
        hinted = [i for i, text in enumerate(texts) if self._terms(text)]
        for numbers, shared in ((plain, True), (hinted, False)):
            lengths = [len(tokenizer.encode(texts[i])) for i in numbers]
            numbers = [numbers[m] for m in longest_first(lengths)]
            asked = []
            prefix: list[str] = []
            for i in numbers:
                messages = self._messages(texts[i])
                # From the text on, its entries of the lexicon included.
                own = messages[-1]["content"][len(before) :]
                prefix, rest = tokenizer.split_chat(messages, own)
                # A prefix with a sentence's own glossary is no one else's: do not cache it.
                asked.append(rest if shared else prefix + rest)
            made = limits(sorted(lengths, reverse=True))
            found.append(_Prompts(numbers, asked, prefix if shared else None, made))
        return [one for one in found if one.numbers]

    def run(
        self,
        texts: Sequence[str],
        decoding: Decoding,
        on_sentence: OnSentence,
        *,
        encoded: list[_Prompts] | None = None,
    ) -> None:
        """Translate sentences, reporting each with its number as it is finished."""
        for asked in self.encode(texts) if encoded is None else encoded:
            self._handle.generate(
                asked.prompts,
                static_prompt=asked.prefix,
                decoding=decoding,
                limits=asked.limits,
                on_result=self._reporter(texts, asked.numbers, on_sentence),
            )

    def _reporter(
        self, texts: Sequence[str], numbers: Sequence[int], on_sentence: OnSentence
    ) -> Callable[[int, Generated], None]:
        def report(index: int, result: Generated) -> None:
            number = numbers[index]
            answer = self._handle.tokenizer.decode(result.tokens)
            told = self._entries(texts[number])
            text = tidy(texts[number], answer, self._names["target"], told)
            on_sentence(number, text, result.complete, result.score)

        return report

    def _examples(self, shots: Any, source: str, target: str) -> list[dict[str, str]]:
        """Return the card's example sentences as turns of a chat, if it has both languages."""
        turns: list[dict[str, str]] = []
        for given, wanted in zip(shots.get(source, ()), shots.get(target, ()), strict=False):
            turns.append({"role": "user", "content": self._user(given)})
            turns.append({"role": "assistant", "content": wanted})
        return turns

    def _user(self, text: str) -> str:
        """Return what the user of the chat says: a text, and then what its words are called."""
        content = prompts.fill(self._prompt["user"], {**self._names, "text": text})
        words = "; ".join(f"{word} = {wanted}" for word, wanted in self._entries(text).items())
        return content + (prompts.fill(self._told["user"], {"words": words}) if words else "")

    def _entries(self, text: str) -> dict[str, str]:
        # Busy with entries, the starter lost bold marks that it keeps without.
        if not self._told or find_spans(text):
            return {}
        settled = [(one.start, one.end) for one in self._found(text)]
        found = lexicon.entries(text, self._source, self._target, taken=settled)
        return dict(list(found.items())[:MOST_ENTRIES])

    def _found(self, text: str) -> list[FoundTerm]:
        return find_terms(text, self._glossary, language=self._source) if self._glossary else []

    def _terms(self, text: str) -> dict[str, str]:
        return {one.term: self._glossary[one.term] for one in self._found(text)}

    def _messages(self, text: str) -> list[dict[str, str]]:
        messages = prompts.messages(self._prompt, {**self._names, "text": text})
        messages[-1:] = [*self._shots, {"role": "user", "content": self._user(text)}]
        hints = [self._told["system"]] if self._told else []
        if self._domain is not None:
            hints.append(f"The text is from the field of {self._domain.title.lower()}.")
        terms = self._terms(text)
        if terms:
            pairs = "; ".join(f"{term} = {wanted}" for term, wanted in terms.items())
            hints.append(f"Translate these terms so: {pairs}.")
        if hints and messages[0]["role"] == "system":
            messages[0]["content"] += " " + " ".join(hints)
        elif hints:
            messages.insert(0, {"role": "system", "content": " ".join(hints)})
        return messages


class Seq2SeqBackend:
    """A model made for translation."""

    # Such models copy figures in brackets; what they do not copy is translated around.
    forms: tuple[Form, ...] = ("bracket",)

    def __init__(self, handle: engine.Seq2Seq, source: str, target: str) -> None:
        self._handle = handle
        self._source = source
        self._target = target

    def fits(self, text: str) -> bool:
        """Whether `text` is short enough for the model."""
        # Past the position table CTranslate2 raises, and it cuts nothing by itself here.
        limit = min(SENTENCE_TOKENS, (self._handle.installed.card.context or 512) // 2)
        return len(text) <= min(SURELY_FITS, limit) or len(self._encode(text)) <= limit

    def _encode(self, text: str) -> list[str]:
        tokens: list[str] = self._handle.tokenizer.encode(text, self._source, self._target)
        return tokens

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Make sentences into tokens."""
        return [self._encode(text) for text in texts]

    def run(
        self,
        texts: Sequence[str],
        decoding: Decoding,
        on_sentence: OnSentence,
        *,
        encoded: list[list[str]] | None = None,
    ) -> None:
        """Translate sentences, reporting each with its number as it is finished."""
        tokenizer = self._handle.tokenizer
        tokens = self.encode(texts) if encoded is None else encoded
        order = longest_first([len(one) for one in tokens])

        def report(index: int, result: Generated) -> None:
            text = tokenizer.decode(result.tokens).strip()
            on_sentence(order[index], text, result.complete, result.score)

        self._handle.translate(
            [tokens[i] for i in order],
            target_prefix=tokenizer.target_prefix(self._target),
            decoding=decoding,
            limits=limits([len(tokens[i]) for i in order]),
            on_result=report,
        )


_LABEL = re.compile(
    r"(?:here is the (?:\w+ )?translation[^:\n]{0,40}|(?:\w+ )?translation|traduction|übersetzung|"
    r"traducción|traduzione|tradução|vertaling|перевод|翻译|翻訳|译文)\s*(?:\([^)\n]*\))?\s*[:：]\s*",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"), ("„", "“"), ("「", "」"), ("`", "`"))
_ALL_QUOTES = "".join(open_ + close for open_, close in _QUOTES)


def tidy(source: str, answer: str, target: str, told: Iterable[str] = ()) -> str:
    """Return a causal model's answer without what it says around the translation.

    Labels, quotation marks that the source lacks, entries of the lexicon and paragraphs after the
    translation go. What may be part of the translation stays: what is wrong with it is for the checks to say.

    Parameters
    ----------
    target
        English name of the target language, which some models write before the answer.
    told
        Headwords of the lexicon that the model was given with the sentence.
    """
    text = answer.strip()
    if not _LABEL.match(source):
        text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    named = f"{target.lower()}:"
    if text.lower().startswith(named) and not source.lower().startswith(named):
        text = text[len(named) :].lstrip()
    # Only the last bracket, and only with what this very sentence was told.
    bracket = text.rfind("(")
    if any(f"{word} = " in text[bracket:] and f"{word} = " not in source for word in told):
        text = text[: max(bracket, 0)].rstrip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        # The source is one line. A whole translation in the first line means that the rest is
        # comment; otherwise the model broke the line itself.
        first_is_all = len(lines[0]) >= 0.5 * len(source) or len(lines[0].split()) >= (
            0.7 * len(source.split())
        )
        text = lines[0] if first_is_all else " ".join(lines)
    if source[:1] not in _ALL_QUOTES and source[-1:] not in _ALL_QUOTES:
        for opening, closing in _QUOTES:
            inner = text[1:-1].strip()
            wrapped = text.startswith(opening) and text.endswith(closing) and len(text) > 2
            if wrapped and not any(mark in inner for mark in {opening, closing}):
                text = inner
    # A heading has no full stop, and its translation gets none.
    if source[-1:].isalnum() and text.endswith((".", "。")) and not text.endswith(".."):
        text = text[:-1]
    return text
