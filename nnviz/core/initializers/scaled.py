"""Draws whose spread follows the layer's size: variance scaling with its named settings, and rotations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.fixed import TRUNCATED_SPREAD, draw_normal, draw_truncated_normal, draw_uniform
from nnviz.core.initializers.record import Array, Scheme, Shape, fans, number
from nnviz.core.registry import Parameter


def draw_variance_scaling(
    shape: Shape,
    generator: np.random.Generator,
    dtype: np.dtype[Any],
    scale: float,
    mode: str,
    distribution: str,
) -> Array:
    """Draws of variance scale / fan, shaped as told."""
    variance = fan_variance(shape, scale, mode)
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return draw_uniform(shape, generator, dtype, -limit, limit)
    if distribution == "untruncated_normal":
        return draw_normal(shape, generator, dtype, 0.0, math.sqrt(variance))
    return draw_truncated_normal(shape, generator, dtype, 0.0, math.sqrt(variance) / TRUNCATED_SPREAD)


def fan_variance(shape: Shape, scale: float, mode: str) -> float:
    """The variance that the scale and the fan of this mode ask for."""
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[mode]
    return scale / max(1.0, fan)


def _orthogonal(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], gain: float) -> Array:
    if len(shape) < 2:
        raise ValueError(f"shape={shape}: orthogonal needs two axes or more.")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    tall = generator.normal(size=(max(rows, columns), min(rows, columns))).astype(dtype)
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without it the draw is not uniform over the rotations (Haar)
    return np.asarray(gain * (q.T if rows < columns else q).reshape(shape), dtype=dtype)


def fixed_scheme(scale: float, mode: str, distribution: str) -> dict[str, Any]:
    """What glorot, he and lecun share: variance scaling with its three arguments fixed."""
    return {
        "draw": lambda shape, generator, dtype: draw_variance_scaling(
            shape, generator, dtype, scale, mode, distribution
        ),
        "spread": lambda shape: math.sqrt(fan_variance(shape, scale, mode)),
    }


_GLOROT = "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks"
_HE = "He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers"
_LECUN = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp"

SCHEMES = (
    Scheme(
        key="variance_scaling",
        label="variance scaling",
        note="The family that Glorot, He and LeCun belong to: the spread follows the layer's size.",
        formula="Var w = scale / fan",
        reference=_HE,
        when="When no named one fits: set the scale, the fan and the shape yourself.",
        in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="linear")  # not cut',
        draw=draw_variance_scaling,
        parameters=(
            number("scale", 1.0, "Multiplies the variance.", low=1e-6),
            Parameter(
                name="mode",
                kind=str,
                default="fan_in",
                choices=("fan_in", "fan_out", "fan_avg"),
                label="mode",
                note="Which size counts: inputs, outputs, or their average.",
            ),
            Parameter(
                name="distribution",
                kind=str,
                default="truncated_normal",
                choices=("truncated_normal", "untruncated_normal", "uniform"),
                label="distribution",
                note="The shape of the draws.",
            ),
        ),
        spread=lambda shape, scale, mode, distribution: math.sqrt(fan_variance(shape, scale, mode)),
    ),
    Scheme(
        key="orthogonal",
        label="orthogonal",
        note="A random rotation: signals keep their length through a linear layer, however many follow.",
        formula="W'W = gain² I (or WW'), from the QR of a normal matrix, signs fixed",
        reference="Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning",
        when="For recurrent kernels, where Keras uses it, and for very deep tanh or linear networks.",
        in_pytorch="nn.init.orthogonal_(weight)",
        draw=_orthogonal,
        parameters=(number("gain", 1.0, "Multiplies the rotation."),),
        least_axes=2,
        spread=lambda shape, gain: abs(gain) / math.sqrt(max(math.prod(shape[:-1]), shape[-1], 1)),
    ),
    Scheme(
        key="lecun_uniform",
        label="LeCun uniform",
        note="Keeps the spread of a linear layer's signals, going forwards.",
        formula="w ~ U(±√(3 / fan_in))",
        reference=_LECUN,
        when="For linear layers, and for tanh, which is almost linear near 0.",
        in_pytorch='nn.init.kaiming_uniform_(weight, nonlinearity="linear")',
        **fixed_scheme(1.0, "fan_in", "uniform"),
    ),
    Scheme(
        key="lecun_normal",
        label="LeCun normal",
        note="The same spread as LeCun uniform, bell-shaped. SELU's own.",
        formula="w ~ N(0, 1 / fan_in), cut at 2 spreads",
        reference=_LECUN,
        when="For SELU, which is made for exactly this spread.",
        in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="linear")  # not cut',
        **fixed_scheme(1.0, "fan_in", "truncated_normal"),
    ),
    Scheme(
        key="glorot_uniform",
        label="Glorot uniform",
        note="Keras's default, or Xavier uniform: fair to signals forwards and gradients backwards.",
        formula="w ~ U(±√(6 / (fan_in + fan_out)))",
        reference=_GLOROT,
        when="For tanh and softmax layers. Keras starts Dense, Conv and LSTM kernels from it.",
        in_pytorch="nn.init.xavier_uniform_(weight)",
        **fixed_scheme(1.0, "fan_avg", "uniform"),
    ),
    Scheme(
        key="glorot_normal",
        label="Glorot normal",
        note="Also called Xavier normal: the same spread as Glorot uniform, bell-shaped.",
        formula="w ~ N(0, 2 / (fan_in + fan_out)), cut at 2 spreads",
        reference=_GLOROT,
        when="As Glorot uniform: for tanh and softmax layers.",
        in_pytorch="nn.init.xavier_normal_(weight)  # not cut",
        **fixed_scheme(1.0, "fan_avg", "truncated_normal"),
    ),
    Scheme(
        key="he_uniform",
        label="He uniform",
        note="Twice LeCun's variance, to make up for the half that ReLU throws away.",
        formula="w ~ U(±√(6 / fan_in))",
        reference=_HE,
        when="For ReLU and its relatives.",
        in_pytorch='nn.init.kaiming_uniform_(weight, nonlinearity="relu")',
        **fixed_scheme(2.0, "fan_in", "uniform"),
    ),
    Scheme(
        key="he_normal",
        label="He normal",
        note="The same spread as He uniform, bell-shaped.",
        formula="w ~ N(0, 2 / fan_in), cut at 2 spreads",
        reference=_HE,
        when="For ReLU and its relatives, deep ones above all.",
        in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="relu")  # not cut',
        **fixed_scheme(2.0, "fan_in", "truncated_normal"),
    ),
)
