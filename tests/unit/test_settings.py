"""Settings from the environment and pyproject.toml."""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path

import pytest

import slm_magic
from slm_magic import settings
from slm_magic.errors import OptionError


def project(folder: Path, lines: str) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.slm-magic]\n{lines}\n", encoding="utf-8")


def test_environment_comes_before_pyproject(tmp_path: Path) -> None:
    project(tmp_path, 'target = "de"\nsentences = 5')
    found = settings.read(tmp_path, {"SLM_MAGIC_TARGET": "fr"})
    assert found == {"target": "fr", "sentences": 5}


def test_nearest_pyproject_counts_and_only_it(tmp_path: Path) -> None:
    project(tmp_path, 'target = "de"\noperator = "mask"')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert settings.read(inner, {}) == {"target": "de", "operator": "mask"}
    project(tmp_path / "a", 'target = "it"')
    assert settings.read(inner, {}) == {"target": "it"}


def test_hyphens_and_lists_are_read(tmp_path: Path) -> None:
    project(tmp_path, 'translate-model = "mine"\nentities = ["PERSON", "URL"]\nstrict = true')
    assert settings.read(tmp_path, {}) == {
        "translate_model": "mine",
        "entities": "PERSON,URL",
        "strict": True,
    }


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    project(tmp_path, 'target = "de"')
    assert settings.read(tmp_path, {})["target"] == "de"
    project(tmp_path, 'target = "pt"\ndomain = "finance"')
    assert settings.read(tmp_path, {})["target"] == "pt"


def test_no_file_and_no_variables_is_nothing_set(tmp_path: Path) -> None:
    assert settings.read(tmp_path, {}) == {}
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert settings.read(tmp_path, {"SLM_MAGIC_TARGET": "  "}) == {}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('tarjet = "fr"', "Did you mean 'target'"),
        ("sentences = 0", "whole number of at least 1"),
        ("sentences = true", "whole number of at least 1"),
        ('strict = "perhaps"', "true or false"),
        ("target = 3", "must be a text"),
    ],
)
def test_a_bad_table_is_told_with_its_file(tmp_path: Path, lines: str, told: str) -> None:
    project(tmp_path, lines)
    with pytest.raises(OptionError, match=told) as caught:
        settings.read(tmp_path, {})
    assert "pyproject.toml" in str(caught.value)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool", encoding="utf-8")
    with pytest.raises(OptionError, match=r"pyproject\.toml cannot be read"):
        settings.read(tmp_path, {})


@pytest.mark.parametrize(("word", "value"), [("1", True), ("Yes", True), ("off", False)])
def test_switches_in_the_environment(tmp_path: Path, word: str, value: bool) -> None:
    assert settings.read(tmp_path, {"SLM_MAGIC_STRICT": word}) == {"strict": value}


def test_a_near_miss_in_the_environment_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Did you mean 'SLM_MAGIC_TARGET'"):
        settings.read(tmp_path, {"SLM_MAGIC_TARGTE": "fr"})


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    known = {f"SLM_MAGIC_{name}": "1" for name in settings.OTHER_VARIABLES}
    assert settings.read(tmp_path, {**known, "SLM_MAGIC_MY_OWN_THING": "1"}) == {}


def test_every_variable_the_package_reads_is_known_here() -> None:
    known = {s.variable for s in settings.SETTINGS.values()}
    known |= {settings.PREFIX + name for name in settings.OTHER_VARIABLES}
    source = Path(slm_magic.__file__).parent
    used = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(r"[\"'`](SLM_MAGIC_[A-Z_]*[A-Z])", path.read_text(encoding="utf-8"))
    }
    assert {"SLM_MAGIC_HOME", "SLM_MAGIC_OFFLINE"} <= used
    assert used <= known


def test_what_is_kept_comes_after_project_and_environment(tmp_path: Path) -> None:
    settings.keep("translate_model", "mine")
    settings.keep("target", "it")
    assert settings.read(tmp_path, {}) == {"translate_model": "mine", "target": "it"}
    project(tmp_path, 'target = "de"')
    assert settings.read(tmp_path, {})["target"] == "de"
    assert settings.read(tmp_path, {"SLM_MAGIC_TARGET": "fr"})["target"] == "fr"
    assert settings.kept()["target"] == "it"


def test_what_is_kept_can_be_forgotten(tmp_path: Path) -> None:
    settings.keep("summarize_model", "mine")
    settings.keep("redact_model", "mine")
    settings.keep("target", "mine")
    settings.keep("redact_model", None)
    assert settings.forget_model("mine") == ["summarize_model"]
    assert settings.forget_model("mine") == []
    assert settings.read(tmp_path, {}) == {"target": "mine"}


def test_nothing_is_kept_of_what_is_no_setting() -> None:
    with pytest.raises(OptionError, match="is not a setting"):
        settings.keep("tarjet", "fr")
    with pytest.raises(OptionError, match="whole number of at least 1"):
        settings.keep("sentences", 0)
    assert not settings.file().exists()


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"tarjet": "fr"}', "[" * 100_000])
def test_a_broken_file_of_settings_is_told_with_its_name(text: str) -> None:
    settings.file().parent.mkdir(parents=True)
    settings.file().write_text(text, encoding="utf-8")
    for act in (settings.read, lambda: settings.keep("target", "fr")):
        with pytest.raises(OptionError, match=r"settings\.json"):
            act()
    assert settings.file().read_text(encoding="utf-8") == text


@pytest.mark.skipif(os.name == "nt", reason="links and modes are POSIX's")
def test_a_file_of_settings_that_is_a_link_stays_one_and_as_private(tmp_path: Path) -> None:
    place = settings.file()
    place.parent.mkdir(parents=True, exist_ok=True)
    own = tmp_path / "dotfiles.json"
    own.write_text("{}")
    own.chmod(0o600)
    place.symlink_to(own)
    settings.keep("target", "fr")
    assert place.is_symlink() and settings.kept() == {"target": "fr"}
    assert json.loads(own.read_text()) == {"target": "fr"}
    assert own.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.glob("*.writing")) == []


def test_settings_kept_by_two_at_once_are_all_there(tmp_path: Path) -> None:
    names = [name for name, one in settings.SETTINGS.items() if one.kind == "str"]
    threads = [threading.Thread(target=settings.keep, args=(name, "x")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert settings.kept() == dict.fromkeys(names, "x")
    assert sorted(path.name for path in settings.file().parent.iterdir())[-1] == "settings.json"


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SLM_MAGIC_CONFIG", str(tmp_path / "file"))
    with pytest.raises(OptionError, match="cannot be written"):
        settings.keep("target", "fr")
