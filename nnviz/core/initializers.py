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

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.core.registry import Entry, Parameter, Value, by_key, find, meant, shorten, text_of

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Seed = int | np.random.Generator | np.random.SeedSequence | None

# The spread of N(0, 1) cut at ±2, by which Keras divides so that a truncated draw has the spread asked for.
TRUNCATED_SPREAD = 0.87962566103423978

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
MOST_AXES = 32
MOST_WEIGHTS = 1_000_000_000  # of one kernel: 8 GB while it is drawn

# What Keras's fifteen have there and not here, for those who expect all of it.
LEFT_OUT = "input_axes and output_axes (new in Keras 3.15), and arrays as a constant's value"

# Keras's other names for some of them; class names such as HeNormal are the keys without their underscores.
KERAS_ALIASES = {
    "normal": "random_normal",
    "one": "ones",
    "uniform": "random_uniform",
    "zero": "zeros",
    "identityinitializer": "identity",
    "orthogonalinitializer": "orthogonal",
}


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
        shape, dtype = _check_shape(shape), _check_dtype(dtype)
        return self.scheme.draw(shape, _generator(seed), dtype, **self.parameters)

    def spread(self, shape: Shape) -> float | None:
        """The theoretical standard deviation of one weight; None where there is no one distribution."""
        return self.scheme.spread(_check_shape(shape), **self.parameters)

    def __str__(self) -> str:
        defaults = {p.name: p.default for p in self.scheme.parameters}
        changed = [f"{name}={text_of(value)}" for name, value in self.settings if value != defaults[name]]
        return f"{self.key}({', '.join(changed)})" if changed else self.key


def _check_shape(shape: object) -> Shape:
    """The shape as a tuple of plain integers; as in Keras, a number with a point is no size, even a whole one."""
    sizes = None
    with suppress(TypeError):  # bytes would be read as their numbers
        sizes = None if isinstance(shape, bytes) else tuple(islice(shape, MOST_AXES + 1))  # type: ignore[call-overload]
    if sizes is None or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in sizes):
        raise ValueError(f"shape={shorten(shape)}: must be whole numbers from 0, such as (64, 32).")
    if any(n < 0 for n in sizes):
        raise ValueError(f"shape={shorten(sizes)}: must be whole numbers from 0.")
    if len(sizes) > MOST_AXES or math.prod(max(1, int(n)) for n in sizes) > MOST_WEIGHTS:
        most = f"at most {MOST_AXES} axes and {MOST_WEIGHTS:,} weights"
        raise ValueError(f"shape={shorten(sizes)}: must have {most}.")
    return tuple(map(int, sizes))


def _check_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    with suppress(TypeError):  # NumPy knows no such dtype
        found: np.dtype[Any] = np.dtype(np.float32 if dtype is None else dtype)
        if found in DTYPES:
            return found
    raise ValueError(f"dtype={shorten(dtype)}: must be float32 or float64.")


def _generator(seed: object) -> np.random.Generator:
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0
    if not (whole or seed is None or isinstance(seed, (np.random.Generator, np.random.SeedSequence))):
        raise ValueError(f"seed={shorten(seed)}: must be a whole number from 0, a NumPy generator or None.")
    return np.random.default_rng(seed)  # type: ignore[arg-type]


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


# How the kernels are drawn. Each mirrors Keras's order of operations: float64 draws, then one cast.


def _constant(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], value: float) -> Array:
    return np.full(shape, value, dtype=dtype)


def _identity(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], gain: float) -> Array:
    if len(shape) != 2:
        raise ValueError(f"shape={shape}: identity fills only kernels of two axes.")
    return np.asarray(gain * np.eye(*shape, dtype=dtype), dtype=dtype)


def _normal(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], mean: float, stddev: float) -> Array:
    return generator.normal(size=shape, loc=mean, scale=stddev).astype(dtype)


def _uniform(shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], minval: float, maxval: float) -> Array:
    low, high = sorted((minval, maxval))
    return generator.uniform(size=shape, low=low, high=high).astype(dtype)


