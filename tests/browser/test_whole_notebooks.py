"""Whole notebooks in JupyterLab: translated, and redacted before they are shared."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from pages import DARK, LIGHT, axe, screenshot

from slm_magic.text import languages
from slm_magic.text.number_words import spelled
from slm_magic.text.protect import differences

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("console")]

# JupyterLab shows an attached image before it looks up what its address stands for.
IMAGE = "ERR_UNKNOWN_URL_SCHEME"
DIALOG = ".jp-SlmNotebookDialog"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
INTRO = """# Rain on the hill

This notebook shows how much rain fell on the hill in winter. Read the \
[manual](https://example.org/manual.html).

$$\\bar{x} = \\frac{1}{n} \\sum_i x_i$$

- The mean is $\\bar{x}$, and `rain.mean()` gives it. ![a gauge](attachment:gauge.png)
"""
CODE = "# Read the measurements\nrain = [12, 7, 30]\n"
CHART = "## The chart\n\nThe chart shows the rain of each month."

# A string without an end.
BROKEN = "# Write the words down\nwords = '''rain, hill"

PERSON = "Ingrid Sandvik"
OTHER = "Tobias Keller"
MAIL = "ingrid.sandvik@fjordpost-example.org"
PHONE = "+1 212 555 0174"


@pytest.fixture(scope="session")
def lab(
    start_lab: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Any]:
    """Start JupyterLab with notifications, which other tests have switched off."""
    made: dict[str, Path] = {}

    def start(theme: str = LIGHT, application: str = "jupyterlab", **variables: str) -> Any:
        if theme not in made:
            made[theme] = tmp_path_factory.mktemp("settings")
            own = made[theme] / "@jupyterlab" / "apputils-extension"
            own.mkdir(parents=True)
            (own / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
            (own / "notification.jupyterlab-settings").write_text(
                json.dumps({"checkForUpdates": False, "fetchNews": "false"})
            )
        return start_lab(
            theme,
            application=application,
            JUPYTERLAB_SETTINGS_DIR=str(made[theme]),
            **variables,
        )

    return start


def put(lab: Any, name: str, *cells: Any, **metadata: Any) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    node = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel, **metadata})
    path: Path = lab.root / f"{name}.ipynb"
    nbformat.write(node, path)
    return path


def rain(lab: Any, name: str) -> Path:
    v4 = nbformat.v4
    intro = v4.new_markdown_cell(INTRO, attachments={"gauge.png": {"image/png": PNG}})
    output = v4.new_output("stream", text="The mean is 16.3 mm.\n")
    code = v4.new_code_cell(CODE, outputs=[output], execution_count=1)
    return put(lab, name, intro, code, v4.new_markdown_cell(CHART))


def calls(lab: Any, name: str) -> Path:
    v4 = nbformat.v4
    code = v4.new_code_cell(
        f"send('{MAIL}')",
        outputs=[
            v4.new_output("stream", text=f"sent to {MAIL}, phone {PHONE}\n"),
            v4.new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"}),
        ],
    )
    words = f"We met {PERSON} in the garden. Her colleague {OTHER} came later."
    again = f"Please call {PERSON} at {PHONE} about the meeting."
    return put(
        lab,
        name,
        v4.new_markdown_cell(words),
        code,
        v4.new_markdown_cell(again),
        authors=[{"name": PERSON}],
    )


def show(page: Any, lab: Any, path: Path) -> None:
    """Open a notebook."""
    address = f"{lab.url}/lab/workspaces/{path.stem}/tree/{path.name}"
    page.goto(f"{address}?token=browser-test&reset")
    page.locator(".jp-NotebookPanel .jp-Notebook .jp-Cell").first.wait_for()


def run(page: Any, command: str) -> None:
    """Run a command without waiting for its end."""
    page.evaluate(f"void window.jupyterapp.commands.execute('slm-magic:{command}-notebook')")


def palette(page: Any, words: str, label: str) -> None:
    """Run a command by keyboard, from the palette."""
    # As it is opened, a notebook takes the focus more than once; a palette without it closes.
    page.wait_for_function(
        """() => document.activeElement?.closest('.jp-Notebook')
          && window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"""
    )
    press(page, "Control+Shift+c")
    field = page.locator(".lm-CommandPalette-input")
    field.press_sequentially(words)
    found = page.locator(".lm-CommandPalette-item", has_text=label)
    found.wait_for()
    assert "Small Models" in page.locator(".lm-CommandPalette-header").all_inner_texts()
    press(page, "Enter")


def dialog(page: Any) -> Any:
    found = page.locator(DIALOG)
    found.wait_for()
    return found


def toast(page: Any, words: str) -> Any:
    found = page.locator(".Toastify__toast").filter(has_text=re.compile(words))
    found.first.wait_for(timeout=240_000)
    return found.first


def forgive(console: Any, part: str) -> None:
    """Take no notice of errors with this text, which are JupyterLab's own and not always there."""
    console.errors[:] = [line for line in console.errors if part not in line]


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_notebook_is_translated_and_its_structure_stays(
    page: Any, lab: Any, console: Any
) -> None:
    running = lab()
    path = rain(running, "rain")
    node = nbformat.read(path, 4)
    node.cells.append(nbformat.v4.new_code_cell(BROKEN))
    nbformat.write(node, path)
    before = json.loads(path.read_text())
    show(page, running, path)
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Translate Notebook…").click()
    asked = dialog(page)
    asked.get_by_label("Into").select_option("fr")
    assert asked.get_by_role("textbox", name="Copy").input_value() == "rain.fr.ipynb"
    asked.get_by_label("Translate comments in code too").check()
    asked.get_by_role("button", name="Translate").click()
    toast(page, "Translating rain.ipynb|rain.ipynb waits")
    # The notebook is there to be worked on meanwhile.
    assert page.locator(".jp-Dialog").count() == 0
    done = toast(page, r"rain\.fr\.ipynb is written")
    after = json.loads((running.root / "rain.fr.ipynb").read_text())
    nbformat.validate(after)
    # JupyterLab may have written what the kernel says of its language into the metadata.
    saved = json.loads(path.read_text())
    assert saved["cells"] == before["cells"]
    bare = [copy.deepcopy(node) for node in (after, saved)]
    changed, sources = ([one.pop("source") for one in node["cells"]] for node in bare)
    # All but the sources is as it was: ids, outputs, attachments, metadata.
    assert bare[0] == bare[1]
    intro, code, chart, broken = ("".join(one) for one in changed)
    assert broken == BROKEN
    # The comment is another, the code is not.
    assert code != CODE and ast.dump(ast.parse(code)) == ast.dump(ast.parse(CODE))
    for old, new in zip(sources[::2], (intro, chart), strict=True):
        assert differences("".join(old), new) == []
    assert "$$\\bar{x} = \\frac{1}{n} \\sum_i x_i$$" in intro
    assert "](https://example.org/manual.html)" in intro and "(attachment:gauge.png)" in intro
    assert "`rain.mean()`" in intro and intro.startswith("# ") and chart.startswith("## ")
    prose = " ".join(line for line in f"{intro}\n{chart}".splitlines() if "$$" not in line)
    assert languages.detect(prose) == "fr" and "pluie" in prose.lower(), prose
    # What was not sure is listed, and leads to its cell.
    done.get_by_role("button", name="Show Cells").click()
    report = page.locator(".jp-SlmReport")
    line = report.get_by_role("listitem").filter(has_text="could not be read")
    line.get_by_role("button", name="Cell 4").click()
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.lm-mod-current")
    tab.filter(has_text="rain.fr.ipynb").wait_for()
    shown = page.locator(".jp-NotebookPanel:visible .jp-Cell.jp-mod-active", has_text="words")
    shown.wait_for()
    screenshot(page, "notebook-report")
    report.get_by_role("button", name="Close").click()
    assert report.count() == 0
    forgive(console, IMAGE)


def test_a_translation_is_stopped_and_resumed(page: Any, lab: Any, console: Any) -> None:
    console.expect("status of 409")
    running = lab()
    # Longer and longer, since cells of one length are done at one moment.
    clauses = (
        " above the river", " where the road turns", " and the school has a garden",
        " which the children planted last spring", " with the help of a farmer from the next village",
    )  # fmt: skip
    cells = [
        nbformat.v4.new_markdown_cell(
            f"There are {number} old apple trees on the hill{''.join(clauses[: (number - 11) // 4])}."
        )
        for number in range(11, 31)
    ]
    path = put(running, "trees", *cells)
    show(page, running, path)
    run(page, "translate")
    asked = dialog(page)
    asked.get_by_label("Into").select_option("fr")
    asked.get_by_role("button", name="Translate").click()
    going = toast(page, "cell ([4-9]|1.) of 20")
    going.get_by_role("button", name="Stop").click()
    toast(page, r"The translation of trees\.ipynb was stopped")
    part = running.root / ".trees.fr.ipynb.part"
    kept = json.loads(part.read_text())["texts"]
    assert 0 < len(kept) < 20 and not (running.root / "trees.fr.ipynb").exists()
    # It is offered where it is asked for again, too.
    run(page, "translate")
    asked = dialog(page)
    asked.get_by_label("Into").select_option("fr")
    asked.get_by_role("button", name="Translate").click()
    told = asked.get_by_role("alert").filter(has_text="interrupted translation")
    told.wait_for()
    told.get_by_role("button", name="Resume").click()
    toast(page, r"trees\.fr\.ipynb is written")
    after = json.loads((running.root / "trees.fr.ipynb").read_text())["cells"]
    texts = ["".join(cell["source"]) for cell in after]
    assert languages.detect(" ".join(texts)) == "fr"
    # In digits or in words.
    assert all(
        str(number) in text or number in (spelled(text, "fr") or ())
        for number, text in zip(range(11, 31), texts, strict=True)
    )
    # What was finished was not done again.
    assert {text for text, _ in kept.values()} <= set(texts)
    assert not part.exists()


def test_a_copy_that_is_there_is_replaced_only_when_asked(
    page: Any, lab: Any, console: Any
) -> None:
    console.expect("status of 409")
    running = lab()
    path = rain(running, "there")
    there = running.root / "there.fr.ipynb"
    there.write_text("improved by hand")
    show(page, running, path)
    run(page, "translate")
    asked = dialog(page)
    asked.get_by_label("Into").select_option("fr")
    asked.get_by_role("button", name="Translate").click()
    told = asked.get_by_role("alert").filter(has_text="There is a file of that name.")
    told.wait_for()
    assert told.get_by_role("button", name="Replace It").is_visible()
    assert there.read_text() == "improved by hand"
    # Under another name it can be begun.
    asked.get_by_role("textbox", name="Copy").fill("there.other.ipynb")
    asked.get_by_role("button", name="Translate").click()
    going = toast(page, "Translating there.ipynb|there.ipynb waits")
    going.get_by_role("button", name="Stop").click()
    toast(page, r"The translation of there\.ipynb was stopped")
    assert there.read_text() == "improved by hand"
    forgive(console, IMAGE)


def test_personal_data_goes_from_the_copy_and_what_was_rejected_stays(page: Any, lab: Any) -> None:
    running = lab()
    path = calls(running, "calls")
    before = json.loads(path.read_text())
    show(page, running, path)
    run(page, "redact")
    asked = dialog(page)
    tree = asked.get_by_role("tree")
    tree.wait_for()
    assert asked.get_by_text("image/png").is_visible()  # what cannot be seen
    people = tree.get_by_role("treeitem", level=2)
    # One line for each person or value, however often it is there.
    assert people.filter(has_text=PERSON).count() == 1
    kept = people.filter(has_text=OTHER)
    kept.click()
    assert kept.get_attribute("aria-checked") == "false"
    finds = tree.get_by_role("treeitem", level=3)
    context = finds.filter(has_text="We met").first
    assert context.locator("mark").inner_text() == PERSON
    asked.get_by_role("button", name="Write Redacted Copy").click()
    told = toast(page, r"calls\.redacted\.ipynb is written: \d+ places replaced, 1 kept")
    assert told.is_visible()
    text = (running.root / "calls.redacted.ipynb").read_text()
    nbformat.validate(json.loads(text))
    for private in (PERSON, "Ingrid", "Sandvik", MAIL, "fjordpost", PHONE, "555"):
        assert private not in text, private
    assert OTHER in text and "<PERSON_" in text and "<EMAIL_ADDRESS_" in text
    assert before["cells"] == json.loads(path.read_text())["cells"]
    page.locator(".lm-TabBar-tab.lm-mod-current", has_text="calls.redacted.ipynb").wait_for()
    # It is gone from the page and the server.
    assert page.locator(DIALOG).count() == 0
    log = running.log.read_text()
    for private in (PERSON, MAIL, PHONE):
        assert private not in log


def test_redacting_by_keyboard_alone(page: Any, lab: Any) -> None:
    running = lab()
    show(page, running, calls(running, "keys"))
    palette(page, "redact notebook before", "Redact Notebook Before Sharing…")
    tree = dialog(page).get_by_role("tree")
    tree.wait_for()
    page.wait_for_function("() => document.activeElement?.getAttribute('role') === 'tree'")

    def active() -> Any:
        id = tree.get_attribute("aria-activedescendant")
        return page.locator(f'[id="{id}"]')

    press(page, "Home")
    assert active().get_attribute("aria-level") == "1"
    for _ in range(40):
        if OTHER in active().inner_text() and active().get_attribute("aria-level") == "2":
            break
        press(page, "ArrowDown")
    else:
        raise AssertionError("the other person was not reached")
    press(page, "Space")
    assert active().get_attribute("aria-checked") == "false"
    press(page, "ArrowLeft")
    assert active().get_attribute("aria-expanded") == "false"
    press(page, "ArrowLeft")  # its type
    assert active().get_attribute("aria-level") == "1"
    assert active().get_attribute("aria-checked") == "mixed"
    # Escape does not throw away what was decided at once.
    press(page, "Escape")
    page.get_by_role("alert").filter(has_text="What you decided is lost").wait_for()
    for _ in range(20):
        press(page, "Tab")
        if page.evaluate("document.activeElement.textContent") == "Write Redacted Copy":
            break
    press(page, "Enter")
    toast(page, r"keys\.redacted\.ipynb is written")
    text = (running.root / "keys.redacted.ipynb").read_text()
    assert OTHER in text and PERSON not in text and MAIL not in text


@pytest.mark.parametrize("command", ["redact", "translate"])
def test_keys_are_for_the_dialog_from_when_it_is_there(page: Any, lab: Any, command: str) -> None:
    running = lab()
    show(page, running, calls(running, f"behind-{command}"))
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.click()
    # Nothing is loaded or found yet, as no answer comes.
    page.route(re.compile("/slm-magic/api/"), lambda route: None)
    run(page, command)
    asked = dialog(page)
    page.wait_for_function(f"() => document.activeElement.closest('{DIALOG}')", timeout=5_000)
    press(page, "d", "d", "b")
    assert cells.count() == 3
    press(page, "Escape")
    asked.wait_for(state="detached")
    assert page.evaluate("document.activeElement.closest('.jp-Notebook') !== null")


def test_a_notebook_behind_something_else_is_not_meant(page: Any, lab: Any) -> None:
    running = lab()
    (running.root / "beside.txt").write_text("A text.")
    show(page, running, calls(running, "back"))
    enabled = "window.jupyterapp.commands.isEnabled('slm-magic:redact-notebook')"
    page.wait_for_function(enabled)
    page.locator(".jp-DirListing-item", has_text="beside.txt").dblclick()
    page.locator(".lm-TabBar-tab.lm-mod-current", has_text="beside.txt").wait_for()
    page.wait_for_function(f"!{enabled}", timeout=5_000)
    page.locator(".lm-TabBar-tab", has_text="back.ipynb").click()
    page.wait_for_function(enabled)


def test_a_button_that_goes_leaves_the_focus_in_the_dialog(
    page: Any, lab: Any, console: Any
) -> None:
    console.expect("status of 409")
    running = lab()
    path = calls(running, "again")
    (running.root / "again.redacted.ipynb").write_text("kept")
    show(page, running, path)
    run(page, "redact")
    asked = dialog(page)
    asked.get_by_role("tree").wait_for()
    asked.get_by_role("textbox", name="Copy").press("Enter")
    asked.get_by_role("button", name="Replace It").wait_for()
    asked.get_by_role("textbox", name="Copy").press("a")
    asked.get_by_role("button", name="Replace It").wait_for(state="detached")
    assert page.evaluate(f"document.activeElement.closest('{DIALOG}') !== null")
    press(page, "Backspace", "Enter")
    # It goes as it is pressed.
    asked.get_by_role("button", name="Replace It").press("Enter")
    toast(page, r"again\.redacted\.ipynb is written")
    assert "kept" not in (running.root / "again.redacted.ipynb").read_text()


def test_a_notebook_of_the_file_browser_is_redacted_from_its_menu(page: Any, lab: Any) -> None:
    running = lab()
    calls(running, "listed")
    page.goto(f"{running.url}/lab/workspaces/listed?token=browser-test&reset")
    item = page.locator(".jp-DirListing-item", has_text="listed.ipynb").first
    item.wait_for()
    item.click(button="right")
    page.locator(".lm-Menu-item", has_text="Redact Notebook Before Sharing…").click()
    asked = dialog(page)
    asked.get_by_role("tree").wait_for()
    assert asked.get_by_role("textbox", name="Copy").input_value() == "listed.redacted.ipynb"
    asked.get_by_role("button", name="Cancel").click()
    asked.wait_for(state="detached")
    assert not (running.root / "listed.redacted.ipynb").exists()


def test_notebook_7_redacts_and_opens_the_copy_in_a_page_of_its_own(
    page: Any, lab: Any, console: Any
) -> None:
    running = lab(application="notebook")
    path = calls(running, "seven")
    page.goto(f"{running.url}/notebooks/{path.name}?token=browser-test")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Redact Notebook Before Sharing…").click()
    asked = dialog(page)
    asked.get_by_role("tree").wait_for()
    with page.context.expect_page() as opened:
        asked.get_by_role("button", name="Write Redacted Copy").click()
    assert opened.value.url.split("?")[0].endswith("/notebooks/seven.redacted.ipynb")
    text = (running.root / "seven.redacted.ipynb").read_text()
    assert PERSON not in text and OTHER not in text and MAIL not in text
    # Its own indicator of execution writes this as a page is closed, with no extension at all.
    forgive(console, "updateRenderOption")


def test_where_no_model_is_installed_the_way_to_them_is_shown(
    page: Any, lab: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    running = lab(SLM_MAGIC_HOME=str(tmp_path_factory.mktemp("empty")))
    show(page, running, calls(running, "nothing"))
    # The list of models is another part's; here it is enough that it is asked for.
    page.evaluate(
        """() => {
          const { commands } = window.jupyterapp;
          const id = 'slm-magic:show-models';
          window.asked = 0;
          const execute = commands.execute.bind(commands);
          commands.execute = (name, args) => {
            window.asked += name === id;
            return name === id ? Promise.resolve() : execute(name, args);
          };
          if (!commands.hasCommand(id)) commands.addCommand(id, { execute: () => undefined });
        }"""
    )
    run(page, "translate")
    asked = dialog(page)
    asked.get_by_role("alert").filter(has_text="No model that translates is installed").wait_for()
    assert asked.get_by_role("button", name="Translate").is_disabled()
    axe(page, DIALOG)
    asked.get_by_role("button", name="Show Small Models").click()
    asked.wait_for(state="detached")
    assert page.evaluate("window.asked") == 1
    run(page, "redact")
    asked = dialog(page)
    asked.get_by_role("alert").filter(has_text="minilm-l6").wait_for()
    asked.get_by_role("button", name="Show Small Models").click()
    asked.wait_for(state="detached")
    assert page.evaluate("window.asked") == 2


def test_what_is_changed_and_not_saved_is_saved_first(page: Any, lab: Any, console: Any) -> None:
    console.expect("status of 409")
    running = lab()
    path = calls(running, "unsaved")
    show(page, running, path)
    page.locator(".jp-Cell .jp-RenderedMarkdown").first.dblclick()
    page.locator(".jp-Cell .cm-content").first.click()
    press(page, "Control+Home")
    page.keyboard.type("Also Ingrid Sandvik came. ")
    run(page, "redact")
    asked = dialog(page)
    asked.get_by_role("tree").wait_for()
    assert "Also Ingrid Sandvik came." in path.read_text()
    assert asked.get_by_role("treeitem", level=3).filter(has_text="Also ").count() >= 1
    # Changed since by another program: the search is made anew.
    path.write_text(path.read_text().replace("colleague", "friend"))
    asked.get_by_role("button", name="Write Redacted Copy").click()
    told = asked.get_by_role("alert").filter(has_text="has changed since the search")
    told.wait_for()
    told.get_by_role("button", name="Search Again").click()
    friend = asked.get_by_role("treeitem").filter(has_text="friend").first
    revert = page.get_by_role("button", name="Revert")
    # A kernel that has just started changes the metadata: then JupyterLab asks which one counts.
    friend.or_(revert).wait_for()
    if revert.is_visible():
        revert.click()
    friend.wait_for()


def test_progress_is_shown_before_the_server_answers_and_what_it_says_is_told(
    page: Any, lab: Any, console: Any
) -> None:
    console.expect("status of 404")
    running = lab()
    path = calls(running, "gone")
    show(page, running, path)
    held: list[Any] = []
    free: list[bool] = []
    jobs = re.compile(r"/slm-magic/api/v1/jobs(\?|$)")
    page.route(jobs, lambda route: route.continue_() if free else held.append(route))
    with page.expect_request(jobs):
        run(page, "redact")
    asked = dialog(page)
    asked.get_by_role("progressbar", name="Searching for personal data…").wait_for()
    path.unlink()
    assert held
    free.append(True)
    for route in held:
        route.continue_()
    asked.get_by_role("alert").filter(has_text="There is no such file").wait_for()


def test_thousands_of_finds_are_scrolled_through(page: Any, lab: Any) -> None:
    running = lab()
    rows = "\n".join(f"user{number}@fjordpost-example.org" for number in range(2000))
    show(page, running, put(running, "many", nbformat.v4.new_code_cell("x", outputs=[
        nbformat.v4.new_output("stream", text=rows)])))  # fmt: skip
    run(page, "redact")
    asked = dialog(page)
    tree = asked.get_by_role("tree")
    tree.wait_for(timeout=120_000)
    asked.get_by_text("2000 of 2000 places will be replaced").wait_for()
    press(page, "End")
    page.locator("[data-active]", has_text="user1999@").wait_for()
    press(page, "Space")
    asked.get_by_text("1999 of 2000 places will be replaced").wait_for()
    # Few of them are in the page.
    assert 5 < tree.get_by_role("treeitem").count() < 100
    press(page, "Home", "Space")
    asked.get_by_text("2000 of 2000 places will be replaced").wait_for()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_dialogs_are_accessible(page: Any, lab: Any, theme: str) -> None:
    running = lab(theme)
    shade = theme.split()[1].lower()
    show(page, running, calls(running, f"shown-{shade}"))
    run(page, "translate")
    asked = dialog(page)
    asked.get_by_label("Into").select_option("fr")
    axe(page, DIALOG)
    screenshot(page, f"notebook-translate-{shade}")
    asked.get_by_role("button", name="Cancel").click()
    asked.wait_for(state="detached")
    run(page, "redact")
    asked = dialog(page)
    tree = asked.get_by_role("tree")
    tree.wait_for()
    tree.get_by_role("treeitem", level=2).filter(has_text=OTHER).click()
    axe(page, DIALOG)
    screenshot(page, f"notebook-redact-{shade}")
