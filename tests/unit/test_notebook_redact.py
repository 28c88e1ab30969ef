"""Notebooks emptied of personal data by a head that knows a few names."""

from __future__ import annotations

import copy
import json
import random
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbformat")
pytest.importorskip("presidio_analyzer")
pytest.importorskip("spacy")

import nbformat

from slm_magic import cli
from slm_magic.errors import Interrupted, OptionError
from slm_magic.notebooks import Find, Finds, find_personal, redact_notebook, views
from slm_magic.stopping import stoppable
from slm_magic.tasks import redact as task
from slm_magic.tasks import redact_head
from slm_magic.tasks.redact_reading import Doubt, Found, Reading

NAMES = {
    "Maria Rossi": "PERSON",
    "Maria": "PERSON",
    "Otto Brandt": "PERSON",
    "Vexmar Ltd": "ORGANIZATION",
}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MAIL = "m.rossi@vexmar.example.org"
CARD = "4111 1111 1111 1111"


class FakeHead:
    """Finds the names it knows; those after "shy " only where no tag stands in the text."""

    labels = ("O", "PERSON", "LOCATION", "ORGANIZATION")

    def states(self, encoder: object, texts: Sequence[str], on_result: object) -> None:
        if any("press Ctrl-C" in text for text in texts):
            raise KeyboardInterrupt

    def readings(self, texts: Sequence[str], states: None) -> list[Reading]:
        out = []
        for text in texts:
            found: list[Found] = []
            for name in sorted(NAMES, key=len, reverse=True):
                for match in re.finditer(rf"\b{re.escape(name)}\b", text, re.IGNORECASE):
                    if all(match.end() <= f.start or match.start() >= f.end for f in found):
                        found.append(Found(NAMES[name], *match.span(), 0.9))
            if "<PERSON_" in text:
                found += [Found("PERSON", *m.span(), 0.9) for m in re.finditer("Zed Shyly", text)]
            doubts = [Doubt("PERSON", *m.span()) for m in re.finditer("Zorblax", text)]
            out.append(Reading(found, doubts))
        return out


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    head = FakeHead()
    monkeypatch.setattr(redact_head, "load", lambda: head)
    monkeypatch.setattr(task, "_encoder", lambda: None)
    monkeypatch.delenv("SLM_MAGIC_HASH_KEY", raising=False)


def markdown(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source, **more}


def code(source: str, *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": "c",
        "metadata": metadata,
        "outputs": list(outputs),
        "source": source,
    }


def shown(**data: Any) -> dict[str, Any]:
    bundle = {name.replace("__", "/"): value for name, value in data.items()}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    cells = tuple({**cell, "id": f"{cell['id']}{n}"} for n, cell in enumerate(cells))
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def put(path: Path, node: dict[str, Any]) -> Path:
    path.write_text(json.dumps(node, indent=1, ensure_ascii=False) + "\n")
    return path


def told(finds: Sequence[Find]) -> list[tuple[Any, ...]]:
    return [(f.cell, f.place, f.field, f.entity_type, f.text) for f in finds]


def full() -> dict[str, Any]:
    widget = {
        "model_module": "@jupyter-widgets/controls",
        "model_name": "LabelModel",
        "state": {"value": "For Maria Rossi", "_view_name": "LabelView", "layout": "IPY_MODEL_1"},
    }
    return notebook(
        markdown(
            "# Notes\n\nWe met **Maria** Rossi of [Vexmar Ltd](https://vexmar.example.org/a)."
        ),
        code(
            "x = load('/home/mrossi/in.csv')  # by Maria Rossi\n",
            stream(["Pay with\n", f"{CARD}, \x1b[1mMaria\x1b[0m Rossi\n"]),
            shown(
                text__html=f"<p title='Maria Rossi'><b>Maria</b> Rossi &amp; <i>me</i></p>"
                f'<a href="mailto:{MAIL}">mail</a><!-- Otto Brandt -->',
                text__plain="<Row of Maria Rossi>",
                image__png=PNG,
            ),
            {
                "output_type": "error",
                "ename": "ValueError",
                "evalue": "no Maria Rossi",
                "traceback": [
                    "\x1b[31m/Users/mrossi/a.py\x1b[0m in f()",
                    "ValueError: no Maria Rossi",
                ],
            },
            executionInfo={"user": {"displayName": "Maria Rossi", "userId": "0815"}},
        ),
        authors=[{"name": "Otto Brandt"}],
        kernelspec={"name": "python3", "display_name": "Python (/home/mrossi/env)"},
        papermill={"input_path": "/home/mrossi/a.ipynb", "start_time": "2024-03-01T10:00:00.1"},
        colab={"authorship_tag": "ABX9", "name": "a.ipynb"},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"ab12": widget}}},
    )


