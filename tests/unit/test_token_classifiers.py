"""Token classifiers of a user's: pulled, checked as they load, and used by redact."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import taggers
from safetensors.numpy import load_file, save_file
from taggers import FAMILIES, LABELS, TEXT, WIDTH, checkpoint
from tokenizers import processors

from slm_magic import engine, library
from slm_magic.convert.bert import convert_bert
from slm_magic.convert.token_head import HEAD, read_labels
from slm_magic.errors import ConversionError, LanguageError, ModelLoadError, OptionError
from slm_magic.store import Store, describe

REDACTED = (
    "Yesterday <PERSON_1> met <PERSON_2> in <LOCATION_1> about the Olympics and badge <BADGE_1> , "
    "she said ."
)


@pytest.fixture(autouse=True)
def _unloaded() -> Iterator[None]:
    yield
    engine.unload()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Convert a checkpoint; return the CTranslate2 folder."""

    def made(family: str = "bert", **options: Any) -> Path:
        out = tmp_path / f"own-{family}"
        out.mkdir()
        convert_bert(checkpoint(tmp_path / f"from-{family}", family, **options), out)
        return out

    return made


def redact(text: Any, **options: Any) -> Any:
    pytest.importorskip("presidio_analyzer")
    from slm_magic.tasks.redact import redact as real

    return real(text, **options)


# Detection and conversion.


@pytest.mark.parametrize("family", FAMILIES)
def test_the_family_and_its_job_are_told_by_the_files(
    family: str, folder: Callable[..., Path]
) -> None:
    card = describe.local_folder(folder(family)).card
    assert (card.family, card.kind, card.tasks, card.languages) == (
        family, "encoder", ("redact",), ("*",),
    )  # fmt: skip
    offset = 2 if family in ("roberta", "xlm-roberta", "camembert") else 0
    assert card.context == taggers.POSITIONS - offset


@pytest.mark.parametrize(
    ("words", "family"),
    [
        (["[CLS]", "[SEP]"], "bert"),
        (["<s>", "</s>", "Ġthe"], "roberta"),
        (["<s>", "</s>", "▁the"], "xlm-roberta"),
        (["<s>NOTUSED", "<s>", "</s>", "▁the"], "camembert"),
    ],
)
def test_a_folder_that_others_converted_is_told_by_its_vocabulary(
    words: list[str], family: str, folder: Callable[..., Path]
) -> None:
    own = folder()
    # As CTranslate2's own converter leaves it.
    (own / "config.json").write_text("{}")
    tokens = json.loads((own / "vocabulary.json").read_text())
    plain = [token for token in tokens if token not in ("[CLS]", "[SEP]")]
    (own / "vocabulary.json").write_text(json.dumps([*words, *plain]))
    assert describe.local_folder(own).card.family == family


def test_distilbert_is_told_by_what_it_has_not(folder: Callable[..., Path]) -> None:
    own = folder("distilbert")
    (own / "config.json").write_text("{}")
    assert describe.local_folder(own).card.family == "distilbert"


def test_a_classifier_of_whole_texts_stays_an_encoder(folder: Callable[..., Path]) -> None:
    own = folder(architectures=["BertForSequenceClassification"])
    assert not (own / HEAD).exists()
    assert describe.local_folder(own).card.tasks == ("summarize",)


