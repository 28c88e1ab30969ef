"""Small numbers that a text spells out: words, ordinals, fractions, Roman numerals."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

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
_VALUES = (*range(21), *range(30, 101, 10), 1000)
_UNIT_AND_TEN = {"de": "und", "nl": "en"}
# Between the parts of one number: vingt et un, one hundred and two, treinta y uno.
_AND = frozenset({"et", "and", "y", "e", "und", "en"})
_ROMAN = re.compile(r"\b[IVX]{1,6}(?=e\b|è|º|\b)")


@cache
def _words(language: str) -> dict[str, int]:
    columns = _WORDS[language].split()
    assert len(columns) == len(_VALUES), language
    return {
        word: value
        for column, value in zip(columns, _VALUES, strict=True)
        for word in column.split("|")
    }


def spelled(text: str, language: str | None) -> set[Decimal] | None:
    """Return the small numbers that `text` spells out, or None where the words are not known.

    Roman numerals up to 39 count too, as in the names of centuries.
    """
    romans = {Decimal(_roman(match[0])) for match in _ROMAN.finditer(text)}
    if language not in _WORDS:
        return None
    known = _words(language)
    found = set(romans)
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())
    previous = 0
    for word in words:
        if word in _AND:
            continue
        value = known.get(word)
        if value is None:
            value = _compound(word, known, language)
        if value is None:
            previous = 0
            continue
        found.add(Decimal(value))
        if previous and previous > value > 0:
            found.add(Decimal(previous + value))
        if previous and value in (100, 1000):
            found.add(Decimal(previous * value))
        previous = value
    return found


def _compound(word: str, known: dict[str, int], language: str) -> int | None:
    """Read twenty-one, vingt-deux, einundzwanzig, zweihundert, dreitausend."""
    if "-" in word:
        values = [known.get(part, 0) for part in word.split("-") if part not in ("et", "and")]
        if all(values):
            return sum(values)
        # A mother-of-three, a four-year plan.
        return next((value for value in values if value), None)
    middle = _UNIT_AND_TEN.get(language)
    if middle is None:
        return None
    for at in range(3, len(word) - 3):
        left, right = word[:at], word[at:]
        unit = known.get(left)
        if unit and right.startswith(middle) and known.get(right[len(middle) :], 0) >= 20:
            return unit + known[right[len(middle) :]]
        if unit and known.get(right) in (100, 1000):
            return unit * known[right]
    return None


def _roman(letters: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in letters]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
