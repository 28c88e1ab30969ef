"""Where in a notebook texts stand that a person may be named in, and what cannot be looked into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..stopping import check
from . import comments, views
from .files import Node, text_of

Path = tuple[str | int, ...]
Kind = Literal["text", "key", "attachment"]

# Values that name parts of the notebook itself, or of programs.
_SKIPPED = frozenset({"id", "language_info", "nbformat", "nbformat_minor", "model_id", "layout",
    "style", "tooltip_style", "file_extension", "mimetype", "pygments_lexer", "cell_type"})  # fmt: skip
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_ENCODED = re.compile(r"[A-Za-z0-9+/_=-]{200,}\s*")
_JSON = re.compile(r"application/(?:.+\+)?json\b")
# What is in these is text, whatever its name says.
_TEXTS = ("text/", "application/x-tex", "application/x-latex")
WIDGETS = "application/vnd.jupyter.widget-state+json"


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that is not searched.

    Attributes
    ----------
    cell
        Index from 0; None for the notebook's own metadata.
    place
        ``output 1``, ``attachments``, ``metadata`` and the like.
    what
        Its MIME type, or what it is.
    """

    cell: int | None
    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a notebook.

    Attributes
    ----------
    place, name
        Where it stands: ``source`` and ``markdown``, ``output 1`` and ``text/html``.
    path
        Keys and indices that lead to it.
    raw
        The text, lines joined.
    views
        What is read of it.
    kind
        ``key`` and ``attachment`` are names in a table, to be renamed.
    written
        Of code, where its strings and comments are; None where that is not known, and in others.
    """

    cell: int | None
    place: str
    name: str
    path: Path
    raw: str
    views: tuple[views.View, ...]
    kind: Kind = "text"
    written: tuple[tuple[int, int], ...] | None = None


@dataclass(slots=True)
class Walk:
    """A walk through a notebook that collects its texts."""

    node: Node
    fields: list[Field] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    _cell: int | None = None

    @classmethod
    def through(cls, node: Node) -> Walk:
        """Return a finished walk."""
        walk = cls(node)
        walk._strings(node["metadata"], ("metadata",), "metadata", "")
        for index, cell in enumerate(node["cells"]):
            check()
            walk._cell = index
            walk._one_cell(cell, ("cells", index))
        return walk

    def _one_cell(self, cell: Node, path: Path) -> None:
        source = text_of(cell["source"])
        is_markdown = cell["cell_type"] == "markdown"
        view = views.markdown(source) if is_markdown else views.plain(source)
        written = None
        # Pictures in the text that are not read would shift the places.
        if cell["cell_type"] == "code" and view.places is None:
            written = comments.written(source, comments.language_of(self.node["metadata"]))
        self._add("source", cell["cell_type"], (*path, "source"), source, view, written=written)
        if views.DATA.search(source):
            self._cannot_see("source", "picture or file in the text")
        self._strings(cell["metadata"], (*path, "metadata"), "metadata", "")
        for name, bundle in cell.get("attachments", {}).items():
            where = (*path, "attachments", name)
            # A file's name is words that signs hold together.
            words = views.View(re.sub(r"[_.+-]", " ", name))
            self._add("attachments", "name", where, name, words, kind="attachment")
            self._bundle(bundle, where, "attachments")
        for number, output in enumerate(cell.get("outputs", [])):
            self._output(output, (*path, "outputs", number), f"output {number + 1}")

    def _output(self, output: Node, path: Path, place: str) -> None:
        kind = output["output_type"]
        if kind == "stream":
            text = text_of(output["text"])
            self._add(place, output["name"], (*path, "text"), text, views.plain(text))
        elif kind == "error":
            self._add(
                place, "error", (*path, "evalue"), output["evalue"], views.View(output["evalue"])
            )
            for number, line in enumerate(output["traceback"]):
                self._add(place, "traceback", (*path, "traceback", number), line, views.plain(line))
        else:
            self._bundle(output["data"], (*path, "data"), place)
            self._strings(output.get("metadata", {}), (*path, "metadata"), place, "")

    def _bundle(self, bundle: Node, path: Path, place: str) -> None:
        for mime, value in bundle.items():
            here = (*path, mime)
            if _JSON.match(mime):
                self._strings(value, here, place, mime, keys=True)
            elif mime in ("text/html", "image/svg+xml"):
                text = text_of(value)
                found, unseen = views.page(text)
                self._add(place, mime, here, text, *found)
                for what in unseen:
                    self._cannot_see(place, f"{what} in {mime}")
                if mime.startswith("image/"):
                    self._cannot_see(place, f"shapes in {mime}")
            elif mime.startswith(_TEXTS):
                text = text_of(value)
                view = views.markdown(text) if mime == "text/markdown" else views.plain(text)
                self._add(place, mime, here, text, view)
            else:
                self._cannot_see(place, mime)

    def _strings(
        self, value: Any, path: Path, place: str, name: str, *, keys: bool = False
    ) -> None:
        """Collect the strings of JSON: only what it holds is text, never its numbers.

        Parameters
        ----------
        name
            What the fields are called; empty where the keys are known words that may be shown.
        keys
            Whether keys are data too, as in an output, and none is the name of a setting.
        """
        if isinstance(value, str):
            self._string(value, path, place, name or _label(path))
        elif isinstance(value, list):
            for number, one in enumerate(value):
                self._strings(one, (*path, number), place, name, keys=keys)
        elif isinstance(value, dict):
            for key, one in value.items():
                here = (*path, key)
                if key == WIDGETS:
                    self._widgets(one, here)
                elif keys or not (key in _SKIPPED or key.startswith("_")):
                    if keys and " " in key.strip():
                        self._add(place, "key", here, key, views.View(key), kind="key")
                    self._strings(one, here, place, name, keys=keys)

    def _string(self, text: str, path: Path, place: str, label: str) -> None:
        if _ENCODED.fullmatch(text):
            self._cannot_see(place, f"encoded data in {label}")
        elif not _STAMP.fullmatch(text) and not text.startswith("IPY_MODEL_"):
            self._add(place, label, path, text, views.plain(text))

    def _widgets(self, saved: Any, path: Path) -> None:
        """Collect the texts of saved widgets; their buffers are none."""
        states = saved.get("state", {}) if isinstance(saved, dict) else {}
        for name, model in states.items() if isinstance(states, dict) else ():
            if not isinstance(model, dict):
                continue
            if model.get("buffers"):
                self._cannot_see("widgets", f"buffers of {model.get('model_name', 'a widget')}")
            module = str(model.get("model_module", ""))
            if not module.startswith("@jupyter-widgets/"):
                self._cannot_see("widgets", f"what {module or 'a widget'} draws")
            here = (*path, "state", name, "state")
            if isinstance(model.get("state"), dict):
                for key, value in model["state"].items():
                    if (
                        isinstance(value, str)
                        and key == "value"
                        and "HTML" in str(model.get("model_name"))
                    ):
                        found, _ = views.page(value)
                        self._add("widgets", key, (*here, key), value, *found)
                    elif not key.startswith("_") and key not in _SKIPPED:
                        self._strings(value, (*here, key), "widgets", key)

    def _add(
        self,
        place: str,
        name: str,
        path: Path,
        raw: str,
        *found: views.View,
        kind: Kind = "text",
        written: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        kept = tuple(view for view in found if any(c.isalnum() for c in view.text))
        if kept:
            spans = None if written is None else tuple(written)
            self.fields.append(Field(self._cell, place, name, path, raw, kept, kind, spans))

    def _cannot_see(self, place: str, what: str) -> None:
        one = Unseen(self._cell, place, what)
        if one not in self.unseen:
            self.unseen.append(one)


def _label(path: Path) -> str:
    """Return the key that a value of some metadata belongs to, if it is a plain word."""
    keys = [step for step in path if isinstance(step, str)]
    return keys[-1] if re.fullmatch(r"[A-Za-z_]{1,30}", keys[-1]) else "metadata"
