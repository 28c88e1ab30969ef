"""Tokenizers of sequence-to-sequence models: SentencePiece as in OPUS-MT, and characters."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import LanguageError, ModelLoadError
from .text import languages

if TYPE_CHECKING:
    from .store import Installed

_END = "</s>"
_SPECIAL = frozenset({"<unk>", "<s>", "</s>", "<pad>", "<blank>"})
_TARGET_TOKEN = re.compile(r">>([A-Za-z_]+)<<")
# English, as the vocabularies of NLLB and of M2M100 name it.
_LANGUAGE_TOKENS = frozenset({"eng_Latn", "__en__"})
# Names of the one model that reads and writes, in packages that have no pair of them.
_SHARED_MODELS = ("sentencepiece.model", "spm.model", "sp_m.model")


def open_seq2seq(installed: Installed) -> OpusTokenizer | CharTokenizer:
    """Return the tokenizer that the files beside ``model.bin`` are for.

    Raises
    ------
    ModelLoadError
        If there is none that this package knows.
    """
    folder = installed.folder
    vocabulary = read_vocabulary(folder, "source")
    if not _LANGUAGE_TOKENS.isdisjoint(vocabulary):
        # Read as OPUS it would translate into a language of its own choice.
        raise ModelLoadError(
            f"{installed.name!r} is of the NLLB or M2M100 family, which cannot be read yet; "
            "use an OPUS-MT model or a language model."
        )
    if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        return OpusTokenizer(folder, folder / "source.spm", folder / "target.spm")
    for name in _SHARED_MODELS:
        if (folder / name).is_file():
            return OpusTokenizer(folder, folder / name, folder / name)
    if vocabulary and all(len(token) == 1 or token in _SPECIAL for token in vocabulary):
        return CharTokenizer(vocabulary)
    raise ModelLoadError(
        f"{installed.name!r} has no tokenizer that is known: it needs source.spm and target.spm, "
        "sentencepiece.model, or vocabularies of single characters beside model.bin."
    )


def read_vocabulary(folder: Path, side: str) -> list[str]:
    """Return the tokens of the ``source`` or ``target`` side, or an empty list without a file."""
    for stem in (f"{side}_vocabulary", "shared_vocabulary"):
        path = folder / f"{stem}.json"
        if path.is_file():
            tokens: list[str] = json.loads(path.read_text(encoding="utf-8"))
            return tokens
        path = folder / f"{stem}.txt"
        if path.is_file():
            # Not splitlines: U+2028 and others are tokens of some vocabularies.
            return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return []


class OpusTokenizer:
    """Pieces of ``source.spm``, text from ``target.spm``, as OPUS-MT models have them.

    Models with several target languages want ``>>xxx<<`` before the source; which ones there
    are is read from the vocabulary.
    """

    end_tokens: tuple[str, ...] = (_END,)

    def __init__(self, folder: Path, source: Path, target: Path) -> None:
        self._folder = folder
        self._paths = (source, target)

    @cached_property
    def _source(self) -> Any:
        return _sentencepiece(self._paths[0])

    @cached_property
    def _target(self) -> Any:
        return _sentencepiece(self._paths[1])

    @cached_property
    def _appends_end(self) -> bool:
        # Only models converted from transformers' form leave the end token to the caller; the
        # others add it themselves, and one more makes them run on.
        path = self._folder / "config.json"
        if not path.is_file():
            return False
        config = json.loads(path.read_text(encoding="utf-8"))
        return config.get("add_source_eos") is False

    @cached_property
    def targets(self) -> dict[str, str]:
        """ISO 639-1 code to token of every target language that must be named, if any."""
        found: dict[str, str] = {}
        for token in read_vocabulary(self._folder, "source"):
            match = _TARGET_TOKEN.fullmatch(token)
            if match is None:
                continue
            try:
                code = languages.parse(match[1])
            except LanguageError:
                continue
            # The plain form of a language rather than one of its scripts or regions.
            if code not in found or len(token) < len(found[code]):
                found[code] = token
        return found

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one sentence, special ones included.

        Parameters
        ----------
        source, target
            ISO 639-1 codes; `target` is needed where the model has several.

        Raises
        ------
        LanguageError
            If the model has several target languages and `target` is none of them.
        """
        pieces: list[str] = self._source.encode(text, out_type=str)
        if self.targets:
            if target not in self.targets:
                raise LanguageError(
                    f"This model translates into {', '.join(sorted(self.targets))}; "
                    "choose one of them as the target."
                )
            pieces.insert(0, self.targets[target])
        if self._appends_end:
            pieces.append(_END)
        return pieces

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the tokens that an output must start with: none here."""
        return None

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of output tokens, without special ones."""
        pieces = [token for token in tokens if token not in _SPECIAL]
        text: str = self._target.decode(pieces)
        return text


class CharTokenizer:
    """One character a token, for models such as transliterators that know single words only.

    Attributes
    ----------
    words
        Matches the longest runs of characters that the model knows.
    """

    end_tokens: tuple[str, ...] = (_END,)

    def __init__(self, vocabulary: Sequence[str]) -> None:
        known = "".join(re.escape(token) for token in vocabulary if len(token) == 1)
        self.words = re.compile(f"[{known}]+")

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the characters of `text`."""
        return list(text)

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the tokens that an output must start with: none here."""
        return None

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the characters joined, without special tokens."""
        return "".join(token for token in tokens if token not in _SPECIAL)


def _sentencepiece(path: Path) -> Any:
    from sentencepiece import SentencePieceProcessor

    try:
        return SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise ModelLoadError(f"{path.name} is not a SentencePiece model; pull it again.") from error
