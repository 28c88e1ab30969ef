"""Cities that languages call by names of their own: Munich, München and Monaco are one.

`places.csv` has a column a language. It holds the cities that are written about most and whose names
differ; countries are not in it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .folding import unaccented

_TABLE = Path(__file__).with_name("places.csv")
# Articles and the like, which are no part of a name to be told by: den, la, do, the.
_FEWEST_LETTERS = 3
_SMALL = frozenset({"the", "den", "del", "city", "stad", "stadt", "ciudad", "cidade", "città"})


def called(words: Iterable[str], language: str | None) -> set[str]:
    """Return what the cities that are among `words` are called, word by word.

    Parameters
    ----------
    words
        In lower case. A city is among them if all words of one of its names are.
    language
        ISO 639-1 code of the language in which they are called, where English names are known too;
        None, or one that is not in the table, takes the names of all: Monaco is Munich then.

    Returns
    -------
    set of str
        In lower case, `plain`.
    """
    there = {plain(word) for word in words}
    found: set[str] = set()
    for word in there & _cities().keys():
        for city in _cities()[word]:
            if any(name <= there for name in city.values()):
                found.update(*([city[language], city["en"]] if language in city else city.values()))
    return found


@cache
def _cities() -> dict[str, list[dict[str, frozenset[str]]]]:
    """Return the cities by each word of their names: language to the words of the name there."""
    found: dict[str, list[dict[str, frozenset[str]]]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            city = {language: _words(name) for language, name in row.items()}
            for word in set().union(*city.values()):
                found.setdefault(word, []).append(city)
    return found


def _words(name: str) -> frozenset[str]:
    bare = [plain(word) for word in re.findall(r"[^\W\d_]+", name.lower())]
    long = frozenset(w for w in bare if len(w) >= _FEWEST_LETTERS and w not in _SMALL)
    return long or frozenset(bare)


def plain(word: str) -> str:
    """Return `word` without accents, which are left out as often as not; ß is ss."""
    return unaccented(word.replace("ß", "ss"))
