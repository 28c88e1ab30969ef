"""What JupyterLab's server says of our settings, in the language that is chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupyterlab_server")

from jupyterlab_server import translation_utils

from slm_magic.server import translations

TRANSLATOR: Any = translation_utils.translator


@pytest.fixture(autouse=True)
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue with one message, and a JupyterLab in English that none has asked yet."""
    place = tmp_path / "fr_FR" / "LC_MESSAGES" / "slm_magic.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({"": {}, "settings\x04Side": ["C\u00f4t\u00e9"]}))
    monkeypatch.setattr(translations, "_LOCALES", tmp_path)
    monkeypatch.setattr(TRANSLATOR, "_TRANSLATORS", {})
    monkeypatch.setattr(TRANSLATOR, "_LOCALE", "en")
    yield


def packs(monkeypatch: pytest.MonkeyPatch, *installed: str) -> list[int]:
    """Make these the language packs that are installed; return how often they are looked for."""
    looks: list[int] = []

    def found() -> tuple[dict[str, Any], str]:
        looks.append(1)
        return {name: {} for name in ("en", *installed)}, ""

    monkeypatch.setattr(translation_utils, "get_language_packs", found)
    return looks


def said(context: str, message: str) -> str:
    return str(TRANSLATOR.load("slm-magic").pgettext(context, message))


def test_settings_are_in_the_language_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = packs(monkeypatch, "fr_FR")
    translations.offer()
    assert said("settings", "Side") == "Side"
    assert looks == []  # nothing is looked for while all is in English
    TRANSLATOR.set_locale("fr_FR")
    assert said("settings", "Side") == "Côté"
    assert said("menu", "Side") == "Side" and said("settings", "Where.") == "Where."
    TRANSLATOR.set_locale("en")
    assert said("settings", "Side") == "Side"


def test_a_language_without_its_pack_stays_english(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = packs(monkeypatch)
    translations.offer()
    TRANSLATOR.set_locale("fr_FR")
    assert said("settings", "Side") == "Side" and looks


def test_a_jupyterlab_that_keeps_translations_elsewhere_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packs(monkeypatch)
    monkeypatch.delattr(TRANSLATOR, "_TRANSLATORS")
    translations.offer()
    assert not hasattr(TRANSLATOR, "_TRANSLATORS")
