"""The bodies that requests have, as JSON Schema, and one plain line on what is wrong with one.

The options of the tasks are those of the commands (`commands.table`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..catalog import TASKS, Task
from ..commands.spec import Option
from ..commands.table import COMMANDS
from ..commands.values import choices
from .problems import Refusal, refuse

Schema = dict[str, Any]

# Longest names and paths, in characters, and most rows in one request.
NAME_LENGTH = 500
MOST_ROWS = 10_000
# Most finds of one notebook: more than anyone looks through in a page.
MOST_FINDS = 50_000
# Options with a few known words. Other values are names, of which the user may have own ones.
_CLOSED = ("style", "unsupported", "operator", "markup", "quotes")
# Hypotheses beyond these only take memory.
_MOST = {"beam_size": 32}
# The client sees the flags of a result, so nothing is raised for them.
_LEFT_OUT = ("strict",)


# Jobs on whole notebooks, and the commands whose options they have.
NOTEBOOKS: Mapping[str, str] = {
    "translate_notebook": "notebook translate",
    "find_personal": "notebook redact",
    "redact_notebook": "notebook redact",
}


def _name(help: str) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH, "description": help}


def _object(required: tuple[str, ...], **fields: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": fields,
    }


def _option(option: Option) -> Schema:
    help = option.help
    # A switch stays one: the folder that the Python functions take in its place may be any.
    if not option.metavar:
        return {"type": "boolean", "description": help}
    if option.number:
        most = _MOST.get(option.argument, 1000)
        return {"type": "integer", "minimum": 1, "maximum": most, "description": help}
    if option.values in _CLOSED:
        return {"type": "string", "enum": list(choices(option.values)), "description": help}
    if option.many or option.values == "entity":
        item = {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH}
        return {"type": "array", "items": item, "maxItems": 100, "description": help}
    return _name(help)


def _job(task: Task) -> Schema:
    fields: dict[str, Schema] = {
        "task": {"type": "string", "const": task},
        "text": {
            "type": ["string", "array"],
            "minLength": 1,
            "minItems": 1,
            "maxItems": MOST_ROWS,
            "items": {"type": ["string", "null"]},
            "description": "a text, or a list of texts with null where a row is missing",
        },
    }
    fields |= _options(task)
    required = ["task", "text"]
    if task == "translate":
        required.append("target")
        fields["glossary"] = {
            "type": "object",
            "maxProperties": 10_000,
            "additionalProperties": {"type": "string", "minLength": 1},
            "description": "terms and how to translate them",
        }
    return _object(tuple(required), **fields)


def _options(command: str) -> dict[str, Schema]:
    return {
        option.argument: _option(option)
        for option in COMMANDS[command].options
        if option.argument and option.argument not in _LEFT_OUT
    }


def _notebook(name: str) -> Schema:
    fields: dict[str, Schema] = {
        "task": {"type": "string", "const": name},
        "path": _name("path of the notebook below Jupyter's folder"),
        **_options(NOTEBOOKS[name]),
    }
    required = ["task", "path"]
    if name == "find_personal":
        # What is put in the place of finds is chosen when they are taken out.
        del fields["operator"]
        return _object(tuple(required), **fields)
    fields["out"] = _name("path of the copy; beside the notebook when left out")
    fields["force"] = {"type": "boolean", "description": "replace the copy if it is there"}
    if name == "translate_notebook":
        required.append("target")
    else:
        required += ["digest", "rejected"]
        fields["digest"] = _name("the digest that the search gave")
        fields["rejected"] = {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": MOST_FINDS},
            "maxItems": MOST_FINDS,
            "description": "ids of the finds that stay; all others are taken out",
        }
    return _object(tuple(required), **fields)


_MODEL = "name of a model, hf:owner/name, or the path of its files below Jupyter's folder"


@cache
def schemas() -> Mapping[str, Schema]:
    """Return the schemas of all bodies, by name."""
    return {
        **{task: _job(task) for task in TASKS},
        **{name: _notebook(name) for name in NOTEBOOKS},
        "pull": _object(
            ("task", "model"),
            task={"type": "string", "const": "pull"},
            model=_name(_MODEL),
            name=_name("what to call a model of your own"),
            force={"type": "boolean", "description": "get it again, even if it is installed"},
        ),
        "default": _object(("model",), model=_name(_MODEL)),
        "unload": _object((), model=_name("the model to unload; all when left out")),
    }


@cache
def validator(name: str) -> Any:
    """Return what checks a body against the schema `name`."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    def whole(_: Any, value: Any) -> bool:
        # 1.0 is an integer to JSON Schema, and none to the tasks.
        return isinstance(value, int) and not isinstance(value, bool)

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", whole)
    return extend(Draft202012Validator, type_checker=types)(schemas()[name])


def read_json(body: bytes) -> Any:
    """Return what a body holds.

    Raises
    ------
    Refusal
        400 if it is no JSON in UTF-8.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    # Not its own message: it may quote the body. A figure of thousands of digits is a ValueError.
    except (ValueError, RecursionError):
        pass
    raise refuse(400, "not_json", "The body is not JSON in UTF-8.")


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def job_schema(body: Any) -> str:
    """Return the name of the schema of a request for a job.

    Raises
    ------
    Refusal
        400 if it names no kind of job.
    """
    task = body.get("task") if isinstance(body, dict) else None
    kinds = (*TASKS, *NOTEBOOKS, "pull")
    if not isinstance(task, str) or task not in kinds:
        raise refuse(400, "schema", f"Field 'task' must be one of: {', '.join(kinds)}.")
    return task


def check(name: str, body: Any) -> dict[str, Any]:
    """Return `body` if it is as the schema `name` wants it.

    Raises
    ------
    Refusal
        400, saying what is wrong, without a word of the body but the names of known fields.
    """
    error = next(validator(name).iter_errors(body), None)
    if error is None:
        found: dict[str, Any] = body
        return found
    raise _told(error, schemas()[name])


def _told(error: Any, schema: Schema) -> Refusal:
    known = schema["properties"]
    place = [part for part in error.absolute_path if isinstance(part, int) or part in known]
    where = "The body"
    if place:
        where = f"Field {place[0]!r}" + "".join(f", row {part}" for part in place[1:])
    return refuse(400, "schema", f"{where} {_rule(error, known)}")


def _rule(error: Any, known: Mapping[str, Schema]) -> str:
    rule, value = error.validator, error.validator_value
    if rule == "additionalProperties":
        return f"has a field that is not known; fields: {', '.join(known)}."
    if rule == "required":
        missing = next(field for field in value if field not in error.instance)
        return f"lacks the field {missing!r}."
    if rule == "type":
        return f"must be of type {' or '.join([value] if isinstance(value, str) else value)}."
    if rule in ("enum", "const"):
        return f"must be {', '.join(value) if rule == 'enum' else value}."
    if rule in ("minimum", "maximum"):
        return f"must be at {'least' if rule == 'minimum' else 'most'} {value}."
    if rule in ("minLength", "minItems"):
        return "must not be empty."
    return f"has more than {value} entries or characters."
