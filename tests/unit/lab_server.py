"""A real Jupyter Server with the extension, on the loopback, in a thread of the test's process.

In the same process, so that a test can put fakes in the place of models.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from jupyter_server.serverapp import ServerApp
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config

from slm_magic.server.jobs import ENDED
from slm_magic.server.routes import PREFIX

TOKEN = "the-token-of-the-tests"
# Seconds after which a test that waits fails. Nothing takes as long unless it hangs.
PATIENCE = 120


class LabServer:
    """What a test asks and looks at."""

    def __init__(self, app: Any, port: int, root: Path, log: Log) -> None:
        self.app = app
        self.root = root
        self.log = log
        self.base = f"http://127.0.0.1:{port}"
        self.extension = app.extension_manager.extension_points["slm_magic"].app
        self.jobs = self.extension.jobs

    def url(self, path: str) -> str:
        return self.base + PREFIX + path

    def ask(self, verb: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Ask with the token; a body that is no bytes goes as JSON."""
        headers = {"Authorization": f"token {TOKEN}", **options.pop("headers", {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return requests.request(
            verb, self.url(path), data=data, headers=headers, timeout=PATIENCE, **options
        )

    def get(self, path: str) -> Any:
        """Return what a GET that must succeed gives."""
        answer = self.ask("get", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, **body: Any) -> str:
        """Start a job that must be taken on; return its id."""
        answer = self.ask("post", "/jobs", body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job"]["id"])

    def ended(self, id: str) -> Any:
        """Wait until a job has ended; return what is told of it."""
        return self.reach(id, *ENDED)

    def reach(self, id: str, *states: str) -> Any:
        """Wait until a job is in one of `states`."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            job = self.get(f"/jobs/{id}")["job"]
            if job["state"] in states:
                return job
            time.sleep(0.01)
        raise AssertionError(f"the job is still {job['state']}")

    def results(self, id: str) -> Any:
        """Wait for a job that must succeed; return its results."""
        job = self.ended(id)
        assert job["state"] == "done", job
        return self.get(f"/jobs/{id}/result")["results"]

    def login(self) -> requests.Session:
        """Return a browser's session: logged in by cookie, with the XSRF token in another."""
        session = requests.Session()
        session.get(f"{self.base}/login", timeout=PATIENCE)
        session.get(f"{self.base}/api/status", params={"token": TOKEN}, timeout=PATIENCE)
        assert "_xsrf" in session.cookies
        return session

    def clear(self) -> None:
        """Cancel and drop all jobs."""
        for job in self.jobs.all():
            self.jobs.cancel(job)
        until = time.monotonic() + PATIENCE
        while any(job.state not in ENDED for job in self.jobs.all()):
            assert time.monotonic() < until, "a job could not be cancelled"
            time.sleep(0.01)
        for job in self.jobs.all():
            self.jobs.forget(job)


class Log(logging.Handler):
    """All that is logged, down to the least."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def serve(folder: Path) -> Iterator[LabServer]:
    """Run a server whose root is `folder`/root."""
    root = folder / "root"
    root.mkdir()
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(folder / name.lower()) for name in places}
    # Whoever runs the tests has settings and extensions of their own.
    own["JUPYTER_NO_CONFIG"] = "1"
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    log = Log()
    loggers = [logging.getLogger(name) for name in ("ServerApp", "SlmMagicServer", "tornado", "")]
    started = threading.Event()
    running: dict[str, Any] = {}
    thread = threading.Thread(target=_run, args=(root, started, running), name="jupyter-server")
    thread.start()
    try:
        assert started.wait(PATIENCE) and "port" in running, running
        for logger in loggers[:-1]:
            logger.setLevel(logging.DEBUG)
        # Not before: Jupyter sets the loggers up anew when it starts.
        for logger in loggers:
            logger.addHandler(log)
        yield LabServer(running["app"], running["port"], root, log)
    finally:
        if "loop" in running:
            running["loop"].call_soon_threadsafe(running["stop"].set)
        thread.join(PATIENCE)
        for logger in loggers:
            logger.removeHandler(log)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _run(root: Path, started: threading.Event, running: dict[str, Any]) -> None:
    async def main() -> None:
        config = Config()
        config.ServerApp.jpserver_extensions = {"slm_magic.server": True}
        config.ServerApp.root_dir = str(root)
        config.ServerApp.allow_root = True
        config.ServerApp.open_browser = False
        config.IdentityProvider.token = TOKEN
        app = ServerApp(config=config)
        # Signals are the main thread's, which is pytest's.
        app.init_signal = lambda: None
        app.initialize(argv=[], new_httpserver=False)
        await app._post_start() if hasattr(app, "_post_start") else None
        sockets = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(app.web_app)
        server.add_sockets(sockets)
        stop = asyncio.Event()
        running.update(app=app, loop=asyncio.get_running_loop(), stop=stop)
        running["port"] = sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.stop()
        await app.cleanup_extensions()
        await app.cleanup_kernels()

    try:
        asyncio.run(main())
    finally:
        started.set()
