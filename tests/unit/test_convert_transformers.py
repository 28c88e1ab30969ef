"""Which checkpoints are refused, in one line each and before torch is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from slm_magic import engine
from slm_magic.convert import checkpoint
from slm_magic.convert.checkpoint import INDEX, check_checkpoint, convert_checkpoint
from slm_magic.errors import (
    ConversionError,
    MissingDependencyError,
    PackageNotFoundError,
    SlmMagicError,
)
from slm_magic.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has all that a checkpoint of T5 has, as far as is looked at here."""
    made = tmp_path / "any-name"
    made.mkdir()
    configure(made, model_type="t5")
    (made / "tokenizer.json").write_text("{}")
    save_file({"shared.weight": np.zeros((4, 2), np.float32)}, made / "model.safetensors")
    return made


def configure(folder: Path, name: str = "config.json", **values: Any) -> None:
    (folder / name).write_text(json.dumps(values), encoding="utf-8")


def assert_refused(folder: Path, *parts: str, error: type[SlmMagicError] = ConversionError) -> None:
    """Assert that a pull is refused in one line that has these parts, and leaves nothing."""
    home = folder.parent / "home"
    with pytest.raises(error) as caught:
        Store(home).pull(folder, probe=engine.probe, name="mine", progress=False)
    said = str(caught.value)
    assert "\n" not in said and len(said) < 500
    assert all(part in said for part in parts), said
    assert not list(home.glob("models/*")) and not list(home.glob("staging/*/build-*"))


def test_a_whole_checkpoint_passes(folder: Path) -> None:
    assert check_checkpoint(folder) == ("t5", [folder / "model.safetensors"])


def test_without_torch_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert_refused(folder, "'t5' needs an extra: pip install 'slm-magic[convert]'",
            error=MissingDependencyError)  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(MissingDependencyError) as caught:
        convert_checkpoint(folder, out)
    assert caught.value.extra == "convert" and not list(out.iterdir())


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pytorch_model.bin.index.json"])
def test_a_pickle_is_refused_with_the_way_out(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)
    assert_refused(folder, name, "never opened", "save_pretrained", error=PackageNotFoundError)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "generation_config.json"])
def test_code_of_its_own_is_refused(folder: Path, name: str) -> None:
    configure(folder, name, model_type="t5", auto_map={"AutoModel": "modeling_own.Own"})
    assert_refused(folder, name, "auto_map", "never run")


def test_an_unknown_type_lists_the_known_ones(folder: Path) -> None:
    configure(folder, model_type="mamba")
    assert_refused(
        folder, "'mamba'", "bart", "gemma3_text", "llama", "m2m_100", "qwen3", "roberta", "t5"
    )
    configure(folder)
    assert_refused(folder, "None", "bart")


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_a_broken_config(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    assert_refused(folder, "config.json")


@pytest.mark.parametrize(
    ("model_type", "wanted"),
    [
        ("t5", "tokenizer.json or spiece.model"),
        ("marian", "source.spm with target.spm with vocab.json"),
        ("m2m_100", "sentencepiece.bpe.model"),
        ("qwen2", "vocab.json with merges.txt"),
    ],
)
def test_a_missing_tokenizer(folder: Path, model_type: str, wanted: str) -> None:
    configure(folder, model_type=model_type)
    (folder / "tokenizer.json").unlink()
    assert_refused(folder, "any-name has no tokenizer", wanted)


def test_what_would_be_computed_otherwise(folder: Path) -> None:
    configure(folder, model_type="llama", quantization_config={"quant_method": "awq"})
    assert_refused(folder, "quantised already")
    configure(folder, model_type="gemma3_text", use_bidirectional_attention=True)
    assert_refused(folder, "both directions")
    linear = {"full_attention": {"rope_type": "linear", "factor": 8.0}}
    configure(folder, model_type="gemma3_text", rope_parameters=linear)
    assert_refused(folder, "scaled rotary")
    # As settings of before transformers 5 may say it.
    configure(folder, model_type="gemma3_text", rope_scaling={"type": "linear", "factor": 8.0})
    assert_refused(folder, "scaled rotary")
    configure(folder, model_type="gemma3_text", final_logit_softcapping=30.0)
    assert_refused(folder, "final_logit_softcapping")
    configure(folder, model_type="gemma3_text", final_logit_softcapping=None)
    assert check_checkpoint(folder)[0] == "gemma3_text"
    configure(folder, model_type="marian", share_encoder_decoder_embeddings=False)
    assert_refused(folder, "one vocabulary a side")


def test_an_adapter_is_no_model(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}")
    assert_refused(folder, "adapter over another model")


def test_weights_that_are_cut_short(folder: Path) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    for size in (0, 5, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert_refused(folder, "model.safetensors is damaged or cut short")


def test_weights_in_parts(folder: Path) -> None:
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    (folder / "model.safetensors").rename(folder / first)
    names = {"weight_map": {"a": first, "b": second}}
    configure(folder, INDEX, **names)
    assert_refused(folder, f"{second} is missing")
    save_file({"b": np.ones((2, 2), np.float32)}, folder / second)
    assert check_checkpoint(folder) == ("t5", [folder / first, folder / second])


@pytest.mark.parametrize("name", ["model-00001-of-00001.safetensors", "weights-1.safetensors"])
def test_the_hash_covers_every_part(folder: Path, name: str) -> None:
    from slm_magic.sources.local import sha256_of_weights, weights_of

    part = folder / name
    (folder / "model.safetensors").rename(part)
    configure(folder, INDEX, weight_map={"a": part.name})
    assert weights_of(folder) == folder / INDEX
    before = sha256_of_weights(folder / INDEX)
    assert before == sha256_of_weights(folder / INDEX)
    part.write_bytes(part.read_bytes()[:-1] + b"\1")
    assert sha256_of_weights(folder / INDEX) != before


@pytest.mark.parametrize(
    "name", ["../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "x.bin", "..", ""]
)
def test_an_index_never_leaves_the_folder_or_names_a_pickle(folder: Path, name: str) -> None:
    (folder / "model.safetensors").unlink()
    configure(folder, INDEX, weight_map={"a": name})
    assert_refused(folder, "names files that are no safetensors of this folder")
    configure(folder, INDEX, weight_map={})
    assert_refused(folder, "names no files")


@pytest.mark.parametrize("before", [True, False])
def test_a_child_that_dies_is_told_of(
    before: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen

    def dead(*args: Any, **options: Any) -> Any:
        process = real(*args, **options)
        process.wait(60)
        return process

    if before:  # it is told anything
        monkeypatch.setattr(checkpoint.subprocess, "Popen", dead)
    monkeypatch.setattr(checkpoint.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(checkpoint, "_CHILD", "import os; os.kill(os.getpid(), 9)")
    assert_refused(folder, "ended by the system", "memory")
    monkeypatch.setattr(checkpoint, "_CHILD", "raise SystemExit('no luck')")
    assert_refused(folder, "any-name ended with 1: no luck")


def test_network_and_pickles_are_refused_in_the_child() -> None:
    from slm_magic.convert.checkpoint_child import _refuse

    for event, says in (
        ("socket.connect", "network"), ("socket.getaddrinfo", "network"),
        ("pickle.find_class", "pickle"),
    ):  # fmt: skip
        with pytest.raises(ConversionError, match=says):
            _refuse(event, ())
    _refuse("open", ("a file",))
