"""Draws whose standard deviation follows the layer's size: variance scaling with its named settings, and rotations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.fixed import draw_normal, draw_truncated_normal, draw_uniform
from nnviz.core.initializers.law import TRUNCATED_STDDEV, Law, cut_normal, normal, rotation, uniform
from nnviz.core.initializers.record import Array, Scheme, Shape, fans, number
from nnviz.core.reference import paper
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
    return draw_truncated_normal(shape, generator, dtype, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV)


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


def _orthogonal_law(shape: Shape, gain: float) -> Law:
    return rotation(abs(gain), abs(gain) / math.sqrt(max(math.prod(shape[:-1]), shape[-1], 1)))


def _variance_scaling_law(shape: Shape, scale: float, mode: str, distribution: str) -> Law:
    laws = {"uniform": uniform, "untruncated_normal": normal, "truncated_normal": cut_normal}
    return laws[distribution](0.0, math.sqrt(fan_variance(shape, scale, mode)))


def _variance_scaling_in_pytorch(scale: float, mode: str, distribution: str) -> str:
    """PyTorch has it at scale 1, in two halves: Kaiming for one fan, Xavier for their average; never truncated."""
    shape = "uniform" if distribution == "uniform" else "normal"
    fan = "" if mode == "fan_in" else f'mode="{mode}", '
    call = f"xavier_{shape}_" if mode == "fan_avg" else f"kaiming_{shape}_"
    settings = "" if mode == "fan_avg" else f', {fan}nonlinearity="linear"'
    remark = "  # not truncated" if distribution == "truncated_normal" else ""
    widened = f"{call}({{w}}.data{settings}).mul_({scale}**0.5)"
    return (f"{call}({{w}}{settings})" if scale == 1 else widened) + remark


_UNIFORM_CODE = """\
def {key}(shape, generator):
    fan = {fan}
    limit = math.sqrt(3 * ({scale} / fan))
    return generator.uniform(-limit, limit, shape)"""
_CUT_NORMAL_CODE = """\
def {key}(shape, generator):
    fan = {fan}
    stddev = math.sqrt({scale} / fan) / {truncated!r}  # the cut takes some of the spread
    return truncated_normal(shape, generator, 0.0, stddev)"""


def fixed_scheme(key: str, scale: float, mode: str, distribution: str, written: str = "") -> dict[str, Any]:
    """What glorot, he and lecun share: variance scaling with its three arguments fixed.

    Args:
        key: the name of the function in scripts.
        scale: as in `variance_scaling`.
        mode: fan_in or fan_avg.
        distribution: uniform or truncated_normal.
        written: the scale as scripts write it, where that is no whole number.
    """
    code = _UNIFORM_CODE if distribution == "uniform" else _CUT_NORMAL_CODE
    fan = "shape[0]" if mode == "fan_in" else "(shape[0] + shape[-1]) / 2"
    return {
        "draw": lambda shape, generator, dtype: draw_variance_scaling(
            shape, generator, dtype, scale, mode, distribution
        ),
        "law": lambda shape: _variance_scaling_law(shape, scale, mode, distribution),
        "code": code.format(key=key, scale=written or f"{scale:g}", fan=fan, truncated=TRUNCATED_STDDEV),
    }


_LECUN = paper(
    "lecun1998",
    "LeCun, Bottou, Orr & Müller 1998",
    "Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller",
    "Efficient BackProp",
    "Neural Networks: Tricks of the Trade, Springer LNCS 1524",
    "doi:10.1007/3-540-49430-8_2",
)
_GLOROT = paper(
    "glorot2010",
    "Glorot & Bengio 2010",
    "X. Glorot, Y. Bengio",
    "Understanding the difficulty of training deep feedforward neural networks",
    "AISTATS, PMLR 9",
    url="https://proceedings.mlr.press/v9/glorot10a.html",
)
_SAXE = paper(
    "saxe2014",
    "Saxe, McClelland & Ganguli 2014",
    "A. M. Saxe, J. L. McClelland, S. Ganguli",
    "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    "ICLR",
    "arXiv:1312.6120",
)
_HE = paper(
    "he2015",
    "He, Zhang, Ren & Sun 2015",
    "K. He, X. Zhang, S. Ren, J. Sun",
    "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification",
    "ICCV",
    "arXiv:1502.01852",
)

SCHEMES = (
    Scheme(
        key="variance_scaling",
        label="variance scaling",
        note="The family that Glorot, He and LeCun belong to: the spread follows the layer's size.",
        formula="Var w = scale / fan",
        reference=_HE.citation,
        sources=(_HE,),
        when="When no named one fits: set the scale, the fan and the shape yourself.",
        in_keras='VarianceScaling(scale={scale}, mode="{mode}", distribution="{distribution}")',
        in_pytorch=_variance_scaling_in_pytorch,
        draw=draw_variance_scaling,
        law=_variance_scaling_law,
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
        code=f"""\
