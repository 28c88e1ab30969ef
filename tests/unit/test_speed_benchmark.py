"""The pure parts of benchmarks/speed.py: what is worked on, and what is made of the seconds."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import speed
import speed_mt
import speed_setup
import speed_stats
import speed_texts
import speed_translation
import speed_worker
from speed_stats import Comparison, Sample, Spread, Target


def samples(*seconds: float, units: int = 100) -> list[Sample]:
    return [Sample(units, one, one) for one in seconds]


def test_a_spread_is_the_median_and_the_extremes():
    assert Spread.of([3.0, 1.0, 2.0, 10.0, 2.5]) == Spread(2.5, 1.0, 10.0)
    assert str(Spread.of([2.0])) == "2.00 (2.00-2.00)"
    with pytest.raises(ValueError, match="at least one"):
        Spread.of([])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0123, "0.0123"),
        (0.95, "0.950"),
        (1.5, "1.50"),
        (27.06, "27.1"),
        (1234.5, "1,234"),
        (0, "0"),
    ],
)
def test_figures_have_three_digits_that_say_something(value, shown):
    assert speed_stats.figure(value) == shown


def test_ratios_pair_the_rounds_of_one_repeat_so_that_drift_falls_out():
    # The machine gets ten times slower from the first repeat to the last; we stay twice as fast.
    ours, theirs = samples(1.0, 2.0, 10.0), samples(2.0, 4.0, 20.0)
    assert speed_stats.ratios(ours, theirs) == Spread(2.0, 2.0, 2.0)
    # The medians of each side alone would say the same of rounds that were never side by side.
    mixed = speed_stats.ratios(ours, samples(20.0, 4.0, 2.0))
    assert (mixed.least, mixed.most) == (pytest.approx(0.2), 20.0)


def test_sides_that_work_on_fewer_rows_are_compared_by_rate():
    ratio = speed_stats.ratios(samples(10.0, units=500), samples(1.0, units=10))
    assert ratio.median == 5.0


def test_rounds_that_do_not_pair_are_refused():
    with pytest.raises(ValueError, match="2 rounds cannot be paired with 1"):
        speed_stats.ratios(samples(1, 2), samples(1))


def test_the_exponent_of_growth_is_found_by_least_squares():
    sizes = [1_000, 10_000, 100_000]
    assert speed_stats.exponent(sizes, [0.5 * n**1.07 for n in sizes]) == pytest.approx(1.07)
    assert speed_stats.exponent(sizes, [90.0, 90.0, 90.0]) == pytest.approx(0)
    # Off the line by chance in either direction, the slope stays near.
    chance = random.Random(1)
    noisy = [n * chance.uniform(0.9, 1.1) for n in sizes]
    assert speed_stats.exponent(sizes, noisy) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("sizes", "values", "said"),
    [
        ([10], [1.0], "two sizes"),
        ([10, 10], [1.0, 2.0], "two sizes"),
        ([10, 20], [1.0], "two sizes"),
        ([10, 20], [0.0, 1.0], "above zero"),
    ],
)
def test_a_fit_needs_something_to_fit(sizes, values, said):
    with pytest.raises(ValueError, match=said):
        speed_stats.exponent(sizes, values)


@pytest.mark.parametrize(
    ("way", "wanted", "median", "verdict"),
    [
        ("at least", 0.95, 0.95, "met"),
        ("at least", 0.95, 0.949, "missed"),
        ("at most", 5, 5.0, "met"),
        ("at most", 5, 5.1, "missed"),
    ],
)
def test_a_target_is_met_by_the_median_alone(way, wanted, median, verdict):
    target = Target("a peer", way, wanted, Spread(median, 0.1, 100.0))
    assert target.verdict == verdict
    assert target.row()["verdict"] == verdict


def test_what_could_not_be_measured_is_neither_met_nor_missed():
    row = Target("a peer", "at least", 2, None, why="not installed").row()
    assert (row["found"], row["verdict"]) == ("not installed", "not measured")


def test_peers_that_are_faster_are_named_with_their_figure():
    beaten = Comparison("a column", "Peer A", Spread(0.5, 0.4, 0.6))
    ahead = Comparison("a column", "Peer B", Spread(3.0, 0.9, 4.0))
    assert speed_stats.faster([ahead, beaten]) == ["a column: Peer A, 2.00 times as fast"]
    assert speed_stats.faster([ahead]) == []


def test_a_table_has_each_side_and_the_ratio_of_all_but_ours():
    rounds = {"us": samples(1.0, 1.0, 1.0), "bare": samples(0.5, 1.0, 2.0)}
    rows, comparisons = speed_stats.side_rows("rows", "rows", rounds, "us")
    assert [row["side"] for row in rows] == ["us", "bare"]
    assert (rows[0]["us / it"], rows[1]["us / it"]) == ("-", "1.00 (0.500-2.00)")
    assert rows[0]["rows/s"] == "100"
    assert comparisons == [Comparison("rows", "bare", Spread(1.0, 0.5, 2.0))]


def test_another_way_to_call_us_is_shown_and_is_no_peer():
    rounds = {speed_stats.US: samples(2.0), f"{speed_stats.US}, Series accessor": samples(1.0)}
    rows, comparisons = speed_stats.side_rows("rows", "rows", rounds, speed_stats.US)
    assert rows[1]["us / it"] == "0.500 (0.500-0.500)"
    assert comparisons == []


def test_made_up_sentences_are_whole_and_of_many_lengths():
    pool, origin = speed_texts.sentences(None, speed_texts.one_sentence)
    lengths = sorted(map(len, pool))
    assert len(pool) >= 1_500 and len(set(pool)) == len(pool)
    assert origin == "a grammar of our own"
    assert lengths[0] >= speed_texts.SHORTEST and lengths[-1] <= speed_texts.LONGEST
    assert lengths[len(lengths) // 10] < 60 < 110 < lengths[9 * len(lengths) // 10]


def test_sentences_of_the_data_come_first_and_only_whole_ones(tmp_path):
    (tmp_path / "mt").mkdir()
    news = ["Two sentences are here. They are left out.", "The ferry was late again.", "Short."]
    (tmp_path / "mt" / "ntrex-dev.eng.txt").write_text("\n".join(news), encoding="utf-8")
    pool, origin = speed_texts.sentences(tmp_path, speed_texts.one_sentence)
    assert pool == ["The ferry was late again."]
    assert "evaluation data" in origin


def test_a_column_is_distinct_and_the_same_each_time():
    pool = [f"row {i}" for i in range(50)]
    rows = speed_texts.column(pool, 20)
    assert rows == speed_texts.column(pool, 20)
    assert len(set(rows)) == 20 and rows != pool[:20]
    with pytest.raises(ValueError, match="50 sentences, not 51"):
        speed_texts.column(pool, 51)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_share_of_the_rows_repeats(share):
    pool = [f"row {i}" for i in range(500)]
    rows = speed_texts.repeated(pool, 200, share)
    assert len(rows) == 200
    assert len(set(rows)) == 200 - round(200 * share)


def test_documents_are_cut_alike_by_all_splitters():
    pool, _ = speed_texts.sentences(None, speed_texts.one_sentence)
    texts = speed_texts.documents(pool, 5, speed_texts.sentence_counts)
    assert len(texts) == 5
    for text in texts:
        (count,) = speed_texts.sentence_counts(text)
        assert 10 <= count <= 30


def test_documents_that_splitters_do_not_agree_on_are_not_used():
    pool, _ = speed_texts.sentences(None, speed_texts.one_sentence)
    with pytest.raises(ValueError, match="only 0 of 2"):
        speed_texts.documents(pool, 2, lambda text: {3, 4})


def test_fewer_rows_have_the_same_mix_of_lengths():
    rows = ["x" * n for n in range(1, 101)]
    random.Random(3).shuffle(rows)
    few = speed_texts.evenly(rows, 10)
    assert sorted(map(len, few)) == [6, 16, 26, 36, 46, 56, 66, 76, 86, 96]
    assert [row for row in rows if row in few] == few
    assert speed_texts.evenly(rows, 1_000) == rows


def test_rows_that_grow_are_distinct_and_of_like_lengths():
    pool = ["The ferry was late.", "A longer sentence about the old harbour."]
    rows = speed_texts.growing(pool, 1_000)
    assert len(set(rows)) == 1_000
    assert max(map(len, rows)) <= max(map(len, pool)) + 4


class Echo(speed_worker.Side):
    """A side without a model, for the worker's own sake."""

    def imports(self):
        print("noise of a library")
        if self.options.get("missing"):
            import no_such_package_anywhere  # noqa: F401
        return {"echo": "1"}

    def load(self):
        return "as it comes"

    def run(self, given, job):
        if job.get("fail"):
            raise RuntimeError("the model broke")
        return [text.upper() for text in given]

    def see(self, given, result, job):
        return {"units": len(given), "said": result}


