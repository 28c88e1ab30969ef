"""How close translations of news are to those of people: chrF and BLEU of sacrebleu.

The baseline of a language model is the plain question for a translation, with nothing of ours:
the line as it stands, no example, no checks, no retries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from report import Row, lines

from slm_magic.text.typography import set_marks

FILES = {"en": "eng", "fr": "fra", "de": "deu", "es": "spa"}
# Enough for a translation of the longest line, and an end to a loop.
PLAIN_TOKENS = 256


def rows(
    data: Path, *, targets: Sequence[str], models: Sequence[str | None], first: int, show: bool
) -> list[Row]:
    """Return a row for each target, model and way of asking it.

    Parameters
    ----------
    models
        Names of installed models; None is the one that is used when none is named.
    first
        Lines to translate, from the first on.
    show
        Whether to print each source and what became of it.
    """
    sources = lines(data / "mt" / f"ntrex-dev.{FILES['en']}.txt")[:first]
    found: list[Row] = []
    for target in targets:
        references = lines(data / "mt" / f"ntrex-dev.{FILES[target]}.txt")[:first]
        for model in models:
            for ask in (_plain, _ours):
                found += _measure(sources, references, target, model, ask, show)
    return found


def _measure(
    sources: list[str],
    references: list[str],
    target: str,
    model: str | None,
    ask: Callable[[list[str], str, str | None], tuple[list[str], Row] | None],
    show: bool,
) -> list[Row]:
    # Loaded and warm before the clock starts.
    if ask(sources[:1], target, model) is None:
        return []
    started = time.perf_counter()
    answer = ask(sources, target, model)
    seconds = time.perf_counter() - started
    assert answer is not None
    texts, told = answer
    if show:
        for source, text in zip(sources, texts, strict=True):
            print(f"{source}\n  {text}")
    row: Row = {
        "part": f"mt en-{target}",
        **told,
        "n": len(sources),
        **score(texts, references),
        "ms/text": 1000 * seconds / len(sources),
    }
    if ask is not _plain:
        return [row]
    # What of the difference is quotation marks alone, which ours sets and the model does not.
    marked = score([set_marks(text, target, markdown=False) for text in texts], references)
    return [row, {**row, "system": f"{row['system']}, marks set", **marked}]


def score(texts: Sequence[str], references: Sequence[str]) -> Row:
    """Return chrF and BLEU as sacrebleu computes them by default."""
    import sacrebleu

    return {
        "chrF": sacrebleu.corpus_chrf(texts, [references]).score,
        "BLEU": sacrebleu.corpus_bleu(texts, [references]).score,
    }


def _ours(sources: list[str], target: str, model: str | None) -> tuple[list[str], Row]:
    import slm_magic as slm

    results = slm.translate(sources, target=target, source="en", model=model, progress=True)
    flagged = sum(bool(result.flags) for result in results)
    return [result.text for result in results], {
        "system": results[0].model.name,
        "flagged": flagged,
    }


def _plain(sources: list[str], target: str, model: str | None) -> tuple[list[str], Row] | None:
    """Ask a language model and nothing more; None for a model that cannot be asked in words."""
    from slm_magic import engine
    from slm_magic.store import Store
    from slm_magic.tasks.detect import model_for
    from slm_magic.text import languages

    found = Store.default().resolve(model) if model else model_for("en", target)
    if found.card.kind != "causal":
        return None
    handle: Any = engine.load(found)
    question = (
        f"Translate the following text from English to {languages.name(target)}. "
        "Answer with the translation only.\n\n"
    )
    prompts = [
        handle.tokenizer.chat([{"role": "user", "content": question + source}])
        for source in sources
    ]
    answers = handle.generate(prompts, decoding=engine.Decoding(max_new_tokens=PLAIN_TOKENS))
    texts = [handle.tokenizer.decode(answer.tokens).strip() for answer in answers]
    return texts, {"system": f"{found.name}, plain zero-shot prompt"}
