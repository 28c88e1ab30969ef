"""As much of the Hub as a download asks for, on the loopback."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"
# Files longer than this are large files to the stand-in.
SMALL = 1000


class CutOff(Exception):
    """The connection is dropped in the middle of an answer."""


@dataclass
class Hub:
    """One repository, and how the Hub that has it behaves.

    Attributes
    ----------
    files
        Path in the repository to content; those over `SMALL` bytes are large files, whose
        SHA-256 the Hub knows. Of the others it knows the name that git has for their content.
    commit
        What every revision is at.
    error
        Status and ``X-Error-Code`` that everything answers with, if set.
    gated
        Status with which files, but not the listing, are refused.
    token
        What is asked for; without it the repository is not there.
    failing
        Statuses and headers that the next requests are answered with, each once.
    cuts
        File to positions in it at which the connection drops, each once, in order.
    reset
        Whether a dropped connection is reset rather than closed.
    stall
        Whether the connection stays open at a cut, and nothing more comes.
    prefix
        Path of the address at which the Hub is found; elsewhere nothing is.
    lie
        Files that are sent with other bytes than the Hub's record says.
    padded
        Files that are sent with more bytes than the record says.
    tags
        Revisions beside ``main`` and the commit itself.
    rate
        Bytes a second at which files are sent; 0 is as fast as it goes.
    ranges
        Whether a part of a file can be asked for.
    listing
        Changes an entry of the listing, as a mirror may.
    headers
        Changes the headers of a file's answer, as a mirror may.
    elsewhere
        Address of another server that has the large files.
    sent
        Files in the order asked for.
    bytes_sent
        Bytes of each file that went out.
    asked
        Every request's method, path and headers.
    open
        Ports of the clients whose connection is open.
    """

    files: dict[str, bytes]
    repository: str = "someone/tiny-model"
    url: str = ""
    commit: str = COMMIT
    error: tuple[int, str] | None = None
    gated: int = 0
    token: str = ""
    failing: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    reset: bool = False
    stall: bool = False
    prefix: str = ""
    lie: set[str] = field(default_factory=set)
    padded: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    rate: int = 0
    ranges: bool = True
    listing: Callable[[dict[str, Any]], dict[str, Any]] = dict
    headers: Callable[[dict[str, str]], dict[str, str]] = dict
    elsewhere: str = ""
    sent: list[str] = field(default_factory=list)
    bytes_sent: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[str, str, Message]] = field(default_factory=list)
    open: set[int] = field(default_factory=set)

    def digest(self, name: str) -> str:
        """What the Hub knows a file by."""
        data = self.files[name]
        if len(data) > SMALL:
            return hashlib.sha256(data).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    def sibling(self, name: str) -> dict[str, Any]:
        data, digest = self.files[name], self.digest(name)
        table: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": digest}
        if len(data) > SMALL:
            # git itself holds no more than a pointer of such a file.
            table["blobId"] = "0" * 40
            table["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
        return self.listing(table)


@contextmanager
def serve(hub: Hub, context: ssl.SSLContext | None = None) -> Iterator[Hub]:
    """Run `hub`, over TLS if a context is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            hub.open.add(self.client_address[1])
            try:
                super().handle()
            finally:
                hub.open.discard(self.client_address[1])

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            hub.asked.append((self.command, self.path, self.headers))
            path = unquote(self.path.partition("?")[0]).strip("/")
            if hub.failing:
                status, headers = hub.failing.pop(0)
                self._send(status, b"", headers)
            elif hub.error is not None:
                self._send(hub.error[0], b"", {"X-Error-Code": hub.error[1]})
            elif hub.token and self.headers["Authorization"] != f"Bearer {hub.token}":
                self._send(401, b"", {"X-Error-Code": "RepoNotFound"})
            elif not path.startswith(hub.prefix):
                self._send(404, b"", {})
            elif (path := path.removeprefix(hub.prefix)).startswith("api/models/"):
                self._api(path.removeprefix("api/models/"))
            else:
                self._file(path)

        def _api(self, path: str) -> None:
            if not path.startswith(hub.repository):
                self._send(404, b"", {"X-Error-Code": "RepoNotFound"})
                return
            rest = path.removeprefix(hub.repository).strip("/")
            if rest.removeprefix("revision/") in {"", "main", hub.commit, *hub.tags}:
                siblings = [hub.sibling(name) for name in hub.files]
                info = {"id": hub.repository, "sha": hub.commit, "siblings": siblings}
                body = json.dumps(hub.listing(info)).encode()
                self._send(200, body, {"Content-Type": "application/json"})
            else:
                self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})

        def _file(self, path: str) -> None:
            _, _, name = path.partition(f"{hub.repository}/resolve/{hub.commit}/")
            if hub.gated:
                self._send(hub.gated, b"", {"X-Error-Code": "GatedRepo"})
            elif name not in hub.files:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            else:
                self._content(name, path)

        def _content(self, name: str, path: str) -> None:
            data = hub.files[name]
            tag = f'"{hub.digest(name)}"'
            headers = {"ETag": tag, "X-Repo-Commit": hub.commit, "X-Linked-ETag": tag}
            headers["X-Linked-Size"] = str(len(data))
            headers["X-Xet-Hash"] = "e" * 64
            if hub.elsewhere and len(data) > SMALL:
                self._send(302, b"", {**headers, "Location": f"{hub.elsewhere}/{path}"})
                return
            if name in hub.lie:
                data = data[:-1] + bytes([data[-1] ^ 1])
            if name in hub.padded:
                data += b"more"
            if self.command == "GET":
                hub.sent.append(name)
            status, start = 200, 0
            if hub.ranges and (asked := self.headers["Range"]):
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                status = 206
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._send(status, data[start:], hub.headers(headers), name, start)

        def _send(
            self, status: int, body: bytes, headers: dict[str, str], name: str = "", start: int = 0
        ) -> None:
            self.send_response(status)
            for header, value in headers.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self._body(body, name, start)

        def _body(self, body: bytes, name: str, start: int) -> None:
            cuts, end = hub.cuts.get(name, []), len(body)
            if cuts and start <= cuts[0] < start + len(body):
                end = cuts.pop(0) - start
            step = max(hub.rate // 20, 1) if hub.rate else len(body) or 1
            for at in range(0, end, step):
                piece = body[at : min(at + step, end)]
                self.wfile.write(piece)
                if name:
                    hub.bytes_sent[name] += len(piece)
                if hub.rate:
                    time.sleep(0.05)
            if end < len(body) and hub.stall:
                self.connection.recv(1)  # until the client has left
            if end < len(body):
                self.close_connection = True
                if hub.reset:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                raise CutOff

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # interrupted clients hang up

        def shutdown_request(self, request: Any) -> None:
            # A closed connection is told as such, unless it is to look like a reset.
            if hub.reset:
                self.close_request(request)
            else:
                super().shutdown_request(request)

    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if context is not None:
        scheme = "https"
        # The handshake waits for the handler's thread, so that no client can hold up the others.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    hub.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
