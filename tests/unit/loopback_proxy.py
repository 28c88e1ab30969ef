"""An HTTP proxy on the loopback: whatever host is asked for, it asks one server of the tests."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class Proxy:
    """A running proxy.

    Attributes
    ----------
    port
        Where the server that it asks listens on the loopback.
    refuse
        Status with which it refuses everything, if set.
    asked
        First lines of the requests that came through.
    """

    port: int
    url: str = ""
    refuse: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def serve(proxy: Proxy) -> Iterator[Proxy]:
    class Handler(StreamRequestHandler):
        rbufsize = 0

        def handle(self) -> None:
            head = self._head()
            first, _, rest = head.partition(b"\r\n")
            proxy.asked.append(first.decode())
            if proxy.refuse:
                answer = (
                    f"HTTP/1.1 {proxy.refuse}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                self.connection.sendall(answer.encode())
                return
            method, target, version = first.split(b" ")
            with socket.create_connection(("127.0.0.1", proxy.port)) as server:
                if method == b"CONNECT":
                    self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    path = b"/" + target.split(b"/", 3)[3]
                    # One request a connection, so that each is seen.
                    rest = rest.replace(b"keep-alive", b"close")
                    server.sendall(b" ".join((method, path, version)) + b"\r\n" + rest)
                self._pass_on(server)

        def _head(self) -> bytes:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (byte := self.connection.recv(1)):
                head += byte
            return head

        def _pass_on(self, server: socket.socket) -> None:
            other = {self.connection: server, server: self.connection}
            with suppress(OSError):
                while True:
                    for side in select.select(list(other), [], [], 30)[0]:
                        if not (data := side.recv(65_536)):
                            return
                        other[side].sendall(data)

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # clients hang up

    server = Server(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
