"""The cache of results: exact, private, never unpickled, and no reason for a run to fail."""

from __future__ import annotations

import dataclasses
import os
import pickle
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import diskcache
import pytest

from slm_magic import cli
from slm_magic.catalog import ModelRef
from slm_magic.errors import CacheError, MissingDependencyError, OptionError
from slm_magic.tasks import cache, cache_codec
from slm_magic.tasks.cache import Cache, CacheWarning, key
from slm_magic.tasks.results import (
    Flag,
    Redaction,
    Result,
    Summary,
    SummarySentence,
    TranslatedSegment,
    Translation,
)

TEXT = "The cat « sleeps ».\n\n`x = 1`\t日本語 \x00 end"
MODEL = ModelRef("opus-mt-en-fr", "0123abcd", "f" * 64)
OTHER = ModelRef("opus-mt-fr-de", "4567", "e" * 64)
IDENTITY = {
    "task": "translate",
    "options": {"target": "fr", "beam_size": None},
    "source": "en",
    "models": ["a", 1.5],
}
TRANSLATION = Translation(
    text="Le chat « dort ».\n\n`x = 1`\t日本語 \x00 fin",
    flags=(
        Flag("length_ratio", "Long for its source.", 0, 16),
        Flag("markup_changed", "Lost: code."),
    ),
    model=OTHER,
    source_text=TEXT,
    source="en",
    target="fr",
    segments=(
        TranslatedSegment(
            "The cat « sleeps ».",
            "Le chat « dort ».",
            True,
            -0.1234567890123456789,
            (Flag("length_ratio", "Long for its source.", 0, 16),),
        ),
        TranslatedSegment("\n\n`x = 1`\t", "\n\n`x = 1`\t", False),
        TranslatedSegment("日本語 \x00 end", "日本語 \x00 fin", True, None),
    ),
    pivot="en",
    models=(MODEL, OTHER),
)
SUMMARY = Summary(
    text="The cat « sleeps ». Written.",
    flags=(Flag("low_score", "No sentence of the text is close to the focus."),),
    model=MODEL,
    sentences=(
        SummarySentence("The cat « sleeps ».", 0, 19, 0.3333333432674408),
        SummarySentence("Written."),
    ),
    style="abstractive",
    domain="finance",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.mark.parametrize(
    "result", [TRANSLATION, SUMMARY, Summary(text="")], ids=["t", "s", "empty"]
)
def test_a_result_comes_back_exactly(folder: Path, result: Result) -> None:
    timed = dataclasses.replace(result, elapsed=12.5)
    Cache(folder, 10**8).put(IDENTITY, TEXT, timed)
    # A new object reads what is on the disk.
    back = Cache(folder, 10**8).get(IDENTITY, TEXT)
    assert back == result and back is not result
    assert dataclasses.asdict(back) == dataclasses.asdict(result)


def test_anything_else_is_another_entry(folder: Path) -> None:
    kept = Cache(folder, 10**8)
    kept.put(IDENTITY, TEXT, TRANSLATION)
    assert kept.get({**IDENTITY, "source": "de"}, TEXT) is None
    assert kept.get(IDENTITY, TEXT + " ") is None
    assert kept.get({**IDENTITY, "task": "summarize"}, TEXT) is None
    assert kept.get(dict(reversed(IDENTITY.items())), TEXT) == TRANSLATION
    # Fields that run into each other must not meet.
    assert key(["a", "b"], "c") != key(["a"], "bc")


def test_what_rows_share_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**IDENTITY, "source": "de"}
    calls: list[object] = []
    real = cache._digest
    monkeypatch.setattr(cache, "_digest", lambda one: calls.append(one) or real(one))
    first, second, none, third, equal = cache.marks([IDENTITY, other, None, IDENTITY, {**other}])
    assert first == third != second == equal and none is None
    assert len(calls) == 3


def test_another_format_finds_nothing_of_this_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Cache(folder, 10**8).put(IDENTITY, TEXT, TRANSLATION)
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert Cache(folder, 10**8).get(IDENTITY, TEXT) is None


