"""How ragged the border between starts that end differently is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.landscape.basin_outcomes import BasinOutcome
from nnviz.analysis.words import percent
from nnviz.figures.landscape.basin_map import distance_text
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

LEAST_SHARE = 1e-4


def plot_border(outcome: BasinOutcome, palette: Palette) -> Figure:
    """How often two starts end differently, by the distance between them.

    Args:
        outcome: the runs, and the loss to reach.
        palette: the theme's colours.
    """
    edge, pixel = outcome.border, outcome.basins.window.pixel
    distances, shares = np.array(edge.distances) * pixel, np.array(edge.shares)
    smooth = shares[-1] * distances / distances[-1]
    seen = shares > 0
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": "smooth", "x": compact(distances), "y": compact(smooth),
            "line": {"color": palette.muted, "width": 1.5, "dash": "dot"}, "hoverinfo": "skip",
        },
        {
            "type": "scatter", "mode": "lines+markers", "name": "measured", "x": compact(distances[seen]),
            "y": compact(shares[seen]), "line": {"color": palette.text, "width": 3}, "marker": {"size": 10},
            "hovertemplate": "%{x:.3~g} apart: %{y:.3~p} of pairs end differently<extra></extra>",
        },
    ]  # fmt: skip
    drawn = bool(seen.all())
    high = math.log10(max(shares[-1], LEAST_SHARE)) + 0.3
    low = math.log10(max(smooth[0], LEAST_SHARE)) - 0.2
    plot = new_plot(
        data if drawn else [],
        palette,
        annotations=[note("dotted: a smooth border", x=0.97, y=0.05, xanchor="right", yanchor="bottom")]
        if drawn
        else [note("Too few starts end differently from their neighbours.")],
        xaxis={
            "title": {"text": "distance between two starts"}, "type": "log", "visible": drawn,
            "tickvals": distances, "ticktext": [distance_text(float(d)) for d in distances],
            "range": [math.log10(distances[0]) - 0.1, math.log10(distances[-1]) + 0.1],
        },
        yaxis={
            "title": {"text": "end differently"}, "type": "log", "visible": drawn, "tickformat": ".3~p",
            "range": [low, high], "dtick": "D2",
        },
    )  # fmt: skip
    title = _finding(outcome)
    return Figure(
        "border", title, f"Share of pairs of starts that end differently, by distance. {title}", plot,
        {"distance": distances, "share_that_ends_differently": shares},
    )  # fmt: skip


def _finding(outcome: BasinOutcome) -> str:
    """How often near starts end differently, and what coming nearer helps."""
    edge, pixel = outcome.border, distance_text(outcome.basins.window.pixel)
    near = f"Of starts {pixel} apart in one weight, {percent(edge.shares[0])} end differently"
    if math.isnan(edge.exponent):
        return near + "."
    return (
        f"{near}. Each halving of the distance makes that {percent(max(0.0, edge.rarer))} rarer; "
        "at a smooth border it would be 50 %."
    )
