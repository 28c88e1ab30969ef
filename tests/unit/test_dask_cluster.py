"""Two real worker processes on the loopback, with a real model of a few kilobytes.

Its weights are random, so what it writes is noise; that it is the same noise as on pandas, row by
row and whatever happens to a worker, is what is tested.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny

pd = pytest.importorskip("pandas")
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

import slm_magic as slm  # noqa: E402
import slm_magic.dask  # noqa: E402
import slm_magic.engine  # noqa: E402
import slm_magic.frames  # noqa: E402
from slm_magic.errors import ModelNotInstalledError, OptionError, UnknownModelError  # noqa: E402
from slm_magic.store import Store  # noqa: E402

OPTIONS: dict[str, Any] = {"target": "fr", "source": "en", "model": "mine", "retries": False}
WORDS = " ".join(tiny.SENTENCES[::2]).replace(".", "").lower().split()[:24]
ROWS, PARTS = 96, 8
# Seconds to wait for something that a loaded machine may be slow to do.
PATIENCE = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one small model, whose outputs are a few tokens long."""
    base = tmp_path_factory.mktemp("dask")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLM_MAGIC_HOME", str(base / "home"))
        slm.pull(str(tiny.opus(base / "downloaded")), name="mine", progress=False)
        manifest = Store.default().place("mine") / "model.json"
        table = json.loads(manifest.read_text(encoding="utf-8"))
        table["card"]["decoding"] = {"translate": {"max_new_tokens": 6}}
        manifest.write_text(json.dumps(table), encoding="utf-8")
    return base / "home"


