"""How ragged the border between two kinds of points is: how often near neighbours differ.

Two points a distance d apart end differently in a share f(d) of pairs. Across a smooth border f(d) halves with d; in
general it shrinks like d to the power of an exponent between 0 and 1, and the border's dimension is 2 minus that: 1
for a line, 2 where it fills the area (Grebogi, McDonald, Ott & Yorke 1983, Final State Sensitivity: An Obstruction to
Predictability). What is measured here holds between one pixel and eight; nothing is said about what is finer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

DISTANCES = (1, 2, 4, 8)  # pixels
FEWEST = 30  # pairs that differ at the smallest distance: fewer tell no slope


@dataclass(frozen=True)
class Border:
    """How often pixels a distance apart differ.

    Attributes:
        distances: in pixels, along rows and columns.
        shares: of the pairs so far apart, the share that differs.
        exponent: the slope of log share against log distance; NaN where too few pairs differ.
    """

    distances: tuple[int, ...]
    shares: tuple[float, ...]
    exponent: float

    @property
    def dimension(self) -> float:
        """The border's dimension, 2 minus the exponent."""
        return 2 - self.exponent

    @property
    def rarer(self) -> float:
        """By which share pairs that differ become rarer when the distance is halved; a half for a smooth border."""
        return float(1 - 2**-self.exponent)


def border(kinds: Array) -> Border:
    """How often pixels of a map differ from those next to them, and from those further away.

    Args:
        kinds: `[rows, columns]`, of any numbers or truths that can be equal; at least 2 each way.

    >>> halves = np.arange(64) < 32
    >>> round(border(np.tile(halves, (64, 1))).dimension, 9)
    1.0
    """
    distances = tuple(d for d in DISTANCES if 3 * d <= min(kinds.shape)) or DISTANCES[:1]
    rows, columns = (
        size - distances[-1] for size in kinds.shape
    )  # the same pixels for all distances, so none is short
    differing = []
    for d in distances:
        up = kinds[d : rows + d] != kinds[:rows]
        across = kinds[:, d : columns + d] != kinds[:, :columns]
        differing.append(int(up.sum() + across.sum()))
    pairs = rows * kinds.shape[1] + columns * kinds.shape[0]
    shares = tuple(amount / pairs for amount in differing)
    exponent = math.nan
    if len(distances) > 1 and differing[0] >= FEWEST:
        exponent = float(np.polyfit(np.log(distances), np.log(shares), 1)[0])
    return Border(distances, shares, exponent)
