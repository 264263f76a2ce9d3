"""Draws from a distribution that is the same for every layer, whatever its size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.record import KERAS, Array, Scheme, Shape, number

# The spread of N(0, 1) cut at ±2, by which Keras divides so that a truncated draw has the spread asked for.
TRUNCATED_SPREAD = 0.87962566103423978


# Each mirrors Keras's order of operations: float64 draws, then one cast.


def draw_normal(
    shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], mean: float, stddev: float
) -> Array:
    """Normal draws."""
    return generator.normal(size=shape, loc=mean, scale=stddev).astype(dtype)


def draw_uniform(
    shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], minval: float, maxval: float
) -> Array:
    """Draws between two limits, whichever is the lower."""
    low, high = sorted((minval, maxval))
    return generator.uniform(size=shape, low=low, high=high).astype(dtype)


def draw_truncated_normal(
    shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], mean: float, stddev: float
) -> Array:
    """Draws outside mean ± 2 stddev are thrown away; batches as large as the kernel until it is full."""
    size = math.prod(shape)
    kept = np.empty(0)
    while kept.size < size:
        batch = generator.normal(loc=mean, scale=stddev, size=size)
        kept = np.append(kept, batch[(batch >= mean - 2 * stddev) & (batch <= mean + 2 * stddev)])
    return kept[:size].astype(dtype).reshape(shape)


_MEAN = number("mean", 0.0, "The centre of the draws.")
_STDDEV = number("stddev", 0.05, "The spread of the draws, before any cut.", low=0.0)

SCHEMES = (
    Scheme(
        key="random_normal",
        label="random normal",
        note="A bell curve of fixed spread: too narrow for a deep network, whatever its width.",
        formula="w ~ N(mean, stddev²)",
        reference=KERAS,
        when="For a spread of your own choosing: 0.05 suits a fan in of 400, for 1/√400 = 0.05.",
        in_pytorch="nn.init.normal_(weight, mean=0.0, std=0.05)",
        draw=draw_normal,
        parameters=(_MEAN, _STDDEV),
        spread=lambda shape, mean, stddev: stddev,
    ),
    Scheme(
        key="random_uniform",
        label="random uniform",
        note="Evenly spread between two fixed limits.",
        formula="w ~ U(minval, maxval)",
        reference=KERAS,
        when="For limits of your own choosing. Keras starts its embeddings from it.",
        in_pytorch="nn.init.uniform_(weight, a=-0.05, b=0.05)",
        draw=draw_uniform,
        parameters=(
            number("minval", -0.05, "The lower limit."),
            number("maxval", 0.05, "The upper limit."),
        ),
        spread=lambda shape, minval, maxval: abs(maxval - minval) / math.sqrt(12),
    ),
    Scheme(
        key="truncated_normal",
        label="truncated normal",
        note="A bell curve cut at two spreads: no weight starts far out. The cut leaves 0.88 of stddev.",
        formula="w ~ N(mean, stddev²), drawn again beyond 2 stddev",
        reference=KERAS,
        when="As random normal, where no weight may start far out.",
        in_pytorch="nn.init.trunc_normal_(weight, mean=0.0, std=0.05, a=-0.1, b=0.1)",
        draw=draw_truncated_normal,
        parameters=(_MEAN, _STDDEV),
        spread=lambda shape, mean, stddev: stddev * TRUNCATED_SPREAD,
    ),
)
