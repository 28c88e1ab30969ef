"""Negative numbers that lost their minus on the way into another language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .numbers import Number

# Right before a number's digits; a currency may stand between. 2010-15 and COVID-19 have none.
_SIGN = re.compile(r"(?<![\w.,%)\]])[-‐‑−－][$€£¥ ]?\Z")
# A dash where a minus was is the same to a reader, but a source's dash is often just a dash.
_DASH = re.compile(r"[-‐‑–—−－]\s?[$€£¥]?\s?\Z")
# Words that say the same, or that something fell; those of a language that is not here are not
# known, and then a number without a sign passes.
_WORDS = {
    "en": "minus|negative|fell|drop|down|loss|lost|declin|decreas|below|shr[aiu]nk|lower",
    "fr": "moins|négati|baiss|recul|perte|perdu|dimin|chut|repli|inférieur",
    "de": "minus|negativ|rückgang|verlust|sank|sinkt|gesunken|fiel|gefallen|unter|weniger",
    "es": "menos|negativ|caíd|cay|pérdida|descen|baj|disminu|reduc",
    "it": "meno|negativ|calo|perdit|scend|sces|diminu|ridu|sotto",
    "pt": "menos|negativ|queda|caiu|perda|diminu|redu|abaixo",
    "nl": "min|negati|daling|daal|verlies|gedaald|onder",
    "ru": "минус|отрицат|сниз|упал|потер|убыт|паден|ниже",
    "zh": "负|負|减|減|下降|下跌|亏|虧|零下|降",
    "ja": "マイナス|負|減|下落|低下|損|氷点下|零下",
    "ko": "마이너스|음수|감소|하락|손실|영하",
}
# How far from the number such a word may stand, in characters.
_REACH = 40


def lost_signs(
    source: str,
    before: Sequence[Number],
    output: str,
    after: Sequence[Number],
    language: str | None,
) -> list[Number]:
    """Return the numbers of `source` that have a minus, and in `output` none.

    Parameters
    ----------
    before, after
        The numbers of `source` and of `output`.
    language
        ISO 639-1 code of `output`, for the words that stand for a minus.
    """
    negative = [number for number in before if _SIGN.search(source[: number.start])]
    if not negative:
        return []
    there = {value for number in after for value in number.readings}
    kept = {
        value
        for number in after
        if _is_negative(output, number, language)
        for value in number.readings
    }
    return [n for n in negative if n.readings & there and not n.readings & kept]


def _is_negative(text: str, number: Number, language: str | None) -> bool:
    if _DASH.search(text[: number.start]):
        return True
    words = _WORDS.get(language or "")
    near = text[max(0, number.start - _REACH) : number.end + _REACH]
    return words is None or re.search(words, near, re.IGNORECASE) is not None
