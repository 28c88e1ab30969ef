"""A sentence on its way through a model: its translations so far, and which of them is best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..text import capitals, languages
from ..text.checks import check, untranslated
from ..text.checks_parts import letters
from ..text.findings import Finding
from ..text.protect import blank_spans, differences
from ..text.terms import find_terms, uses, words
from ..text.typography import set_marks

# Of a text surely in another language, what the detector gives the right one at the most.
_FOREIGN = 0.05
# Words in capitals from which they are hardly all one name.
_HEADLINE_WORDS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One translation of a sentence and what is wrong with it.

    Attributes
    ----------
    findings
        What the checks found.
    missing
        Terms of the glossary whose translation is not used.
    useless
        Why a reader has more of the source than of this; empty where that is not so.
    """

    text: str
    findings: tuple[Finding, ...] = ()
    score: float | None = None
    missing: tuple[str, ...] = ()
    useless: str = ""

    @property
    def told(self) -> tuple[Finding, ...]:
        """All that is to be flagged."""
        return (*self.findings, *missing_terms(len(self.missing)))

    @property
    def faults(self) -> frozenset[str]:
        """The kinds of what is wrong; ``term`` for a term of the glossary."""
        kinds = frozenset(finding.kind for finding in self.findings)
        return kinds | {"term"} if self.missing else kinds

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """What to prefer by, least first: readable, spans kept, few kinds of faults, few faults."""
        faults = self.faults
        count = len(self.findings) + len(self.missing)
        return bool(self.useless), "markup_changed" in faults, len(faults), count


def missing_terms(count: int) -> list[Finding]:
    """Return the finding that tells of `count` terms of the glossary that are not used."""
    if not count:
        return []
    return [Finding("untranslated", f"{count} of the glossary's terms not used.")]


@dataclass(slots=True, eq=False)
class Job:
    """A sentence, which may stand in several places of several texts.

    Attributes
    ----------
    text
        The sentence on one line.
    candidates
        Its translations so far; the first of those that rank best wins.
    terms
        What of the glossary has to be put in its place, because a model did not use it by itself.
    kept
        Why the source stays instead of any translation; empty where it does not.
    settled
        Whether this is final: nothing is left to be tried.
    """

    text: str
    markdown: bool
    candidates: list[Candidate] = field(default_factory=list)
    terms: dict[str, str] = field(default_factory=dict)
    kept: str = ""
    settled: bool = False

    def settle(self) -> None:
        """Keep only the best of what came, for good."""
        best = self.best
        self.candidates = [] if best is None else [best]
        self.settled = True

    @property
    def best(self) -> Candidate | None:
        """The best translation so far."""
        return min(self.candidates, key=lambda one: one.rank, default=None)

    @property
    def faults(self) -> frozenset[str]:
        """The kinds of what is wrong with the best; ``nothing`` where none came."""
        best = self.best
        return frozenset({"nothing"}) if best is None else best.faults

    @property
    def lost_a_span(self) -> bool:
        """Whether the best translation lacks something that must survive at any price.

        Bold and italic words are not worth it: a fluent sentence without them, flagged, is better
        than one put together from the translations of its fragments.
        """
        best = self.best
        return best is None or any(
            kind != "emphasis" for kind in differences(self.text, best.text, markdown=self.markdown)
        )

    @property
    def done(self) -> bool:
        """Whether something is known of what becomes of it."""
        return bool(self.kept) or bool(self.candidates)


@dataclass(frozen=True, slots=True)
class Pair:
    """What the checks need to know about a translation's languages and terms.

    Attributes
    ----------
    set_marks
        Whether straight quotation marks become those of the target language.
    """

    source: str
    target: str
    glossary: Mapping[str, str] = field(default_factory=dict)
    set_marks: bool = True

    def terms(self, text: str, *, markdown: bool) -> dict[str, str]:
        """Return the glossary's terms that `text` has; of two that overlap, the longer one."""
        if not self.glossary:
            return {}
        found = find_terms(text, self.glossary, language=self.source, markdown=markdown)
        return {one.term: self.glossary[one.term] for one in found}

    def candidate(self, job: Job, text: str, complete: bool, score: float | None) -> Candidate:
        """Return a translation of `job` with what the checks find."""
        if self.set_marks:
            text = set_marks(text, self.target, markdown=job.markdown)
        terms = self.terms(job.text, markdown=job.markdown)
        findings = [
            *check(
                job.text,
                text,
                source_language=self.source,
                target_language=self.target,
                complete=complete,
                markdown=job.markdown,
                names=words(terms.values()),
            )
        ]
        if capitals.headline(job.text, markdown=job.markdown):
            findings += self._copied_headline(job.text, text, findings)
        missing = tuple(
            term
            for term, wanted in terms.items()
            if not uses(text, wanted, language=self.target, markdown=job.markdown)
        )
        useless = self._useless(job, text, findings)
        return Candidate(text, tuple(findings), score, missing, useless)

    def _copied_headline(self, source: str, output: str, findings: list[Finding]) -> list[Finding]:
        """Check a headline in small letters: the checks take its capitals for those of names."""
        if any(finding.kind == "untranslated" for finding in findings):
            return []
        bare = blank_spans(source).lower()
        if len(bare.split()) < _HEADLINE_WORDS or languages.detect(bare) != self.source:
            return []  # a name or a list of them, perhaps
        return untranslated(bare, blank_spans(output).lower(), self.source, self.target)

    def _useless(self, job: Job, text: str, findings: list[Finding]) -> str:
        """Return why a reader has more of the source than of `text`.

        Only what is sure counts: a check that errs costs a look at a sentence, but here it would
        cost its translation. A loop is one that went on to the limit or far beyond the length of a
        translation; words said twice in an otherwise whole sentence do not make it worthless.
        """
        kinds = {finding.kind for finding in findings}
        if "untranslated" in kinds and text.casefold() != job.text.casefold():
            bare = blank_spans(text, markdown=job.markdown)
            if not letters(bare):
                return "The model gave an empty answer"
            guesses = dict(languages.guesses(bare))
            same = ("no", "nb", "nn") if self.target in ("no", "nb", "nn") else (self.target,)
            if sum(guesses.get(code, 0.0) for code in same) < _FOREIGN:
                return "The model answered in another language"
        if "repetition" in kinds and kinds & {"truncated", "length_ratio"}:
            return "The model said the same words over and over"
        return ""
