"""The losses at which runs come to rest, where they are known.

A network that gives all inputs one answer can do no better than the guess: the entropy of the classes, or the
variance of a real target. One that parts two classes in the plane by a straight line can do no better than the best
one. On XOR without noise all levels follow from the corners: a network that gives some corners a common answer loses
on each such group its share of the rows times the entropy of its classes. The groups of four corners are few, and
give ln 2 / 2 for a mixed pair, ¾·H(1/3) for three corners, and ln 2 for all four.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.analysis.playground.diagnosis import LOW
from nnviz.analysis.words import number
from nnviz.core import datasets
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment

Array = np.ndarray

AT_LEVEL = 0.02
"""How near to a level a run must end, as a share of the guess's loss.

Runs on a plateau creep down to it without ever reaching it: the answers that are right grow surer as the logarithm of
the time, so that with plain gradient descent what is left above the level is about 1 / (learning rate · steps). A run
that has come within a fiftieth of the guess's loss counts as resting there.
"""
_SAME = 1e-9
_QUARTERS = {Fraction(1, 4): "¼", Fraction(3, 4): "¾"}
_AMOUNTS = {2: "two", 3: "three"}


@dataclass(frozen=True)
class LossLevel:
    """A known loss.

    Attributes:
        loss: in nats, or mean squared error.
        name: what it is, such as "ln 2 / 2".
        meaning: what a network that rests there does.
        guess: whether it is the guess's.
    """

    loss: float
    name: str
    meaning: str
    guess: bool = False

    @property
    def words(self) -> str:
        """Its name with its value.

        >>> LossLevel(0.346574, "ln 2 / 2", "two corners share one answer").words
        'ln 2 / 2 = 0.347'
        """
        return f"{self.name} = {number(self.loss)}"


def levels(experiment: Experiment) -> tuple[LossLevel, ...]:
    """The known levels of an experiment's training loss, the lowest first; the guess's is always among them."""
    dataset = experiment.load_dataset()
    if experiment.source is datasets.registry["xor"] and experiment.noise == 0:
        return _xor(dataset)
    guess, line = guess_loss(dataset), line_loss(dataset)
    result = [LossLevel(guess, _guess_name(dataset, guess), "a guess", guess=True)]
    if LOW * guess < line < (1 - 2 * AT_LEVEL) * guess:  # false where there is no line
        result.insert(0, LossLevel(line, "the best straight line", "no better than a straight line"))
    return tuple(result)


def tolerance(known: Sequence[LossLevel]) -> float:
    """How far from a level a run may end to count as resting there."""
    return AT_LEVEL * max(level.loss for level in known if level.guess)


def at_levels(known: Sequence[LossLevel], losses: Array) -> list[int]:
    """How many runs end at each level: nearest to it, and no further away than the tolerance."""
    if not len(losses):
        return [0] * len(known)
    away = np.abs(np.asarray(losses)[:, None] - np.array([level.loss for level in known]))
    away = np.where(np.isnan(away), np.inf, away)
    nearest = np.where(away.min(axis=1) <= tolerance(known), away.argmin(axis=1), -1)
    return [int((nearest == i).sum()) for i in range(len(known))]


def meanings(both: Sequence[Experiment], losses: Sequence[Array]) -> str:
    """What the levels mean at which runs of either experiment rest, in one sentence; nothing where none does."""
    texts: dict[str, str] = {}
    for experiment, finals in zip(both, losses, strict=True):
        known = levels(experiment)
        texts |= {level.name: level.meaning for level, n in zip(known, at_levels(known, finals), strict=True) if n}
    return "; ".join(f"{name}: {meaning}" for name, meaning in texts.items())


def _guess_name(dataset: Dataset, guess: float) -> str:
    classes = len(dataset.class_names)
    if not classes:
        return "the target's variance"
    return f"ln {classes}" if abs(guess - math.log(classes)) < _SAME else "the entropy of the classes"


def _xor(dataset: Dataset) -> tuple[LossLevel, ...]:
    corners, which, rows = np.unique(dataset.x_train, axis=0, return_inverse=True, return_counts=True)
    ones = np.bincount(which.ravel(), weights=dataset.y_train).astype(int)
    total, whole = len(dataset.y_train), len(corners)
    measurement: list[LossLevel] = []
    mixed_groups = []
    for groups in _groupings(list(range(whole))):
        groups_seen = [(len(group), int(rows[group].sum()), int(ones[group].sum())) for group in groups]
        mixed_groups.append(sorted((n, size, k) for size, n, k in groups_seen if 0 < k < n))
    for mixed in sorted(mixed_groups, key=len):
        loss = sum(n / total * _entropy(k / n) for n, _, k in mixed)
        if not mixed or any(abs(level.loss - loss) < _SAME for level in measurement):
            continue
        name = " + ".join(_term(Fraction(n, total), Fraction(min(k, n - k), n)) for n, _, k in mixed)
        sizes = [size for _, size, _ in mixed]
        if sizes == [whole]:
            measurement.append(LossLevel(loss, name, "a guess", guess=True))
        else:
            several = "corners share answers in two groups"
            measurement.append(
                LossLevel(loss, name, f"{_AMOUNTS[sizes[0]]} corners share one answer" if len(sizes) == 1 else several)
            )
    return tuple(sorted(measurement, key=lambda level: level.loss))


def _groupings(items: list[int]) -> Iterator[list[list[int]]]:
    """All ways to put items into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for groups in _groupings(rest):
        yield [[first], *groups]
        for i, group in enumerate(groups):
            yield [*groups[:i], [first, *group], *groups[i + 1 :]]


def _entropy(share: float) -> float:
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


def _term(weight: Fraction, share: Fraction) -> str:
    """A group's part of the loss: its weight times the entropy of its classes.

    >>> _term(Fraction(1, 2), Fraction(1, 2)), _term(Fraction(3, 4), Fraction(1, 3))
    ('ln 2 / 2', '¾·H(1/3)')
    """
    entropy = "ln 2" if share == Fraction(1, 2) else f"H({share})"
    if weight == 1:
        return entropy
    return (
        f"{entropy} / {weight.denominator}" if weight.numerator == 1 else f"{_QUARTERS.get(weight, weight)}·{entropy}"
    )
