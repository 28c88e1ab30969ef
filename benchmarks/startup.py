"""What a person waits for: import, load_ext, and the first and second cell of each job.

    python benchmarks/startup.py [--runs 5] [--json FILE]

Each run is a fresh process, so models are read from the disk's cache and nothing else is warm.
Prints the median and the extremes in seconds, as a table and as JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from report import Row, finish, machine, table

TEXT = (
    "Larkfield Mills earned $3.10 a share in the second quarter, after $2.75 a year ago. "
    "Questions go to Petra Novotny, petra.novotny@larkfield-example.org. The lobby was painted."
)
# Each line is one step; a step may need those before it.
STEPS = {
    "import slm_magic": "import slm_magic",
    "%load_ext": "shell.run_line_magic('load_ext', 'slm_magic')",
    "summarize, first": "shell.run_cell_magic('slm', 'summarize --sentences 1 -q -o kept', TEXT)",
    "summarize, second": "shell.run_cell_magic('slm', 'summarize --sentences 1 -q -o kept', TEXT)",
    "redact, first": "shell.run_cell_magic('slm', 'redact -q -o kept', TEXT)",
    "redact, second": "shell.run_cell_magic('slm', 'redact -q -o kept', TEXT)",
    "translate, first": "shell.run_cell_magic('slm', 'translate --to fr -q -o kept', TEXT)",
    "translate, second": "shell.run_cell_magic('slm', 'translate --to fr -q -o kept', TEXT)",
}
PROCESS = """
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
TEXT, steps = json.loads(sys.argv[1])
took = []
for step in steps:
    start = time.perf_counter()
    exec(step)
    took.append(time.perf_counter() - start)
print(json.dumps(took))
"""


def run() -> list[float]:
    """Return the seconds of each step in a fresh process."""
    arguments = [sys.executable, "-c", PROCESS, json.dumps([TEXT, list(STEPS.values())])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="fresh processes (default 5)")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(argv)
    runs = [run() for _ in range(args.runs)]
    rows: list[Row] = []
    for step, took in zip(STEPS, zip(*runs, strict=True), strict=True):
        row: Row = {"part": "startup", "step": step, "n": len(took)}
        row |= {"median s": statistics.median(took), "min s": min(took), "max s": max(took)}
        rows.append(row)
    print(table(rows))
    finish({"machine": machine(), "rows": rows}, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
