"""Causal families against transformers: the same tokens in, the same out, on checkpoints made here.

Each checkpoint is random and tiny, its tokenizer trained on the sentences below. It is brought in
both ways that a user has: as a folder that CTranslate2's own converter made of it, and as a GGUF
file through our converter, which needs no torch.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf_checkpoint
import numpy as np
import pytest
from gguf_checkpoint import BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED, Words

from slm_magic import engine
from slm_magic.convert.gguf import convert_gguf
from slm_magic.engine import Decoding
from slm_magic.store import describe
from slm_magic.tokenization import TextTokenizer

torch = pytest.importorskip(
    "torch", reason="torch is not installed: transformers runs no checkpoint without it"
)

FAMILIES = ("llama", "qwen2", "qwen3", "gemma3")
WAYS = ("folder", "gguf")
STEPS = 28
# Shorter than the prompts below, some of which are longer than two of it.
WINDOW = 24
SENTENCES = [
    "The gardener waters the roses before the sun is up.",
    "A narrow path leads from the mill to the old quarry.",
    "Nobody had told the twins that the ferry was cancelled.",
    "Four chairs and a lamp were left in the empty hall.",
    "Le jardinier arrose les roses avant le lever du soleil.",
    "Reply in one word. Put the text into French.",
]
CHATS = [
    [("user", "The roses were left in the hall.")],
    [("system", "Reply in one word."), ("user", "A lamp leads the twins to the mill, été 42 ☃.")],
    [
        ("system", "Put the text into French."),
        ("user", SENTENCES[0]),
        ("assistant", SENTENCES[4]),
        ("user", " ".join(SENTENCES[1:4])),
    ],
    [("user", "Nobody  waters\n\nthe old quarry (1998) ...")],
]
LLAMA = (
    "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m['content'] | trim }}"
    "{% if m['role'] == 'assistant' %}{{ eos_token }}{% else %}\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
QWEN = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN3 = QWEN.replace(
    "assistant\n{% endif %}",
    "assistant\n{% if enable_thinking is defined and enable_thinking is false %}"
    "<think>\n\n</think>\n\n{% endif %}{% endif %}",
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}"
    "<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
SIZES: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 512, "rms_norm_eps": 1e-6,
}  # fmt: skip


@dataclass
class Made:
    """A checkpoint in memory and the folders that came of it."""

    tokenizer: Any
    model: Any
    folders: dict[str, Path]


def pieced(
    folder: Path, special: list[str], **options: Any
) -> tuple[dict[str, int], Any, list[float]]:
    """Train a SentencePiece model by merges; return vocabulary, merges and scores."""
    import sentencepiece
    from transformers.convert_slow_tokenizer import generate_merges

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20), model_prefix=str(folder / "own"), vocab_size=420,
        model_type="bpe", character_coverage=1.0, byte_fallback=True, minloglevel=2,
        normalization_rule_name="identity", remove_extra_whitespaces=False, **options,
    )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "own.model"))
    vocabulary = {pieces.id_to_piece(i): i for i in range(len(pieces))}
    scores = [pieces.get_score(i) for i in range(len(pieces))]
    merges = generate_merges(vocabulary, dict(zip(vocabulary, scores, strict=True)))
    for token in special:
        vocabulary[token] = len(vocabulary)
        scores.append(-1000.0)
    return vocabulary, merges, scores


def byte_level(special: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Train a byte-level tokenizer; return its vocabulary and merges."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(SENTENCES, trainer)
    model = json.loads(made.to_str())["model"]
    vocabulary = dict(model["vocab"])
    for token in special:
        vocabulary[token] = len(vocabulary)
    return vocabulary, [tuple(pair) for pair in model["merges"]]


def llama(folder: Path) -> tuple[Any, Any, Words]:
    from transformers import LlamaConfig, LlamaForCausalLM, LlamaTokenizer

    vocabulary, merges, scores = pieced(folder, [])
    tokenizer = LlamaTokenizer(vocab=vocabulary, merges=merges)
    config = LlamaConfig(
        vocab_size=len(vocabulary), tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 20_000.0}, **SIZES,
    )  # fmt: skip
    words = words_of(tokenizer, LLAMA, scores=scores, add_bos=True, add_space=True)
    return tokenizer, LlamaForCausalLM(config), words


def qwen(kind: str) -> tuple[Any, Any, Words]:
    import transformers
    from transformers import Qwen2Tokenizer

    thinks = kind == "Qwen3"
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary, merges = byte_level(special)
    tokenizer = Qwen2Tokenizer(
        vocab=vocabulary, merges=merges, eos_token="<|im_end|>", pad_token="<|endoftext|>",
        additional_special_tokens=special[1:2],
    )  # fmt: skip
    if thinks:
        tokenizer.add_tokens(["<think>", "</think>"])
    # The table of a real one is longer than its tokenizer as well.
    sizes = {**SIZES, "vocab_size": len(tokenizer) + 6}
    if thinks:
        # Heads wider than the width has room for.
        sizes["head_dim"] = 12
    config = getattr(transformers, f"{kind}Config")(
        tie_word_embeddings=thinks,
        rope_parameters={"rope_type": "default", "rope_theta": 50_000.0}, **sizes,
    )  # fmt: skip
    model = getattr(transformers, f"{kind}ForCausalLM")(config)
    words = words_of(tokenizer, QWEN3 if thinks else QWEN, merges=merges, more=6)
    return tokenizer, model, words


def qwen2(folder: Path) -> tuple[Any, Any, Words]:
    return qwen("Qwen2")


def qwen3(folder: Path) -> tuple[Any, Any, Words]:
    return qwen("Qwen3")


def gemma3(folder: Path) -> tuple[Any, Any, Words]:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig, GemmaTokenizer

    turns = ["<start_of_turn>", "<end_of_turn>"]
    vocabulary, merges, scores = pieced(
        folder, [*turns, "<mask>"], add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
    )  # fmt: skip
    tokenizer = GemmaTokenizer(vocab=vocabulary, merges=merges, additional_special_tokens=turns)
    sizes = {**SIZES, "num_hidden_layers": 8, "head_dim": 12}
    config = Gemma3TextConfig(
        vocab_size=len(vocabulary), sliding_window=WINDOW, query_pre_attn_scalar=12,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
            "full_attention": {"rope_type": "default", "rope_theta": 400_000.0},
        },
        **sizes,
    )  # fmt: skip
    words = words_of(tokenizer, GEMMA, scores=scores, add_bos=True, add_space=False)
    return tokenizer, Gemma3ForCausalLM(config), words


def words_of(
    tokenizer: Any,
    template: str,
    *,
    merges: Any = (),
    scores: Any = (),
    more: int = 0,
    add_bos: bool = False,
    add_space: bool | None = None,
) -> Words:
    """Return a tokenizer as GGUF has it, and give it its template."""
    tokenizer.chat_template = template
    ids = tokenizer.get_vocab()
    added = {entry.content: entry.special for entry in tokenizer.added_tokens_decoder.values()}

    def kind(token: str) -> int:
        if token == tokenizer.unk_token and scores:
            return UNKNOWN
        if token in added:
            return CONTROL if added[token] else USER_DEFINED
        return BYTE if token.startswith("<0x") else NORMAL

    tokens = sorted(ids, key=ids.__getitem__)
    types = [kind(token) for token in tokens]
    fillers = [f"[PAD{len(tokens) + i}]" for i in range(more)]
    end = "<end_of_turn>" if "<end_of_turn>" in ids else tokenizer.eos_token
    return Words(
        model="llama" if scores else "gpt2", pre="default" if scores else "qwen2",
        tokens=[*tokens, *fillers], types=[*types, *[5] * more],
        merges=[" ".join(pair) for pair in merges], scores=scores,
        bos=tokenizer.bos_token_id, eos=ids[end], unk=tokenizer.unk_token_id if scores else None,
        pad=tokenizer.pad_token_id, add_bos=add_bos, add_space=add_space, template=template,
    )  # fmt: skip


MAKERS: dict[str, Callable[[Path], tuple[Any, Any, Words]]] = {
    "llama": llama, "qwen2": qwen2, "qwen3": qwen3, "gemma3": gemma3,
}  # fmt: skip
# Weights whose outputs do not happen to end early.
SEEDS = {"qwen2": 5}


def shaken(model: Any, seed: int) -> Any:
    """Give random weights that decide: fresh ones make all tokens nearly as likely."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 1:
                # Norms and biases too: what is left out or added twice must show.
                weight.add_(torch.randn_like(weight) * 0.2)
            else:
                table = "embed_tokens" in name or "lm_head" in name
                weight.normal_(0.0, 0.15 if table else 0.6)
    return model.float().eval()


