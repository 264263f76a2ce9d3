"""Shares of groups by how many tries each group has: counted, and as the formula has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.restarts.best_of import BestOf
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot


def plot_group_shares(
    shares: BestOf, title: str, formula: str, what: str, palette: Palette, ringed: int = 0, level: float = 0.0
) -> Figure:
    """Dots with their intervals for what was counted, a line for the formula.

    Args:
        shares: the shares.
        title: the finding.
        formula: what the line is called.
        what: what the share is of, for the axis and the hover.
        palette: the theme's colours.
        ringed: a number of tries to mark; 0 for none.
        level: a share to mark by a line across; 0 for none.
    """
    share, low, high = (np.array([getattr(one, end) for one in shares.counted]) for end in ("share", "low", "high"))
    groups = np.array([one.runs for one in shares.counted])
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "lines", "name": formula, "x": shares.attempts, "y": shares.formula,
            "line": {"color": palette.muted, "width": 2.5, "dash": "dash"},
            "hovertemplate": f"{formula}, %{{x}} tries: %{{y:.1%}}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "markers", "name": "counted", "x": shares.attempts, "y": share,
            "customdata": groups, "marker": {"size": 11, "color": palette.text},
            "error_y": {
                "type": "data", "symmetric": False, "array": high - share, "arrayminus": share - low,
                "color": palette.text, "thickness": 1.5, "width": 5,
            },
            "hovertemplate": "%{x} tries: %{y:.1%} of %{customdata} groups<extra></extra>",
        },
    ]  # fmt: skip
    if ringed:
        data.append(_ring(ringed, shares.at(ringed)[0].share, palette))
    first, last = int(shares.attempts[0]), int(shares.attempts[-1])
    shapes = [] if not level else [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level,
         "line": {"color": palette.muted, "width": 1.5, "dash": "dot"}}
    ]  # fmt: skip
    plot = new_plot(
        data,
        palette,
        height=340,
        shapes=shapes,
        annotations=[
            {"text": f"dashed: {formula}", "x": 1, "xref": "paper", "xanchor": "right", "y": 0.02, "yref": "paper",
             "yanchor": "bottom", "font": {"color": palette.muted}}
        ],
        xaxis={
            "title": {"text": "tries"}, "range": [first - 0.5, last + 0.5],
            "tickvals": [int(k) for k in shares.attempts] if len(shares.attempts) <= 12 else None,
        },
        yaxis={"title": {"text": what}, "range": [min(0.0, float(low.min())), 1.04], "tickformat": ".0%", "nticks": 6},
    )  # fmt: skip
    alt = f"{what.capitalize()} by the number of tries: dots as counted with 95 % intervals, a line by formula. {title}"
    table = {
        "tries": shares.attempts,
        "groups": groups,
        "share": share,
        "low": low,
        "high": high,
        "formula": shares.formula,
    }
    return Figure("tries", title, alt, plot, table)


def _ring(x: int, y: float, palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": "marked", "hoverinfo": "skip", "x": [x], "y": [y],
        "marker": {"symbol": "circle-open", "size": 24, "color": palette.text, "line": {"width": 2.5}},
    }  # fmt: skip
