"""The plot of `speed.py`: how many times as fast we are as each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from speed_stats import Comparison, figure

BAR, SLOWER, INK, PALE = "#2f6f8f", "#b5533c", "#1f2933", "#d5dbe1"


def draw(comparisons: Sequence[Comparison], path: Path, caption: str) -> None:
    """Write a PNG of medians as bars from 1, where both are as fast, with the extremes of the repeats as whiskers.

    Parameters
    ----------
    comparisons
        At least one; drawn from the top in their order.
    caption
        Machine and versions, below the plot.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    labels = [f"{one.peer}\n{one.work}" for one in comparisons]
    middles = [one.ratio.median for one in comparisons]
    whiskers = [
        [one.ratio.median - one.ratio.least for one in comparisons],
        [one.ratio.most - one.ratio.median for one in comparisons],
    ]
    picture, axes = pyplot.subplots(figsize=(7.2, 0.9 + 0.42 * len(labels)), dpi=110)
    places = list(range(len(labels)))
    axes.barh(
        places, [middle - 1 for middle in middles], left=1, height=0.62, xerr=whiskers,
        ecolor=INK, capsize=2,
        color=[SLOWER if one.faster else BAR for one in comparisons],
    )  # fmt: skip
    for place, one in zip(places, comparisons, strict=True):
        axes.text(one.ratio.most * 1.06, place, figure(one.ratio.median), va="center", fontsize=8)
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(min(0.5, *middles) * 0.9, max(middles) * 1.7)
    ticks = [x for x in (0.5, 1, 2, 5, 10, 20, 50, 100) if x <= max(middles) * 1.5]
    axes.set_xticks(ticks, [f"{x:g}" for x in ticks])
    axes.minorticks_off()
    axes.set_yticks(places, labels, fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title("slm-magic: times as fast as", fontsize=10, loc="left")
    picture.text(0.01, 0.005, caption, fontsize=6.5, color="#5a6570")
    picture.tight_layout(rect=(0, 0.02, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path)
    pyplot.close(picture)
