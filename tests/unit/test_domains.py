"""Domain packs: those shipped, a user's own, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from slm_magic import domains
from slm_magic.commands import manage
from slm_magic.commands.parse import parse
from slm_magic.errors import OptionError

SHIPPED = ("finance", "legal", "medical", "software")
OWN = """
title = "Bees"
focus = ["The hive gave twelve kilos of honey."]
figures = 0.2

[[patterns]]
entity = "HIVE_NUMBER"
regex = 'hive-\\d+'
context = ["hive"]

[glossary.en-fr]
"hive" = "ruche"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    monkeypatch.setattr(domains, "user_folder", lambda: folder)
    return folder


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped(name: str) -> None:
    domain = domains.get(name)
    assert domain.title and len(domain.focus) >= 3 and domain.source == "shipped"
    for target in ("fr", "de", "es"):
        assert len(domain.terms("en", target)) >= 6
    assert domain.terms("fr", "en") == {}


def test_names_are_those_shipped_and_the_users(own: Path) -> None:
    assert domains.names() == SHIPPED
    (own / "bees.toml").write_text(OWN, encoding="utf-8")
    assert domains.names() == tuple(sorted((*SHIPPED, "bees")))
    found = domains.get("bees")
    assert found.terms("en", "fr") == {"hive": "ruche"}
    assert found.patterns == (domains.Pattern("HIVE_NUMBER", r"hive-\d+", 0.6, ("hive",)),)
    assert found.source == str(own / "bees.toml")


def test_a_pack_by_its_path_and_one_that_takes_a_shipped_ones_place(own: Path) -> None:
    path = own.parent / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    assert domains.get(str(path)).title == "Bees"
    (own / "legal.toml").write_text(OWN, encoding="utf-8")
    assert domains.get("legal").title == "Bees"
    # What was read is not kept when the file has changed.
    path.write_text(OWN.replace("Bees", "Wasps"), encoding="utf-8")
    assert domains.get(str(path)).title == "Wasps"


def test_packs_share_patterns_by_name(own: Path) -> None:
    (own / "bees.toml").write_text(f'{OWN}\n[[patterns]]\nuse = "DATE_OF_BIRTH"', encoding="utf-8")
    of = {name: domains.get(name).patterns for name in ("bees", "legal", "medical")}
    shared = set(of["bees"]) & set(of["legal"]) & set(of["medical"])
    assert [pattern.entity for pattern in shared] == ["DATE_OF_BIRTH"]
    assert {pattern.entity for pattern in of["bees"]} == {"HIVE_NUMBER", "DATE_OF_BIRTH"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title = ", "is not TOML"),
        ("focus = []", "needs a title"),
        ('title = "x"\nfokus = []', "unknown key 'fokus'. Did you mean 'focus'"),
        ('title = "x"\nfocus = "y"', "focus in .* a list of texts"),
        ('title = "x"\nfigures = "y"', "figures in .* a number"),
        ('title = "x"\nentities = ["person"]', "names in capitals"),
        ('title = "x"\n[[patterns]]\nentity = "A"', "regex in .* a regular expression"),
        ('title = "x"\n[[patterns]]\nentity = "A"\nregex = "x"\nscore = 2', "from 0 to 1"),
        ('title = "x"\n[[patterns]]\nuse = "DATE_OF_BRITH"', "Did you mean 'DATE_OF_BIRTH'"),
        ('title = "x"\n[[patterns]]\nuse = "DATE_OF_BIRTH"\nscore = 1.0', "use in .* alone"),
        ('title = "x"\n[[patterns]]\nuse = 3', "use in .* the name of a shared pattern"),
        ('title = "x"\n[glossary.en]\na = "b"', "glossary.en in"),
        ('title = "x"\n[glossary.en-xx]\na = "b"', "glossary.en-xx in"),
        ('title = "x"\n[glossary.en-fr]\na = ""', "glossary.en-fr in"),
    ],
)
def test_a_file_that_is_no_pack_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=told) as caught:
        domains.get(str(path))
    assert "bad.toml" in str(caught.value) and "\n" not in str(caught.value)


def test_an_unknown_name_or_path() -> None:
    with pytest.raises(OptionError, match="Did you mean 'finance'"):
        domains.get("finanse")
    with pytest.raises(OptionError, match="no domain pack"):
        domains.get("./nothing.toml")


def test_the_command_lists_them(own: Path) -> None:
    (own / "bees.toml").write_text(OWN, encoding="utf-8")
    shown = manage.run(parse(["domains"], "shell"), progress=False)
    rows = {row["name"]: row for row in shown}
    assert set(rows) == {*SHIPPED, "bees"}
    assert rows["bees"]["patterns"] == ["HIVE_NUMBER"] and rows["bees"]["glossary"] == ["en-fr"]
    assert rows["bees"]["from"].endswith("bees.toml") and rows["legal"]["from"] == "shipped"
