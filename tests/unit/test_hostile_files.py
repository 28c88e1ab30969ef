"""No bad model file does more than produce one clear error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import tiny
from hostile import BAD, OUTSIDE

from slm_magic import engine
from slm_magic.errors import SlmMagicError
from slm_magic.store import Store

# More than any of these files; what would unpack or allocate without bounds writes more.
MOST_WRITTEN = 20_000_000


def tree(folder: Path) -> set[str]:
    """Every path below `folder`; links are not followed."""
    return {
        str(Path(base, name).relative_to(folder))
        for base, folders, files in os.walk(folder)
        for name in (*folders, *files)
    }


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.family(tmp_path_factory.mktemp("good") / "good", "nllb", seed=1)


def assert_whole(store: Store, old: Any, path: Path) -> None:
    """The old model is there, works, and is all that is there."""
    assert [one.name for one in store.list() if one.card.source.kind == "local"] == ["mine"]
    assert store.resolve("mine") == old and store.verify("mine") == ()
    assert set(os.listdir(store.place("mine"))) == {"model.json", old.folder.name}
    assert not store.staging("mine").exists()


@pytest.mark.parametrize("kind", sorted(BAD))
def test_a_bad_file_is_one_error_and_changes_nothing(
    kind: str, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.chdir(place)
    path = BAD[kind](place)
    store = Store(tmp_path / "home")
    old = store.pull(good, probe=lambda *_: None, name="mine", progress=False)
    before = tree(tmp_path)
    with pytest.raises(SlmMagicError) as caught:
        store.pull(path, probe=engine.probe, name="mine", force=True, progress=False)
    told = str(caught.value)
    assert told and "\n" not in told and len(told) < 600 and told.isprintable()
    assert_whole(store, old, path)
    # The same paths everywhere: nothing was unpacked beside, nothing was left behind.
    assert tree(tmp_path) == before
    assert not OUTSIDE.exists()
    handle = engine.load(old)
    (answer,) = handle.translate([handle.tokenizer.encode("w", "en", "fr")])
    assert answer is not None
    engine.unload()
