"""What an initializer is: its record, its fans, its draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.core.registry import Entry, Parameter

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Seed = int | np.random.Generator | np.random.SeedSequence | None

KERAS = "Keras 3, keras.initializers"


@dataclass(frozen=True, kw_only=True)
class Scheme(Entry):
    """An initializer's record in the registry.

    Attributes:
        draw: `draw(shape, generator, dtype, **parameters)` gives the kernel.
        parameters: what can be set, with defaults and ranges.
        spread: `spread(shape, **parameters)`: the theoretical standard deviation of one weight, or None
            where the weights of one kernel are not draws from one distribution.
        least_axes: how many axes a shape must have; 2 rules out biases.
        when: when to use it, in a sentence.
        in_pytorch: the call that fills a tensor `weight` from it in PyTorch; empty where there is none.
        in_keras: the call that makes it in Keras where it goes by another name there; empty where there is none.
        keras: whether Keras has it.
        random: whether the seed matters.
    """

    draw: Callable[..., Array]
    parameters: tuple[Parameter, ...] = ()
    spread: Callable[..., float | None]
    when: str
    in_pytorch: str = ""
    in_keras: str = ""
    keras: bool = True
    random: bool = True
    least_axes: int = 1


def fans(shape: Shape) -> tuple[int, int]:
    """Fan in and fan out, as Keras counts them: a convolution's receptive field multiplies both.

    >>> fans((64, 32)), fans((3, 3, 16, 32)), fans((7,))
    ((64, 32), (144, 288), (7, 7))
    """
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def number(name: str, default: float, note: str, low: float = -1000.0, high: float = 1000.0) -> Parameter:
    """A parameter that is a number."""
    return Parameter(name=name, kind=float, default=default, low=low, high=high, label=name, note=note)
