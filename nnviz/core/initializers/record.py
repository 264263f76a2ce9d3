"""What an initializer is: its record, its fans, its draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.core.initializers.law import Law
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
        law: `law(shape, **parameters)` gives the distribution of one weight.
        parameters: what can be set, with defaults and ranges.
        when: when to use it, in a sentence.
        in_keras: the call that makes it, of what is in `keras.initializers`, with parameters in braces, such as
            "Constant(value={value})"; empty where Keras has none.
        in_pytorch: the call that fills the tensor `{w}`, of what is in `torch.nn.init`, likewise; or a function of
            the parameters that gives it.
        code: Python that draws it, for scripts that have NumPy but not nnviz: `def KEY(shape, generator, …)` for
            kernels of two axes and biases, in float64; it may call what another record's code defines.
        random: whether the seed matters.
        least_axes: how many axes a shape must have; 2 rules out biases.
    """

    draw: Callable[..., Array]
    law: Callable[..., Law]
    parameters: tuple[Parameter, ...] = ()
    when: str
    in_keras: str
    in_pytorch: str | Callable[..., str]
    code: str
    random: bool = True
    least_axes: int = 1

    @property
    def keras(self) -> bool:
        """Whether it is Keras's own: Keras has it by this name."""
        return self.in_keras.startswith(f"{self.key.title().replace('_', '')}(")


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
