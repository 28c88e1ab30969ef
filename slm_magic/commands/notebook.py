"""Doing what the commands for whole notebooks say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parse import Parsed


@dataclass(frozen=True, slots=True)
class Done:
    """What a command has to say.

    Attributes
    ----------
    text
        What was done.
    notes
        Lines about what looks wrong, for standard error.
    code
        The exit code.
    """

    text: str
    notes: tuple[str, ...] = ()
    code: int = 0


def run(parsed: Parsed, kwargs: Mapping[str, Any], *, progress: bool) -> Done:
    """Run one command on a notebook; `kwargs` are the task's arguments."""
    path, options = str(parsed.words[0]), parsed.options
    common = {"out": options.get("out"), "force": bool(options.get("force")), "progress": progress}
    return _translate(path, {**kwargs, **common})


def _translate(path: str, kwargs: Mapping[str, Any]) -> Done:
    from ..notebooks import translate_notebook

    made = translate_notebook(path, **kwargs)
    comments = f" and {_count(made.comments, 'comment')}" if made.comments else ""
    lines = [
        f"{made.path}: {_count(made.cells, 'cell')}{comments}, {made.source} to {made.target}."
    ]
    notes = [f"cell {flag.cell + 1}: {flag.kind}: {flag.message}" for flag in made.flags]
    if made.flags:
        kinds = Counter(flag.kind for flag in made.flags)
        told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
        flagged = len({flag.cell for flag in made.flags})
        notes.append(f"{flagged} of {_count(made.cells, 'cell')} flagged: {told}")
    if made.unread:
        numbers = ", ".join(str(index + 1) for index in made.unread)
        notes.append(f"comments left as they are, the code could not be read: cells {numbers}")
    return Done("\n".join(lines), tuple(notes))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