def test_parts_with_an_index_are_one_model(tmp_path: Path, folder: Callable[..., Path]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    source = checkpoint(tmp_path / "parts", parts=3)
    convert_bert(source, out)
    assert (out / "model.bin").read_bytes() == (folder() / "model.bin").read_bytes()
    (source / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(ConversionError, match="model-00002-of-00003.safetensors is missing"):
        convert_bert(source, out)


@pytest.mark.parametrize("file", ["../other.safetensors", "weights.bin", "/x.safetensors"])
def test_an_index_names_no_file_elsewhere_and_no_pickle(tmp_path: Path, file: str) -> None:
    source = checkpoint(tmp_path / "parts", parts=2)
    index = source / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": file}}))
    with pytest.raises(ConversionError, match="does not list the files"):
        convert_bert(source, tmp_path)


@pytest.mark.parametrize("family", ["electra", "deberta", "deberta-v2", "modernbert"])
def test_families_without_layers_in_ctranslate2(tmp_path: Path, family: str) -> None:
    source = checkpoint(tmp_path / "own", model_type=family)
    with pytest.raises(ConversionError, match=f"{family!r} cannot be converted") as caught:
        convert_bert(source, tmp_path)
    assert "\n" not in str(caught.value) and "distilbert" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"tensors": {"classifier.weight": None}}, "classifier.weight is missing"),
        ({"tensors": {"classifier.bias": None}}, "classifier.bias is missing"),
        ({"tensors": {"classifier.bias": np.ones(3, np.float32)}}, "do not go together"),
        ({"id2label": {"0": "O", "1": "B-PER"}}, "names 2 labels .id2label. and its head has 9"),
        ({"id2label": {"0": "O", "7": "B-PER"}}, "names 0 labels"),
        ({"id2label": None}, "names 0 labels"),
        ({"id2label": {str(i): f"LABEL_{i}" for i in range(9)}}, "labels without a meaning"),
        ({"id2label": {str(i): f"B-T{i}" for i in range(9)}}, "no label 'O'"),
        (
            {"tensors": {"classifier.weight": np.full((9, WIDTH), np.nan, np.float32)}},
            "values that are no number",
        ),
    ],
)
def test_a_head_that_cannot_be_used_is_not_converted(
    tmp_path: Path, options: dict[str, Any], says: str
) -> None:
    source = checkpoint(tmp_path / "own", **options)
    with pytest.raises(ConversionError, match=says) as caught:
        convert_bert(source, tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / HEAD).exists()


# The self-check as a model is loaded.


def write_head(folder: Path, **changed: Any) -> None:
    found = load_file(folder / HEAD) | changed
    save_file({name: value for name, value in found.items() if value is not None}, folder / HEAD)


def relabel(folder: Path, labels: list[str]) -> None:
    (folder / "labels.json").write_text(json.dumps({"labels": labels}))


def retokenize(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "tokenizer.json"
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table))


def swapped(table: dict[str, Any]) -> None:
    """Give two words of the tokenizer each other's number."""
    vocabulary = table["model"]["vocab"]
    vocabulary["Maria"], vocabulary["Rossi"] = vocabulary["Rossi"], vocabulary["Maria"]


def unknowing(table: dict[str, Any]) -> None:
    """Rewrite letters before they are looked up."""
    table["normalizer"] = {"type": "Replace", "pattern": {"Regex": "[a-zA-Z]"}, "content": "一"}


def grown(table: dict[str, Any]) -> None:
    size = len(table["model"]["vocab"])
    table["model"]["vocab"] |= {f"more{i}": size + i for i in range(9)}


def marked_otherwise(table: dict[str, Any]) -> None:
    table["post_processor"] = json.loads(
        processors.BertProcessing(("[PAD]", 0), ("[CLS]", 2)).__getstate__()
    )


