"""A share of runs, with Wilson's interval at 95 %."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import binomtest

CERTAINTY = 0.95


@dataclass(frozen=True)
class Rate:
    """A share of runs, with its interval.

    Attributes:
        successes: how many succeeded.
        runs: of how many.
        low, high: the ends of Wilson's 95 % interval.
    """

    successes: int
    runs: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that succeeded."""
        return self.successes / self.runs


def rate(successes: int, runs: int) -> Rate:
    """A share with Wilson's interval (Wilson 1927).

    >>> found = rate(636, 1000)
    >>> round(found.low, 3), round(found.high, 3)
    (0.606, 0.665)
    """
    interval = binomtest(successes, runs).proportion_ci(CERTAINTY, method="wilson")
    return Rate(successes, runs, float(interval.low), float(interval.high))
