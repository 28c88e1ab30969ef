"""What became of a partition's texts, on disk, so that it is not worked on twice."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from . import domains
from .catalog import Task
from .errors import OptionError
from .frames_outcome import Outcome
from .frames_words import Kept
from .sources.disk import sync
from .store import Store
from .store.installed import version_of
from .tasks import bulk, cache, redact
from .tasks.bulk import Runner
from .tasks.redact_operators import KEY_VARIABLE, digest

# Raised when what a file holds changes its meaning.
FORMAT = 1


def file_of(
    folder: str, task: Task, options: Mapping[str, Any], texts: Sequence[str]
) -> Path | None:
    """Return where the outcome of these texts is kept, whether or not it is there.

    Its name is a digest of all that the outcome depends on: texts, options, models and release.
    None where some text has no model, which may be another tomorrow.
    """
    if task == "redact":
        whole: list[object] = [_redaction(options)]
    else:
        given = {name: value for name, value in options.items() if name != "cache"}
        runner: Runner = import_module(f".tasks.{task}", __package__).runner(**given)
        whole = [*cache.marks(runner.identify(list(enumerate(texts))))]
        if None in whole:
            return None
    told = json.dumps([FORMAT, whole, list(texts)], sort_keys=True)
    return Path(folder) / f"{task}-{hashlib.sha256(told.encode()).hexdigest()}.parquet"


def _redaction(options: Mapping[str, Any]) -> dict[str, object]:
    """Return what redactions depend on beside their texts."""
    name, domain = options["model"], options["domain"]
    models = (redact.MODEL, redact.BODY) if name in (None, redact.MODEL) else (name,)
    key = os.environ.get(KEY_VARIABLE, "").encode()
    return bulk.identity(
        "redact",
        [Store.default().resolve(one) for one in models],
        options={one: _plain(value) for one, value in options.items()},
        domain=repr(domains.get(domain)) if domain is not None else None,
        # Other made-up values and hashes come of another key; it cannot be told from this.
        key=digest(key, "", "checkpoint").hex() if options["operator"] != "mask" else None,
        # What finds by pattern, and what makes values up.
        libraries={
            name: version_of(name) for name in ("presidio-analyzer", "phonenumbers", "faker")
        },
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else list(value)


def load(file: Path, size: int) -> Outcome | None:
    """Return what `save` kept of `size` texts, or None where there is no such file.

    A file that is not whole, or not of ours, counts as none: what it is for is made again.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(file, memory_map=False)
    except (OSError, pyarrow.ArrowException):
        return None
    if table.schema.remove_metadata() != _schema() or table.num_rows != size:
        return None
    if any(table.column(name).null_count for name in table.column_names):
        return None
    texts, flags, scores = (table.column(name) for name in table.column_names)
    return Outcome(Kept(texts.to_pylist()), flags.to_pylist(), scores.to_numpy().copy())


def save(file: Path, outcome: Outcome) -> None:
    """Keep the outcome of a partition, in one step and for its owner alone.

    Raises
    ------
    OptionError
        If the folder cannot be written.
    """
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        [list(outcome.texts), outcome.flags, pyarrow.array(outcome.scores, from_pandas=False)],
        schema=_schema(),
    )
    # Two workers may write the same: the texts are the same, and the last one stays.
    partial = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                parquet.write_table(table, out)
            sync(partial)
            os.replace(partial, file)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OptionError(
            f"The checkpoint folder {file.parent} cannot be written: {error.strerror or error}."
        ) from error


def _schema() -> Any:
    import pyarrow

    # Large: the texts of one partition may be more than 2 GB.
    return pyarrow.schema(
        [
            ("text", pyarrow.large_string()),
            ("flags", pyarrow.large_string()),
            ("score", pyarrow.float64()),
        ]
    )
