"""How often a start succeeds, how sure one can be of that, and how many starts one needs.

What several runs are worth together is computed over all subsets of the runs at hand, without replacement and without
drawing any.
"""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.rates import CERTAINTY, Rate, rate

Array = np.ndarray

LEAST_SHOWN, MOST_SHOWN = 20, 500
MOMENTS = 40  # of the narrowing interval


def restarts_needed(share: float) -> float:
    """How many restarts hold at least one success with 95 % certainty: ⌈ln 0.05 / ln(1 - share)⌉, infinity for 0.

    >>> restarts_needed(0.636), restarts_needed(1.0), restarts_needed(0.0), restarts_needed(0.95)
    (3, 1, inf, 1)
    """
    if share <= 0:
        return math.inf
    if share >= 1:
        return 1
    exact = math.log(1 - CERTAINTY) / math.log1p(-share)
    return max(1, math.ceil(exact * (1 - 1e-12)))  # where it is whole, rounding must not add one


def narrowing(succeeded: Array) -> tuple[Array, list[Rate]]:
    """The rate and its interval after the first n runs.

    Args:
        succeeded: bool `[R]`, in the order of the seeds.

    Returns:
        Some n `[M]` from 1 to R, evenly on a logarithmic axis, and the rate after each.
    """
    counts = np.unique(np.geomspace(1, len(succeeded), MOMENTS).round().astype(int))
    so_far = np.cumsum(succeeded)
    return counts, [rate(int(so_far[n - 1]), int(n)) for n in counts]


def sizes_shown(rates: Rate) -> int:
    """Up to how many restarts the best of them is worth looking at: three times what is needed."""
    needed = restarts_needed(rates.share)
    return int(min(rates.runs, MOST_SHOWN, max(LEAST_SHOWN, 3 * needed)))


def chance_of_one(rates: Rate, most: int) -> Array:
    """The chance that k of the runs, drawn without replacement, hold at least one success: `[most]`, for k from 1.

    Args:
        rates: the runs.
        most: the largest k, at most the number of runs.
    """
    failed = rates.runs - rates.successes
    k = np.arange(most)
    chance: Array = 1 - np.cumprod(np.maximum(failed - k, 0) / (rates.runs - k))
    return chance


def best_of(losses: Array, most: int) -> Array:
    """The expected lowest loss among k of the runs, over all subsets of that size: `[most]`, for k from 1.

    Of n sorted losses the i-th is the lowest of k with probability C(n - i, k - 1) / C(n, k): k/n for the first, and
    from one to the next times (n - i - k + 1) / (n - i). All factors are positive, so nothing cancels.

    Args:
        losses: `[n]`, finite.
        most: the largest k, at most n.
    """
    ordered = np.sort(losses)
    n = len(ordered)
    k = np.arange(1, most + 1)[:, None]
    i = np.arange(1, n)
    weights = np.ones((most, n))
    weights[:, 1:] = np.cumprod(np.maximum(n - i - k + 1, 0) / (n - i), axis=1)
    expected: Array = (weights * (k / n)) @ ordered
    return expected
