"""Plain layers against residual blocks: the loss by depth, and a signal and an error by layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.depth.blocks import DepthComparison
from nnviz.analysis.words import number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import end_labels, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

Array = np.ndarray

NAMES = ("plain", "blocks")
DASHES = ("solid", "dash")


def plot_depths(measured: DepthComparison, palette: Palette) -> Figure:
    """The last training loss against the number of hidden layers: the median over seeds, and their range."""
    depths, losses = measured.depths, measured.losses
    plain, blocks = (number(float(np.median(kind[-1]))) for kind in losses)
    title = f"With {depths[-1]} layers, plain ones end at loss {plain}, residual blocks at {blocks}."
    ends = [float(np.log10(depths[0])), float(np.log10(depths[-1]))]
    axis = draw.log_axis("hidden layers", ends, depths, [str(depth) for depth in depths])
    return _figure("depths", title, losses, depths, axis, "last training loss, nats", palette)


def plot_blocks(measured: DepthComparison, palette: Palette, errors: bool) -> Figure:
    """What passes through the deepest net at its start, layer by layer.

    Args:
        measured: of both kinds.
        palette: the theme's colours.
        errors: the error that arrives from above; else the signal from below.
    """
    what, values = ("error", measured.errors) if errors else ("signal", measured.signals)
    ratios = [kind[0] / kind[-1] if errors else kind[-1] / kind[0] for kind in values]
    plain, blocks = (number(float(np.median(ratio))) for ratio in ratios)
    title = f"At its end the {what} is {plain} times as large in plain layers, {blocks} times in blocks."
    layers = np.arange(1, values.shape[1] + 1)
    axis = draw.axis("layer", [1, len(layers)])
    return _figure(f"blocks {what}", title, values, layers, axis, f"{what}, root mean square", palette)


def _figure(name: str, title: str, values: Array, x: Array, axis: dict[str, Any], up: str, palette: Palette) -> Figure:
    """Both kinds' values `[K, n, S]` over x: the median, and the range."""
    scale, across = fit_scale([values], log=True), axis["title"]["text"]
    low, middle, high = np.nanquantile(values, (0, 0.5, 1), axis=2)
    data, labels = [], []
    for i, (kind, color, dash) in enumerate(zip(NAMES, (palette.a, palette.b), DASHES, strict=True)):
        said = f"{kind}<br>{across} %{{x}}: %{{customdata:.3~g}}"
        data.append(draw.area(x, scale.place(low[i]), scale.place(high[i]), f"{kind}, range", color, 0.2))
        data.append(draw.line(x, scale.place(middle[i]), kind, color, 3, dash, said, customdata=middle[i]))
        labels.append((kind, color, float(middle[i, -1])))
    plot = new_plot(
        data,
        palette,
        height=360,
        margin={"l": 72, "r": 76},
        xaxis=axis,
        yaxis=scale.axis(up),
        annotations=end_labels(scale, labels),
    )
    table = {across.replace(" ", "_"): x}
    for kind, *lines in zip(NAMES, low, middle, high, strict=True):
        table |= {f"{kind}_{what}": line for what, line in zip(("low", "median", "high"), lines, strict=True)}
    return Figure(name, title, f"Two lines by {across}, with the range of the seeds. {title}", plot, table)
