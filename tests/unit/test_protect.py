"""Protected spans: found, hidden, put back, and missed when they are gone."""

from __future__ import annotations

import pytest

from slm_magic.text.masking import mask, split_runs, unmask
from slm_magic.text.protect import blank_spans, differences, find_spans, peel

FOUND = [
    ("Run `make demo` or ``a`b`` now.", ["`make demo`", "``a`b``"]),
    ("Let $x^2$ and $$E=mc^2$$ hold.", ["$x^2$", "$$E=mc^2$$"]),
    (r"So \(a+b\), \[c\] and \begin{align}x\end{align}.",
     [r"\(a+b\)", r"\[c\]", r"\begin{align}x\end{align}"]),
    ("It costs $5 and $10, or US$7 to $9.", []),
    ("From $5/unit to 6$/unit of it.", []),
    ("See https://a.org/x_(y).htm, or (www.b.com/c).", ["https://a.org/x_(y).htm", "www.b.com/c"]),
    ("Visit example.com today.", ["example.com"]),
    ("It ended.Then it began. e.g. this, U.S. too.", []),
    ('A [link](https://x.y "T") here.', ["[", '](https://x.y "T")']),
    ("An ![image](img/a.png)!", ["![", "](img/a.png)"]),
    ("A note[^2] and [text][ref].", ["[^2]", "[", "][ref]"]),
    ("An [aside] stays (as is).", []),
    ("<b>Bold</b> &amp; a<br/>b <!-- c -->", ["<b>", "</b>", "&amp;", "<br/>", "<!-- c -->"]),
    ("If a < b and c > d, then", []),
    ("Write to ann.lee+x@mail.example.org.", ["ann.lee+x@mail.example.org"]),
    ("{name}, {{user.name}}, {0}, {x:.2f}", ["{name}", "{{user.name}}", "{0}", "{x:.2f}"]),
    ("%s of %d, %1$s, %(n)s, %.2f", ["%s", "%d", "%1$s", "%(n)s", "%.2f"]),
    ("$x is ${HOME} and %PATH%", ["$x", "${HOME}", "%PATH%"]),
    ("100% sure, 50 % of it, {a set of words}", []),
    ("{n, plural, one {# day} other {# days}} left", ["{n, plural, one {# day} other {# days}}"]),
    ("**bold** and *it* and ~~out~~ and _so_",
     ["**", "**", "*", "*", "~~", "~~", "_", "_"]),
    ("snake_case and 5 * 3", []),
    ("Nothing at all: see above :name? (no)", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_is_found(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in find_spans(text)] == expected


def test_emphasis_is_markup_in_markdown_only() -> None:
    assert find_spans("**bold**", markdown=False) == []
    assert len(find_spans("`code` **bold**", markdown=False)) == 1


@pytest.mark.parametrize("form", ["verbatim", "tag", "bracket"])
@pytest.mark.parametrize("text", [text for text, _ in FOUND])
def test_masking_and_unmasking_give_the_text_again(text: str, form: str) -> None:
    masked = mask(text, form=form)  # type: ignore[arg-type]
    assert unmask(masked, masked.text) == text
    if form != "verbatim":
        for span in find_spans(text):
            if span.kind in ("code", "math", "url", "email"):
                assert text[span.start : span.end] not in masked.text


def test_spans_that_touch_get_one_placeholder() -> None:
    assert mask("A [`code`](https://x.y) here.", form="tag").text == "A <x1/> here."


def test_placeholders_that_the_text_has_itself_are_not_used() -> None:
    masked = mask("Item [1] says `x`.", form="bracket")
    assert masked.text == "Item [1] says [2]."
    assert unmask(masked, "Punkt [1] sagt [2].") == "Punkt [1] sagt `x`."


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("Voici <X1 /> et < x2 >.", "Voici `a` et {b}."),
        ("<x2/> et <x1/>", "{b} et `a`"),
        ("Voici<x1/>et <x2/>.", "Voici `a` et {b}."),
        ("Voici <x1></x1> et <x2/>.", "Voici `a` et {b}."),
        ("Voici <x1/>.", None),
        ("<x1/> <x1/> <x2/>", None),
        ("Rien.", None),
    ],
)
def test_unmask_wants_each_placeholder_once(output: str, expected: str | None) -> None:
    assert unmask(mask("Here `a` and {b}.", form="tag"), output) == expected


def test_emphasis_goes_on_touching_its_words() -> None:
    masked = mask("The **big dog** barks.", form="tag")
    assert masked.text == "The <x1/>big dog<x2/> barks."
    assert unmask(masked, "Le <x1/> gros chien <x2/> aboie.") == "Le **gros chien** aboie."


def test_verbatim_wants_every_span_in_the_output() -> None:
    masked = mask("Use {x} twice: {x}.", form="verbatim")
    assert unmask(masked, "Deux fois {x}: {x}.") == "Deux fois {x}: {x}."
    assert unmask(masked, "Une fois {x}.") is None


def test_runs_between_spans_join_to_the_text() -> None:
    for text, _ in FOUND:
        runs = split_runs(text)
        assert "".join(run for run, _ in runs) == text
        spans = {text[s.start : s.end] for s in find_spans(text)}
        assert not any(run in spans for run, words in runs if words and len(run) > 1)
    assert split_runs("Use `x` (now).") == [
        ("Use", True), (" ", False), ("`x`", False), (" ", False), ("(now).", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "output", "kinds"),
    [
        ("Use `x` at https://a.b/c.", "Utilisez `x` sur https://a.b/c.", []),
        ("Use `x`.", "Utilisez x.", ["code"]),
        ("Use `x`.", "Utilisez `y`.", ["code"]),
        ("See https://a.b/c.", "Voir https://a.b/d.", ["url"]),
        ("Hello {name}.", "Bonjour {nom}.", ["placeholder"]),
        ("Hello.", "Bonjour {nom}.", ["placeholder"]),
        ("A [link](https://a.b).", "Un lien.", ["link"]),
        ("**Big** dog.", "Gros chien.", ["emphasis"]),
        ("Use $x$ and $x$.", "Avec $x$.", ["math"]),
        ("Write to a@b.org now.", "请立即写信给a@b.org。", []),
        ("It costs $5.", "Cela coûte 5 $.", []),
    ],
)
def test_differences(source: str, output: str, kinds: list[str]) -> None:
    assert differences(source, output) == kinds


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("**All of it.**", "All of it."),
        ("<p>Hi <b>you</b></p>", "Hi <b>you</b>"),
        ("**a** and **b**", "**a** and **b**"),
        ("[text](https://a.b)", "text"),
        ("***both***", "both"),
        ("plain", "plain"),
    ],
)
def test_peel_takes_off_what_wraps_everything(text: str, inner: str) -> None:
    start, end = peel(text)
    assert text[start:end] == inner


def test_blanked_text_keeps_its_places() -> None:
    text = "Use `x` and {y}."
    assert blank_spans(text) == "Use     and    ."


@pytest.mark.parametrize(
    "evil",
    ["[", "$", "`", "{", "*", "<a ", "a.", "\\(", "[a", "$a ", "<!--", "\\begin{a}", "a@", "_a"],
)
@pytest.mark.timeout(30)  # An expression that runs away never ends; none takes a second.
def test_no_text_runs_away(evil: str) -> None:
    spans = find_spans(evil * 3000)
    assert all(0 <= span.start < span.end <= 3000 * len(evil) for span in spans)
