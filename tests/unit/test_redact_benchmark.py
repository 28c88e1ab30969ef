"""The project's own labelled texts, and how what was taken out of a text is counted."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("benchmarks/ is not in this installation", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))

pii_texts = pytest.importorskip("pii_texts")
score = pytest.importorskip("quality_pii").score


def test_our_own_texts_are_labelled_and_half_of_each_group_is_held_back() -> None:
    items = pii_texts.own()
    count = Counter((item["language"], item["field"] == "plain") for item in items)
    assert all(count[language, plain] == 20 for language in ("de", "fr", "es") for plain in (0, 1))
    assert count["en", False] == 50
    for item in items:
        assert "[[" not in item["full_text"] and bool(item["spans"]) <= (item["field"] != "plain")
        for span in item["spans"]:
            value = item["full_text"][span["start_position"] : span["end_position"]]
            assert value and value == value.strip()
    assert sum(item["held"] for item in items) == 81


def test_brackets_that_are_no_label_are_told() -> None:
    assert pii_texts._labelled("a [[PERSON|Bo]].")[0] == "a Bo."
    with pytest.raises(ValueError, match="no label"):
        pii_texts._labelled("a [[Bo]].")


def test_a_span_counts_from_nine_tenths_and_precision_by_character() -> None:
    item = {
        "full_text": "Ann Example met Bo.",
        "spans": [
            {"entity_type": "PERSON", "start_position": 0, "end_position": 11},
            {"entity_type": "PERSON", "start_position": 16, "end_position": 18},
        ],
    }
    row = score([item], [[(0, 10), (12, 15)]])
    assert (row["covered"], row["PERSON"]) == (0.5, 0.5)
    assert row["precision"] == pytest.approx(10 / 13)
    assert row["wrongly taken"] == pytest.approx(3 / 19)
    assert score([item], [[(0, 9)]])["covered"] == 0.0
