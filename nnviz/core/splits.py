"""Rows split in two: those trained on and those held back, equal rows on one side.

A row that stands on both sides is known by heart before it is asked about.
"""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import train_test_split

Array = np.ndarray

LEAST_GROUPS = 20
LARGEST_GROUP = 0.1  # of all rows


def repeated(inputs: Array) -> Array:
    """Which rows are the same: a number for each row, equal for equal rows, `[n]`.

    Where only a few different rows are possible, such as of two columns of yes and no, equal rows are no repeats, and
    each row has a number of its own: with fewer than 20 different rows, or more than a tenth of all equal.

    Args:
        inputs: `[n, d]`, numbers or texts, without the answer.

    >>> rows = np.repeat(np.arange(20.0), 2)[:, None]
    >>> repeated(rows)[:5].tolist(), len(set(repeated(rows[:8])))
    ([0, 0, 1, 1, 2], 8)
    """
    numbers: dict[tuple[object, ...], int] = {}
    groups = np.array([numbers.setdefault(_key(row), len(numbers)) for row in inputs.tolist()])
    few = len(numbers) < LEAST_GROUPS or np.bincount(groups).max() > LARGEST_GROUP * len(groups)
    return np.arange(len(groups)) if few else groups


def _key(row: list[object]) -> tuple[object, ...]:
    """The row's values; NaN, which equals nothing, as None."""
    return tuple(None if value != value else value for value in row)


def split_rows(groups: Array, test_rows: int, seed: int, classes: Array | None = None) -> tuple[Array, Array]:
    """Row numbers to train on and to hold back; rows of one group stay on one side.

    Without groups of several rows it is scikit-learn's `train_test_split`. Else the groups are split by it, each for
    one row, so that the halves are as large as asked for only about.

    Args:
        groups: `[n]`, equal for rows that belong together.
        test_rows: how many rows are held back.
        seed: draws them.
        classes: `[n]`, of which each half is to have its share; none for a real target.
    """
    rows = np.arange(len(groups))
    _, first, which = np.unique(groups, return_index=True, return_inverse=True)
    strata = classes
    if len(first) < len(rows):
        test_rows = min(max(round(test_rows * len(first) / len(rows)), 1), len(first) - 1)
        strata = None if classes is None else classes[first]
        if strata is not None and np.unique(strata, return_counts=True)[1].min() < 2:
            strata = None  # a class of one group cannot be on both sides
    else:
        first, which = rows, rows
    train, test = train_test_split(np.arange(len(first)), test_size=test_rows, random_state=seed, stratify=strata)
    if len(first) == len(rows):
        return train, test
    return np.flatnonzero(np.isin(which, train)), np.flatnonzero(np.isin(which, test))
