"""No chance in them: every weight the same, or ones on the diagonal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.law import Law, points
from nnviz.core.initializers.record import KERAS, Array, Scheme, Shape, number
from nnviz.core.reference import paper


def _constant(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], value: float) -> Array:
    return np.full(shape, value, dtype=dtype)


def _identity(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], gain: float) -> Array:
    if len(shape) != 2:
        raise ValueError(f"shape={shape}: identity fills only kernels of two axes.")
    return np.asarray(gain * np.eye(*shape, dtype=dtype), dtype=dtype)


def _identity_law(shape: Shape, gain: float) -> Law:
    diagonal = min(shape) / max(1, math.prod(shape))
    return points({gain: diagonal} | ({0.0: 1 - diagonal} if diagonal < 1 else {}))


_LE = paper(
    "le2015",
    "Le, Jaitly & Hinton 2015",
    "Q. V. Le, N. Jaitly, G. E. Hinton",
    "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units",
    "arXiv",
    "arXiv:1504.00941",
)

SCHEMES = (
    Scheme(
        key="zeros",
        label="zeros",
        note="Every weight 0. All units are equal, and with tanh or ReLU no hidden weight ever moves.",
        formula="w = 0",
        reference=KERAS,
        when="For biases, and for a network without a hidden layer. Not for hidden kernels.",
        in_keras="Zeros()",
        in_pytorch="zeros_({w})",
        draw=lambda shape, generator, dtype: np.zeros(shape, dtype),
        law=lambda shape: points({0.0: 1.0}),
        random=False,
        code="""\
def zeros(shape, generator):
    return np.zeros(shape)""",
    ),
    Scheme(
        key="ones",
        label="ones",
        note="Every weight 1. All units are equal, and stay equal.",
        formula="w = 1",
        reference=KERAS,
        when="For scales, as in normalisation layers. Not for kernels.",
        in_keras="Ones()",
        in_pytorch="ones_({w})",
        draw=lambda shape, generator, dtype: np.ones(shape, dtype),
        law=lambda shape: points({1.0: 1.0}),
        random=False,
        code="""\
def ones(shape, generator):
    return np.ones(shape)""",
    ),
    Scheme(
        key="constant",
        label="constant",
        note="Every weight the same number. All units are equal, and stay equal.",
        formula="w = value",
        reference=KERAS,
        when="For biases that start at a set number. Not for kernels.",
        in_keras="Constant(value={value})",
        in_pytorch="constant_({w}, {value})",
        draw=_constant,
        law=lambda shape, value: points({value: 1.0}),
        parameters=(number("value", 0.0, "The number that every weight gets."),),
        random=False,
        code="""\
def constant(shape, generator, value):
    return np.full(shape, value)""",
    ),
    Scheme(
        key="identity",
        label="identity",
        note="Ones on the diagonal, zeros elsewhere. Units beyond the diagonal are all equal.",
        formula="w = gain on the diagonal, else 0",
        reference=_LE.citation,
        sources=(_LE,),
        when="For the recurrent kernel of ReLU units that should remember.",
        in_keras="Identity(gain={gain})",
        in_pytorch=lambda gain: "eye_({w})" if gain == 1 else "eye_({w}.data).mul_({gain})",
        draw=_identity,
        law=_identity_law,
        parameters=(number("gain", 1.0, "The number on the diagonal."),),
        least_axes=2,
        random=False,
        code="""\
def identity(shape, generator, gain):
    return gain * np.eye(*shape)""",
    ),
)
