"""Sentences on their way through a model: hidden spans, retries, and the best of what came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..engine import Decoding
from ..text.checks import Finding, check
from ..text.masking import Form, Masked, mask, split_runs, unmask
from ..text.protect import differences
from .translate_backends import Backend, has_term

# What another way of decoding may mend; the rest is flagged as it is.
_WORTH_A_RETRY = frozenset({"repetition", "truncated", "markup_changed", "untranslated"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One translation of a sentence and what is wrong with it."""

    text: str
    findings: tuple[Finding, ...] = ()
    score: float | None = None

    @property
    def faults(self) -> tuple[int, int]:
        """What to prefer by: spans lost count before anything else."""
        lost = sum(finding.kind == "markup_changed" for finding in self.findings)
        return lost, len({finding.kind for finding in self.findings})


@dataclass(slots=True)
class Job:
    """A sentence, which may stand in several places of several texts.

    Attributes
    ----------
    text
        The sentence on one line.
    candidates
        Its translations so far; the first of those with the fewest faults wins.
    """

    text: str
    markdown: bool
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def best(self) -> Candidate | None:
        """The best translation so far."""
        return min(self.candidates, key=lambda one: one.faults, default=None)


@dataclass(frozen=True, slots=True)
class Pair:
    """What the checks need to know about a translation's languages and terms."""

    source: str
    target: str
    glossary: Mapping[str, str] = field(default_factory=dict)

    def missing(self, source: str, output: str) -> list[str]:
        """Return the terms of `source` whose translation is not in `output`, inflection aside."""
        return [
            term
            for term, wanted in self.glossary.items()
            if has_term(source, term) and not _inflected(wanted, output)
        ]

    def candidate(self, job: Job, text: str, complete: bool, score: float | None) -> Candidate:
        """Return a translation of `job` with what the checks find."""
        findings = check(
            job.text,
            text,
            source_language=self.source,
            target_language=self.target,
            complete=complete,
            markdown=job.markdown,
            names=self.glossary.values(),
        )
        missing = self.missing(job.text, text)
        if missing:
            message = f"{len(missing)} of the glossary's terms not used."
            findings.append(Finding("untranslated", message))
        return Candidate(text, tuple(findings), score)


def _inflected(wanted: str, output: str) -> bool:
    """Whether `output` has the words of `wanted`, with another ending perhaps."""
    # A short word may get an ending; of a longer one the last two letters may be another.
    stems = [word[:-2] if len(word) >= 7 else word for word in wanted.split()]
    pattern = r"\s+".join(rf"{re.escape(stem)}\w{{0,5}}(?!\w)" for stem in stems)
    return re.search(rf"(?<!\w){pattern}", output, re.IGNORECASE) is not None


def run(
    jobs: Sequence[Job],
    backend: Backend,
    pair: Pair,
    decoding: Decoding,
    *,
    on_done: Callable[[], object] = lambda: None,
) -> None:
    """Translate `jobs`, filling in their candidates.

    All sentences go in one call. Those that lost a span or look wrong go again, in one call, in
    another form and with decoding that does not repeat; where a span other than emphasis is still
    lost, the runs between the spans are translated by themselves, which cannot lose any.

    Parameters
    ----------
    on_done
        Called for each sentence after its first translation.
    """
    first, *others = backend.forms
    _attempt(jobs, backend, pair, decoding, first, on_done)
    again = [job for job in jobs if _needs_more(job)]
    for form in others or (first,):
        # Where nothing is masked a second form is the first one over: decode otherwise.
        _attempt(again, backend, pair, _careful(decoding), form, lambda: None, terms=True)
    _translate_runs([job for job in again if _lost_a_span(job)], backend, pair, decoding)


def _needs_more(job: Job) -> bool:
    best = job.best
    return best is None or any(finding.kind in _WORTH_A_RETRY for finding in best.findings)


def _terms(job: Job, pair: Pair) -> dict[str, str]:
    """Return the glossary's terms that the best translation lacks, to be put in its place."""
    best = job.best
    lacking = pair.missing(job.text, best.text if best is not None else "")
    return {term: pair.glossary[term] for term in lacking}


def _lost_a_span(job: Job) -> bool:
    """Whether the best translation lacks something that must survive at any price.

    Bold and italic words are not worth it: a fluent sentence without them, flagged, is better
    than one put together from the translations of its fragments.
    """
    best = job.best
    if best is None:
        return True
    return any(
        kind != "emphasis" for kind in differences(job.text, best.text, markdown=job.markdown)
    )


def _careful(decoding: Decoding) -> Decoding:
    return replace(
        decoding,
        repetition_penalty=max(decoding.repetition_penalty, 1.1),
        no_repeat_ngram_size=decoding.no_repeat_ngram_size or 4,
    )


def _attempt(
    jobs: Sequence[Job],
    backend: Backend,
    pair: Pair,
    decoding: Decoding,
    form: Form,
    on_done: Callable[[], object],
    *,
    terms: bool = False,
) -> None:
    """Translate once, with `terms` putting those of the glossary that were not used in place."""
    if not jobs:
        return
    masked: list[Masked] = [
        mask(
            job.text,
            form=form,
            markdown=job.markdown,
            terms=_terms(job, pair) if terms else {},
        )
        for job in jobs
    ]

    def settle(index: int, output: str, complete: bool, score: float | None) -> None:
        job = jobs[index]
        restored = unmask(masked[index], output)
        if restored is None and form == "verbatim":
            # A whole translation, if only without its bold words; the checks say what it lost.
            restored = output
        if restored is not None:
            job.candidates.append(pair.candidate(job, restored, complete, score))
        on_done()

    backend.run([one.text for one in masked], decoding, settle)


def _translate_runs(jobs: Sequence[Job], backend: Backend, pair: Pair, decoding: Decoding) -> None:
    """Translate what lies between the spans, and put it together again."""
    cut = [split_runs(job.text, markdown=job.markdown) for job in jobs]
    wanted = list(dict.fromkeys(run for runs in cut for run, words in runs if words))
    if not wanted:
        return
    answers: dict[str, str] = {}
    cut_short: set[str] = set()
    left = [sum(words for _, words in runs) for runs in cut]

    def settle(index: int, output: str, complete: bool, score: float | None) -> None:
        answers[wanted[index]] = _like(wanted[index], output, pair.target)
        if not complete:
            cut_short.add(wanted[index])
        for number, runs in enumerate(cut):
            here = sum(words and run == wanted[index] for run, words in runs)
            left[number] -= here
            if here and not left[number]:
                _glue(jobs[number], runs, answers, cut_short, pair)

    backend.run(wanted, decoding, settle)


def _glue(
    job: Job,
    runs: Iterable[tuple[str, bool]],
    answers: Mapping[str, str],
    cut_short: set[str],
    pair: Pair,
) -> None:
    runs = list(runs)
    text = "".join(answers[run] if words else run for run, words in runs)
    complete = not any(run in cut_short for run, words in runs if words)
    job.candidates.append(pair.candidate(job, text, complete, None))


def _like(run: str, output: str, target: str) -> str:
    """Take back the capital and the full stop that a model gives to a mere part of a sentence."""
    # German nouns keep theirs.
    if target != "de" and run[:1].islower() and output[:1].isupper() and output[1:2].islower():
        output = output[:1].lower() + output[1:]
    if run[-1:].isalnum() and output.endswith(".") and not output.endswith(".."):
        output = output[:-1]
    return output
