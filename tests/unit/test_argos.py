"""Argos packages: archives and folders, their languages, and what they need to run."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import tiny
from archives import argos_folder, bpe_folder, packed

from slm_magic import engine
from slm_magic.argos_metadata import parse_package
from slm_magic.errors import (
    ConversionError,
    MissingDependencyError,
    ModelLoadError,
    SlmMagicError,
)
from slm_magic.sources.argos import root_of
from slm_magic.store import Store
from slm_magic.tokenization import open_tokenizer
from slm_magic.tokenization_seq2seq import OpusTokenizer


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def pull(store: Store, what: Path, name: str | None = "mine", **options: Any) -> Any:
    return store.pull(what, probe=engine.probe, name=name, progress=False, **options)


def test_an_archive_is_pulled_and_only_what_it_needs(store: Store, tmp_path: Path) -> None:
    archive = packed(argos_folder(tmp_path / "translate-en_fr-1_9"), tmp_path / "x.argosmodel")
    found = pull(store, archive)
    assert {path.name for path in found.folder.iterdir()} == {
        "README.md", "config.json", "metadata.json", "model.bin", "sentencepiece.model",
        "shared_vocabulary.json",
    }  # fmt: skip
    assert not any("stanza" in str(path) for path in found.folder.rglob("*"))
    assert found.card.pairs == (("en", "fr"),) and found.card.languages == ("en", "fr")
    assert found.card.tasks == ("translate",) and found.card.default
    assert store.verify("mine") == () and not store.staging("mine").exists()


def test_a_folder_gives_the_same_model(store: Store, tmp_path: Path) -> None:
    folder = argos_folder(tmp_path / "translate-en_fr-1_9")
    packed(folder, tmp_path / "x.argosmodel")
    from_archive = pull(store, tmp_path / "x.argosmodel")
    from_folder = pull(store, folder, None)
    assert from_folder.name == "translate-en_fr-1_9"
    assert from_folder.sha256 == from_archive.sha256
    for path in from_archive.folder.iterdir():
        assert (from_folder.folder / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("prefix", ["", "<2fr>"])
def test_the_target_prefix_is_given_and_taken_off(
    store: Store, tmp_path: Path, prefix: str
) -> None:
    folder = argos_folder(tmp_path / "p", words=["<2fr>"], target_prefix=prefix)
    found = pull(store, folder)
    tokenizer = open_tokenizer(found)
    assert isinstance(tokenizer, OpusTokenizer)
    assert tokenizer.target_prefix("fr") == ([prefix] if prefix else None)
    handle = engine.load(found)
    tokens = tokenizer.encode(tiny.SENTENCES[0], "en", "fr")
    (bare,) = handle.translate([tokens], target_prefix=None)
    (answer,) = handle.translate([tokens], target_prefix=tokenizer.target_prefix("fr"))
    engine.unload()
    assert answer.tokens[:1] != ["<2fr>"]
    # The prefix reached the decoder: random weights go on in another way after it.
    assert (answer.tokens == bare.tokens) == (not prefix)


def test_pieces_come_back_as_text(store: Store, tmp_path: Path) -> None:
    tokenizer = open_tokenizer(pull(store, argos_folder(tmp_path / "p")))
    for sentence in tiny.SENTENCES[:4]:
        assert tokenizer.decode(tokenizer.encode(sentence, "en", "fr")) == sentence


@pytest.mark.parametrize(
    ("metadata", "pairs"),
    [
        ({"from_code": "en", "to_code": "zt"}, (("en", "zh"),)),
        ({"from_code": "pb", "to_code": "es"}, (("pt", "es"),)),
        (
            {"languages": [{"code": "en", "name": "English"}, {"code": "de"}]},
            (("en", "de"), ("de", "en")),
        ),
        (
            {"from_codes": ["en", "fr"], "to_code": "it", "type": "translate"},
            (("en", "it"), ("fr", "it")),
        ),
    ],
)
def test_languages_of_the_metadata(metadata: dict[str, Any], pairs: Any) -> None:
    assert parse_package(metadata).pairs == pairs


@pytest.mark.parametrize(
    "metadata",
    [
        [], {}, {"from_code": "en"}, {"from_code": "en", "to_code": "en"},
        {"from_code": "en", "to_code": "fr", "type": "sbd"},
        {"from_code": "en", "to_code": "qqq"}, {"from_code": 1, "to_code": "fr"},
        {"from_code": "en", "to_code": "fr", "target_prefix": ["x"]},
    ],
)  # fmt: skip
def test_metadata_that_is_none(metadata: Any, tmp_path: Path, store: Store) -> None:
    with pytest.raises(ValueError):
        parse_package(metadata)
    folder = argos_folder(tmp_path / "p")
    (folder / "metadata.json").write_text(json.dumps(metadata))
    archive = packed(folder, tmp_path / "x.argosmodel")
    for what in (folder, archive):
        with pytest.raises(ConversionError, match=r"^\S+ is no Argos package .*metadata.json"):
            pull(store, what)
    assert store.list() == [] and not store.staging("mine").exists()


def test_a_package_without_pieces(tmp_path: Path, store: Store) -> None:
    folder = argos_folder(tmp_path / "p")
    (folder / "sentencepiece.model").unlink()
    with pytest.raises(ConversionError, match=r"neither sentencepiece.model nor bpe.model"):
        pull(store, folder)


def test_where_a_package_begins() -> None:
    assert root_of(["a/metadata.json", "a/model/model.bin"]) == "a/"
    assert root_of(["metadata.json", "model/model.bin"]) == ""
    assert root_of(["a/b/metadata.json", "a/b/model/model.bin"]) is None
    assert root_of(["a/metadata.json", "b/model/model.bin"]) is None


def test_weights_of_before_config_json(store: Store, tmp_path: Path) -> None:
    folder = argos_folder(tmp_path / "p")
    model = folder / "model"
    (model / "config.json").unlink()
    data = bytearray((model / "model.bin").read_bytes())
    assert data[:4] == (6).to_bytes(4, "little")
    data[:4] = (5).to_bytes(4, "little")
    (model / "model.bin").write_bytes(data)
    for path in model.glob("*_vocabulary.json"):
        path.with_suffix(".txt").write_text("\n".join(json.loads(path.read_text())) + "\n")
        path.unlink()
    found = pull(store, packed(folder, tmp_path / "x.argosmodel"))
    tokens = open_tokenizer(found).encode(tiny.SENTENCES[0], "en", "fr")
    assert tokens[-1] != "</s>"
    (answer,) = engine.load(found).translate([tokens])
    engine.unload()
    assert answer.tokens


def test_the_oldest_weights_that_ctranslate2_reads(store: Store, tmp_path: Path) -> None:
    data = os.environ.get("SLM_MAGIC_DATA")
    folder = Path(data or "", "models", "aren-transliteration-i8")
    if not data or not folder.is_dir():
        pytest.skip("SLM_MAGIC_DATA has no model of layout 2")
    own = tmp_path / "old"
    shutil.copytree(folder, own)
    found = pull(store, own)
    answers = engine.load(found).translate([list("سالم")])
    engine.unload()
    assert "".join(answers[0].tokens).startswith("s")


def test_bpe_without_its_needs_is_one_line(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bpe_folder(tmp_path / "p")
    monkeypatch.setitem(sys.modules, "sacremoses", None)
    # The child that tries a model out would find what this process is kept from.
    monkeypatch.setattr(engine, "probe", engine.answer)
    with pytest.raises(MissingDependencyError) as caught:
        pull(store, packed(folder, tmp_path / "x.argosmodel"))
    assert str(caught.value) == (
        "This Argos package (bpe.model) needs more packages: pip install sacremoses subword-nmt"
    )
    assert store.list() == []


def needs_bpe() -> None:
    pytest.importorskip("sacremoses", reason="sacremoses is not installed")
    pytest.importorskip("subword_nmt", reason="subword-nmt is not installed")


def test_bpe_is_cut_and_joined_as_moses_does(store: Store, tmp_path: Path) -> None:
    needs_bpe()
    found = pull(store, packed(bpe_folder(tmp_path / "p"), tmp_path / "x.argosmodel"))
    tokenizer = open_tokenizer(found)
    # A merge joins "lo" and "w"; what has none stays in letters.
    assert tokenizer.encode("low lower, low", "en", "fr") == [
        "low", "low@@", "e@@", "r", ",", "low",
    ]  # fmt: skip
    assert tokenizer.decode(["low", "low@@", "e@@", "r", ",", "low", "</s>"]) == "low lower, low"
    # Quotation marks are made plain first, and escaped for the model and back.
    pieces = tokenizer.encode("“low”", "en", "fr")
    assert " ".join(pieces).replace("@@ ", "") == "&quot; low &quot;"
    assert tokenizer.decode(["&quot;", "low", "&quot;"]) == '"low"'
    assert not tokenizer._bpe.cache


@pytest.mark.parametrize("text", ["a b c\n", "#version: 0.2\nab\n", "\udcff", "a b\n\nxyz"])
def test_bpe_merges_that_are_damaged(tmp_path: Path, text: str, store: Store) -> None:
    needs_bpe()
    folder = bpe_folder(tmp_path / "p")
    (folder / "bpe.model").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelLoadError, match="bpe.model is damaged"):
        pull(store, folder)


def test_a_package_of_another_vocabulary(store: Store, tmp_path: Path) -> None:
    folder = argos_folder(tmp_path / "p")
    tiny.pieces(folder / "sentencepiece.model", ["Жили у бабуси два весёлых гуся."])
    with pytest.raises(ModelLoadError, match="that of another model"):
        pull(store, folder)


def test_a_plain_zip_is_no_package(store: Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.argosmodel", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    with pytest.raises(SlmMagicError, match="an archive"):
        pull(store, tmp_path / "x.argosmodel")
