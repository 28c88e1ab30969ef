"""redact: personal data out, something harmless in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import domains
from ..convert.token_head import read_labels
from ..errors import FlaggedError, LanguageError, MissingDependencyError, OptionError, did_you_mean
from ..importing import heavy_import
from ..text import languages
from . import choose, redact_head
from .batch import Batch, Texts, names, read
from .redact_labels import NOT_PERSONAL
from .redact_operators import OPERATORS, Operator
from .redact_operators import operator as choose_operator
from .redact_reading import Doubt
from .redact_spans import Finding, People, Span, key, resolve
from .redact_tagger import Tagger
from .results import Flag, RedactedSpan, Redaction

if TYPE_CHECKING:
    from ..catalog import ModelRef
    from .redact_engine import Analyzer
    from .redact_head import Head

MODEL = "pii-minilm"
BODY = "minilm-l6"
# The languages of the training texts; the head reads other Latin scripts too, less well.
TRAINED = ("en", "de", "fr", "es", "it", "nl", "pt")
LANGUAGES = (*TRAINED, "sv", "da", "no", "fi", "pl", "cs", "ro", "hu")
# Texts read between two looks at Ctrl-C and two steps of the bar: under a second of work.
CHUNK = 32
# A run of digits, perhaps in groups, that no recognizer was sure of.
_LONG_NUMBER = re.compile(r"(?<![\w.,$€£])\d(?:[ -]?\d){8,}(?![\w%]|[.,]\d)")


def redact(
    text_or_texts: Texts,
    *,
    entities: str | Sequence[str] | None = None,
    operator: str = "tag",
    language: str = "en",
    domain: str | None = None,
    model: str | None = None,
    progress: bool = False,
    strict: bool = False,
) -> Any:
    """Take personal data out of texts, on this machine alone.

    `pii-minilm`, or the token classifier that `model` names, finds names, places, addresses, organisations, dates and ages; Presidio's
    recognizers and this package's find what has a pattern or a checksum, such as e-mail
    addresses, telephone and card numbers, IBANs and IP addresses. No tool finds everything:
    look over what leaves your hands.

    Parameters
    ----------
    text_or_texts
        One text, or a list or Series of texts; missing rows stay None.
    entities
        Only these types, as a sequence or joined by commas. By default all; see `entity_types`.
    operator
        ``tag`` puts ``<PERSON_1>``, the same for the same person or value in the whole call,
        and can be undone by `Redaction.restore`. ``mask`` puts as many asterisks. ``hash`` puts
        a keyed hash, equal for equal values of one call; set ``SLM_MAGIC_HASH_KEY`` to make it
        equal between calls, and keep that key secret. ``fake`` puts made-up values.
    language
        Language of the texts: a code such as ``de`` or a name such as ``German``.
    domain
        A domain whose entity types to take, where `entities` is not given, and whose patterns
        (case numbers, record numbers) to look for as well.
    model
        Name or folder of a token classifier of your own, in the place of ``pii-minilm``. Its
        labels are taken by the types that they name (``B-PER`` is ``PERSON``); others keep their
        names. Labels that name nothing personal (``MISC``, ``MONEY`` and the like) stay in the
        text unless `entities` names them.
    progress
        Show a bar for long work.
    strict
        Raise when anything looks doubtful.

    Returns
    -------
    Redaction or list of Redaction or None

    Raises
    ------
    OptionError
        For an unknown entity type, operator or domain, or a model for another job.
    LanguageError
        For a language that is not covered.
    MissingDependencyError
        If the extra ``redact`` is not installed.
    ModelNotInstalledError, UnknownModelError
        If the model, or `minilm-l6` below `pii-minilm`, has not been pulled.
    ModelLoadError
        If a model's files do not belong together.
    Interrupted
        After Ctrl-C, with the texts that were finished.
    FlaggedError
        If `strict` and a result is flagged.

    Examples
    --------
    >>> import slm_magic as slm
    >>> slm.redact("Call Maria Rossi at 030 1234567.").text  # doctest: +SKIP
    'Call <PERSON_1> at <PHONE_NUMBER_1>.'
    """
    batch: Batch[Redaction] = read(text_or_texts)
    _check_operator(operator)
    finder = _finder(model)
    code = _check_language(language, finder)
    pack = domains.get(domain) if domain is not None else None
    analyzer = _analyzer(code, finder, pack)
    wanted = _entities(entities, pack, analyzer.entities)
    replace_by = choose_operator(operator, [text for _, text in batch.present], code)
    rows: dict[int, tuple[list[Span], list[Doubt]]] = {}
    try:
        _find(batch, rows, finder, analyzer, wanted, progress)
    except KeyboardInterrupt:
        _put(batch, rows, replace_by, operator, finder.reference)
        raise batch.interrupted() from None
    _put(batch, rows, replace_by, operator, finder.reference)
    results = batch.finish()
    if strict:
        FlaggedError.check(results)
    return results


def entity_types(language: str = "en", *, model: str | None = None) -> tuple[str, ...]:
    """Return the entity types that redact looks for in a language.

    Parameters
    ----------
    model
        Name or folder of a token classifier of your own, in the place of ``pii-minilm``.

    Raises
    ------
    LanguageError
        For a language that is not covered.
    MissingDependencyError
        If the extra ``redact`` is not installed.
    OptionError, ModelNotInstalledError, UnknownModelError
        If the model does another job or is not there.
    """
    finder = _finder(model)
    return _analyzer(_check_language(language, finder), finder).entities


@dataclass(frozen=True, slots=True)
class _Finder:
    """The model of one call, and how its encoder is loaded once there is something to read."""

    head: Head | Tagger
    reference: ModelRef
    encoder: Callable[[], Any]


def _finder(model: str | None) -> _Finder:
    if model in (None, MODEL):
        return _Finder(redact_head.load(), _model_ref(), _encoder)
    found = choose.model("redact", model, kind="encoder")

    def load() -> Any:
        from .. import engine

        return engine.load(found)

    return _Finder(Tagger(tuple(read_labels(found.folder))), found.ref, load)


def _check_operator(operator: str) -> None:
    if operator not in OPERATORS:
        raise OptionError(
            f"Unknown operator {operator!r}: use one of {', '.join(OPERATORS)}."
            f"{did_you_mean(operator, OPERATORS)}"
        )


def _check_language(language: str, finder: _Finder) -> str:
    """Return the language's code; what a model of the user's reads is hers to know."""
    code = languages.parse(language)
    if code not in LANGUAGES and not isinstance(finder.head, Tagger):
        raise LanguageError(
            f"redact does not cover the language {language!r}; it covers {', '.join(LANGUAGES)}."
        )
    return code


def _analyzer(language: str, finder: _Finder, domain: domains.Domain | None = None) -> Analyzer:
    try:
        with heavy_import():
            from .redact_engine import analyzer
    except ImportError as error:
        # Only the extra's own packages: another import that fails is a fault to be seen.
        if (error.name or "").partition(".")[0] in (
            "presidio_analyzer",
            "spacy",
            "phonenumbers",
            "tldextract",
        ):
            raise MissingDependencyError("redact", "redact") from error
        raise
    patterns = domain.patterns if domain is not None else ()
    return analyzer(language, finder.head, patterns)


def _entities(
    entities: str | Sequence[str] | None, domain: domains.Domain | None, known: Sequence[str]
) -> tuple[str, ...] | None:
    asked = tuple(name.upper() for name in names(entities))
    if not asked and domain is not None and domain.entities:
        # A domain names types of any language; those of another one are not looked for here.
        wanted = {*domain.entities, *(pattern.entity for pattern in domain.patterns)}
        return tuple(name for name in known if name in wanted)
    for name in asked:
        if name not in known:
            raise OptionError(
                f"Unknown entity type {name!r}.{did_you_mean(name, known)} "
                f"Known: {', '.join(known)}."
            )
    return asked or None


def _encoder() -> Any:
    from .. import engine
    from ..store import Store

    return engine.load(Store.default().resolve(BODY))


def _find(
    batch: Batch[Redaction],
    rows: dict[int, tuple[list[Span], list[Doubt]]],
    finder: _Finder,
    analyzer: Analyzer,
    wanted: tuple[str, ...] | None,
    progress: bool,
) -> None:
    from ..progress import bar
    from .redact_engine import THRESHOLD

    present = batch.present
    if not present:
        return
    encoder = finder.encoder()
    shown = bar(len(present), what="redact", unit="text", show=progress)
    try:
        for low in range(0, len(present), CHUNK):
            chunk = present[low : low + CHUNK]
            readings = finder.head.read(encoder, [text for _, text in chunk])
            for (row, text), reading in zip(chunk, readings, strict=True):
                spared = NOT_PERSONAL if wanted is None else ()
                found = [one for one in reading.found if one.label not in spared]
                findings: list[Finding] = analyzer.analyze(text, found)
                sure = [f for f in findings if f[3] >= THRESHOLD]
                kept = resolve(text, sure, wanted, analyzer.guessed)
                # Someone who asked for some types only has no use for doubts about others.
                doubts = [d for d in reading.doubts if wanted is None or d.label in wanted]
                if wanted is None:
                    doubts += [Doubt("number", *m.span()) for m in _LONG_NUMBER.finditer(text)]
                rows[row] = (kept, doubts)
                shown.update(1)
    finally:
        shown.close()


def _put(
    batch: Batch[Redaction],
    rows: dict[int, tuple[list[Span], list[Doubt]]],
    replace_by: Operator,
    operator: str,
    reference: ModelRef,
) -> None:
    """Write the results of the rows that were read; tags need all of them first."""
    texts = {row: batch.texts[row] or "" for row in rows}
    people = People(
        texts[row][span.start : span.end]
        for row, (spans, _) in rows.items()
        for span in spans
        if span.entity == "PERSON"
    )
    for row, (spans, doubts) in sorted(rows.items()):
        batch.put(row, _write(texts[row], spans, doubts, people, replace_by, operator, reference))


def _write(
    text: str,
    spans: Sequence[Span],
    doubts: Sequence[Doubt],
    people: People,
    replace_by: Operator,
    operator: str,
    reference: ModelRef,
) -> Redaction:
    pieces: list[str] = []
    redacted: list[RedactedSpan] = []
    mapping: dict[str, str] = {}
    originals: list[str] = []
    at = 0
    # Where each character that stays will stand, for the flags.
    moves: list[tuple[int, int, int]] = []
    length = 0
    for span in spans:
        value = text[span.start : span.end]
        identity = people.who(value) if span.entity == "PERSON" else key(span.entity, value)
        placeholder = replace_by(span.entity, value, identity or value)
        moves.append((at, span.start, length - at))
        pieces += [text[at : span.start], placeholder]
        length += span.start - at + len(placeholder)
        at = span.end
        redacted.append(RedactedSpan(span.entity, span.start, span.end, span.score, placeholder))
        originals.append(value)
        # Where a person has several names here, the fullest stands for all in other texts.
        if len(value) > len(mapping.get(placeholder, "")):
            mapping[placeholder] = value
    moves.append((at, len(text), length - at))
    pieces.append(text[at:])
    return Redaction(
        text="".join(pieces),
        flags=tuple(_flags(doubts, moves)),
        model=reference,
        spans=tuple(redacted),
        mapping=mapping if operator == "tag" else {},
        originals=tuple(originals) if operator == "tag" else (),
        operator=operator,
    )


def _flags(doubts: Sequence[Doubt], moves: Sequence[tuple[int, int, int]]) -> list[Flag]:
    flags = []
    for doubt in sorted(doubts, key=lambda d: d.start):
        for start, end, shift in moves:
            # A doubt inside a span that was taken out is none.
            if start <= doubt.start and doubt.end <= end:
                what = "a long number" if doubt.label == "number" else f"a possible {doubt.label}"
                flags.append(
                    Flag(
                        "low_score",
                        f"Left {what} in the text: it scored too low to be taken out; look at it.",
                        doubt.start + shift,
                        doubt.end + shift,
                    )
                )
                break
    return flags


def _model_ref() -> ModelRef:
    from ..catalog import ModelRef

    return ModelRef(MODEL, redact_head.revision(), redact_head.sha256())
