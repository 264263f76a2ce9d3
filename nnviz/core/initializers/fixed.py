"""Draws from a distribution that is the same for every layer, whatever its size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.law import TRUNCATED_STDDEV, cut_normal, normal, uniform
from nnviz.core.initializers.record import KERAS, Array, Scheme, Shape, number

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


def _truncated_normal_in_pytorch(mean: float, stddev: float) -> str:
    return f"trunc_normal_({{w}}, mean={mean}, std={stddev}, a={mean - 2 * stddev}, b={mean + 2 * stddev})"


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
        in_keras="RandomNormal(mean={mean}, stddev={stddev})",
        in_pytorch="normal_({w}, mean={mean}, std={stddev})",
        draw=draw_normal,
        law=lambda shape, mean, stddev: normal(mean, stddev),
        parameters=(_MEAN, _STDDEV),
        code="""\
def random_normal(shape, generator, mean, stddev):
    return generator.normal(mean, stddev, shape)""",
    ),
    Scheme(
        key="random_uniform",
        label="random uniform",
        note="Evenly spread between two fixed limits.",
        formula="w ~ U(minval, maxval)",
        reference=KERAS,
        when="For limits of your own choosing. Keras starts its embeddings from it.",
        in_keras="RandomUniform(minval={minval}, maxval={maxval})",
        in_pytorch=lambda minval, maxval: f"uniform_({{w}}, a={min(minval, maxval)}, b={max(minval, maxval)})",
        draw=draw_uniform,
        law=lambda shape, minval, maxval: uniform((minval + maxval) / 2, abs(maxval - minval) / math.sqrt(12)),
        parameters=(
            number("minval", -0.05, "The lower limit."),
            number("maxval", 0.05, "The upper limit."),
        ),
        code="""\
def random_uniform(shape, generator, minval, maxval):
    return generator.uniform(min(minval, maxval), max(minval, maxval), shape)""",
    ),
    Scheme(
        key="truncated_normal",
        label="truncated normal",
        note="A bell curve cut at two spreads: no weight starts far out. The cut leaves 0.88 of stddev.",
        formula="w ~ N(mean, stddev²), drawn again beyond 2 stddev",
        reference=KERAS,
        when="As random normal, where no weight may start far out.",
        in_keras="TruncatedNormal(mean={mean}, stddev={stddev})",
        in_pytorch=_truncated_normal_in_pytorch,
        draw=draw_truncated_normal,
        law=lambda shape, mean, stddev: cut_normal(mean, stddev * TRUNCATED_STDDEV),
        parameters=(_MEAN, _STDDEV),
        code="""\
def truncated_normal(shape, generator, mean, stddev):
    size, kept = math.prod(shape), np.empty(0)
    while kept.size < size:  # what lies beyond two standard deviations is thrown away
        batch = generator.normal(mean, stddev, size)
        kept = np.append(kept, batch[(batch >= mean - 2 * stddev) & (batch <= mean + 2 * stddev)])
    return kept[:size].reshape(shape)""",
    ),
)
