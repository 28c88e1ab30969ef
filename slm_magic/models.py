"""Pull, list, inspect, check and remove models: the store and the engine put together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import overload

from . import catalog, engine
from .catalog import TASKS
from .errors import IntegrityError, OptionError, UnknownModelError, did_you_mean
from .sources.disk import gigabytes
from .store import Installed, Store
from .tables import Table

STARTERS = "starters"


@overload
def pull(
    name: str | Path, *, progress: bool = True, force: bool = False, name_as: str | None = None
) -> Installed: ...
@overload
def pull(
    name: Iterable[str],
    *,
    progress: bool = True,
    force: bool = False,
    name_as: str | None = None,
) -> list[Installed]: ...
