"""The texts that `pii-minilm` is trained on: seeded, rightly labelled, half of them harmless."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faker")
TRAINING = Path(__file__).resolve().parents[2] / "training"
if not TRAINING.is_dir():
    pytest.skip("training/ is not in this installation", allow_module_level=True)
sys.path.insert(0, str(TRAINING))

import pii_fields
import pii_languages
import pii_templates
from pii_text import LABELS, NEUTRAL, TextMaker

from slm_magic.tasks import redact_head as rh


def test_the_same_seed_gives_the_same_texts() -> None:
    one, two, other = (list(TextMaker(seed).texts(60)) for seed in (5, 5, 6))
    assert one == two
    assert one != other


def test_the_texts_do_not_depend_on_the_hash_seed() -> None:
    # Faker builds one of its lists from a set; enough texts to draw from that list many times.
    script = (
        "import hashlib; from pii_text import TextMaker; maker = TextMaker(5); "
        "texts = [*maker.texts(1500), *maker.held_out(100), *maker.held_out_others(100)]; "
        "print(hashlib.sha256(repr(texts).encode()).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=TRAINING,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            timeout=300,
        ).stdout
        for hash_seed in ("1", "2", "3")
    }
    assert len(made) == 1


def test_spans_are_in_order_apart_and_begin_and_end_with_words() -> None:
    kinds = set()
    plain = taken = 0
    for item in TextMaker(5).texts(600):
        end = 0
        for start, stop, label in item.spans:
            assert end <= start < stop <= len(item.text)
            assert not item.text[start].isspace()
            assert not item.text[stop - 1].isspace()
            end = stop
            taken += stop - start
            kinds.add(label)
        plain += len(item.text)
    assert kinds == set(LABELS.values())
    # A head that sees too little ordinary text takes ordinary text out.
    assert taken < 0.35 * plain


def test_held_out_templates_are_not_trained_on() -> None:
    maker = TextMaker(5)
    assert not set(maker._plain) & set(maker._plain_test)
    assert not set(maker._personal) & set(maker._personal_test)
    assert len(maker._personal_test) >= 10
    for language, (personal, plain) in pii_languages.HELD.items():
        assert not {*personal, *plain} & {line for part in maker._others[language] for line in part}


def test_slots_of_other_languages_hold_their_own_words() -> None:
    maker = TextMaker(5)
    english = set(pii_templates.WORDS["thing"].split("|"))
    for language, words in pii_languages.WORDS.items():
        assert {"thing", "where", "when", "group", "did", "number", "month"} <= set(words)
        assert not english & set(words["thing"].split("|"))
        for slot in words:
            filled, spans = maker._fill(f"{{{slot}}}", language)
            assert filled
            assert not spans
            assert "{" not in filled


def test_measured_languages_take_turns() -> None:
    texts = [item.text.lower() for item in TextMaker(5).held_out_others(300)]
    for sentence in ("schornsteinfeger", "ramoneur", "deshollinador", "spazzacamino"):
        assert any(sentence in text for text in texts)


def test_every_slot_of_every_template_is_known() -> None:
    import re

    known = set(LABELS) | NEUTRAL | set(pii_templates.WORDS)
    others = [line for pair in pii_templates.OTHER.values() for part in pair for line in part]
    lines = [*pii_templates.PLAIN, *pii_templates.PERSONAL, *pii_templates.WORDS.values(), *others]
    assert {slot for line in lines for slot in re.findall(r"\{([a-z]+)\}", line)} <= known
    for language, words in pii_languages.WORDS.items():
        lines = [
            *words.values(),
            *pii_languages.PLAIN[language],
            *pii_languages.PERSONAL[language],
            *(line for part in pii_languages.HELD[language] for line in part),
        ]
        slots = {slot for line in lines for slot in re.findall(r"\{([a-z]+)\}", line)}
        assert slots <= known | set(words)
    for language, personal in pii_fields.PERSONAL.items():
        fields = pii_fields.WORDS["any"] | pii_fields.WORDS[language]
        own = set(fields) | set(pii_languages.WORDS.get(language, {}))
        lines = [*personal, *pii_fields.PLAIN[language], *fields.values()]
        slots = {slot for line in lines for slot in re.findall(r"\{([a-z]+)\}", line)}
        assert slots <= known | own, slots - known - own
    plain = [
        *pii_templates.PLAIN,
        *(line for _, lines in pii_templates.OTHER.values() for line in lines),
        *(line for lines in pii_languages.PLAIN.values() for line in lines),
        *(line for _, lines in pii_languages.HELD.values() for line in lines),
        *(line for words in pii_languages.WORDS.values() for line in words.values()),
        *(line for lines in pii_fields.PLAIN.values() for line in lines),
        *(line for words in pii_fields.WORDS.values() for line in words.values()),
    ]
    assert not {slot for line in plain for slot in re.findall(r"\{([a-z]+)\}", line)} & set(LABELS)


def test_the_gradient_is_that_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    import pii

    monkeypatch.setattr(pii, "DROPOUT", 0.0)
    monkeypatch.setattr(pii, "INPUT_DROPOUT", 0.0)
    monkeypatch.setattr(pii, "WIDTHS", (5, 4))
    rng = np.random.default_rng(1)
    # Twice the precision of training, for the differences to be of use.
    arrays: dict[str, Any] = {
        k: v.astype(np.float64) + 0.05 for k, v in pii.initial(6, rng).items()
    }
    x: Any = rng.normal(size=(9, 6))
    y = rng.integers(0, len(pii.LABELS), 9)
    inside: Any = np.array([1, 1, 1, 1, 0, 0, 1, 1, 1], float)
    _, grads = pii.gradients(arrays, x, y, inside, rng)
    for name in arrays:
        for place in [(0,) * arrays[name].ndim, tuple(n - 1 for n in arrays[name].shape)]:
            kept = arrays[name][place]
            sides = []
            for step in (1e-4, -1e-4):
                arrays[name][place] = kept + step
                sides.append(pii.gradients(arrays, x, y, inside, rng)[0])
            arrays[name][place] = kept
            assert (sides[0] - sides[1]) / 2e-4 == pytest.approx(grads[name][place], abs=2e-4)


def test_targets_follow_the_words() -> None:
    import pii
    from pii_text import Labelled

    item = Labelled("Ann Lee, 40.", ((0, 7, "PERSON"), (9, 11, "AGE")))
    assert [pii.LABELS[i] for i in pii.targets(item)] == ["PERSON", "PERSON", "O", "AGE", "O"]
    assert len(rh.words(item.text)) == 5
