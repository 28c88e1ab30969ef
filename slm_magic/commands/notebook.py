"""Doing what the commands for whole notebooks say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import OptionError, did_you_mean
from ..tables import Table
from .parse import Parsed

if TYPE_CHECKING:
    from ..notebooks import Doubt, Find, Unseen

Ask = Callable[[str], str]


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


def run(parsed: Parsed, kwargs: Mapping[str, Any], *, progress: bool, ask: Ask) -> Iterator[Done]:
    """Run one command on each notebook, yielding what it has to say as it is done.

    Parameters
    ----------
    kwargs
        The task's arguments.
    ask
        Puts a question to the user and returns the answer.

    Raises
    ------
    OptionError
        If one output was named for several notebooks.
    """
    paths, options = list(map(str, parsed.words)), parsed.options
    if len(paths) > 1 and options.get("out"):
        raise OptionError("--out names one notebook; leave it out to write one beside each input.")
    for path in paths:
        if parsed.command.task == "redact":
            done = _redact(path, options, {**kwargs, "progress": progress}, ask)
        else:
            written = {"out": options.get("out"), "force": bool(options.get("force"))}
            done = _translate(path, {**kwargs, **written, "progress": progress})
        several = f"{path}: " if len(paths) > 1 else ""
        yield Done(done.text, tuple(several + note for note in done.notes), done.code)


def _translate(path: str, kwargs: Mapping[str, Any]) -> Done:
    from ..notebooks import translate_notebook

    made = translate_notebook(path, **kwargs)
    comments = f" and {_count(made.comments, 'comment')}" if made.comments else ""
    text = f"{made.path}: {_count(made.cells, 'cell')}{comments}, {made.source} to {made.target}."
    notes = [f"cell {flag.cell + 1}: {flag.kind}: {flag.message}" for flag in made.flags]
    if made.flags:
        kinds = _kinds(flag.kind for flag in made.flags)
        notes.append(f"{_count(len({flag.cell for flag in made.flags}), 'cell')} flagged: {kinds}")
    if made.unread:
        numbers = ", ".join(str(index + 1) for index in made.unread)
        notes.append(f"comments left as they are, the code could not be read: cells {numbers}")
    return Done(text, tuple(notes))


def _redact(path: str, options: Mapping[str, Any], kwargs: Mapping[str, Any], ask: Ask) -> Done:
    from pathlib import Path

    from ..notebooks import files, find_personal, redact_notebook

    check, context = bool(options.get("check")), bool(options.get("context"))
    accept = _Accept(options.get("accept") or "all", ask, context)
    if not check:
        # Before the work, not after it.
        files.output(Path(path), options.get("out"), "redacted", replace=bool(options.get("force")))
    finds = find_personal(path, **kwargs)
    table = [repr(_table(finds, context))] if finds else []
    notes = [*_doubts(finds.doubts), *_unseen(finds.unseen)]
    if check:
        found = f"{path}: {_count(len(finds), 'find')}."
        return Done("\n".join([*table, found]), tuple(notes), 1 if finds else 0)
    made = redact_notebook(
        path,
        accept=accept,
        finds=finds,
        out=options.get("out"),
        force=bool(options.get("force")),
        **kwargs,
    )
    total = len(made.taken) + len(made.rejected)
    kinds = _kinds(one.entity_type for one in made.taken)
    told = f"{made.path}: {len(made.taken)} of {_count(total, 'find')} taken out"
    text = f"{told}: {kinds}." if made.taken else f"{told}."
    notes += [
        f"{_where(one)}: {one.entity_type}: it is left where no text can be taken out"
        for one in made.left
    ]
    return Done("\n".join([*table, text]), tuple(notes))


class _Accept:
    """What ``--accept`` means: all, those of some types, or what the user says."""

    def __init__(self, what: str, ask: Ask, context: bool) -> None:
        self._ask, self._context = ask, context
        self._all = what.lower() == "all"
        self._asks = what.lower() == "ask"
        self._types = frozenset(word.strip().upper() for word in what.split(","))
        self._answers: dict[tuple[str, str], bool] = {}
        if not (self._all or self._asks):
            self._check(what)

    def _check(self, what: str) -> None:
        from ..notebooks.accounts import TYPES
        from .values import ENTITY_TYPES

        # Domains and models of the user's bring types of their own, in capitals as all are.
        known = ("all", "ask", *ENTITY_TYPES, *TYPES)
        for word in what.split(","):
            name = word.strip()
            if not name or (name.upper() not in known and name != name.upper()):
                raise OptionError(
                    f"--accept takes all, ask or entity types, not {name!r}."
                    f"{did_you_mean(name, known) or did_you_mean(name.upper(), known)}"
                )

    def __call__(self, find: Find) -> bool:
        if self._all:
            return True
        if not self._asks:
            return find.entity_type in self._types
        # Asked once of the same text, wherever it stands.
        name = (find.entity_type, find.text)
        if name not in self._answers:
            self._answers[name] = self._answer(find)
        return self._answers[name]

    def _answer(self, find: Find) -> bool:
        shown = f" {_context(find)}" if self._context else ""
        question = (
            f"{_where(find)}, {find.field}: {find.entity_type} ({find.score:.2f}){shown}; "
            "take it out? [Y]es, [n]o, [a]ll: "
        )
        while True:
            answer = self._ask(question).strip().lower()
            if answer in ("", "y", "yes", "n", "no"):
                return answer[:1] != "n"
            if answer in ("a", "all"):
                self._all = True
                return True


def _table(finds: Sequence[Find], context: bool) -> Table:
    columns = ("number", "cell", "place", "field", "type", "score", *(["context"] * context))
    rows = [
        {
            "number": str(one.number + 1),
            "cell": None if one.cell is None else str(one.cell + 1),
            "place": one.place,
            "field": one.field,
            "type": one.entity_type,
            "score": f"{one.score:.2f}",
            "context": _context(one) if context else None,
        }
        for one in finds
    ]
    return Table(columns, tuple(rows))


def _context(find: Find) -> str:
    around = f"{find.before[-12:]}[{find.text}]{find.after[:12]}"
    # A control character would move the terminal's cursor, or worse.
    return " ".join("".join(c if c.isprintable() else " " for c in around).split())


def _unseen(unseen: Iterable[Unseen]) -> list[str]:
    return [f"{_where(one)}: {one.what}: not searched; look at it" for one in unseen]


def _doubts(doubts: Iterable[Doubt]) -> list[str]:
    told = "; ".join(dict.fromkeys(_where(one) for one in doubts))
    return [f"scored too low to be taken out, look at it: {told}"] if told else []


def _where(one: Find | Doubt | Unseen | Any) -> str:
    return one.place if one.cell is None else f"cell {one.cell + 1}, {one.place}"


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in Counter(kinds).most_common())


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