def test_everything_is_found_where_it_stands() -> None:
    found = find_personal(full())
    assert told(found) == [
        (None, "metadata", "name", "PERSON", "Otto Brandt"),
        (None, "metadata", "display_name", "USER_NAME", "mrossi"),
        (None, "metadata", "input_path", "USER_NAME", "mrossi"),
        (None, "metadata", "authorship_tag", "USER_ID", "ABX9"),
        (None, "widgets", "value", "PERSON", "Maria Rossi"),
        (0, "source", "markdown", "PERSON", "Maria Rossi"),
        (0, "source", "markdown", "ORGANIZATION", "Vexmar Ltd"),
        (1, "source", "code", "USER_NAME", "mrossi"),
        (1, "source", "code", "PERSON", "Maria Rossi"),
        (1, "metadata", "displayName", "PERSON", "Maria Rossi"),
        (1, "metadata", "userId", "USER_ID", "0815"),
        (1, "output 1", "stdout", "CREDIT_CARD", CARD),
        (1, "output 1", "stdout", "PERSON", "Maria Rossi"),
        (1, "output 2", "text/html", "PERSON", "Maria Rossi"),
        (1, "output 2", "text/html title", "PERSON", "Maria Rossi"),
        (1, "output 2", "text/html href", "EMAIL_ADDRESS", MAIL),
        (1, "output 2", "text/html comment", "PERSON", "Otto Brandt"),
        (1, "output 2", "text/plain", "PERSON", "Maria Rossi"),
        (1, "output 3", "error", "PERSON", "Maria Rossi"),
        (1, "output 3", "traceback", "USER_NAME", "mrossi"),
        (1, "output 3", "traceback", "PERSON", "Maria Rossi"),
    ]
    [card] = [find for find in found if find.entity_type == "CREDIT_CARD"]
    assert (card.before, card.after) == ("Pay with\n", ", Maria Rossi\n")
    # One person, one tag, in all fields.
    tags = {find.text: {f.placeholder for f in found if f.text == find.text} for find in found}
    assert all(len(given) == 1 for given in tags.values())
    assert len({tag for given in tags.values() for tag in given}) == len(tags)
    assert [(u.cell, u.place, u.what) for u in found.unseen] == [(1, "output 2", "image/png")]


def test_the_copy_holds_none_of_it_and_all_else(tmp_path: Path) -> None:
    path = put(tmp_path / "a.ipynb", full())
    before = path.read_bytes()
    done = redact_notebook(path)
    assert done.path == tmp_path / "a.redacted.ipynb" and path.read_bytes() == before
    text = done.path.read_text()
    for secret in ("Maria", "Rossi", "Otto", "mrossi", CARD, MAIL, "0815", "ABX9", "Vexmar Ltd"):
        assert secret not in text, secret
    assert done.left == () and done.rejected == () and len(done.taken) == 21
    assert list(find_personal(done.path)) == []
    made = json.loads(text)
    nbformat.validate(made)
    assert made["cells"][0]["source"] == (
        "# Notes\n\nWe met **\\<PERSON_2>** of [\\<ORGANIZATION_1>](https://vexmar.example.org/a)."
    )
    output = made["cells"][1]["outputs"]
    assert output[0]["text"] == ["Pay with\n", "<CREDIT_CARD_1>, \x1b[1m<PERSON_2>\x1b[0m\n"]
    assert output[1]["data"]["text/html"] == (
        "<p title='&lt;PERSON_2&gt;'><b>&lt;PERSON_2&gt;</b> &amp; <i>me</i></p>"
        '<a href="mailto:&lt;EMAIL_ADDRESS_1&gt;">mail</a><!-- <PERSON_1> -->'
    )
    assert output[1]["data"]["image/png"] == PNG
    assert output[2]["traceback"][0] == "\x1b[31m/Users/<USER_NAME_1>/a.py\x1b[0m in f()"
    assert made["metadata"]["papermill"]["start_time"] == "2024-03-01T10:00:00.1"
    assert made["metadata"]["kernelspec"]["name"] == "python3"
    [state] = made["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"][
        "state"
    ].values()
    assert state["state"] == {
        "value": "For <PERSON_2>", "_view_name": "LabelView", "layout": "IPY_MODEL_1",
    }  # fmt: skip


