"""Old Argos packages: words cut by Moses' rules, and then into pieces by learnt merges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .argos_metadata import Package
from .errors import MissingDependencyError, ModelLoadError
from .tokenization_family import read_table, read_vocabulary

BPE_MODEL = "bpe.model"
# What a piece ends in when its word goes on.
_GOES_ON = "@@"
_SPECIAL = frozenset({"<unk>", "<s>", "</s>", "<pad>", "<blank>"})
_PROBE_WORDS = 40


class BpeTokenizer:
    """Pieces of ``bpe.model`` over Moses' words, as the package's own side of Argos makes them.

    Parameters
    ----------
    folder
        A CTranslate2 folder with ``bpe.model``.
    package
        Its languages, for which Moses has rules of their own; None takes those of English.

    Raises
    ------
    MissingDependencyError
        If sacremoses or subword-nmt is not installed.
    ModelLoadError
        If ``bpe.model`` is damaged.
    """

    end_tokens: tuple[str, ...] = ("</s>",)

    def __init__(self, folder: Path, package: Package | None) -> None:
        try:
            from sacremoses import (
                MosesDetokenizer,
                MosesPunctNormalizer,
                MosesTokenizer,
            )
            from subword_nmt.apply_bpe import (
                BPE,
            )
        except ImportError as error:
            raise MissingDependencyError(
                "This Argos package (bpe.model)", packages="sacremoses subword-nmt"
            ) from error
        source, target = (package.source, package.target) if package else ("en", "en")
        self._normalizer: Any = MosesPunctNormalizer(lang=source)
        self._tokenizer: Any = MosesTokenizer(lang=source)
        self._detokenizer: Any = MosesDetokenizer(lang=target)
        self._bpe = _read_merges(folder / BPE_MODEL, BPE)
        self._prefix = package.target_prefix if package else ""
        self._words = [
            token
            for token in read_vocabulary(folder, "source")
            if token.isalpha() and token not in _SPECIAL
        ]
        config = read_table(folder / "config.json")
        self._ending = ["</s>"] if config.get("add_source_eos") is False else []

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of one sentence."""
        words = self._tokenizer.tokenize(self._normalizer.normalize(text))
        pieces: list[str] = self._bpe.segment_tokens(words)
        # It keeps every word that it ever saw: the user's.
        self._bpe.cache.clear()
        return [*pieces, *self._ending]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of output tokens, without special ones."""
        joined = " ".join(token for token in tokens if token not in _SPECIAL)
        # A word that was cut off is left as it stands.
        words = joined.replace(f"{_GOES_ON} ", "").removesuffix(_GOES_ON).split()
        text: str = self._detokenizer.detokenize(words)
        return text

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the token that outputs start with, if any."""
        return [self._prefix] if self._prefix else None

    def probe(self) -> list[str]:
        """Return the tokens of a text of words that the model knows."""
        step = max(1, len(self._words) // _PROBE_WORDS)
        return self.encode(" ".join(self._words[::step][:_PROBE_WORDS]))


def _read_merges(path: Path, reader: Any) -> Any:
    try:
        with path.open(encoding="utf-8") as file:
            # On a damaged file its reader ends the process: it is made for the command line.
            for number, line in enumerate(file):
                merge = line.strip("\r\n ")
                if merge and len(merge.split(" ")) != 2 and not (number == 0 and merge[0] == "#"):
                    raise ValueError("a line that is no merge")
            file.seek(0)
            return reader(file)
    except (OSError, ValueError, IndexError, SystemExit) as error:
        raise ModelLoadError(
            f"{path.name} is damaged or no list of merges; pull it again."
        ) from error
