"""Units behind and before numbers: those a translation may convert, those it may not change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from .numbers import Number

_METRE = r"m|mètres?|meter[ns]?|metres?|metros?"
# What one of the first is in the second.
_FACTORS = (
    (r"yards?|yardas?|verges?", _METRE, 0.9144),
    (r"feet|foot|ft|pieds?|fuß|pies?", _METRE, 0.3048),
    (r"mph|miles?|meilen?|millas?|milles?", r"km|kilomet(?:er[ns]?|res?)|kilomètres?|kilómetros?",
     1.609),
    (r"inch(?:es)?|zoll|pouces?|pulgadas?",
     r"cm|zentimetern?|centimet(?:er|re)s?|centimètres?|centímetros?", 2.54),
    (r"acres?|morgen", r"ha|hectares?|hektar|hectáreas?", 0.4047),
    (r"gallons?|gallonen|galones", r"l|lit(?:er[ns]?|res?)|litros?", 3.785),
    (r"basis\s+points?|bps?|points?\s+de\s+base|basispunkten?|puntos?\s+básicos?",
     r"%|per\s?cent|percentage\s+points?|points?\s+de\s+pourcentage|prozentpunkten?|prozent|"
     r"pour\s?cent|puntos?\s+porcentuales|por\s?ciento", 0.01),
    (r"pounds?|lbs?|livres?|libras?|pfund", r"kg|kilos?|kilogramm(?:es|s)?|kilogramos?", 0.4536),
)  # fmt: skip
_UNITS = [
    (re.compile(rf"[\s\u00a0\u202f-]*(?:{one})(?!\w)", re.IGNORECASE),
     re.compile(rf"[\s\u00a0\u202f-]*(?:{other})(?!\w)", re.IGNORECASE), factor)
    for one, other, factor in _FACTORS
]  # fmt: skip
# People round what they convert.
_ROUNDED = 0.03


_FAHRENHEIT = (
    r"°\s?F|degrees?\s+fahrenheit|degrés?\s+fahrenheit|grad\s+fahrenheit|grados\s+fahrenheit"
)
_CELSIUS = r"°\s?C|degrees?\s+cel[sc]ius|degrés?\s+celsius|grad\s+celsius|grados\s+c[eé]lsius"
_SCALE = (
    r"(?:k|bn?|tn?|m|mn|mio|mrd|mds?|tsd|thousands?|hundert|tausend|mille|mil(?:\s+mill\w+)?|"
    r"mill\w*|mil(?:jo|iar|jar)\w*|bill?\w*|trill?\w*|тыс\w*|мл\w+|[千万萬億亿兆천만억조]+)"
)
# What may stand before and behind a number of each kind. Signs that several kinds share give all.
_KINDS: dict[str, tuple[str, str]] = {
    "percent": (
        r"百分之|%",
        r"%|％|٪|pct\b|percent|per\s?cent|pour\s?cent|prozent|por\s?ciento|per\s?cento|"
        r"por\s?cento|procent|prosent|процент|パーセント|퍼센트|points?\s+de\s+pourcentage|"
        r"puntos?\s+porcentuales|个?百分",
    ),
    "basis point": (r"", r"basis\s+point|bps?\b|points?\s+de\s+base|basispunkt|puntos?\s+básicos|"
                         r"punti\s+base|pontos?\s+base|基点"),
    "dollar": (r"\$|USD", r"(?:US[- ]?)?\$|USD\b|(?:US-?)?dollar|dólar|dollari|доллар|美元|ドル|달러"),
    "peso": (r"\$|MXN", r"\$|peso|MXN\b"),
    "euro": (r"€|EUR", r"€|EUR\b|euro|евро|欧元|歐元|ユーロ|유로"),
    "pound": (r"£|GBP", r"£|GBP\b|pound|livres?\b|pfund|libras?\b|sterl|фунт|英镑|ポンド|파운드"),
    "yen": (r"¥|￥|JPY", r"¥|￥|JPY\b|yen|円|日元|иен|엔"),
    "yuan": (r"¥|￥|CNY|RMB", r"¥|￥|CNY\b|RMB\b|yuan|(?<![美欧日])元|юан|위안"),
    # Signs that languages share, and their words in the larger ones. A metre's sign is a million's too.
    "kilogram": (r"", r"kg\b|kilos?\b|kilogram"),
    "gram": (r"", r"gr?\b|gramm?(?:e?[ns]?)\b|gramos?\b"),
    "milligram": (r"", r"mg\b|milligram|miligramo"),
    "tonne": (r"", r"t\b|tonnes?\b|tonnen?\b|tons?\b|toneladas?\b"),
    "kilometre": (r"", r"km\b|kilom[eè]t|kilómetro"),
    "metre": (r"", rf"m\b|(?:{_METRE})\b"),
    "centimetre": (r"", r"cm\b|[zc]entim[eè]t|centímetro"),
    "millimetre": (r"", r"mm\b|millim[eè]t|milímetro"),
    "mile": (r"", r"miles?\b|meilen?\b|millas?\b"),
    "litre": (r"", r"l\b|lit(?:er[ns]?|res?)\b|litros?\b"),
    "millilitre": (r"", r"ml\b|millilit|mililitro"),
    "fahrenheit": (r"", _FAHRENHEIT),
    "celsius": (r"", _CELSIUS),
}  # fmt: skip
_BEFORE = {
    kind: re.compile(rf"(?:{before})[\s\u00a0\u202f]?[-−]?\(?\Z") for kind, (before, _) in _KINDS.items()
    if before
}  # fmt: skip
_BEHIND = {
    kind: re.compile(
        rf"\)?[\s\u00a0\u202f-]*(?:{_SCALE}(?:\.|\b|(?=[^\x00-\x7f]))\s*(?:d['’]|d[eio]\s+)?)?"
        rf"(?:{behind})",
        re.IGNORECASE,
    )
    for kind, (_, behind) in _KINDS.items()
}
_SHARES = frozenset({"percent", "basis point"})
# In "between 5 and 7 %" the first number's sign stands behind the second.
_SHARED = re.compile(_KINDS["percent"][1] + r"|points?|punkt|puntos?|\bpp\b", re.IGNORECASE)
_SHARED_REACH = 40
# Languages whose words for per cent are in the table.
_SHARES_KNOWN = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "ru", "zh", "ja", "ko"})


def changed_units(
    source: str,
    before: Sequence[Number],
    output: str,
    after: Sequence[Number],
    source_language: str | None,
    target_language: str | None,
) -> list[Number]:
    """Return the numbers of `output` that are of another kind than the same ones of `source`.

    Per cent, basis points, currencies, temperatures and the usual measures are told apart. A currency may be left out
    where the reader knows it, a per cent sign may not.

    Parameters
    ----------
    before, after
        The numbers of `source` and of `output`.
    source_language, target_language
        ISO 639-1 codes.
    """
    found = []
    theirs = [(number, kinds_of(output, number)) for number in after]
    asked = {value for number in after for value in number.readings}
    # A long source has a thousand numbers, of which a summary has ten; and a table has one number
    # a thousand times, which is looked at once.
    mine: dict[Decimal, set[tuple[frozenset[str], bool]]] = {}
    for number in before:
        if number.readings & asked:
            one = kinds_of(source, number), _shares(source, number)
            for value in number.readings:
                mine.setdefault(value, set()).add(one)
    twins: dict[Decimal, set[bool]] = {}
    for number, kinds in theirs:
        for value in number.readings:
            twins.setdefault(value, set()).add(bool(kinds))
    for number, kinds in theirs:
        # The number of a Q3 or an A4 has no unit.
        if re.search(r"[A-Za-z]\Z", output[max(0, number.start - 1) : number.start]):
            continue
        same = {one for value in number.readings for one in mine.get(value, ())}
        mixed = len({has for value in number.readings for has in twins[value]}) == 2
        if not same or any(kinds & k for k, _ in same) or mixed:
            continue
        if kinds and all(k for k, _ in same):
            found.append(number)
        elif kinds & _SHARES and source_language in _SHARES_KNOWN:
            if not any(shares for _, shares in same):
                found.append(number)
        elif (
            not kinds
            and target_language in _SHARES_KNOWN
            and all(k & _SHARES for k, _ in same)
            and not _shares(output, number)
        ):
            found.append(number)
    return found


def kinds_of(text: str, number: Number) -> frozenset[str]:
    """Return the kinds of unit that the signs and words beside a number name."""
    return frozenset(
        kind
        for kind in _KINDS
        if _BEHIND[kind].match(text, number.end)
        or (kind in _BEFORE and _BEFORE[kind].search(text, max(0, number.start - 8), number.start))
    )


def _shares(text: str, number: Number) -> bool:
    near = text[max(0, number.start - 8) : number.end + _SHARED_REACH]
    return _SHARED.search(near) is not None


_TEMPERATURES = [re.compile(rf"[\s\u00a0\u202f]*(?:{one})", re.IGNORECASE)
                 for one in (_FAHRENHEIT, _CELSIUS)]  # fmt: skip


def _same_temperature(text: str, number: Number, other: str, numbers: Sequence[Number]) -> bool:
    fahrenheit, celsius = _TEMPERATURES
    for mine, theirs in ((fahrenheit, celsius), (celsius, fahrenheit)):
        if mine.match(text, number.end) is None:
            continue
        for there in numbers:
            if theirs.match(other, there.end) is None:
                continue
            pairs = [(float(a), float(b)) for a in number.readings for b in there.readings]
            # A degree's rounding, either way; a minus is not part of a number's value.
            for hot, cold in pairs if mine is fahrenheit else [(b, a) for a, b in pairs]:
                if min(abs((hot - 32) / 1.8 - cold), abs((-hot - 32) / 1.8 + cold),
                       abs((hot - 32) / 1.8 + cold)) <= 1:  # fmt: skip
                    return True
    return False


def same_measure(text: str, number: Number, other: str, numbers: Sequence[Number]) -> bool:
    """Whether `other` has the measure of `number` in `text`, converted to another unit.

    Parameters
    ----------
    numbers
        The numbers of `other`.
    """
    if _same_temperature(text, number, other, numbers):
        return True
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
