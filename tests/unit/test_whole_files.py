"""Files that are written whole or not at all, where others write too."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from slm_magic import whole_files

posix = pytest.mark.skipif(os.name == "nt", reason="links and lengths of names are POSIX's")


@posix
def test_a_link_that_somebody_has_laid_beside_it_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept")
    folder = tmp_path / "folder"
    folder.mkdir()
    link = folder / ".notes.ipynb.writing"
    link.symlink_to(outside)
    whole_files.write(folder / "notes.ipynb", b"new")
    assert outside.read_text() == "kept" and link.is_symlink()
    assert (folder / "notes.ipynb").read_bytes() == b"new"
    assert not (folder / "notes.ipynb").is_symlink()


def test_writers_at_the_same_time_do_not_write_into_each_other(tmp_path: Path) -> None:
    path = tmp_path / "notes.ipynb"
    texts = [bytes([letter]) * 300_000 for letter in b"abcdefgh"]
    with ThreadPoolExecutor(len(texts)) as pool:
        for done in [pool.submit(whole_files.write, path, text) for text in texts * 5]:
            done.result()
            assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_name_as_long_as_the_disk_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * (255 - len(".ipynb")) + ".ipynb")
    whole_files.write(path, b"once")
    whole_files.write(path, b"twice")
    assert path.read_bytes() == b"twice" and list(tmp_path.iterdir()) == [path]
