"""The verbs of the API: models, defaults, jobs, status."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from ..catalog import TASKS
from . import __version__, notebooks, paths, schemas, work
from .base import Handler
from .jobs import ENDED, Job
from .problems import Refusal, refuse

# Seconds to wait for another process that pulls a model which is to be removed.
LOCK_SECONDS = 3.0


def _check_unused(jobs: list[Job], name: str) -> None:
    """Refuse to touch a model that a job uses.

    Raises
    ------
    Refusal
        409, with the number of the job.
    """
    for job in jobs:
        if job.state not in ENDED and work.may_use(job.task, job.model, name):
            raise refuse(
                409, "in_use", f"Job {job.id} may be using the model.",
                "Cancel the job, or wait until it has ended.",
            )  # fmt: skip


class Models(Handler):
    """All models."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """List what can be pulled and what is installed."""
        self.reply(models=await self.aside(_models))


class Model(Handler):
    """One model, by its name."""

    @authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Tell all about a model."""

        def facts() -> list[dict[str, Any]]:
            from .. import library

            return list(library.info(_name(name)))

        self.reply(facts=await self.aside(facts))

    @authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Unload a model and remove it from the disk."""

        def remove() -> int:
            from .. import library
            from ..stopping import within

            _check_unused(self.jobs.all(), _name(name))
            try:
                with within(LOCK_SECONDS):
                    return library.remove(name)
            except KeyboardInterrupt:
                raise refuse(
                    409, "in_use", "Another process pulls or uses that model.",
                    "Try again when it has ended.",
                ) from None  # fmt: skip

        self.reply(freed=await self.aside(remove))


class Defaults(Handler):
    """The default models."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Tell the default model of each task."""
        self.reply(defaults=await self.aside(lambda: work.defaults(self.app.root)))


class Default(Handler):
    """The default model of one task."""

    @authenticated
    @authorized
    async def put(self, task: str) -> None:
        """Make an installed model the default of a task, for new sessions and this server."""
        body = await self.body("default")

        def keep() -> dict[str, Any]:
            from .. import settings
            from ..commands import manage
            from ..commands.table import model_setting

            found = manage.fit(task, paths.model(self.app.root, body["model"]))
            settings.keep(model_setting(found.task), found.name)
            return work.defaults(self.app.root)

        self.reply(defaults=await self.aside(keep))

    @authenticated
    @authorized
    async def delete(self, task: str) -> None:
        """Let the task pick its model again."""

        def forget() -> dict[str, Any]:
            from .. import settings
            from ..commands.table import model_setting

            settings.keep(model_setting(next(one for one in TASKS if one == task)), None)
            return work.defaults(self.app.root)

        self.reply(defaults=await self.aside(forget))


class JobList(Handler):
    """All jobs."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """List the jobs that wait, run, or have ended lately."""
        self.reply(jobs=[job.data() for job in self.jobs.all()])

    @authenticated
    @authorized
    async def post(self) -> None:
        """Start a job."""
        self.jobs.refuse_when_full()
        body = await self.body(schemas.job_schema)

        def prepare() -> work.Prepared:
            if body["task"] == "pull":
                return work.pull(body, self.app.root)
            if body["task"] in schemas.NOTEBOOKS:
                hidden = self.app.allow_hidden
                return notebooks.prepare(body["task"], body, self.app.root, hidden=hidden)
            return work.task(body["task"], body, self.app.root)

        found = await self.aside(prepare)
        if found.task == "pull":
            # Here, where no other request comes between the look and the start.
            self._check_alone(found)
        job = self.jobs.start(found.task, found.model, found.work)
        self.set_header("Location", f"{self.request.path}/{job.id}")
        self.reply(202, job=job.data())

    def _check_alone(self, pull: work.Prepared) -> None:
        for job in self.jobs.all():
            if job.task == "pull" and job.model == pull.model and job.state not in ENDED:
                raise refuse(
                    409, "being_pulled", f"Job {job.id} pulls that model.", "Watch that job."
                )


class JobOne(Handler):
    """One job."""

    # Watching is no activity that keeps an idle server up; the job itself is.
    _track_activity = False

    @authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Tell how far a job is."""
        self.reply(job=self.job(id).data())

    @authenticated
    @authorized
    async def delete(self, id: str) -> None:
        """Cancel a job; one that has ended is dropped with its result."""
        job = self.job(id)
        if job.state in ENDED:
            self.jobs.forget(job)
        else:
            self.jobs.cancel(job)
        self.reply(202 if job.state == "cancelling" else 200, job=job.data())


