"""How high the walkers of several methods stand, look by look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot
from nnviz.search.walk import Walk

DASHES = ("dot", "dash", "solid", "dashdot")
DIGITS = 6  # after the point


def plot_walk_heights(walks: Mapping[str, Walk], palette: Palette) -> Figure:
    """The median height of each method's walkers over time; every other one stands higher.

    Args:
        walks: by name, on one landscape, recorded at the same moments.
        palette: the theme's colours.
    """
    middle = {name: medians(walk) for name, walk in walks.items()}
    scale = fit_scale(list(middle.values()), log=False)
    first = next(iter(walks.values()))
    looks, said = compact(first.looks), ": %{y:.3~g} after %{x:,} looks"
    data = [
        draw.line(looks, compact(median), name, palette.text, 3, dash, name + said)
        for (name, median), dash in zip(middle.items(), DASHES, strict=False)
    ]
    plot = new_plot(
        data,
        palette,
        height=300,
        margin={"r": 110},
        annotations=end_labels(scale, [(name, palette.text, float(line[-1])) for name, line in middle.items()]),
        xaxis=draw.axis("looks spent", [0, int(first.looks[-1])], nticks=5),
        yaxis=scale.axis("median height"),
    )
    ends = {name: float(line[-1]) for name, line in middle.items()}
    best = min(ends, key=lambda name: ends[name])
    others = ", ".join(f"{number(end)} with {name}" for name, end in ends.items() if name != best)
    title = f"Half of the walkers end at {number(ends[best])} or lower with {best}; {others}."
    alt = f"Median height of {first.plan.runs:,} walkers a method over {first.plan.looks:,} looks. {title}"
    table = {"looks": first.looks} | {name.replace(" ", "_"): line for name, line in middle.items()}
    return Figure("walk heights", title, alt, plot, table)


def medians(walk: Walk) -> np.ndarray:
    """The median height at each moment, `[M]`, without what rounding adds to nothing."""
    middle: np.ndarray = np.round(np.median(walk.heights, axis=0), DIGITS) + 0.0
    return middle
