"""Translate, summarize and redact cells in JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import nbformat
import pytest
from pages import DARK, LIGHT, axe, screenshot

TOKEN = "browser-test"
# JupyterLab puts the time behind an address.
JOBS = re.compile(r"/slm-magic/api/v1/jobs(\?|$)")
RESULT = re.compile(r"/slm-magic/api/v1/jobs/\w+/result")

RAIN = "The **rain** stopped at noon. We walked to the [old bridge](https://example.org/bridge)."
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# A short line first: JupyterLab hides the toolbar of a cell that is in its way.
REPORT = """# May

The mill at Osterby made 4,100 tonnes of paper in May. The lobby was painted green.
Orders from Denmark rose by 12 percent. A cat sleeps at the gate. The mill will hire 30 people in the autumn."""
HARBOUR = """The harbour took in 310 ships in June. Gulls nest on the crane.
Fees for large ships go up by 5 percent in January."""
CALL = """# Call notes

Ingrid Sandvik asked for a new card, 4111 1111 1111 1111.

Write to *ingrid.sandvik@fjordpost-example.org* or call +1 212 555 0174."""
PRIVATE = ("Ingrid", "Sandvik", "fjordpost", "555", "4111")
LONG = "\n\n".join(
    f"In village number {n} the baker opens at six, and the school bus leaves {n} minutes later."
    for n in range(1, 60)
)


def markdown(source: str, **fields: Any) -> Any:
    return nbformat.v4.new_markdown_cell(source, **fields)


code = nbformat.v4.new_code_cell
raw = nbformat.v4.new_raw_cell


class Notebook:
    """A notebook that is open in a page."""

    def __init__(self, page: Any, lab: Any, name: str, application: str) -> None:
        self.page = page
        self.path = lab.root / f"{name}.ipynb"
        place = f"lab/workspaces/{name}/tree" if application == "jupyterlab" else "notebooks"
        page.goto(f"{lab.url}/{place}/{name}.ipynb?token={TOKEN}&reset")
        page.locator(".jp-NotebookPanel .jp-Notebook-cell").first.wait_for()
        # Until then the widget shows an empty notebook.
        page.wait_for_function(
            """() => {
              const panel = window.jupyterapp?.shell.currentWidget;
              return panel?.context?.isReady && panel.content?.activeCell
                && !panel.node.querySelector('.jp-Spinner');
            }"""
        )
        # Settings and their toolbar items come a little after the notebook.
        page.wait_for_function(
            "window.jupyterapp.commands.keyBindings.some(b => b.command === 'slm-magic:redact-cell')"
        )

    def cell(self, index: int) -> Any:
        return self.page.locator(".jp-Notebook-cell").nth(index)

    def row(self, index: int) -> Any:
        return self.cell(index).locator(".jp-SlmCellRow")

    def do(self, script: str, arg: Any = None) -> Any:
        """Run a script with ``nb``, the notebook's widget, and ``arg``."""
        return self.page.evaluate(
            "([body, arg]) => new Function('nb', 'panel', 'app', 'arg', body)("
            "window.jupyterapp.shell.currentWidget.content, window.jupyterapp.shell.currentWidget,"
            "window.jupyterapp, arg)",
            [script, arg],
        )

    def activate(self, index: int) -> None:
        """Make a cell the active one, in command mode with the focus on it."""
        self.do(
            "nb.activeCellIndex = arg; nb.deselectAll(); nb.mode = 'command'; nb.activate()", index
        )
        self.page.wait_for_function(
            "index => document.activeElement === "
            "window.jupyterapp.shell.currentWidget.content.widgets[index].node",
            arg=index,
        )

    def edit(self, index: int) -> None:
        """Put the cursor into a cell."""
        self.activate(index)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("document.activeElement.matches('.cm-content')")

    def run(self, command: str, index: int | None = None) -> None:
        """Start a command on a cell; what it does goes on."""
        if index is not None:
            self.activate(index)
        self.do("void app.commands.execute(`slm-magic:${arg}`)", command)

    def click(self, item: str, index: int) -> None:
        """Click a button of a cell's toolbar."""
        self.activate(index)
        self.cell(index).locator(f".jp-cell-toolbar [data-jp-item-name='slm-{item}']").click()

    def enabled(self, command: str) -> bool:
        return bool(self.do("return app.commands.isEnabled(`slm-magic:${arg}`)", command))

    @property
    def sources(self) -> list[str]:
        return list(self.do("return nb.widgets.map(c => c.model.sharedModel.getSource())"))

    def wait(self, cells: int, seconds: int = 120) -> None:
        """Wait until there are so many cells and no work goes on."""
        self.page.wait_for_function(
            "count => window.jupyterapp.shell.currentWidget.content.widgets.length === count"
            " && !document.querySelector('.jp-SlmCellProgress')",
            arg=cells,
            timeout=seconds * 1000,
        )

    def saved(self) -> Any:
        """Save the notebook and return it as it is on the disk; it is valid."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
        text = self.path.read_text()
        assert "Slm" not in text
        assert "slm" not in text
        made = nbformat.reads(text, as_version=4)
        nbformat.validate(made)
        return made


@pytest.fixture
def open_notebook(
    page: Any, start_lab: Callable[..., Any], console: Any
) -> Callable[..., Notebook]:
    """Write a notebook, open it and return it."""

    def set_up(lab: Any, plugin: str, settings: dict[str, Any]) -> None:
        answer = page.request.put(
            f"{lab.url}/lab/api/settings/{quote(plugin, safe='@')}",
            headers={"Authorization": f"token {TOKEN}"},
            data={"raw": json.dumps(settings)},
        )
        assert answer.ok, answer.status

    def opened(
        name: str,
        *cells: Any,
        theme: str = LIGHT,
        application: str = "jupyterlab",
        windowed: bool = False,
        **settings: Any,
    ) -> Notebook:
        lab = start_lab(theme, application=application)
        written = nbformat.v4.new_notebook(
            cells=list(cells),
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(written, lab.root / f"{name}.ipynb")
        set_up(lab, "slm-magic:cells", {"targetLanguage": "fr", **settings})
        tracker = "@jupyterlab/notebook-extension:tracker"
        set_up(lab, tracker, {"windowingMode": "full"} if windowed else {})
        return Notebook(page, lab, name, application)

    return opened


@pytest.mark.model
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_translation_in_place_is_one_undo_step(
    page: Any, open_notebook: Callable[..., Notebook], theme: str
) -> None:
    book = open_notebook(
        "in-place", markdown(RAIN), markdown("Beside it."), theme=theme, translationPlace="in-place"
    )
    page.locator(".jp-MarkdownOutput strong").first.wait_for()
    book.click("translate-cell", 0)
    book.row(0).wait_for()
    assert book.row(0).get_attribute("aria-label") == "Translating"
    axe(page, ".jp-SlmCellProgress")
    axe(page, ".jp-cell-toolbar")
    screenshot(page, "cell-progress-light" if theme == LIGHT else "cell-progress-dark")
    # The editor stays usable: another cell is written in meanwhile.
    book.edit(1)
    page.keyboard.press("Control+End")
    page.keyboard.type(" Two words.")
    book.wait(2)
    french, beside = book.sources
    assert beside == "Beside it. Two words."
    assert "pluie" in french
    assert "**" in french
    assert "midi" in french
    assert "](https://example.org/bridge)" in french
    # It was rendered, and is.
    page.locator(".jp-MarkdownOutput").filter(has_text="pluie").wait_for()
    book.edit(0)
    page.keyboard.press("Control+z")
    assert book.sources == [RAIN, beside]
    page.keyboard.press("Control+Shift+z")
    assert book.sources == [french, beside]


@pytest.mark.model
def test_translation_below_keeps_attachments_and_is_undone(
    page: Any, open_notebook: Callable[..., Notebook], console: Any
) -> None:
    # JupyterLab gives Chromium the address of an attachment before it puts its data there.
    console.expect("ERR_UNKNOWN_URL_SCHEME")
    source = "The rain stopped at noon.\n\n![a dot](attachment:dot.png)"
    book = open_notebook(
        "below",
        markdown(
            source,
            attachments={"dot.png": {"image/png": DOT}},
            metadata={"tags": ["weather"], "editable": False},
        ),
        raw("The bridge is old."),
        code("x = 1"),
    )
    assert book.enabled("translate-cell")
    assert not book.enabled("translate-cell-in-place")
    assert not book.enabled("redact-cell")
    book.click("translate-cell", 0)
    book.wait(4)
    below = book.saved().cells[1]
    assert below.cell_type == "markdown"
    assert "pluie" in below.source
    assert "(attachment:dot.png)" in below.source
    assert below.attachments == {"dot.png": {"image/png": DOT}}
    assert below.metadata == {"tags": ["weather"]}
    # As rendered as the cell above, with its image.
    book.cell(1).locator(".jp-MarkdownOutput img[src^='data:image/png']").wait_for()
    assert book.do("return nb.activeCellIndex") == 0
    book.activate(0)
    page.keyboard.press("z")
    assert book.sources == [source, "The bridge is old.", "x = 1"]
    # Raw cells too; the copy is a raw cell.
    book.run("translate-cell", 1)
    book.wait(4)
    assert book.do("return nb.widgets[2].model.type") == "raw"
    assert "pont" in book.sources[2]


@pytest.mark.model
def test_summaries_go_into_new_cells(page: Any, open_notebook: Callable[..., Notebook]) -> None:
    book = open_notebook(
        "summaries",
        markdown(REPORT),
        code("x = 1"),
        raw(HARBOUR),
        summarySentences=2,
    )
    book.click("summarize-cell", 0)
    book.wait(4)
    one = book.sources[1]
    assert [line[:2] for line in one.splitlines()] == ["- ", "- "]
    assert all(line[2:] in REPORT for line in one.splitlines())
    book.cell(1).locator(".jp-MarkdownOutput li").first.wait_for()
    # Of selected cells the text, in order, and not the code.
    book.activate(0)
    book.do("nb.extendContiguousSelectionTo(3)")
    book.run("summarize-selected-cells")
    book.wait(5)
    both = book.sources[4].splitlines()
    assert len(both) == 2
    assert all(line[2:] in REPORT + HARBOUR for line in both)
    assert not any("x = 1" in line for line in both)
    assert book.do("return nb.widgets[4].model.type") == "markdown"
    book.saved()


@pytest.mark.model
def test_redaction_leaves_nothing(page: Any, open_notebook: Callable[..., Notebook]) -> None:
    book = open_notebook("redact", markdown(CALL))
    book.click("redact-cell", 0)
    notice = page.locator(".jp-SlmCellNotice")
    notice.wait_for(timeout=120_000)
    assert "pieces of personal data were taken out" in notice.inner_text()
    saved = book.saved()
    for private in PRIVATE:
        assert private not in json.dumps(saved)
    # The placeholders are seen: they are no elements of HTML.
    shown = page.locator(".jp-MarkdownOutput").filter(has_text="<PERSON_1>")
    shown.wait_for()
    assert "<EMAIL_ADDRESS_1>" in shown.inner_text()
    assert "\\" not in shown.inner_text()
    axe(page, ".jp-SlmCellNotice")
    axe(page, ".jp-cell-toolbar")
    screenshot(page, "cell-redacted")
    notice.get_by_role("button", name="Dismiss").click()
    assert page.locator(".jp-SlmCellRow").count() == 0
    book.edit(0)
    page.keyboard.press("Control+z")
    assert book.sources == [CALL]


@pytest.mark.model
def test_keyboard_starts_and_cancels(page: Any, open_notebook: Callable[..., Notebook]) -> None:
    book = open_notebook("keyboard", markdown(LONG), markdown("Good morning."))
    book.activate(0)
    page.keyboard.press("t")
    page.keyboard.press("i")
    book.row(0).wait_for()
    # Nothing else is started on this cell meanwhile, but on others.
    assert not book.enabled("translate-cell")
    book.run("translate-cell", 1)
    book.row(1).wait_for()
    # Sentences are counted: the translation runs.
    page.wait_for_function(
        "document.querySelector('.jp-SlmCellProgress progress').position >= 0",
        timeout=120_000,
    )
    # By Tab alone to the button, where Enter is no key of the notebook, and Escape cancels.
    book.activate(0)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.jp-SlmCellProgress') !== null"):
            break
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.keyboard.press("Escape")
    assert book.row(0).count() == 0
    assert page.evaluate("document.activeElement.closest('.jp-Notebook') !== null")
    # The other one goes on, and then nothing runs.
    book.wait(3)
    assert book.sources[0] == LONG
    assert "Bonjour" in book.sources[2]
    states = page.evaluate(
        "async () => (await (await fetch('/slm-magic/api/v1/jobs')).json()).jobs.map(j => j.state)"
    )
    assert "cancelled" in states
    assert not {"running", "cancelling", "waiting"} & set(states)
    # And by a shortcut, without a look at the button.
    book.activate(0)
    page.keyboard.press("t")
    page.keyboard.press("t")
    book.row(0).wait_for()
    page.keyboard.press("t")
    page.keyboard.press("c")
    book.row(0).wait_for(state="detached")
    assert len(book.sources) == 3


@pytest.mark.model
def test_a_cell_that_changed_meanwhile_is_not_overwritten(
    page: Any, open_notebook: Callable[..., Notebook]
) -> None:
    book = open_notebook("edited", markdown("Good morning."), markdown("Good night."))
    book.run("translate-cell-in-place", 0)
    book.row(0).wait_for()
    book.do("nb.widgets[0].model.sharedModel.setSource('Other words.')")
    # It is moved as well; the row goes with it, and the work too.
    book.activate(0)
    book.do("void app.commands.execute('notebook:move-cell-down')")
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.content.widgets[1].node"
        ".querySelector('.jp-SlmCellProgress')"
    )
    book.wait(3)
    assert book.sources[:2] == ["Good night.", "Other words."]
    assert "Bonjour" in book.sources[2]
    assert "was edited meanwhile" in book.row(2).inner_text()
    assert "edited" not in json.dumps(book.saved())


def hold_results(page: Any) -> list[Any]:
    """Keep back the results of jobs; returns where their requests are."""
    held: list[Any] = []
    page.route(RESULT, lambda route: held.append(route))
    return held


@pytest.mark.model
def test_work_on_a_cell_that_is_gone_is_cancelled(
    page: Any, open_notebook: Callable[..., Notebook], console: Any
) -> None:
    book = open_notebook("gone", markdown(LONG), markdown(LONG), code("x = 1"))
    for index in (0, 1):
        book.run("translate-cell", index)
        book.row(index).wait_for()
    cancelled: list[str] = []
    page.on("request", lambda sent: "/cancel" in sent.url and cancelled.append(sent.url))
    book.activate(0)
    with page.expect_response(lambda got: "/cancel" in got.url):
        book.do("void app.commands.execute('notebook:delete-cell')")
    with page.expect_response(lambda got: "/cancel" in got.url):
        book.do("panel.close()")
        page.locator(".jp-Dialog button", has_text="Discard").or_(
            page.locator(".jp-Dialog button", has_text="Don't Save")
        ).first.click()
    assert len(set(cancelled)) == 2
    # JupyterLab's debugger may have asked the kernel something when the notebook was closed.
    console.errors[:] = [e for e in console.errors if "restore the debugger state" not in e]


def test_refusals_are_one_line_on_the_cell(
    page: Any, open_notebook: Callable[..., Notebook], console: Any
) -> None:
    book = open_notebook("refused", markdown("Good morning."), markdown("  \n"), code("x = 1"))
    # Chromium itself tells of answers that are no success.
    console.expect("Failed to load resource")
    problem = {
        "version": 1,
        "message": "Model 'opus-mt-en-fr' is not installed.",
        "reason": "model_not_installed",
        "mends": "Pull the model, then try again.",
    }
    page.route(
        JOBS,
        lambda route: (
            route.fulfill(status=404, json=problem)
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    book.run("translate-cell", 0)
    notice = book.row(0).filter(has_text="not installed")
    notice.wait_for()
    assert notice.locator("p").all_inner_texts() == [f"{problem['message']} {problem['mends']}"]
    axe(page, ".jp-SlmCellNotice")
    # The button is there where there is something to open.
    shown = notice.get_by_role("button", name="Show Small Models")
    assert shown.count() == int(book.do("return app.commands.hasCommand('slm-magic:show-models')"))
    # Escape dismisses a notice as it cancels work.
    notice.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Escape")
    assert book.row(0).count() == 0
    assert book.sources == ["Good morning.", "  \n", "x = 1"]
    # No request is sent for nothing.
    page.unroute(JOBS)
    page.route(JOBS, lambda route: route.abort())
    book.run("translate-cell", 1)
    assert book.row(1).locator("p").inner_text() == "The cell is empty."
    book.run("translate-cell", 0)
    book.row(0).filter(has_text="The Jupyter server does not answer.").wait_for()
    # Code cells are no text.
    book.activate(2)
    for name in ("translate-cell", "translate-cell-in-place", "summarize-cell", "redact-cell"):
        assert not book.enabled(name)
    assert book.cell(2).locator("[data-jp-item-name='slm-translate-cell']:visible").count() == 0
    book.run("summarize-selected-cells")
    assert "only code cells" in book.row(2).inner_text()


@pytest.mark.model
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_flags_are_told_on_the_cell_and_not_in_the_file(
    page: Any, open_notebook: Callable[..., Notebook], theme: str
) -> None:
    book = open_notebook("flags", markdown("Good morning."), theme=theme)
    flags = [
        {"kind": "number_changed", "message": "Number 12 is missing.", "start": 0, "end": 4},
        {
            "kind": "length_ratio",
            "message": "Much shorter than its source.",
            "start": None,
            "end": None,
        },
    ]

    def flagged(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        body["results"][0]["flags"] = flags
        route.fulfill(response=answer, json=body)

    page.route(RESULT, flagged)
    book.run("translate-cell", 0)
    book.wait(2)
    notice = book.row(1)
    notice.wait_for()
    assert notice.locator("p").all_inner_texts() == [flag["message"] for flag in flags]
    # Read out by a screen reader.
    assert "Number 12" in page.locator(".jp-SlmSpoken").inner_text()
    axe(page, ".jp-SlmCellNotice")
    screenshot(page, "cell-flags-light" if theme == LIGHT else "cell-flags-dark")
    assert "Number 12" not in json.dumps(book.saved())
    assert book.do("return panel.context.model.dirty") is False
    notice.get_by_role("button", name="Dismiss").click()
    notice.wait_for(state="detached")
    assert book.do("return panel.context.model.dirty") is False


@pytest.mark.model
def test_a_language_is_chosen_and_remembered(
    page: Any, open_notebook: Callable[..., Notebook]
) -> None:
    book = open_notebook("language", markdown("Good morning."), targetLanguage="")
    book.click("translate-cell", 0)
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    axe(page, ".jp-Dialog-content")
    dialog.locator("select").select_option(label="German")
    dialog.get_by_role("button", name="Translate").click()
    book.wait(2)
    assert "Morgen" in book.sources[1]
    # Not asked again.
    book.run("translate-cell", 0)
    book.wait(3)
    assert book.sources[1] == book.sources[2]
    # And asked when one wants to be; dismissed, nothing happens.
    book.run("translate-cell-to", 0)
    dialog.wait_for()
    assert dialog.locator("select option:checked").inner_text() == "German"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.locator(".jp-SlmCellRow").count() == 0


@pytest.mark.model
def test_work_survives_scrolling_and_collapsing(
    page: Any, open_notebook: Callable[..., Notebook]
) -> None:
    cells = [markdown(f"## Part {n}\n\n" + "A line.\n\n" * 6) for n in range(40)]
    book = open_notebook("long", markdown("# Top\n\nGood morning."), *cells, windowed=True)
    held = hold_results(page)
    book.run("translate-cell", 0)
    book.row(0).wait_for()
    # The active cell alone would stay in the page.
    book.do("nb.activeCellIndex = 40; void nb.scrollToItem(40)")
    page.locator(".jp-Notebook-cell", has_text="Part 39").wait_for()
    page.locator(".jp-SlmCellProgress").wait_for(state="detached")
    book.do("void nb.scrollToItem(0)")
    page.locator(".jp-SlmCellProgress").wait_for()
    book.do("nb.widgets[0].inputHidden = true")
    assert page.locator(".jp-SlmCellProgress").is_visible()
    book.do("nb.widgets[0].inputHidden = false; nb.widgets[0].headingCollapsed = true")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    # Not among the cells that the collapsed heading hides.
    book.wait(42)
    assert [n for n, s in enumerate(book.sources) if "Bonjour" in s] == [41]
    assert book.do("return nb.widgets[41].isHidden") is False


@pytest.mark.model
def test_in_notebook_7(page: Any, open_notebook: Callable[..., Notebook]) -> None:
    book = open_notebook(
        "seven", markdown(REPORT), code("x = 1"), application="notebook", summarySentences=1
    )
    book.click("summarize-cell", 0)
    book.wait(3)
    assert book.sources[1][2:] in REPORT
    book.activate(0)
    page.keyboard.press("t")
    page.keyboard.press("s")
    book.wait(4)
    assert book.sources[1] == book.sources[2]
    book.saved()
