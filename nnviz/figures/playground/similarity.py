"""How alike the hidden units look at their inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.analysis.playground.units import unit_similarity as similarity_of
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides, when
from nnviz.figures.style.template import Palette, new_plot, note

MOST_UNITS = 64
EQUAL = 1 - 1e-9


def plot_similarity(traces: Sequence[Trace], palette: Palette, layer: int = 0) -> list[Figure]:
    """One figure a side: the cosine between the incoming weights of each two units at the end.

    Args:
        traces: A, or A and B, each as far as the moment to show.
        palette: the theme's colours.
        layer: which hidden layer, from 0; a side that has fewer shows nothing.
    """
    return [_draw(side, palette, layer) for side in traced_sides(traces, palette)]


def _draw(side: Side, palette: Palette, layer: int) -> Figure:
    hidden = side.trace.experiment.hidden
    cosines = similarity_of(side.trace, layer) if layer < len(hidden) else np.zeros((0, 0))
    finite = np.isfinite(cosines).all()
    shown = compact(cosines[:MOST_UNITS, :MOST_UNITS])
    numbers = np.arange(1, len(shown) + 1, dtype=np.int16)
    bar = {"tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"]}
    gap, said = 1 if len(shown) <= 32 else 0, "units %{x} and %{y}: %{z:.3f}"
    data = [draw.heat(shown, palette.diverging, (-1, 1), gap, bar, said, x=numbers, y=numbers)]
    drawable = bool(len(shown)) and bool(finite)
    missing = "The numbers overflowed." if len(shown) else "no hidden units"
    axis = draw.axis("unit", nticks=9, tickformat="d", showgrid=False)
    plot = new_plot(
        data if drawable else [],
        palette,
        annotations=[] if drawable else [note(missing)],
        xaxis=axis | {"visible": drawable},
        yaxis=axis | {"visible": drawable, "autorange": "reversed"},
    )
    title = f"{' '.join(filter(None, (side.name, when(side.trace))))}: {_finding(cosines)}"
    alt = f"Matrix of the cosines between the units' incoming weights. {title}"
    units = np.arange(1, len(cosines) + 1)
    table = {"unit": np.repeat(units, len(units)), "other": np.tile(units, len(units)), "cosine": cosines.ravel()}
    return Figure(f"similarity {side.letter}".strip(), title, alt, plot, table)


def _finding(cosines: np.ndarray) -> str:
    units = len(cosines)
    if units == 0:
        return "no such hidden layer."
    if not np.isfinite(cosines).all():
        return "diverged, no directions left."
    if units == 1:
        return "one unit, nothing to compare."
    pairs = cosines[np.triu_indices(units, 1)]
    part = f" ({MOST_UNITS} of {units} drawn)" if units > MOST_UNITS else ""
    if pairs.min() >= EQUAL:
        return f"all 1, every unit looks the same way{part}."
    return f"units look different ways, cosines from {_cosine(pairs.min())} to {_cosine(pairs.max())}{part}."


def _cosine(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
