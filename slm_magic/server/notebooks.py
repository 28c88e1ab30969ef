"""Jobs on whole notebooks, which are files below the folder that the server shows."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from . import paths, work
from .jobs import Work
from .problems import Refusal, refuse
from .schemas import MOST_FINDS, NOTEBOOKS

if TYPE_CHECKING:
    from ..notebooks import Find, Finds
    from ..notebooks.files import Notebook

# Between the digest of what is searched and that of what is found there.
_JOINT = "."


def prepare(
    name: str, body: Mapping[str, Any], root: Path | None, *, hidden: bool = False
) -> work.Prepared:
    """Prepare a job called `name` of `schemas.NOTEBOOKS`.

    Parameters
    ----------
    body
        As the schema of the job has it.
    root
        The folder that the server shows.
    hidden
        Whether it shows hidden files and folders in it.

    Raises
    ------
    SlmMagicError
        If a setting or the notebook cannot be used.
    Refusal
        If a path leads out of `root` or nothing is there; 409 if the output exists, or if the
        notebook is another than the one that was searched.
    """
    path = paths.inside(root, body["path"], hidden=hidden)
    if "out" in body:
        paths.output(root, body["out"], hidden=hidden)
    if not path.is_file():
        raise OptionError("That is a folder; name a notebook.")
    kwargs = work.arguments(NOTEBOOKS[name], body, root)
    made = {
        "translate_notebook": _translate,
        "find_personal": _find,
        "redact_notebook": _redact,
    }[name](path, body, kwargs, root)
    return work.Prepared(name, kwargs.get("model"), made)


def _translate(
    path: Path, body: Mapping[str, Any], kwargs: dict[str, Any], root: Path | None
) -> Work:
    from ..notebooks import translate_notebook
    from ..notebooks.partial import Partial
    from ..text import languages

    named = _output(body, languages.parse(kwargs["target"]))
    out = _writable(root, named, path)
    force, resume = bool(body.get("force")), bool(kwargs.get("resume"))
    begun = Partial.place(out)
    _check_link(root, begun)
    if begun.exists() and not (force or resume):
        raise refuse(
            409, "interrupted", "An interrupted translation of this notebook is there.",
            "Resume it, or force a new one.",
        )  # fmt: skip
    if out.exists() and not (force or (resume and begun.exists())):
        raise _exists()
    check_still = _still(path, out, begun)

    def run() -> bytes:
        check_still()
        done = translate_notebook(path, **kwargs, out=out, force=force)
        return work.encode(
            task="translate_notebook",
            path=named,
            source=done.source,
            target=done.target,
            cells=done.cells,
            comments=done.comments,
            resumed=done.resumed,
            unread=done.unread,
            flags=[
                {"cell": flag.cell, "kind": flag.kind, "message": flag.message}
                for flag in done.flags
            ],
        )

    return run


def _find(path: Path, body: Mapping[str, Any], kwargs: dict[str, Any], root: Path | None) -> Work:
    check_still = _still(path)

    def run() -> bytes:
        from ..notebooks import files, find_personal

        check_still()
        notebook = files.read(path)
        finds = find_personal(notebook.node, **_search(kwargs))
        if len(finds) > MOST_FINDS:
            raise refuse(
                422, "too_many_finds", f"There are {len(finds):,} finds in that notebook.",
                "Ask for fewer types, or use: slm-magic notebook redact",
            )  # fmt: skip
        return work.encode(
            task="find_personal",
            path=body["path"],
            digest=f"{_digest(notebook, kwargs)}{_JOINT}{_numbering(finds)}",
            finds=[
                {
                    "id": find.number,
                    "cell": find.cell,
                    "place": find.place,
                    "field": find.field,
                    "type": find.entity_type,
                    "score": find.score,
                    "placeholder": find.placeholder,
                    "text": find.text,
                    "before": find.before,
                    "after": find.after,
                }
                for find in finds
            ],
            doubts=[{"cell": one.cell, "place": one.place} for one in finds.doubts],
            unseen=_unseen(finds.unseen),
        )

    return run


def _redact(path: Path, body: Mapping[str, Any], kwargs: dict[str, Any], root: Path | None) -> Work:
    from ..notebooks import files

    named = _output(body, "redacted")
    out = _writable(root, named, path)
    searched, _, numbering = body["digest"].partition(_JOINT)
    # Before it waits for its turn, so that the client can ask at once.
    if _digest(files.read(path), kwargs) != searched:
        raise _changed()
    if out.exists() and not body.get("force"):
        raise _exists()
    rejected = frozenset(body["rejected"])
    check_still = _still(path, out)

    def run() -> bytes:
        from ..notebooks import find_personal
        from ..notebooks.redacting import write_redacted

        check_still()
        notebook = files.read(path)
        if _digest(notebook, kwargs) != searched:
            raise _changed()
        finds = find_personal(notebook.node, **kwargs)
        # Another model would number them otherwise, and what was rejected would be another.
        if _numbering(finds) != numbering:
            raise _changed()
        accepts = _Accepts(finds, rejected)
        target = files.output(path, out, "redacted", replace=bool(body.get("force")))
        made = write_redacted(notebook, target, finds, accepts, **kwargs)
        return work.encode(
            task="redact_notebook",
            path=named,
            taken=len(made.taken),
            kept=len(made.rejected),
            later=sum(not accepts.shown(find) for find in made.taken),
            types=Counter(find.entity_type for find in made.taken),
            left=[
                {"cell": one.cell, "place": one.place, "type": one.entity_type} for one in made.left
            ],
            unseen=_unseen(made.unseen),
        )

    return run


class _Accepts:
    """What a person who saw `finds` and rejected some would take out.

    What only the second look finds was shown to nobody. It goes, unless all of its type was
    rejected, or it is a part of what was, or has that in it as a whole word.
    """

    def __init__(self, finds: Finds, rejected: frozenset[int]) -> None:
        if any(number >= len(finds) for number in rejected):
            raise OptionError(f"There are {len(finds)} finds; another was rejected.")
        # Kept, so that none of them gives its place in memory to another.
        self._finds = list(finds)
        self._shown = {id(find): find.number not in rejected for find in self._finds}
        kept = [find for find in self._finds if find.number in rejected]
        taken = {find.entity_type for find in self._finds if find.number not in rejected}
        self._texts = {find.text for find in kept}
        self._types = {find.entity_type for find in kept} - taken

    def shown(self, find: Find) -> bool:
        """Whether it is one of `finds`."""
        return id(find) in self._shown

    def __call__(self, find: Find) -> bool:
        if self.shown(find):
            return self._shown[id(find)]
        near = any(find.text in text or _has_word(find.text, text) for text in self._texts)
        return find.entity_type not in self._types and not near


def _has_word(text: str, word: str) -> bool:
    """Whether `word` stands in `text`, and not within a longer one."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _search(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a search depends on: not on what is put in the place of finds."""
    return {name: value for name, value in kwargs.items() if name != "operator"}


