"""Train `pii-minilm`: ``python training/pii.py``.

Makes labelled texts (`pii_text`), reads them with the frozen int8 body `minilm-l6`, trains the
head of `slm_magic.tasks.redact_head` in numpy, measures it on texts of templates that it never
saw, and writes ``slm_magic/pii/``. Needs the extra ``redact`` (for Faker) and a pulled
`minilm-l6`. The same seed, Faker, numpy, CTranslate2 and processor give the same bytes; elsewhere
the sums of int8 and float32 products round differently, and the figures move by about a point.
"""

from __future__ import annotations

import os

if __name__ == "__main__":
    # The order of floating-point sums depends on the number of threads, so it is fixed, before
    # numpy is imported. Who imports this module for its functions keeps their own.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "2"

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pii_text import Labelled, TextMaker

from slm_magic.tasks import redact_head as rh

Floats = npt.NDArray[np.float32]

# Raise it when the shipped arrays change.
REVISION = "3"
SEED = 20
TEXTS = 27_000
HELD_OUT = 600
HELD_OUT_OTHERS = 300
EPOCHS = 6
BATCH_WORDS = 1_600
RATE = 2e-3
DROPOUT = 0.25
# Of what the first layer sees, so that no single letter n-gram or state tells a name by itself.
INPUT_DROPOUT = 0.1
# What is kept are running means of the arrays over about the last 500 steps.
AVERAGE = 0.998
WIDTHS = (128, 128)
# How much a change of label costs in the best path, relative to how rare it is in the texts.
PATH_WEIGHT = 0.3
LABELS = (
    rh.OUTSIDE,
    "PERSON",
    "LOCATION",
    "STREET_ADDRESS",
    "ORGANIZATION",
    "DATE_TIME",
    "AGE",
    "NRP",
    "TITLE",
)
OUT = Path(__file__).resolve().parent.parent / "slm_magic" / "pii"


def targets(item: Labelled) -> npt.NDArray[np.int64]:
    """Return the label number of each word."""
    out = []
    spans = iter([*item.spans, (10**9, 10**9, rh.OUTSIDE)])
    start, end, label = next(spans)
    for word in rh.words(item.text):
        while word.start >= end:
            start, end, label = next(spans)
        out.append(LABELS.index(label) if word.start >= start else 0)
    return np.array(out, np.int64)


def features(encoder: Any, items: Sequence[Labelled]) -> list[Floats]:
    """Return the head's input of each text; float16 here to halve the memory."""
    out: list[Floats] = []
    for low in range(0, len(items), 512):
        texts = [item.text for item in items[low : low + 512]]
        for text, context in zip(texts, rh.contexts(encoder, texts), strict=True):
            shape = rh.shapes(text, rh.words(text))
            out.append(np.concatenate([context, shape], axis=1).astype(np.float16))
    return out


def unshift(grad: Floats, reach: int) -> Floats:
    """Carry a gradient back through `redact_head.shifted`."""
    count = len(grad)
    width = grad.shape[1] // (2 * reach + 1)
    out = np.zeros((count, width), np.float32)
    for slot, step in enumerate(range(-reach, reach + 1)):
        low, high = max(0, -step), min(count, count - step)
        if low < high:
            out[low + step : high + step] += grad[low:high, slot * width : (slot + 1) * width]
    return out