def test_what_is_rejected_stays_to_the_byte(tmp_path: Path) -> None:
    found = find_personal(full())
    assert found.apply([]) == full() and found.apply(lambda find: False) == full()
    keep = [find for find in found if find.entity_type == "CREDIT_CARD"]
    only = found.apply(keep)
    expected = full()
    expected["cells"][1]["outputs"][0]["text"][1] = "<CREDIT_CARD_1>, \x1b[1mMaria\x1b[0m Rossi\n"
    assert only == expected
    assert found.apply([keep[0].number]) == expected
    for wrong in ([99], [-1]):
        with pytest.raises(OptionError, match="numbered from 0"):
            found.apply(wrong)
    done = redact_notebook(
        put(tmp_path / "a.ipynb", full()), accept=lambda find: find.entity_type != "PERSON"
    )
    assert {find.entity_type for find in done.rejected} == {"PERSON"}
    assert "Maria" in done.path.read_text() and CARD not in done.path.read_text()


def test_the_node_given_is_not_changed() -> None:
    node = full()
    found = find_personal(node)
    found.apply()
    assert node == full()


@pytest.mark.parametrize("operator", ["tag", "mask", "hash", "fake"])
def test_every_operator_leaves_valid_markup(operator: str, tmp_path: Path) -> None:
    pytest.importorskip("faker")
    done = redact_notebook(put(tmp_path / "a.ipynb", full()), operator=operator)
    text = done.path.read_text()
    for secret in ("Maria Rossi", "Otto Brandt", CARD, MAIL, "/home/mrossi"):
        assert secret not in text
    made = json.loads(text)
    nbformat.validate(made)
    html = made["cells"][1]["outputs"][1]["data"]["text/html"]

    def tags(page: str) -> list[str]:
        return re.findall(r"</?[a-z]\w*|<!--|-->", page)

    assert tags(html) == tags(full()["cells"][1]["outputs"][1]["data"]["text/html"])


def test_a_name_that_is_repeated_is_found_where_the_head_is_blind() -> None:
    node = notebook(markdown("Maria Rossi came."), code("k = 'x_Maria Rossi_y'"))
    found = find_personal(node)
    assert told(found) == [
        (0, "source", "markdown", "PERSON", "Maria Rossi"),
        (1, "source", "code", "PERSON", "Maria Rossi"),
    ]
    assert list(find_personal(notebook(node["cells"][1]))) == []
    assert found[0].placeholder == found[1].placeholder


def test_json_keeps_its_types_and_keys_are_renamed() -> None:
    data = {
        "application/json": {
            "person": "Maria Rossi", "n": 3, "share": 0.5, "none": None, "ok": True,
            "Maria Rossi": {"mail": [MAIL, 4111111111111111]}, "<PERSON_1>": 1,
        }
    }  # fmt: skip
    made = find_personal(notebook(code("", shown(**data)))).apply()
    assert made["cells"][0]["outputs"][0]["data"]["application/json"] == {
        "person": "<PERSON_1>", "n": 3, "share": 0.5, "none": None, "ok": True,
        "<PERSON_1>_": {"mail": ["<EMAIL_ADDRESS_1>", 4111111111111111]}, "<PERSON_1>": 1,
    }  # fmt: skip


def test_an_attachment_is_renamed_with_its_links() -> None:
    cell = markdown(
        "![a](attachment:maria_rossi.png) ![b](attachment:plot.png)",
        attachments={"maria_rossi.png": {"image/png": PNG}, "plot.png": {"image/png": PNG}},
    )
    found = find_personal(notebook(cell))
    assert [(f.place, f.text) for f in found] == [("attachments", "maria rossi")]
    made = found.apply()["cells"][0]
    assert made["source"] == "![a](attachment:PERSON_1.png) ![b](attachment:plot.png)"
    assert list(made["attachments"]) == ["PERSON_1.png", "plot.png"]
    assert [(u.place, u.what) for u in found.unseen] == [("attachments", "image/png")]


