"""Those that teach, and another library's default: what Keras does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnviz.core.initializers.fixed import draw_uniform
from nnviz.core.initializers.record import Array, Scheme, Shape, number
from nnviz.core.initializers.scaled import draw_variance_scaling, fan_variance, fixed_scheme
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


SCHEMES = (
    Scheme(
        key="perturbed",
        label="constant + a pinch",
        note="All weights equal but for a little noise: how little randomness is enough?",
        formula="w = value + epsilon · N(0, 1)",
        reference="nnviz, to teach",
        when="To see how little randomness is enough.",
        in_pytorch="nn.init.normal_(weight, mean=0.5, std=0.001)",
        in_keras="RandomNormal(mean=0.5, stddev=0.001)",
        draw=_perturbed,
        parameters=(
            number("value", 0.5, "The number that every weight starts from."),
            number("epsilon", 1e-3, "How much noise is added.", low=0.0),
        ),
        spread=lambda shape, value, epsilon: epsilon,
        keras=False,
    ),
    Scheme(
        key="ordered",
        label="ordered 1, 2, 3, …",
        note="No chance at all, yet no two weights are equal: distinct is what counts.",
        formula="w = scale · k / n for k = 1 … n, row by row",
        reference="nnviz, to teach",
        when="To see that weights must differ, not be random.",
        draw=_ordered,
        parameters=(number("scale", 1.0, "The largest weight."),),
        spread=lambda shape, scale: None,
        keras=False,
        random=False,
    ),
    Scheme(
        key="listed",
        label="numbers of your own",
        note="The numbers that you write down, row by row, from the first again when they run out.",
        formula="w = the numbers in turn, row by row",
        reference="nnviz, to teach",
        when="To try a start of your own, such as 1, 2, 3.",
        draw=_listed,
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
        spread=lambda shape, values: None,
        keras=False,
        random=False,
    ),
    Scheme(
        key="mirrored",
        label="mirrored",
        note="Half of the units are drawn as Glorot uniform, the other half are their exact opposites.",
        formula="W = [W₀, -W₀], W₀ ~ U(±√(6 / (fan_in + fan_out)))",
        reference="Balduzzi et al. 2017, The Shattered Gradients Problem (looks-linear start)",
        when="To see that opposite units are different units.",
        draw=_mirrored,
        spread=lambda shape: math.sqrt(fan_variance(shape, 1.0, "fan_avg")),
        keras=False,
    ),
    Scheme(
        key="positive_uniform",
        label="small positive",
        note="Small numbers from 0 up, as some tutorials advise: all units start nearly alike.",
        formula="w ~ U(0, high)",
        reference="Brownlee 2018, Why Initialize a Neural Network with Random Weights?",
        when="To see what all-positive weights do. Not for work.",
        in_pytorch="nn.init.uniform_(weight, a=0.0, b=0.1)",
        in_keras="RandomUniform(minval=0.0, maxval=0.1)",
        draw=lambda shape, generator, dtype, high: draw_uniform(shape, generator, dtype, 0.0, high),
        parameters=(number("high", 0.1, "The upper limit.", low=0.0),),
        spread=lambda shape, high: high / math.sqrt(12),
        keras=False,
    ),
    Scheme(
        key="pytorch_default",
        label="PyTorch's default",
        note="What PyTorch's Linear layer starts its kernel from: LeCun uniform with a third of the variance.",
        formula="w ~ U(±√(1 / fan_in))",
        reference="PyTorch, torch.nn.Linear (kaiming_uniform_ with a = √5)",
        when="To match a PyTorch network. For deep ReLU take He instead.",
        in_pytorch="nn.init.kaiming_uniform_(weight, a=math.sqrt(5))",
        in_keras='VarianceScaling(scale=1 / 3, mode="fan_in", distribution="uniform")',
        keras=False,
        **fixed_scheme(1.0 / 3.0, "fan_in", "uniform"),
    ),
)
