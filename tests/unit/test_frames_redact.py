"""Redaction of a column: who is who is known from all rows, also after Ctrl-C."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import polars as pl
import pytest

pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

import slm_magic as slm
import slm_magic.frames
from slm_magic.errors import Interrupted
from slm_magic.tasks import redact as task
from slm_magic.tasks import redact_head, redact_passes
from slm_magic.tasks.redact_reading import Found, Reading

NAMES = ["Maria Rossi", "Otto Brandt", "Luca Rossi", "Rossi", "Otto"]


class Head:
    """Finds the names that it knows; Ctrl-C comes when it has read that many texts."""

    labels = ("O", "PERSON")

    def __init__(self) -> None:
        self.stop_after = 10**9

    def states(self, encoder: object, texts: Sequence[str], on_result: object) -> None:
        pass

    def readings(self, texts: Sequence[str], states: None) -> list[Reading]:
        if self.stop_after <= 0:
            raise KeyboardInterrupt
        self.stop_after -= len(texts)
        names = re.compile("|".join(sorted(NAMES, key=len, reverse=True)))
        return [
            Reading([Found("PERSON", *m.span(), 0.9) for m in names.finditer(text)], [])
            for text in texts
        ]


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Head:
    made = Head()
    monkeypatch.setattr(redact_head, "load", lambda: made)
    monkeypatch.setattr(task, "_encoder", lambda: None)
    monkeypatch.setattr(redact_passes, "CHUNK", 4)
    monkeypatch.setenv("SLM_MAGIC_HASH_KEY", "a key of the test")
    return made


def rows(seed: int) -> list[str | None]:
    pick = random.Random(seed)
    texts = [f"{a} met {b} at noon." for a in NAMES for b in NAMES if a != b]
    return [pick.choice([*texts, None]) for _ in range(60)]


def values(series: Any) -> list[Any]:
    return [value if isinstance(value, str) else None for value in series.to_list()]


@pytest.mark.parametrize("operator", ["tag", "hash", "mask"])
@pytest.mark.parametrize("kind", [pd.Series, pl.Series], ids=["pandas", "polars"])
def test_a_column_is_redacted_as_a_list_is(head: Head, kind: Any, operator: str) -> None:
    texts = rows(1)
    whole = [r and r.text for r in slm.redact(texts, operator=operator)]
    assert values(kind(texts).slm.redact(operator=operator)) == whole


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("operator", ["tag", "hash", "mask"])
def test_ctrl_c_and_resume(head: Head, operator: str, seed: int) -> None:
    series = pd.Series(rows(seed), dtype="string")
    whole = series.slm.redact(operator=operator, progress=False)
    head.stop_after = random.Random(seed).randrange(1, 12)
    with pytest.raises(Interrupted) as caught:
        series.slm.redact(operator=operator, progress=False)
    part = caught.value
    assert 0 < part.done == sum(v is not None for v in values(part.results)) < part.total
    # No name is left in what was finished.
    assert not any(name in v for v in values(part.results) if v for name in NAMES)
    head.stop_after = 10**9
    for resume in ("last", part, part.results):
        made = series.slm.redact(operator=operator, progress=False, resume=resume)
        pd.testing.assert_series_equal(made, whole)