def test_what_cannot_be_seen_is_said() -> None:
    page = (
        "<script>var a = 1</script><iframe srcdoc='<p>x</p>'></iframe>"
        f"<img src='data:image/png;base64,{PNG}'>"
    )
    widget = {
        "model_module": "mapper", "model_name": "MapModel", "state": {},
        "buffers": [{"data": "AAAA", "encoding": "base64", "path": ["x"]}],
    }  # fmt: skip
    node = notebook(
        markdown(f"![x](data:image/png;base64,{PNG})"),
        code(
            "",
            shown(
                text__html=page,
                application__pdf="JVBERi0=",
                image__jpeg=PNG,
                **{"image/svg+xml": "<svg><text>Maria Rossi</text><path d='M0'/></svg>"},
                **{"application/octet-stream": "AAAA", "application/json": {"x": "A" * 400}},
            ),
        ),
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"w": widget}}},
    )
    found = find_personal(node)
    assert {(u.cell, u.place, u.what) for u in found.unseen} == {
        (None, "widgets", "buffers of MapModel"),
        (None, "widgets", "what mapper draws"),
        (0, "source", "picture or file in the text"),
        (1, "output 1", "script in text/html"),
        (1, "output 1", "page in a frame in text/html"),
        (1, "output 1", "picture or file in the text in text/html"),
        (1, "output 1", "application/pdf"),
        (1, "output 1", "image/jpeg"),
        (1, "output 1", "shapes in image/svg+xml"),
        (1, "output 1", "application/octet-stream"),
        (1, "output 1", "encoded data in application/json"),
    }
    assert told(found) == [(1, "output 1", "image/svg+xml", "PERSON", "Maria Rossi")]
    assert find_personal(notebook(markdown("Nothing here."))).unseen == ()


def test_what_is_left_in_a_script_is_told(tmp_path: Path) -> None:
    page = "<p>Maria Rossi</p><script>let who = 'Maria Rossi'</script>"
    done = redact_notebook(put(tmp_path / "a.ipynb", notebook(code("", shown(text__html=page)))))
    assert [(one.cell, one.place, one.entity_type) for one in done.left] == [
        (0, "output 1", "PERSON")
    ]


def test_a_second_look_finds_what_the_tags_uncover(tmp_path: Path) -> None:
    path = put(tmp_path / "a.ipynb", notebook(markdown("Maria Rossi knows Zed Shyly.")))
    assert len(find_personal(path)) == 1
    done = redact_notebook(path)
    assert json.loads(done.path.read_text())["cells"][0]["source"] == (
        "\\<PERSON_1> knows \\<PERSON_2>."
    )
    assert [find.text for find in done.taken] == ["Maria Rossi", "Zed Shyly"]


def test_own_types_and_those_of_redact_are_chosen_alike() -> None:
    assert {f.entity_type for f in find_personal(full(), entities="USER_NAME")} == {"USER_NAME"}
    found = find_personal(full(), entities=["CREDIT_CARD", "USER_ID"])
    assert {f.entity_type for f in found} == {"CREDIT_CARD", "USER_ID"}
    assert "URL" in {f.entity_type for f in find_personal(full(), entities="URL")}
    with pytest.raises(OptionError, match="Unknown entity type"):
        find_personal(full(), entities="NOTHING")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/home/ada/x and /Users/bob.k/y", ["ada", "bob.k"]),
        (r"C:\Users\Carla Diaz\x and C:\\Users\\dan\\y", ["Carla Diaz", "dan"]),
        ("/mnt/c/Users/eve/z", ["eve"]),
        ("/home/jovyan/work /Users/runner/x /home/user/y", []),
        ("see https://example.org/home/page and /api/users/list", []),
    ],
)
def test_user_names_in_paths(text: str, names: list[str]) -> None:
    found = find_personal(notebook(code(text)), entities="USER_NAME")
    assert [find.text for find in found] == names


