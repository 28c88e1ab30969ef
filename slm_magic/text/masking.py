"""Protected spans hidden from a model, and put back into what it wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .protect import Kind, ProtectedSpan, find_spans, merge
from .terms import find_terms, in_place

Form = Literal["verbatim", "tag", "bracket"]


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as the model is to see it, and what `unmask` needs to undo that.

    Attributes
    ----------
    text
        The masked text.
    originals, tokens
        What was hidden, in order, and what stands in its place.
    before, after
        Whether white space stood before and after each hidden span.
    """

    text: str
    form: Form
    originals: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    before: tuple[bool, ...] = ()
    after: tuple[bool, ...] = ()
    kinds: tuple[Kind, ...] = ()


def _token(form: Form, number: int) -> str:
    return f"<x{number}/>" if form == "tag" else f"[{number}]"


def mask(
    text: str,
    *,
    form: Form,
    markdown: bool = True,
    terms: Mapping[str, str] | None = None,
    language: str | None = None,
) -> Masked:
    """Hide the protected spans of `text`.

    Parameters
    ----------
    form
        ``verbatim`` leaves them in, for models that copy well; ``tag`` puts ``<x1/>`` in their
        place and ``bracket`` puts ``[1]``, numbered from 1 or, where the text holds such tokens
        itself, from the first number that it does not use.
    terms
        Words to hide as well, and what is to stand in their place afterwards. Not for
        ``verbatim``, which hides nothing.
    language
        Language of the text, for the plurals of its terms.
    """
    spans = merge(find_spans(text, markdown=markdown))
    put = _places(text, terms, language, markdown) if terms and form != "verbatim" else {}
    spans = sorted([*spans, *put], key=lambda span: span.start)
    originals = tuple(put.get(span, text[span.start : span.end]) for span in spans)
    kinds = tuple(span.kind for span in spans)
    if form == "verbatim" or not spans:
        return Masked(text, form, originals, originals, kinds=kinds)
    first = 1
    while any(_token(form, first + i) in text for i in range(len(spans))):
        first += len(spans)
    tokens = tuple(_token(form, first + i) for i in range(len(spans)))
    parts = []
    position = 0
    for span, token in zip(spans, tokens, strict=True):
        parts += [text[position : span.start], token]
        position = span.end
    masked = "".join(parts) + text[position:]
    before = tuple(s.start == 0 or text[s.start - 1].isspace() for s in spans)
    after = tuple(s.end == len(text) or text[s.end].isspace() for s in spans)
    return Masked(masked, form, originals, tokens, before, after, kinds)


def _places(
    text: str, terms: Mapping[str, str], language: str | None, markdown: bool
) -> dict[ProtectedSpan, str]:
    """Return where terms stand and what replaces them."""
    return {
        ProtectedSpan(one.start, one.end, "term"): in_place(
            text, one, terms[one.term], markdown=markdown
        )
        for one in find_terms(text, terms, language=language, markdown=markdown)
    }


def unmask(masked: Masked, output: str) -> str | None:
    """Return `output` with the originals back, or None unless each came out exactly once.

    Changes of case and spaces inside a placeholder are forgiven. Around it, white space that the
    source had is restored where the output glued the span to a word, and emphasis and tags keep
    touching what they touched.
    """
    if masked.form == "verbatim":
        found = Counter({original: output.count(original) for original in masked.originals})
        wanted = Counter(masked.originals)
        return output if all(found[o] >= n for o, n in wanted.items()) else None
    places = []
    for number, token in enumerate(masked.tokens):
        digits = re.escape(token.strip("<x/>[]"))
        loose = (
            rf"<\s*[xX]\s*{digits}\s*/?\s*>(?:\s*<\s*/\s*[xX]\s*{digits}\s*>)?"
            if masked.form == "tag"
            else rf"[\[［【]\s*{digits}\s*[\]］】]"
        )
        matches = list(re.finditer(loose, output))
        if len(matches) != 1:
            return None
        places.append((matches[0].start(), matches[0].end(), number))
    restored = ""
    position = 0
    glue = False
    for start, end, number in sorted(places):
        restored = _join(restored, output[position:start], glue)
        glue = False
        attached = masked.kinds[number] in ("emphasis", "html", "link")
        if masked.before[number]:
            if restored and restored[-1].isalnum():
                restored += " "
        elif attached:
            restored = restored.rstrip(" ")
        restored += masked.originals[number]
        position = end
        if masked.after[number]:
            if output[position : position + 1].isalnum():
                restored += " "
        else:
            glue = attached
    return _join(restored, output[position:], glue)


def _join(left: str, right: str, glue: bool) -> str:
    return left + (right.lstrip(" ") if glue else right)


def split_runs(text: str, *, markdown: bool = True) -> list[tuple[str, bool]]:
    """Cut `text` into (run, translatable) at its protected spans; the runs joined are `text`."""
    runs: list[tuple[str, bool]] = []
    position = 0
    for span in [*merge(find_spans(text, markdown=markdown)), None]:
        end = len(text) if span is None else span.start
        between = text[position:end]
        core = between.strip()
        if any(c.isalpha() for c in core):
            lead = len(between) - len(between.lstrip())
            runs += [(between[:lead], False), (core, True), (between[lead + len(core) :], False)]
        else:
            runs.append((between, False))
        if span is not None:
            runs.append((text[span.start : span.end], False))
            position = span.end
    return [run for run in runs if run[0]]
