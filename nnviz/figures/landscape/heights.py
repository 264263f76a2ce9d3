"""How a loss becomes a height or a shade: as it is, up to a ceiling, or by its logarithm, down to a floor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape
from nnviz.analysis.words import number
from nnviz.figures.style.axes import power_text

Array = np.ndarray

CEILING = 4.0  # times the guess's loss: higher mountains would flatten all else, unless by logarithms
DECADES = 5  # below the guess's loss: what lies deeper is as good as zero
NEAR = 0.15  # a contour line this near to another, in shares of its loss, is left out


class Heights:
    """The heights of a landscape.

    Args:
        landscape: the landscape.
        log: whether heights go by the loss's logarithm.

    Attributes:
        log: likewise.
        guess: the loss of a guess.
        lowest: the lowest loss of the ground.
        highest: the highest.
        floor: losses below it are drawn at it.
        ceiling: losses above it are drawn at it.
        low: the lowest height.
        high: the highest.
    """

    def __init__(self, landscape: LossLandscape, log: bool) -> None:
        finite = landscape.loss[np.isfinite(landscape.loss)]
        own = np.concatenate([path.loss[np.isfinite(path.loss)] for path in landscape.paths])
        top = float(max(finite.max(initial=0.0), own.max(initial=0.0)))
        bottom = float(min(finite.min(initial=math.inf), own.min(initial=math.inf)))
        ceiling = CEILING * max(landscape.guess, 1e-9)
        self.guess, self.log = landscape.guess, log
        self.lowest, self.highest = (
            float(get(finite, initial=value)) for get, value in ((np.min, top), (np.max, bottom))
        )
        self.floor = max(bottom, 10.0**-DECADES * ceiling) if log else 0.0
        self.ceiling = top if log else min(top, max(ceiling, 1.1 * float(own.max(initial=0.0))))
        self.ceiling = max(self.ceiling, self.floor * 1.001, 1e-12)
        self.cut_above, self.cut_below = top > self.ceiling, log and bottom < self.floor
        self.low, self.high = (self.drawn(np.array(value)).item() for value in (self.floor, self.ceiling))

    def drawn(self, losses: Array) -> Array:
        """The heights of some losses; what is no number is highest."""
        kept = np.clip(np.where(np.isnan(losses), self.ceiling, losses), self.floor, self.ceiling)
        result: Array = np.log10(kept) if self.log else kept
        return result

    def levels(self, most: int) -> list[float]:
        """Round losses for contour lines on the ground, at most so many, none near the guess's: that has its own."""
        return self._round(max(self.floor, self.lowest), min(self.ceiling, self.highest), most, self.guess)

    def _round(self, low: float, high: float, most: int, guess: float = math.nan) -> list[float]:
        """Round losses between two: 1, 2, 5 by logarithms, or equal steps, also where the former are few."""

        def within(levels: list[float]) -> list[float]:
            return [level for level in levels if low < level < high and not abs(level - guess) <= NEAR * guess]

        values: list[float] = []
        for steps in ((1, 2, 5), (1, 3), (1,)) if self.log else ():
            powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            values = within([step * 10.0**power for power in powers for step in steps])
            if len(values) <= most:
                break
        if self.log and high > 10 * low:
            return values[:: math.ceil(len(values) / most) or 1]
        span = high - low
        size = 10.0 ** math.floor(math.log10(span / most)) if span > 0 else 0.0
        for step in (size, 2 * size, 5 * size, 10 * size) if size > 1e-9 * high else ():
            first = math.floor(low / step)
            equal = within([step * i for i in range(first, first + math.ceil(span / step) + 2)])
            if len(equal) <= most:
                return equal if len(equal) > len(values) else values
        return values

    def axis(self) -> dict[str, Any]:
        """Ticks for heights, in losses."""
        ticks = self._round(self.floor, self.ceiling, most=5)
        return {
            "range": [self.low, self.high + 0.1 * (self.high - self.low)],
            "tickvals": [float(self.drawn(np.array(tick))) for tick in ticks],
            "ticktext": [power_text(tick) for tick in ticks],
        }

    def cuts(self) -> str:
        """What is not drawn as high or as deep as it is; nothing where everything is."""
        cut = []
        if self.cut_above:
            cut.append(f"Losses above {number(self.ceiling)} are drawn as {number(self.ceiling)}.")
        if self.cut_below:
            cut.append(f"Losses below {number(self.floor)} are drawn as {number(self.floor)}.")
        return " ".join(cut)
