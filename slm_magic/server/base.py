"""What all handlers share: who may ask, what a body may be, how an answer and a refusal look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError

from ..errors import SlmMagicError
from . import schemas
from .app import SlmMagicServer
from .jobs import Job, Jobs, TooMany, place_of
from .problems import Problem, Refusal, problem_of, refuse
from .work import encode

T = TypeVar("T")

# Seconds that a client is asked to wait when too many jobs wait.
RETRY_SECONDS = 2


class Handler(ExtensionHandlerMixin, APIHandler):
    """Base of all handlers.

    Jupyter asks for a token or a login, and for the XSRF token on top of a login.
    """

    # Whose permission Jupyter's authorizer is asked for.
    auth_resource = "slm_magic"

    @property
    def app(self) -> SlmMagicServer:
        """The extension."""
        found: SlmMagicServer = self.settings["slm_magic"]
        return found

    @property
    def jobs(self) -> Jobs:
        """The server's jobs."""
        return self.app.jobs

    def set_default_headers(self) -> None:
        """Let no browser or proxy keep an answer: results hold texts."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:  # type: ignore[override]
        """Let in who may ask."""
        await super().prepare()
        if self.request.method in ("GET", "HEAD"):
            # Jupyter leaves these to each handler; a page of others must not read ours either.
            self.check_xsrf_cookie()

    async def body(self, schema: str | Callable[[Any], str]) -> dict[str, Any]:
        """Return the request's body.

        Parameters
        ----------
        schema
            The name of its schema, or what finds it.

        Raises
        ------
        Refusal
            413 if it is too large, 400 if it is not as the schema wants it.
        """
        data, most = self.request.body, self.app.max_body_bytes
        if len(data) > most:
            raise refuse(
                413, "too_large", f"The body has {len(data):,} bytes; {most:,} are allowed.",
                "Send less at a time, or raise SlmMagicServer.max_body_bytes.",
            )  # fmt: skip

        def read() -> dict[str, Any]:
            found = schemas.read_json(data)
            return schemas.check(schema if isinstance(schema, str) else schema(found), found)

        return await self.aside(read)

    async def aside(self, call: Callable[[], T]) -> T:
        """Return what `call` returns; it runs beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.app.pool, call)

    def reply(self, status: int = 200, **fields: Any) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.finish(encode(**fields))

    def job(self, id: str) -> Job:
        """Return a job.

        Raises
        ------
        Refusal
            404 if it never was, or was dropped.
        """
        found = self.jobs.get(id)
        if found is None:
            raise refuse(
                404, "no_such_job", "There is no such job, or its result was dropped.",
                "Start it again.",
            )  # fmt: skip
        return found

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell a failure as all are told: in JSON, in one line, with nothing of the request."""
        info = kwargs.get("exc_info")
        error = info[1] if info else HTTPError(status_code)
        headers: dict[str, str] = {}
        if isinstance(error, Refusal):
            headers = error.headers
        elif isinstance(error, TooMany):
            headers = {"Retry-After": str(RETRY_SECONDS)}
            error = refuse(
                429, "too_many_jobs", "As many jobs wait as may.", "Try again in a few seconds."
            )
        problem: Problem = problem_of(error)
        self.set_status(problem.status)
        for name, value in headers.items():
            self.set_header(name, value)
        self.finish(json.dumps({"version": 1, **problem.data()}))

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Log only what nobody foresaw, and of that the place: its message may hold a text."""
        if not isinstance(error, (Refusal, TooMany, HTTPError, SlmMagicError)):
            self.log.error("A request failed: %s", place_of(error))
