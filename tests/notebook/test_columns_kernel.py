"""Columns in a real kernel, on a real model of a few kilobytes whose words are noise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny

LINE = '%slm translate df.review --model mine --from en --to fr -o df["review_fr"]'
FRAMES = {
    "pandas": (
        "import pandas as pd\n"
        "df = pd.DataFrame({'review': texts}, index=[i // 2 for i in range(len(texts))])\n"
        "missing = lambda s: s.isna().tolist()"
    ),
    "polars": (
        "import polars as pl\n"
        "df = pl.DataFrame({'review': texts})\n"
        "missing = lambda s: s.is_null().to_list()"
    ),
}
TEXTS = (
    "texts = [f'The boat of number {i % 9} left the old bridge.' if i % 5 else None "
    "for i in range(40)]"
)
# More texts than a window has, so that some are left when the first window is handed over.
MANY = "texts = [f'Boat {i % 2500} left.' if i % 7 else None for i in range(3000)]"
# Each result takes its time and leaves a mark that the test can see from outside.
SLOW = """
import time
from slm_magic.tasks import bulk
_run = bulk.run
def _slow(task, texts, put, **options):
    def later(row, result):
        with open({mark!r}, "a") as file:
            file.write("x")
        time.sleep(0.002)
        put(row, result)
    _run(task, texts, later, **options)
bulk.run = _slow
"""


@pytest.fixture
def column(kernel: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """A kernel with a frame ``df`` and a model ``mine``."""
    folder = tmp_path / "opus"
    folder.mkdir()
    words = tiny.pieces(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    tiny.seq2seq(folder, words, start="</s>")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"source_lang": "eng", "target_lang": "fra"}), encoding="utf-8"
    )
    for code in (f"%slm pull {folder} --name mine", TEXTS, FRAMES[request.param]):
        ran = kernel.run(code)
        assert ran.status == "ok", ran.traceback
    return kernel


def told(kernel: Any, expression: str) -> Any:
    ran = kernel.run(f"import json; print(json.dumps({expression}))")
    assert ran.status == "ok", ran.traceback
    return json.loads(ran.out)


@pytest.mark.parametrize("column", FRAMES, indirect=True)
def test_a_column_becomes_another(column: Any) -> None:
    ran = column.run(LINE)
    assert ran.status == "ok", ran.traceback
    assert "review_fr" in ran.shown[-1]["text/plain"]
    # Noise is never handed over as if it were a translation.
    assert "of 40 rows flagged: " in ran.err
    assert told(column, "list(df.columns)") == ["review", "review_fr"]
    assert told(column, "missing(df['review_fr']) == missing(df['review'])")
    made = told(column, "[t for t, m in zip(df['review_fr'], missing(df['review'])) if not m]")
    texts = [i % 9 for i in range(40) if i % 5]
    assert len(made) == 32 and all(isinstance(text, str) and text for text in made)
    # One text, one translation.
    assert len(set(zip(texts, made, strict=True))) == 9
    # The same from Python, and with flags and scores beside it.
    ran = column.run(
        "import slm_magic as slm, slm_magic.frames\n"
        "options = {'target': 'fr', 'source': 'en', 'model': 'mine'}\n"
        "series = df['review'].slm.translate(**options)\n"
        "frame = slm.map_frame(df, column='review', task='translate', into='out', **options)\n"
        "print(type(frame) is type(df), series.to_list() == df['review_fr'].to_list() or "
        "[t for t in series if isinstance(t, str)] == [t for t in df['review_fr'] if isinstance(t, str)])"
    )
    assert (ran.status, ran.out) == ("ok", "True True\n"), ran.traceback
    names = ["review", "review_fr", "out", "out_flags", "out_score"]
    assert told(column, "list(frame.columns)") == names
    assert told(column, "missing(frame['out_flags']) == missing(frame['review'])")


@pytest.mark.parametrize("column", FRAMES, indirect=True)
def test_ctrl_c_keeps_a_part_and_resume_goes_on(
    column: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    library = request.node.callspec.params["column"]
    assert column.run(f"{MANY}\n{FRAMES[library]}").status == "ok"
    assert column.run(LINE.replace("review_fr", "whole")).status == "ok"
    mark = tmp_path / "mark"
    assert column.run(SLOW.format(mark=str(mark))).status == "ok"
    sent = column.start(LINE)
    ran = column.interrupt(sent, lambda: mark.exists() and mark.stat().st_size >= 4)
    assert (ran.status, ran.ename) == ("error", "KeyboardInterrupt")
    # One line and none of our frames.
    assert ran.traceback == ran.evalue
    done = int(ran.evalue.split()[1])
    assert ran.evalue == (
        f'Interrupted: {done} of 2571 finished; kept in df["review_fr"]; to go on, run it again '
        "with --resume."
    )
    assert 0 < done < 2571
    assert told(column, "missing(df['review_fr']).count(False)") == done
    assert column.run("bulk.run = _run").status == "ok"
    ran = column.run(f"{LINE} --resume")
    assert ran.status == "ok", ran.traceback
    assert told(column, "df['review_fr'].rename('whole').equals(df['whole'])")
