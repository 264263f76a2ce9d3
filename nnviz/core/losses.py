"""The losses. The data set's target decides which one: there is nothing to choose.

Logits and targets are `[runs, outputs, samples]` arrays; targets may have 1 in place of runs. A value is one
number a sample, in nats; `delta` is its derivative with respect to the logits, up to a known factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.core.activations import sigmoid
from nnviz.core.registry import Entry, by_key

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Loss(Entry):
    """A loss.

    Attributes:
        value: `value(logits, targets)` -> `[runs, samples]`.
        delta: `delta(logits, targets, out)` writes d value / d logits, times `scale`.
        scale: `scale(outputs)`: chosen so that at equal logits errors are numbers that a float holds exactly,
            and those of balanced classes sum to exactly 0.
        correct: `correct(logits, targets)` -> `[runs, samples]` of bool; None for real targets.
        answer: `answer(logits)` -> `[runs, classes, samples]` of probabilities, or the values themselves.
    """

    value: Callable[[Array, Array], Array]
    delta: Callable[[Array, Array, Array], object]
    correct: Callable[[Array, Array], Array] | None
    answer: Callable[[Array], Array]
    scale: Callable[[int], int] = lambda outputs: 1


def _binary_value(logits: Array, targets: Array) -> Array:
    z = logits[:, 0]
    result: Array = np.maximum(z, 0) - z * targets[:, 0] + np.log1p(np.exp(-np.abs(z)))
    return result


def _binary_delta(logits: Array, targets: Array, out: Array) -> None:
    sigmoid(logits, out)
    out -= targets


def _binary_correct(logits: Array, targets: Array) -> Array:
    result: Array = (logits[:, 0] > 0) == (targets[:, 0] > 0.5)
    return result


def _binary_answer(logits: Array) -> Array:
    second = sigmoid(logits, np.empty_like(logits))
    return np.concatenate([sigmoid(-logits, np.empty_like(logits)), second], axis=1)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


def _categorical_value(logits: Array, targets: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Array = np.log(np.exp(shifted).sum(axis=1)) - (shifted * targets).sum(axis=1)
    return result


def _categorical_delta(logits: Array, targets: Array, out: Array) -> None:
    """K (p - y) for K classes: equal logits give exactly 1 and 1 - K, where p itself would be a rounded 1 / K."""
    classes = logits.shape[1]
    np.subtract(logits, logits.max(axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    out *= classes / out.sum(axis=1, keepdims=True)
    out -= classes * targets


def _categorical_correct(logits: Array, targets: Array) -> Array:
    result: Array = logits.argmax(axis=1) == targets.argmax(axis=1)
    return result


def _squared_value(logits: Array, targets: Array) -> Array:
    result: Array = np.square(logits[:, 0] - targets[:, 0])
    return result


def _squared_delta(logits: Array, targets: Array, out: Array) -> None:
    np.subtract(logits, targets, out=out)
    out *= 2


registry = by_key(
    (
        Loss(
            key="binary_crossentropy",
            label="binary cross-entropy",
            note="For two classes: one logit, whose sigmoid is the probability of the second class.",
            formula="-y ln p - (1 - y) ln(1 - p), p = 1 / (1 + e^-z)",
            reference="Good 1952, Rational Decisions",
            value=_binary_value,
            delta=_binary_delta,
            correct=_binary_correct,
            answer=_binary_answer,
        ),
        Loss(
            key="categorical_crossentropy",
            label="categorical cross-entropy",
            note="For more classes: one logit each, whose softmax gives the probabilities.",
            formula="-ln p_y, p = e^z / Σ e^z",
            reference="Bridle 1990, Probabilistic Interpretation of Feedforward Classification Network Outputs",
            value=_categorical_value,
            delta=_categorical_delta,
            correct=_categorical_correct,
            answer=_softmax,
            scale=lambda outputs: outputs,
        ),
        Loss(
            key="squared_error",
            label="squared error",
            note="For a real target.",
            formula="(z - y)²",
            reference="Legendre 1805, Nouvelles méthodes pour la détermination des orbites des comètes",
            value=_squared_value,
            delta=_squared_delta,
            correct=None,
            answer=lambda logits: logits,
        ),
    )
)
