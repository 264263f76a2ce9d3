"""What one seed says of two configurations, and what many say.

A and B are trained with each seed alike; the better of the two is the one with the lower loss on unseen data, and a run
that diverged has lost infinitely much. What one seed says is the sign of one difference. What all of them say is the
median of their differences, with the 95 % interval of order statistics (Thompson 1936): it turns the sign test round,
so it asks for no shape of the differences, and no single run rules it, however wild. It decides only where that
interval leaves out zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from nnviz.analysis.rates import CERTAINTY, Rate, rate
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.training import train

Array = np.ndarray

LEAST, MOST = 5, 500  # seeds
SEEDS = 50


@dataclass(frozen=True, eq=False)
class Judgement:
    """A against B over many seeds, the first of which is the one that might have been fixed.

    Attributes:
        a, b: the two recipes, of one run each.
        seeds: `[n]`.
        losses_a, losses_b: `[n]`, loss on unseen data at the end; infinity where the run diverged.
        median: of A's losses less B's; infinite where one side diverged with most, and 0 where both did.
        low, high: the ends of its 95 % interval; infinite too where there are fewer than six seeds.
        against: with how many seeds the one is better that is not the better with most.
    """

    a: Experiment
    b: Experiment
    seeds: Array
    losses_a: Array
    losses_b: Array
    median: float
    low: float
    high: float
    against: Rate

    @property
    def differences(self) -> Array:
        """A's loss less B's with each seed, `[n]`: below 0 A is better. Infinite where one diverged, NaN where both."""
        with np.errstate(invalid="ignore"):
            difference: Array = self.losses_a - self.losses_b
        return difference

    @property
    def diverged(self) -> int:
        """With how many seeds at least one of the two diverged."""
        return int((~np.isfinite(self.differences)).sum())

    @property
    def winner(self) -> str:
        """What all seeds together say: `A`, `B`, or nothing where the interval holds zero."""
        return "A" if self.high < 0 else "B" if self.low > 0 else ""

    @property
    def leader(self) -> str:
        """The better with more seeds, whether decided or not: `A`, `B`, or nothing where they are equal."""
        return better(float(self.wins("B") - self.wins("A")))

    @property
    def fixed(self) -> str:
        """What the first seed alone says."""
        return better(float(self.differences[0]))

    def wins(self, side: str) -> int:
        """With how many seeds a side is the better one."""
        return sum(better(float(difference)) == side for difference in self.differences)


def better(difference: float) -> str:
    """The side with the lower loss, by A's less B's.

    >>> better(-0.1), better(0.2), better(0.0), better(math.nan)
    ('A', 'B', '', '')
    """
    return "A" if difference < 0 else "B" if difference > 0 else ""


def judge(a: Experiment, b: Experiment, seeds: int, on_progress: Progress | None = None) -> Judgement:
    """Train A and B with so many seeds, counting up from each's own, and compare what they lose on unseen data.

    Args:
        a: a recipe.
        b: another.
        seeds: how many, from `LEAST` to `MOST`.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: another number of seeds, or more work than an experiment's budget.
    """
    if not LEAST <= seeds <= MOST:
        raise ValueError(f"seeds={seeds}: must be from {LEAST} to {MOST}.")
    report = on_progress or (lambda share: None)
    recipes = [side.replace(restarts=seeds, snapshots=2) for side in (a, b)]
    first = train(recipes[0], lambda share: report(share / 2))
    second = first if recipes[0] == recipes[1] else train(recipes[1], lambda share: report((1 + share) / 2))
    report(1.0)
    losses = [np.nan_to_num(trace.test_loss[:, -1], nan=np.inf, posinf=np.inf) for trace in (first, second)]
    return summed_up(a, b, first.seeds, *losses)


def summed_up(a: Experiment, b: Experiment, seeds: Array, losses_a: Array, losses_b: Array) -> Judgement:
    """What the losses on unseen data, `[n]` of each side, say."""
    with np.errstate(invalid="ignore"):
        differences = np.sort(np.nan_to_num(losses_a - losses_b, nan=0.0, posinf=np.inf, neginf=-np.inf))
    n = len(differences)
    left_out = int(binom.ppf((1 - CERTAINTY) / 2, n, 0.5))  # of the differences, on either side of the interval
    low, high = (differences[left_out - 1], differences[n - left_out]) if left_out else (-math.inf, math.inf)
    wins = int((differences < 0).sum()), int((differences > 0).sum())
    against = rate(min(wins), n) if wins[0] != wins[1] else rate(0, n)
    middle = differences[(n - 1) // 2], differences[n // 2]
    median = float(middle[0] if middle[0] == middle[1] else np.mean(middle))
    return Judgement(a, b, seeds, losses_a, losses_b, median, float(low), float(high), against)
