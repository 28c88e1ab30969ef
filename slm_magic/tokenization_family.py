"""What a sequence-to-sequence folder is, told by its vocabulary, settings and weights.

Never by its name: people call folders what they like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from .argos_metadata import read_package
from .catalog import Task
from .errors import LanguageError, ModelLoadError
from .json_files import MOST_BYTES, load_json
from .model_bin import Variable, read_variables
from .text import languages

Family = Literal[
    "nllb", "m2m100", "mbart", "t5", "flan-t5", "mt5", "pegasus", "bart", "opus", "other"
]

# ISO 639-1 code, then the tokens of NLLB that stand for it, the one to prefer first. Dialects
# and languages without such a code cannot be asked for.
_NLLB = """
af afr_Latn|ak aka_Latn|am amh_Ethi|ar arb_Arab|as asm_Beng|ay ayr_Latn|az azj_Latn|ba bak_Cyrl
be bel_Cyrl|bg bul_Cyrl|bm bam_Latn|bn ben_Beng|bo bod_Tibt|bs bos_Latn|ca cat_Latn|cs ces_Latn
cy cym_Latn|da dan_Latn|de deu_Latn|dz dzo_Tibt|ee ewe_Latn|el ell_Grek|en eng_Latn|eo epo_Latn
es spa_Latn|et est_Latn|eu eus_Latn|fa pes_Arab|ff fuv_Latn|fi fin_Latn|fj fij_Latn|fo fao_Latn
fr fra_Latn|ga gle_Latn|gd gla_Latn|gl glg_Latn|gn grn_Latn|gu guj_Gujr|ha hau_Latn|he heb_Hebr
hi hin_Deva|hr hrv_Latn|ht hat_Latn|hu hun_Latn|hy hye_Armn|id ind_Latn|ig ibo_Latn|is isl_Latn
it ita_Latn|ja jpn_Jpan|jv jav_Latn|ka kat_Geor|kk kaz_Cyrl|km khm_Khmr|kn kan_Knda|ko kor_Hang
ks kas_Arab kas_Deva|ku kmr_Latn|ky kir_Cyrl|lb ltz_Latn|lg lug_Latn|li lim_Latn|ln lin_Latn
lo lao_Laoo|lt lit_Latn|lv lvs_Latn|mg plt_Latn|mi mri_Latn|mk mkd_Cyrl|ml mal_Mlym|mn khk_Cyrl
mr mar_Deva|ms zsm_Latn|mt mlt_Latn|my mya_Mymr|nb nob_Latn|ne npi_Deva|nl nld_Latn|nn nno_Latn
no nob_Latn|ny nya_Latn|oc oci_Latn|om gaz_Latn|or ory_Orya|pa pan_Guru|pl pol_Latn|ps pbt_Arab
pt por_Latn|qu quy_Latn|rn run_Latn|ro ron_Latn|ru rus_Cyrl|rw kin_Latn|sa san_Deva|sc srd_Latn
sd snd_Arab|sg sag_Latn|si sin_Sinh|sk slk_Latn|sl slv_Latn|sm smo_Latn|sn sna_Latn|so som_Latn
sq als_Latn|sr srp_Cyrl|ss ssw_Latn|st sot_Latn|su sun_Latn|sv swe_Latn|sw swh_Latn|ta tam_Taml
te tel_Telu|tg tgk_Cyrl|th tha_Thai|ti tir_Ethi|tk tuk_Latn|tl tgl_Latn|tn tsn_Latn|tr tur_Latn
ts tso_Latn|tt tat_Cyrl|tw twi_Latn|ug uig_Arab|uk ukr_Cyrl|ur urd_Arab|uz uzn_Latn|vi vie_Latn
wo wol_Latn|xh xho_Latn|yi ydd_Hebr|yo yor_Latn|zh zho_Hans zho_Hant|zu zul_Latn
"""
_NLLB_TOKEN = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
_M2M_TOKEN = re.compile(r"__([a-z]{2,3})__")
_MBART_TOKEN = re.compile(r"[a-z]{2}_[A-Z]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPUS_TOKEN = re.compile(r">>([A-Za-z_]+)<<")
# What the first T5 was taught to translate, and what FLAN's translation tasks cover of the
# languages that its pieces can spell.
_T5_PAIRS = (("en", "de"), ("en", "fr"), ("en", "ro"))
_FLAN_PAIRS = tuple(
    pair for code in ("de", "es", "fr", "ro") for pair in (("en", code), (code, "en"))
)
_TOKEN_FILES = ("source_vocabulary", "shared_vocabulary")


@dataclass(frozen=True, slots=True)
class Traits:
    """What the files of a folder tell.

    Attributes
    ----------
    tokens
        ISO 639-1 code to the token that names the language, where the model has such tokens.
    languages, pairs
        What it translates between, as in a card; both empty where the files do not tell.
    tasks
        What it can be used for.
    context
        The longest input that the weights allow; 0 for any.
    """

    family: Family
    tokens: dict[str, str]
    languages: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    context: int


def traits(folder: Path) -> Traits:
    """Return what the files of a CTranslate2 folder tell of an encoder-decoder model."""
    # A cell that names a folder asks each time, and some vocabularies are of megabytes.
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.is_file()
    )
    return _traits(folder, stamps)


@lru_cache(maxsize=8)
def _traits(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> Traits:
    vocabulary = frozenset(read_vocabulary(folder, "source"))
    shapes = weight_shapes(folder / "model.bin")
    family = _family(folder, vocabulary, shapes)
    table = shapes.get("encoder/position_encodings/encodings") or (0,)
    package = read_package(folder)
    if package is not None:
        # Argos says itself what it is for, and names no language before a source.
        return Traits(family, {}, package.languages, package.pairs, ("translate",), table[0])
    tokens = _language_tokens(family, vocabulary)
    covered, pairs = _coverage(folder, family, tokens)
    # Which of the two most families were made for, the files do not tell.
    tasks: tuple[Task, ...] = ("translate", "summarize")
    if family in ("nllb", "m2m100", "mbart"):
        tasks = ("translate",)
    elif family in ("bart", "pegasus"):
        tasks = ("summarize",)
    return Traits(family, tokens, covered, pairs, tasks, table[0])


def read_vocabulary(folder: Path, side: str) -> list[str]:
    """Return the tokens of the ``source`` or ``target`` side, or an empty list without a file.

    A decoder or an encoder alone has one vocabulary, which is that of both sides.

    Raises
    ------
    ModelLoadError
        If the file is damaged.
    """
    for stem in (f"{side}_vocabulary", "shared_vocabulary", "vocabulary"):
        path = folder / f"{stem}.json"
        if path.is_file():
            try:
                tokens = load_json(path)
            except (OSError, ValueError) as error:
                raise _damaged(path) from error
            # Half of a pair of surrogates is no text that could be handed on.
            if not isinstance(tokens, list) or not all(map(_is_token, tokens)):
                raise _damaged(path)
            return tokens
        path = folder / f"{stem}.txt"
        if path.is_file():
            if path.stat().st_size > MOST_BYTES:
                raise _damaged(path)
            try:
                # Not splitlines: U+2028 and others are tokens of some vocabularies.
                return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
            except (OSError, ValueError) as error:
                raise _damaged(path) from error
    return []


def _is_token(token: Any) -> bool:
    return isinstance(token, str) and (token.isascii() or not _SURROGATE.search(token))


def _damaged(path: Path) -> ModelLoadError:
    return ModelLoadError(f"{path.name} is damaged or no vocabulary: get it again.")


def read_table(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if there is none."""
    try:
        table = load_json(path)
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def weight_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of every variable in a ``model.bin``, without reading the weights.

    Empty for a file that is not there or cannot be read so.
    """
    return {name: variable.shape for name, variable in _variables(path).items()}


def weight_values(path: Path) -> dict[str, float]:
    """Return the variables of a ``model.bin`` that are single numbers, such as its options.

    Empty where `weight_shapes` is.
    """
    return {
        name: variable.number
        for name, variable in _variables(path).items()
        if not variable.shape and variable.number is not None
    }


def _variables(path: Path) -> Mapping[str, Variable]:
    try:
        return read_variables(path)
    except (OSError, ValueError):
        return {}


def _family(folder: Path, vocabulary: frozenset[str], shapes: dict[str, tuple[int, ...]]) -> Family:
    # One such token may be a word that a tokenizer learnt; two name languages.
    for family, form in _LANGUAGE_FORMS:
        if sum(1 for token in vocabulary if form.fullmatch(token)) > 1:
            return family
    if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        return "opus"
    start = read_table(folder / "config.json").get("decoder_start_token")
    if start in ("<pad>", None) and "<extra_id_0>" in vocabulary:
        # The sentinels are written by the converter; mT5 alone spells unknown signs in bytes.
        if "<0x00>" in vocabulary:
            return "mt5"
        gated = any(name.endswith("ffn/linear_0_noact/weight") for name in shapes)
        return "flan-t5" if gated else "t5"
    if not vocabulary.isdisjoint(("<mask_2>", "<unk_2>", "<mask_1>")):
        return "pegasus"
    if {"<s>", "</s>"} <= vocabulary and any(token.startswith("Ġ") for token in vocabulary):
        return "bart"
    return "other"


_LANGUAGE_FORMS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("nllb", _NLLB_TOKEN),
    ("m2m100", _M2M_TOKEN),
    ("mbart", _MBART_TOKEN),
)


def _language_tokens(family: Family, vocabulary: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if family == "nllb":
        for entry in _NLLB.strip().replace("\n", "|").split("|"):
            code, *named = entry.split()
            found.update((code, token) for token in named[::-1] if token in vocabulary)
    elif family == "m2m100":
        known = frozenset(languages.codes())
        for token in vocabulary:
            match = _M2M_TOKEN.fullmatch(token)
            if match is not None and match[1] in known:
                found[match[1]] = token
        # Bokmål is what most Norwegian is, and what the model was shown as Norwegian.
        if "no" in found:
            found.setdefault("nb", found["no"])
    elif family in ("opus", "other"):
        # Some packages have one SentencePiece model for both sides, and so are not told as OPUS.
        for token in sorted(vocabulary):
            match = _OPUS_TOKEN.fullmatch(token)
            meant = _parsed(match[1]) if match is not None else None
            # The plain form of a language rather than one of its scripts or regions.
            if meant is not None and (meant not in found or len(token) < len(found[meant])):
                found[meant] = token
    return dict(sorted(found.items()))


def _coverage(
    folder: Path, family: Family, tokens: dict[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    if family in ("nllb", "m2m100"):
        return tuple(tokens), ()
    pairs: tuple[tuple[str, str], ...] = {"t5": _T5_PAIRS, "flan-t5": _FLAN_PAIRS}.get(family, ())
    if family == "opus":
        # As Marian's checkpoints say it; groups of languages have no code.
        table = read_table(folder / "tokenizer_config.json")
        source, target = _parsed(table.get("source_lang")), _parsed(table.get("target_lang"))
        targets = tuple(tokens) or ((target,) if target else ())
        if source is not None:
            pairs = tuple((source, code) for code in targets if code != source)
    return tuple(dict.fromkeys(code for pair in pairs for code in pair)), pairs


def _parsed(name: Any) -> str | None:
    if not isinstance(name, str):
        return None
    try:
        return languages.parse(name)
    except LanguageError:
        return None
