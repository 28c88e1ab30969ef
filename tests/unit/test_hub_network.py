"""The way to the Hub: tokens, refusals, proxies, certificates; each failure told in one line."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hub_server
import loopback_proxy
import pytest
from hub_server import Hub
from loopback_proxy import Proxy
from wheelhouse import sha256

from slm_magic.errors import OfflineError, PackageNotFoundError, PullError
from slm_magic.sources import hub_file
from slm_magic.store import Installed, Store

SPEC = "hf:someone/tiny-model"
TOKEN = "hf_LetNobodySeeThisOne"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_file, "WAITS", (0.01, 0.01, 0.01))


def pull(store: Store, spec: str = SPEC, **options: Any) -> Installed:
    return store.pull(spec, probe=lambda *_: None, progress=False, **options)


def assert_refused(store: Store, error: type[PullError], match: str) -> str:
    """Pull in vain; return the one line that says why."""
    with pytest.raises(error, match=match) as caught:
        pull(store)
    line = str(caught.value)
    assert "\n" not in line and TOKEN not in line and len(line) < 320
    assert store.list() == []
    return line


# Tokens, gates and what is not there


def test_a_gated_repository_lists_but_does_not_give(hub: Hub, store: Store) -> None:
    for status in (401, 403):
        hub.gated = status
        assert_refused(store, PackageNotFoundError, "is gated: accept its terms .* hf auth login")
    hub.gated = 0
    assert pull(store).name == "tiny-model"


def test_a_private_repository_needs_the_token(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.token = TOKEN
    assert_refused(store, PackageNotFoundError, "no repository .* or it is private: hf auth login")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert pull(store).name == "tiny-model"
    sent = [headers["Authorization"] for *_, headers in hub.asked[1:]]
    assert sent == [f"Bearer {TOKEN}"] * 4


def test_a_token_that_is_not_accepted(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    wrong = {"X-Error-Message": "Invalid credentials in Authorization header"}
    hub.failing = [(401, wrong)]
    assert_refused(store, PackageNotFoundError, "does not accept the token .* HF_TOKEN")


def test_nothing_that_is_kept_holds_the_token(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.cuts["model.bin"] = [3000] * 4
    assert_refused(store, OfflineError, "breaks off")
    store.pull(SPEC, probe=lambda *_: None, progress=True)
    assert all(TOKEN.encode() not in p.read_bytes() for p in store.home.rglob("*") if p.is_file())
    assert TOKEN not in "".join(capfd.readouterr())


def test_disabled_repositories_and_missing_files(hub: Hub, store: Store) -> None:
    hub.failing = [(403, {"X-Error-Message": "Access to this resource is disabled."})]
    assert_refused(store, PackageNotFoundError, "has been disabled on the Hub")
    hub.listing = lambda table: {
        **table,
        **({"rfilename": "vocab.json"} if table.get("rfilename") == "config.json" else {}),
    }
    assert_refused(store, PackageNotFoundError, "A file of someone/tiny-model is not on the Hub")


# A Hub that is tired, dead or none


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_waited_for(hub: Hub, store: Store, status: int) -> None:
    hub.failing = [(status, {}), (status, {"Retry-After": "0"})]
    assert pull(store).name == "tiny-model"
    # Of a file too.
    store.remove("tiny-model")
    hub.gated = 0
    hub.listing = failing_next(hub, status)
    assert pull(store).name == "tiny-model" and hub.failing == []


def failing_next(hub: Hub, status: int) -> Any:
    """Return a listing after which the next request fails once."""

    def listing(table: dict[str, Any]) -> dict[str, Any]:
        if "siblings" in table:
            hub.failing = [(status, {})]
        return table

    return listing


@pytest.mark.parametrize(("status", "text"), [(503, r"answers with an error \(503\)"), (429, "")])
def test_what_does_not_pass_is_told_soon(hub: Hub, store: Store, status: int, text: str) -> None:
    hub.error = (status, "")
    assert_refused(store, OfflineError, text or "too many requests; pull again later")
    assert len(hub.asked) == 1 + len(hub_file.WAITS)


def test_a_hub_that_asks_for_an_hour_is_not_waited_for(hub: Hub, store: Store) -> None:
    hub.failing = [(429, {"Retry-After": "3600"})]
    assert_refused(store, OfflineError, "too many requests; pull again in 3600 seconds")
    assert len(hub.asked) == 1


def test_a_hub_that_never_answers_is_told(
    hub_client: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_ETAG_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert_refused(store, OfflineError, "it does not answer in time")


def test_a_name_that_does_not_resolve(
    hub_client: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    assert_refused(store, OfflineError, "the Hub at http://hub.example: its name does not resolve")


@pytest.mark.parametrize("answer", [b"<html>Please log in</html>", b"[]", b"{}", b'{"id": 1}'])
def test_what_is_no_hub(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(hub_server.json, "dumps", lambda *_: answer.decode())
    with pytest.raises(PullError) as caught:
        pull(store)
    assert "\n" not in str(caught.value)
    assert "not a Hub" in str(caught.value) or "holds no model" in str(caught.value)


def test_an_address_without_its_scheme(
    hub_client: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "hub.example/models")
    assert_refused(store, PullError, "HF_ENDPOINT is no address such as https://host")


def test_a_password_in_the_address_is_not_told(
    hub_client: None, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"http://me:{TOKEN}@127.0.0.1:9/hub/")
    line = assert_refused(store, OfflineError, "the connection is refused")
    assert "the Hub at http://127.0.0.1:9/hub:" in line


@pytest.mark.parametrize("variable", ["SLM_MAGIC_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_means_no_connection(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv(variable, "1")
    assert_refused(store, OfflineError, f"{variable}=1 forbids the network")
    assert hub.asked == []


def test_offline_since_the_client_was_imported(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert_refused(store, OfflineError, "unset it and restart the kernel")
    assert hub.asked == []


# Proxies


@pytest.fixture
def proxy(hub: Hub) -> Iterator[Proxy]:
    """A proxy that leads to the Hub, whatever it is called."""
    with loopback_proxy.serve(Proxy(int(hub.url.rpartition(":")[2]))) as running:
        yield running


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_proxy_is_used(
    hub: Hub, proxy: Proxy, store: Store, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    # A name that only the proxy can reach.
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    monkeypatch.setenv(variable, proxy.url)
    assert pull(store).sha256 == sha256(hub.files["model.bin"])
    assert len(proxy.asked) == len(hub.asked) == 4
    assert all(line.startswith("GET http://hub.example/") for line in proxy.asked)


def test_no_proxy_is_heeded(
    hub: Hub, proxy: Proxy, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    pull(store)
    assert proxy.asked == [] and len(hub.asked) == 4


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxy_that_refuses(
    hub: Hub,
    proxy: Proxy,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    status: str,
) -> None:
    proxy.refuse = status
    variable = f"{scheme.upper()}_PROXY"
    monkeypatch.setenv("HF_ENDPOINT", f"{scheme}://hub.example")
    monkeypatch.setenv(variable, proxy.url.replace("//", f"//me:{TOKEN}@"))
    # Of an http address a proxy's 403 looks as if the Hub had sent it.
    reason = "it denies access" if (scheme, status[:3]) == ("http", "403") else "the proxy refuses"
    assert_refused(store, OfflineError, rf"\(through the proxy that {variable} names\): {reason}")
    assert len(proxy.asked) == 1 and hub.asked == []


def test_a_proxy_that_is_not_there(hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert_refused(
        store, OfflineError, r"\(through the proxy that HTTP_PROXY names\): .*is refused"
    )
    # Mended, the next pull of the same process works.
    monkeypatch.delenv("HTTP_PROXY")
    assert pull(store).name == "tiny-model"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("ftp://127.0.0.1:9", "A proxy setting is no address such as http://host:port"),
        ("http://127.0.0.1:port", "A proxy setting is no address"),
        ("socks5://127.0.0.1:9", "pip install socksio"),
    ],
)
def test_a_proxy_setting_that_cannot_be_used(
    hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch, address: str, text: str
) -> None:
    if address.startswith("socks"):
        # As where it is not installed.
        monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("HTTP_PROXY", address)
    assert_refused(store, PullError, text)
    assert hub.asked == []


# Certificates


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an own CA (ca.pem) and a certificate by it for 127.0.0.1 (hub.pem)."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    folder = tmp_path_factory.mktemp("authority")

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    run(
        *new_key, "/CN=Test CA", "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem",
        "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    run(*new_key, "/CN=127.0.0.1", "-keyout", "hub.key", "-out", "hub.csr")
    (folder / "names").write_text(
        "subjectAltName=IP:127.0.0.1,DNS:hub.example\nauthorityKeyIdentifier=keyid\n"
    )
    run(
        "x509", "-req", "-in", "hub.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-days", "2", "-extfile", "names", "-out", "hub.crt",
    )  # fmt: skip
    (folder / "hub.pem").write_bytes(
        (folder / "hub.key").read_bytes() + (folder / "hub.crt").read_bytes()
    )
    return folder


@pytest.fixture
def secure(hub: Hub, authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The same Hub over TLS, with a certificate that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "hub.pem")
    with hub_server.serve(Hub(hub.files), context) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def test_an_own_ca_works_once_it_is_named(
    secure: Hub, store: Store, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_refused(
        store, OfflineError, "its certificate is not trusted; set SSL_CERT_FILE to a file with"
    )
    assert secure.asked == []
    # In the same process, as from a notebook's cell.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    assert pull(store).sha256 == sha256(secure.files["model.bin"])
    assert store.verify("tiny-model") == ()


def test_a_bundle_for_other_tools_is_named(
    secure: Hub, store: Store, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority / "ca.pem"))
    assert_refused(store, OfflineError, r"set SSL_CERT_FILE .*does not read REQUESTS_CA_BUNDLE\)")


def test_a_bundle_without_the_ca_is_told(
    secure: Hub, store: Store, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "hub.crt"))
    assert_refused(store, OfflineError, "its certificate is not trusted")


def test_a_bundle_that_is_not_there_is_told(
    secure: Hub, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    assert_refused(store, PullError, "SSL_CERT_FILE names no file of certificates")


def test_tls_through_a_proxy(
    secure: Hub, store: Store, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback_proxy.serve(Proxy(int(secure.url.rpartition(":")[2]))) as proxy:
        monkeypatch.setenv("HF_ENDPOINT", "https://hub.example")
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        assert pull(store).sha256 == sha256(secure.files["model.bin"])
        assert proxy.asked and all(
            line.startswith("CONNECT hub.example:443") for line in proxy.asked
        )