def test_names_of_code_are_nobody() -> None:
    source = (
        "Maria = load()  # by Maria Rossi\nprint(Maria, 'Maria Rossi', Maria.age)\n%run Maria\n"
        f's = """\nfor Maria Rossi\n"""\nm = {MAIL!r}\n'
    )
    assert [f.text for f in find_personal(notebook(code(source)))] == [
        "Maria Rossi", "Maria Rossi", "Maria Rossi", MAIL,
    ]  # fmt: skip
    # What has a pattern is found anywhere, and everything in a cell that cannot be read.
    assert [f.text for f in find_personal(notebook(code(f"pay({CARD})")))] == [CARD]
    assert [f.text for f in find_personal(notebook(code("%%bash\necho Maria Rossi")))] == [
        "Maria Rossi"
    ]
    shell = {"language_info": {"name": "R"}}
    node = notebook(code("Maria <- f('Maria Rossi') # Otto Brandt"), **shell)
    assert [f.text for f in find_personal(node)] == ["Maria Rossi", "Otto Brandt"]
    printed = code("", stream("<Maria.core.Thing object>\nby Maria. Done"))
    assert [(f.text, f.before) for f in find_personal(notebook(printed))] == [
        ("Maria", "<Maria.core.Thing object>\nby ")
    ]


def test_nothing_personal_is_in_a_repr(tmp_path: Path) -> None:
    found = find_personal(full())
    shown_as = (
        repr(found) + repr(list(found)) + repr(redact_notebook(put(tmp_path / "a.ipynb", full())))
    )
    for secret in ("Maria", "Rossi", CARD, "mrossi"):
        assert secret not in shown_as
    assert isinstance(found, Finds) and repr(found) == "Finds(21 finds, 1 unseen, 0 doubts)"


def test_the_shell_shows_no_text_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path / "a.ipynb", full())
    assert cli.main(["notebook", "redact", str(path)]) == 0
    first = capsys.readouterr()
    assert "CREDIT_CARD" in first.out and "21 of 21 finds taken out" in first.out
    assert "cell 2, output 2: image/png: not searched" in first.err
    for secret in ("Maria", "Rossi", CARD, "mrossi"):
        assert secret not in first.out + first.err
    assert cli.main(["notebook", "redact", str(path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["notebook", "redact", str(path), "--force", "--show-context"]) == 0
    assert f"Pay with [{CARD}], Maria Ross" in capsys.readouterr().out


def test_check_writes_nothing_and_tells_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path / "a.ipynb", full())
    assert cli.main(["notebook", "redact", str(path), "--check", "-q"]) == 1
    assert capsys.readouterr().out.endswith("a.ipynb: 21 finds.\n")
    clean = put(tmp_path / "b.ipynb", notebook(markdown("The hill is high.")))
    assert cli.main(["notebook", "redact", str(clean), "--check"]) == 0
    assert capsys.readouterr().out == f"{clean}: 0 finds.\n"
    # As a hook calls it: all files in one go.
    assert cli.main(["notebook", "redact", "--check", str(clean), str(path)]) == 1
    told = capsys.readouterr()
    assert f"{clean}: 0 finds.\n" in told.out and f"{path}: 21 finds.\n" in told.out
    assert f"slm-magic: {path}: cell 2, output 2: image/png" in told.err
    assert cli.main(["notebook", "redact", str(clean), str(path), "-o", "x.ipynb"]) == 2
    assert "--out names one notebook" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ipynb", "b.ipynb"]


def test_accept_takes_types_and_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "a.ipynb", full())
    out = tmp_path / "a.redacted.ipynb"
    assert cli.main(["notebook", "redact", str(path), "--accept", "credit_card,USER_ID"]) == 0
    assert "3 of 21 finds taken out: USER_ID 2, CREDIT_CARD 1." in capsys.readouterr().out
    assert "Maria" in out.read_text() and CARD not in out.read_text()
    assert cli.main(["notebook", "redact", str(path), "--accept", "PRESON", "--force"]) in (0, 2)
    capsys.readouterr()
    assert cli.main(["notebook", "redact", str(path), "--accept", "Persn"]) == 2
    assert "Did you mean 'PERSON'" in capsys.readouterr().err
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return "n" if "USER_NAME" in question else "maybe" if len(questions) == 1 else "y"

    monkeypatch.setattr("builtins.input", answer)
    assert cli.main(["notebook", "redact", str(path), "--accept", "ask", "--force"]) == 0
    assert "mrossi" in out.read_text() and "Maria" not in out.read_text()
    # The same text is asked about once, an answer that is none is asked again.
    assert len(questions) == 9 and "Maria" not in "".join(questions)

    def gone(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    assert cli.main(["notebook", "redact", str(path), "--accept", "ask", "--force"]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_doubts_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path / "a.ipynb", notebook(markdown("It was Zorblax who rang.")))
    assert cli.main(["notebook", "redact", str(path)]) == 0
    error = capsys.readouterr().err
    assert error == "slm-magic: scored too low to be taken out, look at it: cell 1, source\n"
    [doubt] = find_personal(path).doubts
    assert "possible PERSON" in doubt.message and "Zorblax" not in repr(doubt)


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    path = put(tmp_path / "a.ipynb", notebook(markdown("Now press Ctrl-C.")))
    with pytest.raises(Interrupted):
        redact_notebook(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<b>Ma</b>ria &#82;ossi", "Maria Rossi"),
        ("<td>Maria</td><td>Rossi</td>", "Maria\nRossi\n"),
        ("a &lt;b&gt; &nbsp;c &unknown; & d", "a <b> \xa0c &unknown; & d"),
        ("<p>open <b>never closed", "open never closed"),
        ("<a href='x' title=\"it's\">l</a><br/>m", "l\nm"),
        ("text <", "text <"),
        ("<style>p {}</style>x<!-- c -->", "x"),
    ],
)
def test_html_is_read_as_shown_and_put_back_whole(raw: str, text: str) -> None:
    [view, *others], _ = views.page(raw)
    assert re.sub(r"\n+", "\n", view.text) == re.sub(r"\n+", "\n", text)
    for one in (view, *others):
        # Each character stands where it says.
        assert views.apply(raw, one.edits(0, 0, "X")) == raw
        for at in range(len(one.text)):
            edits = one.edits(at, at + 1, "")
            changed = views.apply(raw, edits)
            assert len(edits) <= 1
            if edits:
                start, end, _ = edits[0]
                assert changed == raw[:start] + raw[end:]


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        ("<svg><text><![CDATA[Maria Rossi]]></text></svg>", "<![CDATA[X Y>]]>"),
        ("<?author Maria Rossi?>", "<?author X Y&gt;?>"),
        ("<! by Maria Rossi>", "<! by X Y&gt;>"),
        ("<!-- Maria Rossi -->", "<!-- X Y> -->"),
        ("<a xlink:href='x?q=Maria Rossi'>", "'x?q=X Y&gt;'"),
        ("<img srcset='Maria Rossi.png 2x'>", "'X Y&gt;.png 2x'"),
        ("<i title=Maria&#32;Rossi class=c>", "title=X&#32;Y&gt; class=c"),
        ("<a href=javascript:f('Maria&#32;Rossi')>", "f('X&#32;Y&gt;')"),
    ],
)
def test_what_a_page_does_not_show_is_read_too(raw: str, made: str) -> None:
    [view] = [one for one in views.page(raw)[0] if "Maria Rossi" in one.text]
    start = view.text.index("Maria")
    changed = views.apply(raw, view.edits(start, start + len("Maria Rossi"), "X Y>"))
    assert made in changed and "Maria" not in changed
    assert not [one for one in views.page(changed)[0] if "Maria" in one.text]


