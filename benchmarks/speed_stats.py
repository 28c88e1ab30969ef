"""Figures of `speed.py`: ratios pair by pair, their spread, growth, and what was aimed at."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from report import Row

Way = Literal["at least", "at most"]
# What we are called in tables.
US = "slm-magic"


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the extremes of a figure over the repeats."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of one or more values.

        Raises
        ------
        ValueError
            If there are none.
        """
        if not values:
            raise ValueError("a spread needs at least one value")
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{figure(self.median)} ({figure(self.least)}-{figure(self.most)})"


def figure(value: float) -> str:
    """Return a number with three digits that say something."""
    if value == 0 or not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side.

    Attributes
    ----------
    units
        Rows or sentences that were worked on.
    seconds, cpu
        Wall clock, and processor time of all threads.
    """

    units: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds


def ratios(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Spread:
    """Return how many times as fast we are: each round of ours over theirs of the same repeat.

    Drift of the machine from one repeat to the next falls out, as both took part in each.

    Raises
    ------
    ValueError
        If the rounds are not of the same repeats.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} rounds cannot be paired with {len(theirs)}")
    return Spread.of([a.rate / b.rate for a, b in zip(ours, theirs, strict=True)])


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return ``b`` of ``values = a * sizes ** b``, by least squares on the logarithms.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or something is not above zero.
    """
    if len(set(sizes)) < 2 or len(sizes) != len(values):
        raise ValueError("a fit needs values of at least two sizes")
    if min(*sizes, *values) <= 0:
        raise ValueError("a fit of growth needs sizes and values above zero")
    x = [math.log(size) for size in sizes]
    y = [math.log(value) for value in values]
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    over = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return over / sum((a - mean_x) ** 2 for a in x)


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure was to be, and what it is.

    Attributes
    ----------
    name
        What was compared.
    found
        The figure; None where it could not be measured, and `why` says why.
    """

    name: str
    way: Way
    wanted: float
    found: Spread | None
    unit: str = "times"
    why: str = ""

    @property
    def verdict(self) -> str:
        """``met``, ``missed`` or ``not measured``, by the median."""
        if self.found is None:
            return "not measured"
        median = self.found.median
        good = median >= self.wanted if self.way == "at least" else median <= self.wanted
        return "met" if good else "missed"

    def row(self) -> Row:
        """Return it as a row of a table and of the JSON."""
        return {
            "target": self.name,
            "wanted": f"{self.way} {self.wanted:g} {self.unit}",
            "found": str(self.found) if self.found is not None else self.why or "-",
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Us against one other on one kind of work."""

    work: str
    peer: str
    ratio: Spread

    @property
    def faster(self) -> bool:
        """Whether the other is the faster one, by the median."""
        return self.ratio.median < 1


def side_rows(
    work: str, unit: str, rounds: Mapping[str, Sequence[Sample]], us: str
) -> tuple[list[Row], list[Comparison]]:
    """Return a table of the sides of one kind of work, and us against each of the others.

    Parameters
    ----------
    rounds
        Samples of each side, one a repeat.
    us
        The side that the others are compared with.
    """
    rows: list[Row] = []
    found = []
    for side, samples in rounds.items():
        rate = Spread.of([sample.rate for sample in samples])
        row: Row = {
            "work": work,
            "side": side,
            "rounds": len(samples),
            "n": samples[0].units,
            f"{unit}/s": figure(rate.median),
            "min": figure(rate.least),
            "max": figure(rate.most),
            "cpu ms": figure(
                1000 * statistics.median(sample.cpu / sample.units for sample in samples)
            ),
            "us / it": "-",
        }
        if side != us:
            one = Comparison(work, side, ratios(rounds[us], samples))
            row["us / it"] = str(one.ratio)
            # Another way to call us is nobody else.
            if not side.startswith(US):
                found.append(one)
        rows.append(row)
    return rows, found


def faster(comparisons: Sequence[Comparison]) -> list[str]:
    """Return a line on each that is faster than we are."""
    return [
        f"{one.work}: {one.peer}, {figure(1 / one.ratio.median)} times as fast"
        for one in comparisons
        if one.faster
    ]