def initial(width: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return small random weights (He) and zero biases."""
    first, second = WIDTHS
    sizes = (
        (width, first),
        ((2 * rh.NEAR + 1) * first, second),
        ((2 * rh.FAR + 1) * second, len(LABELS)),
    )
    arrays: dict[str, Floats] = {}
    for number, (rows, columns) in enumerate(sizes, 1):
        arrays[f"w{number}"] = rng.normal(0, (2 / rows) ** 0.5, (rows, columns)).astype(np.float32)
        arrays[f"b{number}"] = np.zeros(columns, np.float32)
    return arrays


def gradients(
    a: dict[str, Floats],
    x: Floats,
    y: npt.NDArray[np.int64],
    inside: Floats,
    rng: np.random.Generator,
) -> tuple[float, dict[str, Floats]]:
    """Return the mean loss over the words and its gradients; `inside` is 0 between two texts."""

    def drop(rows: Floats, share: float) -> Floats:
        mask: Floats = (rng.random(rows.shape, np.float32) >= share).astype(np.float32)
        mask /= np.float32(1.0 - share)
        return mask * inside[:, None]

    x = x * drop(x, INPUT_DROPOUT)
    h1 = np.maximum(x @ a["w1"] + a["b1"], 0)
    m1 = drop(h1, DROPOUT)
    c1 = rh.shifted(h1 * m1, rh.NEAR)
    h2 = np.maximum(c1 @ a["w2"] + a["b2"], 0)
    m2 = drop(h2, DROPOUT)
    c2 = rh.shifted(h2 * m2, rh.FAR)
    z = c2 @ a["w3"] + a["b3"]
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(axis=1, keepdims=True)
    count = inside.sum()
    rows = np.arange(len(y))
    loss = float(-(np.log(p[rows, y] + 1e-9) * inside).sum() / count)
    g3 = p
    g3[rows, y] -= 1
    g3 *= (inside / count)[:, None]
    g2 = unshift(g3 @ a["w3"].T, rh.FAR) * m2 * (h2 > 0)
    g1 = unshift(g2 @ a["w2"].T, rh.NEAR) * m1 * (h1 > 0)
    grads = {
        "w3": c2.T @ g3,
        "b3": g3.sum(0),
        "w2": c1.T @ g2,
        "b2": g2.sum(0),
        "w1": x.T @ g1,
        "b1": g1.sum(0),
    }
    return loss, grads


def batches(sizes: Sequence[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield the numbers of texts of about `BATCH_WORDS` words together, in a random order."""
    batch: list[int] = []
    words = 0
    for index in rng.permutation(len(sizes)):
        batch.append(int(index))
        words += sizes[index]
        if words >= BATCH_WORDS:
            yield batch
            batch, words = [], 0
    if batch:
        yield batch


def fit(xs: list[Floats], ys: list[npt.NDArray[np.int64]], seed: int) -> dict[str, Floats]:
    """Train with Adam and a rate that falls along a cosine; return the means of the last steps."""
    rng = np.random.default_rng(seed)
    width = xs[0].shape[1]
    a = initial(width, rng)
    mean = {k: np.zeros_like(v) for k, v in a.items()}
    square = {k: np.zeros_like(v) for k, v in a.items()}
    average = {k: v.copy() for k, v in a.items()}
    sizes = [len(y) for y in ys]
    plans = [list(batches(sizes, rng)) for _ in range(EPOCHS)]
    total, step = sum(map(len, plans)), 0
    gap = rh.NEAR + rh.FAR
    for epoch, plan in enumerate(plans, 1):
        losses = []
        for batch in plan:
            # Texts stand one after another with empty rows between, as wide as the head sees.
            length = sum(sizes[i] + gap for i in batch)
            x = np.zeros((length, width), np.float32)
            y = np.zeros(length, np.int64)
            inside = np.zeros(length, np.float32)
            at = 0
            for i in batch:
                x[at : at + sizes[i]], y[at : at + sizes[i]] = xs[i], ys[i]
                inside[at : at + sizes[i]] = 1
                at += sizes[i] + gap
            loss, grads = gradients(a, x, y, inside, rng)
            losses.append(loss)
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / total))
            for name, grad in grads.items():
                mean[name] += 0.1 * (grad - mean[name])
                square[name] += 0.001 * (grad * grad - square[name])
                m = mean[name] / (1 - 0.9**step)
                v = square[name] / (1 - 0.999**step)
                a[name] -= (rate * (m / (np.sqrt(v) + 1e-8) + 0.01 * a[name])).astype(np.float32)
                share = max(1.0 - AVERAGE, 1.0 / step)
                average[name] += np.float32(share) * (a[name] - average[name])
        print(f"epoch {epoch}: loss {np.mean(losses):.4f}", flush=True)
    return average


def transitions(ys: list[npt.NDArray[np.int64]]) -> Floats:
    """Return what each change of label adds to a path: log of how much likelier than chance."""
    size = len(LABELS)
    pairs = np.ones((size, size))
    for y in ys:
        np.add.at(pairs, (y[:-1], y[1:]), 1)
    ratio = pairs / pairs.sum(axis=1, keepdims=True) / (pairs.sum(axis=0) / pairs.sum())
    # Staying is not rewarded beyond a change that is no rarer than chance: long runs would
    # swallow what stands beside them.
    costs: Floats = (PATH_WEIGHT * np.minimum(np.log(ratio), 0.0)).astype(np.float32)
    return costs


