"""The picker: a widget that finds, installs and tries models, and gives the line to paste.

Made of plain ipywidgets, so that it works in JupyterLab, Notebook 7 and VS Code alike. Pulls and
tries run in a thread of their own: the kernel goes on answering, and Cancel is heard.
"""

from __future__ import annotations

import contextvars
import shlex
import threading
import time
from collections.abc import Callable
from html import escape
from importlib.util import find_spec
from typing import Any

from . import domains, library
from .catalog import TASKS, Task
from .commands import run
from .errors import OptionError, SlmMagicError, did_you_mean
from .progress import listening
from .stopping import stoppable
from .tables import Table
from .tasks import show
from .text import languages
from .widget_offers import Offer, offers, table
from .widget_session import defaults, set_default

_LABELS: dict[Task, str] = {"translate": "Translate", "summarize": "Summarize", "redact": "Redact"}
_SAMPLES: dict[Task, str] = {
    "translate": "The shop opens at nine and closes at half past six.",
    "summarize": (
        "The bakery sold 4,200 loaves in May, a tenth more than in April. It rained most of the "
        "month. A second oven was ordered for 18,000 euros and will arrive in July."
    ),
    "redact": "Please call Ingrid Sandvik at +47 22 12 34 56 about the keys.",
}
# Seconds between two looks of the bar: a pull has thousands of steps a second, and a kernel's
# messages are cut where they are too many.
_LOOK_SECONDS = 0.05
_DETECT = "detect"
_NONE = "none"
_FALLBACK = "The picker needs a front end with ipywidgets. Install one with %slm pull NAME."
_MISSING = "ipywidgets is not installed (pip install ipywidgets). Install one with %slm pull NAME."


def picker(task: str = "translate") -> Picker | Table:
    """Return a widget to find, install and try models, and to make one the session's default.

    Parameters
    ----------
    task
        The task to begin with: ``translate``, ``summarize`` or ``redact``.

    Returns
    -------
    Picker or Table
        Without ipywidgets, a table of the task's models.

    Raises
    ------
    OptionError
        If there is no such task.
    """
    for known in TASKS:
        if known == task:
            return table(known, _MISSING) if find_spec("ipywidgets") is None else Picker(known)
    raise OptionError(
        f"There is no task {task!r}.{did_you_mean(task, TASKS)} Tasks: {', '.join(TASKS)}."
    )


