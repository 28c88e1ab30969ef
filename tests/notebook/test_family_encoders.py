"""Token classifiers of each family in a real kernel: pulled, named in a cell, made the default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import taggers

pytest.importorskip("presidio_analyzer")

PRIVATE = ("Maria", "Rossi", "Otto", "Brandt", "Lyon", "Zorblat", "vexmar")
BODY = f"{taggers.TEXT} Write to m.rossi@vexmar.example.org now."
REDACTED = (
    "Yesterday <PERSON_1> met <PERSON_2> in <LOCATION_1> about the Olympics and badge <BADGE_1> , "
    "she said . Write to <EMAIL_ADDRESS_1> now."
)


@pytest.mark.parametrize("family", taggers.FAMILIES)
def test_a_cell_is_redacted_by_a_model_of_ones_own(
    kernel: Any, tmp_path: Path, family: str
) -> None:
    taggers.checkpoint(tmp_path / "downloaded", family)
    pulled = kernel.run("%slm pull ./downloaded --name mine")
    assert pulled.status == "ok" and "mine is installed" in pulled.out

    ran = kernel.run(f"%%slm redact --model mine -o done\n{BODY}")
    assert ran.status == "ok", ran.evalue
    (shown,) = ran.shown
    assert shown["text/plain"].strip().startswith(REDACTED)
    for private in PRIVATE:
        assert private not in json.dumps(shown) + ran.out + ran.err, private

    told = kernel.run(
        "import json\nprint(json.dumps({'spans': [(s.entity_type, s.start, s.end, s.placeholder) "
        "for s in done.spans], 'model': str(done.model), 'back': done.restore()}))"
    )
    assert told.status == "ok", told.evalue
    said = json.loads(told.out)
    assert [kind for kind, *_ in said["spans"]] == [
        "PERSON", "PERSON", "LOCATION", "BADGE", "EMAIL_ADDRESS",
    ]  # fmt: skip
    assert [BODY[start:end] for _, start, end, _ in said["spans"]] == [
        "Maria Rossi", "Otto Brandt", "Lyon", "Zorblat", "m.rossi@vexmar.example.org",
    ]  # fmt: skip
    assert said["model"].startswith("mine@") and said["back"] == BODY

    # As the default of the session, with the other options.
    assert "redact now uses mine" in kernel.run("%slm use redact mine").out
    some = kernel.run(
        f"%%slm redact --entities MISC,LOCATION --operator mask --format text\n{BODY}"
    )
    (text,) = some.shown
    assert "in **** about the ******** and badge Zorblat" in text["text/plain"]
    assert "redact" in json.dumps(kernel.run("%slm info mine").shown)


def test_what_cannot_be_used_is_one_line(kernel: Any, tmp_path: Path) -> None:
    taggers.checkpoint(tmp_path / "odd", model_type="electra")
    ran = kernel.run("%slm pull ./odd --name odd")
    assert (ran.status, ran.ename) == ("error", "UsageError")
    assert "'electra' cannot be converted" in ran.evalue and "\n" not in ran.evalue
    taggers.checkpoint(tmp_path / "bare", marks=False)
    ran = kernel.run("%slm pull ./bare --name bare")
    assert ran.ename == "UsageError" and "two marks" in ran.evalue
    ran = kernel.run(f"%%slm redact --model bare\n{BODY}")
    assert ran.ename == "UsageError" and "bare" in ran.evalue and "Maria" not in ran.traceback
