"""A few named lines over one axis, with their names at their ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale, last_finite, power_text
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

Array = np.ndarray

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")  # never colour alone
MOST_MARKED = 16  # points that have a mark each
LETTER = 9.5  # pixels that a letter of a label takes, about


@dataclass(frozen=True, eq=False)
class NamedLine:
    """A line with its name.

    Attributes:
        label: stands at its end, so it must be short.
        values: its heights; where a log axis is asked for, positive or zero.
        color: its colour.
        dash: as Plotly names it.
        marks: whether points have marks where they are few; no for a formula.
    """

    label: str
    values: Array
    color: str
    dash: str = "solid"
    marks: bool = True


def plot_lines(
    name: str,
    title: str,
    alt: str,
    x: Array,
    drawn: Sequence[NamedLine],
    palette: Palette,
    *,
    x_title: str,
    y_title: str,
    log_x: bool = False,
    log_y: bool = False,
    least: float = 0.0,
) -> Figure:
    """Lines over a shared axis.

    Args:
        name: of the figure.
        title: the finding.
        alt: what it shows.
        x: the shared places, increasing; positive for a logarithmic axis.
        drawn: the lines.
        palette: the theme's colours.
        x_title: the name of the horizontal axis.
        y_title: of the vertical one.
        log_x: whether the horizontal axis is logarithmic.
        log_y: the same for the vertical one.
        least: a vertical axis without logarithm reaches no lower than this.
    """
    scale = fit_scale([line.values for line in drawn], log_y, least)
    longest = max(len(line.label) for line in drawn)
    plot = new_plot(
        [_line(line, i, x, scale.place(line.values), x_title) for i, line in enumerate(drawn)],
        palette,
        margin={"l": 84, "r": 16 + round(LETTER * longest)},
        annotations=end_labels(scale, [(line.label, line.color, last_finite(line.values)) for line in drawn]),
        xaxis=_x_axis(x, x_title, log_x),
        yaxis=scale.axis(y_title),
    )
    table: Mapping[str, Array] = {"x": x} | {line.label: line.values for line in drawn}
    return Figure(name, title, alt, plot, table)


def _line(line: NamedLine, place: int, x: Array, heights: Array, x_title: str) -> dict[str, Any]:
    marked = line.marks and len(x) <= MOST_MARKED
    said = f"{line.label}<br>{x_title.partition(' (')[0]} %{{x}}: %{{text}}"
    return draw.line(
        compact(x),
        heights,
        line.label,
        line.color,
        3,
        line.dash,
        said,
        mode="lines+markers" if marked else "lines",
        cliponaxis=False,
        marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 9},
        text=[number(float(value)) for value in line.values],
    )


def _x_axis(x: Array, title: str, log: bool) -> dict[str, Any]:
    low, high = float(x[0]), float(x[-1])
    if not log:
        room = 0.02 * (high - low)
        return draw.axis(title, [low - room, high + room], nticks=6)
    room = 0.03 * math.log10(high / low)
    return draw.log_axis(
        title, [math.log10(low) - room, math.log10(high) + room], x.tolist(), [power_text(float(value)) for value in x]
    )
