"""Notebooks translated by a fake model: what must change, and all that must not."""

from __future__ import annotations

import copy
import json
import random
import re
import traceback
import zlib
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeSeq2Seq, install

pytest.importorskip("nbformat")

import nbformat

from slm_magic import cli
from slm_magic.errors import EmptyTextError, Interrupted, LanguageError, OptionError
from slm_magic.notebooks import translate_notebook

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
INTRO = """---
title: Rain on the hill
---

# Rain on the hill

This notebook measures how much rain fell on the hill during the last winter.
Read the [guide](https://example.org/guide) or go to [the figure](#The-figure).

$$
\\bar{x} = \\frac{1}{n} \\sum_i x_i
$$

| station | rain |
|---|---|
| upper meadow | 12 mm |

![a gauge](attachment:gauge.png) <span class="note">It leaks.</span>

- The mean is $\\bar{x}$ and the code is `x.mean()`.
"""
CODE = """%matplotlib inline
import pandas as pd  # noqa: F401
# Read the measurements
# and drop the empty rows.
# df = df.dropna()
rain = [3, 4]  # in millimetres
"""


WORDS = [
    "la",
    "pluie",
    "colline",
    "maison",
    "froide",
    "tombe",
    "souvent",
    "avec",
    "dans",
    "pour",
    "cette",
    "mesure",
    "grande",
    "petite",
    "matin",
    "toujours",
    "encore",
    "jamais",
    "porte",
    "table",
    "route",
    "chemin",
    "sur",
    "sous",
    "entre",
]


def french(text: str) -> str:
    """Translate word by word into French that means nothing; placeholders stay."""

    def word(match: re.Match[str]) -> str:
        if match["hidden"]:
            return match[0]
        made = WORDS[zlib.crc32(match[0].lower().encode()) % len(WORDS)]
        return made.capitalize() if match[0][0].isupper() else made

    return re.sub(r"(?P<hidden><x\d+/>)|[^\W\d_]+", word, text)


def shape(text: str) -> str:
    """Return a text with every word alike: its structure."""
    return re.sub(r"[^\W\d_]+", "w", text)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    fake = FakeSeq2Seq(french)
    install(monkeypatch, fake)
    return fake


def markdown(source: str, number: int = 0, **more: Any) -> dict[str, Any]:
    cell = {"cell_type": "markdown", "id": f"m{number}", "metadata": {"tags": ["x"]}}
    return {**cell, "source": source.splitlines(keepends=True), **more}


def code(source: str, number: int = 0, outputs: list[Any] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": f"c{number}",
        "metadata": {"collapsed": False},
        "outputs": outputs or [],
        "source": source,
    }


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def full() -> dict[str, Any]:
    output = {
        "output_type": "display_data",
        "data": {"text/plain": ["The rain fell."], "image/png": PNG},
        "metadata": {},
    }
    return notebook(
        markdown(INTRO, attachments={"gauge.png": {"image/png": PNG}}),
        code(CODE, outputs=[output]),
        {"cell_type": "raw", "id": "r", "metadata": {}, "source": "The raw text stays."},
        markdown("## The figure\n\nIt shows the rain of each month.", 1),
        language_info={"name": "python"},
    )


def put(path: Path, node: dict[str, Any], **layout: Any) -> Path:
    path.write_text(json.dumps(node, **{"indent": 1, "ensure_ascii": False, **layout}) + "\n")
    return path


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]


def without_sources(node: dict[str, Any]) -> dict[str, Any]:
    node = copy.deepcopy(node)
    for cell in node["cells"]:
        cell["source"] = type(cell["source"]).__name__
    return node


