"""What several tries are worth, counted on runs themselves beside the formulas.

Runs stand in the order of their seeds. They are cut into groups of neighbours that share no run, as if each group were
somebody else's work; a last group that is not full is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.chance.seeds import Judgement
from nnviz.analysis.rates import Rate, rate

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class BestOf:
    """A share of groups, by how many attempts each has, and what the formula says.

    Attributes:
        attempts: `[K]`, increasing.
        counted: the share among the groups, for each number of attempts.
        formula: `[K]`, the share to expect.
    """

    attempts: Array
    counted: tuple[Rate, ...]
    formula: Array

    def at(self, count: int) -> tuple[Rate, float]:
        """The share counted and the share to expect, for one number of attempts."""
        place = int(np.flatnonzero(self.attempts == count)[0])
        return self.counted[place], float(self.formula[place])


def groups(values: Array, size: int) -> Array:
    """The values in groups of neighbours, `[groups, size]`.

    >>> groups(np.arange(5), 2).tolist()
    [[0, 1], [2, 3]]
    """
    amount = len(values) // size
    return values[: amount * size].reshape(amount, size)


def one_success(succeeded: Array, most: int) -> BestOf:
    """How many groups of k runs hold at least one success, beside 1 - (1 - p)^k with the share p of all runs.

    Args:
        succeeded: bool `[R]`.
        most: the largest k, at most R; they begin at 1.
    """
    counts = np.arange(1, most + 1)
    cut = [groups(succeeded, int(k)) for k in counts]
    counted = tuple(rate(int(group.any(axis=1).sum()), len(group)) for group in cut)
    return BestOf(counts, counted, 1 - (1 - succeeded.mean()) ** counts)


def best_against_one(losses: Array, counts: Array) -> BestOf:
    """How often the best of k runs ends lower than one other run, beside k / (k + 1).

    In a group of k + 1 the first run is the single one. All stand an equal chance to be the lowest, so the single one
    is it in 1 of k + 1 cases, whatever is trained.

    Args:
        losses: `[R]`, infinity for a run that diverged.
        counts: `[K]`, each k less than R.
    """
    cut = [groups(losses, int(k) + 1) for k in counts]
    counted = tuple(rate(int((group[:, 1:].min(axis=1) < group[:, 0]).sum()), len(group)) for group in cut)
    return BestOf(np.asarray(counts), counted, counts / (counts + 1))


def group_rates(succeeded: Array, size: int) -> list[Rate]:
    """Each group's share of successes with its interval."""
    return [rate(int(group.sum()), size) for group in groups(succeeded, size)]


def mean_width(rates: list[Rate]) -> float:
    """The mean width of some intervals."""
    return float(np.mean([result.high - result.low for result in rates]))


@dataclass(frozen=True, eq=False)
class Paired:
    """Differences between A and B, with one seed for both, and with another seed for B.

    Attributes:
        same: `[n]`, A's loss less B's, of the same seed.
        other: `[n]`, A's loss less B's of the next seed.
    """

    same: Array
    other: Array

    @property
    def fewer(self) -> float:
        """How many times as many seeds it takes without the same seeds: the ratio of the variances."""
        return float(self.other.var(ddof=1) / self.same.var(ddof=1))

    @property
    def needed(self) -> tuple[float, float]:
        """About how many seeds part A from B, with the same seeds and with others: (2 · spread / mean)²."""
        gap = float(self.same.mean())
        result = [
            math.ceil((2 * float(d.std(ddof=1)) / gap) ** 2) if gap else math.inf for d in (self.same, self.other)
        ]
        return result[0], result[1]


def paired(judgement: Judgement) -> Paired:
    """The differences of a comparison, paired by seed and not; those with a diverged run are left out."""
    both = np.isfinite(judgement.losses_a) & np.isfinite(judgement.losses_b)
    a, b = judgement.losses_a[both], judgement.losses_b[both]
    return Paired(a - b, a - np.roll(b, -1))
