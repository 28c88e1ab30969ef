"""``%slm translate df.review --to fr -o df["review_fr"]`` in a real shell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest
from fakes import FakeSeq2Seq
from frame_models import interrupt_after, model
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

ROWS = ["The cat sleeps.", None, "The dog runs.", "The cat eats 5.", "The cat sleeps."]
FRENCH = ["Le chat dort.", None, "Le chien court.", "Le chat mange 7.", "Le chat dort."]
LINE = '%slm translate df.review --to fr --from en -o df["review_fr"]'

LIBRARIES = pytest.mark.parametrize("library", [pd, pl], ids=["pandas", "polars"])


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    return model(monkeypatch)


def run(shell: InteractiveShell, code: str) -> Any:
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def usage_error(shell: InteractiveShell, code: str) -> str:
    with pytest.raises(UsageError) as caught:
        run(shell, code)
    assert type(caught.value) is UsageError and "\n" not in str(caught.value)
    return str(caught.value)


def rows(series: Any) -> list[Any]:
    return [value if isinstance(value, str) else None for value in series.to_list()]


@LIBRARIES
@pytest.mark.parametrize(
    ("line", "key"),
    [
        (LINE, "review_fr"),
        ("%slm translate df['review'] --to fr --from en --out=df['in French']", "in French"),
        ('%slm df["x"] << translate df.review --to fr --from en', "x"),
        ("%slm translate texts --to fr --from en -o 'df[\"3\"]'", "3"),
    ],
)  # fmt: skip
def test_a_column_becomes_another(
    shell: InteractiveShell, opus: FakeSeq2Seq, capsys: pytest.CaptureFixture[str], library: Any,
    line: str, key: str,
) -> None:  # fmt: skip
    before = library.DataFrame({"review": ROWS, "id": range(5)})
    shell.user_ns.update(df=before, texts=ROWS)
    made = run(shell, line)
    df = shell.user_ns["df"]
    assert list(df.columns) == ["review", "id", key]
    assert rows(df[key]) == FRENCH and made.name == key and rows(made) == FRENCH
    # A polars frame never changes: the name stands for a new one.
    assert (df is before) == (library is pd)
    assert "1 of 5 rows flagged: number_changed 1\n" in capsys.readouterr().err
    # A second run replaces the column, as an assignment does.
    assert run(shell, f"{line} --quiet") is None
    assert rows(shell.user_ns["df"][key]) == FRENCH


def test_an_index_of_any_kind(shell: InteractiveShell, opus: FakeSeq2Seq) -> None:
    shell.user_ns["frames"] = {"a": pd.DataFrame({"review": ROWS}, index=[3, 3, 1, 0, 3])}
    line = LINE.replace("df.", "frames['a'].").replace("df[", "frames['a'][")
    run(shell, line)
    assert rows(shell.user_ns["frames"]["a"]["review_fr"]) == FRENCH


@LIBRARIES
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('%slm translate df.review --to fr -o d["x"]', "no variable named 'd'"),
        ('%slm translate df.review --to fr -o table["x"]', "dict is no data frame"),
        ('%slm translate df.review --to fr -o lazy["x"]', "call .collect() first"),
        ("%slm translate df.review --to fr -o df[x]", 'named by a text in quotes: -o df["review_fr"]'),
        ("%slm translate df.review --to fr -o df[0]", "named by a text in quotes"),
        ("%slm translate df.review --to fr -o df.review_fr", 'A new column is df["review_fr"]'),
        ('%slm translate df.review --to fr -o df["review"]', "holds the texts themselves"),
        ('%slm translate short --to fr -o df["x"]', "the frame has 5, not 1"),
        ('%slm translate mixed --to fr -o df["x"]', "text"),
        ('%slm translate word --to fr -o df["x"]', "Series or a list, not from str"),
        ('%slm translate df.id --to fr -o df["x"]', "Column 'id' is"),
        ('%slm translate df.review --to fr -o df["x"] --resume', 'there is no df["x"] to go on with'),
        ('%slm translate df.review --to fr -o df["reviw"] --resume', "Did you mean 'review'"),
        ("%slm translate df.review --to fr --resume", "--resume goes on with a column"),
        ("%slm translate df.review --to fr -o x --resume", "--resume goes on with a column"),
        ('%slm translate df.review --to fr -o df["x"] --format html', "--format is for results"),
        ('%%slm translate --to fr -o df["x"]\nThe cat.', "%slm translate df.review"),
        ('%slm translate df.review -o df["x"]', "needs a language"),
        ('%slm translate df.review --to klingon -o df["x"]', "klingon"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_before_any_work(
    shell: InteractiveShell, opus: FakeSeq2Seq, library: Any, line: str, told: str
) -> None:
    df = library.DataFrame({"review": ROWS, "id": range(5)})
    shell.user_ns.update(
        df=df, table={"x": 1}, short=["The cat."], mixed=["a", 1, 2, 3, 4], word="The cat.",
        lazy=pl.LazyFrame({"x": [1]}),
    )  # fmt: skip
    assert told in usage_error(shell, line)
    assert shell.user_ns["df"] is df and list(df.columns) == ["review", "id"]
    assert not opus.calls


def test_frames_that_do_not_fit_are_told(shell: InteractiveShell, opus: FakeSeq2Seq) -> None:
    df = pd.DataFrame({"review": ROWS})
    shell.user_ns.update(df=df, other=df.iloc[::-1], polar=pl.DataFrame({"review": ROWS}))
    line = LINE.replace("df.review", "other.review")
    assert "index" in usage_error(shell, line)
    told = usage_error(shell, LINE.replace("df.review", "polar['review']"))
    assert "takes its texts from a pandas Series" in told
    # A local of a function cannot be bound anew from outside.
    inside = f"def work():\n    df = polar\n    get_ipython().run_line_magic('slm', {LINE[5:]!r})\n"
    inside = inside.replace("df.review", 'df["review"]')
    assert "variable of the notebook" in usage_error(shell, f"{inside}work()")
    assert not opus.calls


@LIBRARIES
def test_ctrl_c_leaves_a_part_and_resume_goes_on(
    shell: InteractiveShell, opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], library: Any,
) -> None:  # fmt: skip
    shell.user_ns["df"] = library.DataFrame({"review": ROWS})
    interrupt_after(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        run(shell, LINE)
    assert capsys.readouterr().out.strip() == "Interrupted: 0 of 4 finished."
    assert list(shell.user_ns["df"].columns) == ["review"]
    interrupt_after(monkeypatch, 2)
    with pytest.raises(KeyboardInterrupt):
        run(shell, LINE)
    assert capsys.readouterr().out.strip() == (
        'Interrupted: 3 of 4 finished; kept in df["review_fr"]; to go on, run it again with '
        "--resume."
    )
    part = ["Le chat dort.", None, "Le chien court.", None, "Le chat dort."]
    assert rows(shell.user_ns["df"]["review_fr"]) == part
    # Another language would make a column of two: it is known what was asked for.
    assert "another target" in usage_error(shell, LINE.replace("fr ", "de ", 1) + " --resume")
    opus.calls.clear()
    made = run(shell, f"{LINE} --resume")
    # Twice: what is flagged is tried again.
    assert set(opus.prompts) == {"The cat eats 5."}
    assert rows(made) == rows(shell.user_ns["df"]["review_fr"]) == FRENCH
    opus.calls.clear()
    assert rows(run(shell, f"{LINE} --resume")) == FRENCH and not opus.calls


def test_strict_keeps_the_series(shell: InteractiveShell, opus: FakeSeq2Seq) -> None:
    shell.user_ns["df"] = pd.DataFrame({"review": ROWS})
    told = usage_error(shell, f"{LINE} --strict")
    assert "1 of 5 rows flagged: number_changed" in told and told.endswith("Kept in _slm.")
    assert rows(shell.user_ns["_slm"]) == FRENCH
    assert list(shell.user_ns["df"].columns) == ["review"]


def test_help_tells_of_columns(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    for task in ("translate", "summarize", "redact"):
        run(shell, f"%slm {task} --help")
        told = capsys.readouterr().out
        assert 'df["review_fr"]' in told and "--resume" in told
