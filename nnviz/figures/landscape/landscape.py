"""The ground that training walks on, as a map: shades, contour lines, and the runs' paths."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape, Path
from nnviz.analysis.landscape.sentences import outside, where
from nnviz.analysis.words import count, number
from nnviz.figures.landscape.heights import Heights
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

HEIGHT = 440
DASHES = ("solid", "dash", "dot")
SHAPES = ("circle", "square", "diamond")


def plot_landscape(landscape: LossLandscape, palette: Palette, log: bool = True, finding: str = "") -> Figure:
    """The map: dark is high. Paths go from a hollow mark to a filled one with the run's number.

    The dashed contour line is the guess's loss.

    Args:
        landscape: the landscape.
        palette: the theme's colours.
        log: whether shades and contour lines go by the loss's logarithm.
        finding: what the map is to show, where that is another than `where` says.
    """
    heights = Heights(landscape, log)
    data = [_surface(landscape, heights, palette)]
    data += [_contour(landscape, level, palette) for level in heights.levels(most=6)]
    data.append(_contour(landscape, landscape.guess, palette, guess=True))
    data += [trace for path in landscape.paths for trace in _path(path, len(landscape.paths), palette)]
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"l": 60, "r": 12},
        xaxis={
            "title": {"text": landscape.axes[0]}, "range": [landscape.x[0], landscape.x[-1]],
            "showgrid": False, "nticks": 7,
            "constrain": "domain",
        },
        yaxis={
            "title": {"text": landscape.axes[1]}, "range": [landscape.y[0], landscape.y[-1]],
            "showgrid": False, "nticks": 7,
            "scaleanchor": "x", "constrain": "domain", "constraintoward": "top",
        },
    )  # fmt: skip
    title = finding or where(landscape)
    alt = (
        f"Map of the loss over a plane of weights, {landscape.axes[0]} across and {landscape.axes[1]} up, with "
        "contour lines "
        f"and the paths of {count(len(landscape.paths), 'run')}. {title}{'' if finding else ' ' + outside(landscape)}"
    )
    return Figure("ground", title, alt, plot, landscape_table(landscape))


def _surface(landscape: LossLandscape, heights: Heights, palette: Palette) -> dict[str, Any]:
    return {
        "type": "contour", "name": "ground", "x": compact(landscape.x), "y": compact(landscape.y),
        "z": compact(heights.drawn(landscape.loss)), "zmin": heights.low, "zmax": heights.high,
        "customdata": compact(landscape.loss)[..., None], "colorscale": palette.sequential, "showscale": False,
        "contours": {"coloring": "heatmap", "showlines": False}, "line": {"width": 0},
        "hovertemplate": "%{x:.3~g}, %{y:.3~g}<br>loss %{customdata[0]:.3~g}<extra></extra>",
    }  # fmt: skip


def _contour(landscape: LossLandscape, level: float, palette: Palette, guess: bool = False) -> dict[str, Any]:
    """One contour line with its loss; Plotly's own levels are evenly spaced, which a logarithm's are not."""
    return {
        "type": "contour", "name": f"loss {number(level)}", "x": compact(landscape.x), "y": compact(landscape.y),
        "z": compact(np.minimum(landscape.loss, 1e6)), "hoverinfo": "skip", "showscale": False, "autocontour": False,
        "contours": {
            "coloring": "none", "start": level, "end": level, "size": 1, "showlabels": True,
            "labelformat": ".3~r", "labelfont": {"size": 14, "color": palette.text},
        },
        "line": {
            "color": palette.text if guess else palette.muted, "width": 2 if guess else 1,
            "dash": "dash" if guess else "solid",
        },
    }  # fmt: skip


def _path(path: Path, amount: int, palette: Palette) -> list[dict[str, Any]]:
    color, points = palette.units[path.run % len(palette.units)], compact(path.points)
    name = str(path.run + 1) if amount > 1 else "end"
    shape = SHAPES[path.run % len(SHAPES)]
    hover = np.stack([path.epochs, compact(path.loss), compact(path.plane_loss)], axis=-1)
    return [
        {
            "type": "scatter", "mode": "lines", "name": f"path {path.run + 1}", "x": points[:, 0], "y": points[:, 1],
            "line": {"color": color, "width": 3, "dash": DASHES[path.run % len(DASHES)]},
            "customdata": compact(hover),
            "hovertemplate": f"run {path.run + 1}, epoch %{{customdata[0]:.3~g}}<br>its loss %{{customdata[1]:.3~g}}"
            "<br>the ground under it %{customdata[2]:.3~g}<extra></extra>",
        },
        {
            "type": "scatter", "mode": "markers", "name": f"start {path.run + 1}", "x": points[:1, 0],
            "y": points[:1, 1], "hoverinfo": "skip",
            "marker": {
                "color": palette.background, "size": 11, "symbol": shape, "line": {"color": color, "width": 3},
            },
        },
        {
            "type": "scatter", "mode": "markers+text", "name": f"end {path.run + 1}", "x": points[-1:, 0],
            "y": points[-1:, 1], "text": [f"<b>{name}</b>"], "textposition": "top center", "cliponaxis": False,
            "textfont": {"color": palette.text, "size": 18, "shadow": f"0 0 4px {palette.background}"},
            "hoverinfo": "skip",
            "marker": {
                "color": color, "size": 14, "symbol": shape, "line": {"color": palette.background, "width": 2},
            },
        },
    ]  # fmt: skip


def landscape_table(landscape: LossLandscape) -> dict[str, np.ndarray]:
    """The grid's points with their loss."""
    across, up = np.meshgrid(landscape.x, landscape.y)
    return {"first_direction": across.ravel(), "second_direction": up.ravel(), "loss": landscape.loss.ravel()}
