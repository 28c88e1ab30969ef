"""The commands that do a task, on a text or on whole notebooks, and their options."""

from __future__ import annotations

from dataclasses import replace

from ..catalog import Task
from .spec import HELP, Command, Option

_MODEL = Option(
    "--model", "model", "name or folder of the model", "MODEL", "model", short="-m", values="model"
)
_DOMAIN = Option(
    "--domain", "domain", "domain of the text", "DOMAIN", "domain", "domain", values="domain"
)
_STRICT = Option(
    "--strict", "strict", "make a flagged result an error", argument="strict", setting="strict"
)
_CACHE = Option(
    "--cache",
    "cache",
    "keep results on disk and take those that are there; see the command cache",
    argument="cache",
    setting="cache",
)

_SHOWN = (
    Option(
        "--format",
        "format",
        "show as text, markdown, html, json or frame (pandas)",
        "FORMAT",
        setting="format",
        short="-f",
        values="format",
        only="magic",
    ),
    Option(
        "--out",
        "out",
        "keep the result in this variable (with --format frame, the frame), or the texts of a "
        'column in a new one: df["review_fr"]',
        "NAME",
        short="-o",
        also=("--output", "--to-var", "--save"),
        raw=True,
        only="magic",
    ),
    Option(
        "--resume",
        "resume",
        "do only the rows that are missing in the column of --out, after Ctrl-C",
        also=("--continue", "--restart"),
        only="magic",
    ),
    Option(
        "--quiet",
        "quiet",
        "keep the result without showing it",
        short="-q",
        also=("--silent",),
        only="magic",
    ),
    Option(
        "--expand",
        "expand",
        "replace {{name}} in the body by the variable, once",
        also=("--interpolate", "--eval"),
        only="magic",
    ),
    Option(
        "--format",
        "format",
        "write text, markdown, html or json",
        "FORMAT",
        short="-f",
        values="format",
        only="shell",
    ),
    Option(
        "--out",
        "out",
        "write to this file instead of standard output",
        "FILE",
        short="-o",
        also=("--output",),
        values="file",
        only="shell",
    ),
    Option("--json", "json", "the same as --format json", only="shell"),
    Option(
        "--quiet",
        "quiet",
        "no progress bar and no flags on standard error",
        short="-q",
        also=("--silent",),
        only="shell",
    ),
    HELP,
)


def _task(name: Task, help: str, *options: Option) -> Command:
    # The setting is for summaries: it must not make redact take out less than a person expects,
    # nor stop a translation by a model that knows no domains.
    domain = _DOMAIN if name == "summarize" else replace(_DOMAIN, setting="")
    return Command(
        name, help, (*options, _MODEL, domain, _STRICT, *_SHOWN), name, "TEXT", 0, None, ("file",)
    )


_TO = Option(
    "--to",
    "target",
    "language to translate into",
    "LANGUAGE",
    "target",
    "target",
    also=("--target", "--lang", "--language", "--tgt", "--into"),
    values="language",
)
_FROM = Option(
    "--from",
    "source",
    "language to translate from; detected when left out",
    "LANGUAGE",
    "source",
    "source",
    also=("--source", "--src"),
    values="language",
)
_BEAM = Option(
    "--beam",
    "beam",
    "beam size; 1 is fastest",
    "N",
    "beam_size",
    "beam",
    also=("--beams", "--beam-size", "--num-beams"),
    number=True,
)
_QUOTES = Option(
    "--quotes",
    "quotes",
    "set quotation marks as the language does, or keep the model's: language or keep",
    "QUOTES",
    "quotes",
    values="quotes",
)
_ENTITIES = Option(
    "--entities",
    "entities",
    "entity types to take out, joined by commas",
    "TYPES",
    "entities",
    "entities",
    also=("--types", "--entity"),
    values="entity",
)
_OPERATOR = Option(
    "--operator",
    "operator",
    "what to put in place: tag, mask, hash or fake",
    "OPERATOR",
    "operator",
    "operator",
    also=("--mode", "--method"),
    values="operator",
)
_LANGUAGE = Option(
    "--language",
    "language",
    "language of the text",
    "LANGUAGE",
    "language",
    "language",
    also=("--lang", "--from"),
    values="language",
)

