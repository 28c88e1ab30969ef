"""Adapters of the sequence-to-sequence families whose tokenizers come from transformers.

Each gives the tokens that the family's own tokenizer gives, special ones included, from
``tokenizer.json`` or from a SentencePiece model, whichever lies beside ``model.bin``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from .errors import LanguageError, ModelLoadError
from .text import languages
from .tokenization_family import Traits, read_table

# What the one SentencePiece model of a folder is called by those who convert.
PIECE_MODELS = (
    "sentencepiece.bpe.model",
    "spiece.model",
    "sp_m.model",
    "spm.model",
    "sentencepiece.model",
    "tokenizer.model",
)
# Pieces that a text for trying out a tokenizer is made of.
_PROBE_PIECES = 40


class Pieces(Protocol):
    """Text to pieces and back, without anything around them."""

    def encode(self, text: str) -> list[str]:
        """Return the pieces of `text`."""

    def decode(self, pieces: Sequence[str]) -> str:
        """Return the text of pieces; special ones and those it does not know are left out."""

    def probe(self) -> str:
        """Return a text of words that the tokenizer has pieces for."""


def open_pieces(folder: Path, name: str) -> Pieces:
    """Return the tokenizer that lies in a folder.

    Raises
    ------
    ModelLoadError
        If there is none, or it is damaged.
    """
    if (folder / "tokenizer.json").is_file():
        return JsonPieces(folder / "tokenizer.json")
    for file in PIECE_MODELS:
        if (folder / file).is_file():
            return SentencePieces(folder / file)
    raise ModelLoadError(
        f"{name!r} has no tokenizer: put tokenizer.json or {PIECE_MODELS[0]} of the model it was "
        "converted from beside model.bin."
    )


class JsonPieces:
    """Pieces of a ``tokenizer.json``."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        # tokenizers raises plain Exception.
        except Exception as error:
            raise ModelLoadError(
                f"{path.name} is no tokenizer of transformers or is damaged; pull it again."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # Special tokens written out in a user's text are plain text.
        self._tokenizer.encode_special_tokens = True
        added = self._tokenizer.get_added_tokens_decoder().values()
        self._special = frozenset(token.content for token in added if token.special)

    def encode(self, text: str) -> list[str]:
        """Return the pieces of `text`."""
        pieces: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        # A unigram model finds its own control tokens in a text all the same.
        return ["<unk>" if piece in self._special else piece for piece in pieces]

    def decode(self, pieces: Sequence[str]) -> str:
        """Return the text of pieces; special ones and those it does not know are left out."""
        ids = [self._tokenizer.token_to_id(piece) for piece in pieces]
        text: str = self._tokenizer.decode([i for i in ids if i is not None])
        return text

    def probe(self) -> str:
        """Return a text of words that the tokenizer has pieces for."""
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=False)
        return self.decode(sample(list(vocabulary), self._special))


class SentencePieces:
    """Pieces of a SentencePiece model."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            self._model: Any = SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise ModelLoadError(
                f"{path.name} is not a SentencePiece model; pull it again."
            ) from error

    def encode(self, text: str) -> list[str]:
        """Return the pieces of `text`."""
        model = self._model
        return [model.id_to_piece(i) for i in model.encode(text, out_type=int)]

    def decode(self, pieces: Sequence[str]) -> str:
        """Return the text of pieces; special ones and those it does not know are left out."""
        model = self._model
        ids = [model.piece_to_id(piece) for piece in pieces]
        known = [i for i in ids if not (model.is_unknown(i) or model.is_control(i))]
        text: str = model.decode(known)
        return text

    def probe(self) -> str:
        """Return a text of words that the tokenizer has pieces for."""
        model = self._model
        return self.decode(sample([model.id_to_piece(i) for i in range(len(model))], frozenset()))


def sample(vocabulary: Sequence[str], special: frozenset[str]) -> list[str]:
    """Return pieces of words, from everywhere in a vocabulary and beginnings before others."""
    words = sorted(
        piece for piece in vocabulary if piece.strip("▁Ġ").isalpha() and piece not in special
    )
    begun = [piece for piece in words if piece[0] in "▁Ġ"]
    words = begun if len(begun) >= _PROBE_PIECES else words
    return words[:: max(1, len(words) // _PROBE_PIECES)][:_PROBE_PIECES]


class Adapter:
    """What all families have.

    Attributes
    ----------
    targets
        ISO 639-1 code to token of every language that an output can be asked for in.
    """

    end_tokens: tuple[str, ...]

    def __init__(self, folder: Path, name: str, traits: Traits) -> None:
        config = read_table(folder / "config.json")
        self._folder = folder
        self._pieces = open_pieces(folder, name)
        self._end = config.get("eos_token") or "</s>"
        # Never added twice: one more makes a model run on.
        self._ending = [] if config.get("add_source_eos") else [self._end]
        self.end_tokens = (self._end,)
        self.targets: dict[str, str] = dict(traits.tokens)

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one sentence or text, special ones included.

        Parameters
        ----------
        source, target
            ISO 639-1 codes, for translation.
        """
        return [*self._pieces.encode(text), *self._ending]

    def encode_summary(self, text: str, sentences: int) -> list[str]:
        """Return the tokens that ask for a summary of `text`."""
        return self.encode(text)

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the tokens that an output must start with, if any."""
        return None

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of output tokens, without special ones."""
        return self._pieces.decode(tokens)

    def probe(self) -> list[str]:
        """Return the tokens of a text that the tokenizer has pieces for."""
        code = next(iter(self.targets), None)
        return self.encode(self._pieces.probe(), code, code)


