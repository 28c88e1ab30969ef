"""One text on its way through translation: its tiles before, its flags and segments after."""

from __future__ import annotations

from collections.abc import Iterable

from ..text import languages
from ..text.findings import Finding
from ..text.protect import differences
from ..text.segment import Segment, rewrap
from .detect import Route
from .results import Flag, TranslatedSegment, Translation
from .translate_jobs import Job


class Work:
    """One text: its tiles, and the job of each that is to be translated."""

    def __init__(self, row: int, text: str, source: str) -> None:
        self.row = row
        self.text = text
        self.source = source
        self.markdown = False
        self.pieces: list[tuple[Segment, Job | None]] = []
        self._note: Flag | None = None

    @property
    def started(self) -> bool:
        """Whether any of its sentences has been translated."""
        return any(job is not None and job.done for _, job in self.pieces)

    @property
    def finished(self) -> bool:
        """Whether that is final for all of them."""
        return all(job is None or job.settled for _, job in self.pieces)

    @property
    def _whole(self) -> bool:
        """Whether it is one sentence and nothing else, all of which is checked, or nothing."""
        return not self.pieces or (
            len(self.pieces) == 1
            and self.pieces[0][1] is not None
            and self.pieces[0][1].text == self.text
        )

    def note(self, message: str) -> None:
        """Flag the whole text as untranslated."""
        self._note = Flag("untranslated", message)

    def keep(self, target: str, why: str = "") -> None:
        """Carry the text over as it is: it has no words, is in the target language, or `why`."""
        if self.text:
            self.pieces = [(Segment(self.text, 0, len(self.text), False), None)]
        if why:
            self.note(why)
        elif self.source == target:
            name = languages.name(target)
            self.note(f"The text is in {name} already; left as it is.")

    def result(self, target: str, route: Route | None, *, interrupted: bool) -> Translation:
        """Return the translation, with unfinished sentences in the source language."""
        segments: list[TranslatedSegment] = []
        flags: list[Flag] = [self._note] if self._note else []
        position = 0
        for tile, job in self.pieces:
            made = _segment(tile, job)
            segments.append(made)
            flags += [_moved(flag, position) for flag in made.flags]
            position += len(made.text)
        text = "".join(one.text for one in segments)
        if not interrupted and not any(flag.kind == "markup_changed" for flag in flags):
            # Each segment kept its spans; make sure that no new ones arose between them.
            kinds = [] if self._whole else differences(self.text, text, markdown=self.markdown)
            if kinds:
                flags.append(Flag("markup_changed", f"Lost, changed or added: {_list(kinds)}."))
        return Translation(
            text=text,
            flags=tuple(flags),
            model=route.models[-1].ref if route is not None else None,
            source_text=self.text,
            source=self.source,
            target=target,
            segments=tuple(segments),
            pivot=route.pivot if route is not None else None,
            models=tuple(one.ref for one in route.models) if route is not None else (),
        )


def _segment(tile: Segment, job: Job | None) -> TranslatedSegment:
    if job is None:
        return TranslatedSegment(tile.text, tile.text, False)
    best = job.best
    if best is None or job.kept:
        message = (
            f"{job.kept}; the source is kept."
            if job.kept
            else "Interrupted before this sentence was translated."
        )
        flag = Flag("untranslated", message, 0, len(tile.text))
        return TranslatedSegment(tile.text, tile.text, False, flags=(flag,))
    flags = tuple(_flag(finding, len(best.text)) for finding in best.told)
    return TranslatedSegment(tile.text, rewrap(tile, best.text), True, best.score, flags)


def _flag(finding: Finding, length: int) -> Flag:
    # A finding without a place of its own concerns its whole segment.
    start = 0 if finding.start is None else finding.start
    end = length if finding.end is None else finding.end
    return Flag(finding.kind, finding.message, start, end)


def _moved(flag: Flag, by: int) -> Flag:
    if flag.start is None or flag.end is None:
        return flag
    return Flag(flag.kind, flag.message, flag.start + by, flag.end + by)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
