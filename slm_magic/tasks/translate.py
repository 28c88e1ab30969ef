"""Translation: segments in, the same text with its segments in another language out.

A text is cut into sentences and everything else (`text.segment`); the distinct sentences of all
texts go through the model together (`translate_jobs`), and each text is put together again
around them, with what looks wrong flagged at its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, engine
from ..errors import FlaggedError, LanguageError, OptionError
from ..progress import bar
from ..store import Installed
from ..text import languages
from ..text.markdown import Markup
from ..text.segment import Segment, is_markdown, segment
from . import batch as batches
from . import detect
from .results import Translation
from .translate_backends import Backend, CausalBackend, Seq2SeqBackend, decoding_of
from .translate_jobs import Job, Pair, run
from .translate_work import Work

# Of an ordinary sentence, to guess from the size of the texts how many there are.
SENTENCE_CHARACTERS = 90
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
        starter that covers it.
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
    progress
        Whether to show a bar.
    strict
        Whether to raise when a result is flagged.

    Returns
    -------
    Translation or list of Translation
        A text that is in the target language already comes back as it is, flagged
        ``untranslated``.

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
    options = _options(target, source, domain, glossary, beam_size, markup)
    batch: batches.Batch[Translation] = batches.read(text_or_texts)
    rows = batch.present
    named = detect.named_model(model) if model is not None else None
    plans = [
        _Plan(works, _installed(code, options, named), options, code)
        for code, works in _by_language(rows, options, named).items()
    ]
    total = sum(plan.prepare() for plan in plans)
    shown = bar(total, what="Translating", unit="sentence", show=progress)
    try:
        for plan in plans:
            plan.run(lambda: shown.update(1))
            for work in plan.works:
                batch.put(work.row, work.result(options.target, plan.installed, interrupted=False))
    except KeyboardInterrupt as error:
        partial = {}
        for plan in plans:
            for work in plan.works:
                if work.row in batch.results or not work.started:
                    continue
                result = work.result(options.target, plan.installed, interrupted=True)
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


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a call, read and checked."""

    target: str
    source: str | None
    domain: domains.Domain | None
    glossary: Mapping[str, str]
    beam_size: int | None
    markup: Markup


def _options(
    target: str,
    source: str | None,
    domain: str | None,
    glossary: Mapping[str, str] | None,
    beam_size: int | None,
    markup: str,
) -> _Options:
    target_code = languages.parse(target)
    source_code = languages.parse(source) if source is not None else None
    if source_code == target_code:
        raise LanguageError(
            f"Source and target are both {languages.name(target_code)}; give another target."
        )
    if markup not in MARKUPS:
        raise OptionError(f"There is no markup {markup!r}; choose from {', '.join(MARKUPS)}.")
    if beam_size is not None and (
        isinstance(beam_size, bool) or not isinstance(beam_size, int) or beam_size < 1
    ):
        raise OptionError("beam_size must be a whole number of at least 1.")
    if glossary is not None and not (
        isinstance(glossary, Mapping)
        and all(isinstance(t, str) and t.strip() for pair in glossary.items() for t in pair)
    ):
        raise OptionError("glossary must map source terms to target terms, both non-empty str.")
    return _Options(
        target=target_code,
        source=source_code,
        domain=domains.get(domain) if domain else None,
        glossary=dict(glossary or {}),
        beam_size=beam_size,
        markup=next(one for one in MARKUPS if one == markup),
    )


def _by_language(
    rows: Sequence[tuple[int, str]], options: _Options, named: Installed | None
) -> dict[str, list[Work]]:
    """Put the texts together by source language, in the order of their first appearance."""
    if options.source is not None:
        codes = [options.source] * len(rows)
    else:
        candidates = detect.readable(named.card) if named is not None else ()
        codes = detect.sources([text for _, text in rows], candidates)
    found: dict[str, list[Work]] = {}
    for code, (row, text) in zip(codes, rows, strict=True):
        found.setdefault(code, []).append(Work(row, text, code))
    return found