def test_no_redaction_is_written(folder: Path) -> None:
    kept = Cache(folder, 10**8)
    with pytest.raises(TypeError, match="Redaction"):
        kept.put(IDENTITY, TEXT, Redaction(text="<PERSON_1> sleeps."))
    assert len(kept) == 0
    with pytest.raises(ValueError, match="no result"):
        cache_codec.decode(TEXT, '["redaction", "x"]')


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize("wrong", [7, True, {"a": 1}, [[]], 2.5], ids=str)
def test_a_field_of_another_type_is_refused(at: int, wrong: Any) -> None:
    import json

    values = json.loads(cache_codec.encode(TRANSLATION))
    values[at] = wrong
    with pytest.raises(ValueError):
        cache_codec.decode(TEXT, json.dumps(values))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ((8, 0, 0), "made_up"),  # a kind of flag
        ((8, 0, 2), -1),  # a place
        ((8, 0, 2), True),
        ((4, 0, 2), 1),  # translated
        ((4, 0, 3), "0.1"),  # a score
        ((4, 0, 0), "The dog sleeps."),  # not the source
        ((4, 0, 1), "Le chien dort."),  # not the text
        ((1,), "The dog sleeps."),
        ((6, 0), ["name", "revision"]),
    ],
    ids=str,
)
def test_what_is_no_translation_of_this_text_is_refused(path: tuple[int, ...], wrong: Any) -> None:
    import json

    values = json.loads(cache_codec.encode(TRANSLATION))
    inner = values
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong
    with pytest.raises(ValueError):
        cache_codec.decode(TEXT, json.dumps(values))


@pytest.mark.parametrize("kept", ["", "null", "[" * 100_000, "{}", "[1,2]", b"[]", None, 3, "[NaN"])
def test_what_is_no_result_is_refused(kept: Any) -> None:
    with pytest.raises(ValueError):
        cache_codec.decode(TEXT, kept)


def test_a_sentence_that_does_not_stand_in_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="another text"):
        cache_codec.decode("Another text altogether.", cache_codec.encode(SUMMARY))


