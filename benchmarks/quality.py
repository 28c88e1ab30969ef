"""How good the output is: translation, financial summaries and redaction, as a table and JSON.

    python benchmarks/quality.py --data DIR [--only mt,finance,pii] [--lines 40] [--json FILE]

DIR holds `mt/ntrex-dev.{eng,fra,deu,spa}.txt` (parallel lines), `finance/ectsum-dev.jsonl`
(`text` and `reference`) and `pii/presidio-synth-dev.json` (texts with labelled spans). A part
whose files are absent is left out, and the script says so.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from report import Row, finish, machine, table

LANGUAGES = {"fr": "fra", "de": "deu", "es": "spa"}
FINANCE_SENTENCES = 4


def mt(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score translations from English: chrF and BLEU of sacrebleu, on the first lines."""
    import sacrebleu

    import slm_magic as slm

    sources = _lines(data / "mt" / "ntrex-dev.eng.txt")[: args.lines]
    rows = []
    for target in args.targets.split(","):
        references = _lines(data / "mt" / f"ntrex-dev.{LANGUAGES[target]}.txt")[: args.lines]
        # Loaded and warm before the clock starts.
        slm.translate(sources[0], target=target, source="en", model=args.mt_model)
        started = time.perf_counter()
        results = slm.translate(
            sources, target=target, source="en", model=args.mt_model, progress=True
        )
        seconds = time.perf_counter() - started
        texts = [result.text for result in results]
        rows.append(
            {
                "part": f"mt en-{target}",
                "system": results[0].model.name,
                "n": len(sources),
                "chrF": sacrebleu.corpus_chrf(texts, [references]).score,
                "BLEU": sacrebleu.corpus_bleu(texts, [references]).score,
                "flagged": sum(bool(result.flags) for result in results),
                "ms/text": 1000 * seconds / len(sources),
            }
        )
        if args.show:
            for source, text in zip(sources, texts, strict=True):
                print(f"{source}\n  {text}")
    return rows


def finance(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score summaries of earnings calls: ROUGE F1, next to the first sentences."""
    from rouge_score import rouge_scorer

    import slm_magic as slm

    calls = [json.loads(line) for line in _lines(data / "finance" / "ectsum-dev.jsonl")]
    texts = [call["text"] for call in calls]
    references = [_joined(call["reference"]) for call in calls]
    slm.summarize(texts[0])
    systems: dict[str, Callable[[], list[str]]] = {
        "first sentences": lambda: [
            "\n".join(text.splitlines()[:FINANCE_SENTENCES]) for text in texts
        ],
        "minilm-l6": lambda: _summaries(slm.summarize(texts, sentences=FINANCE_SENTENCES)),
        "minilm-l6, finance": lambda: _summaries(
            slm.summarize(texts, sentences=FINANCE_SENTENCES, domain="finance")
        ),
    }
    measures = ("rouge1", "rouge2", "rougeL")
    scorer = rouge_scorer.RougeScorer(list(measures))
    rows = []
    for system, summarize in systems.items():
        started = time.perf_counter()
        made = summarize()
        seconds = time.perf_counter() - started
        scores = [scorer.score(a, b) for a, b in zip(references, made, strict=True)]
        row: Row = {"part": "finance", "system": system, "n": len(texts)}
        for measure in measures:
            row[measure] = sum(score[measure].fmeasure for score in scores) / len(scores)
        row["ms/text"] = 1000 * seconds / len(texts)
        rows.append(row)
    return rows


def pii(data: Path, args: argparse.Namespace) -> list[Row]:
    """Score redaction on labelled texts, next to Presidio with spaCy's small model."""
    import quality_pii

    rows: list[Row] = quality_pii.rows(data / "pii" / "presidio-synth-dev.json")
    return rows


PARTS: dict[str, tuple[str, Callable[[Path, argparse.Namespace], list[Row]]]] = {
    "mt": ("mt/ntrex-dev.eng.txt", mt),
    "finance": ("finance/ectsum-dev.jsonl", finance),
    "pii": ("pii/presidio-synth-dev.json", pii),
}


def _summaries(results: list[Any]) -> list[str]:
    return ["\n".join(sentence.text for sentence in result.sentences) for result in results]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _joined(reference: str | list[str]) -> str:
    return reference if isinstance(reference, str) else "\n".join(reference)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas")
    parser.add_argument("--lines", type=int, default=40, help="lines to translate (default 40)")
    parser.add_argument("--targets", default="fr,de", help="target languages (default fr,de)")
    parser.add_argument(
        "--mt-model", default=None, help="translation model (default: the installed)"
    )
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
