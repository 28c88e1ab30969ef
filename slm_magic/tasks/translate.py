"""Translation: segments in, the same text with its segments in another language out.

A text is cut into sentences and everything else (`text.segment`); the distinct sentences of all
texts go through the model together (`translate_ladder`), or through two that meet in English
(`translate_pivot`), and each text is put together again
around them, with what looks wrong flagged at its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import domains
from ..errors import FlaggedError, LanguageError, OptionError
from ..progress import bar
from ..store import Installed
from ..text import languages
from ..text.markdown import Markup
from . import batch as batches
from . import detect
from .results import Translation
from .translate_plan import Options, Plan
from .translate_work import Work

QUOTES = ("language", "keep")
MARKUPS: tuple[Markup, ...] = ("auto", "text", "markdown")


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
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.

    Returns
    -------
    Translation or list of Translation
        One that went through another language says so in ``pivot`` and ``models``. A text that
        is in the target language already comes back as it is, flagged ``untranslated``.

    Raises
    ------
    LanguageError
        If a language is unknown, cannot be told, or is not covered by the model.
    OptionError
        If another option cannot be used.
    EmptyTextError
        If a single text is empty.
    ModelNotInstalledError
        If no model for the pair is installed; the message names the pull that gets one.
    Interrupted
        After Ctrl-C, with the finished texts, and the finished sentences of others.
    FlaggedError
        If `strict` and something is flagged.

    Examples
    --------
    >>> import slm_magic as slm
    >>> slm.translate("Good morning!", target="fr").text  # doctest: +SKIP
    'Bonjour !'
    """
    options = _options(target, source, domain, glossary, beam_size, markup, quotes, retries)
    batch: batches.Batch[Translation] = batches.read(text_or_texts)
    rows = batch.present
    named = detect.named_models(model) if model is not None else ()
    plans = [
        Plan(works, _route(code, options, named), options, code)
        for code, works in _by_language(rows, options, named).items()
    ]
    total = sum(plan.prepare() for plan in plans)
    shown = bar(total, what="Translating", unit="sentence", show=progress)
    try:
        for plan in plans:
            plan.run(lambda: shown.update(1))
            for work in plan.works:
                batch.put(work.row, work.result(options.target, plan.route, interrupted=False))
    except KeyboardInterrupt as error:
        partial = {}
        for plan in plans:
            for work in plan.works:
                if work.row in batch.results or not work.started:
                    continue
                result = work.result(options.target, plan.route, interrupted=True)
                if work.finished:
                    batch.put(work.row, result)
                else:
                    partial[work.row] = result
        raise batch.interrupted(partial) from error
    finally:
        shown.close()
    finished = batch.finish()
    if strict:
        FlaggedError.check(finished)
    return finished


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


def _by_language(
    rows: Sequence[tuple[int, str]], options: Options, named: Sequence[Installed]
) -> dict[str, list[Work]]:
    """Put the texts together by source language, in the order of their first appearance."""
    if options.source is not None:
        codes = [options.source] * len(rows)
    else:
        candidates = detect.readable(named[0].card) if named else ()
        codes = detect.sources([text for _, text in rows], candidates)
    found: dict[str, list[Work]] = {}
    for code, (row, text) in zip(codes, rows, strict=True):
        found.setdefault(code, []).append(Work(row, text, code))
    return found


def _route(code: str, options: Options, named: Sequence[Installed]) -> detect.Route | None:
    """Return what translates texts in the language `code`, or None where nothing is needed."""
    if code in (detect.UNDETERMINED, options.target):
        return None
    if named:
        return detect.named_route(named, code, options.target)
    domain = options.domain.name if options.domain is not None else None
    return detect.route(code, options.target, domain)
