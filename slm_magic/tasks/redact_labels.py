"""What the labels of token classifiers mean: their place in a span, and the type they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..convert.token_head import is_outside

# Types of redact, and what the training sets of token classifiers call them.
_NAMES = """
PERSON: per pers person name fullname firstname lastname middlename givenname surname familyname
  nickname patient doctor staff hcw
LOCATION: loc location gpe fac facility place city town state county country region zip zipcode
  postcode postalcode
STREET_ADDRESS: street streetname streetaddress address buildingnumber buildingnum
  secondaryaddress
ORGANIZATION: org organization organisation company companyname corporation hosp hospital patorg
  vendor
EMAIL_ADDRESS: email mail emailaddress
PHONE_NUMBER: phone phonenumber phonenum tel telephone telephonenum telephonenumber fax mobile
DATE_TIME: date time datetime
DATE_OF_BIRTH: dateofbirth dob birthdate birthday
AGE: age
NRP: nrp norp nationality religion
TITLE: title prefix
URL: url website
IP_ADDRESS: ip ipv4 ipv6 ipaddress
MAC_ADDRESS: mac macaddress
CREDIT_CARD: creditcard creditcardnumber creditcardnum cardnumber
IBAN_CODE: iban ibancode
CRYPTO: crypto bitcoinaddress ethereumaddress litecoinaddress
US_SSN: ssn usssn
MISC: misc miscellaneous
WORK_OF_ART: workofart
"""
_ENTITIES = {
    name: entity.strip()
    for entity, names in (
        line.split(":") for line in _NAMES.replace("\n  ", " ").strip().split("\n")
    )
    for name in names.split()
}

# Found, and left in the text unless asked for by name. MISC is a heap of nationalities, events,
# products and titles of works: taking all of it out empties texts and hides nobody.
NOT_PERSONAL = frozenset(
    {
        "MISC",
        "CARDINAL",
        "EVENT",
        "LANGUAGE",
        "LAW",
        "MONEY",
        "ORDINAL",
        "PERCENT",
        "PRODUCT",
        "QUANTITY",
        "WORK_OF_ART",
    }
)

# B begins a span, as do S, U and W, which are one of a single word; E and L end one.
_BEGIN, _END = frozenset("BSUW"), frozenset("ELSUW")
_PREFIXED = re.compile(r"([BIESLUMW])([-_])(.+)")


class Label(NamedTuple):
    """One output of a token classifier.

    Attributes
    ----------
    prefix
        Its place in a span: a letter of BIO, BIOES, BILOU or BMEWO, or nothing.
    kind
        Its name without the prefix, as the model has it.
    entity
        The type of redact that it names; empty for ordinary words.
    """

    prefix: str
    kind: str
    entity: str

    def begins(self, before: Label) -> bool:
        """Whether a word of this label begins a span behind a word of the label `before`.

        Given that both name the same type: a first name and a surname are one person.
        """
        if before.kind != self.kind:
            return False
        return self.prefix in _BEGIN or before.prefix in _END


def entity(kind: str) -> str:
    """Return the type of redact that a label names; one that is not known keeps its name."""
    plain = re.sub(r"[\W_]", "", kind.lower())
    return _ENTITIES.get(plain) or re.sub(r"\W+", "_", kind.strip()).upper()


def read(labels: Sequence[str]) -> list[Label]:
    """Return what each label of a model means.

    ``E-MAIL`` is no end of a ``MAIL``: other prefixes than B and I count only where one of these
    two is there for the same name, and behind an underscore only where both are.
    """
    every = frozenset(labels)
    out = []
    for label in labels:
        match = _PREFIXED.fullmatch(label)
        prefix, kind = "", label
        if match is not None:
            pair = [f"{letter}{match[2]}{match[3]}" in every for letter in "BI"]
            if all(pair) or (match[2] == "-" and any(pair)):
                prefix, kind = match[1], match[3]
        # Some models also name the marks round a text.
        plain = is_outside(kind) or kind in ("X", "PAD") or kind[:1] in ("[", "<")
        out.append(Label("", "", "") if plain else Label(prefix, kind, entity(kind)))
    return out
