"""A `tokenizer.json` from the metadata of a GGUF file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..errors import ConversionError

UNKNOWN, CONTROL, USER_DEFINED, BYTE = 2, 3, 4, 6

# How a text is cut before merging, by the name GGUF gives it. The expressions are facts of the
# models: the one each vocabulary was learned with.
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = _QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
_SPLITS = {
    "qwen2": _QWEN2,
    "deepseek-r1-qwen": _QWEN2,
    "llama-bpe": _LLAMA3,
    "llama3": _LLAMA3,
    "llama-v3": _LLAMA3,
}
# GPT-2's own expression, which tokenizers' ByteLevel has built in; the smollm vocabulary has no
# token of two digits, so that cutting digits apart first changes nothing.
_GPT2 = ("", "default", "gpt-2", "gpt2", "smollm")


@dataclass(frozen=True, slots=True)
class GGUFVocabulary:
    """What a GGUF file says of its tokenizer.

    Attributes
    ----------
    kind
        ``gpt2`` for byte-level BPE, ``llama`` for SentencePiece-like BPE with scores.
    pre
        How texts are cut before merging.
    types
        One number a token: 1 normal, 2 unknown, 3 control, 4 user-defined, 6 byte.
    bos, eos, unk, pad
        Ids, where the file gives them.
    """

    kind: str
    pre: str
    tokens: Sequence[str]
    types: Sequence[int]
    merges: Sequence[str]
    scores: Sequence[float]
    bos: int | None
    eos: int | None
    unk: int | None
    pad: int | None
    add_bos: bool
    add_space: bool

    def token(self, number: int | None) -> str | None:
        """Return the token of an id, or None if there is none."""
        if number is None or not 0 <= number < len(self.tokens):
            return None
        return self.tokens[number]

    def of_type(self, kind: int) -> list[str]:
        """Return the tokens of one type."""
        return [token for token, its in zip(self.tokens, self.types, strict=False) if its == kind]


def build_tokenizer(vocabulary: GGUFVocabulary) -> Any:
    """Return a `tokenizers.Tokenizer` that gives the ids of the GGUF file's own vocabulary.

    Raises
    ------
    ConversionError
        If the tokenizer is of a kind that is not covered.
    """
    from tokenizers import AddedToken

    if vocabulary.kind == "gpt2":
        tokenizer = _byte_level(vocabulary)
        alphabet = set(byte_letters().values())
        # A control token outside the byte alphabet is a mislabelled one, and not in the model.
        control = [t for t in vocabulary.of_type(CONTROL) if set(t) <= alphabet]
    elif vocabulary.kind == "llama":
        tokenizer = _sentencepiece(vocabulary)
        # Here the unknown token is a special one too, as it is in transformers.
        control = [*vocabulary.of_type(UNKNOWN), *vocabulary.of_type(CONTROL)]
    else:
        raise ConversionError(
            f"GGUF tokenizers of kind {vocabulary.kind!r} cannot be read, only gpt2 and llama"
        )
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in control])
    tokenizer.add_tokens(
        [AddedToken(t, normalized=False) for t in vocabulary.of_type(USER_DEFINED)]
    )
    if tokenizer.get_vocab_size() > len(vocabulary.tokens):
        raise ConversionError("The tokenizer's tokens do not fit together: the file is damaged")
    return tokenizer


def _byte_level(vocabulary: GGUFVocabulary) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    if vocabulary.pre not in _SPLITS and vocabulary.pre not in _GPT2:
        known = ", ".join(sorted({*_SPLITS, *_GPT2} - {""}))
        raise ConversionError(
            f"The GGUF file cuts its texts by {vocabulary.pre!r}; ways that are known: {known}"
        )
    if not vocabulary.merges:
        raise ConversionError("The GGUF file holds no merges for its tokenizer")
    letters = byte_letters()
    alphabet = set(letters.values())
    # Some files give added tokens in plain characters instead of the byte alphabet.
    ids = {
        token if set(token) <= alphabet else "".join(letters[b] for b in token.encode()): number
        for number, token in enumerate(vocabulary.tokens)
    }
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=_pairs(vocabulary.merges)))
    # Qwen's own tokenizer.json composes characters first (NFC). The GGUF file says nothing of it,
    # transformers' reading of the file leaves it out, and so do we: the ids are the same, and
    # every text comes back exactly.
    split = _SPLITS.get(vocabulary.pre)
    if split is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(split), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _sentencepiece(vocabulary: GGUFVocabulary) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    ids = {token: number for number, token in enumerate(vocabulary.tokens)}
    merges = _pairs(vocabulary.merges) or _implied(ids, vocabulary.scores)
    model = models.BPE(
        vocab=ids,
        merges=merges,
        unk_token=vocabulary.token(vocabulary.unk) or "<unk>",
        fuse_unk=True,
        byte_fallback=bool(vocabulary.of_type(BYTE)),
    )
    tokenizer = Tokenizer(model)
    scheme = "first" if vocabulary.add_space else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="\u2581", prepend_scheme=scheme, split=False
    )
    steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    if vocabulary.add_space:
        steps.append(decoders.Strip(" ", 1, 0))
    tokenizer.decoder = decoders.Sequence(steps)
    return tokenizer


def _pairs(merges: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [tuple(merge.split(" ")) for merge in merges]
    if any(len(pair) != 2 for pair in pairs):
        raise ConversionError("The GGUF file's merges are damaged")
    return pairs  # type: ignore[return-value]  # checked above


def _implied(ids: dict[str, int], scores: Sequence[float]) -> list[tuple[str, str]]:
    """Return the merges that a vocabulary with scores stands for, the best first.

    SentencePiece's BPE joins the neighbours whose joined piece has the best score. A piece may
    be made in several ways, and each is a merge.
    """
    if len(scores) != len(ids):
        raise ConversionError("The GGUF file holds neither merges nor scores for its tokenizer")
    found = []
    for piece, number in ids.items():
        ways = [
            (piece[:cut], piece[cut:])
            for cut in range(1, len(piece))
            if piece[:cut] in ids and piece[cut:] in ids
        ]
        ways.sort(key=lambda way: (ids[way[0]], ids[way[1]]))
        found += [(scores[number], way) for way in ways]
    # Of equal scores the longer left half goes first, as in transformers' reading.
    found.sort(key=lambda entry: (entry[0], *map(len, entry[1])), reverse=True)
    return [way for _, way in found]


@cache
def byte_letters() -> dict[int, str]:
    """Return the visible letter that stands for each byte in a byte-level vocabulary.

    Printable Latin-1 stands for itself; the other bytes, in order, take the letters from U+0100
    on. It is the alphabet of GPT-2.
    """
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(0x100) if byte not in plain]
    letters = {byte: chr(byte) for byte in plain}
    letters.update({byte: chr(0x100 + place) for place, byte in enumerate(rest)})
    return letters
