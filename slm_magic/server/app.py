"""The extension's application: its settings, its jobs, its routes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Float, Int

from ..stopping import within
from . import __version__, translations, work
from .jobs import ENDED, Jobs

# Seconds that a stopping server waits for jobs to end.
CLOSE_SECONDS = 5.0


class SlmMagicServer(ExtensionApp):
    """slm-magic in Jupyter Server."""

    name = "slm_magic"
    version = __version__
    description = "Small models that translate, summarize and redact, for JupyterLab and Notebook."

    max_waiting_jobs = Int(
        16, min=1, help="Jobs that may wait for their turn; more are refused with status 429."
    ).tag(config=True)
    max_body_bytes = Int(
        2_000_000, min=1000, help="Bytes that a request's body may have; status 413 beyond."
    ).tag(config=True)
    result_seconds = Float(
        600.0, min=1.0, help="Seconds that a finished job and its result are kept."
    ).tag(config=True)
    max_results = Int(100, min=1, help="Finished jobs that are kept; the oldest go first.").tag(
        config=True
    )
    max_result_bytes = Int(
        100_000_000, min=1, help="Bytes that kept results may take together in memory."
    ).tag(config=True)
    heartbeat_seconds = Float(
        15.0,
        min=0.1,
        help="Seconds of silence after which a stream of events gives a sign of life.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make what the handlers share."""
        self.jobs = Jobs(
            max_waiting=self.max_waiting_jobs,
            keep_seconds=self.result_seconds,
            keep_jobs=self.max_results,
            keep_bytes=self.max_result_bytes,
            log=self.log,
        )
        translations.offer()
        self._warm = False
        # For what is soon done but reads the disk or waits for a model.
        self.pool = ThreadPoolExecutor(4, thread_name_prefix="slm-magic-api")

    def initialize_handlers(self) -> None:
        """Add the routes."""
        from .routes import ROUTES, Unknown, url

        self.handlers.extend((url(route.path), route.handler) for route in ROUTES)
        self.handlers.append((r"/slm-magic/api(?:/.*)?", Unknown))

    def warm(self) -> None:
        """Get ready for the first job, beside the event loop; a page asks for the status first."""
        if not self._warm:
            self._warm = True
            self.pool.submit(work.warm)

    @property
    def root(self) -> Path | None:
        """The folder that the server shows; None where its files are not this machine's."""
        from jupyter_server.services.contents.fileio import FileManagerMixin

        assert self.serverapp is not None
        manager = self.serverapp.contents_manager
        return Path(manager.root_dir) if isinstance(manager, FileManagerMixin) else None

    @property
    def allow_hidden(self) -> bool:
        """Whether it shows hidden files too."""
        assert self.serverapp is not None
        return bool(self.serverapp.contents_manager.allow_hidden)

    def current_activity(self) -> Any:
        """Return the jobs that are not done, which keep an idle server from being shut down."""
        return [job.id for job in self.jobs.all() if job.state not in ENDED] or None

    async def stop_extension(self) -> None:
        """Cancel all jobs when the server stops, and let go of the models."""
        from .. import engine

        self.jobs.close(CLOSE_SECONDS)
        # A step that still runs would call into a Python that is gone, and end it with a crash.
        with suppress(KeyboardInterrupt), within(CLOSE_SECONDS):
            engine.unload()
        self.pool.shutdown(wait=False, cancel_futures=True)
