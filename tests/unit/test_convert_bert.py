"""BERT-family encoders from safetensors: the numbers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from slm_magic.convert.bert import convert_bert
from slm_magic.errors import ConversionError

WIDTH, INNER, HEADS, LAYERS, POSITIONS = 32, 48, 4, 2, 40
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{i}" for i in range(60))]
IDS = [2, 9, 40, 11, 11, 63, 5, 3]


def checkpoint(
    folder: Path, *, family: str = "bert", prefix: str = "", vocabulary: int = 70, **config: Any
) -> dict[str, Any]:
    """Write a random encoder; return its tensors without the prefix."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(11)
    layer = {
        "attention.self.query": (WIDTH, WIDTH),
        "attention.self.key": (WIDTH, WIDTH),
        "attention.self.value": (WIDTH, WIDTH),
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (INNER, WIDTH),
        "output.dense": (WIDTH, INNER),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (vocabulary, WIDTH),
        "embeddings.position_embeddings.weight": (POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "pooler.dense.weight": (WIDTH, WIDTH),
        "pooler.dense.bias": (WIDTH,),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        for name, shape in layer.items():
            shapes[f"encoder.layer.{number}.{name}.weight"] = shape
            shapes[f"encoder.layer.{number}.{name}.bias"] = shape[:1]
        norms += [
            f"encoder.layer.{number}.{part}.LayerNorm" for part in ("attention.output", "output")
        ]
    for norm in norms:
        shapes[f"{norm}.weight"] = shapes[f"{norm}.bias"] = (WIDTH,)
    tensors = {}
    for name, shape in shapes.items():
        values = random.standard_normal(shape).astype(np.float32) * np.float32(0.3)
        tensors[name] = values + 1 if name.endswith("LayerNorm.weight") else values
    stored = {prefix + name: values for name, values in tensors.items()}
    if prefix:
        stored["classifier.weight"] = np.ones((3, WIDTH), np.float32)
    save_file(stored, folder / "model.safetensors")
    settings = {
        "model_type": family, "vocab_size": vocabulary, "hidden_size": WIDTH, "hidden_act": "gelu",
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS, "layer_norm_eps": 1e-6, "pad_token_id": 1, **config,
    }  # fmt: skip
    given = {key: value for key, value in settings.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(given))
    tokenizer = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    marks = {"cls_token": "[CLS]", "sep_token": {"content": "[SEP]"}, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**marks, "unk_token": "[UNK]"}))
    return tensors


def hidden(tensors: dict[str, Any], first: int = 0) -> Any:
    """Return the last hidden states of IDS, worked out in float64."""
    from math import erf

    w = {name: value.astype(np.float64) for name, value in tensors.items()}

    def norm(x: Any, name: str) -> Any:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def split(x: Any) -> Any:
        return x.reshape(len(IDS), HEADS, -1).swapaxes(0, 1)

    gelu = np.vectorize(lambda v: v * 0.5 * (1 + erf(v / 2**0.5)))
    e = "embeddings."
    places = w[f"{e}position_embeddings.weight"][first : first + len(IDS)]
    x = w[f"{e}word_embeddings.weight"][IDS] + places + w[f"{e}token_type_embeddings.weight"][0]
    x = norm(x, "embeddings.LayerNorm")
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        q, k, v = (
            split(linear(x, f"{name}.attention.self.{p}")) for p in ("query", "key", "value")
        )
        scores = np.exp(q @ k.swapaxes(1, 2) / np.sqrt(WIDTH / HEADS))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(IDS), -1)
        x = norm(
            x + linear(mixed, f"{name}.attention.output.dense"),
            f"{name}.attention.output.LayerNorm",
        )
        y = linear(gelu(linear(x, f"{name}.intermediate.dense")), f"{name}.output.dense")
        x = norm(x + y, f"{name}.output.LayerNorm")
    return x


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def answer(folder: Path, compute_type: str) -> Any:
    encoder = ctranslate2.Encoder(str(folder), compute_type=compute_type)
    return np.array(encoder.forward_batch([IDS]).last_hidden_state)[0]


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_float32_hidden_states(tmp_path: Path, out: Path, prefix: str) -> None:
    tensors = checkpoint(tmp_path / "m", prefix=prefix)
    convert_bert(tmp_path / "m", out, quantization="float32")
    np.testing.assert_allclose(answer(out, "float32"), hidden(tensors), atol=2e-5)


