"""What a person reads of a text with markup in it, and where each letter of that stands.

Names are searched in what is read: "<b>Maria</b> Rossi" is one name, and so is one that a terminal
colours half. What is taken out is taken out of the text itself, with its markup around it whole.
"""

from __future__ import annotations

import html
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from ..text.protect import find_spans

Edit = tuple[int, int, str]

# Colours of a terminal, and pictures written into a text: nobody reads a name in them.
DATA = re.compile(r"data:[\w.+/-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=\s]*[A-Za-z0-9+/=]")
_NOT_READ = re.compile(rf"\x1b\[[0-9;?]*[A-Za-z]|{DATA.pattern}")
_FORMATTING = re.compile(
    r"</?(?:b|i|em|strong|u|s|del|ins|mark|small|big|sub|sup|span|font)>", re.I
)
_ATTRIBUTE = re.compile(
    r"(?<![^\s/\"'])(?P<name>[^\s=>/\"'<]+)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s>\"'][^\s>]*))",
    re.S,
)
# Attributes that a person may read, or that hold an address.
_READ = frozenset({"title", "alt", "href", "src", "placeholder", "value", "content", "summary",
    "label", "cite", "action", "download", "aria-label", "aria-description", "xlink:href", "srcset",
    "poster", "datetime"})  # fmt: skip
# In others, such as a class or an id, what looks like a name, an address or a number of somebody.
_PERSONAL = re.compile(r"@|\d{6}|[A-Z][a-z]+[ ._-]+[A-Z][a-z]")
# Elements that words do not run through.
_INLINE = frozenset({"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tspan", "tt", "u", "var", "wbr"})  # fmt: skip
_OPAQUE = ("script", "style", "template")
_LONGEST_START = "<![CDATA["
# Characters that may be gone through in vain, looking for the ends of tags that have none: each
# of them is looked for as far as the text goes. Of a long text, how many times its length.
_MOST_IN_VAIN = 4_000_000
_TIMES_IN_VAIN = 8


