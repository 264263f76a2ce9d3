"""Every start with every order of rows, as a square of final losses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.chance.order import LEAST_LOSS, Order
from nnviz.analysis.words import count, number
from nnviz.figures.chance.order_shares import shares_finding
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, power_text
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import FONT_SIZE, Palette, new_plot

HEIGHT = 460
FLAT = 1.02  # losses that differ by less than this factor get a scale that wide, so that nothing looks like much


def plot_order_matrix(order: Order, palette: Palette) -> Figure:
    """The final loss of each pair: starts down, orders across, dark where the loss is high.

    Over each cell lies an unseen point at x = its column and y = its row, so that a page can tell which was clicked.

    Args:
        order: all pairs.
        palette: the theme's colours.
    """
    losses = order.losses
    low, high = _range(losses)
    rows, columns = (axis.ravel() for axis in np.indices(losses.shape))
    unit = {"text": _unit(order), "side": "top", "font": {"size": FONT_SIZE}}
    scale, bar = (math.log10(low), math.log10(high)), {**_ticks(low, high), "title": unit}
    hover = [_hover(order, int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
    ink = {"color": palette.text}
    data = [
        draw.heat(compact(np.log10(np.maximum(losses, LEAST_LOSS))), palette.sequential, scale, 1, bar),
        draw.targets(
            columns,
            rows,
            "pairs",
            14,
            hover,
            {"symbol": "square"},
            mode="markers+text",
            text=np.where(np.isnan(losses), "×", "").ravel().tolist(),
            textfont=ink,
            unselected={"marker": {"opacity": 0}, "textfont": ink},
        ),
    ]
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"l": 56, "r": 8, "t": 30, "b": 52},
        hoverdistance=-1,
        xaxis=_axis("order (its seed)", order.orders) | {"range": [-0.5, losses.shape[1] - 0.5]},
        yaxis=_axis("start (its seed)", order.seeds) | {"range": [losses.shape[0] - 0.5, -0.5]},
    )
    title = _finding(order)
    alt = (
        f"A square of {losses.shape[0]} starts by {losses.shape[1]} orders of rows, shaded by the final loss. {title} "
        f"{shares_finding(order)}"
    )
    table = {"seed": order.seeds[rows], "shuffle_seed": order.orders[columns], "loss": losses.ravel()}
    return Figure("order picture", title, alt, plot, table)


def _range(losses: np.ndarray) -> tuple[float, float]:
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        return 0.1, 1.0
    low, high = (max(float(value), LEAST_LOSS) for value in (finite.min(), finite.max()))
    middle = math.sqrt(low * high)
    return min(low, middle / math.sqrt(FLAT)), max(high, middle * math.sqrt(FLAT))


def _ticks(low: float, high: float) -> dict[str, Any]:
    """Both ends of the scale and its middle, where three differ in three digits."""
    values = [low, math.sqrt(low * high), high]
    texts = [power_text(value) if not 1e-3 <= value < 1e3 else number(value) for value in values]
    return {"tickvals": [math.log10(value) for value in values], "ticktext": texts}


def _unit(order: Order) -> str:
    return "nats" if order.experiment.load_dataset().class_names else "loss"


def _axis(title: str, seeds: np.ndarray) -> dict[str, Any]:
    """An axis of seeds, named at every fifth or so."""
    step = max(1, math.ceil(len(seeds) / 5))
    places = list(range(0, len(seeds), step))
    return draw.axis(title, tickvals=places, ticktext=[str(seeds[place]) for place in places], showgrid=False)


def _hover(order: Order, row: int, column: int) -> str:
    loss = order.losses[row, column]
    ending = "diverged" if np.isnan(loss) else f"loss {number(loss)}"
    return f"start {order.seeds[row]}, order {order.orders[column]}<br>{ending}<br>click to open it in the Playground"


def _finding(orders: Order) -> str:
    finite = orders.losses[np.isfinite(orders.losses)]
    runs = count(orders.losses.size, "run")
    if not finite.size:
        return f"All {runs} diverged."
    lost = (
        f" {count(orders.diverged, 'run')} diverged (marked ×; taken as the worst of the others)."
        if orders.diverged
        else ""
    )
    if finite.min() == finite.max():
        return f"{runs} end alike, at loss {number(float(finite[0]))}.{lost}"
    bands = ""
    start, order, _ = (share.share for share in orders.shares)
    if max(start, order) > 0.5:
        bands = ": bands along the rows" if start > order else ": bands down the columns"
    return f"{runs} end between {number(float(finite.min()))} and {number(float(finite.max()))}{bands}.{lost}"
