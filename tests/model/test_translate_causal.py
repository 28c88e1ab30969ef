"""Translation on the causal starter: not how well it reads, but what must hold whatever it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from slm_magic.tasks.translate import translate
from slm_magic.text import languages
from slm_magic.text.protect import differences

pytestmark = pytest.mark.model

STARTER = "qwen2.5-coder-1.5b"
NOTE = """# Before you start

Install the package with `pip install slm-magic` and read the
[user guide](https://example.org/guide.html) first.

- Write to support@example.com if the download stops.
- The loss is $L = \\sum_i (y_i - x_i)^2$ for every {batch}.

```python
answer = 42  # not prose
```
"""


def test_a_note_in_french_keeps_all_that_must_survive(pulled: Callable[[str], Path]) -> None:
    pulled(STARTER)
    result = translate(NOTE, target="fr", source="en", model=STARTER)
    assert differences(NOTE, result.text) == [], result.text
    assert not any(flag.kind == "markup_changed" for flag in result.flags)
    # The same lines in the same places: headings, items, blank lines and the code.
    marks = re.compile(r"^(#+ |- |```.*|answer.*|$)?", re.MULTILINE)
    assert marks.findall(result.text) == marks.findall(NOTE)
    prose = [segment.text for segment in result.segments if segment.translated]
    assert len(prose) == 4
    assert languages.detect(" ".join(prose)) == "fr"
    assert result.model is not None and result.model.name == STARTER


def test_a_list_in_german_comes_back_row_by_row(pulled: Callable[[str], Path]) -> None:
    pulled(STARTER)
    rows = ["The bakery opens at 7:30 every morning.", None, "12 345", "The bakery is closed."]
    results = translate(rows, target="German", model=STARTER)
    assert results[1] is None and results[2].text == "12 345"
    assert results[0].source == "en" and "7" in results[0].text and "30" in results[0].text
    assert languages.detect(results[0].text + " " + results[3].text) == "de"
    assert not any(flag.kind == "untranslated" for flag in results[0].flags)


def test_a_glossary_holds_and_a_name_stays(pulled: Callable[[str], Path]) -> None:
    pulled(STARTER)
    rows = [
        "Two side effects were reported after the second dose.",
        "The blood test was sent to Blue Oak on Monday.",
    ]
    glossary = {"side effect": "effet indésirable", "Blue Oak": "Blue Oak"}
    effects, test = translate(rows, target="fr", source="en", model=STARTER, glossary=glossary)
    assert re.search(r"effets? indésirables?", effects.text, re.IGNORECASE), effects.text
    assert "Blue Oak" in test.text and "Chêne" not in test.text
    for result in (effects, test):
        assert languages.detect(result.text) == "fr"
        assert not any("glossary" in flag.message for flag in result.flags)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("de", ["hai", "leuchtturm", "lagerhaus", "gewerkschaft", "zinss", "hummer"]),
        ("es", ["tiburón", "faro", "almacén", "sindicato", "tipos? de inter", "langosta"]),
        ("fr", ["requin", "phare", "entrepôt", "syndicat", "taux d.intér", "homard"]),
    ],
)  # fmt: skip
def test_words_that_a_small_model_does_not_know_come_out_right(
    pulled: Callable[[str], Path], target: str, wanted: list[str]
) -> None:
    pulled(STARTER)
    rows = [
        "A shark was seen near the old harbour on Sunday.",
        "The lighthouse was painted white again last summer.",
        "Nobody was hurt when the warehouse caught fire.",
        "The trade union wants shorter hours for nurses.",
        "The bank expects interest rates to fall next year.",
        "They had lobster and white wine for dinner.",
    ]
    results = translate(rows, target=target, source="en", model=STARTER)
    right = [
        bool(re.search(word, result.text, re.IGNORECASE))
        for result, word in zip(results, wanted, strict=True)
    ]
    # It may still choose another word. Without the lexicon one to three of the six are right.
    assert sum(right) >= 4, [result.text for result in results]
