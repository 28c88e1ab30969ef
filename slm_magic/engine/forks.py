"""A fork after a model was loaded: seen and refused, where CTranslate2 would hang.

Its threads do not survive a fork, and any call in the child waits for them for ever
(CTranslate2 issues 539 and 1414).
"""

from __future__ import annotations

import os

from ..errors import ForkedError

_forked = False
_loaded = False


def note_loaded() -> None:
    """Remember that this process has loaded a model."""
    global _loaded
    _loaded = True


def refuse_fork() -> None:
    """Raise where CTranslate2 would hang.

    Raises
    ------
    ForkedError
        In a child forked after its parent had loaded a model.
    """
    if _forked:
        raise ForkedError(
            "Models do not survive a fork: start workers with the 'spawn' method "
            "(multiprocessing.get_context('spawn')), or call slm-magic in the parent process only."
        )


def _mark_forked() -> None:
    global _forked
    _forked = _loaded


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_mark_forked)
