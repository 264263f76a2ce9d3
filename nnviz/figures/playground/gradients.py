"""The size of the gradient, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.words import number
from nnviz.core.trace import Trace
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, end_labels, epochs_axis, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides, when
from nnviz.figures.style.template import Palette, new_plot


def gradients(traces: Sequence[Trace], palette: Palette, moments: Sequence[int] | None = None) -> list[Figure]:
    """One figure a side, with the same ranges: the norm of the loss's gradient for each layer's kernel, over time.

    Args:
        traces: A, or A and B.
        palette: the theme's colours.
        moments: for each trace the snapshot that is marked; None: none is.
    """
    both = traced_sides(traces, palette)
    scale = fit_scale([trace.gradient_norms[0] for trace in traces], log=True)
    time = epochs_axis([trace.epochs for trace in traces])
    moments = moments or [len(trace.steps) - 1 for trace in traces]
    return [_draw(side, moment, scale, time, palette) for side, moment in zip(both, moments, strict=True)]


def _draw(side: Side, moment: int, scale: Scale, time: dict[str, Any], palette: Palette) -> Figure:
    norms = side.trace.gradient_norms[0]
    layers = norms.shape[1]
    epochs = compact(side.trace.epochs)
    names = [_layer_name(layer, layers) for layer in range(layers)]
    deepest = max(1, layers - 1)
    data = [
        draw.line(
            epochs,
            scale.place(values),
            name,
            side.color,
            4 - 2.5 * layer / deepest,  # deeper ones are thinner and fainter
            side.dash,
            f"{name}: %{{customdata:.3~g}}<br>epoch %{{x:.3~g}}",
            customdata=values,
            opacity=1 - 0.4 * layer / deepest,
        )
        for layer, (values, name) in enumerate(zip(norms.T, names, strict=True))
    ]
    if moment < len(norms) - 1:
        data.append(draw.dots(np.full(layers, epochs[moment]), scale.place(norms[moment]), "", palette.text, 10))
    labelled = range(layers) if layers <= 4 else (0, layers // 2, layers - 1)
    plot = new_plot(
        data,
        palette,
        margin={"r": 86},
        annotations=end_labels(scale, [(names[i], side.color, last_finite(norms[:, i])) for i in labelled]),
        xaxis=time,
        yaxis=scale.axis("gradient's size"),
    )
    title = f"{side.name}: {_finding(norms)}{_now(side.trace, moment)}"
    alt = f"Size of the gradient of each layer over epochs, on a logarithmic axis. {title}"
    table = {"epoch": side.trace.epochs} | {f"gradient of {name}": norms[:, i] for i, name in enumerate(names)}
    return Figure(f"gradients {side.letter}".strip(), title, alt, plot, table)


def _layer_name(layer: int, layers: int) -> str:
    if layer == layers - 1:
        return "output"
    return "hidden" if layers == 2 else f"hidden {layer + 1}"


def _now(trace: Trace, moment: int) -> str:
    words = when(trace.until(moment)).capitalize()
    return f" {words}: {number(float(trace.gradient_norms[0, moment, 0]))}." if words else ""


def _finding(norms: np.ndarray) -> str:
    first, last = norms[:, 0], last_finite(norms[:, 0])
    layer = "output layer" if norms.shape[1] == 1 else "first hidden layer" if norms.shape[1] > 2 else "hidden layer"
    if not np.isfinite(first).any():
        return "no gradient that a number can hold."
    if (first[np.isfinite(first)] == 0).all():
        return f"the {layer}'s gradient is exactly 0 throughout."
    return f"the {layer}'s gradient goes from {number(float(first[0]))} to {number(last)}."
