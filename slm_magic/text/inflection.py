"""The forms of a word of a glossary: plurals, genders, cases and the usual forms of verbs.

Rules by the end of the word, without accents. They do not know words, so some forms that they
allow do not exist; what they are for is to tell a form (Rezepte) from another word (Rezeption).
"""

from __future__ import annotations

import re
from functools import lru_cache

# By language: what a word ends with, what may stand there instead. The first that fits counts, "$" is
# any end. In the endings of verbs are those of nouns that look like one.
_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"(?<=[^aeiou])y", r"y|ies|ied|ying"), (r"is", r"is|es"), (r"man", r"man|men"),
        (r"fe?", r"fe?|fe?s|ves"), (r"ee", r"ees?|eed|eeing"), (r"e", r"e[sd]?|ing"),
        (r"s", r"s?|ses|sed|sing"), (r"$", r"(?:e?s|ed|ing)?"),
    ),
    "de": (
        (r"nis", r"nis(?:se[ns]?)?"), (r"in", r"in(?:nen)?"), (r"us", r"us(?:se[ns]?)?|en|i"),
        (r"um", r"ums?|en|a"), (r"on", r"on(?:s|en?)?|a"), (r"a", r"as?|en"), (r"o", r"os?|en|i"),
        (r"er", r"er(?:[ns]|in(?:nen)?)?"), (r"el", r"el[ns]?"), (r"e", r"e[mnrs]?|ens"),
        (r"$", r"(?:e|e[nrs]|ern|s|n|ns)?"),
    ),
    "fr": (
        (r"al", r"ale?s?|aux"), (r"ail", r"ails?|aux"), (r"(?:eau|eu)", r"\g<0>x?"),
        (r"eux", r"eux|euses?"), (r"if", r"ifs?|ives?"), (r"teur", r"teurs?|trices?|teuses?"),
        (r"eur", r"eurs?|euses?|eresses?"), (r"(?:en|on|el|et)", r"\g<0>(?:s|[nlt]es?)?"),
        (r"c", r"cs?|ques?"),
        (r"er", r"er[se]?|eres|e|es|ees?|ent|ez|ons|ant|ait|aient|er(?:a|ont)"),
        (r"ir", r"ir|its?|i|ie?s?|iss(?:ent|ant|ait|ons|ez)|ir(?:a|ont)"),
        (r"re", r"res?|[st]?|ent|ant|ue?s?|r(?:a|ont)"), (r"e", r"e?s?"), (r"[sx]", r"[sx]?"),
        (r"$", r"e?[sx]?"),
    ),
    "es": (
        (r"iones", r"ion(?:es)?"), (r"z", r"z|ces"), (r"(?<=\w{6})o", r"[oa]s?"), (r"o", r"os?"),
        (r"a", r"as?"), (r"e", r"es?"), (r"s", r"s?"),
        (r"ar", r"ar(?:es)?|[aeo]|[ae]n|as|a(?:d[oa]s?|ndo|ron|r[ae]n?|ba|ban)|o"),
        (r"[ei]r", r"[ei]r(?:es)?|[aeo]|[ae]n|es|id[oa]s?|iendo|io|ieron|[ei]r[ae]n?|ian?"),
        (r"$", r"(?:e?s|as?)?"),
    ),
    "it": (
        (r"(?<=[cg])o", r"h?[ieo]|a|he"), (r"(?<=[cg])a", r"a|he"), (r"io", r"ii?|io|i[ae]"),
        (r"(?<=\w{6})o", r"[oaie]"), (r"o", r"[oi]"), (r"a", r"[ae]"),
        (r"are", r"ar[ei]|[aio]|ano|at[oaie]|ando|er[aà]|eranno"),
        (r"[ei]re", r"[ei]r[ei]|[eio]|ono|[iu]t[oaie]|endo|[ei]r[aà]|[ei]ranno"), (r"e", r"[ei]"),
        (r"i", r"[ieo]"), (r"$", r""),
    ),
    "pt": (
        (r"ao", r"ao|aos|oes|aes|as?"), (r"oes", r"ao|oes"), (r"m", r"m|ns"), (r"l", r"l|is"),
        (r"(?<=\w{6})o", r"[oa]s?"), (r"o", r"os?"), (r"a", r"as?"), (r"e", r"es?"),
        (r"s", r"s?|ses"), (r"ar", r"ar(?:es)?|[aeo]|[ae]m|as|a(?:d[oa]s?|ndo|ram|r[ae]|va|vam)|ou"),
        (r"[ei]r", r"[ei]r(?:es)?|[aeo]|[ae]m|id[oa]s?|[ei]ndo|[ei]u|[ei]ram|[ei]r[ae]|iam?"),
        (r"$", r"(?:e?s|a)?"),
    ),
    "nl": (
        (r"(?<=[aeiou])f", r"f|ven?"), (r"(?<=[aeiou])s", r"se?|zen?|sen"), (r"e", r"e[ns]?"),
        (r"heid", r"hei?d(?:en)?"),
        (r"(?P<last>[bdfgklmnprst])", r"(?P=last){1,2}en?|\g<0>s?|\g<0>['’]s|\g<0>eren"),
        (r"$", r"(?:en|['’]?s)?"),
    ),
}  # fmt: skip
# Verbs and adjectives are in small letters where nouns have a capital: löschen, gelöscht; freier.
_SMALL_GERMAN = (
    (r"e(?:[mnrs]|ln|rn)?", r"e?(?:[lr]?n|[mnrs]|)|s?t|te[nst]?|end\w{0,2}"),
    (r"$", r"(?:e[mnrs]?)?"),
)
# Participles as nouns: der Beklagte, ein Beklagter.
_PARTICIPLE = re.compile(r"(?:be|ge|ver|er|ent|zer|an|ab|aus|ein)\w{2,}ter")
# What makes another word of one, by language: its ends, not the beginning of a second word.
_DERIVED = {
    "de": r"ion\w*|(?:ur|or|ung|heit|keit|schaft|ist|at|ismus)(?:e|en|s)?\b|ier\w{1,3}\b|"
          r"(?:iv|isch|lich|ig|bar|haft|los|sam|ell|al)(?:e[mnrs]?|keit(?:en)?)?\b|itat\w*",
    "nl": r"(?:ie|ing|heid|schap|atie|iteit|ist|eur|isme)(?:s|en)?\b|"
          r"(?:lijk|elijk|baar|isch|ig|loos|zaam)e?\b",
}  # fmt: skip
# Letters of the shortest word that is taken for the second part of another.
_PART = 3


