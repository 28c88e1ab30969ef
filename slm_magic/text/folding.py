"""Letters without their accents, for comparing words whose accents come and go."""

from __future__ import annotations

import unicodedata


def unaccented(text: str) -> str:
    """Return `text` with each letter as it is without accents; ß stays as it is."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