def _installed(code: str, options: _Options, named: Installed | None) -> Installed | None:
    """Return the model for texts in the language `code`, or None where none is needed."""
    if code in (detect.UNDETERMINED, options.target):
        return None
    domain = options.domain.name if options.domain is not None else None
    if named is not None:
        detect.check_pair(named.card, code, options.target)
    return named or detect.model_for(code, options.target, domain)


class _Plan:
    """The texts of one source language and the model that translates them."""

    def __init__(
        self, works: Sequence[Work], installed: Installed | None, options: _Options, source: str
    ) -> None:
        self.works = works
        self.installed = installed
        self._options = options
        self._source = source
        own = options.domain.terms(source, options.target) if options.domain is not None else {}
        self._glossary = {**own, **options.glossary}
        self._jobs: dict[tuple[str, bool], Job] = {}
        self._loaded: Any = None
        self._backend: Backend | None = None

    def prepare(self) -> int:
        """Cut the texts up and return how many distinct sentences there are to translate."""
        if self.installed is None:
            for work in self.works:
                work.keep(self._options.target)
            return 0
        words = self._word_model()
        for work in self.works:
            markdown = is_markdown(work.text, self._options.markup)
            tiles = words(work.text) if words else self._cut(work.text)
            jobs = [self._job(tile, markdown) if tile.translatable else None for tile in tiles]
            work.pieces = list(zip(tiles, jobs, strict=True))
            if words and not any(jobs) and any(c.isalpha() for c in work.text):
                work.note("The model reads no word of this text; left as it is.")
            work.markdown = markdown
        return len(self._jobs)

    def run(self, on_done: Callable[[], object]) -> None:
        """Translate the sentences."""
        if self.installed is None or not self._jobs:
            return
        decoding = decoding_of(self.installed.card, self._options.beam_size)
        pair = Pair(self._source, self._options.target, self._glossary)
        run(list(self._jobs.values()), self._model(), pair, decoding, on_done=on_done)

    def _job(self, tile: Segment, markdown: bool) -> Job:
        key = (tile.plain, markdown)
        return self._jobs.setdefault(key, Job(*key))

    def _cut(self, text: str) -> list[Segment]:
        return segment(text, language=self._source, markup=self._options.markup, fits=self._fits)

    def _fits(self, text: str) -> bool:
        return self._model().fits(text)

    def _handle(self) -> Any:
        """Load the model when it is first needed, planned for how much there is to do."""
        assert self.installed is not None
        if self._loaded is None:
            characters = sum(len(work.text) for work in self.works)
            bulk = characters >= engine.BULK_SENTENCES * SENTENCE_CHARACTERS
            self._loaded = engine.load(self.installed, workload="bulk" if bulk else "cell")
        return self._loaded

    def _model(self) -> Backend:
        if self._backend is None:
            assert self.installed is not None
            options = self._options
            if self.installed.card.kind == "causal":
                self._backend = CausalBackend(
                    self._handle(),
                    self._source,
                    options.target,
                    domain=options.domain,
                    glossary=self._glossary,
                )
            else:
                self._backend = Seq2SeqBackend(self._handle(), self._source, options.target)
        return self._backend

    def _word_model(self) -> Callable[[str], list[Segment]] | None:
        """Return how to cut texts for a model that knows single words only, such as names."""
        assert self.installed is not None
        if self.installed.card.kind != "seq2seq":
            return None
        words = getattr(self._handle().tokenizer, "words", None)
        if words is None:
            return None

        def cut(text: str) -> list[Segment]:
            tiles = []
            position = 0
            for match in words.finditer(text):
                if match.start() > position:
                    between = text[position : match.start()]
                    tiles.append(Segment(between, position, match.start(), False))
                letters = any(c.isalpha() for c in match[0])
                tiles.append(Segment(match[0], match.start(), match.end(), letters))
                position = match.end()
            if position < len(text):
                tiles.append(Segment(text[position:], position, len(text), False))
            return tiles

        return cut
