"""tokenizer.json from GGUF metadata: the same ids as transformers reads from the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from many_texts import texts
from tiny_gguf import SPECIAL, Tiny, byte_level_vocabulary

from slm_magic.convert.gguf import _vocabulary
from slm_magic.convert.gguf_header import read_header
from slm_magic.convert.gguf_tensors import Fields
from slm_magic.convert.gguf_tokenizer import build_tokenizer, byte_letters

UNDERLINE = "\u2581"


def ours(path: Path) -> Any:
    return build_tokenizer(_vocabulary(Fields(read_header(path))))


def theirs(path: Path) -> Any:
    """Transformers' reading of the file."""
    pytest.importorskip("torch", reason="torch is not installed, and transformers reads with it")
    reading = pytest.importorskip("transformers.integrations.gguf")
    architecture, tokenizer, _ = reading.get_gguf_tokenizer(str(path))
    backend, _ = reading.convert_gguf_tokenizer(architecture, tokenizer)
    return backend


def differing(left: Any, right: Any) -> list[str]:
    return [
        ascii(text)
        for text in texts()
        if left.encode(text, add_special_tokens=False).ids
        != right.encode(text, add_special_tokens=False).ids
    ]


def sentencepiece_keys() -> dict[str, Any]:
    """Return the keys of a SentencePiece-like vocabulary with scores and bytes."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    types = [2, 3, 3] + [6] * 256
    words = [UNDERLINE, "t", "h", "e", "th", "he", "the", f"{UNDERLINE}t", f"{UNDERLINE}th"]
    words += [f"{UNDERLINE}the", "a", "i", "n", "in", f"{UNDERLINE}a", UNDERLINE * 2, "1", "2", "é"]
    words += ["s", "r", "er", "<tool_call>"]
    scores = [0.0] * len(pieces) + [-float(place) for place in range(len(words))]
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": pieces + words,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": types + [1] * (len(words) - 1) + [4],
        "tokenizer.ggml.merges": None,
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.padding_token_id": None,
        "tokenizer.ggml.add_bos_token": True,
    }


def test_texts_are_many_and_different() -> None:
    found = texts()
    assert len(found) == len(set(found)) >= 1000
    assert found == texts()


def test_byte_letters_are_those_of_gpt2() -> None:
    letters = byte_letters()
    assert len(set(letters.values())) == 256
    assert letters[ord("A")] == "A"
    assert (letters[0x20], letters[0x0A], letters[0x00], letters[0xAD]) == ("Ġ", "Ċ", "Ā", "Ń")


@pytest.mark.parametrize("pre", ["smollm", "qwen2", "llama-bpe", "default", "gpt-2"])
def test_byte_level_ids(tmp_path: Path, pre: str) -> None:
    path = tmp_path / "m.gguf"
    Tiny(keys={"tokenizer.ggml.pre": pre}).write(path)
    found = ours(path)
    assert differing(found, theirs(path)) == []
    for text in texts():
        ids = found.encode(text, add_special_tokens=False).ids
        assert found.decode(ids, skip_special_tokens=False) == text


def test_byte_level_added_tokens(tmp_path: Path) -> None:
    tokens, _ = byte_level_vocabulary()
    tokens = [*tokens, "<tool_call>", "</tool_call>"]
    types = [3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL) - 2) + [4, 4]
    path = tmp_path / "m.gguf"
    Tiny(keys={"tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types}).write(path)
    found = ours(path)
    assert differing(found, theirs(path)) == []
    assert found.encode("a<tool_call>b").tokens == ["a", "<tool_call>", "b"]
    # Control tokens vanish from output, user-defined ones stay.
    ids = found.encode("<|im_start|>a<tool_call><|im_end|>").ids
    assert found.decode(ids) == "a<tool_call>"


def test_sentencepiece_ids(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    Tiny(keys=sentencepiece_keys()).write(path)
    found = ours(path)
    assert differing(found, theirs(path)) == []
    for text in texts():
        # A text with the space mark itself in it cannot come back, in any reading.
        if UNDERLINE not in text and "<" not in text and not text.startswith(" "):
            ids = found.encode(text, add_special_tokens=False).ids
            assert found.decode(ids, skip_special_tokens=False) == text


def test_byte_fallback_and_best_score(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    Tiny(keys=sentencepiece_keys()).write(path)
    tokens = ours(path).encode("the 🙂", add_special_tokens=False).tokens
    assert tokens[0] == f"{UNDERLINE}the"
    assert tokens[-4:] == ["<0xF0>", "<0x9F>", "<0x99>", "<0x82>"]
