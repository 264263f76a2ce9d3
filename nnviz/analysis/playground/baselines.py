"""What a run is measured against: a guess that ignores the inputs, and the best straight line."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from nnviz.analysis.words import number
from nnviz.core.datasets import Dataset


def guess_loss(dataset: Dataset) -> float:
    """The training loss of the best guess that ignores the inputs: class entropy in nats, or the variance."""
    y = dataset.y_train
    if not dataset.class_names:
        return float(np.var(y))
    shares = np.bincount(y) / len(y)
    return float(-sum(share * math.log(share) for share in shares if share > 0))


def guess_name(dataset: Dataset) -> str:
    """The guess's loss with its name: "ln 2 = 0.693"."""
    guess, classes = guess_loss(dataset), len(dataset.class_names)
    if not classes:
        return f"the target's variance, {number(guess)}"
    if abs(guess - math.log(classes)) < 1e-9:
        return f"ln {classes} = {number(guess)}"
    return f"the entropy of the classes, {number(guess)}"


def largest_share(y: np.ndarray) -> float:
    """The share of the largest class: how many rows a guess gets right."""
    return float(np.bincount(y).max() / len(y))


@lru_cache(maxsize=32)
def line_loss(dataset: Dataset) -> float:
    """The training loss of the best straight line between two classes in the plane; NaN for other data."""
    if len(dataset.class_names) != 2 or len(dataset.feature_names) != 2:
        return math.nan
    line = LogisticRegression(C=1e6).fit(dataset.x_train, dataset.y_train)
    shares = line.predict_proba(dataset.x_train)
    return float(log_loss(dataset.y_train, shares))
