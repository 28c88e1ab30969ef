"""A real sequence-to-sequence model, from the folder of evaluation data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slm_magic import engine
from slm_magic.tasks.translate import translate

pytestmark = pytest.mark.model


@pytest.fixture
def folder() -> Path:
    data = os.environ.get("SLM_MAGIC_DATA", "")
    found = Path(data, "models", "aren-transliteration-i8")
    if not data or not (found / "model.bin").is_file():
        pytest.skip("set SLM_MAGIC_DATA to the folder of evaluation data to run this")
    yield found
    engine.unload()


def test_names_in_arabic_letters_become_latin(folder: Path) -> None:
    rows = ["آتزمون", None, "آتشيسون"]
    results = translate(rows, source="ar", target="en", model=str(folder), beam_size=2)
    assert [r.text if r else None for r in results] == ["atzmon", None, "achison"]
    assert results[0].segments[0].translated and results[0].flags == ()


def test_words_are_translated_one_by_one_and_the_rest_stays(folder: Path) -> None:
    text = "1) آتزمون \n2) آتشيسون!\n"
    result = translate(text, source="ar", target="en", model=str(folder), beam_size=2)
    assert result.text == "1) atzmon \n2) achison!\n"
