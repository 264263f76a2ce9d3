"""The activation functions, each with its derivative.

A value and its derivative are one record, and work on whole arrays: `value(z, out)` writes f(z),
`derivative(z, a, out)` writes f'(z), where a = f(z) is given because many derivatives follow from it;
its `out` may be z itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.core.registry import Entry, by_key

Array = np.ndarray

LEAKY_SLOPE = 0.2  # Keras's default
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@dataclass(frozen=True, kw_only=True)
class Activation(Entry):
    """An activation function.

    Attributes:
        value: `value(z, out)` writes f(z) into out.
        derivative: `derivative(z, a, out)` writes f'(z) into out.
        squashes: whether it flattens out on both sides, so that units can saturate.
        odd: whether f(-z) = -f(z), so that a unit with all signs turned computes the same function up to sign.
        homogeneous: whether f(cz) = c f(z) for c > 0, so that a scaled unit computes the same function up to scale.
        steepest: the largest |f'|, the yardstick for "flat".
    """

    value: Callable[[Array, Array], object]
    derivative: Callable[[Array, Array, Array], object]
    squashes: bool = False
    odd: bool = False
    homogeneous: bool = False
    steepest: float = 1.0


def sigmoid(z: Array, out: Array) -> Array:
    """1 / (1 + e^-z); exact 0.5 at 0, and accurate in both tails."""
    np.negative(z, out=out)
    np.exp(out, out=out)
    out += 1
    np.reciprocal(out, out=out)
    return out


def _tanh_derivative(z: Array, a: Array, out: Array) -> None:
    np.multiply(a, a, out=out)
    np.subtract(1, out, out=out)


def _sigmoid_derivative(z: Array, a: Array, out: Array) -> None:
    np.subtract(1, a, out=out)
    out *= a


def _linear(z: Array, out: Array) -> None:
    out[...] = z


def _linear_derivative(z: Array, a: Array, out: Array) -> None:
    out[...] = 1


def _relu(z: Array, out: Array) -> None:
    np.maximum(z, 0, out=out)


def _relu_derivative(z: Array, a: Array, out: Array) -> None:
    np.greater(z, 0, out=out, casting="unsafe")


def _leaky_relu(z: Array, out: Array) -> None:
    np.multiply(z, LEAKY_SLOPE, out=out)
    np.maximum(z, out, out=out)


def _leaky_relu_derivative(z: Array, a: Array, out: Array) -> None:
    out[...] = np.where(z > 0, 1, out.dtype.type(LEAKY_SLOPE))


def _scaled_elu(z: Array, out: Array, alpha: float, scale: float) -> None:
    np.minimum(z, 0, out=out)
    np.expm1(out, out=out)
    out *= scale * alpha
    np.copyto(out, scale * z, where=z > 0)


def _scaled_elu_derivative(z: Array, a: Array, out: Array, alpha: float, scale: float) -> None:
    np.add(a, scale * alpha, out=out)  # d/dz α(e^z - 1) = α(e^z - 1) + α
    np.copyto(out, out.dtype.type(scale), where=a > 0)


def _elu(z: Array, out: Array) -> None:
    _scaled_elu(z, out, 1.0, 1.0)


def _elu_derivative(z: Array, a: Array, out: Array) -> None:
    _scaled_elu_derivative(z, a, out, 1.0, 1.0)


def _selu(z: Array, out: Array) -> None:
    _scaled_elu(z, out, SELU_ALPHA, SELU_SCALE)


def _selu_derivative(z: Array, a: Array, out: Array) -> None:
    _scaled_elu_derivative(z, a, out, SELU_ALPHA, SELU_SCALE)


GELU_INNER = 0.7978845608028654  # sqrt(2 / pi)
GELU_CUBIC = 0.044715


def _gelu_gate(z: Array) -> Array:
    gate: Array = np.tanh(GELU_INNER * (z + GELU_CUBIC * z * z * z))
    return gate


def _gelu(z: Array, out: Array) -> None:
    out[...] = 0.5 * z * (1 + _gelu_gate(z))


def _gelu_derivative(z: Array, a: Array, out: Array) -> None:
    gate = _gelu_gate(z)
    inner = GELU_INNER * (1 + 3 * GELU_CUBIC * z * z)
    out[...] = 0.5 * (1 + gate) + 0.5 * z * (1 - gate * gate) * inner


registry = by_key(
    (
        Activation(
            key="tanh",
            label="tanh",
            note="Odd and smooth; near 0 it is almost a straight line.",
            formula="(e^z - e^-z) / (e^z + e^-z)",
            reference="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp",
            value=lambda z, out: np.tanh(z, out=out),
            derivative=_tanh_derivative,
            squashes=True,
            odd=True,
        ),
        Activation(
            key="relu",
            label="ReLU",
            note="Passes what is positive, stops the rest. Its slope at exactly 0 is taken as 0.",
            formula="max(0, z)",
            reference="Nair & Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
            value=_relu,
            derivative=_relu_derivative,
            homogeneous=True,
        ),
        Activation(
            key="sigmoid",
            label="sigmoid",
            note="Between 0 and 1; at 0 it gives 0.5, so even a zero start passes a signal on.",
            formula="1 / (1 + e^-z)",
            reference="Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors",
            value=sigmoid,
            derivative=_sigmoid_derivative,
            squashes=True,
            steepest=0.25,
        ),
        Activation(
            key="linear",
            label="linear",
            note="No bend at all: however deep, the network can only draw a straight line.",
            formula="z",
            reference="Saxe, McClelland & Ganguli 2014, Exact solutions to the nonlinear dynamics of learning",
            value=_linear,
            derivative=_linear_derivative,
            odd=True,
            homogeneous=True,
        ),
        Activation(
            key="leaky_relu",
            label="leaky ReLU",
            note="ReLU with a gentle slope on the negative side, so that no unit is ever quite off.",
            formula=f"z where z > 0, else {LEAKY_SLOPE} z",
            reference="Maas, Hannun & Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
            value=_leaky_relu,
            derivative=_leaky_relu_derivative,
            homogeneous=True,
        ),
        Activation(
            key="elu",
            label="ELU",
            note="ReLU whose negative side bends smoothly to -1.",
            formula="z where z > 0, else e^z - 1",
            reference="Clevert, Unterthiner & Hochreiter 2016, Fast and Accurate Deep Network Learning by ELUs",
            value=_elu,
            derivative=_elu_derivative,
        ),
        Activation(
            key="gelu",
            label="GELU",
            note="A smooth ReLU that dips a little below 0 (the tanh form).",
            formula="z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³)))",
            reference="Hendrycks & Gimpel 2016, Gaussian Error Linear Units, arXiv:1606.08415",
            value=_gelu,
            derivative=_gelu_derivative,
            steepest=1.1290,
        ),
        Activation(
            key="selu",
            label="SELU",
            note="ELU, scaled so that signals keep mean 0 and spread 1 through many layers (with lecun_normal).",
            formula="1.0507 z where z > 0, else 1.7581 (e^z - 1)",
            reference="Klambauer, Unterthiner, Mayr & Hochreiter 2017, Self-Normalizing Neural Networks",
            value=_selu,
            derivative=_selu_derivative,
            steepest=SELU_SCALE * SELU_ALPHA,
        ),
    )
)
