"""Build hook of hatchling: the JupyterLab extension goes where JupyterLab looks for it.

What `npm run build` wrote into `slm_magic/labextension` becomes the wheel's shared data, so that
installing the wheel needs no Node. It is built here when it is missing or older than its sources.
Without Node, or when the build fails, everything else is installed all the same, and `%slm doctor`
tells what is missing. `SLM_MAGIC_SKIP_LAB=1` leaves the extension out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "slm-magic"
BUILT = "slm_magic/labextension"
INSTALLED = f"share/jupyter/labextensions/{NAME}"
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "src", "style", "schema")
# Lines of npm's output that are told when it fails.
TOLD_LINES = 15


class LabExtension(BuildHookInterface[Any]):
    """Adds the built extension to sdist and wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension if need be, and say where it goes."""
        if os.environ.get("SLM_MAGIC_SKIP_LAB", "0") not in ("", "0"):
            self.app.display_info("Without the JupyterLab extension, as SLM_MAGIC_SKIP_LAB says.")
            return
        root = Path(self.root)
        built = root / BUILT / "package.json"
        if not _is_fresh(built, root / "labextension"):
            problem = _build(root / "labextension")
            if problem:
                kept = "an older build is taken" if built.is_file() else "left out"
                self.app.display_warning(
                    f"The JupyterLab extension was not built ({kept}): {problem}"
                )
        if not built.is_file():
            return
        if self.target_name == "sdist":
            # Git ignores it, and so would the sdist.
            build_data["artifacts"].append(f"/{BUILT}/")
        else:
            build_data["shared_data"][BUILT] = INSTALLED
            build_data["shared_data"]["labextension/install.json"] = f"{INSTALLED}/install.json"


def _is_fresh(built: Path, sources: Path) -> bool:
    """Whether what is built is there and no source is newer; in an sdist all are of one time."""
    if not built.is_file():
        return False
    places = [sources / name for name in SOURCES]
    files = [file for place in places for file in (place, *place.rglob("*")) if file.is_file()]
    return all(file.stat().st_mtime <= built.stat().st_mtime for file in files)


def _build(sources: Path) -> str:
    """Run npm; return what went wrong, or nothing."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is missing. Install Node.js 20.19 or newer, then install slm-magic again."
    steps = [["run", "build"]]
    # What npm writes last: without it an installation was cut short.
    if not (sources / "node_modules" / ".package-lock.json").exists():
        steps.insert(0, ["ci", "--no-audit", "--no-fund"])
    for step in steps:
        done = subprocess.run(
            [npm, *step], cwd=sources, capture_output=True, text=True, errors="replace"
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip().splitlines()[-TOLD_LINES:]
            return "\n".join([f"npm {' '.join(step)} failed.", *said])
    return ""
