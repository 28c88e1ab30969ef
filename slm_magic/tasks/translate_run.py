"""Rows of a call through translation: by language, each with what translates it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from ..errors import LanguageError, ModelNotInstalledError
from ..store import Installed
from ..text import languages
from . import detect
from .bulk import Meter, Row, identity
from .results import Result
from .translate_backends import decoding_of
from .translate_plan import Options, Part, Plan
from .translate_work import Work

# Sentences of a window: of a causal model some full batches, of others so many that what is lost
# at the end of a window, where workers wait for the last batch, does not count.
CAUSAL_WINDOW = 256
WINDOW = 2048


class Translating:
    """Translates rows, window by window.

    Parameters
    ----------
    known
        Source languages of the texts that an earlier call had finished.
    """

    what = "Translating"

    def __init__(self, options: Options, model: str | None, known: Iterable[str] = ()) -> None:
        self._options = options
        self._named = detect.named_models(model) if model is not None else ()
        self._languages = Counter(code for code in known if code != detect.UNDETERMINED)
        self._begun = bool(self._languages)
        self._told: dict[int, str] = {}
        self._plans: dict[tuple[str, bool], Plan] = {}

    def sentences(self, text: str) -> int:
        """Return how many sentences a window that begins with `text` has, about."""
        models = self._named or self._models(text)
        # Where nobody knows yet what translates, a window is small.
        quick = models and all(one.card.kind != "causal" for one in models)
        return WINDOW if quick else CAUSAL_WINDOW

    def _models(self, text: str) -> list[Installed]:
        """Return what translates so far, or at first what is going to translate `text`."""
        routes = [plan.route for plan in self._plans.values() if plan.route is not None]
        if not routes:
            code = self._options.source or languages.detect(text)
            try:
                route = self._route(code) if code is not None else None
            except (LanguageError, ModelNotInstalledError):
                route = None  # `prepare` tells
            routes = [] if route is None else [route]
        return [one for route in routes for one in route.models]

    def prepare(self, rows: Sequence[Row], *, bulk: bool) -> TranslationWindow:
        """Tell the languages of rows, cut them up and make their sentences into tokens."""
        first = not self._begun
        found: dict[str, list[Row]] = {}
        for code, row in zip(self._codes(rows), rows, strict=True):
            found.setdefault(code, []).append(row)
        self._told.clear()
        # All models are found before any is loaded.
        plans = [(self._plan(code, bulk, first), own) for code, own in found.items()]
        self._begun = True
        return TranslationWindow([plan.part(own) for plan, own in plans], self._options.target)

    def identify(self, rows: Sequence[Row]) -> list[object]:
        """Return for each row what its translation depends on beside its text."""
        # A window of which all is kept is never prepared.
        self._told.clear()
        known: dict[str, object] = {}
        for code in dict.fromkeys(codes := self._codes(rows)):
            try:
                known[code] = self._identity(code, self._route(code))
            except (LanguageError, ModelNotInstalledError):
                known[code] = None  # `prepare` tells
        return [known[code] for code in codes]

    def _identity(self, code: str, route: detect.Route | None) -> dict[str, object]:
        options, domain = self._options, self._options.domain
        models = route.models if route is not None else ()
        pivot = route.pivot if route is not None else None
        steps = [(code, pivot), (pivot, options.target)] if pivot is not None else []
        return identity(
            "translate",
            models,
            decoding=[asdict(decoding_of(one.card, options.beam_size)) for one in models],
            pivot=pivot,
            source=code,
            target=options.target,
            domain=[domain.name, domain.title] if domain is not None else None,
            glossary={**options.terms(code, options.target), **options.glossary},
            steps=[options.terms(*step) for step in steps],
            markup=options.markup,
            retries=options.retries,
            marks=options.set_marks,
        )

    def _codes(self, rows: Sequence[Row]) -> list[str]:
        """Return the source language of each row, asking once for each."""
        if self._options.source is not None:
            return [self._options.source] * len(rows)
        new = [(row, text) for row, text in rows if row not in self._told]
        candidates = detect.readable(self._named[0].card) if self._named else ()
        codes = detect.sources(
            [text for _, text in new],
            candidates,
            seen=self._languages,
            rows=[row for row, _ in new],
        )
        self._told.update(zip((row for row, _ in new), codes, strict=True))
        return [self._told[row] for row, _ in rows]

    def _plan(self, code: str, bulk: bool, first: bool) -> Plan:
        plan = self._plans.get((code, bulk))
        if plan is None:
            why = ""
            try:
                route = self._route(code)
            except (LanguageError, ModelNotInstalledError):
                if first:
                    raise
                # Hours of work are not given up for a row that nothing here translates.
                route = None
                why = f"No installed model translates from {languages.name(code)}; left as it is."
            plan = Plan(route, self._options, code, bulk=bulk, why=why)
            self._plans[code, bulk] = plan
        return plan

    def _route(self, code: str) -> detect.Route | None:
        """Return what translates from the language `code`, or None where nothing is needed."""
        options = self._options
        if code in (detect.UNDETERMINED, options.target):
            return None
        if self._named:
            return detect.named_route(self._named, code, options.target)
        return detect.route(code, options.target, options.domain.name if options.domain else None)


class TranslationWindow:
    """Some rows of a call, each with the others of its language."""

    def __init__(self, parts: Sequence[Part], target: str) -> None:
        self._parts = parts
        self._target = target
        self.steps = sum(len(part.jobs) * part.plan.steps for part in parts)

    def run(self, meter: Meter) -> None:
        """Translate the sentences."""
        for part in self._parts:
            part.run(meter.sentence, meter.row)

    def results(self) -> list[tuple[int, Result]]:
        """Return the translations of the rows that are finished."""
        return [(work.row, self._result(part, work)) for part, work in self._works(finished=True)]

    def unfinished(self) -> list[tuple[int, Result]]:
        """Return the translations of rows that have some sentences."""
        return [
            (work.row, self._result(part, work, interrupted=True))
            for part, work in self._works(finished=False)
            if work.started
        ]

    def _works(self, *, finished: bool) -> list[tuple[Part, Work]]:
        found = [(part, work) for part in self._parts for work in part.works]
        return sorted(
            ((part, work) for part, work in found if work.finished is finished),
            key=lambda pair: pair[1].row,
        )

    def _result(self, part: Part, work: Work, *, interrupted: bool = False) -> Result:
        return work.result(self._target, part.plan.route, interrupted=interrupted)
