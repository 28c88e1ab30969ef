"""Text to tokens and back: `TextTokenizer` over a tokenizer.json, and which adapter a model has."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ModelLoadError
from .importing import heavy_import

if TYPE_CHECKING:
    from .store import Installed

# Stands for a user's text, by its number, while a chat is rendered.
_SLOT = "\x1a{}\x1a"


def open_tokenizer(installed: Installed) -> Any:
    """Return the adapter of a model, chosen by its files.

    Raises
    ------
    ModelLoadError
        If its tokenizer is missing or damaged.
    """
    if installed.card.kind == "seq2seq":
        from .tokenization_seq2seq import open_seq2seq

        return open_seq2seq(installed)
    return TextTokenizer(installed.folder)


class TextTokenizer:
    """Tokens of a model that brings a `tokenizer.json`.

    Special tokens written out in a user's text are plain text: only templates make them.

    Parameters
    ----------
    folder
        A CTranslate2 folder with ``tokenizer.json`` and ``tokenizer_config.json``.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
            self._settings = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
        # tokenizers raises plain Exception, for a file that is not there as well.
        except Exception as error:
            raise ModelLoadError(
                f"The tokenizer of {folder.name!r} is missing or damaged; pull the model again."
            ) from error
        self._lock = threading.Lock()
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @cached_property
    def end_tokens(self) -> tuple[str, ...]:
        """Tokens that end generation."""
        eos = self._settings.get("eos_token")
        found = [eos] if eos else []
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        found += [t for t in ("<|im_end|>", "<|endoftext|>", "<|eot_id|>") if t in vocabulary]
        return tuple(dict.fromkeys(found))

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
        """Return the text of tokens, special tokens left out."""
        ids = [self._tokenizer.token_to_id(token) for token in tokens]
        text: str = self._tokenizer.decode([i for i in ids if i is not None])
        return text

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

    def _encode(self, text: str, *, special: bool, around: bool) -> Any:
        # The switch is the tokenizer's own state, so threads take turns.
        with self._lock:
            self._tokenizer.encode_special_tokens = not special
            return self._tokenizer.encode(text, add_special_tokens=around)

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
                slots.append(_SLOT.format(len(contents)))
                contents.append(part)
            slotted.append({"role": message["role"], "content": "".join(slots)})
        rendered = self._template(slotted)
        before: list[str] = []
        pieces = [before]
        if self._settings.get("add_bos_token") and self._settings.get("bos_token"):
            bos = self._settings["bos_token"]
            if not rendered.startswith(bos):
                before.append(bos)
        run, run_special = "", True
        for index, chunk in enumerate(rendered.split("\x1a")):
            is_slot = index % 2 == 1
            text = contents[int(chunk)] if is_slot else chunk
            starts = is_slot and first_text == int(chunk)
            if starts or (is_slot == run_special and run):
                pieces[-1].extend(self._encode(run, special=run_special, around=False).tokens)
                run = ""
            if starts:
                pieces.append([])
            run, run_special = run + text, not is_slot
        pieces[-1].extend(self._encode(run, special=run_special, around=False).tokens)
        return pieces

    def _template(self, messages: list[dict[str, str]]) -> str:
        template = self._settings.get("chat_template")
        if not template:
            return "\n\n".join(message["content"] for message in messages) + "\n\n"
        with heavy_import():
            from transformers.utils.chat_template_utils import render_jinja_template

        rendered, _ = render_jinja_template(
            conversations=[messages],
            chat_template=template,
            add_generation_prompt=True,
            bos_token=self._settings.get("bos_token") or "",
            eos_token=self._settings.get("eos_token") or "",
        )
        text: str = rendered[0]
        return text


def _partition_last(text: str, marker: str) -> tuple[str, str]:
    at = text.rindex(marker)
    return text[:at], text[at + len(marker) :]
