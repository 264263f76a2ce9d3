"""How the interval of a success rate narrows as more seeds are tried."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nnviz.analysis.rates import Rate
from nnviz.analysis.restarts.success_rates import narrowing as rates_of
from nnviz.analysis.words import count, percent
from nnviz.core.registry import plain
from nnviz.figures.restarts.run_sides import RunSide
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
MOST_TICKS = 6
FEW = 4  # points that a line alone would not show


def plot_narrowing(both: Sequence[RunSide], threshold: float, palette: Palette) -> Figure:
    """The success rate and Wilson's 95 % interval after the first n seeds.

    Args:
        both: A and B.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
    """
    result = [rates_of(lot.runs.below(threshold)) for lot in both]
    scale = fit_scale([np.ones(1)], False)
    data, labels = [], []
    for lot, (counts, rates) in zip(both, result, strict=True):
        x, share = compact(counts), compact(np.array([rate.share for rate in rates]))
        low, high = (compact(np.array([getattr(rate, end) for rate in rates])) for end in ("low", "high"))
        data.append(draw.area(x, low, high, f"{lot.letter} interval", lot.color, 0.2))
        said = f"{lot.letter}, first %{{x}} seeds: %{{y:.1%}}"
        more = {"mode": "lines" if len(x) > FEW else "lines+markers", "customdata": np.stack([low, high], axis=1)}
        said += "<br>interval %{customdata[0]:.1%} to %{customdata[1]:.1%}"
        data.append(draw.line(x, share, f"{lot.letter} rate", lot.color, 3.5, lot.dash, said, **more))
        labels.append((lot.letter, lot.color, rates[-1].share))
    most = max(lot.runs.runs for lot in both)
    ticks = [tick for tick in _TICKS if tick <= most]
    ticks = ticks[:: math.ceil(len(ticks) / MOST_TICKS)]
    span = [-0.03, math.log10(max(2, most)) + 0.03]
    plot = new_plot(
        data,
        palette,
        height=420,
        margin={"r": 32},
        annotations=end_labels(scale, labels),
        xaxis=draw.log_axis("seeds tried", span, ticks, [f"{tick:,}" for tick in ticks]),
        yaxis=scale.axis(f"share below {plain(threshold)}") | {"tickformat": ".0%"},
    )
    title = " ".join(_finding(lot, rates) for lot, (_, rates) in zip(both, result, strict=True))
    alt = (
        f"The share of runs that end below {plain(threshold)} with its 95 % interval, after the first n seeds. {title}"
    )
    table = {
        "side": np.repeat([lot.letter for lot in both], [len(rates) for _, rates in result]),
        "seeds": np.concatenate([counts for counts, _ in result]),
    } | {
        name: np.array([getattr(rate, name) for _, rates in result for rate in rates])
        for name in ("successes", "share", "low", "high")
    }
    return Figure("interval", title, alt, plot, table)


def _finding(lot: RunSide, rates: Sequence[Rate]) -> str:
    """The widths of the interval after few seeds and after all."""
    last = rates[-1]
    early = next((rate for rate in rates if rate.runs >= 10), last)
    after = f"{_width(last)} after {count(last.runs, 'seed')}"
    if early.runs >= last.runs:
        return f"{lot.name}: the interval spans {after}."
    return f"{lot.name}: the interval spans {_width(early)} after {early.runs}, {after}."


def _width(rate: Rate) -> str:
    return f"{percent(rate.high - rate.low).removesuffix(' %')} points"