class Hostile:
    """What a pickle can do: run code of its maker's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (open, (str(self.path), "w"))


def rows(folder: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        return connection.execute("SELECT mode, filename, typeof(value) FROM Cache").fetchall()


@pytest.mark.parametrize("in_file", [False, True])
def test_a_pickle_in_the_database_is_never_opened(folder: Path, in_file: bool) -> None:
    mark = folder.parent / "mark"
    entry = key(IDENTITY, TEXT)
    with diskcache.Cache(str(folder), disk_min_file_size=0 if in_file else 10**6) as plain:
        plain.set(entry, Hostile(mark))
    assert rows(folder)[0][0] == diskcache.core.MODE_PICKLE
    # It is a trap that works: diskcache itself falls into it.
    with diskcache.Cache(str(folder)) as plain:
        plain.get(entry)
    assert mark.exists()
    mark.unlink()

    kept = Cache(folder, 10**8)
    assert kept.get(IDENTITY, TEXT) is None
    assert len(kept) == 1 and kept.volume() > 0
    kept.put(IDENTITY, TEXT, TRANSLATION)
    assert kept.get(IDENTITY, TEXT) == TRANSLATION
    kept.clear()
    assert not mark.exists()


def test_a_pickle_as_a_key_is_never_opened(folder: Path) -> None:
    mark = folder.parent / "mark"
    with diskcache.Cache(str(folder)) as plain:
        plain.set("x", "y")
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        connection.execute(
            "UPDATE Cache SET key = ?, raw = 0, expire_time = 1", (pickle.dumps(Hostile(mark)),)
        )
    kept = Cache(folder, 10**8)
    kept.put(IDENTITY, TEXT, TRANSLATION)
    cache.describe(folder)
    cache.clear(folder)
    assert not mark.exists()


def test_a_row_that_names_a_file_reads_and_removes_nothing(folder: Path) -> None:
    other = folder.parent / "diary.txt"
    other.write_text(cache_codec.encode(TRANSLATION), encoding="utf-8")
    kept = Cache(folder, 10**8)
    kept.put(IDENTITY, TEXT, TRANSLATION)
    kept.close()
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        connection.execute(
            "UPDATE Cache SET mode = ?, filename = '../diary.txt', value = NULL",
            (diskcache.core.MODE_TEXT,),
        )
    assert kept.get(IDENTITY, TEXT) is None
    kept.put(IDENTITY, TEXT, TRANSLATION)
    kept.close()
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        connection.execute("UPDATE Cache SET filename = ?", (str(other),))
    cache.clear(folder)
    assert other.exists()


def test_settings_in_a_database_of_another_s_are_not_believed(folder: Path) -> None:
    Cache(folder, 10**8).close()
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        connection.execute("UPDATE Settings SET value = 'x' WHERE key = 'eviction_policy'")
        connection.execute("UPDATE Settings SET value = 0 WHERE key = 'disk_min_file_size'")
    kept = Cache(folder, 10**8)
    kept.put(IDENTITY, TEXT, TRANSLATION)
    assert kept.get(IDENTITY, TEXT) == TRANSLATION
    kept.close()
    assert rows(folder) == [(diskcache.core.MODE_RAW, None, "text")]
    with sqlite3.connect(folder / cache.DATABASE) as connection:
        connection.execute("INSERT INTO Settings VALUES ('disk_surprise', 1)")
    with pytest.raises(CacheError, match="cache clear"):
        Cache(folder, 10**8)


@pytest.mark.skipif(os.name == "nt", reason="permissions are the system's own there")
def test_only_the_user_reads_what_is_kept(folder: Path) -> None:
    old = os.umask(0)
    try:
        kept = Cache(folder, 10**8)
        kept.put(IDENTITY, TEXT, TRANSLATION)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in folder.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    finally:
        os.umask(old)


def test_the_size_is_capped_and_the_oldest_go_first(folder: Path) -> None:
    kept = Cache(folder, 400_000)
    texts = [f"Sentence {number} of many. " * 40 for number in range(400)]
    for text in texts:
        kept.put(IDENTITY, text, Summary(text=text))
    assert kept.volume() < 500_000
    assert 50 < len(kept) < len(texts)
    assert kept.get(IDENTITY, texts[0]) is None
    assert kept.get(IDENTITY, texts[-1]) == Summary(text=texts[-1])


@pytest.mark.parametrize(("given", "size"), [("", 10**9), ("2", 2 * 10**9), ("0.25", 250_000_000)])
def test_the_cap_is_a_variable(monkeypatch: pytest.MonkeyPatch, given: str, size: int) -> None:
    monkeypatch.setenv("SLM_MAGIC_CACHE_SIZE", given)
    assert cache.size_limit() == size


@pytest.mark.parametrize("given", ["much", "0", "-1", "nan", "inf"])
def test_a_cap_that_is_no_size_is_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SLM_MAGIC_CACHE_SIZE", given)
    with pytest.raises(OptionError, match="gigabytes"):
        cache.size_limit()


def test_a_file_that_is_no_database_is_one_line_and_clear_mends_it(folder: Path) -> None:
    folder.mkdir()
    (folder / cache.DATABASE).write_bytes(b"not a database at all " * 500)
    with pytest.raises(CacheError, match="not a database") as caught:
        Cache(folder, 10**8)
    assert "\n" not in str(caught.value)
    assert "slm-magic cache clear" in str(caught.value)
    assert cache.clear(folder) > 0
    kept = Cache(folder, 10**8)
    kept.put(IDENTITY, TEXT, TRANSLATION)
    assert kept.get(IDENTITY, TEXT) == TRANSLATION


def test_damage_in_the_middle_of_a_run_is_a_warning_and_the_run_goes_on(folder: Path) -> None:
    kept = Cache(folder, 10**8)
    for number in range(50):
        kept.put(IDENTITY, f"{number} {TEXT}", Summary(text="One. " * 200))
    kept.close()
    database = folder / cache.DATABASE
    whole = database.read_bytes()
    database.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    with pytest.warns(CacheWarning, match="goes on without it") as caught:
        assert kept.get(IDENTITY, f"3 {TEXT}") is None
        kept.put(IDENTITY, TEXT, Summary(text="One."))
    assert len(caught) == 1
    assert TEXT not in str(caught[0].message)


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CacheError, match="run without cache"):
        Cache(tmp_path / "file", 10**8)


def test_without_diskcache_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "diskcache", None)
    with pytest.raises(MissingDependencyError, match=r"slm-magic\[cache\]"):
        Cache(folder, 10**8)
    assert not folder.exists()


WRITER = """
import sys
from pathlib import Path
from slm_magic.tasks.cache import Cache
from slm_magic.tasks.results import Summary
kept = Cache(Path(sys.argv[1]), 10**8)
for number in range(150):
    text = f"{sys.argv[2]} {number}"
    kept.put("same", text, Summary(text=text))
    kept.put("same", "shared", Summary(text="shared"))
