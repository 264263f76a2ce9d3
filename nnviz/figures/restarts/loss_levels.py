"""Where many runs of one recipe end: heaps at known levels, and what their mean has to do with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.restarts.effect_sizes import mean_stddev
from nnviz.analysis.restarts.loss_levels import at_levels, levels
from nnviz.analysis.restarts.restarts import Restarts
from nnviz.analysis.restarts.sentences import mean_words
from nnviz.analysis.words import count, number
from nnviz.core.registry import plain
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

BINS = 36
ROOM = 1.12
MEAN_HEIGHT = 0.3  # of the highest bar
PEAK = 1.25  # times the guess's loss: runs that end higher stand in the last bar


def plot_loss_levels(runs: Restarts, threshold: float, palette: Palette, mean: bool = False) -> Figure:
    """How many runs end at which training loss, with the levels at which failed runs rest.

    Args:
        runs: of one recipe, on classes.
        threshold: below it a run has succeeded.
        palette: the theme's colours.
        mean: whether to draw the mean, with one standard deviation to either side.
    """
    known = levels(runs.experiment)
    end = ROOM * max(level.loss for level in known)
    finals = np.minimum(runs.train_loss[np.isfinite(runs.train_loss)], PEAK * end)
    edges = np.linspace(0, max(end, float(finals.max(initial=0))), BINS + 1)
    amounts = np.histogram(finals, edges)[0]
    most = max(1, int(amounts.max()))
    filled = np.flatnonzero(amounts)
    middles, wide = (edges[:-1] + edges[1:]) / 2, 0.9 * (edges[1] - edges[0])
    hover = [f"{count(int(amounts[i]), 'run')}<br>from {number(edges[i])} to {number(edges[i + 1])}" for i in filled]
    data = [draw.bars(middles[filled], amounts[filled], "runs", palette.shades[1], wide, hover=hover)]
    resting = at_levels(known, runs.train_loss[~runs.below(threshold)])
    labels = [
        _label(level.loss, _height(amounts, edges, level.loss), f"near {number(level.loss)}: {amount:,}", palette.text)
        for level, amount in zip(known, resting, strict=True)
        if amount
    ]
    result = mean_stddev(runs.train_loss)
    if mean and result.runs > 1:
        data.append(_mean(result.mean, result.deviation, MEAN_HEIGHT * most, palette))
        labels.append(_label(result.mean, (MEAN_HEIGHT + 0.03) * most, f"mean {mean_words(result)}", palette.text))
    plot = new_plot(
        data,
        palette,
        height=340,
        annotations=[*labels, _succeeded(runs, threshold, float(amounts.max()), palette)],
        xaxis=draw.axis("loss at the end, nats", [-0.02 * edges[-1], edges[-1]], nticks=6),
        yaxis=draw.axis("runs", [0, 1.25 * most], nticks=5),
    )
    title = _mean_finding(runs) if mean else _finding(runs, threshold)
    alt = f"Histogram of the training losses at which {count(runs.runs, 'run')} end. {title}"
    table = {"seed": runs.seeds, "train_loss": runs.train_loss}
    return Figure("heaps", title, alt, plot, table)


def _height(amounts: np.ndarray, edges: np.ndarray, loss: float) -> float:
    """The height of the highest bar near a level."""
    near = np.abs((edges[:-1] + edges[1:]) / 2 - loss) < 2 * (edges[1] - edges[0])
    return float(amounts[near].max(initial=0))


def _label(x: float, y: float, text: str, color: str) -> dict[str, Any]:
    return draw.label(text, x, y, color, "center bottom", yshift=3, showarrow=False)


def _succeeded(runs: Restarts, threshold: float, height: float, palette: Palette) -> dict[str, Any]:
    amount = int(runs.below(threshold).sum())
    text = f"below {plain(threshold)}: {amount:,}"
    return _label(0, height if amount else 0, text, palette.text) | {"xanchor": "left"}


def _mean(mean: float, deviation: float, height: float, palette: Palette) -> dict[str, Any]:
    """A mark at the mean, with arms of one standard deviation."""
    arms = {"type": "data", "array": [deviation], "color": palette.text, "thickness": 2.5, "width": 8}
    look = (palette.text, 13, "diamond")
    return draw.dots([mean], [height], "mean ± deviation", *look, error_x=arms, hover="mean %{x:.3f}")


def _finding(runs: Restarts, threshold: float) -> str:
    succeeded = int(runs.below(threshold).sum())
    if succeeded == runs.runs:
        return f"All {count(runs.runs, 'run')} end below {plain(threshold)}."
    known = levels(runs.experiment)
    amounts = at_levels(known, runs.train_loss[~runs.below(threshold)])
    near = [f"{amount:,} near {number(level.loss)}" for level, amount in zip(known, amounts, strict=True) if amount]
    others = f"; of the others, {', '.join(near)}" if near else ""
    return f"{succeeded:,} of {count(runs.runs, 'run')} end below {plain(threshold)}{others}."


def _mean_finding(runs: Restarts) -> str:
    result = mean_stddev(runs.train_loss)
    if result.runs < 2:
        return "Hardly a run came to an end: there is no mean."
    near = "no run" if not result.near else count(result.near, "run")
    return (
        f"The mean is {number(result.mean)}; {near} of {result.runs:,} {'ends' if result.near < 2 else 'end'} near it."
    )
