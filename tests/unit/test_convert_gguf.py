"""GGUF files into CTranslate2 folders: the numbers, the kinds covered, and the damaged ones."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest
import tiny_gguf
from tiny_gguf import Kind, Tiny

from slm_magic.convert import gguf_header
from slm_magic.convert.gguf import convert_gguf
from slm_magic.convert.gguf_tensors import ARCHITECTURES, TENSOR_TYPES
from slm_magic.errors import ConversionError

IDS = [1, 77, 80, 3, 140, 251, 259, 77, 12, 2, 33, 204]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def answer(folder: Path, compute_type: str, count: int = len(IDS)) -> Any:
    generator = ctranslate2.Generator(str(folder), compute_type=compute_type)
    return np.array(generator.forward_batch([IDS[:count]]))[0]


def assert_refused(path: Path, out: Path, says: str) -> None:
    with pytest.raises(ConversionError, match=says) as caught:
        convert_gguf(path, out)
    assert "\n" not in str(caught.value)
    assert not (out / "model.bin").exists()


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_float32_logits_are_those_of_the_model(
    tmp_path: Path, out: Path, architecture: str, tied: bool
) -> None:
    weights = Tiny(architecture, tied=tied).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    expected = tiny_gguf.logits(weights, IDS)
    assert np.abs(expected).max() > 1
    # CTranslate2 reads no more than a window of Gemma's at once.
    count = tiny_gguf.WINDOW if architecture == "gemma3" else len(IDS)
    np.testing.assert_allclose(answer(out, "float32", count), expected[:count], atol=1e-4)


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
@pytest.mark.parametrize("kind", TENSOR_TYPES)
def test_every_tensor_type(tmp_path: Path, out: Path, kind: str, architecture: str) -> None:
    weights = Tiny(architecture, Kind[kind]).write(tmp_path / "m.gguf")
    expected = tiny_gguf.logits(weights, IDS)
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    np.testing.assert_allclose(answer(out, "float32"), expected, atol=1e-4)
    int8 = tmp_path / "int8"
    int8.mkdir()
    convert_gguf(tmp_path / "m.gguf", int8)
    # CTranslate2 quantises the float32 folder itself, to the same numbers.
    np.testing.assert_allclose(answer(int8, "int8"), answer(out, "int8"), atol=1e-3)


def test_same_logits_as_transformers(tmp_path: Path, out: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    weights = Tiny("qwen2", tied=False).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    config = transformers.Qwen2Config(
        vocab_size=weights["token_embd.weight"].shape[0],
        hidden_size=tiny_gguf.WIDTH,
        intermediate_size=tiny_gguf.INNER,
        num_hidden_layers=tiny_gguf.LAYERS,
        num_attention_heads=tiny_gguf.HEADS,
        num_key_value_heads=tiny_gguf.HEADS_KV,
        rms_norm_eps=tiny_gguf.EPS,
        rope_parameters={"rope_type": "default", "rope_theta": tiny_gguf.BASE},
        tie_word_embeddings=False,
    )
    model = transformers.Qwen2ForCausalLM(config).float().eval()
    names = {
        "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "attn_norm": "input_layernorm",
        "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    }  # fmt: skip
    state = {}
    for name, values in weights.items():
        *block, part, end = name.split(".")
        prefix = f"model.layers.{block[1]}." if block else ""
        state[f"{prefix}{names[part]}.{end}"] = torch.from_numpy(values.copy())
    model.load_state_dict(state)
    with torch.no_grad():
        expected = model(torch.tensor([IDS])).logits[0].numpy()
    np.testing.assert_allclose(answer(out, "float32"), expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"])
def test_dequantised_as_transformers_does(kind: str) -> None:
    torch = pytest.importorskip("torch")
    dequant = pytest.importorskip("transformers.integrations.gguf.dequant")
    random = np.random.default_rng(5)
    raw, expected = tiny_gguf.pack(
        random.standard_normal((3, 512)).astype(np.float32), Kind[kind], random
    )
    found = dequant.dequantize(torch.from_numpy(raw.copy()), Kind[kind].value).numpy()
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-7)


def test_files_written(tmp_path: Path, out: Path) -> None:
    Tiny().write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", out)
    found = {path.name for path in out.iterdir()}
    assert found == {
        "model.bin", "config.json", "vocabulary.json", "tokenizer.json", "tokenizer_config.json"
    }  # fmt: skip
    assert json.loads((out / "tokenizer_config.json").read_text()) == {
        "chat_template": tiny_gguf.TEMPLATE,
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "add_bos_token": False,
        "context": 128,
    }
    vocabulary = json.loads((out / "vocabulary.json").read_text())
    assert vocabulary == tiny_gguf.byte_level_vocabulary()[0]
    assert json.loads((out / "config.json").read_text())["eos_token"] == "<|im_end|>"


def test_tied_weights_are_written_once(tmp_path: Path) -> None:
    sizes = {}
    for tied in (True, False):
        folder = tmp_path / str(tied)
        folder.mkdir()
        Tiny(tied=tied).write(tmp_path / "m.gguf")
        convert_gguf(tmp_path / "m.gguf", folder)
        sizes[tied] = (folder / "model.bin").stat().st_size
    table = len(tiny_gguf.byte_level_vocabulary()[0]) * tiny_gguf.WIDTH
    assert table <= sizes[False] - sizes[True] < table + 5000


def test_linear_rope_scaling(tmp_path: Path, out: Path) -> None:
    keys = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4.0}
    weights = Tiny(keys=keys).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    expected = tiny_gguf.logits(weights, IDS, scaling=4.0)
    np.testing.assert_allclose(answer(out, "float32"), expected, atol=1e-4)
    assert np.abs(expected - tiny_gguf.logits(weights, IDS)).max() > 0.01


def test_progress_ends_at_the_total(tmp_path: Path, out: Path) -> None:
    Tiny().write(tmp_path / "m.gguf")
    seen: list[tuple[int, int]] = []
    convert_gguf(tmp_path / "m.gguf", out, progress=lambda *at: seen.append(at))
    done = [at for at, _ in seen]
    assert done == sorted(done)
    assert seen[-1][0] == seen[-1][1] > 1_000_000


def test_interrupt_between_tensors(tmp_path: Path, out: Path) -> None:
    Tiny().write(tmp_path / "m.gguf")
    calls = 0

    def stop(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if done > total / 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert_gguf(tmp_path / "m.gguf", out, progress=stop)
    assert calls > 1
    # The store shows a model only once its manifest is there; nothing here looks finished.
    assert not (out / "tokenizer.json").exists()


def test_not_a_gguf_file(tmp_path: Path, out: Path) -> None:
    for number, data in enumerate([b"", b"GG", b"PK\x03\x04" + bytes(60), b"GGML" + bytes(60)]):
        path = tmp_path / f"{number}.gguf"
        path.write_bytes(data)
        assert_refused(path, out, "not a GGUF file")


def test_missing_file(tmp_path: Path, out: Path) -> None:
    assert_refused(tmp_path / "none.gguf", out, "cannot be read")


def test_cut_short_anywhere(tmp_path: Path, out: Path) -> None:
    whole = tmp_path / "m.gguf"
    Tiny().write(whole)
    data = whole.read_bytes()
    cut = tmp_path / "cut.gguf"
    for size in [*range(8, 400, 13), 2000, 5000, len(data) // 2, len(data) - 40_000]:
        cut.write_bytes(data[:size])
        assert_refused(cut, out, "damaged or cut short|missing")


def test_big_endian(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + bytes(64))
    assert_refused(path, out, "big-endian")


@pytest.mark.parametrize("version", [1, 4])
def test_other_version(tmp_path: Path, out: Path, version: int) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", version, 1, 1) + bytes(64))
    assert_refused(path, out, f"version {version}")


def test_wild_counts_do_not_become_memory(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "m.gguf"
    for counts in [(2**60, 1), (1, 2**60)]:
        path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, *counts) + bytes(64))
        assert_refused(path, out, "damaged or cut short")
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**62) + bytes(64))
    assert_refused(path, out, "damaged or cut short")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"llama.block_count": None}, "does not say llama.block_count"),
        ({"llama.context_length": None}, "does not say llama.context_length"),
        ({"llama.attention.head_count": None}, "does not say"),
        ({"llama.attention.head_count": 0}, "not a number that can be used"),
        ({"llama.embedding_length": "wide"}, "not a number that can be used"),
        ({"llama.attention.layer_norm_rms_epsilon": None}, "does not say"),
        ({"llama.attention.head_count_kv": 3}, "attention heads"),
        ({"llama.expert_count": 8}, "experts"),
        ({"llama.rope.scaling.type": "yarn"}, "'yarn'"),
        ({"tokenizer.ggml.tokens": None}, "holds no tokenizer"),
        ({"tokenizer.ggml.model": "bert"}, "'bert'"),
        ({"tokenizer.ggml.pre": "martian"}, "'martian'"),
        ({"tokenizer.ggml.merges": None}, "no merges"),
        ({"tokenizer.ggml.merges": ["a b c"]}, "merges are damaged"),
        ({"llama.block_count": 3}, "blk.2.* is missing"),
        ({"llama.block_count": 1}, "has no place"),
        ({"llama.feed_forward_length": 1024}, "wrong shape"),
    ],
)
def test_keys_that_cannot_be_used(
    tmp_path: Path, out: Path, keys: dict[str, Any], says: str
) -> None:
    Tiny(keys=keys).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, says)


def test_unknown_architecture(tmp_path: Path, out: Path) -> None:
    Tiny("mamba").write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "'mamba'.* only llama, qwen2, qwen3, gemma3")


def test_missing_tensor(tmp_path: Path, out: Path) -> None:
    Tiny(drop=frozenset({"blk.1.ffn_up.weight"})).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "blk.1.ffn_up.weight is missing")


def test_some_biases_missing(tmp_path: Path, out: Path) -> None:
    Tiny("qwen2", drop=frozenset({"blk.0.attn_k.bias"})).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "biases of blk.0.attn_q")


def test_tensor_without_a_place(tmp_path: Path, out: Path) -> None:
    extra = {"blk.0.attn_q_norm.weight": np.ones(tiny_gguf.HEAD, np.float32)}
    Tiny(extra=extra).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "blk.0.attn_q_norm.weight has no place")


@pytest.mark.parametrize("factor", [None, 4.0])
def test_rope_frequencies_one_by_one(tmp_path: Path, out: Path, factor: float | None) -> None:
    # As Llama 3.1 has them: the slow ones slower, some in between, the fast ones as they are.
    divisors = np.linspace(1.0, 8.0, tiny_gguf.HEAD // 2, dtype=np.float32)
    linear = {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": factor}
    tiny = Tiny(extra={"rope_freqs.weight": divisors}, keys=linear if factor else {})
    weights = {**tiny.write(tmp_path / "m.gguf"), "rope_freqs.weight": divisors}
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    expected = tiny_gguf.logits(weights, IDS, scaling=factor or 1.0)
    np.testing.assert_allclose(answer(out, "float32"), expected, atol=1e-4)
    weights.pop("rope_freqs.weight")
    assert np.abs(expected - tiny_gguf.logits(weights, IDS)).max() > 0.01


def test_rope_frequencies_that_cannot_divide(tmp_path: Path, out: Path) -> None:
    divisors = np.zeros(tiny_gguf.HEAD // 2, np.float32)
    Tiny(extra={"rope_freqs.weight": divisors}).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "rope_freqs.weight holds numbers that cannot divide")
    Tiny("gemma3", extra={"rope_freqs.weight": divisors + 1}).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, "one by one, which Gemma 3 does not")


def test_gemma_by_what_its_file_says(tmp_path: Path, out: Path) -> None:
    keys = {
        "gemma3.rope.scaling.type": "linear",
        "gemma3.rope.scaling.factor": 8.0,
        "gemma3.rope.freq_base_swa": tiny_gguf.LOCAL_BASE,
        "gemma3.attention.sliding_window_pattern": [True, False],
        "gemma3.attention.scale": 0.2,
        "gemma3.final_logit_softcapping": 3.0,
    }
    weights = Tiny("gemma3", keys=keys).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", out, quantization="float32")
    count = tiny_gguf.WINDOW
    told = {"scaling": 8.0, "query_scale": 0.2, "cap": 3.0}
    expected = tiny_gguf.logits(weights, IDS[:count], **told)
    np.testing.assert_allclose(answer(out, "float32", count), expected, atol=1e-4)
    # Each of them counts.
    for name, usual in (("scaling", 1.0), ("query_scale", tiny_gguf.HEAD**-0.5), ("cap", 0.0)):
        other = tiny_gguf.logits(weights, IDS[:count], **{**told, name: usual})
        assert np.abs(expected - other).max() > 0.01


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"gemma3.attention.sliding_window": None}, "does not say gemma3.attention.sliding_w"),
        ({"gemma3.attention.sliding_window_pattern": [True]}, "windows of some layers only"),
        ({"gemma3.attn_logit_softcapping": 50.0}, "caps its attention scores"),
        ({"gemma3.rope.scaling.type": "longrope"}, "'longrope'"),
        ({"gemma3.pooling_type": 1}, "embedding model, which writes no text"),
        ({"gemma3.attention.causal": False}, "embedding model, which writes no text"),
    ],
)
def test_gemma_that_is_not_covered(
    tmp_path: Path, out: Path, keys: dict[str, Any], says: str
) -> None:
    Tiny("gemma3", keys=keys).write(tmp_path / "m.gguf")
    assert_refused(tmp_path / "m.gguf", out, says)


@pytest.mark.parametrize(("number", "says"), [(10, "Q2_K"), (999, "type 999")])
def test_unknown_tensor_type(tmp_path: Path, out: Path, number: int, says: str) -> None:
    path = tmp_path / "m.gguf"
    Tiny().write(path)
    name = b"blk.0.ffn_gate.weight"

    def change(data: bytearray) -> None:
        at = data.index(name) + len(name) + 4 + 16
        assert struct.unpack_from("<I", data, at) == (0,)
        struct.pack_into("<I", data, at, number)

    tiny_gguf.changed(path, change)
    assert_refused(path, out, f"blk.0.ffn_gate.weight is stored as {says}")


def test_values_that_are_no_number(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "m.gguf"
    Tiny().write(path)
    where = gguf_header.read_header(path).tensors["blk.1.ffn_down.weight"].offset
    tiny_gguf.changed(path, lambda data: struct.pack_into("<f", data, where + 400, float("nan")))
    with pytest.raises(ConversionError, match="blk.1.ffn_down.weight holds values that are no"):
        convert_gguf(path, out)


def test_unknown_quantization(tmp_path: Path, out: Path) -> None:
    with pytest.raises(ConversionError, match="int8, float32"):
        convert_gguf(tmp_path / "m.gguf", out, quantization="int3")