@pytest.mark.parametrize(
    ("raw", "unseen"),
    [
        ("<p onclick='tell(`Maria Rossi`)'>x</p>", ["script"]),
        ("<p>x</p><script>Maria Rossi", ["script"]),
        ("<?xml version='1.0'?><!DOCTYPE html><p contrast='on'>x</p>", []),
    ],
)
def test_scripts_wherever_they_stand_are_told(raw: str, unseen: list[str]) -> None:
    found, told = views.page(raw)
    assert told == unseen
    assert [one.text for one in found if one.name == "comment"] == []


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (f"<p>From: M. <{MAIL}> to all</p>", MAIL),
        (f"<p>From: M. <mailto {MAIL}/> to all</p>", MAIL),
        ("<p>Said <Maria Rossi> twice</p>", "Maria Rossi"),
        ('<b title="x" Maria Rossi>x</b>', "Maria Rossi"),
        ("<!DOCTYPE of Maria Rossi><p>x</p>", "Maria Rossi"),
    ],
)
def test_what_is_written_where_a_tag_would_stand_is_searched(
    tmp_path: Path, raw: str, text: str
) -> None:
    node = notebook(code("x", shown(text__html=raw)))
    assert [find.text for find in find_personal(node)] == [text]
    done = redact_notebook(put(tmp_path / "a.ipynb", node))
    after = json.loads(done.path.read_text())["cells"][0]["outputs"][0]["data"]["text/html"]
    assert re.sub(r"&lt;[A-Z_]+1&gt;", text, after) == raw


