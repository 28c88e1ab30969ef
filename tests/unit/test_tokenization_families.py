"""The families that transformers' tokenizers belong to, on folders made here, without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny

from slm_magic import engine
from slm_magic.errors import LanguageError, ModelLoadError
from slm_magic.store import Installed, describe
from slm_magic.tasks import detect
from slm_magic.tokenization_family import traits, weight_shapes
from slm_magic.tokenization_seq2seq import open_seq2seq

FAMILIES = ["nllb", "m2m100", "t5", "flan-t5", "mt5", "bart", "pegasus"]
TEXT = "The old bridge was painted green."


def made(tmp_path: Path, family: str) -> Installed:
    # A name that would mislead whoever went by it.
    return describe.local_folder(tiny.family(tmp_path / "opus-mt-t5-bart", family))


def change(path: Path, **values: Any) -> None:
    table = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**table, **values}), encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_told_by_its_files_and_reads_its_text(tmp_path: Path, family: str) -> None:
    found = made(tmp_path, family)
    assert found.card.family == family and found.card.context == tiny.POSITIONS
    tokenizer = open_seq2seq(found)
    languages = ("en", "fr") if family in ("nllb", "m2m100") else ()
    tokens = tokenizer.encode(TEXT, *languages)
    assert tokens[-1] == "</s>" and tokens.count("</s>") == 1
    assert "<unk>" not in tokens
    assert tokenizer.decode(tokens).strip() == TEXT
    assert tokenizer.end_tokens == ("</s>",)


@pytest.mark.parametrize("family", FAMILIES)
def test_special_tokens_in_a_text_are_text(tmp_path: Path, family: str) -> None:
    tokenizer = open_seq2seq(made(tmp_path, family))
    languages = ("en", "fr") if family in ("nllb", "m2m100") else ()
    plain = tokenizer.encode(TEXT, *languages)
    tokens = tokenizer.encode("</s> eng_Latn __fr__ <s> <pad> <extra_id_0> " + TEXT, *languages)
    special = {"</s>", "<s>", "<pad>", "eng_Latn", "__fr__", "<extra_id_0>"}
    assert sorted(special & set(tokens)) == sorted(special & set(plain))
    assert tokens.count("</s>") == 1


@pytest.mark.parametrize(
    ("family", "source", "target", "covered"),
    [
        ("nllb", "eng_Latn", "fra_Latn", ("de", "en", "fr", "zh")),
        ("m2m100", "__en__", "__fr__", ("en", "fr", "nb", "no")),
    ],
)
def test_languages_are_named_before_source_and_output(
    tmp_path: Path, family: str, source: str, target: str, covered: tuple[str, ...]
) -> None:
    found = made(tmp_path, family)
    assert (found.card.languages, found.card.pairs) == (covered, ())
    assert found.card.tasks == ("translate",) and not found.card.default
    detect.check_pair(found.card, "en", "fr")
    with pytest.raises(LanguageError, match=f"covers between {', '.join(covered)}"):
        detect.check_pair(found.card, "en", "ja")
    tokenizer = open_seq2seq(found)
    assert tokenizer.encode(TEXT, "en", "fr")[0] == source
    assert tokenizer.target_prefix("fr") == [target]
    assert tokenizer.decode([target, *tokenizer.encode(TEXT, "en", "fr")]).strip() == TEXT
    with pytest.raises(LanguageError, match="no token for ja; it covers"):
        tokenizer.target_prefix("ja")
    with pytest.raises(LanguageError, match="name source and target"):
        tokenizer.encode(TEXT)


def test_two_hundred_languages_are_not_spelt_out(tmp_path: Path) -> None:
    from slm_magic.tokenization_family import _NLLB

    named = sorted(set(_NLLB.replace("|", " ").split()) - set("x"))
    tiny.seq2seq(tmp_path / "own", [token for token in named if "_" in token])
    card = describe.local_folder(tmp_path / "own").card
    assert len(card.languages) > 120
    with pytest.raises(LanguageError, match=r"covers between \d+ languages \(%slm info own\)"):
        detect.check_pair(card, "en", "ia")


def test_t5_is_told_in_words_what_to_do(tmp_path: Path) -> None:
    found = made(tmp_path, "t5")
    assert found.card.pairs == (("en", "de"), ("en", "fr"), ("en", "ro"))
    assert found.card.tasks == ("translate", "summarize")
    with pytest.raises(LanguageError, match="en to de, en to fr, en to ro"):
        detect.check_pair(found.card, "de", "en")
    tokenizer = open_seq2seq(found)
    asked = tokenizer.encode("translate English to French: " + TEXT)
    assert tokenizer.encode(TEXT, "en", "fr") == asked
    assert tokenizer.encode_summary(TEXT, 2) == tokenizer.encode("summarize: " + TEXT)
    assert tokenizer.target_prefix("fr") is None


def test_flan_t5_is_given_an_instruction_and_mt5_none(tmp_path: Path) -> None:
    flan = open_seq2seq(made(tmp_path / "flan", "flan-t5"))
    wanted = "Summarize this text in 2 sentences: " + TEXT
    assert flan.encode_summary(TEXT, 2) == flan.encode(wanted)
    assert "in one sentence" in _read(flan.encode_summary(TEXT, 1))
    wanted = "Translate from English to German: " + TEXT
    assert flan.encode(TEXT, "en", "de") == flan.encode(wanted)
    mt5 = open_seq2seq(made(tmp_path / "mt5", "mt5"))
    assert mt5.encode_summary(TEXT, 2) == mt5.encode(TEXT) == mt5.encode(TEXT, "en", "de")


def _read(tokens: list[str]) -> str:
    return "".join(tokens).replace("▁", " ")


def test_a_checkpoint_may_say_its_own_words(tmp_path: Path) -> None:
    found = made(tmp_path, "t5")
    change(
        found.folder / "config.json",
        task_specific_params={"summarization": {"prefix": "the shop: "}},
    )
    tokenizer = open_seq2seq(found)
    assert tokenizer.encode_summary(TEXT, 2) == tokenizer.encode("the shop: " + TEXT)


def test_bart_begins_what_it_reads_and_writes(tmp_path: Path) -> None:
    found = made(tmp_path, "bart")
    assert found.card.tasks == ("summarize",)
    tokenizer = open_seq2seq(found)
    assert tokenizer.encode(TEXT)[0] == "<s>"
    assert tokenizer.target_prefix("en") == ["<s>"]
    change(found.folder / "generation_config.json", forced_bos_token_id=0)
    assert open_seq2seq(found).target_prefix("en") == ["<s>"]
    change(found.folder / "generation_config.json", forced_bos_token_id=None)
    assert open_seq2seq(found).target_prefix("en") is None


def test_an_end_that_the_model_adds_is_not_added_twice(tmp_path: Path) -> None:
    found = made(tmp_path, "pegasus")
    change(found.folder / "config.json", add_source_eos=True)
    assert "</s>" not in open_seq2seq(found).encode(TEXT)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_tokenizer_of_another_model_is_found_out(tmp_path: Path, family: str) -> None:
    found = made(tmp_path, family)
    for name in ("tokenizer.json", "sentencepiece.bpe.model", "spiece.model"):
        (found.folder / name).unlink(missing_ok=True)
    tiny.pieces(found.folder / "spm.model", ["Жили у бабуси два весёлых гуся.", "Ещё один гусь."])
    with pytest.raises(ModelLoadError, match=r"of another model: \d+ of \d+ pieces") as caught:
        open_seq2seq(found)
    assert "\n" not in str(caught.value) and found.name in str(caught.value)


def test_a_tokenizer_of_another_model_is_found_out_in_opus_too(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    tiny.seq2seq(folder)
    for name in ("source.spm", "target.spm"):
        tiny.pieces(folder / name)
    with pytest.raises(ModelLoadError, match="of another model"):
        open_seq2seq(describe.local_folder(folder))


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    found = made(tmp_path, "m2m100")
    (found.folder / "sentencepiece.bpe.model").unlink()
    with pytest.raises(ModelLoadError, match=r"put tokenizer.json or sentencepiece.bpe.model"):
        open_seq2seq(found)
    (found.folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelLoadError, match=r"tokenizer.json is no tokenizer"):
        open_seq2seq(found)


def test_a_text_that_would_never_end_is_found_out(tmp_path: Path) -> None:
    found = made(tmp_path, "t5")
    change(found.folder / "config.json", eos_token="<end>")
    with pytest.raises(ModelLoadError, match="never end"):
        open_seq2seq(found)


def test_a_vocabulary_that_is_too_short_is_found_out(tmp_path: Path) -> None:
    # What transformers 5 makes of M2M100's languages.
    found = made(tmp_path, "nllb")
    path = found.folder / "shared_vocabulary.json"
    tokens = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(tokens[:-1]), encoding="utf-8")
    with pytest.raises(ModelLoadError, match=rf"{len(tokens) - 1} tokens .* for {len(tokens)}:"):
        open_seq2seq(found)


def test_weights_of_another_kind_are_found_out(tmp_path: Path) -> None:
    from dataclasses import replace

    found = made(tmp_path, "t5")
    with pytest.raises(ModelLoadError, match="should be a causal model.*of a seq2seq one"):
        engine.probe(found.folder, replace(found.card, kind="causal"))


def test_marian_checkpoints_say_their_languages(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    words = tiny.pieces(folder / "source.spm")
    tiny.pieces(folder / "target.spm")
    tiny.seq2seq(folder, words)
    assert describe.local_folder(folder).card.languages == ("*",)
    change(folder / "tokenizer_config.json", source_lang="eng", target_lang="deu")
    card = describe.local_folder(folder).card
    assert (card.languages, card.pairs) == (("en", "de"), (("en", "de"),))
    tiny.seq2seq(folder, [*words, ">>fra<<", ">>spa<<"])
    change(folder / "tokenizer_config.json", target_lang="roa")
    assert describe.local_folder(folder).card.pairs == (("en", "es"), ("en", "fr"))


def test_shapes_are_read_without_the_weights(tmp_path: Path) -> None:
    path = tiny.seq2seq(tmp_path / "own") / "model.bin"
    shapes = weight_shapes(path)
    assert shapes["encoder/embeddings_0/weight"] == shapes["decoder/embeddings/weight"] != ()
    path.write_bytes(path.read_bytes()[:-40_000])
    assert weight_shapes(path) == weight_shapes(tmp_path / "none") == {}
    path.write_bytes(b"\xff" * 5000)
    assert weight_shapes(path) == {}
    assert traits(path.parent).family == "other"
