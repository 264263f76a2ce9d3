"""What an initializer draws, measured on real kernels, beside what theory says of it.

>>> from nnviz.core import initializers
>>> found = draws(initializers.get("glorot_uniform"), LAYERS["dense"].kernel({"inputs": 64, "units": 32}))
>>> found.breaks, round(found.law.stddev, 4), round(found.law.high, 4)
('yes', 0.1443, 0.25)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from nnviz.core.initializers import Initializer, Law, Shape, fans
from nnviz.core.registry import Parameter

Array = np.ndarray

ENOUGH = 20_000  # weights; kernels of further seeds are pooled until there are so many
MOST_SEEDS = 16
ROOM = 0.15  # of the law's own stretch, left free on each side of a picture
TAILS = 4.0  # standard deviations to each side of the mean that a picture of an unlimited law shows


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


@dataclass(frozen=True, eq=False)
class Draws:
    """Kernels drawn from an initializer, and what was measured on them.

    Attributes:
        initializer: which.
        kernel: what was filled.
        law: what theory says of one weight.
        values: all weights of all seeds, one after another.
        seeds: how many kernels were drawn, from the seeds 0, 1, …
        mean: of the values.
        spread: their standard deviation.
        low: the lowest.
        high: the highest.
        within: the share of values within one standard deviation of the mean.
        units: how many units the kernel has.
        distinct: how many of them differ, in the kernel with the fewest.
        alike: the mean cosine between the incoming weights of two units; NaN for a single unit.
    """

    initializer: Initializer
    kernel: Kernel
    law: Law
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
    mean, stddev = float(exact.mean()), float(exact.std())
    if values.min() == values.max():
        mean, stddev = float(values[0]), 0.0  # free of rounding
    units = kernel.shape[-1] // kernel.gates
    vectors = [unit_rows(drawn, kernel.gates) for drawn in kernels]
    return Draws(
        initializer=initializer,
        kernel=kernel,
        law=initializer.law(kernel.shape),
        values=values,
        seeds=seeds,
        mean=mean,
        spread=stddev,
        low=float(values.min()),
        high=float(values.max()),
        within=float((np.abs(exact - mean) <= stddev).mean()),
        units=units,
        distinct=min(len({row.tobytes() for row in rows + np.float32(0)}) for rows in vectors),
        alike=float(np.mean([_mean_cosine(rows) for rows in vectors])),
    )


def window(measurement: Draws) -> tuple[float, float]:
    """The stretch of the number line to show: the law's limits, or four spreads around its mean."""
    shape = measurement.law
    if shape.kind == "points":
        room = (shape.high - shape.low) / 2 or max(1.0, abs(shape.mean)) / 2
        return shape.low - room, shape.high + room
    low = max(shape.low, shape.mean - TAILS * shape.stddev)
    high = min(shape.high, shape.mean + TAILS * shape.stddev)
    room = ROOM * (high - low)
    return low - room, high + room


@dataclass(frozen=True, eq=False)
class Histogram:
    """Draws counted into bins, and the law over them.

    Attributes:
        edges: `[bins + 1]`.
        heights: `[bins]`, densities: the bars' areas sum to 1.
        x: where the law is given.
        density: its density there; None where it takes only single values.
    """

    edges: Array
    heights: Array
    x: Array
    density: Array | None


@lru_cache(maxsize=8)
def histogram(measurement: Draws, bins: int = 30) -> Histogram:
    """Count the draws into bins of one width that end at the law's limits.

    Args:
        measurement: the draws.
        bins: between the lowest and the highest of what is shown, about.
    """
    low, high = window(measurement)
    shape = measurement.law
    if shape.kind == "points":
        whole = bins // 4 * 4 + 2 if len(shape.points) == 2 else bins // 2 * 2 + 1  # so that each is in mid-bin
        edges = np.linspace(low, high, whole + 1)
    else:
        room = ROOM / (1 + 2 * ROOM) * (high - low)
        edges = np.linspace(low + room, high - room, bins + 1)
        edges[0], edges[-1] = min(edges[0], measurement.low), max(edges[-1], measurement.high)
    counts, _ = np.histogram(measurement.values, edges)
    heights = counts / (len(measurement.values) * np.diff(edges))
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
