"""A real JupyterLab server and Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

TOKEN = "browser-test"
# The interpreter of an environment that has the built wheel, where `make test` made one.
LAB_PYTHON = os.environ.get("SLM_MAGIC_LAB_PYTHON") or sys.executable
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
START_SECONDS = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    url: str
    root: Path
    log: Path
    token: str = TOKEN

    def notebook(self, name: str, *cells: str) -> str:
        """Write a notebook and return the address that opens it in JupyterLab."""
        path = self.file(name, *cells)
        return f"{self.url}/lab/workspaces/{name}/tree/{path}?token={TOKEN}&reset"

    def file(self, name: str, *cells: str) -> str:
        """Write a notebook and return its name."""
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(made, self.root / f"{name}.ipynb")
        return f"{name}.ipynb"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def wheel_python() -> Path:
    """The interpreter of the environment with the built wheel, or the test is skipped."""
    if sys.executable == LAB_PYTHON:
        if os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
            pytest.fail("SLM_MAGIC_LAB_PYTHON is not set; run: make test")
        pytest.skip("SLM_MAGIC_LAB_PYTHON names no environment with the wheel; make test makes one")
    return Path(LAB_PYTHON)


@pytest.fixture(scope="session")
def start_lab(
    tmp_path_factory: pytest.TempPathFactory, session_home: Path
) -> Iterator[Callable[..., Lab]]:
    """Start JupyterLab with a theme; one server for each set of arguments in a session."""
    servers: list[subprocess.Popen[bytes]] = []
    labs: dict[object, Lab] = {}

    def start(
        theme: str,
        *,
        application: str = "jupyterlab",
        extension: bool = True,
        locale: str = "en",
        **variables: str,
    ) -> Lab:
        """Return a running server.

        Parameters
        ----------
        application
            ``jupyterlab`` or ``notebook``.
        extension
            Whether the extension of the front end is there.
        locale
            The language of the page, such as ``fr_FR``; its language pack must be installed.
        variables
            Set in its environment; an empty one is removed from it.
        """
        key = (theme, application, extension, locale, *sorted(variables.items()))
        if key in labs:
            return labs[key]
        base = tmp_path_factory.mktemp("lab")
        settings = base / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
        (settings / "notification.jupyterlab-settings").write_text(
            json.dumps({"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True})
        )
        if not extension:
            config = base / "config" / "labconfig"
            config.mkdir(parents=True)
            (config / "page_config.json").write_text('{"disabledExtensions": {"slm-magic": true}}')
        language = base / "settings" / "@jupyterlab" / "translation-extension"
        language.mkdir()
        (language / "plugin.jupyterlab-settings").write_text(json.dumps({"locale": locale}))
        root = base / "root"
        root.mkdir()
        port = _free_port()
        environment = {
            **os.environ,
            "SLM_MAGIC_HOME": str(session_home),
            "SLM_MAGIC_CONFIG": str(base / "slm-magic"),
            "SLM_MAGIC_OFFLINE": "1",
            "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(base / "workspaces"),
            "JUPYTER_CONFIG_DIR": str(base / "config"),
            "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
            "JUPYTER_PATH": _extension(base),
            "IPYTHONDIR": str(base / "ipython"),
            # With the wheel, the wheel and not the checkout.
            "PYTHONPATH": os.environ.get("PYTHONPATH", "") if sys.executable == LAB_PYTHON else "",
            **variables,
        }
        name = "LabApp" if application == "jupyterlab" else "JupyterNotebookApp"
        log = (base / "lab.log").open("wb")
        server = subprocess.Popen(
            [
                LAB_PYTHON,
                "-m",
                application,
                "--no-browser",
                "--allow-root",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                f"--ServerApp.root_dir={root}",
                f"--IdentityProvider.token={TOKEN}",
                "--ServerApp.port_retries=0",
                # So that a test can run a command without hunting for its menu.
                f"--{name}.expose_app_in_browser=True",
            ],
            env={name: value for name, value in environment.items() if value},
            # Not the checkout: what is installed is what is tried.
            cwd=base,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        servers.append(server)
        labs[key] = Lab(f"http://127.0.0.1:{port}", root, base / "lab.log")
        _wait(labs[key].url, server, base / "lab.log")
        return labs[key]

    yield start
    for server in servers:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _extension(base: Path) -> str:
    """Return a Jupyter path with the extension that was built in the checkout, and enable its server.

    Of an environment with the wheel the installed one is taken.
    """
    if sys.executable != LAB_PYTHON:
        return ""
    checkout = Path(__file__).parents[2]
    enabled = base / "config" / "jupyter_server_config.d"
    enabled.mkdir(parents=True)
    shutil.copy(checkout / "jupyter-config" / "slm_magic.json", enabled)
    built = checkout / "slm_magic" / "labextension"
    assert (built / "package.json").is_file(), "build it: cd labextension && npm run build"
    place = base / "share" / "labextensions"
    place.mkdir(parents=True)
    (place / "slm-magic").symlink_to(built, target_is_directory=True)
    return str(base / "share")


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(f"{url}/api/status?token={TOKEN}", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"JupyterLab did not answer:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("SLM_MAGIC_REQUIRE_MODELS"):
            pytest.fail("Chromium is not installed; .ci/run installs it")
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()


@dataclass
class Console:
    """What a page wrote into the browser's console."""

    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, part: str) -> None:
        """Allow errors with this text, which the test brings about; at least one must come."""
        self.expected.append(part)

    def check(self) -> None:
        left = [x for x in self.errors if not any(part in x for part in self.expected)]
        assert not left, "errors in the browser's console:\n" + "\n".join(left)
        for part in self.expected:
            assert any(part in x for x in self.errors), f"no error in the console with {part!r}"


def _of_notebook(error: Any) -> bool:
    """Whether an error is the one that Notebook 7.6 has at its start without any extension."""
    files = re.findall(r"https?://\S+", error.stack or "")
    inner = bool(files) and all("/static/notebook/notebook_core." in file for file in files)
    return inner and "Cannot read properties of undefined (reading 'schema')" in str(error)


@pytest.fixture
def console(page: Any) -> Iterator[Console]:
    """Follow the console of `page`; an error there that was not expected fails the test."""
    seen = Console()

    def message(told: Any) -> None:
        where = told.location.get("url", "")
        line = f"{told.type}: {told.text} ({where.partition('?')[0]})"
        seen.lines.append(line)
        if told.type in ("error", "assert"):
            seen.errors.append(line)

    def uncaught(error: Any) -> None:
        seen.lines.append(f"uncaught: {error}")
        if not _of_notebook(error):
            seen.errors.append(f"uncaught: {error}\n{error.stack}")

    page.on("console", message)
    page.on("pageerror", uncaught)
    yield seen
    seen.check()
