"""How many restarts a search needs, by the number of coordinates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnviz.analysis.rates import CERTAINTY, Rate
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.axes import fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

MOST = 10  # coordinates
ROOM = 20  # over the highest point, for its number


def plot_restarts_needed(share: float, measured: Mapping[int, Rate], palette: Palette) -> Figure:
    """The restarts for 95 % where each coordinate must start right by itself, and what measured rates ask for.

    Args:
        share: of the line from which a walker reaches the deepest floor.
        measured: success rates by number of coordinates.
        palette: the theme's colours.
    """
    dims = np.arange(1, MOST + 1)
    exact = np.array([restarts_needed(share**d) for d in dims.tolist()], dtype=float)
    tried = {d: result for d, result in measured.items() if result.successes}
    middle, fewest, most = (
        np.array([float(restarts_needed(getattr(result, name))) for result in tried.values()])
        for name in ("share", "high", "low")
    )
    scale = fit_scale([exact, np.ones(1), ROOM * exact[-1:]], log=True)
    ink, arms = palette.text, draw.arms(middle, fewest, most, palette.text, 2, 7)
    said = "%{x} numbers: %{y:,.0f} restarts<extra>"
    exactly: dict[str, Any] = {"mode": "lines+markers", "marker": draw.marker(palette.muted)}
    ring: dict[str, Any] = {"hover": f"{said}measured</extra>", "error_y": arms}
    data = [
        draw.line(dims, exact, "exact", palette.muted, 2, "dot", f"{said}exact</extra>", **exactly),
        draw.dots(np.array(list(tried)), middle, "measured", ink, 13, "diamond-open", 2.5, **ring),
    ]
    plot = new_plot(
        data,
        palette,
        height=340,
        margin={"l": 76},
        annotations=[
            _height(exact, 1, "left top", 8, ink),
            *(_height(exact, d, "right bottom", -6, ink) for d in (2, 5, MOST)),
        ],
        xaxis=draw.axis("numbers to find · ◇ measured", [0.5, MOST + 0.5], tickvals=dims.tolist()),
        yaxis=scale.axis(f"restarts for {percent(CERTAINTY)}"),
    )
    one, two, five = (number(exact[d - 1]) for d in (1, 2, 5))
    title = f"{one} restarts with one number to find, {two} with two, {five} with five."
    alt = f"Restarts needed for {percent(CERTAINTY)}, on a logarithmic axis: a straight line upward. {title}"
    table = {
        "numbers": dims,
        "basin_share": share**dims,
        "restarts": exact,
        "measured_successes": np.array([measured[d].successes if d in measured else -1 for d in dims.tolist()]),
        "measured_runs": np.array([measured[d].runs if d in measured else 0 for d in dims.tolist()]),
    }
    return Figure("restarts needed", title, alt, plot, table)


def _height(exact: np.ndarray, d: int, anchor: str, shift: int, color: str) -> dict[str, Any]:
    """A point's number beside it; annotations on a logarithmic axis stand at logarithms."""
    y = math.log10(exact[d - 1])
    return draw.label(number(exact[d - 1]), d, y, color, anchor, xshift=shift, showarrow=False)