class Picker:
    """The widget that `picker` returns; shown as the last value of a cell.

    Attributes
    ----------
    widget
        The ipywidgets box, to be put into another one.
    """

    def __init__(self, task: Task) -> None:
        import ipywidgets as w

        self._w = w
        self._thread: threading.Thread | None = None
        self._busy = False
        self._stop = threading.Event()
        codes = sorted((languages.name(code), code) for code in languages.codes())
        kept = defaults()

        def wide() -> Any:
            # One for each: a control is hidden by its layout.
            return w.Layout(width="auto", flex="1 1 16em")

        self._task = w.ToggleButtons(
            options=[(label, name) for name, label in _LABELS.items()],
            value=task,
            tooltips=[f"Models that {name}" for name in _LABELS],
        )
        self._source = w.Dropdown(
            options=[("Detect", _DETECT), *codes],
            value=languages.parse(kept["source"]) if kept.get("source") else _DETECT,
            description="From",
            layout=wide(),
        )
        self._target = w.Dropdown(
            options=codes,
            value=languages.parse(kept.get("target") or "fr"),
            description="To",
            layout=wide(),
        )
        self._domain = w.Dropdown(
            options=[("None", _NONE), *((name, name) for name in domains.names())],
            value=_NONE,
            description="Domain",
            layout=wide(),
        )
        self._search = w.Text(description="Search", placeholder="name, licence, …", layout=wide())
        self._cards = w.VBox()
        self._bar = w.FloatProgress(min=0, max=1, layout=w.Layout(width="50%"))
        self._step = w.Label()
        self._cancel = w.Button(description="Cancel", icon="stop", tooltip="Stop what is running")
        self._running = w.HBox([self._bar, self._step, self._cancel])
        self._said = w.HTML()
        self._text = w.Textarea(
            value=_SAMPLES[task], description="Try it", rows=3, layout=w.Layout(width="100%")
        )
        self._run = w.Button(
            description="Run", icon="play", button_style="primary", tooltip="Run on the text above"
        )
        self._result = w.HTML()
        self._code = w.HTML()
        self.widget = w.VBox(
            [
                self._task,
                w.HBox(
                    [self._source, self._target, self._domain, self._search],
                    layout=w.Layout(flex_flow="row wrap"),
                ),
                self._cards,
                self._running,
                self._said,
                self._text,
                w.HBox([self._run]),
                self._result,
                self._code,
            ]
        )
        self._task.observe(self._on_task, "value")
        for control in (self._source, self._target, self._domain, self._search):
            control.observe(lambda _: self._refresh(), "value")
        self._cancel.on_click(lambda _: self._stop.set())
        self._run.on_click(lambda _: self._try())
        self._idle()
        self._refresh()

    def _repr_mimebundle_(self, **_: Any) -> Any:
        bundle = self.widget._repr_mimebundle_()
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        # What is left when the kernel that holds the widget's state is gone.
        rest = table(self._task.value, _FALLBACK)
        return {**data, "text/plain": repr(rest), "text/html": rest._repr_html_()}

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the task that the controls stand for."""
        task: Task = self._task.value
        found: dict[str, Any] = {}
        if task == "translate":
            found["target"] = self._target.value
            if self._source.value != _DETECT:
                found["source"] = self._source.value
        if self._domain.value != _NONE:
            found["domain"] = self._domain.value
        model = defaults().get(f"{task}_model")
        if model:
            found["model"] = model
        return found

    def _on_task(self, _: Any) -> None:
        # A sample that nobody has touched gives way to the next task's.
        if self._text.value in _SAMPLES.values():
            self._text.value = _SAMPLES[self._task.value]
        self._result.value = ""
        self._refresh()

    def _refresh(self) -> None:
        """Show the models, controls and line of code that fit what is chosen."""
        task: Task = self._task.value
        translating = task == "translate"
        for control in (self._source, self._target):
            control.layout.display = None if translating else "none"
        source = None if self._source.value == _DETECT else self._source.value
        try:
            default = defaults().get(f"{task}_model")
            found = offers(
                task,
                source if translating else None,
                self._target.value if translating else None,
                self._search.value,
            )
            self._code.value = _code(task, self.arguments)
        except SlmMagicError as error:
            self._say(_line(error), wrong=True)
            return
        if found:
            self._cards.children = [self._card(one, one.name == default) for one in found]
        else:
            self._cards.children = [self._w.HTML("No model of the catalogue or store fits.")]

    def _card(self, offer: Offer, default: bool) -> Any:
        w, name = self._w, offer.name
        buttons = []

        def button(label: str, icon: str, act: Callable[[], None]) -> None:
            made = w.Button(description=label, icon=icon, tooltip=f"{label} {name}")
            made.on_click(lambda _: act())
            made.disabled = self._busy
            buttons.append(made)

        if not offer.installed:
            button("Install", "download", lambda: self._install(name))
        elif default:
            button("Unset", "undo", lambda: self._use(None))
        else:
            button("Use", "check", lambda: self._use(name))
        if offer.removable:
            button("Remove", "trash", lambda: self._remove(name))
        text = w.HTML(offer.html(default=default), layout=w.Layout(flex="1 1 auto"))
        return w.HBox(
            [text, w.VBox(buttons)],
            layout=w.Layout(
                border="1px solid rgba(128, 128, 128, 0.5)", padding="0.2em 0.8em", margin="0.2em 0"
            ),
        )

    def _install(self, name: str) -> None:
        self._start(
            f"Installing {name}",
            lambda: library.pull(name, progress=False),
            lambda _: self._say(f"{name} is installed."),
        )

    def _remove(self, name: str) -> None:
        def done(_: Any) -> None:
            if defaults().get(f"{self._task.value}_model") == name:
                set_default(self._task.value, None)
            self._say(f"{name} is removed.")

        self._start(f"Removing {name}", lambda: library.remove(name), done)

    def _use(self, name: str | None) -> None:
        set_default(self._task.value, name)
        told = f"{self._task.value} now uses {name}" if name else "The task chooses the model again"
        self._say(f"{told} in this session.")
        self._refresh()

    def _try(self) -> None:
        task, text = self._task.value, self._text.value

        def done(result: Any) -> None:
            self._result.value = show.html(result)

        self._result.value = ""
        # Read here: the thread that works must not ask controls that may change meanwhile.
        try:
            arguments = self.arguments
        except SlmMagicError as error:
            self._say(_line(error), wrong=True)
            return
        self._start(_LABELS[task], lambda: run.task(task, text, arguments, progress=False), done)

    def _start(self, what: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do one thing at a time in a thread, telling how far it is."""
        if self._busy:
            return
        self._stop = threading.Event()
        self._said.value = ""
        self._bar.value, self._step.value = 0.0, f"{what} …"
        self._running.layout.display = None
        context = contextvars.copy_context()

        def job() -> None:
            try:
                with stoppable(self._stop), listening(self._hear):
                    made = work()
                done(made)
            except KeyboardInterrupt:
                self._say(f"{what} was cancelled.")
            # Panics of Rust too, which are no Exception: the buttons must come back.
            except BaseException as error:
                self._say(_line(error), wrong=True)
            finally:
                self._busy = False
                self._idle()
                self._refresh()

        self._thread = threading.Thread(
            target=context.run, args=(job,), daemon=True, name="slm-magic-picker"
        )
        self._busy = self._run.disabled = True
        self._refresh()
        self._thread.start()

    def wait(self) -> None:
        """Wait until what runs in the background has ended."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _hear(self, what: str, unit: str, total: float | None) -> Callable[[float], object]:
        most = max(total or 0.0, 1.0)
        self._bar.value, self._bar.max = 0.0, most
        self._step.value = what
        done, shown = 0.0, -_LOOK_SECONDS

        def move(count: float) -> None:
            nonlocal done, shown
            done, now = min(done + count, most), time.monotonic()
            if done == most or now - shown >= _LOOK_SECONDS:
                self._bar.value, shown = done, now

        return move

    def _idle(self) -> None:
        self._running.layout.display = "none"
        self._run.disabled = False

    def _say(self, line: str, *, wrong: bool = False) -> None:
        mark = "<b>!</b> " if wrong else ""
        self._said.value = (
            f"<span role='{'alert' if wrong else 'status'}'>{mark}{escape(line)}</span>"
        )


def _line(error: BaseException) -> str:
    """Return what to say of an error; the message of one that nobody foresaw may hold a text."""
    if isinstance(error, SlmMagicError):
        return " ".join(str(error).split())
    return f"Something went wrong inside slm-magic: {type(error).__name__}."


def _code(task: Task, arguments: dict[str, Any]) -> str:
    """Return the lines to paste that do what the controls stand for."""
    flags = {"target": "--to", "source": "--from", "domain": "--domain", "model": "--model"}
    python = ", ".join(["text", *(f"{name}={value!r}" for name, value in arguments.items())])
    magic = " ".join(f"{flags[name]} {shlex.quote(str(v))}" for name, v in arguments.items())
    return (
        f"<small>Python</small><pre>slm.{task}({escape(python)})</pre>"
        f"<small>Notebook</small><pre>%%slm {task} {escape(magic)}</pre>"
    )
