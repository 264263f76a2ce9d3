"""What each seed says of two configurations, and how a change of one number spreads through a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.chance.repeats import NOTHING, RATE, WEIGHT, Ripple
from nnviz.analysis.chance.seeds import Judgement, better
from nnviz.analysis.chance.seeds_sentences import rippled
from nnviz.analysis.words import count, number
from nnviz.figures.style import draw
from nnviz.figures.style.axes import compact, end_labels, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

ROOM = 0.2  # of the differences' range, above and below; where one side diverged, the point stands at the end
LINES = {WEIGHT: ("one weight", 0, "solid"), RATE: ("learning rate", 1, "dash"), NOTHING: ("nothing", 2, "dot")}


def plot_per_seed(judgement: Judgement, palette: Palette, click: bool = True) -> Figure:
    """A's loss less B's with each seed, sorted; the first seed ringed, the median's interval as a band.

    A point's place from the left is its rank in `in_order`.

    Args:
        judgement: what the seeds say.
        palette: the theme's colours.
        click: whether a click on a point opens its seed, so that the hover says so.
    """
    order = in_order(judgement)
    differences = judgement.differences[order]
    finite = differences[np.isfinite(differences)]
    bottom, top = _ends(finite)
    edge = 0.02 * len(order)  # so that no mark is cut
    unit = ", nats" if judgement.a.task.classes else ""
    heights = np.clip(differences, bottom, top)
    ranks = np.arange(1, len(order) + 1)
    data = [_band(judgement, len(order), (bottom, top), palette)] if len(order) else []
    for side, color, symbol in (("A", palette.a, "circle"), ("B", palette.b, "diamond"), ("", palette.muted, "square")):
        mine = np.array([better(float(value)) == side for value in differences], bool)
        name, x, y = f"{side} better" if side else "equal", ranks[mine], compact(heights[mine])
        texts = [_hover(judgement, int(place), click) for place in order[mine]]
        data.append(draw.dots(x, y, name, color, 9, symbol, text=texts, hover="%{text}"))
    where = np.flatnonzero(order == 0)
    annotations = [
        note("B better ↑", x=0.01, y=0.98, xanchor="left", yanchor="top", font={"color": palette.b}),
        note("A better ↓", x=0.99, y=0.02, xanchor="right", yanchor="bottom", font={"color": palette.a}),
    ]
    if len(where):
        data.append(draw.ring(int(ranks[where[0]]), float(heights[where[0]]), "the fixed seed", palette.text, 20))
        annotations.append(_name(int(judgement.seeds[0]), int(ranks[where[0]]), float(heights[where[0]]), len(order)))
    plot = new_plot(
        data,
        palette,
        height=380,
        hoverdistance=30,
        annotations=annotations,
        shapes=[{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": {"color": palette.text}}],
        xaxis=draw.axis("seeds, sorted", [0.5 - edge, len(order) + 0.5 + edge], showgrid=False, nticks=6),
        yaxis=draw.axis(f"unseen loss, A less B{unit}", [bottom, top]),
    )
    title = _counts(judgement)
    alt = f"A's loss on unseen data less B's with each seed, from lowest to highest. {title}"
    table = {
        "seed": judgement.seeds[order],
        "loss_a": judgement.losses_a[order],
        "loss_b": judgement.losses_b[order],
        "difference": differences,
    }
    return Figure("seeds", title, alt, plot, table)


def in_order(judgement: Judgement) -> np.ndarray:
    """The places of the seeds by their difference, lowest first; those with which both diverged are left out."""
    differences = judgement.differences
    order: np.ndarray = np.argsort(differences, kind="stable")
    return order[: int((~np.isnan(differences)).sum())]  # NaN comes last


def _counts(judgement: Judgement) -> str:
    wins = {side: judgement.wins(side) for side in "AB"}
    equal = len(judgement.seeds) - sum(wins.values())
    said = f"A is better with {wins['A']} of {count(len(judgement.seeds), 'seed')}, B with {wins['B']}"
    return f"{said}; {equal} {'says' if equal == 1 else 'say'} neither." if equal else f"{said}."


def _hover(judgement: Judgement, place: int, click: bool) -> str:
    words = (
        f"seed {judgement.seeds[place]}: A {number(judgement.losses_a[place])}, B {number(judgement.losses_b[place])}"
    )
    return f"{words}<br>click to open it in the Playground" if click else words


def _ends(finite: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest difference shown: zero is always between them, with room for words."""
    low, high = float(min(0.0, *finite, 0.0)), float(max(0.0, *finite, 0.0))
    room = ROOM * ((high - low) or 1e-12)
    return low - room, high + room


def _band(judgement: Judgement, seeds: int, ends: tuple[float, float], palette: Palette) -> dict[str, Any]:
    """The median's interval, as a band across the plot."""
    low, high = (float(np.clip(end, *ends)) for end in (judgement.low, judgement.high))
    x = np.array([0, seeds + 1])
    return draw.area(x, np.full(2, low), np.full(2, high), "95 % interval of the median", palette.muted, 0.25)


def _name(seed: int, rank: int, height: float, seeds: int) -> dict[str, Any]:
    right = rank > 0.7 * seeds
    side, x = ("right", -12) if right else ("left", 12)
    y = 16 if right else -16
    return draw.label(f"seed {seed}", rank, height, "", f"{side} middle", xshift=x, yshift=y, showarrow=False)


def plot_ripple(ripples: Sequence[Ripple], palette: Palette) -> Figure:
    """The distance between a run and the same with one number changed, over the steps, on a logarithmic axis.

    Args:
        ripples: one of each change.
        palette: the theme's colours.
    """
    scale = fit_scale([one.distance for one in ripples], log=True)
    data, labels = [], []
    for one in ripples:
        words, place, dash = LINES[one.change]
        color, y = palette.units[place], scale.place(one.distance)
        said = f"{words} changed, step %{{x:,}}: %{{customdata:.3g}}"
        data.append(draw.line(compact(one.steps), y, words, color, 3, dash, said, customdata=one.distance))
        labels.append((words, color, last_finite(one.distance)))
    plot = new_plot(
        data,
        palette,
        margin={"l": 80, "r": 112},
        annotations=end_labels(scale, labels),
        xaxis=draw.axis("steps", [0, float(ripples[0].steps[-1])], nticks=5),
        yaxis=scale.axis("distance of all weights", "0: equal"),
    )
    title = rippled(ripples)
    alt = f"Distance between a run and the same with one number changed, over the steps. {title}"
    table = {"step": ripples[0].steps} | {f"{one.change} changed": one.distance for one in ripples}
    return Figure("ripple", title, alt, plot, table)
