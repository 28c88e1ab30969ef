"""Keeping other packages' advice that is wrong here out of a user's cells."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLE = "TRANSFORMERS_NO_ADVISORY_WARNINGS"


@contextmanager
def no_torch_advice() -> Iterator[None]:
    """Import transformers, or what imports it, without its notice that torch is missing.

    slm-magic needs no torch, and Presidio imports transformers wherever it is installed. The
    variable is set during the import only, so that a user's own imports advise as ever.
    """
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
