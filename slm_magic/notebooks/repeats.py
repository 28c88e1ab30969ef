"""What was found in one place of a notebook, looked for in all others, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+")
# Words such as "Monday", "42" or "Mr" name nobody elsewhere.
_NOT_REPEATED = frozenset({"DATE_TIME", "DATE_OF_BIRTH", "AGE", "TITLE", "NRP"})
_LEAST = 4


class Repeats:
    """Values to look for, found in one pass over a text however many they are.

    Parameters
    ----------
    values
        Values with their types. Short ones, and single words that name a place or an
        organisation, are ordinary words as often, and are not looked for.
    """

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        self._by_word: dict[str, list[tuple[str, int, str]]] = {}
        for entity, value in dict.fromkeys(values):
            words = _WORD.findall(value)
            vague = entity in ("LOCATION", "ORGANIZATION") and len(words) < 2
            if len(value) < _LEAST or entity in _NOT_REPEATED or vague or not words:
                continue
            first = _WORD.search(value)
            assert first is not None
            self._by_word.setdefault(words[0], []).append((value, first.start(), entity))
        for found in self._by_word.values():
            found.sort(key=lambda one: -len(one[0]))

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (type, start, end) of each value in `text`, none inside a longer one."""
        if not self._by_word:
            return
        behind = 0
        for match in _WORD.finditer(text):
            for value, offset, entity in self._by_word.get(match[0], ()):
                start = match.start() - offset
                end = start + len(value)
                if start < behind or not text.startswith(value, start):
                    continue
                if value[-1].isalnum() and text[end : end + 1].isalnum():
                    continue
                yield entity, start, end
                behind = end
                break
