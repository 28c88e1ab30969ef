"""Whole notebooks: translated into another language, or emptied of personal data."""

from .fields import Unseen
from .finding import find_personal
from .finds import Doubt, Find, Finds
from .redacting import Left, RedactedNotebook, redact_notebook
from .translating import CellFlag, TranslatedNotebook, translate_notebook

__all__ = [
    "CellFlag",
    "Doubt",
    "Find",
    "Finds",
    "Left",
    "RedactedNotebook",
    "TranslatedNotebook",
    "Unseen",
    "find_personal",
    "redact_notebook",
    "translate_notebook",
]
