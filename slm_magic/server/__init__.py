"""The Jupyter server extension: models and tasks over REST, for JupyterLab and Notebook."""

from __future__ import annotations

from importlib import metadata
from typing import Any

# Jupyter lists it with the extension.
__version__ = metadata.version("slm-magic")


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from .app import SlmMagicServer

    return [{"module": "slm_magic.server", "app": SlmMagicServer}]
