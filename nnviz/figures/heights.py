"""How a loss becomes a height or a shade: as it is, up to a ceiling, or by its logarithm, down to a floor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.analysis.landscape import Landscape
from nnviz.analysis.words import number
from nnviz.figures.axes import power_text

Array = np.ndarray

CEILING = 4.0  # times the guess's loss: higher mountains would flatten all else, unless by logarithms
DECADES = 5  # below the guess's loss: what lies deeper is as good as zero
NEAR = 0.15  # a contour line this near to another, in shares of its loss, is left out


class Heights:
    """The heights of a landscape.

    Args:
        found: the landscape.
        log: whether heights go by the loss's logarithm.

    Attributes:
        log: likewise.
        floor: losses below it are drawn at it.
        ceiling: losses above it are drawn at it.
        low: the lowest height.
        high: the highest.
    """

    def __init__(self, found: Landscape, log: bool) -> None:
        finite = found.loss[np.isfinite(found.loss)]
        own = np.concatenate([path.loss[np.isfinite(path.loss)] for path in found.paths])
        top = float(max(finite.max(initial=0.0), own.max(initial=0.0)))
        bottom = float(min(finite.min(initial=math.inf), own.min(initial=math.inf)))
        ceiling = CEILING * max(found.guess, 1e-9)
        self.guess, self.log = found.guess, log
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
        """Round losses for contour lines, at most so many, none near the guess's, which has a line of its own."""
        for steps in ((1, 2, 5), (1, 3), (1,)) if self.log else ():
            powers = range(math.floor(math.log10(self.floor)), math.ceil(math.log10(self.ceiling)) + 1)
            found = self._within([step * 10.0**power for power in powers for step in steps])
            if len(found) <= most:
                return found
        size = 10.0 ** math.floor(math.log10(self.ceiling))
        for step in (size / 10, size / 5, size / 2, size, 2 * size, 5 * size):
            found = self._within([step * i for i in range(1, math.ceil(self.ceiling / step))])
            if len(found) <= most:
                break
        return found

    def _within(self, levels: list[float]) -> list[float]:
        return [
            level for level in levels
            if self.floor < level < self.ceiling and abs(level - self.guess) > NEAR * self.guess
        ]  # fmt: skip

    def axis(self) -> dict[str, Any]:
        """Ticks for heights, in losses."""
        ticks = self.levels(most=5)
        return {
            "range": [self.low, self.high + 0.1 * (self.high - self.low)],
            "tickvals": [float(self.drawn(np.array(tick))) for tick in ticks],
            "ticktext": [power_text(tick) for tick in ticks],
        }

    def cuts(self) -> str:
        """What is not drawn as high or as deep as it is; nothing where everything is."""
        cut = []
        if self.cut_above:
            cut.append(f"losses above {number(self.ceiling)} are drawn as {number(self.ceiling)}")
        if self.cut_below:
            cut.append(f"losses below {number(self.floor)} as {number(self.floor)}")
        words = " and ".join(cut)
        return f"{words[:1].upper()}{words[1:]}." if cut else ""
