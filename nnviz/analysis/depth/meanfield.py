"""Mean-field theory of deep random networks: what a very wide network does to a signal, without drawing one.

In a wide layer the sums z of a random network are normal. Their variance q goes through the layers as
q' = s_w E[f(sqrt(q) z)^2] + s_b, with z standard normal, s_w the variance of a weight times the fan in, and s_b
that of a bias. Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli 2016, Exponential expressivity in deep neural
networks through transient chaos; Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017, Deep information propagation.

Expectations are integrals over a normal variable. Activations may bend at 0 (ReLU), so each integral is cut there
and Gauss-Legendre quadrature does the pieces, with points crowding at the cut; Gauss-Hermite, which knows of no
bend, would be right to two digits only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnviz.core.activations import Activation

Array = np.ndarray

REACH = 9.0  # standard deviations to each side; beyond lies 1e-19 of a normal variable
LEAST, LARGEST = 1e-10, 1e10  # the variances between which fixed points are looked for
SETTLED = 1e-13  # of itself: how far from a fixed point rounding may put one
LEVEL = 1e-9  # a factor so close to 1 is 1
START = 1.0  # the variance from which a fixed point is approached

_X, _W = np.polynomial.legendre.leggauss(64)
_U = (_X + 1) / 2
_CROWDED, _CROWDED_WEIGHTS = _U**3, _W / 2 * 3 * _U**2  # on [0, 1], crowding at 0

_T, _T_WEIGHTS = (part / 2 for part in np.polynomial.legendre.leggauss(24))
_ANGLES = _T + 0.5
_R, _R_WEIGHTS = (part * REACH / 2 for part in np.polynomial.legendre.leggauss(32))
_RADII = _R + REACH / 2
_RADIAL = _R_WEIGHTS * _RADII * np.exp(-np.square(_RADII) / 2) / (2 * math.pi)


@dataclass(frozen=True, eq=False)
class Moments:
    """What an activation f makes of a normal variable, each an array.

    Attributes:
        mean: E[f].
        square: E[f^2].
        slope: E[f'].
        slope_square: E[f'^2].
    """

    mean: Array
    square: Array
    slope: Array
    slope_square: Array


def moments(activation: Activation, variance: Array | float, mean: Array | float = 0.0) -> Moments:
    """The moments of f(z) and f'(z) for z normal.

    Args:
        activation: f.
        variance: of z, any shape.
        mean: of z, the same shape or a number.

    Returns:
        NaN where the variance or the mean is not finite.
    """
    mean, variance = np.broadcast_arrays(np.asarray(mean, float), np.asarray(variance, float))
    with np.errstate(all="ignore"):
        stddev = np.sqrt(variance)[..., None]
        center = mean[..., None]
        cut = np.clip(np.where(stddev > 0, -center / stddev, 0), -REACH, REACH)
        above, below = REACH - cut, -REACH - cut
        at = cut + np.concatenate([above * _CROWDED, below * _CROWDED], axis=-1)
        weights = np.concatenate([above * _CROWDED_WEIGHTS, -below * _CROWDED_WEIGHTS], axis=-1)
        weights = weights * np.exp(-np.square(at) / 2) / math.sqrt(2 * math.pi) + 0 * (stddev + center)  # NaN where inf
        values, slopes = _apply(activation, center + stddev * at)
        return Moments(
            *((weights * term).sum(axis=-1) for term in (values, np.square(values), slopes, np.square(slopes)))
        )


def pair_moment(
    activation: Activation,
    variances: tuple[float, float],
    correlation: float,
    means: tuple[float, float] = (0.0, 0.0),
    slopes: bool = False,
) -> float:
    """E[f(z1) f(z2)] for two correlated normal variables; with `slopes`, E[f'(z1) f'(z2)].

    In polar coordinates both bends are at fixed angles, at which the integral is cut.

    Args:
        activation: f.
        variances: of z1 and of z2.
        correlation: of z1 and z2, from -1 to 1.
        means: of z1 and of z2; where they are not 0 the bends lie elsewhere, and about three digits are right.
        slopes: whether f' takes the place of f.
    """
    between = math.acos(min(1.0, max(-1.0, correlation)))
    quarter = math.pi / 2
    starts = np.array([between - quarter, quarter, between + quarter, 3 * quarter])
    lengths = np.array([math.pi - between, between, math.pi - between, between])
    angles = (starts[:, None] + lengths[:, None] * _ANGLES).ravel()
    weights = (lengths[:, None] * _T_WEIGHTS).ravel()
    with np.errstate(all="ignore"):
        both = [
            _apply(activation, mean + math.sqrt(variance) * _RADII[:, None] * np.cos(angles - turn))[int(slopes)]
            for mean, variance, turn in zip(means, variances, (0.0, between), strict=True)
        ]
        return float(_RADIAL @ (both[0] * both[1]) @ weights)


def fixed_point(activation: Activation, weight_variance: Array | float, bias_variance: Array | float) -> Array:
    """The variance q that the layers settle at, from a signal of variance 1: 0 where it dies, inf where it explodes.

    Args:
        activation: f.
        weight_variance: s_w, any shape.
        bias_variance: s_b, the same shape or a number.
    """
    s_w, s_b = np.broadcast_arrays(np.asarray(weight_variance, float), np.asarray(bias_variance, float))
    grid = np.geomspace(LEAST, LARGEST, 801)
    start = len(grid) // 2  # START
    growth = s_w[..., None] * moments(activation, grid).square + s_b[..., None] - grid
    rises = growth[..., start] > 0
    up = growth[..., start:] <= SETTLED * grid[start:]
    down = growth[..., start::-1] >= -SETTLED * grid[start::-1]
    text = np.where(rises, up.any(axis=-1), down.any(axis=-1))
    steps = np.where(rises, up.argmax(axis=-1), down.argmax(axis=-1))
    end = np.where(rises, start + steps, start - steps)
    before = np.where(rises, end - 1, end + 1) - (steps == 0) * np.where(rises, -1, 1)
    settled = _cross(grid, growth, before, end)
    return np.where(text, settled, np.where(rises, np.inf, 0.0))


def _cross(grid: Array, growth: Array, before: Array, end: Array) -> Array:
    """Where the growth crosses 0 between two neighbours of the grid, along a straight line."""
    first, last = (np.take_along_axis(growth, index[..., None], axis=-1)[..., 0] for index in (before, end))
    with np.errstate(all="ignore"):
        share = np.where(first == last, 1.0, np.clip(first / (first - last), 0, 1))
    return np.asarray(grid[before] + share * (grid[end] - grid[before]))


def chi(activation: Activation, weight_variance: Array | float, variance: Array | float) -> Array:
    """The factor by which one layer multiplies a gradient's variance, s_w E[f'^2]: below 1 it dies, above it explodes.

    Args:
        activation: f.
        weight_variance: s_w, any shape.
        variance: q, the same shape; 0 and inf are taken as their limits.
    """
    inside = np.clip(np.asarray(variance, float), LEAST, LARGEST)
    return np.asarray(weight_variance * moments(activation, inside).slope_square)


def depth_scale(factor: Array | float) -> Array:
    """The layers in which what is multiplied by `factor` each layer changes e-fold, 1 / |ln factor|; inf at 1."""
    with np.errstate(all="ignore"):
        rate = np.abs(np.log(factor))
        return np.where(rate < LEVEL, np.inf, 1 / rate)


@dataclass(frozen=True)
class MeanFieldPoint:
    """Where a network stands on the plane of weight and bias variance.

    Attributes:
        weight_variance: s_w.
        bias_variance: s_b.
        variance: the variance q at which the layers settle; 0 or inf where they don't.
        chi: the factor of a gradient's variance a layer, there.
        correlation: what the correlation of any two inputs settles at; NaN where the variance doesn't.
        variance_depth: layers in which the variance comes e times closer to q.
        gradient_depth: layers in which the variance of a gradient changes e-fold.
        correlation_depth: layers in which the correlation comes e times closer to its end; NaN where it has none.
    """

    weight_variance: float
    bias_variance: float
    variance: float
    chi: float
    correlation: float
    variance_depth: float
    gradient_depth: float
    correlation_depth: float


def place(activation: Activation, weight_variance: float, bias_variance: float) -> MeanFieldPoint:
    """The fixed points and depth scales of a network with these variances (Schoenholz et al. 2017, section 3)."""
    settled = float(fixed_point(activation, weight_variance, bias_variance))
    factor = float(chi(activation, weight_variance, settled))
    inside = min(max(settled, LEAST), LARGEST)
    near = moments(activation, inside * np.array([1 - 1e-3, 1 + 1e-3])).square
    steepness = weight_variance * float(near[1] - near[0]) / (2e-3 * inside)
    correlation = turning = math.nan
    if LEAST < settled < LARGEST:
        correlation = _settled_correlation(activation, weight_variance, bias_variance, settled, factor)
        turning = weight_variance * pair_moment(activation, (settled, settled), correlation, slopes=True)
    return MeanFieldPoint(
        weight_variance, bias_variance, settled, factor, correlation,
        float(depth_scale(abs(steepness))), float(depth_scale(factor)), float(depth_scale(abs(turning))),
    )  # fmt: skip


def _settled_correlation(activation: Activation, s_w: float, s_b: float, variance: float, factor: float) -> float:
    """The end of the correlation map: 1 where `factor` is at most 1, else the one crossing below 1."""
    if factor <= 1 + 1e-6:
        return 1.0
    low, high = -1.0, 1 - 1e-9
    for _ in range(40):
        middle = (low + high) / 2
        mapped = (s_w * pair_moment(activation, (variance, variance), middle) + s_b) / variance
        low, high = (middle, high) if mapped > middle else (low, middle)
    return (low + high) / 2


def critical_line(activation: Activation, most_bias_variance: float) -> tuple[Array, Array]:
    """The edge of chaos, where chi = 1: weight variances, and the bias variances that go with them.

    Args:
        activation: f. Where f'^2 has the same mean for every variance (linear, ReLU and its leaky form) the line is
            upright, at s_w = 2 for ReLU.
        most_bias_variance: how far up the line goes.
    """
    variances = np.geomspace(1e-6, 1e6, 800)
    for _ in range(2):  # where the line is short, look again there and closer
        m = moments(activation, variances)
        weights = 1 / m.slope_square
        if np.ptp(weights) <= LEVEL * weights[0]:
            return np.full(2, weights[0]), np.array([0.0, most_bias_variance])
        biases = variances - weights * m.square
        kept = (biases >= -1e-5 * variances) & (biases <= most_bias_variance)
        if not kept.any():
            break
        first, last = np.flatnonzero(kept)[[0, -1]]
        variances = np.geomspace(variances[max(0, first - 1)], variances[min(last + 1, len(variances) - 1)], 400)
    return weights[kept], np.maximum(biases[kept], 0)


def _apply(activation: Activation, z: Array) -> tuple[Array, Array]:
    values, slopes = np.empty_like(z), np.empty_like(z)
    activation.value(z, values)
    activation.derivative(z, values, slopes)
    return values, slopes
