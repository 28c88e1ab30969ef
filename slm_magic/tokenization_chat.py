"""Chat templates: where a folder keeps its own, and what it makes of a chat."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import ModelLoadError
from .importing import heavy_import

# Where transformers 5 puts what older ones wrote into tokenizer_config.json.
TEMPLATE_FILE = "chat_template.jinja"
# Stands for a user's text, by its number, while a chat is rendered.
MARK = "\x1a"
_THOUGHT = re.compile(r"\s*<think>.*", re.DOTALL)
THOUGHT_END = "</think>"

Messages = Sequence[Mapping[str, str]]


def slot(number: int) -> str:
    """Return what stands for the text of that number."""
    return f"{MARK}{number}{MARK}"


def find_template(folder: Path, settings: Mapping[str, Any]) -> str | None:
    """Return the chat template of a folder, or None if it has none.

    Raises
    ------
    ModelLoadError
        If the file with it is damaged.
    """
    path = folder / TEMPLATE_FILE
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ModelLoadError(f"{TEMPLATE_FILE} is damaged: get it again.") from error
    found = settings.get("chat_template")
    if isinstance(found, list):
        # Several, each with a name: the plain one, not that for tools.
        named = {
            str(entry.get("name")): entry.get("template")
            for entry in found
            if isinstance(entry, dict)
        }
        found = named.get("default") or next(iter(named.values()), None)
    return found if isinstance(found, str) and found.strip() else None


def render(
    name: str, template: str | None, messages: Messages, tokens: Mapping[str, str | None]
) -> str:
    """Return a chat as one text that ends where the answer begins.

    A template that has no place for a system message gets its text before the first user's.
    Without a template the messages follow one another.

    Parameters
    ----------
    name
        Of the model, for messages.
    messages
        Their contents are slots (`slot`).
    tokens
        ``bos_token`` and ``eos_token``.

    Raises
    ------
    ModelLoadError
        If the template cannot be used.
    """
    if template is None:
        return "\n\n".join(message["content"] for message in messages) + "\n\n"
    problem = ""
    ways = [list(messages)]
    if len(messages) > 1 and messages[0]["role"] == "system":
        ways.append(_merged(messages))
    for way in ways:
        try:
            text = _rendered(template, way, tokens)
        # A template is a program by others, and any error may come of it.
        except Exception as error:
            problem = problem or (str(error).strip().splitlines() or [type(error).__name__])[0]
            continue
        if all(message["content"] in text for message in way):
            return text
        problem = problem or "it leaves out what it is given"
    raise ModelLoadError(
        f"The chat template of {name!r} cannot be used ({problem.rstrip('.')}); replace "
        f"{TEMPLATE_FILE} or chat_template in tokenizer_config.json."
    )


def answer_of(text: str) -> str:
    """Return what a model that thinks aloud answers, without its thoughts.

    Empty if it never came to an answer.
    """
    _, ended, answer = text.rpartition(THOUGHT_END)
    return answer.lstrip() if ended else _THOUGHT.sub("", text)


def inside(tokenizer: Any) -> tuple[Any, bool]:
    """Return a `tokenizers.Tokenizer` for what does not begin a text.

    Tokenizers that come from SentencePiece put a space before a text, which has no place between
    a template's words and a user's.

    Returns
    -------
    tuple
        The tokenizer, which is the one given if that puts nothing before a text; and whether
        what follows a special token begins a text too.
    """
    from tokenizers import Tokenizer

    steps = (tokenizer.normalizer, tokenizer.pre_tokenizer)
    told = b"".join(step.__getstate__() for step in steps if step is not None)
    if b'"Prepend"' not in told and b'"prepend_scheme"' not in told:
        return tokenizer, False
    table = json.loads(tokenizer.to_str())
    schemes = [_strip(table, name) for name in ("normalizer", "pre_tokenizer")]
    return Tokenizer.from_str(json.dumps(table)), "always" in (scheme for scheme in schemes)


def _strip(table: dict[str, Any], name: str) -> str:
    """Take what is put before a text out of a tokenizer's settings; return when it is put."""
    found = "never"
    step = table[name]
    for one in [
        step,
        *((step or {}).get("normalizers") or (step or {}).get("pretokenizers") or []),
    ]:
        if one and one["type"] == "Prepend":
            found, one["prepend"] = "always", ""
        elif one and one["type"] == "Metaspace":
            found, one["prepend_scheme"] = one["prepend_scheme"], "never"
    return found


def _merged(messages: Messages) -> list[Mapping[str, str]]:
    system, first, *rest = messages
    return [{"role": first["role"], "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _rendered(template: str, messages: Messages, tokens: Mapping[str, str | None]) -> str:
    with heavy_import():
        from transformers.utils.chat_template_utils import render_jinja_template

    rendered, _ = render_jinja_template(
        conversations=[[dict(message) for message in messages]],
        chat_template=template,
        add_generation_prompt=True,
        bos_token=tokens.get("bos_token") or "",
        eos_token=tokens.get("eos_token") or "",
        # Qwen 3 thinks aloud unless told not to; to other templates the word means nothing.
        enable_thinking=False,
    )
    text: str = rendered[0]
    return text