def _digest(notebook: Notebook, kwargs: Mapping[str, Any]) -> str:
    options = json.dumps(_search(kwargs), sort_keys=True)
    return hashlib.sha256(f"{notebook.digest}\n{options}".encode()).hexdigest()


def _numbering(finds: Finds) -> str:
    """Return what is the same where each number stands for the same place."""
    places = [(f.cell, f.place, f.field, f.start, f.end, f.entity_type) for f in finds]
    return hashlib.sha256(json.dumps(places).encode()).hexdigest()


def _changed() -> Refusal:
    return refuse(
        409, "changed", "The notebook, or what is searched for, has changed since the search.",
        "Search it again.",
    )  # fmt: skip


def _output(body: Mapping[str, Any], word: str) -> str:
    """Return the path of the copy as a client has it."""
    from ..notebooks import files

    if "out" in body:
        return str(PurePosixPath(body["out"]))
    given = PurePosixPath(body["path"])
    return str(given.with_name(files.beside(Path(given.name), word).name))


def _writable(root: Path | None, named: str, path: Path) -> Path:
    out = paths.output(root, named)
    if out == path or (out.exists() and out.samefile(path)):
        raise OptionError("The copy would replace the notebook itself; name another file.")
    return out


def _check_link(root: Path | None, begun: Path) -> None:
    """Refuse what is there in the place of the hidden file, if it leads elsewhere."""
    if root is not None and begun.is_symlink():
        paths.inside(root, begun.relative_to(root.resolve()).as_posix())


def _still(*places: Path) -> Callable[[], None]:
    """Return what refuses, once a job is run, places that have come to lead elsewhere."""
    led = [os.path.realpath(place) for place in places]

    def check() -> None:
        if [os.path.realpath(place) for place in places] != led:
            raise refuse(
                409, "changed", "A folder or file was replaced by a link while the job waited.",
                "Try again.",
            )  # fmt: skip

    return check


def _exists() -> Refusal:
    return refuse(409, "exists", "There is a file of that name.", "Name another, or force it.")


def _unseen(unseen: Any) -> list[dict[str, Any]]:
    return [{"cell": one.cell, "place": one.place, "what": one.what} for one in unseen]
