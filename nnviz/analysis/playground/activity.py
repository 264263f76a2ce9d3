"""What the hidden units answer: dead and saturated shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core import activations
from nnviz.core.trace import Trace, hidden_signals

SATURATED_SLOPE = 0.02  # of the steepest: tanh beyond ±2.6, sigmoid beyond ±5.3


@dataclass(frozen=True)
class Activity:
    """One hidden layer at one moment, over the training rows.

    Attributes:
        units: how many there are.
        dead: how many pass no gradient on any row (ReLU's flat side).
        saturated: the share of answers on a flat end of a squashing activation; 0 for others.
    """

    units: int
    dead: int
    saturated: float


def activity(trace: Trace, run: int = 0, snapshot: int = -1) -> list[Activity]:
    """What each hidden layer's units do on the training rows, at one moment of one run."""
    activation = activations.registry[trace.experiment.activation]
    layers = []
    for _, slopes in hidden_signals(trace, trace.dataset.x_train, run, snapshot):
        flat = np.abs(slopes) < SATURATED_SLOPE * activation.steepest
        layers.append(
            Activity(
                units=slopes.shape[1],
                dead=int((slopes == 0).all(axis=0).sum()) if not activation.squashes else 0,
                saturated=float(flat.mean()) if activation.squashes else 0.0,
            )
        )
    return layers