"""


def test_processes_write_side_by_side(folder: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", WRITER, str(folder), name])
        for name in ("a", "b", "c")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    kept = Cache(folder, 10**8)
    assert len(kept) == 451
    for name in ("a", "b", "c"):
        for number in (0, 149):
            text = f"{name} {number}"
            assert kept.get("same", text) == Summary(text=text)


def test_what_a_caller_gives_means_a_folder_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.open_cache(False) is None and cache.open_cache(None) is None
    assert not (tmp_path / "xdg").exists()
    assert cache.folder_of(tmp_path / "own") == tmp_path / "own"
    assert cache.folder_of(str(tmp_path)) == tmp_path
    opened = cache.open_cache(True)
    assert opened is not None and opened.folder == cache.default_folder()
    for wrong in (1, "", " ", ["a"]):
        with pytest.raises(OptionError, match="True, False or a folder"):
            cache.folder_of(wrong)  # type: ignore[arg-type]


def test_the_command_tells_what_is_kept_and_clears_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLM_MAGIC_CACHE", str(folder))
    assert cli.main(["cache"]) == 0
    told = capsys.readouterr().out
    assert str(folder) in told and " 0 " in told
    assert not folder.exists()
    kept = Cache(folder, 10**8)
    for number in range(300):
        kept.put(IDENTITY, f"{number} {TEXT}", Summary(text="One. " * 100))
    kept.close()
    assert cli.main(["cache"]) == 0
    told = capsys.readouterr().out
    assert "300" in told and "kB" in told and "1.0 GB" in told
    assert cli.main(["cache", "clear"]) == 0
    assert "kB freed" in capsys.readouterr().out
    assert cache.describe(folder)[0]["entries"] == 0
    assert cache.describe(folder)[0]["size"] < 100_000
    assert cli.main(["cache", "clear", "--folder", str(folder / "none")]) == 0
    assert "0 B freed" in capsys.readouterr().out
    assert cli.main(["cache", "claer"]) == 2
    assert "Did you mean 'clear'" in capsys.readouterr().err


def test_nothing_of_a_text_is_left_after_clearing_while_another_has_it_open(folder: Path) -> None:
    with_it_open = Cache(folder, 10**8)
    for number in range(50):
        Cache(folder, 10**8).put({**IDENTITY, "number": number}, TEXT, TRANSLATION)
    assert len(with_it_open) == 50
    holding = [file for file in folder.iterdir() if "日本語".encode() in file.read_bytes()]
    assert holding
    assert cache.clear(folder) > 0
    assert not [file for file in folder.iterdir() if "日本語".encode() in file.read_bytes()]
    assert len(with_it_open) == 0
    with_it_open.put(IDENTITY, TEXT, TRANSLATION)
    assert with_it_open.get(IDENTITY, TEXT) == TRANSLATION


def test_what_is_removed_is_overwritten_whatever_sqlite_was_built_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    def built_without(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = real(*args, **options)
        connection.execute("PRAGMA secure_delete = 0")
        return connection

    monkeypatch.setattr(sqlite3, "connect", built_without)
    for _ in range(2):  # a new file, and one that is there
        kept = Cache(folder, 10**8)
        assert kept._kept._sql("PRAGMA secure_delete").fetchall() == [(1,)]
        kept.close()
