"""The words that an option's value can be, for completion and for suggestions.

Each list comes from where it is defined. Nothing heavy is loaded: completion runs at each Tab.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..catalog import TASKS, Task
from ..errors import SlmMagicError
from ..settings import FORMATS
from .spec import Values

# What `tasks.redact.entity_types("en")` gives: asking it would load Presidio and spaCy at a Tab.
# A test compares the two.
ENTITY_TYPES = (
    "AGE", "CREDIT_CARD", "CRYPTO", "DATE_TIME", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS",
    "LOCATION", "MAC_ADDRESS", "NRP", "ORGANIZATION", "PERSON", "PHONE_NUMBER", "STREET_ADDRESS",
    "TITLE", "UK_NHS", "UK_NINO", "URL", "US_BANK_NUMBER", "US_DRIVER_LICENSE", "US_ITIN",
    "US_PASSPORT", "US_SSN",
)  # fmt: skip


def choices(values: Values, task: Task | None = None) -> tuple[str, ...]:
    """Return the words for a kind of value, in the order to show them.

    Parameters
    ----------
    task
        Leaves out models that do another job.
    """
    if values == "model":
        return _models(task)
    if values == "installed":
        return _installed(task)
    found = _CHOICES.get(values)
    return found() if found else ()


def _models(task: Task | None) -> tuple[str, ...]:
    from ..catalog import cards

    named = tuple(card.name for card in cards() if task is None or task in card.tasks)
    own = _installed(task)
    words = dict.fromkeys((*own, *named))
    # Everything that is not for one task is for pull, which knows a name for the whole set.
    return ("starters", *words) if task is None else tuple(words)


def _installed(task: Task | None) -> tuple[str, ...]:
    from ..store import Store

    try:
        found = Store.default().list()
    except (SlmMagicError, OSError):
        return ()  # what is wrong with the folder is told by the command, not by a Tab
    return tuple(item.name for item in found if task is None or task in item.card.tasks)


def _languages() -> tuple[str, ...]:
    from ..text import languages

    return languages.codes()


def _domains() -> tuple[str, ...]:
    from .. import domains

    return domains.names()


def _styles() -> tuple[str, ...]:
    return ("extractive", "abstractive")


def _unsupported() -> tuple[str, ...]:
    from ..tasks.summarize_support import UNSUPPORTED

    return UNSUPPORTED


def _operators() -> tuple[str, ...]:
    from ..tasks.redact_operators import OPERATORS

    return OPERATORS


def _entities() -> tuple[str, ...]:
    return ENTITY_TYPES


def _markups() -> tuple[str, ...]:
    from ..text.markdown import MARKUPS

    return MARKUPS


def _quotes() -> tuple[str, ...]:
    from ..text.typography import QUOTES

    return QUOTES


_CHOICES: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "language": _languages,
    "domain": _domains,
    "format": lambda: FORMATS,
    "style": _styles,
    "unsupported": _unsupported,
    "operator": _operators,
    "entity": _entities,
    "task": lambda: TASKS,
    "markup": _markups,
    "quotes": _quotes,
    "accept": lambda: ("all", "ask", *ENTITY_TYPES),
}
