"""What became of networks by the spread of their weights: the last losses, and the share of runs that learned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.depth.scales import Scales, stddev_text
from nnviz.analysis.rates import CERTAINTY
from nnviz.analysis.words import count, number, percent, percent_range
from nnviz.figures.style import draw
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
        data.append(draw.line([10 ** ends[0], 10 ** ends[1]], [height, height], "yardstick", palette.muted, 1.5, "dot"))
    notes = [_left("a guess", scales.guess, palette), *([_left("overflowed", top, palette)] if lost.any() else [])]
    shapes = []
    if level is not None:
        shapes.append(draw.upright(level, palette.muted, 2, "dash", xref="x", layer="below"))
        notes.append(
            draw.label(f"level: {number(level)}", math.log10(level), 1, palette.muted, "bottom", xref="x", yref="paper")
        )
    plot = new_plot(
        data,
        palette,
        height=360,
        margin={"l": 64, "r": 24, "t": 30},
        annotations=notes,
        shapes=shapes,
        xaxis=_axis(scales.stddevs),
        yaxis=scale.axis("loss at the end, nats") | {"range": [-0.05 * top, scale.high]},
    )
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
    ink, texts = palette.text, [f"{r.successes} of {r.runs}: {percent_range(r.low, r.high)}" for r in rates]
    data = [
        draw.line(
            scales.stddevs,
            compact(share),
            "share",
            ink,
            2,
            hover="spread %{x:.3~g}<br>%{text}",
            mode="lines+markers",
            marker=draw.marker(ink, 9),
            error_y=draw.arms(share, low, high, palette.muted, 2, 6),
            text=texts,
        )
    ]
    name = f"runs that learned, {CERTAINTY:.0%} interval".replace("%", " %")
    plot = new_plot(
        data,
        palette,
        height=360,
        margin={"l": 72, "r": 24},
        xaxis=_axis(scales.stddevs),
        yaxis=draw.axis(name, [-4, 104], tickvals=[0, 25, 50, 75, 100], ticksuffix=" %"),
    )
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
    texts = [
        f"spread {stddev_text(s)}: {kind}, loss {loss}" for s, kind, loss in zip(stddevs, kinds, losses, strict=True)
    ]
    name, color = "overflowed" if symbol == "x" else "runs", palette.units[0]
    return draw.dots(x, y, name, color, 10, symbol, opacity=0.75, text=texts, hover="%{text}")


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
    texts = [power_text(tick) for tick in inside]
    return draw.log_axis("spread of the weights at the start", [low, high], inside, texts)


def _left(words: str, height: float, palette: Palette) -> dict[str, Any]:
    return draw.label(words, 0.01, height, palette.muted, "left bottom", xref="paper", yref="y", yshift=5)


def _table(scales: Scales) -> dict[str, Array]:
    seeds = scales.losses.shape[1]
    return {
        "spread": np.repeat(scales.stddevs, seeds),
        "run": np.tile(np.arange(seeds), len(scales.stddevs)),
        "loss": scales.losses.ravel(),
        "diagnosis": np.array(scales.kinds).ravel(),
    }
