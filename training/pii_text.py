"""Texts with labelled spans, made up for training `pii-minilm` and for measuring it.

A text is one to several sentences of `pii_templates`, `pii_languages` and `pii_fields` in one of several
layouts, with noise in its casing. Roughly half of the sentences hold nothing personal.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pii_fields
import pii_languages
from pii_templates import OTHER, PERSONAL, PLAIN, WORDS
from pii_values import Values

# Which label a slot's value carries.
LABELS: dict[str, str] = {
    "person": "PERSON",
    "full": "PERSON",
    "first": "PERSON",
    "last": "PERSON",
    "title": "TITLE",
    "location": "LOCATION",
    "city": "LOCATION",
    "country": "LOCATION",
    "postcode": "LOCATION",
    "address": "STREET_ADDRESS",
    "street": "STREET_ADDRESS",
    "org": "ORGANIZATION",
    "date": "DATE_TIME",
    "age": "AGE",
    "nrp": "NRP",
}
# Values that the pattern recognizers find, and codes that name nobody: never labelled.
NEUTRAL = frozenset(
    {"phone", "email", "iban", "card", "url", "ssn", "ip", "code", "record", "case"}
)
_SLOT = re.compile(r"\{([a-z]+)\}")
# How many texts of a hundred are in each language.
SHARES = {"en": 50, "de": 13, "fr": 12, "es": 10, "it": 7, "nl": 4, "pt": 4}


def _choices(language: str) -> dict[str, list[str]]:
    """Return what the plain slots hold, the language's own words before the English ones."""
    fields = pii_fields.WORDS
    words = WORDS | fields["any"] | pii_languages.WORDS.get(language, {}) | fields.get(language, {})
    return {name: choices.split("|") for name, choices in words.items()}


_CHOICES = {language: _choices(language) for language in SHARES}


@dataclass(frozen=True)
class Labelled:
    """A text and its spans as (start, end, label), in order, none overlapping."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


class TextMaker:
    """A seeded source of labelled texts.

    Parameters
    ----------
    seed
        The same seed with the same Faker gives the same texts in the same order.
    hold_out
        Share of the templates kept from `texts` and used by `held_out` alone.
    """

    def __init__(self, seed: int, hold_out: float = 0.1) -> None:
        self.values = Values(seed)
        self.rng = random.Random(seed + 1)
        # The split does not depend on the seed of the values, so that a test generator with
        # another seed holds out the same templates.
        split = random.Random(20)
        self._plain, self._plain_test = _split(PLAIN, hold_out, split)
        self._personal, self._personal_test = _split(PERSONAL, hold_out, split)
        for mine, held, more in (
            (self._plain, self._plain_test, pii_fields.PLAIN["en"]),
            (self._personal, self._personal_test, pii_fields.PERSONAL["en"]),
        ):
            trained, kept = _split(more, hold_out, split)
            mine += trained
            held += kept
        # The few sentences of other languages are all trained on; `pii_languages` has others
        # to measure with.
        self._others = {
            language: (
                [
                    *personal,
                    *pii_languages.PERSONAL[language],
                    *pii_fields.PERSONAL.get(language, ()),
                ],
                [*plain, *pii_languages.PLAIN[language], *pii_fields.PLAIN.get(language, ())],
            )
            for language, (personal, plain) in OTHER.items()
        }
        self._make: dict[str, Callable[[str], str]] = {
            "person": self.values.person,
            "full": self.values.full_name,
            "first": self.values.first_name,
            "last": self.values.last_name,
            "title": self.values.title,
            "location": self.values.location,
            "city": self.values.city,
            "country": self.values.country,
            "postcode": self.values.postcode,
            "address": self.values.address,
            "org": self.values.organization,
            "date": self.values.date,
            "street": self.values.street,
            "age": lambda _: self.values.age(),
            "nrp": lambda _: self.values.nrp(),
            "phone": self.values.phone,
            "email": lambda _: self.values.email(),
            "iban": lambda _: self.values.iban(),
            "card": lambda _: self.values.card(),
            "url": lambda _: self.values.url(),
            "ssn": lambda _: self.values.ssn(),
            "ip": lambda _: self.values.ip(),
            "code": lambda _: self.values.code(),
            "record": lambda _: self.values.record(),
            "case": self.values.case,
        }

    def texts(self, count: int) -> Iterator[Labelled]:
        """Yield `count` texts for training."""
        for _ in range(count):
            language = self.rng.choices(list(SHARES), list(SHARES.values()))[0]
            if language == "en":
                yield self._text(self._personal, self._plain, language)
            else:
                yield self._text(*self._others[language], language)

    def held_out(self, count: int) -> Iterator[Labelled]:
        """Yield `count` English texts from the templates that `texts` never uses."""
        for _ in range(count):
            yield self._text(self._personal_test, self._plain_test, "en")

    def held_out_others(self, count: int) -> Iterator[Labelled]:
        """Yield `count` texts of the other languages from sentences that `texts` never uses."""
        languages = list(pii_languages.HELD)
        for number in range(count):
            language = languages[number % len(languages)]
            yield self._text(*pii_languages.HELD[language], language)

    def _text(self, personal: list[str], plain: list[str], language: str) -> Labelled:
        rng = self.rng
        count = rng.choices((1, 2, 3, 4, 6, 9), (30, 22, 18, 14, 10, 6))[0]
        share = rng.choice((0.0, 0.3, 0.5, 0.7, 1.0)) if count > 1 else rng.choice((0.0, 1.0, 1.0))
        join = rng.choices((" ", "\n", "\n\n", "; "), (70, 18, 8, 4))[0]
        text, spans = "", []
        for index in range(count):
            template = rng.choice(personal if rng.random() < share else plain)
            piece, found = self._fill(template, language)
            # A sentence that opened with a slot starts with a capital most of the time.
            if piece and piece[0].islower() and template.startswith("{") and rng.random() < 0.9:
                piece = piece[0].upper() + piece[1:]
            if index:
                text += join
            spans += [(start + len(text), end + len(text), label) for start, end, label in found]
            text += piece
        return _noise(Labelled(text, tuple(spans)), rng)

    def _fill(self, template: str, language: str) -> tuple[str, list[tuple[int, int, str]]]:
        out, spans, last = "", [], 0
        for slot in _SLOT.finditer(template):
            out += template[last : slot.start()]
            last = slot.end()
            name = slot[1]
            if name in LABELS:
                value = " ".join(self._make[name](language).split(" ")).strip(" ,")
                if value:
                    spans.append((len(out), len(out) + len(value), LABELS[name]))
                out += value
            elif name in NEUTRAL:
                out += self._make[name](language)
            else:
                # A plain word may hold slots in turn; none of those is labelled.
                word, inner = self._fill(self.rng.choice(_CHOICES[language][name]), language)
                assert not inner, f"the plain slot {name!r} holds a labelled one"
                out += word
        out += template[last:]
        return out, spans


def _split(items: list[str], share: float, rng: random.Random) -> tuple[list[str], list[str]]:
    mixed = list(items)
    rng.shuffle(mixed)
    cut = int(len(mixed) * share)
    return mixed[cut:], mixed[:cut]


def _noise(item: Labelled, rng: random.Random) -> Labelled:
    """Change the casing of some texts, as chats and old forms do, keeping every offset."""
    roll = rng.random()
    if roll < 0.05:
        changed = item.text.lower()
    elif roll < 0.08:
        changed = item.text.upper()
    else:
        return item
    # A few letters (ß, İ) change their length with their case; leave such a text alone.
    return Labelled(changed, item.spans) if len(changed) == len(item.text) else item
