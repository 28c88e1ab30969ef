"""Tokenizers of sequence-to-sequence models: SentencePiece as in OPUS-MT, and characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .argos_metadata import read_package
from .errors import LanguageError, ModelLoadError
from .tokenization_adapters import ADAPTERS, Adapter, SentencePieces
from .tokenization_bpe import BPE_MODEL, BpeTokenizer
from .tokenization_check import check
from .tokenization_family import read_table, read_vocabulary, traits

if TYPE_CHECKING:
    from .store import Installed

_END = "</s>"
_SPECIAL = frozenset({"<unk>", "<s>", "</s>", "<pad>", "<blank>"})
# Names of the one model that reads and writes, in packages that have no pair of them.
_SHARED_MODELS = ("sentencepiece.model", "spm.model", "sp_m.model")


def open_seq2seq(installed: Installed) -> OpusTokenizer | BpeTokenizer | CharTokenizer | Adapter:
    """Return the tokenizer that the files beside ``model.bin`` are for, after a self-check.

    Raises
    ------
    ModelLoadError
        If there is none that this package knows, or it does not belong to the model.
    MissingDependencyError
        If it is one of an old Argos package, and what that needs is not installed.
    """
    folder, name = installed.folder, installed.name
    vocabulary = read_vocabulary(folder, "source")
    found = traits(folder) if folder.is_dir() else None
    if found is not None and found.family == "mbart":
        # Read as another family it would translate into a language of its own choice.
        raise ModelLoadError(
            f"{name!r} is of the mBART family, which cannot be read yet; use an OPUS-MT, NLLB or "
            "M2M100 model."
        )
    opened: OpusTokenizer | BpeTokenizer | Adapter
    if found is not None and found.family in ADAPTERS:
        opened = ADAPTERS[found.family](folder, name, found)
    elif (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        opened = OpusTokenizer(folder, folder / "source.spm", folder / "target.spm")
    elif shared := next((one for one in _SHARED_MODELS if (folder / one).is_file()), None):
        opened = OpusTokenizer(folder, folder / shared, folder / shared)
    elif (folder / BPE_MODEL).is_file():
        opened = BpeTokenizer(folder, read_package(folder))
    elif vocabulary and all(len(token) == 1 or token in _SPECIAL for token in vocabulary):
        return CharTokenizer(vocabulary)
    else:
        raise ModelLoadError(
            f"{name!r} has no tokenizer that is known: it needs source.spm and target.spm, "
            "sentencepiece.model, the tokenizer of its family (NLLB, M2M100, T5, BART, Pegasus), "
            "or vocabularies of single characters beside model.bin."
        )
    check(name, folder, opened.probe())
    return opened


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
        return read_table(self._folder / "config.json").get("add_source_eos") is False

    @cached_property
    def _prefix(self) -> list[str] | None:
        package = read_package(self._folder)
        return [package.target_prefix] if package and package.target_prefix else None

    @cached_property
    def targets(self) -> dict[str, str]:
        """ISO 639-1 code to token of every target language that must be named, if any."""
        return dict(traits(self._folder).tokens)

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

    def probe(self) -> list[str]:
        """Return the tokens of a text that the source side has pieces for."""
        text = SentencePieces(self._paths[0]).probe()
        return self.encode(text, None, next(iter(self.targets), None))

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the token that outputs start with, where an Argos package names one."""
        return self._prefix

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
