"""Translation through English in a real shell, with models of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from test_tokenization_seq2seq import opus_folder

from slm_magic import engine

BODY = "Le vieux pont fut peint. Voir `pont` à 7 heures."


@pytest.fixture(autouse=True)
def _unload() -> Iterator[None]:
    yield
    engine.unload()


def test_two_models_of_ones_own_named_in_a_cell(shell: InteractiveShell, tmp_path: Path) -> None:
    for name in ("first", "second"):
        folder = opus_folder(tmp_path / name, add_source_eos=False)
        shell.run_line_magic("slm", f"pull {folder} --name {name}")
    line = "translate --model first+second --from fr --to de"
    shown = shell.run_cell_magic("slm", line, BODY)
    assert shown.pivot == "en" and [one.name for one in shown.models] == ["first", "second"]
    assert "`pont`" in shown.text and "".join(s.source for s in shown.segments) == BODY
    assert "fr → de via English · first + second" in shown._repr_mimebundle_()["text/html"]


def test_a_pair_that_nothing_covers_names_the_pull(shell: InteractiveShell) -> None:
    with pytest.raises(UsageError, match="%slm pull opus-mt-fi-en opus-mt-en-sv") as caught:
        shell.run_cell_magic("slm", "translate --from fi --to sv", "Kissa nukkuu matolla.")
    assert "\n" not in str(caught.value)
