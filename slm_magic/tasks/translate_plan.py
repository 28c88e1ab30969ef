"""The texts of one source language, and the model or the two models that translate them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import domains, engine
from ..store import Installed
from ..text.markdown import Markup
from ..text.segment import Segment, is_markdown, segment
from . import translate_ladder
from .detect import Route
from .translate_backends import Backend, CausalBackend, Seq2SeqBackend, decoding_of
from .translate_jobs import Job, Pair
from .translate_ladder import Asked, Setup, ask
from .translate_pivot import Step, through
from .translate_work import Work

# Sentences whose translations are remembered for later texts of the same call.
MEMORY = 4096


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a call, read and checked."""

    target: str
    source: str | None
    domain: domains.Domain | None
    glossary: Mapping[str, str]
    beam_size: int | None
    markup: Markup
    retries: bool
    set_marks: bool

    def terms(self, source: str, target: str) -> dict[str, str]:
        """Return the domain's glossary for a pair of languages."""
        return dict(self.domain.terms(source, target)) if self.domain is not None else {}


class Plan:
    """What translates texts of one source language, and what is known of their sentences so far.

    Parameters
    ----------
    route
        None where nothing translates them.
    why
        What to tell of texts that nothing translates.
    """

    def __init__(
        self,
        route: Route | None,
        options: Options,
        source: str,
        *,
        bulk: bool,
        why: str = "",
    ) -> None:
        self.route = route
        self._options = options
        self._source = source
        self._why = why
        glossary = {**options.terms(source, options.target), **options.glossary}
        self._pair = Pair(source, options.target, glossary, options.set_marks)
        self._seen: OrderedDict[tuple[str, bool], Job] = OrderedDict()
        self._legs = [
            _Leg(installed, pair, options, "bulk" if bulk else "cell")
            for installed, pair in zip(
                route.models if route is not None else (), self._pairs(), strict=False
            )
        ]

    def _pairs(self) -> list[Pair]:
        """Return the languages and terms of each step.

        A term of the whole is put into the language between as it is to come out, and from there
        on it is not to be translated.
        """
        between = self.route.pivot if self.route is not None else None
        if between is None:
            return [self._pair]
        whole, source, target = self._pair.glossary, self._source, self._options.target
        return [
            Pair(source, between, {**self._options.terms(source, between), **whole}, False),
            Pair(
                between,
                target,
                {**self._options.terms(between, target), **{term: term for term in whole.values()}},
                self._options.set_marks,
            ),
        ]

    def part(self, rows: Sequence[tuple[int, str]]) -> Part:
        """Cut texts up, hide what must survive in their sentences, and make these into tokens."""
        works = [Work(row, text, self._source) for row, text in rows]
        if not self._legs:
            for work in works:
                work.keep(self._options.target, self._why)
            return Part(self, works, [])
        words = self._legs[0].word_model() if len(self._legs) == 1 else None
        new: list[Job] = []
        for work in works:
            markdown = is_markdown(work.text, self._options.markup)
            tiles = words(work.text) if words else self._cut(work.text)
            jobs = [self._job(tile, markdown, new) if tile.translatable else None for tile in tiles]
            work.pieces = list(zip(tiles, jobs, strict=True))
            if words and not any(jobs) and any(c.isalpha() for c in work.text):
                work.note("The model reads no word of this text; left as it is.")
            work.markdown = markdown
        # The first of two models is asked in parts, so that Ctrl-C leaves finished texts.
        ahead = new and len(self._legs) == 1
        return Part(self, works, new, ask(new, self._legs[0].setup()) if ahead else None)

    @property
    def steps(self) -> int:
        """How many models a sentence goes through."""
        return len(self._legs)

    def translate(
        self,
        jobs: Sequence[Job],
        asked: Asked | None,
        on_step: Callable[[], object],
        on_done: Callable[[Job], object],
    ) -> None:
        """Translate sentences, telling of each step of each and of each that is done."""
        if len(self._legs) == 2:
            first, second = (
                Step(leg.setup, leg.run, leg.pair, frozenset(carried))
                for leg, carried in zip(
                    self._legs,
                    (self._pair.glossary, self._pair.glossary.values()),
                    strict=True,
                )
            )
            through(jobs, first, second, self._pair, on_step=on_step, on_done=on_done)
        elif jobs:

            def done(job: Job) -> None:
                on_step()
                on_done(job)

            self._legs[0].run(jobs, done, asked)

    def _job(self, tile: Segment, markdown: bool, new: list[Job]) -> Job:
        """Return the job of a sentence: one of an earlier text, or one that is added to `new`."""
        key = (tile.plain, markdown)
        job = self._seen.get(key)
        if job is None:
            job = self._seen[key] = Job(*key)
            new.append(job)
            if len(self._seen) > MEMORY:
                self._seen.popitem(last=False)
        else:
            self._seen.move_to_end(key)
        return job

    def _cut(self, text: str) -> list[Segment]:
        leg = self._legs[0]
        return segment(
            text,
            language=self._source,
            markup=self._options.markup,
            fits=lambda piece: leg.backend().fits(piece),
        )


