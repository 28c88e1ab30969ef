"""The sidebar "Small models" as a person uses it in JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hub_server
import pytest
import tiny
from conftest import TOKEN
from pages import DARK, LIGHT, THEMES, axe, screenshot

NAME = "opus-mt-en-fr"
REPOSITORY = "gaudi/opus-mt-en-fr-ctranslate2"
# Seconds that a download of the slow Hub takes.
SECONDS = 4


def open_panel(page: Any, lab: Any, workspace: str, *, ready: bool = True) -> Any:
    """Open JupyterLab in a workspace of its own and show the panel."""
    page.goto(f"{lab.url}/lab/workspaces/{workspace}?token={TOKEN}&reset")
    return show_panel(page, ready=ready)


def show_panel(page: Any, *, ready: bool = True) -> Any:
    # It takes the focus when it comes.
    page.locator(".jp-Launcher").wait_for()
    page.evaluate(
        """async () => {
          await window.jupyterapp.restored;
          await window.jupyterapp.commands.execute('slm-magic:show-models');
        }"""
    )
    panel = page.locator(".jp-SlmSidebar")
    panel.wait_for()
    if ready:
        panel.get_by_role("search").wait_for()
    return panel


def card(panel: Any, task: str, name: str) -> Any:
    """Return the card of a model below a task's heading."""
    heading = panel.page.get_by_role("heading", name=name, exact=True)
    section = panel.get_by_role("region", name=task, exact=True)
    return section.get_by_role("listitem").filter(has=heading)


def names(panel: Any) -> list[str]:
    """Return the names of the models that are shown."""
    found: list[str] = panel.get_by_role("heading", level=4).all_inner_texts()
    return found


def values(card: Any) -> list[str]:
    """Return the facts that a card tells."""
    found: list[str] = card.get_by_role("definition").all_inner_texts()
    return found


@dataclass
class Shop:
    """JupyterLab with an empty home, and the Hub that it downloads from."""

    lab: Any
    hub: hub_server.Hub
    home: Path
    files: dict[str, bytes]

    def offer(self, repository: str, *, slowly: bool = False) -> None:
        """Let the Hub have the model under a name."""
        self.hub.repository = repository
        self.hub.rate = sum(map(len, self.files.values())) // SECONDS if slowly else 0

    def installed(self) -> list[str]:
        """Return the names of the models on the disk."""
        return sorted(path.parent.name for path in self.home.glob("models/*/model.json"))