class JobCancel(Handler):
    """The end of a job before its time."""

    @authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Cancel a job; one that has ended meanwhile keeps its result."""
        job = self.job(id)
        if job.state not in ENDED:
            self.jobs.cancel(job)
        self.reply(202 if job.state == "cancelling" else 200, job=job.data())


class JobResult(Handler):
    """The result of a job."""

    @authenticated
    @authorized
    async def get(self, id: str) -> None:
        """Give the result of a job that is done."""
        job = self.job(id)
        if job.result is not None:
            self.finish(job.result)
            return
        if job.problem is not None:
            raise Refusal(job.problem)
        if job.state == "cancelled":
            raise refuse(409, "cancelled", "The job was cancelled.", "Start it again.")
        raise refuse(409, "not_done", "The job is not done yet.", "Watch its progress.")


class Unload(Handler):
    """The memory of loaded models."""

    @authenticated
    @authorized
    async def post(self) -> None:
        """Free the memory of one loaded model, or of all."""
        body = await self.body("unload")

        def unload() -> list[str]:
            from .. import engine, library

            name = body.get("model")
            running = [job for job in self.jobs.all() if job.started is not None]
            for loaded in engine.loaded():
                if name in (None, loaded):
                    _check_unused(running, loaded)
            return library.unload(name)

        self.reply(unloaded=await self.aside(unload))


class Status(Handler):
    """The state of the server."""

    _track_activity = False

    @authenticated
    @authorized
    async def get(self) -> None:
        """Tell what is loaded, how much memory it takes, what waits, and what is allowed."""
        self.reply(**await self.aside(self._status))
        self.app.warm()

    def _status(self) -> dict[str, Any]:
        from importlib.util import find_spec

        from .. import engine
        from ..engine.plan import memory_budget
        from ..sources import offline_variable

        app, states = self.app, [job.state for job in self.jobs.all()]
        return {
            "slm_magic": __version__,
            "offline": offline_variable() is not None,
            "loaded": [{"name": name, "bytes": size} for name, size in engine.loaded().items()],
            "memory": {"process": _resident(), "models_most": memory_budget()},
            "jobs": {
                "waiting": states.count("waiting"),
                "running": states.count("running") + states.count("cancelling"),
            },
            "limits": {
                "waiting_jobs": app.max_waiting_jobs,
                "body_bytes": app.max_body_bytes,
                "rows": schemas.MOST_ROWS,
            },
            "redact": find_spec("presidio_analyzer") is not None,
        }


class OpenApi(Handler):
    """The description of the API."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Give this description."""
        from .openapi import document

        self.finish(await self.aside(document))


def _models() -> list[dict[str, Any]]:
    from .. import library

    return list(library.models())


def _name(name: str) -> str:
    """Return a model's name out of an address, where a path is none.

    Raises
    ------
    Refusal
        404 for a path.
    """
    from ..store.describe import looks_like_path

    try:
        path = name.startswith(("~", ".")) or looks_like_path(name)
    except OSError:  # longer than a file's name can be
        path = True
    if path:
        raise refuse(404, "unknown_model", "There is no model of that name.", "See the list.")
    return name


def _resident() -> int | None:
    """Return the bytes of memory that this process holds, where that can be read."""
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
