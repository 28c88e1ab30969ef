"""How a model on the Hub is written: ``hf:owner/name``, with a revision and a file if need be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..catalog import Source
from ..errors import OptionError

PREFIX = "hf:"
MAIN = "main"


def is_hub(name: str | Path) -> bool:
    """Whether `name` is written as a repository of the Hub."""
    return isinstance(name, str) and name.startswith(PREFIX)


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository of the Hub, or one ``.gguf`` file of it.

    Written ``hf:owner/name``, ``hf:owner/name@revision`` or, for one file of a repository with
    several quantisations, ``hf:owner/name/file.gguf`` and ``hf:owner/name@revision/file.gguf``.
    That is the order of the Hub's own paths. Files in subfolders cannot be named.

    Attributes
    ----------
    repository
        ``owner/name``.
    revision
        A branch, tag or commit; empty if none was given.
    file
        The file; empty for the whole repository.
    """

    repository: str
    revision: str = ""
    file: str = ""

    @classmethod
    def parse(cls, written: str) -> HubName:
        """Take apart what a user wrote.

        Raises
        ------
        OptionError
            If it is not written as one.
        """
        rest, file = written.removeprefix(PREFIX), ""
        # A revision may hold slashes, and so may end in what looks like a file; a file is plain.
        if rest.endswith(".gguf") and rest.count("/") > 1:
            rest, _, file = rest.rpartition("/")
        repository, at, revision = rest.partition("@")
        owner, _, name = repository.partition("/")
        if not owner or not name or "/" in name or (at and not revision):
            raise OptionError(
                f"A model on the Hub is written {PREFIX}owner/name, {PREFIX}owner/name@revision or "
                f"{PREFIX}owner/name/file.gguf."
            )
        return cls(repository, revision, file)

    @classmethod
    def of(cls, source: Source) -> HubName:
        """Return the name of what a card's source names."""
        revision = "" if source.revision == MAIN else source.revision
        return cls(source.repository, revision, source.path)

    def __str__(self) -> str:
        """Return it as a user writes it."""
        revision = f"@{self.revision}" if self.revision else ""
        file = f"/{self.file}" if self.file else ""
        return f"{PREFIX}{self.repository}{revision}{file}"

    @property
    def source(self) -> Source:
        """What a card says of it."""
        revision = self.revision or MAIN
        return Source("hub", repository=self.repository, revision=revision, path=self.file)

    def fits(self, source: Source, commit: str) -> bool:
        """Whether a model pulled from `source` at `commit` is what this names.

        What was not written fits all. So does ``main``, which moves on: what was pulled stays.
        """
        return (
            source.kind == "hub"
            and source.repository == self.repository
            and self.revision in ("", MAIN, source.revision, commit)
            and self.file in ("", source.path)
        )
