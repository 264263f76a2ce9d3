"""What an initializer draws, measured on real kernels, beside what theory says of it.

>>> from nnviz.core import initializers
>>> found = draws(initializers.get("glorot_uniform"), LAYERS["dense"].kernel({"inputs": 64, "units": 32}))
>>> found.breaks, round(found.law.spread, 4), round(found.law.high, 4)
('yes', 0.1443, 0.25)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.special import gammaln

from nnviz.core.initializers import TRUNCATED_SPREAD, Initializer, Shape, fans
from nnviz.core.registry import Parameter

Array = np.ndarray

ENOUGH = 20_000  # weights; kernels of further seeds are pooled until there are so many
MOST_SEEDS = 16
ROOM = 0.15  # of the law's own stretch, left free on each side of a picture
TAILS = 4.0  # spreads to each side of the mean that a picture of an unlimited law shows
CUT_MASS = math.erf(math.sqrt(2))  # the share of a normal within two spreads


@dataclass(frozen=True)
class Kernel:
    """A kernel to be filled.

    Attributes:
        shape: as Keras has it; units along the last axis.
        gates: how many columns one unit has: 4 in an LSTM, else 1.
    """

    shape: Shape
    gates: int = 1

    @property
    def fans(self) -> tuple[int, int]:
        """Fan in and fan out, as Keras counts them."""
        return fans(self.shape)

    @property
    def size(self) -> int:
        """How many weights there are."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Layer:
    """A kind of layer whose kernel can be looked at.

    Attributes:
        key: its name in URLs.
        label: its name on screen.
        sizes: what its kernel's shape is made from.
        default: the key of the initializer that Keras uses unless told otherwise.
    """

    key: str
    label: str
    sizes: tuple[Parameter, ...]
    default: str = "glorot_uniform"

    def kernel(self, sizes: Mapping[str, int]) -> Kernel:
        """The kernel of a layer of these sizes, by name."""
        if self.key == "conv2d":
            return Kernel((sizes["field"], sizes["field"], sizes["channels"], sizes["filters"]))
        if self.key == "dense":
            return Kernel((sizes["inputs"], sizes["units"]))
        rows = sizes["units"] if self.key == "lstm_recurrent" else sizes["inputs"]
        return Kernel((rows, 4 * sizes["units"]), gates=4)


def _size(name: str, default: int, most: int, note: str) -> Parameter:
    return Parameter(name=name, kind=int, default=default, low=1, high=most, label=name, note=note)


_INPUTS = _size("inputs", 64, 256, "How many numbers come in.")
_UNITS = _size("units", 32, 256, "How many units the layer has.")
_FEWER_UNITS = _size("units", 32, 128, "How many units the layer has; each has four columns, one a gate.")

LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        layer.key: layer
        for layer in (
            Layer("dense", "Dense", (_INPUTS, _UNITS)),
            Layer(
                "conv2d",
                "Conv2D",
                (
                    _size("field", 3, 7, "Its filters see field × field pixels at a time."),
                    _size("channels", 16, 64, "How many channels come in."),
                    _size("filters", 32, 64, "How many filters the layer has."),
                ),
            ),
            Layer("lstm", "LSTM, kernel", (_INPUTS, _FEWER_UNITS)),
            Layer("lstm_recurrent", "LSTM, recurrent kernel", (_FEWER_UNITS,), default="orthogonal"),
        )
    }
)


@dataclass(frozen=True)
class Law:
    """The distribution of one weight, as theory has it.

    Attributes:
        kind: uniform, normal, cut normal, rotation (an entry of a random rotation) or points.
        mean: of the distribution.
        spread: its standard deviation.
        low: no weight is below it; minus infinity where there is no limit.
        high: no weight is above it.
        points: for the kind "points": the values, each with its share.
    """

    kind: str
    mean: float
    spread: float
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
        sigma = self.spread / (TRUNCATED_SPREAD if self.kind == "cut normal" else 1)
        bell = np.exp(-np.square((x - self.mean) / sigma) / 2) / (sigma * math.sqrt(2 * math.pi))
        return np.where(inside, bell / CUT_MASS, 0.0) if self.kind == "cut normal" else bell

    def _rotation_density(self, x: Array) -> Array:
        """One entry of a unit vector that points anywhere alike, in n dimensions: (1 - x²)^((n - 3) / 2), scaled.

        It has no limit at the ends where n = 2; there the value just inside is given.
        """
        n = round((self.high / self.spread) ** 2)
        share = np.clip(1 - np.square(x / self.high), 1e-6, 1)
        constant = gammaln(n / 2) - gammaln((n - 1) / 2) - math.log(math.pi) / 2
        inside = np.abs(x) <= self.high
        return np.where(inside, np.exp(constant + (n - 3) / 2 * np.log(share)) / self.high, 0.0)


