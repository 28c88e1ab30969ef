"""The shell command: streams, exit codes, one-line errors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_gguf import Tiny

from slm_magic import cli, engine
from slm_magic.errors import Interrupted, ModelNotInstalledError
from slm_magic.tasks import translate as module
from slm_magic.tasks.results import Flag, Translation


def translation(text: str, **more: Any) -> Translation:
    return Translation(
        text=text.upper(), source_text=text, source="en", target=more.get("target", "fr"),
        flags=more.get("flags", ()),
    )  # fmt: skip


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []

    def fake(text: Any, **kwargs: Any) -> Any:
        seen.append({"text": text, **kwargs})
        if isinstance(text, list):
            return [translation(one) for one in text]
        return translation(text, target=kwargs["target"])

    monkeypatch.setattr(module, "translate", fake)
    monkeypatch.chdir(tmp_path)
    return seen


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="latin-1"))


def test_stdin_to_stdout_is_utf_8(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, 'déjà {vu} $x << "é"\n'.encode())
    assert cli.main(["translate", "--to", "fr"]) == 0
    assert capsys.readouterr().out == 'DÉJÀ {VU} $X << "É"\n'
    assert calls[0]["target"] == "fr"


def test_files_and_an_output_file(calls: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("two", encoding="utf-8")
    assert cli.main(["translate", "--to", "de", "a.txt", "b.txt", "-o", "out.txt"]) == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "ONE\nTWO\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "b.txt", "out.txt"]


def test_json(calls: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("é", encoding="utf-8")
    assert cli.main(["translate", "--to", "fr", "--json", "a.txt"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["task"], found["text"], found["target"]) == ("translate", "É", "fr")


def test_settings_stand_in(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.slm-magic]\ntarget = 'it'\ntranslate_model = 'mine'\n", encoding="utf-8"
    )
    monkeypatch.setenv("SLM_MAGIC_BEAM", "3")
    feed(monkeypatch, b"text")
    assert cli.main(["translate"]) == 0
    assert calls[0] == {
        "text": "text", "target": "it", "model": "mine", "beam_size": 3, "progress": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        (["translat"], 2, "Did you mean 'translate'"),
        (["translate"], 2, "SLM_MAGIC_TARGET"),
        (["translate", "--to", "fr", "--beem", "2"], 2, "Did you mean '--beam'"),
        (["translate", "--to", "fr", "nowhere.txt"], 2, "nowhere.txt cannot be read"),
        (["translate", "--to", "fr", "--format", "frame"], 2, "Formats: text"),
        (["info", "minilm"], 1, "Did you mean 'minilm-l6'"),
        (["verify", "minilm-l6"], 1, "pull minilm-l6"),
    ],
)
def test_mistakes(
    calls: list[Any], capsys: pytest.CaptureFixture[str], argv: list[str], code: int, told: str
) -> None:
    assert cli.main(argv) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("slm-magic: ")
    assert captured.err.count("\n") == 1
    assert told in captured.err


def test_a_missing_model_exits_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ModelNotInstalledError("run: slm-magic pull x")

    monkeypatch.setattr(module, "translate", fail)
    feed(monkeypatch, b"x")
    assert cli.main(["translate", "--to", "fr"]) == 1
    assert capsys.readouterr().err == "slm-magic: run: slm-magic pull x\n"


def test_pull_of_a_file_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "probe", lambda folder, card: None)
    Tiny().write(tmp_path / "model.gguf")
    assert cli.main(["pull", "model.gguf"]) == 0
    assert cli.main(["pull", "model.gguf", "--name", "mine"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["model", "mine"]
    assert cli.main(["pull", "model.gguf", "minilm-l6", "--name", "mine"]) == 2
    assert cli.main(["pull", "nothing.gguf"]) == 1
    told = capsys.readouterr().err
    assert "one model only" in told and "holds no model" in told and told.count("\n") == 2


def test_input_that_is_not_utf_8(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"\xff\xfe")
    assert cli.main(["translate", "--to", "fr"]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_an_interrupt_writes_what_was_finished(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise Interrupted([translation("one"), None], 1, 2)

    monkeypatch.setattr(module, "translate", stop)
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_text("x", encoding="utf-8")
    assert cli.main(["translate", "--to", "fr", *map(str, paths)]) == 130
    captured = capsys.readouterr()
    assert captured.out == "ONE\n"
    assert captured.err == "slm-magic: Interrupted: 1 of 2 finished.\n"


def test_flags_go_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = Flag("truncated", "the end is missing")
    monkeypatch.setattr(module, "translate", lambda text, **_: translation(text, flags=(flag,)))
    for argv, told in (([], "slm-magic: truncated: the end is missing\n"), (["-q"], "")):
        feed(monkeypatch, b"x")
        assert cli.main(["translate", "--to", "fr", *argv]) == 0
        assert capsys.readouterr().err == told


def test_flags_of_several_files_name_the_file_and_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    flag = Flag("truncated", "the end is missing")

    def fake(texts: list[str], **_: Any) -> list[Translation]:
        return [translation(text, flags=(flag,) * (text == "two")) for text in texts]

    monkeypatch.setattr(module, "translate", fake)
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", "one"), ("b", "two")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli.main(["translate", "--to", "fr", "a", "b"]) == 0
    told = capsys.readouterr()
    assert told.out == "ONE\nTWO\n"
    assert told.err == (
        "slm-magic: b: truncated: the end is missing\nslm-magic: 1 of 2 rows flagged: truncated 1\n"
    )
    assert cli.main(["translate", "--to", "fr", "a", "b", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert "translate" in capsys.readouterr().out
    assert cli.main(["translate", "--help"]) == 0
    assert "--to LANGUAGE" in capsys.readouterr().out
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("slm-magic 0")


def test_python_m_with_a_closed_pipe_stays_quiet() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "slm_magic", "models"],
        stdout=write, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 0
    assert done.stderr == ""


def test_an_interrupt_before_anything_leaves_the_file_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise Interrupted([None], 0, 1)

    monkeypatch.setattr(module, "translate", stop)
    feed(monkeypatch, b"x")
    out = tmp_path / "kept.txt"
    out.write_text("precious", encoding="utf-8")
    assert cli.main(["translate", "--to", "fr", "-o", str(out)]) == 130
    assert out.read_text(encoding="utf-8") == "precious"


def test_line_ends_and_letters_stay_whatever_the_locale(
    calls: list[dict[str, Any]], tmp_path: Path
) -> None:
    given, out = tmp_path / "a.txt", tmp_path / "b.txt"
    given.write_bytes("eins\r\nzwei → drei\r\n".encode())
    assert cli.main(["translate", "--to", "fr", "-o", str(out), str(given)]) == 0
    assert calls[0]["text"] == "eins\r\nzwei → drei\r\n"
    assert out.read_bytes() == "EINS\r\nZWEI → DREI\r\n".encode()


def test_output_is_utf8_whatever_the_locale(
    calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    feed(monkeypatch, "→".encode())
    assert cli.main(["translate", "--to", "fr"]) == 0
    assert raw.getvalue() == "→\n".encode()