def variance_scaling(shape, generator, scale, mode, distribution):
    fan = {{"fan_in": shape[0], "fan_out": shape[-1], "fan_avg": (shape[0] + shape[-1]) / 2}}[mode]
    stddev = math.sqrt(scale / fan)
    if distribution == "uniform":
        limit = math.sqrt(3 * (scale / fan))
        return generator.uniform(-limit, limit, shape)
    if distribution == "untruncated_normal":
        return generator.normal(0.0, stddev, shape)
    return truncated_normal(shape, generator, 0.0, stddev / {TRUNCATED_STDDEV!r})  # the cut takes some spread""",
    ),
    Scheme(
        key="orthogonal",
        label="orthogonal",
        note="A random rotation: signals keep their length through a linear layer, however many follow.",
        formula="W'W = gain² I (or WW'), from the QR of a normal matrix, signs fixed",
        reference=_SAXE.citation,
        sources=(_SAXE,),
        when="For recurrent kernels, where Keras uses it, and for very deep tanh or linear networks.",
        in_keras="Orthogonal(gain={gain})",
        in_pytorch=lambda gain: "orthogonal_({w})" if gain == 1 else "orthogonal_({w}, gain={gain})",
        draw=_orthogonal,
        law=_orthogonal_law,
        parameters=(number("gain", 1.0, "Multiplies the rotation."),),
        least_axes=2,
        code="""\
def orthogonal(shape, generator, gain):
    tall = generator.normal(size=(max(shape), min(shape))).astype(DTYPE)
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return gain * (q.T if shape[0] < shape[1] else q)""",
    ),
    Scheme(
        key="lecun_uniform",
        label="LeCun uniform",
        note="Keeps the spread of a linear layer's signals, going forwards.",
        formula="w ~ U(±√(3 / fan_in))",
        reference=_LECUN.citation,
        sources=(_LECUN,),
        when="For linear layers, and for tanh, which is almost linear near 0.",
        in_keras="LecunUniform()",
        in_pytorch='kaiming_uniform_({w}, nonlinearity="linear")',
        **fixed_scheme("lecun_uniform", 1.0, "fan_in", "uniform"),
    ),
    Scheme(
        key="lecun_normal",
        label="LeCun normal",
        note="The same spread as LeCun uniform, bell-shaped. SELU's own.",
        formula="w ~ N(0, 1 / fan_in), cut at 2 spreads",
        reference=_LECUN.citation,
        sources=(_LECUN,),
        when="For SELU, which is made for exactly this spread.",
        in_keras="LecunNormal()",
        in_pytorch='kaiming_normal_({w}, nonlinearity="linear")  # not truncated',
        **fixed_scheme("lecun_normal", 1.0, "fan_in", "truncated_normal"),
    ),
    Scheme(
        key="glorot_uniform",
        label="Glorot uniform",
        note="Keras's default, or Xavier uniform: fair to signals forwards and gradients backwards.",
        formula="w ~ U(±√(6 / (fan_in + fan_out)))",
        reference=_GLOROT.citation,
        sources=(_GLOROT,),
        when="For tanh and softmax layers. Keras starts Dense, Conv and LSTM kernels from it.",
        in_keras="GlorotUniform()",
        in_pytorch="xavier_uniform_({w})",
        **fixed_scheme("glorot_uniform", 1.0, "fan_avg", "uniform"),
    ),
    Scheme(
        key="glorot_normal",
        label="Glorot normal",
        note="Also called Xavier normal: the same spread as Glorot uniform, bell-shaped.",
        formula="w ~ N(0, 2 / (fan_in + fan_out)), cut at 2 spreads",
        reference=_GLOROT.citation,
        sources=(_GLOROT,),
        when="As Glorot uniform: for tanh and softmax layers.",
        in_keras="GlorotNormal()",
        in_pytorch="xavier_normal_({w})  # not truncated",
        **fixed_scheme("glorot_normal", 1.0, "fan_avg", "truncated_normal"),
    ),
    Scheme(
        key="he_uniform",
        label="He uniform",
        note="Twice LeCun's variance, to make up for the half that ReLU throws away.",
        formula="w ~ U(±√(6 / fan_in))",
        reference=_HE.citation,
        sources=(_HE,),
        when="For ReLU and its relatives.",
        in_keras="HeUniform()",
        in_pytorch='kaiming_uniform_({w}, nonlinearity="relu")',
        **fixed_scheme("he_uniform", 2.0, "fan_in", "uniform"),
    ),
    Scheme(
        key="he_normal",
        label="He normal",
        note="The same spread as He uniform, bell-shaped.",
        formula="w ~ N(0, 2 / fan_in), cut at 2 spreads",
        reference=_HE.citation,
        sources=(_HE,),
        when="For ReLU and its relatives, deep ones above all.",
        in_keras="HeNormal()",
        in_pytorch='kaiming_normal_({w}, nonlinearity="relu")  # not truncated',
        **fixed_scheme("he_normal", 2.0, "fan_in", "truncated_normal"),
    ),
)
