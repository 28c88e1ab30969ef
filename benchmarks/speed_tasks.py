"""Sections of `speed.py` on the starters, and on memory and growth."""

from __future__ import annotations

import json
import sys
from typing import Any

import speed_texts
from speed_mt import argos_environment, argos_package
from speed_setup import SHAPE, Found, Run, take_turns, trials, workers
from speed_stats import US, Spread, Target, exponent, figure
from speed_worker import SideError, Worker

TINY = "opus-tiny"
CAUSAL = "qwen2.5-coder-1.5b"


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
        times, seen = trials(
            "speed_others:SentenceTransformers", {"texts": "trial"}, found, texts=path, model=files
        )
        exact = seen["float32"]["vectors"]
        right = {one for one in seen if _cosine(exact, seen[one]["vectors"]) > 0.98}
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
    """Translate a column of lines, and a cell of eight sentences, by the causal starter."""
    found = Found()
    file = str(run.fetched(CAUSAL))
    short = [text for text in run.pool if 40 <= len(text) <= 120]
    lines = speed_texts.column(short, run.rows(48, 6))
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
        "bare CTranslate2": ({"side": "speed_mt:Bare", "texts": path, "model": str(run.converted(SHAPE))}, whole),
        US: ({"side": "speed_mt:Ours", "texts": path, "model": SHAPE}, whole),
        "transformers, float32": ({**torch, "way": "float32"}, batch),
        "transformers, bfloat16": ({**torch, "way": "bfloat16"}, batch),
        "transformers, int8": ({**torch, "way": "int8"}, batch),
        f"{US}, minilm-l6": ({"side": "speed_others:OurVectors", "texts": path}, whole),
        f"{US}, redact": ({"side": "speed_others:OurRedact", "texts": path}, whole),
        f"{US}, redact, torch not installed": (
            {"side": "speed_others:OurRedact", "texts": path, "without_torch": True}, whole,
        ),
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
    repeated = (US, "transformers, float32", "transformers, bfloat16")
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
            print(f"  {label}: {held['peak'] / 1e6:.0f} MB", file=sys.stderr)
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
    theirs = [peaks[label] for label in repeated[1:] if label in peaks]
    share = None
    if theirs and US in peaks:
        # The thriftier of torch's ways whose output is right.
        least = min(theirs, key=min)
        share = Spread.of([a / b for a, b in zip(peaks[US], least, strict=False)])
    name = "memory on the OPUS shape, of transformers' least"
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
            print(f"  {size} rows: {sample.seconds:.1f} s", file=sys.stderr)
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
