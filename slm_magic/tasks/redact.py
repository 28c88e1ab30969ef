"""redact: personal data out, something harmless in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import domains
from ..convert.token_head import read_labels
from ..errors import (
    FlaggedError,
    Interrupted,
    LanguageError,
    MissingDependencyError,
    OptionError,
    did_you_mean,
)
from ..importing import heavy_import
from ..text import languages
from . import choose, redact_head
from .batch import Batch, Texts, names, read
from .redact_operators import OPERATORS
from .redact_operators import operator as choose_operator
from .redact_passes import Finder, Passes
from .redact_tagger import Tagger
from .results import Redaction

if TYPE_CHECKING:
    from ..catalog import ModelRef
    from .redact_engine import Analyzer

MODEL = "pii-minilm"
BODY = "minilm-l6"
# The languages of the training texts; the head reads other Latin scripts too, less well.
TRAINED = ("en", "de", "fr", "es", "it", "nl", "pt")
LANGUAGES = (*TRAINED, "sv", "da", "no", "fi", "pl", "cs", "ro", "hu")


def redact(
    text_or_texts: Texts,
    *,
    entities: str | Sequence[str] | None = None,
    operator: str = "tag",
    language: str = "en",
    domain: str | None = None,
    model: str | None = None,
    resume: Interrupted | None = None,
    cache: object = None,
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
    resume
        What an earlier call on the same list raised after Ctrl-C: texts that it had read are not
        read again. Their results are written anew, so that tags are the same in all.
    cache
        Refused: nothing of texts with personal data is kept on disk.
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
        For an unknown entity type, operator or domain, or a model for another job; or if `resume`
        is of other texts or options.
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
    passes = prepare(
        entities=entities,
        operator=operator,
        language=language,
        domain=domain,
        model=model,
        cache=cache,
    )
    if resume is not None:
        passes.take_up(getattr(resume, "part", None), batch.texts)
    try:
        passes.read(batch.texts, progress=progress)
    except KeyboardInterrupt:
        passes.write(batch.put)
        stopped = batch.interrupted()
        # What was found, not what stands for it: that depends on all texts.
        stopped.part = passes
        raise stopped from None
    passes.write(batch.put)
    results = batch.finish()
    if strict:
        FlaggedError.check(results)
    return results


def prepare(
    *,
    entities: str | Sequence[str] | None = None,
    operator: str = "tag",
    language: str = "en",
    domain: str | None = None,
    model: str | None = None,
    cache: object = None,
) -> Passes:
    """Return the two passes of a call: all texts are read before the first result is written.

    Options, and the errors that they raise, are those of `redact`.
    """
    if cache not in (None, False):
        raise OptionError(
            "redact keeps nothing on disk, because its texts hold personal data; leave cache out."
        )
    _check_operator(operator)
    finder = _finder(model)
    code = _check_language(language, finder)
    pack = domains.get(domain) if domain is not None else None
    analyzer = _analyzer(code, finder, pack)
    wanted = _entities(entities, pack, analyzer.entities)
    # A missing Faker is said before texts are read for minutes.
    choose_operator(operator, (), code)
    asked = (wanted, code, pack, model)
    return Passes(finder, analyzer, wanted, operator, code, asked)


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


def _finder(model: str | None) -> Finder:
    if model in (None, MODEL):
        return Finder(redact_head.load(), _model_ref(), _encoder)
    found = choose.model("redact", model, kind="encoder")

    def load() -> Any:
        from .. import engine

        return engine.load(found)

    return Finder(Tagger(tuple(read_labels(found.folder))), found.ref, load)


def _check_operator(operator: str) -> None:
    if operator not in OPERATORS:
        raise OptionError(
            f"Unknown operator {operator!r}: use one of {', '.join(OPERATORS)}."
            f"{did_you_mean(operator, OPERATORS)}"
        )


def _check_language(language: str, finder: Finder) -> str:
    """Return the language's code; what a model of the user's reads is hers to know."""
    code = languages.parse(language)
    if code not in LANGUAGES and not isinstance(finder.head, Tagger):
        raise LanguageError(
            f"redact does not cover the language {language!r}; it covers {', '.join(LANGUAGES)}."
        )
    return code


def _analyzer(language: str, finder: Finder, domain: domains.Domain | None = None) -> Analyzer:
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


def _model_ref() -> ModelRef:
    from ..catalog import ModelRef

    return ModelRef(MODEL, redact_head.revision(), redact_head.sha256())