@pytest.mark.parametrize("cells", [0, 1])
def test_a_search_is_stopped_where_no_model_is_asked_too(cells: int) -> None:
    stop = threading.Event()
    stop.set()
    # Without a cell the metadata alone is searched.
    node = notebook(*[markdown("The hill.")] * cells)
    node["metadata"]["authors"] = [{"name": "Otto Brandt"}]
    with stoppable(stop), pytest.raises(KeyboardInterrupt):
        find_personal(node, entities="USER_NAME")


def test_pages_made_at_random_keep_their_tags() -> None:
    pieces = [
        "<b>", "</b>", "<td>", "</td>", "Maria Rossi", "Maria", " ", "Rossi", "&amp;", "&#77;", "&lt;i&gt;",
        "<img alt='Maria Rossi'>", "<!-- Maria Rossi -->", "<br/>", "x < y", "&", "<", ">", "\n", "<p title=Maria>",
        "<script>Maria Rossi</script>", "é", "\U0001f600",
    ]  # fmt: skip
    for seed in range(150):
        rng = random.Random(seed)
        raw = "".join(rng.choices(pieces, k=rng.randint(0, 14)))
        node = notebook(code("", shown(text__html=raw)))
        kept = copy.deepcopy(node)
        found = find_personal(node)
        made = found.apply()["cells"][0]["outputs"][0]["data"]["text/html"]
        assert node == kept
        again, _ = views.page(made)
        for view in again:
            assert not re.search(r"\bMaria Rossi\b", view.text), (seed, raw, made)

        def tags(text: str) -> list[str]:
            return re.findall(r"</?(?:b|td|br|script)\b", text)

        assert tags(made) == tags(raw), (seed, raw, made)


def test_broken_notebooks_get_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text('{"nbformat": 3}')
    assert cli.main(["notebook", "redact", str(path)]) == 2
    assert "--nbformat 4" in capsys.readouterr().err
    with pytest.raises(OptionError, match="The notebook is no"):
        find_personal({"cells": []})
    deep: Any = "Maria Rossi"
    for _ in range(190):
        deep = [deep]
    node = notebook(markdown("The hill."), deep=deep)
    assert [find.text for find in find_personal(node)] == ["Maria Rossi"]
    for _ in range(600):
        deep = {"a": deep}
    with pytest.raises(OptionError, match="nested too deep"):
        find_personal(notebook(markdown("The hill."), deep=deep))


def test_the_commands_exit_code_in_a_real_shell(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("secret")
    done = subprocess.run(
        [sys.executable, "-m", "slm_magic", "notebook", "redact", str(path)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "secret" not in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("hostile", ["<a ", "<!--", "<?", "</a ", "<![", "<!", "<a x='"])
def test_html_whose_tags_never_end_is_read_as_it_is_written_and_told(
    tmp_path: Path, hostile: str
) -> None:
    raw = "For Maria Rossi. " + hostile * 30_000
    node = notebook(code("x", shown(text__html=raw)))
    finds = find_personal(node)
    assert [one.what for one in finds.unseen] == ["broken HTML in text/html"]
    done = redact_notebook(put(tmp_path / "a.ipynb", node))
    after = json.loads(done.path.read_text())["cells"][0]["outputs"][0]["data"]["text/html"]
    assert after == raw.replace("Maria Rossi", "&lt;PERSON_1&gt;")


def test_html_with_one_tag_that_never_ends_is_read_as_html(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "_MOST_IN_VAIN", 100)
    raw = "<p>For <b>Maria</b> Rossi.</p>" + "<p>word</p>" * 500 + "<a href='x"
    found, unseen = views.page(raw)
    assert unseen == [] and found[0].text.startswith("For Maria Rossi.\nword")


def test_attributes_that_nobody_reads_are_searched_where_they_look_personal() -> None:
    raw = (
        f'<p id="{MAIL}" class="card Maria Rossi" style="--owner: Otto Brandt">x</p>'
        '<td id="T_1f_row0_col0" class="dataframe col_heading level0" name="a">1</td>'
    )
    finds = find_personal(notebook(code("x", shown(text__html=raw))))
    assert {(f.field, f.text) for f in finds} == {
        ("text/html id", MAIL),
        ("text/html class", "Maria Rossi"),
        ("text/html style", "Otto Brandt"),
    }
    # Not those of every cell of a table.
    names = [view.name for view in views.page(raw)[0]]
    assert names == ["", "id", "class", "style"]
