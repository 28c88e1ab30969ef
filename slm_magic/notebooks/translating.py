"""Translating a notebook: its Markdown and, where wanted, its comments; all else stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EmptyTextError, Interrupted, OptionError
from ..tasks import bulk, translate
from ..tasks.results import Result
from ..tasks.translate_run import Translating
from ..text import languages
from . import anchors, comments, files, wording
from .partial import Finished, Partial

# Letters of a cell from which on its language is told by itself.
TELLING = 100

OnCell = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class CellFlag:
    """Something that looks wrong in a translated cell.

    Attributes
    ----------
    cell
        The cell's index, from 0.
    kind, message
        As those of `Flag`; no text is quoted.
    """

    cell: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class TranslatedNotebook:
    """What became of a notebook.

    Attributes
    ----------
    path
        The notebook that was written.
    source, target
        ISO 639-1 codes.
    cells, comments
        How many Markdown cells and comments were translated.
    resumed
        How many of them an interrupted run had finished already.
    unread
        Indices of code cells whose comments could not be told and stayed.
    flags
        What looks wrong, in the order of the cells.
    """

    path: Path
    source: str
    target: str
    cells: int
    comments: int
    resumed: int
    unread: tuple[int, ...]
    flags: tuple[CellFlag, ...]


def translate_notebook(
    path: str | Path,
    *,
    target: str,
    source: str | None = None,
    comments: bool = False,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    on_cell: OnCell | None = None,
    progress: bool = False,
    **options: Any,
) -> TranslatedNotebook:
    """Write a copy of a notebook in another language.

    Code, outputs, attachments, raw cells, ids and metadata stay as they are, and in Markdown all
    that `translate` protects: formulas, links, images, tags, code, front matter. Links to headings
    of the notebook are made to lead to the translated headings.

    Parameters
    ----------
    path
        The notebook, of format 4.
    target
        Language to translate into: a code such as ``fr`` or a name such as ``French``.
    source
        Language to translate from; by default it is told from all Markdown cells together.
    comments
        Whether to translate the comments of code cells too. Those for tools and commented-out code
        stay.
    out
        Where to write; by default ``name.LANGUAGE.ipynb`` beside the input.
    force
        Replace an existing output, and forget what an interrupted run has finished.
    resume
        Go on where an interrupted run ended: cells stay that have the same source and options.
    on_cell
        Called with how many cells are done and how many there are, each time one is done. A
        KeyboardInterrupt that it raises ends the run as Ctrl-C does.
    progress
        Whether to show a bar.
    **options
        Other keyword arguments of `translate`: ``model``, ``domain``, ``glossary``, ``beam_size``,
        ``quotes``, ``retries``.

    Raises
    ------
    OptionError
        If the input is no notebook, or the output exists or cannot be written.
    LanguageError
        If a language is unknown, cannot be told or is not covered.
    EmptyTextError
        If there is nothing to translate.
    MissingDependencyError
        If nbformat is not installed.
    ModelNotInstalledError
        If no model for the pair is installed.
    Interrupted
        After Ctrl-C; what was finished is kept for `resume`.
    """
    given = Path(path)
    notebook = files.read(given)
    code = languages.parse(target)
    # A run that was interrupted was let replace what is there; without one there is nothing to resume.
    waits = resume and Partial.place(files.target(given, out, code)).exists()
    written = files.output(given, out, code, replace=force or waits)
    texts = _Texts(notebook, code, source, comments)
    runners = texts.runners({**options, "target": code})
    partial = Partial(written, [one.identify([(0, "")]) for one in runners.values()])
    if resume:
        partial.load()
    elif partial.path.exists() and not force:
        raise OptionError(
            "An interrupted translation of this notebook is there; add --resume to go on with it "
            "(resume=True) or --force to start anew (force=True)."
        )
    resumed = texts.take(partial)
    try:
        texts.run(runners, partial, on_cell, progress)
        files.write(notebook.with_node(texts.node()), written)
    except KeyboardInterrupt as error:
        partial.save()
        results = [item.result and item.result.text for item in texts.items]
        advice = "Go on with --resume (resume=True)."
        raise Interrupted(results, texts.done, texts.total, advice=advice) from error
    except BaseException:
        partial.save()
        raise
    partial.remove()
    return TranslatedNotebook(
        path=written,
        source=texts.source,
        target=code,
        cells=sum(item.kind == "cell" for item in texts.items),
        comments=sum(item.kind == "comment" for item in texts.items),
        resumed=resumed,
        unread=tuple(texts.unread),
        flags=tuple(sorted(texts.flags, key=lambda flag: flag.cell)),
    )


@dataclass(slots=True)
class _Item:
    """One text to translate: a Markdown cell, or a comment of a code cell."""

    cell: int
    kind: str
    text: str
    number: int = 0
    result: Finished | None = None


class _Texts:
    """The texts of a notebook, and the notebook around their translations."""

    def __init__(
        self, notebook: files.Notebook, target: str, source: str | None, comments_too: bool
    ) -> None:
        self._notebook = notebook
        self.flags: list[CellFlag] = []
        self.unread: list[int] = []
        self.items: list[_Item] = []
        self._codes: dict[int, comments.Code] = {}
        prose = {}
        for index, cell in enumerate(notebook.cells):
            if cell["cell_type"] == "markdown":
                text = files.text_of(cell["source"])
                if words := wording.prose(text):
                    prose[index] = words
                    self.items.append(_Item(index, "cell", text))
            elif cell["cell_type"] == "code" and comments_too:
                self._read_code(index, files.text_of(cell["source"]))
        if not self.items:
            raise EmptyTextError(
                "The notebook has no text to translate"
                + ("." if comments_too else "; for the comments of its code add --comments.")
            )
        telling = list(prose.values()) or [item.text for item in self.items]
        self.source = wording.source_of(telling, target, source)
        self._leave_translated(prose, target, source)

    def _read_code(self, index: int, text: str) -> None:
        code = comments.read(text, comments.language_of(self._notebook.node["metadata"]))
        if code is None:
            if not text.startswith("%%"):
                self.unread.append(index)
            return
        self._codes[index] = code
        for number, comment in enumerate(code.comments):
            self.items.append(_Item(index, "comment", comment.text, number))

    def _leave_translated(self, prose: Mapping[int, str], target: str, named: str | None) -> None:
        """Leave cells out that are in the target language already, where they are long enough."""
        if named is not None:
            return
        for index, words in prose.items():
            telling = sum(map(str.isalpha, words)) >= TELLING
            if telling and languages.detect(words) == target:
                name = languages.name(target)
                message = f"The text is in {name} already; left as it is."
                self.flags.append(CellFlag(index, "untranslated", message))
                self.items = [item for item in self.items if item.cell != index]

    @property
    def total(self) -> int:
        """How many cells have something to translate."""
        return len({item.cell for item in self.items})

    @property
    def done(self) -> int:
        """How many of them are finished."""
        return self.total - len({item.cell for item in self.items if item.result is None})

    def take(self, partial: Partial) -> int:
        """Take over what an interrupted run has finished, and return how many texts."""
        for item in self.items:
            item.result = partial.get(item.kind, item.text)
        return sum(item.result is not None for item in self.items)

    def runners(self, options: Mapping[str, Any]) -> dict[str, Translating]:
        """Return what translates each kind of text."""
        return {
            kind: translate.runner(source=self.source, markup=markup, **options)
            for kind, markup in (("cell", "markdown"), ("comment", "text"))
        }

    def run(
        self,
        runners: Mapping[str, Translating],
        partial: Partial,
        on_cell: OnCell | None,
        progress: bool,
    ) -> None:
        """Translate what is not finished: all cells in one run, then all comments in one."""
        left = Counter(item.cell for item in self.items if item.result is None)
        for kind, runner in runners.items():
            open_items = [i for i in self.items if i.kind == kind and i.result is None]

            def put(row: int, result: Result, items: Sequence[_Item] = open_items) -> None:
                item = items[row]
                flags = tuple((flag.kind, flag.message) for flag in result.flags)
                item.result = Finished(result.text, flags)
                partial.put(item.kind, item.text, item.result)

            def told(row: int, items: Sequence[_Item] = open_items) -> None:
                cell = items[row].cell
                left[cell] -= 1
                if on_cell is not None and not left[cell]:
                    on_cell(self.total - sum(count > 0 for count in left.values()), self.total)

            if open_items:
                total = sum(item.kind == kind for item in self.items)
                meter = _Meter(runner.what, kind, total, total - len(open_items), told, progress)
                bulk.drive(runner, [(row, i.text) for row, i in enumerate(open_items)], put, meter)

    def node(self) -> files.Node:
        """Return the notebook with the translations in it."""
        cells = [dict(cell) for cell in self._notebook.cells]
        texts = [files.text_of(cell["source"]) for cell in cells]
        replaced: dict[int, dict[int, str]] = {}
        for item in self.items:
            if item.result is None:
                continue
            if item.kind == "cell":
                texts[item.cell] = item.result.text
            else:
                replaced.setdefault(item.cell, {})[item.number] = item.result.text
            flags = (CellFlag(item.cell, kind, message) for kind, message in item.result.flags)
            self.flags += flags
        for index, by_number in replaced.items():
            made = self._codes[index].with_texts(by_number)
            if made is None:
                message = "Translated comments would change the code; left as they are."
                self.flags.append(CellFlag(index, "untranslated", message))
            else:
                texts[index] = made
        markdown = [i for i, cell in enumerate(cells) if cell["cell_type"] == "markdown"]
        before = [files.text_of(self._notebook.cells[i]["source"]) for i in markdown]
        linked, broken = anchors.relink(before, [texts[i] for i in markdown])
        for index, text in zip(markdown, linked, strict=True):
            texts[index] = text
        for number in broken:
            message = "A link leads to a heading that could not be told in the translation."
            self.flags.append(CellFlag(markdown[number], "markup_changed", message))
        for cell, text in zip(cells, texts, strict=True):
            if text != files.text_of(cell["source"]):
                cell["source"] = files.like(cell["source"], text)
        return {**self._notebook.node, "cells": cells}


class _Meter(bulk.Meter):
    """The bar of a run, which tells of each text as soon as the model is done with it.

    Parameters
    ----------
    unit, total, done
        What the texts are, how many there are, and how many were finished before.
    """

    def __init__(
        self,
        what: str,
        unit: str,
        total: int,
        done: int,
        told: Callable[[int], object],
        show: bool,
    ) -> None:
        super().__init__(what, show=show, total=total, unit=unit)
        self._done = done
        self._told = told

    def open(self, window: bulk.Window) -> None:
        first = self._bar is None
        super().open(window)
        if first and self._done and self._bar is not None:
            self._bar.update(self._done)

    def row(self, row: int) -> None:
        super().row(row)
        self._told(row)
