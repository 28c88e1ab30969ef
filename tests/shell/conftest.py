"""A real IPython shell with the extension loaded, and tasks that answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from slm_magic.tasks import redact as redact_module
from slm_magic.tasks import summarize as summarize_module
from slm_magic.tasks import translate as translate_module
from slm_magic.tasks.batch import read
from slm_magic.tasks.results import Redaction, Summary, Translation


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    # Set before the shell starts: at exit it would write to a history file that is gone.
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    made = InteractiveShell.instance(config=config)
    made.run_line_magic("load_ext", "slm_magic")
    yield made
    made.reset(new_session=False)
    InteractiveShell.clear_instance()


class Calls(list[dict[str, Any]]):
    """What the tasks were called with."""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Tasks that read their input as the real ones do and answer without a model."""
    seen = Calls()

    def fake(make: Any) -> Any:
        def task(text_or_texts: Any, **kwargs: Any) -> Any:
            batch = read(text_or_texts)
            seen.append({"texts": batch.texts, **kwargs})
            for row, text in batch.present:
                batch.put(row, make(text, kwargs))
            return batch.finish()

        return task

    def translate(text: str, kwargs: dict[str, Any]) -> Translation:
        return Translation(
            text=text.upper(), source_text=text, source="en", target=kwargs["target"]
        )

    monkeypatch.setattr(translate_module, "translate", fake(translate))
    monkeypatch.setattr(summarize_module, "summarize", fake(lambda t, k: Summary(text=t[:9])))
    monkeypatch.setattr(redact_module, "redact", fake(lambda t, k: Redaction(text="<X>")))
    return seen
