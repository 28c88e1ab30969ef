"""The public names, which are fixed."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import metadata

import pytest

import slm_magic as slm

FIXED = {"translate", "summarize", "redact", "pull", "models", "remove", "unload", "doctor"}


def test_all_is_sorted_and_every_name_is_there() -> None:
    assert list(slm.__all__) == sorted(slm.__all__)
    assert set(slm.__all__) >= FIXED
    for name in slm.__all__:
        assert getattr(slm, name) is not None
    assert set(slm.__all__) <= set(dir(slm))


def test_models_is_a_function_whatever_was_imported_first() -> None:
    code = (
        "import slm_magic.library, slm_magic.magics, slm_magic.tasks.translate\n"
        "import slm_magic\n"
        f"assert all(callable(getattr(slm_magic, name)) for name in {sorted(FIXED)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("translate", ["target", "source", "model", "domain", "glossary", "beam_size"]),
        ("summarize", ["sentences", "style", "focus", "domain", "model"]),
        ("redact", ["entities", "operator", "language", "domain", "model"]),
    ],
)
def test_options_are_keyword_only_after_the_data(name: str, options: list[str]) -> None:
    first, *rest = inspect.signature(getattr(slm, name)).parameters.values()
    assert first.name == "text_or_texts"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in rest)
    assert set(options) <= {p.name for p in rest}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'transalte'"):
        _ = slm.transalte


def test_the_version_is_the_distribution_s() -> None:
    try:
        installed = metadata.version("slm-magic")
    except metadata.PackageNotFoundError:
        pytest.skip("slm-magic runs from its source, not installed")
    assert installed == slm.__version__
