"""When equal units part through rounding alone, by their number and the precision."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.symmetry.rounding import Rounding, RoundingFate
from nnviz.analysis.words import count
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

NEVER = 1.12  # of the most steps: where what did not happen is drawn
MARKS = {"float64": "circle", "float32": "diamond-open"}


def plot_rounding(rounding: Rounding, palette: Palette) -> Figure:
    """When equal units had parted through rounding alone, by their number and the precision."""
    data = []
    never = NEVER * rounding.steps
    for i, dtype in enumerate(dict.fromkeys(fate.dtype for fate in rounding.blas)):
        fates = [fate for fate in rounding.blas if fate.dtype == dtype]
        color = palette.units[i]
        x = [fate.units + 0.22 * (2 * i - 1) for fate in fates]
        y = [fate.parted if fate.parted >= 0 else never for fate in fates]
        texts = [_fate(fate, rounding.steps) for fate in fates]
        data.append(draw.dots(x, y, dtype, color, 12, MARKS[dtype], (2, color), text=texts, hover="%{text}"))
    widths = sorted({fate.units for fate in rounding.blas})
    ticks = [round(rounding.steps * share) for share in (0, 0.25, 0.5, 0.75, 1)]
    places, names = [*ticks, never], [*(f"{tick:,}" for tick in ticks), "not"]
    plot = new_plot(
        data,
        palette,
        height=360,
        margin={"l": 84, "r": 24, "t": 40},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis=draw.axis("equal units at the start", [widths[0] - 0.6, widths[-1] + 0.6], tickvals=widths),
        yaxis=draw.axis("steps until they have parted", [0, 1.2 * rounding.steps], tickvals=places, ticktext=names),
    )
    title = " ".join(_rounding_findings(rounding))
    alt = f"Steps until equal units had parted through rounding alone, by their number and the precision. {title}"
    both = [("fast", fate) for fate in rounding.blas] + [("exact", fate) for fate in rounding.exact]
    table = {
        "product": np.array([product for product, _ in both]),
        "precision": np.array([fate.dtype for _, fate in both]),
        "units": np.array([fate.units for _, fate in both]),
        "first_differ_at_step": np.array([fate.differ for _, fate in both]),
        "parted_at_step": np.array([fate.parted for _, fate in both]),
    }
    return Figure("rounding", title, alt, plot, table)


def _fate(fate: RoundingFate, steps: int) -> str:
    if fate.differ < 0:
        return f"{fate.units} units, {fate.dtype}: equal to the bit for {count(steps, 'step')}"
    parted = f"parted after {count(fate.parted, 'step')}" if fate.parted >= 0 else f"not parted in {steps:,}"
    return f"{fate.units} units, {fate.dtype}: differ from step {fate.differ:,}, {parted}"


def _rounding_findings(rounding: Rounding) -> list[str]:
    """A sentence for each precision, and one for the exact sums."""
    sentences = []
    for dtype in dict.fromkeys(fate.dtype for fate in rounding.blas):
        fates = [fate for fate in rounding.blas if fate.dtype == dtype]
        gone = [fate for fate in fates if fate.parted >= 0]
        if gone:
            first = ", ".join(f"{fate.units} at step {fate.parted:,}" for fate in gone[:2])
            more = f" (units: {first}{', …' if len(gone) > 2 else ''})"
            sentences.append(
                f"In {dtype} this machine's BLAS parted equal units at {len(gone)} of {len(fates)} widths{more}."
            )
        else:
            sentences.append(
                f"In {dtype} this machine's BLAS parted no equal units within {count(rounding.steps, 'step')}."
            )
    kept = sum(fate.differ < 0 for fate in rounding.exact)
    every = "all" if kept == len(rounding.exact) else f"{kept} of {len(rounding.exact)}"
    return [*sentences, f"Exact sums kept {every} equal to the bit."]
