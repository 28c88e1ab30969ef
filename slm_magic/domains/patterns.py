"""What a pattern of a domain pack is, and patterns that several packs use by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A type of personal data that a regular expression finds.

    Attributes
    ----------
    entity
        Its name, in capitals.
    regex
        In the syntax of the package `regex`, read without regard to case.
    score
        How sure a match is, from 0 to 1; below 0.4 it counts only beside a word of `context`.
    """

    entity: str
    regex: str
    score: float = 0.6
    context: tuple[str, ...] = ()


# A date, and never a birth name ("geb. Sommer"), behind words that say born; \K leaves those out.
_BORN = r"""(?x)\b(?:
born(?:\son)?|d\.?o\.?b\.?|date\sof\sbirth|birth\s?date
|geboren(?:\sam)?|geb\.?(?:\sam)?|geburtsdatum
|née?(?:\sle)?|date\sde\snaissance
|nacid[oa](?:\sel)?|f(?:echa|\.)\s?(?:de\s)?nac(?:imiento|\.)
|nat[oa]\sil|data\sdi\snascita|geboren\sop|geboortedatum|nascid[oa]\sem|data\sde\snascimento
)\s{0,3}[:=]?\s{0,3}\K(?:
\d{1,4}[./-]\d{1,2}[./-]\d{1,4}
|\d{1,2}-[^\W\d]{3,10}-\d{2,4}
|\d{1,2}(?:\.|st|nd|rd|th|er|º)?\s(?:de\s|of\s)?[^\W\d]{3,10}\.?,?\s(?:de\s)?\d{4}
|[^\W\d]{3,10}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}
)(?!\w)"""

# By the name that a pack gives under ``use``. Surer than a date beside the word "date" (0.95).
SHARED: Mapping[str, Pattern] = {"DATE_OF_BIRTH": Pattern("DATE_OF_BIRTH", _BORN, 0.97)}
