"""How results look, and what they must not show."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from slm_magic.catalog import ModelRef
from slm_magic.commands import formats
from slm_magic.errors import OptionError
from slm_magic.tasks import show
from slm_magic.tasks.results import (
    Flag,
    RedactedSpan,
    Redaction,
    Summary,
    SummarySentence,
    TranslatedSegment,
    Translation,
)

MODEL = ModelRef("some-model", "1", "ab" * 32)
FLAG = Flag("number_changed", "17 became 71 <b>", 12, 14)
TRANSLATION = Translation(
    text="Il en reste 71 & <i>rien</i>.\n",
    source_text="17 are left & <i>nothing</i>.\n",
    source="en",
    target="fr",
    segments=(
        TranslatedSegment("17 are left & <i>nothing</i>.", "Il en reste 71 & <i>rien</i>.", True),
        TranslatedSegment("\n", "\n", False),
    ),
    flags=(FLAG,),
    model=MODEL,
    elapsed=1.25,
)
SUMMARY = Summary(
    text="Sales rose.",
    sentences=(SummarySentence("Sales rose.", 4, 15, float(np.float32(0.5))),),
    model=MODEL,
)
SECRET = "Jo Rivers"
REDACTION = Redaction(
    text="Ask <PERSON_1> or <PERSON_2>, <PERSON_1> knows.",
    spans=(
        RedactedSpan("PERSON", 4, 13, 0.9, "<PERSON_1>"),
        RedactedSpan("PERSON", 17, 20, 0.9, "<PERSON_2>"),
        RedactedSpan("PERSON", 22, 31, 0.9, "<PERSON_1>"),
    ),
    mapping={"<PERSON_1>": SECRET, "<PERSON_2>": "Kim"},
    model=MODEL,
)
VOID = {"br", "hr", "img"}


class Checker(HTMLParser):
    """Collects tags and sees that each is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("result", [TRANSLATION, SUMMARY, REDACTION, Summary(text="x")])
def test_each_result_shows_three_ways(result: Summary) -> None:
    bundle = result._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html", show.MIME]
    found = Checker(bundle["text/html"])
    assert {"script", "link", "img"}.isdisjoint(found.tags)
    assert result.text.split()[0] in bundle["text/plain"]
    assert json.loads(json.dumps(bundle[show.MIME]))["text"] == result.text


def test_text_is_escaped_and_flags_are_marked() -> None:
    html = show.html(TRANSLATION)
    assert "<i>" not in html
    assert "&lt;i&gt;rien&lt;/i&gt;" in html
    assert '<mark title="number_changed: 17 became 71 &lt;b&gt;">71</mark>' in html
    assert "en → fr · some-model · 1.2 s · 1 flag" in html
    found = Checker(html)
    assert {"details", "table", "mark", "ul"} <= set(found.tags)
    assert "17 are left" in found.words


def test_overlapping_and_misplaced_flags_do_not_break_the_text() -> None:
    flags = (
        Flag("repetition", "a", 0, 5),
        Flag("low_score", "b", 3, 8),
        Flag("truncated", "c", 9, 99),
    )
    result = Translation(
        text="one two three", source_text="", source="en", target="fr", flags=flags
    )
    html = show.html(result)
    assert html.count("<mark") == 2
    assert Checker(html).words.count("one two three") == 1


def test_colours_follow_the_theme() -> None:
    html = show.html(TRANSLATION)
    style = html.partition("</style>")[0]
    assert "--jp-content-font-color1,inherit" in style
    assert "white" not in style.replace("white-space", "")
    assert "background:#" not in style
    assert all(rule.startswith(".slm-magic") for rule in style.splitlines()[1:] if rule)


def test_a_redaction_shows_chips_and_never_what_was_taken_out() -> None:
    bundle = show.mimebundle(REDACTION)
    assert bundle["text/html"].count('class="slm-chip"') == 3
    assert "3 PERSON" in bundle["text/html"]
    assert bundle[show.MIME]["counts"] == {"PERSON": 3}
    everything = json.dumps(bundle) + repr(REDACTION) + json.dumps(formats.data([REDACTION]))
    assert SECRET not in everything
    assert "Kim" not in everything
    assert "mapping" not in everything


def test_chips_are_left_out_where_spans_do_not_fit() -> None:
    odd = Redaction(text="short", spans=(RedactedSpan("PERSON", 90, 95, 1.0, "<PERSON_1>"),))
    assert 'slm-chip"' not in show.html(odd)


def test_a_list_is_a_table() -> None:
    results = show.ResultList([TRANSLATION, None] * 6)
    html = results._repr_mimebundle_()["text/html"]
    assert Checker(html).tags.count("tr") == 1 + show.TABLE_ROWS
    assert "12 results, the first 10 shown · 6 missing" in html
    assert "number_changed: 17 became 71 &lt;b&gt;" in html
    plain = results._repr_mimebundle_()["text/plain"]
    assert "! number_changed" in plain
    assert "(missing)" in plain