_UNIFORM = ("random_uniform", "positive_uniform", "lecun_uniform", "glorot_uniform", "he_uniform", "pytorch_default",
            "mirrored")  # fmt: skip
_CUT_NORMAL = ("truncated_normal", "lecun_normal", "glorot_normal", "he_normal")


def law(initializer: Initializer, shape: Shape) -> Law | None:
    """The distribution that theory gives for one weight; None for an initializer that none is known of here.

    Truncated normals are cut at two spreads of the normal that is cut, and Keras widens those of its variance
    scaling family so that the spread asked for is left. An entry of a random rotation is distributed as an entry of
    a unit vector (Muller 1959, A note on a method for generating points uniformly on n-dimensional spheres).

    Args:
        initializer: with its parameters set.
        shape: the kernel's.

    >>> from nnviz.core.initializers import get
    >>> round(law(get("truncated_normal"), (64, 32)).spread, 6)
    0.043981
    """
    key, settings, size = initializer.key, initializer.parameters, math.prod(shape)
    spread = initializer.spread(shape)
    if key in ("zeros", "ones", "constant"):
        return _points({settings.get("value", float(key == "ones")): 1.0})
    if key == "identity":
        diagonal = min(shape) / size
        return _points({settings["gain"]: diagonal} | ({0.0: 1 - diagonal} if diagonal < 1 else {}))
    if key == "ordered":
        low, high = sorted((settings["scale"] / size, settings["scale"]))
        return _uniform((low + high) / 2, abs(settings["scale"]) * math.sqrt((size**2 - 1) / 12) / size, low, high)
    if key == "listed":
        weights, times = np.unique(np.resize(settings["values"], size), return_counts=True)
        return _points(dict(zip(weights.tolist(), (times / size).tolist(), strict=True)))
    if spread is None:
        return None
    if key == "orthogonal":
        gain = abs(settings["gain"])
        if gain == 0 or gain == spread:  # of one row and one column
            return _points({-gain: 0.5, gain: 0.5} if gain else {0.0: 1.0})
        return Law("rotation", 0.0, spread, -gain, gain)
    shape_of_draws = settings.get("distribution", "")
    centre = settings.get("mean", settings.get("value", 0.0))
    if key in _UNIFORM or shape_of_draws == "uniform":
        centre = settings.get("high", settings.get("minval", 0.0) + settings.get("maxval", 0.0)) / 2
        half = math.sqrt(3) * spread
        return _uniform(centre, spread, centre - half, centre + half)
    if key in _CUT_NORMAL or shape_of_draws == "truncated_normal":
        cut = 2 * spread / TRUNCATED_SPREAD
        return Law("cut normal", centre, spread, centre - cut, centre + cut) if spread else _points({centre: 1.0})
    if key in ("random_normal", "perturbed") or shape_of_draws == "untruncated_normal":
        return Law("normal", centre, spread, -math.inf, math.inf) if spread else _points({centre: 1.0})
    return None


def _uniform(mean: float, spread: float, low: float, high: float) -> Law:
    return Law("uniform", mean, spread, low, high) if high > low else _points({mean: 1.0})


def _points(shares: Mapping[float, float]) -> Law:
    mean = sum(value * share for value, share in shares.items())
    variance = sum(share * (value - mean) ** 2 for value, share in shares.items())
    return Law("points", mean, math.sqrt(variance), min(shares), max(shares), tuple(sorted(shares.items())))


@dataclass(frozen=True, eq=False)
class Draws:
    """Kernels drawn from an initializer, and what was measured on them.

    Attributes:
        initializer: which.
        kernel: what was filled.
        law: what theory says of one weight, where it is known.
        values: all weights of all seeds, one after another.
        seeds: how many kernels were drawn, from the seeds 0, 1, …
        mean: of the values.
        spread: their standard deviation.
        low: the lowest.
        high: the highest.
        within: the share of values within one spread of the mean.
        units: how many units the kernel has.
        distinct: how many of them differ, in the kernel with the fewest.
        alike: the mean cosine between the incoming weights of two units; NaN for a single unit.
    """

    initializer: Initializer
    kernel: Kernel
    law: Law | None
    values: Array
    seeds: int
    mean: float
    spread: float
    low: float
    high: float
    within: float
    units: int
    distinct: int
    alike: float

    @property
    def breaks(self) -> str:
        """Whether it breaks symmetry: yes (all units differ), no (all are equal) or partly."""
        if self.distinct == self.units:
            return "yes"
        return "no" if self.distinct == 1 else "partly"


