"""What the picker offers: the models that fit a task and a pair of languages, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from . import catalog
from .catalog import ModelCard, Task
from .store import Store
from .tables import Table, size
from .text import languages

# Languages that a card names.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be picked.

    Attributes
    ----------
    bytes
        On disk where it is installed, else what a pull downloads; 0 where that is not known.
    removable
        Whether it lies in the user's own store.
    """

    card: ModelCard
    installed: bool
    bytes: int
    removable: bool

    @property
    def name(self) -> str:
        """Name to pull and to use it by."""
        return self.card.name

    @property
    def languages(self) -> str:
        """Its languages in words."""
        if catalog.ANY_LANGUAGE in self.card.languages:
            return "many languages"
        if self.card.pairs:
            named = [f"{languages.name(a)} to {languages.name(b)}" for a, b in self.card.pairs]
        else:
            named = [languages.name(code) for code in self.card.languages]
        more = len(named) - _NAMED
        return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")

    def html(self, *, default: bool) -> str:
        """Return what its card says."""
        facts = [
            "installed" if self.installed else "not installed",
            size(self.bytes) + ("" if self.installed else " to download") if self.bytes else "",
            self.card.licence,
            self.card.domain,
            self.languages,
        ]
        mark = " <b>(this session's default)</b>" if default else ""
        title = f"<br>{escape(self.card.title)}" if self.card.title else ""
        quality = f"<br><i>{escape(self.card.quality)}</i>" if self.card.quality else ""
        return (
            f"<div style='line-height:1.5'><b>{escape(self.name)}</b>{mark}{title}<br>"
            f"<small>{escape(' · '.join(fact for fact in facts if fact))}</small>{quality}</div>"
        )

    def row(self) -> dict[str, Any]:
        """Return it as a row of a table."""
        return {
            "name": self.name,
            "installed": self.installed,
            "size": self.bytes,
            "licence": self.card.licence,
            "languages": self.languages,
        }


def offers(
    task: Task, source: str | None = None, target: str | None = None, search: str = ""
) -> list[Offer]:
    """Return the models for a task, the installed ones first.

    Parameters
    ----------
    source, target
        For ``translate``: the codes of the languages; None takes any.
    search
        Words that a model's name, title, domain, licence or languages must all hold.
    """
    here = {found.name: found for found in Store.default().list()}
    cards: dict[str, ModelCard] = {card.name: card for card in catalog.cards()}
    if source and target and source != target:
        for family in catalog.families():
            if {source, target} <= set(family.languages):
                card = family.card(source, target)
                cards.setdefault(card.name, card)
    cards.update((name, found.card) for name, found in here.items())
    found = [
        _offer(card, here)
        for card in cards.values()
        if task in card.tasks
        and (task != "translate" or target is None or card.covers(source, target))
    ]
    words = search.casefold().split()
    found = [one for one in found if all(word in _searched(one) for word in words)]
    return sorted(found, key=lambda one: (not one.installed, not one.card.default, one.name))


def _offer(card: ModelCard, here: Mapping[str, Any]) -> Offer:
    installed = here.get(card.name)
    if installed is None:
        return Offer(card, False, card.download_bytes, False)
    own = not installed.shared and card.source.kind != "package"
    return Offer(card, True, installed.disk_bytes, own)


def _searched(offer: Offer) -> str:
    card = offer.card
    return " ".join(
        (card.name, card.title, card.domain, card.licence, offer.languages, *card.languages)
    ).casefold()


def table(task: Task, why: str) -> Table:
    """Return the models for a task as text, for where no widget can be shown.

    Parameters
    ----------
    why
        What the line above the table says of that.
    """
    columns = ("name", "installed", "size", "licence", "languages")
    return Table(columns, tuple(one.row() for one in offers(task)), title=why)