def test_words_change_and_nothing_else(model: FakeSeq2Seq, tmp_path: Path) -> None:
    path = put(tmp_path / "rain.ipynb", full())
    done = translate_notebook(path, target="fr", comments=True)
    assert done.path == tmp_path / "rain.fr.ipynb"
    made = json.loads(done.path.read_text())
    assert json.dumps(without_sources(made)) == json.dumps(without_sources(full()))
    nbformat.validate(made)
    intro, cell, raw, figure = sources(done.path)
    assert f"# {french('Rain on the hill')}\n" in intro
    assert intro != INTRO and shape(intro) == shape(INTRO)
    for kept in (
        "---\ntitle: Rain on the hill\n---\n", "](https://example.org/guide)", "|---|---|\n",
        "$$\n\\bar{x} = \\frac{1}{n} \\sum_i x_i\n$$", "](attachment:gauge.png)", "`x.mean()`",
        '<span class="note">', "$\\bar{x}$", "</span>",
    ):  # fmt: skip
        assert kept in intro
    # The link inside the notebook follows its heading.
    assert f"](#{french('The-figure')})" in intro
    assert figure == french("## The figure\n\nIt shows the rain of each month.")
    words = ("Read the measurements", "and drop the empty rows.", "in millimetres")
    for line in words:
        assert line not in cell and french(line) in cell
    assert shape(cell) == shape(CODE)
    assert "# noqa: F401" in cell and "# df = df.dropna()" in cell and "%matplotlib" in cell
    assert raw == "The raw text stays."
    assert (done.cells, done.comments, done.source, done.target) == (2, 2, "en", "fr")
    assert done.flags == () and done.unread == ()
    assert [p.name for p in sorted(tmp_path.iterdir()) if p.name != "home"] == [
        "rain.fr.ipynb", "rain.ipynb",
    ]  # fmt: skip


def test_comments_stay_unless_asked_for(model: FakeSeq2Seq, tmp_path: Path) -> None:
    done = translate_notebook(put(tmp_path / "rain.ipynb", full()), target="fr")
    assert sources(done.path)[1] == CODE and done.comments == 0


@pytest.mark.parametrize(
    "layout",
    [{"indent": 2}, {"indent": "\t"}, {"indent": None}, {"ensure_ascii": True}, {}],
)
def test_the_layout_of_the_file_stays(
    model: FakeSeq2Seq, tmp_path: Path, layout: dict[str, Any]
) -> None:
    node = notebook(markdown("The café is closed on Monday."), zebra=1, author="Zoë")
    path = put(tmp_path / "a.ipynb", node, **layout)
    done = translate_notebook(path, target="fr", source="en")
    node["cells"][0]["source"] = [french("The café is closed on Monday.")]
    assert done.path.read_text() == put(tmp_path / "b.ipynb", node, **layout).read_text()


def test_lines_that_end_as_on_windows_stay_so(model: FakeSeq2Seq, tmp_path: Path) -> None:
    node = notebook(markdown("The hill is green.\nIt rains."))
    path = put(tmp_path / "a.ipynb", node, indent=1)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    done = translate_notebook(path, target="fr", source="en")
    assert re.findall(rb"(?<!\r)\n", done.path.read_bytes()) == []
    # Within a string nothing is another: only the cell itself has changed.
    made = json.loads(done.path.read_bytes())
    made["cells"][0].pop("source")
    node["cells"][0].pop("source")
    assert made == node


def test_all_cells_go_to_the_model_together(model: FakeSeq2Seq, tmp_path: Path) -> None:
    cells = [markdown(f"The hill has {n} trees on it.", n) for n in range(3, 30)]
    translate_notebook(put(tmp_path / "a.ipynb", notebook(*cells)), target="fr", source="en")
    assert len(model.calls[0]["texts"]) == len(cells)


def test_the_language_is_told_from_all_cells(model: FakeSeq2Seq, tmp_path: Path) -> None:
    german = markdown("Der Hügel liegt im Norden, und im Winter fällt dort sehr viel Regen.", 1)
    path = put(tmp_path / "a.ipynb", notebook(markdown("# Import"), german))
    assert translate_notebook(path, target="fr").source == "de"
    with pytest.raises(LanguageError, match="in German already"):
        translate_notebook(path, target="de")
    path = put(tmp_path / "b.ipynb", notebook(markdown("# Xqz")))
    with pytest.raises(LanguageError, match="--from en"):
        translate_notebook(path, target="fr")


