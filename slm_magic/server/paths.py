"""Paths that a client names stay below the folder that the server shows."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.paths import is_hidden

from .problems import Refusal, refuse


def inside(root: Path | None, named: str, *, hidden: bool = True) -> Path:
    """Return the file or folder that a client means, all links followed.

    Parameters
    ----------
    root
        The folder that the server shows; None where it shows none of this machine's.
    named
        A path below it with forward slashes, as JupyterLab has them. It is taken as it is:
        neither ``~`` nor ``%2e`` stands for anything else.
    hidden
        Whether what Jupyter takes for hidden can be named.

    Raises
    ------
    Refusal
        403 if it leads out of `root`; 404 if nothing is there, or nothing that is shown.
    """
    found, there = _resolved(root, named, hidden)
    if not there:
        raise _missing()
    return found


def output(root: Path | None, named: str, *, hidden: bool = True) -> Path:
    """Return the notebook that a client wants to be written, all links followed.

    Raises
    ------
    Refusal
        As `inside` does, for the folder and, where it is there, for the file; 422 if its name is
        none of a notebook.
    """
    found, there = _resolved(root, named, hidden)
    if found.suffix.lower() != ".ipynb" or (there and not found.is_file()):
        raise refuse(422, "option", "The copy must be a notebook: a file that ends in .ipynb.")
    if not found.parent.is_dir():
        raise _missing()
    return found


def _resolved(root: Path | None, named: str, hidden: bool) -> tuple[Path, bool]:
    """Return where a path below `root` leads, and whether anything is there."""
    outside = refuse(
        403, "outside_root", "That path is outside of the folder that Jupyter shows.",
        "Give a path below it, without '..', or move the file there.",
    )  # fmt: skip
    parts = named.split("/")
    if root is None or "\\" in named or "\0" in named or named.startswith(("/", "~")):
        raise outside
    if ".." in parts or any(":" in part for part in parts):
        raise outside
    try:
        top = root.resolve(strict=True)
        found = top.joinpath(*parts).resolve()
        there = found.exists()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links is a RuntimeError
        raise _missing() from error
    # First, so that it is not told what there is outside.
    if not found.is_relative_to(top):
        raise outside
    if not hidden and is_hidden(top.joinpath(*parts), top):
        raise _missing()
    return found, there


def model(root: Path | None, named: str) -> str:
    """Return a model that a client names, as slm-magic takes it: names as they are.

    Raises
    ------
    Refusal
        As `inside` does, for a path.
    """
    from ..sources.hub_name import is_hub
    from ..store.describe import looks_like_path

    if is_hub(named):
        return named
    try:
        # A bare name may be a folder's too, and that is not looked for where the server started.
        path = named.startswith(("~", ".")) or looks_like_path(named)
    except OSError as error:  # longer than a file's name can be
        raise _missing() from error
    return str(inside(root, named)) if path else named


def models(root: Path | None, named: str) -> str:
    """Return `named` likewise, where it may be two models joined by a plus sign."""
    from ..store.describe import looks_like_path

    parts = [part.strip() for part in named.split("+")]
    # A folder's own name may have a plus sign.
    if len(parts) == 1 or ("/" not in named and looks_like_path(named)):
        return model(root, named.strip())
    return "+".join(model(root, part) for part in parts)


def domain(root: Path | None, named: str) -> str:
    """Return a domain that a client names: a name as it is, a pack's path as `inside` has it."""
    from ..domains import SUFFIX

    path = named.endswith(SUFFIX) or "/" in named or "\\" in named
    return str(inside(root, named)) if path else named


def _missing() -> Refusal:
    return refuse(404, "no_such_file", "There is no such file below the folder of Jupyter.")
