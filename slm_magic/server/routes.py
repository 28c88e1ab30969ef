"""Which address is answered by which handler."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from ..catalog import TASKS
from . import events, handlers
from .base import Handler
from .schemas import NOTEBOOKS
from .work import VERSION

PREFIX = f"/slm-magic/api/v{VERSION}"

# What stands in the place of each name in a path.
_PARTS = {
    "name": r"([^/]+)",
    "task": f"({'|'.join(TASKS)})",
    "id": r"([0-9a-f]{32})",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    Attributes
    ----------
    path
        As in the API's description, below `PREFIX`.
    schemas
        By verb, the names of the schemas that its body has.
    """

    path: str
    handler: type[Handler]
    schemas: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that it has, in lower case."""
        return tuple(
            verb
            for verb in ("get", "post", "put", "patch", "delete")
            if getattr(self.handler, verb) is not Handler._unimplemented_method
        )


class Unknown(Handler):
    """Every address below the API's that is none of it."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Refuse."""
        raise HTTPError(404)

    @authenticated
    @authorized
    async def post(self) -> None:
        """Refuse."""
        raise HTTPError(404)

    @authenticated
    @authorized
    async def put(self) -> None:
        """Refuse."""
        raise HTTPError(404)

    @authenticated
    @authorized
    async def patch(self) -> None:
        """Refuse."""
        raise HTTPError(404)

    @authenticated
    @authorized
    async def delete(self) -> None:
        """Refuse."""
        raise HTTPError(404)


ROUTES = (
    Route("/status", handlers.Status),
    Route("/models", handlers.Models),
    Route("/models/{name}", handlers.Model),
    Route("/defaults", handlers.Defaults),
    Route("/defaults/{task}", handlers.Default, (("put", ("default",)),)),
    Route("/unload", handlers.Unload, (("post", ("unload",)),)),
    Route("/jobs", handlers.JobList, (("post", (*TASKS, *NOTEBOOKS, "pull")),)),
    Route("/jobs/{id}", handlers.JobOne),
    Route("/jobs/{id}/cancel", handlers.JobCancel),
    Route("/jobs/{id}/result", handlers.JobResult),
    Route("/jobs/{id}/events", events.JobEvents),
    Route("/events", events.Events),
    Route("/openapi.json", handlers.OpenApi),
)


def url(path: str) -> str:
    """Return the pattern of an address."""
    pattern = re.sub(r"\{(\w+)\}", lambda match: _PARTS[match[1]], path.replace(".", r"\."))
    return PREFIX + pattern