def convert(source: Path, out: Path) -> None:
    """Convert as CTranslate2 does, with its faults under transformers 5 mended."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        def load_model(self, model_class: Any, name: str, **kwargs: Any) -> Any:
            model = super().load_model(model_class, name, **kwargs)
            if model.config.model_type == "gemma3_text":
                # Where transformers 5 no longer keeps them, and the usual ones are taken instead.
                bases = model.config.rope_parameters
                model.config.rope_theta = bases["full_attention"]["rope_theta"]
                model.config.rope_local_base_freq = bases["sliding_attention"]["rope_theta"]
            return model

    files = ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]
    Converter(str(source), copy_files=files).convert(str(out))


def weights_of(model: Any) -> dict[str, Any]:
    return {name: value.detach().numpy() for name, value in model.state_dict().items()}


def base_of(config: Any) -> float:
    bases = config.rope_parameters
    return float(bases.get("full_attention", bases)["rope_theta"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    kept: dict[str, Made] = {}

    def get(family: str) -> Made:
        if family not in kept:
            place = tmp_path_factory.mktemp("any")
            tokenizer, model, words = MAKERS[family](place / "own")
            model = shaken(model, SEEDS.get(family, 7))
            model.save_pretrained(place / "checkpoint")
            tokenizer.save_pretrained(place / "checkpoint")
            folders = {"folder": place / "one", "gguf": place / "two"}
            convert(place / "checkpoint", folders["folder"])
            path = gguf_checkpoint.write(
                place / "own.gguf", family, weights_of(model), model.config, words,
                rope=base_of(model.config),
            )  # fmt: skip
            folders["gguf"].mkdir()
            convert_gguf(path, folders["gguf"], quantization="float32")
            kept[family] = Made(tokenizer, model, folders)
        return kept[family]

    return get


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLM_MAGIC_COMPUTE_TYPE", "float32")
    yield
    engine.unload()


def messages_of(chat: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in chat]


def wanted_ids(found: Made, family: str, chat: list[tuple[str, str]]) -> list[int]:
    """Return transformers' ids of a chat; Gemma's is told the system's part by the user."""
    if family == "gemma3" and chat[0][0] == "system":
        chat = [("user", f"{chat[0][1]}\n\n{chat[1][1]}"), *chat[2:]]
    encoded = found.tokenizer.apply_chat_template(
        messages_of(chat), add_generation_prompt=True, enable_thinking=False
    )
    return list(encoded["input_ids"])