def _truncated_normal(
    shape: Shape, generator: np.random.Generator, dtype: np.dtype[Any], mean: float, stddev: float
) -> Array:
    """Draws outside mean ± 2 stddev are thrown away; batches as large as the kernel until it is full."""
    size = math.prod(shape)
    kept = np.empty(0)
    while kept.size < size:
        batch = generator.normal(loc=mean, scale=stddev, size=size)
        kept = np.append(kept, batch[(batch >= mean - 2 * stddev) & (batch <= mean + 2 * stddev)])
    return kept[:size].astype(dtype).reshape(shape)


def _variance_scaling(
    shape: Shape,
    generator: np.random.Generator,
    dtype: np.dtype[Any],
    scale: float,
    mode: str,
    distribution: str,
) -> Array:
    variance = _variance(shape, scale, mode)
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return _uniform(shape, generator, dtype, -limit, limit)
    if distribution == "untruncated_normal":
        return _normal(shape, generator, dtype, 0.0, math.sqrt(variance))
    return _truncated_normal(shape, generator, dtype, 0.0, math.sqrt(variance) / TRUNCATED_SPREAD)


def _variance(shape: Shape, scale: float, mode: str) -> float:
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
    kernel = _variance_scaling(shape, generator, dtype, 1.0, "fan_avg", "uniform")
    half = shape[-1] // 2 if shape else 0
    if half:
        kernel[..., -half:] = -kernel[..., :half]
    return kernel


def _fixed_scheme(scale: float, mode: str, distribution: str) -> dict[str, Any]:
    """What glorot, he and lecun share: variance scaling with its three arguments fixed."""
    return {
        "draw": lambda shape, generator, dtype: _variance_scaling(shape, generator, dtype, scale, mode, distribution),
        "spread": lambda shape: math.sqrt(_variance(shape, scale, mode)),
    }


def _number(name: str, default: float, note: str, low: float = -1000.0, high: float = 1000.0) -> Parameter:
    return Parameter(name=name, kind=float, default=default, low=low, high=high, label=name, note=note)


_MEAN = _number("mean", 0.0, "The centre of the draws.")
_STDDEV = _number("stddev", 0.05, "The spread of the draws, before any cut.", low=0.0)
_GLOROT = "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks"
_HE = "He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers"
_LECUN = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp"
_KERAS = "Keras 3, keras.initializers"

