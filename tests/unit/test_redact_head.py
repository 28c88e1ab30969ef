"""The head's arithmetic and its windows, with a small encoder that has no model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from fakes import FakeEncoder

from slm_magic.tasks import redact_head as rh
from slm_magic.tasks.redact_reading import best_paths


class CountingEncoder(FakeEncoder):
    """Gives each piece its place in the window, so that the stitching can be seen."""

    width = 2

    def hidden(self, ids, *, on_result=None):  # type: ignore[no-untyped-def]
        self.calls.append({"ids": [list(one) for one in ids]})
        return [np.array([[i, len(one)] for i in range(len(one))], np.float32) for one in ids]


def test_words_are_runs_of_letters_and_single_signs() -> None:
    text = "O'Brien paid 12.50 (Łódź_A)"
    assert [text[w.start : w.end] for w in rh.words(text)] == [
        "O",
        "'",
        "Brien",
        "paid",
        "12",
        ".",
        "50",
        "(",
        "Łódź",
        "_",
        "A",
        ")",
    ]


def test_shapes_tell_case_and_place_apart() -> None:
    def row(text: str, word: int) -> np.ndarray:
        return rh.shapes(text, rh.words(text))[word]

    assert not np.array_equal(row("a Rose b", 1), row("a rose b", 1))
    assert not np.array_equal(row("x. Rose b", 2), row("x y Rose b", 2))
    assert np.array_equal(
        row("see Rose go and then come back to me", 1),
        row("see Rose go and then come back to me", 1),
    )
    assert rh.shapes("", []).shape == (0, rh.shapes("a", rh.words("a")).shape[1])


def test_a_word_of_several_pieces_gets_their_mean_and_the_first() -> None:
    class TwoPieces:
        def encode_ids(self, text: str) -> list[int]:
            return [101, 5, 102]

        def encode_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
            return [101, 7, 9, 8, 102], [(0, 0), (0, 3), (3, 6), (7, 10), (0, 0)]

    encoder = CountingEncoder()
    encoder.tokenizer = TwoPieces()  # type: ignore[assignment]
    [rows] = rh.contexts(encoder, ["abcdef ghi"])
    assert encoder.calls[0]["ids"] == [[101, 7, 9, 8, 102]]
    assert rows.tolist() == [[1.5, 5.0, 1.0, 5.0], [3.0, 5.0, 3.0, 5.0]]


@pytest.mark.parametrize("count", [0, 1, rh.WINDOW, rh.WINDOW + 1, 1000])
def test_windows_cover_everything_and_fit_the_body(count: int) -> None:
    windows = rh._windows(count)
    seen = {i for start, end in windows for i in range(start, end)}
    assert seen == set(range(count))
    assert all(end - start <= rh.WINDOW for start, end in windows)
    assert all(a[1] - b[0] >= 32 for a, b in pairwise(windows))


def test_long_texts_take_each_word_from_the_middle_of_a_window() -> None:
    encoder = CountingEncoder()
    text = " ".join(["word"] * 400)
    [rows] = rh.contexts(encoder, [text])
    assert len(rows) == 400
    assert all(len(ids) <= 256 for call in encoder.calls for ids in call["ids"])
    # A place in its window of 0 or 255 would be that of [CLS] or [SEP]; inside, no word sits at
    # an edge where two windows overlap.
    assert rows[:, 0].min() >= 1


def test_texts_without_words() -> None:
    encoder = CountingEncoder()
    assert [len(rows) for rows in rh.contexts(encoder, ["", "  ", "a"])] == [0, 0, 1]


def test_shifted_puts_neighbours_beside_each_row() -> None:
    rows = np.array([[1.0], [2.0], [3.0]], np.float32)
    assert rh.shifted(rows, 1).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 0]]
    assert rh.shifted(rows[:1], 2).tolist() == [[0, 0, 1, 0, 0]]


def test_best_path_pays_for_a_change_of_label() -> None:
    logp = np.log(np.array([[0.9, 0.1], [0.45, 0.55], [0.9, 0.1]], np.float32))
    free = np.zeros((2, 2), np.float32)
    costly = np.array([[0, -1], [-1, 0]], np.float32)
    assert best_paths([logp], free) == [[0, 1, 0]]
    assert best_paths([logp], costly) == [[0, 0, 0]]


def test_best_paths_of_several_texts_are_those_of_each_alone() -> None:
    rng = np.random.default_rng(3)
    transition = rng.normal(size=(4, 4)).astype(np.float32)
    logps = [rng.normal(size=(n, 4)).astype(np.float32) for n in (5, 1, 9, 5, 2)]
    together = best_paths(logps, transition)
    assert together == [best_paths([logp], transition)[0] for logp in logps]
    assert [len(path) for path in together] == [5, 1, 9, 5, 2]
    for logp, path in zip(logps, together, strict=True):
        # No single change makes the path better.
        best = _worth(path, logp, transition)
        for place in range(len(path)):
            for label in range(4):
                other = [*path[:place], label, *path[place + 1 :]]
                assert _worth(other, logp, transition) <= best + 1e-5
    assert best_paths([], transition) == []


def _worth(path: list[int], logp: np.ndarray, transition: np.ndarray) -> float:
    changes = sum(float(transition[a, b]) for a, b in pairwise(path))
    return changes + sum(float(logp[row, label]) for row, label in enumerate(path))


def test_a_product_in_tiles_is_the_product() -> None:
    rng = np.random.default_rng(5)
    for count, depth, width in (
        (1, 3, 2),
        (63, 32, 128),
        (64, 966, 128),
        (150, 640, 9),
        (0, 40, 2),
    ):
        rows = rng.normal(size=(count, depth)).astype(np.float32)
        weight = rng.normal(size=(depth, width)).astype(np.float32)
        found = rh.product(rows, weight)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, rows @ weight, rtol=1e-4, atol=1e-4)


def test_spans_and_doubts_are_read_from_the_scores() -> None:
    head = rh.Head(("O", "PERSON", "AGE"), {"transition": np.zeros((3, 3), np.float32)})
    text = "Ann Lee is 40 or Bo"
    logits = np.log(
        np.array(
            [
                [0.1, 0.8, 0.1],
                [0.2, 0.7, 0.1],
                [0.98, 0.01, 0.01],
                [0.1, 0.1, 0.8],
                [0.98, 0.01, 0.01],
                [0.55, 0.4, 0.05],
            ],
            np.float32,
        )
    )
    found, doubts = head.spans(text, rh.words(text), logits)
    assert [(f.label, text[f.start : f.end]) for f in found] == [
        ("PERSON", "Ann Lee"),
        ("AGE", "40"),
    ]
    assert found[0].score == pytest.approx(0.85, abs=0.01)
    assert [(d.label, text[d.start : d.end]) for d in doubts] == [("PERSON", "Bo")]


def test_the_shipped_head_fits_this_code() -> None:
    head = rh.load()
    width = len(rh.shapes("a", rh.words("a"))[0])
    assert head.labels[0] == "O"
    assert "PERSON" in head.labels
    assert head.arrays["w1"].shape[0] == 2 * 384 + width
    assert head.arrays["transition"].shape == (len(head.labels),) * 2
    assert all(np.isfinite(values).all() for values in head.arrays.values())


def test_the_shipped_arrays_are_the_recorded_ones_and_small() -> None:
    import hashlib
    from importlib import resources

    data = (resources.files("slm_magic") / "pii" / "head.npz").read_bytes()
    assert len(data) < 1_000_000
    assert hashlib.sha256(data).hexdigest() == rh.sha256()


def test_texts_scored_together_are_scored_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    wide, reach = 6, (2 * rh.NEAR + 1, 2 * rh.FAR + 1)
    sizes = {"w1": (wide, 5), "w2": (reach[0] * 5, 4), "w3": (reach[1] * 4, 3)}
    sizes |= {"b1": (5,), "b2": (4,), "b3": (3,)}
    arrays = {k: rng.normal(size=s).astype(np.float32) for k, s in sizes.items()}
    head = rh.Head(("O", "PERSON", "AGE"), arrays)
    texts = [rng.normal(size=(count, wide)).astype(np.float32) for count in (1, 7, 2, 30)]
    together = head._side_by_side(texts)
    assert [len(scores) for scores in together] == [1, 7, 2, 30]
    for rows, scores in zip(texts, together, strict=True):
        np.testing.assert_allclose(head.logits(rows), scores, rtol=1e-5, atol=1e-5)


def test_a_text_that_the_body_reads_nothing_of_holds_nothing() -> None:
    class Deaf:
        def encode_ids(self, text: str) -> list[int]:
            return [101, 5, 102]

        def encode_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
            return [101, 102], [(0, 0), (0, 0)]

    encoder = CountingEncoder()
    encoder.tokenizer = Deaf()  # type: ignore[assignment]
    # Zero-width spaces: signs to a program, and nothing at all to the body.
    head, texts = rh.load(), ["\u200b\u200b", ""]
    assert head.readings(texts, head.states(encoder, texts)) == [rh.Reading([], [])] * 2
