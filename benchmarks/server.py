"""How soon the server extension answers: idle, while 200 jobs are asked for at once, and while one runs.

    python benchmarks/server.py [--requests 300] [--json FILE]

Starts Jupyter Server by itself, asks from another process with a connection kept open, and prints
median, 95th percentile and worst in milliseconds. Jupyter's own `/api/status` stands beside for
comparison. Needs a translator: qwen2.5-coder-1.5b, the starter.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).parent))

from report import Row, finish, machine, table

TOKEN = "benchmark"
API = "/slm-magic/api/v1"
ENDED = ("done", "failed", "cancelled")
ASKED_AT_ONCE = 200
SENTENCE = "Train {0} to the harbour was late again, and {0} people stood in the rain."


class Api:
    """The server, asked over one connection."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"token {TOKEN}"

    def get(self, path: str) -> Any:
        """Return what the answer holds."""
        answer = self.session.get(self.base + path)
        answer.raise_for_status()
        return answer.json()

    def start(self, **body: Any) -> str:
        """Start a job and return its id."""
        answer = self.session.post(f"{self.base}{API}/jobs", json=body)
        answer.raise_for_status()
        return str(answer.json()["job"]["id"])

    def job(self, id: str) -> dict[str, Any]:
        """Return how far a job is."""
        found: dict[str, Any] = self.get(f"{API}/jobs/{id}")["job"]
        return found

    def cancel_all(self) -> None:
        """End every job and wait until none is under way."""
        while left := [one for one in self.get(f"{API}/jobs")["jobs"] if one["state"] not in ENDED]:
            for one in left:
                self.session.delete(f"{self.base}{API}/jobs/{one['id']}")
            time.sleep(0.05)

    def wait_for_progress(self, id: str) -> None:
        """Wait until the model is loaded and has done something."""
        while not (self.job(id)["progress"] or {}).get("done"):
            time.sleep(0.05)


@contextmanager
def server() -> Iterator[Api]:
    """Run a Jupyter Server with the extension, in a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        config.mkdir()
        (config / "jupyter_server_config.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": {"slm_magic.server": True}}})
        )
        running = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
             f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
             f"--ServerApp.root_dir={folder}"],
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(config)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            api = Api(port)
            while True:
                try:
                    api.get(f"{API}/status")
                    break
                except requests.RequestException:
                    if running.poll() is not None:
                        raise SystemExit("Jupyter Server did not start") from None
                    time.sleep(0.2)
            yield api
        finally:
            running.terminate()
            running.wait()


def row(step: str, took: list[float]) -> Row:
    """One line of the table, from seconds."""
    found = sorted(1000 * one for one in took)
    return {
        "part": "server", "step": step, "n": len(found), "median ms": statistics.median(found),
        "p95 ms": found[int(0.95 * (len(found) - 1))], "max ms": found[-1],
    }  # fmt: skip


def latency(api: Api, path: str, more: Callable[[int], bool]) -> list[float]:
    """Ask for `path` again and again, as long as `more` of the number so far."""
    took: list[float] = []
    while more(len(took)):
        start = time.perf_counter()
        api.get(path)
        took.append(time.perf_counter() - start)
        time.sleep(0.01)
    return took


def flood(api: Api, body: dict[str, Any]) -> tuple[list[float], Counter[int]]:
    """Ask for many jobs at once; return the latency of the status meanwhile, and the answers."""
    codes: list[int] = []

    def one(_: int) -> int:
        with requests.Session() as session:
            session.headers.update(api.session.headers)
            return session.post(f"{api.base}{API}/jobs", json=body).status_code

    def all_of_them() -> None:
        with ThreadPoolExecutor(16) as pool:
            codes.extend(pool.map(one, range(ASKED_AT_ONCE)))

    asking = threading.Thread(target=all_of_them)
    asking.start()
    took = latency(api, f"{API}/status", lambda _: asking.is_alive())
    return took, Counter(codes)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=300, help="a line (default 300)")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(argv)
    paths = {"/status": f"{API}/status", "/jobs": f"{API}/jobs", "Jupyter's own": "/api/status"}
    rows: list[Row] = []

    def measure(when: str) -> None:
        for name, path in paths.items():
            took = latency(api, path, lambda n: n < args.requests)
            rows.append(row(f"{when}: {name}", took))

    with server() as api:
        measure("idle")
        body = {
            "task": "translate", "source": "en", "target": "fr", "model": "qwen2.5-coder-1.5b",
            "text": [SENTENCE.format(n) for n in range(400)],
        }  # fmt: skip
        start = time.perf_counter()
        id = api.start(**body)
        events = api.session.get(f"{api.base}{API}/jobs/{id}/events", stream=True)
        next(line for line in events.iter_lines() if line.startswith(b"data"))
        rows.append(row("from asking to the first event of a job", [time.perf_counter() - start]))
        events.close()
        api.wait_for_progress(id)
        measure("a translation runs")
        took, codes = flood(api, body)
        rows.append(row(f"{ASKED_AT_ONCE} jobs asked for at once: /status", took))
        assert api.job(id)["state"] == "running", "the job ended before all was measured"
        start = time.perf_counter()
        api.cancel_all()
        rows.append(row("from cancelling to the end of all jobs", [time.perf_counter() - start]))
    print(table(rows))
    answers = {str(code): count for code, count in sorted(codes.items())}
    print(f"Answers to {ASKED_AT_ONCE} jobs at once: {answers}")
    finish({"machine": machine(), "rows": rows, "answers": answers}, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
