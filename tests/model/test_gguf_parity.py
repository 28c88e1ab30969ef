"""Real GGUF files: the tokenizer's ids and the logits are those of transformers' reading."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from many_texts import CODE, SENTENCES, texts
from tokenizers import Tokenizer

from slm_magic.convert.gguf import _vocabulary, convert_gguf
from slm_magic.convert.gguf_header import read_header
from slm_magic.convert.gguf_tensors import Fields
from slm_magic.convert.gguf_tokenizer import build_tokenizer
from slm_magic.tokenization import TextTokenizer

pytestmark = pytest.mark.model
NO_TORCH = "torch is not installed: transformers reads no GGUF file without it"
# SHA-256 of the ids of all texts by transformers' reading of the GGUF files (5.24, torch 2.13).
DIGESTS = {
    "smollm2-135m": "f3b083c68b3506ae12d569f3c48cb47d8e48f987638fc601065635fe2e5ccefc",
    "qwen2.5-coder-1.5b": "6fa6da9a45846ed4e04c2d0e7111fbe827974fe9788ed09f86b5b762f8a92985",
}


def digest(tokenizer: Any) -> str:
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts()]
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


@pytest.mark.parametrize("name", list(DIGESTS))
def test_an_installed_tokenizer_gives_the_recorded_ids(
    name: str, pulled: Callable[[str], Path]
) -> None:
    assert len(texts()) >= 1000
    assert digest(Tokenizer.from_file(str(pulled(name) / "tokenizer.json"))) == DIGESTS[name]


@pytest.mark.registry
@pytest.mark.parametrize("name", list(DIGESTS))
def test_ids_are_those_of_transformers(
    name: str,
    gguf_file: Callable[[str], Path],
    record_property: Callable[[str, object], None],
) -> None:
    pytest.importorskip("torch", reason=NO_TORCH)
    from transformers.integrations.gguf import convert_gguf_tokenizer, get_gguf_tokenizer

    path = gguf_file(name)
    start = time.perf_counter()
    ours = build_tokenizer(_vocabulary(Fields(read_header(path))))
    seconds = time.perf_counter() - start
    architecture, tokenizer, _ = get_gguf_tokenizer(str(path))
    theirs, _ = convert_gguf_tokenizer(architecture, tokenizer)
    compared = texts()
    wrong = [
        ascii(text)
        for text in compared
        if ours.encode(text, add_special_tokens=False).ids
        != theirs.encode(text, add_special_tokens=False).ids
    ]
    print(f"{name}: {len(compared)} texts, {len(wrong)} differ; built in {seconds:.1f} s")
    record_property("texts", len(compared))
    record_property("seconds", seconds)
    assert wrong == []
    assert digest(theirs) == DIGESTS[name]
    for text in compared:
        ids = ours.encode(text, add_special_tokens=False).ids
        assert ours.decode(ids, skip_special_tokens=False) == text
    assert ours.get_vocab_size() == theirs.get_vocab_size()


@pytest.mark.parametrize("name", list(DIGESTS))
def test_chat_is_that_of_transformers(name: str, pulled: Callable[[str], Path]) -> None:
    from transformers import PreTrainedTokenizerFast

    folder = pulled(name)
    settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    theirs = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), chat_template=settings["chat_template"]
    )
    ours = TextTokenizer(folder)
    for sentence in SENTENCES:
        messages = [
            {"role": "system", "content": "Answer in one word."},
            {"role": "user", "content": sentence},
        ]
        expected = theirs.apply_chat_template(messages, add_generation_prompt=True)
        assert theirs.convert_tokens_to_ids(ours.chat(messages)) == list(expected["input_ids"])


@pytest.mark.registry
def test_float32_logits_are_those_of_transformers(
    tmp_path: Path,
    gguf_file: Callable[[str], Path],
    record_property: Callable[[str, object], None],
) -> None:
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    import ctranslate2
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    path = gguf_file("smollm2-135m")
    convert_gguf(path, tmp_path, quantization="float32")
    generator = ctranslate2.Generator(str(tmp_path), compute_type="float32")
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))

    # `from_pretrained(gguf_file=...)` wants accelerate as well; this is what it does with torch.
    config = AutoConfig.for_model(**load_gguf_checkpoint(path)["config"])
    model = AutoModelForCausalLM.from_config(config).float().eval()
    read = load_gguf_checkpoint(path, return_tensors=True, model_to_load=model)["tensors"]
    absent, unknown = model.load_state_dict(read, strict=False)
    assert (list(absent), list(unknown)) == (["lm_head.weight"], [])
    model.tie_weights()

    prompts = [
        "The ferry leaves at a quarter past",
        "<|im_start|>user\nName three rivers.<|im_end|>\n<|im_start|>assistant\n",
        " ".join(SENTENCES[:2] * 8),
        CODE[0],
    ]
    worst = 0.0
    for prompt in prompts:
        ids = tokenizer.encode(prompt).ids
        found: Any = np.array(generator.forward_batch([ids]))[0]
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0].numpy()
        worst = max(worst, float(np.abs(found - expected).max()))
        assert (found.argmax(-1) == expected.argmax(-1)).all()
    print(f"smollm2-135m: largest difference of a float32 logit {worst:.1e}")
    record_property("largest_logit_difference", worst)
    # Logits reach 40; float32 in another order of sums is good for about 1e-4 of them.
    assert worst < 1e-3
