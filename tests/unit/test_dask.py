"""dask's columns in this process: lazy, like pandas' row by row, one partition at a time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeSeq2Seq, fake_installed, install

pd = pytest.importorskip("pandas")
dd = pytest.importorskip("dask.dataframe")

import slm_magic  # noqa: E402
import slm_magic.dask  # noqa: E402
import slm_magic.frames  # noqa: E402
from slm_magic import dask_worker, engine  # noqa: E402
from slm_magic.engine.plan import plan  # noqa: E402
from slm_magic.errors import (  # noqa: E402
    FlaggedError,
    ModelNotInstalledError,
    OptionError,
    SlmMagicError,
)
from slm_magic.stopping import pause  # noqa: E402

WORDS = {"the": "le", "cat": "chat", "dog": "chien", "sleeps": "dort", "eats": "mange"}
TEXTS = [
    "The cat sleeps.", None, "The dog eats.", "The cat sleeps.", "The dog sleeps.", None,
    "The cat eats.", "The dog eats. The cat sleeps.", "A dog.", "The cat sleeps.",
]  # fmt: skip
# Where an error is expected, the scheduler is "sync": else partitions that were begun run on.
OPTIONS: dict[str, Any] = {"target": "fr", "source": "en"}


def french(text: str) -> str:
    out = " ".join(WORDS.get(word.strip(".").lower(), word.strip(".")) for word in text.split())
    return out.capitalize() + "."


@pytest.fixture
def opus(monkeypatch: pytest.MonkeyPatch) -> FakeSeq2Seq:
    fake = FakeSeq2Seq(french, languages=("en", "fr"), pairs=(("en", "fr"),), prompts={})
    install(monkeypatch, fake)
    return fake


def frame(dtype: Any = "string") -> Any:
    index = pd.Index(range(100, 100 + len(TEXTS)), name="id")
    return pd.DataFrame(
        {"n": range(len(TEXTS)), "review": pd.Series(TEXTS, index=index, dtype=dtype)}, index=index
    )


def spread(df: Any, parts: int = 4) -> Any:
    import dask

    # dask would make its own kind of text of every object column.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(df, npartitions=parts)


def same(got: Any, want: Any) -> None:
    """Compare as pandas does, categories aside, which each partition has its own of."""
    assert list(got.index) == list(want.index) and got.index.name == want.index.name
    if isinstance(want.dtype, pd.CategoricalDtype):
        assert isinstance(got.dtype, pd.CategoricalDtype)
        got, want = got.astype(object), want.astype(object)
    pd.testing.assert_series_equal(got, want)


@pytest.mark.parametrize(
    "dtype", ["object", "string", "str", "string[pyarrow]", "category", "arrow"]
)
def test_a_column_is_that_of_pandas_row_by_row(opus: FakeSeq2Seq, dtype: str) -> None:
    if dtype == "arrow":
        pa = pytest.importorskip("pyarrow")
        kind: Any = pd.ArrowDtype(pa.string())
    else:
        kind = dtype
    df = frame(kind)
    ddf = spread(df)
    lazy = ddf["review"].slm.translate(**OPTIONS)
    assert opus.calls == []  # nothing ran yet
    got = lazy.compute()
    want = df["review"].slm.translate(**OPTIONS, progress=False)
    assert got.iloc[0] == "Le chat dort." and got.isna().sum() == 2
    same(got, want)
    assert lazy.name == "review" and lazy.divisions == ddf.divisions
    assert lazy.npartitions == ddf.npartitions
    if dtype != "category":
        assert lazy.dtype == got.dtype == df["review"].dtype


def test_rows_keep_how_they_are_missing(opus: FakeSeq2Seq) -> None:
    df = pd.DataFrame({"review": ["The cat sleeps.", None, float("nan"), pd.NA]}, dtype=object)
    got = spread(df, 2)["review"].slm.translate(**OPTIONS).compute()
    assert got.iloc[1] is None and got.iloc[3] is pd.NA and got.iloc[2] != got.iloc[2]


def test_a_frame_is_that_of_pandas(opus: FakeSeq2Seq) -> None:
    df = frame()
    lazy = slm_magic.dask.map_frame(
        spread(df), column="review", task="translate", into="fr", **OPTIONS
    )
    assert list(lazy.columns) == ["n", "review", "fr", "fr_flags", "fr_score"]
    assert opus.calls == []
    got = lazy.compute()
    want = slm_magic.map_frame(
        df, column="review", task="translate", into="fr", progress=False, **OPTIONS
    )
    pd.testing.assert_frame_equal(got, want)
    assert (lazy.dtypes == got.dtypes).all()
    # What comes of it is a frame like any other.
    assert (
        int(lazy[lazy["fr_flags"] == ""]["n"].count().compute()) == (want["fr_flags"] == "").sum()
    )


def test_columns_without_rows_and_partitions_without_texts(opus: FakeSeq2Seq) -> None:
    ddf = spread(frame(), 5)
    none = ddf[ddf["n"] > 100]["review"].slm.translate(**OPTIONS)
    assert len(none.compute()) == 0 and opus.calls == []
    few = ddf[ddf["n"] < 2]["review"].slm.translate(**OPTIONS).compute()
    assert few.iloc[0] == "Le chat dort." and few.isna().tolist() == [False, True]
    assert len(opus.calls) == 1


def test_what_is_wrong_is_told_at_the_call_and_not_on_a_worker(opus: FakeSeq2Seq) -> None:
    ddf = spread(frame())
    methods = ddf["review"].slm
    for call, told in [
        (lambda: ddf["n"].slm.translate(target="fr"), "Column 'n' is int64, not text"),
        (lambda: methods.translate(target="fr", beams=2), "no option 'beams'"),
        (lambda: methods.summarize(progress=True), "dashboard"),
        (lambda: methods.summarize(resume="last"), "checkpoint='folder'"),
        (lambda: methods.summarize(checkpoint="s3://bucket/x"), "not a URL"),
        (lambda: methods.summarize(checkpoint=" "), "must be a folder"),
        (lambda: slm_magic.dask.map_frame(frame(), column="review", task="summarize"), "dask Data"),
        (lambda: slm_magic.dask.map_frame(ddf, column="reviews", task="summarize"), "'review'"),
        (lambda: slm_magic.dask.map_frame(ddf, column="review", task="sum"), "no task 'sum'"),
        (
            lambda: slm_magic.dask.map_frame(ddf, column="review", task="summarize", into="n"),
            "already has a column 'n'",
        ),
        (lambda: slm_magic.dask.stream(frame()), "not DataFrame"),
        (lambda: slm_magic.dask.stream(ddf, in_flight=0), "at least 1"),
    ]:
        with pytest.raises(OptionError, match=told) as caught:
            call()
        assert "\n" not in str(caught.value)
    with pytest.raises(TypeError, match="target"):
        methods.translate()


def test_tags_are_refused_and_keys_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ddf = spread(frame())
    for call in (
        lambda: ddf["review"].slm.redact(),
        lambda: slm_magic.dask.map_frame(ddf, column="review", task="redact"),
    ):
        with pytest.raises(OptionError, match="several people") as caught:
            call()
        assert "SLM_MAGIC_HASH_KEY" in str(caught.value) and "mask" in str(caught.value)
    for operator in ("hash", "fake"):
        with pytest.raises(OptionError, match="needs SLM_MAGIC_HASH_KEY"):
            ddf["review"].slm.redact(operator=operator).compute(scheduler="sync")


def test_redaction_with_a_key_is_that_of_pandas(
    pulled: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("presidio_analyzer")
    pulled("minilm-l6")
    monkeypatch.setenv("SLM_MAGIC_HASH_KEY", "of this test alone")
    texts = ["Mail eva@example.org now.", "Nothing here.", None, "And eva@example.org again."]
    df = pd.DataFrame({"review": pd.Series(texts, dtype="string")})
    for operator in ("hash", "mask"):
        got = spread(df, 2)["review"].slm.redact(operator=operator).compute()
        same(got, df["review"].slm.redact(operator=operator, progress=False))
        assert "eva" not in " ".join(got.dropna())
    hashed = spread(df, 2)["review"].slm.redact(operator="hash").compute()
    assert hashed.iloc[0].split()[1] == hashed.iloc[3].split()[1]  # in two partitions


def test_a_model_that_is_missing_is_named_with_its_pull() -> None:
    with pytest.raises(ModelNotInstalledError, match="pull opus-mt-en-sv|pull qwen"):
        spread(frame())["review"].slm.translate(target="sv", source="en").compute(scheduler="sync")


def test_strict_is_an_error_of_the_partition(opus: FakeSeq2Seq) -> None:
    opus.reply = lambda text: "dort " * 40
    with pytest.raises(FlaggedError, match="rows flagged"):
        spread(frame())["review"].slm.translate(strict=True, retries=False, **OPTIONS).compute(
            scheduler="sync"
        )


def test_a_worker_s_threads_take_turns(opus: FakeSeq2Seq) -> None:
    inside, most = [], []

    def slow(text: str) -> str:
        inside.append(text)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return french(text)

    opus.reply = slow
    ddf = spread(frame(), 5)
    got = ddf["review"].slm.translate(**OPTIONS).compute(scheduler="threads", num_workers=4)
    assert got.iloc[0] == "Le chat dort."
    assert max(most) == 1 and len(most) >= 5


def test_a_share_of_the_cores_is_planned_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads(kind: Any, workload: Any) -> int:
        made = plan(kind, workload)
        return made.inter_threads * made.intra_threads

    # The package has a function of the module's name.
    monkeypatch.setattr(sys.modules["slm_magic.engine.plan"], "cores", lambda: 8)
    seen = []
    for kind in ("causal", "seq2seq", "encoder"):
        for workload in ("cell", "bulk"):
            assert threads(kind, workload) == 8
            with engine.thread_share(3):
                assert threads(kind, workload) == 3
                other = threading.Thread(target=lambda: seen.append(threads("encoder", "bulk")))
                other.start()
                other.join()
            with engine.thread_share(50):
                assert threads(kind, workload) == 8  # never more than the cores
            with engine.thread_share(None):
                assert threads(kind, workload) == 8
    assert set(seen) == {8}  # other work of the process is not touched
    monkeypatch.setenv("SLM_MAGIC_THREADS", "2")
    with engine.thread_share(1):
        assert threads("encoder", "bulk") == 2  # a user's word comes first


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The state of a task that this thread runs on a worker."""
    task = SimpleNamespace(state="executing")
    worker = SimpleNamespace(
        get_current_task=lambda: "key", state=SimpleNamespace(tasks={"key": task})
    )
    monkeypatch.setattr(dask_worker, "_worker", lambda: worker)
    monkeypatch.setattr(dask_worker, "WATCH_SECONDS", 0.01)
    return task


