"""JSON files that came with a model: read within bounds, whatever is in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

# A vocabulary of 256,000 tokens takes 8 MB, and the tokenizer.json of one 35 MB.
MOST_BYTES = 100_000_000
# A file of the folder itself, whose weights are no pickle.
_WEIGHTS = re.compile(r"[\w-][\w.-]*\.safetensors")


def load_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no file, far too large, not UTF-8, no JSON, or nested beyond reason.
    """
    # A pipe in the place of a file would be waited for without end.
    if path.exists() and not path.is_file():
        raise ValueError(f"{path.name} is not a file")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return parse_json(data)


def parse_json(data: bytes) -> Any:
    """Return what JSON in UTF-8 stands for.

    Raises
    ------
    ValueError
        If it is none, longer than `MOST_BYTES`, or nested beyond reason.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"longer than {MOST_BYTES} bytes")
    text = data.decode("utf-8")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # Python's own line tells how to program around it
        raise ValueError("a number of too many digits") from error


def listed_weights(index: Any) -> list[str]:
    """Return the files that a ``model.safetensors.index.json`` lists, sorted.

    Parameters
    ----------
    index
        What the file holds.

    Raises
    ------
    ValueError
        If it lists none, or others than safetensors of its own folder.
    """
    listed = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(listed, dict) or not listed:
        raise ValueError("names no files")
    names = sorted({str(name) for name in listed.values()})
    if not all(_WEIGHTS.fullmatch(name) for name in names):
        raise ValueError("names files that are no safetensors of this folder")
    return names