@pytest.fixture
def echo(tmp_path):
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps({"rows": ["a", "b"]}), encoding="utf-8")
    environment = {"PYTHONPATH": str(Path(__file__).parent)}

    def start(**options):
        return speed_worker.Worker(
            "test_speed_benchmark:Echo", environment, texts=str(texts), **options
        )

    return start


def test_a_worker_stays_alive_and_answers_round_after_round(echo):
    with echo() as worker:
        assert (worker.settings, worker.versions) == ("as it comes", {"echo": "1"})
        for _ in range(2):
            sample, seen = worker.run(texts="rows")
            assert seen == {"said": ["A", "B"]}
            assert sample.units == 2 and 0 <= sample.seconds < 5
        assert worker.memory["peak"] >= worker.memory["load"] >= worker.memory["start"] > 1_000_000


def test_a_side_whose_package_is_missing_says_so(echo):
    with pytest.raises(speed_worker.SideError, match="^no_such_package_anywhere is not installed$"):
        echo(missing=True)


def test_a_side_that_fails_is_left_out_and_the_others_go_on(echo):
    found = speed_setup.Found()
    with echo() as good, echo() as bad:
        turns = {"good": (good, {"texts": "rows"}), "bad": (bad, {"texts": "rows", "fail": True})}
        rounds, seen = speed_setup.take_turns(turns, 3, found)
    assert list(rounds) == ["good"] and len(rounds["good"]) == 3
    assert seen["good"]["said"] == ["A", "B"]
    assert found.notes == ["bad: failed, RuntimeError: the model broke"]


