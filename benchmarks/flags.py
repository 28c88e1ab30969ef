"""How well the flags work: clean outputs are corrupted on purpose, as a table and JSON.

    python benchmarks/flags.py --data DIR [--half dev|held|all] [--json FILE]

Clean outputs are the human translations of `mt/ntrex-dev.{eng,fra,deu,spa}.txt`, from English
and into it, one line or two of them as a text, some with figures or markup added to both sides;
and sentences of the calls in `finance/ectsum-dev.jsonl` as their summary, each told in other words
by safe rules. With `minilm-l6` installed, extractive summaries with a focus too. Each corruption is
one that a reader would call an error; the docstring of its function says what it stands for.
Even lines (`dev`) are for looking at while the checks are worked on, odd ones (`held`) are not.

*Recall* is the share of corrupted outputs that have the flag, *alarms* the share of clean ones
that have it, *precision* the share of corrupted outputs among all that have it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from report import Row, finish, machine, table

from slm_magic.text.checks import check
from slm_magic.text.checks_summary import check_summary

FILES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa"}
SEED = 20
# What stands between a number's parts in each language.
POINT = {"en": ".", "fr": ",", "de": ",", "es": ","}
SCALED = {
    "en": ("The total was {} million euros.", "million", "billion"),
    "fr": ("Le total était de {} millions d'euros.", "millions", "milliards"),
    "de": ("Die Summe betrug {} Millionen Euro.", "Millionen", "Milliarden"),
    "es": ("El total fue de {} millones de euros.", "millones", "mil millones"),
}
SIGNED = {
    "en": "The value was -{} at the end.",
    "fr": "La valeur était de -{} à la fin.",
    "de": "Der Wert lag am Ende bei -{}.",
    "es": "El valor era de -{} al final.",
}
MARKUP = {"en": "See {}.", "fr": "Voir {}.", "de": "Siehe {}.", "es": "Véase {}."}
SPANS = ("`run_{n}(x)`", "https://docs.example.org/a{n}/page", "{{user_{n}}}", "%(count{n})s",
         "[the page](https://example.com/{n})", "<b>A{n}</b>", "**B{n}**", "$x_{n} + y$")  # fmt: skip
NAMES = ("Okonkwo", "Lindqvist", "Zabrowski", "Tanizaki", "Moravia", "Quillbridge", "Veltora",
         "Ashgrove", "Kestrelle", "Brunswater")  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A source and an output, with the languages of both; `complete` as the engine tells it."""

    source: str
    output: str
    one: str
    other: str
    line: int


# --- Numbers ---------------------------------------------------------------------------------


def changed_digit(text: Text, rng: random.Random) -> str | None:
    """Put another digit into a number: the figure is wrong."""
    places = [m.start() for m in re.finditer(r"\d", text.output)]
    if not places or _span(text):
        return None
    at = rng.choice(places)
    other = rng.choice([d for d in "123456789" if d != text.output[at]])
    return text.output[:at] + other + text.output[at + 1 :]


def dropped_number(text: Text, rng: random.Random) -> str | None:
    """Leave out a number that the source has in digits, as models do in long sentences."""
    return _without(text, rng, spelled=False)


def dropped_spelled(text: Text, rng: random.Random) -> str | None:
    """Leave out a number that the source has in words."""
    return _without(text, rng, spelled=True)


def _without(text: Text, rng: random.Random, *, spelled: bool) -> str | None:
    pattern = r"(?<![^\s(\"«])(?<!\d\s)\d(?:[\d.,]|\s(?=\d{3}))*(?=[\s.,;%)])[ %]?"
    found = list(re.finditer(pattern, text.output))
    if not found:
        return None
    match = rng.choice(found)
    # The same figure twice: without one of the two the text may well be right.
    if text.output.count(match[0].strip()) > 1 or text.source.count(match[0].strip(" %.,")) > 1:
        return None
    digits = re.sub(r"\D", "", match[0])
    if (digits not in re.sub(r"(?<=\d)\D(?=\d)", "", text.source)) != spelled:
        return None
    return text.output[: match.start()] + text.output[match.end() :]


def swapped_decimal(text: Text, rng: random.Random) -> str | None:
    """Swap the parts of a decimal number, or move its point by one digit."""
    match = re.search(r"(?<![\d.,])(\d{1,2})([.,])(\d{1,2})(?![\d.,]?\d)", text.output)
    if match is None or match[1] == match[3]:
        return None
    moved = match[1] + match[3][:1] + match[2] + (match[3][1:] or "0")
    new = rng.choice((match[3] + match[2] + match[1], moved))
    return text.output[: match.start()] + new + text.output[match.end() :]


