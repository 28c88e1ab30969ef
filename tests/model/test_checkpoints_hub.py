"""Checkpoints pulled from a Hub on the loopback, whole and in parts, and converted by torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import checkpoints_seq2seq as made
import pytest

from slm_magic import engine
from slm_magic.engine import Decoding
from slm_magic.errors import PackageNotFoundError
from slm_magic.store import Store

pytest.importorskip("torch", reason="torch is not installed: checkpoints are converted with it")
# The stand-in for the Hub of the store's tests.
sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

import hub_server

SPEC = "hf:someone/tiny-model"
# What a repository has beside what runs.
REST = {"pytorch_model.bin": b"p" * 2000, "modeling.py": b"raise SystemExit", ".gitattributes": b""}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_server.Hub]:
    import huggingface_hub

    # Its session is kept, with the address of the Hub it was made for.
    huggingface_hub.close_session()
    with hub_server.serve(hub_server.Hub({})) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running
    huggingface_hub.close_session()
    engine.unload()


def offer(hub: hub_server.Hub, folder: Path) -> None:
    hub.files = {**REST, **{file.name: file.read_bytes() for file in folder.iterdir()}}


def pull(home: Path, where: str | Path, **options: Any) -> Any:
    return Store(home).pull(where, probe=engine.probe, progress=False, **options)


def said(found: Any) -> list[str]:
    handle = engine.load(found)
    (answer,) = handle.translate(
        [handle.tokenizer.encode(made.SENTENCES[0])], decoding=Decoding(max_new_tokens=8)
    )
    tokens: list[str] = answer.tokens
    return tokens


@pytest.mark.parametrize("parts", [False, True])
def test_a_checkpoint_of_the_hub_is_the_local_one(
    hub: hub_server.Hub, tmp_path: Path, parts: bool
) -> None:
    tokenizer, model = made.save("t5", tmp_path)
    checkpoint = tmp_path / "checkpoint"
    if parts:
        checkpoint = tmp_path / "parts"
        model.save_pretrained(checkpoint, max_shard_size="20KB")
        tokenizer.save_pretrained(checkpoint)
    weights = {file.name for file in checkpoint.glob("*.safetensors")}
    assert len(weights) > 2 if parts else weights == {"model.safetensors"}
    offer(hub, checkpoint)
    found = pull(tmp_path / "home", SPEC)
    assert (found.name, found.card.family, found.revision) == ("tiny-model", "t5", hub.commit)
    assert weights < set(hub.sent) and not set(REST) & set(hub.sent)
    local = pull(tmp_path / "home", checkpoint, name="local")
    files = [(one.folder / "model.bin").read_bytes() for one in (found, local)]
    assert files[0] == files[1] and found.sha256 == local.sha256
    assert said(found) == said(local) and said(found)
    assert Store(tmp_path / "home").verify("tiny-model") == ()
    # What was pulled from a branch stays.
    hub.sent.clear()
    assert pull(tmp_path / "home", SPEC) == found and not hub.sent


def test_a_cut_in_a_part_is_gone_on_from(
    hub: hub_server.Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.sources import hub_file

    monkeypatch.setattr(hub_file, "WAITS", (0.0,))
    tokenizer, model = made.save("t5", tmp_path)
    model.save_pretrained(tmp_path / "parts", max_shard_size="20KB")
    tokenizer.save_pretrained(tmp_path / "parts")
    offer(hub, tmp_path / "parts")
    part = max((n for n in hub.files if n.startswith("model-")), key=lambda n: len(hub.files[n]))
    size = len(hub.files[part])
    hub.cuts[part] = [size // 3, size // 2]
    found = pull(tmp_path / "home", SPEC)
    assert hub.bytes_sent[part] == size and not hub.cuts[part]
    assert Store(tmp_path / "home").verify(found.name) == () and said(found)


def test_a_part_that_is_missing_there_is_one_line(hub: hub_server.Hub, tmp_path: Path) -> None:
    tokenizer, model = made.save("t5", tmp_path)
    model.save_pretrained(tmp_path / "parts", max_shard_size="20KB")
    tokenizer.save_pretrained(tmp_path / "parts")
    offer(hub, tmp_path / "parts")
    del hub.files[next(name for name in hub.files if name.startswith("model-00002"))]
    with pytest.raises(PackageNotFoundError, match="has no file model-00002-of-") as caught:
        pull(tmp_path / "home", SPEC)
    # It is known from the index, before a weight is downloaded.
    assert hub.sent == ["model.safetensors.index.json"]
    assert "\n" not in str(caught.value)
    assert Store(tmp_path / "home").get("tiny-model") is None
