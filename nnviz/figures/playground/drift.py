"""Hidden units drifting apart, or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.playground.units import Drift
from nnviz.analysis.playground.units import drift as drift_of
from nnviz.analysis.words import count
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, end_labels, epochs_axis, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import Palette, new_plot, note


def plot_drift(traces: Sequence[Trace], palette: Palette, layer: int = 0) -> Figure:
    """Distances between the units of a hidden layer over time: a band from smallest to largest, the median in it.

    Args:
        traces: A, or A and B.
        palette: the theme's colours.
        layer: which hidden layer, from 0; a side that has fewer shows nothing.
    """
    both = [side for side in traced_sides(traces, palette) if layer < len(side.trace.experiment.hidden)]
    drifts = [drift_of(side.trace, layer) for side in both]
    spans = [span for d in drifts for span in (d.smallest, d.median, d.largest)]
    scale = fit_scale(spans, log=True)
    annotations = end_labels(
        scale, [(side.letter, side.color, last_finite(d.median)) for side, d in zip(both, drifts, strict=True)]
    )
    if not any(np.isfinite(span).any() for span in spans):
        annotations.append(note("No two units to compare."))
    plot = new_plot(
        [line for side, d in zip(both, drifts, strict=True) for line in _band(side, d, scale)],
        palette,
        margin={"l": 84, "r": 32},
        annotations=annotations,
        xaxis=epochs_axis([trace.epochs for trace in traces]),
        yaxis=scale.axis("distance between units", zero="0: equal"),
    )
    title = " ".join(_finding(side, d) for side, d in zip(both, drifts, strict=True)) or "No hidden units."
    alt = f"Distances between hidden units over epochs, on a logarithmic axis. {title}"
    return Figure("distances", title, alt, plot, _table(both, drifts))


def _band(side: Side, d: Drift, scale: Scale) -> list[dict[str, Any]]:
    if d.units < 2:
        return []
    epochs = compact(d.epochs)
    low, middle, high = (scale.place(span) for span in (d.smallest, d.median, d.largest))
    said = (
        f"{side.letter}, epoch %{{x:.3~g}}<br>closest %{{customdata[0]:.3~g}}<br>"
        "median %{customdata[1]:.3~g}<br>furthest %{customdata[2]:.3~g}"
    )
    spans = np.stack([d.smallest, d.median, d.largest], axis=1)
    return [
        draw.area(epochs, low, high, f"{side.letter} band", side.color, 0.22),
        draw.line(epochs, middle, f"{side.letter} median", side.color, 3.5, side.dash, said, customdata=spans),
    ]


def _finding(side: Side, d: Drift) -> str:
    last = int(d.functions[-1])
    if not d.effective[-1]:
        return f"{side.name} diverged: {count(d.units, 'unit')}, no distances left."
    return f"{side.name}: {count(d.units, 'unit')} act{'s' if d.units == 1 else ''} as {last or 'none'}."


def _table(both: Sequence[Side], drifts: Sequence[Drift]) -> dict[str, np.ndarray]:
    columns = ("epochs", "smallest", "median", "largest", "effective", "functions")
    letters = np.repeat([side.letter for side in both], [len(d.epochs) for d in drifts])
    return {"side": letters} | {
        name.removesuffix("s") if name == "epochs" else name: np.concatenate([getattr(d, name) for d in drifts])
        if drifts
        else np.zeros(0)
        for name in columns
    }
