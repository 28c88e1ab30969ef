"""How threads wait for work, which must be settled before CTranslate2 is first imported."""

from __future__ import annotations

import os


def passive() -> None:
    """Let waiting OpenMP threads sleep, unless the user has said otherwise.

    Spinning ones made decoding 66 times slower beside another busy process, which in a notebook
    is the rule. OpenMP reads the variable once, when the first library that uses it is loaded:
    call this before every import of ctranslate2 or of its specs.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
