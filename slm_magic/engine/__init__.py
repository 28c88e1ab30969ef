"""The engine: load a model once, run it well, let it go when memory is short.

The only user of CTranslate2 for inference. Models are kept one a name and process; when their
weights together pass a budget (`plan.memory_budget`), the least recently used are unloaded.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ModelLoadError
from . import tried
from .classifier import TokenClassifier, has_head
from .encoder import Encoder
from .forks import refuse_fork
from .handles import Decoding, Generated, Handle
from .plan import BULK_SENTENCES, ModelKind, Workload, cores, memory_budget, plan, thread_share
from .sequences import Causal, Seq2Seq

if TYPE_CHECKING:
    from ..catalog import ModelCard
    from ..store import Installed

__all__ = [
    "BULK_SENTENCES",
    "Causal",
    "Decoding",
    "Encoder",
    "Generated",
    "Handle",
    "Seq2Seq",
    "TokenClassifier",
    "Workload",
    "answer",
    "check_files",
    "compute_types",
    "cores",
    "load",
    "loaded",
    "probe",
    "thread_share",
    "unload",
]

KINDS: dict[str, type[Handle]] = {"seq2seq": Seq2Seq, "causal": Causal, "encoder": Encoder}

_lock = threading.RLock()
_handles: OrderedDict[str, Handle] = OrderedDict()


def load(installed: Installed, *, workload: Workload = "cell") -> Any:
    """Return the loaded model, loading it only if this process has not done so.

    Parameters
    ----------
    installed
        What `Store.resolve` found.
    workload
        ``bulk`` plans threads for throughput; a model loaded for a cell is then loaded anew,
        unless the plan is the same.

    Returns
    -------
    Seq2Seq, Causal, Encoder or TokenClassifier
        By the kind of the model's card, and by whether an encoder has a head beside it.

    Raises
    ------
    ModelLoadError
        If CTranslate2 or the tokenizer refuses the files, or a folder of the user's crashes them.
    ForkedError
        In a child forked after its parent had loaded a model.
    """
    refuse_fork()
    wanted = plan(_kind(installed), workload)
    key = str(installed.folder)
    with _lock:
        handle = _handles.get(key)
        if handle is not None and (handle.plan == wanted or workload == "cell"):
            _handles.move_to_end(key)
            return handle
        if handle is not None:
            _handles.pop(key).unload()
        tried.once(installed)
        _make_room((installed.folder / "model.bin").stat().st_size)
        handle = _open(installed, workload)
        _handles[key] = handle
        return handle


def unload(name: str | None = None) -> list[str]:
    """Free the memory of one model, or of all.

    Returns
    -------
    list of str
        Names of the models that were unloaded.
    """
    with _lock:
        keys = [key for key, h in _handles.items() if name in (None, h.installed.name)]
        names = []
        for key in keys:
            handle = _handles.pop(key)
            handle.unload()
            names.append(handle.installed.name)
    if names:
        _trim()
    return names


def loaded() -> dict[str, int]:
    """Return the names of the models in memory and the bytes of their weights."""
    # Without the lock, which is held for as long as a model takes to load.
    return {handle.installed.name: handle.size for handle in list(_handles.values())}


def compute_types() -> list[str]:
    """Return the types that CTranslate2 can compute with on this processor, sorted."""
    from .handles import import_ctranslate2

    return sorted(import_ctranslate2().get_supported_compute_types("cpu"))


def probe(folder: Path, card: ModelCard) -> None:
    """Load a converted folder in a process of its own and check that it answers sensibly.

    Raises
    ------
    ModelLoadError
        If it cannot be loaded, or its answer is empty or not finite.
    """
    from . import trial

    check_files(folder, card)
    # An interpreter that was built into another program cannot start a second one.
    (trial.run if sys.executable else answer)(folder, card)


def check_files(folder: Path, card: ModelCard) -> None:
    """Raise if the weights are of another kind of model than the card says.

    Raises
    ------
    ModelLoadError
        Saying which kind they are of.
    """
    from ..tokenization_check import check_class

    if card.kind in KINDS:
        check_class(card.name, folder, card.kind)


def answer(folder: Path, card: ModelCard, *, sensible: bool = True) -> None:
    """Load a converted folder in this process and check that it answers sensibly.

    Parameters
    ----------
    sensible
        False checks only that it can be loaded and asked without a crash.

    Raises
    ------
    ModelLoadError
        If it cannot be loaded, or its answer is empty or not finite.
    """
    from ..store import Installed

    installed = Installed(
        name=card.name, folder=folder, card=card, revision=card.revision, sha256=card.sha256
    )
    handle = _open(installed, "cell")
    try:
        answered = _answers(handle, card)
    except Exception:
        # What is asked here need not be what such a model is for; a user's own call tells better.
        if sensible:
            raise
        answered = True
    finally:
        handle.unload()
        del handle
        _trim()
    if sensible and not answered:
        raise ModelLoadError(
            f"{card.name!r} loads but gives no sensible answer; it was not installed. "
            "Pull it again, or report it with `%slm doctor`."
        )


def _answers(handle: Any, card: ModelCard) -> bool:
    if isinstance(handle, TokenClassifier):
        import numpy as np

        # What it says of a sentence is its own affair; that it says something can be asked.
        ids = [handle.tokenizer.encode_ids(text) for text in ("A test of five words.", "Two more.")]
        return all(np.isfinite(scores).all() for scores in handle.logits(ids))
    if isinstance(handle, Encoder):
        import numpy as np

        vectors = handle.embed(
            ["Sales grew by five percent.", "Revenue rose 5%.", "The cat sleeps on the sofa."]
        )
        if not np.isfinite(vectors).all():
            return False
        return bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    few = Decoding(max_new_tokens=12)
    if isinstance(handle, Causal):
        prompt = handle.tokenizer.chat([{"role": "user", "content": "What is two plus two?"}])
        (answer,) = handle.generate([prompt], decoding=few)
    else:
        languages = (*card.languages, *card.languages)
        source, target = card.pairs[0] if card.pairs else languages[:2]
        # A card of the user's may not say which of its targets a model has.
        targets = getattr(handle.tokenizer, "targets", {})
        if targets and target not in targets:
            target = min(targets)
        tokens = handle.tokenizer.encode("A test.", source, target)
        (answer,) = handle.translate(
            [tokens], target_prefix=handle.tokenizer.target_prefix(target), decoding=few
        )
    return bool(handle.tokenizer.decode(answer.tokens).strip())


def _open(installed: Installed, workload: Workload) -> Handle:
    from ..tokenization import open_tokenizer

    kind = _kind(installed)
    made = KINDS[kind]
    if made is Encoder and has_head(installed.folder):
        made = TokenClassifier
    return made(installed, open_tokenizer(installed), plan(kind, workload))


def _kind(installed: Installed) -> ModelKind:
    kind = installed.card.kind
    if kind == "head":
        raise ModelLoadError(
            f"{installed.name!r} is a head over {installed.card.requires[0]!r}, "
            "not a model of its own; it works through redact."
        )
    return kind


def _make_room(size: int) -> None:
    budget = memory_budget()
    while _handles and size + sum(handle.size for handle in _handles.values()) > budget:
        _, oldest = _handles.popitem(last=False)
        oldest.unload()
        del oldest
        _trim()


def _trim() -> None:
    """Give freed memory back to the system, which glibc keeps otherwise."""
    import ctypes
    import gc

    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # not glibc
        pass


def _settle_all() -> None:
    # A worker that calls back into an interpreter which is being taken down aborts the process.
    for handle in list(_handles.values()):
        handle.settle()


atexit.register(_settle_all)


def _abandon_all() -> None:
    for handle in _handles.values():
        handle.abandon()
    _handles.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