@lru_cache(maxsize=4096)
def forms(word: str, language: str | None, *, last: bool = True) -> str | None:
    """Return an expression for the forms of `word`, or None where no rules are known.

    Parameters
    ----------
    word
        Without accents.
    last
        Whether, in languages that write compounds as one word, another word may follow.
    """
    rules = _RULES.get(language or "")
    if rules is None or not word[-1:].isalpha():
        return None
    if word.isupper() and len(word) > 1:
        body = f"{_plain(word)}(?:e?s|['’]s|en)?"
    elif language == "de" and _PARTICIPLE.fullmatch(word.lower()) and not word.islower():
        body = f"{_plain(word[:-2])}(?:e[mnrs]?|ers|ern|erin(?:nen)?)"
    else:
        stem, endings = _split(word, rules)
        body = f"{stem}(?:{endings})"
        if language == "de" and word.islower():
            stem, endings = _split(word, _SMALL_GERMAN)
            body = f"(?:{body}|(?:ge)?{stem}(?:{endings}))"
    if last and language in _DERIVED:
        return f"(?:{body}(?!\\w)|{_plain(word)}(?!{_DERIVED[language or '']})\\w{{{_PART},}})"
    return body


def _split(word: str, rules: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    for ending, instead in rules:
        match = re.search(f"(?:{ending})$", word.lower())
        # A stem of one letter is none.
        if match is not None and (match.start() > 1 or ending == "$"):
            return _plain(word[: match.start()]), _instead(match, instead)
    raise AssertionError("the last rule fits every word")


def _instead(match: re.Match[str], instead: str) -> str:
    found = re.escape(match[0])
    return instead.replace(r"\g<0>", found).replace("(?P=last)", found)


def _plain(word: str) -> str:
    return re.sub("['’]", "['’]", re.escape(word))
