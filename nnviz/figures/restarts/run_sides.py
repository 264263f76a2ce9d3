"""The two sides of a comparison of many runs: their letters, their words, their colours, and lines all share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.analysis.restarts.loss_levels import LossLevel
from nnviz.analysis.restarts.restarts import Restarts
from nnviz.figures.style.axes import Scale
from nnviz.figures.style.sides import Look, describe_sides
from nnviz.figures.style.template import Palette


@dataclass(frozen=True, eq=False)
class RunSide(Look):
    """One side of a comparison, as it is drawn.

    Attributes:
        runs: of one experiment.
    """

    runs: Restarts


def run_sides(both: Sequence[Restarts], palette: Palette) -> list[RunSide]:
    """A's and B's runs as sides."""
    styles = (("A", palette.a, "solid"), ("B", palette.b, "dash"))
    labels = describe_sides([runs.experiment for runs in both])
    return [
        RunSide(letter, letter, label, color, dash, runs)
        for (letter, color, dash), label, runs in zip(styles, labels, both, strict=True)
    ]


def band(x: np.ndarray, low: np.ndarray, high: np.ndarray, lot: Look, name: str, opacity: float) -> dict[str, Any]:
    """The area between two lines, in the side's colour."""
    shown = np.isfinite(low) & np.isfinite(high)
    return {
        "type": "scatter", "mode": "lines", "name": name, "hoverinfo": "skip", "fill": "toself",
        "x": np.concatenate([x[shown], x[shown][::-1]]), "y": np.concatenate([low[shown], high[shown][::-1]]),
        "opacity": opacity, "fillcolor": lot.color, "line": {"width": 0},
    }  # fmt: skip


def rule(value: float, end: float, scale: Scale, color: str, name: str, dash: str = "solid") -> dict[str, Any]:
    """A thin line across the plot, from 0 to `end`."""
    return {
        "type": "scatter", "mode": "lines", "name": name, "hoverinfo": "skip",
        "x": np.array([0, end], np.float32), "y": scale.place(np.array([value, value])),
        "line": {"color": color, "width": 1.5, "dash": dash},
    }  # fmt: skip


def guess(known: Sequence[LossLevel]) -> LossLevel:
    """The guess's level."""
    return next(level for level in known if level.guess)
