"""Argos packages and other archives of a few kilobytes, made on the spot."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import tiny

BPE_WORDS = ["low", "low@@", "e@@", "r", ",", "&quot;", "new", "wide"]
_MERGES = "#version: 0.2\nl o\nlo w\nlo w</w>\nn e\nne w</w>\nw i\nwi d\nwid e</w>\n"


def argos_folder(
    folder: Path, *, words: list[str] | None = None, seed: int = 0, **metadata: Any
) -> Path:
    """Write an unpacked Argos package with a SentencePiece model."""
    folder.mkdir(parents=True)
    known = tiny.pieces(folder / "sentencepiece.model")
    tiny.seq2seq(folder / "model", [*known, *(words or [])], seed=seed, add_source_eos=True)
    _beside(folder, metadata)
    return folder


def bpe_folder(folder: Path) -> Path:
    """Write an unpacked Argos package with a list of merges."""
    folder.mkdir(parents=True)
    (folder / "bpe.model").write_text(_MERGES)
    tiny.seq2seq(folder / "model", BPE_WORDS, add_source_eos=True)
    _beside(folder, {})
    return folder


def _beside(folder: Path, metadata: dict[str, Any]) -> None:
    table = {
        "package_version": "1.9", "argos_version": "1.9", "from_code": "en", "from_name": "English",
        "to_code": "fr", "to_name": "French", **metadata,
    }  # fmt: skip
    (folder / "metadata.json").write_text(json.dumps(table))
    (folder / "README.md").write_text("A package made for tests.\n")
    (folder / "stanza" / "en").mkdir(parents=True)
    (folder / "stanza" / "resources.json").write_text("{}")
    (folder / "stanza" / "en" / "tokenizer.pt").write_bytes(b"\x80\x02not to be opened")


def packed(folder: Path, path: Path) -> Path:
    """Pack a folder into an archive, below its own name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, Path(folder.name) / file.relative_to(folder))
    return path
