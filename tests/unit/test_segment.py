"""Tiles: they join to the text again, and hold the sentences and nothing else."""

from __future__ import annotations

import random

import pytest

from slm_magic.text.segment import Segment, is_markdown, rewrap, segment

NOTE = """---
title: A note
---
# The heading #

A paragraph with **bold words** that is
wrapped softly. Its second sentence has `code`.

- the first item
- the second item goes
  on here
  1. a nested *item*

> A quotation that
> goes on. And ends.

```python
total = "not prose"
```

    indented = "code"

| Name | Meaning of `a|b` |
|------|:----:|
| some words | 12 |

$$
E = mc^2
$$

Another heading
===============

<div class="box">
<p>Words in HTML.</p>
</div>
<!-- a comment
over lines -->

[ref]: https://example.org/x
[^1]: The words of a footnote.

A hard break\x20\x20
and then a line\\
and the last.

***

- [x] a task that is done
"""


def words(text: str, **options: object) -> list[str]:
    return [tile.text for tile in segment(text, **options) if tile.translatable]  # type: ignore[arg-type]


def test_the_words_of_a_markdown_note_and_nothing_else() -> None:
    assert words(NOTE) == [
        "The heading",
        "A paragraph with **bold words** that is\nwrapped softly.",
        "Its second sentence has `code`.",
        "the first item",
        "the second item goes\n  on here",
        "a nested *item*",
        "A quotation that\n> goes on.",
        "And ends.",
        "Name",
        "Meaning of `a|b`",
        "some words",
        "Another heading",
        "Words in HTML.",
        "The words of a footnote.",
        "A hard break",
        "and then a line",
        "and the last.",
        "a task that is done",
    ]


@pytest.mark.parametrize("markup", ["auto", "text", "markdown"])
def test_tiles_join_to_the_text_whatever_it_is(markup: str) -> None:
    maker = random.Random(7)
    pieces = [
        *"ab AB.!?`*_#->|$[]()\n \t1:~<>{}é好。😀\r=\u2028",
        "\n\n", "```\n", "- ", "> ", "$$", "    ", "<!--", "-->", "\\begin{a}", "\\end{a}",
        "https://a.b", "---\n", "|--|\n", "[x](y)", "1. ",
    ]  # fmt: skip
    for number in range(1500):
        text = "".join(maker.choice(pieces) for _ in range(maker.randint(0, 80)))
        fits = (lambda piece: len(piece) < 15) if number % 2 else None
        tiles = segment(text, markup=markup, fits=fits)  # type: ignore[arg-type]
        assert "".join(tile.text for tile in tiles) == text
        for tile in tiles:
            assert tile.text
            assert text[tile.start : tile.end] == tile.text
            if tile.translatable:
                assert tile.text == tile.text.strip()
                assert any(c.isalpha() for c in tile.text)
                assert "\n" not in tile.plain or not tile.joints


def test_white_space_and_blank_lines_are_tiles_of_their_own() -> None:
    text = "  One here.   Two there.\n\n\n\tThree.  \r\n"
    assert words(text) == ["One here.", "Two there.", "Three."]
    assert [tile.text for tile in segment(text) if not tile.translatable] == [
        "  ", "   ", "\n\n\n\t", "  \r\n",
    ]  # fmt: skip


def test_a_line_break_in_plain_text_ends_the_sentence() -> None:
    assert words("Milk and bread\nButter and jam\n") == ["Milk and bread", "Butter and jam"]


def test_a_line_that_an_editor_wrapped_goes_on() -> None:
    text = (
        "Dear all,\n\nthis is the long first line of a message that was wrapped\n"
        "at some column. Bye.\n\nBest,\nAnn\n"
    )
    tiles = [tile for tile in segment(text, markup="text") if tile.translatable]
    assert tiles[1].plain == (
        "this is the long first line of a message that was wrapped at some column."
    )
    assert [tile.text for tile in tiles[2:]] == ["Bye.", "Best,", "Ann"]


def test_rewrap_puts_line_breaks_and_quote_marks_back() -> None:
    text = "> one two three four\n> five six seven eight\n> nine ten.\n"
    (tile,) = (tile for tile in segment(text, markup="markdown") if tile.translatable)
    assert tile.plain == "one two three four five six seven eight nine ten."
    assert rewrap(tile, tile.plain) == tile.text
    german = "eins zwei drei vier fünf sechs sieben acht neun zehn."
    assert rewrap(tile, german).count("\n> ") == 2
    assert rewrap(tile, german).replace("\n> ", " ") == german


def test_rewrap_starts_no_line_with_a_mark_and_cuts_no_code() -> None:
    tile = Segment("aa bb cc\ndd ee", 0, 14, True, ((8, 9),))
    assert rewrap(tile, "aaa - bbbb") == "aaa -\nbbbb"
    assert rewrap(tile, "`a b c d e`") == "`a b c d e`"
    assert rewrap(tile, "没有空格的文字") == "没有空格的文字"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Heading", True),
        ("Use `pip` now", True),
        ("See [this](https://a.b).", True),
        ("It is **bold**.", True),
        ("- a\n- b\n- c", True),
        ("Plain words. $5 and 3 * 4 * 5.", False),
        ("- one bullet is no proof", False),
        ("Price_list and file_name", False),
    ],
)
def test_signs_of_markdown(text: str, expected: bool) -> None:
    assert is_markdown(text, "auto") is expected
    assert is_markdown(text, "markdown")
    assert not is_markdown(text, "text")


def test_abbreviations_and_protected_spans_end_no_sentence() -> None:
    assert words("M. Dupont est là. J. R. Roux aussi.", language="fr") == [
        "M. Dupont est là.",
        "J. R. Roux aussi.",
    ]
    assert words("See `a. B` and https://a.b/c?d. Then go.") == [
        "See `a. B` and https://a.b/c?d.",
        "Then go.",
    ]
    assert words("**One here.** Two there.", markup="markdown") == ["One here.", "Two there."]
    assert words("Do **this now.** Then go.", markup="markdown") == [
        "Do **this now.**",
        "Then go.",
    ]


def test_long_sentences_are_cut_at_clauses_then_at_spaces() -> None:
    text = "This one goes on, as long ones do; and then it goes on and on without any stop"
    pieces = words(text, fits=lambda piece: len(piece) <= 40)
    assert all(len(piece) <= 40 for piece in pieces)
    assert pieces[0].endswith(";")
    assert words("x" * 30, fits=lambda piece: len(piece) <= 10) == ["x" * 7, "x" * 8] * 2


def test_chinese_sentences_and_their_line_breaks() -> None:
    assert words("你好。今天天气很好！我们去吧？", language="zh") == [
        "你好。",
        "今天天气很好！",
        "我们去吧？",
    ]
    (tile,) = (t for t in segment("今天天气\n很好。", markup="markdown", language="zh"))
    assert tile.plain == "今天天气很好。"


def test_what_has_no_words_is_not_translated() -> None:
    for text in ["", "   \n", "12 345,6", "$x^2$", "`code`", "https://a.b/c", "😀!", "| 1 | 2 |"]:
        assert words(text) == []
