"""Models on disk: name to ready CTranslate2 folder.

::

    HOME/models/NAME/model.json          what it is; the model is there if this file is
    HOME/models/NAME/REVISION-xxxxxxxx/  the CTranslate2 folder that model.json names
    HOME/staging/NAME/                   finished downloads of a pull that is not done
    HOME/locks/NAME.lock                 held by the one who pulls or removes
"""

from __future__ import annotations

from .home import Store
from .installed import Installed

__all__ = ["Installed", "Store"]
