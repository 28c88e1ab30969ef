"""Stand-ins for the engine's three handles, with the same calls and no model behind them.

A fake answers with what was enqueued, else with ``reply(prompt_or_source_text)``, and keeps every
call in ``.calls``, so that a test can see what a task asked of its model. ``interrupt_after=n``
makes it behave as Ctrl-C does: `n` results are reported, then KeyboardInterrupt is raised.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from slm_magic import engine
from slm_magic.catalog import ModelCard, Source
from slm_magic.engine import Decoding, Generated
from slm_magic.errors import UnknownModelError
from slm_magic.store import Installed
from slm_magic.tasks import detect

_PIECE = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
_TURN = "<|{role}|>\n{content}<|end|>\n"
ANSWER_TURN = "<|assistant|>\n"

PROMPTS: Mapping[str, Mapping[str, str]] = {
    "translate": {
        "system": "Translate from {source} into {target}.",
        "user": "{text}",
    },
    "summarize": {
        "system": "Summarise.",
        "user": "{text}",
    },
}


def fake_card(name: str = "fake", kind: str = "causal", **changes: Any) -> ModelCard:
    """Return a card for a fake model; `changes` replace its fields."""
    values: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "family": "fake",
        "tasks": ("translate", "summarize", "redact"),
        "languages": ("en", "fr", "de", "es"),
        "licence": "Apache-2.0",
        "source": Source(kind="local", path="."),
        "revision": "0123456789abcdef",
        "context": 2048,
        "prompts": PROMPTS,
    }
    values.update(changes)
    return ModelCard(**values)


def fake_installed(
    name: str = "fake", kind: str = "causal", folder: Path | None = None, **changes: Any
) -> Installed:
    """Return an installed model that has a card and no files."""
    card = fake_card(name, kind, **changes)
    return Installed(
        name=name,
        folder=folder or Path("no-such-folder"),
        card=card,
        revision=card.revision,
        sha256="0" * 64,
        disk_bytes=0,
        shared=False,
    )


class FakeTokenizer:
    """Words, runs of white space and single signs as tokens; decoding joins them again."""

    end_tokens: tuple[str, ...] = ("</s>",)

    def encode(self, text: str, *_languages: str) -> list[str]:
        return _PIECE.findall(text)

    def encode_ids(self, text: str) -> list[int]:
        return [zlib.crc32(piece.encode()) % 30_000 for piece in _PIECE.findall(text)]

    def encode_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        spans = [m.span() for m in _PIECE.finditer(text)]
        return self.encode_ids(text), spans

    def decode(self, tokens: Sequence[str]) -> str:
        return "".join(tokens)

    def target_prefix(self, target: str) -> list[str] | None:
        return None

    def chat(self, messages: Sequence[Mapping[str, str]]) -> list[str]:
        turns = "".join(_TURN.format(**message) for message in messages)
        return self.encode(turns + ANSWER_TURN)

    def split_chat(
        self, messages: Sequence[Mapping[str, str]], marker: str
    ) -> tuple[list[str], list[str]]:
        rendered = "".join(_TURN.format(**message) for message in messages) + ANSWER_TURN
        at = rendered.rindex(marker)
        return self.encode(rendered[:at]), self.encode(rendered[at:])


def last_user(prompt: str) -> str:
    """Return the content of the last user turn of a prompt that FakeTokenizer rendered."""
    return prompt.rpartition("<|user|>\n")[2].partition("<|end|>")[0]


class _Fake:
    """What the generating fakes share: queued answers, recorded calls, an interrupt."""

    def __init__(
        self,
        reply: Callable[[str], str] | None = None,
        *,
        installed: Installed | None = None,
        tokenizer: Any = None,
        interrupt_after: int | None = None,
        kind: str = "causal",
        **card: Any,
    ) -> None:
        self.installed = installed or fake_installed(kind=kind, **card)
        self.tokenizer = tokenizer or FakeTokenizer()
        self.reply = reply or (lambda text: text)
        self.interrupt_after = interrupt_after
        self.queue: deque[str | Generated] = deque()
        self.calls: list[dict[str, Any]] = []

    def enqueue(self, *answers: str | Generated) -> None:
        """Answer the next inputs, in order, with these texts or ready results."""
        self.queue.extend(answers)

    @property
    def prompts(self) -> list[str]:
        """Every input text seen, over all calls, in order."""
        return [text for call in self.calls for text in call["texts"]]

    def _one(self, text: str, decoding: Decoding) -> Generated:
        answer = self.queue.popleft() if self.queue else self.reply(text)
        if isinstance(answer, Generated):
            return answer
        tokens = self.tokenizer.encode(answer)
        complete = len(tokens) <= decoding.max_new_tokens
        return Generated(tokens[: decoding.max_new_tokens], -0.1, complete)

    def _run(
        self,
        texts: list[str],
        decoding: Decoding | None,
        limits: Sequence[int] | None,
        on_result: Callable[[int, Generated], None] | None,
        **more: Any,
    ) -> list[Generated]:
        decoding = decoding or Decoding()
        self.calls.append({"texts": texts, "decoding": decoding, "limits": limits, **more})
        results = []
        for index, text in enumerate(texts):
            if self.interrupt_after is not None and index >= self.interrupt_after:
                raise KeyboardInterrupt
            most = decoding.max_new_tokens
            limit = most if limits is None else min(most, limits[index])
            results.append(self._one(text, replace(decoding, max_new_tokens=limit)))
            if on_result is not None:
                on_result(index, results[-1])
        return results


class FakeCausal(_Fake):
    """A causal model whose answer is a function of the whole prompt's text.

    Use `last_user` in `reply` to get at the last user turn.
    """

    def generate(
        self,
        prompts: Sequence[list[str]],
        *,
        static_prompt: list[str] | None = None,
        decoding: Decoding | None = None,
        limits: Sequence[int] | None = None,
        on_result: Callable[[int, Generated], None] | None = None,
    ) -> list[Generated]:
        prefix = self.tokenizer.decode(static_prompt or [])
        texts = [prefix + self.tokenizer.decode(prompt) for prompt in prompts]
        return self._run(texts, decoding, limits, on_result, static_prompt=static_prompt)

    def stream(
        self,
        prompt: list[str],
        *,
        static_prompt: list[str] | None = None,
        decoding: Decoding | None = None,
    ) -> Iterator[str]:
        [result] = self.generate([prompt], static_prompt=static_prompt, decoding=decoding)
        yield from result.tokens


class FakeSeq2Seq(_Fake):
    """A sequence-to-sequence model whose answer is a function of the source's text."""

    def __init__(self, reply: Callable[[str], str] | None = None, **options: Any) -> None:
        options.setdefault("kind", "seq2seq")
        super().__init__(reply, **options)

    def translate(
        self,
        sources: Sequence[list[str]],
        *,
        target_prefix: list[str] | None = None,
        decoding: Decoding | None = None,
        limits: Sequence[int] | None = None,
        on_result: Callable[[int, Generated], None] | None = None,
    ) -> list[Generated]:
        texts = [self.tokenizer.decode(source) for source in sources]
        return self._run(texts, decoding, limits, on_result, target_prefix=target_prefix)


