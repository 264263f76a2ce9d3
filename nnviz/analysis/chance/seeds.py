"""What one seed says of two configurations, and what many say.

A and B are trained with each seed alike; the better of the two is the one with the lower loss on unseen data. What one
seed says is the sign of one difference. What all of them say is their mean, with its 95 % interval (Student's t, paired
by seed), and it decides only where that interval leaves out zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

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
        mean: of A's losses less B's, over the seeds with which both ended.
        low, high: the ends of its 95 % interval; infinite where there are less than two such seeds.
        against: with how many seeds the sign is the opposite of the mean's.
    """

    a: Experiment
    b: Experiment
    seeds: Array
    losses_a: Array
    losses_b: Array
    mean: float
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
        """The better on average, whether decided or not: `A`, `B`, or nothing where they are equal."""
        return better(self.mean)

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
    both = np.isfinite(losses_a) & np.isfinite(losses_b)
    finite = losses_a[both] - losses_b[both]
    mean = float(finite.mean()) if len(finite) else math.nan
    half = math.inf
    if len(finite) > 1:
        standard_error = float(finite.std(ddof=1)) / math.sqrt(len(finite))
        half = float(t.ppf((1 + CERTAINTY) / 2, len(finite) - 1)) * standard_error
    opposite = {"A": "B", "B": "A"}.get(better(mean), "-")
    with np.errstate(invalid="ignore"):
        against = sum(better(float(difference)) == opposite for difference in losses_a - losses_b)
    return Judgement(a, b, seeds, losses_a, losses_b, mean, mean - half, mean + half, rate(against, len(seeds)))
