"""What a model file is, read from its first bytes and never from its name."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

from ..catalog import Kind
from ..errors import ConversionError
from ..model_bin import read_variables
from .bert import read_json
from .encoder_names import FAMILIES, model_type
from .encoder_weights import INDEX

Form = Literal["ct2", "gguf", "bert", "checkpoint"]

# Names that a `model.bin` gives its layout, and the kind of model each is.
KINDS: dict[str, Kind] = {
    "TransformerSpec": "seq2seq",
    "TransformerBase": "seq2seq",  # of before CTranslate2 2
    "TransformerBig": "seq2seq",
    "TransformerDecoderSpec": "causal",
    "TransformerEncoderSpec": "encoder",
}

# The newest layout of model.bin that the CTranslate2 releases we allow can read.
BINARY_VERSION = 6
_COUNTS = ("/num_heads", "/num_heads_kv", "/head_dim")
# How many kinds CTranslate2 4.8 knows of each.
_KINDS_OF = {"/activation": 7, "/embeddings_merge": 2}
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def read_header(path: Path) -> tuple[int, str, int]:
    """Return the binary version, the specification's name and its revision of a `model.bin`.

    Raises
    ------
    ConversionError
        If the file is missing, cut short, no CTranslate2 model, or of a newer layout.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise ConversionError(f"{path.name} is missing from {path.parent.name}") from error
    if head.startswith(_PICKLES):
        raise ConversionError(f"{path.name} is a pickle, which slm-magic never opens")
    try:
        version, length = struct.unpack_from("<IH", head)
        name = head[6 : 6 + length].rstrip(b"\0").decode("ascii")
        (revision,) = struct.unpack_from("<I", head, 6 + length)
    except (struct.error, UnicodeDecodeError) as error:
        raise ConversionError(f"{path.name} is damaged or no CTranslate2 model") from error
    if not 1 <= version <= 1000 or not name.isidentifier():
        raise ConversionError(f"{path.name} is damaged or no CTranslate2 model")
    if version > BINARY_VERSION:
        raise ConversionError(
            f"{path.name} has layout {version}, newer than this CTranslate2 reads "
            f"({BINARY_VERSION}); upgrade: pip install -U ctranslate2"
        )
    return version, name, revision


def check_weights(path: Path) -> None:
    """Look through a `model.bin`, as CTranslate2 itself does not, before it is loaded.

    Raises
    ------
    ConversionError
        If what the file says of itself does not fit together.
    """
    try:
        variables = read_variables(path)
    except (OSError, ValueError) as error:
        raise ConversionError(f"{path.name} is damaged or cut short: get it again") from error
    for name, variable in variables.items():
        # CTranslate2 divides by it.
        if name.endswith(_COUNTS) and (variable.number or 0) < 1:
            raise ConversionError(f"{path.name} is damaged: it says {name} is none")
        # Of a kind that it does not know it computes whatever comes.
        kinds = next((most for end, most in _KINDS_OF.items() if name.endswith(end)), None)
        if kinds is not None and not 0 <= (variable.number or 0) < kinds:
            raise ConversionError(f"{path.name} is damaged or too new: it has an unknown {name}")


def detect(path: Path) -> Form:
    """Return what kind of model lies at `path`, a file or a folder.

    Raises
    ------
    ConversionError
        If it is of no kind that slm-magic can use.
    """
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(4)
        if head == b"GGUF":
            return "gguf"
        if head.startswith(_PICKLES):
            raise ConversionError(f"{path.name} is a pickle or an archive, which is never opened")
        raise ConversionError(f"{path.name} is not a GGUF file")
    if (path / "model.bin").is_file():
        read_header(path / "model.bin")
        return "ct2"
    weights = (path / "model.safetensors", path / INDEX)
    if any(one.is_file() for one in weights) and (path / "config.json").is_file():
        # What neither can convert is told by the one that knows of both.
        encoder = model_type(read_json(path / "config.json")) in FAMILIES
        return "bert" if encoder else "checkpoint"
    raise ConversionError(
        f"{path.name} holds no model: expected model.bin, or model.safetensors with config.json"
    )
