"""The two sides of a comparison of many runs: their letters, their words, their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnviz.analysis.restarts.loss_levels import LossLevel
from nnviz.analysis.restarts.restarts import Restarts
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


def guess(known: Sequence[LossLevel]) -> LossLevel:
    """The guess's level."""
    return next(level for level in known if level.guess)
