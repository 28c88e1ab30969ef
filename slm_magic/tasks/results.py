"""What the three tasks return: frozen results that show themselves and hide what is private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..catalog import ModelRef
from ..text.findings import FindingKind

# Those of the checks, and what a task knows by itself.
FlagKind = Literal[FindingKind, "low_score"]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about an output that looks wrong.

    Attributes
    ----------
    kind
        What looks wrong.
    message
        One line for a person.
    start, end
        Where in the result's text, in characters; None when it concerns the whole.
    """

    kind: FlagKind
    message: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class TranslatedSegment:
    """One piece of a text and what became of it.

    Attributes
    ----------
    source, text
        The piece before and after. The sources of all segments joined are the input, and
        the texts joined are the output.
    translated
        False for white space, markup and code, which are carried over as they are.
    score
        Mean log-probability a token, where the model gives one.
    """

    source: str
    text: str
    translated: bool
    score: float | None = None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of a summary.

    Attributes
    ----------
    text
        The sentence; where it has a place, exactly ``source[start:end]``.
    start, end
        Its place in the source in characters; None if a model wrote it.
    score
        Cosine similarity to the focus or the document, where there is one.
    """

    text: str
    start: int | None = None
    end: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class RedactedSpan:
    """One span that was taken out. It never holds the original text.

    Attributes
    ----------
    start, end
        Its place in the original text, in characters.
    placeholder
        What stands in its place.
    """

    entity_type: str
    start: int
    end: int
    score: float
    placeholder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every task's result has.

    Attributes
    ----------
    text
        The output.
    flags
        What looks wrong about it; empty when nothing does.
    model
        The model that made it.
    elapsed
        Seconds spent on this text; in a batch, its share by length.
    """

    text: str
    flags: tuple[Flag, ...] = ()
    model: ModelRef | None = None
    elapsed: float = 0.0

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        # Imported here: most results are never shown, and the HTML belongs with the front ends.
        from .show import mimebundle

        return mimebundle(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation(Result):
    """A translated text.

    Attributes
    ----------
    source_text
        The input.
    source, target
        ISO 639-1 codes; `source` is the detected one when none was given.
    segments
        The pieces, in order; their texts joined are `text`.
    pivot
        Code of the language that the translation went through, where no model does it directly.
    models
        The models that it went through, in order; the last is `model`, which wrote the text.
    """

    source_text: str
    source: str
    target: str
    segments: tuple[TranslatedSegment, ...] = ()
    pivot: str | None = None
    models: tuple[ModelRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Result):
    """A summary.

    Attributes
    ----------
    sentences
        The sentences, in the order of the source.
    style
        ``extractive`` or ``abstractive``.
    """

    sentences: tuple[SummarySentence, ...] = ()
    style: Literal["extractive", "abstractive"] = "extractive"
    domain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Redaction(Result):
    """A text with personal data taken out.

    ``repr``, HTML and the MIME bundle never show the original text; only `mapping` and
    `restore` hold it, in memory.

    Attributes
    ----------
    spans
        What was taken out, in order of place.
    mapping
        Placeholder to original, for operator ``tag`` only.
    """

    spans: tuple[RedactedSpan, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    operator: str = "tag"
    # What each of `spans` was: two names of one person share a tag, and `restore` must put back
    # the one that stood there.
    originals: tuple[str, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return f"Redaction(text={self.text!r}, spans={len(self.spans)}, operator={self.operator!r})"

    def restore(self, text: str | None = None) -> str:
        """Put the originals back.

        Parameters
        ----------
        text
            A text that holds this redaction's placeholders, such as a translation of it;
            by default the redacted text itself.

        Raises
        ------
        OptionError
            If the operator was not ``tag``: only tags can be undone.
        """
        from ..errors import OptionError

        if self.operator != "tag":
            raise OptionError(
                f"Operator {self.operator!r} cannot be undone; "
                "redact with operator='tag' to restore."
            )
        import re

        if text is None:
            return self._original()
        if not self.mapping:
            return text
        # One pass, longest first, so that no original is searched for tags in turn.
        tags = sorted(self.mapping, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, tags)))
        return pattern.sub(lambda m: self.mapping[m[0]], text)

    def _original(self) -> str:
        pieces, at, behind = [], 0, 0
        for span, value in zip(self.spans, self.originals, strict=True):
            stays = span.start - behind
            pieces += [self.text[at : at + stays], value]
            at += stays + len(span.placeholder)
            behind = span.end
        return "".join(pieces) + self.text[at:]