def test_work_that_is_wanted_is_left_alone(task: Any) -> None:
    def work() -> str:
        for _ in range(10):
            pause(0.01)
        return "done"

    assert dask_worker.while_wanted(work) == "done"

    def interrupted() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dask_worker.while_wanted(interrupted)


def test_work_of_a_cancelled_task_stops_with_an_error_that_leaves_the_worker_alive(
    task: Any,
) -> None:
    def work() -> None:
        task.state = "cancelled"
        while True:
            pause(60)

    with pytest.raises(SlmMagicError, match="Cancelled"):
        dask_worker.while_wanted(work)


def test_a_task_that_is_asked_for_again_while_it_stops_is_done_all_the_same(task: Any) -> None:
    runs = []

    def work() -> str:
        runs.append(task.state)
        if len(runs) == 2:
            return "done"
        task.state = "cancelled"
        try:
            while True:
                pause(60)
        finally:
            task.state = "executing"

    assert dask_worker.while_wanted(work) == "done" and len(runs) == 2


def files(folder: Path) -> dict[str, int]:
    """Return the files of a checkpoint and which they are: one written anew is another."""
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def test_a_finished_partition_is_not_worked_on_again(opus: FakeSeq2Seq, tmp_path: Path) -> None:
    df, folder = frame(), tmp_path / "kept"
    ddf = spread(df)
    first = ddf["review"].slm.translate(**OPTIONS, checkpoint=folder).compute()
    kept, calls = files(folder), len(opus.calls)
    assert len(kept) == calls == 4
    if os.name != "nt":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    # The same texts as a frame, and of another kind: what is kept is what came of the texts.
    again = spread(df)["review"].slm.translate(**OPTIONS, checkpoint=str(folder)).compute()
    pd.testing.assert_series_equal(again, first)
    wide = slm_magic.dask.map_frame(
        spread(frame("object")), column="review", task="translate", checkpoint=folder, **OPTIONS
    ).compute()
    assert wide["review_fr"].dropna().tolist() == first.dropna().tolist()
    assert wide["review_fr"].iloc[1] is None or wide["review_fr"].isna().iloc[1]
    assert len(opus.calls) == calls and files(folder) == kept
    # One text more is one partition more; another option is all of them.
    df.iloc[0, 1] = "The dog eats."
    spread(df)["review"].slm.translate(**OPTIONS, checkpoint=folder).compute()
    assert len(opus.calls) == calls + 1 and len(files(folder)) == 5
    spread(df)["review"].slm.translate(**OPTIONS, quotes="keep", checkpoint=folder).compute()
    assert len(files(folder)) == 9