@pytest.fixture
def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of two worker processes, one thread each."""
    monkeypatch.setenv("SLM_MAGIC_HOME", str(home))
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def df() -> Any:
    pick = random.Random(7)
    texts: list[str | None] = [
        " ".join(pick.choices(WORDS, k=pick.randint(3, 9))).capitalize() + "." for _ in range(ROWS)
    ]
    for row in range(0, ROWS, 7):
        texts[row] = None
    for row in range(3, ROWS, 5):
        texts[row] = texts[1]
    return pd.DataFrame(
        {"n": range(ROWS), "review": pd.Series(texts, dtype="string[pyarrow]")},
    )


def wanted(df: Any) -> Any:
    made = slm.map_frame(df, column="review", task="translate", progress=False, **OPTIONS)
    # Noise, but not always the same.
    assert made["review_fr"].nunique() > ROWS / 4
    return made


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_processes_give_what_pandas_gives_and_load_a_model_once_each(
    client: Any, df: Any
) -> None:
    ddf = dd.from_pandas(df, npartitions=PARTS)
    lazy = slm_magic.dask.map_frame(ddf, column="review", task="translate", **OPTIONS)
    want = wanted(df)
    pd.testing.assert_frame_equal(lazy.compute(), want)
    series = ddf["review"].slm.translate(**OPTIONS)
    pd.testing.assert_series_equal(series.compute(), want["review_fr"].rename("review"))

    def look() -> tuple[list[str], list[int], dict[str, str]]:
        from slm_magic import engine

        plans = [handle.plan for handle in engine._handles.values()]
        own = {name: value for name, value in os.environ.items() if "SLM_MAGIC" in name}
        return (
            list(engine.loaded()),
            [plan.inter_threads * plan.intra_threads for plan in plans],
            own,
        )

    seen = client.run(look)
    assert len(seen) == 2
    for names, threads, own in seen.values():
        # The worker has one thread, and so has its model, whatever cores the machine has.
        assert (names, threads) == (["mine"], [1])
        # Not by a variable that other work in the worker would see.
        assert set(own) == {name for name in os.environ if "SLM_MAGIC" in name}
        assert "SLM_MAGIC_THREADS" not in own


def test_finished_partitions_stream_in_order_and_few_at_a_time(
    client: Any, df: Any, tmp_path: Path
) -> None:
    def mark(part: Any) -> Any:
        (tmp_path / f"{part['n'].iloc[0]:04}").touch()
        return part

    ddf = dd.from_pandas(df, npartitions=PARTS).map_partitions(mark, meta=df.iloc[:0])
    lazy = slm_magic.dask.map_frame(ddf, column="review", task="translate", **OPTIONS)
    parts = slm_magic.dask.stream(lazy, in_flight=2)
    got = []
    for number, part in enumerate(parts, 1):
        got.append(part)
        begun = sorted(int(path.name) for path in tmp_path.iterdir())
        assert begun == [ROWS // PARTS * i for i in range(len(begun))]
        assert len(begun) <= number + 2
    pd.testing.assert_frame_equal(pd.concat(got), wanted(df))

    # Who leaves the loop leaves no work behind.
    for path in tmp_path.iterdir():
        path.unlink()
    parts = slm_magic.dask.stream(lazy, in_flight=3)
    next(parts)
    parts.close()
    until(lambda: not any(client.processing().values()))
    assert len(list(tmp_path.iterdir())) < PARTS
    assert client.futures == {}


def test_ctrl_c_at_the_client_cancels(client: Any, df: Any, tmp_path: Path) -> None:
    def slow(part: Any) -> Any:
        (tmp_path / str(part["n"].iloc[0])).touch()
        time.sleep(0.3)
        return part

    ddf = dd.from_pandas(df, npartitions=ROWS // 2).map_partitions(slow, meta=df.iloc[:0])
    lazy = slm_magic.dask.map_frame(ddf, column="review", task="translate", **OPTIONS)
    got = []
    with pytest.raises(KeyboardInterrupt):
        for part in slm_magic.dask.stream(lazy):
            got.append(part)
            if len(got) == 3:
                # Comes while the next partition is waited for, or just before.
                signal.setitimer(signal.ITIMER_REAL, 0.1)
    until(lambda: not any(client.processing().values()))
    assert client.futures == {} and len(list(tmp_path.iterdir())) < ROWS // 4
    pd.testing.assert_frame_equal(pd.concat(got), wanted(df).iloc[: sum(map(len, got))])


def test_a_worker_in_the_middle_of_a_cancelled_partition_stops_and_lives(
    client: Any, df: Any, tmp_path: Path
) -> None:
    begun, kept = tmp_path / "begun", tmp_path / "kept"

    def mark(part: Any) -> Any:
        begun.touch()
        return part

    # Minutes of work in one partition, each text another.
    long = pd.DataFrame({"n": range(30_000)})
    long["review"] = [f"The {WORDS[n % 24]} of number {n} is here." for n in long["n"]]
    ddf = dd.from_pandas(long, npartitions=1).map_partitions(mark, meta=long.iloc[:0])
    series = ddf["review"].slm.translate(**OPTIONS, checkpoint=kept)
    future = client.compute(series)
    until(begun.exists)
    until(lambda: any(client.run(lambda: "mine" in slm_magic.engine.loaded()).values()))
    pids = client.run(os.getpid)
    future.cancel()
    until(lambda: not any(client.run(lambda dask_worker: len(dask_worker.active_threads)).values()))
    # It did not come to its end, and the workers live and work.
    assert not list(kept.glob("*"))
    assert client.run(os.getpid) == pids
    again = dd.from_pandas(df, npartitions=2)["review"].slm.translate(**OPTIONS).compute()
    assert again.tolist()[1] == wanted(df)["review_fr"].tolist()[1]


@pytest.fixture(autouse=True)
def _alarm_is_ctrl_c() -> Iterator[None]:
    """SIGALRM does what SIGINT does, also where pytest was started without it."""

    def interrupt(number: int, stack: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_worker_killed_in_the_middle_costs_its_running_partition(
    client: Any, df: Any, tmp_path: Path, checkpoint: bool
) -> None:
    marks, kept = tmp_path / "marks", tmp_path / "kept"
    marks.mkdir()
    kept.mkdir()

    def begun(part: Any) -> Any:
        (marks / f"{part['n'].iloc[0]}-{uuid.uuid4().hex}").touch()
        time.sleep(0.15)
        return part

    def finished() -> dict[str, int]:
        # A file that is written anew is another file.
        return {path.name: path.stat().st_ino for path in kept.glob("*.parquet")}

    want = wanted(df)
    ddf = dd.from_pandas(df, npartitions=PARTS).map_partitions(begun, meta=df.iloc[:0])
    options = OPTIONS | ({"checkpoint": kept} if checkpoint else {})
    lazy = slm_magic.dask.map_frame(ddf, column="review", task="translate", **options)
    future = client.compute(lazy)
    until(lambda: len(list(marks.iterdir())) >= 5)
    if checkpoint:
        until(lambda: len(finished()) >= 2)
    victim = next(worker for worker, keys in client.processing().items() if keys)
    pid = client.run(os.getpid)[victim]
    before = finished()
    os.kill(pid, signal.SIGKILL)

    pd.testing.assert_frame_equal(future.result(timeout=PATIENCE), want)
    assert pid not in client.run(os.getpid).values()
    times = Counter(path.name.split("-")[0] for path in marks.iterdir())
    assert len(times) == PARTS
    # The worker was in the middle of one: some partition was begun again.
    assert max(times.values()) > 1
    if checkpoint:
        # What was finished was read, not worked on again.
        after = finished()
        assert len(after) == PARTS and len(before) >= 2
        assert {name: after[name] for name in before} == before
        # And a whole new run, as after a crash of everything, works on nothing.
        client.restart()
        again = slm_magic.dask.map_frame(ddf, column="review", task="translate", **options)
        pd.testing.assert_frame_equal(again.compute(), want)
        assert finished() == after


def test_a_worker_that_lacks_the_model_says_which_and_how_to_get_it(client: Any, df: Any) -> None:
    series = dd.from_pandas(df, npartitions=2)["review"]
    with pytest.raises(ModelNotInstalledError, match="Worker tcp://127.*pull opus-mt-sv-en"):
        series.slm.translate(target="en", source="sv").compute()
    with pytest.raises(UnknownModelError, match="Worker tcp://127.*'other'"):
        series.slm.translate(**{**OPTIONS, "model": "other"}).compute()
    with pytest.raises(OptionError, match="SLM_MAGIC_HASH_KEY.*tcp://127"):
        series.slm.redact(operator="hash").compute()
