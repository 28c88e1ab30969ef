"""Summaries: sentences chosen from the text, or written anew by a language model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from .. import domains
from ..errors import FlaggedError, Interrupted, OptionError
from ..text import languages
from . import batch as batches
from . import bulk, summarize_abstractive, summarize_extractive
from .cache import Place
from .results import Summary
from .summarize_support import UNSUPPORTED

Style = Literal["extractive", "abstractive"]
STYLES: tuple[Style, ...] = ("extractive", "abstractive")


def summarize(
    text_or_texts: batches.Texts,
    *,
    sentences: int = 3,
    style: str = "extractive",
    focus: str | Sequence[str] | None = None,
    domain: str | None = None,
    model: str | None = None,
    language: str = "en",
    unsupported: str = "replace",
    resume: Interrupted | Sequence[Summary | None] | None = None,
    cache: Place = None,
    progress: bool = False,
    strict: bool = False,
) -> Any:
    """Summarise a text, or each text of a list or column.

    Parameters
    ----------
    text_or_texts
        A str gives one `Summary`; a list or Series gives a list in the same order, with None
        where a row is missing.
    sentences
        How many sentences the summary has at the most.
    style
        ``extractive`` picks sentences of the text, word for word; ``abstractive`` has a
        language model write new ones, whose names and figures must be in the text.
    focus
        What the summary is to be about: one question or phrase, or several.
    domain
        A domain such as ``finance``, which supplies focus queries and more.
    model
        Name or folder of the model; by default `minilm-l6` for extractive summaries and an
        installed causal or sequence-to-sequence model for abstractive ones.
    language
        Language of the text, a code such as ``fr`` or a name such as ``French``: for its sentence
        boundaries, and the one that an abstractive summary is written in.
    unsupported
        What becomes of a written sentence with a name or figure that the text does not have:
        ``replace`` puts the sentence of the text that is nearest to it in its place, ``drop``
        leaves it out, ``flag`` keeps it. All three flag it.
    resume
        What an earlier call on the same list raised after Ctrl-C, or the ``results`` in it:
        finished texts are kept and not done again. The results alone do not tell which of them
        were partly done, so those that are flagged are done anew.
    cache
        True keeps results on disk, in the user's cache folder, and takes those that are there
        instead of running a model; a path does so in that folder. They hold parts of the texts.
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.

    Returns
    -------
    Summary or list of Summary
        Equal texts of a list share one result. An extractive summary's sentences carry their
        offsets in the source.

    Raises
    ------
    OptionError
        If an option cannot be used, or `resume` is of other texts or options.
    LanguageError
        If the language is not known.
    EmptyTextError
        If a single text is empty.
    ModelNotInstalledError
        If the model has not been pulled; the message names the command that does.
    Interrupted
        After Ctrl-C, with the summaries that were finished.
    FlaggedError
        If `strict` and something is flagged.
    CacheError
        If the cache that was asked for is damaged; the message says how to clear it.

    Examples
    --------
    >>> import slm_magic as slm
    >>> report = "Sales rose 4% to $12 million. The weather was mild. Profit fell to $1 million."
    >>> slm.summarize(report, sentences=2, domain="finance").sentences[0].text
    'Sales rose 4% to $12 million.'
    """
    options = _options(sentences, style, focus, domain, language, unsupported)
    batch: batches.Batch[Summary] = batches.read(text_or_texts)
    batch.asked = (options, model)
    if resume is not None:
        batch.take_up(
            resume,
            Summary,
            lambda text, made: (
                made.style == style
                and len(made.sentences) <= sentences
                and all(
                    one.start is None or text[one.start : one.end] == one.text
                    for one in made.sentences
                )
            ),
        )
    finished = bulk.fill(batch, _runner(options, model), progress=progress, cache=cache)
    if strict:
        FlaggedError.check(finished)
    return finished


def runner(
    *,
    sentences: int = 3,
    style: str = "extractive",
    focus: str | Sequence[str] | None = None,
    domain: str | None = None,
    model: str | None = None,
    language: str = "en",
    unsupported: str = "replace",
) -> bulk.Runner:
    """Return what summarises the rows of a column; see `summarize` for the options and errors."""
    return _runner(_options(sentences, style, focus, domain, language, unsupported), model)


def _runner(
    options: summarize_extractive.Options | summarize_abstractive.Options, model: str | None
) -> bulk.Runner:
    if isinstance(options, summarize_abstractive.Options):
        return summarize_abstractive.Writing(options, model)
    return summarize_extractive.Extracting(options, model)


def _options(
    sentences: int,
    style: str,
    focus: str | Sequence[str] | None,
    domain: str | None,
    language: str,
    unsupported: str,
) -> summarize_extractive.Options | summarize_abstractive.Options:
    if isinstance(sentences, bool) or not isinstance(sentences, int) or sentences < 1:
        raise OptionError("sentences must be a whole number of at least 1.")
    if style not in STYLES:
        raise OptionError(f"There is no style {style!r}; styles: {', '.join(STYLES)}.")
    if unsupported not in UNSUPPORTED:
        raise OptionError(
            f"unsupported cannot be {unsupported!r}; choose from {', '.join(UNSUPPORTED)}."
        )
    pack = domains.get(domain) if domain else None
    code = languages.parse(language)
    if style == "abstractive":
        return summarize_abstractive.Options(sentences, _queries(focus), pack, code, unsupported)
    return summarize_extractive.Options(sentences, _focus(focus, pack), code, domain)


def _queries(focus: str | Sequence[str] | None) -> tuple[str, ...]:
    given = (focus,) if isinstance(focus, str) else tuple(focus or ())
    if not all(isinstance(query, str) and query.strip() for query in given):
        raise OptionError("focus must be a non-empty text or a list of them.")
    return given


def _focus(
    focus: str | Sequence[str] | None, pack: domains.Domain | None
) -> summarize_extractive.Focus:
    given = _queries(focus)
    if pack is None:
        return summarize_extractive.Focus(given, 0.0, bool(given))
    # What the user asks for comes before what the domain would look for.
    return summarize_extractive.Focus(given or pack.focus, pack.figures, bool(given))
