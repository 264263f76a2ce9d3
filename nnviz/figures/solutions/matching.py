"""Which unit of one run is which of another's."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.solutions.matching import Matching, Pairing
from nnviz.analysis.words import count, number, percent
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

MOST_UNITS = 16  # drawn
ROW = 30  # pixels
ROOM = 56


def matching(matchings: Matching, palette: Palette, layer: int = 0) -> Figure | None:
    """The units of both runs side by side, each joined to its partner; dashed where its signs are turned.

    Args:
        matchings: the matching.
        palette: the theme's colours.
        layer: which hidden layer, from 0.

    Returns:
        The figure; None where there is no hidden layer.
    """
    if not matchings.layers:
        return None
    pairing = matchings.layers[layer]
    shown = range(min(len(pairing.partners), MOST_UNITS))
    rows = max(pairing.partners[unit] for unit in shown) + 1
    data: list[dict[str, Any]] = [_line(pairing, unit, palette) for unit in shown]
    plot = new_plot(
        data,
        palette,
        height=ROW * rows + ROOM + 24,
        margin={"l": 8, "r": 8, "t": ROOM, "b": 8},
        annotations=[
            draw.label(f"units of seed {seed}", x, 1.0, anchor="bottom", yref="paper", yshift=8, showarrow=False)
            for x, seed in enumerate(matchings.seeds)
        ],
        xaxis={"visible": False, "range": [-0.4, 1.55]},
        yaxis={"visible": False, "range": [rows - 0.5, -0.5]},
    )
    title = matching_finding(matchings)
    left = len(pairing.partners) - len(shown)
    which = f" Hidden layer {layer + 1}." if len(matchings.layers) > 1 else ""
    which += f" {left} more units are not drawn." if left else ""
    pairs = "; ".join(
        f"{unit + 1} is {pairing.partners[unit] + 1}{' flipped' if pairing.flipped[unit] else ''}" for unit in shown
    )
    alt = f"Units of two runs, each joined to its partner. {title}{which} Unit {pairs}."
    return Figure("matching", title + which, alt, plot, _table(matchings))


def matching_finding(matchings: Matching) -> str:
    """Whether two runs are the same network, with the distances, in a sentence."""
    verdict = {
        "same": "are the same network",
        "near": "are nearly the same network",
        "other": "are not the same network",
    }
    said = f"Seeds {matchings.seeds[0]} and {matchings.seeds[1]} {verdict[matchings.kind]}."
    said += f" Distance {number(matchings.before)} as they are"
    if not matchings.layers:
        return f"{said}; there are no units to rename."
    done = [f"renaming {count(matchings.renamed, 'unit')}"] if matchings.renamed or not matchings.flipped else []
    if matchings.flipped:
        done.append(f"flipping {matchings.flipped}" if done else f"flipping {count(matchings.flipped, 'unit')}")
    bound = "" if matchings.exact or matchings.after == 0 else "at most "
    share = f" ({percent(matchings.relative)} of the networks' own length)" if matchings.after else ""
    return f"{said}, {bound}{number(matchings.after)} after {' and '.join(done)}{share}."


def _line(pairing: Pairing, unit: int, palette: Palette) -> dict[str, Any]:
    partner, flipped = pairing.partners[unit], pairing.flipped[unit]
    color = palette.units[unit % len(palette.units)]
    said = f"unit {unit + 1} is unit {partner + 1}{' with its signs turned' if flipped else ''}"
    names = [str(unit + 1), "", f"{partner + 1}{' flipped' if flipped else ''}"]
    sides = ["middle left", "middle center", "middle right"]
    return draw.line(
        np.array([0.0, 0.5, 1.0]),
        np.array([unit, (unit + partner) / 2, partner], float),
        f"unit {unit + 1}",
        color,
        2.5,
        "dash" if flipped else "solid",
        f"{said}<br>distance left {number(pairing.distances[unit])}",
        mode="lines+markers+text",
        text=names,
        textposition=sides,
        textfont={"color": palette.text},
        marker=draw.marker(color, [10, 0, 10]),
    )


def _table(matchings: Matching) -> dict[str, np.ndarray]:
    rows = [
        (layer + 1, unit + 1, partner + 1, flipped, distance)
        for layer, pairing in enumerate(matchings.layers)
        for unit, (partner, flipped, distance) in enumerate(
            zip(pairing.partners, pairing.flipped, pairing.distances, strict=True)
        )
    ]
    names = ("layer", f"unit of seed {matchings.seeds[0]}", f"unit of seed {matchings.seeds[1]}", "flipped", "distance")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
