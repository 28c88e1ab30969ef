"""Text to tokens and back: `TextTokenizer` over a tokenizer.json, and which adapter a model has."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ModelLoadError
from .json_files import load_json
from .tokenization_adapters import sample
from .tokenization_chat import (
    MARK,
    THOUGHT_END,
    answer_of,
    find_template,
    inside,
    render,
    slot,
)
from .tokenization_check import check_causal
from .tokenization_family import read_table, read_vocabulary

if TYPE_CHECKING:
    from .store import Installed

# Tokens that end a turn or a text in chats of the families known, whatever a model's own settings
# name as its end.
_ENDS = (
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<end_of_turn>",
    "<eos>",
)  # fmt: skip


def open_tokenizer(installed: Installed) -> Any:
    """Return the adapter of a model, chosen by its files.

    Raises
    ------
    ModelLoadError
        If its tokenizer is missing or damaged, or that of another model.
    """
    if installed.card.kind == "seq2seq":
        from .tokenization_seq2seq import open_seq2seq

        return open_seq2seq(installed)
    tokenizer = TextTokenizer(installed.folder, installed.name)
    if installed.card.kind == "causal":
        check_causal(installed.name, installed.folder, tokenizer.probe(), tokenizer.end_tokens)
    elif installed.card.kind == "encoder":
        from .convert.token_head import has_head
        from .tokenization_encoder import check_encoder

        folder = installed.folder
        check_encoder(installed.name, folder, tokenizer, tags=has_head(folder))
    return tokenizer


class TextTokenizer:
    """Tokens of a model that brings a `tokenizer.json`.

    Special tokens written out in a user's text are plain text: only templates make them.

    Parameters
    ----------
    folder
        A CTranslate2 folder with ``tokenizer.json`` and ``tokenizer_config.json``.
    name
        What the model is called in messages; the folder's own name if it is not given.
    """

    def __init__(self, folder: Path, name: str | None = None) -> None:
        from tokenizers import Tokenizer

        self._folder = folder
        self._name = name or folder.name
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
            self._settings = {**load_json(folder / "tokenizer_config.json")}
        # tokenizers raises plain Exception, for a file that is not there as well.
        except Exception as error:
            raise ModelLoadError(
                f"The tokenizer of {self._name!r} is missing or damaged; pull the model again."
            ) from error
        self._lock = threading.Lock()
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @cached_property
    def end_tokens(self) -> tuple[str, ...]:
        """Tokens that end generation, of those that the model has."""
        own = read_table(self._folder / "config.json").get("eos_token")
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        found = [self._special("eos_token"), own, *(t for t in _ENDS if t in vocabulary)]
        # CTranslate2 refuses to look for a token that it does not know.
        known = frozenset(read_vocabulary(self._folder, "target")) or vocabulary
        return tuple(dict.fromkeys(token for token in found if token and token in known))

    def vocabulary(self) -> dict[str, int]:
        """Return every token, added ones too, with its id."""
        return dict(self._tokenizer.get_vocab(with_added_tokens=True))

    def encode(self, text: str, source: str | None = None, target: str | None = None) -> list[str]:
        """Return the tokens of a text, without special tokens around it."""
        return list(self._encode(text, special=False, around=False).tokens)

    def encode_ids(self, text: str) -> list[int]:
        """Return the ids of a text, with the special tokens that the model wants around it."""
        return list(self._encode(text, special=False, around=True).ids)

    def encode_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Return ids and, for each, its place in `text` in characters; (0, 0) if it has none."""
        encoding = self._encode(text, special=False, around=True)
        return list(encoding.ids), list(encoding.offsets)

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of tokens, special tokens and thoughts before an answer left out."""
        ids = [self._tokenizer.token_to_id(token) for token in tokens]
        text: str = self._tokenizer.decode([i for i in ids if i is not None])
        return answer_of(text) if self._thinks else text

    def probe(self) -> list[str]:
        """Return the tokens of a text that the tokenizer has pieces for."""
        pieces = sample(list(self._tokenizer.get_vocab(with_added_tokens=False)), self._marks)
        return self.encode(self.decode(pieces))

    def target_prefix(self, target: str) -> list[str] | None:
        """Return the tokens an output in `target` starts with: none."""
        return None

    def chat(self, messages: Sequence[Mapping[str, str]]) -> list[str]:
        """Return the tokens of a chat, ready for the model's answer."""
        return [token for piece in self._render(messages) for token in piece]

    def split_chat(
        self, messages: Sequence[Mapping[str, str]], marker: str
    ) -> tuple[list[str], list[str]]:
        """Return the tokens of a chat in two: before the last `marker`, and from there on.

        The first part is the same for all texts put into one template, so that its state can
        be cached.

        Parameters
        ----------
        marker
            The user's text, as it stands in one of the messages.
        """
        at = max(i for i, message in enumerate(messages) if marker in message["content"])
        content = messages[at]["content"]
        head, tail = _partition_last(content, marker)
        pieces = self._render(messages, split=(at, head, marker, tail))
        return pieces[0], [token for piece in pieces[1:] for token in piece]

    def _encode(
        self, text: str, *, special: bool, around: bool, tokenizer: Any | None = None
    ) -> Any:
        tokenizer = tokenizer or self._tokenizer
        # The switch is the tokenizer's own state, so threads take turns.
        with self._lock:
            tokenizer.encode_special_tokens = not special
            return tokenizer.encode(text, add_special_tokens=around)

    def _render(
        self,
        messages: Sequence[Mapping[str, str]],
        split: tuple[int, str, str, str] | None = None,
    ) -> list[list[str]]:
        """Render with slots for the contents, then encode template and contents apart."""
        contents: list[str] = []
        slotted = []
        first_text = None
        for number, message in enumerate(messages):
            parts = [message["content"]]
            if split is not None and number == split[0]:
                parts = [part for part in split[1:] if part]
                first_text = len(contents) + (1 if split[1] else 0)
            slots = []
            for part in parts:
                slots.append(slot(len(contents)))
                contents.append(part)
            slotted.append({"role": message["role"], "content": "".join(slots)})
        bos = self._special("bos_token")
        tokens = {"bos_token": bos, "eos_token": self._special("eos_token")}
        rendered = render(self._name, self._template, slotted, tokens)
        before: list[str] = []
        pieces = [before]
        if bos and self._adds_bos and not rendered.startswith(bos):
            before.append(bos)
        run, run_special = "", True
        last: str | None = None

        def put() -> None:
            nonlocal last, run
            tokens = self._run(run, run_special, last)
            last = tokens[-1] if tokens else last
            pieces[-1].extend(tokens)
            run = ""

        for index, chunk in enumerate(rendered.split(MARK)):
            is_slot = index % 2 == 1
            text = contents[int(chunk)] if is_slot else chunk
            if is_slot and run_special and run.endswith(" "):
                # Most tokenizers keep a space with the word after it.
                run, text = run[:-1], f" {text}"
            starts = is_slot and first_text == int(chunk)
            if starts or (is_slot == run_special and run):
                put()
            if starts:
                pieces.append([])
            run, run_special = run + text, not is_slot
        put()
        return pieces

    def _run(self, run: str, special: bool, last: str | None) -> list[str]:
        """Return the tokens of a part of a text that comes after the token `last`, if any."""
        inner, after_special = self._inner
        whole = last is None or (after_special and last in self._marks)
        tokenizer = self._tokenizer if whole else inner
        return list(self._encode(run, special=special, around=False, tokenizer=tokenizer).tokens)

    @cached_property
    def _inner(self) -> tuple[Any, bool]:
        """The tokenizer inside a text, and whether a special token makes a beginning there."""
        return inside(self._tokenizer)

    @cached_property
    def _marks(self) -> frozenset[str]:
        added = self._tokenizer.get_added_tokens_decoder().values()
        return frozenset(token.content for token in added if token.special)

    @cached_property
    def _template(self) -> str | None:
        return find_template(self._folder, self._settings)

    @cached_property
    def _thinks(self) -> bool:
        return self._tokenizer.token_to_id(THOUGHT_END) is not None

    @cached_property
    def _adds_bos(self) -> bool:
        """Whether a prompt that does not start with the first token gets it."""
        told = self._settings.get("add_bos_token")
        if told is None and self._template is None:
            # A template says itself where it goes; without one the tokenizer does.
            return self._special("bos_token") in self._encode("", special=True, around=True).tokens
        return bool(told)

    def _special(self, name: str) -> str | None:
        value = self._settings.get(name)
        # Older settings keep it with how it is matched.
        value = value.get("content") if isinstance(value, dict) else value
        return value if isinstance(value, str) and value else None


def _partition_last(text: str, marker: str) -> tuple[str, str]:
    at = text.rindex(marker)
    return text[:at], text[at + len(marker) :]