def test_a_cell_in_the_target_language_stays(model: FakeSeq2Seq, tmp_path: Path) -> None:
    own = (
        "Cette cellule est déjà écrite en français, parce que ma collègue de Lyon l'a rédigée "
        "pendant que je prenais les mesures sur la colline sous la pluie."
    )
    english = "The gauge was read every morning, and the values were written down. " * 4
    path = put(tmp_path / "a.ipynb", notebook(markdown(english), markdown(own, 1)))
    done = translate_notebook(path, target="fr")
    assert sources(done.path) == [french(english), own]
    assert [(flag.cell, flag.kind) for flag in done.flags] == [(1, "untranslated")]
    assert done.cells == 1
    # Who names the language has said so of all cells.
    done = translate_notebook(path, target="fr", source="en", force=True)
    assert done.cells == 2


def test_flags_name_the_cell_and_quote_nothing(
    model: FakeSeq2Seq, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.reply = lambda text: french(text).replace("12", "13")
    node = notebook(markdown("The hill is high."), markdown("There were 12 secret gauges.", 1))
    path = put(tmp_path / "a.ipynb", node)
    assert cli.main(["notebook", "translate", str(path), "--to", "fr", "--from", "en"]) == 0
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'a.fr.ipynb'}: 2 cells, en to fr.\n"
    assert "slm-magic: cell 2: number_changed: " in told.err
    assert "slm-magic: 1 cell flagged: number_changed 2\n" in told.err
    assert "cell 1" not in told.err and "secret" not in told.err.lower()


def test_an_existing_output_is_not_replaced_unless_asked(
    model: FakeSeq2Seq, tmp_path: Path
) -> None:
    path = put(tmp_path / "a.ipynb", notebook(markdown("The hill is high.")))
    out = tmp_path / "a.fr.ipynb"
    out.write_text("precious")
    with pytest.raises(OptionError, match="--force"):
        translate_notebook(path, target="fr", source="en")
    assert out.read_text() == "precious" and model.calls == []
    translate_notebook(path, target="fr", source="en", force=True)
    assert sources(out) == [french("The hill is high.")]
    with pytest.raises(OptionError, match="replace the input"):
        translate_notebook(path, target="fr", source="en", out=path, force=True)
    with pytest.raises(OptionError, match="no folder"):
        translate_notebook(path, target="fr", source="en", out=tmp_path / "no" / "b.ipynb")
    assert sources(path) == ["The hill is high."]


