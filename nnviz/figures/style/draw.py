"""The vocabulary of figures: lines, dots, bars, areas, labels and axes as Plotly takes them, each a dictionary.

Every function passes on what else Plotly knows of such a thing (`**more`). In all of them `hover` is what pointing at a
mark shows: a Plotly template, a text a point, or, as in most yardsticks and backgrounds, nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray
Drawn = dict[str, Any]
Edge = float | tuple[Any, Any] | None
Hover = str | Sequence[str] | None


def line(
    x: Any, y: Any, name: str, color: str, width: float = 3, dash: str = "", hover: Hover = None, **more: Any
) -> Drawn:
    """A line through points, with gaps at NaN."""
    style = {"color": color, "width": width, **({"dash": dash} if dash else {})}
    return {"type": "scatter", "mode": "lines", **_named(name), "x": x, "y": y, "line": style} | _says(hover) | more


def rule(ends: Sequence[float], height: Any, name: str, color: str, width: float = 1.5, dash: str = "dot") -> Drawn:
    """A yardstick across the plot: a thin line at one height, drawn as data so that it can lie between other lines."""
    return line(np.array(ends, np.float32), np.full(2, height), name, color, width, dash)


def area(x: Array, low: Array, high: Array, name: str, color: str, opacity: float | None = None) -> Drawn:
    """The area between two lines, where both are finite."""
    shown = np.isfinite(low) & np.isfinite(high)
    across, up = np.concatenate([x[shown], x[shown][::-1]]), np.concatenate([low[shown], high[shown][::-1]])
    look: Drawn = {"fill": "toself", "fillcolor": color, "line": {"width": 0}, "hoverinfo": "skip"}
    look |= {} if opacity is None else {"opacity": opacity}
    return {"type": "scatter", "mode": "lines", "name": name, "x": across, "y": up, **look}


def dots(
    x: Any,
    y: Any,
    name: str,
    color: Any,
    size: Any = 8,
    symbol: Any = "",
    edge: Edge = None,
    opacity: float | None = None,
    hover: Hover = None,
    **more: Any,
) -> Drawn:
    """A mark at each point; `edge` is the width of its outline, or that and its colour."""
    mark = marker(color, size, symbol, edge) | ({} if opacity is None else {"opacity": opacity})
    return {"type": "scatter", "mode": "markers", **_named(name), "x": x, "y": y, "marker": mark} | _says(hover) | more


def marker(color: Any, size: Any = 8, symbol: Any = "", edge: Edge = None, **more: Any) -> Drawn:
    """How a mark looks."""
    shape = {"symbol": symbol} if symbol else {}
    outline = dict(zip(("width", "color"), edge if isinstance(edge, tuple) else (edge,), strict=False))
    return {"color": color, "size": size, **shape, **({} if edge is None else {"line": outline}), **more}


def ring(x: float, y: float, name: str, color: str, size: float) -> Drawn:
    """A ring around one point."""
    return dots([x], [y], name, color, size, "circle-open", 2.5)


def targets(x: Any, y: Any, name: str, size: float, hover: Hover, mark: Drawn | None = None, **more: Any) -> Drawn:
    """Unseen marks that can be pointed at and clicked; a click does not make them seen."""
    unseen = {"marker": {"opacity": 0}}
    what = {"type": "scatter", "mode": "markers", "name": name, "x": x, "y": y}
    what |= {"marker": {"size": size, "opacity": 0, **(mark or {})}, "selected": unseen, "unselected": unseen}
    return what | _says(hover) | more


def texts_at(x: Any, y: Any, texts: Sequence[str], color: Any, name: str = "", **more: Any) -> Drawn:
    """Texts at points, in the units of the axes."""
    style = {"textfont": {"color": color}, "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "text", **_named(name), "x": x, "y": y, "text": texts, **style} | more


def bars(
    x: Any, y: Any, name: str, color: Any, width: Any, edge: float | None = None, hover: Hover = None, **more: Any
) -> Drawn:
    """Bars of a width in the axis's units; `edge` is the width of their outline."""
    mark = {"color": color} | ({} if edge is None else {"line": {"width": edge}})
    return {"type": "bar", **_named(name), "x": x, "y": y, "width": width, "marker": mark} | _says(hover) | more


