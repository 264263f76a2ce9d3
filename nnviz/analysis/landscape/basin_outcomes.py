"""What became of the starts on a basin map: which of them reach a loss, when, and where the others begin.

A run *reaches* a loss at the first step after which its training loss is below it. Losses are recorded at some moments
only, close together early on; between two of them the step is read off a straight line in the loss's logarithm. A loss
that dips below and rises again between two moments is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnviz.analysis.landscape.basin_map import BasinMap
from nnviz.analysis.landscape.border import Border, border

Array = np.ndarray
Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class BasinOutcome:
    """Which pixels' runs reached a loss, and when.

    Attributes:
        basins: the runs.
        bar: the training loss to reach, in nats (of a real target: mean squared error).
    """

    basins: BasinMap
    bar: float

    @cached_property
    def steps(self) -> Array:
        """`[side, side]`, the first step with a loss below the bar; NaN where there is none."""
        steps: Array = steps_to(self.basins.losses, self.basins.moments, self.bar)
        return steps

    @cached_property
    def reached(self) -> Array:
        """`[side, side]`, whether the run reached the bar."""
        reached: Array = np.isfinite(self.steps)
        return reached

    @property
    def share(self) -> float:
        """The share of runs that reached the bar."""
        return float(self.reached.mean())

    @property
    def final(self) -> Array:
        """`[side, side]`, the last training loss; NaN where it diverged."""
        last: Array = self.basins.losses[..., -1]
        return last

    @cached_property
    def border(self) -> Border:
        """How ragged the border is between starts that reach the bar and others."""
        return border(self.reached)

    @property
    def longest_gap(self) -> int:
        """The most steps between two recorded moments: no step is known more closely than by interpolation."""
        return int(np.diff(self.basins.moments).max(initial=0))

    @cached_property
    def lost(self) -> Array:
        """`[side, side]`, whether the run diverged before it reached the bar."""
        lost: Array = ~self.reached & (self.basins.diverged_at >= 0)
        return lost

    def nearest(self, x: float, y: float) -> Place:
        """Row and column of the pixel whose start is nearest to these two weights."""
        return int(np.abs(self.basins.y - y).argmin()), int(np.abs(self.basins.x - x).argmin())

    def nearest_other(self, place: Place) -> Place | None:
        """The nearest pixel that ends differently (of the two one reaches the bar), or None where none does."""
        rows, columns = np.nonzero(self.reached != self.reached[place])
        if not len(rows):
            return None
        first = int(((rows - place[0]) ** 2 + (columns - place[1]) ** 2).argmin())
        return int(rows[first]), int(columns[first])

    def extremes(self) -> dict[str, Place]:
        """Pixels worth a look: those fastest and slowest to reach the bar, and the one with the highest last loss."""
        result = {}
        if self.reached.any():
            result["fastest"] = self._place(int(np.nanargmin(self.steps)))
            result["slowest"] = self._place(int(np.nanargmax(self.steps)))
        if np.isfinite(self.final).any():
            result["highest loss"] = self._place(int(np.nanargmax(self.final)))
        return result

    def _place(self, index: int) -> Place:
        row, column = divmod(index, self.reached.shape[1])
        return row, column


def steps_to(losses: Array, moments: Array, bar: float) -> Array:
    """The first step with a loss below the bar, between recorded moments by a straight line in the log of the loss.

    Args:
        losses: `[..., T]`, 0 or above; NaN once diverged.
        moments: `[T]`, increasing steps.
        bar: above 0.

    Returns:
        `[...]`, whole numbers; NaN where no recorded loss is below the bar.

    >>> steps_to(np.array([[1.0, 0.25], [1.0, 0.9]]), np.array([0, 10]), 0.5).tolist()
    [5.0, nan]
    """
    below = losses < bar
    after = below.argmax(axis=-1)
    before = np.maximum(after - 1, 0)
    tiny = np.finfo(np.float64).tiny
    late, early = (
        np.log(np.maximum(np.take_along_axis(losses, i[..., None], -1)[..., 0].astype(float), tiny))
        for i in (after, before)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(after > 0, (early - np.log(bar)) / (early - late), 0.0)
        steps = np.ceil(moments[before] + share * (moments[after] - moments[before]) - 1e-9)
    return np.where(below.any(axis=-1), steps, np.nan)
