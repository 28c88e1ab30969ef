"""The token-classification head that CTranslate2's encoders leave out, kept beside ``model.bin``.

``head.safetensors`` holds ``classifier.weight`` (labels, width) and ``classifier.bias`` (labels),
float32; ``labels.json`` holds ``{"labels": [...]}``, the name of each row. Neither can hold code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConversionError
from ..tokenization_family import read_table

if TYPE_CHECKING:
    from .encoder_weights import Weights
    from .quantize import Floats

HEAD = "head.safetensors"
LABELS = "labels.json"
WEIGHT, BIAS = "classifier.weight", "classifier.bias"

# Names of the output for words that nothing is said about.
_OUTSIDE = frozenset({"O", "0", "OUTSIDE", "NONE"})


def is_outside(label: str) -> bool:
    """Whether a label stands for ordinary words."""
    return label.upper() in _OUTSIDE


def has_head(folder: Path) -> bool:
    """Whether a token-classification head lies beside the weights of `folder`."""
    return (folder / HEAD).is_file()


def copy_head(config: dict[str, Any], weights: Weights, out: Path) -> bool:
    """Write the head of a checkpoint into `out`, if it has one for tokens.

    A classifier of whole texts has a tensor of the same name; ``architectures`` tells.

    Returns
    -------
    bool
        Whether there is one.

    Raises
    ------
    ConversionError
        When the checkpoint says that it has one and it is not whole, or its labels say nothing.
    """
    from safetensors.numpy import save_file

    named = config.get("architectures")
    named = named if isinstance(named, list) else []
    if not any(str(one).endswith("ForTokenClassification") for one in named):
        return False
    weight, bias = weights.outside(WEIGHT).all(), weights.outside(BIAS).all()
    table = config.get("id2label")
    labels = _labels(table if isinstance(table, dict) else {})
    problem = wrong(weight, bias, labels)
    if problem:
        raise ConversionError(f"The checkpoint {problem}")
    save_file({WEIGHT: weight, BIAS: bias}, out / HEAD)
    text = json.dumps({"labels": labels}, indent=1, ensure_ascii=False)
    (out / LABELS).write_text(text + "\n", encoding="utf-8")
    return True


def read_labels(folder: Path) -> list[str]:
    """Return the names of a head's rows, in order.

    From ``labels.json``, or from a ``config.json`` that holds the checkpoint's ``id2label``.
    Empty where neither tells.
    """
    for path, key in ((folder / LABELS, "labels"), (folder / "config.json", "id2label")):
        found = read_table(path).get(key)
        if isinstance(found, list):
            return list(map(str, found))
        if isinstance(found, dict):
            return _labels(found)
    return []


def read_head(folder: Path) -> tuple[Floats, Floats]:
    """Return the weight (labels, width) and the bias (labels) of a head.

    Raises
    ------
    ConversionError
        When the file is damaged or holds something else.
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(folder / HEAD)
        return found[WEIGHT].astype(np.float32), found[BIAS].astype(np.float32)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ConversionError(f"{HEAD} is damaged or no head") from error


def wrong(weight: Floats, bias: Floats, labels: list[str]) -> str:
    """Return what is wrong with a head and its labels, or an empty string."""
    import numpy as np

    if weight.ndim != 2 or bias.shape != weight.shape[:1]:
        return f"has a head of {weight.shape} with a bias of {bias.shape}, which do not go together"
    if len(labels) != len(weight):
        return f"names {len(labels)} labels (id2label) and its head has {len(weight)} rows"
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        return "has a head that holds values that are no number"
    if all(label == f"LABEL_{row}" for row, label in enumerate(labels)):
        return "has labels without a meaning (LABEL_0 ...): name them under id2label in config.json"
    if not any(map(is_outside, labels)):
        return "has no label 'O' for ordinary words, so every word would be taken out"
    return ""


def _labels(table: dict[str, Any]) -> list[str]:
    """Return the labels of an ``id2label`` table in order; empty if its numbers have gaps."""
    try:
        by_row = {int(row): str(label) for row, label in table.items()}
    except ValueError:
        return []
    return (
        [by_row[row] for row in range(len(by_row))]
        if by_row.keys() == set(range(len(by_row)))
        else []
    )
