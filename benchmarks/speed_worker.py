"""Sides of a comparison in processes of their own that stay alive and take turns.

Libraries bring thread pools of their own, torch's and CTranslate2's OpenMP among them, which
disturb each other within one process. So each side is a child: it loads once, waits for a line
on standard input, does one round, and answers with a line. Nothing else runs meanwhile.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from speed_stats import Sample

HERE = Path(__file__).parent
# The speed of a loop in the middle of a round that other threads still spin beside is nobody's.
SETTLE_SECONDS = 0.2


class SideError(Exception):
    """A side that cannot run: why, in one line."""


class Worker:
    """A running side.

    Parameters
    ----------
    side
        Module and class, such as ``speed_mt:Bare``.
    options
        What it is made with; the file ``texts`` among them holds lists of texts by name.

    Attributes
    ----------
    label
        What it is called in tables, with what it says of its settings.
    versions
        Of the packages that it uses.

    Raises
    ------
    SideError
        If it cannot be loaded, such as when its package is not installed.
    """

    def __init__(
        self, side: str, environment: dict[str, str] | None = None, **options: Any
    ) -> None:
        self.side = side
        paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "speed_worker.py"), side, json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A side's own messages are of no use unless it fails.
            stderr=subprocess.PIPE if not os.environ.get("SPEED_DEBUG") else None,
            text=True,
            env={
                **os.environ,
                "HF_HUB_OFFLINE": "1",
                "TRANSFORMERS_VERBOSITY": "error",
                "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                **(environment or {}),
            },
        )
        # A full pipe would stop a side in the middle of a round.
        if self._process.stderr is not None:
            self._drain(self._process.stderr)
        try:
            ready = self._answer()
        except BaseException:
            self.close()
            raise
        self.settings: str = ready["settings"]
        self.versions: dict[str, str] = ready["versions"]
        self.memory: dict[str, int] = ready["memory"]

    def _drain(self, stream: IO[str]) -> None:
        import threading

        self._said: list[str] = []

        def read() -> None:
            for line in stream:
                self._said[:] = [*self._said[-20:], line.rstrip()]

        threading.Thread(target=read, daemon=True).start()

    def run(self, **job: Any) -> tuple[Sample, dict[str, Any]]:
        """Do one round; return what it took and what was seen in its result.

        Raises
        ------
        SideError
            If it failed.
        """
        assert self._process.stdin is not None
        time.sleep(SETTLE_SECONDS)
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.memory = answer["memory"]
        sample = Sample(answer["seen"].pop("units"), answer["seconds"], answer["cpu"])
        return sample, answer["seen"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            said = " ".join(getattr(self, "_said", [])[-3:])
            raise SideError(f"{self.side} ended without an answer. {said}".strip())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SideError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Side:
    """What a side can do; the worker calls these in order.

    Parameters
    ----------
    options
        Of `Worker`; ``texts`` has been read.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options

    def imports(self) -> dict[str, str]:
        """Import what it needs and return the versions."""
        raise NotImplementedError

    def load(self) -> str:
        """Load the model and return the settings that it runs with."""
        raise NotImplementedError

    def texts(self, job: dict[str, Any]) -> Any:
        """Return what a round gets: the texts that the job names; outside of the clock."""
        return self.options["texts"][job["texts"]][: job.get("first")]

    def run(self, given: Any, job: dict[str, Any]) -> Any:
        """Do the work; this is what is timed."""
        raise NotImplementedError

    def see(self, given: Any, result: Any, job: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be known of the result; outside of the clock."""
        return {"units": len(given)}


def peak_bytes() -> int:
    """Return the most memory that this process has held, as the system counts it."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def serve(name: str, options: dict[str, Any]) -> int:
    """Answer the lines of standard input until it closes."""
    # What libraries print is none of the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")
        answers.flush()

    try:
        if "texts" in options:
            options["texts"] = json.loads(Path(options["texts"]).read_text(encoding="utf-8"))
        module, _, kind = name.partition(":")
        memory = {"start": peak_bytes()}
        if options.get("without_torch"):
            # As where it is not installed: nothing of ours needs it.
            sys.modules["torch"] = None  # type: ignore[assignment]
        side: Side = getattr(importlib.import_module(module), kind)(options)
        versions = side.imports()
        memory["imports"] = peak_bytes()
        settings = side.load()
        memory["load"] = peak_bytes()
        answer(settings=settings, versions=versions, memory=memory)
        for line in sys.stdin:
            job = json.loads(line)
            given = side.texts(job)
            cpu, start = time.process_time(), time.perf_counter()
            result = side.run(given, job)
            seconds, spent = time.perf_counter() - start, time.process_time() - cpu
            memory["peak"] = peak_bytes()
            seen = side.see(given, result, job)
            # Rows, unless what is counted is something else, such as their sentences.
            seen["units"] = job.get("units", seen["units"])
            answer(seconds=seconds, cpu=spent, seen=seen, memory=memory)
    # Whatever it is, the one who asked is told.
    except Exception as error:
        if os.environ.get("SPEED_DEBUG"):
            raise
        missing = isinstance(error, ModuleNotFoundError) and error.name
        said = " ".join(str(error).split())[:200]
        answer(
            error=f"{missing} is not installed" if missing else f"{type(error).__name__}: {said}"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1], json.loads(sys.argv[2])))
