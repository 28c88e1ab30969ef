"""Folders of one's own in a real shell: every family from the magic to CTranslate2 and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from slm_magic import engine

BODY = "The old bridge was painted green. Nobody knows why the boats left."


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[list[str], list[str] | None]]]:
    """The tokens that reach CTranslate2, each with those that the output must start with."""
    seen: list[tuple[list[str], list[str] | None]] = []
    real = engine.Seq2Seq.translate

    def translate(self: Any, sources: Any, **options: Any) -> Any:
        seen.extend((source, options.get("target_prefix")) for source in sources)
        return real(self, sources, **options)

    monkeypatch.setattr(engine.Seq2Seq, "translate", translate)
    yield seen
    engine.unload()


def text_of(tokens: list[str]) -> str:
    return "".join(tokens).replace("▁", " ").replace("Ġ", " ").strip()


@pytest.mark.parametrize(
    ("family", "before", "prefix"),
    [
        ("nllb", "eng_Latn ", ["fra_Latn"]),
        ("m2m100", "__en__ ", ["__fr__"]),
        ("t5", "translate English to French: ", None),
        ("flan-t5", "Translate from English to French: ", None),
    ],
)
def test_a_cell_is_translated(
    shell: InteractiveShell, asked: list[Any], tmp_path: Path, family: str, before: str, prefix: Any
) -> None:
    folder = tiny.family(tmp_path / "own", family)
    shown = shell.run_cell_magic("slm", f"translate --model {folder} --from en --to fr", BODY)
    assert (shown.source, shown.target) == ("en", "fr")
    assert [segment.source for segment in shown.segments if segment.source.strip()] == [
        "The old bridge was painted green.",
        "Nobody knows why the boats left.",
    ]
    read = [(text_of(tokens), begin) for tokens, begin in asked]
    assert (f"{before}The old bridge was painted green.</s>", prefix) in read
    assert all(begin == prefix for _, begin in asked)


@pytest.mark.parametrize(
    ("family", "before", "prefix"),
    [
        ("t5", "summarize: ", None),
        ("flan-t5", "Summarize this text in one sentence: ", None),
        ("bart", "<s>", ["<s>"]),
        ("pegasus", "", None),
        ("mt5", "", None),
    ],
)
def test_a_cell_is_summarised(
    shell: InteractiveShell, asked: list[Any], tmp_path: Path, family: str, before: str, prefix: Any
) -> None:
    folder = tiny.family(tmp_path / "own", family)
    line = f"summarize --style abstractive --sentences 1 --model {folder}"
    shown = shell.run_cell_magic("slm", line, BODY)
    assert shown.style == "abstractive" and str(shown.model).startswith("own@")
    ((tokens, begin),) = asked
    assert begin == prefix
    assert text_of(tokens) == f"{before}{BODY}</s>"


def test_a_mistake_is_one_line(shell: InteractiveShell, tmp_path: Path) -> None:
    folder = tiny.family(tmp_path / "own", "nllb")
    for line, says in (
        (f"translate --model {folder} --from en --to ja", "does not translate from en to ja"),
        (f"summarize --style abstractive --model {folder}", "seq2seq model for translate"),
    ):
        with pytest.raises(UsageError, match=says) as caught:
            shell.run_cell_magic("slm", line, BODY)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("family", ["nllb", "m2m100", "t5", "flan-t5"])
def test_what_was_pulled_is_used_by_name(
    shell: InteractiveShell, asked: list[Any], tmp_path: Path, family: str
) -> None:
    folder = tiny.family(tmp_path / "own", family)
    shell.run_line_magic("slm", f"pull {folder} --name mine")
    asked.clear()
    shown = shell.run_cell_magic("slm", "translate --model mine --from en --to fr", BODY)
    assert str(shown.model).startswith("mine@") and asked


def test_a_folder_that_does_not_fit_together_is_not_installed(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    folder = tiny.family(tmp_path / "own", "nllb")
    tiny.pieces(folder / "spm.model", ["Жили у бабуси два весёлых гуся.", "Ещё один гусь."])
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UsageError, match="'mine' is that of another model") as caught:
        shell.run_line_magic("slm", f"pull {folder} --name mine")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="mine"):
        shell.run_cell_magic("slm", "translate --model mine --from en --to fr", BODY)
