"""Presidio as redact uses it: chosen recognizers, and spaCy's tokens for their context words.

Imported only when redact runs, because it imports presidio and spacy.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, Protocol

import spacy
from presidio_analyzer import (
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerResult,
)
from presidio_analyzer import predefined_recognizers as presidio
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from .. import domains
from ..errors import LanguageError, OptionError
from .redact_patterns import extra
from .redact_reading import Found
from .redact_spans import GUESSED
from .redact_words import context

# Below this a finding stays in the text, flagged (`low_score`) when it looks like an identifier.
THRESHOLD = 0.4

# spaCy's name of a language, where it is not ISO 639-1's.
_SPACY = {"no": "nb"}

_quiet: contextvars.ContextVar[bool] = contextvars.ContextVar("slm_magic_quiet", default=False)


class Finder(Protocol):
    """What Presidio is told of the model beside the patterns: the types, plain text first."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the types."""


class _BlankEngine(NlpEngine):  # type: ignore[misc]
    """Tokens for Presidio's context words from ``spacy.blank``: no model, nothing to download."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._nlp: Any = None

    def load(self) -> None:
        try:
            self._nlp = spacy.blank(_SPACY.get(self.language, self.language))
        except (ImportError, ValueError) as error:
            # Some want a package of their own for words, such as Japanese.
            raise LanguageError(
                f"redact cannot take texts in {self.language!r} apart: spaCy has no words for it "
                "here; use language='en', which changes only what patterns look for."
            ) from error
        # The tokenizer alone runs, in linear time and memory; spaCy's limit is for parsers.
        self._nlp.max_length = 1_000_000_000

    def is_loaded(self) -> bool:
        return self._nlp is not None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        doc = self._nlp(text)
        return NlpArtifacts(
            entities=[],
            tokens=doc,
            tokens_indices=[token.idx for token in doc],
            # A blank pipeline has no lemmas; context words are compared with the words themselves.
            lemmas=[token.lower_ for token in doc],
            nlp_engine=self,
            language=language,
        )

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **kwargs: Any,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return bool(self._nlp.vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:
        return bool(self._nlp.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [self.language]


class Analyzer:
    """One language's recognizers, run as Presidio's AnalyzerEngine runs them.

    The engine's own loop takes as long as the patterns themselves: it asks each recognizer for
    its types again for each text, takes every text apart for context words, whether or not a
    finding wants them, and copies the findings of the model, which have no context. A test
    holds this class to what the engine gives.

    Attributes
    ----------
    recognizers
        Those of patterns; what the model found comes with each text.
    entities
        The types that it finds, sorted.
    guessed
        Those that only the model gives: sure as it may be, no checksum stands behind them.
    """

    def __init__(
        self, language: str, head: Finder, patterns: Sequence[domains.Pattern] = ()
    ) -> None:
        self.language = language
        self.nlp = _BlankEngine(language)
        self.nlp.load()
        _silence()
        with quiet():
            self.recognizers = [*_patterns(language), *_of_domain(patterns, language)]
        self.enhancer = LemmaContextAwareEnhancer(
            context_matching_mode="whole_word", context_suffix_count=2
        )
        self._with_context = [one for one in self.recognizers if one.context]
        labels = frozenset(head.labels[1:])
        given = {entity for one in self.recognizers for entity in one.supported_entities}
        self.entities = tuple(sorted(labels | given))
        self.guessed = GUESSED | (labels - given)

    def analyze(self, text: str, found: Sequence[Found]) -> list[tuple[str, int, int, float]]:
        """Return (type, start, end, score) of everything found, whatever its score."""
        results = [RecognizerResult(one.label, one.start, one.end, one.score) for one in found]
        weak: list[RecognizerResult] = []
        with quiet():
            for recognizer in self.recognizers:
                some = recognizer.analyze(text, recognizer.supported_entities, None)
                (weak if recognizer.context else results).extend(some)
            if weak:
                artifacts = self.nlp.process_text(text, self.language)
                results += self.enhancer.enhance_using_context(
                    text, weak, artifacts, self._with_context
                )
        if len(results) > 1:
            results = EntityRecognizer.remove_duplicates(results)
        return [(r.entity_type, r.start, r.end, r.score) for r in results]


@lru_cache(maxsize=8)
def analyzer(language: str, head: Finder, patterns: tuple[domains.Pattern, ...]) -> Analyzer:
    """Return the analyzer of a language and a domain; the last few are kept in this process.

    Raises
    ------
    OptionError
        If a pattern of the domain is no regular expression.
    LanguageError
        If spaCy has no tokenizer for the language.
    """
    return Analyzer(language, head, patterns)


def _of_domain(patterns: Sequence[domains.Pattern], language: str) -> list[Any]:
    import regex

    made = []
    for number, pattern in enumerate(patterns):
        try:
            regex.compile(pattern.regex)
        except regex.error as error:
            raise OptionError(
                f"A regex for {pattern.entity} in the domain pack cannot be used: {error}."
            ) from error
        made.append(
            PatternRecognizer(
                supported_entity=pattern.entity,
                patterns=[Pattern(pattern.entity, pattern.regex, pattern.score)],
                supported_language=language,
                context=list(pattern.context) or None,
                name=f"Domain{number}",
            )
        )
    return made


def _patterns(language: str) -> list[Any]:
    p = presidio
    made: list[Any] = [
        p.CreditCardRecognizer(supported_language=language, context=context("card", language)),
        p.CryptoRecognizer(supported_language=language),
        p.MacAddressRecognizer(supported_language=language),
        # The patterns of month and year alone (08/2024, 3/24) are fractions and ratios as often.
        p.DateRecognizer(
            supported_language=language,
            patterns=[
                Pattern(x.name, x.regex, x.score)
                for x in p.DateRecognizer.PATTERNS
                if x.score >= 0.5
            ],
        ),
        *extra(language),
    ]
    if language == "en":
        grouped = [Pattern("NHS grouped", r"\b\d{3}[ -]\d{3}[ -]\d{4}\b", 0.3)]
        made += [
            p.UsSsnRecognizer(),
            p.UsItinRecognizer(),
            p.UsPassportRecognizer(),
            p.UsLicenseRecognizer(),
            p.UsBankRecognizer(),
            # One number of ten digits in eleven passes the NHS checksum by chance.
            p.NhsRecognizer(patterns=grouped),
            p.UkNinoRecognizer(),
        ]
    elif language == "de":
        made += [
            p.DeTaxIdRecognizer(),
            p.DeSocialSecurityRecognizer(),
            p.DePassportRecognizer(),
            p.DeIdCardRecognizer(),
        ]
    elif language == "es":
        made += [p.EsNifRecognizer(), p.EsNieRecognizer()]
    elif language == "it":
        made += [p.ItFiscalCodeRecognizer(), p.ItIdentityCardRecognizer(), p.ItPassportRecognizer()]
    elif language == "pl":
        made += [p.PlPeselRecognizer()]
    return made


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Presidio's log records back meanwhile.

    Some of them hold the text (a failed IBAN check logs the number). Records of the user's
    own use of Presidio, in other threads or at other times, are left alone.
    """
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def _passes(record: logging.LogRecord) -> bool:
    return not _quiet.get()


@cache
def _silence() -> None:
    for name in ("presidio-analyzer", "presidio_analyzer", "tldextract", "phonenumbers"):
        logging.getLogger(name).addFilter(_passes)
