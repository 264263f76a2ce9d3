"""What mean-field theory says of the networks that `nnviz.analysis.depth.signal` measures, layer by layer.

Row by row, as the pre-activations of a layer are normal for each row: with weights of mean m and standard deviation s
those of a row have mean n m E[f] and variance n s^2 E[f^2] over the units, n being the fan in. For m = 0 that is the
theory of Poole et al. 2016; the means make it hold for starts such as small positive numbers too. Backwards, the
gradient is taken to be independent of the weights it passes (Schoenholz et al. 2017). With a mean other than 0 that
gives the gradient's size only roughly at the widths drawn here, as a few rows that saturate nothing carry nearly all of
it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.depth.meanfield import MeanFieldPoint, Moments, moments, pair_moment, place
from nnviz.analysis.depth.signal import SignalRecord, SignalSpec, inputs, measure, telling_pairs
from nnviz.core import activations
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress

Array = np.ndarray

MOST_ROWS = 128


@dataclass(frozen=True, eq=False)
class SignalTheory:
    """What `SignalRecord` has, by the theory, for infinitely many very wide networks.

    Attributes:
        activations: the standard deviation of the input and of each layer's activations, [L + 1].
        preactivations: of each layer's pre-activations, [L].
        gradients: of the gradient with respect to each layer's pre-activations, [L].
        cosines: of the pairs' inputs, then of their pre-activations, [P, L + 1].
        place: where on the plane of variances; None where the weights or biases have a mean other than 0.
    """

    activations: Array
    preactivations: Array
    gradients: Array
    cosines: Array
    place: MeanFieldPoint | None


def theory(spec: SignalSpec) -> SignalTheory | None:
    """The theory of a spec; None where its weights or biases are not draws from one distribution."""
    x = inputs(spec)
    first, later = (law(spec.kernel_initializer, (n, spec.width)) for n in (x.shape[1], spec.width))
    biases = law(spec.bias_initializer, (spec.width,))
    if first is None or later is None or biases is None:
        return None
    rows = x[:MOST_ROWS]
    with np.errstate(all="ignore"):
        forward = _forward(spec, rows, first, later, biases)
        gradients = _backward(spec, forward, later)
        cosines = _cosines(spec, x, first, later, biases)
        activation_stddev = [float(np.std(x)), *(_stddev(m.mean, m.square) for _, _, m in forward)]
        preactivation_stddev = [_stddev(mean, variance + np.square(mean)) for mean, variance, _ in forward]
    centred = later[0] == 0 and biases[0] == 0
    activation = activations.registry[spec.activation]
    result = place(activation, spec.width * later[1] ** 2, biases[1] ** 2) if centred else None
    return SignalTheory(np.array(activation_stddev), np.array(preactivation_stddev), gradients, cosines, result)


def measure_and_expect(spec: SignalSpec, on_progress: Progress) -> tuple[SignalRecord, SignalTheory | None]:
    """What is measured, and what the theory says."""
    return measure(spec, on_progress), theory(spec)


def law(initializer: Initializer, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """The mean and the standard deviation of one weight; None where weights are not draws from one distribution.

    >>> from nnviz.core.initializers import get
    >>> law(get("positive_uniform(high=0.6)"), (4, 4)), law(get("identity"), (4, 4))
    ((0.3, 0.17320508075688773), None)
    """
    stddev = initializer.stddev(shape)
    return None if stddev is None else (initializer.law(shape).mean, stddev)


_Law = tuple[float, float]
_Layer = tuple[Array, Array, Moments]


def _forward(spec: SignalSpec, x: Array, first: _Law, later: _Law, biases: _Law) -> list[_Layer]:
    """For each layer the mean and variance over units of each row's pre-activations, and its activations' moments."""
    activation = activations.registry[spec.activation]
    total, squares = x.sum(axis=1), np.square(x).sum(axis=1)
    layers: list[_Layer] = []
    for mean, stddev in [first, *[later] * (spec.depth - 1)]:
        center = mean * total + biases[0]
        variance = stddev**2 * squares + biases[1] ** 2
        answer = moments(activation, variance, center)
        layers.append((center, variance, answer))
        total, squares = spec.width * answer.mean, spec.width * answer.square
    return layers


def _backward(spec: SignalSpec, layers: list[_Layer], law: _Law) -> Array:
    """The standard deviation of the gradient: its square and its squared mean over units go back through each layer."""
    n = spec.width
    gradients = np.zeros(spec.depth)
    square, common = 1.0, 1.0 / n  # of the error with respect to the activations
    for i in reversed(range(spec.depth)):
        answer = layers[i][2]
        together = np.square(answer.slope) * common
        delta = answer.slope_square * square
        gradients[i] = math.sqrt(float(np.mean(delta)))
        delta_common = together + np.maximum(delta - together, 0) / n
        common = (n * law[0]) ** 2 * delta_common
        square = n * law[1] ** 2 * delta + common
    return gradients


def _cosines(spec: SignalSpec, x: Array, first: _Law, later: _Law, biases: _Law) -> Array:
    activation = activations.registry[spec.activation]
    lines = []
    for a, b in x[telling_pairs(x)]:
        product = float(a @ b)
        layers = _forward(spec, np.stack([a, b]), first, later, biases)
        line = [product / math.sqrt(float(a @ a) * float(b @ b))]
        for (means, variances, _), (_, stddev) in zip(layers, [first, *[later] * (spec.depth - 1)], strict=True):
            shared = stddev**2 * product + biases[1] ** 2
            root = float(np.sqrt(variances[0] * variances[1]))
            if not math.isfinite(root) or not np.isfinite(means).all():
                break
            along = min(1.0, max(-1.0, shared / root)) if root > 0 else 1.0
            lengths = float(np.sqrt(np.prod(np.square(means) + variances)))
            line.append((float(means[0] * means[1]) + along * root) / lengths if lengths > 0 else math.nan)
            pair = (float(variances[0]), float(variances[1])), along, (float(means[0]), float(means[1]))
            product = spec.width * pair_moment(activation, *pair)
        lines.append(line + [math.nan] * (spec.depth + 1 - len(line)))
    return np.array(lines).reshape(len(lines), spec.depth + 1)


def _stddev(means: Array, squares: Array) -> float:
    """The standard deviation over units and rows of what has these means and mean squares over units, for each row."""
    return math.sqrt(max(float(np.mean(squares) - np.mean(means) ** 2), 0.0))  # this way round NaN stays
