"""The cache of results in a shell: switched on by option or setting, told and cleared by a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic.tasks.cache import Cache
from slm_magic.tasks.results import Summary


def run(shell: InteractiveShell, code: str) -> Any:
    done = shell.run_cell(code)
    done.raise_error()
    return done.result


def usage_error(shell: InteractiveShell, code: str) -> str:
    with pytest.raises(UsageError) as caught:
        run(shell, code)
    assert type(caught.value) is UsageError and "\n" not in str(caught.value)
    return str(caught.value)


def test_an_option_or_a_setting_turns_it_on_and_never_for_redact(
    shell: InteractiveShell, calls: list[Any], tmp_path: Path
) -> None:
    run(shell, "%%slm translate --to fr\nx")
    run(shell, "%%slm translate --to fr --cache\nx")
    run(shell, "%config SlmMagics.cache = True")
    run(shell, "%%slm summarize\nx")
    run(shell, f"%config SlmMagics.cache = {str(tmp_path / 'kept')!r}")
    run(shell, "%%slm translate --to fr\nx")
    run(shell, "%%slm redact\nx")
    run(shell, "%config SlmMagics.cache = False")
    run(shell, "%%slm translate --to fr\nx")
    assert [call.get("cache") for call in calls] == [
        None, True, True, str(tmp_path / "kept"), None, False,
    ]  # fmt: skip
    assert "cache" not in calls[4]
    assert "'--cache' for redact" in usage_error(shell, "%%slm redact --cache\nx")


def test_a_line_tells_what_is_kept_and_clears_it(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    kept = Cache(folder, 10**8)
    kept.put({"task": "summarize"}, "A text.", Summary(text="A text."))
    kept.close()
    run(shell, f"%config SlmMagics.cache = {str(folder)!r}")
    (row,) = run(shell, "%slm cache")
    assert (row["folder"], row["entries"], row["limit"]) == (str(folder), 1, 10**9)
    assert row["size"] > 0
    run(shell, "%slm cache clear")
    assert f"The cache in {folder} is empty" in capsys.readouterr().out
    assert len(Cache(folder, 10**8)) == 0
    assert "Did you mean 'clear'" in usage_error(shell, "%slm cache clera")


def test_a_damaged_file_is_one_line_that_clear_mends(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"no database " * 1000)
    run(shell, f"%config SlmMagics.cache = {str(folder)!r}")
    assert "%slm cache clear" in usage_error(shell, "%slm cache")
    run(shell, "%slm cache clear")
    (row,) = run(shell, "%slm cache")
    assert row["entries"] == 0
