"""A model that invents figures, and what becomes of its sentences."""

from __future__ import annotations

import re
from typing import Any

import pytest

from slm_magic.tasks.summarize import summarize
from slm_magic.text.checks_numbers import unsupported_numbers
from slm_magic.text.number_words import spelled

pytestmark = pytest.mark.model

TEXTS = [
    "The ferry company Norvik Lines carried 18,400 passengers in May. That is 6% more than a year "
    "before. Captain Ruth Adeyemi said that two new boats, bought for $3.1 million, had made the "
    "difference. The harbour of Salten will be rebuilt in autumn, and the crossing will be closed "
    "for 12 days.",
    "Quarterly sales of the garden centre rose to $2.7 million. Its loss shrank to $0.4 million. "
    "The owner, Piet Verhoeven, expects a profit by next spring. He wants to hire 15 gardeners "
    "and to open a second shop in Utrecht, which will cost about $900,000.",
    "The library lent 52,310 books last year, 4% fewer than before. Half of its readers are under "
    "18. The town council will pay $240,000 for a new roof. Its director, Salma Idrissi, asked "
    "for three more rooms.",
    "A survey of 640 cyclists in Tarnow found that 58% ride all winter. The average trip is 4.3 "
    "kilometres. The city plans 17 new shelters and a bridge of 210 metres, said Marek Dolinski, "
    "who has counted bicycles there for eleven years.",
    "Rain fell on 26 days of November. The river Ilva rose to 6.8 metres, the most since 1974, and "
    "130 houses were cleared. The mayor, Tobias Krantz, put the damage at $5.4 million. A dam that "
    "would have helped had been refused by 11 votes to 9.",
    "The mayor of the old town has resigned. Nobody knows who will follow him, or what becomes of "
    "the new tram line that he had promised to all of us for so long.",
    "A bank in the north has lost money again. Its chairman says that things will be better next "
    "year. Many of the people who work there do not believe it.",
    "Two small firms that make boats want to become one. They have been rivals for as long as "
    "anyone can remember. The workers hope to keep their jobs, and the buyers hope for lower "
    "prices.",
]


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d[\d.,]*\d|\d", text))


def said(text: str) -> set[str]:
    """Return the figures of a text, and those that it has in words."""
    return figures(text) | {str(value) for value in spelled(text, "en") or ()}


@pytest.mark.parametrize("how", ["replace", "drop"])
def test_no_invented_figure_is_handed_over(pulled: Any, how: str) -> None:
    pulled("smollm2-135m")
    pulled("minilm-l6")
    options: dict[str, Any] = {"style": "abstractive", "model": "smollm2-135m", "sentences": 3}
    kept = summarize(TEXTS, unsupported="flag", **options)
    mended = summarize(TEXTS, unsupported=how, **options)
    failing = 0
    for text, before, after in zip(TEXTS, kept, mended, strict=True):
        wrong = {f.kind for f in before.flags} & {"number_changed", "name_unsupported"}
        # What the person reads has no figure that the text has not, and nothing changed silently.
        assert figures(after.text) <= said(text)
        assert not unsupported_numbers(text, after.text, "en")
        assert wrong <= {flag.kind for flag in after.flags}
        if not wrong:
            assert after.text == before.text
            continue
        failing += 1
        assert after.text != before.text
        taken = [sentence for sentence in after.sentences if sentence.start is not None]
        assert bool(taken) == (how == "replace") or any(
            "left out" in flag.message for flag in after.flags
        )
        for sentence in taken:
            assert text[sentence.start : sentence.end] == sentence.text
    # A model of 135 million parameters; if it never failed here, this would show nothing.
    assert failing
