"""Bodies that no client means to send: never a fault of the server, never a hang, never a leak."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from lab_server import LabServer

from slm_magic.server import schemas
from slm_magic.server.jobs import ENDED

SEED = 5
BODIES = 900
NOTEBOOK = "fuzz.ipynb"
SECRET = "Zebrawood-4711"

# Where each schema's bodies go.
PLACES = {
    "translate": ("post", "/jobs"),
    "summarize": ("post", "/jobs"),
    "redact": ("post", "/jobs"),
    "translate_notebook": ("post", "/jobs"),
    "find_personal": ("post", "/jobs"),
    "redact_notebook": ("post", "/jobs"),
    "pull": ("post", "/jobs"),
    "default": ("put", "/defaults/translate"),
    "unload": ("post", "/unload"),
}
# What an answer may be: done, refused, too many, or offline, as the tests' machine is.
ALLOWED = {200, 202, 400, 403, 404, 409, 413, 422, 429, 503}

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.0, 1e308, 10**40, -(10**40), "", " ", "\0", "\ud800", "\u202e",
    "a" * 600, "../..", "/", "~", "hf:", "hf:a/b@", "hf:a/b/../c.gguf", "+", "a+b+c", ".", "con",
    "%s%n{0}", "<script>", "🦓" * 50, SECRET, f"{SECRET}.toml", f"{SECRET}/x.gguf",
    [], [[]], [None], ["", None], [1, "a"], {}, {"": ""}, {"a": {"a": {}}}, [SECRET] * 3,
)  # fmt: skip


def sample(schema: dict[str, Any], random: random.Random) -> Any:
    """Return something that a schema allows."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return random.choice(schema["enum"])
    kind = schema["type"]
    kind = random.choice(kind) if isinstance(kind, list) else kind
    if kind == "object" and "properties" in schema:
        return {
            name: sample(field, random)
            for name, field in schema["properties"].items()
            if name in schema["required"] or random.random() < 0.4
        }
    if kind == "object":
        return {word(random): word(random) for _ in range(random.randrange(3))}
    if kind == "array":
        return [sample(schema["items"], random) for _ in range(random.randrange(1, 4))]
    if kind == "integer":
        return random.randint(schema["minimum"], schema["maximum"])
    if kind == "boolean":
        return random.random() < 0.5
    return None if kind == "null" else word(random)


def word(random: random.Random) -> str:
    return random.choice(
        (
            "fr",
            "en",
            "French",
            "minilm-l6",
            "finance",
            "PERSON",
            NOTEBOOK,
            f"The code {SECRET} is old.",
        )
    )


def change(body: Any, random: random.Random) -> Any:
    """Return the body with one thing about it wrong, at any depth."""
    body = copy.deepcopy(body)
    holder = body
    while isinstance(holder, (dict, list)) and holder:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = random.choice(keys)
        if isinstance(holder[key], (dict, list)) and holder[key] and random.random() < 0.6:
            holder = holder[key]
            continue
        what = random.randrange(4)
        if what == 0:
            del holder[key]
        elif what == 1 and isinstance(holder, dict):
            holder[random.choice(("", "token", SECRET, "__class__", "Text", "text "))] = holder[key]
        else:
            holder[key] = copy.deepcopy(random.choice(STRANGE))
        break
    return body


def spoil(data: bytes, random: random.Random) -> bytes:
    """Return bytes that are no longer what they were."""
    at = random.randrange(len(data) + 1)
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: data[:at],
        lambda: data[at:],
        lambda: data[:at] + bytes([random.randrange(256)]) + data[at:],
        lambda: data.replace(b'"', b"'"),
        lambda: data + data,
        lambda: b"\xef\xbb\xbf" + data,
        lambda: data.decode().encode("utf-16"),
        lambda: random.choice((b"[", b'{"a":', b"[[[{")) * random.randrange(1, 60_000),
        lambda: data.replace(b":", b": NaN,", 1),
        lambda: data[:-1] + b', "task": "redact"}',
        lambda: random.randbytes(random.randrange(200)),
    )
    return random.choice(kinds)()


def bodies() -> list[tuple[str, bytes]]:
    """Return the bodies, the same at each run: as allowed, with a fault or two, and spoilt."""
    numbers = random.Random(SEED)
    found = []
    for count in range(BODIES):
        name = list(PLACES)[count % len(PLACES)]
        body = sample(schemas.schemas()[name], numbers)
        for _ in range(numbers.randrange(4)):
            body = change(body, numbers)
        data = json.dumps(body).encode()
        found.append((name, spoil(data, numbers) if numbers.random() < 0.3 else data))
    return found


@pytest.mark.parametrize("schema", PLACES)
def test_no_body_is_answered_by_a_fault_of_the_server(
    server: LabServer, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    cell = {"cell_type": "markdown", "metadata": {}, "source": f"The code {SECRET} is old."}
    node = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (server.root / NOTEBOOK).write_text(json.dumps(node))
    codes = []
    verb, path = PLACES[schema]
    for data in (data for name, data in bodies() if name == schema):
        answer = server.ask(verb, path, data)
        found = answer.json()
        codes.append(answer.status_code)
        assert answer.status_code in ALLOWED, (data, answer.text)
        assert found["version"] == 1
        if answer.status_code >= 400:
            assert found.keys() == {"version", "message", "reason", "mends"}
            assert found["reason"] != "internal" and "\n" not in found["message"]
        # A model or a domain that does not exist is told by its name; texts and fields never are.
        if answer.status_code == 400:
            assert SECRET not in answer.text
        if answer.status_code == 202:
            # No model is installed, so it ends soon, one way or another.
            job = server.ended(found["job"]["id"])
            assert job["state"] in ENDED
            assert (job["error"] or {}).get("reason") != "internal", (data, job)
    # Some were as described, or little was shown. No model is there to be a default.
    good = {"pull": 503, "default": 404, "unload": 200, "redact_notebook": 409}.get(schema, 202)
    assert good in codes and 400 in codes
    assert SECRET not in server.log.text
    assert server.get("/status")["version"] == 1


def test_the_bodies_are_of_every_kind() -> None:
    made = bodies()
    assert len(made) == BODIES
    valid = unread = 0
    for name, data in made:
        try:
            schemas.check(name, schemas.read_json(data))
            valid += 1
        except Exception as refused:
            unread += "not JSON" in str(vars(refused))
    assert valid > BODIES / 5 and unread > BODIES / 20
