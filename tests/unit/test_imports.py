"""Nothing heavy is loaded, nor much time taken, before a function is called."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

HEAVY = (
    "ctranslate2", "torch", "transformers", "tokenizers", "pandas", "polars", "spacy", "numpy",
    "presidio_analyzer", "ipywidgets", "sentencex", "gguf", "huggingface_hub", "safetensors",
)  # fmt: skip

IMPORT = """
import json, sys, time
start = time.perf_counter()
import slm_magic
print(json.dumps([time.perf_counter() - start, sorted(sys.modules)]))
"""

LOAD = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
start = time.perf_counter()
shell.run_line_magic("load_ext", "slm_magic")
took = time.perf_counter() - start
{then}
print(json.dumps([took, sorted(sys.modules)]))
"""


def fresh(code: str) -> tuple[float, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    took, modules = json.loads(done.stdout.splitlines()[-1])
    return took, set(modules)


def measured(code: str) -> float:
    runs = [fresh(code) for _ in range(5)]
    for _, modules in runs:
        assert modules.isdisjoint(HEAVY)
    return statistics.median(took for took, _ in runs)


def test_import_is_light() -> None:
    assert measured(IMPORT) < 0.3


def test_load_ext_is_light() -> None:
    assert measured(LOAD.format(then="")) < 0.5


def test_completion_loads_nothing_heavy() -> None:
    then = "\n".join(
        f"assert shell.Completer.complete(line_buffer={line!r}, cursor_pos={len(line)})"
        for line in ("%slm ", "%slm translate --to f", "%slm pull ", "%slm redact --entities PER")
    )
    _, modules = fresh(LOAD.format(then=then))
    assert modules.isdisjoint(HEAVY)
