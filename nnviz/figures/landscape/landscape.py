"""The ground that training walks on, as a map: shades, contour lines, and the runs' paths."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape, Path
from nnviz.analysis.landscape.sentences import outside, where
from nnviz.analysis.words import count, number
from nnviz.figures.landscape.heights import Heights
from nnviz.figures.style import draw
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
    square = {"showgrid": False, "nticks": 7, "constrain": "domain"}
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"l": 60, "r": 12},
        xaxis=draw.axis(landscape.axes[0], [landscape.x[0], landscape.x[-1]], **square),
        yaxis=draw.axis(
            landscape.axes[1], [landscape.y[0], landscape.y[-1]], scaleanchor="x", constraintoward="top", **square
        ),
    )
    title = finding or where(landscape)
    alt = (
        f"Map of the loss over a plane of weights, {landscape.axes[0]} across and {landscape.axes[1]} up, with "
        "contour lines "
        f"and the paths of {count(len(landscape.paths), 'run')}. {title}{'' if finding else ' ' + outside(landscape)}"
    )
    return Figure("ground", title, alt, plot, landscape_table(landscape))


def _surface(landscape: LossLandscape, heights: Heights, palette: Palette) -> dict[str, Any]:
    return {
        "type": "contour",
        "name": "ground",
        **_grid(landscape, heights.drawn(landscape.loss)),
        "zmin": heights.low,
        "zmax": heights.high,
        "customdata": compact(landscape.loss)[..., None],
        "colorscale": palette.sequential,
        "showscale": False,
        "contours": {"coloring": "heatmap", "showlines": False},
        "line": {"width": 0},
        "hovertemplate": "%{x:.3~g}, %{y:.3~g}<br>loss %{customdata[0]:.3~g}<extra></extra>",
    }


def _contour(landscape: LossLandscape, level: float, palette: Palette, guess: bool = False) -> dict[str, Any]:
    """One contour line with its loss; Plotly's own levels are evenly spaced, which a logarithm's are not."""
    words = {"showlabels": True, "labelformat": ".3~r", "labelfont": {"size": 14, "color": palette.text}}
    color, width, dash = (palette.text, 2, "dash") if guess else (palette.muted, 1, "solid")
    return {
        "type": "contour",
        "name": f"loss {number(level)}",
        **_grid(landscape, np.minimum(landscape.loss, 1e6)),
        "hoverinfo": "skip",
        "showscale": False,
        "autocontour": False,
        "contours": {"coloring": "none", "start": level, "end": level, "size": 1, **words},
        "line": {"color": color, "width": width, "dash": dash},
    }


def _grid(landscape: LossLandscape, z: np.ndarray) -> dict[str, Any]:
    return {"x": compact(landscape.x), "y": compact(landscape.y), "z": compact(z)}


def path_hover(run: int) -> str:
    """What pointing at a run's path shows, of its epoch, its loss and the ground's."""
    return (
        f"run {run}, epoch %{{customdata[0]:.3~g}}<br>its loss %{{customdata[1]:.3~g}}"
        "<br>the ground under it %{customdata[2]:.3~g}"
    )


def _path(path: Path, amount: int, palette: Palette) -> list[dict[str, Any]]:
    run, color, (x, y) = path.run + 1, palette.units[path.run % len(palette.units)], compact(path.points).T
    name = str(run) if amount > 1 else "end"
    shape = SHAPES[path.run % len(SHAPES)]
    told = compact(np.stack([path.epochs, compact(path.loss), compact(path.plane_loss)], axis=-1))
    halo = {"color": palette.text, "size": 18, "shadow": f"0 0 4px {palette.background}"}
    text: dict[str, Any] = {"mode": "markers+text", "text": [f"<b>{name}</b>"], "textposition": "top center"}
    text |= {"textfont": halo, "cliponaxis": False}
    dash = DASHES[path.run % len(DASHES)]
    return [
        draw.line(x, y, f"path {run}", color, 3, dash, path_hover(run), customdata=told),
        draw.dots(x[:1], y[:1], f"start {run}", palette.background, 11, shape, (3, color)),
        draw.dots(x[-1:], y[-1:], f"end {run}", color, 14, shape, (2, palette.background), **text),
    ]


def landscape_table(landscape: LossLandscape) -> dict[str, np.ndarray]:
    """The grid's points with their loss."""
    across, up = np.meshgrid(landscape.x, landscape.y)
    return {"first_direction": across.ravel(), "second_direction": up.ravel(), "loss": landscape.loss.ravel()}
