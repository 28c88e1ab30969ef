"""The sections of `speed.py`: what runs against what, and which target that answers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import speed_texts
from speed_mt import argos_environment, argos_package
from speed_opus import STEPS
from speed_setup import WARM_ROWS, Found, Run, fastest, take_turns, workers
from speed_stats import Spread, Target, exponent, figure
from speed_worker import SideError, Worker

US = "slm-magic"
FRAMES = "slm-magic, Series accessor"
BARE = "bare CTranslate2"
BATCHES = {
    "transformers, row by row": (1, False),
    "transformers, batches of 8": (8, False),
    "transformers, batches of 32": (32, False),
    "transformers, sorted, batches of 32": (32, True),
}
SHAPE = "opus-shape"
TINY = "opus-tiny"
CAUSAL = "qwen2.5-coder-1.5b"


def opus(run: Run) -> Found:
    """Columns of single sentences on the OPUS shape."""
    found = Found()
    checkpoint = run.checkpoint(SHAPE)
    size = run.rows(384, 128)
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
    way = _way(found, path, str(checkpoint))
    if way:
        options = {"side": "speed_mt:Transformers", "texts": path, "model": str(checkpoint)}
        sides["transformers"] = {**options, "way": way}
    with workers(sides, found) as started:
        for worker in started.values():
            worker.run(texts="warm", batch=WARM_ROWS, sort=False)
        turns: dict[str, Any] = {
            label: (started[label], {"texts": "distinct"})
            for label in (BARE, US, FRAMES)
            if label in started
        }
        if "transformers" in started:
            turns |= {
                label: (started["transformers"], {"texts": label, "batch": batch, "sort": sort})
                for label, (batch, sort) in BATCHES.items()
            }
        rounds, seen = take_turns(turns, run.repeats, found)
        _check_lengths(seen, found)
        found.add("no repeats", "rows", rounds, US)
        turns = {
            label: (started[label], {"texts": "repeated"}) for label in turns if label in started
        }
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
    return (4, 16, 32, 64) if run.quick else (8, 40, 96, 128)


def _way(found: Found, path: str, checkpoint: str) -> str | None:
    """Return torch's fastest way whose outputs are as long as they must be."""
    job = {"texts": "trial", "batch": 16, "sort": True}
    ways = ("float32", "bfloat16", "int8")
    try:
        _, seen = fastest("speed_mt:Transformers", ways, job, found, texts=path, model=checkpoint)
    except SideError as error:
        found.notes.append(f"transformers: left out, {error}")
        return None
    right = {one: seen[one] for one in seen if seen[one]["lengths"] == [STEPS]}
    times = found.samples["ways of Transformers"]
    told = ", ".join(
        f"{one} {figure(seconds)} s{'' if one in right else ' (wrong lengths)'}"
        for one, seconds in times.items()
    )
    found.notes.append(f"torch's ways on 16 rows: {told}")
    return min(right, key=times.__getitem__) if right else None


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
    size = run.rows(6, 2)
    texts = speed_texts.documents(run.pool, size, speed_texts.sentence_counts)
    path = run.write_texts("argos", documents=texts, warm=texts[0][:0] or ["A test."])
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
        turns: dict[str, Any] = {
            label: (worker, {"texts": "documents"}) for label, worker in started.items()
        }
        turns[f"{US}, beam 4"] = (started[US], {"texts": "documents", "beam": 4})
        rounds, seen = take_turns(turns, run.repeats, found)
    _check_lengths(seen, found)
    work = "documents, as it comes"
    found.add(work, "rows", {k: v for k, v in rounds.items() if "beam" not in k}, US)
    beam4 = {k: v for k, v in rounds.items() if k in (f"{US}, beam 4", "argostranslate")}
    found.add("documents, both beam 4", "rows", beam4, f"{US}, beam 4")
    beam1 = {k: v for k, v in rounds.items() if k in (US, "argostranslate, beam 1")}
    found.add("documents, both greedy", "rows", beam1, US)
    sentences = sum(max(speed_texts.sentence_counts(text)) for text in texts)
    found.notes.append(
        f"{size} documents of {sentences} sentences; Argos decodes with a beam of 4 unless its "
        "settings say otherwise, so it is compared at equal beams too; its own splitter would be "
        "fetched from the network, sentencex stands in"
    )
    names_of = {work: 2.0, "documents, both greedy": 2.0}
    found.targets += [
        Target(f"argostranslate, {one}", "at least", wanted, _of(found, one))
        for one, wanted in names_of.items()
    ]
    return found


