"""How alike the units of each layer answer, before any training."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.depth.forward import forward
from nnviz.core import initializers
from nnviz.core.initializers import Initializer

Array = np.ndarray

ROWS = 300


def likeness(
    initializer: str | Initializer, width: int = 64, depth: int = 5, activation: str = "tanh", seed: int = 0
) -> Array:
    """The mean correlation between the answers of two units of one layer, `[depth]`.

    Sent in are standard normal numbers, as many a row as a layer has units. A unit that answers the same to every
    row correlates with none, so its pairs are left out; NaN where no pair is left.

    Args:
        initializer: of all kernels; biases are 0.
        width: units a layer.
        depth: layers.
        activation: of all layers.
        seed: draws rows and weights.

    >>> from math import isclose
    >>> isclose(likeness("constant(value=0.1)", 8, 2)[0], 1, abs_tol=1e-12)
    True
    """
    rows, *layers = (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(depth + 1))
    draw = initializers.get(initializer)
    kernels = [draw((width, width), generator, np.float64) for generator in layers]
    activations = forward(kernels, rows.normal(size=(ROWS, width)), activation)
    return np.array([_mean_correlation(layer) for layer in activations])


def _mean_correlation(activations: Array) -> float:
    apart = activations - activations.mean(axis=0)
    lengths = np.linalg.norm(apart, axis=0)
    varied = lengths > 0
    if varied.sum() < 2:
        return float("nan")
    unit = apart[:, varied] / lengths[varied]
    total = float(np.square(unit.sum(axis=1)).sum())  # of all pairs, both ways round, and of each with itself
    units = int(varied.sum())
    return (total - units) / (units * (units - 1))
