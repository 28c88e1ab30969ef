"""Small, domain-tailored language models in the notebook, on your own machine.

    import slm_magic as slm
    slm.pull("starters")
    slm.translate("The invoice is due on Friday.", target="fr").text

In a notebook: ``%load_ext slm_magic``, then ``%%slm translate --to fr`` above the text.
Nothing heavy is imported until a function is called.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .frames_map import map_frame
    from .library import doctor, export, info, models, pull, remove, unload, verify
    from .tasks.redact import redact
    from .tasks.summarize import summarize
    from .tasks.translate import translate
    from .widgets import picker

__all__ = [
    "__version__",
    "doctor",
    "export",
    "info",
    "load_ipython_extension",
    "map_frame",
    "models",
    "picker",
    "pull",
    "redact",
    "remove",
    "summarize",
    "translate",
    "unload",
    "unload_ipython_extension",
    "verify",
]

_HOMES = {
    **dict.fromkeys(
        ("doctor", "export", "info", "models", "pull", "remove", "unload", "verify"), ".library"
    ),
    "map_frame": ".frames_map",
    "picker": ".widgets",
    "redact": ".tasks.redact",
    "summarize": ".tasks.summarize",
    "translate": ".tasks.translate",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register ``%slm`` and ``%%slm``; called by ``%load_ext slm_magic``."""
    from .magics import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics away; called by ``%unload_ext slm_magic``."""
    from .magics import unload

    unload(shell)
