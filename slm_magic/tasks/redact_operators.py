"""What stands in the place of what was taken out: a tag, a mask, a hash or a made-up value."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from ..errors import MissingDependencyError, OptionError, did_you_mean

OPERATORS = ("tag", "mask", "hash", "fake")
KEY_VARIABLE = "SLM_MAGIC_HASH_KEY"

_TAG = re.compile(r"<\w+_\d+>")
# 64 bits: two values of one call meet by chance in no table that fits a memory.
_HASH_DIGITS = 16


class Operator(Protocol):
    """Turns an original into what stands in its place."""

    def __call__(self, entity: str, value: str, identity: str) -> str:
        """Return what replaces `value`; `identity` is equal for the same person or value."""


def operator(name: str, texts: Iterable[str], language: str) -> Operator:
    """Return the operator of that name for one call.

    Raises
    ------
    OptionError
        If there is none of that name.
    MissingDependencyError
        If ``fake`` is asked for and Faker is not installed.
    """
    if name == "tag":
        return Tag(texts)
    if name == "mask":
        return mask
    if name == "hash":
        return Hash(_secret())
    if name == "fake":
        return Fake(_secret(), language)
    raise OptionError(
        f"Unknown operator {name!r}: use one of {', '.join(OPERATORS)}."
        f"{did_you_mean(name, OPERATORS)}"
    )


def mask(entity: str, value: str, identity: str) -> str:
    """Return as many asterisks as `value` has characters; none of it stays."""
    return "*" * len(value)


class Tag:
    """``<PERSON_1>``, ``<PERSON_2>``, ... in the order of the texts.

    A number that the texts themselves hold as such a tag is left out, so that a tag always
    means what was taken out.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._taken = {match[0] for text in texts for match in _TAG.finditer(text)}
        self._given: dict[tuple[str, str], str] = {}
        self._last: dict[str, int] = {}

    def __call__(self, entity: str, value: str, identity: str) -> str:
        """Return the tag of this identity, a new one at its first time."""
        known = self._given.get((entity, identity))
        if known is not None:
            return known
        number = self._last.get(entity, 0) + 1
        while f"<{entity}_{number}>" in self._taken:
            number += 1
        self._last[entity] = number
        return self._given.setdefault((entity, identity), f"<{entity}_{number}>")


class Hash:
    """``<PERSON_1f8a0c...>``: the same value the same tag, in this call or with this key.

    A keyed hash (HMAC-SHA256), because a plain one of a telephone number or a name is undone by
    hashing them all. Without a key of the user's the key is random and forgotten after the call.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def __call__(self, entity: str, value: str, identity: str) -> str:
        """Return the tag of this identity."""
        return f"<{entity}_{digest(self._secret, entity, identity).hex()[:_HASH_DIGITS]}>"


def digest(secret: bytes, entity: str, identity: str) -> bytes:
    """Return the HMAC-SHA256 of a value and its type."""
    return hmac.new(secret, f"{entity}\0{identity}".encode(), hashlib.sha256).digest()


def _secret() -> bytes:
    given = os.environ.get(KEY_VARIABLE, "")
    return given.encode() if given else secrets.token_bytes(32)


class Fake:
    """A made-up value of the same type, the same for the same person or value.

    Parameters
    ----------
    secret
        What the choice is seeded with, together with the value.
    language
        Whose names, towns and telephone numbers; English ones where Faker has none.
    """

    _LOCALES: Mapping[str, str] = {
        "en": "en_US",
        "de": "de_DE",
        "fr": "fr_FR",
        "es": "es_ES",
        "it": "it_IT",
        "nl": "nl_NL",
        "pt": "pt_PT",
        "sv": "sv_SE",
        "da": "da_DK",
        "no": "no_NO",
        "fi": "fi_FI",
        "pl": "pl_PL",
        "cs": "cs_CZ",
        "ro": "ro_RO",
        "hu": "hu_HU",
    }

    def __init__(self, secret: bytes, language: str) -> None:
        try:
            from faker import Faker
        except ImportError as error:
            raise MissingDependencyError("redact with operator 'fake'", "redact") from error
        self._secret = secret
        self._faker: Any = Faker(self._LOCALES.get(language, "en_US"))

    def __call__(self, entity: str, value: str, identity: str) -> str:
        """Return the made-up value; never the original, however it is written."""
        for attempt in range(20):
            seed = int.from_bytes(digest(self._secret, entity, f"{identity}\0{attempt}"), "big")
            self._faker.seed_instance(seed)
            made = self._make(entity, value, identity, _random(seed))
            if made.casefold() not in value.casefold() and value.casefold() not in made.casefold():
                return made
        return like(value, _random(seed))

    def _make(self, entity: str, value: str, identity: str, rng: random.Random) -> str:
        f = self._faker
        if entity == "PERSON":
            # All names of one person are parts of one made-up name.
            first, last = f.first_name(), f.last_name()
            parts = identity.split()
            own = " ".join("".join(c if c.isalnum() else " " for c in value.casefold()).split())
            if len(parts) > 1 and own == parts[-1]:
                return str(last)
            return str(first) if len(own.split()) == 1 else f"{first} {last}"
        makers: dict[str, Callable[[], str]] = {
            "LOCATION": f.city,
            "STREET_ADDRESS": lambda: ", ".join(f.address().split("\n")),
            "ORGANIZATION": f.company,
            "EMAIL_ADDRESS": lambda: f.email(safe=True),
            "PHONE_NUMBER": f.phone_number,
            "CREDIT_CARD": f.credit_card_number,
            "IBAN_CODE": f.iban,
            "URL": lambda: f"https://www.example.com/{f.slug()}",
            "IP_ADDRESS": f.ipv6 if ":" in value else f.ipv4_public,
            "MAC_ADDRESS": f.mac_address,
            "AGE": lambda: re.sub(r"\d+", str(rng.randint(18, 89)), value),
            "TITLE": lambda: str(rng.choice(("Mx.", "M.", "Dr."))),
            "NRP": lambda: str(rng.choice(("Atlantean", "Lilliputian", "Utopian", "Ruritanian"))),
            "DATE_TIME": lambda: _date(value, f, rng),
            "DATE_OF_BIRTH": lambda: _date(value, f, rng),
        }
        made = makers[entity]() if entity in makers else like(value, rng)
        return str(made)


def _random(seed: int) -> random.Random:
    # The seed is an HMAC of the value; what is drawn from it is no secret.
    return random.Random(seed)  # noqa: S311


_DATE_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%B %d, %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%d %b %Y",
    "%B %d",
    "%d %B",
    "%B %Y",
    "%d-%b-%Y",
)


def _date(value: str, faker: Any, rng: random.Random) -> str:
    """Return another date, written the same way where that is known."""
    import datetime

    for form in _DATE_FORMS:
        try:
            # A form without a year is read in a leap year, so that 29 February is a date.
            if "%y" in form.lower():
                datetime.datetime.strptime(value.strip(), form)
            else:
                datetime.datetime.strptime(f"2000 {value.strip()}", f"%Y {form}")
        except ValueError:
            continue
        drawn: datetime.date = faker.date_object()
        return drawn.strftime(form)
    return like(value, rng) if any(c.isdigit() for c in value) else str(faker.month_name())


def like(value: str, rng: random.Random) -> str:
    """Return random letters and digits where `value` has some, its signs kept."""
    out = []
    for character in value:
        if character.isdigit():
            out.append(rng.choice("0123456789"))
        elif character.isalpha():
            letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
            out.append(letter.upper() if character.isupper() else letter)
        else:
            out.append(character)
    return "".join(out)
