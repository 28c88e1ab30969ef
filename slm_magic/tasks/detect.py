"""Which language each text is in, and which installed model translates it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..catalog import ModelCard, cards, families
from ..errors import LanguageError, ModelNotInstalledError, OptionError
from ..store import Installed, Store
from ..text import languages

# What `Translation.source` says of a text that has no words to tell by.
UNDETERMINED = "und"
# Languages or pairs that a message spells out: some models cover two hundred.
MOST_NAMED = 12


def sources(texts: Sequence[str], candidates: Sequence[str] = ()) -> list[str]:
    """Return the ISO 639-1 code of each text's language.

    A text that does not tell by itself takes the language of most of the others. One without
    letters is ``und``.

    Parameters
    ----------
    candidates
        Languages that the model reads, to choose from where the text alone leaves doubt.

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
    told = Counter(code for text in texts if (code := found[text]) not in (None, UNDETERMINED))
    usual = told.most_common(1)[0][0] if told else None
    result = []
    for number, text in enumerate(texts):
        code = found[text] or usual
        if code is None:
            which = "the text is" if len(texts) == 1 else f"row {number} is"
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
            f"{found.name!r} is a {found.card.kind} model for {', '.join(found.card.tasks)} and "
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


def model_for(source: str, target: str, domain: str | None = None) -> Installed:
    """Return the best installed model for a pair of languages.

    A model made for the domain comes first, then one made for the pair, then the catalogue's
    starters, then any other that covers the pair and may be a default.

    Raises
    ------
    ModelNotInstalledError
        If there is none, naming the one pull that gets one.
    LanguageError
        If no model of the catalogue covers the pair either.
    """
    fit = [
        found
        for found in Store.default().list()
        if found.card.kind in ("causal", "seq2seq") and found.card.covers(source, target)
    ]
    starters = [card.name for card in cards() if card.starter]

    def rank(found: Installed) -> tuple[bool, bool, int]:
        card = found.card
        place = starters.index(card.name) if card.name in starters else len(starters)
        return not (domain and card.domain == domain), not card.pairs, place

    # A model for another domain, and one that invents, is used only when it is named.
    fit = [found for found in fit if found.card.default and found.card.domain in ("", domain)]
    if fit:
        return min(fit, key=rank)
    get = _to_pull(source, target)
    raise ModelNotInstalledError(
        f"No installed model translates from {source} to {target}; run: %slm pull {get} "
        f"(in a shell: slm-magic pull {get})"
    )


def _to_pull(source: str, target: str) -> str:
    for card in cards():
        if card.starter and card.covers(source, target):
            return card.name
    for family in families():
        card_or_none = family.match(family.pattern.format(source=source, target=target))
        if card_or_none is not None and card_or_none.covers(source, target):
            return card_or_none.name
    raise LanguageError(
        f"No model of the catalogue translates from {source} to {target}; "
        "bring one: translate(..., model='path/to/folder')."
    )