def measure(head: rh.Head, xs: list[Floats], items: Sequence[Labelled]) -> dict[str, Any]:
    """Return coverage of the spans by label and precision by character."""
    total: dict[str, int] = {}
    covered: dict[str, int] = {}
    right = redacted = 0
    for item, x in zip(items, xs, strict=True):
        found = rh.words(item.text)
        if not found:
            continue
        spans = head.spans(item.text, found, head.logits(x.astype(np.float32))).found
        marks = np.zeros(len(item.text), bool)
        for span in spans:
            marks[span.start : span.end] = True
        truth = np.zeros(len(item.text), bool)
        for start, end, label in item.spans:
            truth[start:end] = True
            total[label] = total.get(label, 0) + 1
            covered[label] = covered.get(label, 0) + bool(marks[start:end].mean() >= 0.9)
        right += int((marks & truth).sum())
        redacted += int(marks.sum())
    by_label = {k: round(covered[k] / total[k], 3) for k in sorted(total)}
    whole = sum(covered.values()) / max(1, sum(total.values()))
    return {
        "spans": sum(total.values()),
        "coverage": round(whole, 3),
        "coverage_by_label": by_label,
        "precision_by_character": round(right / max(1, redacted), 3),
    }


def train(encoder: Any, *, seed: int, texts: int) -> tuple[rh.Head, dict[str, Any]]:
    """Return the trained head, rounded as it is stored, and its figures."""
    started = time.perf_counter()
    maker = TextMaker(seed)
    items = list(maker.texts(texts))
    held = list(TextMaker(seed + 1).held_out(HELD_OUT))
    others = list(TextMaker(seed + 1).held_out_others(HELD_OUT_OTHERS))
    print(f"{len(items)} texts in {time.perf_counter() - started:.0f} s", flush=True)
    xs = features(encoder, items)
    held_xs, others_xs = features(encoder, held), features(encoder, others)
    print(f"read by the body after {time.perf_counter() - started:.0f} s", flush=True)
    ys = [targets(item) for item in items]
    arrays = fit(xs, ys, seed)
    arrays["transition"] = transitions(ys)
    # The figures are those of the arrays as shipped.
    arrays = {k: v.astype(np.float16).astype(np.float32) for k, v in arrays.items()}
    head = rh.Head(LABELS, arrays)
    figures = {
        "texts": len(items),
        "words": sum(map(len, ys)),
        "held_out": measure(head, held_xs, held),
        "held_out_others": measure(head, others_xs, others),
    }
    print(f"done after {time.perf_counter() - started:.0f} s", flush=True)
    return head, figures


def write(head: rh.Head, figures: dict[str, Any], seed: int, body_sha256: str, out: Path) -> None:
    """Write ``head.npz`` and ``labels.json``."""
    out.mkdir(parents=True, exist_ok=True)
    # Sorted and without dates inside (numpy writes a fixed one), so the bytes are the same again.
    stored: dict[str, Any] = {k: head.arrays[k].astype(np.float16) for k in sorted(head.arrays)}
    np.savez(out / "head.npz", **stored)
    meta = {
        "name": "pii-minilm",
        "revision": REVISION,
        "labels": list(head.labels),
        "body": "minilm-l6",
        "body_sha256": body_sha256,
        "sha256": hashlib.sha256((out / "head.npz").read_bytes()).hexdigest(),
        "seed": seed,
        "faker": version("Faker"),
        "numpy": version("numpy"),
        **figures,
    }
    (out / "labels.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(meta, indent=2))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write the arrays."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, help="where to write (default: slm_magic/pii)"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--texts", type=int, default=TEXTS, help="how many texts to train on")
    options = parser.parse_args(arguments)
    from slm_magic.engine.encoder import Encoder
    from slm_magic.engine.plan import Plan
    from slm_magic.store import Store
    from slm_magic.tokenization import open_tokenizer

    installed = Store.default().resolve("minilm-l6")
    # Threads and batches of its own, whatever the engine's become: sums in int8 depend on what a
    # sequence is batched with, and so do the bytes of the arrays.
    plan = Plan("int8", 1, 2, max_batch_tokens=4096, max_batch_sequences=32)
    encoder = Encoder(installed, open_tokenizer(installed), plan)
    head, figures = train(encoder, seed=options.seed, texts=options.texts)
    write(head, figures, options.seed, _sha256(installed.folder / "model.bin"), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