def changed_scale(text: Text, rng: random.Random) -> str | None:
    """Make thousands of millions of millions: a factor of a thousand."""
    _, right, wrong = SCALED[text.other]
    if not re.search(rf"\d {right}\b", text.output):
        return None
    return re.sub(rf"(?<=\d ){right}\b", wrong, text.output, count=1)


def lost_minus(text: Text, rng: random.Random) -> str | None:
    """Take a minus away: a loss is a gain."""
    changed = re.sub(r"(?<= )-(?=\d)", "", text.output)
    return changed if changed != text.output else None


# --- Length, repetition, language ------------------------------------------------------------


def lost_half(text: Text, rng: random.Random) -> str | None:
    """Leave out the second half, with the final stop in its place."""
    words = text.output.split()
    if len(words) < 10 or text.output[-1] not in ".!?":
        return None
    return " ".join(words[: len(words) // 2]).rstrip(".,;:") + text.output[-1]


def lost_sentence(text: Text, rng: random.Random) -> str | None:
    """Leave out one of two sentences."""
    parts = text.output.split("\n")
    return rng.choice(parts) if len(parts) == 2 else None


def cut_short(text: Text, rng: random.Random) -> str | None:
    """Cut the end off in the middle of a sentence, as at a limit."""
    words = text.output.split()
    if len(words) < 8 or text.source.rstrip("\"'”’») ")[-1:] not in (".", "!", "?"):
        return None
    left = " ".join(words[: rng.randint(len(words) // 3, len(words) - 2)])
    # At the end of a sentence it is a lost sentence, and reads well.
    return None if left.rstrip("\"'”’») ")[-1:] in (".", "!", "?") else left


def looped_phrase(text: Text, rng: random.Random) -> str | None:
    """Say a phrase of one to six words again and again."""
    words = text.output.split()
    size = rng.choice((1, 2, 3, 4, 5, 6))
    if len(words) < size + 2:
        return None
    at = rng.randint(1, len(words) - size)
    phrase = words[at : at + size]
    if not all(re.search(r"[^\W\d_]{3}", word) for word in phrase):
        return None
    return " ".join(words[: at + size] + phrase * rng.randint(3, 6) + words[at + size :])


def repeated_sentence(text: Text, rng: random.Random) -> str | None:
    """Say the whole text twice or three times."""
    if len(text.output.split()) < 6:
        return None
    return " ".join([text.output] * rng.randint(2, 3))


def copied_source(text: Text, rng: random.Random) -> str | None:
    """Give the source back."""
    return text.source if len(text.source.split()) >= 5 else None


def copied_sentence(text: Text, rng: random.Random) -> str | None:
    """Leave one of two sentences in the source language."""
    mine, theirs = text.source.split("\n"), text.output.split("\n")
    if len(mine) != 2 or len(theirs) != 2 or min(len(part.split()) for part in mine) < 6:
        return None
    at = rng.randrange(2)
    return "\n".join((mine[0], theirs[1]) if at == 0 else (theirs[0], mine[1]))


# --- Markup ----------------------------------------------------------------------------------


def _span(text: Text) -> tuple[int, int, str] | None:
    match = re.search(r"(?:Voir|Véase|Siehe|See) ([\[`h{%<*$].*)\.$", text.output)
    return None if match is None else (match.start(1), match.end(1), match[1])


def lost_markup(text: Text, rng: random.Random) -> str | None:
    """Take out a span of code, a link or a placeholder."""
    span = _span(text)
    return None if span is None else text.output[: span[0]] + text.output[span[1] :]


def changed_markup(text: Text, rng: random.Random) -> str | None:
    """Change a character of a link's address, of code or of a placeholder."""
    span = _span(text)
    if span is None or span[2].startswith(("<", "*")):
        return None
    inner = list(re.finditer(r"[a-z\d](?=[^\]]*$)", span[2]))
    at = span[0] + rng.choice(inner[:-1]).start()
    new = "q" if text.output[at] != "q" else "z"
    return text.output[:at] + new + text.output[at + 1 :]


def half_markup(text: Text, rng: random.Random) -> str | None:
    """Lose a closing sign."""
    span = _span(text)
    end = None if span is None else re.search(r"(`|\}\}?|\)|</b>|\*\*|\$)$", span[2])
    if span is None or end is None:
        return None
    return text.output[: span[1] - len(end[0])] + text.output[span[1] :]


CORRUPTIONS: dict[str, tuple[Callable[[Text, random.Random], str | None], ...]] = {
    "number_changed": (
        changed_digit,
        dropped_number,
        dropped_spelled,
        swapped_decimal,
        changed_scale,
        lost_minus,
    ),
    "repetition": (looped_phrase, repeated_sentence),
    "untranslated": (copied_source, copied_sentence),
    "length_ratio": (lost_half, lost_sentence),
    "truncated": (cut_short,),
    "markup_changed": (lost_markup, changed_markup, half_markup),
}


def clean_texts(data: Path, half: str) -> Iterator[Text]:
    """Yield the clean translations: single lines, two lines as one text, and with additions."""
    rng = random.Random(SEED)
    lines = {code: _lines(data / "mt" / f"ntrex-dev.{name}.txt") for code, name in FILES.items()}
    pairs = [pair for code in FILES if code != "en" for pair in (("en", code), (code, "en"))]
    for one, other in pairs:
        both = list(zip(lines[one], lines[other], strict=True))
        for i, (source, output) in enumerate(both):
            # Drawn for every line, so that the halves are parts of the whole.
            figure = f"{rng.randint(2, 98)}.{rng.randint(11, 98)}"
            span = rng.choice(SPANS).replace("{n}", str(rng.randint(2, 99)))
            span = span.replace("{{", "{").replace("}}", "}")
            if not _wanted(i + 1, half):
                continue
            yield Text(source, output, one, other, i + 1)
            # The next line of the same half: the lines are sentences of running texts.
            if i + 2 < len(both):
                following = both[i + 2]
                yield Text(f"{source}\n{following[0]}", f"{output}\n{following[1]}", one, other, i + 1)  # fmt: skip
            forms = ({code: form for code, (form, _, _) in SCALED.items()}, SIGNED)
            added = forms[i // 2 % 2]
            mine, theirs = (added[c].format(figure.replace(".", POINT[c])) for c in (one, other))
            yield Text(f"{source} {mine}", f"{output} {theirs}", one, other, i + 1)
            mine, theirs = (MARKUP[code].format(span) for code in (one, other))
            yield Text(f"{source} {mine}", f"{output} {theirs}", one, other, i + 1)


def translations(data: Path, half: str, show: str | None) -> list[Row]:
    """Measure the flags of translations."""
    alarms: Counter[str] = Counter()
    cases: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    clean = 0
    for text in clean_texts(data, half):
        clean += 1
        flagged = _kinds(text)
        alarms.update(flagged)
        if show in flagged:
            print(f"ALARM {text}")
        for kind, corruptions in CORRUPTIONS.items():
            for corrupt in corruptions:
                rng = random.Random(f"{SEED} {corrupt.__name__} {text.line} {text.other}")
                output = corrupt(text, rng)
                if output is None or output.split() == text.output.split():
                    continue
                cases[kind, corrupt.__name__] += 1
                bad = replace(text, output=output)
                if kind in _kinds(bad):
                    found[kind, corrupt.__name__] += 1
                elif show == kind:
                    print(f"MISS {corrupt.__name__} {bad}")
    return [row for kind in CORRUPTIONS for row in _rows(kind, cases, found, alarms[kind], clean)]


def _kinds(text: Text) -> set[str]:
    found = check(text.source, text.output, source_language=text.one, target_language=text.other)
    return {finding.kind for finding in found}


def _rows(
    kind: str,
    cases: Counter[tuple[str, str]],
    found: Counter[tuple[str, str]],
    alarms: int,
    clean: int,
) -> list[Row]:
    mine = [key for key in cases if key[0] == kind]
    total, hits = sum(cases[key] for key in mine), sum(found[key] for key in mine)
    rows: list[Row] = [
        {
            "flag": kind,
            "corruption": "all",
            "cases": total,
            "recall": hits / max(total, 1),
            "clean": clean,
            "alarms": alarms / max(clean, 1),
            "precision": hits / max(hits + alarms, 1),
        }
    ]
    for key in mine:
        rows.append(
            {"flag": "", "corruption": key[1], "cases": cases[key], "recall": found[key] / cases[key]}
        )  # fmt: skip
    return rows


# --- Summaries -------------------------------------------------------------------------------

NAMED = re.compile(r"(?<=[\w,;] )[A-Z][a-z]{2,}\b")
FIRM = re.compile(r",? (?:Inc|Corp|Corporation|Company|Ltd|LLC|Co)\b\.?(?= [a-z])")
RUN = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){2,}\b")
FIGURE = re.compile(r"\d[\d.,]*\d|\d")
OPENERS = ("Meanwhile", "Overall", "Analysts noted that", "Separately", "For the year")


def _louder(sentence: str, rng: random.Random) -> str:
    """Write a name in capitals."""
    return _once(NAMED, sentence, rng, lambda name: name.upper())


def _owner(sentence: str, rng: random.Random) -> str:
    """Put before it what belongs to a name of the sentence."""
    names = NAMED.findall(sentence)
    return f"On {rng.choice(names)}'s side, {_lowered(sentence)}" if names else sentence


def _shorter(sentence: str, rng: random.Random) -> str:
    """Write a name of three words or more as its initials."""
    return _once(RUN, sentence, rng, lambda name: "".join(word[0] for word in name.split()))


def _without_firm(sentence: str, rng: random.Random) -> str:
    """Leave out the Inc. or Corp. of a firm."""
    return FIRM.sub("", sentence)


def _reordered(sentence: str, rng: random.Random) -> str:
    """Put two clauses the other way round."""
    first, comma, second = sentence.rstrip(".").partition(", ")
    if not comma or min(len(first.split()), len(second.split())) < 3:
        return sentence
    return f"{second[0].upper()}{second[1:]}, {_lowered(first)}."


def _opened(sentence: str, rng: random.Random) -> str:
    """Put a word before it that leads over."""
    opener = rng.choice(OPENERS)
    return f"{opener}{'' if ' ' in opener else ','} {_lowered(sentence)}"


def _lowered(sentence: str) -> str:
    # A first word that is a name or an acronym keeps its capital; so may another one.
    first = sentence.split(" ", 1)[0]
    return (
        sentence
        if first != first.capitalize() or len(first) < 2
        else sentence[0].lower() + sentence[1:]
    )


def _once(
    pattern: re.Pattern[str], text: str, rng: random.Random, make: Callable[[str], str]
) -> str:
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + make(match[0]) + text[match.end() :]


REWORDINGS = (_louder, _owner, _shorter, _without_firm, _reordered, _opened)


def summaries(data: Path, half: str, show: str | None) -> list[Row]:
    """Measure the flags of written summaries: a name or figure that the call does not have.

    A clean one is three sentences of the call, each reworded in one way or two that leave its
    names and figures right. In the others a name becomes that of somebody who is not in the call,
    or a digit another one that makes a number which is nowhere in the call.
    """
    rng = random.Random(SEED)
    kinds = ("name_unsupported", "number_changed")
    cases: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    alarms: Counter[str] = Counter()
    clean = 0
    for i, line in enumerate(_lines(data / "finance" / "ectsum-dev.jsonl")):
        text = json.loads(line)["text"]
        sentences = [s for s in text.split("\n") if len(s.split()) >= 6]
        values = {_value(match[0]) for match in FIGURE.finditer(text)}
        for _ in range(60):
            chosen = rng.sample(sentences, min(3, len(sentences)))
            for _ in range(2):
                chosen = [rng.choice(REWORDINGS)(sentence, rng) for sentence in chosen]
            told = "\n".join(chosen)
            name, digit = rng.choice(NAMES), rng.choice("123456789")
            places = list(NAMED.finditer(told))
            place = rng.choice(places) if places else None
            digits = list(re.finditer(r"\d", told))
            at = rng.choice(digits).start() if digits else -1
            if not _wanted(i + 1, half):
                continue
            clean += 1
            flagged = _summary_kinds(text, told)
            alarms.update(flagged)
            if show in flagged:
                print(f"ALARM {told}")
            bad = {}
            if place is not None and name not in text:
                other = told[: place.start()] + name + told[place.end() :]
                bad["name_unsupported", "swapped_name"] = other
            if at >= 0:
                other = told[:at] + digit + told[at + 1 :]
                number = next(m[0] for m in FIGURE.finditer(other) if m.start() <= at < m.end())
                # A figure of the call again is not known to be wrong, nor is one of few digits
                # that may stand there in words.
                if len(re.sub(r"\D", "", number)) > 2 and _value(number) not in values:
                    bad["number_changed", "changed_figure"] = other
            for key, output in bad.items():
                cases[key] += 1
                if key[0] in _summary_kinds(text, output):
                    found[key] += 1
                elif show == key[0]:
                    print(f"MISS {key[1]} {output}")
    rows = []
    for kind in kinds:
        mine = _rows(kind, cases, found, alarms[kind], clean)
        mine[0]["flag"] = f"{kind}, summary" if kind == "number_changed" else kind
        rows += mine
    return rows


def _value(figure: str) -> str:
    # 2.60 is 2.6, and 1,200 is 1200.
    whole, point, rest = figure.replace(",", "").partition(".")
    return whole.lstrip("0") + (point + rest).rstrip("0").rstrip(".")


def _summary_kinds(source: str, output: str) -> set[str]:
    findings = check_summary(source, output, language="en")
    return {finding.kind for finding in findings}


# --- Focus -----------------------------------------------------------------------------------

# None of them is what a quarter's results or a day's news are about.
TOPICS = (
    "pruning apple trees in winter", "how to bake sourdough bread", "castling in chess",
    "teaching a puppy to sit", "knitting a woollen scarf", "hay fever in toddlers",
    "the mating calls of tree frogs", "medieval siege engines", "tuning an old piano",
    "coral reefs and tropical fish", "verb endings in Latin poetry", "granite cliff climbing",
    "renaissance fresco painting", "beekeeping and swarming bees", "washing wool by hand",
    "constellations of the southern sky", "how volcanoes erupt", "folding paper cranes",
    "the shoes of a ballet dancer", "carving flutes from elder wood",
)  # fmt: skip


def focused(data: Path, half: str, show: str | None) -> list[Row]:
    """Measure `low_score` of extractive summaries: a focus that the text is not about.

    Texts are the calls and, five lines each, the news. A clean focus is a sentence of the
    reference, or three longer words of one sentence of the text; no two of a text share more than
    one word.
    """
    from slm_magic.errors import ModelNotInstalledError
    from slm_magic.tasks.summarize import summarize

    texts: list[tuple[str, list[str]]] = []
    for line in _lines(data / "finance" / "ectsum-dev.jsonl"):
        call = json.loads(line)
        reference = call["reference"]
        texts.append(
            (call["text"], reference if isinstance(reference, list) else reference.split("\n"))
        )
    news = _lines(data / "mt" / "ntrex-dev.eng.txt")
    texts += [("\n".join(news[i : i + 5]), []) for i in range(0, len(news) - 4, 5)]
    rng = random.Random(SEED)
    cases: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    alarms = clean = 0
    for i, (text, reference) in enumerate(texts):
        good = [one.strip() for one in reference if one.strip()][:2]
        taken: list[set[str]] = []
        # A call has fifteen times the sentences of the news, and each focus reads them again.
        topics = rng.sample(TOPICS, 4) if reference else TOPICS
        # A text of few words has fewer such queries.
        for _ in range(400):
            if len(good) == (10 if reference else 14):
                break
            words = re.findall(r"[A-Za-z]{5,}", rng.choice(text.split("\n")))
            three = rng.sample(words, 3) if len(words) >= 3 else []
            bare = {word.lower() for word in three}
            if len(bare) == 3 and all(len(bare & other) < 2 for other in taken):
                taken.append(bare)
                good.append(" ".join(three))
        if not _wanted(i + 1, half):
            continue
        kind = "unrelated_to_call" if reference else "unrelated_to_news"
        for focus, wrong in [(one, True) for one in topics] + [(one, False) for one in good]:
            try:
                summary = summarize(text, focus=focus, sentences=1)
            except ModelNotInstalledError as error:
                print(f"low_score is not measured: {error}", file=sys.stderr)
                return []
            flagged = any(flag.kind == "low_score" for flag in summary.flags)
            cases["low_score", kind] += wrong
            found["low_score", kind] += wrong and flagged
            clean += not wrong
            alarms += flagged and not wrong
            if show == "low_score" and flagged != wrong:
                print(f"{'MISS' if wrong else 'ALARM'} {focus!r} of {text[:80]!r}")
    return _rows("low_score", cases, found, alarms, clean)


def _wanted(line: int, half: str) -> bool:
    return half == "all" or (line % 2 == 0) == (half == "dev")


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--half", choices=("dev", "held", "all"), default="all")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--show", metavar="FLAG", help="print what this flag gets wrong")
    args = parser.parse_args(argv)
    rows = translations(args.data, args.half, args.show)
    rows += summaries(args.data, args.half, args.show)
    rows += focused(args.data, args.half, args.show)
    print(table(rows))
    report: dict[str, Any] = {"machine": machine(), "half": args.half, "rows": rows}
    finish(report, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
