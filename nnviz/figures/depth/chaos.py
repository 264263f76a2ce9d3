"""The edge of chaos: the plane of weight and bias variance, and where a start stands on it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.depth.meanfield import MeanFieldPoint, chi, critical_line, depth_scale, fixed_point
from nnviz.analysis.words import number
from nnviz.core.activations import Activation
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

Array = np.ndarray

COLUMNS, ROWS = 61, 31
LEAST_SHOWN = 1e-3  # weight variances below it are drawn at it
BIASES = 0.5  # how far up the plane goes at least
ROOM = 5.0  # times left and right of what is marked
DEEPEST = 100.0  # layers; the shades end there
EDGE = 0.02  # so close to 1 is the edge
DEPTHS = (1, 3, 10, 30, 100)


def plot_chaos(place: MeanFieldPoint | None, activation: Activation, palette: Palette) -> Figure:
    """The map of how deep gradients reach, with the critical line and a mark where the start stands.

    Args:
        place: where the start stands; None where its weights or biases have a mean other than 0, or no distribution.
        activation: of the network.
        palette: the theme's colours.
    """
    top = max(BIASES, 1.5 * place.bias_variance if place else 0.0)
    line = critical_line(activation, top)
    here = max(place.weight_variance, LEAST_SHOWN) if place else None
    marked = [float(value) for value in (line[0].min(initial=1.0), line[0].max(initial=1.0), here or 1.0)]
    across = Scale(True, min(marked) / ROOM, max(marked) * ROOM, math.nan)
    weights = np.geomspace(across.low, across.high, COLUMNS)
    biases = np.linspace(0, top, ROWS)
    plane = np.meshgrid(weights, biases)
    factors = chi(activation, plane[0], fixed_point(activation, *plane))
    reach = np.minimum(depth_scale(factors), DEEPEST)
    names = [*map(str, DEPTHS[:-1]), f"{DEPTHS[-1]}+"]
    bar: dict[str, Any] = {"tickvals": [math.log10(depth) for depth in DEPTHS], "ticktext": names}
    bar |= {"title": {"text": "layers", "side": "top"}}
    reached = "weights %{x:.3~g}, biases %{y:.3~g}<br>gradient's variance × %{customdata[0]:.3~g} a layer"
    data: list[dict[str, Any]] = [
        draw.heat(
            compact(np.log10(reach)),
            palette.sequential,
            (0, math.log10(DEEPEST)),
            bar=bar,
            x=compact(weights),
            y=compact(biases),
            zsmooth=False,
            customdata=np.stack([compact(factors), compact(reach)], axis=-1),
            hover=f"{reached}<br>e-fold in %{{customdata[1]:.3~g}} layers",
        ),
        draw.line(compact(line[0]), compact(line[1]), "edge of chaos", palette.text),
    ]
    notes = [
        note("gradients<br>fade", x=0.03, y=0.97, xanchor="left", yanchor="top", align="left"),
        note("gradients<br>explode", x=0.97, y=0.97, xanchor="right", yanchor="top", align="right"),
    ]
    if line[0].size:
        above = {"xref": "x", "x": math.log10(line[0][-1]), "y": 1.0, "yanchor": "bottom"}
        notes.append(note("edge of chaos", font={"color": palette.text}, **above))
    if here is not None and place is not None:
        there, edge = place.bias_variance, (2, palette.background)
        hover = f"you are here<br>{number(place.weight_variance)} and {number(there)}"
        data.append(draw.dots([here], [there], "you are here", palette.a, 18, "", edge, cliponaxis=False, hover=hover))
        near = bool(line[0].size) and max(here / line[0][0], line[0][0] / here) < ROOM
        anchor = "center" if not near else "right" if place.chi < 1 - EDGE else "left"  # away from the line
        shift = {"right": 10, "left": -10, "center": 0}[anchor]
        ink, at = {"color": palette.text}, {"xref": "x", "yref": "y", "x": math.log10(here), "y": there}
        notes.append(note("<b>you are here</b>", xanchor=anchor, xshift=shift, yshift=20, font=ink, **at))
    title = _finding(place)
    plot = new_plot(
        data,
        palette,
        height=380,
        margin={"t": 40},
        annotations=notes,
        xaxis=across.axis("weight variance × fan in") | {"showgrid": False},
        yaxis=draw.axis("bias variance", [-0.03 * top, top], nticks=6, showgrid=False),
    )
    alt = (
        "Map of weight variance against bias variance, shaded by the layers in which a gradient's variance changes "
        f"e-fold, with the line called the edge of chaos. {title}"
    )
    table = {
        "weight_variance": plane[0].ravel(),
        "bias_variance": plane[1].ravel(),
        "gradient_factor": factors.ravel(),
        "depth_scale": depth_scale(factors).ravel(),
    }
    return Figure("chaos", title, alt, plot, table)


def _finding(place: MeanFieldPoint | None) -> str:
    if place is None:
        return "This start has no place on the map: its weights are not draws of mean 0."
    if abs(place.chi - 1) < EDGE:
        return f"You are on the edge of chaos: a gradient's variance is multiplied by {number(place.chi)} a layer."
    if place.chi == 0:
        return "You are at the far left: no gradient gets through a layer."
    side = "Below the edge: gradients fade" if place.chi < 1 else "Beyond the edge: gradients explode"
    return f"{side}, e-fold in {number(place.gradient_depth)} layers (their variance × {number(place.chi)} a layer)."
