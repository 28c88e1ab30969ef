"""Jobs: work that runs beside the server, one at a time a lane, and can be watched and cancelled.

Tasks share one lane, since one model at a time has all cores; pulls have another, since they wait
for the network. A job holds its text until it has run and its result until that is dropped.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from ..errors import SlmMagicError
from ..progress import listening
from ..stopping import stoppable
from .problems import Problem, Refusal, problem_of

State = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
Lane = Literal["task", "pull"]
# What a job does; what it returns is its result as clients get it.
Work = Callable[[], bytes]

ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Step:
    """How far the present step of a job is; a unit ``B`` is bytes, a total None is not known."""

    what: str
    unit: str
    total: float | None
    done: float = 0


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


@dataclass(eq=False)
class Job:
    """One job.

    Attributes
    ----------
    task
        ``translate``, ``summarize``, ``redact``, ``pull``, or one of `schemas.NOTEBOOKS`.
    model
        The model that was asked for or is the default; None where the task picks one.
    stop
        Set to end it.
    changes
        Grows with every change, so that a watcher sees whether there was one.
    ended_at
        When it ended, by the clock of `Jobs`.
    """

    task: str
    model: str | None
    lane: Lane
    work: Work | None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: State = "waiting"
    step: Step | None = None
    problem: Problem | None = None
    result: bytes | None = None
    created: str = field(default_factory=_now)
    started: str | None = None
    ended: str | None = None
    ended_at: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    changes: int = 0

    def hear(self, what: str, unit: str, total: float | None) -> Callable[[float], object]:
        """Take a new step of the work, and return what takes its progress."""
        self._set(Step(what, unit, total))

        def move(count: float) -> None:
            step = self.step
            assert step is not None
            self._set(Step(what, unit, total, step.done + count))

        return move

    def _set(self, step: Step) -> None:
        # Replaced as a whole, so that who reads it in another thread sees one step.
        self.step = step
        self.changes += 1

    def data(self) -> dict[str, Any]:
        """Return what clients see of it: none of its text."""
        step = self.step
        return {
            "id": self.id,
            "task": self.task,
            "model": self.model,
            "state": self.state,
            "progress": step
            and {"what": step.what, "unit": step.unit, "done": step.done, "total": step.total},
            "error": self.problem and self.problem.data(),
            "created": self.created,
            "started": self.started,
            "ended": self.ended,
        }


class TooMany(Exception):
    """As many jobs wait as may."""


class Jobs:
    """All jobs of a server.

    Parameters
    ----------
    max_waiting
        Jobs that may wait, over all lanes.
    keep_seconds, keep_jobs, keep_bytes
        How long finished jobs are kept, how many, and how many bytes of results; the oldest go
        first.
    log
        Told of faults of the program, never of what a job was about.
    clock
        Seconds from any moment on.
    """

    def __init__(
        self,
        *,
        max_waiting: int,
        keep_seconds: float,
        keep_jobs: int,
        keep_bytes: int,
        log: logging.Logger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_waiting = max_waiting
        self._keep_seconds = keep_seconds
        self._keep_jobs = keep_jobs
        self._keep_bytes = keep_bytes
        self._log = log
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._queues: dict[Lane, deque[Job]] = {"task": deque(), "pull": deque()}
        self._threads: dict[Lane, threading.Thread] = {}
        self._changed = threading.Condition()
        self.closed = False

    def start(self, task: str, model: str | None, work: Work) -> Job:
        """Queue work and return its job.

        Raises
        ------
        TooMany
            If no more may wait.
        """
        lane: Lane = "pull" if task == "pull" else "task"
        job = Job(task, model, lane, work)
        with self._changed:
            self._refuse_when_full()
            self._drop()
            self._jobs[job.id] = job
            self._queues[lane].append(job)
            if lane not in self._threads:
                # A daemon, so that a step that cannot be stopped does not keep Jupyter from ending.
                self._threads[lane] = threading.Thread(
                    target=self._go_on, args=(lane,), daemon=True, name=f"slm-magic-{lane}"
                )
                self._threads[lane].start()
            self._changed.notify_all()
        return job

    def refuse_when_full(self) -> None:
        """Raise `TooMany` if no more may wait, before a request is looked at closely."""
        with self._changed:
            self._refuse_when_full()

    def _refuse_when_full(self) -> None:
        if self.closed or sum(map(len, self._queues.values())) >= self._max_waiting:
            raise TooMany

    def get(self, id: str) -> Job | None:
        """Return a job, or None where it never was or was dropped."""
        with self._changed:
            self._drop()
            return self._jobs.get(id)

    def all(self) -> list[Job]:
        """Return all jobs, the oldest first."""
        with self._changed:
            self._drop()
            return list(self._jobs.values())

    def cancel(self, job: Job) -> None:
        """End a job: one that waits at once, one that runs at its next step."""
        with self._changed:
            if job.state == "waiting":
                self._queues[job.lane].remove(job)
                self._end(job, "cancelled")
            elif job.state == "running":
                job.state = "cancelling"
                job.changes += 1
            job.stop.set()
            self._changed.notify_all()

    def forget(self, job: Job) -> None:
        """Drop a job that has ended, with its result."""
        with self._changed:
            if job.state in ENDED:
                self._jobs.pop(job.id, None)

    def close(self, timeout: float) -> None:
        """Cancel all jobs and wait for those that run, for `timeout` seconds at the most."""
        for job in self.all():
            self.cancel(job)
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        until = time.monotonic() + timeout
        for thread in list(self._threads.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def _go_on(self, lane: Lane) -> None:
        queue = self._queues[lane]
        while True:
            with self._changed:
                while not queue and not self.closed:
                    self._drop()
                    # Results are dropped in time though nobody asks.
                    self._changed.wait(self._next_drop())
                if self.closed and not queue:
                    return
                job = queue.popleft()
                job.state, job.started = "running", _now()
                job.changes += 1
            self._run(job)
            # A thread that waits for the next one would keep the result of the last.
            del job

    def _run(self, job: Job) -> None:
        state: State = "done"
        try:
            assert job.work is not None
            with stoppable(job.stop), listening(job.hear):
                job.result = job.work()
        except KeyboardInterrupt:
            state = "cancelled"
        except (SlmMagicError, Refusal) as error:
            state, job.problem = "failed", problem_of(error)
        # Panics of Rust and exits of libraries are no Exception, and must not end the thread.
        except BaseException as error:
            state, job.problem = "failed", problem_of(error)
            self._log.error("A job for %s failed: %s", job.task, place_of(error))
        with self._changed:
            self._end(job, state)
            self._drop()
            self._changed.notify_all()

    def _end(self, job: Job, state: State) -> None:
        # The text goes with the work.
        job.work = None
        job.state, job.ended, job.ended_at = state, _now(), self._clock()
        job.changes += 1

    def _finished(self) -> list[Job]:
        ended = [job for job in self._jobs.values() if job.state in ENDED]
        return sorted(ended, key=lambda job: job.ended_at)

    def _drop(self) -> None:
        ended = self._finished()
        size = sum(len(job.result or b"") for job in ended)
        count = len(ended)
        for job in ended:
            old = self._clock() - job.ended_at >= self._keep_seconds
            # The latest stays however large it is: somebody waits for it.
            over = count > self._keep_jobs or (size > self._keep_bytes and count > 1)
            if old or over:
                del self._jobs[job.id]
                size -= len(job.result or b"")
                count -= 1

    def _next_drop(self) -> float | None:
        ended = self._finished()
        if not ended:
            return None
        return max(0.01, ended[0].ended_at + self._keep_seconds - self._clock())


def place_of(error: BaseException) -> str:
    """Return the class of an exception and where it was raised; its message may hold a text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(
        f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames)
    )
    return f"{type(error).__name__} in {where}"
