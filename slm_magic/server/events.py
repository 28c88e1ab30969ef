"""Progress as server-sent events.

Plain HTTP, so Jupyter's token, login and XSRF check hold as for any other request, which a
websocket would have to do again by itself; `fetch` reads the stream and sends the headers.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.iostream import StreamClosedError
from tornado.web import authenticated

from .base import Handler
from .jobs import ENDED, Job
from .work import VERSION

# Seconds between two looks at the jobs: a step that is seen later than that is no progress that
# a person misses, and a job of thousands of steps a second sends no more than this.
LOOK_SECONDS = 0.05


class _Stream(Handler):
    """A stream of events."""

    _track_activity = False

    def on_connection_close(self) -> None:
        """Take note that nobody reads any more."""
        self._gone = True
        super().on_connection_close()

    async def open(self) -> None:
        """Send the headers."""
        self._gone = False
        self._last = time.monotonic()
        self.set_header("Content-Type", "text/event-stream")
        # Proxies are not to gather events.
        self.set_header("X-Accel-Buffering", "no")
        await self._send(": slm-magic\n\n")

    async def look(self) -> bool:
        """Wait for the next look; return False when the stream is to end."""
        if time.monotonic() - self._last >= self.app.heartbeat_seconds:
            await self._send(": alive\n\n")
        await asyncio.sleep(LOOK_SECONDS)
        return not self._gone and not self.jobs.closed

    async def tell(self, event: str, **fields: Any) -> None:
        """Send an event."""
        data = json.dumps({"version": VERSION, **fields})
        await self._send(f"event: {event}\ndata: {data}\n\n")

    async def _send(self, text: str) -> None:
        self._last = time.monotonic()
        try:
            self.write(text)
            await self.flush()
        except StreamClosedError:
            self._gone = True


class Events(_Stream):
    """The events of all jobs."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Tell of every job at once and at each change (`job`), and when it is dropped."""
        await self.open()
        told: dict[str, int] = {}
        while True:
            jobs = {job.id: job for job in self.jobs.all()}
            for job in jobs.values():
                if told.get(job.id) != job.changes:
                    told[job.id] = job.changes
                    await self.tell("job", job=job.data())
            for id in told.keys() - jobs.keys():
                del told[id]
                await self.tell("dropped", id=id)
            if not await self.look():
                return


class JobEvents(_Stream):
    """The events of one job."""

    @authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Tell of a job at once and at each change (`job`), until it has ended."""
        job: Job = self.job(id)
        await self.open()
        told = -1
        while True:
            if told != job.changes:
                told, data = job.changes, job.data()
                await self.tell("job", job=data)
                if data["state"] in ENDED:
                    return
            if not await self.look():
                return
