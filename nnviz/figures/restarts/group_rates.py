"""What each of several groups found out about one share: its estimate, and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.rates import Rate
from nnviz.analysis.restarts.best_of import mean_width
from nnviz.analysis.words import percent
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot


def plot_group_rates(rates: Sequence[Rate], whole: float, name: str, palette: Palette) -> Figure:
    """A bar across for each group's interval, a dot at its share, and a line at the share of all runs.

    Args:
        rates: one a group, all of one size.
        whole: the share of all runs.
        name: of the figure.
        palette: the theme's colours.
    """
    share, low, high = (np.array([getattr(rate, end) for rate in rates]) for end in ("share", "low", "high"))
    holds = (low <= whole) & (whole <= high)
    rows = np.arange(1, len(rates) + 1)
    data: list[dict[str, Any]] = [
        draw.dots(
            share[which],
            rows[which],
            words,
            color,
            10,
            symbol,
            error_x=draw.arms(share[which], low[which], high[which], color, 2.5, 0),
            hover="group %{y}: %{x:.0%}",
        )
        for words, which, symbol, color in (
            ("holds the share of all", holds, "circle", palette.text),
            ("misses it", ~holds, "x", palette.units[1]),
        )
    ]
    plot = new_plot(
        data,
        palette,
        height=340,
        shapes=[draw.upright(whole, palette.muted, 2, "dash")],
        xaxis=draw.axis("share that succeeds · dashed: of all runs", [-0.02, 1.02], tickformat=".0%", nticks=6),
        yaxis=draw.axis(f"groups of {rates[0].runs} runs", [len(rates) + 0.8, 0.2], nticks=6, showgrid=False),
    )
    points = percent(mean_width(list(rates))).removesuffix(" %")
    kept = int(holds.sum())
    title = (
        f"{len(rates)} groups of {rates[0].runs} runs: the interval is {points} points wide on average, and "
        f"{'all' if kept == len(rates) else kept} of {len(rates)} hold the share of all runs."
    )
    alt = f"Each group's share of successes with its 95 % interval, and the share of all runs. {title}"
    table = {"group": rows, "share": share, "low": low, "high": high}
    return Figure(name, title, alt, plot, table)