class Part:
    """The texts of one source language in a window.

    Attributes
    ----------
    jobs
        Their sentences that no earlier text had.
    """

    def __init__(
        self, plan: Plan, works: list[Work], jobs: list[Job], asked: Asked | None = None
    ) -> None:
        self.plan = plan
        self.works = works
        self.jobs = jobs
        self._asked = asked

    def run(self, on_step: Callable[[], object], on_row: Callable[[int], object]) -> None:
        """Translate the sentences, telling of each step and of each row that is done."""
        fresh = set(map(id, self.jobs))
        waiting: dict[int, list[Work]] = {}
        left: dict[int, int] = {}
        for work in self.works:
            own = {id(job) for _, job in work.pieces if job is not None} & fresh
            left[work.row] = len(own)
            for number in own:
                waiting.setdefault(number, []).append(work)
            if not own:
                on_row(work.row)

        def done(job: Job) -> None:
            for work in waiting.pop(id(job), ()):
                left[work.row] -= 1
                if not left[work.row]:
                    on_row(work.row)

        self.plan.translate(self.jobs, self._asked, on_step, done)


class _Leg:
    """One step: a model between two languages, loaded when it is first needed."""

    def __init__(
        self, installed: Installed, pair: Pair, options: Options, workload: engine.Workload
    ) -> None:
        self.pair = pair
        self._installed = installed
        self._options = options
        self._workload = workload
        self._loaded: Any = None
        self._backend: Backend | None = None

    def setup(self) -> Setup:
        """Return what the ladder works with."""
        decoding = decoding_of(self._installed.card, self._options.beam_size)
        return Setup(self.backend(), self.pair, decoding)

    def run(
        self,
        jobs: Sequence[Job],
        on_done: Callable[[Job], object],
        asked: Asked | None = None,
    ) -> None:
        """Translate sentences, with retries."""
        retries = self._options.retries
        translate_ladder.run(jobs, self.setup(), retries=retries, asked=asked, on_done=on_done)

    def backend(self) -> Backend:
        """Return the model behind its face for sentences."""
        if self._backend is None:
            source, target = self.pair.source, self.pair.target
            if self._installed.card.kind == "causal":
                self._backend = CausalBackend(
                    self._handle(),
                    source,
                    target,
                    domain=self._options.domain,
                    glossary=self.pair.glossary,
                )
            else:
                self._backend = Seq2SeqBackend(self._handle(), source, target)
        return self._backend

    def _handle(self) -> Any:
        if self._loaded is None:
            self._loaded = engine.load(self._installed, workload=self._workload)
        return self._loaded

    def word_model(self) -> Callable[[str], list[Segment]] | None:
        """Return how to cut texts for a model that knows single words only, such as names."""
        if self._installed.card.kind != "seq2seq":
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
