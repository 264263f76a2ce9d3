"""The fifteen initializers of Keras 3, and six that teach.

Keras's have its keys, parameters, defaults and distributions, and with the same integer seed and dtype they
give the draws of its NumPy backend bit for bit (orthogonal to rounding: it goes through LAPACK). Keras's
`seed` argument is not a parameter here: the seed is given with the call. Its sixteenth, STFT, is left out:
it makes kernels for signal layers, not for the layers of an MLP. So are `input_axes` and `output_axes`, which Keras
3.15 added for kernels that are no layer of an MLP nor a convolution, and arrays as a Constant's value: `listed` has
numbers of your own.

    >>> from nnviz.core import initializers
    >>> initializers.get("constant(value=0.5)")((2, 3), 0).tolist()
    [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.core.initializers import constant, fixed, scaled, teaching
from nnviz.core.initializers.checks import KERAS_ALIASES, LEFT_OUT, check_dtype, check_shape, generator
from nnviz.core.initializers.law import TRUNCATED_STDDEV, Law
from nnviz.core.initializers.record import Array, Scheme, Seed, Shape, fans
from nnviz.core.registry import Value, by_key, find, meant, shorten, text_of

__all__ = ["LEFT_OUT", "TRUNCATED_STDDEV", "Initializer", "Law", "Scheme", "Shape", "fans", "get", "make", "registry"]

registry = by_key((*constant.SCHEMES, *fixed.SCHEMES, *scaled.SCHEMES, *teaching.SCHEMES))


@dataclass(frozen=True)
class Initializer:
    """A scheme with its parameters set: a value that makes kernels.

    Calling it with a shape and a seed gives the array. Shapes are Keras's: `(fan_in, fan_out)` for Dense,
    `(..., fan_in, fan_out)` for convolutions. `str()` gives the text form, which `get` reads back.

    >>> str(get("variance_scaling(scale=2)"))
    'variance_scaling(scale=2.0)'
    """

    key: str
    settings: tuple[tuple[str, Value], ...]

    @property
    def scheme(self) -> Scheme:
        """The record in the registry."""
        return registry[self.key]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.settings)

    def __call__(self, shape: Shape, seed: Seed = None, dtype: npt.DTypeLike = np.float32) -> Array:
        """A new array of weights.

        Args:
            shape: the kernel's shape, `(fan_in, fan_out)` or `(..., fan_in, fan_out)`; `(fan_out,)` for a bias.
            seed: an integer, or a NumPy generator, which is drawn from.
            dtype: float32, as in Keras, or float64 (the same draws, not rounded); None is Keras's default.

        Raises:
            ValueError: a shape that this initializer cannot fill, or what is no shape, seed or such dtype.
        """
        shape, dtype = check_shape(shape), check_dtype(dtype)
        return self.scheme.draw(shape, generator(seed), dtype, **self.parameters)

    def law(self, shape: Shape) -> Law:
        """The distribution that theory gives for one weight of a kernel of this shape.

        >>> round(get("truncated_normal").law((64, 32)).stddev, 6)
        0.043981
        """
        return self.scheme.law(check_shape(shape), **self.parameters)

    def stddev(self, shape: Shape) -> float | None:
        """The theoretical standard deviation of one weight; None where unequal weights are not drawn but set."""
        stddev = self.law(shape).stddev
        return stddev if self.scheme.random or stddev == 0 else None

    def in_keras(self) -> str:
        """The call that makes it in Keras; empty where there is none.

        >>> get("random_normal").in_keras()
        'keras.initializers.RandomNormal(mean=0.0, stddev=0.05)'
        """
        call = self.scheme.in_keras.format(**self.parameters)
        return f"keras.initializers.{call}" if call else ""

    def in_pytorch(self, tensor: str) -> str:
        """The call that fills a tensor from it in PyTorch, where `nn` is `torch.nn`; empty where there is none.

        >>> get("constant(value=0.5)").in_pytorch("layer.weight")
        'nn.init.constant_(layer.weight, 0.5)'
        """
        given = self.scheme.in_pytorch
        call = (given if isinstance(given, str) else given(**self.parameters)).format(w=tensor, **self.parameters)
        return f"nn.init.{call}" if call else ""

    def __str__(self) -> str:
        defaults = {p.name: p.default for p in self.scheme.parameters}
        changed = [f"{name}={text_of(value)}" for name, value in self.settings if value != defaults[name]]
        return f"{self.key}({', '.join(changed)})" if changed else self.key


def get(spec: str | Initializer) -> Initializer:
    """The initializer that a key, a text form or an instance names; Keras's class names are taken for its keys.

    >>> get("random_normal(stddev=1)").parameters
    {'mean': 0.0, 'stddev': 1.0}

    Raises:
        ValueError: unknown key or parameter, or a value out of its range.
    """
    if isinstance(spec, Initializer):
        return make(spec.key, spec.parameters)
    if not isinstance(spec, str):
        raise ValueError(f"initializer={shorten(spec)}: must be a key, a text or an Initializer.")
    key, opening, _ = spec.partition("(")
    scheme = find(registry, key, "initializer", KERAS_ALIASES)
    return make(scheme.key, _parse_settings(spec, scheme) if opening else {})


def make(key: str, parameters: Mapping[str, object] | None = None) -> Initializer:
    """The initializer `key` with these parameters, the others at their defaults; ValueError as in `get`."""
    scheme = find(registry, key, "initializer", KERAS_ALIASES)
    given = dict(parameters or {})
    known = [p.name for p in scheme.parameters]
    for name in given:
        if name not in known:
            allowed = f"it has {', '.join(known)}." if known else "it has no parameters."
            raise ValueError(f"initializer={scheme.key}: no parameter {shorten(name)}; {meant(name, known) or allowed}")
    settings = tuple((p.name, p.check(given.get(p.name, p.default))) for p in scheme.parameters)
    return Initializer(scheme.key, settings)


def _parse_settings(spec: str, scheme: Scheme) -> dict[str, object]:
    """The parameters in a text form such as `constant(value=0.5)`; words may stand bare or in quotes."""
    refusal = ValueError(f"initializer={shorten(spec)}: must read like {_example(scheme)}.")
    inside = spec.strip().partition("(")[2]
    body = inside.removesuffix(")").strip()
    parts = body.split(",") if body else []
    if not inside.endswith(")") or len(parts) > len(scheme.parameters) + 1:  # one too many gets a clearer refusal
        raise refusal
    parameters = {parameter.name: parameter for parameter in scheme.parameters}
    settings: dict[str, object] = {}
    for part in parts:
        name, equals, text = (piece.strip() for piece in part.partition("="))
        if not equals or name in settings:
            raise refusal
        settings[name] = parameters[name].parse(text.strip("'\"")) if name in parameters else text
    return settings


def _example(scheme: Scheme) -> str:
    inner = ", ".join(f"{p.name}={text_of(p.default)}" for p in scheme.parameters)
    return f"{scheme.key}({inner})" if inner else scheme.key