class ManyLanguages(Adapter):
    """NLLB and M2M100: a token names the language, before the source and before the output."""

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one sentence, special ones included.

        Parameters
        ----------
        source, target
            ISO 639-1 codes; `source` is needed, `target` goes before the output.

        Raises
        ------
        LanguageError
            If the model has no token for the source language.
        """
        return [self._token(source), *self._pieces.encode(text), *self._ending]

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the token that an output in `target` starts with.

        Raises
        ------
        LanguageError
            If the model has none.
        """
        return [self._token(target)]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of output tokens, without special ones."""
        return self._pieces.decode([token for token in tokens if token not in self._named])

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self.targets.values())

    def _token(self, code: str | None) -> str:
        if code not in self.targets:
            known = list(self.targets)
            shown = ", ".join(known) if len(known) <= 12 else f"{len(known)} languages"
            wanted = "a language that is not named" if code is None else code
            raise LanguageError(
                f"This model has no token for {wanted}; it covers {shown}: name source and target."
            )
        return self.targets[code]


class T5(Adapter):
    """T5, FLAN-T5 and mT5: what to do is said in words before the text."""

    def __init__(self, folder: Path, name: str, traits: Traits) -> None:
        super().__init__(folder, name, traits)
        self._family = traits.family
        self._prefix = _summary_prefix(folder)

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one sentence or text, special ones included.

        Parameters
        ----------
        source, target
            ISO 639-1 codes; with both, the model is asked to translate.
        """
        if source and target and self._family != "mt5":
            names = f"{languages.name(source)} to {languages.name(target)}"
            verb = "Translate from" if self._family == "flan-t5" else "translate"
            text = f"{verb} {names}: {text}"
        return super().encode(text)

    def encode_summary(self, text: str, sentences: int) -> list[str]:
        """Return the tokens that ask for a summary of `text`."""
        prefix = self._prefix
        if prefix is None:
            number = f"{sentences} sentences" if sentences > 1 else "one sentence"
            prefix = {
                "t5": "summarize: ",
                "flan-t5": f"Summarize this text in {number}: ",
                # mT5 was taught no task: what it was tuned for needs no words.
                "mt5": "",
            }.get(self._family, "")
        return super().encode(prefix + text)


class Bart(Adapter):
    """BART: byte-level pieces between ``<s>`` and ``</s>``, and ``<s>`` before the output."""

    def __init__(self, folder: Path, name: str, traits: Traits) -> None:
        super().__init__(folder, name, traits)
        config = read_table(folder / "config.json")
        self._start = config.get("bos_token") or "<s>"
        self._begin = [] if config.get("add_source_bos") else [self._start]
        table = read_table(folder / "generation_config.json")
        # Whatever was trained as BART is writes it first; only a file that leaves it out says
        # that it need not.
        self._forced = not table or table.get("forced_bos_token_id") is not None

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one text, special ones included."""
        return [*self._begin, *super().encode(text)]

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the token that outputs start with."""
        return [self._start] if self._forced else None


def _summary_prefix(folder: Path) -> str | None:
    """Return what the checkpoint's settings put before a text to summarise, if they tell."""
    for file in ("config.json", "generation_config.json"):
        tasks = read_table(folder / file).get("task_specific_params")
        task = tasks.get("summarization") if isinstance(tasks, dict) else None
        prefix = task.get("prefix") if isinstance(task, dict) else None
        if isinstance(prefix, str):
            return prefix
    return None


ADAPTERS: dict[str, type[Adapter]] = {
    "nllb": ManyLanguages,
    "m2m100": ManyLanguages,
    "t5": T5,
    "flan-t5": T5,
    "mt5": T5,
    "bart": Bart,
    # Pieces and an end, in and out.
    "pegasus": Adapter,
}
