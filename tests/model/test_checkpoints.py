"""Checkpoints pulled by path: the child process, what it mends, and the causal families.

`test_families` compares each sequence-to-sequence family with transformers on what the same
code has converted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import checkpoints_seq2seq as made
import pytest

from slm_magic import engine
from slm_magic.convert.checkpoint import convert_checkpoint
from slm_magic.engine import Decoding
from slm_magic.errors import ConversionError
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
    rows = json.loads((tmp_path / "any-name" / "vocabulary.json").read_text(encoding="utf-8"))
    distinct = set()
    for prompt in (ids, *(tokenizer(text)["input_ids"] for text in made.SENTENCES[:4])):
        wanted = generated(model, prompt, handle.tokenizer.end_tokens, tokenizer)
        (answer,) = handle.generate(
            [tokenizer.convert_ids_to_tokens(prompt)], decoding=Decoding(max_new_tokens=16)
        )
        # Rows beyond the tokenizer's own tokens have names in the vocabulary alone.
        assert [rows.index(token) for token in answer.tokens] == wanted
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


def test_a_folder_that_lost_the_factor_of_its_positions_says_so(tmp_path: Path) -> None:
    from ctranslate2.converters import TransformersConverter

    for family in ("llama", "qwen2"):
        tokenizer, model = save_causal(family, tmp_path / family)
        checkpoint, plain = tmp_path / family / "checkpoint", tmp_path / family / "plain"
        files = ["tokenizer.json", "tokenizer_config.json"]
        TransformersConverter(str(checkpoint), copy_files=files).convert(str(plain))
        ids = tokenizer(" ".join(made.SENTENCES[:4]))["input_ids"]
        apart = float((logits(plain, tokenizer, ids) - model_logits(model, ids)).abs().max())
        quality = describe.local_folder(plain).card.quality
        # Only Llama 3.1's way of scaling is lost there; ours keeps it.
        assert (apart > 1e-2) == ("rotary positions" in quality) == (family == "llama")
        own = converted(checkpoint, tmp_path / family / "own")
        assert "rotary positions" not in own.installed.card.quality


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


# Sequence-to-sequence families, pulled.

LANGUAGES = {"nllb": ("en", "fr"), "m2m100": ("en", "fr")}


@pytest.mark.parametrize("family", list(made.MAKERS))
def test_a_checkpoint_is_pulled_in_int8_and_answers(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As a user has it.
    monkeypatch.delenv("SLM_MAGIC_COMPUTE_TYPE")
    model = made.save(family, tmp_path)[1]
    found = Store(tmp_path / "home").pull(
        tmp_path / "checkpoint", probe=engine.probe, name="mine", progress=False
    )
    assert (found.card.family, found.card.kind) == (family, "seq2seq")
    # Quantised: less than half of what the checkpoint takes.
    assert (found.folder / "model.bin").stat().st_size < 0.5 * sum(
        file.stat().st_size for file in (tmp_path / "checkpoint").glob("*.safetensors")
    )
    assert not [file for file in found.folder.iterdir() if file.is_dir()]
    assert json.loads((found.folder / "config.json").read_text())["model_type"] == (
        model.config.model_type
    )
    handle = engine.load(found)
    tokens = handle.tokenizer.encode(TEXT, *LANGUAGES.get(family, ()))
    (answer,) = handle.translate(
        [tokens], target_prefix=handle.tokenizer.target_prefix("fr"),
        decoding=Decoding(max_new_tokens=8),
    )  # fmt: skip
    assert handle.tokenizer.decode(answer.tokens).strip()


# What each mend is for. Whether CTranslate2's converter alone still needs it is recorded.


def beam_score(handle: Any, tokenizer: Any, model: Any) -> tuple[float, float]:
    """Return the score of the best of four beams, and what transformers gives its tokens."""
    (best,) = handle.translate(
        [handle.tokenizer.encode(TEXT)],
        decoding=Decoding(max_new_tokens=8, beam_size=4, length_penalty=0.0, scores=True),
    )
    out = tokenizer.convert_tokens_to_ids([*best.tokens, *["</s>"][: int(best.complete)]])
    ids = torch.tensor([tokenizer(TEXT)["input_ids"]])
    with torch.no_grad():
        begun = [model.config.decoder_start_token_id, *out[:-1]]
        steps = model(input_ids=ids, decoder_input_ids=torch.tensor([begun])).logits[0]
    steps[0, tokenizer.eos_token_id] = -torch.inf
    return best.score, float(torch.log_softmax(steps, -1)[range(len(out)), out].sum())


def test_flan_t5_as_the_hub_has_it_is_not_scaled(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    from transformers import T5ForConditionalGeneration

    tokenizer, model = made.save("flan-t5", tmp_path)
    checkpoint = tmp_path / "checkpoint"
    # Written before transformers 5: an output layer of its own, and one word that says so.
    with torch.no_grad():
        model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight) * 0.1)
    from safetensors.torch import save_file

    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    for tied in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        weights.pop(tied, None)
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})
    change(checkpoint / "config.json", tie_word_embeddings=False, scale_decoder_outputs=None)
    model = T5ForConditionalGeneration.from_pretrained(checkpoint).eval()
    handle = converted(checkpoint, tmp_path / "ours")
    ours, theirs = beam_score(handle, tokenizer, model)
    assert abs(ours - theirs) < 1e-3
    from ctranslate2.converters import TransformersConverter

    plain = tmp_path / "plain"
    TransformersConverter(str(checkpoint), copy_files=["tokenizer.json"]).convert(str(plain))
    found, wanted = beam_score(engine.load(describe.local_folder(plain)), tokenizer, model)
    record_property("unmended", abs(found - wanted))
    print(f"flan-t5: {abs(ours - theirs):.1e} with the mend, {abs(found - wanted):.1e} without")


@pytest.mark.parametrize("family", ["m2m100", "bart", "pegasus"])
def test_the_vocabulary_is_as_long_as_the_weights(
    family: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tokenizer, model = made.save(family, tmp_path)
    checkpoint = tmp_path / "checkpoint"
    out = tmp_path / "ours"
    out.mkdir()
    convert_checkpoint(checkpoint, out, quantization="float32")
    tokens = json.loads((out / "shared_vocabulary.json").read_text())
    assert len(tokens) == model.config.vocab_size == len(set(tokens))
    if family == "m2m100":
        place = tokenizer.convert_tokens_to_ids("__fr__")
        assert tokens[place] == "__fr__"
    from ctranslate2.converters import TransformersConverter

    try:
        TransformersConverter(str(checkpoint)).convert(str(tmp_path / "plain"))
        unmended = "converts"
    except (AttributeError, ValueError) as error:
        unmended = str(error)
    record_property("unmended", unmended)
    print(f"{family} without the mend: {unmended}")


# Layouts of a folder.


def test_a_checkpoint_in_parts_is_the_same(tmp_path: Path) -> None:
    tokenizer, model = made.save("t5", tmp_path)
    parts = tmp_path / "parts"
    model.save_pretrained(parts, max_shard_size="20KB")
    tokenizer.save_pretrained(parts)
    assert len(list(parts.glob("model-*-of-*.safetensors"))) > 2
    for name in ("checkpoint", "parts"):
        (tmp_path / f"of-{name}").mkdir()
        convert_checkpoint(tmp_path / name, tmp_path / f"of-{name}")
    whole, cut = ((tmp_path / f"of-{name}" / "model.bin") for name in ("checkpoint", "parts"))
    assert whole.read_bytes() == cut.read_bytes()
    found = Store(tmp_path / "home").pull(parts, probe=engine.probe, name="mine", progress=False)
    assert len(found.sha256) == 64 and found.card.family == "t5"


def test_pegasus_without_its_tables_of_positions_is_whole(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    made.save("pegasus", tmp_path)
    path = tmp_path / "checkpoint" / "model.safetensors"
    (tmp_path / "whole").mkdir()
    convert_checkpoint(tmp_path / "checkpoint", tmp_path / "whole")
    # As older ones were saved: they are sines, which need no file.
    weights = {k: v for k, v in load_file(path).items() if "embed_positions" not in k}
    assert len(weights) == len(load_file(path)) - 2
    save_file(weights, path, metadata={"format": "pt"})
    (tmp_path / "without").mkdir()
    convert_checkpoint(tmp_path / "checkpoint", tmp_path / "without")
    whole, without = (tmp_path / name / "model.bin" for name in ("whole", "without"))
    assert whole.read_bytes() == without.read_bytes()


def test_weights_that_are_not_all_there(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    made.save("pegasus", tmp_path)
    path = tmp_path / "checkpoint" / "model.safetensors"
    weights = load_file(path)
    name = "model.encoder.layers.1.fc1.weight"
    broken = {
        f"The tensor {name} is missing": {k: v for k, v in weights.items() if k != name},
        "classification_head.dense.weight has no place": {
            **weights, "classification_head.dense.weight": torch.zeros(2, 2),
        },
        f"The tensor {name} holds values that are no number": {
            **weights, name: weights[name] * torch.nan,
        },
    }  # fmt: skip
    for says, table in broken.items():
        save_file(table, path, metadata={"format": "pt"})
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        with pytest.raises(ConversionError, match=says) as caught:
            convert_checkpoint(tmp_path / "checkpoint", out)
        assert "\n" not in str(caught.value) and not list(out.iterdir())