def test_a_side_that_cannot_start_is_told_in_the_notes(echo, tmp_path):
    found = speed_setup.Found()
    texts = str(tmp_path / "texts.json")
    environment = {"PYTHONPATH": str(Path(__file__).parent)}
    common = {"side": "test_speed_benchmark:Echo", "environment": environment, "texts": texts}
    with speed_setup.workers({"a": common, "b": {**common, "missing": True}}, found) as started:
        assert list(started) == ["a"]
    told = {"b: left out, no_such_package_anywhere is not installed", "a: as it comes"}
    assert set(found.notes) == told


def test_outputs_are_alike_up_to_where_they_first_differ():
    exact = [["a", "b", "c"], ["a", "b", "c"]]
    assert speed_translation.alike(exact, [["a", "b", "x"], ["x", "b", "c"]]) == 1.0
    assert speed_translation.alike(exact, exact) == 3.0
    assert speed_translation.alike(exact, [["a"], ["a", "b", "c", "d"]]) == 2.0


def test_turns_go_back_and_forth(echo):
    order = []

    class Watched:
        def __init__(self, name):
            self.name = name

        def run(self, **job):
            order.append(self.name)
            return Sample(1, 1.0, 1.0), {}

    sides = {name: (Watched(name), {}) for name in "abc"}
    speed_setup.take_turns(sides, 2, speed_setup.Found())
    assert "".join(order) == "abccba"


def test_the_argos_package_adds_the_end_that_argos_leaves_out(tmp_path):
    import zipfile

    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text('{"add_source_eos": false, "eos_token": "</s>"}')
    for name in ("model.bin", "shared_vocabulary.json", "source.spm", "target.spm"):
        (model / name).write_bytes(name.encode())
    with zipfile.ZipFile(speed_mt.argos_package(model, tmp_path / "x.argosmodel")) as package:
        assert json.loads(package.read("en_fr/model/config.json"))["add_source_eos"] is True
        assert package.read("en_fr/sentencepiece.model") == b"source.spm"
        assert package.read("en_fr/model/model.bin") == b"model.bin"
        assert json.loads(package.read("en_fr/metadata.json"))["to_code"] == "fr"


def test_an_unknown_section_is_refused_by_name(capsys):
    with pytest.raises(SystemExit):
        speed.main(["--only", "opus,nonsense"])
    assert "unknown sections: nonsense" in capsys.readouterr().err


def test_the_script_runs_from_anywhere(tmp_path):
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "speed.py"), "--help"],
        capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    assert "--quick" in done.stdout and "--only" in done.stdout


def test_a_report_names_targets_and_faster_peers(capsys):
    rows = [Target("a peer", "at least", 2, Spread(1.5, 1.4, 1.6)).row()]
    machine = {"processor": "A chip", "cores": 2, "python": "3.11.7"}
    report = {"machine": machine, "versions": {"torch": "2.13.0"}}
    speed.conclude(rows, [Comparison("a column", "Peer", Spread(0.8, 0.7, 0.9))], report)
    said = capsys.readouterr().out
    assert "1.50 (1.40-1.60)" in said and "missed" in said
    assert "Faster than slm-magic: a column: Peer, 1.25 times as fast" in said
    assert "A chip, 2 cores, Python 3.11.7; torch 2.13.0" in said
