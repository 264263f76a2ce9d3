"""The ground that training walks on, in three dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape, Path
from nnviz.analysis.landscape.sentences import outside, where
from nnviz.analysis.words import count
from nnviz.figures.landscape.heights import Heights
from nnviz.figures.landscape.landscape import DASHES, SHAPES, landscape_table, path_hover
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import FONT_SIZE, Palette, new_plot

HEIGHT = 440
ABOVE = 0.01  # of the heights' range, by which marks lie above the ground so that it does not swallow them
EYE = (1.4, -1.5, 1.15)
PIN = 8  # times that, by which pins are higher than the ground


def plot_relief(
    landscape: LossLandscape,
    palette: Palette,
    log: bool = True,
    finding: str = "",
    eye: tuple[float, float, float] = EYE,
    axes: tuple[str, str] = ("1st direction", "2nd direction"),
) -> Figure:
    """The surface, with each run's path at its own loss: above or under the ground where it lies outside the plane.

    A thin upright line ties each start to the ground under it; each end has a pin with the run's number, higher than
    any mountain.

    Args:
        landscape: the landscape.
        palette: the theme's colours.
        log: whether heights go by the loss's logarithm.
        finding: what the surface is to show, where that is another than `where` says.
        eye: from where one looks, before turning it.
        axes: short names of the axes.
    """
    heights = Heights(landscape, log)
    data: list[dict[str, Any]] = [_surface(landscape, heights, palette)]
    lift = ABOVE * (heights.high - heights.low)
    for path in landscape.paths:
        data += _path(path, len(landscape.paths), heights, lift, palette)
    plain = {"showbackground": False, "gridcolor": palette.grid, "zeroline": False, "color": palette.muted}
    plain |= {"tickfont": {"size": 13, "color": palette.muted}, "showspikes": False}
    font = {"font": {"size": FONT_SIZE, "color": palette.muted}}
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        scene={
            "dragmode": "turntable",
            "xaxis": {**plain, "title": {"text": axes[0], **font}, "nticks": 5},
            "yaxis": {**plain, "title": {"text": axes[1], **font}, "nticks": 5},
            "zaxis": {**plain, "title": {"text": "loss", **font}, **heights.axis()},
            "aspectmode": "manual",
            "aspectratio": {"x": 1, "y": 1, "z": 0.6},
            "camera": {"eye": dict(zip("xyz", eye, strict=True)), "center": {"x": 0, "y": 0, "z": -0.05}},
        },
    )
    title = finding or where(landscape)
    alt = (
        f"Surface of the loss over a plane of weights, with the paths of {count(len(landscape.paths), 'run')} at "
        "their own "
        f"loss. {title}{'' if finding else ' ' + outside(landscape)}"
    )
    return Figure("relief", title, alt, plot, landscape_table(landscape))


def _surface(landscape: LossLandscape, heights: Heights, palette: Palette) -> dict[str, Any]:
    span = heights.high - heights.low
    level = {"show": True, "start": heights.low, "end": heights.high, "size": span / 12, "width": 1}
    quiet = {"highlight": False}
    return {
        "type": "surface",
        "name": "ground",
        "x": compact(landscape.x),
        "y": compact(landscape.y),
        "z": compact(heights.drawn(landscape.loss)),
        "cmin": heights.low,
        "cmax": heights.high,
        "customdata": compact(landscape.loss)[..., None],
        "colorscale": palette.sequential,
        "showscale": False,
        "opacity": 0.8,  # so that a path under the ground can be seen
        "lighting": {"ambient": 0.65, "diffuse": 0.6, "specular": 0.05, "roughness": 0.9, "fresnel": 0},
        "contours": {"z": {**level, "color": palette.muted, **quiet}, "x": quiet, "y": quiet},
        "hovertemplate": "%{x:.3~g}, %{y:.3~g}<br>loss %{customdata[0]:.3~g}<extra></extra>",
    }


def _path(path: Path, amount: int, heights: Heights, lift: float, palette: Palette) -> list[dict[str, Any]]:
    run, color, points = path.run + 1, palette.units[path.run % len(palette.units)], compact(path.points)
    own, shadow = (compact(heights.drawn(losses) + lift) for losses in (path.loss, path.plane_loss))
    own[~np.isfinite(path.loss)] = np.nan
    shape, name = SHAPES[path.run % len(SHAPES)], str(run) if amount > 1 else "end"
    told = compact(np.stack([path.epochs, path.loss, path.plane_loss], axis=-1))
    hover = {"hoverinfo": "text", "hovertemplate": f"{path_hover(run)}<extra></extra>", "customdata": told}
    way = {"color": color, "width": 6, "dash": DASHES[path.run % len(DASHES)]}
    upright, top = np.array([own[0], shadow[0]]), compact(np.array([own[-1], heights.high + PIN * lift]))
    start, end = draw.marker(color, 6, f"{shape}-open", 3), draw.marker(color, 7, shape)
    pin: dict[str, Any] = {"mode": "lines+text", "text": ["", f"<b>{name}</b>"], "textposition": "top center"}
    pin |= {"line": {"color": color, "width": 3}, "textfont": {"size": 18, "color": palette.text}}
    return [
        _trace(f"path {run}", points, own, line=way, **hover),
        _trace(f"to the ground {run}", points[[0, 0]], upright, line={"color": color, "width": 2}),
        _trace(f"start {run}", points[:1], own[:1], mode="markers", marker=start),
        _trace(f"end {run}", points[-1:], own[-1:], mode="markers", marker=end),
        _trace(f"pin {run}", points[[-1, -1]], top, **pin),
    ]


def _trace(name: str, points: np.ndarray, z: np.ndarray, **more: Any) -> dict[str, Any]:
    """A line in space, or what else `mode` says."""
    x, y = points.T
    return {"type": "scatter3d", "hoverinfo": "skip", "mode": "lines", "name": name, "x": x, "y": y, "z": z} | more
