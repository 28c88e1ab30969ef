"""What went wrong, as a client is told: a status, one line, a word for programs, what mends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from tornado.web import HTTPError

from .. import errors


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure.

    Attributes
    ----------
    status
        The status of HTTP that tells it.
    reason
        One word for programs; it stays the same between versions.
    message
        One line for people. It never quotes a text.
    mends
        What to do about it, in one line; empty where `message` says so.
    """

    status: int
    reason: str
    message: str
    mends: str = ""

    def data(self) -> dict[str, str]:
        """Return the fields that clients see."""
        return {"message": self.message, "reason": self.reason, "mends": self.mends}


@dataclass
class Refusal(Exception):
    """A request that is refused.

    Attributes
    ----------
    headers
        Headers that the answer has besides.
    """

    problem: Problem
    headers: dict[str, str] = field(default_factory=dict)


def refuse(status: int, reason: str, message: str, mends: str = "") -> Refusal:
    """Return what to raise to refuse a request."""
    return Refusal(Problem(status, reason, message, mends))


_PULL = "Pull the model, then try again."
_NETWORK = "Allow the network, or pull from an exported .slm file."
_AGAIN = "Try again; what was installed before is still there."
# The most telling classes first.
_KINDS: tuple[tuple[type[errors.SlmMagicError], int, str, str], ...] = (
    (errors.EmptyTextError, 422, "empty_text", "Give a text."),
    (errors.LanguageError, 422, "language", "Name another language, or another model."),
    (errors.OptionError, 422, "option", ""),
    (errors.FlaggedError, 422, "flagged", "Read the flags."),
    (errors.CacheError, 422, "cache", ""),
    (errors.MissingDependencyError, 422, "missing_dependency", "Install it where Jupyter runs."),
    (errors.UnknownModelError, 404, "unknown_model", "See the list of models."),
    (errors.ModelNotInstalledError, 404, "model_not_installed", _PULL),
    (errors.ModelError, 422, "model", "Pull the model again, or use another."),
    (errors.OfflineError, 503, "offline", _NETWORK),
    (errors.DiskFullError, 507, "disk_full", "Make room on the disk, then try again."),
    (errors.PackageNotFoundError, 502, "package_not_found", _AGAIN),
    (errors.IntegrityError, 502, "integrity", _AGAIN),
    (errors.PullError, 502, "pull", _AGAIN),
)


def problem_of(error: BaseException) -> Problem:
    """Return how to tell an exception. Of one that nobody foresaw only the class is told."""
    if isinstance(error, Refusal):
        return error.problem
    if isinstance(error, HTTPError):
        return _of_http(error.status_code)
    for kind, status, reason, mends in _KINDS:
        if isinstance(error, kind):
            return Problem(status, reason, " ".join(str(error).split()), mends)
    return Problem(
        500,
        "internal",
        f"Something went wrong inside slm-magic: {type(error).__name__}.",
        "Report it with what slm-magic doctor says.",
    )


_OF_HTTP = {
    403: "Give Jupyter's token, or reload the page to log in again.",
    404: "See the API's description at openapi.json.",
    405: "See the API's description at openapi.json.",
}


def _of_http(status: int) -> Problem:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Refused"
    reason = phrase.lower().replace(" ", "_")
    # Its own message may hold the address of the request.
    return Problem(status, reason, f"{phrase}.", _OF_HTTP.get(status, ""))