registry = by_key(
    (
        Scheme(
            key="zeros",
            label="zeros",
            note="Every weight 0. All units are equal, and with tanh or ReLU no hidden weight ever moves.",
            formula="w = 0",
            reference=_KERAS,
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
            reference=_KERAS,
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
            reference=_KERAS,
            when="For biases that start at a set number. Not for kernels.",
            in_pytorch="nn.init.constant_(weight, 0.0)",
            draw=_constant,
            parameters=(_number("value", 0.0, "The number that every weight gets."),),
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
            parameters=(_number("gain", 1.0, "The number on the diagonal."),),
            least_axes=2,
            spread=lambda shape, gain: None,
            random=False,
        ),
        Scheme(
            key="random_normal",
            label="random normal",
            note="A bell curve of fixed spread: too narrow for a deep network, whatever its width.",
            formula="w ~ N(mean, stddev²)",
            reference=_KERAS,
            when="For a spread of your own choosing: 0.05 suits a fan in of 400, for 1/√400 = 0.05.",
            in_pytorch="nn.init.normal_(weight, mean=0.0, std=0.05)",
            draw=_normal,
            parameters=(_MEAN, _STDDEV),
            spread=lambda shape, mean, stddev: stddev,
        ),
        Scheme(
            key="random_uniform",
            label="random uniform",
            note="Evenly spread between two fixed limits.",
            formula="w ~ U(minval, maxval)",
            reference=_KERAS,
            when="For limits of your own choosing. Keras starts its embeddings from it.",
            in_pytorch="nn.init.uniform_(weight, a=-0.05, b=0.05)",
            draw=_uniform,
            parameters=(
                _number("minval", -0.05, "The lower limit."),
                _number("maxval", 0.05, "The upper limit."),
            ),
            spread=lambda shape, minval, maxval: abs(maxval - minval) / math.sqrt(12),
        ),
        Scheme(
            key="truncated_normal",
            label="truncated normal",
            note="A bell curve cut at two spreads: no weight starts far out. The cut leaves 0.88 of stddev.",
            formula="w ~ N(mean, stddev²), drawn again beyond 2 stddev",
            reference=_KERAS,
            when="As random normal, where no weight may start far out.",
            in_pytorch="nn.init.trunc_normal_(weight, mean=0.0, std=0.05, a=-0.1, b=0.1)",
            draw=_truncated_normal,
            parameters=(_MEAN, _STDDEV),
            spread=lambda shape, mean, stddev: stddev * TRUNCATED_SPREAD,
        ),
        Scheme(
            key="variance_scaling",
            label="variance scaling",
            note="The family that Glorot, He and LeCun belong to: the spread follows the layer's size.",
            formula="Var w = scale / fan",
            reference=_HE,
            when="When no named one fits: set the scale, the fan and the shape yourself.",
            in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="linear")  # not cut',
            draw=_variance_scaling,
            parameters=(
                _number("scale", 1.0, "Multiplies the variance.", low=1e-6),
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
            spread=lambda shape, scale, mode, distribution: math.sqrt(_variance(shape, scale, mode)),
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
            parameters=(_number("gain", 1.0, "Multiplies the rotation."),),
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
            **_fixed_scheme(1.0, "fan_in", "uniform"),
        ),
        Scheme(
            key="lecun_normal",
            label="LeCun normal",
            note="The same spread as LeCun uniform, bell-shaped. SELU's own.",
            formula="w ~ N(0, 1 / fan_in), cut at 2 spreads",
            reference=_LECUN,
            when="For SELU, which is made for exactly this spread.",
            in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="linear")  # not cut',
            **_fixed_scheme(1.0, "fan_in", "truncated_normal"),
        ),
        Scheme(
            key="glorot_uniform",
            label="Glorot uniform",
            note="Keras's default, or Xavier uniform: fair to signals forwards and gradients backwards.",
            formula="w ~ U(±√(6 / (fan_in + fan_out)))",
            reference=_GLOROT,
            when="For tanh and softmax layers. Keras starts Dense, Conv and LSTM kernels from it.",
            in_pytorch="nn.init.xavier_uniform_(weight)",
            **_fixed_scheme(1.0, "fan_avg", "uniform"),
        ),
        Scheme(
            key="glorot_normal",
            label="Glorot normal",
            note="Also called Xavier normal: the same spread as Glorot uniform, bell-shaped.",
            formula="w ~ N(0, 2 / (fan_in + fan_out)), cut at 2 spreads",
            reference=_GLOROT,
            when="As Glorot uniform: for tanh and softmax layers.",
            in_pytorch="nn.init.xavier_normal_(weight)  # not cut",
            **_fixed_scheme(1.0, "fan_avg", "truncated_normal"),
        ),
        Scheme(
            key="he_uniform",
            label="He uniform",
            note="Twice LeCun's variance, to make up for the half that ReLU throws away.",
            formula="w ~ U(±√(6 / fan_in))",
            reference=_HE,
            when="For ReLU and its relatives.",
            in_pytorch='nn.init.kaiming_uniform_(weight, nonlinearity="relu")',
            **_fixed_scheme(2.0, "fan_in", "uniform"),
        ),
        Scheme(
            key="he_normal",
            label="He normal",
            note="The same spread as He uniform, bell-shaped.",
            formula="w ~ N(0, 2 / fan_in), cut at 2 spreads",
            reference=_HE,
            when="For ReLU and its relatives, deep ones above all.",
            in_pytorch='nn.init.kaiming_normal_(weight, nonlinearity="relu")  # not cut',
            **_fixed_scheme(2.0, "fan_in", "truncated_normal"),
        ),
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
                _number("value", 0.5, "The number that every weight starts from."),
                _number("epsilon", 1e-3, "How much noise is added.", low=0.0),
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
            parameters=(_number("scale", 1.0, "The largest weight."),),
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
            spread=lambda shape: math.sqrt(_variance(shape, 1.0, "fan_avg")),
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
            draw=lambda shape, generator, dtype, high: _uniform(shape, generator, dtype, 0.0, high),
            parameters=(_number("high", 0.1, "The upper limit.", low=0.0),),
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
            **_fixed_scheme(1.0 / 3.0, "fan_in", "uniform"),
        ),
    )
)
