"""What a file or folder is, by its first bytes."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import pytest
import tiny
from tiny_gguf import Tiny

from slm_magic.convert.detect import detect, read_header
from slm_magic.errors import ConversionError


def header(version: int = 6, name: bytes = b"TransformerSpec\0", revision: int = 7) -> bytes:
    return struct.pack("<IH", version, len(name)) + name + struct.pack("<I", revision)


def test_headers_of_real_folders(tmp_path: Path) -> None:
    made = {
        "TransformerSpec": tiny.seq2seq(tmp_path / "a"),
        "TransformerDecoderSpec": tiny.causal(tmp_path / "b"),
        "TransformerEncoderSpec": tiny.encoder(tmp_path / "c"),
    }
    for name, folder in made.items():
        version, found, revision = read_header(folder / "model.bin")
        assert (version, found) == (6, name)
        assert revision >= 1
        assert detect(folder) == "ct2"


def test_other_kinds(tmp_path: Path) -> None:
    Tiny().write(tmp_path / "anything.bin")
    assert detect(tmp_path / "anything.bin") == "gguf"
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert detect(tmp_path) == "bert"
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    assert detect(tmp_path) == "checkpoint"
    (tmp_path / "model.safetensors").rename(tmp_path / "model.safetensors.index.json")
    assert detect(tmp_path) == "checkpoint"


@pytest.mark.parametrize("size", [0, 3, 5, 12, 23, 25])
def test_header_cut_short(tmp_path: Path, size: int) -> None:
    (tmp_path / "model.bin").write_bytes(header()[:size])
    with pytest.raises(ConversionError, match=r"model\.bin is damaged"):
        read_header(tmp_path / "model.bin")


def test_newer_layout_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(header(version=7))
    with pytest.raises(ConversionError, match="pip install -U ctranslate2"):
        detect(tmp_path)


@pytest.mark.parametrize("data", [b"\x00" * 40, b"\xff" * 40, header(name=b"no name\0")])
def test_no_model(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(ConversionError, match="damaged or no CTranslate2 model"):
        detect(tmp_path)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_are_never_opened(tmp_path: Path, protocol: int) -> None:
    data = pickle.dumps({"weight": [1.0]}, protocol=protocol)
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(ConversionError, match="pickle"):
        detect(tmp_path)
    with pytest.raises(ConversionError, match="pickle"):
        detect(tmp_path / "model.bin")


def test_zip_of_torch(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"PK\x03\x04" + bytes(40))
    with pytest.raises(ConversionError, match="never opened"):
        detect(tmp_path / "pytorch_model.bin")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="holds no model"):
        detect(tmp_path)
    with pytest.raises(ConversionError, match="missing"):
        read_header(tmp_path / "model.bin")
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(ConversionError, match="not a GGUF file"):
        detect(tmp_path / "note.txt")
