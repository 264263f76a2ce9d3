"""What initializers draw: small histograms as SVG, and one large chart for one or two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.initializers.draws import ROOM, Draws, Histogram, histogram, multiple, window
from nnviz.analysis.words import number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

WIDTH, HEIGHT = 260, 84  # of a small histogram, in its own units
HEADROOM = 1.08
SAME = 0.03  # spreads that differ by less are called equal


def small(draws: Draws, palette: Palette) -> str:
    """A histogram over its theoretical density, as an SVG picture.

    Bars are draws, the line is theory; where a weight takes only single values, theory is a pin at each.
    """
    drawn = histogram(draws)
    low, high = _stretch(draws)
    tallest = _tallest(drawn) * HEADROOM

    def x(value: float) -> float:
        return round(WIDTH * (value - low) / (high - low), 1)

    def y(value: float) -> float:
        return round(HEIGHT * (1 - min(1, value / tallest)), 1)

    bars = "".join(
        f"M{x(left)} {HEIGHT}V{y(height)}H{x(right)}V{HEIGHT}z"
        for left, right, height in zip(drawn.edges[:-1], drawn.edges[1:], drawn.heights, strict=True)
        if height
    )
    theory = ""
    if drawn.density is not None:
        line = "L".join(f"{x(at)} {y(value)}" for at, value in zip(drawn.x, drawn.density, strict=True))
        theory = f'<path d="M{line}" fill="none" stroke="{palette.text}" stroke-width="2"/>'
    else:
        most = max(share for _, share in draws.law.points)
        theory = "".join(
            f'<path d="M{x(value)} {HEIGHT}V{min(HEIGHT - 4, y(tallest / HEADROOM * share / most))}" '
            f'stroke="{palette.text}" stroke-width="2"/>'
            for value, share in draws.law.points
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 1}" preserveAspectRatio="none">'
        f'<path d="{bars}" fill="{palette.shades[1]}" opacity="0.55"/>{theory}'
        f'<path d="M0 {HEIGHT}.5H{WIDTH}" stroke="{palette.muted}" opacity="0.6"/></svg>'
    )


def marks(draws: Draws) -> list[tuple[float, float]]:
    """What to write under `small`: shares of its width, each with the weight there.

    These are theory's limits and mean, or the single values; of what has no limits near, where the picture's tails end.
    """
    low, high = _stretch(draws)
    law = draws.law
    if law.kind == "points":
        values = [value for value, _ in law.points]
    else:
        first, last = window(draws)
        room = ROOM / (1 + 2 * ROOM) * (last - first)
        values = [first + room, (first + last) / 2, last - room]
    return [((value - low) / (high - low), value) for value in values]


def _stretch(draws: Draws) -> tuple[float, float]:
    """The weights that `small` shows: more than the window where some draw lies beyond it."""
    edges = histogram(draws).edges
    low, high = window(draws)
    return min(low, float(edges[0])), max(high, float(edges[-1]))


def plot_compare(both: Sequence[Draws], palette: Palette) -> Figure:
    """One or two initializers' draws over their theoretical densities, one above the other on one axis of weights.

    Args:
        both: A, or A and B.
        palette: the theme's colours.
    """
    styles = (("A", palette.a, "solid"), ("B", palette.b, "dash"))
    low = min(window(result)[0] for result in both)
    high = max(window(result)[1] for result in both)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"xaxis": draw.axis("weight", [low, high], anchor="y" if len(both) == 1 else "y2")}
    annotations = []
    for place, (result, (letter, color, dash)) in enumerate(zip(both, styles, strict=False)):
        drawn = histogram(result, 60)
        top = _tallest(drawn) * HEADROOM
        axis = "y" if place == 0 else "y2"
        span = [0.0, 1.0] if len(both) == 1 else [[0.54, 1.0], [0.0, 0.46]][place]
        layout["yaxis" if place == 0 else "yaxis2"] = draw.axis("density", [0, top], domain=span, nticks=4, anchor="x")
        data += _layers(result, drawn, letter, color, dash, axis)
        label = result.initializer.scheme.label
        text = f"<b>{letter}</b> {label}" if len(both) > 1 else label
        annotations.append(
            draw.label(text, 0.01, span[1], color, "left top", xref="paper", yref="paper", showarrow=False)
        )
    plot = new_plot(
        data,
        palette,
        height=330 if len(both) == 1 else 460,
        annotations=annotations,
        bargap=0,
        barmode="overlay",
        **layout,
    )
    title = _finding(both)
    alt = f"Histograms of drawn weights, with the theoretical density as a line. {title}"
    return Figure("draws", title, alt, plot, _table(both))


def _layers(draws: Draws, drawn: Histogram, letter: str, color: str, dash: str, axis: str) -> list[dict[str, Any]]:
    centres, widths = (drawn.edges[:-1] + drawn.edges[1:]) / 2, np.diff(drawn.edges)
    said = f"{letter}: %{{customdata:.2%}} of the weights<br>near %{{x:.3~g}}"
    more = {"yaxis": axis, "opacity": 0.4, "customdata": compact(drawn.heights * widths)}
    bars = draw.bars(
        compact(centres), compact(drawn.heights), f"{letter} draws", color, compact(widths), 0, said, **more
    )
    if drawn.density is not None:
        x, y = drawn.x, drawn.density
    else:
        top, most = _tallest(drawn), max(share for _, share in draws.law.points)
        x = np.array([value for at, _ in draws.law.points for value in (at, at, np.nan)])
        y = np.array([value for _, share in draws.law.points for value in (0.0, top * share / most, np.nan)])
    return [bars, draw.line(compact(x), compact(y), f"{letter} theory", color, 3, dash, yaxis=axis)]


def _tallest(drawn: Histogram) -> float:
    """The height to show: of the tallest bar, and of theory where it has a top."""
    tallest = float(drawn.heights.max())
    if drawn.density is not None:
        tallest = max(tallest, min(float(drawn.density.max()), 1.5 * tallest))
    return tallest


def reach(draws: Draws) -> str:
    """How far the draws go, in words: "none beyond ±0.25"."""
    if draws.spread == 0:
        return f"all {number(draws.mean)}"
    law = draws.law
    if not np.isfinite(law.low) or law.kind == "rotation":
        return f"from {number(draws.low)} to {number(draws.high)}"
    if law.low == -law.high:
        return f"none beyond ±{number(law.high)}"
    return f"all from {number(law.low)} to {number(law.high)}"


def _finding(both: Sequence[Draws]) -> str:
    if len(both) == 1:
        result = both[0]
        return f"{result.initializer.scheme.label}: spread {number(result.spread)}, {reach(result)}."
    a, b = both
    factor = multiple(a, b)
    reaches = f"A: {reach(a)}. B: {reach(b)}."
    if factor is not None and abs(factor - 1) < 1e-6:
        return f"The same draws: from one seed, A and B have the same weights, spread {number(a.spread)}."
    if factor is not None:
        return f"The same draws at two scales: each of B's weights is {number(factor)} times A's. {reaches}"
    if min(a.spread, b.spread) == 0:
        return f"Spread {number(a.spread)} against {number(b.spread)}. {reaches}"
    ratio = b.spread / a.spread
    if abs(ratio - 1) < SAME:
        return f"The same spread, {number(a.spread)} and {number(b.spread)}, in other shapes. {reaches}"
    return f"B's spread is {number(ratio)} times A's: {number(b.spread)} against {number(a.spread)}. {reaches}"


def alt(draws: Draws) -> str:
    """What `small` shows, in words."""
    return (
        f"Histogram of {len(draws.values):,} weights: spread {number(draws.spread)}, {reach(draws)}, "
        f"{percent(draws.within)} within one spread of the mean"
    )


def _table(both: Sequence[Draws]) -> dict[str, np.ndarray]:
    drawn = [histogram(result, 60) for result in both]
    return {
        "initializer": np.repeat([str(result.initializer) for result in both], [len(d.heights) for d in drawn]),
        "from": np.concatenate([d.edges[:-1] for d in drawn]),
        "to": np.concatenate([d.edges[1:] for d in drawn]),
        "density": np.concatenate([d.heights for d in drawn]),
    }
