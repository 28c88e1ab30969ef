"""Prompts of causal models: a card's template filled in, never formatted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_FIELD = re.compile(r"\{([a-z]+)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace each ``{name}`` of `template` that is in `values`, in one pass.

    Braces in a value, such as a user's text, are left alone.
    """
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), template)


def messages(prompt: Mapping[str, Any], values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the chat messages of a card's prompt for one task."""
    return [
        {"role": role, "content": fill(prompt[role], values)}
        for role in ("system", "user")
        if prompt.get(role)
    ]
