"""Folders of decoder-only models: family, chat templates, self-check, and windows kept to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import tiny_gguf
from tiny_gguf import TEMPLATE, Tiny
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from slm_magic import engine
from slm_magic.convert.gguf import convert_gguf
from slm_magic.convert.gguf_tensors import ARCHITECTURES
from slm_magic.engine import Decoding
from slm_magic.errors import ModelLoadError
from slm_magic.store import describe
from slm_magic.tokenization import TextTokenizer, open_tokenizer
from slm_magic.tokenization_causal import causal_traits

USER = [{"role": "user", "content": "the in"}]
BOTH = [{"role": "system", "content": "Be brief."}, *USER]


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    yield
    engine.unload()


def folder_of(tmp_path: Path, architecture: str = "qwen2", **keys: Any) -> Path:
    """Convert a tiny GGUF file of an architecture."""
    tmp_path.mkdir(exist_ok=True)
    Tiny(architecture, keys=keys).write(tmp_path / "m.gguf")
    folder = tmp_path / "Some Name"
    folder.mkdir()
    convert_gguf(tmp_path / "m.gguf", folder, quantization="float32")
    return folder


def change(folder: Path, file: str, **values: Any) -> None:
    path = folder / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def assert_refused(folder: Path, says: str) -> None:
    with pytest.raises(ModelLoadError, match=says) as caught:
        open_tokenizer(describe.local_folder(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("quantization", ["float32", "int8"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_family_is_told_by_the_weights(
    tmp_path: Path, architecture: str, quantization: str
) -> None:
    Tiny(architecture).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", tmp_path, quantization=quantization)
    assert describe.local_folder(tmp_path).card.family == architecture
    window = tiny_gguf.WINDOW if architecture == "gemma3" else 0
    assert causal_traits(tmp_path).window == window


@pytest.mark.parametrize(
    ("architecture", "named", "family"),
    [
        ("llama", "llama", "llama"),
        ("gemma3", "gemma3_text", "gemma3"),
        # Built as a Llama is, and trained for another chat.
        ("llama", "mistral", "other"),
        ("qwen2", "qwen3", "other"),
        ("qwen3", 7, "qwen3"),
    ],
)
def test_settings_that_name_another_type(
    tmp_path: Path, architecture: str, named: Any, family: str
) -> None:
    folder = folder_of(tmp_path, architecture)
    change(folder, "config.json", model_type=named)
    assert describe.local_folder(folder).card.family == family


def test_other_decoders_are_of_no_family(tmp_path: Path) -> None:
    tiny.causal(tmp_path)
    assert causal_traits(tmp_path).family == "other"
    (tmp_path / "model.bin").write_bytes(b"\x06\x00")
    assert causal_traits(tmp_path).family == "other"


def template_of(folder: Path, text: str) -> TextTokenizer:
    (folder / "chat_template.jinja").write_text(text, encoding="utf-8")
    return TextTokenizer(folder, "mine")


def said(tokenizer: TextTokenizer, messages: list[dict[str, str]]) -> str:
    return tokenizer._tokenizer.decode(  # type: ignore[no-any-return]
        [tokenizer._tokenizer.token_to_id(token) for token in tokenizer.chat(messages)],
        skip_special_tokens=False,
    )


def test_a_template_in_its_own_file_goes_first(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    assert said(TextTokenizer(folder), USER).startswith("<|im_start|>user\nthe in<|im_end|>")
    own = template_of(folder, "{% for m in messages %}Q: {{ m.content }}\n{% endfor %}A:")
    assert said(own, USER) == "Q: the in\nA:"


def test_the_plain_one_of_several_templates(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    several = [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": TEMPLATE}]
    change(folder, "tokenizer_config.json", chat_template=several)
    assert "<|im_start|>user\nthe in<|im_end|>" in said(TextTokenizer(folder), USER)
    change(folder, "tokenizer_config.json", chat_template="  ")
    assert said(TextTokenizer(folder), USER) == "the in\n\n"


@pytest.mark.parametrize(
    ("file", "data", "says"),
    [
        ("tokenizer_config.json", b"[]", "missing or damaged"),
        ("tokenizer_config.json", b"[" * 100_000, "missing or damaged"),
        ("chat_template.jinja", b"\xff\xfe", "chat_template.jinja is damaged"),
    ],
)
def test_damaged_settings_are_one_line(tmp_path: Path, file: str, data: bytes, says: str) -> None:
    folder = folder_of(tmp_path)
    (folder / file).write_bytes(data)
    with pytest.raises(ModelLoadError, match=says) as caught:
        TextTokenizer(folder).chat(USER)
    assert "\n" not in str(caught.value)


def test_templates_that_are_none_are_passed_over(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    several = ["tools", {"name": ["x"]}, {"name": "default", "template": TEMPLATE}]
    change(folder, "tokenizer_config.json", chat_template=several)
    assert "<|im_start|>user\nthe in<|im_end|>" in said(TextTokenizer(folder), USER)


@pytest.mark.parametrize(
    "template",
    [
        # Without a place for a system message: said so, or left out.
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}",
        "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}\n{% endfor %}",
    ],
)
def test_the_system_text_goes_to_the_user_where_there_is_no_place_for_it(
    tmp_path: Path, template: str
) -> None:
    tokenizer = template_of(folder_of(tmp_path), template)
    assert said(tokenizer, BOTH) == "[user]Be brief.\n\nthe in\n"
    assert said(tokenizer, USER) == "[user]the in\n"
    prefix, rest = tokenizer.split_chat(BOTH, "the in")
    assert tokenizer.decode(prefix) == "[user]Be brief.\n\n"
    assert tokenizer.decode(rest) == "the in\n"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ raise_exception('Roles\\nmust alternate.') }}", r"\(Roles\); replace chat_template"),
        ("{% for m in messages %}", "chat template of 'mine' cannot be used"),
        ("{{ messages[7].content }}", "'mine' cannot be used"),
        ("{{ 1 + 'a' }}", "'mine' cannot be used"),
        ("Answer:", "leaves out what it is given"),
    ],
)
def test_a_template_that_fails_is_one_line(tmp_path: Path, template: str, says: str) -> None:
    tokenizer = template_of(folder_of(tmp_path), template)
    with pytest.raises(ModelLoadError, match=says) as caught:
        tokenizer.chat([{"role": "user", "content": "Hush"}])
    assert "\n" not in str(caught.value) and "Hush" not in str(caught.value)


def thinking(tmp_path: Path) -> TextTokenizer:
    tokens, _ = tiny_gguf.byte_level_vocabulary()
    types = [3] * 3 + [1] * (len(tokens) - 3) + [4, 4]
    keys = {
        "tokenizer.ggml.tokens": [*tokens, "<think>", "</think>"],
        "tokenizer.ggml.token_type": types,
    }
    Tiny("qwen3", keys=keys).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", tmp_path)
    return template_of(
        tmp_path,
        TEMPLATE + "{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}",
    )


def test_a_model_that_thinks_is_told_not_to(tmp_path: Path) -> None:
    tokenizer = thinking(tmp_path)
    assert said(tokenizer, USER).endswith("assistant\n<think>\n\n</think>\n\n")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>\nthe in\n</think>\n\nthe thing", "the thing"),
        ("the in</think>the thing", "the thing"),
        ("<think>\nthe in", ""),
        ("the thing", "the thing"),
        ("a <b> the thing", "a <b> the thing"),
    ],
)
def test_thoughts_are_no_part_of_an_answer(tmp_path: Path, text: str, answer: str) -> None:
    tokenizer = thinking(tmp_path)
    assert tokenizer.decode(tokenizer.encode(text)) == answer


def test_other_models_may_write_the_word(tmp_path: Path) -> None:
    tokenizer = TextTokenizer(folder_of(tmp_path))
    text = "<think>the</think>in"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def pieces_folder(folder: Path, legacy: bool = False, **settings: Any) -> TextTokenizer:
    """A tokenizer as SentencePiece's, which puts a space before a text."""
    words = ["<unk>", "<s>", "</s>", "▁", "▁the", "the", "▁in", "in", ":", "<eos>", "a"]
    merges = [("▁", "the"), ("▁", "in"), ("t", "he"), ("h", "e"), ("i", "n")]
    vocabulary = {w: n for n, w in enumerate([*words, "t", "h", "e", "i", "n", "he"])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges[2:][::-1] + merges[:2]))
    if legacy:
        made.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    else:
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    made.decoder = decoders.Metaspace()
    made.add_special_tokens(["<unk>", "<s>", "</s>"])
    folder.mkdir(exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    given = {"bos_token": {"content": "<s>"}, "eos_token": "</s>", **settings}
    (folder / "tokenizer_config.json").write_text(json.dumps(given))
    return TextTokenizer(folder)


@pytest.mark.parametrize("legacy", [False, True])
def test_inside_a_text_no_space_is_put_before_a_part(tmp_path: Path, legacy: bool) -> None:
    template = (
        "<s>in:{% for m in messages %}{{ m.content }}{% endfor %}</s>{{ messages[0].content }}"
    )
    tokenizer = pieces_folder(tmp_path, legacy, chat_template=template, add_bos_token=True)
    tokens = tokenizer.chat([{"role": "user", "content": "the"}])
    # As the tokenizer itself reads the whole.
    whole = Tokenizer.from_file(str(tmp_path / "tokenizer.json")).encode("<s>in:the</s>the").tokens
    assert tokens == whole
    assert tokens.count("<s>") == 1
    assert ("▁the" in tokens) == legacy


def test_a_space_before_a_text_stays_with_its_first_word(tmp_path: Path) -> None:
    template = "in: {% for m in messages %}{{ m.content }}{% endfor %}"
    tokenizer = pieces_folder(tmp_path, chat_template=template)
    prefix, rest = tokenizer.split_chat([{"role": "user", "content": "the"}], "the")
    assert (prefix, rest) == (["▁in", ":"], ["▁the"])


def test_the_end_tokens_are_those_that_the_model_has(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    change(folder, "tokenizer_config.json", eos_token={"content": "<|im_end|>"})
    assert TextTokenizer(folder).end_tokens == ("<|im_end|>", "<|endoftext|>")
    # CTranslate2 refuses a token that it does not know.
    change(folder, "tokenizer_config.json", eos_token="<nowhere>")
    assert TextTokenizer(folder).end_tokens == ("<|im_end|>", "<|endoftext|>")
    assert pieces_folder(tmp_path / "own").end_tokens == ("</s>", "<eos>")


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_self_check_accepts_what_belongs_together(tmp_path: Path, architecture: str) -> None:
    folder = folder_of(tmp_path, architecture)
    assert len(open_tokenizer(describe.local_folder(folder)).probe()) > 5


def test_the_tokenizer_of_another_model(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    words = ["мост", "лодка", "река", "берег", "мельница", "сад"]
    made = Tokenizer(models.WordLevel({w: n for n, w in enumerate(words)}, unk_token="мост"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    assert_refused(
        folder, "'Some Name' is that of another model: .* of a probe are not in its vocab"
    )


def test_an_end_that_the_model_does_not_have(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    tokens = json.loads((folder / "vocabulary.json").read_text())
    renamed = [f"x{token}" if token.startswith("<|") else token for token in tokens]
    (folder / "vocabulary.json").write_text(json.dumps(renamed))
    assert_refused(folder, "'Some Name' would never end a text")


def test_a_vocabulary_of_another_size(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    tokens = json.loads((folder / "vocabulary.json").read_text())
    (folder / "vocabulary.json").write_text(json.dumps([*tokens, "more"]))
    assert_refused(
        folder, f"has {len(tokens) + 1} tokens in its vocabulary and weights for {len(tokens)}"
    )


@pytest.mark.parametrize("kind", ["encoder", "seq2seq"])
def test_weights_of_another_class(tmp_path: Path, kind: str) -> None:
    found = describe.local_folder(folder_of(tmp_path))
    getattr(tiny, kind)(tmp_path / "wrong")
    (tmp_path / "wrong" / "model.bin").rename(found.folder / "model.bin")
    for load in (open_tokenizer, engine.load):
        with pytest.raises(ModelLoadError, match=f"should be a causal .* of a {kind}") as caught:
            load(found)
        assert "\n" not in str(caught.value)


def test_a_pull_takes_the_template_along(tmp_path: Path) -> None:
    from slm_magic.store.pulling import CT2_SUFFIXES

    assert ".jinja" in CT2_SUFFIXES


def greedy(weights: Any, ids: list[int], steps: int) -> list[int]:
    ids = list(ids)
    for _ in range(steps):
        ids.append(int(tiny_gguf.logits(weights, ids)[-1].argmax()))
    return ids[-steps:]


@pytest.mark.parametrize("shared", [0, 6, 12])
def test_prompts_longer_than_a_window(tmp_path: Path, shared: int) -> None:
    """CTranslate2 by itself reads such prompts wrongly."""
    tokens, _ = tiny_gguf.byte_level_vocabulary()
    # With a table of its own for the output, or it says one token again and again.
    weights = Tiny("gemma3", tied=False).write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", tmp_path, quantization="float32")
    handle = engine.load(describe.local_folder(tmp_path))
    handle.tokenizer.end_tokens = ()
    random = np.random.default_rng(5)
    first = random.integers(3, len(tokens), shared).tolist()
    rests = [random.integers(3, len(tokens), size).tolist() for size in (3, 9, 25)]
    steps = 5
    # One at a time too: then nothing shorter goes along.
    groups = [rests, *([rest] for rest in rests)]
    expected = {len(rest): greedy(weights, first + rest, steps) for rest in rests}
    assert len({token for out in expected.values() for token in out}) > 4
    for group, beam in [(group, beam) for group in groups for beam in (1, 2)]:
        got = handle.generate(
            [[tokens[i] for i in rest] for rest in group],
            static_prompt=[tokens[i] for i in first] or None,
            decoding=Decoding(max_new_tokens=steps, beam_size=beam, scores=True),
        )
        for rest, one in zip(group, got, strict=True):
            assert len(one.tokens) == steps
            out = [tokens.index(token) for token in one.tokens]
            if beam == 1:
                assert out == expected[len(rest)]
            logits = tiny_gguf.logits(weights, [*first, *rest, *out]).astype(np.float64)
            logits = logits[len(first) + len(rest) - 1 : -1]
            steady = np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1))
            chosen = logits[range(steps), out] - logits.max(-1) - steady
            assert abs(chosen.mean() - (one.score or 0.0)) < 1e-4


def test_a_stream_of_a_prompt_longer_than_a_window(tmp_path: Path) -> None:
    tokens, _ = tiny_gguf.byte_level_vocabulary()
    Tiny("gemma3").write(tmp_path / "m.gguf")
    convert_gguf(tmp_path / "m.gguf", tmp_path, quantization="float32")
    handle = engine.load(describe.local_folder(tmp_path))
    few = Decoding(max_new_tokens=6)
    prompt = tokens[20:45]
    (whole,) = handle.generate([prompt], decoding=few)
    for cut in (0, 4, 12):
        seen = list(handle.stream(prompt[cut:], static_prompt=prompt[:cut] or None, decoding=few))
        text = handle.tokenizer.decode(whole.tokens)
        assert "".join(seen) == text or "\N{REPLACEMENT CHARACTER}" in text


def test_a_probe_takes_the_card_at_its_word(tmp_path: Path) -> None:
    found = describe.local_folder(folder_of(tmp_path))
    with pytest.raises(ModelLoadError, match="should be a seq2seq model"):
        engine.probe(found.folder, replace(found.card, kind="seq2seq"))
