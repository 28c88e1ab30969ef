"""Extractive and abstractive summaries with fake models."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes import FakeCausal, FakeEncoder, last_user

from slm_magic import domains, engine
from slm_magic.catalog import ModelCard, cards
from slm_magic.engine import Generated
from slm_magic.errors import (
    EmptyTextError,
    FlaggedError,
    Interrupted,
    ModelNotInstalledError,
    OptionError,
)
from slm_magic.tasks import choose, summarize_abstractive
from slm_magic.tasks.summarize import summarize

REPORT = (
    "The bakery chain sold bread worth $12.4 million in spring. "
    "Bread worth $12.4 million was sold by the bakery chain in spring. "
    "A choir sang at the opening of the new oven. "
    "Profit for the year is expected at $1.9 million.\n\n"
    "Thank you."
)
# Equal texts of a list are summarised once.
OTHER = f"{REPORT} See you."


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    fake = FakeEncoder()
    monkeypatch.setattr(choose, "model", lambda *_, **__: fake.installed)
    monkeypatch.setattr(engine, "load", lambda *_, **__: fake)
    return fake


@pytest.fixture
def causal(monkeypatch: pytest.MonkeyPatch) -> FakeCausal:
    fake = FakeCausal()

    def model(task: str, name: str | None, *, kind: str | None = None) -> Any:
        if kind == "encoder":
            raise ModelNotInstalledError("there is none")
        return fake.installed

    monkeypatch.setattr(choose, "model", model)
    monkeypatch.setattr(engine, "load", lambda *_, **__: fake)
    return fake


@pytest.mark.usefixtures("encoder")
def test_each_sentence_stands_word_for_word_where_its_offsets_say() -> None:
    summary = summarize(REPORT, sentences=2)
    assert len(summary.sentences) == 2
    for sentence in summary.sentences:
        assert REPORT[sentence.start : sentence.end] == sentence.text
    assert summary.text == " ".join(sentence.text for sentence in summary.sentences)
    assert summary.flags == ()


@pytest.mark.usefixtures("encoder")
def test_sentences_come_in_the_order_of_the_text() -> None:
    starts = [s.start for s in summarize(REPORT, sentences=4).sentences]
    assert starts == sorted(starts)


@pytest.mark.usefixtures("encoder")
def test_the_focus_decides_what_is_picked() -> None:
    assert "choir" in summarize(REPORT, sentences=1, focus="A choir sang at the opening").text
    assert "Profit" in summarize(REPORT, sentences=1, focus=["profit for the year"]).text


@pytest.mark.usefixtures("encoder")
def test_what_says_the_same_is_not_picked_twice() -> None:
    summary = summarize(REPORT, sentences=2, focus=["bread sold by the bakery", "the opening"])
    assert sum("Bread" in s.text or "bread" in s.text for s in summary.sentences) == 1


@pytest.mark.usefixtures("encoder")
def test_the_finance_domain_prefers_figures() -> None:
    text = (
        "Umbrellas were left in the hall by guests. Umbrellas worth $9 million were left by guests."
    )
    plain = summarize(text, sentences=1, focus="umbrellas left in the hall by guests")
    finance = summarize(text, sentences=1, focus="umbrellas left by guests", domain="finance")
    assert "$9 million" not in plain.text
    assert "$9 million" in finance.text
    assert finance.domain == "finance"


@pytest.mark.usefixtures("encoder")
def test_a_greeting_is_not_a_summary() -> None:
    assert "Thank you" not in summarize(REPORT, sentences=5).text
    # But where there is nothing else, it is better than nothing.
    assert summarize("Thank you.").text == "Thank you."


@pytest.mark.usefixtures("encoder")
def test_a_wrapped_sentence_keeps_its_offsets_and_reads_on_one_line() -> None:
    text = "# Notes\n\nThe tower was built\nin 1890 by masons. It leans."
    summary = summarize(text, sentences=1, focus="tower built by masons")
    (sentence,) = summary.sentences
    assert text[sentence.start : sentence.end] == sentence.text
    assert summary.text == "The tower was built in 1890 by masons."


@pytest.mark.usefixtures("encoder")
def test_missing_rows_stay_missing_and_the_order_is_kept() -> None:
    results = summarize(["The cat sat on the mat.", None, float("nan"), "", "Dogs bark at night."])
    assert [r and r.text for r in results] == [
        "The cat sat on the mat.",
        None,
        None,
        "",
        "Dogs bark at night.",
    ]


def test_many_texts_are_embedded_together(encoder: FakeEncoder) -> None:
    summarize([REPORT] * 5)
    assert len(encoder.calls) == 1


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sentences": 0}, "at least 1"),
        ({"sentences": True}, "whole number"),
        ({"style": "poetic"}, "extractive, abstractive"),
        ({"domain": "finances"}, "Did you mean 'finance'"),
        ({"focus": " "}, "focus"),
    ],
)
def test_a_bad_option_is_one_clear_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=re.escape(says)) as caught:
        summarize(REPORT, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("encoder")
def test_no_text_is_refused() -> None:
    with pytest.raises(EmptyTextError):
        summarize(" \n ")


def test_ctrl_c_keeps_the_texts_that_were_finished(
    encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slm_magic.tasks.summarize_extractive.CHUNK_SENTENCES", 1)
    real = encoder.embed

    def embed(texts: list[str], **more: Any) -> np.ndarray:
        if "Three" in texts[0]:
            raise KeyboardInterrupt
        return real(texts, **more)

    monkeypatch.setattr(encoder, "embed", embed)
    with pytest.raises(Interrupted) as caught:
        summarize(["One is a number too.", "Two is one too.", "Three is one too.", None])
    assert [r and r.text for r in caught.value.results] == [
        "One is a number too.",
        "Two is one too.",
        None,
        None,
    ]
    assert (caught.value.done, caught.value.total) == (2, 3)


def test_without_a_model_the_error_names_the_pull() -> None:
    with pytest.raises(ModelNotInstalledError, match="%slm pull minilm-l6"):
        summarize(REPORT)


def test_an_abstractive_summary_is_what_the_model_writes(causal: FakeCausal) -> None:
    causal.enqueue("Summary: Bread worth $12.4 million was sold. Profit should be $1.9 million.")
    summary = summarize(REPORT, style="abstractive")
    assert summary.text == "Bread worth $12.4 million was sold. Profit should be $1.9 million."
    assert [s.text for s in summary.sentences] == [
        "Bread worth $12.4 million was sold.",
        "Profit should be $1.9 million.",
    ]
    assert summary.sentences[0].start is None
    assert summary.flags == ()


def test_a_figure_that_is_not_in_the_text_is_flagged(causal: FakeCausal) -> None:
    causal.enqueue("Bread worth $14.2 million was sold.")
    summary = summarize(REPORT, style="abstractive", unsupported="flag")
    assert summary.text == "Bread worth $14.2 million was sold."
    assert [flag.kind for flag in summary.flags] == ["number_changed"]
    causal.enqueue("Bread worth $14.2 million was sold.")
    with pytest.raises(FlaggedError, match="number_changed") as caught:
        summarize(REPORT, style="abstractive", strict=True)
    assert caught.value.results.text


def test_bytes_that_make_no_character_are_flagged(causal: FakeCausal) -> None:
    noise = "Bread sold \ufffd\ufffd well."
    causal.enqueue(noise)
    (flag,) = summarize(REPORT, style="abstractive").flags
    assert (flag.kind, flag.start, flag.end) == ("low_score", 11, 12)
    # A source that has the sign itself may be quoted.
    causal.enqueue(noise)
    assert summarize(f"{REPORT} \ufffd", style="abstractive").flags == ()


def test_an_answer_that_is_cut_is_flagged(causal: FakeCausal) -> None:
    causal.enqueue("bread " * 400)
    kinds = {f.kind for f in summarize(REPORT, style="abstractive", sentences=1).flags}
    assert "truncated" in kinds
    assert "repetition" in kinds


def test_a_long_text_is_read_in_parts_and_put_together(
    causal: FakeCausal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarize_abstractive, "PART_TOKENS", 120)
    long = " ".join(f"In year {1900 + i} the mill made {i} sacks of flour." for i in range(60))
    causal.reply = lambda prompt: " ".join(
        re.findall(r"In year 19\d5[^.]*\.", last_user(prompt))[:1]
    )
    summary = summarize(long, style="abstractive", sentences=1)
    assert len(causal.calls) > 1
    assert all(len(causal.tokenizer.encode(last_user(p))) <= 120 for p in causal.prompts)
    assert re.fullmatch(r"In year 19\d5 the mill made \d+ sacks of flour\.", summary.text)
    read = "".join(last_user(prompt) for prompt in causal.calls[0]["texts"])
    assert all(f"In year {1900 + i} " in read for i in range(60))


@pytest.mark.parametrize("card", [c for c in cards() if "summarize" in c.prompts])
def test_every_field_of_a_shipped_prompt_is_filled(causal: FakeCausal, card: ModelCard) -> None:
    causal.installed = replace(causal.installed, card=replace(card, context=2048))
    summarize(
        REPORT, style="abstractive", language="de", focus="the oven", domain="finance", sentences=2
    )
    (prompt,) = causal.prompts
    assert not re.search(r"\{[a-z]+\}", prompt)
    assert "German" in prompt
    assert "at most 2 sentences" in prompt
    assert "the oven" in prompt
    assert domains.get("finance").style in prompt


def test_braces_in_the_text_reach_the_model_as_they_are(causal: FakeCausal) -> None:
    causal.reply = lambda prompt: "A dict is shown."
    text = "A dict looks like {text} or {sentences} or {0!r}."
    summarize(text, style="abstractive")
    assert text in causal.prompts[0]


def test_an_abstractive_summary_has_no_more_sentences_than_asked_for(causal: FakeCausal) -> None:
    causal.enqueue("The bakery sold 900 loaves. The oven was repaired. Nobody was hurt.")
    summary = summarize(REPORT, style="abstractive", sentences=2, unsupported="flag")
    assert summary.text == "The bakery sold 900 loaves. The oven was repaired."
    assert [s.text for s in summary.sentences] == summary.text.replace(". ", ".|").split("|")


def test_what_was_cut_off_for_its_number_is_not_called_truncated(causal: FakeCausal) -> None:
    words = ["The", "oven", "was", "repaired.", "The", "bakery", "sold", "900", "lo"]
    half = Generated([" ".join(words)], None, complete=False)
    causal.enqueue(half, half)

    def kinds(sentences: int) -> set[str]:
        made = summarize(REPORT, style="abstractive", sentences=sentences, unsupported="flag")
        return {flag.kind for flag in made.flags}

    assert "truncated" not in kinds(1)
    assert "truncated" in kinds(2)


def test_ctrl_c_keeps_the_abstractive_summaries_that_were_finished(causal: FakeCausal) -> None:
    causal.enqueue("The oven was repaired.", "Nobody was hurt.")
    causal.interrupt_after = 1
    with pytest.raises(Interrupted) as caught:
        summarize([REPORT, "The bridge is closed until May."], style="abstractive")
    assert (caught.value.done, caught.value.total) == (1, 2)
    first, second = caught.value.results
    assert first.text == "The oven was repaired." and second is None


@pytest.mark.usefixtures("encoder")
def test_a_text_without_a_sentence_gives_an_empty_summary_and_says_so() -> None:
    code = "```\nprint(1)\n```\n"
    alone = summarize(code)
    assert alone.text == "" and [flag.kind for flag in alone.flags] == ["low_score"]
    # First, where it once broke the grouping; a blank row has nothing that could be missing.
    blank, missing, real = summarize(["", None, REPORT], sentences=1)
    assert blank.text == "" and blank.flags == ()
    assert missing is None and real.text in REPORT


def test_a_focus_that_the_text_has_nothing_to_do_with_is_flagged(encoder: FakeEncoder) -> None:
    encoder.width = 4096  # so that no two words share a place by chance
    far = summarize(REPORT, focus="zzyzx qwv")
    assert [flag.kind for flag in far.flags] == ["low_score"]
    assert summarize(REPORT, focus="profit for the year").flags == ()
    # It has a word of the text's, and little more than chance would give.
    assert summarize(REPORT, focus="profit qqq www").flags == ()
    assert summarize(REPORT, focus="profit zzyzx qwerty").flags != ()
    # A domain's queries are not the user's: nothing was asked for that is not there.
    assert "low_score" not in {flag.kind for flag in summarize(REPORT, domain="finance").flags}


def test_a_model_is_never_asked_to_summarise_nothing(causal: FakeCausal) -> None:
    causal.reply = lambda _: "The oven was repaired."
    blank, code, real = summarize(["  ", "```\nx = 1\n```\n", REPORT], style="abstractive")
    assert len(causal.prompts) == 1
    assert (blank.text, code.text, real.text) == ("", "", "The oven was repaired.")
    assert blank.flags == () and [flag.kind for flag in code.flags] == ["low_score"]


def test_a_model_that_writes_nothing_is_flagged(causal: FakeCausal) -> None:
    causal.enqueue(" \n")
    assert [f.kind for f in summarize(REPORT, style="abstractive").flags] == ["truncated"]


@pytest.mark.parametrize(
    ("written", "flagged"),
    [
        ("The chain of Bernardo Quist sold bread.", ["Bernardo", "Quist"]),
        ("A Choir sang at the opening. Bread was sold.", []),
        ("Bread was sold, Profit rose.", []),
        ("Bread was sold at Ostend's market.", ["Ostend's"]),
    ],
)
def test_a_name_that_is_not_in_the_text_is_flagged(
    causal: FakeCausal, written: str, flagged: list[str]
) -> None:
    causal.enqueue(written)
    summary = summarize(REPORT, style="abstractive", unsupported="flag")
    names = [flag for flag in summary.flags if flag.kind == "name_unsupported"]
    assert [summary.text[flag.start : flag.end] for flag in names] == flagged


def test_german_nouns_are_not_taken_for_names(causal: FakeCausal) -> None:
    causal.enqueue("Es wurde Brot verkauft.")
    summary = summarize("Die Kette hat viel gebacken.", style="abstractive", language="de")
    assert summary.flags == ()


FALSE = "Bread worth $14.2 million was sold in spring."


def test_a_sentence_with_a_wrong_figure_gives_way_to_the_nearest_of_the_text(
    causal: FakeCausal,
) -> None:
    causal.enqueue(f"{FALSE} The new oven was opened with a choir.")
    summary = summarize(REPORT, style="abstractive")
    first, second = summary.sentences
    assert first.text == REPORT[first.start : first.end]
    assert "$12.4 million" in first.text and "14.2" not in summary.text
    assert second.text == "The new oven was opened with a choir." and second.start is None
    (flag,) = summary.flags
    assert flag.kind == "number_changed"
    assert "Replaced" in flag.message and "14.2" in flag.message
    assert summary.text[flag.start : flag.end] == first.text


def test_a_sentence_with_a_wrong_figure_is_left_out_when_asked(causal: FakeCausal) -> None:
    causal.enqueue(f"{FALSE} The new oven was opened with a choir.", FALSE)
    summary, nothing = summarize([REPORT, OTHER], style="abstractive", unsupported="drop")
    assert summary.text == "The new oven was opened with a choir."
    assert [s.text for s in summary.sentences] == [summary.text]
    (flag,) = summary.flags
    assert flag.kind == "number_changed" and "left out" in flag.message and flag.start is None
    assert nothing.text == "" and "number_changed" in {flag.kind for flag in nothing.flags}


def test_nothing_of_the_text_stands_twice_for_what_was_replaced(causal: FakeCausal) -> None:
    causal.enqueue(f"{FALSE} {FALSE.replace('14.2', '15.9')} Profit is expected at $7.3 million.")
    summary = summarize(REPORT, style="abstractive")
    texts = [sentence.text for sentence in summary.sentences]
    assert len(set(texts)) == len(texts) == 3
    assert {flag.kind for flag in summary.flags} == {"number_changed"}


def test_what_has_no_sentence_like_it_is_left_out(causal: FakeCausal) -> None:
    causal.enqueue("Zanzibar exported 700 elephants. A choir sang at the opening.")
    summary = summarize(REPORT, style="abstractive")
    assert summary.text == "A choir sang at the opening."
    assert all("left out" in flag.message for flag in summary.flags)


def test_an_encoder_finds_the_nearest_sentence_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    causal, encoder = FakeCausal(), FakeEncoder()
    causal.enqueue("A choir of 40 sang.", "The oven was repaired.")

    def model(task: str, name: str | None, *, kind: str | None = None) -> Any:
        return (encoder if kind == "encoder" else causal).installed

    monkeypatch.setattr(choose, "model", model)
    loaded = {"fake-encoder": encoder, "fake": causal}
    monkeypatch.setattr(engine, "load", lambda installed, **_: loaded[installed.name])
    first, second = summarize([REPORT, OTHER], style="abstractive")
    assert first.text == "A choir sang at the opening of the new oven."
    assert second.text == "The oven was repaired."
    assert len(encoder.calls) == 1


def test_ctrl_c_before_the_mending_keeps_what_was_written_with_its_flags(
    causal: FakeCausal,
) -> None:
    causal.enqueue(FALSE)
    causal.interrupt_after = 1
    with pytest.raises(Interrupted) as caught:
        summarize([REPORT, OTHER], style="abstractive")
    # It is there, and done anew if the call is resumed.
    assert (caught.value.done, caught.value.total) == (0, 2)
    assert caught.value.unfinished == {0}
    first = caught.value.results[0]
    assert first.text == FALSE and [flag.kind for flag in first.flags] == ["number_changed"]


@pytest.mark.parametrize("style", ["extractive", "abstractive"])
def test_an_unknown_way_to_treat_what_is_unsupported_is_refused(style: str) -> None:
    with pytest.raises(OptionError, match="replace, drop, flag"):
        summarize(REPORT, style=style, unsupported="delete")
