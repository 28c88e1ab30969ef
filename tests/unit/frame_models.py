"""What the tests of frames share: a model that answers in a little French, and a Ctrl-C."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fakes import FakeSeq2Seq, install

from slm_magic import frames_run
from slm_magic.tasks import bulk

WORDS = {
    "the": "le", "cat": "chat", "dog": "chien", "sleeps": "dort", "big": "grand", "black": "noir",
    "house": "maison", "here": "ici", "eats": "mange", "bread": "pain", "today": "demain",
    "a": "un", "small": "petit", "runs": "court", "bird": "oiseau", "sings": "chante",
}  # fmt: skip


def french(text: str) -> str:
    """Return `text` word for word in French; it makes 7 out of a 5, which is flagged."""

    def word(match: re.Match[str]) -> str:
        found = WORDS.get(match[0].lower(), match[0])
        return found.capitalize() if match[0][0].isupper() else found

    return re.sub(r"[A-Za-z]+", word, text).replace("5", "7")


def model(monkeypatch: pytest.MonkeyPatch, **card: Any) -> FakeSeq2Seq:
    """Install the model, the only one there is."""
    card.setdefault("languages", ("en", "fr"))
    card.setdefault("pairs", (("en", "fr"),))
    fake = FakeSeq2Seq(french, prompts={}, **card)
    install(monkeypatch, fake)
    monkeypatch.setattr(frames_run, "_last", None)
    return fake


def sentences(count: int) -> list[str]:
    """Return that many different English sentences which the model knows all words of."""
    subjects = ["cat", "dog", "bird", "black cat", "big dog", "small bird", "small black dog"]
    verbs = ["sleeps here", "eats bread", "runs", "sings today"]
    made = [f"The {s} {v}." for s in subjects for v in verbs]
    made += [f"{one} {other}" for one in made for other in made if one != other]
    return made[:count]


def interrupt_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Make the next run of a column be interrupted once that many texts are handed over."""
    real = bulk.run

    def run(task: Any, texts: Any, put: Callable[[int, Any], object], **options: Any) -> None:
        left = count

        def counted(row: int, result: Any) -> None:
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            put(row, result)

        monkeypatch.setattr(bulk, "run", real)
        real(task, texts, counted, **options)

    monkeypatch.setattr(bulk, "run", run)
