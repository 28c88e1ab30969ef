"""Translation in two steps, through a language in which two models meet.

Each sentence goes through by itself, so that what comes out stands beside what went in although
the language between may have cut it into other sentences. What looked wrong in a step is carried
into the result; the last checks compare the source with the final text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..engine import BULK_SENTENCES
from ..text import languages
from ..text.findings import Finding
from ..text.segment import Segment, segment
from .translate_jobs import Candidate, Job, Pair, missing_terms
from .translate_ladder import Setup


@dataclass(frozen=True, slots=True)
class Step:
    """One of the two steps.

    Attributes
    ----------
    setup
        Gives the model, loading it when it is first asked.
    run
        Translates sentences; calls back with each after its first translation.
    carried
        Terms that it only passes on, so that the last checks tell of them.
    """

    setup: Callable[[], Setup]
    run: Callable[[Sequence[Job], Callable[[Job], object]], None]
    pair: Pair
    carried: frozenset[str]

    def findings(self, best: Candidate) -> list[Finding]:
        """Return what to tell of a translation that this step made."""
        own = sum(term not in self.carried for term in best.missing)
        return [*best.findings, *missing_terms(own)]


@dataclass(slots=True, eq=False)
class _Sentence:
    """A sentence between its steps: what the first made of it, cut up for the second."""

    job: Job
    first: Job
    tiles: list[tuple[Segment, Job | None]]
    left: set[int]

    @property
    def done(self) -> bool:
        return self.first.done and all(job is None or job.done for _, job in self.tiles)

    @property
    def settled(self) -> bool:
        return self.first.settled and all(job is None or job.settled for _, job in self.tiles)


def through(
    jobs: Sequence[Job],
    first: Step,
    second: Step,
    pair: Pair,
    *,
    on_step: Callable[[], object],
    on_done: Callable[[Job], object],
) -> None:
    """Translate `jobs` by two models, filling in their candidates.

    A batch of sentences goes through both steps before the next goes through the first, so that
    Ctrl-C leaves finished texts.

    Parameters
    ----------
    pair
        Languages and terms of the whole.
    on_step
        Called once a sentence and step.
    on_done
        Called with each sentence after its first translation by both.
    """
    for start in range(0, len(jobs), BULK_SENTENCES):
        _batch(jobs[start : start + BULK_SENTENCES], first, second, pair, on_step, on_done)


def _batch(
    jobs: Sequence[Job],
    first: Step,
    second: Step,
    pair: Pair,
    on_step: Callable[[], object],
    on_done: Callable[[Job], object],
) -> None:
    firsts = [Job(job.text, job.markdown) for job in jobs]
    first.run(firsts, lambda _: on_step())
    fits = second.setup().backend.fits
    between: dict[tuple[str, bool], Job] = {}
    sentences = []
    for job, made in zip(jobs, firsts, strict=True):
        tiles: list[tuple[Segment, Job | None]] = []
        if made.best is not None and not made.kept:
            for tile in segment(
                made.best.text,
                language=second.pair.source,
                markup="markdown" if job.markdown else "text",
                fits=fits,
            ):
                key = (tile.plain, job.markdown)
                asked = between.setdefault(key, Job(*key)) if tile.translatable else None
                tiles.append((tile, asked))
        left = {id(asked) for _, asked in tiles if asked is not None}
        sentences.append(_Sentence(job, made, tiles, left))
        if not left:
            on_step()
            on_done(job)
    waiting: dict[int, list[_Sentence]] = {}
    for sentence in sentences:
        for number in sentence.left:
            waiting.setdefault(number, []).append(sentence)

    def count(asked: Job) -> None:
        for sentence in waiting.pop(id(asked), ()):
            sentence.left.discard(id(asked))
            if not sentence.left:
                on_step()
                on_done(sentence.job)

    try:
        if between:
            second.run(list(between.values()), count)
    finally:
        # After Ctrl-C too: a sentence is finished when both of its steps are.
        for sentence in sentences:
            if sentence.done:
                _finish(sentence, first, second, pair)
            if sentence.settled:
                sentence.job.settle()


def _finish(sentence: _Sentence, first: Step, second: Step, pair: Pair) -> None:
    """Put the sentence together and check it against its source."""
    job, made, name = sentence.job, sentence.first, languages.name(second.pair.source)
    if made.best is None or made.kept:
        job.kept = f"In the step into {name}: {_lowered(made.kept)}"
        return
    scores = [made.best.score]
    text = ""
    inside: list[Finding] = []
    for tile, asked in sentence.tiles:
        best = asked.best if asked is not None else None
        if asked is not None and (best is None or asked.kept):
            job.kept = f"In the step from {name}: {_lowered(asked.kept)}"
            return
        if best is None:
            text += tile.text
            continue
        inside += [_moved(one, len(text), len(best.text)) for one in second.findings(best)]
        text += best.text
        scores.append(best.score)
    known = [score for score in scores if score is not None]
    # As sure as the weaker of the two steps.
    candidate = pair.candidate(job, text, True, min(known) if len(known) == len(scores) else None)
    kinds = {finding.kind for finding in candidate.told}
    carried = [
        # Its place in the language between is none in the result: it is the whole sentence's.
        Finding(one.kind, f"In the step into {name}: {_lowered(one.message)}")
        for one in first.findings(made.best)
    ]
    # The final text is the second step's, so what both checks find is one fault.
    carried += [
        replace(one, message=f"In the step from {name}: {_lowered(one.message)}")
        for one in inside
        if one.kind not in kinds
    ]
    findings = tuple(dict.fromkeys((*candidate.findings, *carried)))
    job.candidates.append(replace(candidate, findings=findings))


def _moved(finding: Finding, by: int, length: int) -> Finding:
    start = 0 if finding.start is None else finding.start
    end = length if finding.end is None else finding.end
    return replace(finding, start=start + by, end=end + by)


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