@pytest.fixture(scope="module")
def shop(start_lab: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    base = tmp_path_factory.mktemp("sidebar")
    folder = tiny.opus(base / "opus")
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    with hub_server.serve(hub_server.Hub(files)) as hub:
        lab = start_lab(
            LIGHT,
            SLM_MAGIC_OFFLINE="",
            SLM_MAGIC_HOME=str(base / "home"),
            HF_HOME=str(base / "hf"),
            HF_ENDPOINT=hub.url,
        )
        yield Shop(lab, hub, base / "home", files)


def test_install_with_progress_cancel_default_and_remove(
    page: Any, shop: Shop, console: Any
) -> None:
    panel = open_panel(page, shop.lab, "install")
    panel.get_by_text("No model is installed yet.").wait_for()
    assert panel.get_by_role("button", name="Install the starters").is_enabled()
    screenshot(page, "sidebar-empty")

    # Cancelled, it leaves nothing.
    shop.offer(REPOSITORY, slowly=True)
    family = card(panel, "Translate", "OPUS-MT … to …")
    family.get_by_role("button", name=f"Install {NAME}").click()
    family.get_by_text(re.compile(r"Downloading: .* of ")).wait_for()
    screenshot(page, "sidebar-install")
    family.get_by_role("button", name=f"Cancel installing {NAME}").click()
    panel.get_by_role("status").get_by_text(f"Installing {NAME} was cancelled.").wait_for()
    family.get_by_role("progressbar").wait_for(state="detached")
    assert shop.installed() == []
    assert panel.get_by_text("No model is installed yet.").is_visible()

    # The page is loaded again while it is installed: the server goes on, and it is shown.
    family.get_by_role("button", name=f"Install {NAME}").click()
    family.get_by_text(re.compile(r"Downloading: .* of ")).wait_for()
    page.reload()
    panel = show_panel(page)
    family = card(panel, "Translate", "OPUS-MT … to …")
    family.get_by_role("progressbar", name=f"Installing {NAME}").wait_for()
    mine = card(panel, "Translate", NAME)
    mine.wait_for()
    assert shop.installed() == [NAME]
    assert mine.get_by_text("English to French").is_visible()
    assert mine.get_by_text("CC-BY-4.0").is_visible()
    assert panel.get_by_text("No model is installed yet.").count() == 0

    # The default is kept in the server.
    mine.get_by_role("button", name=f"Make {NAME} the default").click()
    mine.get_by_text("Default", exact=True).wait_for()
    page.reload()
    panel = show_panel(page)
    mine = card(panel, "Translate", NAME)
    mine.get_by_text("Default", exact=True).wait_for()
    assert panel.get_by_text(f"Default: {NAME}.").is_visible()

    # Nothing is removed unless that is confirmed.
    mine.get_by_role("button", name=f"Remove {NAME}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel").click()
    dialog.wait_for(state="detached")
    assert shop.installed() == [NAME]
    mine.get_by_role("button", name=f"Remove {NAME}").click()
    dialog.get_by_role("button", name="Remove").click()
    mine.wait_for(state="detached")
    assert shop.installed() == []
    assert panel.get_by_text(f"Default: {NAME}.").count() == 0


def test_models_of_the_hub_and_of_files(page: Any, shop: Shop, console: Any) -> None:
    folder = shop.lab.root / "mine"
    folder.mkdir()
    for name, data in shop.files.items():
        (folder / name).write_bytes(data)
    shop.offer("someone/tiny-model")
    panel = open_panel(page, shop.lab, "bring")
    panel.get_by_text("Install another model").click()
    form = panel.locator("details form")
    form.get_by_label("Model", exact=True).fill("hf:someone/tiny-model")
    form.get_by_label("Name to give it").fill("my-model")
    form.get_by_role("button", name="Install").click()
    card(panel, "Translate", "my-model").wait_for()

    form.get_by_label("Model", exact=True).fill("./mine")
    form.get_by_label("Name to give it").fill("")
    form.get_by_role("button", name="Install").click()
    card(panel, "Translate", "mine").wait_for()
    assert shop.installed() == ["mine", "my-model"]

    # What is wrong is told, with what to do.
    console.expect("404 (Not Found)")
    form.get_by_label("Model", exact=True).fill("./not/there")
    form.get_by_role("button", name="Install").click()
    told = panel.get_by_role("alert")
    told.get_by_text("There is no such file below the folder of Jupyter.").wait_for()
    told.get_by_role("button", name="Dismiss").click()
    told.wait_for(state="detached")
    for name in shop.installed():
        card(panel, "Translate", name).get_by_role("button", name=f"Remove {name}").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        card(panel, "Translate", name).wait_for(state="detached")


def test_everything_goes_by_keyboard(page: Any, shop: Shop, console: Any) -> None:
    shop.offer(REPOSITORY, slowly=True)
    panel = open_panel(page, shop.lab, "keyboard")
    focused = page.locator(":focus")

    def go(name: str, *, back: bool = False) -> None:
        """Press Tab until what is called `name` has the focus, which is seen."""
        for _ in range(60):
            page.keyboard.press("Shift+Tab" if back else "Tab")
            if focused.get_attribute("aria-label") == name or focused.inner_text() == name:
                assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
                assert panel.locator(":focus").count() == 1
                return
        raise AssertionError(f"Tab never came to {name!r}")

    panel.get_by_label("Search").focus()
    page.keyboard.type("one direction")
    page.wait_for_function("() => document.querySelectorAll('.jp-SlmSidebar h4').length === 1")
    go(f"Install {NAME}")
    page.keyboard.press("Enter")
    family = card(panel, "Translate", "OPUS-MT … to …")
    family.get_by_text(re.compile(r"Downloading: .* of ")).wait_for()
    go(f"Cancel installing {NAME}", back=True)
    page.keyboard.press("Escape")
    family.get_by_role("progressbar").wait_for(state="detached")
    # The button is gone, the focus is still here.
    assert family.locator(":focus").count() == 1
    assert shop.installed() == []

    go(f"Install {NAME}")
    page.keyboard.press("Space")
    mine = card(panel, "Translate", NAME)
    mine.wait_for()
    go(f"Make {NAME} the default", back=True)
    page.keyboard.press("Space")
    mine.get_by_role("button", name=f"Unset {NAME} as the default").wait_for()
    assert focused.get_attribute("aria-label") == f"Unset {NAME} as the default"

    go(f"Try {NAME}", back=True)
    page.keyboard.press("Enter")
    mine.get_by_label("Text to try").wait_for()
    page.keyboard.press("Tab")
    go("Translate")
    page.keyboard.press("Escape")
    mine.get_by_label("Text to try").wait_for(state="detached")
    assert focused.get_attribute("aria-label") == f"Try {NAME}"

    go(f"Remove {NAME}")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert shop.installed() == [NAME]
    assert focused.get_attribute("aria-label") == f"Remove {NAME}"
    page.keyboard.press("Enter")
    dialog.wait_for()
    page.keyboard.press("Enter")
    mine.wait_for(state="detached")
    assert shop.installed() == []


def test_the_panel_is_at_the_side_that_the_settings_say(
    page: Any, shop: Shop, console: Any
) -> None:
    save = """async side => {
      const { settings } = window.jupyterapp.serviceManager;
      await settings.save('slm-magic:sidebar', JSON.stringify({ side }));
    }"""
    open_panel(page, shop.lab, "side")
    assert page.locator("#jp-left-stack .jp-SlmSidebar").is_visible()
    page.evaluate(save, "right")
    # A workspace keeps the side that the panel had in it.
    open_panel(page, shop.lab, "other-side")
    assert page.locator("#jp-right-stack .jp-SlmSidebar").is_visible()
    assert page.locator("#jp-left-stack .jp-SlmSidebar").count() == 0
    page.evaluate(save, "left")


def test_more_jobs_than_may_wait(page: Any, shop: Shop, console: Any) -> None:
    panel = open_panel(page, shop.lab, "many")
    refusal = {
        "version": 1,
        "message": "As many jobs wait as may.",
        "reason": "too_many_jobs",
        "mends": "Try again in a few seconds.",
    }

    def refuse(route: Any) -> None:
        if route.request.method == "POST":
            route.fulfill(status=429, json=refusal)
        else:
            route.fallback()

    console.expect("429 (Too Many Requests)")
    page.route("**/slm-magic/api/v1/jobs*", refuse)
    family = card(panel, "Translate", "OPUS-MT … to …")
    family.get_by_role("button", name=f"Install {NAME}").click()
    told = family.get_by_role("alert")
    told.get_by_text("Try again in a few seconds.").wait_for()
    screenshot(page, "sidebar-many")
    page.unroute("**/slm-magic/api/v1/jobs*")
    shop.offer(REPOSITORY, slowly=True)
    told.get_by_role("button", name="Try again").click()
    family.get_by_role("progressbar").wait_for()
    assert told.count() == 0
    family.get_by_role("button", name=f"Cancel installing {NAME}").click()
    family.get_by_role("progressbar").wait_for(state="detached")


@pytest.mark.parametrize("theme", THEMES)
def test_states_are_told_and_mended(
    page: Any, start_lab: Callable[..., Any], console: Any, theme: str
) -> None:
    lab = start_lab(theme)
    console.expect("net::ERR_FAILED")
    console.expect("404 (Not Found)")
    # The server cannot be reached, and can again.
    page.route("**/slm-magic/api/**", lambda route: route.abort())
    panel = open_panel(page, lab, "states", ready=False)
    told = panel.get_by_role("alert")
    told.get_by_text("The Jupyter server does not answer.").wait_for()
    assert told.get_by_text("Check that Jupyter is still running.").is_visible()
    screenshot(page, f"sidebar-unreachable-{theme.split()[1].lower()}")
    axe(page, ".jp-SlmSidebar")

    page.unroute("**/slm-magic/api/**")
    page.route("**/slm-magic/api/**", lambda route: route.fulfill(status=404, body="no"))
    told.get_by_role("button", name="Try again").click()
    told.get_by_text("jupyter server extension enable slm_magic.server").wait_for()

    page.unroute("**/slm-magic/api/**")
    told.get_by_role("button", name="Try again").click()
    panel.get_by_role("search").wait_for()
    assert told.count() == 0

    # Nothing can be downloaded, and that is said; these servers are offline.
    assert panel.get_by_text("Offline: nothing can be downloaded.").is_visible()
    install = card(panel, "Translate", "OPUS-MT … to …").get_by_role("button", name="Install")
    assert install.get_attribute("aria-disabled") == "true"


@pytest.mark.parametrize("theme", THEMES)
def test_cards_filter_and_search(
    page: Any, start_lab: Callable[..., Any], console: Any, theme: str
) -> None:
    panel = open_panel(page, start_lab(theme), "cards")
    assert set(names(panel)) >= {"minilm-l6", "pii-minilm", "qwen2.5-coder-1.5b"}
    one = card(panel, "Summarize", "minilm-l6")
    facts = dict(zip(one.get_by_role("term").all_inner_texts(), values(one), strict=True))
    assert facts["Languages"] == "English" and facts["Licence"] == "Apache-2.0"
    assert facts["Parameters"] == "22.7M" and facts["Size"].endswith(" MB")
    assert one.get_by_text("Picks the sentences of English text that matter most").is_visible()
    assert values(card(panel, "Redact", "pii-minilm"))[-1] == "minilm-l6"
    word = theme.split()[-1].lower()
    screenshot(page, f"sidebar-{word}")
    axe(page, ".jp-SlmSidebar")

    search = panel.get_by_label("Search")
    search.fill("german mini")
    assert names(panel) == ["pii-minilm"]
    search.fill("")
    panel.get_by_role("combobox", name="Task", exact=True).select_option("Translate")
    assert set(names(panel)) == {"qwen2.5-coder-1.5b", "OPUS-MT … to …"}
    panel.get_by_role("combobox", name="Show", exact=True).select_option("Not installed")
    assert "OPUS-MT … to …" in names(panel)
    search.fill("no such model")
    panel.get_by_text("No model fits the search and filters.").wait_for()
    screenshot(page, f"sidebar-nothing-{word}")
    axe(page, ".jp-SlmSidebar")
    panel.get_by_role("button", name="Show all models").click()
    assert set(names(panel)) >= {"minilm-l6", "pii-minilm", "qwen2.5-coder-1.5b"}
    assert panel.locator(":focus").count() == 1

    # Nothing sticks out of a narrow panel.
    content = panel.locator(".jp-SlmSidebar-view")
    content.evaluate("e => { e.style.width = '150px'; }")
    assert content.evaluate("e => e.scrollWidth <= e.clientWidth")
    screenshot(page, f"sidebar-narrow-{word}")


@pytest.mark.model
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_trying_a_model_and_freeing_its_memory(
    page: Any, start_lab: Callable[..., Any], console: Any, theme: str
) -> None:
    panel = open_panel(page, start_lab(theme), "try")
    one = card(panel, "Summarize", "minilm-l6")
    one.get_by_role("button", name="Try minilm-l6").click()
    one.get_by_label("Text to try").fill(
        "The ferry company carried 81,000 passengers in June, more than in any month before. Most "
        "passengers took the ferry to the islands. The company will put a second ferry on that "
        "line in July. A gull sat on the mast."
    )
    one.get_by_role("button", name="Summarize", exact=True).click()
    result = one.locator(".jp-SlmSidebar-result")
    result.wait_for(timeout=90_000)
    assert "81,000 passengers" in result.inner_text()
    assert "gull" not in result.inner_text()

    one = card(panel, "Redact", "pii-minilm")
    one.get_by_role("button", name="Try pii-minilm").click()
    one.get_by_label("Text to try").fill("Ask Katarzyna Nowakowska, tel. +1 212 555 0174.")
    one.get_by_role("button", name="Redact", exact=True).click()
    result = one.locator(".jp-SlmSidebar-result")
    result.wait_for(timeout=90_000)
    assert "<PERSON_1>" in result.inner_text()
    for private in ("Katarzyna", "Nowakowska", "0174"):
        assert private not in result.inner_text()
    one.scroll_into_view_if_needed()
    screenshot(page, "sidebar-try-light" if theme == LIGHT else "sidebar-try-dark")
    axe(page, ".jp-SlmSidebar")

    memory = panel.get_by_role("region", name="Memory")
    loaded = memory.get_by_text(re.compile(r"^minilm-l6: [\d.]+ MB$"))
    loaded.wait_for()
    assert re.search(r"Loaded models: \d[\d.]* [MG]B of at most", memory.inner_text())
    memory.get_by_role("button", name="Unload minilm-l6").click()
    loaded.wait_for(state="hidden")
    # Tests before this one may have had others loaded in the same server.
    others = memory.get_by_role("button", name=re.compile("^Unload "))
    if others.count():
        others.last.click()
    memory.get_by_text("No model is loaded.").wait_for()


@pytest.mark.model
def test_a_trial_is_cancelled(page: Any, start_lab: Callable[..., Any], console: Any) -> None:
    panel = open_panel(page, start_lab(LIGHT), "cancel")
    one = card(panel, "Translate", "qwen2.5-coder-1.5b")
    one.get_by_role("button", name="Try qwen2.5-coder-1.5b").click()
    one.get_by_label("Text to try").fill("The harbour was full of boats. " * 200)
    one.get_by_label("Into").select_option("German")
    one.get_by_role("button", name="Translate", exact=True).click()
    one.get_by_role("progressbar", name="Working…").wait_for()
    one.get_by_role("button", name="Cancel", exact=True).click()
    one.get_by_role("button", name="Translate", exact=True).wait_for()
    assert one.get_by_role("progressbar").count() == 0
    # The server has stopped too.
    page.wait_for_function(
        """async () => {
          const { serverSettings } = window.jupyterapp.serviceManager;
          const address = serverSettings.baseUrl + 'slm-magic/api/v1/status';
          const headers = { Authorization: `token ${serverSettings.token}` };
          const { jobs } = await (await fetch(address, { headers })).json();
          return jobs.running + jobs.waiting === 0;
        }""",
        timeout=60_000,
    )
