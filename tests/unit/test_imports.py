"""Nothing heavy is loaded before a function is called; benchmarks/startup.py measures the time."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = (
    "ctranslate2", "torch", "transformers", "tokenizers", "pandas", "polars", "spacy", "numpy",
    "presidio_analyzer", "ipywidgets", "sentencex", "gguf", "huggingface_hub", "safetensors",
)  # fmt: skip

IMPORT = """
import json, sys
import slm_magic
print(json.dumps(sorted(sys.modules)))
"""

LOAD = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "slm_magic")
{then}
print(json.dumps(sorted(sys.modules)))
"""


def loaded(code: str) -> set[str]:
    """Return the modules of a fresh process that has run `code`."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_is_light() -> None:
    modules = loaded(IMPORT)
    assert "slm_magic" in modules and modules.isdisjoint(HEAVY)


def test_load_ext_is_light() -> None:
    modules = loaded(LOAD.format(then=""))
    assert "slm_magic.magics" in modules and modules.isdisjoint(HEAVY)


def test_completion_loads_nothing_heavy() -> None:
    then = "\n".join(
        f"assert shell.Completer.complete(line_buffer={line!r}, cursor_pos={len(line)})"
        for line in ("%slm ", "%slm translate --to f", "%slm pull ", "%slm redact --entities PER")
    )
    assert loaded(LOAD.format(then=then)).isdisjoint(HEAVY)
