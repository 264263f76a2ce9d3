"""The loss along straight lines through the space of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape, LossLine
from nnviz.analysis.landscape.sentences import barrier as finding
from nnviz.analysis.landscape.sentences import climbs, line_ends
from nnviz.analysis.words import number
from nnviz.figures.landscape.landscape import DASHES
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, fit_scale
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

HEIGHT = 400


def plot_barrier(landscape: LossLandscape, palette: Palette, log: bool = False) -> Figure:
    """The loss along each straight line, from its first end to its second, with the guess's as a yardstick.

    Thin grey lines lead to the second run after its units were matched to the first's.

    Args:
        landscape: the landscape.
        palette: the theme's colours.
        log: whether the loss's axis is logarithmic.
    """
    scale = fit_scale([line.loss for line in (*landscape.lines, *landscape.matched)], log, landscape.guess)
    data: list[dict[str, Any]] = [draw.line([0, 1], compact(np.full(2, landscape.guess)), "guess", palette.muted, 1)]
    notes, peaks = [], []
    if landscape.guess > 0:
        peaks.append(_note("a guess", 1.0, scale.share(landscape.guess), palette, palette.muted))
    if landscape.matched:
        words = "thin and grey: units matched"
        notes.append(note(words, xref="paper", x=1.0, y=1.0, xanchor="right", yanchor="bottom", yshift=8))
    data += [
        _line(line, scale, palette, dash, matched=True) for line, dash in zip(landscape.matched, DASHES, strict=False)
    ]
    for line, dash in zip(landscape.lines, DASHES, strict=False):
        data.append(_line(line, scale, palette, dash))
        if climbs(line, landscape.guess):
            top = float(line.shares[int(np.argmax(line.loss))])
            peaks.append(
                _note(f"{line_ends(line)}: {number(line.peak)}", top, scale.share(line.peak), palette, palette.text)
            )
    ends = ("the start", "the end") if len(landscape.paths) == 1 else ("the first", "the second")
    way = f"how far from {ends[0]} to {ends[1]}"
    plot = new_plot(
        data,
        palette,
        height=HEIGHT,
        margin={"t": 38},
        annotations=[*notes, *_apart(peaks)],
        xaxis=draw.axis(way, [-0.01, 1.01], tickformat=".0%", nticks=5, ticklabelstandoff=6),
        yaxis=scale.axis("loss"),
    )
    title = finding(landscape)
    drawn = (*landscape.lines, *landscape.matched)
    alt = f"The loss along {len(drawn)} straight lines through the space of weights. {title}"
    table = {
        "line": np.repeat([" - ".join(line.ends) for line in drawn], [len(line.loss) for line in drawn]),
        "share_of_the_way": np.concatenate([line.shares for line in drawn]),
        "loss": np.concatenate([line.loss for line in drawn]),
    }
    return Figure("lines", title, alt, plot, table)


def _line(line: LossLine, scale: Scale, palette: Palette, dash: str, matched: bool = False) -> dict[str, Any]:
    color, width = (palette.muted, 2) if matched else (palette.text, 3)
    name, opacity = " → ".join(line.ends), 0.75 if matched else 1.0
    said = f"{name}, %{{x:.0%}} of the way<br>loss %{{y:.3~g}}"
    return draw.line(compact(line.shares), scale.place(line.loss), name, color, width, dash, said, opacity=opacity)


def _note(words: str, x: float, height: float, palette: Palette, color: str) -> dict[str, Any]:
    anchor = "left" if x < 0.2 else "right" if x > 0.8 else "center"
    y, ground = min(max(height, 0.0), 1.0), {"bgcolor": palette.background, "opacity": 0.9, "borderpad": 0}
    paper = {"xref": "x", "yref": "paper", "showarrow": False}
    return draw.label(words, x, y, color, f"{anchor} bottom", yshift=2, **paper, **ground)


def _apart(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Labels pushed up where one would stand on another."""
    placed: list[dict[str, Any]] = []
    for label in sorted(notes, key=lambda label: float(label["y"])):
        for other in placed:
            if abs(label["x"] - other["x"]) < 0.35 and label["y"] - other["y"] < 0.075:
                label["y"] = other["y"] + 0.075
        placed.append(label)
    return placed
