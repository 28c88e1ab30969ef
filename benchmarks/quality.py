"""How good the output is: translation, financial summaries and redaction, as a table and JSON.

    python benchmarks/quality.py --data DIR [--only mt,finance,pii] [--json FILE]
    python benchmarks/quality.py --data DIR --only mt --models NAME,NAME --targets fr --lines 40

DIR holds `mt/ntrex-dev.{eng,fra,deu,spa}.txt` (parallel lines), `finance/ectsum-dev.jsonl`
(`text` and `reference`) and `pii/presidio-synth-dev.json` (texts with labelled spans). A part
whose files are absent is left out, and the script says so. Baselines run in the same process, on
the same texts: a plain zero-shot prompt, first sentences, LexRank, Presidio as it comes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import quality_finance
import quality_mt
import quality_pii
from report import Row, finish, machine, table


def mt(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score translations from English."""
    return quality_mt.rows(
        data,
        targets=args.targets.split(","),
        models=args.models.split(",") if args.models else [None],
        first=args.lines,
        show=args.show,
    )


def finance(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score summaries of earnings calls."""
    writers = args.writers.split(",") if args.writers else ()
    return quality_finance.rows(data / "finance" / "ectsum-dev.jsonl", writers=writers)


def pii(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score redaction on labelled texts."""
    found: list[Row] = quality_pii.rows(data / "pii" / "presidio-synth-dev.json")
    return found


PARTS: dict[str, tuple[str, Callable[[Path, argparse.Namespace], list[Row]]]] = {
    "mt": ("mt/ntrex-dev.eng.txt", mt),
    "finance": ("finance/ectsum-dev.jsonl", finance),
    "pii": ("pii/presidio-synth-dev.json", pii),
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas")
    parser.add_argument("--lines", type=int, default=150, help="lines to translate (default 150)")
    parser.add_argument("--targets", default="fr,de,es", help="target languages (default fr,de,es)")
    parser.add_argument("--models", help="translation models (default: the one that is used)")
    parser.add_argument("--writers", help="models whose written summaries are scored too")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--show", action="store_true", help="print the translations")
    args = parser.parse_args(argv)
    unknown = set(args.only.split(",")) - set(PARTS)
    if unknown:
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}; parts: {', '.join(PARTS)}")
    report: dict[str, Any] = {"machine": machine(), "rows": []}
    for part in args.only.split(","):
        needs, run = PARTS[part]
        if not (args.data / needs).exists():
            print(f"{part}: left out, {needs} is not in {args.data}", file=sys.stderr)
            continue
        rows = run(args.data, args)
        print(f"\n{table(rows)}", flush=True)
        report["rows"].extend(rows)
    finish(report, args.json)
    return 0 if report["rows"] else 1


if __name__ == "__main__":
    sys.exit(main())
