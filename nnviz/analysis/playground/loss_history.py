"""How a run's loss went: from where to where, between what bounds, and whether it still falls.

The trend is a straight line through the snapshots of the last quarter of training, by least squares. It counts where
its slope is more than twice its standard error and would, kept up for as long again, move the loss by `MOVES` of the
guess's loss or of its own, whichever is larger; or, however slow it is, where it has kept half of its mean pace.
Otherwise the loss swings, if those snapshots lie further than `MOVES` from each other by the same measure, and has
settled where the line's own slope is small. Fewer than three snapshots, or a slope lost in noise, say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnviz.analysis.words import number
from nnviz.core.trace import Trace

Array = np.ndarray
Course = Literal["stays", "trembles", "fell", "rose", "returned"]
Trend = Literal["falls", "rises", "swings", "settled", "unknown"]

LAST = 0.75  # of the steps: where the last quarter begins
STEADY = 0.01  # of the guess's loss: a loss that stays within so much trembles
MOVES = 0.05  # of the yardstick
SEEN = 0.005  # of the guess's loss: a fall that has a pace
GROWS = 1.05  # the gradient's growth over the last quarter that tells a plateau from a minimum


@dataclass(frozen=True)
class LossHistory:
    """One run's training loss.

    Attributes:
        first, last: at the start and at the end.
        low, high: the least and the most at any snapshot.
        course: what it did all in all, to the digits that `number` shows.
        trend: of the last quarter.
        gradient_grows: whether the gradient grows through the last quarter, as it does on the way off a plateau.
    """

    first: float
    last: float
    low: float
    high: float
    course: Course
    trend: Trend
    gradient_grows: bool


def loss_history(trace: Trace, run: int, guess: float) -> LossHistory:
    """The history of a run that has not diverged.

    Args:
        trace: of a training.
        run: which run.
        guess: the loss of a guess, the yardstick.
    """
    losses = trace.train_loss[run]
    late = trace.steps >= LAST * trace.steps[-1]
    steps = trace.steps[late] / max(int(trace.steps[-1]), 1)
    with np.errstate(all="ignore"):
        norms = np.sqrt(np.square(trace.gradient_norms[run, late]).sum(axis=1))
        logs = np.log(norms, where=norms > 0, out=np.full(len(norms), np.nan))
    grows = False
    if len(steps) > 2 and np.isfinite(logs).all():
        slope, error = _slope(steps, logs)
        grows = slope > 2 * error and slope * (1 - LAST) > np.log(GROWS)
    return LossHistory(
        first=float(losses[0]),
        last=float(losses[-1]),
        low=float(losses.min()),
        high=float(losses.max()),
        course=_course(losses, guess),
        trend=_trend(steps, losses[late], guess, float(losses[0])),
        gradient_grows=bool(grows),
    )


def _course(losses: Array, guess: float) -> Course:
    first, last, low, high = (number(float(loss)) for loss in (losses[0], losses[-1], losses.min(), losses.max()))
    if low == high:
        return "stays"
    if np.ptp(losses) <= STEADY * guess:
        return "trembles"
    if first == last:
        return "returned"
    return "fell" if losses[-1] < losses[0] else "rose"


def _trend(steps: Array, losses: Array, guess: float, first: float) -> Trend:
    if len(steps) < 3:
        return "unknown"
    with np.errstate(all="ignore"):
        least = MOVES * max(guess, float(losses[-1]))
        slope, error = _slope(steps, losses)
        pace = first - float(losses[-1])
        sure = abs(slope) > 2 * error
        if sure and abs(slope) > least:
            return "falls" if slope < 0 else "rises"
        if sure and pace > SEEN * guess and -slope > pace / 2:
            return "falls"
        if np.ptp(losses) > least:
            return "swings"
        return "settled" if abs(slope) <= least else "unknown"


def _slope(x: Array, y: Array) -> tuple[float, float]:
    """The least-squares slope and its standard error."""
    x, y = x - x.mean(), y - y.mean()
    slope = (x @ y) / (x @ x)
    rest = y - slope * x
    return float(slope), float(np.sqrt((rest @ rest) / max(len(x) - 2, 1) / (x @ x)))
