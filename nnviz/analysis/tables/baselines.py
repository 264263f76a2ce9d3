"""What a network has to be better than: a guess that ignores the inputs, and a straight line, both scikit-learn's."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression

from nnviz.core.datasets import Dataset

Array = np.ndarray

GUESS = "a guess"
LINE = {True: "logistic regression", False: "linear regression"}
ITERATIONS = 1000


@dataclass(frozen=True)
class Baseline:
    """What a simple method comes to on the rows held back.

    Attributes:
        name: `GUESS`, or one of `LINE`.
        loss: in nats, or the mean squared error; infinite where an answer was held impossible.
        accuracy: the share right; NaN for a real target.
    """

    name: str
    loss: float
    accuracy: float


def baselines(data: Dataset) -> tuple[Baseline, Baseline]:
    """The guess and the straight line, fitted to the rows trained on and judged by those held back.

    The guess is scikit-learn's DummyClassifier with the classes' shares, or DummyRegressor with the mean; the line its
    LogisticRegression or LinearRegression as they are by default.
    """
    classes = bool(data.class_names)
    guess, line = (DummyClassifier(strategy="prior"), LogisticRegression(max_iter=ITERATIONS)) if classes else (
        DummyRegressor(), LinearRegression(),
    )  # fmt: skip
    if classes and len(np.unique(data.y_train)) < 2:  # there is no line to be fitted
        line = DummyClassifier(strategy="prior")
    return _judged(GUESS, guess, data), _judged(LINE[classes], line, data)


def best_constant(data: Dataset) -> float:
    """The lowest loss on the rows held back that one answer for all of them could have, known in hindsight."""
    if not data.class_names:
        return float(data.y_test.var())
    shares = np.bincount(data.y_test) / len(data.y_test)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def mean_baselines(splits: list[tuple[Baseline, ...]]) -> tuple[Baseline, ...]:
    """Each baseline's mean over several splits."""
    return tuple(
        Baseline(same[0].name, float(np.mean([b.loss for b in same])), float(np.mean([b.accuracy for b in same])))
        for same in zip(*splits, strict=True)
    )


def _judged(name: str, model: DummyClassifier | LogisticRegression, data: Dataset) -> Baseline:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # as far as it came
        model.fit(data.x_train, data.y_train)
    answers = model.predict(data.x_test)
    if not data.class_names:
        return Baseline(name, float(np.mean(np.square(answers - data.y_test))), math.nan)
    places = np.searchsorted(model.classes_, data.y_test)
    known = np.isin(data.y_test, model.classes_)
    shares = np.where(known, model.predict_proba(data.x_test)[np.arange(len(known)), np.where(known, places, 0)], 0.0)
    with np.errstate(divide="ignore"):  # a class that no training row has costs infinity
        return Baseline(name, float(-np.log(shares).mean()), float((answers == data.y_test).mean()))
