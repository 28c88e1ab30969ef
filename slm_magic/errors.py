"""Everything slm-magic raises on purpose.

::

    SlmMagicError
    ├── OptionError (ValueError)              an argument or option that cannot be used
    │   ├── LanguageError                     a language that is unknown, missing or not covered
    │   └── EmptyTextError                    nothing to work on
    ├── FlaggedError (ValueError)             strict mode: a result is flagged
    ├── MissingDependencyError (ImportError)  an extra or another package is not installed
    ├── CacheError (RuntimeError)             the cache of results cannot be opened
    ├── ModelError
    │   ├── UnknownModelError (LookupError)   no such name in the catalogue or the store
    │   ├── ModelNotInstalledError (LookupError)  known, but not pulled yet
    │   ├── ModelLoadError (RuntimeError)     installed, but CTranslate2 refuses it
    │   ├── ConversionError (ValueError)      the files cannot be turned into a CTranslate2 folder
    │   └── ForkedError (RuntimeError)        a model handle used in a forked child
    └── PullError (RuntimeError)
        ├── OfflineError                      the network is forbidden or out of reach
        ├── PackageNotFoundError              the source does not have what the catalogue names
        ├── IntegrityError                    a SHA-256 that does not match
        └── DiskFullError (OSError)           no room for the download or the converted model

    KeyboardInterrupt
    └── Interrupted                           Ctrl-C, with the results that were finished

Messages are one line, say what to do next, and never quote a user's text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def _remade(cls: type[BaseException], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SlmMagicError(Exception):
    """Base class of every error that slm-magic raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would call the class with the message alone. Errors cross processes where a
        # user's own workers send them, as those of dask do.
        return _remade, (type(self), self.args, self.__dict__)


class OptionError(SlmMagicError, ValueError):
    """An argument or option that cannot be used."""


class LanguageError(OptionError):
    """A language that is unknown, missing, or not covered by the model."""


class EmptyTextError(OptionError):
    """There is no text to work on."""


class FlaggedError(SlmMagicError, ValueError):
    """Strict mode was asked for and something in a result looks wrong.

    Attributes
    ----------
    results
        What the call would have returned.
    """

    def __init__(self, message: str, results: Any) -> None:
        super().__init__(message)
        self.results = results

    @classmethod
    def check(cls, results: Any) -> None:
        """Raise if one of `results` (a result, or a list with None for missing rows) is flagged.

        Raises
        ------
        FlaggedError
            Naming the kinds of flags and how many results have any.
        """
        many = results if isinstance(results, list) else [results]
        flagged = [result for result in many if result is not None and result.flags]
        if flagged:
            kinds = sorted({flag.kind for result in flagged for flag in result.flags})
            raise cls(
                f"{len(flagged)} of {len(many)} results flagged: {', '.join(kinds)}; "
                "run without strict to see them.",
                results,
            )


class MissingDependencyError(SlmMagicError, ImportError):
    """An optional dependency is not installed.

    Attributes
    ----------
    extra
        The extra that brings it; empty where `packages` names what to install.
    """

    def __init__(self, needed_for: str, extra: str = "", *, packages: str = "") -> None:
        needed = "more packages" if packages else "an extra"
        command = packages or f"'slm-magic[{extra}]'"
        super().__init__(f"{needed_for} needs {needed}: pip install {command}")
        self.extra = extra


class CacheError(SlmMagicError, RuntimeError):
    """The cache of results that was asked for cannot be opened."""


class ModelError(SlmMagicError):
    """Something is wrong with a model."""


class UnknownModelError(ModelError, LookupError):
    """No model of that name is in the catalogue or the store."""


class ModelNotInstalledError(ModelError, LookupError):
    """The model is known but has not been pulled."""


class ModelLoadError(ModelError, RuntimeError):
    """The model is installed but cannot be loaded or used."""


class ConversionError(ModelError, ValueError):
    """The files cannot be turned into a CTranslate2 folder."""


class ForkedError(ModelError, RuntimeError):
    """A model handle was used in a forked child process."""


class PullError(SlmMagicError, RuntimeError):
    """A pull did not succeed; whatever was installed before is still there."""


class OfflineError(PullError):
    """The network is forbidden or cannot be reached."""


class PackageNotFoundError(PullError):
    """The source does not have what the catalogue names."""


class IntegrityError(PullError):
    """A downloaded file does not have the SHA-256 that the catalogue pins."""


class DiskFullError(PullError, OSError):
    """There is no room on the disk."""

    def __reduce__(self) -> tuple[Any, ...]:
        # An OSError cannot be made without being called, and this one takes its message alone.
        return type(self), self.args


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a task, carrying what was finished.

    Attributes
    ----------
    results
        One entry an input, in order; None where nothing was finished. A text that was
        partly done has its finished part, flagged. Of a column of a frame, what the call returns,
        with rows that were not finished missing.
    done, total
        How many inputs were finished, of how many.
    unfinished
        Numbers of those in `results` that were only partly done; ``resume=`` does them anew.
    part
        What ``resume=`` goes on from, for a column of a frame; else what is known of the call.
    """

    def __init__(
        self,
        results: Any,
        done: int,
        total: int,
        unfinished: Iterable[int] = (),
        part: Any = None,
        advice: str = "",
    ) -> None:
        super().__init__(f"Interrupted: {done} of {total} finished.{advice and f' {advice}'}")
        self.results = results
        self.done = done
        self.total = total
        self.unfinished = frozenset(unfinished)
        self.part = part

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args, self.__dict__)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest known word, or an empty string."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
