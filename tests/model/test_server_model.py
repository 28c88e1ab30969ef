"""The server extension with real models: meaning, one loaded model for all, cancelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import lab_server
import pytest
from lab_server import LabServer

pytestmark = pytest.mark.model

Pulled = Callable[[str], Path]


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    with lab_server.serve(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def server(_running: LabServer) -> Iterator[LabServer]:
    yield _running
    _running.clear()


def loaded(server: LabServer) -> list[str]:
    return [one["name"] for one in server.get("/status")["loaded"]]


def test_redact_takes_a_person_out_and_keeps_the_rest(server: LabServer, pulled: Pulled) -> None:
    pulled("pii-minilm")
    text = "Please call Maria Rossi or write to maria.rossi@example.org about the invoice."
    id = server.start(task="redact", text=text)
    [result] = server.results(id)
    assert "Rossi" not in result["text"] and "example.org" not in result["text"]
    assert result["text"].startswith("Please call <PERSON") and "the invoice" in result["text"]
    assert result["counts"] == {"PERSON": 1, "EMAIL_ADDRESS": 1}
    assert "Rossi" not in str(result) + server.log.text


def test_a_summary_keeps_what_matters_and_the_model_serves_all(
    server: LabServer, pulled: Pulled
) -> None:
    pulled("minilm-l6")
    text = (
        "The board met on Monday. Sales grew by nine percent to 40 million euros in the quarter. "
        "Coffee was served. Profit fell because steel had become dearer. The room was warm."
    )
    body: dict[str, Any] = {"task": "summarize", "text": text, "sentences": 2, "domain": "finance"}
    [result] = server.results(server.start(**body))
    assert "Sales grew by nine percent" in result["text"] and "Coffee" not in result["text"]
    assert loaded(server) == ["minilm-l6"]
    # Another client's job: the model that is there, not a second one.
    from slm_magic import engine

    [handle] = engine._handles.values()
    server.results(server.start(**body, focus=["profit"]))
    assert list(engine._handles.values()) == [handle]
    answer = server.ask("post", "/unload", {"model": "minilm-l6"})
    assert answer.json()["unloaded"] == ["minilm-l6"] and loaded(server) == []


@pytest.mark.parametrize("beam", [1, 2])
def test_a_running_translation_is_cancelled_and_the_next_one_works(
    server: LabServer, pulled: Pulled, beam: int
) -> None:
    pulled("qwen2.5-coder-1.5b")
    rows = [f"The train number {number} to the harbour was late again." for number in range(200)]
    body = {"task": "translate", "source": "en", "target": "fr", "beam_size": beam}
    id = server.start(**body, text=rows)
    job = server.reach(id, "running", "failed")
    while not (job["progress"] and loaded(server)):
        job = server.reach(id, "running", "failed")
    server.ask("delete", f"/jobs/{id}")
    job = server.ended(id)
    assert job["state"] == "cancelled" and job["progress"]["done"] < 200
    [result] = server.results(server.start(**body, text="The train is late."))
    assert "train" in result["text"].lower() and "retard" in result["text"].lower()