def _of(found: Found, work: str) -> Spread | None:
    return next((one.ratio for one in found.comparisons if one.work == work), None)


def encoder(run: Run) -> Found:
    """Embeddings of sentences, and extracts of documents, by minilm-l6."""
    found = Found()
    rows = speed_texts.column(run.pool, run.rows(768, 256))
    files = str(run.fetched("minilm-l6"))
    path = run.write_texts("encoder", rows=rows, trial=rows[:96])
    job = {"texts": "rows"}
    sides: dict[str, dict[str, Any]] = {US: {"side": "speed_others:OurVectors", "texts": path}}
    peer = "sentence-transformers"
    try:
        way, seen = fastest(
            "speed_others:SentenceTransformers", ("float32", "bfloat16", "int8"),
            {"texts": "trial"}, found, texts=path, model=files,
        )  # fmt: skip
        right = {
            one for one in seen if _cosine(seen["float32"]["vectors"], seen[one]["vectors"]) > 0.98
        }
        times = found.samples["ways of SentenceTransformers"]
        way = min(right, key=times.__getitem__)
        told = ", ".join(
            f"{one} {figure(seconds)} s{'' if one in right else ' (other vectors)'}"
            for one, seconds in times.items()
        )
        found.notes.append(f"torch's ways on 96 sentences: {told}")
        options = {"side": "speed_others:SentenceTransformers", "texts": path, "model": files}
        sides[peer] = {**options, "way": way}
    except SideError as error:
        found.notes.append(f"{peer}: left out, {error}")
    with workers(sides, found) as started:
        turns = {label: (worker, job) for label, worker in started.items()}
        for worker, _ in turns.values():
            worker.run(texts="trial")
        rounds, last = take_turns(turns, run.repeats, found)
    found.add("embeddings", "sentences", rounds, US)
    if peer in last:
        least = _cosine(last[US]["vectors"], last[peer]["vectors"])
        if least <= 0.98:
            raise SideError(f"the embeddings differ: least cosine {least:.3f}")
        found.notes.append(f"embeddings checked against each other: least cosine {least:.4f}")
    found.targets.append(
        Target("sentence-transformers, minilm-l6", "at least", 2.2, found.ratio("embeddings", peer))
    )
    return found


def _cosine(ours: list[list[float]], theirs: list[list[float]]) -> float:
    """Return the least cosine of vectors of length one, row by row."""
    return min(
        sum(a * b for a, b in zip(x, y, strict=True)) for x, y in zip(ours, theirs, strict=True)
    )


def causal(run: Run) -> Found:
    """A column of lines, and a cell of eight sentences, by the causal starter."""
    found = Found()
    file = str(run.fetched(CAUSAL))
    short = [text for text in run.pool if 40 <= len(text) <= 120]
    lines = speed_texts.column(short, run.rows(16, 6))
    cell = [text for text in short if text[-1] == "." and text[0].isupper()][:8]
    texts: dict[str, Any] = {"lines": lines, "cell": cell, "warm": lines[:1]}
    path = run.write_texts("causal", **texts)
    us = {"side": "speed_others:OurCausal", "texts": path, "model": CAUSAL}
    with Worker(**us) as worker:
        for name in ("lines", "cell", "warm"):
            _, seen = worker.run(texts=name, cell=False, messages=True)
            texts[f"{name} messages"] = seen["messages"]
    run.write_texts("causal", **texts)
    peer = "llama-cpp-python"
    sides = {US: us, peer: {"side": "speed_others:Llama", "texts": path, "file": file}}
    with workers(sides, found) as started:
        for worker in started.values():
            worker.run(texts="warm", cell=False)
        for work, name in (("causal column", "lines"), ("causal cell", "cell")):
            turns = {
                label: (worker, {"texts": name, "cell": name == "cell"})
                for label, worker in started.items()
            }
            rounds, seen = take_turns(turns, run.repeats, found)
            found.add(work, "rows", rounds, US)
            found.notes += [
                f"{work}, {label}: {one['tokens']} tokens a round, "
                f"{figure(one['tokens'] / Spread.of([s.seconds for s in rounds[label]]).median)}/s"
                for label, one in seen.items()
                if label in rounds
            ]
    found.notes.append(
        "greedy, the same prompts and limits of length; int8 against Q4_K_M of the same file"
    )
    found.targets += [
        Target(f"{peer}, a column", "at least", 1.4, found.ratio("causal column", peer)),
        Target(f"{peer}, a cell of 8 sentences", "at least", 1, found.ratio("causal cell", peer)),
    ]
    return found


