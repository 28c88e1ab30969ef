"""One version number: of the package, the wheel's front end, and its lock."""

from __future__ import annotations

import json
from pathlib import Path

import slm_magic

LABEXTENSION = Path(__file__).parents[2] / "labextension"


def test_the_front_end_has_the_version_of_the_package() -> None:
    package = json.loads((LABEXTENSION / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((LABEXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    found = {package["version"], lock["version"], lock["packages"][""]["version"]}
    assert found == {slm_magic.__version__}
