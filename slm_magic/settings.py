"""Defaults that a user sets outside a call: ``SLM_MAGIC_*``, ``[tool.slm-magic]`` and a file.

An option given in a call comes first, then (in a notebook) ``%config SlmMagics`` and
``%slm use``, then the environment, then the nearest ``pyproject.toml`` at or above the working
folder, then ``settings.json`` in the user's configuration folder, then what the task does by
itself. Front ends read this; tasks take only arguments.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from . import whole_files
from .errors import OptionError, did_you_mean

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "SLM_MAGIC_"
TABLE = "slm-magic"
FORMATS = ("text", "markdown", "html", "json", "frame")

# Variables of the same prefix that other layers read, so that they are not taken for misspelt
# settings: where models and settings live, whether pull may use the network, how the engine runs.
OTHER_VARIABLES = frozenset(
    {
        "HOME",
        "PATH",
        "CONFIG",
        "OFFLINE",
        "REQUIRE_MODELS",
        "SCREENSHOTS",
        "THREADS",
        "COMPUTE_TYPE",
        "MEMORY",
        "HASH_KEY",
        "CACHE_SIZE",
        "DATA",
    }
)

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One default that a user can set.

    Attributes
    ----------
    kind
        ``str``, ``int`` (at least 1), ``bool``, or ``place``: a switch, or a folder.
    help
        One line; where nothing is set, the task decides.
    """

    name: str
    kind: Literal["str", "int", "bool", "place"]
    help: str

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("target", "str", "Language to translate into, such as 'fr'."),
        Setting("source", "str", "Language to translate from; unset, it is detected."),
        Setting("domain", "str", "Domain of the texts to summarize, such as 'finance'."),
        Setting("translate_model", "str", "Model for translate; see '%slm use'."),
        Setting("summarize_model", "str", "Model for summarize; see '%slm use'."),
        Setting("redact_model", "str", "Model for redact; see '%slm use'."),
        Setting("sentences", "int", "How many sentences a summary has at the most."),
        Setting("style", "str", "Style of summaries: 'extractive' or 'abstractive'."),
        Setting(
            "unsupported",
            "str",
            "What becomes of a written sentence that the text does not bear out: 'replace', "
            "'drop' or 'flag'.",
        ),
        Setting("entities", "str", "Entity types to redact, joined by commas."),
        Setting("operator", "str", "What redact puts in place: 'tag', 'mask', 'hash' or 'fake'."),
        Setting("language", "str", "Language of the texts to redact, such as 'en'."),
        Setting("beam", "int", "Beam size for translate; 1 is greedy and fastest."),
        Setting("format", "str", f"How a magic shows its result: {', '.join(FORMATS)}."),
        Setting("strict", "bool", "Whether a flagged result is an error."),
        Setting("progress", "bool", "Whether long work shows a bar; unset, it does."),
        Setting("cache", "place", "Whether translations and summaries are kept on disk, or where."),
    )
}


def convert(name: str, value: Any, where: str) -> Any:
    """Return `value` as setting `name` wants it.

    Parameters
    ----------
    where
        What to call the place it was set, in an error.

    Raises
    ------
    OptionError
        If the setting is unknown or the value is of the wrong kind.
    """
    setting = SETTINGS.get(name)
    if setting is None:
        raise OptionError(
            f"{where} is not a setting.{did_you_mean(name, SETTINGS)} "
            f"Settings: {', '.join(SETTINGS)}."
        )
    if setting.kind == "bool":
        return _switch(value, where)
    if setting.kind == "int":
        return _count(value, where)
    if setting.kind == "place" and _is_switch(value):
        return _switch(value, where)
    if isinstance(value, (list, tuple)) and name == "entities":
        value = ",".join(map(str, value))
    if not isinstance(value, str) or not value.strip():
        raise OptionError(f"{where} must be a text that is not empty.")
    return value.strip()


def _is_switch(value: Any) -> bool:
    return str(value).strip().lower() in _TRUE | _FALSE


