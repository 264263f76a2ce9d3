"""The optimizers: how a gradient becomes a step.

Parameters, gradients and state are `[runs, parameters]` arrays; each element moves by itself, so that one
function serves every layer of every run. `update` changes the parameters and its state in place; the gradient
that it is given may be overwritten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.core.registry import Entry, by_key

Array = np.ndarray

MOMENTUM = 0.9
RHO, RMSPROP_EPSILON = 0.9, 1e-7
BETA_1, BETA_2, ADAM_EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """An optimizer.

    Attributes:
        slots: how many arrays of state it keeps, each shaped like the parameters and starting at 0.
        update: `update(parameters, gradient, state, learning_rate, step)`; the first step is 1.
    """

    slots: int
    update: Callable[[Array, Array, list[Array], float, int], None]


def _sgd(parameters: Array, gradient: Array, state: list[Array], learning_rate: float, step: int) -> None:
    gradient *= learning_rate
    parameters -= gradient


def _momentum(parameters: Array, gradient: Array, state: list[Array], learning_rate: float, step: int) -> None:
    (velocity,) = state
    velocity *= MOMENTUM
    gradient *= learning_rate
    velocity -= gradient
    parameters += velocity


def _nesterov(parameters: Array, gradient: Array, state: list[Array], learning_rate: float, step: int) -> None:
    (velocity,) = state
    velocity *= MOMENTUM
    gradient *= learning_rate
    velocity -= gradient
    parameters += MOMENTUM * velocity
    parameters -= gradient


def _rmsprop(parameters: Array, gradient: Array, state: list[Array], learning_rate: float, step: int) -> None:
    (mean_square,) = state
    mean_square *= RHO
    mean_square += (1 - RHO) * np.square(gradient)
    gradient *= learning_rate
    gradient /= np.sqrt(mean_square + RMSPROP_EPSILON)
    parameters -= gradient


def _adam(parameters: Array, gradient: Array, state: list[Array], learning_rate: float, step: int) -> None:
    mean, mean_square = state
    mean *= BETA_1
    mean += (1 - BETA_1) * gradient
    mean_square *= BETA_2
    mean_square += (1 - BETA_2) * np.square(gradient)
    root_mean_square = np.sqrt(mean_square / (1 - BETA_2**step))
    root_mean_square += ADAM_EPSILON
    parameters -= learning_rate / (1 - BETA_1**step) * mean / root_mean_square


registry = by_key(
    (
        Optimizer(
            key="sgd",
            label="SGD",
            note="Plain gradient descent: a step against the gradient.",
            formula="w ← w - η g",
            reference="Robbins & Monro 1951, A Stochastic Approximation Method",
            slots=0,
            update=_sgd,
        ),
        Optimizer(
            key="momentum",
            label="momentum",
            note="The step keeps 0.9 of the one before it, like a heavy ball.",
            formula="v ← 0.9 v - η g; w ← w + v",
            reference="Polyak 1964, Some methods of speeding up the convergence of iteration methods",
            slots=1,
            update=_momentum,
        ),
        Optimizer(
            key="nesterov",
            label="Nesterov momentum",
            note="Momentum that looks one step ahead.",
            formula="v ← 0.9 v - η g; w ← w + 0.9 v - η g",
            reference="Nesterov 1983; in this form Sutskever, Martens, Dahl & Hinton 2013",
            slots=1,
            update=_nesterov,
        ),
        Optimizer(
            key="rmsprop",
            label="RMSprop",
            note="Each weight's step is divided by the recent size of its own gradient.",
            formula="s ← 0.9 s + 0.1 g²; w ← w - η g / √(s + 1e-7)",
            reference="Tieleman & Hinton 2012, Lecture 6e (in Keras's form)",
            slots=1,
            update=_rmsprop,
        ),
        Optimizer(
            key="adam",
            label="Adam",
            note="Momentum and RMSprop together, both corrected for starting at 0.",
            formula="m ← 0.9 m + 0.1 g; s ← 0.999 s + 0.001 g²; w ← w - η m̂ / (√ŝ + 1e-8)",
            reference="Kingma & Ba 2015, Adam: A Method for Stochastic Optimization, Algorithm 1",
            slots=2,
            update=_adam,
        ),
    )
)
