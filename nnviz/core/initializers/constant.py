"""No chance in them: every weight the same, or ones on the diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.core.initializers.record import KERAS, Array, Scheme, Shape, number


def _constant(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], value: float) -> Array:
    return np.full(shape, value, dtype=dtype)


def _identity(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], gain: float) -> Array:
    if len(shape) != 2:
        raise ValueError(f"shape={shape}: identity fills only kernels of two axes.")
    return np.asarray(gain * np.eye(*shape, dtype=dtype), dtype=dtype)


SCHEMES = (
    Scheme(
        key="zeros",
        label="zeros",
        note="Every weight 0. All units are equal, and with tanh or ReLU no hidden weight ever moves.",
        formula="w = 0",
        reference=KERAS,
        when="For biases, and for a network without a hidden layer. Not for hidden kernels.",
        in_pytorch="nn.init.zeros_(weight)",
        draw=lambda shape, generator, dtype: np.zeros(shape, dtype),
        spread=lambda shape: 0.0,
        random=False,
    ),
    Scheme(
        key="ones",
        label="ones",
        note="Every weight 1. All units are equal, and stay equal.",
        formula="w = 1",
        reference=KERAS,
        when="For scales, as in normalisation layers. Not for kernels.",
        in_pytorch="nn.init.ones_(weight)",
        draw=lambda shape, generator, dtype: np.ones(shape, dtype),
        spread=lambda shape: 0.0,
        random=False,
    ),
    Scheme(
        key="constant",
        label="constant",
        note="Every weight the same number. All units are equal, and stay equal.",
        formula="w = value",
        reference=KERAS,
        when="For biases that start at a set number. Not for kernels.",
        in_pytorch="nn.init.constant_(weight, 0.0)",
        draw=_constant,
        parameters=(number("value", 0.0, "The number that every weight gets."),),
        spread=lambda shape, value: 0.0,
        random=False,
    ),
    Scheme(
        key="identity",
        label="identity",
        note="Ones on the diagonal, zeros elsewhere. Units beyond the diagonal are all equal.",
        formula="w = gain on the diagonal, else 0",
        reference="Le, Jaitly & Hinton 2015, A Simple Way to Initialize Recurrent Networks of ReLUs",
        when="For the recurrent kernel of ReLU units that should remember.",
        in_pytorch="nn.init.eye_(weight)",
        draw=_identity,
        parameters=(number("gain", 1.0, "The number on the diagonal."),),
        least_axes=2,
        spread=lambda shape, gain: None,
        random=False,
    ),
)
