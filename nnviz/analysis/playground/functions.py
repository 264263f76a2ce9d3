"""How many different functions the units of a layer compute on the data: what "8 units act as 3" means.

Units whose weights differ in the last bit can still do the same thing. Here units are compared by their activations
over the training rows. Two units compute one function where these are equal; where the activation is odd (tanh), also
where they are equal up to sign, and where it is homogeneous (ReLU), up to scale: the layer above undoes either with
one weight. Equal means: apart by at most `TOLERANCE` of what the livelier of the two varies over the rows.

A unit that answers the same to every row is constant and no more than a second bias; if besides it passes no gradient
on any row, it is dead. Neither is counted. Only where no unit varies are the constant ones, if any lives, one function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from nnviz.core import activations
from nnviz.core.activations import Activation
from nnviz.core.registry import check_index
from nnviz.core.trace import Trace, stacked_signals

Array = np.ndarray

TOLERANCE = 0.01  # of the livelier unit's variation
CONSTANT = 1e-6  # of a unit's size: what varies less is rounding
CANCELS = 1e-5
MOST_NUMBERS = 4_000_000  # activations that are held at once


@dataclass(frozen=True, eq=False)
class UnitFunctions:
    """What the units of one hidden layer compute over the training rows, at K moments.

    Attributes:
        distinct: int `[K]`, how many different functions; 0 where all units are dead, or the run has diverged.
        dead: int `[K]`, units that answer one thing to every row and pass no gradient.
        constant: int `[K]`, units that answer one thing to every row, dead ones included.
        furthest: `[K]`, how far the two most different units that vary are apart, in parts of the livelier one's
            variation; NaN for fewer than two.
    """

    distinct: Array
    dead: Array
    constant: Array
    furthest: Array


def distinct_functions(trace: Trace, layer: int = 0) -> Array:
    """How many different functions a hidden layer's units compute on the training rows: int `[R, T]`.

    Equal outputs are counted once, to a hundredth of what they vary; so are sign twins where the activation is odd
    and scaled twins where it is homogeneous. Dead and constant units are not counted, unless no unit varies: then the
    constant ones that still pass a gradient are 1. 0 where all are dead, or the run has diverged.

    >>> from nnviz.core.experiment import Experiment
    >>> from nnviz.core.training import train
    >>> distinct_functions(train(Experiment(kernel_initializer="mirrored", output_initializer="zeros"))).tolist()[0][-1]
    4

    Raises:
        ValueError: there is no such hidden layer.
    """
    runs, moments = np.indices((len(trace.seeds), len(trace.steps)))
    layer = check_index("layer", layer, len(trace.experiment.hidden), low=0)
    return unit_functions(trace, runs.ravel(), moments.ravel())[layer].distinct.reshape(runs.shape)


def unit_functions(trace: Trace, runs: Array, snapshots: Array) -> list[UnitFunctions]:
    """What each hidden layer's units compute.

    Args:
        trace: of a training.
        runs: `[K]`, indices of runs.
        snapshots: `[K]`, a moment of each.

    Returns:
        One record a hidden layer.
    """
    activation = activations.registry[trace.experiment.activation]
    numbers = len(trace.dataset.x_train) * sum(trace.experiment.layer_sizes)
    chunk = max(1, MOST_NUMBERS // numbers)
    parts: list[list[UnitFunctions]] = [[] for _ in trace.experiment.hidden]
    for at in range(0, len(runs), chunk):
        some = slice(at, at + chunk)
        for part, (outputs, slopes) in zip(parts, stacked_signals(trace, runs[some], snapshots[some]), strict=True):
            part.append(_compare(outputs.astype(np.float64), slopes, activation))
    names = UnitFunctions.__dataclass_fields__
    return [UnitFunctions(*(np.concatenate([getattr(one, name) for one in part]) for name in names)) for part in parts]


def _compare(outputs: Array, slopes: Array, activation: Activation) -> UnitFunctions:
    """The functions of `[K, units, n]` activations with their slopes."""
    with np.errstate(all="ignore"):
        sizes = np.abs(outputs).max(axis=2, keepdims=True, initial=0.0)
        outputs = outputs / np.where(sizes > 0, sizes, 1)  # so that no square overflows
        means = outputs.mean(axis=2)
        centred = outputs - means[..., None]
        variation = np.sqrt(np.square(centred).mean(axis=2))
        constant = ~(variation > CONSTANT)
        if activation.homogeneous:
            scales = 1 / np.where(constant, 1, np.sqrt(np.square(outputs).mean(axis=2)))
        else:
            scales = sizes[..., 0] / sizes.max(axis=1, initial=0.0)
        means, centred, variation = means * scales, centred * scales[..., None], variation * scales
        products = centred @ centred.swapaxes(1, 2) / outputs.shape[2]
        squares = np.square(variation)
        both = squares[:, :, None] + squares[:, None]
        apart = np.square(means[:, :, None] - means[:, None]) + both - 2 * products
        if activation.odd:
            apart = np.minimum(apart, np.square(means[:, :, None] + means[:, None]) + both + 2 * products)
        apart = np.sqrt(np.maximum(apart, 0)) / np.maximum(variation[:, :, None], variation[:, None])
    varies = ~constant
    apart[~(varies[:, :, None] & varies[:, None])] = np.nan
    first = np.zeros(varies.shape, bool)  # of the units of its function
    for unit in range(varies.shape[1]):
        known = (first[:, :unit] & (apart[:, unit, :unit] <= TOLERANCE)).any(axis=1)
        first[:, unit] = varies[:, unit] & ~known
    dead = constant & (slopes == 0).all(axis=2)
    finite = np.isfinite(sizes[..., 0]).all(axis=1)
    distinct = np.where(varies.any(axis=1), first.sum(axis=1), (constant & ~dead).any(axis=1))
    furthest = np.where(varies.sum(axis=1) > 1, np.nan_to_num(apart).max(axis=(1, 2)), np.nan)
    for k in np.flatnonzero(furthest < CANCELS):  # squares lose such differences
        signs = np.sign(products[k, varies[k].argmax()])[:, None] if activation.odd else 1
        same = (outputs[k] * scales[k, :, None] * signs)[varies[k]]
        furthest[k] = pdist(same).max() / math.sqrt(same.shape[1]) / variation[k].max()
    return UnitFunctions(
        distinct=np.where(finite, distinct, 0),
        dead=dead.sum(axis=1),
        constant=constant.sum(axis=1),
        furthest=furthest,
    )
