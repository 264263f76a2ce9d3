"""How ragged the border between starts that end differently is."""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.landscape.basin_outcomes import BasinOutcome
from nnviz.analysis.words import percent
from nnviz.figures.landscape.basin_map import distance_text
from nnviz.figures.style import draw
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
    said = "%{x:.3~g} apart: %{y:.3~p} of pairs end differently"
    more = {"mode": "lines+markers", "marker": {"size": 10}}
    data = [
        draw.line(compact(distances), compact(smooth), "smooth", palette.muted, 1.5, "dot"),
        draw.line(compact(distances[seen]), compact(shares[seen]), "measured", palette.text, 3, "", said, **more),
    ]
    drawn = bool(seen.all())
    high = math.log10(max(shares[-1], LEAST_SHARE)) + 0.3
    low = math.log10(max(smooth[0], LEAST_SHARE)) - 0.2
    span = [math.log10(distances[0]) - 0.1, math.log10(distances[-1]) + 0.1]
    texts = [distance_text(float(d)) for d in distances]
    plot = new_plot(
        data if drawn else [],
        palette,
        annotations=[note("dotted: a smooth border", x=0.97, y=0.05, xanchor="right", yanchor="bottom")]
        if drawn
        else [note("Too few starts end differently from their neighbours.")],
        xaxis=draw.log_axis("distance between two starts", span, distances, texts, visible=drawn),
        yaxis=draw.axis("end differently", [low, high], type="log", visible=drawn, tickformat=".3~p", dtick="D2"),
    )
    title = _finding(outcome)
    alt = f"Share of pairs of starts that end differently, by distance. {title}"
    return Figure("border", title, alt, plot, {"distance": distances, "share_that_ends_differently": shares})


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