# What the commands for whole notebooks share.
_WRITTEN = (
    Option(
        "--out",
        "out",
        "write to this notebook instead of one beside the input",
        "FILE",
        short="-o",
        also=("--output",),
        values="file",
    ),
    Option("--force", "force", "replace the output if it exists", also=("--overwrite",)),
    Option(
        "--quiet",
        "quiet",
        "no progress bar and nothing on standard error",
        short="-q",
        also=("--silent",),
    ),
    HELP,
)


def _notebook(name: str, task: Task, help: str, *options: Option) -> Command:
    """Make a command for whole notebooks; their domain is never a setting's, as for `_task`."""
    domain = replace(_DOMAIN, setting="")
    return Command(
        f"notebook {name}",
        help,
        (*options, _MODEL, domain, *_WRITTEN),
        task,
        "FILE.ipynb",
        1,
        None,
        ("file",),
        only="shell",
    )


TASK_COMMANDS = (
    _task(
        "translate",
        "translate into another language",
        _TO,
        _FROM,
        _BEAM,
        Option(
            "--markup",
            "markup",
            "how to read the text: auto, text or markdown",
            "MARKUP",
            "markup",
            values="markup",
        ),
        _QUOTES,
        _CACHE,
    ),
    _task(
        "summarize",
        "pick or write the sentences that matter",
        Option(
            "--sentences",
            "sentences",
            "how many sentences at the most",
            "N",
            "sentences",
            "sentences",
            short="-n",
            also=("--length", "--count"),
            number=True,
        ),
        Option(
            "--style",
            "style",
            "extractive (word for word) or abstractive (written anew)",
            "STYLE",
            "style",
            "style",
            values="style",
        ),
        Option(
            "--unsupported",
            "unsupported",
            "written sentences with names or figures that the text lacks: replace, drop or flag",
            "HOW",
            "unsupported",
            "unsupported",
            values="unsupported",
        ),
        Option(
            "--focus",
            "focus",
            "what the summary is to be about; may be repeated",
            "PHRASE",
            "focus",
            also=("--query", "--topic", "--about"),
            many=True,
        ),
        Option(
            "--language",
            "language",
            "language of the text",
            "LANGUAGE",
            "language",
            also=("--lang", "--from"),
            values="language",
        ),
        _CACHE,
    ),
    _task(
        "redact",
        "take personal data out",
        _ENTITIES,
        _OPERATOR,
        _LANGUAGE,
    ),
    _notebook(
        "translate",
        "translate",
        "write a copy of a notebook in another language",
        _TO,
        _FROM,
        Option(
            "--comments",
            "comments",
            "translate the comments of code cells too",
            argument="comments",
            also=("--code-comments",),
        ),
        Option(
            "--resume",
            "resume",
            "go on where an interrupted run ended",
            argument="resume",
            also=("--continue",),
        ),
        _BEAM,
        _QUOTES,
    ),
    _notebook(
        "redact",
        "redact",
        "write a copy of a notebook without personal data, or --check for it",
        _ENTITIES,
        _OPERATOR,
        _LANGUAGE,
        Option(
            "--accept",
            "accept",
            "what to take out of what was found: all, ask, or entity types joined by commas",
            "WHAT",
            also=("--only", "--take"),
            values="accept",
        ),
        Option(
            "--check",
            "check",
            "only tell what is found, and exit with 1 if anything is",
            also=("--dry-run",),
        ),
        Option(
            "--show-context",
            "context",
            "show what was found and a few letters around it; terminals are often logged",
            also=("--context", "--show"),
        ),
    ),
)
