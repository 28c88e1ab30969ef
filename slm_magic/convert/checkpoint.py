"""Checkpoints of transformers into CTranslate2 folders, by torch in a child process.

Here is what may be converted, decided by the files before torch is loaded, and the child that
does it: it answers Ctrl-C at once, gives torch's memory back when it ends, and keeps what
transformers prints out of a notebook. What runs in it is `checkpoint_child`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

from ..errors import ConversionError, MissingDependencyError
from ..importing import child_path
from ..json_files import listed_weights
from ..processes import kill
from ..stopping import pause
from .bert import read_json
from .encoder_names import FAMILIES, model_type
from .encoder_weights import INDEX
from .quantize import Progress, check_quantization

CONFIG = "config.json"
# model_type of config.json, and what a folder of it must have to read text, as alternatives.
_SENTENCEPIECE = (("tokenizer.json",), ("spiece.model",))
_BYTES = (("tokenizer.json",), ("vocab.json", "merges.txt"))
SEQ2SEQ: dict[str, tuple[tuple[str, ...], ...]] = {
    "bart": _BYTES,
    "m2m_100": (("tokenizer.json",), ("sentencepiece.bpe.model",)),  # NLLB too
    "marian": (("source.spm", "target.spm", "vocab.json"),),  # OPUS-MT
    "mt5": _SENTENCEPIECE,
    "pegasus": _SENTENCEPIECE,
    "t5": _SENTENCEPIECE,  # FLAN-T5 too
}
CAUSAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "gemma3_text": (("tokenizer.json",), ("tokenizer.model",)),
    "llama": (("tokenizer.json",), ("tokenizer.model",)),
    "qwen2": _BYTES,
    "qwen3": _BYTES,
}
ARCHITECTURES = SEQ2SEQ | CAUSAL

POLL_SECONDS = 0.1
# Files that say which code of the checkpoint's own transformers should run.
_WITH_CODE = ("config.json", "tokenizer_config.json", "generation_config.json")

# A thread reads standard input: when the parent is gone, however it went, the pipe closes and
# the child ends. The working folder is taken off the path: a notebook's own json.py is not meant.
_CHILD = """
import sys
sys.path[:] = [path for path in sys.path if path]
import json, os, threading
order = json.loads(sys.stdin.buffer.readline())
def watch():
    while os.read(0, 1):
        pass
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
sys.path[:] = order.pop("path")
from slm_magic.convert.checkpoint_child import main
main(**order)
"""
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "passive",
}


def convert_checkpoint(
    files: Path,
    out: Path,
    *,
    quantization: str = "int8",
    progress: Progress | None = None,
) -> None:
    """Convert a checkpoint that transformers saved into a CTranslate2 folder.

    Nothing is unpickled, no code of the checkpoint is run and the network is not used; the child
    process that does the work refuses all three.

    Parameters
    ----------
    files
        Folder with ``config.json``, a tokenizer, and ``model.safetensors`` or its parts with
        their index.
    out
        An existing empty folder, filled only once the whole is there.
    quantization
        ``int8`` or ``float32``.
    progress
        Called with bytes of weights done and bytes in all: after reading, and at the end.

    Raises
    ------
    ConversionError
        When a file is missing or damaged, asks for code, or the model is of another kind.
    MissingDependencyError
        When torch is not installed.
    """
    width = check_quantization(quantization)
    kind, weights = check_checkpoint(files)
    _need_torch(kind)
    # Each byte is read once and written once.
    total = 2 * sum(file.stat().st_size for file in weights)
    step = progress or (lambda done, total: None)
    step(0, total)
    work = out / "work"
    work.mkdir()
    try:
        with _Child(files, work, width) as child:
            read = False
            while not child.done():
                if not read and (work / "read").exists():
                    read = True
                    step(total // 2, total)
                pause(POLL_SECONDS)
            child.check()
        for made in (work / "model").iterdir():
            made.rename(out / made.name)
    finally:
        rmtree(work, ignore_errors=True)
    step(total, total)


def check_before_download(files: Path) -> None:
    """Refuse a checkpoint by its settings, while its weights are still to come.

    Raises
    ------
    ConversionError
        Saying in one line why it cannot be converted.
    MissingDependencyError
        When torch is not installed.
    """
    # What has no settings is told once all is there, and encoders are read without torch.
    if not (files / CONFIG).is_file() or model_type(read_json(files / CONFIG)) in FAMILIES:
        return
    _need_torch(check_settings(files))


def _need_torch(kind: str) -> None:
    if importlib.util.find_spec("torch") is None:
        raise MissingDependencyError(f"Converting a checkpoint of type {kind!r}", "convert")


def check_checkpoint(files: Path) -> tuple[str, list[Path]]:
    """Return the model's type and the files of its weights, if it may be converted.

    Raises
    ------
    ConversionError
        Saying in one line why not.
    """
    kind, weights = check_settings(files), _weights(files)
    for path in weights:
        _check_whole(path)
    return kind, weights


def check_settings(files: Path) -> str:
    """Return the model's type, if all but its weights says that it may be converted.

    Raises
    ------
    ConversionError
        Saying in one line why not.
    """
    config = read_json(files / CONFIG)
    for name in _WITH_CODE:
        if (files / name).is_file() and "auto_map" in read_json(files / name):
            raise ConversionError(
                f"{name} asks for code of the checkpoint's own (auto_map), which is never run; "
                "pull a checkpoint without it, or a GGUF file of the model"
            )
    kind = model_type(config)
    if kind not in ARCHITECTURES:
        known = ", ".join(sorted({*ARCHITECTURES, *FAMILIES}))
        raise ConversionError(
            f"Checkpoints of type {kind or None!r} cannot be converted, only {known}"
        )
    if config.get("quantization_config"):
        raise ConversionError(
            "The weights of this checkpoint are quantised already; pull the one that it was made "
            "from, or a GGUF file of the model"
        )
    if (files / "adapter_config.json").is_file():
        raise ConversionError(
            "This is an adapter over another model; merge it first: model.merge_and_unload() of peft"
        )
    _check_support(kind, config)
    ways = ARCHITECTURES[kind]
    if not any(all((files / name).is_file() for name in way) for way in ways):
        wanted = " or ".join(" with ".join(way) for way in ways)
        raise ConversionError(
            f"{files.name} has no tokenizer: expected {wanted} beside config.json"
        )
    return kind


def _check_support(kind: str, config: dict[str, Any]) -> None:
    """Refuse what CTranslate2 would compute otherwise than transformers, and say nothing."""
    if kind == "marian" and config.get("share_encoder_decoder_embeddings") is False:
        raise ConversionError(
            "This Marian model has one vocabulary a side in its checkpoint, which cannot be "
            "converted; pull a CTranslate2 folder of it"
        )
    if kind != "gemma3_text":
        return
    if config.get("use_bidirectional_attention"):
        raise ConversionError("This Gemma reads in both directions: it makes vectors, no text")
    scaled = config.get("rope_scaling") or config.get("rope_parameters") or {}
    if not isinstance(scaled, dict):
        raise ConversionError("config.json says no rotary positions that can be")
    tables = [scaled, *(value for value in scaled.values() if isinstance(value, dict))]
    # Older settings say the type under another name.
    if any(one.get("rope_type", one.get("type", "default")) != "default" for one in tables):
        raise ConversionError("A Gemma with scaled rotary positions cannot be converted")
    for name in ("attn_logit_softcapping", "final_logit_softcapping"):
        if config.get(name):
            raise ConversionError(f"A Gemma with {name} cannot be converted")


def _weights(files: Path) -> list[Path]:
    """Return the safetensors files of a folder; of an index only plain names are followed."""
    if (files / "model.safetensors").is_file():
        return [files / "model.safetensors"]
    try:
        # transformers would leave the folder, or open a pickle.
        parts = listed_weights(read_json(files / INDEX))
    except ValueError as error:
        raise ConversionError(f"{INDEX} {error}") from error
    for name in parts:
        if not (files / name).is_file():
            raise ConversionError(f"{name} is missing from {files.name}: get it again")
    return [files / name for name in parts]


def _check_whole(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy"):
            pass
    except (SafetensorError, OSError) as error:
        raise ConversionError(f"{path.name} is damaged or cut short: get it again") from error


class _Child:
    """The running conversion; ended when it is left, however that happens."""

    def __init__(self, files: Path, work: Path, quantization: str) -> None:
        self._name = files.name
        self._work = work
        root = str(Path(__file__).parents[2])
        order = {
            # As here, so that the same packages are found; this one too if '' stood for it.
            "path": [*child_path(), root],
            "source": str(files.resolve()),
            "work": str(work.resolve()),
            "quantization": quantization,
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, **_QUIET},
            # Ctrl-C goes to the parent alone, which then ends the child itself.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; `check` says why
        except BaseException:
            # Ctrl-C, before there is anyone to leave it.
            self.__exit__()
            raise

    def __enter__(self) -> _Child:
        return self

    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._process.poll() is not None

    def check(self) -> None:
        """Raise what the child has left as an error.

        Raises
        ------
        ConversionError
            If there is one, or it ended without a word.
        """
        if self._process.returncode == 0:
            return
        left = self._work / "error"
        if left.is_file():
            raise ConversionError(left.read_text(encoding="utf-8"))
        code = self._process.returncode
        if os.name != "nt" and code == -signal.SIGKILL:
            raise ConversionError(
                f"The conversion of {self._name} was ended by the system, most often for want of "
                "memory: close other programs and pull again"
            )
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", errors="replace").strip().splitlines()
        raise ConversionError(
            f"The conversion of {self._name} ended with {code}: {' '.join(lines[-1:])[:200]}"
        )

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            kill(self._process)
        if self._process.stdin is not None:
            # What a child that died did not read is still to be written.
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()
        self._log.close()
