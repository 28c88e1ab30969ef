"""Whole notebooks: translated into another language, or emptied of personal data."""

from .translating import CellFlag, TranslatedNotebook, translate_notebook

__all__ = ["CellFlag", "TranslatedNotebook", "translate_notebook"]
