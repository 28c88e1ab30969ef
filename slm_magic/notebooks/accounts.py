"""What names a person in a notebook by its place, and no model has to find.

The user's folder in a path, and metadata that Colab, papermill and editors write about authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .fields import Field

USER_NAME = "USER_NAME"
USER_ID = "USER_ID"
TYPES = (USER_NAME, USER_ID)

# /home/ada, /Users/ada, C:\\Users\\ada (its backslashes doubled in a string), and WSL's /mnt/c.
_HOME = re.compile(
    r"(?:(?<![\w.])/(?:home|Users|export/home|mnt/[a-z]/Users)/|\b[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4})"
    r"(?P<name>[\w.@+-]+(?: [A-Z][\w.-]+(?=[\\/]))?)",
    re.I,
)
# Accounts that are anyone's.
_ANYONE = frozenset({"jovyan", "user", "username", "runner", "root", "shared", "public", "default",
    "ubuntu", "debian", "vscode", "ec2-user", "ec2user", "sagemaker-user", "studio-lab-user",
    "gitpod", "codespace", "admin", "administrator", "app", "build", "circleci", "travis", "me",
    "you", "name", "your-name", "yourname", "your_name", "xxx", "all users", "work", "conda"})  # fmt: skip
# What stands in a notebook that was redacted before.
_REPLACED = re.compile(r"<[A-Z_]+_\w+>")
_KEYS = {
    "displayname": "PERSON",
    "author": "PERSON",
    "authors": "PERSON",
    "creator": "PERSON",
    "owner": "PERSON",
    "maintainer": "PERSON",
    "contributors": "PERSON",
    "last_modified_by": "PERSON",
    "user": USER_NAME,
    "username": USER_NAME,
    "user_name": USER_NAME,
    "login": USER_NAME,
    "hostname": USER_NAME,
    "email": "EMAIL_ADDRESS",
    "userid": USER_ID,
    "user_id": USER_ID,
    "photourl": USER_ID,
    "authorship_tag": USER_ID,
    "orcid": USER_ID,
}


def find(field: Field, text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (type, start, end) of what the place of a text makes personal."""
    for match in _HOME.finditer(text):
        if match["name"].lower().rstrip(".") not in _ANYONE:
            yield USER_NAME, *match.span("name")
    if field.place == "metadata" and field.kind == "text":
        keys = [step.lower() for step in field.path if isinstance(step, str)]
        kind = _KEYS.get(keys[-1])
        if keys[-1] == "name" and len(keys) > 1:
            kind = _KEYS.get(keys[-2])
        words = text.strip()
        if kind is not None and any(c.isalnum() for c in _REPLACED.sub("", words)):
            start = text.index(words)
            yield kind, start, start + len(words)
