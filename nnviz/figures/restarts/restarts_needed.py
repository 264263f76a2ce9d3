"""How many restarts a search needs, by the number of coordinates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnviz.analysis.rates import CERTAINTY, Rate
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import number, percent
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
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines+markers", "name": "exact", "x": dims, "y": exact,
            "line": {"color": palette.muted, "width": 2, "dash": "dot"},
            "marker": {"size": 8, "color": palette.muted},
            "hovertemplate": "%{x} numbers: %{y:,.0f} restarts<extra>exact</extra>",
        },
        {
            "type": "scatter", "mode": "markers", "name": "measured", "x": np.array(list(tried)), "y": middle,
            "marker": {"size": 13, "symbol": "diamond-open", "color": palette.text, "line": {"width": 2.5}},
            "error_y": {
                "type": "data", "symmetric": False, "array": most - middle, "arrayminus": middle - fewest,
                "color": palette.text, "thickness": 2, "width": 7,
            },
            "hovertemplate": "%{x} numbers: %{y:,.0f} restarts<extra>measured</extra>",
        },
    ]  # fmt: skip
    shown = (1, 2, 5, MOST)
    plot = new_plot(
        data,
        palette,
        height=340,
        margin={"l": 76},
        annotations=[
            {
                "text": number(exact[d - 1]),
                "x": d, "y": math.log10(exact[d - 1]), "xanchor": "left" if d == 1 else "right",
                "yanchor": "top" if d == 1 else "bottom", "xshift": 8 if d == 1 else -6,
                "font": {"color": palette.text}, "showarrow": False,
            }
            for d in shown
        ],
        xaxis={
            "title": {"text": "numbers to find · ◇ measured"},
            "range": [0.5, MOST + 0.5], "tickvals": dims.tolist(),
        },
        yaxis=scale.axis(f"restarts for {percent(CERTAINTY)}"),
    )  # fmt: skip
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
