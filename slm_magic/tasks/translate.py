"""Translation: segments in, the same text with its segments in another language out.

A text is cut into sentences and everything else (`text.segment`); the distinct sentences of all
texts go through the model together (`translate_ladder`), or through two that meet in English
(`translate_pivot`), and each text is put together again
around them, with what looks wrong flagged at its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import domains
from ..errors import FlaggedError, Interrupted, LanguageError, OptionError
from ..text import languages
from ..text.markdown import MARKUPS
from ..text.typography import QUOTES
from . import batch as batches
from . import bulk
from .cache import Place
from .results import Translation
from .translate_plan import Options
from .translate_run import Translating


def translate(
    text_or_texts: batches.Texts,
    *,
    target: str,
    source: str | None = None,
    model: str | None = None,
    domain: str | None = None,
    glossary: Mapping[str, str] | None = None,
    beam_size: int | None = None,
    markup: str = "auto",
    quotes: str = "language",
    retries: bool = True,
    resume: Interrupted | Sequence[Translation | None] | None = None,
    cache: Place = None,
    progress: bool = False,
    strict: bool = False,
) -> Any:
    """Translate a text, or each text of a list or column.

    White space, blank lines, lists and Markdown stay as they are; code, formulas, URLs, tags,
    addresses and placeholders are kept and checked.

    Parameters
    ----------
    text_or_texts
        A str gives one `Translation`; a list or Series gives a list in the same order, with
        None where a row is missing.
    target
        Language to translate into: a code such as ``fr`` or a name such as ``French``.
    source
        Language to translate from; by default it is detected, text by text.
    model
        Name or folder of the model; by default an installed one made for the pair, else a
        starter that covers it, else two that meet in English. Two joined by a plus sign, such as
        ``opus-mt-fr-en+opus-mt-en-de``, translate one after the other.
    domain
        Field of the texts, such as ``finance``, or the path of a pack: prefers a model made for it,
        tells a language model, and brings its glossary.
    glossary
        Source term to target term; these come before the domain's. Where a model does not use a
        term by itself, the term is put in its place; one that is still missing is flagged.
    beam_size
        Hypotheses kept while decoding; by default what the model's card says.
    markup
        ``text``, ``markdown``, or ``auto`` to look for signs of Markdown. In plain text a line
        break ends a sentence, unless an editor clearly wrapped the line there; in Markdown it
        does not.
    quotes
        ``language`` sets straight quotation marks, and French apostrophes, as the target language
        writes them, outside of code and markup; ``keep`` leaves what the model wrote.
    retries
        Whether sentences that look wrong are tried again in other ways (`translate_ladder`), and
        kept in the source language where nothing readable comes. False gives the first answers.
    resume
        What an earlier call on the same list raised after Ctrl-C, or the ``results`` in it:
        finished texts are kept and not done again. The results alone do not tell which of them
        were partly done, so those that are flagged are done anew.
    cache
        True keeps results on disk, in the user's cache folder, and takes those that are there
        instead of running a model; a path does so in that folder. They hold the texts.
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.

    Returns
    -------
    Translation or list of Translation
        Equal texts of a list share one result. One that went through another language says so in ``pivot`` and ``models``. A text that
        is in the target language already comes back as it is, flagged ``untranslated``.

    Raises
    ------
    LanguageError
        If a language is unknown, cannot be told, or is not covered by the model. In a long list
        that holds for the first window of texts; later ones in a language that no installed model
        covers come back as they are, flagged ``untranslated``.
    OptionError
        If another option cannot be used, or `resume` is of other texts or options.
    EmptyTextError
        If a single text is empty.
    ModelNotInstalledError
        If no model for the pair is installed; the message names the pull that gets one.
    Interrupted
        After Ctrl-C, with the finished texts, and the finished sentences of others.
    FlaggedError
        If `strict` and something is flagged.
    CacheError
        If the cache that was asked for is damaged; the message says how to clear it.

    Examples
    --------
    >>> import slm_magic as slm
    >>> slm.translate("Good morning!", target="fr").text  # doctest: +SKIP
    'Bonjour !'
    """
    options = _options(target, source, domain, glossary, beam_size, markup, quotes, retries)
    batch: batches.Batch[Translation] = batches.read(text_or_texts)
    batch.asked = (options, model)
    if resume is not None:
        batch.take_up(
            resume,
            Translation,
            lambda text, made: (
                made.source_text == text
                and made.target == options.target
                and options.source in (None, made.source)
            ),
        )
    known = [result.source for result in batch.results.values()]
    runner = Translating(options, model, known)
    finished = bulk.fill(batch, runner, progress=progress, cache=cache)
    if strict:
        FlaggedError.check(finished)
    return finished


def runner(
    *,
    target: str,
    source: str | None = None,
    model: str | None = None,
    domain: str | None = None,
    glossary: Mapping[str, str] | None = None,
    beam_size: int | None = None,
    markup: str = "auto",
    quotes: str = "language",
    retries: bool = True,
    known: Iterable[str] = (),
) -> Translating:
    """Return what translates the rows of a column; see `translate` for the options and errors.

    Parameters
    ----------
    known
        Source languages of texts that an earlier call had finished.
    """
    options = _options(target, source, domain, glossary, beam_size, markup, quotes, retries)
    return Translating(options, model, known)


def _options(
    target: str,
    source: str | None,
    domain: str | None,
    glossary: Mapping[str, str] | None,
    beam_size: int | None,
    markup: str,
    quotes: str,
    retries: bool,
) -> Options:
    target_code = languages.parse(target)
    source_code = languages.parse(source) if source is not None else None
    if source_code == target_code:
        raise LanguageError(
            f"Source and target are both {languages.name(target_code)}; give another target."
        )
    if markup not in MARKUPS:
        raise OptionError(f"There is no markup {markup!r}; choose from {', '.join(MARKUPS)}.")
    if quotes not in QUOTES:
        raise OptionError(f"There are no quotes {quotes!r}; choose from {', '.join(QUOTES)}.")
    if beam_size is not None and (
        isinstance(beam_size, bool) or not isinstance(beam_size, int) or beam_size < 1
    ):
        raise OptionError("beam_size must be a whole number of at least 1.")
    if glossary is not None and not (
        isinstance(glossary, Mapping)
        and all(isinstance(t, str) and t.strip() for pair in glossary.items() for t in pair)
    ):
        raise OptionError("glossary must map source terms to target terms, both non-empty str.")
    return Options(
        target=target_code,
        source=source_code,
        domain=domains.get(domain) if domain else None,
        glossary=dict(glossary or {}),
        beam_size=beam_size,
        markup=next(one for one in MARKUPS if one == markup),
        retries=retries,
        set_marks=quotes == "language",
    )
