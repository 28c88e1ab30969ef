"""Every sequence-to-sequence family through ``%%slm`` in a real kernel, by what its files are.

The weights are random, so the words that come back are noise; whose they are, what they were
made from, and that the noise is flagged, is not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny

BODY = "The old bridge was painted green. Nobody knows why the boats left."
SENTENCES = ["The old bridge was painted green.", "Nobody knows why the boats left."]
TOLD = (
    "import json\n"
    "print(json.dumps({'segments': [s.source for s in kept.segments if s.source.strip()],"
    "'outputs': [s.text for s in kept.segments if s.source.strip()],"
    "'model': str(kept.model), 'pair': [kept.source, kept.target],"
    "'flags': sorted({f.kind for f in kept.flags}), 'html': kept._repr_mimebundle_()['text/html']}))"
)


def pull(kernel: Any, folder: Path, family: str) -> dict[str, str]:
    """Pull a folder as ``mine``; return what ``%slm info`` says once it names the family."""
    ran = kernel.run(f"%slm pull {folder} --name mine --force")
    assert ran.status == "ok", ran.traceback
    ran = kernel.run("%slm info mine")
    assert ran.status == "ok", ran.traceback
    shown = ran.out + "".join(data["text/plain"] for data in ran.shown)
    assert family in [line.split()[-1] for line in shown.splitlines() if "family" in line], shown
    ran = kernel.run(
        "import json, slm_magic as slm\n"
        "print(json.dumps({r['field']: r['value'] for r in slm.info('mine').rows}))"
    )
    told: dict[str, str] = json.loads(ran.out)
    assert (told["family"], told["kind"]) == (family, "seq2seq")
    return told


@pytest.mark.parametrize(
    ("family", "lying_name"),
    [
        ("nllb", "t5-base"), ("m2m100", "opus-mt-en-fr"), ("t5", "nllb-200-distilled"),
        ("flan-t5", "bart-large-cnn"), ("opus", "m2m100_418M"),
    ],
)  # fmt: skip
def test_a_cell_is_translated(kernel: Any, tmp_path: Path, family: str, lying_name: str) -> None:
    place = tmp_path / lying_name
    pull(kernel, tiny.opus(place) if family == "opus" else tiny.family(place, family), family)
    ran = kernel.run(f"%%slm kept << translate --model mine --from en --to fr\n{BODY}")
    assert ran.status == "ok", ran.traceback
    told = json.loads(kernel.run(TOLD).out)
    assert told["segments"] == SENTENCES and told["pair"] == ["en", "fr"]
    assert told["model"].startswith("mine@") and len(told["outputs"]) == 2
    # Noise is never shown as if it were a translation.
    assert told["flags"] and all(kind in told["html"] for kind in told["flags"])
    ran = kernel.run(f"%%slm translate --model mine --from en --to zz\n{BODY}")
    assert (ran.status, ran.ename) == ("error", "UsageError") and "\n" not in ran.evalue


def test_an_opus_model_of_several_targets_is_told_which(kernel: Any, tmp_path: Path) -> None:
    folder = tiny.opus(tmp_path / "t5", ">>fra<<", ">>deu<<", ">>spa<<", target="mul")
    told = pull(kernel, folder, "opus")
    assert told["pairs"] == ["en to de", "en to es", "en to fr"]
    assert told["targets"] == ["de >>deu<<", "es >>spa<<", "fr >>fra<<"]
    seen = kernel.run(
        "from slm_magic import engine\n"
        "asked = []\n"
        "real = engine.Seq2Seq.translate\n"
        "def translate(self, sources, **options):\n"
        "    asked.extend(source[0] for source in sources)\n"
        "    return real(self, sources, **options)\n"
        "engine.Seq2Seq.translate = translate"
    )
    assert seen.status == "ok", seen.traceback
    for target, token in (("de", ">>deu<<"), ("fr", ">>fra<<")):
        ran = kernel.run(
            f"asked.clear()\nget_ipython().run_cell_magic('slm', 'kept << translate --model mine "
            f"--from en --to {target}', {BODY!r})"
        )
        assert ran.status == "ok", ran.traceback
        assert json.loads(kernel.run(TOLD).out)["pair"] == ["en", target]
        assert set(json.loads(kernel.run("print(json.dumps(asked))").out)) == {token}
    ran = kernel.run(f"%%slm translate --model mine --from en --to it\n{BODY}")
    assert (ran.status, ran.ename) == ("error", "UsageError") and "\n" not in ran.evalue
    assert "en to de, en to es, en to fr" in ran.evalue


def test_targets_are_listed_where_the_source_is_not_told(kernel: Any, tmp_path: Path) -> None:
    folder = tiny.opus(tmp_path / "bart", ">>fra<<", ">>deu<<", source="mul", target="mul")
    told = pull(kernel, folder, "opus")
    assert told["targets"] == ["de >>deu<<", "fr >>fra<<"] and "pairs" not in told
    ran = kernel.run(f"%%slm translate --model mine --from en --to it\n{BODY}")
    assert (ran.status, ran.ename) == ("error", "UsageError") and "\n" not in ran.evalue
    assert "translates into de, fr" in ran.evalue


@pytest.mark.parametrize(
    ("family", "lying_name"),
    [("bart", "pegasus-xsum"), ("pegasus", "mt5-small"), ("mt5", "t5-base"), ("t5", "bart-base")],
)
def test_a_cell_is_summarised(kernel: Any, tmp_path: Path, family: str, lying_name: str) -> None:
    pull(kernel, tiny.family(tmp_path / lying_name, family), family)
    line = "kept << summarize --style abstractive --sentences 1 --model mine"
    ran = kernel.run(f"%%slm {line}\n{BODY}")
    assert ran.status == "ok", ran.traceback
    ran = kernel.run(
        "import json\n"
        "print(json.dumps({'model': str(kept.model), 'style': kept.style,"
        "'flags': [f.kind for f in kept.flags], 'html': kept._repr_mimebundle_()['text/html']}))"
    )
    told = json.loads(ran.out)
    assert told["model"].startswith("mine@") and told["style"] == "abstractive"
    assert told["flags"] and all(kind in told["html"] for kind in told["flags"])
