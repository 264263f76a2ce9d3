"""Two sets of runs compared as distributions: how far apart, and how surely.

Differences of rates come with Newcombe's hybrid interval (Newcombe 1998, method 10). The effect on the final losses is
the probability of superiority, U / (n·m) of Mann and Whitney, with the interval that follows from the variance of
placements (DeLong et al. 1988; Brunner & Munzel 2000), taken on the log odds so that it stays within 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import mannwhitneyu, norm, rankdata

from nnviz.analysis.rates import CERTAINTY, Rate, rate

Array = np.ndarray

Z = float(norm.ppf((1 + CERTAINTY) / 2))
HALF = 0.5
FEW_NEAR = 0.15  # of a bell curve's values 38 % lie within half a standard deviation of the mean, of a box's 29 %
ENOUGH = 20
SAME = 1e-3  # of the mean: values that differ by less are one hump to the eye


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval.

    Attributes:
        value: the estimate.
        low, high: the ends.
    """

    value: float
    low: float
    high: float


def difference(a: Rate, b: Rate) -> Interval:
    """How much larger A's rate is than B's, from -1 to 1, by Newcombe's method 10."""
    apart = a.share - b.share
    down = math.hypot(a.share - a.low, b.high - b.share)
    up = math.hypot(a.high - a.share, b.share - b.low)
    return Interval(apart, max(-1.0, apart - down), min(1.0, apart + up))


def superiority(a: Array, b: Array) -> Interval:
    """The probability that a run of A ends lower than a run of B, ties counted half.

    Where it is 0 or 1, or no run differs from another, the placements do not vary and say nothing about the
    interval. Then it is Wilson's of min(n, m) separate pairs, which are independent; it is the wider one.

    Args:
        a: losses `[n]`; infinity for a run that diverged.
        b: losses `[m]`.
    """
    n, m = len(a), len(b)
    value = 1 - float(mannwhitneyu(a, b, method="asymptotic").statistic) / (n * m)
    ranks = rankdata(np.concatenate([a, b]))
    placements = ((ranks[:n] - rankdata(a)) / m, (ranks[n:] - rankdata(b)) / n)
    variance = sum(float(p.var(ddof=1)) / len(p) for p in placements) if min(n, m) > 1 else 0.0
    if variance == 0 or not 0 < value < 1:
        pairs = min(n, m)
        ends = rate(round(value * pairs), pairs)
        return Interval(value, min(ends.low, value), max(ends.high, value))
    odds, reach = math.log(value / (1 - value)), Z * math.sqrt(variance) / (value * (1 - value))
    low, high = (1 / (1 + math.exp(-end)) for end in (odds - reach, odds + reach))
    return Interval(value, low, high)


@dataclass(frozen=True)
class MeanStddev:
    """Mean and standard deviation of some runs' values.

    Attributes:
        mean, deviation: of the finite values; NaN where there are none, the deviation also where there is one.
        runs: how many values are finite.
        near: how many of these lie within half a standard deviation of the mean.
    """

    mean: float
    deviation: float
    runs: int
    near: int

    @property
    def humps(self) -> bool:
        """Whether hardly any run is near the mean, so that it describes none of them."""
        apart = self.deviation > SAME * abs(self.mean)
        return self.runs >= ENOUGH and apart and self.near < FEW_NEAR * self.runs


def mean_stddev(values: Array) -> MeanStddev:
    """Mean and standard deviation (of a sample, n - 1) of the finite values."""
    finite = values[np.isfinite(values)].astype(float)
    if not len(finite):
        return MeanStddev(math.nan, math.nan, 0, 0)
    if len(finite) > 1 and finite.min() == finite.max():
        return MeanStddev(float(finite[0]), 0.0, len(finite), len(finite))  # which rounding would miss
    mean = float(finite.mean())
    deviation = float(finite.std(ddof=1)) if len(finite) > 1 else math.nan
    near = int((np.abs(finite - mean) <= HALF * deviation).sum())
    return MeanStddev(mean, deviation, len(finite), near)
