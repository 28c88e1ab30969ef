"""Which comments are prose, and that code around translated ones stays the same program."""

from __future__ import annotations

import ast
import random

import pytest

from slm_magic.notebooks import comments


def texts(source: str, language: str = "python") -> list[str]:
    code = comments.read(source, language)
    assert code is not None
    return [comment.text for comment in code.comments]


def shouted(source: str, language: str = "python") -> str:
    code = comments.read(source, language)
    assert code is not None
    made = code.with_texts({n: one.text.upper() for n, one in enumerate(code.comments)})
    assert made is not None
    return made


@pytest.mark.parametrize(
    "source",
    [
        "#!/usr/bin/env python",
        "# -*- coding: latin-1 -*-",
        "# coding=utf-8",
        "x = 1  # type: ignore[attr]",
        "x = 1  # noqa",
        "x = 1  # noqa: E501",
        "x = 1  # pragma: no cover",
        "# fmt: off",
        "# pylint: disable=invalid-name",
        "# mypy: ignore-errors",
        "# ruff: noqa",
        "# isort: skip_file",
        "# %% [markdown]",
        "#| label: fig-rain",
        "#@title A form { run: 'auto' }",
        "#region Imports",
        "# SPDX-License-Identifier: MIT",
        "# In[12]:",
        "# !pip install pandas",
        "# %matplotlib inline",
        "# $ ls -l",
        "# df = df.dropna()",
        "# import pandas as pd",
        "# print(rain)",
        "# for x in rain:\n#     print(x)",
        "# if x > 3:",
        "# rain[0]",
        "# =====",
        "# 12.5",
        "# ZeroDivisionError",
        "text = '# no comment'",
        "text = '''\n# none here\n'''",
    ],
)
def test_what_is_for_tools_and_commented_out_code_stays(source: str) -> None:
    assert texts(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Load the data", ["Load the data"]),
        ("x = 1  # the usual value", ["the usual value"]),
        ("# first line\n# second line", ["first line\nsecond line"]),
        ("# one\n\n# two", ["one", "two"]),
        ("# one\nx = 1\n# two", ["one", "two"]),
        ("# outer\n    # inner", ["outer", "inner"]),
        ("# Note: important", ["Note: important"]),
        ("# return value", ["return value"]),
        ("# not important", ["not important"]),
        ("# data is ready", ["data is ready"]),
        ("# TODO: measure again", ["TODO: measure again"]),
        ("# --- Plot ---", ["Plot"]),
        ("# Why does it work?", ["Why does it work?"]),
        ("# words\n# x = 1\n# more words", ["words", "more words"]),
        ("# type of the gauge", ["type of the gauge"]),
        ("# cell by cell", ["cell by cell"]),
        ("# uses rain.mean() and x_max", ["uses `rain.mean()` and `x_max`"]),
        ("# so that a = b + 2 holds", ["so that `a = b + 2` holds"]),
        ("# see `mean` and x_max", ["see `mean` and x_max"]),
        ("# the file(s) of last year", ["the file(s) of last year"]),
        ("%%time\n# Train it\nfit()", ["Train it"]),
        ("%matplotlib inline\n# Draw it", ["Draw it"]),
        ("!ls \\\n  -l  # not ours\n# Ours", ["Ours"]),
        ("files = !ls  # not ours\n# Ours", ["Ours"]),
        ("rain.mean?\n# Ours", ["Ours"]),
        ("?rain\n# Ours", ["Ours"]),
    ],
)
def test_prose_is_found_and_names_of_code_are_kept_from_the_model(
    source: str, expected: list[str]
) -> None:
    assert texts(source) == expected


def test_a_translation_changes_comments_alone() -> None:
    source = (
        "def mean(rain):\n    '''Doc # none.'''\n    # sum of all\n    # divided by the count\n"
        "    return sum(rain) / len(rain)  # uses rain.mean() inside\n"
    )
    made = shouted(source)
    assert made == (
        "def mean(rain):\n    '''Doc # none.'''\n    # SUM OF ALL\n    # DIVIDED BY THE COUNT\n"
        "    return sum(rain) / len(rain)  # USES `RAIN.MEAN()` INSIDE\n"
    )
    code = comments.read(source, "python")
    assert code is not None
    [block, behind] = code.comments
    made = code.with_texts({0: "eins\nzwei\ndrei", 1: "nutzt\n`rain.mean()`"}) or ""
    assert "    # eins\n    # zwei\n    # drei\n    return" in made
    assert made.endswith("# nutzt rain.mean()\n")
    assert ast.dump(ast.parse(made)) == ast.dump(ast.parse(source))
    assert code.with_texts({0: " \n", 1: ""}) == source
    assert block.mark == "    # " and behind.quoted == ("rain.mean()",)


def test_a_carriage_return_cannot_end_a_comment() -> None:
    code = comments.read("x = 1  # a note\ny = 2\n", "python")
    assert code is not None
    made = code.with_texts({0: "eine\rimport os\x0cimport sys\u2028z"})
    assert made is not None and ast.dump(ast.parse(made)) == ast.dump(ast.parse("x = 1\ny = 2"))


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        (
            "R",
            "# Load it\nx <- 3 # three apples\n# y <- 4\nprint('# no')",
            ["Load it", "three apples"],
        ),
        ("julia", "# Load it\nx = 3\n# f(x)", ["Load it"]),
        ("javascript", "// Load it\nlet a = '// no' /* block */", ["Load it"]),
        ("c++", "// Load it\nint a = 3;\n// int b = 4;", ["Load it"]),
        ("sql", "-- Load it\nSELECT 1", ["Load it"]),
        ("bash", "#!/bin/sh\n# Load it\nls", ["Load it"]),
    ],
)
def test_other_languages_are_read_by_their_lexers(
    language: str, source: str, expected: list[str]
) -> None:
    assert texts(source, language) == expected
    made = shouted(source, language)
    assert made == source.replace("Load it", "LOAD IT").replace("three apples", "THREE APPLES")


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("%%bash\n# Load it\n", "python"),
        ("x = 1\n%%bash\n# Load it\n", "python"),
        ("x = 'open\n# Load it", "python"),
        ("x = (1,\n# Load it", "python"),
        ("if x:\n    y\n  z\n# Load it", "python"),
        ("# Load it", "no such language"),
    ],
)
def test_what_cannot_be_read_stays(source: str, language: str) -> None:
    assert comments.read(source, language) is None


def test_random_cells_stay_the_same_program() -> None:
    lines = [
        "x = 1", "# a note", "y = 'a # b'  # the end", "", "def f():", "    # inside", "    return 1",
        "# x = f()", "if x:", "    pass", "s = '''", "# in it", "'''", "%time f()", "# é à ü", "\t# tab",
        "class A:  # of things", "# --- rule ---", "#", "##  two signs", "z = [1,  # one", "2]",
    ]  # fmt: skip
    read = 0
    for seed in range(400):
        rng = random.Random(seed)
        source = "\n".join(rng.choices(lines, k=rng.randint(1, 8)))
        code = comments.read(source, "python")
        if code is None:
            continue
        read += 1
        made = code.with_texts(dict.fromkeys(range(len(code.comments)), "eins zwei\ndrei"))
        assert made is not None, source
        try:
            before = ast.dump(ast.parse(source))
        except SyntaxError:
            continue
        assert ast.dump(ast.parse(made)) == before, (source, made)
    assert read > 100
