"""What makes a table's score too good to be true: columns that alone answer the question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata
from sklearn.tree import DecisionTreeClassifier

from nnviz.analysis.tables.columns import Column, quoted
from nnviz.analysis.words import count, percent

Array = np.ndarray

ANSWERED = 0.995  # of the rows right by one column alone, or as much of a number's variance
OF_THE_GUESS = 0.05  # of the errors that a guess of the commonest class makes
ROWS_A_VALUE = 3  # at least, before a column's values are looked up one by one
_MOST_SHOWN = 3


def columns_that_answer(columns: Sequence[Column], rows: Array, y: Array, real: bool) -> list[str]:
    """A sentence about columns that alone answer the question; none where there is none.

    Args:
        columns: that are learned from.
        rows: those that are used.
        y: the answer in each, as numbers.
        real: whether it is a real number.
    """
    found, what = [], "of its variance" if real else "of the rows right"
    for column in columns:
        share = _variance_told(column, rows, y) if real else _classes_told(column, rows, y)
        if share:
            found.append(f"{quoted(column.name)} ({percent(share)} {what})")
    if not found:
        return []
    more = f", and {count(len(found) - _MOST_SHOWN, 'more column')}" if found[_MOST_SHOWN:] else ""
    alone = "alone answers it" if len(found) == 1 else "each answer it alone"
    shown = ", ".join(found[:_MOST_SHOWN])
    return [f"{shown}{more} {alone}: is that known before the answer is? If not, leave it out."]


def _plain(values: Array) -> Array:
    return values.astype(str) if values.dtype == object else values


def _codes(column: Column, rows: Array) -> tuple[Array, int]:
    values, codes = np.unique(_plain(column.values[rows]), return_inverse=True)
    return codes.reshape(-1), len(values)


def _classes_told(column: Column, rows: Array, y: Array) -> float:
    """The share of rows that one column tells right, if it tells nearly all; else 0."""
    codes, distinct = _codes(column, rows)
    classes = int(y.max()) + 1
    right = 0.0
    if ROWS_A_VALUE * distinct <= len(y):  # look each value up
        table = np.zeros((distinct, classes))
        np.add.at(table, (codes, y), 1)
        right = float(table.max(axis=1).sum()) / len(y)
    elif column.number:
        known = ~np.isnan(column.values[rows])
        values = codes[:, None]  # in the order of the values, and never too large for the tree
        tree = DecisionTreeClassifier(max_leaf_nodes=max(2, classes), random_state=0).fit(values[known], y[known])
        right = float((tree.predict(values[known]) == y[known]).sum()) / len(y)
    errors = 1 - np.bincount(y).max() / len(y)
    return right if right >= ANSWERED and 1 - right <= OF_THE_GUESS * errors else 0.0


def _variance_told(column: Column, rows: Array, y: Array) -> float:
    """The share of a number's variance that one column tells by its values or their order; 0 if not nearly all."""
    codes, distinct = _codes(column, rows)
    if distinct < 2:
        return 0.0
    if ROWS_A_VALUE * distinct <= len(y):
        means = np.bincount(codes, y) / np.bincount(codes)
        share = 1 - float(np.mean((y - means[codes]) ** 2) / y.var())
    elif column.number:
        x, known = column.values[rows], ~np.isnan(column.values[rows])
        straight = np.corrcoef(x[known], y[known])[0, 1] ** 2 if np.ptp(y[known]) else 0.0
        ranks = np.corrcoef(rankdata(x[known]), rankdata(y[known]))[0, 1] ** 2 if np.ptp(y[known]) else 0.0
        share = float(max(straight, ranks)) if known.mean() >= ANSWERED else 0.0
    else:
        return 0.0
    return share if share >= 1 - (1 - ANSWERED) ** 2 else 0.0
