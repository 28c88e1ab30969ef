"""The catalogues of translations: complete, and the same in both their forms."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "labextension"))

import messages

AGAIN = "run: python labextension/messages.py, and fill in what it lists"
PATHS = sorted(messages.LOCALES.glob("*/LC_MESSAGES/slm_magic.po"))


def keys(catalog: Any) -> set[tuple[Any, Any]]:
    return {(message.context, message.id) for message in catalog if message.id}


def test_there_is_french() -> None:
    assert [path.parents[1].name for path in PATHS] == ["fr_FR"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parents[1].name)
def test_everything_is_translated_and_nothing_else(path: Path) -> None:
    catalog = messages.read(path)
    wanted = keys(messages.template())
    assert wanted - keys(catalog) == set(), AGAIN
    assert keys(catalog) - wanted == set(), AGAIN
    assert messages.untranslated(catalog) == [], AGAIN


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parents[1].name)
def test_jupyterlab_reads_what_the_catalogue_says(path: Path) -> None:
    written = path.with_suffix(".json").read_text(encoding="utf-8")
    assert written == messages.as_json(messages.read(path)), AGAIN


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parents[1].name)
def test_a_translation_has_the_placeholders_of_its_message(path: Path) -> None:
    for message in messages.read(path):
        if not message.id:
            continue
        one = isinstance(message.id, str)
        wanted = places(message.id if one else message.id[1])
        for said in [message.string] if one else message.string:
            # Of the forms of a plural, one may say the figure with a word.
            assert wanted - (set() if one else {"%1"}) <= places(said) <= wanted, message.id


def places(text: str) -> set[str]:
    return set(re.findall(r"%\d+", text))


def test_calls_without_a_plain_string_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "src" / "part.tsx"
    source.parent.mkdir()
    source.write_text(
        "const a = <p title={trans.__('It\\'s %1', name)}>{trans._n('%1 cell', '%1 cells', n)}</p>;\n"
        "const b = trans._p('menu', 'Open');\n"
    )
    assert [found[1:] for found in messages.of_sources(source.parent)] == [
        ("It's %1", None),
        (("%1 cell", "%1 cells"), None),
        ("Open", "menu"),
    ]
    source.write_text("const a = trans.__(name);\n")
    with pytest.raises(ValueError, match=r"part.tsx: 1 calls, but 0 with plain strings"):
        list(messages.of_sources(source.parent))


def test_schemas_give_what_jupyterlab_translates_of_them(tmp_path: Path) -> None:
    schema = tmp_path / "schema" / "part.json"
    schema.parent.mkdir()
    schema.write_text('{"title": "Part"}')
    with pytest.raises(ValueError, match="internationalization"):
        list(messages.of_schemas(schema.parent))
    schema.write_text("""{
      "jupyter.lab.internationalization": {"domain": "slm_magic"},
      "title": "Part", "description": "What it does.", "type": "object",
      "jupyter.lab.menus": {"main": [{"id": "a", "label": "A menu", "items": [{"command": "x"}]}]},
      "properties": {"side": {"title": "Side", "description": "Where.", "default": "left"}}
    }""")
    assert {found[1:] for found in messages.of_schemas(schema.parent)} == {
        ("Part", "schema"),
        ("A menu", "menu"),
        ("What it does.", "schema"),
        ("Side", "settings"),
        ("Where.", "settings"),
    }