def draws(initializer: Initializer, kernel: Kernel) -> Draws:
    """Draw real kernels, and measure them.

    Kernels of further seeds are pooled until there are about twenty thousand weights.

    Args:
        initializer: with its parameters set.
        kernel: what to fill.

    Raises:
        ValueError: a shape that this initializer cannot fill.
    """
    needed = min(MOST_SEEDS, math.ceil(ENOUGH / max(1, kernel.size)))
    seeds = needed if initializer.scheme.random else 1
    kernels = [initializer(kernel.shape, seed) for seed in range(seeds)]
    values = np.concatenate([drawn.ravel() for drawn in kernels])
    exact = values.astype(np.float64)
    mean, spread = float(exact.mean()), float(exact.std())
    if values.min() == values.max():
        mean, spread = float(values[0]), 0.0  # free of rounding
    units = kernel.shape[-1] // kernel.gates
    vectors = [unit_rows(drawn, kernel.gates) for drawn in kernels]
    return Draws(
        initializer=initializer,
        kernel=kernel,
        law=law(initializer, kernel.shape),
        values=values,
        seeds=seeds,
        mean=mean,
        spread=spread,
        low=float(values.min()),
        high=float(values.max()),
        within=float((np.abs(exact - mean) <= spread).mean()),
        units=units,
        distinct=min(len({row.tobytes() for row in rows + np.float32(0)}) for rows in vectors),
        alike=float(np.mean([_mean_cosine(rows) for rows in vectors])),
    )


def window(found: Draws) -> tuple[float, float]:
    """The stretch of the number line to show: the law's limits, or four spreads around its mean."""
    shape = found.law or Law("measured", found.mean, found.spread, found.low, found.high)
    if shape.kind == "points":
        room = (shape.high - shape.low) / 2 or max(1.0, abs(shape.mean)) / 2
        return shape.low - room, shape.high + room
    low = max(shape.low, shape.mean - TAILS * shape.spread)
    high = min(shape.high, shape.mean + TAILS * shape.spread)
    room = ROOM * (high - low)
    return low - room, high + room


@dataclass(frozen=True, eq=False)
class Histogram:
    """Draws counted into bins, and the law over them.

    Attributes:
        edges: `[bins + 1]`.
        heights: `[bins]`, densities: the bars' areas sum to 1.
        x: where the law is given.
        density: its density there; None where it takes only single values, or none is known.
    """

    edges: Array
    heights: Array
    x: Array
    density: Array | None


@lru_cache(maxsize=8)
def histogram(found: Draws, bins: int = 30) -> Histogram:
    """Count the draws into bins of one width that end at the law's limits.

    Args:
        found: the draws.
        bins: between the lowest and the highest of what is shown, about.
    """
    low, high = window(found)
    shape = found.law
    if shape is not None and shape.kind == "points":
        whole = bins // 4 * 4 + 2 if len(shape.points) == 2 else bins // 2 * 2 + 1  # so that each is in mid-bin
        edges = np.linspace(low, high, whole + 1)
    else:
        room = ROOM / (1 + 2 * ROOM) * (high - low)
        edges = np.linspace(low + room, high - room, bins + 1)
        edges[0], edges[-1] = min(edges[0], found.low), max(edges[-1], found.high)
    counts, _ = np.histogram(found.values, edges)
    heights = counts / (len(found.values) * np.diff(edges))
    if shape is None:
        return Histogram(edges, heights, np.zeros(0), None)
    inside = np.linspace(max(low, shape.low), min(high, shape.high), 241)
    walls = [
        np.nextafter(end, away) for end, away in ((shape.low, -math.inf), (shape.high, math.inf)) if low < end < high
    ]
    x = np.sort(np.concatenate([inside, walls]))
    return Histogram(edges, heights, x, shape.density(x))


def multiple(a: Draws, b: Draws) -> float | None:
    """The factor by which B's weights are A's, where every one is the same multiple; None where they are not."""
    if len(a.values) != len(b.values) or a.spread == 0 or b.spread == 0:
        return None
    first, second = a.values.astype(np.float64), b.values.astype(np.float64)
    factor = float(np.dot(first, second) / np.dot(first, first))
    return factor if np.allclose(second, factor * first, rtol=0, atol=1e-5 * b.spread) else None


def unit_rows(kernel: Array, gates: int = 1) -> Array:
    """The incoming weights of each unit, `[units, weights]`; the gates of an LSTM's unit stand one after another."""
    columns = kernel.reshape(-1, gates, kernel.shape[-1] // gates)
    return np.ascontiguousarray(np.moveaxis(columns, 2, 0).reshape(columns.shape[2], -1))


def _mean_cosine(rows: Array) -> float:
    """Over all pairs of rows; two rows of nothing count as alike, one of nothing and one of something as not."""
    units = len(rows)
    if units < 2:
        return math.nan
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    total = (rows / np.where(lengths > 0, lengths, 1)[:, None]).sum(axis=0)
    empty, full = int((lengths == 0).sum()), int((lengths > 0).sum())
    pairs = float(np.dot(total, total)) - full + empty * (empty - 1)
    return pairs / (units * (units - 1))
