"""Negative numbers that lost their minus on the way, and others that gained one."""

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
# The same for its sign or bracket.
_NEAR = 8
# Around the digits of an accountant's loss: (3.1) million, $(3.1) and (12)%, but not (3.1%), which
# may be an aside, nor (14), which may be a note.
_OPEN = re.compile(r"([$€£¥]\s?)?\(([$€£¥]\s?)?\Z")
_CLOSE = re.compile(r"\)(\s?%)?")
# Words of accounts, whose numbers in brackets are losses.
_ACCOUNTS = re.compile(
    r"income|earning|result|profit|loss|cash|margin|ebit|deficit|balance|\beps\b|résultat|bénéfice|"
    r"perte|marge|solde|ergebnis|gewinn|verlust|saldo|überschuss|beneficio|pérdida|ganancia|"
    r"risultato|utile|perdita|lucro|prejuízo|winst|verlies|resultaat|прибыл|убыт",
    re.IGNORECASE,
)


def lost_signs(
    source: str,
    before: Sequence[Number],
    output: str,
    after: Sequence[Number],
    source_language: str | None,
    target_language: str | None,
) -> list[Number]:
    """Return the numbers of `source` below zero that are above it in `output`.

    Parameters
    ----------
    before, after
        The numbers of `source` and of `output`.
    source_language, target_language
        ISO 639-1 codes, for the words that stand for a minus.
    """
    negative = [
        n
        for n in before
        if _SIGN.search(source, max(0, n.start - _NEAR), n.start) or _in_accounts(source, n)
    ]
    return _unsigned(negative, output, after, target_language)


def gained_signs(
    source: str,
    before: Sequence[Number],
    output: str,
    after: Sequence[Number],
    source_language: str | None,
    target_language: str | None,
) -> list[Number]:
    """Return the numbers of `output` below zero that are above it in `source`; see `lost_signs`."""
    negative = [
        n
        for n in after
        if (_SIGN.search(output, max(0, n.start - _NEAR), n.start) and output[n.start - 1] != " ")
        or _in_accounts(output, n)
    ]
    return _unsigned(negative, source, before, source_language)


def _unsigned(
    negative: Sequence[Number], other: str, there: Sequence[Number], language: str | None
) -> list[Number]:
    """Return those of `negative` that `other` has, but nowhere with a sign or a word for it."""
    if not negative:
        return []
    values = {value for number in there for value in number.readings}
    kept = {
        value
        for number in there
        if _is_negative(other, number, language)
        for value in number.readings
    }
    return [n for n in negative if n.readings & values and not n.readings & kept]


def _is_negative(text: str, number: Number, language: str | None) -> bool:
    if _DASH.search(text, max(0, number.start - _NEAR), number.start):
        return True
    if _OPEN.search(text, max(0, number.start - _NEAR), number.start) and _CLOSE.match(
        text, number.end
    ):
        return True
    words = _WORDS.get(language or "")
    near = text[max(0, number.start - _REACH) : number.end + _REACH]
    return words is None or re.search(words, near, re.IGNORECASE) is not None


def _in_accounts(text: str, number: Number) -> bool:
    """Whether the number stands in brackets that mean a minus."""
    opened, closed = (
        _OPEN.search(text, max(0, number.start - _NEAR), number.start),
        _CLOSE.match(text, number.end),
    )
    if opened is None or closed is None:
        return False
    if opened[1] or opened[2] or closed[1]:
        return True
    near = text[max(0, number.start - _REACH) : number.start]
    digits = text[number.start : number.end]
    return not digits.isdecimal() and _ACCOUNTS.search(near) is not None
