"""What a trained network answers over its inputs, and where its first layer's units turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.core.trace import Trace, predict

Array = np.ndarray

ROOM = 0.15  # around the data, of its span


def input_range(traces: Sequence[Trace]) -> tuple[Array, Array]:
    """The lowest and highest of each feature over all rows, `[d]` each, with some room."""
    rows = np.concatenate([x for trace in traces for x in (trace.dataset.x_train, trace.dataset.x_test)])
    low, high = rows.min(axis=0), rows.max(axis=0)
    room = ROOM * np.maximum(high - low, 1e-3)
    return low - room, high + room


def grid(low: Array, high: Array, size: int) -> tuple[Array, Array, Array]:
    """A square grid in the plane: its two axes `[size]`, and its points `[size², 2]`, row by row."""
    x, y = np.linspace(low[0], high[0], size), np.linspace(low[1], high[1], size)
    return x, y, np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)


def unit_lines(trace: Trace, low: Array, high: Array, run: int = 0, snapshot: int = -1) -> list[tuple[int, Array]]:
    """The lines on which units of the first hidden layer have sum 0, cut to a rectangle in the plane of inputs.

    Returns:
        Pairs of unit (from 0) and the line's two ends `[2, 2]`. A unit whose line misses the rectangle, or whose
        weights are all 0, has none; units with the same line to the last bit are listed each.
    """
    kernel, bias = trace.kernels[0][run, snapshot].astype(float), trace.biases[0][run, snapshot].astype(float)
    lines = []
    for unit in range(kernel.shape[1]):
        ends = _cut(kernel[:, unit], bias[unit], low, high)
        if ends is not None:
            lines.append((unit, ends))
    return lines


def _cut(weights: Array, bias: float, low: Array, high: Array) -> Array | None:
    """Where `weights · x + bias = 0` crosses the rectangle's border: two points, or None."""
    if not (np.isfinite(weights).all() and np.isfinite(bias) and weights.any()):
        return None
    scale = np.abs(weights).max()
    weights, bias = weights / scale, bias / scale
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    preactivations = (corners * weights).sum(axis=1) + bias
    ends = []
    for i in range(4):
        one, other = preactivations[i], preactivations[i - 1]
        if (one > 0) != (other > 0):
            ends.append(corners[i - 1] + (corners[i] - corners[i - 1]) * other / (other - one))
    return np.array(ends) if len(ends) == 2 else None


def confusion(trace: Trace, run: int = 0, snapshot: int = -1) -> Array:
    """How many held-out rows of each class (down) were given each class (across), int `[classes, classes]`.

    All 0 where the run has diverged.

    Raises:
        ValueError: the target is a real number.
    """
    classes = len(trace.dataset.class_names)
    if not classes:
        raise ValueError(f"{trace.experiment.data_name} has a real target: there are no classes to confuse.")
    counts = np.zeros((classes, classes), int)
    outputs = predict(trace, trace.dataset.x_test, run, snapshot)
    if np.isfinite(outputs).all():
        np.add.at(counts, (trace.dataset.y_test.astype(int), outputs.argmax(axis=1)), 1)
    return counts