class FakeEncoder:
    """An encoder whose vectors are hashed bags of words: texts that share words are near."""

    width = 64

    def __init__(self, *, installed: Installed | None = None, **card: Any) -> None:
        self.installed = installed or fake_installed("fake-encoder", "encoder", **card)
        self.tokenizer = FakeTokenizer()
        self.calls: list[dict[str, Any]] = []

    def hidden(
        self,
        ids: Sequence[Sequence[int]],
        *,
        on_result: Callable[[int, np.ndarray], None] | None = None,
    ) -> list[np.ndarray]:
        self.calls.append({"ids": [list(one) for one in ids]})
        states = []
        for one in ids:
            rows = np.zeros((len(one), self.width), dtype=np.float32)
            for row, token in enumerate(one):
                rows[row, token % self.width] = 1.0
            states.append(rows)
            if on_result is not None:
                on_result(len(states) - 1, rows)
        return states

    def embed(
        self,
        texts: Sequence[str],
        *,
        on_result: Callable[[int, np.ndarray], None] | None = None,
    ) -> np.ndarray:
        self.calls.append({"texts": list(texts)})
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.width] += 1.0
            # A text with no words still gets a vector of length one, as a real encoder gives.
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.asarray(vectors / norms, dtype=np.float32)
        for row in range(len(texts)):
            if on_result is not None:
                on_result(row, vectors[row])
        return vectors


class Store:
    """Stands in for the store: these models are installed and no others."""

    def __init__(self, *fakes: Any) -> None:
        self.fakes = {fake.installed.name: fake for fake in fakes}

    def default(self) -> Store:
        return self

    def list(self) -> list[Any]:
        return [fake.installed for fake in self.fakes.values()]

    def resolve(self, name: str) -> Any:
        if name not in self.fakes:
            raise UnknownModelError(f"There is no model named {name!r}.")
        return self.fakes[name].installed

    def load(self, installed: Any, *, workload: str = "cell") -> Any:
        return self.fakes[installed.name]


def install(monkeypatch: pytest.MonkeyPatch, *fakes: Any) -> None:
    """Make these fakes the installed models that `translate` finds and the engine loads."""
    store = Store(*fakes)
    monkeypatch.setattr(detect, "Store", store)
    monkeypatch.setattr(engine, "load", store.load)