def _switch(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    if not _is_switch(value):
        raise OptionError(f"{where} must be true or false.")
    return str(value).strip().lower() in _TRUE


def _count(value: Any, where: str) -> int:
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise OptionError(f"{where} must be a whole number of at least 1.")
    return number


def read(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the settings of the environment, the nearest ``pyproject.toml`` and the user's file.

    Parameters
    ----------
    folder
        Where to look first for ``pyproject.toml``; by default the working folder.
    environ
        By default ``os.environ``. An empty variable counts as not set.

    Raises
    ------
    OptionError
        If a setting is unknown or misspelt, or has a value that cannot be used.
    """
    return {**kept(), **_from_pyproject(folder), **_from_environ(environ)}


def file() -> Path:
    """Return the file of the settings that are kept for the user; it need not exist.

    ``settings.json`` in ``SLM_MAGIC_CONFIG``, else in the user's configuration folder.
    """
    given = os.environ.get("SLM_MAGIC_CONFIG", "").strip()
    if given:
        return Path(given).expanduser().absolute() / "settings.json"
    import platformdirs

    return platformdirs.user_config_path("slm-magic", appauthor=False) / "settings.json"


def kept() -> dict[str, Any]:
    """Return the settings that are kept for the user, whatever else is set.

    Raises
    ------
    OptionError
        If the file cannot be read, or holds what is no setting.
    """
    path = file()
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise OptionError(f"{path} cannot be read as JSON; mend it or delete it.") from error
    if not isinstance(table, dict):
        raise OptionError(f"{path} must hold one object, such as {{}}; mend it or delete it.")
    return {name: convert(name, value, f"{name!r} in {path}") for name, value in table.items()}


def keep(name: str, value: Any) -> None:
    """Keep a setting for the user: new sessions, and others at their next use, have it.

    Parameters
    ----------
    value
        None forgets the setting.

    Raises
    ------
    OptionError
        If the setting or its value cannot be used, or the file cannot be read or written.
    """
    from filelock import FileLock

    path = file()
    if value is not None:
        value = convert(name, value, f"The setting {name!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(".settings.lock")):
            table = {key: old for key, old in kept().items() if key != name}
            if value is not None:
                table[name] = value
            # Whoever reads meanwhile has the old file or the new one, whole.
            whole_files.write(path, (json.dumps(table, indent=2) + "\n").encode())
    except OSError as error:
        raise OptionError(f"{path} cannot be written: {error.strerror}.") from error


def forget_model(name: str) -> list[str]:
    """Forget the settings that make `name` a default; return which they were.

    Raises
    ------
    OptionError
        If the file cannot be read or written.
    """
    found = [key for key, value in kept().items() if key.endswith("_model") and value == name]
    for key in found:
        keep(key, None)
    return found


def _from_environ(environ: Mapping[str, str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    known = [name.upper() for name in SETTINGS]
    for variable, value in (os.environ if environ is None else environ).items():
        if not variable.startswith(PREFIX) or not value.strip():
            continue
        name = variable.removeprefix(PREFIX)
        if name in known:
            found[name.lower()] = convert(name.lower(), value, variable)
        elif name not in OTHER_VARIABLES and did_you_mean(name, known):
            # Only a near miss is an error: users keep variables of their own under our prefix.
            meant = did_you_mean(variable, (PREFIX + other for other in known))
            raise OptionError(f"The environment variable {variable} is not a setting.{meant}")
    return found


def _from_pyproject(folder: Path | None) -> dict[str, Any]:
    try:
        start = Path.cwd() if folder is None else folder.resolve()
    except OSError:
        return {}  # the working folder was deleted: there is no project to ask
    for place in (start, *start.parents):
        path = place / "pyproject.toml"
        try:
            stat = path.stat()
        except OSError:
            continue
        return dict(_table(path, stat.st_mtime_ns, stat.st_size))
    return {}


@lru_cache(maxsize=8)
def _table(path: Path, changed: int, size: int) -> dict[str, Any]:
    """Read one file; `changed` and `size` make an edited file be read again."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get(TABLE, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"{path} cannot be read: {error}") from error
    where = f"[tool.{TABLE}] in {path}"
    if not isinstance(table, dict):
        raise OptionError(f"{where} must be a table.")
    return {
        name.replace("-", "_"): convert(name.replace("-", "_"), value, f"{name!r} of {where}")
        for name, value in table.items()
    }
