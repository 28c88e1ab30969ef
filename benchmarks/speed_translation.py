"""Sections of `speed.py` on the OPUS shape: columns, documents, one cell."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import speed_texts
from speed_mt import argos_environment, argos_package
from speed_opus import STEPS
from speed_setup import SHAPE, WARM_ROWS, Found, Run, take_turns, trials, workers
from speed_stats import US, Spread, Target, figure
from speed_worker import SideError, Worker

FRAMES = "slm-magic, Series accessor"
BARE = "bare CTranslate2"
# Torch's own quantisation, where it is not what counts.
INT8 = "transformers in int8 (other output)"
BATCHES = {
    "transformers, row by row": (1, False),
    "transformers, batches of 8": (8, False),
    "transformers, batches of 32": (32, False),
    "transformers, sorted, batches of 32": (32, True),
}


def opus(run: Run) -> Found:
    """Columns of single sentences on the OPUS shape."""
    found = Found()
    checkpoint = run.checkpoint(SHAPE)
    size = run.rows(1000, 320)
    distinct = speed_texts.column(run.pool, size)
    few = dict(zip(BATCHES, run_sizes(run), strict=True))
    texts = {
        "distinct": distinct,
        "repeated": speed_texts.repeated(run.pool, size, 0.3),
        "warm": distinct[:WARM_ROWS],
        "trial": speed_texts.evenly(distinct, 16),
        **{label: speed_texts.evenly(distinct, rows) for label, rows in few.items()},
    }
    path = run.write_texts("opus", **texts)
    model = str(run.converted(SHAPE))
    common = {"texts": path, "model": SHAPE}
    sides: dict[str, dict[str, Any]] = {
        BARE: {"side": "speed_mt:Bare", "texts": path, "model": model},
        US: {"side": "speed_mt:Ours", **common},
        FRAMES: {"side": "speed_mt:Ours", "frames": True, **common},
    }
    with Worker(**sides[BARE]) as bare:
        ways = _ways(found, path, str(checkpoint), bare)
    options = {"side": "speed_mt:Transformers", "texts": path, "model": str(checkpoint)}
    if ways:
        sides["transformers"] = {**options, "way": ways[0]}
    if "int8" in ways[1:]:
        sides[INT8] = {**options, "way": "int8"}
    with workers(sides, found) as started:
        for worker in started.values():
            worker.run(texts="warm", batch=WARM_ROWS, sort=False)
        ours = [label for label in (BARE, US, FRAMES) if label in started]
        turns: dict[str, Any] = {label: (started[label], {"texts": "distinct"}) for label in ours}
        if "transformers" in started:
            turns |= {
                label: (started["transformers"], {"texts": label, "batch": batch, "sort": sort})
                for label, (batch, sort) in BATCHES.items()
            }
        if INT8 in started:
            turns[INT8] = (started[INT8], {"texts": list(BATCHES)[-1], "batch": 32, "sort": True})
        rounds, seen = take_turns(turns, run.repeats, found)
        seen.pop(INT8, None)
        _check_lengths(seen, found)
        found.add("no repeats", "rows", rounds, US)
        turns = {label: (started[label], {"texts": "repeated"}) for label in ours}
        rounds, _ = take_turns(turns, run.repeats, found)
        found.add("30 % repeat", "rows", rounds, US)
    found.notes.append(
        f"OPUS-MT's shape with random weights, every output {STEPS} tokens: for speed only, so that "
        "nothing is tried again (retries=False); the checks run, and flag most of the noise"
    )
    found.notes.append(f"rows: {run.origin}; transformers on fewer rows of the same lengths")
    batches = [ratio for label in list(BATCHES)[1:] if (ratio := found.ratio("no repeats", label))]
    best = min(batches, key=lambda ratio: ratio.median) if batches else None
    found.targets += [
        Target("bare CTranslate2, no repeats", "at least", 0.95, found.ratio("no repeats", BARE)),
        Target("bare CTranslate2, 30 % repeat", "at least", 1, found.ratio("30 % repeat", BARE)),
        Target("transformers' best batches", "at least", 3, best),
        Target(
            "transformers row by row",
            "at least",
            25,
            found.ratio("no repeats", next(iter(BATCHES))),
        ),
    ]
    return found


def run_sizes(run: Run) -> tuple[int, int, int, int]:
    """Return the rows that transformers gets by each of its `BATCHES`."""
    return (4, 16, 32, 64) if run.quick else (6, 32, 64, 96)


def _ways(found: Found, path: str, checkpoint: str, bare: Worker) -> list[str]:
    """Return torch's ways to compute, those whose output is right first, the fastest first.

    Right is what begins as float32's output does, for at least half as many tokens as that of
    CTranslate2's int8 does.
    """
    job = {"texts": "trial", "batch": 16, "sort": True}
    options = {"texts": path, "model": checkpoint}
    try:
        times, seen = trials("speed_mt:Transformers", job, found, **options)
    except SideError as error:
        found.notes.append(f"transformers: left out, {error}")
        return []
    exact = seen["float32"]["tokens"]
    _, ours = bare.run(**job)
    least = alike(exact, ours["tokens"]) / 2
    same = {way: alike(exact, one["tokens"]) for way, one in seen.items()}
    told = ", ".join(
        f"{way} {figure(times[way])} s and {figure(same[way])} tokens" for way in times
    )
    found.notes.append(
        f"torch's ways on 16 rows, and tokens an output begins with like float32's: {told}; "
        f"CTranslate2 in int8: {figure(2 * least)} tokens"
    )
    right = [way for way in times if same[way] >= least and seen[way]["lengths"] == [STEPS]]
    return sorted(times, key=lambda way: (way not in right, times[way]))


def alike(these: list[list[str]], those: list[list[str]]) -> float:
    """Return how many tokens two lists of outputs have in common before they first differ."""
    shared = [
        next((i for i, (a, b) in enumerate(zip(x, y, strict=False)) if a != b), min(len(x), len(y)))
        for x, y in zip(these, those, strict=True)
    ]
    return sum(shared) / len(shared)


def _check_lengths(seen: dict[str, dict[str, Any]], found: Found) -> None:
    wrong = [
        label
        for label, one in seen.items()
        if one.get("lengths", [STEPS]) != [STEPS] or one.get("unwanted") or one.get("empty")
    ]
    if wrong:
        raise SideError(f"outputs that are not {STEPS} tokens of words: {', '.join(wrong)}")
    found.notes.append(f"outputs checked: {STEPS} tokens each, no <unk>, no <pad>")


def argos(run: Run) -> Found:
    """Documents of many sentences through us and Argos Translate, on the same weights."""
    found = Found()
    run.checkpoint(SHAPE)
    texts = speed_texts.documents(run.pool, run.rows(12, 4), speed_texts.sentence_counts)
    counts = [max(speed_texts.sentence_counts(text)) for text in texts]
    path = run.write_texts("argos", documents=texts)
    package = str(argos_package(run.converted(SHAPE), run.out / "opus-shape.argosmodel"))
    sides: dict[str, dict[str, Any]] = {
        US: {"side": "speed_mt:Ours", "texts": path, "model": SHAPE}
    }
    names = {"argostranslate": None, "argostranslate, beam 1": 1}
    for label, beam in names.items():
        environment = argos_environment(run.out / f"argos-{beam or 'default'}", beam)
        sides[label] = {
            "side": "speed_mt:Argos", "texts": path, "package": package,
            "environment": environment,
        }  # fmt: skip
    with workers(sides, found) as started:
        few = {US: len(texts), f"{US}, beam 4": len(texts) // 2}
        turns: dict[str, Any] = {
            label: (worker, _documents(counts, few.get(label, len(texts) // 4)))
            for label, worker in started.items()
        }
        label = f"{US}, beam 4"
        turns[label] = (started[US], {**_documents(counts, few[label]), "beam": 4})
        rounds, seen = take_turns(turns, run.repeats, found)
    _check_lengths(seen, found)
    work = "documents, as it comes"
    found.add(work, "sentences", {k: v for k, v in rounds.items() if "beam" not in k}, US)
    beam4 = {k: v for k, v in rounds.items() if k in (f"{US}, beam 4", "argostranslate")}
    found.add("documents, both beam 4", "sentences", beam4, f"{US}, beam 4")
    beam1 = {k: v for k, v in rounds.items() if k in (US, "argostranslate, beam 1")}
    found.add("documents, both greedy", "sentences", beam1, US)
    found.notes.append(
        f"documents of {min(counts)} to {max(counts)} sentences, fewer of them to the slower sides; "
        "Argos decodes with a beam of 4 unless its settings say otherwise, so it is compared at "
        "equal beams too; its own splitter would be fetched from the network, sentencex stands in"
    )
    found.targets += [
        Target(f"argostranslate, {one}", "at least", 2, _of(found, one))
        for one in (work, "documents, both greedy", "documents, both beam 4")
    ]
    return found


def _documents(counts: list[int], few: int) -> dict[str, Any]:
    return {"texts": "documents", "first": few, "units": sum(counts[:few])}


def _of(found: Found, work: str) -> Spread | None:
    return next((one.ratio for one in found.comparisons if one.work == work), None)


def cell(run: Run) -> Found:
    """Measure what one sentence costs over the bare call, in milliseconds."""
    found = Found()
    run.checkpoint(SHAPE)
    texts = speed_texts.column(run.pool, run.rows(20, 10), seed=5)
    with Worker(**_cell(run, texts)) as worker:
        found.versions.update(worker.versions)
        found.notes.append(f"cell: {worker.settings}")
        worker.run(texts="rows")
        over, bare = [], []
        for _ in range(run.repeats):
            _, seen = worker.run(texts="rows")
            over.append(seen["over ms"])
            bare.append(seen["bare ms"])
    found.samples["cell"] = {"over ms": over, "bare ms": bare}
    found.rows.append(
        {
            "work": "cell of one sentence", "side": f"{US} over the bare call", "n": len(texts),
            "rounds": run.repeats, "over ms": str(Spread.of(over)), "bare ms": str(Spread.of(bare)),
        }
    )  # fmt: skip
    found.targets.append(
        Target("one sentence over the bare call", "at most", 5, Spread.of(over), "ms")
    )
    return found


def _cell(run: Run, texts: list[str]) -> dict[str, Any]:
    path = run.write_texts("cell", rows=texts)
    folder = str(run.converted(SHAPE))
    return {"side": "speed_mt:Cell", "texts": path, "model": SHAPE, "folder": folder}


def busy(run: Run) -> Found:
    """One sentence while other processes keep all cores busy, against quiet."""
    from slm_magic.engine import cores

    found = Found()
    run.checkpoint(SHAPE)
    texts = speed_texts.column(run.pool, run.rows(12, 6), seed=6)
    quiet: list[float] = []
    loud: list[float] = []
    with Worker(**_cell(run, texts)) as worker:
        worker.run(texts="rows", bare=False)
        for _ in range(run.repeats):
            _, seen = worker.run(texts="rows", bare=False)
            quiet.append(seen["ours ms"])
            others = [
                subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores())
            ]
            try:
                time.sleep(0.5)
                _, seen = worker.run(texts="rows", bare=False)
            finally:
                for other in others:
                    other.kill()
                    other.wait()
            loud.append(seen["ours ms"])
    times = Spread.of([b / a for a, b in zip(quiet, loud, strict=True)])
    found.samples["busy"] = {"quiet ms": quiet, "busy ms": loud}
    found.rows.append(
        {
            "work": "cell, all cores busy", "side": US, "n": len(texts), "rounds": run.repeats,
            "quiet ms": str(Spread.of(quiet)), "busy ms": str(Spread.of(loud)), "times": str(times),
        }
    )  # fmt: skip
    found.targets.append(Target("a cell while all cores are busy", "at most", 3, times))
    return found
