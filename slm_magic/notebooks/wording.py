"""The words of a notebook, and the language that they are in."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import LanguageError
from ..text import languages
from ..text.markdown import blocks
from ..text.protect import blank_spans


def prose(text: str) -> str:
    """Return the words of a Markdown text without code, formulas and markup."""
    parts = [
        blank_spans(text[start:end])
        for block in blocks(text, markdown=True)
        for start, end in block.lines
    ]
    words = "\n".join(parts)
    return words if any(c.isalpha() for c in words) else ""


def source_of(texts: Iterable[str], target: str, named: str | None) -> str:
    """Return the language of the notebook: a heading of two words does not tell by itself."""
    if named is not None:
        return languages.parse(named)
    code = languages.detect("\n".join(texts))
    if code is None:
        raise LanguageError(
            "Cannot tell which language the notebook is in; name it: source='en' "
            "(in a shell: --from en)."
        )
    if code == target:
        raise LanguageError(
            f"The notebook is in {languages.name(target)} already; if it is not, name its "
            "language: source='en' (in a shell: --from en)."
        )
    return code