def redact(run: Run) -> Found:
    """Redaction of short texts against Presidio."""
    found = Found()
    path = run.data / "pii" / "presidio-synth-dev.json" if run.data is not None else None
    if path is not None and path.exists():
        items = json.loads(path.read_text(encoding="utf-8"))
        texts = [item["full_text"] for item in items][: run.rows(300, 100)]
    else:
        from pii_texts import own

        texts = [item["full_text"] for item in own() if item["language"] == "en"]
    file = run.write_texts("redact", rows=texts)
    sides = {
        US: {"side": "speed_others:OurRedact", "texts": file},
        "Presidio": {"side": "speed_others:Presidio", "texts": file},
    }
    with workers(sides, found) as started:
        jobs: dict[str, Any] = {
            US: (US, {"batch": 0}),
            "Presidio, row by row": ("Presidio", {"batch": 0}),
        }
        jobs["Presidio, batch engine"] = ("Presidio", {"batch": 32})
        turns = {
            label: (started[side], {"texts": "rows", **job})
            for label, (side, job) in jobs.items()
            if side in started
        }
        take_turns(turns, 1, Found())
        rounds, _ = take_turns(turns, run.repeats, found)
    found.add("redaction", "rows", rounds, US)
    ratio = found.ratio("redaction", "Presidio, row by row")
    found.targets.append(Target("Presidio row by row", "at least", 2, ratio))
    return found


def cell(run: Run) -> Found:
    """What one sentence costs over the bare call, in milliseconds."""
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