def test_another_model_works_on_all(
    opus: FakeSeq2Seq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**OPTIONS, "checkpoint": tmp_path}
    spread(frame())["review"].slm.translate(**options).compute()
    newer = FakeSeq2Seq(
        french, languages=("en", "fr"), pairs=(("en", "fr"),), prompts={}, revision="fedc"
    )
    install(monkeypatch, newer)
    spread(frame())["review"].slm.translate(**options).compute()
    assert len(newer.calls) == 4 and len(files(tmp_path)) == 8
    # Where no model is there, nothing can be known of what there will be.
    german = pd.DataFrame({"review": ["Der Hund schläft heute im Garten hinter dem Haus."]})
    with pytest.raises(ModelNotInstalledError):
        spread(german, 1)["review"].slm.translate(target="fr", checkpoint=tmp_path).compute()
    assert len(files(tmp_path)) == 8


def test_redactions_of_other_keys_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    from slm_magic import dask_checkpoint
    from slm_magic.frames_run import check_options
    from slm_magic.store import Store

    monkeypatch.setattr(Store, "resolve", lambda self, name: fake_installed(name, "encoder"))

    def name(key: str, **options: Any) -> str:
        monkeypatch.setenv("SLM_MAGIC_HASH_KEY", key)
        given = check_options("redact", {"operator": "hash", **options})
        file = dask_checkpoint.file_of("kept", "redact", given, ["Call Maria Rossi."])
        assert file is not None and "Rossi" not in str(file) and key not in str(file)
        return file.name

    names = [
        name("first"), name("second"), name("first", entities=["PERSON"]),
        name("first", domain="medical"), name("first", model="mine"), name("first", language="de"),
        name("first", operator="mask"),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert name("first") == names[0] and name("second", operator="mask") == names[-1]


def test_made_up_values_of_another_faker_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    from slm_magic import dask_checkpoint
    from slm_magic.frames_run import check_options
    from slm_magic.store import Store

    monkeypatch.setattr(Store, "resolve", lambda self, name: fake_installed(name, "encoder"))
    given = check_options("redact", {"operator": "fake"})
    names = []
    for version in ("1", "2", "2"):
        monkeypatch.setattr(
            dask_checkpoint, "version_of", lambda name, v=version: v if name == "faker" else ""
        )
        names.append(dask_checkpoint.file_of("kept", "redact", given, ["Call Maria Rossi."]))
    assert names[0] != names[1] == names[2]


def test_a_long_glossary_is_read_once_and_not_for_each_row(
    opus: FakeSeq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    from slm_magic import dask_checkpoint
    from slm_magic.frames_run import check_options

    glossary = {f"term {number}": f"terme {number}" for number in range(1000)}
    given = check_options("translate", {**OPTIONS, "glossary": glossary})
    sizes: list[int] = []
    real = json.dumps

    def dumps(*args: object, **options: object) -> str:
        sizes.append(len(made := real(*args, **options)))  # type: ignore[arg-type]
        return made

    monkeypatch.setattr(json, "dumps", dumps)
    texts = [f"The dog eats in room {number}." for number in range(500)]
    assert dask_checkpoint.file_of("kept", "translate", given, texts) is not None
    assert 0 < sum(sizes) < 3 * len(real([glossary, texts])) + 100 * len(texts)


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "rows", "null"])
def test_a_damaged_file_is_made_again(opus: FakeSeq2Seq, tmp_path: Path, damage: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    ddf = spread(frame(), 1)
    first = ddf["review"].slm.translate(**OPTIONS, checkpoint=tmp_path / "kept").compute()
    (file,) = (tmp_path / "kept").iterdir()
    whole = parquet.read_table(file)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "other":
        parquet.write_table(pa.table({"text": ["x"] * whole.num_rows}), file)
    elif damage == "rows":
        parquet.write_table(whole.slice(1), file)
    else:
        columns = [pa.nulls(whole.num_rows, pa.large_string()), *whole.columns[1:]]
        parquet.write_table(pa.table(columns, schema=whole.schema), file)
    calls = len(opus.calls)
    again = ddf["review"].slm.translate(**OPTIONS, checkpoint=tmp_path / "kept").compute()
    pd.testing.assert_series_equal(again, first)
    assert len(opus.calls) == calls + 1
    assert parquet.read_table(file).equals(whole)


def test_a_folder_that_cannot_be_written_is_one_line(opus: FakeSeq2Seq, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OptionError, match="cannot be written"):
        spread(frame())["review"].slm.translate(**OPTIONS, checkpoint=tmp_path / "file").compute(
            scheduler="sync"
        )


def test_partitions_come_in_order_and_as_they_are_asked_for(opus: FakeSeq2Seq) -> None:
    df = frame()
    lazy = spread(df)["review"].slm.translate(**OPTIONS)
    parts = slm_magic.dask.stream(lazy)
    first = next(parts)
    assert len(opus.calls) == 1
    whole = pd.concat([first, *parts])
    assert len(opus.calls) == 4
    same(whole, lazy.compute())


def test_without_dask_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['dask'] = None\n"
        "import slm_magic\n"
        "try:\n    import slm_magic.dask\n"
        "except slm_magic.errors.MissingDependencyError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "pip install 'slm-magic[dask]'" in done.stdout, done.stderr