def arms(values: Array, low: Array, high: Array, color: str, thickness: float = 2, width: float = 5) -> Drawn:
    """Error bars from `low` to `high` around values."""
    ends = {"array": np.maximum(0, high - values), "arrayminus": np.maximum(0, values - low)}
    return {"type": "data", "symmetric": False, **ends, "color": color, "thickness": thickness, "width": width}


def heat(
    z: Array,
    colors: Any,
    ends: tuple[float | None, float | None],
    gap: float | None = None,
    bar: Drawn | None = None,
    hover: Hover = None,
    **more: Any,
) -> Drawn:
    """A heat map, its colours from one end to the other, its cells `gap` pixels apart; `bar` is its bar of colours."""
    span = {key: end for key, end in zip(("zmin", "zmax"), ends, strict=True) if end is not None}
    scale = {"colorbar": {"thickness": 12, "outlinewidth": 0, **bar}} if bar else {"showscale": False}
    gaps = {} if gap is None else {"xgap": gap, "ygap": gap}
    return {"type": "heatmap", "z": z, "colorscale": colors, **span, **scale, **gaps} | _says(hover) | more


def chance_map(x: Array, y: Array, z: Array, colors: Any, color: str, hover: Hover, **more: Any) -> Drawn:
    """The probability of class 1 over the plane as shades, with a line of `color` where it is one half."""
    half = {"coloring": "heatmap", "start": 0.5, "end": 0.5, "size": 1}
    look = {"zmin": 0, "zmax": 1, "colorscale": colors, "showscale": False, "opacity": 0.75, "contours": half}
    return (
        {"type": "contour", "x": x, "y": y, "z": z, "line": {"color": color, "width": 2.5}} | look | _says(hover) | more
    )


def label(text: str, x: Any, y: Any, color: str = "", anchor: str = "", **more: Any) -> Drawn:
    """An annotation, in the units of the axes unless `xref` and `yref` say otherwise.

    `anchor` names the side of the text that stands at the point, such as "right" or "left bottom".
    """
    sides = {"yanchor" if side in ("top", "middle", "bottom") else "xanchor": side for side in anchor.split()}
    return {"text": text, "x": x, "y": y, **({"font": {"color": color}} if color else {}), **sides, **more}


def row_label(text: str, y: float, color: str, x: int = 0, **more: Any) -> Drawn:
    """A label above the marks of a row, at the left end of the plot (`x` 0) or at the right one (1)."""
    return label(text, x, y, color, ("left bottom", "right bottom")[x], xref="paper", yref="y", **more)


def upright(x: float, color: str, width: float = 2, dash: str = "dash", **more: Any) -> Drawn:
    """A shape: a line from the bottom of the plot to its top."""
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": {"color": color, "width": width, "dash": dash}, **more}


def across(y: float, color: str, width: float = 1.5, dash: str = "dot") -> Drawn:
    """A shape: a line from the left end of the plot to the right one."""
    ends = {"x0": 0, "x1": 1, "y0": y, "y1": y, "xref": "paper"}
    return {"type": "line", **ends, "line": {"color": color, "width": width, "dash": dash}}


def axis(title: str, span: Sequence[float] | None = None, **more: Any) -> Drawn:
    """An axis with a name, from one end of `span` to the other."""
    return {"title": {"text": title}, **({} if span is None else {"range": span}), **more}


def log_axis(title: str, span: Sequence[float], ticks: Any, texts: Sequence[str], **more: Any) -> Drawn:
    """A logarithmic axis with its ticks; `span` is in powers of ten, as Plotly has it."""
    return axis(title, span, type="log", tickvals=ticks, ticktext=texts, **more)


def _named(name: str) -> Drawn:
    return {"name": name} if name else {}


def _says(hover: Hover) -> Drawn:
    if hover is None:
        return {"hoverinfo": "skip"}
    if isinstance(hover, str):
        return {"hovertemplate": hover if hover.endswith("</extra>") else f"{hover}<extra></extra>"}
    return {"hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>"}