def test_roberta_positions_start_after_the_padding(tmp_path: Path, out: Path) -> None:
    tensors = checkpoint(tmp_path / "m", family="xlm-roberta", prefix="roberta.")
    convert_bert(tmp_path / "m", out, quantization="float32")
    np.testing.assert_allclose(answer(out, "float32"), hidden(tensors, first=2), atol=2e-5)
    assert json.loads((out / "tokenizer_config.json").read_text())["context"] == POSITIONS - 2


def test_int8_is_what_ctranslate2_makes_of_float32(tmp_path: Path, out: Path) -> None:
    checkpoint(tmp_path / "m")
    convert_bert(tmp_path / "m", out)
    whole = tmp_path / "whole"
    whole.mkdir()
    convert_bert(tmp_path / "m", whole, quantization="float32")
    np.testing.assert_allclose(answer(out, "int8"), answer(whole, "int8"), atol=1e-4)
    assert (out / "model.bin").stat().st_size < (whole / "model.bin").stat().st_size / 2


def test_files_written(tmp_path: Path, out: Path) -> None:
    checkpoint(tmp_path / "m")
    seen: list[tuple[int, int]] = []
    convert_bert(tmp_path / "m", out, progress=lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1] > 0
    vocabulary = json.loads((out / "vocabulary.json").read_text())
    assert vocabulary[: len(WORDS)] == WORDS
    assert len(vocabulary) == 70
    assert json.loads((out / "config.json").read_text())["layer_norm_epsilon"] == 1e-6
    assert json.loads((out / "tokenizer_config.json").read_text()) == {
        "chat_template": None, "bos_token": "[CLS]", "eos_token": "[SEP]", "pad_token": "[PAD]",
        "unk_token": "[UNK]", "add_bos_token": True, "context": POSITIONS,
    }  # fmt: skip
    assert (out / "tokenizer.json").read_bytes() == (tmp_path / "m/tokenizer.json").read_bytes()


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_missing_file(tmp_path: Path, out: Path, name: str) -> None:
    checkpoint(tmp_path / "m")
    (tmp_path / "m" / name).unlink()
    with pytest.raises(ConversionError, match=f"{name} is missing from m"):
        convert_bert(tmp_path / "m", out)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_cut_file(tmp_path: Path, out: Path, name: str) -> None:
    checkpoint(tmp_path / "m")
    path = tmp_path / "m" / name
    for size in (0, 5, path.stat().st_size // 2):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(ConversionError, match=name) as caught:
            convert_bert(tmp_path / "m", out)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"family": "gpt2"}, "'gpt2' cannot be converted"),
        ({"position_embedding_type": "relative_key"}, "absolute positions"),
        ({"hidden_act": "mish"}, "'mish'"),
        ({"num_hidden_layers": None}, "does not say num_hidden_layers"),
        ({"num_hidden_layers": 3}, "encoder.layer.2.* is missing"),
        ({"vocab_size": 20}, "more tokens than"),
    ],
)
def test_refused(tmp_path: Path, out: Path, config: dict[str, Any], says: str) -> None:
    checkpoint(tmp_path / "m", **config)
    with pytest.raises(ConversionError, match=says):
        convert_bert(tmp_path / "m", out)
    assert not (out / "model.bin").exists()


def test_no_encoder_inside(tmp_path: Path, out: Path) -> None:
    checkpoint(tmp_path / "m")
    save_file({"x": np.ones(3, np.float32)}, tmp_path / "m/model.safetensors")
    with pytest.raises(ConversionError, match="no BERT-family encoder"):
        convert_bert(tmp_path / "m", out)
