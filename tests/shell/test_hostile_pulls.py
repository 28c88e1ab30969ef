"""Bad model files through the magic: one line, no traceback, nothing installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile import BAD
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic.store import Store


@pytest.mark.parametrize("kind", sorted(BAD))
def test_a_bad_file_is_one_line(shell: InteractiveShell, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    path = BAD[kind](place)
    with pytest.raises(UsageError) as caught:
        shell.run_line_magic("slm", f"pull {path} --name mine")
    # IPython shows a traceback for every subclass.
    assert type(caught.value) is UsageError
    told = str(caught.value)
    assert told and "\n" not in told and len(told) < 600 and told.isprintable()
    assert Store.default().get("mine") is None
    assert not Store.default().place("mine").exists()


def test_a_folder_that_is_used_as_it_lies_is_looked_through(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    # Here CTranslate2 loads in the kernel itself: what would overrun its memory must not reach it.
    for number, kind in enumerate(("ct2 shape lies", "ct2 no heads", "ct2 cut in a weight")):
        place = tmp_path / str(number)
        place.mkdir()
        folder = BAD[kind](place)
        with pytest.raises(UsageError, match=r"model\.bin is damaged") as caught:
            shell.run_cell_magic(
                "slm", f"translate --model {folder} --from en --to fr", "The shop opens."
            )
        assert "\n" not in str(caught.value)
