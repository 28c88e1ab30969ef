"""Whole notebooks through the server: files below its root, searched, translated and copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbformat")
pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

import nbformat
from lab_server import LabServer
from test_notebook_redact import NAMES, FakeHead
from test_notebook_translate import french
from test_server_jobs import Gate, gate  # noqa: F401 - a fixture

from slm_magic.server import notebooks
from slm_magic.tasks import redact as task
from slm_magic.tasks import redact_head

SECRET = "Otto Brandt"
MAIL = "otto.brandt@vexmar.example.org"


@pytest.fixture(autouse=True)
def head(monkeypatch: pytest.MonkeyPatch) -> None:
    made = FakeHead()
    monkeypatch.setattr(redact_head, "load", lambda: made)
    monkeypatch.setattr(task, "_encoder", lambda: None)


@pytest.fixture
def folder(server: LabServer) -> Iterator[Path]:
    made = server.root / "notes"
    made.mkdir()
    yield made
    shutil.rmtree(made)


def put(folder: Path, name: str = "calls.ipynb", *, cells: int = 3) -> Path:
    """Write a notebook of some sentences about two people."""
    v4 = nbformat.v4
    made = v4.new_notebook(metadata={"authors": [{"name": SECRET}]})
    output = v4.new_output("stream", text=f"sent to {MAIL}\n")
    made.cells = [v4.new_code_cell(f"send('{MAIL}')  # for {SECRET}", outputs=[output])]
    for number in range(cells):
        source = f"# Part {number}\n\nWe met Maria Rossi and {SECRET} in the garden of the house."
        made.cells.append(v4.new_markdown_cell(source))
    path = folder / name
    nbformat.write(made, path)
    return path


def translate(**more: Any) -> dict[str, Any]:
    asked = {"task": "translate_notebook", "path": "notes/calls.ipynb", "target": "fr"}
    return {**asked, "source": "en", "model": "fake", **more}


def result(server: LabServer, **body: Any) -> Any:
    id = server.start(**body)
    job = server.ended(id)
    assert job["state"] == "done", job
    return server.get(f"/jobs/{id}/result")


def search(server: LabServer, **more: Any) -> Any:
    return result(server, task="find_personal", path="notes/calls.ipynb", **more)


def redact(found: Any, *rejected: int, **more: Any) -> dict[str, Any]:
    asked = {"task": "redact_notebook", "path": "notes/calls.ipynb", "digest": found["digest"]}
    return {**asked, "rejected": list(rejected), **more}


def refused(server: LabServer, status: int, reason: str, **body: Any) -> Any:
    answer = server.ask("post", "/jobs", body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
    assert "\n" not in answer.json()["message"]
    return answer.json()


def test_a_notebook_is_translated_beside_itself(
    server: LabServer,
    folder: Path,
    gate: Gate,  # noqa: F811
) -> None:
    gate.may.set()
    path = put(folder)
    before = path.read_bytes()
    made = result(server, **translate())
    assert made["path"] == "notes/calls.fr.ipynb" and made["task"] == "translate_notebook"
    assert (made["source"], made["target"], made["cells"], made["comments"]) == ("en", "fr", 3, 0)
    assert path.read_bytes() == before
    after = json.loads((folder / "calls.fr.ipynb").read_text())
    assert "« " in "".join(after["cells"][1]["source"])
    assert after["cells"][0] == json.loads(before)["cells"][0]
    assert {flag["cell"] for flag in made["flags"]} <= {1, 2, 3}
    assert all(flag.keys() == {"cell", "kind", "message"} for flag in made["flags"])
    # What is there is not replaced unless it is wanted.
    refused(server, 409, "exists", **translate())
    assert result(server, **translate(force=True))["path"] == made["path"]
    other = result(server, **translate(out="notes/autre.ipynb"))
    assert other["path"] == "notes/autre.ipynb" and (folder / "autre.ipynb").is_file()
    assert SECRET not in server.log.text


class Stops(Gate):
    """A model that answers some texts at once, and the rest when it may."""

    most = 4

    def reply(self, text: str) -> str:
        if len(self.seen) < self.most:
            self.seen.append(text)
        else:
            super().reply(text)
        return french(text)


def test_progress_is_told_by_cell_and_what_is_cancelled_goes_on(
    server: LabServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, cells=0)
    node = nbformat.read(path, 4)
    for number in range(3, 9):
        node.cells.append(nbformat.v4.new_markdown_cell(f"The hill has {number} trees on it."))
    nbformat.write(node, path)
    model = Stops(monkeypatch)
    id = server.start(**translate())
    model.wait()
    told = server.get(f"/jobs/{id}")["job"]["progress"]
    assert told == {"what": "Translating", "unit": "cell", "done": 4, "total": 6}
    server.ask("delete", f"/jobs/{id}")
    assert server.ended(id)["state"] == "cancelled"
    assert not (folder / "calls.fr.ipynb").exists()
    assert (folder / ".calls.fr.ipynb.part").is_file()
    told = refused(server, 409, "interrupted", **translate())
    assert "Resume" in told["mends"]
    model.seen.clear()
    model.most = 1
    id = server.start(**translate(resume=True))
    model.wait()
    told = server.get(f"/jobs/{id}")["job"]["progress"]
    assert told == {"what": "Translating", "unit": "cell", "done": 5, "total": 6}
    model.may.set()
    assert server.ended(id)["state"] == "done"
    made = server.get(f"/jobs/{id}/result")
    assert (made["cells"], made["resumed"], len(model.seen)) == (6, 4, 2)
    assert not list(folder.glob(".*"))


def test_finds_are_told_in_their_context_and_dropped(server: LabServer, folder: Path) -> None:
    put(folder)
    id = server.start(task="find_personal", path="notes/calls.ipynb")
    assert server.ended(id)["state"] == "done"
    found = server.get(f"/jobs/{id}/result")
    server.ask("delete", f"/jobs/{id}")
    assert server.ask("get", f"/jobs/{id}/result").status_code == 404
    assert all(job.result is None or SECRET.encode() not in job.result for job in server.jobs.all())
    assert found["task"] == "find_personal" and found["path"] == "notes/calls.ipynb"
    finds = found["finds"]
    assert [find["id"] for find in finds] == list(range(len(finds)))
    places = {(find["cell"], find["place"], find["type"], find["text"]) for find in finds}
    assert {
        (None, "metadata", "PERSON", SECRET),
        (0, "source", "EMAIL_ADDRESS", MAIL),
        (0, "output 1", "EMAIL_ADDRESS", MAIL),
        (0, "source", "PERSON", SECRET),
        (1, "source", "PERSON", "Maria Rossi"),
    } <= places
    one = next(find for find in finds if find["text"] == "Maria Rossi")
    assert (one["before"][-7:], one["after"][:8]) == ("We met ", " and Ott")
    assert one["placeholder"].startswith("<PERSON_") and 0 < one["score"] <= 1
    assert found["unseen"] == []
    for text in (server.log.text, json.dumps(server.get("/jobs"))):
        assert SECRET not in text and MAIL not in text


def test_what_cannot_be_searched_is_told(server: LabServer, folder: Path) -> None:
    path = put(folder)
    node = nbformat.read(path, 4)
    node.cells[0].outputs.append(nbformat.v4.new_output("display_data", {"image/png": "aGVsbG8="}))
    nbformat.write(node, path)
    found = search(server)
    assert found["unseen"] == [{"cell": 0, "place": "output 2", "what": "image/png"}]
    assert result(server, **redact(found))["unseen"] == found["unseen"]


def test_what_is_rejected_stays_and_all_else_goes(server: LabServer, folder: Path) -> None:
    path = put(folder)
    before = path.read_bytes()
    found = search(server)
    keep = [find["id"] for find in found["finds"] if find["text"] == "Maria Rossi"]
    made = result(server, **redact(found, *keep))
    assert made["path"] == "notes/calls.redacted.ipynb"
    assert made["kept"] == len(keep) == 3
    assert made["taken"] == len(found["finds"]) - 3 and made["later"] == 0
    assert made["types"] == {"PERSON": 5, "EMAIL_ADDRESS": 2} and made["left"] == []
    copy = (folder / "calls.redacted.ipynb").read_text()
    assert SECRET not in copy and MAIL not in copy and copy.count("Maria Rossi") == 3
    assert path.read_bytes() == before
    refused(server, 409, "exists", **redact(found))
    made = result(server, **redact(found, force=True, operator="mask"))
    assert made["kept"] == 0 and "Maria" not in (folder / "calls.redacted.ipynb").read_text()
    assert SECRET not in server.log.text


def test_one_place_of_a_name_may_stay_where_others_go(server: LabServer, folder: Path) -> None:
    put(folder)
    found = search(server)
    first = next(find["id"] for find in found["finds"] if find["text"] == "Maria Rossi")
    made = result(server, **redact(found, first))
    assert made["kept"] == 1
    copy = json.loads((folder / "calls.redacted.ipynb").read_text())
    has = ["Maria Rossi" in "".join(cell["source"]) for cell in copy["cells"]]
    assert has == [False, True, False, False]


def test_what_the_second_look_finds_is_of_what_was_accepted(
    server: LabServer, folder: Path
) -> None:
    path = put(folder, cells=1)
    node = nbformat.read(path, 4)
    # The fake finds this name only beside a tag.
    node.cells[1].source += " Zed Shyly was there."
    nbformat.write(node, path)
    found = search(server)
    assert "Zed Shyly" not in [find["text"] for find in found["finds"]]
    made = result(server, **redact(found))
    assert made["later"] == 1
    assert "Shyly" not in (folder / "calls.redacted.ipynb").read_text()
    people = [find["id"] for find in found["finds"] if find["type"] == "PERSON"]
    made = result(server, **redact(found, *people, force=True))
    assert made["later"] == 0 and made["types"] == {"EMAIL_ADDRESS": 2}


def test_a_short_name_that_stays_keeps_no_longer_one_that_only_begins_so(
    server: LabServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, cells=1)
    node = nbformat.read(path, 4)
    node.cells[1].source += " Ze came too. Zed Shyly was there."
    nbformat.write(node, path)
    monkeypatch.setitem(NAMES, "Ze", "PERSON")
    found = search(server)
    keep = [find["id"] for find in found["finds"] if find["text"] == "Ze"]
    made = result(server, **redact(found, *keep))
    assert (made["kept"], made["later"]) == (1, 1)
    copy = (folder / "calls.redacted.ipynb").read_text()
    assert "Shyly" not in copy and " Ze came" in copy
    # Where it is a word of the longer one, that would take it away too.
    node.cells[1].source = node.cells[1].source.replace("Ze came", "Zed came")
    nbformat.write(node, path)
    monkeypatch.setitem(NAMES, "Zed", "PERSON")
    found = search(server)
    keep = [find["id"] for find in found["finds"] if find["text"] == "Zed"]
    made = result(server, **redact(found, *keep, force=True))
    assert made["later"] == 0 and "Zed came" in (folder / "calls.redacted.ipynb").read_text()


def test_a_notebook_that_changed_since_the_search_is_searched_again(
    server: LabServer, folder: Path
) -> None:
    path = put(folder)
    found = search(server)
    refused(server, 409, "changed", **redact(found, entities=["PERSON"]))
    put(folder, cells=2)
    told = refused(server, 409, "changed", **redact(found))
    assert "Search it again" in told["mends"]
    assert not (folder / "calls.redacted.ipynb").exists()
    # While the job waits for its turn, too.
    found = search(server)
    made = notebooks.prepare("redact_notebook", redact(found), server.root)
    path.write_text(path.read_text().replace("garden", "meadow"))
    job = server.jobs.start(made.task, made.model, made.work)
    ended = server.ended(job.id)
    assert ended["state"] == "failed" and ended["error"]["reason"] == "changed"
    assert "failed" not in server.log.text


@pytest.mark.parametrize("operator", ["tag", "mask", "hash", "fake"])
def test_how_finds_are_replaced_does_not_number_them_anew(
    server: LabServer, folder: Path, operator: str
) -> None:
    put(folder)
    found = search(server)
    keep = next(find["id"] for find in found["finds"] if find["text"] == "Maria Rossi")
    made = result(server, **redact(found, keep, operator=operator))
    assert made["kept"] == 1 and made["taken"] == len(found["finds"]) - 1


def test_what_another_model_finds_is_not_taken_for_what_was_rejected(
    server: LabServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder)
    found = search(server)
    keep = [find["id"] for find in found["finds"] if find["text"] == "Maria Rossi"]
    # It finds half of her name, at the same number.
    monkeypatch.delitem(NAMES, "Maria Rossi")
    job = server.ended(server.start(**redact(found, *keep)))
    assert job["state"] == "failed" and job["error"]["reason"] == "changed"
    assert not list(folder.glob("*.redacted*"))


def test_a_find_that_is_none_is_refused(server: LabServer, folder: Path) -> None:
    put(folder)
    job = server.ended(server.start(**redact(search(server), 4711)))
    assert job["error"]["reason"] == "option" and not list(folder.glob("*.redacted*"))


def test_only_what_is_asked_for_is_found(server: LabServer, folder: Path) -> None:
    put(folder)
    found = search(server, entities=["EMAIL_ADDRESS"])
    assert {find["type"] for find in found["finds"]} == {"EMAIL_ADDRESS"}
    made = result(server, **redact(found, entities=["EMAIL_ADDRESS"]))
    assert made["types"] == {"EMAIL_ADDRESS": 2}


def test_more_finds_than_anyone_reads_are_refused(
    server: LabServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "MOST_FINDS", 3)
    put(folder)
    job = server.ended(server.start(task="find_personal", path="notes/calls.ipynb"))
    assert job["error"]["reason"] == "too_many_finds" and "shell" not in job["error"]["message"]


@pytest.mark.parametrize("kind", ["translate_notebook", "find_personal", "redact_notebook"])
@pytest.mark.parametrize(
    ("named", "status"),
    [
        ("../calls.ipynb", 403),
        ("/etc/passwd", 403),
        ("notes/../../calls.ipynb", 403),
        ("~/calls.ipynb", 403),
        ("RTC:notes/calls.ipynb", 403),
        ("notes/out.ipynb", 403),
        ("notes/nothing.ipynb", 404),
    ],
)
def test_no_notebook_outside_of_the_root_is_read(
    server: LabServer, folder: Path, kind: str, named: str, status: int
) -> None:
    outside = put(folder.parents[1], "outside.ipynb")
    (folder / "out.ipynb").symlink_to(outside)
    more = {"translate_notebook": {"target": "fr"}, "redact_notebook": {"digest": "0"}}
    body = {"task": kind, "path": named, **more.get(kind, {})}
    if kind == "redact_notebook":
        body["rejected"] = []
    refused(server, status, "outside_root" if status == 403 else "no_such_file", **body)


@pytest.mark.parametrize(
    ("out", "status", "reason"),
    [
        ("../copy.ipynb", 403, "outside_root"),
        ("/copy.ipynb", 403, "outside_root"),
        ("notes/link.ipynb", 403, "outside_root"),
        ("notes/dangling.ipynb", 403, "outside_root"),
        ("none/copy.ipynb", 404, "no_such_file"),
        ("notes/copy.py", 422, "option"),
        ("notes", 422, "option"),
        ("notes/calls.ipynb", 422, "option"),
        ("notes/./calls.ipynb", 422, "option"),
        ("notes/again.ipynb", 422, "option"),
    ],
)
def test_no_copy_is_written_outside_of_the_root_or_over_the_notebook(
    server: LabServer, folder: Path, out: str, status: int, reason: str
) -> None:
    path = put(folder)
    before = path.read_bytes()
    outside = put(folder.parents[1], "outside.ipynb")
    kept = outside.read_bytes()
    (folder / "link.ipynb").symlink_to(outside)
    (folder / "dangling.ipynb").symlink_to(folder.parents[1] / "nothing.ipynb")
    (folder / "again.ipynb").symlink_to(path)
    for body in (translate(force=True), redact(search(server), force=True)):
        refused(server, status, reason, **body, out=out)
    assert path.read_bytes() == before and outside.read_bytes() == kept
    assert not (folder.parents[1] / "nothing.ipynb").exists()


def test_a_hidden_file_that_leads_out_of_the_root_is_not_followed(
    server: LabServer, folder: Path
) -> None:
    put(folder)
    outside = folder.parents[1] / "outside.part"
    outside.write_text("kept")
    (folder / ".calls.fr.ipynb.part").symlink_to(outside)
    refused(server, 403, "outside_root", **translate(resume=True))
    assert outside.read_text() == "kept"


def test_a_hidden_file_beside_where_a_link_leads_is_not_followed_either(
    server: LabServer, folder: Path
) -> None:
    put(folder)
    outside = folder.parents[1] / "outside.part"
    outside.write_text("kept")
    (folder / "deep").mkdir()
    (folder / "deep" / ".there.ipynb.part").symlink_to(outside)
    (folder / ".there.ipynb.part").write_text("{}")
    (folder / "deep" / "there.ipynb").write_text("{}")
    (folder / "there.ipynb").symlink_to(folder / "deep" / "there.ipynb")
    refused(server, 403, "outside_root", **translate(resume=True, out="notes/there.ipynb"))
    assert outside.read_text() == "kept"


def test_what_jupyter_hides_is_not_read_or_written(server: LabServer, folder: Path) -> None:
    put(folder)
    (folder / ".kept").mkdir()
    shutil.copy(folder / "calls.ipynb", folder / ".kept" / "calls.ipynb")
    find = {"task": "find_personal", "path": "notes/.kept/calls.ipynb"}
    refused(server, 404, "no_such_file", **find)
    for out in ("notes/.kept/copy.ipynb", "notes/.copy.ipynb"):
        refused(server, 404, "no_such_file", **translate(out=out))
    server.app.contents_manager.allow_hidden = True
    try:
        assert result(server, **find)["finds"]
    finally:
        server.app.contents_manager.allow_hidden = False


@pytest.mark.parametrize("kind", ["translate_notebook", "find_personal", "redact_notebook"])
def test_a_folder_that_becomes_a_link_while_the_job_waits_is_not_followed(
    server: LabServer, folder: Path, tmp_path: Path, kind: str
) -> None:
    put(folder)
    bodies = {
        "translate_notebook": translate(),
        "find_personal": {"task": kind, "path": "notes/calls.ipynb"},
        "redact_notebook": redact(search(server)),
    }
    made = notebooks.prepare(kind, bodies[kind], server.root)
    shutil.copytree(folder, tmp_path / "elsewhere")
    shutil.move(folder, tmp_path / "before")
    folder.symlink_to(tmp_path / "elsewhere")
    job = server.ended(server.jobs.start(made.task, made.model, made.work).id)
    folder.unlink()
    folder.mkdir()
    assert job["state"] == "failed" and job["error"]["reason"] == "changed"
    assert [one.name for one in (tmp_path / "elsewhere").iterdir()] == ["calls.ipynb"]


def test_a_copy_may_have_a_name_as_long_as_the_disk_takes(
    server: LabServer,
    folder: Path,
    gate: Gate,  # noqa: F811
) -> None:
    gate.may.set()
    put(folder)
    name = "n" * (255 - len(".ipynb")) + ".ipynb"
    assert result(server, **translate(out=f"notes/{name}"))["path"] == f"notes/{name}"
    assert sorted(one.name for one in folder.iterdir()) == ["calls.ipynb", name]


def test_what_is_no_notebook_is_told_with_none_of_its_text(server: LabServer, folder: Path) -> None:
    (folder / "calls.ipynb").write_text(f'{{"cells": "{SECRET}", "nbformat": 4}}')
    for body in (
        {"task": "find_personal", "path": "notes/calls.ipynb"},
        translate(),
    ):
        job = server.ended(server.start(**body))
        assert job["state"] == "failed" and job["error"]["reason"] == "option"
        assert "no valid notebook" in job["error"]["message"]
        assert SECRET not in json.dumps(job)
    refused(server, 422, "option", **redact({"digest": "0"}))
    assert SECRET not in server.log.text


def test_a_model_that_a_notebook_may_need_is_not_removed(
    server: LabServer,
    folder: Path,
    gate: Gate,  # noqa: F811
) -> None:
    put(folder)
    id = server.start(**translate())
    gate.wait()
    answer = server.ask("delete", "/models/fake")
    assert (answer.status_code, answer.json()["reason"]) == (409, "in_use")
    assert id in answer.json()["message"]
    gate.may.set()
    assert server.ended(id)["state"] == "done"
