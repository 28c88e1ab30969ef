"""What the JupyterLab extension weighs, what it adds to JupyterLab's start, and how soon it answers a click.

    python benchmarks/lab.py [--runs 15] [--clicks 10] [--json FILE]

JupyterLab is started twice, with the extension as it is built in this checkout and without, and
opened in Chromium in turn: in a fresh profile, and once more with what the browser then has. A
start ends when JupyterLab's own `restored` promise does. A click is timed from the input event to
the first frame that has progress in it. Needs JupyterLab, Playwright, Chromium and the starters.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from report import Row, finish, machine, table

BUILT = Path(__file__).parents[1] / "slm_magic" / "labextension"
NAME = "slm-magic"
TOKEN = "benchmark"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
START_SECONDS = 90

# JupyterLab hands itself over when it has started; only then can its promise be waited for.
WHEN_RESTORED = """
Object.defineProperty(window, 'jupyterapp', {
  configurable: true,
  set(app) {
    Object.defineProperty(window, 'jupyterapp', { value: app });
    app.restored.then(() => { window.restoredAfter = performance.now(); });
  }
});
"""
# Frames are looked at from the click on, until one shows what is waited for.
WHEN_SHOWN = """selector => {
  window.shownAfter = null;
  document.addEventListener('click', click => {
    const look = () => {
      const shown = [...document.querySelectorAll(selector)].some(e => e.getClientRects().length);
      if (shown) window.shownAfter = performance.now() - click.timeStamp;
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
}"""
# JupyterLab hides the toolbar of a cell whose first line reaches below it.
CELL = "Ada Example wrote.\n\nThe river rose by 12 cm.\n\nWrite to ada@example.org."
# Buttons in the toolbar of a Markdown cell, by the command that they run.
BUTTONS = ("translate-cell", "summarize-cell", "redact-cell")
PROGRESS = ".jp-SlmCellProgress"


def sizes() -> list[Row]:
    """Return what the built files weigh, and compressed as a server would send them."""
    files = sorted(path for path in (BUILT / "static").iterdir() if path.suffix in (".js", ".css"))
    weights = [(x.name, x.read_bytes()) for x in files]
    packed = {name: len(gzip.compress(data, 6, mtime=0)) for name, data in weights}
    rows: list[Row] = [
        {"part": "size", "file": name, "kB": len(data) / 1000, "kB gzip": packed[name] / 1000}
        for name, data in weights
    ]
    total = sum(len(data) for _, data in weights) / 1000
    all_packed = sum(packed.values()) / 1000
    return [*rows, {"part": "size", "file": "all", "kB": total, "kB gzip": all_packed}]


def extensions(folder: Path, *, ours: bool) -> Path:
    """Fill a folder with links to all installed extensions, with the built one or without."""
    from jupyter_core.paths import jupyter_path

    folder.mkdir()
    if ours:
        (folder / NAME).symlink_to(BUILT, target_is_directory=True)
    for place in map(Path, jupyter_path("labextensions")):
        for package in [*place.glob("*/package.json"), *place.glob("@*/*/package.json")]:
            link = folder / package.parent.relative_to(place)
            if link.name != NAME and not link.exists():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(package.parent, target_is_directory=True)
    return folder


@contextmanager
def jupyterlab(base: Path, *, ours: bool) -> Iterator[str]:
    """Run JupyterLab; give its address."""
    base.mkdir()
    (base / "root").mkdir()
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": CELL}]
    # Without a kernel's name JupyterLab asks for one.
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    node = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (base / "root" / "cells.ipynb").write_text(json.dumps(node))
    settings = base / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"checkForUpdates": False, "fetchNews": "false", "doNotDisturbMode": True}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    # Without a language the first translation asks for one.
    (base / "settings" / NAME).mkdir()
    language = base / "settings" / NAME / "cells.jupyterlab-settings"
    language.write_text(json.dumps({"targetLanguage": "fr"}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "SLM_MAGIC_OFFLINE": "1",
        "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(base / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(base / "config"),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += [f"--ServerApp.root_dir={base / 'root'}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--LabApp.labextensions_path={extensions(base / 'extensions', ours=ours)}"]
    command += ["--LabApp.expose_app_in_browser=True"]
    with (base / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=base, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((base / "log").read_text()[-2000:]) from None
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def start(context: Any, address: str) -> tuple[float, float]:
    """Open JupyterLab in a new page; return milliseconds until it was restored.

    The second figure is what the page's thread had of the processor meanwhile, which other
    processes of a busy machine do not lengthen.
    """
    page = context.new_page()
    page.add_init_script(WHEN_RESTORED)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{address}/lab?token={TOKEN}&reset")
    page.wait_for_function("() => window.restoredAfter")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    took: float = page.evaluate("window.restoredAfter")
    page.close()
    return took, metrics["TaskDuration"] * 1000


def starts(browser: Any, plain: str, ours: str, runs: int) -> list[Row]:
    """Time starts with and without the extension, in turn."""
    took: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for run in range(runs + 1):
        # Which comes first changes, so that neither always finds the busier machine.
        order = [("without", plain), ("with", ours)]
        for side, address in order if run % 2 else reversed(order):
            context = browser.new_context(viewport={"width": 1200, "height": 900})
            for profile in ("fresh", "used"):
                figures = start(context, address)
                # The first of each wakes the server up, and counts for nothing.
                if run:
                    took.setdefault((profile, side), []).append(figures)
            context.close()
    rows: list[Row] = []
    for profile in ("fresh", "used"):
        for number, clock in enumerate(("on the clock", "of the processor")):
            sides = [[pair[number] for pair in took[profile, side]] for side in ("without", "with")]
            what = f"{profile} profile, {clock}"
            added = statistics.median(sides[1]) - statistics.median(sides[0])
            rows.append(_summary("start", f"{what}, without", sides[0]))
            rows.append(_summary("start", f"{what}, with", sides[1]) | {"added ms": added})
    return rows


def _summary(part: str, what: str, took: list[float]) -> Row:
    return {
        "part": part,
        "what": what,
        "n": len(took),
        "median ms": statistics.median(took),
        "min ms": min(took),
        "max ms": max(took),
    }


def clicks(browser: Any, address: str, count: int) -> list[Row]:
    """Time the buttons of a cell, each with the page as it is after the last."""
    rows: list[Row] = []
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{address}/lab/tree/cells.ipynb?token={TOKEN}&reset")
    cell = page.locator(".jp-MarkdownCell").first
    for button in BUTTONS:
        took: list[float] = []
        for _ in range(count):
            cell.click()
            page.evaluate(WHEN_SHOWN, PROGRESS)
            page.locator(f"[data-command='slm-magic:{button}']").first.click()
            page.wait_for_function("() => window.shownAfter !== null")
            took.append(page.evaluate("window.shownAfter"))
            page.evaluate("window.jupyterapp.commands.execute('slm-magic:cancel-cell')")
            page.locator(PROGRESS).first.wait_for(state="detached")
        rows.append(_summary("click", f"{button} to progress", took))
    page.close()
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="starts of each kind (default 15)")
    parser.add_argument("--clicks", type=int, default=10, help="clicks a button (default 10)")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(argv)
    if not (BUILT / "package.json").is_file():
        parser.error("the extension is not built: cd labextension && npm run build")
    rows = sizes()
    print(table(rows))
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(jupyterlab(base / "without", ours=False))
        ours = stack.enter_context(jupyterlab(base / "with", ours=True))
        running = stack.enter_context(sync_playwright())
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = running.chromium.launch(executable_path=CHROMIUM, args=flags)
        measured = starts(browser, plain, ours, args.runs)
        print("\n" + table(measured))
        if args.clicks:
            clicked = clicks(browser, ours, args.clicks)
            print("\n" + table(clicked))
            measured += clicked
        browser.close()
    finish({"machine": machine(), "rows": [*rows, *measured]}, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
