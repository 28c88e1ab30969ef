"""How fast a column and a cell are, next to what a person would use instead.

    python benchmarks/speed.py [--quick] [--data DIR] [--only opus,argos,...]
                               [--json FILE] [--plot FILE] [--out DIR]

Each section runs us and the others on the same rows, in processes of their own that take turns,
and prints a table with the ratio of each repeat's pair: the median and the extremes. DIR, or the
variable SLM_MAGIC_DATA, holds `mt/ntrex-dev.eng.txt`, `finance/ectsum-dev.jsonl` and
`pii/presidio-synth-dev.json`; without it the rows are made up. A peer that is not installed is left
out, and the script says so: `pip install -e .[peers]`, or `make bench`. Method: docs/benchmarks.md.

Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

# This folder, and the tree that it belongs to: what is measured is not another one's installation.
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from report import machine, table
from speed_setup import Found, Run
from speed_stats import Comparison, Target, faster
from speed_tasks import causal, encoder, growth, memory, redact
from speed_translation import argos, busy, cell, opus
from speed_worker import SideError

OUT = Path(__file__).parent / "out"
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


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    data = os.environ.get("SLM_MAGIC_DATA")
    parser.add_argument("--quick", action="store_true", help="fewer rows, 3 repeats: minutes")
    parser.add_argument("--data", type=Path, default=data, help="folder of the evaluation data")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, joined by commas")
    parser.add_argument("--json", type=Path, default=OUT / "speed.json", help="figures, samples")
    parser.add_argument("--plot", type=Path, default=OUT / "speed.png", help="plot of the ratios")
    parser.add_argument("--out", type=Path, default=OUT / "speed", help="models and peers' files")
    args = parser.parse_args(argv)
    chosen = args.only.split(",")
    unknown = set(chosen) - set(SECTIONS)
    if unknown:
        known = ", ".join(SECTIONS)
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}; sections: {known}")
    run = Run(args.out.absolute(), args.data, quick=args.quick)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        print(f"Other processes are busy (load {load:.1f}): the figures will be off.\n", flush=True)
    report: dict[str, Any] = {"machine": machine(), "quick": args.quick, "repeats": run.repeats}
    report |= {"load before": load, "versions": {}, "sections": {}, "targets": []}
    comparisons: list[Comparison] = []
    targets: list[Target] = []
    for name in chosen:
        started = time.perf_counter()
        try:
            found = SECTIONS[name](run)
        # Whatever one section runs into, the others are measured.
        except Exception as error:
            if not isinstance(error, SideError):
                traceback.print_exc()
            found = Found(notes=[f"not measured: {error}"])
        seconds = time.perf_counter() - started
        show(name, found, seconds)
        comparisons += found.comparisons
        targets += found.targets
        report["versions"].update(found.versions)
        report["sections"][name] = {
            "seconds": seconds, "rows": found.rows, "notes": found.notes, "samples": found.samples,
        }  # fmt: skip
    rows = [target.row() for target in targets]
    report["targets"], report["faster"] = rows, faster(comparisons)
    conclude(rows, comparisons, report)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if comparisons:
        plot(comparisons, report, args.plot)
    return 0 if targets else 1


def show(name: str, found: Found, seconds: float) -> None:
    """Print a section."""
    print(f"== {name} ({seconds:.0f} s)")
    if found.rows:
        print(table(found.rows))
    for note in found.notes:
        print(f"  {note}")
    print(flush=True)


def conclude(rows: list[Any], comparisons: list[Comparison], report: dict[str, Any]) -> None:
    """Print targets, who is faster, and what was run on what."""
    if rows:
        print(table(rows))
    beaten = faster(comparisons)
    print(f"\nFaster than slm-magic: {'; '.join(beaten) or 'none of those measured'}")
    where = report["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in sorted(report["versions"].items()))
    print(f"{where['processor']}, {where['cores']} cores, Python {where['python']}; {versions}")


def plot(comparisons: list[Comparison], report: dict[str, Any], path: Path) -> None:
    """Draw the ratios, if matplotlib is there."""
    from speed_plot import draw

    where = report["machine"]
    caption = (
        f"{where['processor']}, {where['cores']} cores; medians and extremes of "
        f"{report['repeats']} alternating repeats; method: docs/benchmarks.md"
    )
    try:
        draw(comparisons, path, caption)
    except ModuleNotFoundError as error:
        print(f"No plot: {error.name} is not installed.")


if __name__ == "__main__":
    sys.exit(main())
