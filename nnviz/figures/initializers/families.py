"""The spreads of several initializers' weights on one layer, by family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.initializers.families import FAMILIES, InitMethod, scales_among
from nnviz.analysis.words import count, number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW = 25  # pixels
ROOM = 1.28  # times the largest spread: what the axis shows, so that the numbers have their place


def plot_stddevs(methods: Sequence[InitMethod], palette: Palette) -> Figure:
    """A row for each initializer: the measured spread as a dot, theory's as a line across.

    Args:
        methods: the initializers, those of a family together.
        palette: the theme's colours.
    """
    rows: list[tuple[str, InitMethod | None]] = []
    for method in methods:
        if not rows or rows[-1][1] is None or rows[-1][1].family != method.family:
            rows.append((f"<b>{FAMILIES[method.family]}</b>", None))
        rows.append((method.initializer.key, method))
    places = {id(method): place for place, (_, method) in enumerate(rows) if method}
    y = np.array([places[id(method)] for method in methods])
    measured = np.array([method.draws.spread for method in methods])
    theory = np.array([method.draws.law.stddev for method in methods])
    hover = [_hover(method) for method in methods]
    data: list[dict[str, Any]] = [
        draw.dots(compact(theory), y, "theory", palette.muted, 18, "line-ns-open", 2.5),
        draw.dots(compact(measured), y, "measured", palette.units[0], 10, "circle", hover=hover),
    ]
    notes = [
        draw.label(
            number(float(stddev)), float(stddev), int(place), palette.text, "left", xref="x", yref="y", xshift=12
        )
        for stddev, place in zip(measured, y, strict=True)
    ]
    notes += [
        draw.label(text, 0, place, palette.muted, "right", xref="paper", yref="y", xshift=-10)
        for place, (text, method) in enumerate(rows)
        if method is not None
    ]
    notes += [
        draw.label(text, 0, place, palette.text, "left", xref="paper", yref="y", xshift=6, bgcolor=palette.background)
        for place, (text, method) in enumerate(rows)
        if method is None
    ]
    largest = float(measured.max()) or 1.0
    plot = new_plot(
        data,
        palette,
        height=ROW * len(rows) + 64,
        margin={"l": 150, "r": 12, "t": 4, "b": 52},
        annotations=notes,
        xaxis=draw.axis("spread of the weights", [-0.02 * largest, ROOM * largest], nticks=5),
        yaxis={"range": [len(rows) - 0.4, -0.6], "showticklabels": False, "showgrid": False},
    )
    kernel = methods[0].draws.kernel
    inputs, units = kernel.fans
    scales = len(scales_among(methods))
    title = f"{count(len(methods), 'name')}, {scales} different spreads: {inputs} inputs, {units} units."
    listed = "; ".join(f"{method.initializer.key} {number(method.draws.spread)}" for method in methods)
    alt = f"A row for each initializer with the spread of its weights. {title} {listed}."
    table = {
        "initializer": np.array([method.initializer.key for method in methods]),
        "family": np.array([method.family for method in methods]),
        "measured": measured,
        "theory": theory,
    }
    return Figure("spreads", title, alt, plot, table)


def _hover(method: InitMethod) -> str:
    theory = f"<br>theory {number(method.draws.law.stddev, 5)}"
    return f"{method.initializer.key}<br>measured {number(method.draws.spread, 5)}{theory}"
