"""Shares of groups by how many tries each group has: counted, and as the formula has it."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.restarts.best_of import BestOf
from nnviz.figures.style import draw
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
    counts, groups = shares.attempts, np.array([one.runs for one in shares.counted])
    said = f"{formula}, %{{x}} tries: %{{y:.1%}}"
    arms, text = draw.arms(share, low, high, palette.text, 1.5), "%{x} tries: %{y:.1%} of %{customdata} groups"
    data = [
        draw.line(counts, shares.formula, formula, palette.muted, 2.5, "dash", said),
        draw.dots(counts, share, "counted", palette.text, 11, hover=text, customdata=groups, error_y=arms),
    ]
    if ringed:
        data.append(draw.ring(ringed, shares.at(ringed)[0].share, "marked", palette.text, 24))
    first, last = int(counts[0]), int(counts[-1])
    ticks = counts.tolist() if len(counts) <= 12 else None
    shapes = [draw.across(level, palette.muted)] if level else []
    plot = new_plot(
        data,
        palette,
        height=340,
        shapes=shapes,
        annotations=[
            draw.label(f"dashed: {formula}", 1, 0.02, palette.muted, "right bottom", xref="paper", yref="paper")
        ],
        xaxis=draw.axis("tries", [first - 0.5, last + 0.5], tickvals=ticks),
        yaxis=draw.axis(what, [min(0.0, float(low.min())), 1.04], tickformat=".0%", nticks=6),
    )
    alt = f"{what.capitalize()} by the number of tries: dots as counted with 95 % intervals, a line by formula. {title}"
    table = {
        "tries": counts,
        "groups": groups,
        "share": share,
        "low": low,
        "high": high,
        "formula": shares.formula,
    }
    return Figure("tries", title, alt, plot, table)
