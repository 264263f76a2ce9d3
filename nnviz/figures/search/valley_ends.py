"""Where walkers end: a bar for each valley, against its exact share of the line."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.rates import rate
from nnviz.analysis.words import percent, percent_range
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot
from nnviz.search.basins import basins
from nnviz.search.walk import Walk


def plot_valley_ends(walk: Walk, palette: Palette) -> Figure:
    """The share of walkers that end in each valley, with its 95 % interval and the exact share of its basin.

    Args:
        walk: of many runs with one coordinate.
        palette: the theme's colours.
    """
    valleys = basins(walk.plan.landscape)
    ends = np.bincount(valleys.of(walk.points[:, -1, 0]), minlength=len(valleys.floors))
    rates = [rate(int(amount), walk.plan.runs) for amount in ends]
    share, low, high = (100 * np.array([getattr(one, name) for one in rates]) for name in ("share", "low", "high"))
    exact = 100 * valleys.shares
    deepest = valleys.deepest
    wide = 0.6 * float(np.diff(valleys.edges).min())
    marked = np.arange(len(exact)) == deepest
    colors = np.where(marked, palette.muted, palette.shades[1]).tolist()
    more: dict[str, Any] = {"customdata": np.stack([ends, low, high], axis=-1)}
    more["error_y"] = draw.arms(share, low, high, palette.text)
    said = "%{customdata[0]:,} walkers: %{y:.1f} % (%{customdata[1]:.1f} to %{customdata[2]:.1f} %)"
    shares = "the basin's share of the line: %{y:.2f} %"
    mark = (palette.text, 26, "line-ew", (3, palette.text))
    data = [
        draw.bars(valleys.floors, share, "measured", colors, wide, hover=said, **more),
        draw.dots(valleys.floors, exact, "exact", *mark, hover=shares),
    ]
    top, deep = 1.25 * float(max(high.max(), exact.max())), float(valleys.floors[deepest])
    plot = new_plot(
        data,
        palette,
        height=300,
        margin={"t": 28},
        annotations=[draw.label("deepest", deep, 1, palette.text, "bottom", yref="paper", showarrow=False)],
        xaxis=draw.axis("place · line: exact share", [walk.plan.landscape.low - wide, walk.plan.landscape.high + wide]),
        yaxis=draw.axis("walkers that end there", [0, top], ticksuffix=" %", nticks=5),
    )
    result = rates[deepest]
    title = (
        f"{percent(result.share)} end in the deepest valley (95 % interval {percent_range(result.low, result.high)}); "
        f"its basin is {percent(float(valleys.shares[deepest]))} of the line."
    )
    alt = f"A bar for each of {len(exact)} valleys: the share of walkers that end there, and its exact share. {title}"
    table = {
        "valley_at": valleys.floors,
        "height": valleys.heights,
        "walkers": ends,
        "share": share / 100,
        "low": low / 100,
        "high": high / 100,
        "exact_share": valleys.shares,
    }
    return Figure("valley ends", title, alt, plot, table)
