"""The API's own description, made from the routes and schemas that it runs on."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from . import __version__
from .routes import PREFIX, ROUTES, Route
from .schemas import schemas
from .work import encode

_PROBLEM = {
    "type": "object",
    "required": ["version", "message", "reason", "mends"],
    "properties": {
        "version": {"type": "integer"},
        "message": {"type": "string", "description": "one line for people"},
        "reason": {"type": "string", "description": "one word for programs"},
        "mends": {"type": "string", "description": "what to do, where the message does not say"},
    },
}


@cache
def document() -> bytes:
    """Return the description as JSON, in OpenAPI 3.1."""
    return encode(
        openapi="3.1.0",
        info={"title": "slm-magic", "version": __version__},
        servers=[{"url": PREFIX, "description": "below Jupyter Server's base_url"}],
        paths={route.path: _path(route) for route in ROUTES},
        components={
            "schemas": {**schemas(), "problem": _PROBLEM},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
                "login": {"type": "apiKey", "in": "cookie", "name": "jupyter login"},
            },
        },
        security=[{"token": []}, {"login": []}],
    )


def _path(route: Route) -> dict[str, Any]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    verbs = {verb: _verb(route, verb) for verb in route.verbs}
    return {"parameters": named, **verbs} if named else verbs


def _verb(route: Route, verb: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": (getattr(route.handler, verb).__doc__ or "").strip(),
        "responses": {
            "2XX": {"description": "done, or taken on"},
            "default": {
                "description": "refused",
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/problem"}}
                },
            },
        },
    }
    bodies = [
        {"$ref": f"#/components/schemas/{name}"} for name in dict(route.schemas).get(verb, ())
    ]
    if bodies:
        schema = bodies[0] if len(bodies) == 1 else {"oneOf": bodies}
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found
