"""Which language each text is in, and which installed model translates it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..catalog import ModelCard, cards, families
from ..errors import LanguageError, ModelNotInstalledError, OptionError
from ..store import Installed, Store
from ..text import languages

# What `Translation.source` says of a text that has no words to tell by.
UNDETERMINED = "und"
# Languages or pairs that a message spells out: some models cover two hundred.
MOST_NAMED = 12
# Where two models meet when none covers a pair.
PIVOT = "en"


def sources(
    texts: Sequence[str],
    candidates: Sequence[str] = (),
    *,
    seen: Counter[str] | None = None,
    rows: Sequence[int] = (),
) -> list[str]:
    """Return the ISO 639-1 code of each text's language.

    A text that does not tell by itself takes the language of most of the others. One without
    letters is ``und``.

    Parameters
    ----------
    candidates
        Languages that the model reads, to choose from where the text alone leaves doubt.
    seen
        How many earlier texts were in each language; added to.
    rows
        The number of each text where they are some of many, for messages.

    Raises
    ------
    LanguageError
        If the language of a text cannot be told, asking for ``source``.
    """
    # Rows of a column repeat; each distinct text is looked at once.
    found: dict[str, str | None] = {}
    for text in dict.fromkeys(texts):
        if not any(c.isalpha() for c in text):
            found[text] = UNDETERMINED
            continue
        code = languages.detect(text)
        if code is None and candidates:
            code = languages.detect(text, candidates)
        found[text] = code
    told = Counter() if seen is None else seen
    for text in texts:
        code = found[text]
        if code is not None and code != UNDETERMINED:
            told[code] += 1
    usual = told.most_common(1)[0][0] if told else None
    result = []
    for number, text in enumerate(texts):
        code = found[text] or usual
        if code is None:
            which = "the text is"
            if len(texts) > 1 or (rows and rows[0]):
                which = f"row {rows[number] if rows else number} is"
            raise LanguageError(
                f"Cannot tell which language {which} in; name it: source='en' "
                "(in a magic or a shell: --from en)."
            )
        result.append(code)
    return result


def readable(card: ModelCard) -> tuple[str, ...]:
    """Return the languages that a model translates from."""
    if card.pairs:
        return tuple(dict.fromkeys(source for source, _ in card.pairs))
    return tuple(code for code in card.languages if code in languages.codes())


def named_model(name: str) -> Installed:
    """Return the installed model that a caller named.

    Raises
    ------
    OptionError
        If it is no model for translation.
    ModelNotInstalledError, UnknownModelError
        If it is not there.
    """
    found = Store.default().resolve(name)
    if "translate" not in found.card.tasks or found.card.kind not in ("causal", "seq2seq"):
        raise OptionError(
            f"{found.name!r} is {found.card.described} and "
            "does not translate. See: %slm models --task translate"
        )
    return found


def check_pair(card: ModelCard, source: str, target: str) -> None:
    """Raise unless the card names translation from `source` into `target`.

    Raises
    ------
    LanguageError
        Saying what the model does cover.
    """
    if card.covers(source, target):
        return
    pairs = ", ".join(f"{s} to {t}" for s, t in card.pairs[:MOST_NAMED])
    if len(card.pairs) > MOST_NAMED:
        pairs += f" and {len(card.pairs) - MOST_NAMED} more"
    between = ", ".join(card.languages)
    if len(card.languages) > MOST_NAMED:
        between = f"{len(card.languages)} languages (%slm info {card.name})"
    covered = pairs or f"between {between}"
    raise LanguageError(
        f"{card.name!r} does not translate from {source} to {target}; it covers {covered}."
    )


@dataclass(frozen=True, slots=True)
class Route:
    """The model that translates, or the two that meet in a language of their own.

    Attributes
    ----------
    pivot
        Code of the language in which two models meet.
    """

    models: tuple[Installed, ...]
    pivot: str | None = None


def named_models(names: str) -> tuple[Installed, ...]:
    """Return the model that a caller named, or the two joined by a plus sign.

    Raises
    ------
    OptionError
        If one is no model for translation, or there are more than two.
    ModelNotInstalledError, UnknownModelError
        If one is not there.
    """
    parts = [part.strip() for part in names.split("+")]
    if len(parts) == 1 or Path(names).expanduser().exists():
        return (named_model(names),)
    if len(parts) != 2 or not all(parts):
        raise OptionError("model takes one name, or two joined by a plus sign: FIRST+SECOND.")
    return named_model(parts[0]), named_model(parts[1])


def named_route(models: Sequence[Installed], source: str, target: str) -> Route:
    """Return how the named models translate a pair; one alone never goes through another language.

    Raises
    ------
    LanguageError
        Saying what they do cover.
    """
    if len(models) == 1:
        check_pair(models[0].card, source, target)
        return Route(tuple(models))
    first, second = (one.card for one in models)
    known = languages.codes()
    # English first: it is where most pairs of models meet, and what they do best.
    meeting = [
        code
        for code in dict.fromkeys((PIVOT, *known))
        if code not in (source, target)
        and first.covers(source, code)
        and second.covers(code, target)
    ]
    if not meeting:
        raise LanguageError(
            f"{first.name!r} and {second.name!r} do not translate from {source} to {target} one "
            "after the other: the first must write what the second reads."
        )
    return Route(tuple(models), meeting[0])


def route(source: str, target: str, domain: str | None = None) -> Route:
    """Return how installed models translate a pair: directly, else by two that meet in English.

    Raises
    ------
    ModelNotInstalledError
        If neither is possible, naming the one pull that makes it so.
    LanguageError
        If no model of the catalogue covers the pair either.
    """
    try:
        return Route((model_for(source, target, domain),))
    except (ModelNotInstalledError, LanguageError):
        legs = [_best(*leg, domain) for leg in _legs(source, target)]
        if not legs or None in legs:
            raise
        return Route(tuple(leg for leg in legs if leg is not None), PIVOT)


def model_for(source: str, target: str, domain: str | None = None) -> Installed:
    """Return the best installed model for a pair of languages.

    A model made for the domain comes first, then one made for the pair, then the catalogue's
    starters, then any other that covers the pair and may be a default.

    Raises
    ------
    ModelNotInstalledError
        If there is none, naming the one pull that gets one, or the two through English.
    LanguageError
        If no model of the catalogue covers the pair either.
    """
    best = _best(source, target, domain)
    if best is not None:
        return best
    names = _to_pull(source, target, domain)
    get, note = " ".join(names), ""
    if len(names) == 2:
        direct = _of_family(source, target)
        note = " to go through English" + (f"; or {direct}, if it exists" if direct else "")
    raise ModelNotInstalledError(
        f"No installed model translates from {source} to {target}; run: %slm pull {get} "
        f"(in a shell: slm-magic pull {get}){note}"
    )


def _best(source: str, target: str, domain: str | None) -> Installed | None:
    starters = [card.name for card in cards() if card.starter]

    def rank(found: Installed) -> tuple[bool, bool, int]:
        card = found.card
        place = starters.index(card.name) if card.name in starters else len(starters)
        return not (domain and card.domain == domain), not card.pairs, place

    # A model for another domain, and one that invents, is used only when it is named.
    fit = [
        found
        for found in Store.default().list()
        if found.card.kind in ("causal", "seq2seq")
        and found.card.covers(source, target)
        and found.card.default
        and found.card.domain in ("", domain)
    ]
    return min(fit, key=rank, default=None)


def _legs(source: str, target: str) -> list[tuple[str, str]]:
    """Return the two steps through English; none where English is an end already."""
    return [] if PIVOT in (source, target) else [(source, PIVOT), (PIVOT, target)]


def _to_pull(source: str, target: str, domain: str | None) -> list[str]:
    """Return the names of the one model, or the two, that make a pair possible."""
    lacking = [leg for leg in _legs(source, target) if _best(*leg, domain) is None]
    through = [_of_family(*leg) for leg in lacking]
    if len(through) == 1 and through[0]:
        return [through[0]]  # the other half is there
    for card in cards():
        if card.starter and card.covers(source, target):
            return [card.name]
    if len(through) == 2 and all(through):
        return [name for name in through if name]
    direct = _of_family(source, target)
    if direct:
        return [direct]
    raise LanguageError(
        f"No model of the catalogue translates from {source} to {target}; "
        "bring one: translate(..., model='path/to/folder')."
    )


def _of_family(source: str, target: str) -> str | None:
    """Return the name of the catalogue's model for one pair, of those that are not spelt out."""
    for family in families():
        card = family.match(family.pattern.format(source=source, target=target))
        if card is not None and card.covers(source, target):
            return card.name
    return None
