"""What the checks of a text return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal[
    "number_changed",
    "name_unsupported",
    "repetition",
    "untranslated",
    "length_ratio",
    "markup_changed",
    "truncated",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks wrong.

    Attributes
    ----------
    kind
        What it is, in the words of `Flag.kind`.
    message
        One line for a person; it may name a number, or a name that only the output has, never
        any other part of a text.
    start, end
        Where in the output, in characters; None when it concerns the whole.
    """

    kind: FindingKind
    message: str
    start: int | None = None
    end: int | None = None