class Places:
    """Starts and ends, one pair a character; an output may have millions."""

    def __init__(self) -> None:
        self._starts, self._ends = array("q"), array("q")

    def run(self, start: int, end: int) -> None:
        """Add characters that stand one after the other."""
        self._starts.extend(range(start, end))
        self._ends.extend(range(start + 1, end + 1))

    def same(self, start: int, end: int, count: int) -> None:
        """Add `count` characters that share one place."""
        self._starts.extend([start] * count)
        self._ends.extend([end] * count)

    def between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Return the places of the characters from `start` to `end`."""
        return zip(self._starts[start:end], self._ends[start:end], strict=True)


@dataclass(frozen=True, slots=True)
class View:
    """A text as it is read.

    Attributes
    ----------
    text
        What is read.
    places
        Where each of its characters stands in the raw text: the same place for characters that come
        from one entity, an empty one for a break that is not written. None where the raw text is
        read as it is.
    escape
        Makes a replacement fit the markup, given its place in the raw text.
    name
        Which part it is, such as ``title`` for that attribute; empty for the text itself.
    """

    text: str
    places: Places | None = None
    escape: Callable[[str, int], str] = lambda text, at: text
    name: str = ""

    def edits(self, start: int, end: int, new: str) -> list[Edit]:
        """Return what to change in the raw text, so that ``text[start:end]`` reads `new`.

        The replacement goes where the first piece was; other pieces go, the markup between stays.
        """
        if self.places is None:
            return [(start, end, self.escape(new, start))]
        pieces: list[tuple[int, int]] = []
        for low, high in self.places.between(start, end):
            if low == high:
                continue
            if pieces and pieces[-1][1] >= low:
                pieces[-1] = (pieces[-1][0], max(high, pieces[-1][1]))
            else:
                pieces.append((low, high))
        found = [(low, high, "") for low, high in pieces]
        if found:
            low, high, _ = found[0]
            found[0] = (low, high, self.escape(new, low))
        return found


def apply(raw: str, edits: Iterable[Edit]) -> str:
    """Return `raw` with edits made; one that overlaps an earlier one is left out."""
    parts, at = [], 0
    for start, end, new in sorted(edits):
        if start < at:
            continue
        parts += [raw[at:start], new]
        at = end
    return "".join(parts) + raw[at:]


def plain(raw: str) -> View:
    """Return a text as a terminal shows it: without its colours."""
    return _without(raw, [m.span() for m in _NOT_READ.finditer(raw)])


def markdown(raw: str) -> View:
    """Return a Markdown text without its emphasis; its links, code and tags are read as they are."""
    spans = find_spans(raw)
    code = [(s.start, s.end) for s in spans if s.kind == "code"]
    hidden = [(s.start, s.end) for s in spans if s.kind == "emphasis"]
    hidden += [m.span() for m in _NOT_READ.finditer(raw)]
    hidden += [m.span() for m in _FORMATTING.finditer(raw)]

    def escape(text: str, at: int) -> str:
        # To Markdown <PERSON_1> would be an element of HTML, which shows nothing.
        if any(start <= at < end for start, end in code):
            return text
        return re.sub(r"([<*])", r"\\\1", text)

    view = _without(raw, hidden)
    return View(view.text, view.places, escape)


def _without(raw: str, hidden: Iterable[tuple[int, int]]) -> View:
    text: list[str] = []
    places = Places()
    at = 0
    for start, end in sorted(hidden):
        if start < at:
            at = max(at, end)
            continue
        text.append(raw[at:start])
        places.run(at, start)
        at = end
    if not at:
        return View(raw)
    text.append(raw[at:])
    places.run(at, len(raw))
    return View("".join(text), places)


def page(raw: str) -> tuple[list[View], list[str]]:
    """Return what is read of HTML or SVG: its text, attributes and comments, a view each.

    Returns
    -------
    list[View], list[str]
        The views, and names of what cannot be looked into (``script``, ``picture``).
    """
    reader = _Page(raw)
    try:
        reader.feed(raw)
        reader.close()
    except (_Broken, AssertionError):  # the second is how older Pythons tell of some markup
        # As it is written, so that at least what no tag cuts in two is found.
        return [View(raw, None, lambda text, at: html.escape(text))], ["broken HTML"]
    if reader.within:  # a script without an end, which the parser keeps for itself
        reader.unseen.add(reader.within)
    body = View("".join(reader.text), reader.places, lambda text, at: html.escape(text))
    return [body, *reader.others], sorted(reader.unseen)


class _Broken(Exception):
    """Markup that would take forever to read."""


class _Page(HTMLParser):
    def __init__(self, raw: str) -> None:
        super().__init__(convert_charrefs=False)
        self._raw = raw
        self._vain = 0
        self._lines = [0, *(m.end() for m in re.finditer("\n", raw))]
        self.within = ""
        self.text: list[str] = []
        self.places = Places()
        self.others: list[View] = []
        self.unseen: set[str] = set()

    def parse_starttag(self, i: int) -> int:
        return self._ended(i, super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        return self._ended(i, super().parse_endtag(i))

    def parse_html_declaration(self, i: int) -> int:
        return self._ended(i, super().parse_html_declaration(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        return self._ended(i, super().parse_comment(i, report))

    def parse_pi(self, i: int) -> int:
        return self._ended(i, super().parse_pi(i))

    def _ended(self, start: int, end: int) -> int:
        """Return `end`, which is below 0 where none was found, unless that was too often."""
        if end < 0:
            self._vain += len(self.rawdata) - start
            if self._vain > max(_MOST_IN_VAIN, _TIMES_IN_VAIN * len(self._raw)):
                raise _Broken
        return end

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_data(self, data: str) -> None:
        if self.within:
            self.unseen.add(self.within)
            return
        at = self._at()
        self.text.append(data)
        self.places.run(at, at + len(data))

    def handle_entityref(self, name: str) -> None:
        self._character(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._character(f"&#{name}")

    def _character(self, written: str) -> None:
        at = self._at()
        end = at + len(written)
        if self._raw[end : end + 1] == ";":
            end += 1
        made = html.unescape(self._raw[at:end])
        self.text.append(made)
        self.places.same(at, end, len(made))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        if tag in _OPAQUE:
            self.within = tag
        self._attributes()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        self._attributes()

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)
        if tag == self.within:
            self.within = ""

    def handle_comment(self, data: str) -> None:
        self._hidden(data)

    def handle_decl(self, decl: str) -> None:
        if _PERSONAL.search(decl):  # what document types say is nobody's
            self._hidden(decl)

    def unknown_decl(self, data: str) -> None:
        # Text of SVG may stand in <![CDATA[ ]]>.
        self._hidden(data.removeprefix("CDATA["))

    def handle_pi(self, data: str) -> None:
        if not data.startswith("xml "):  # the version and the encoding
            self._hidden(data)

    def _hidden(self, data: str) -> None:
        """Take in what a page's markup hides: "<!-- ", or what the parser takes for a comment."""
        at = self._raw.find(data, self._at(), self._at() + len(_LONGEST_START) + len(data))
        if data.strip() and at >= 0:
            places = Places()
            places.run(at, at + len(data))
            whole = self._raw.startswith(("<!--", _LONGEST_START), self._at())

            def escape(new: str, at: int) -> str:
                # Anything else ends at the first ">", and a placeholder has one.
                return new if whole else html.escape(new)

            self.others.append(View(data, places, escape, "comment"))

    def _break(self, tag: str) -> None:
        if tag not in _INLINE and self.text and not self.text[-1].endswith("\n"):
            at = self._at()
            self.text.append("\n")
            self.places.same(at, at, 1)

    def _attributes(self) -> None:
        tag, at = self.get_starttag_text() or "", self._at()
        rest, end = [], 0
        for match in _ATTRIBUTE.finditer(tag):
            rest += [tag[end : match.start()], " " * len(match[0])]
            end = match.end()
            group = next(g for g in ("a", "b", "c") if match[g] is not None)
            name, value = match["name"].lower(), match[group]
            if name == "srcdoc":
                self.unseen.add("page in a frame")
            elif name.startswith("on"):
                self.unseen.add("script")
            elif value.lower().startswith("data:"):
                self.unseen.add("picture or file in the text")
            elif name in _READ or name.startswith("data-") or _PERSONAL.search(value):
                self.others.append(_value(value, at + match.start(group), name, group == "c"))
        bare = "".join([*rest, tag[end:]])
        # What somebody wrote as a text: "Ada <ada@example.org>".
        if _PERSONAL.search(bare):
            places = Places()
            places.run(at, at + len(bare))
            self.others.append(View(bare, places, lambda text, at: html.escape(text), "tag"))


def _value(raw: str, at: int, name: str, bare: bool) -> View:
    def escape(new: str, at: int) -> str:
        # Without quotation marks around it, a value ends at a space.
        return html.escape(new).replace(" ", "&#32;" if bare else " ")

    text: list[str] = []
    places = Places()
    for match in re.finditer(r"&#?\w+;|[^&]+|&", raw):
        made = html.unescape(match[0])
        text.append(made)
        start, end = at + match.start(), at + match.end()
        if made == match[0]:
            places.run(start, end)
        else:
            places.same(start, end, len(made))
    return View("".join(text), places, escape, name)