def memory(run: Run) -> Found:
    """Peak memory of each side in a process of its own, imports and model included."""
    found = Found()
    checkpoint = str(run.checkpoint(SHAPE))
    rows = speed_texts.column(run.pool, run.rows(128, 64))
    path = run.write_texts("memory", rows=rows, few=speed_texts.evenly(rows, 32))
    torch = {"side": "speed_mt:Transformers", "texts": path, "model": checkpoint}
    whole: dict[str, Any] = {"texts": "rows"}
    batch = {"texts": "few", "batch": 32, "sort": True}
    sides: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        BARE: ({"side": "speed_mt:Bare", "texts": path, "model": str(run.converted(SHAPE))}, whole),
        US: ({"side": "speed_mt:Ours", "texts": path, "model": SHAPE}, whole),
        f"{US}, torch not installed": (
            {"side": "speed_mt:Ours", "texts": path, "model": SHAPE, "without_torch": True}, whole,
        ),
        "transformers, float32": ({**torch, "way": "float32"}, batch),
        "transformers, bfloat16": ({**torch, "way": "bfloat16"}, batch),
        "transformers, int8": ({**torch, "way": "int8"}, batch),
        f"{US}, minilm-l6": ({"side": "speed_others:OurVectors", "texts": path}, whole),
        f"{US}, redact": ({"side": "speed_others:OurRedact", "texts": path}, whole),
        "Presidio, row by row": (
            {"side": "speed_others:Presidio", "texts": path}, {**whole, "batch": 0},
        ),
    }  # fmt: skip
    package = run.out / "opus-shape.argosmodel"
    if not package.exists():
        argos_package(run.converted(SHAPE), package)
    sides["argostranslate"] = (
        {"side": "speed_mt:Argos", "texts": path, "package": str(package),
         "environment": argos_environment(run.out / "argos-default", None)}, {"texts": "few"},
    )  # fmt: skip
    try:
        files = str(run.fetched("minilm-l6"))
        options = {"side": "speed_others:SentenceTransformers", "texts": path, "model": files}
        sides["sentence-transformers, float32"] = ({**options, "way": "float32"}, whole)
    # Whatever keeps its files away, the others are measured.
    except Exception as error:
        found.notes.append(f"sentence-transformers: left out, {error}")
    peaks: dict[str, list[int]] = {}
    repeated = (US, f"{US}, torch not installed", "transformers, float32")
    for label, (options, job) in sides.items():
        for _ in range(run.repeats if label in repeated and not run.quick else 1):
            try:
                with Worker(**options) as worker:
                    worker.run(**job)
                    held = worker.memory
            except SideError as error:
                found.notes.append(f"{label}: left out, {error}")
                break
            peaks.setdefault(label, []).append(held["peak"])
        if label in peaks:
            found.rows.append(
                {
                    "work": "peak memory", "side": label, "rounds": len(peaks[label]),
                    "MB": str(Spread.of([peak / 1e6 for peak in peaks[label]])),
                    "imports MB": figure((held["imports"] - held["start"]) / 1e6),
                    "load MB": figure((held["load"] - held["imports"]) / 1e6),
                }
            )  # fmt: skip
    found.samples["memory"] = peaks
    for label in repeated[:2]:
        theirs = {k: v for k, v in peaks.items() if k == "transformers, float32"}
        share = None
        if theirs and label in peaks:
            least = min(map(min, theirs.values()))
            share = Spread.of([peak / least for peak in peaks[label]])
        name = f"memory of {label} on the OPUS shape, of transformers'"
        found.targets.append(Target(name, "at most", 0.25, share))
    return found


def growth(run: Run) -> Found:
    """Time and memory with the rows of a column."""
    found = Found()
    run.checkpoint(TINY, "tiny", "8")
    pool = [text for text in run.pool if len(text) <= 90]
    path = run.write_texts("growth", pool=pool)
    sizes = (1_000, 10_000) if run.quick else (1_000, 10_000, 100_000)
    seconds: dict[int, float] = {}
    aside: dict[int, float] = {}
    for size in sizes:
        options = {"side": "speed_mt:Growing", "texts": path, "model": TINY, "rows": size}
        with Worker(**options) as worker:
            found.versions.update(worker.versions)
            sample, seen = worker.run()
            seconds[size] = sample.seconds
            aside[size] = worker.memory["peak"] - seen["column bytes"]
            found.rows.append(
                {
                    "work": "growth", "side": US, "rows": size, "s": figure(sample.seconds),
                    "ms a row": figure(1000 * sample.seconds / size),
                    "peak MB": figure(worker.memory["peak"] / 1e6),
                    "columns MB": figure(seen["column bytes"] / 1e6),
                    "aside MB": figure(aside[size] / 1e6),
                }
            )  # fmt: skip
    found.samples["growth"] = {"seconds": seconds, "bytes aside": aside}
    power = exponent(list(seconds), list(seconds.values()))
    found.notes.append(
        f"time grows with rows to the power of {figure(power)}; memory aside from the columns to "
        f"that of {figure(exponent(list(aside), list(aside.values())))}; model: one layer a side, "
        "64 wide, outputs of 8 tokens, distinct rows, through the Series accessor"
    )
    if 100_000 in aside:
        times = Spread.of([aside[100_000] / aside[10_000]])
        found.targets.append(
            Target("memory at 100k rows over 10k, columns aside", "at most", 1.1, times)
        )
    return found


SECTIONS = {
    "opus": opus,
    "argos": argos,
    "encoder": encoder,
    "causal": causal,
    "redact": redact,
    "memory": memory,
    "growth": growth,
    "cell": cell,
    "busy": busy,
}
