"""What became of networks by the spread of their weights: the last losses, and the share of runs that learned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.depth.scales import Scales, stddev_text
from nnviz.analysis.rates import CERTAINTY
from nnviz.analysis.words import count, number, percent, percent_range
from nnviz.figures.style.axes import compact, fit_scale, power_text
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

Array = np.ndarray

OVERFLOW = 1.28  # how far above the guess's loss an overflowed run is drawn, in times of it
JITTER = 0.012  # of the axis, between the marks of runs from one spread


def plot_window(scales: Scales, palette: Palette, level: float | None = None) -> Figure:
    """The last loss of each run by the spread of its start; a run that overflowed stands on a line above the others.

    Args:
        scales: the runs.
        palette: the theme's colours.
        level: a spread to mark, the one that keeps the signal level.
    """
    seeds = scales.losses.shape[1]
    top = OVERFLOW * scales.guess
    lost = scales.diverged
    shown = np.minimum(np.where(lost, top, scales.losses), top)
    scale = fit_scale([shown], False, least=1.12 * top)
    x = _side_by_side(scales.stddevs, seeds)
    data: list[dict[str, Any]] = [
        _marks(x[~lost], shown[~lost], scales, ~lost, "circle", palette),
        _marks(x[lost], shown[lost], scales, lost, "x", palette),
    ]
    ends = _ends(scales.stddevs)
    for height in (scales.guess, top):
        data.append({
            "type": "scatter", "mode": "lines", "hoverinfo": "skip", "x": [10 ** ends[0], 10 ** ends[1]],
            "y": [height, height], "line": {"color": palette.muted, "width": 1.5, "dash": "dot"}, "name": "yardstick",
        })  # fmt: skip
    notes = [
        _left("a guess", scales.guess, palette),
        *([_left("overflowed", top, palette)] if lost.any() else []),
    ]
    shapes = []
    if level is not None:
        shapes.append({
            "type": "line", "xref": "x", "yref": "paper", "x0": level, "x1": level, "y0": 0, "y1": 1,
            "line": {"color": palette.muted, "width": 2, "dash": "dash"}, "layer": "below",
        })  # fmt: skip
        notes.append({
            "text": f"level: {number(level)}", "x": math.log10(level), "xref": "x", "y": 1, "yref": "paper",
            "yanchor": "bottom", "font": {"color": palette.muted},
        })  # fmt: skip
    plot = new_plot(
        data, palette, height=360, margin={"l": 64, "r": 24, "t": 30}, annotations=notes, shapes=shapes,
        xaxis=_axis(scales.stddevs), yaxis=scale.axis("loss at the end, nats") | {"range": [-0.05 * top, scale.high]},
    )  # fmt: skip
    title = window_finding(scales)
    alt = f"The last loss of each run against the spread of its starting weights. {title}"
    return Figure("window", title, alt, plot, _table(scales))


def window_finding(scales: Scales) -> str:
    """From which spreads most runs learned."""
    ends = scales.window
    low, high = map(stddev_text, scales.stddevs[[0, -1]])
    if ends is None:
        return f"From no spread between {low} and {high} did most runs learn."
    good = sum(rate.share > 0.5 for rate in scales.rates)
    where = f"from {stddev_text(ends[0])} to {stddev_text(ends[1])}" if good > 1 else stddev_text(ends[0])
    return f"Of {len(scales.stddevs)} spreads between {low} and {high}, {good} let most runs learn: {where}."


def plot_successes(scales: Scales, palette: Palette) -> Figure:
    """The share of runs that learned by spread, with its 95 % interval."""
    rates = scales.rates
    share, low, high = (100 * np.array([getattr(r, name) for r in rates]) for name in ("share", "low", "high"))
    data = [{
        "type": "scatter", "mode": "lines+markers", "name": "share", "x": scales.stddevs, "y": compact(share),
        "line": {"color": palette.text, "width": 2}, "marker": {"color": palette.text, "size": 9},
        "error_y": {
            "type": "data", "symmetric": False, "array": np.maximum(0, high - share),
            "arrayminus": np.maximum(0, share - low), "color": palette.muted, "thickness": 2, "width": 6,
        },
        "text": [f"{rate.successes} of {rate.runs}: {percent_range(rate.low, rate.high)}" for rate in rates],
        "hovertemplate": "spread %{x:.3~g}<br>%{text}<extra></extra>",
    }]  # fmt: skip
    plot = new_plot(
        data, palette, height=360, margin={"l": 72, "r": 24},
        xaxis=_axis(scales.stddevs),
        yaxis={"title": {"text": f"runs that learned, {CERTAINTY:.0%} interval".replace("%", " %")},
               "range": [-4, 104], "tickvals": [0, 25, 50, 75, 100], "ticksuffix": " %"},
    )  # fmt: skip
    best = int(np.argmax(share))
    title = (
        f"Spread {stddev_text(scales.stddevs[best])} does best: {percent(rates[best].share)} of "
        f"{count(rates[best].runs, 'start')} learned. From {stddev_text(scales.stddevs[0])} it was "
        f"{percent(rates[0].share)}, from {stddev_text(scales.stddevs[-1])} {percent(rates[-1].share)}."
    )
    alt = f"The share of runs that learned, by the spread of their starting weights, with intervals. {title}"
    return Figure("successes", title, alt, plot, _table(scales))


def _marks(x: Array, y: Array, scales: Scales, chosen: Array, symbol: str, palette: Palette) -> dict[str, Any]:
    stddevs = np.broadcast_to(scales.stddevs[:, None], chosen.shape)[chosen]
    kinds = np.array(scales.kinds)[chosen]
    losses = [number(float(loss)) for loss in scales.losses[chosen]]
    return {
        "type": "scatter", "mode": "markers", "name": "overflowed" if symbol == "x" else "runs", "x": x, "y": y,
        "marker": {"symbol": symbol, "size": 10, "color": palette.units[0], "opacity": 0.75},
        "text": [f"spread {stddev_text(s)}: {kind}, loss {loss}" for s, kind, loss in zip(stddevs, kinds, losses,
                                                                                           strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _side_by_side(stddevs: Array, seeds: int) -> Array:
    """The runs of one spread side by side."""
    span = math.log10(stddevs[-1] / stddevs[0])
    placed: Array = stddevs[:, None] * 10 ** (JITTER * span * (np.arange(seeds) - (seeds - 1) / 2))
    return placed


def _ends(stddevs: Array) -> tuple[float, float]:
    low, high = math.log10(stddevs[0]), math.log10(stddevs[-1])
    room = 0.05 * (high - low)
    return low - room, high + room


def _axis(stddevs: Array) -> dict[str, Any]:
    low, high = _ends(stddevs)
    ticks = [m * 10.0**p for p in range(math.floor(low), math.ceil(high)) for m in (1, 3)]
    inside = [tick for tick in ticks if low <= math.log10(tick) <= high]
    return {
        "title": {"text": "spread of the weights at the start"}, "type": "log", "range": [low, high],
        "tickvals": inside, "ticktext": [power_text(tick) for tick in inside],
    }  # fmt: skip


def _left(words: str, height: float, palette: Palette) -> dict[str, Any]:
    return {
        "text": words, "xref": "paper", "x": 0.01, "xanchor": "left", "yref": "y", "y": height,
        "yanchor": "bottom", "yshift": 5, "font": {"color": palette.muted},
    }  # fmt: skip


def _table(scales: Scales) -> dict[str, Array]:
    seeds = scales.losses.shape[1]
    return {
        "spread": np.repeat(scales.stddevs, seeds),
        "run": np.tile(np.arange(seeds), len(scales.stddevs)),
        "loss": scales.losses.ravel(),
        "diagnosis": np.array(scales.kinds).ravel(),
    }
