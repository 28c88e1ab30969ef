"""OPUS-layout folders made on the spot, and single-character vocabularies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny
from fakes import fake_card, fake_installed

from slm_magic import engine
from slm_magic.errors import LanguageError, ModelLoadError
from slm_magic.tasks import detect
from slm_magic.tasks.translate import translate
from slm_magic.tokenization import open_tokenizer
from slm_magic.tokenization_seq2seq import (
    CharTokenizer,
    OpusTokenizer,
    open_seq2seq,
    read_vocabulary,
)

SENTENCES = tiny.SENTENCES


def opus_folder(folder: Path, *, add_source_eos: bool, targets: tuple[str, ...] = ()) -> Path:
    """Write source.spm, target.spm and a model of random weights over their pieces."""
    folder.mkdir(parents=True)
    pieces = tiny.pieces(folder / "source.spm")
    tiny.seq2seq(folder, [*targets, *pieces], add_source_eos=add_source_eos)
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    return folder


@pytest.mark.parametrize("add_source_eos", [True, False])
def test_the_end_token_is_appended_only_where_the_model_does_not(
    tmp_path: Path, add_source_eos: bool
) -> None:
    folder = opus_folder(tmp_path / "opus", add_source_eos=add_source_eos)
    tokenizer = open_seq2seq(fake_installed(kind="seq2seq", folder=folder))
    assert isinstance(tokenizer, OpusTokenizer)
    tokens = tokenizer.encode(SENTENCES[0], "en", "fr")
    assert (tokens[-1] == "</s>") is not add_source_eos
    assert tokens.count("</s>") == (0 if add_source_eos else 1)
    assert tokenizer.decode(tokens) == SENTENCES[0]
    assert tokenizer.target_prefix("fr") is None


def test_snake_case_and_spaces_come_back(tmp_path: Path) -> None:
    tokenizer = open_seq2seq(
        fake_installed(folder=opus_folder(tmp_path / "opus", add_source_eos=True))
    )
    text = "the_boats left  the_harbour"
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(["<s>", *tokens, "<unk>", "</s>"]).split() == text.split()


def test_models_with_several_targets_are_told_which(tmp_path: Path) -> None:
    folder = opus_folder(
        tmp_path / "opus", add_source_eos=True,
        targets=(">>fra<<", ">>fra_Latn<<", ">>por<<", ">>xyz<<"),
    )  # fmt: skip
    tokenizer = open_seq2seq(fake_installed(folder=folder))
    assert isinstance(tokenizer, OpusTokenizer)
    assert tokenizer.targets == {"fr": ">>fra<<", "pt": ">>por<<"}
    assert tokenizer.encode("Three boats", "en", "pt")[0] == ">>por<<"
    with pytest.raises(LanguageError, match="fr, pt"):
        tokenizer.encode("Three boats", "en", "de")


def test_a_model_with_several_targets_answers_the_probe(tmp_path: Path) -> None:
    folder = opus_folder(tmp_path / "own", add_source_eos=True, targets=(">>fra<<", ">>por<<"))
    # The card of one's own folder names no target that could be asked for.
    card = fake_card("own", "seq2seq", languages=("*",), pairs=())
    try:
        engine.probe(folder, card)
    except ModelLoadError as error:
        # Random weights may have nothing to say; the question itself was understood.
        assert "no sensible answer" in str(error)


def test_one_sentencepiece_model_for_both_sides(tmp_path: Path) -> None:
    folder = opus_folder(tmp_path / "opus", add_source_eos=True, targets=(">>fra<<",))
    (folder / "source.spm").rename(folder / "sentencepiece.model")
    (folder / "target.spm").unlink()
    tokenizer = open_seq2seq(fake_installed(folder=folder))
    named, *tokens = tokenizer.encode(SENTENCES[1], "en", "fr")
    assert named == ">>fra<<"
    assert tokenizer.decode(tokens) == SENTENCES[1]


def test_single_characters(tmp_path: Path) -> None:
    (tmp_path / "source_vocabulary.txt").write_text(
        "<blank>\n<s>\n</s>\nа\nб\n\u2028\n-\n", encoding="utf-8"
    )
    assert read_vocabulary(tmp_path, "source")[-3:] == ["б", "\u2028", "-"]
    tokenizer = open_seq2seq(fake_installed(folder=tmp_path))
    assert isinstance(tokenizer, CharTokenizer)
    assert tokenizer.encode("аб") == ["а", "б"]
    assert tokenizer.decode(["a", "b", "</s>"]) == "ab"
    assert tokenizer.words.findall("аб, х-а") == ["аб", "-а"]


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"source\.spm"):
        open_seq2seq(fake_installed(folder=tmp_path))
    (tmp_path / "shared_vocabulary.json").write_text(json.dumps(["<s>", "word"]))
    with pytest.raises(ModelLoadError):
        open_seq2seq(fake_installed(folder=tmp_path))
    (tmp_path / "source.spm").write_bytes(b"no model")
    (tmp_path / "target.spm").write_bytes(b"no model")
    with pytest.raises(ModelLoadError, match="SentencePiece"):
        open_seq2seq(fake_installed(folder=tmp_path)).encode("word")


def test_mbart_would_be_read_wrongly_and_is_refused(tmp_path: Path) -> None:
    # Laid out as OPUS is, and with a tokenizer.json as such folders often have.
    folder = opus_folder(tmp_path / "own", add_source_eos=True, targets=("en_XX", "fr_XX", "de_DE"))
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelLoadError, match="mBART"):
        open_tokenizer(fake_installed("own", "seq2seq", folder))


def test_a_tokenizer_json_alone_does_not_make_a_translator(tmp_path: Path) -> None:
    tiny.seq2seq(tmp_path / "own")
    (tmp_path / "own" / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelLoadError, match=r"it needs source\.spm"):
        open_tokenizer(fake_installed("own", "seq2seq", tmp_path / "own"))


def test_an_opus_folder_translates_through_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = opus_folder(tmp_path / "opus", add_source_eos=False)
    installed: Any = fake_installed(
        "opus-mt-en-fr", "seq2seq", folder, languages=("en", "fr"), pairs=(("en", "fr"),),
        context=64, prompts={},
    )  # fmt: skip
    monkeypatch.setattr(detect, "model_for", lambda *_: installed)
    text = "# The bridge\n\nNobody knows `why` the bridge was painted.\n\n- Three boats left {x}.\n"
    try:
        result = translate(text, target="fr", source="en")
    finally:
        engine.unload()
    # The weights are random, so the words are noise; the structure is not.
    assert result.text.startswith("# ") and result.text.count("\n\n- ") == 1
    assert "`why`" in result.text and "{x}" in result.text
    assert "".join(s.source for s in result.segments) == text
    assert result.model == installed.ref