def test_ctrl_c_keeps_finished_cells_and_resume_goes_on(
    model: FakeSeq2Seq, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [markdown(f"The hill has {n} trees on it.", n) for n in range(3, 9)]
    path = put(tmp_path / "a.ipynb", notebook(*cells))
    model.interrupt_after = 4
    argv = ["notebook", "translate", str(path), "--to", "fr", "--from", "en"]
    assert cli.main(argv) == 130
    told = capsys.readouterr()
    assert told.err == (
        "slm-magic: Interrupted: 4 of 6 finished. Go on with --resume (resume=True).\n"
    )
    part = tmp_path / ".a.fr.ipynb.part"
    assert part.exists() and not (tmp_path / "a.fr.ipynb").exists()
    model.interrupt_after = None
    # Neither thrown away nor used in silence.
    assert cli.main(argv) == 2
    assert "--resume" in capsys.readouterr().err
    model.calls.clear()
    done = translate_notebook(path, target="fr", source="en", resume=True)
    assert done.resumed == 4 and len(model.calls[0]["texts"]) == 2
    assert sources(done.path) == [french(f"The hill has {n} trees on it.") for n in range(3, 9)]
    assert not part.exists()


def test_resume_uses_only_what_was_made_from_the_same(model: FakeSeq2Seq, tmp_path: Path) -> None:
    cells = [markdown(f"The hill has {n} trees on it.", n) for n in range(3, 7)]
    path = put(tmp_path / "a.ipynb", notebook(*cells))
    model.interrupt_after = 3
    with pytest.raises(Interrupted) as caught:
        translate_notebook(path, target="fr", source="en")
    assert (caught.value.done, caught.value.total) == (3, 4)
    assert caught.value.results[0] == french("The hill has 3 trees on it.")
    cells[0] = markdown("The hill has no tree at all.", 3)
    put(path, notebook(*cells))
    part = tmp_path / ".a.fr.ipynb.part"
    kept = part.read_bytes()
    model.interrupt_after = None
    assert translate_notebook(path, target="fr", source="en", resume=True).resumed == 2
    part.write_bytes(kept)
    done = translate_notebook(path, target="fr", source="en", resume=True, quotes="keep")
    assert done.resumed == 0
    part.write_text("[]")
    assert translate_notebook(path, target="fr", source="en", resume=True).resumed == 0


def test_resume_with_nothing_to_go_on_from_replaces_nothing(
    model: FakeSeq2Seq, tmp_path: Path
) -> None:
    path = put(tmp_path / "a.ipynb", notebook(markdown("The hill has three trees on it.")))
    done = translate_notebook(path, target="fr", source="en", resume=True)
    done.path.write_text("improved by hand")
    with pytest.raises(OptionError, match="--force"):
        translate_notebook(path, target="fr", source="en", resume=True)
    assert done.path.read_text() == "improved by hand"


def test_progress_is_told_by_cell_and_can_stop(model: FakeSeq2Seq, tmp_path: Path) -> None:
    path = put(tmp_path / "a.ipynb", full())
    seen: list[tuple[int, int]] = []
    translate_notebook(
        path, target="fr", comments=True, on_cell=lambda done, total: seen.append((done, total))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        translate_notebook(path, target="fr", on_cell=stop, force=True)
    assert caught.value.done == 1
    assert translate_notebook(path, target="fr", resume=True).resumed == 1


def test_an_output_that_cannot_be_written_costs_no_work(
    model: FakeSeq2Seq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic import whole_files

    path = put(tmp_path / "a.ipynb", full())
    real = whole_files.write

    def refuse(target: Path, data: bytes) -> None:
        if target.suffix == ".ipynb":
            raise OptionError(f"{target} cannot be written: No space left on device.")
        real(target, data)

    monkeypatch.setattr(whole_files, "write", refuse)
    with pytest.raises(OptionError, match="No space left"):
        translate_notebook(path, target="fr")
    monkeypatch.undo()
    install(monkeypatch, model)
    model.calls.clear()
    done = translate_notebook(path, target="fr", resume=True)
    assert done.resumed == 2 and model.calls == []


def test_links_follow_their_headings(model: FakeSeq2Seq, tmp_path: Path) -> None:
    words = {
        "Clean the data": "Préparer les données",
        "Plot the rain": "Tracer la pluie",
    }
    model.reply = lambda text: words.get(text) or french(text).replace(french("Use"), "Utiliser")
    links = (
        "[a](#Clean-the-data) [b](#Plot-the-rain) [c](#plot-the-rain) [d](#Use-mean) "
        '[e](#explicit) <a href="#Plot-the-rain">f</a> [g](#nowhere) `[h](#Plot-the-rain)`'
    )
    node = notebook(
        markdown(f"The rain fell on the hill all day. {links}\n\n[i]: #Plot-the-rain\n"),
        markdown("## Clean the data\n", 1),
        markdown("Plot the rain\n---\n\n<a name='explicit'></a>\n\n## Use `mean`\n", 2),
    )
    done = translate_notebook(put(tmp_path / "a.ipynb", node), target="fr", source="en")
    first, second, third = sources(done.path)
    # JupyterLab finds no anchor with other letters than ASCII's: the old one is kept.
    assert "](#Clean-the-data)" in first
    assert second == '## <a id="Clean-the-data"></a>Préparer les données\n'
    targets = re.findall(r"\]\((.*?)\)", first)
    assert targets == [
        "#Clean-the-data", "#Tracer-la-pluie", "#tracer-la-pluie", "#Utiliser-mean", "#explicit",
        "#nowhere", "#Plot-the-rain",
    ]  # fmt: skip
    assert '<a href="#Tracer-la-pluie">' in first
    assert "`[h](#Plot-the-rain)`" in first and "\n[i]: #Tracer-la-pluie\n" in first
    assert third.startswith("Tracer la pluie\n---\n\n<a name='explicit'></a>")


def test_a_link_to_a_heading_that_is_gone_is_flagged(
    model: FakeSeq2Seq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.notebooks import anchors

    node = notebook(markdown("Read [this](#One) on the hill."), markdown("# One\n\n# Two", 1))
    path = put(tmp_path / "a.ipynb", node)
    done = translate_notebook(path, target="fr", source="en")
    assert not [flag for flag in done.flags if "link" in flag.message]
    linked, broken = anchors.relink(["[x](#One)", "# One\n\n# Two"], ["[x](#One)", "# Un Deux"])
    assert broken == [0] and linked == ["[x](#One)", "# Un Deux"]


def test_two_headings_that_become_one_keep_their_anchors() -> None:
    from slm_magic.notebooks.anchors import relink

    linked, broken = relink(
        ["[x](#Big-one) [y](#Large-one)", "# Big one\n# Large one"],
        ["[x](#Big-one) [y](#Large-one)", "# Grand\n# Grand"],
    )
    assert broken == []
    assert linked[0] == "[x](#Grand) [y](#Large-one)"
    assert linked[1] == '# Grand\n# <a id="Large-one"></a>Grand'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "broken at line 1"),
        (b'{"cells": [\n"my secret"', "broken at line 2"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"nbformat": ' + b"4" * 5000 + b"}", "JSON is a number of too many digits."),
        (b"[1]", "no notebook"),
        (b'{"nbformat": "4"}', "no notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "jupyter nbconvert --to notebook --nbformat 4"),
        (b'{"nbformat": 9}', "only format 4"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "at cells"),
        (
            b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": '
            b'"markdown", "metadata": {}, "source": 7, "secret": 1}]}',
            "no valid notebook at cells[0]",
        ),
        (
            b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": '
            b'"markdown", "metadata": {}, "source": "secret \\ud83d"}]}',
            "half a character (a lone surrogate) in cell 1",
        ),
    ],
)
def test_what_is_no_notebook_gets_one_line(
    data: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_bytes(data)
    assert cli.main(["notebook", "translate", str(path), "--to", "fr"]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1 and "secret" not in error
    assert [p.name for p in tmp_path.iterdir()] == ["bad.ipynb"]
    # In a notebook a whole traceback is shown, with what an error came from.
    with pytest.raises(OptionError) as caught:
        translate_notebook(path, target="fr")
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_files_that_cannot_be_read_or_are_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic.notebooks import files

    with pytest.raises(OptionError, match="cannot be read: No such file"):
        translate_notebook(tmp_path / "none.ipynb", target="fr")
    with pytest.raises(OptionError, match="is not a file"):
        translate_notebook(tmp_path, target="fr")
    path = put(tmp_path / "a.ipynb", full())
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    with pytest.raises(OptionError, match="--clear-output"):
        translate_notebook(path, target="fr")


def test_a_folder_that_refuses_leaves_everything_as_it_was(
    model: FakeSeq2Seq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "a.ipynb", full())

    def refuse(self: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OptionError, match="cannot be written: Permission denied"):
        translate_notebook(path, target="fr")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ipynb"]


def test_a_notebook_without_words(model: FakeSeq2Seq, tmp_path: Path) -> None:
    node = notebook(markdown("$$x$$\n"), code("# A comment that says something\nx = 1"))
    path = put(tmp_path / "a.ipynb", node)
    with pytest.raises(EmptyTextError, match="--comments"):
        translate_notebook(path, target="fr")
    done = translate_notebook(path, target="fr", source="en", comments=True)
    assert sources(done.path)[1] == f"# {french('A comment that says something')}\nx = 1"


def test_no_ids_are_made_up(model: FakeSeq2Seq, tmp_path: Path) -> None:
    cell = markdown("The hill is high.")
    del cell["id"]
    path = put(tmp_path / "a.ipynb", notebook(cell))
    done = translate_notebook(path, target="fr", source="en")
    assert "id" not in json.loads(done.path.read_text())["cells"][0]


def test_notebooks_made_at_random_keep_their_structure(model: FakeSeq2Seq, tmp_path: Path) -> None:
    pieces = [
        "The rain fell on the hill.", "# A heading", "- an item with **bold** words", "$a_1$", "$$x$$",
        "```python\nx = 1  # code\n```", "| a | b |\n|---|---|\n| one | two |", "> a quoted line",
        "<div>A block.</div>", "![alt text](x.png)", "[a link](#A-heading)", "", "   ", "\u00a0é\u2028x",
        "\\begin{align}\na &= b\n\\end{align}", "1. First\n2. Second", "<!-- a note -->", "***", "{x}",
    ]  # fmt: skip
    codes = [
        "x = 1  # a value",
        "%%bash\n# not ours",
        "!ls  # no",
        "def f(:\n # broken",
        "'''\n# s\n'''",
        "",
    ]
    for seed in range(60):
        rng = random.Random(seed)
        cells: list[dict[str, Any]] = [markdown("The hill is high and the rain is cold.", 999)]
        for number in range(rng.randint(0, 8)):
            if rng.random() < 0.6:
                text = "\n\n".join(rng.choices(pieces, k=rng.randint(0, 5)))
                cell = markdown(text, number)
            else:
                cell = code("\n".join(rng.choices(codes, k=rng.randint(0, 3))), number)
            if rng.random() < 0.5:
                cell["source"] = "".join(cell["source"])
            cells.append(cell)
        node = notebook(*cells, authors=[{"name": "N"}], zebra={"b": [1.5, None, True]})
        path = put(tmp_path / f"{seed}.ipynb", node)
        done = translate_notebook(path, target="fr", source="en", comments=True)
        made = json.loads(done.path.read_text())
        assert json.dumps(without_sources(made)) == json.dumps(without_sources(node)), seed
        nbformat.validate(made)
        for old, new in zip(node["cells"], made["cells"], strict=True):
            before, after = "".join(old["source"]), "".join(new["source"])
            assert shape(before).split() == shape(after).split(), (seed, before, after)
            if old["cell_type"] == "code" and before.startswith("%%"):
                assert before == after


def test_magic_is_not_offered_what_only_a_shell_has() -> None:
    from slm_magic.commands.parse import help_text, parse

    with pytest.raises(OptionError, match="There is no command"):
        parse(["notebook", "translate"], "magic")
    with pytest.raises(OptionError, match="notebook translate"):
        parse(["notebook"], "shell")
    with pytest.raises(OptionError, match="Did you mean 'notebook translate'"):
        parse(["notebook", "tranlate", "x"], "shell")
    with pytest.raises(OptionError, match="needs FILE.ipynb"):
        parse(["notebook", "translate"], "shell")
    parsed = parse(["notebook", "translate", "--help"], "shell")
    assert "slm-magic notebook translate FILE.ipynb... [options]" in help_text(
        "shell", parsed.command
    )


def test_nbformat_missing_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "nbformat", None)
    path = put(tmp_path / "a.ipynb", full())
    assert cli.main(["notebook", "translate", str(path), "--to", "fr"]) == 1
    assert capsys.readouterr().err.endswith("needs more packages: pip install nbformat\n")
