"""Model files that are damaged, or made to do harm: each is written by a function of its own."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import tiny
from archives import argos_folder, packed
from tiny_gguf import Tiny

from slm_magic.store import Store

Make = Callable[[Path], Path]
# Where an archive with absolute names would write.
OUTSIDE = Path(tempfile.gettempdir(), "escaped-slm.txt")


class _Harm:
    """What a pickle would run; it makes a file that the tests look for."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("opened-by-pickle",)


def _folder(change: Callable[[Path], object]) -> Make:
    def make(place: Path) -> Path:
        folder = tiny.family(place / "bad", "nllb")
        change(folder)
        return folder

    return make


def _weights(change: Callable[[bytes], bytes]) -> Make:
    def write(folder: Path) -> None:
        path = folder / "model.bin"
        path.write_bytes(change(path.read_bytes()))

    return _folder(write)


def _shape_lies(data: bytes) -> bytes:
    """Say that the first matrix has fewer rows than bytes follow: CTranslate2 would overrun."""
    name = b"decoder/embeddings/weight\0"
    at = data.index(name) + len(name) + 1
    return data[:at] + struct.pack("<I", 1) + data[at + 4 :]


def _number(name: str, value: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        stored = name.encode() + b"\0"
        at = data.index(stored) + len(stored)
        rank = data[at]
        size = struct.unpack_from("<I", data, at + 2 + 4 * rank)[0]
        start = at + 6 + 4 * rank
        return data[:start] + value.to_bytes(size, "little", signed=True) + data[start + size :]

    return change


def _text(file: str, text: str | bytes) -> Make:
    data = text if isinstance(text, bytes) else text.encode()
    return _folder(lambda folder: (folder / file).write_bytes(data))


def _replaced(file: str, make: Callable[[Path], object]) -> Make:
    def change(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return _folder(change)


def _wrong_class(place: Path) -> Path:
    """Weights of a decoder under the name that an encoder-decoder has."""
    folder = tiny.causal(place / "bad")
    data = (folder / "model.bin").read_bytes()
    name = b"TransformerDecoderSpec\0"
    assert data[6 : 6 + len(name)] == name
    other = b"TransformerSpec\0"
    head = data[:4] + struct.pack("<H", len(other)) + other
    (folder / "model.bin").write_bytes(head + data[6 + len(name) :])
    return folder


def _whisper(place: Path) -> Path:
    folder = tiny.seq2seq(place / "bad")
    data = (folder / "model.bin").read_bytes()
    other = b"WhisperSpec\0"
    rest = data[6 + len(b"TransformerSpec\0") :]
    (folder / "model.bin").write_bytes(data[:4] + struct.pack("<H", len(other)) + other + rest)
    return folder


def _gguf(change: Callable[[bytes], bytes]) -> Make:
    def make(place: Path) -> Path:
        path = place / "bad.gguf"
        Tiny().write(path)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def _keys(**keys: object) -> Make:
    def make(place: Path) -> Path:
        Tiny(keys={key.replace("__", "."): value for key, value in keys.items()}).write(
            place / "bad.gguf"
        )
        return place / "bad.gguf"

    return make


def _file(name: str, data: bytes) -> Make:
    def make(place: Path) -> Path:
        (place / name).write_bytes(data)
        return place / name

    return make


def safetensors_folder(folder: Path) -> Path:
    """Write a BERT checkpoint with random weights."""
    import numpy as np
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{i}" for i in range(27))]
    width, random = 16, np.random.default_rng(5)
    config = {
        "model_type": "bert", "architectures": ["BertModel"], "vocab_size": len(words),
        "hidden_size": width, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "max_position_embeddings": 64, "type_vocab_size": 2,
        "hidden_act": "gelu", "layer_norm_eps": 1e-12, "pad_token_id": 0,
    }  # fmt: skip
    shapes = {
        "embeddings.word_embeddings.weight": (len(words), width),
        "embeddings.position_embeddings.weight": (64, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm.weight": (width,), "embeddings.LayerNorm.bias": (width,),
    }  # fmt: skip
    layer = "encoder.layer.0"
    for name, rows, columns in (
        ("attention.self.query", width, width), ("attention.self.key", width, width),
        ("attention.self.value", width, width), ("attention.output.dense", width, width),
        ("intermediate.dense", 32, width), ("output.dense", width, 32),
    ):  # fmt: skip
        shapes[f"{layer}.{name}.weight"] = (rows, columns)
        shapes[f"{layer}.{name}.bias"] = (rows,)
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes[f"{layer}.{name}.weight"] = shapes[f"{layer}.{name}.bias"] = (width,)
    folder.mkdir(parents=True)
    save_file(
        {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()},
        folder / "model.safetensors",
    )
    (folder / "config.json").write_text(json.dumps(config))
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    return folder


def _checkpoint(change: Callable[[Path], object]) -> Make:
    def make(place: Path) -> Path:
        folder = safetensors_folder(place / "bad")
        change(folder)
        return folder

    return make


def _tensors(data: bytes) -> Make:
    return _checkpoint(lambda folder: (folder / "model.safetensors").write_bytes(data))


def _config(**changes: object) -> Make:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return _checkpoint(change)


def _header(table: object, length: int | None = None) -> bytes:
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + bytes(64)


def _zip(name: str, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Make:
    """Write a sound package with more members in it."""

    def make(place: Path) -> Path:
        path = packed(argos_folder(place / "package"), place / name)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members:
                archive.writestr(member, data)
        return path

    return make


def _member(name: str, **fields: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def _archive(change: Callable[[bytes], bytes], name: str = "bad.argosmodel") -> Make:
    def make(place: Path) -> Path:
        path = packed(argos_folder(place / "package"), place / name)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def _replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data and len(old) == len(new)
        return data.replace(old, new)

    return change


def _encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(head)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(head, at + 4)
    return bytes(changed)


def _bomb(place: Path) -> Path:
    """A package whose weights are 300 MB of nothing, packed into 300 kB."""
    folder = argos_folder(place / "package")
    path = place / "bad.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("metadata.json", "sentencepiece.model", "model/shared_vocabulary.json"):
            archive.write(folder / name, f"package/{name}")
        with archive.open("package/model/model.bin", "w") as out:
            for _ in range(300):
                out.write(bytes(1_000_000))
    return path


def _bomb_that_lies(place: Path) -> Path:
    """The same, that says it is small: only what is really read tells."""
    data = bytearray(_bomb(place).read_bytes())
    real = struct.pack("<I", 300_000_000)
    at = data.find(real)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 100_000)
        at = data.find(real, at + 4)
    (place / "bad.argosmodel").write_bytes(data)
    return place / "bad.argosmodel"


def _twice(place: Path) -> Path:
    path = _zip("bad.argosmodel", ("package/README.mx", b"x"))(place)
    path.write_bytes(path.read_bytes().replace(b"README.mx", b"README.md"))
    return path


def _many(place: Path) -> Path:
    path = packed(argos_folder(place / "package"), place / "bad.argosmodel")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(5000):
            archive.writestr(f"{number}", b"")
    return path


def exported(place: Path) -> Path:
    """Write a sound exported model."""
    store = Store(place / "from")
    store.pull(argos_folder(place / "made"), probe=lambda *_: None, name="bad", progress=False)
    return store.export("bad", place / "bad.slm", progress=False)


def _slm(change: Callable[[bytes], bytes]) -> Make:
    def make(place: Path) -> Path:
        path = exported(place)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


def _slm_with(*members: tuple[str | zipfile.ZipInfo, bytes]) -> Make:
    def make(place: Path) -> Path:
        path = exported(place)
        with zipfile.ZipFile(path, "a") as archive:
            for member, data in members:
                archive.writestr(member, data)
        return path

    return make


def _linked_out(place: Path) -> Path:
    folder = tiny.family(place / "bad", "nllb")
    (folder / "model.bin").unlink()
    (folder / "model.bin").symlink_to("/dev/zero")
    return folder


_LINK = (stat.S_IFLNK | 0o777) << 16
_DEVICE = (stat.S_IFCHR | 0o666) << 16
_DEEP = "[" * 200_000
_PICKLE = pickle.dumps(_Harm())

BAD: dict[str, Make] = {
    # model.bin and what lies beside it
    "ct2 empty": _weights(lambda data: b""),
    "ct2 cut in the header": _weights(lambda data: data[:10]),
    "ct2 cut in a weight": _weights(lambda data: data[: len(data) // 2]),
    "ct2 cut by a byte": _weights(lambda data: data[:-1]),
    "ct2 longer": _weights(lambda data: data + b"\0"),
    "ct2 newer": _weights(lambda data: struct.pack("<I", 7) + data[4:]),
    "ct2 newer revision": _weights(lambda data: data[:22] + struct.pack("<I", 2**20) + data[26:]),
    "ct2 pickle": _weights(lambda data: _PICKLE),
    "ct2 shape lies": _weights(_shape_lies),
    "ct2 no heads": _weights(_number("encoder/num_heads", 0)),
    "ct2 heads below none": _weights(_number("decoder/num_heads", -2)),
    "ct2 odd heads": _weights(_number("encoder/num_heads", 7)),
    "ct2 activation of no kind": _weights(_number("decoder/activation", 99)),
    "ct2 wrong class": _wrong_class,
    "ct2 speech": _whisper,
    "ct2 vocabulary no json": _text("shared_vocabulary.json", "{not json"),
    "ct2 vocabulary deep": _text("shared_vocabulary.json", _DEEP),
    "ct2 vocabulary of numbers": _text("shared_vocabulary.json", "[1, 2, 3]"),
    "ct2 vocabulary of halves": _text("shared_vocabulary.json", '["<unk>", "\\ud800"]'),
    "ct2 vocabulary short": _text("shared_vocabulary.json", '["<unk>", "<s>", "</s>"]'),
    "ct2 config no json": _text("config.json", "{"),
    "ct2 config deep": _text("config.json", _DEEP),
    "ct2 config of a list": _text("config.json", "[]"),
    "ct2 config huge": _text("config.json", b'{"a": "' + b"x" * 101_000_000 + b'"}'),
    "ct2 tokenizer no json": _text("tokenizer.json", "{"),
    "ct2 tokenizer deep": _text("tokenizer.json", _DEEP),
    "ct2 tokenizer empty": _text("tokenizer.json", ""),
    "ct2 pieces garbage": _folder(
        lambda folder: (
            (folder / "tokenizer.json").unlink(),
            (folder / "sentencepiece.model").write_bytes(bytes(range(256)) * 20),
        )
    ),
    "ct2 pieces empty": _folder(
        lambda folder: (
            (folder / "tokenizer.json").unlink(),
            (folder / "spiece.model").write_bytes(b""),
        )
    ),
    "ct2 weights are a folder": _replaced("model.bin", lambda path: path.mkdir()),
    "ct2 weights are a pipe": _replaced("model.bin", lambda path: os.mkfifo(path)),
    "ct2 weights are a device": _linked_out,
    "ct2 tokenizer is a pipe": _replaced("tokenizer.json", lambda path: os.mkfifo(path)),
    "ct2 tokenizer is a broken link": _replaced(
        "tokenizer.json", lambda path: path.symlink_to("../nowhere.json")
    ),
    # GGUF
    "gguf empty": _gguf(lambda data: b""),
    "gguf cut in the header": _gguf(lambda data: data[:200]),
    "gguf cut in a tensor": _gguf(lambda data: data[: len(data) - 1000]),
    "gguf newer": _gguf(lambda data: data[:4] + struct.pack("<I", 9) + data[8:]),
    "gguf of wild counts": _gguf(lambda data: data[:8] + b"\xff" * 16 + data[24:]),
    "gguf of wild layers": _keys(llama__block_count=2_000_000_000),
    "gguf of no width": _keys(llama__embedding_length=0),
    "gguf of odd heads": _keys(llama__attention__head_count=3),
    "gguf of more heads than width": _keys(llama__attention__head_count=100_000),
    "gguf of parts of a head": _keys(llama__attention__head_count=0.5),
    "gguf of no number": _keys(llama__feed_forward_length=float("nan")),
    "gguf of infinity": _keys(llama__context_length=float("inf")),
    "gguf of numbers for tokens": _keys(tokenizer__ggml__tokens=[1, 2, 3]),
    "gguf of a text for tokens": _keys(tokenizer__ggml__tokens="abc"),
    "gguf of numbers for merges": _keys(tokenizer__ggml__merges=[1, 2, 3]),
    "gguf of a text for an id": _keys(tokenizer__ggml__bos_token_id="one"),
    "gguf of a broken template": _keys(tokenizer__chat_template="{% for %}{{"),
    "gguf of a template that loops": _keys(
        tokenizer__chat_template="{{ ''.__class__.__mro__[1].__subclasses__() }}"
    ),
    "gguf another file": _file("bad.gguf", b"hello, this is no model at all"),
    "gguf pickle": _file("bad.gguf", _PICKLE),
    "gguf pipe": lambda place: (os.mkfifo(place / "bad.gguf"), place / "bad.gguf")[1],
    # safetensors
    "safetensors empty": _tensors(b""),
    "safetensors header too long": _tensors(_header({}, 2**62)),
    "safetensors header past the end": _tensors(_header({}, 10_000)),
    "safetensors no json": _tensors(struct.pack("<Q", 3) + b"{{{"),
    "safetensors deep": _tensors(struct.pack("<Q", len(_DEEP)) + _DEEP.encode()),
    "safetensors of nothing": _tensors(_header({})),
    "safetensors lies of size": _tensors(
        _header(
            {
                "embeddings.word_embeddings.weight": {
                    "dtype": "F32",
                    "shape": [2**40, 2**20],
                    "data_offsets": [0, 64],
                }
            }
        )
    ),
    "safetensors pickle": _tensors(_PICKLE),
    "checkpoint of pickles only": _checkpoint(
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    ),
    "checkpoint config no json": _checkpoint(lambda f: (f / "config.json").write_text("{")),
    "checkpoint config deep": _checkpoint(lambda f: (f / "config.json").write_text(_DEEP)),
    "checkpoint config of a list": _checkpoint(lambda f: (f / "config.json").write_text("[]")),
    "checkpoint config huge": _checkpoint(
        lambda f: (f / "config.json").write_bytes(b'{"a": "' + b"x" * 101_000_000 + b'"}')
    ),
    "checkpoint of wild layers": _config(num_hidden_layers=2_000_000_000),
    "checkpoint of no heads": _config(num_attention_heads=0),
    "checkpoint of a text for heads": _config(num_attention_heads="many"),
    "checkpoint of a wild vocabulary": _config(vocab_size=10**15),
    "checkpoint of a list for a kind": _config(model_type=["bert"]),
    "checkpoint of a table for a kind": _config(model_type={"bert": 1}),
    "checkpoint of a number for a class": _config(architectures=5, layer_norm_eps="x"),
    "checkpoint of a list for an activation": _config(hidden_act=["gelu"]),
    "checkpoint of no number for an epsilon": _config(layer_norm_eps=None),
    "checkpoint of a list for rotary positions": _config(
        model_type="gemma3_text", rope_scaling=[8.0]
    ),
    "checkpoint tokenizer broken": _checkpoint(lambda f: (f / "tokenizer.json").write_text("{")),
    "checkpoint tokenizer is a pipe": _checkpoint(
        lambda f: ((f / "tokenizer.json").unlink(), os.mkfifo(f / "tokenizer.json"))
    ),
    # Argos archives
    "argos empty": _archive(lambda data: b""),
    "argos cut": _archive(lambda data: data[: len(data) // 2]),
    "argos only its end": _archive(lambda data: data[-22:]),
    "argos of no zip": _file("bad.argosmodel", b"PK\x03\x04" + bytes(500)),
    "argos pickle": _file("bad.argosmodel", _PICKLE),
    "argos up": _zip("bad.argosmodel", ("../escaped.txt", b"x")),
    "argos deep up": _zip("bad.argosmodel", ("package/model/../../../escaped.txt", b"x")),
    "argos absolute": _zip("bad.argosmodel", (_member(str(OUTSIDE)), b"x")),
    "argos drive": _zip("bad.argosmodel", (_member("C:/escaped.txt"), b"x")),
    "argos backslash": _zip("bad.argosmodel", (_member("..\\escaped.txt"), b"x")),
    "argos nul": _archive(_replace(b"stanza/resources.json", b"stanza/res\0urces.json")),
    "argos control": _zip("bad.argosmodel", (_member("a\x1b[2Jb"), b"x")),
    "argos twice": _twice,
    "argos twice in other letters": _zip("bad.argosmodel", ("package/MODEL/model.bin", b"x")),
    "argos link": _zip("bad.argosmodel", (_member("package/l", external_attr=_LINK), b"/etc")),
    "argos device": _zip("bad.argosmodel", (_member("package/d", external_attr=_DEVICE), b"")),
    "argos encrypted": _archive(_encrypted),
    "argos packed otherwise": _zip(
        "bad.argosmodel", (_member("package/x", compress_type=zipfile.ZIP_LZMA), b"x")
    ),
    "argos many": _many,
    "argos bomb": _bomb,
    "argos bomb that lies": _bomb_that_lies,
    "argos damaged within": _archive(
        lambda data: data[: len(data) // 3] + bytes(64) + data[len(data) // 3 + 64 :]
    ),
    "argos as gguf": _zip("bad.gguf", ("../escaped.txt", b"x")),
    "wheel": _file("bad.whl", b""),
    # Exported models
    "slm empty": _slm(lambda data: b""),
    "slm cut": _slm(lambda data: data[: len(data) // 2]),
    "slm cut by a byte": _slm(lambda data: data[:-1]),
    "slm changed within": _slm(
        _replace(b"decoder/embeddings/weight", b"decoder/embeddings/wEight")
    ),
    "slm up": _slm_with(("files/../../escaped.txt", b"x")),
    "slm link": _slm_with((_member("files/l", external_attr=_LINK), b"/etc")),
    "slm more": _slm_with(("files/more.json", b"{}")),
    "slm twice": _slm_with((_member("FILES/model.bin"), b"{}")),
    "slm pickle": _file("bad.slm", _PICKLE),
    "slm is a folder": lambda place: ((place / "bad.slm").mkdir(), place / "bad.slm")[1],
}


def _wheel(place: Path) -> Path:
    path = place / "bad.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad/__init__.py", "raise SystemExit('ran')")
        archive.writestr("bad-1.0.dist-info/WHEEL", "Wheel-Version: 1.0")
        archive.writestr("bad/model.bin", _PICKLE)
    return path


def _split_slm(place: Path) -> Path:
    """An exported model whose manifest alone is packed beyond reason."""
    path = exported(place)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        members["slm-magic.json"] = b"[" * 100_000_000
        for name, data in members.items():
            archive.writestr(name, data)
    shutil.rmtree(place / "from")
    return path


BAD["wheel"] = _wheel
BAD["slm manifest is a bomb"] = _split_slm
