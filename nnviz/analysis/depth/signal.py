"""A signal sent through a deep network at its start: forwards the activations, backwards the gradients.

The network is a stack of equal layers, drawn as a training draws them: `SeedSequence(seed).spawn`, one child a layer,
the kernel first and then the bias. Backwards goes an error of standard deviation 1, drawn for every unit of the last
layer and every row, as no loss is needed to see what the layers do to it; what is measured are the gradients with
respect to the sums, as in Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural
networks.

    >>> record = measure(SignalSpec(depth=30, activation="relu", kernel_initializer="he_normal", data="normal"))
    >>> record.activations.shape, record.gradients.shape
    ((10, 31), (10, 30))
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.playground.activity import SATURATED_SLOPE
from nnviz.core import activations, datasets, initializers
from nnviz.core.activations import Activation
from nnviz.core.contraction import one_blas_thread
from nnviz.core.experiment import MOST_SEED
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter, shorten

Array = np.ndarray

NORMAL = "normal"  # the data that are drawn: as many features as the layers have units
PAIR_TARGETS = (0.0, 0.9)  # the cosines that the two pairs of rows shall start near
ALIKE = 0.999  # rows of a larger cosine are no pair worth following
MOST_HISTOGRAMS = 5
BINS = 61
SAFE = 1e100  # the squares of what lies between it and its inverse are numbers
REACH = 4.0  # histograms in a layer's own standard deviations go so far to each side

# The budget: seconds by a rule of thumb, on one core of a 2024 server.
MOST_SECONDS = 2.0
SECONDS_A_PRODUCT = 0.06e-9  # weight and row
SECONDS_A_VALUE = 45e-9  # unit and row
SECONDS_A_DRAW = 40e-9  # weight
ORTHOGONAL_DRAW = 3  # times as much
MOST_VALUES = 8_000_000  # units × rows × layers of one network


def _whole(name: str, default: int, low: int, high: int, label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=int, default=default, low=low, high=high, label=label, note=note)


def _choice(name: str, default: str, choices: tuple[str, ...], label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=str, default=default, choices=choices, label=label, note=note)


# The fields with one plain value; the two initializers have a form of their own.
FIELDS: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        _whole("depth", 30, 1, 64, "layers", "How many hidden layers the signal passes."),
        _whole("width", 64, 1, 512, "units a layer", "All layers are equally wide."),
        _choice("activation", "relu", tuple(activations.registry), "activation", "What a unit does to its sum."),
        _choice("data", "digits", (NORMAL, *datasets.registry), "data", "What is sent in."),
        _whole("rows", 128, 16, 512, "rows", "How many inputs at most."),
        _whole("seeds", 10, 1, 30, "seeds", "How many networks are drawn."),
        _whole("seed", 0, 0, MOST_SEED - 30, "first seed", "Draws the first network; the others count on from it."),
    )
}
INITIALIZERS = ("kernel_initializer", "bias_initializer")
WORK = ("depth", "width", "rows", "seeds")  # the fields that the budget is about


@dataclass(frozen=True, kw_only=True)
class SignalSpec:
    """Which networks, and what is sent through them. A value: frozen, hashable, comparable.

    Initializers may be given as a key, a text form or an instance, and are kept as instances.

    Raises:
        ValueError: a value that is out of range or unknown, or more work than the budget; the message names the field,
            the value and what is allowed.
    """

    depth: int = 30
    width: int = 64
    activation: str = "relu"
    kernel_initializer: Initializer = "glorot_uniform"  # type: ignore[assignment]  # made an instance below
    bias_initializer: Initializer = "zeros"  # type: ignore[assignment]
    data: str = "digits"
    rows: int = 128
    seeds: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, check_field(field.name, getattr(self, field.name)))
        values = self.depth * self.width * self.rows
        weights = self.depth * self.width * self.width
        orthogonal = ORTHOGONAL_DRAW if self.kernel_initializer.key == "orthogonal" else 1
        seconds = self.seeds * (
            weights * (2 * self.rows * SECONDS_A_PRODUCT + orthogonal * SECONDS_A_DRAW) + values * SECONDS_A_VALUE
        )
        most = max(seconds / MOST_SECONDS, values / MOST_VALUES)
        if most > 1:
            now = ", ".join(f"{name}={getattr(self, name)}" for name in WORK)
            raise ValueError(f"{now} need {most:.3g} times the work that is allowed: lower one of them.")


def check_field(name: str, value: object) -> object:
    """The value as a `SignalSpec` keeps it; ValueError naming the field where it cannot."""
    if name in FIELDS:
        return FIELDS[name].check(value)
    try:
        initializer = initializers.get(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if name == "bias_initializer" and initializer.scheme.least_axes > 1:
        raise ValueError(f"{name}={shorten(str(initializer))}: cannot fill a bias, which has one axis.")
    return initializer


@dataclass(frozen=True, eq=False)
class SignalRecord:
    """What was measured in S networks of L layers. What a number cannot hold is inf or NaN.

    Attributes:
        spec: what was sent through which networks.
        activations: the standard deviation, over units and rows, of the input, then of each layer's activations,
            [S, L + 1].
        preactivations: the standard deviation of each layer's pre-activations, [S, L].
        gradients: the standard deviation of the gradient with respect to each layer's pre-activations, [S, L].
        dead: the share of units that pass no gradient on any row, [S, L]; 0 where the activation squashes.
        saturated: the share of activations on a flat end, [S, L]; 0 where the activation does not squash.
        pairs: rows whose likeness is followed, [P, 2].
        cosines: of the pairs' inputs, then of their pre-activations in each layer, [S, P, L + 1].
        shown: the layers that have a histogram, from 1.
        edges: the histograms' bin edges: activations where their function squashes, else in the layer's standard
            deviations.
        histograms: the share of activations in each bin, all networks together, [K, B].
    """

    spec: SignalSpec
    activations: Array
    preactivations: Array
    gradients: Array
    dead: Array
    saturated: Array
    pairs: Array
    cosines: Array
    shown: tuple[int, ...]
    edges: Array
    histograms: Array


def measure(spec: SignalSpec, on_progress: Progress | None = None) -> SignalRecord:
    """Draw the networks, send the rows through, and an error back. The same spec gives the same bits.

    Args:
        spec: the networks and the rows.
        on_progress: called after each layer with the share done, from 0.0 to 1.0. What it raises stops the measuring
            and passes on.
    """
    report = on_progress or (lambda share: None)
    x = inputs(spec)
    pairs = telling_pairs(x)
    activation = activations.registry[spec.activation]
    shape = (spec.seeds, spec.depth)
    preactivation_stddev, gradients, dead, saturated = (np.zeros(shape) for _ in range(4))
    activation_stddev = np.zeros((spec.seeds, spec.depth + 1))
    cosines = np.zeros((spec.seeds, len(pairs), spec.depth + 1))
    shown = tuple(sorted({1 + round(i * (spec.depth - 1) / (MOST_HISTOGRAMS - 1)) for i in range(MOST_HISTOGRAMS)}))
    edges = _edges(activation)
    counts = np.zeros((len(shown), BINS))
    activation_stddev[:, 0] = stddev(x)
    cosines[:, :, 0] = _cosines(x, pairs)
    slopes = np.empty((spec.depth, len(x), spec.width))
    with np.errstate(all="ignore"), one_blas_thread():
        for s in range(spec.seeds):
            layers = _draw(spec, spec.seed + s, x.shape[1])
            below = x
            for i, (kernel, bias) in enumerate(layers):
                report((s + i / spec.depth) / spec.seeds)
                z = below @ kernel + bias
                below = np.empty_like(z)
                activation.value(z, below)
                activation.derivative(z, below, slopes[i])
                preactivation_stddev[s, i], activation_stddev[s, i + 1] = stddev(z), stddev(below)
                cosines[s, :, i + 1] = _cosines(z, pairs)
                dead[s, i], saturated[s, i] = _idle(activation, slopes[i])
                if i + 1 in shown:
                    scale = 1.0 if activation.squashes else activation_stddev[s, i + 1]
                    counts[shown.index(i + 1)] += _count(below, scale, edges)
            _backwards(spec, s, layers, slopes, gradients[s])
    return SignalRecord(
        spec, activation_stddev, preactivation_stddev, gradients, dead, saturated, pairs, cosines,
        shown, edges, counts / np.maximum(1, counts.sum(axis=1, keepdims=True)),
    )  # fmt: skip


def inputs(spec: SignalSpec) -> Array:
    """The rows that are sent in, `[n, d]`: a data set's, standardised, or standard normal ones.

    Of the normal ones the second is made like the first, with a cosine near 0.9.
    """
    if spec.data != NORMAL:
        return datasets.load(spec.data, 2 * spec.rows, 0.1, 0, 0.5).x_train[: spec.rows]
    x = np.random.default_rng(0).normal(size=(spec.rows, spec.width))
    near = max(PAIR_TARGETS)
    x[1] = near * x[0] + np.sqrt(1 - near**2) * x[1]
    return x


def telling_pairs(x: Array) -> Array:
    """Two pairs of rows, `[P, 2]`: one as near as can be to a right angle, one alike but not the same.

    There is only one pair where the rows offer no other, and none where all rows are equal.
    """
    lengths = np.linalg.norm(x, axis=1)
    unit = x / np.where(lengths > 0, lengths, 1)[:, None]
    first, second = np.triu_indices(len(x), 1)
    cosines = (unit @ unit.T)[first, second]
    usable = (lengths[first] > 0) & (lengths[second] > 0) & (cosines < ALIKE)
    if not usable.any():
        return np.zeros((0, 2), int)
    off = [np.where(usable, np.abs(cosines - target), np.inf).argmin() for target in PAIR_TARGETS]
    return np.array([(first[i], second[i]) for i in dict.fromkeys(off)])


def stddev(values: Array) -> float:
    """The standard deviation; of values whose squares a number may not hold, relative to the largest."""
    values = values.ravel()
    largest = max(float(values.max()), -float(values.min()))
    if not 0 < largest < np.inf:
        return largest
    scale = 1.0 if 1 / SAFE < largest < SAFE else largest
    centred = values / scale
    centred -= centred.mean()
    return scale * math.sqrt(float(centred @ centred) / centred.size)


def _draw(spec: SignalSpec, seed: int, features: int) -> list[tuple[Array, Array]]:
    layers, below = [], features
    for child in np.random.SeedSequence(seed).spawn(spec.depth):
        generator = np.random.default_rng(child)
        kernel = spec.kernel_initializer((below, spec.width), generator, np.float64)
        layers.append((kernel, spec.bias_initializer((spec.width,), generator, np.float64)))
        below = spec.width
    return layers


def _backwards(spec: SignalSpec, s: int, layers: list[tuple[Array, Array]], slopes: Array, gradients: Array) -> None:
    """Write the gradient's standard deviation at each layer's pre-activations; `slopes` is used up."""
    generator = np.random.default_rng(np.random.SeedSequence(spec.seed + s, spawn_key=(spec.depth,)))
    error = generator.normal(size=slopes.shape[1:])
    for i in reversed(range(spec.depth)):
        delta = slopes[i]
        delta *= error
        gradients[i] = stddev(delta)
        if i:
            error = delta @ layers[i][0].T


def _idle(activation: Activation, slopes: Array) -> tuple[float, float]:
    """The shares of dead units and of saturated activations, as `nnviz.analysis.playground.activity` defines them."""
    if activation.squashes:
        return 0.0, float((np.abs(slopes) < SATURATED_SLOPE * activation.steepest).mean())
    return float((slopes == 0).all(axis=0).mean()), 0.0


def _cosines(rows: Array, pairs: Array) -> Array:
    """The cosine of each pair of rows; NaN where one is zero or overflowed."""
    a, b = (part / np.abs(part).max(axis=1, keepdims=True) for part in (rows[pairs[:, 0]], rows[pairs[:, 1]]))
    return np.asarray((a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)))


def _edges(activation: Activation) -> Array:
    if not activation.squashes:
        return np.linspace(-REACH, REACH, BINS + 1)
    ends = np.empty(2)
    activation.value(np.array([-40.0, 40.0]), ends)
    low, high = np.round(ends)
    return np.linspace(low, high, BINS + 1)


def _count(values: Array, scale: float, edges: Array) -> Array:
    """How many values lie in each bin; those beyond the edges are left out, as is what cannot be scaled."""
    scaled = (values / scale if scale > 0 else values).ravel()
    at = (scaled - edges[0]) * (len(edges) - 1) / (edges[-1] - edges[0])
    bins = at[(at >= 0) & (at <= len(edges) - 1)].astype(np.intp)
    return np.bincount(np.minimum(bins, len(edges) - 2), minlength=len(edges) - 1)
