"""Some weights, counted; and nothing that says who drew them."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

BINS = 30
HEIGHT = 240  # pixels: a question follows


def plot_weights(values: np.ndarray, palette: Palette) -> Figure:
    """A histogram of weights.

    Args:
        values: the weights.
        palette: the theme's colours.
    """
    counts, edges = np.histogram(values, BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    title = f"{values.size:,} weights, from {number(float(values.min()))} to {number(float(values.max()))}."
    width, hover = float(edges[1] - edges[0]), "near %{x:.3~g}: %{y} weights"
    plot = new_plot(
        [draw.bars(compact(middles), counts, "", palette.shades[1], width, 0, hover)],
        palette,
        height=HEIGHT,
        bargap=0,
        xaxis=draw.axis("weight"),
        yaxis=draw.axis("how many", nticks=4),
    )
    alt = f"A histogram of weights. {title} The tallest bar holds {counts.max()}, the lowest {counts.min()}."
    return Figure("weights", title, alt, plot, {"from": edges[:-1], "to": edges[1:], "weights": counts})
