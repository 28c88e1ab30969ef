"""What went wrong with the network, in the words of a message."""

from __future__ import annotations

import re

UNTRUSTED = "its certificate is not trusted"
PROXY = "the proxy refuses"

# What pip's output or the Hub client's exceptions say, and how to say it; the most telling first.
_REASONS = tuple(
    (re.compile(pattern, re.I), reason)
    for pattern, reason in (
        (r"ProxyError|Tunnel connection failed|407 Client Error|HTTP error 407", PROXY),
        (r"SSLError|CERTIFICATE_VERIFY_FAILED", UNTRUSTED),
        (
            r"name resolution|NameResolutionError|getaddrinfo failed|Name or service not known",
            "its name does not resolve",
        ),
        (r"Connection refused|actively refused", "the connection is refused"),
        (r"Network is unreachable|No route to host", "the network is unreachable"),
        (r"40[13] Client Error|HTTP error 40[13]|Credentials not correct", "it denies access"),
        (
            r"(?:429|5\d\d) (?:Client|Server) Error|HTTP error (?:429|5\d\d)|"
            r"too many (?:429|5\d\d) error responses",
            "it answers with an error",
        ),
        (r"ReadTimeout|ConnectTimeout|timed out", "it does not answer in time"),
        (
            r"connection broken by|Max retries exceeded|NewConnectionError|ConnectionError|"
            r"Connection aborted|Connection reset|IncompleteRead|IncompleteDownload|"
            # The last is what an older pip says of a wheel that did not come whole.
            r"ReadError|RemoteProtocolError|Wheel '.*' located at .* is invalid",
            "the connection breaks off",
        ),
    )
)


def reason_in(text: str) -> str | None:
    """Return why the network failed, as `text` tells it; None if it tells of nothing such."""
    return next((reason for pattern, reason in _REASONS if pattern.search(text)), None)
