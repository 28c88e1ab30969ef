"""Small numbers that a text spells out: words, ordinals, fractions, Roman numerals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache

# Words of small numbers and their ordinals, by language; "|" separates words of one value,
# and the values are 0 to 20, then 30, 40 ... 100, 1000.
_WORDS = {
    "en": "zero one|a|an|once|first|single two|twice|second|both|double|half|couple|pair "
          "three|third|triple|quarters four|fourth|quarter five|fifth six|sixth seven|seventh "
          "eight|eighth nine|ninth ten|tenth|decade|decades eleven|eleventh "
          "twelve|twelfth|dozen|dozens|midday|noon thirteen|thirteenth "
          "fourteen|fourteenth|fortnight fifteen|fifteenth sixteen|sixteenth "
          "seventeen|seventeenth eighteen|eighteenth nineteen|nineteenth "
          "twenty|twentieth|twenties thirty|thirtieth|thirties forty|fortieth|forties "
          "fifty|fiftieth|fifties sixty|sixtieth|sixties seventy|seventieth|seventies "
          "eighty|eightieth|eighties ninety|ninetieth|nineties hundred|hundreds|century "
          "thousand|thousands",
    "fr": "zéro un|une|premier|première deux|deuxième|second|seconde|double|demi|moitié "
          "trois|troisième|tiers quatre|quatrième|quart cinq|cinquième six|sixième "
          "sept|septième huit|huitième neuf|neuvième dix|dixième|décennie|dizaine onze|onzième "
          "douze|douzième|douzaine|midi treize quatorze quinze|quinzaine seize dix-sept "
          "dix-huit dix-neuf vingt|vingtième|vingtaine trente|trentaine quarante|quarantaine "
          "cinquante|cinquantaine soixante|soixantaine soixante-dix|septante "
          "quatre-vingts|quatre-vingt|octante|huitante quatre-vingt-dix|nonante "
          "cent|cents|centaine|centaines|siècle mille|milliers|millier",
    "de": "null ein|eine|einen|einem|einer|eines|eins|erste|ersten|erster|erstes|einmal "
          "zwei|zweite|zweiten|zweiter|zweites|beide|beiden|zweimal|doppelt|halb|halbe|hälfte "
          "drei|dritte|dritten|dritter|drittel|dreimal vier|vierte|vierten|viertel "
          "fünf|fünfte|fünften sechs|sechste|sechsten sieben|siebte|siebten acht|achte|achten "
          "neun|neunte|neunten zehn|zehnte|zehnten|jahrzehnt elf|elfte|elften "
          "zwölf|zwölfte|zwölften|dutzend dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn "
          "neunzehn zwanzig|zwanziger dreißig|dreissig vierzig fünfzig sechzig siebzig achtzig "
          "neunzig hundert|hunderte|hunderten|jahrhundert tausend|tausende|tausenden",
    "es": "cero un|una|uno|primer|primero|primera dos|segundo|segunda|doble|medio|media|mitad "
          "tres|tercer|tercero|tercera|tercio cuatro|cuarto|cuarta cinco|quinto|quinta "
          "seis|sexto|sexta siete|séptimo|séptima ocho|octavo|octava nueve|noveno|novena "
          "diez|décimo|décima|década once doce|docena|mediodía trece catorce quince|quincena "
          "dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta "
          "setenta ochenta noventa cien|ciento|cientos|siglo mil|miles",
    "it": "zero un|una|uno|primo|prima due|secondo|seconda|doppio|metà|mezzo|mezza|entrambi "
          "tre|terzo|terza quattro|quarto|quarta cinque|quinto|quinta sei|sesto|sesta "
          "sette|settimo|settima otto|ottavo|ottava nove|nono|nona dieci|decimo|decina|decennio "
          "undici dodici|dozzina tredici quattordici quindici sedici diciassette diciotto "
          "diciannove venti trenta quaranta cinquanta sessanta settanta ottanta novanta "
          "cento|centinaia|secolo mille|mila|migliaia",
    "pt": "zero um|uma|primeiro|primeira dois|duas|segundo|segunda|dobro|meio|meia|metade|ambos "
          "três|terceiro|terceira|terço quatro|quarto|quarta cinco|quinto|quinta "
          "seis|sexto|sexta sete|sétimo|sétima oito|oitavo|oitava nove|nono|nona "
          "dez|décimo|década|dezena onze doze|dúzia treze catorze|quatorze quinze "
          "dezasseis|dezesseis dezassete|dezessete dezoito dezanove|dezenove vinte trinta "
          "quarenta cinquenta sessenta setenta oitenta noventa cem|cento|centenas|século "
          "mil|milhares",
    "nl": "nul een|één|eerste twee|tweede|beide|dubbel|half|helft drie|derde vier|vierde|kwart "
          "vijf|vijfde zes|zesde zeven|zevende acht|achtste negen|negende tien|tiende|decennium "
          "elf|elfde twaalf|twaalfde|dozijn dertien veertien vijftien zestien zeventien "
          "achttien negentien twintig dertig veertig vijftig zestig zeventig tachtig negentig "
          "honderd|honderden|eeuw duizend|duizenden",
}  # fmt: skip
# Twelve as something to count by: two dozen are 24.
_DOZEN = re.compile(r"dozens?|dutzende?n?|douzaines?|docenas?|dozzin[ae]|dúzias?|dozijn(?:en)?")
_VALUES = (*range(21), *range(30, 101, 10), 1000)
# What the columns have no room for.
_MORE = {
    "es": {"veintiuno": 21, "veintiún": 21, "veintiuna": 21, "veintidós": 22, "veintitrés": 23,
           "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27,
           "veintiocho": 28, "veintinueve": 29, "doscientos": 200, "trescientos": 300,
           "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600, "setecientos": 700,
           "ochocientos": 800, "novecientos": 900, "doscientas": 200, "trescientas": 300,
           "cuatrocientas": 400, "docenas": 12, "quinientas": 500, "seiscientas": 600, "setecientas": 700,
           "ochocientas": 800, "novecientas": 900, "quinta": 5},
    "pt": {"duzentos": 200, "trezentos": 300, "quatrocentos": 400, "quinhentos": 500,
           "seiscentos": 600, "setecentos": 700, "oitocentos": 800, "novecentos": 900,
           "duzentas": 200, "trezentas": 300, "quatrocentas": 400, "quinhentas": 500,
           "dúzias": 12},
    "fr": {"quarts": 4, "cinquièmes": 5, "dixièmes": 10, "douzaines": 12, "demi-douzaine": 6},
    "it": {"dozzine": 12},
    "de": {"dutzende": 12, "dutzenden": 12},
    "nl": {"dozijnen": 12},
    "en": {"thirds": 3, "fifths": 5, "tenths": 10, "eighths": 8},
}  # fmt: skip
# Words for a half, and for one and a half.
_HALF = {
    "en": r"half", "fr": r"demie?|moitié", "de": r"halbe?[nrsm]?|hälfte|anderthalb|\w*einhalb",
    "es": r"medi[oa]|mitad", "it": r"mezz[oa]|metà", "pt": r"mei[oa]|metade",
    "nl": r"halve|half|helft|anderhalf",
}  # fmt: skip
# Of languages that write a number as one word: hundred, thousand, and between units and tens.
_GLUED = {
    "de": ("hundert", "tausend", "und"),
    "nl": ("honderd", "duizend", "en|ën"),
    "it": ("cento", "mila|mille", ""),
}
_EAST_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_EAST_POWERS = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "萬": 10_000,
    "億": 10**8,
    "亿": 10**8,
}
_EAST = re.compile(rf"[{''.join((*_EAST_DIGITS, *_EAST_POWERS))}]+")
# Between the parts of one number: vingt et un, one hundred and two, treinta y uno.
AND = frozenset({"et", "and", "y", "e", "und", "en"})
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ROMAN = re.compile(r"\b[IVX]{1,6}(?=e\b|è|º|\b)")


@cache
def word_values(language: str) -> Mapping[str, int]:
    """Return the number words of `language`; none where they are not known."""
    if language not in _WORDS:
        return {}
    columns = _WORDS[language].split()
    assert len(columns) == len(_VALUES), language
    words = {
        word: value
        for column, value in zip(columns, _VALUES, strict=True)
        for word in column.split("|")
    }
    return {**words, **_MORE.get(language, {})}


@cache
def cardinal_words(language: str) -> frozenset[str]:
    """Return those of them that count and nothing else."""
    first = {column.split("|")[0] for column in _WORDS.get(language, "").split()}
    more = {word for word, value in _MORE.get(language, {}).items() if value > 20}
    return frozenset(first | more)


def spelled(text: str, language: str | None) -> set[Decimal] | None:
    """Return the small numbers that `text` spells out, or None where the words are not known.

    Roman numerals up to 39 count too, as in the names of centuries.
    """
    romans = {Decimal(_roman(match[0])) for match in _ROMAN.finditer(text)}
    if language not in _WORDS:
        return None
    known = word_values(language)
    found = set(romans)
    words = WORD.findall(text.lower())
    # What the words of one number add up to: thousands, and below a thousand.
    thousands = below = last = 0
    for word in words:
        if word in AND:
            continue
        value = known.get(word)
        if value is None:
            value = compound(word, language)
        if value is None:
            thousands = below = last = 0
            continue
        found.add(Decimal(value))
        if value == 1000 and last:
            thousands, below = (below or 1) * 1000, 0
        elif 1 < below < 100 and _DOZEN.fullmatch(word):
            below *= 12
        elif value == 100 and 0 < below < 100:
            below *= 100
        elif last and value < last:
            below += value
        else:
            thousands, below = (0, value) if value < 1000 else (value, 0)
        found.add(Decimal(thousands + below))
        last = value
    return found


def halves(text: str, language: str | None, values: set[Decimal]) -> set[Decimal]:
    """Return the halves that `text` may speak of: 0.5, with `values` 1.5 and so on, 6 of a dozen."""
    pattern = _HALF.get(language or "")
    if pattern is None or not re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
        return set()
    half = Decimal("0.5")
    dozen = {Decimal(6)} if any(map(_DOZEN.fullmatch, WORD.findall(text.lower()))) else set()
    return {half, 1 + half, *dozen, *(value + half for value in values if value <= 20)}


def eastern(text: str) -> set[Decimal]:
    """Return the numbers that `text` writes in Chinese signs, such as 三十五."""
    return {Decimal(_eastern(match[0])) for match in _EAST.finditer(text)}


def _eastern(signs: str) -> int | Decimal:
    if all(sign in _EAST_DIGITS for sign in signs):
        return Decimal("".join(str(_EAST_DIGITS[sign]) for sign in signs))
    total = part = digit = 0
    for sign in signs:
        if sign in _EAST_DIGITS:
            digit = _EAST_DIGITS[sign]
            continue
        power = _EAST_POWERS[sign]
        if power >= 10_000:
            total, part = total + (part + digit or 1) * power, 0
        else:
            part += (digit or 1) * power
        digit = 0
    return total + part + digit


@lru_cache(maxsize=4096)
def compound(word: str, language: str) -> int | None:
    """Read twenty-one, vingt-deux, einundzwanzig, dreihundertfünfzig, zweitausend."""
    known = word_values(language)
    if "-" in word:
        head, eighty, rest = word.partition("quatre-vingt-")
        if eighty and not head:
            below = known.get(rest)
            return 80 + below if below is not None and below < 20 else None
        values = [known.get(part, 0) for part in word.split("-") if part not in ("et", "and")]
        if all(values):
            return sum(values)
        # A mother-of-three, a four-year plan.
        return next((value for value in values if value), None)
    return _glued(word, known, language)


def _glued(word: str, known: Mapping[str, int], language: str) -> int | None:
    if language not in _GLUED or len(word) < 4:
        return None
    if word in known:
        return known[word]
    hundred, thousand, between = _GLUED[language]
    for name, power in ((thousand, 1000), (hundred, 100)):
        match = re.fullmatch(rf"(.*?)(?:{name})(?:{between or 'e'})??(.*)", word)
        if match is None:
            continue
        above, below = (
            part and (known.get(part) or _glued(part, known, language)) for part in match.groups()
        )
        if above is not None and below is not None and (below or 0) < power:
            return (above or 1) * power + (below or 0)
    if between:
        match = re.fullmatch(rf"(\w{{3,}}?)(?:{between})(\w{{4,}})", word)
        if match and known.get(match[1], 10) < 10 and known.get(match[2], 0) >= 20:
            return known[match[1]] + known[match[2]]
    for ten, value in known.items():
        # Italian drops the last letter before one and eight: ventuno, trentotto.
        if language == "it" and 20 <= value < 100 and word.startswith(ten[:-1]):
            unit = known.get(word[len(ten) :]) or known.get(word[len(ten) - 1 :])
            if unit and unit < 10:
                return value + unit
    ordinal = re.fullmatch(r"(\w+?)s?te[nrsm]?", word) if language == "de" else None
    return known.get(ordinal[1]) or known.get(ordinal[1] + "te") if ordinal else None


def _roman(letters: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in letters]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
