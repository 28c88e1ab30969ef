"""As much of the Hub as a download asks for, on the loopback."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """One repository.

    Attributes
    ----------
    files
        Path in the repository to content; those over 1,000 bytes are large files, whose hash
        the Hub knows.
    error
        Status and ``X-Error-Code`` that everything answers with, if set.
    lie
        Files that are sent with other bytes than the Hub's record says.
    tags
        Revisions beside ``main`` and the commit itself.
    rate
        Bytes a second at which files are sent; 0 is as fast as it goes.
    sent
        Files in the order asked for.
    """

    files: dict[str, bytes]
    repository: str = "someone/tiny-model"
    url: str = ""
    error: tuple[int, str] | None = None
    lie: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    rate: int = 0
    sent: list[str] = field(default_factory=list)

    def sibling(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        table: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
        if len(data) > 1000:
            sha256 = hashlib.sha256(data).hexdigest()
            table["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 130}
        return table


def _entry(sibling: dict[str, Any]) -> dict[str, Any]:
    """The same file as the Hub's tree listing tells of it."""
    entry = {"type": "file", "path": sibling["rfilename"], "oid": sibling["blobId"]}
    entry["size"] = sibling["size"]
    if "lfs" in sibling:
        entry["lfs"] = {**sibling["lfs"], "oid": sibling["lfs"]["sha256"]}
    return entry


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            if hub.error is not None:
                self._send(hub.error[0], b"", {"X-Error-Code": hub.error[1]})
            elif path.startswith("api/models/"):
                self._api(path.removeprefix("api/models/"))
            else:
                self._file(path)

        def _api(self, path: str) -> None:
            if not path.startswith(hub.repository):
                self._send(404, b"", {"X-Error-Code": "RepoNotFound"})
                return
            rest = path.removeprefix(hub.repository).strip("/")
            if rest.startswith("tree"):
                self._json([_entry(hub.sibling(name)) for name in hub.files])
            elif rest.removeprefix("revision/") in {"", "main", COMMIT, *hub.tags}:
                siblings = [hub.sibling(name) for name in hub.files]
                self._json({"id": hub.repository, "sha": COMMIT, "siblings": siblings})
            else:
                self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})

        def _file(self, path: str) -> None:
            _, _, name = path.partition(f"{hub.repository}/resolve/{COMMIT}/")
            if name not in hub.files:
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
                return
            data = hub.files[name]
            if name in hub.lie:
                data = data[:-1] + bytes([data[-1] ^ 1])
            if self.command == "GET":
                hub.sent.append(name)
            etag = f'"{hashlib.sha256(data).hexdigest()}"'
            self._send(200, data, {"ETag": etag, "X-Repo-Commit": COMMIT})

        def _json(self, content: object) -> None:
            self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            step = max(hub.rate // 20, 1) if hub.rate else len(body) or 1
            for start in range(0, len(body) if self.command == "GET" else 0, step):
                self.wfile.write(body[start : start + step])
                if hub.rate:
                    time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # interrupted clients hang up

    server = Server(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
