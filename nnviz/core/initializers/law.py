"""The distribution of one weight, as theory has it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Array = np.ndarray

# The standard deviation of N(0, 1) cut at ±2: Keras divides by it, so that a truncated draw has the one asked for.
TRUNCATED_STDDEV = 0.87962566103423978
CUT_MASS = math.erf(math.sqrt(2))  # the share of a normal within two standard deviations


@dataclass(frozen=True)
class Law:
    """The distribution of one weight, as theory has it.

    Attributes:
        kind: uniform, normal, cut normal, rotation (an entry of a random rotation) or points.
        mean: of the distribution.
        stddev: its standard deviation.
        low: no weight is below it; minus infinity where there is no limit.
        high: no weight is above it.
        points: for the kind "points": the values, each with its share.
    """

    kind: str
    mean: float
    stddev: float
    low: float
    high: float
    points: tuple[tuple[float, float], ...] = ()

    def density(self, x: Array) -> Array | None:
        """The probability density at each x; None where weights take only single values."""
        if self.kind == "points":
            return None
        inside = (x >= self.low) & (x <= self.high)
        if self.kind == "uniform":
            return np.where(inside, 1 / (self.high - self.low), 0.0)
        if self.kind == "rotation":
            return self._rotation_density(x)
        sigma = self.stddev / (TRUNCATED_STDDEV if self.kind == "cut normal" else 1)
        bell = np.exp(-np.square((x - self.mean) / sigma) / 2) / (sigma * math.sqrt(2 * math.pi))
        return np.where(inside, bell / CUT_MASS, 0.0) if self.kind == "cut normal" else bell

    def _rotation_density(self, x: Array) -> Array:
        """One entry of a unit vector that points anywhere alike, in n dimensions: (1 - x²)^((n - 3) / 2), scaled.

        It has no limit at the ends where n = 2; there the value just inside is given.
        """
        n = round((self.high / self.stddev) ** 2)
        share = np.clip(1 - np.square(x / self.high), 1e-6, 1)
        constant = math.lgamma(n / 2) - math.lgamma((n - 1) / 2) - math.log(math.pi) / 2
        inside = np.abs(x) <= self.high
        return np.where(inside, np.exp(constant + (n - 3) / 2 * np.log(share)) / self.high, 0.0)


def points(shares: Mapping[float, float]) -> Law:
    """Single values, each with its share."""
    mean = sum(value * share for value, share in shares.items())
    variance = sum(share * (value - mean) ** 2 for value, share in shares.items())
    return Law("points", mean, math.sqrt(variance), min(shares), max(shares), tuple(sorted(shares.items())))


def uniform(mean: float, stddev: float) -> Law:
    """Even around a mean."""
    half = math.sqrt(3) * stddev
    return Law("uniform", mean, stddev, mean - half, mean + half) if stddev else points({mean: 1.0})


def normal(mean: float, stddev: float) -> Law:
    """A normal without limits."""
    return Law("normal", mean, stddev, -math.inf, math.inf) if stddev else points({mean: 1.0})


def cut_normal(mean: float, stddev: float) -> Law:
    """What is left of a normal that is cut at two of its own standard deviations, with this one after the cut."""
    cut = 2 * stddev / TRUNCATED_STDDEV
    return Law("cut normal", mean, stddev, mean - cut, mean + cut) if stddev else points({mean: 1.0})


def rotation(gain: float, stddev: float) -> Law:
    """An entry of a random rotation, as one of a unit vector that points anywhere alike.

    Muller 1959, A note on a method for generating points uniformly on n-dimensional spheres.
    """
    if gain == 0 or gain == stddev:  # of one row and one column
        return points({-gain: 0.5, gain: 0.5} if gain else {0.0: 1.0})
    return Law("rotation", 0.0, stddev, -gain, gain)
