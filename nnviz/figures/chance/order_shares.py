"""How much of the differences the start explains, how much the order, and how much only the pair."""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.chance.order import Order, Share
from nnviz.analysis.words import count, percent
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

NAMES = {"start": "the start", "order": "the order", "pair": "only the pair of both"}
NOTHING = 0.0005  # smaller shares are called 0 %


def plot_order_shares(order: Order, palette: Palette) -> Figure:
    """A bar for each of start, order and pair, with its 95 % interval.

    Args:
        order: all pairs.
        palette: the theme's colours.
    """
    shares = order.shares
    drawn = np.nan_to_num(100 * np.array([[s.share, s.low, s.high] for s in shares])).T
    share, low, high = drawn
    places = np.arange(len(shares))
    reach = draw.arms(share, low, high, palette.text, 2, 8)
    hover = [_hover(s) for s in shares]
    data = [draw.bars(share, places, "share", palette.shades[1], 0.42, orientation="h", error_x=reach, hover=hover)]
    labels = [
        draw.row_label(f"<b>{NAMES[s.part]}</b> {_words(s)}", place - 0.24, palette.text)
        for place, s in zip(places.tolist(), shares, strict=True)
    ]
    ticks = [0, 25, 50, 75, 100]
    plot = new_plot(
        data,
        palette,
        height=300,
        margin={"l": 8, "r": 32, "t": 8, "b": 52},
        annotations=labels,
        xaxis=draw.axis(
            "share of the differences, with 95 % interval", [0, 100], tickvals=ticks, ticktext=[f"{t} %" for t in ticks]
        ),
        yaxis={"visible": False, "range": [len(shares) - 0.65, -0.75]},
    )
    title = shares_finding(order)
    words = "; ".join(f"{NAMES[s.part]} {_words(s)}" for s in shares)
    alt = f"Bars of how much of the differences in the final loss each part explains. {title} {words}."
    table = {
        "part": np.array([s.part for s in shares]),
        "share": np.array([s.share for s in shares]),
        "low": np.array([s.low for s in shares]),
        "high": np.array([s.high for s in shares]),
        "share_of_sum_of_squares": np.array([s.squares for s in shares]),
    }
    return Figure("order shares", title, alt, plot, table)


def shares_finding(orders: Order) -> str:
    """Which chance matters, in a sentence."""
    start, order, pair = orders.shares
    if math.isnan(start.share):
        return f"All {count(orders.losses.size, 'run')} ended alike: there are no differences to explain."
    if orders.same_orders:
        every = f"all {len(orders.orders)} orders gave the same losses to the bit"
        return f"The start explains all of the differences, the order exactly none: {every}."
    if orders.same_starts:
        return f"The order explains all of the differences: all {len(orders.seeds)} starts gave the same losses."
    if pair.share > max(start.share, order.share):
        return (
            f"Neither alone: {_words(pair)} of the differences only the pair explains; the start by itself "
            f"{_percent(start.share)}, the order {_percent(order.share)}."
        )
    first, second = sorted((start, order), key=lambda s: -s.share)
    return (
        f"{NAMES[first.part].capitalize()} explains {_percent(first.share)} of the differences (95 % interval "
        f"{_interval(first)}), {NAMES[second.part]} {_percent(second.share)}."
    )


def _hover(share: Share) -> str:
    return f"{NAMES[share.part]}: {_words(share)}<br>of the sum of squares {_percent(share.squares)}"


def _words(share: Share) -> str:
    if math.isnan(share.share):
        return "–"
    if share.low == share.high:
        return _percent(share.share)
    return f"{_percent(share.share)} ({_interval(share)})"


def _interval(share: Share) -> str:
    low, high = _percent(share.low), _percent(share.high)
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


def _percent(share: float) -> str:
    return "0 %" if share < NOTHING else percent(share)
