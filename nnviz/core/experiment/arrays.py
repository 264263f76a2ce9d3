"""Arrays of one's own, made a data set: checked, split, scaled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import StandardScaler

from nnviz.core.datasets import Dataset
from nnviz.core.registry import shorten
from nnviz.core.splits import repeated, split_rows

Array = np.ndarray

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
TASKS = ("classification", "regression")


def split_arrays(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    feature_names: Sequence[str] | None,
    class_names: Sequence[str] | None,
    test_fraction: float,
    standardize: bool,
    task: str | None,
    seed: int,
) -> Dataset:
    """The data set that features and targets make; arguments and errors as in `Experiment.from_arrays`."""
    features, targets = _features(x), _targets(y)
    if len(features) != len(targets):
        raise ValueError(f"x has {len(features):,} rows and y {len(targets):,}: they must have the same.")
    names = _names("feature_names", feature_names or _own_names(x), features.shape[1])
    if task not in (None, *TASKS):
        raise ValueError(f"task={shorten(task)}: must be one of {', '.join(TASKS)}, or None.")
    classes: tuple[str, ...] = ()
    if task == "regression" or (task is None and targets.dtype.kind == "f"):
        targets = _numbers("y", targets)
        if class_names is not None:
            raise ValueError("class_names are given, but y is a real target: set task='classification' for classes.")
    else:
        targets, classes = _classes(targets, class_names)
    held_back = round(test_fraction * len(targets))
    least = max(2, len(classes))
    if min(held_back, len(targets) - held_back) < least:
        raise ValueError(
            f"test_fraction={test_fraction:g} of {len(targets):,} rows leaves {len(targets) - held_back:,} to train on "
            f"and {held_back:,} to test on: these data need at least {least} of each."
        )
    train, test = split_rows(repeated(features), held_back, seed, targets if classes else None)
    x_train, x_test, y_train, y_test = features[train], features[test], targets[train], targets[test]
    mean, scale = np.zeros(features.shape[1]), np.ones(features.shape[1])
    if standardize:
        scaler = StandardScaler().fit(x_train)
        mean, scale = scaler.mean_, scaler.scale_
    return Dataset(
        x_train=np.ascontiguousarray((x_train - mean) / scale),
        y_train=np.ascontiguousarray(y_train),
        x_test=np.ascontiguousarray((x_test - mean) / scale),
        y_test=np.ascontiguousarray(y_test),
        feature_names=names,
        class_names=classes,
        mean=mean,
        scale=scale,
    )


def _features(x: npt.ArrayLike) -> Array:
    features = _numbers("x", _array("x", x))
    if features.ndim != 2 or not features.size:
        raise ValueError(f"x has shape {features.shape}: must be rows × features.")
    return features


def _targets(y: npt.ArrayLike) -> Array:
    targets = _array("y", y)
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise ValueError(f"y has shape {targets.shape}: must be one target a row.")
    return targets


def _array(name: str, values: npt.ArrayLike) -> Array:
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths: must be a rectangle of values.") from None


def _numbers(name: str, values: Array) -> Array:
    try:
        numbers = values.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} holds what is no number, such as {shorten(_no_number(values))}.") from None
    gaps = ~np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1) if numbers.ndim and numbers.size else np.zeros(0)
    if gaps.any():
        raise ValueError(
            f"{name} has NaN or infinity in {int(gaps.sum()):,} of {len(numbers):,} rows: fill them or leave them out."
        )
    return numbers


def _no_number(values: Array) -> object:
    for value in values.ravel().tolist():
        try:
            float(value)
        except (TypeError, ValueError, OverflowError):
            return value
    return values.tolist()


def _classes(targets: Array, class_names: Sequence[str] | None) -> tuple[Array, tuple[str, ...]]:
    """Class numbers from 0, and the classes' names, in the order of the sorted labels as scikit-learn has it."""
    gaps = sum(label is None or _is_nan(label) for label in targets.tolist())
    if gaps:
        raise ValueError(f"y has no label (None or NaN) in {gaps:,} of {len(targets):,} rows: leave them out.")
    try:
        labels, numbers, counts = np.unique(targets, return_inverse=True, return_counts=True)
    except TypeError:
        raise ValueError("y has labels that cannot be sorted, such as texts beside numbers.") from None
    if len(labels) < 2:
        raise ValueError(f"y has {len(labels)} class: there is nothing to tell apart.")
    if counts.min() < 2:
        alone = labels[counts.argmin()].item() if hasattr(labels[0], "item") else labels[counts.argmin()]
        hint = " For a number to predict, set task='regression'." if targets.dtype.kind in "iuf" else ""
        raise ValueError(f"y has the class {shorten(alone)} once: each must be in both halves.{hint}")
    names = class_names if class_names is not None else [str(label) for label in labels.tolist()]
    return numbers, _names("class_names", names, len(labels))


def _is_nan(label: object) -> bool:
    try:
        return bool(label != label)
    except TypeError:  # pandas' NA does not know
        return True


def _own_names(x: object) -> Sequence[str] | None:
    """The names that a data frame's columns have."""
    columns = getattr(x, "columns", None)
    return None if columns is None else [str(name) for name in columns]


def _names(field: str, names: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"x{i}".translate(_SUBSCRIPTS) for i in range(1, count + 1))
    if isinstance(names, str) or len(names) != count or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{field}={shorten(list(names))}: must be {count} texts.")
    return tuple(names)