def cut(folder: Path) -> None:
    path = folder / HEAD
    path.write_bytes(path.read_bytes()[:300])


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut head": (cut, "head.safetensors of 'own-bert' is damaged; pull it again"),
    "no bias": (lambda f: write_head(f, **{"classifier.bias": None}), "is damaged"),
    "narrow head": (
        lambda f: write_head(f, **{"classifier.weight": np.ones((9, 32), np.float32)}),
        "a head for states of 32 numbers and a model of 256",
    ),
    "fewer labels": (lambda f: relabel(f, ["O", "PER"]), "names 2 labels .* has 9 rows"),
    "no labels": (lambda f: (f / "labels.json").unlink(), "names 0 labels"),
    "labels of no meaning": (
        lambda f: relabel(f, [f"LABEL_{i}" for i in range(9)]),
        "labels without a meaning",
    ),
    "no plain words": (lambda f: relabel(f, list("ABCDEFGHI")), "no label 'O'"),
    "other numbers": (lambda f: retokenize(f, swapped), "is that of another model: .* other words"),
    "unknown pieces": (lambda f: retokenize(f, unknowing), "is that of another model: .* unknown"),
    "more tokens than rows": (lambda f: retokenize(f, grown), "has ids up to .* rows"),
    "no marks": (
        lambda f: retokenize(f, lambda t: t.update(post_processor=None)),
        "does not put its two marks",
    ),
    "other marks": (lambda f: retokenize(f, marked_otherwise), "does not put its two marks"),
    "short vocabulary": (
        lambda f: (f / "vocabulary.json").write_text(
            json.dumps(json.loads((f / "vocabulary.json").read_text())[:-4])
        ),
        "tokens in its vocabulary and weights for",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_the_self_check_says_in_one_line_what_is_wrong(
    fault: str, folder: Callable[..., Path]
) -> None:
    own = folder()
    spoil, says = FAULTS[fault]
    spoil(own)
    with pytest.raises(ModelLoadError, match=says) as caught:
        engine.load(describe.local_folder(own))
    assert "\n" not in str(caught.value) and "own-bert" in str(caught.value)


def test_labels_nested_beyond_reason_are_none(folder: Callable[..., Path]) -> None:
    out = folder("bert")
    (out / "labels.json").write_text("[" * 100_000)
    assert read_labels(out) == []
    with pytest.raises(ModelLoadError, match="names 0 labels"):
        engine.load(describe.local_folder(out))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_self_check_lets_each_family_pass(family: str, folder: Callable[..., Path]) -> None:
    handle = engine.load(describe.local_folder(folder(family)))
    assert isinstance(handle, engine.TokenClassifier)
    assert tuple(handle.labels) == LABELS
    scores = handle.logits([handle.tokenizer.encode_ids("a Maria"), [2, 3]])
    assert [one.shape[1] for one in scores] == [9, 9]
    assert LABELS[int(scores[0][-2].argmax())] == "B-PER"


# Pulled and used.


@pytest.mark.parametrize("family", FAMILIES)
def test_what_was_pulled_is_whole_and_redacts(family: str, tmp_path: Path) -> None:
    source = checkpoint(tmp_path / "any-name", family)
    found = library.pull(source, name="mine", progress=False)
    assert {HEAD, "labels.json"} <= {path.name for path in found.folder.iterdir()}
    assert library.verify("mine") == found
    done = redact(TEXT, model="mine")
    assert done.text == REDACTED
    assert done.restore() == TEXT
    assert (done.model.name, done.model.sha256) == ("mine", found.sha256)
    assert done.model.revision == found.revision != ""
    # The head is under the manifest's hashes too.
    path = found.folder / HEAD
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert f"{HEAD} has changed" in Store.default().verify("mine")


def test_a_ready_folder_keeps_its_head_when_it_is_pulled(folder: Callable[..., Path]) -> None:
    own = folder()
    # Labels as a config.json that was merged with the checkpoint's has them.
    config = json.loads((own / "config.json").read_text())
    config["id2label"] = {str(row): label for row, label in enumerate(LABELS)}
    (own / "config.json").write_text(json.dumps(config))
    (own / "labels.json").unlink()
    assert tuple(read_labels(own)) == LABELS
    found = library.pull(own, name="mine", progress=False)
    assert found.card.tasks == ("redact",)
    assert redact(TEXT, model="mine").text == REDACTED
    # And as it lies there.
    assert redact(TEXT, model=str(own)).text == REDACTED


def test_a_head_that_does_not_fit_is_not_installed(folder: Callable[..., Path]) -> None:
    own = folder()
    retokenize(own, swapped)
    with pytest.raises(ModelLoadError, match="'mine' is that of another model"):
        library.pull(own, name="mine", progress=False)
    assert Store.default().get("mine") is None


@pytest.fixture
def mine(folder: Callable[..., Path]) -> str:
    """A model under its name, without a pull's trial."""
    return str(folder())


def test_options_keep_working(mine: str) -> None:
    asked = redact(TEXT, model=mine, entities="PERSON, misc")
    assert [span.entity_type for span in asked.spans] == ["PERSON", "PERSON", "MISC"]
    assert "Lyon" in asked.text and "Zorblat" in asked.text
    masked = redact("She met Maria Rossi today", model=mine, operator="mask")
    assert masked.text == "She met *********** today"
    with pytest.raises(OptionError, match="'BADGES'. Did you mean 'BADGE'"):
        redact(TEXT, model=mine, entities="BADGES")
    # Patterns stay on beside it, and a field's own too.
    text = "Maria Rossi , DOB 05/03/1961 , mail m.rossi@vexmar.example.org or 4111-1111-1111-1111 ."
    kinds = [span.entity_type for span in redact(text, model=mine, domain="medical").spans]
    assert {"PERSON", "DATE_OF_BIRTH", "EMAIL_ADDRESS"} <= set(kinds)
    assert "BADGE" not in kinds
    one, missing, two = redact(["Maria Rossi met", None, "met Otto Brandt"], model=mine)
    assert (one.text, missing, two.text) == ("<PERSON_1> met", None, "met <PERSON_2>")


def test_languages_that_the_own_model_does_not_cover(mine: str) -> None:
    for language in ("ru", "tr", "el", "ar"):
        assert redact("met Maria Rossi", model=mine, language=language).text == "met <PERSON_1>"
        with pytest.raises(LanguageError, match="does not cover"):
            redact("met Maria Rossi", language=language)


def test_a_language_that_spacy_cannot_read_is_one_line(
    mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spacy = pytest.importorskip("spacy")

    def refuse(name: str) -> None:
        raise ImportError("needs a package of its own")

    monkeypatch.setattr(spacy, "blank", refuse)
    with pytest.raises(LanguageError, match="language='en'") as caught:
        redact("met Maria", model=mine, language="ja")
    assert "\n" not in str(caught.value)


def test_long_texts_and_many_of_them(mine: str) -> None:
    text = f"{TEXT} " * 30
    done = redact([text, "nothing here", *[TEXT] * 40], model=mine)
    assert done[0].text == f"{REDACTED} " * 30
    assert done[1].text == "nothing here" and done[1].flags == ()
    assert {one.text for one in done[2:]} == {REDACTED}


def test_a_doubtful_word_is_flagged(folder: Callable[..., Path]) -> None:
    own = folder()
    found = load_file(own / HEAD)
    # Halfway between a person and nothing.
    found["classifier.weight"] *= np.float32(0.41)
    save_file(found, own / HEAD)
    done = redact("She met Maria today", model=str(own))
    assert done.text == "She met Maria today"
    (flag,) = done.flags
    assert (flag.kind, done.text[flag.start : flag.end]) == ("low_score", "Maria")
    assert "Maria" not in flag.message


def test_another_job_and_no_such_model(tmp_path: Path) -> None:
    own = tmp_path / "plain"
    own.mkdir()
    convert_bert(checkpoint(tmp_path / "from", architectures=["BertModel"]), own)
    with pytest.raises(OptionError, match="cannot redact this way"):
        redact(TEXT, model=str(own))
    shutil.rmtree(own)
    with pytest.raises(ConversionError, match="not a CTranslate2 folder"):
        redact(TEXT, model=str(own))


def test_types_are_listed_with_the_model(mine: str) -> None:
    pytest.importorskip("presidio_analyzer")
    from slm_magic.tasks.redact import entity_types

    assert "BADGE" in entity_types(model=mine) and "EMAIL_ADDRESS" in entity_types(model=mine)
    assert "BADGE" not in entity_types()
