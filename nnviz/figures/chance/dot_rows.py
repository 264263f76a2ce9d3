"""Many values in a few rows, one dot each, on a common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

JITTER = 0.16  # of a row's height, to either side, so that dots do not hide one another


def plot_dot_rows(
    rows: Mapping[str, np.ndarray],
    name: str,
    title: str,
    axis: Mapping[str, Any],
    palette: Palette,
    marked: Mapping[str, float] | None = None,
    hover: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """A row of dots for each name, with a line at its median.

    Args:
        rows: name -> values, in order from the top; what is not finite is left out.
        name: of the figure.
        title: the finding.
        axis: the horizontal axis, as Plotly takes it.
        palette: the theme's colours.
        marked: name -> a value to mark in its row, in place of the median.
        hover: name -> what hovering over each of its values says first; where it is left out, dots say nothing.
    """
    data: list[dict[str, Any]] = []
    for place, (row, values) in enumerate(rows.items()):
        order = np.argsort(values)
        order = order[np.isfinite(values[order])]
        finite = values[order]
        jitter = JITTER * (2 * np.modf(np.arange(len(finite)) * 0.618)[0] - 1)  # even, and the same each time
        texts: dict[str, Any] = {"hovertext": [hover[row][index] for index in order]} if hover else {}
        says = "%{hovertext}<br>%{x:.3~g}" if hover else None
        look = (palette.muted, 8, "", None, 0.6)
        data.append(draw.dots(compact(finite), compact(place + jitter), row, *look, hover=says, **texts))
        if not len(finite):
            continue
        mark = marked[row] if marked else float(np.median(finite))
        size, symbol, edge = (16, "diamond", 0) if marked else (26, "line-ns", 3.5)
        says = f"{row}: %{{x:.3~g}}"
        data.append(
            draw.dots([mark], [place], f"{row}, marked", palette.text, size, symbol, (edge, palette.text), hover=says)
        )
    labels = [
        draw.row_label(f"<b>{row}</b>", place - 0.27, palette.text, showarrow=False) for place, row in enumerate(rows)
    ]
    plot = new_plot(
        data,
        palette,
        height=90 + 78 * len(rows),
        margin={"l": 12, "r": 24, "t": 8, "b": 52},
        annotations=labels,
        xaxis=dict(axis),
        yaxis={"visible": False, "range": [len(rows) - 0.65, -0.75]},
    )
    alt = f"A dot for each value, in rows. {title} " + "; ".join(
        f"{row}: {_range(values[np.isfinite(values)])}" for row, values in rows.items()
    )
    table = {
        "row": np.repeat(list(rows), [len(values) for values in rows.values()]),
        "value": np.concatenate(list(rows.values())),
    }
    return Figure(name, title, f"{alt}.", plot, table)


def _range(values: np.ndarray) -> str:
    return f"{number(float(values.min()))} to {number(float(values.max()))}" if values.size else "none"
