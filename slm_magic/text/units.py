"""Measures that a translation gives in the units of its readers: 30 yards, 27 metres."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .numbers import Number

_METRE = r"m|mètres?|meter[ns]?|metres?|metros?"
# What one of the first is in the second.
_FACTORS = (
    (r"yards?|yardas?|verges?", _METRE, 0.9144),
    (r"feet|foot|ft|pieds?|fuß|pies?", _METRE, 0.3048),
    (r"miles?|meilen?|millas?|milles?", r"km|kilomet(?:er[ns]?|res?)|kilomètres?|kilómetros?",
     1.609),
    (r"inch(?:es)?|zoll|pouces?|pulgadas?",
     r"cm|zentimetern?|centimet(?:er|re)s?|centimètres?|centímetros?", 2.54),
    (r"pounds?|lbs?|livres?|libras?|pfund", r"kg|kilos?|kilogramm(?:es|s)?|kilogramos?", 0.4536),
)  # fmt: skip
_UNITS = [
    (re.compile(rf"[\s\u00a0\u202f-]*(?:{one})\b", re.IGNORECASE),
     re.compile(rf"[\s\u00a0\u202f-]*(?:{other})\b", re.IGNORECASE), factor)
    for one, other, factor in _FACTORS
]  # fmt: skip
# People round what they convert.
_ROUNDED = 0.03


def same_measure(text: str, number: Number, other: str, numbers: Sequence[Number]) -> bool:
    """Whether `other` has the measure of `number` in `text`, converted to another unit.

    Parameters
    ----------
    numbers
        The numbers of `other`.
    """
    for imperial, metric, factor in _UNITS:
        for mine, theirs, times in ((imperial, metric, factor), (metric, imperial, 1 / factor)):
            if mine.match(text, number.end) is None:
                continue
            wanted = [float(value) * times for value in number.readings]
            if any(
                theirs.match(other, there.end) and abs(float(value) - value_) <= _ROUNDED * value_
                for there in numbers
                for value in there.readings
                for value_ in wanted
            ):
                return True
    return False
