"""Two methods compared over several splits of the same rows, by Student's t as Nadeau and Bengio correct it.

Splits of one table share most of their rows, so that their results go together: taken for independent, they make a
chance of the table look like a finding. Nadeau & Bengio (2003, Inference for the Generalization Error, Machine Learning
52) put into the variance of the mean, beside 1 / splits, the rows held back for each row trained on. Bouckaert & Frank
(2004, Evaluating the Replicability of Significance Tests) find that the error then stays near what is asked for.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t

Array = np.ndarray

SAME = 1e-6  # of a guess's loss: a smaller difference is none


def standard_error(values: Array, ratio: float) -> Array:
    """The corrected standard error of the mean over splits, `[...]`.

    Args:
        values: `[splits, ...]`, one a split, at least two.
        ratio: rows held back for each row trained on.
    """
    error: Array = np.sqrt((1 / len(values) + ratio) * values.var(axis=0, ddof=1))
    return error


def probability_below(differences: Array, ratio: float, least: float) -> Array:
    """How easily means so far below 0 come by chance, one-sided, `[...]`.

    Args:
        differences: `[splits, ...]`, of two methods on the same rows.
        ratio: rows held back for each row trained on.
        least: a mean closer to 0 than this counts as 0.
    """
    mean, error = differences.mean(axis=0), standard_error(differences, ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = t.cdf(mean / error, len(differences) - 1)
    result: Array = np.where(np.abs(mean) <= least, np.where(mean > 0, 1.0, 0.5), chance)
    return result


def half_width(splits: int, comparisons: int, certainty: float) -> float:
    """How many standard errors the ends of an interval lie from the mean, so that all of several hold together.

    >>> round(half_width(10, 1, 0.95), 2), round(half_width(10, 22, 0.95), 2)
    (2.26, 4.21)
    """
    return float(t.ppf(1 - (1 - certainty) / (2 * comparisons), splits - 1))
