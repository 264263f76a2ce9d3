"""Those that teach, and another library's default: what Keras does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.fixed import draw_uniform
from nnviz.core.initializers.law import Law, normal, points, uniform
from nnviz.core.initializers.record import Array, Scheme, Shape, number
from nnviz.core.initializers.scaled import draw_variance_scaling, fan_variance, fixed_scheme
from nnviz.core.reference import Reference, paper
from nnviz.core.registry import Parameter


def _perturbed(
    shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], value: float, epsilon: float
) -> Array:
    return (value + epsilon * generator.normal(size=shape)).astype(dtype)


def _ordered(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], scale: float) -> Array:
    size = math.prod(shape)
    return (scale * np.arange(1, size + 1) / max(1, size)).astype(dtype).reshape(shape)


def _listed(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], values: tuple[float, ...]) -> Array:
    return np.resize(np.asarray(values), shape).astype(dtype)


def _mirrored(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any]) -> Array:
    kernel = draw_variance_scaling(shape, generator, dtype, 1.0, "fan_avg", "uniform")
    half = shape[-1] // 2 if shape else 0
    if half:
        kernel[..., -half:] = -kernel[..., :half]
    return kernel


def _ordered_law(shape: Shape, scale: float) -> Law:
    size = max(1, math.prod(shape))
    low, high = sorted((scale / size, scale))
    stddev = abs(scale) * math.sqrt((size**2 - 1) / 12) / size
    return Law("uniform", (low + high) / 2, stddev, low, high) if high > low else points({high: 1.0})


def _listed_law(shape: Shape, values: tuple[float, ...]) -> Law:
    size = max(1, math.prod(shape))
    weights, times = np.unique(np.resize(values, size), return_counts=True)
    return points(dict(zip(weights.tolist(), (times / size).tolist(), strict=True)))


_BALDUZZI = paper(
    "balduzzi2017",
    "Balduzzi et al. 2017",
    "D. Balduzzi, M. Frean, L. Leary, J. P. Lewis, K. W.-D. Ma, B. McWilliams",
    "The Shattered Gradients Problem: If resnets are the answer, then what is the question?",
    "ICML",
    "arXiv:1702.08591",
)
_BROWNLEE = paper(
    "brownlee2018",
    "Brownlee 2018",
    "J. Brownlee",
    "Why Initialize a Neural Network with Random Weights?",
    "Machine Learning Mastery",
    url="https://machinelearningmastery.com/why-initialize-a-neural-network-with-random-weights/",
)
_PYTORCH = Reference(
    key="pytorch",
    cited="PyTorch",
    authors="PyTorch",
    title="torch.nn.Linear",
    year=None,
    venue="documentation",
    url="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
)

SCHEMES = (
    Scheme(
        key="perturbed",
        label="constant + a pinch",
        note="All weights equal but for a little noise: how little randomness is enough?",
        formula="w = value + epsilon · N(0, 1)",
        reference="nnviz, to teach",
        when="To see how little randomness is enough.",
        in_keras="RandomNormal(mean={value}, stddev={epsilon})",
        in_pytorch="normal_({w}, mean={value}, std={epsilon})",
        draw=_perturbed,
        law=lambda shape, value, epsilon: normal(value, epsilon),
        parameters=(
            number("value", 0.5, "The number that every weight starts from."),
            number("epsilon", 1e-3, "How much noise is added.", low=0.0),
        ),
        code="""\
def perturbed(shape, generator, value, epsilon):
    return value + epsilon * generator.normal(size=shape)""",
    ),
    Scheme(
        key="ordered",
        label="ordered 1/n, 2/n, …",
        note="No chance at all, yet no two weights are equal: distinct is what counts.",
        formula="w = scale · k / n for k = 1 … n, row by row",
        reference="nnviz, to teach",
        when="To see that weights must differ, not be random.",
        in_keras="",
        in_pytorch="",
        draw=_ordered,
        law=_ordered_law,
        parameters=(number("scale", 1.0, "The largest weight."),),
        random=False,
        code="""\
def ordered(shape, generator, scale):
    size = math.prod(shape)
    return (scale * np.arange(1, size + 1) / size).reshape(shape)""",
    ),
    Scheme(
        key="listed",
        label="numbers of your own",
        note="The numbers that you write down, row by row, from the first again when they run out.",
        formula="w = the numbers in turn, row by row",
        reference="nnviz, to teach",
        when="To try a start of your own, such as 1, 2, 3.",
        in_keras="",
        in_pytorch="",
        draw=_listed,
        law=_listed_law,
        parameters=(
            Parameter(
                name="values",
                kind=tuple,
                default=(1.0, -1.0, 0.5),
                low=-1000.0,
                high=1000.0,
                label="numbers",
                note="Numbers with spaces between, such as 1 -1 0.5.",
            ),
        ),
        random=False,
        code="""\
def listed(shape, generator, values):
    return np.resize(values, shape)""",
    ),
    Scheme(
        key="mirrored",
        label="mirrored",
        note="Half of the units are drawn as Glorot uniform, the other half are their exact opposites.",
        formula="W = [W₀, -W₀], W₀ ~ U(±√(6 / (fan_in + fan_out)))",
        reference=f"{_BALDUZZI.citation} (looks-linear start)",
        sources=(_BALDUZZI,),
        when="To see that opposite units are different units.",
        in_keras="",
        in_pytorch="",
        draw=_mirrored,
        law=lambda shape: uniform(0.0, math.sqrt(fan_variance(shape, 1.0, "fan_avg"))),
        code="""\
def mirrored(shape, generator):
    weights = glorot_uniform(shape, generator)
    half = shape[-1] // 2
    if half:
        weights[..., -half:] = -weights[..., :half]
    return weights""",
    ),
    Scheme(
        key="positive_uniform",
        label="small positive",
        note="Small numbers from 0 up, as some tutorials advise: all units start nearly alike.",
        formula="w ~ U(0, high)",
        reference=_BROWNLEE.citation,
        sources=(_BROWNLEE,),
        when="To see what all-positive weights do. Not for work.",
        in_keras="RandomUniform(minval=0.0, maxval={high})",
        in_pytorch="uniform_({w}, a=0.0, b={high})",
        draw=lambda shape, generator, dtype, high: draw_uniform(shape, generator, dtype, 0.0, high),
        law=lambda shape, high: uniform(high / 2, high / math.sqrt(12)),
        parameters=(number("high", 0.1, "The upper limit.", low=0.0),),
        code="""\
def positive_uniform(shape, generator, high):
    return generator.uniform(0.0, high, shape)""",
    ),
    Scheme(
        key="pytorch_default",
        label="PyTorch's default",
        note="What PyTorch's Linear layer starts its kernel from: LeCun uniform with a third of the variance.",
        formula="w ~ U(±√(1 / fan_in))",
        reference=f"{_PYTORCH.citation} (kaiming_uniform_ with a = √5)",
        sources=(_PYTORCH,),
        when="To match a PyTorch network. For deep ReLU take He instead.",
        in_keras='VarianceScaling(scale=1 / 3, mode="fan_in", distribution="uniform")',
        in_pytorch="kaiming_uniform_({w}, a=5**0.5)  # as nn.Linear does by itself",
        **fixed_scheme("pytorch_default", 1.0 / 3.0, "fan_in", "uniform", "(1 / 3)"),
    ),
)
