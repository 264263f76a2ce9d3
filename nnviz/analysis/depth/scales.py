"""Which scale weights should have: networks trained from many scales, and the one that keeps a signal level.

A scale **works** for a run that ends below a quarter of the guess's loss, as in `nnviz.analysis.initializers.works`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.depth.signal import NORMAL, SignalSpec, measure
from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.rates import Rate, rate
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress, part
from nnviz.core.training import train

Array = np.ndarray

TRIAL = 0.05  # the standard deviation that a level one is worked out from; any other would do
LEVEL_DEPTH, LEVEL_SEEDS = 6, 6


@dataclass(frozen=True, eq=False)
class Scales:
    """Runs from K spreads and S seeds each.

    Attributes:
        experiment: what was trained, but for the start.
        stddevs: `[K]`, the standard deviation of every kernel weight.
        losses: `[K, S]`, the last training loss; NaN where the run diverged.
        kinds: the diagnosis of each run in a word, by scale and seed.
        guess: the loss of a guess that ignores the inputs.
    """

    experiment: Experiment
    stddevs: Array
    losses: Array
    kinds: tuple[tuple[str, ...], ...]
    guess: float

    @property
    def bar(self) -> float:
        """The loss below which a run has learned."""
        return SHARE_OF_GUESS * self.guess

    @property
    def rates(self) -> list[Rate]:
        """For each scale the share of its runs that learned."""
        return [rate(int((row < self.bar).sum()), len(row)) for row in self.losses]

    @property
    def window(self) -> tuple[float, float] | None:
        """The smallest and the largest scale from which more than half of the runs learned; None if there is none."""
        good = self.stddevs[[result.share > 0.5 for result in self.rates]]
        return (float(good.min()), float(good.max())) if len(good) else None

    @property
    def diverged(self) -> Array:
        """Which runs diverged, bool `[K, S]`."""
        lost: Array = np.isnan(self.losses)
        return lost


def stddev_text(stddev: float) -> str:
    """A chosen standard deviation as a person would write it.

    >>> stddev_text(0.1), stddev_text(10**-0.5)
    ('0.1', '0.316')
    """
    return f"{stddev:.3g}"


def normal(stddev: float) -> Initializer:
    """Normal weights of this standard deviation around zero."""
    return initializers.make("random_normal", {"stddev": stddev})


def scales(experiment: Experiment, stddevs: Sequence[float], on_progress: Progress | None = None) -> Scales:
    """Train from normal weights of each scale, with as many seeds as the experiment has restarts.

    Args:
        experiment: all but the start.
        stddevs: standard deviations.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
    """
    losses, kinds = [], []
    for done, stddev in enumerate(stddevs):
        trace = train(
            experiment.replace(kernel_initializer=normal(stddev), output_initializer=None),
            part(on_progress, done, len(stddevs)),
        )
        losses.append(np.where(trace.diverged_at < 0, trace.train_loss[:, -1], np.nan))
        kinds.append(tuple(verdict.kind for verdict in diagnose(trace)))
    return Scales(experiment, np.array(stddevs), np.array(losses), tuple(kinds), guess_loss(experiment.load_dataset()))


def level_stddev(width: int, activation: str, on_progress: Progress | None = None) -> float:
    """The standard deviation of weights with which layers of this width hand on pre-activations of the same size.

    For activations that scale with their input, as ReLU and a straight line do: then a layer multiplies the signal
    by a number that is in proportion to the weights' scale, so that one trial gives the scale that multiplies by 1.
    Squares are averaged over networks, for it is these that keep their mean.

    Args:
        width: units a layer.
        activation: relu, leaky_relu or linear.
        on_progress: called with the share done.
    """
    report = on_progress or (lambda share: None)
    factors = []
    for seed in range(LEVEL_SEEDS):
        report(seed / LEVEL_SEEDS)
        preactivations = measure(
            SignalSpec(
                depth=LEVEL_DEPTH, width=width, activation=activation, kernel_initializer=normal(TRIAL),
                data=NORMAL, rows=32, seeds=1, seed=seed,
            )
        ).preactivations[0]  # fmt: skip
        factors.append(np.square(preactivations[1:] / preactivations[:-1]).mean())
    return TRIAL / math.sqrt(float(np.mean(factors)))
