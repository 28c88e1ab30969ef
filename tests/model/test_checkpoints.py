"""Checkpoints pulled by path: the child process, what it mends, and the causal families.

`test_families` compares each sequence-to-sequence family with transformers on what the same
code has converted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import checkpoints_seq2seq as made
import pytest

from slm_magic import engine
from slm_magic.convert.checkpoint import convert_checkpoint
from slm_magic.engine import Decoding
from slm_magic.importing import heavy_import
from slm_magic.store import Store, describe

torch = pytest.importorskip(
    "torch", reason="torch is not installed: checkpoints are converted with it"
)
TEXT = made.SENTENCES[0]


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    yield
    engine.unload()


def change(path: Path, **values: Any) -> None:
    """Write settings into a JSON file; None takes one out."""
    table = {**json.loads(path.read_text(encoding="utf-8")), **values}
    kept = {key: value for key, value in table.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def converted(checkpoint: Path, out: Path) -> Any:
    """Convert in a child, exactly; return the loaded model."""
    out.mkdir()
    convert_checkpoint(checkpoint, out, quantization="float32")
    return engine.load(describe.local_folder(out))


# Causal families.

SIZES: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 32_768,
}  # fmt: skip
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)


def llama(folder: Path) -> tuple[Any, Any]:
    from tokenizers import pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaTokenizer

    before = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    vocabulary, pairs = made.merges(before, ["<unk>", "<s>", "</s>"])
    tokenizer = LlamaTokenizer(vocab=vocabulary, merges=pairs)
    # As Llama 3.2 has them: another base, and frequencies that are scaled one by one.
    rotary = {
        "rope_type": "llama3", "rope_theta": 500_000.0, "factor": 32.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
    }  # fmt: skip
    config = LlamaConfig(
        vocab_size=len(tokenizer) + 3, rope_parameters=rotary, rms_norm_eps=1e-5, **SIZES
    )
    return tokenizer, LlamaForCausalLM(config)


def _bytes(extra: list[str]) -> tuple[Any, Any]:
    from tokenizers import pre_tokenizers

    before = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return made.merges(before, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *extra])


def qwen2(folder: Path) -> tuple[Any, Any]:
    from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

    vocabulary, pairs = _bytes([])
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=pairs, chat_template=CHAT)
    config = Qwen2Config(
        vocab_size=len(tokenizer) + 5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0}, **SIZES,
    )  # fmt: skip
    return tokenizer, Qwen2ForCausalLM(config)


def qwen3(folder: Path) -> tuple[Any, Any]:
    from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3ForCausalLM

    vocabulary, pairs = _bytes(["<think>", "</think>"])
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=pairs, chat_template=CHAT)
    config = Qwen3Config(
        vocab_size=len(tokenizer), head_dim=16,
        rope_parameters={"rope_type": "default", "rope_theta": 5_000_000.0}, **SIZES,
    )  # fmt: skip
    return tokenizer, Qwen3ForCausalLM(config)


def gemma3(folder: Path) -> tuple[Any, Any]:
    from tokenizers import pre_tokenizers
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig, GemmaTokenizer

    before = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never")
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    vocabulary, pairs = made.merges(before, special)
    tokenizer = GemmaTokenizer(vocab=vocabulary, merges=pairs)
    sizes = {**SIZES, "num_hidden_layers": 3}
    config = Gemma3TextConfig(
        vocab_size=len(tokenizer), head_dim=16, query_pre_attn_scalar=24, sliding_window=64,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 2_000_000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 500.0},
        },
        rms_norm_eps=1e-4, **sizes,
    )  # fmt: skip
    return tokenizer, Gemma3ForCausalLM(config)


CAUSAL: dict[str, Callable[[Path], tuple[Any, Any]]] = {
    "llama": llama, "qwen2": qwen2, "qwen3": qwen3, "gemma3": gemma3,
}  # fmt: skip


def save_causal(family: str, place: Path) -> tuple[Any, Any]:
    tokenizer, model = CAUSAL[family](place)
    model = made.shaken(model)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() == 1:
                # Biases and norms of their own: zeros and ones would hide one left out.
                weight.add_(torch.randn_like(weight) * 0.2)
    model.save_pretrained(place / "checkpoint")
    tokenizer.save_pretrained(place / "checkpoint")
    return tokenizer, model


@pytest.mark.parametrize("family", list(CAUSAL))
def test_a_causal_checkpoint_answers_as_in_transformers(
    family: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tokenizer, model = save_causal(family, tmp_path)
    handle = converted(tmp_path / "checkpoint", tmp_path / "any-name")
    assert handle.installed.card.kind == "causal"
    assert handle.installed.card.context == 32_768
    plain = " ".join(made.SENTENCES[:4])
    ids = tokenizer(plain)["input_ids"]
    assert handle.tokenizer.encode_ids(plain) == ids
    ours, theirs = logits(tmp_path / "any-name", tokenizer, ids), model_logits(model, ids)
    worst = float((ours - theirs).abs().max())
    record_property("worst", worst)
    print(f"{family}: logits differ by {worst:.1e} at the most")
    assert worst < 1e-3
    distinct = set()
    for prompt in (ids, *(tokenizer(text)["input_ids"] for text in made.SENTENCES[:4])):
        wanted = generated(model, prompt, handle.tokenizer.end_tokens, tokenizer)
        (answer,) = handle.generate(
            [tokenizer.convert_ids_to_tokens(prompt)], decoding=Decoding(max_new_tokens=16)
        )
        assert tokenizer.convert_tokens_to_ids(answer.tokens) == wanted
        distinct.update(wanted)
    assert len(distinct) > 3


def generated(model: Any, ids: list[int], ends: Any, tokenizer: Any) -> list[int]:
    with torch.no_grad():
        made_ids = model.generate(
            input_ids=torch.tensor([ids]), do_sample=False, max_new_tokens=16
        )[0].tolist()[len(ids) :]  # fmt: skip
    stops = {tokenizer.convert_tokens_to_ids(token) for token in ends}
    return made_ids[: next((at for at, one in enumerate(made_ids) if one in stops), len(made_ids))]


def logits(folder: Path, tokenizer: Any, ids: list[int]) -> Any:
    with heavy_import():
        import ctranslate2
    import numpy as np

    generator = ctranslate2.Generator(str(folder), compute_type="float32")
    found = generator.forward_batch([tokenizer.convert_ids_to_tokens(ids)])
    return torch.tensor(np.array(found))[0]


def model_logits(model: Any, ids: list[int]) -> Any:
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0]


@pytest.mark.parametrize("family", list(CAUSAL))
def test_a_causal_checkpoint_is_pulled(family: str, tmp_path: Path) -> None:
    tokenizer, _ = save_causal(family, tmp_path)
    found = Store(tmp_path / "home").pull(
        tmp_path / "checkpoint", probe=engine.probe, name="mine", progress=False
    )
    assert (found.name, found.card.kind) == ("mine", "causal")
    prompt = [{"role": "user", "content": TEXT}]
    tokens = engine.load(found).tokenizer.chat(prompt)
    if tokenizer.chat_template:
        wanted = tokenizer.apply_chat_template(prompt, add_generation_prompt=True)["input_ids"]
        assert tokenizer.convert_tokens_to_ids(tokens) == wanted
    else:
        assert TEXT in tokenizer.decode(tokenizer.convert_tokens_to_ids(tokens))
