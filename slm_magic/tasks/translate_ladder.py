"""Sentences through a model, and the ladder of retries for those that come out wrong.

All sentences go through the model in one call. Then each rung of `LADDER`, in order, is tried in
one call on the sentences that are still flagged for something that it may mend; each sentence
keeps the best of what came. A sentence that is right the first time costs nothing more, and a
wrong one no more than each rung once. Where nothing came that is worth more than the source, the
source stays, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..engine import Decoding
from ..text import capitals
from ..text.masking import Form, Masked, mask, split_runs, unmask
from ..text.segment import clauses
from .translate_backends import Backend
from .translate_jobs import Job, Pair

# Hypotheses of the rung that decodes with a beam.
BEAM = 4
# What its rung asks of decoding that must not loop.
PENALTY, NGRAM = 1.1, 4
# Clause marks of languages with signs as wide as their letters, and of the others.
_WIDE = {",": "，", ";": "；", ":": "："}
_WIDE_LANGUAGES = ("zh", "ja")

Parts = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Setup:
    """What translates sentences: a model, a pair of languages with their terms, and decoding."""

    backend: Backend
    pair: Pair
    decoding: Decoding

    def with_decoding(self, **changes: Any) -> Setup:
        """Return the same with other decoding."""
        return replace(self, decoding=replace(self.decoding, **changes))


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to try again.

    Attributes
    ----------
    mends
        Kinds of faults (`Job.faults`) for which it is tried.
    fits
        Whether it would ask the model anything new about a sentence.
    climb
        Tries it on sentences, in one call, adding to their candidates.
    """

    name: str
    mends: frozenset[str]
    fits: Callable[[Job, Setup], bool]
    climb: Callable[[Sequence[Job], Setup], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Sentences as the model is to see them, and what its backend made of them."""

    masked: Sequence[Masked]
    encoded: Any


def ask(jobs: Sequence[Job], setup: Setup, form: Form | None = None) -> Asked:
    """Hide what must survive in sentences and make them into tokens."""
    masked = [_masked(job, job.text, setup, form) for job in jobs]
    return Asked(masked, setup.backend.encode([one.text for one in masked]))


def run(
    jobs: Sequence[Job],
    setup: Setup,
    *,
    retries: bool = True,
    asked: Asked | None = None,
    on_done: Callable[[Job], object] = lambda _: None,
) -> None:
    """Translate `jobs`, filling in their candidates, or why the source is kept.

    Parameters
    ----------
    retries
        False takes the first answer as it is.
    asked
        What `ask` gave for them, if it was asked ahead.
    on_done
        Called with each sentence after its first translation.
    """
    if not jobs:
        return
    try:
        _whole(jobs, setup, on_done, asked=asked)
        for rung in LADDER if retries else ():
            again = [job for job in jobs if job.faults & rung.mends and rung.fits(job, setup)]
            if again:
                rung.climb(again, setup)
    except KeyboardInterrupt:
        for job in jobs:
            # What is right, or would not be tried again.
            if job.candidates and not (retries and job.faults):
                job.settle()
        raise
    for job in jobs:
        best = job.best
        if best is None:
            job.kept = "The model gave no translation that keeps what must be kept"
        elif best.useless and retries:
            job.kept = best.useless
        job.settle()


def _other_form(jobs: Sequence[Job], setup: Setup) -> None:
    """Hide spans in another form, and put terms that the model did not use in their place."""
    for job in jobs:
        job.terms = _lacking(job, setup)
    _whole(jobs, setup, form=setup.backend.forms[-1])


def _lacking(job: Job, setup: Setup) -> dict[str, str]:
    terms, best = setup.pair.terms(job.text, markdown=job.markdown), job.best
    return terms if best is None else {term: terms[term] for term in best.missing}


def _beam(jobs: Sequence[Job], setup: Setup) -> None:
    """Look for a likelier translation than the one found by always taking the next best word."""
    _whole(jobs, setup.with_decoding(beam_size=BEAM))


def _no_loops(jobs: Sequence[Job], setup: Setup) -> None:
    """Make what was said before less likely, and runs of words that were said impossible."""
    given = setup.decoding
    careful = setup.with_decoding(
        repetition_penalty=max(given.repetition_penalty, PENALTY),
        no_repeat_ngram_size=given.no_repeat_ngram_size or NGRAM,
    )
    _whole(jobs, careful)


def _split(jobs: Sequence[Job], setup: Setup) -> None:
    """Translate a long sentence clause by clause."""
    _parts(jobs, setup, lambda job: clauses(job.text, markdown=job.markdown))


def _small_letters(jobs: Sequence[Job], setup: Setup) -> None:
    """Translate a headline as an ordinary sentence, and give it its capitals back."""
    pair = setup.pair
    _parts(
        jobs,
        setup,
        lambda job: [(capitals.ordinary(job.text, pair.source, markdown=job.markdown), True)],
        lambda job, text: capitals.restored(job.text, text, pair.target, markdown=job.markdown),
    )


def _runs(jobs: Sequence[Job], setup: Setup) -> None:
    """Translate what lies between the spans, and put it together again: that can lose none."""
    _parts(jobs, setup, lambda job: split_runs(job.text, markdown=job.markdown))


LADDER: tuple[Rung, ...] = (
    Rung(
        "form",
        frozenset({"nothing", "markup_changed", "term"}),
        # A model with one form would be asked the same again, but for the terms.
        lambda job, setup: len(setup.backend.forms) > 1 or bool(_lacking(job, setup)),
        _other_form,
    ),
    # Not for loops: the penalties are made for them, and a beam runs to the limit with each.
    Rung(
        "beam",
        frozenset(
            {"nothing", "markup_changed", "term", "untranslated", "number_changed", "length_ratio",
             "truncated"}
        ),
        lambda job, setup: setup.decoding.beam_size < BEAM and "repetition" not in job.faults,
        _beam,
    ),
    Rung(
        "no loops",
        frozenset({"repetition", "truncated", "length_ratio"}),
        lambda _, setup: not setup.decoding.no_repeat_ngram_size,
        _no_loops,
    ),
    Rung(
        "split",
        frozenset({"repetition", "truncated", "length_ratio", "untranslated", "number_changed"}),
        lambda job, _: len(clauses(job.text, markdown=job.markdown)) > 1,
        _split,
    ),
    Rung(
        "small letters",
        frozenset({"repetition", "truncated", "length_ratio", "untranslated", "number_changed"}),
        lambda job, _: capitals.headline(job.text, markdown=job.markdown),
        _small_letters,
    ),
    Rung(
        "runs",
        frozenset({"nothing", "markup_changed"}),
        lambda job, _: job.lost_a_span,
        _runs,
    ),
)  # fmt: skip


def _masked(job: Job, text: str, setup: Setup, form: Form | None = None) -> Masked:
    forms = setup.backend.forms
    return mask(
        text,
        # Terms that are put in place need a form that hides something.
        form=form or (forms[-1] if job.terms else forms[0]),
        markdown=job.markdown,
        terms=job.terms,
        language=setup.pair.source,
    )


def _unmasked(masked: Masked, output: str) -> str | None:
    restored = unmask(masked, output)
    if restored is None and masked.form == "verbatim":
        # A whole translation, if only without its bold words; the checks say what it lost.
        return output
    return restored


def _whole(
    jobs: Sequence[Job],
    setup: Setup,
    on_done: Callable[[Job], object] = lambda _: None,
    *,
    form: Form | None = None,
    asked: Asked | None = None,
) -> None:
    """Translate whole sentences once."""
    if asked is None:
        asked = ask(jobs, setup, form)
    masked = asked.masked

    def settle(index: int, output: str, complete: bool, score: float | None) -> None:
        job = jobs[index]
        restored = _unmasked(masked[index], output)
        if restored is not None:
            job.candidates.append(setup.pair.candidate(job, restored, complete, score))
        on_done(job)

    texts = [one.text for one in masked]
    setup.backend.run(texts, setup.decoding, settle, encoded=asked.encoded)


def _parts(
    jobs: Sequence[Job],
    setup: Setup,
    cut: Callable[[Job], Parts],
    finish: Callable[[Job, str], str] = lambda _, text: text,
) -> None:
    """Translate the parts of sentences, each distinct one once, and put them together again."""
    cuts = [
        [(text, _masked(job, text, setup) if words else None) for text, words in cut(job)]
        for job in jobs
    ]
    asked = list(dict.fromkeys(part.text for parts in cuts for _, part in parts if part))
    answers: dict[str, tuple[str, bool]] = {}

    def settle(index: int, output: str, complete: bool, score: float | None) -> None:
        answers[asked[index]] = output, complete

    if asked:
        setup.backend.run(asked, setup.decoding, settle)
    target = setup.pair.target
    for job, parts in zip(jobs, cuts, strict=True):
        made: list[str | None] = []
        complete = True
        for text, masked in parts:
            if masked is None:
                made.append(_mark(text, target))
                continue
            output, whole = answers[masked.text]
            complete = complete and whole
            made.append(_unmasked(masked, _like(masked.text, output, target)))
        if None not in made and asked:
            text = finish(job, "".join(part or "" for part in made))
            job.candidates.append(setup.pair.candidate(job, text, complete, None))


def _mark(text: str, target: str) -> str:
    """Return the mark between two clauses as the target language writes it."""
    bare = text.strip()
    if target in _WIDE_LANGUAGES:
        return _WIDE.get(bare, text)
    narrow = {wide: mark for mark, wide in _WIDE.items()} | {"、": ","}
    return f"{narrow[bare]} " if bare in narrow else text


def _like(part: str, output: str, target: str) -> str:
    """Take back the capital and the full stop that a model gives to a mere part of a sentence."""
    # German nouns keep theirs.
    if target != "de" and part[:1].islower() and output[:1].isupper() and output[1:2].islower():
        output = output[:1].lower() + output[1:]
    if part[-1:].isalnum() and output.endswith(".") and not output.endswith(".."):
        output = output[:-1]
    return output
