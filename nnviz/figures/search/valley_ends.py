"""Where walkers end: a bar for each valley, against its exact share of the line."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.rates import rate
from nnviz.analysis.words import percent, percent_range
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
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "x": valleys.floors, "y": share, "name": "measured",
            "width": wide,
            "marker": {"color": np.where(marked, palette.muted, palette.shades[1]).tolist()},
            "error_y": {
                "type": "data", "symmetric": False, "array": high - share, "arrayminus": share - low,
                "color": palette.text, "thickness": 2, "width": 5,
            },
            "customdata": np.stack([ends, low, high], axis=-1),
            "hovertemplate": "%{customdata[0]:,} walkers: %{y:.1f} % (%{customdata[1]:.1f} to %{customdata[2]:.1f} %)"
            "<extra></extra>",
        },
        {
            "type": "scatter", "mode": "markers", "x": valleys.floors, "y": exact, "name": "exact",
            "marker": {
                "symbol": "line-ew", "size": 26, "color": palette.text, "line": {"width": 3, "color": palette.text},
            },
            "hovertemplate": "the basin's share of the line: %{y:.2f} %<extra></extra>",
        },
    ]  # fmt: skip
    top = 1.25 * float(max(high.max(), exact.max()))
    plot = new_plot(
        data,
        palette,
        height=300,
        margin={"t": 28},
        annotations=[
            {
                "text": "deepest", "x": float(valleys.floors[deepest]), "y": 1, "yref": "paper", "yanchor": "bottom",
                "font": {"color": palette.text}, "showarrow": False,
            }
        ],
        xaxis={
            "title": {"text": "place · line: exact share"},
            "range": [walk.plan.landscape.low - wide, walk.plan.landscape.high + wide],
        },
        yaxis={"title": {"text": "walkers that end there"}, "range": [0, top], "ticksuffix": " %", "nticks": 5},
    )  # fmt: skip
    result = rates[deepest]
    title = (
        f"{percent(result.share)} end in the deepest valley (95 % interval {percent_range(result.low, result.high)}); "
        f"its basin is {percent(float(valleys.shares[deepest]))} of the line."
    )
    alt = f"A bar for each of {len(exact)} valleys: the share of walkers that end there, and its exact share. {title}"
    table = {
        "valley_at": valleys.floors, "height": valleys.heights, "walkers": ends, "share": share / 100,
        "low": low / 100, "high": high / 100, "exact_share": valleys.shares,
    }  # fmt: skip
    return Figure("valley ends", title, alt, plot, table)