def rows(folder: Path) -> dict[str, int]:
    tokens = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    return {token: number for number, token in enumerate(tokens)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_is_told_by_its_files(
    family: str, way: str, made: Callable[[str], Made]
) -> None:
    card = describe.local_folder(made(family).folders[way]).card
    assert (card.family, card.kind) == (family, "causal")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_tokens_go_in(family: str, way: str, made: Callable[[str], Made]) -> None:
    found = made(family)
    ids = rows(found.folders[way])
    tokenizer = engine.load(describe.local_folder(found.folders[way])).tokenizer
    for chat in CHATS:
        wanted = wanted_ids(found, family, chat)
        tokens = tokenizer.chat(messages_of(chat))
        assert [ids[token] for token in tokens] == wanted
        prefix, rest = tokenizer.split_chat(messages_of(chat), chat[-1][1])
        assert [ids[token] for token in [*prefix, *rest]] == wanted
        if family in ("llama", "gemma3"):
            assert wanted.count(found.tokenizer.bos_token_id) == 1


def greedy(found: Made, ids: list[int]) -> list[int]:
    with torch.no_grad():
        made = found.model.generate(
            torch.tensor([ids]), max_new_tokens=STEPS, do_sample=False, eos_token_id=None,
            pad_token_id=0,
        )  # fmt: skip
    tokens: list[int] = made[0, len(ids) :].tolist()
    return tokens


def log_probabilities(found: Made, ids: list[int], out: list[int]) -> Any:
    """Return the log-probability of each token of `out` after `ids`."""
    with torch.no_grad():
        logits = found.model(torch.tensor([[*ids, *out]])).logits[0, len(ids) - 1 : -1]
    return torch.log_softmax(logits, -1)[range(len(out)), out]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_greedy_tokens_come_out(
    family: str, way: str, made: Callable[[str], Made], record_property: Callable[[str, Any], None]
) -> None:
    found = made(family)
    handle = engine.load(describe.local_folder(found.folders[way]))
    ids = rows(found.folders[way])
    prompts = [handle.tokenizer.chat(messages_of(chat)) for chat in CHATS]
    if family == "gemma3":
        assert max(map(len, prompts)) > 3 * WINDOW
    got = handle.generate(prompts, decoding=Decoding(max_new_tokens=STEPS))
    scored = handle.generate(prompts, decoding=Decoding(max_new_tokens=STEPS, scores=True))
    distinct = set()
    worst = 0.0
    for chat, mine, score in zip(CHATS, got, scored, strict=True):
        wanted = wanted_ids(found, family, chat)
        theirs = greedy(found, wanted)
        assert [ids[token] for token in mine.tokens] == theirs
        assert mine.tokens == score.tokens
        distinct.update(theirs)
        mean = float(log_probabilities(found, wanted, theirs).mean())
        worst = max(worst, abs(mean - (score.score or 0.0)))
    print(f"{family} ({way}): mean log-probabilities differ by {worst:.1e}, {len(distinct)} tokens")
    record_property("worst", worst)
    assert len(distinct) > 8
    assert worst < 1e-4


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_shared_beginning_changes_nothing(
    family: str, way: str, made: Callable[[str], Made]
) -> None:
    found = made(family)
    handle = engine.load(describe.local_folder(found.folders[way]))
    few = Decoding(max_new_tokens=8)
    for text in (SENTENCES[2], " ".join(SENTENCES)):
        chat = [("system", SENTENCES[5]), ("user", text)]
        whole = handle.tokenizer.chat(messages_of(chat))
        prefix, rest = handle.tokenizer.split_chat(messages_of(chat), text)
        (one,) = handle.generate([whole], decoding=few)
        (other,) = handle.generate([rest], static_prompt=prefix, decoding=few)
        assert one.tokens == other.tokens
        text = handle.tokenizer.decode(one.tokens)
        streamed = "".join(handle.stream(rest, static_prompt=prefix, decoding=few))
        # Noise may be bytes that make no character, which a stream shows before all are there.
        assert streamed == text or "\N{REPLACEMENT CHARACTER}" in text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_logits_are_those_of_the_checkpoint(
    family: str, way: str, made: Callable[[str], Made], record_property: Callable[[str, Any], None]
) -> None:
    found = made(family)
    handle = engine.load(describe.local_folder(found.folders[way]))
    worst = largest = 0.0
    for chat in CHATS:
        # CTranslate2 gives logits of no more than a window at once.
        ids = wanted_ids(found, family, chat)[: WINDOW if family == "gemma3" else None]
        mine = np.array(handle._model.forward_batch([ids]))[0]
        with torch.no_grad():
            theirs = found.model(torch.tensor([ids])).logits[0].numpy()
        worst = max(worst, float(np.abs(mine - theirs).max()))
        largest = max(largest, float(np.abs(theirs).max()))
    print(f"{family} ({way}): logits up to {largest:.1f} differ by {worst:.1e}")
    record_property("worst", worst)
    assert worst < 1e-4


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_scores_under_beam_search_are_those_of_the_checkpoint(
    family: str, way: str, made: Callable[[str], Made], record_property: Callable[[str, Any], None]
) -> None:
    found = made(family)
    handle = engine.load(describe.local_folder(found.folders[way]))
    ids = rows(found.folders[way])
    prompts = [handle.tokenizer.chat(messages_of(chat)) for chat in CHATS]
    # No penalty, so that a score is the sum of the tokens' log-probabilities.
    decoding = Decoding(max_new_tokens=12, beam_size=4, length_penalty=0.0, scores=True)
    worst = 0.0
    for chat, mine in zip(CHATS, handle.generate(prompts, decoding=decoding), strict=True):
        assert not mine.complete and len(mine.tokens) == 12
        out = [ids[token] for token in mine.tokens]
        steps = log_probabilities(found, wanted_ids(found, family, chat), out)
        worst = max(worst, abs(float(steps.sum()) - (mine.score or 0.0)))
    print(f"{family} ({way}): scores differ by {worst:.1e} at the most")
    record_property("worst", worst)
    assert worst < 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_int8_says_nearly_the_same(
    family: str, made: Callable[[str], Made], tmp_path: Path
) -> None:
    """What a pull makes of the GGUF file is int8, whose logits are near those of float32."""
    import ctranslate2

    found = made(family)
    path = found.folders["gguf"].parent / "own.gguf"
    convert_gguf(path, tmp_path)
    generator = ctranslate2.Generator(str(tmp_path), compute_type="int8")
    ids = wanted_ids(found, family, CHATS[0])[:WINDOW]
    with torch.no_grad():
        theirs = found.model(torch.tensor([ids])).logits[0].numpy()
    mine = np.array(generator.forward_batch([ids]))[0]
    assert np.corrcoef(mine.ravel(), theirs.ravel())[0, 1] > 0.95


def test_llama_3_frequencies_are_those_of_transformers(tmp_path: Path) -> None:
    import ctranslate2
    from transformers import LlamaConfig, LlamaForCausalLM

    _, _, words = llama(tmp_path / "own")
    told = {
        "rope_type": "llama3", "rope_theta": 10_000.0, "factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
    }  # fmt: skip
    sizes = {**SIZES, "hidden_size": 64}
    config = LlamaConfig(vocab_size=len(words.tokens), rope_parameters=told, **sizes)
    model = shaken(LlamaForCausalLM(config), 3)
    usual = 10_000.0 ** (-torch.arange(0, 16, 2) / 16)
    divisors = (usual / model.model.rotary_emb.inv_freq).numpy().astype(np.float32)
    assert divisors.min() == 1.0 and divisors.max() == 8.0 and len(np.unique(divisors)) > 2
    path = gguf_checkpoint.write(
        tmp_path / "m.gguf", "llama", weights_of(model), model.config, words, rope=10_000.0,
        divisors=divisors,
    )  # fmt: skip
    (tmp_path / "out").mkdir()
    convert_gguf(path, tmp_path / "out", quantization="float32")
    ids = np.random.default_rng(0).integers(300, len(words.tokens), 150).tolist()
    with torch.no_grad():
        theirs = model(torch.tensor([ids])).logits[0].numpy()
    generator = ctranslate2.Generator(str(tmp_path / "out"), compute_type="float32")
    worst = np.abs(np.array(generator.forward_batch([ids]))[0] - theirs).max()
    print(f"llama 3 frequencies: logits differ by {worst:.1e}")
    assert worst < 1e-3


def test_a_folder_without_its_template_file_is_still_used(
    made: Callable[[str], Made], tmp_path: Path
) -> None:
    found = made("llama")
    shutil.copytree(found.folders["folder"], tmp_path / "own")
    (tmp_path / "own" / "chat_template.jinja").unlink()
    tokens = TextTokenizer(tmp_path / "own").chat(messages_of(CHATS[0]))
    ids = rows(tmp_path / "own")
    assert [ids[t] for t in tokens] == found.tokenizer(f"{CHATS[0][0][1]}\n\n")["input_ids"]