def test_a_list_as_data_is_cut_and_private() -> None:
    long = Translation(text="a" * 5000, source_text="b" * 5000, source="en", target="fr")
    results = show.ResultList([TRANSLATION, None, REDACTION, long] * 5)
    found = results._repr_mimebundle_()[show.MIME]
    assert (found["rows"], found["missing"], found["flagged"]) == (20, 5, 5)
    assert found["models"] == ["some-model"]
    assert len(found["results"]) == show.TABLE_ROWS
    first, missing, redaction, cut = found["results"][:4]
    assert missing is None
    assert first["flags"][0]["message"] == FLAG.message
    assert (first["source_text"], first["target"]) == (TRANSLATION.source_text, "fr")
    assert redaction["text"] == REDACTION.text
    assert "source_text" not in redaction
    assert len(cut["text"]) == len(cut["source_text"]) == show.CELL_CHARACTERS
    assert SECRET not in json.dumps(found)


def test_formats_of_one_and_of_many() -> None:
    many = [TRANSLATION, None, SUMMARY]
    assert formats.text(TRANSLATION) == TRANSLATION.text
    assert formats.text(many) == "Il en reste 71 & <i>rien</i>.\nSales rose."
    assert formats.markdown(SUMMARY) == "- Sales rose."
    # Without the sign before it, Markdown takes the tag for an element and shows nothing.
    assert formats.markdown(REDACTION) == REDACTION.text.replace("<", "\\<")
    assert [item and item["task"] for item in formats.data(many)] == [
        "translate", None, "summarize",
    ]  # fmt: skip
    with pytest.raises(OptionError, match="Did you mean 'json'"):
        formats.check("jason")


def test_frames_hold_the_pieces() -> None:
    pytest.importorskip("pandas")
    frame = formats.frame([TRANSLATION, None, TRANSLATION])
    assert list(frame.columns) == ["row", "source", "text", "score", "flags"]
    assert list(frame["row"]) == [0, 2]
    assert list(formats.frame(REDACTION)["placeholder"]) == [
        "<PERSON_1>", "<PERSON_2>", "<PERSON_1>",
    ]  # fmt: skip
    assert list(formats.frame([None]).columns) == ["row", "text"]


def test_frames_say_what_is_flagged_where_it_is() -> None:
    pytest.importorskip("pandas")
    summary = Summary(
        text="Sales rose. Quist left.",
        sentences=(SummarySentence("Sales rose.", 4, 15), SummarySentence("Quist left.")),
        style="abstractive",
        flags=(Flag("name_unsupported", "Quist", 12, 17),),
    )
    assert list(formats.frame(summary)["flags"]) == ["", "name_unsupported"]
    whole = Flag("truncated", "cut")
    noted = Translation(
        text=TRANSLATION.text, source_text="", source="en", target="fr", flags=(whole,),
        segments=TRANSLATION.segments,
    )  # fmt: skip
    assert list(formats.frame(noted)["flags"]) == ["truncated"]
    # Nothing is left of it, and still it is in the frame.
    empty = formats.frame([Summary(text="", flags=(Flag("low_score", "empty"),)), SUMMARY])
    assert list(empty["row"]) == [0, 1] and list(empty["flags"]) == ["low_score", ""]
    doubt = Redaction(
        text=REDACTION.text, spans=REDACTION.spans, flags=(Flag("low_score", "look", 0, 3),)
    )
    assert set(formats.frame(doubt)["flags"]) == {"low_score"}


def test_a_redaction_s_doubts_are_marked_between_the_chips() -> None:
    at = REDACTION.text.index("knows")
    flags = (Flag("low_score", "look <here>", at, at + 5), Flag("low_score", "first", 0, 3))
    html = show.html(Redaction(text=REDACTION.text, spans=REDACTION.spans, flags=flags))
    assert '<mark title="low_score: look &lt;here&gt;">knows</mark>' in html
    assert '<mark title="low_score: first">Ask</mark>' in html
    assert html.count('class="slm-chip"') == 3
    Checker(html)


def test_what_replaced_a_written_sentence_is_marked() -> None:
    summary = Summary(
        text="Sales rose. Profit fell.",
        sentences=(SummarySentence("Sales rose.", 4, 15, 0.7), SummarySentence("Profit fell.")),
        style="abstractive",
        flags=(Flag("number_changed", "Replaced", 0, 11),),
    )
    html = show.html(summary)
    assert '<mark title="number_changed: Replaced">Sales rose.</mark>' in html
    assert "<strong>number_changed</strong>: Replaced" in html


def test_how_many_rows_are_flagged() -> None:
    twice = Summary(text="x", flags=(FLAG, FLAG, Flag("truncated", "cut")))
    assert show.flagged([TRANSLATION, None, SUMMARY, twice]) == (
        "2 of 4 rows flagged: number_changed 2, truncated 1"
    )
    assert show.flagged([SUMMARY, None]) == ""
    html = show.table([TRANSLATION, SUMMARY])
    assert "1 of 2 rows flagged: number_changed 1" in html
    assert ">71</mark>" in html
