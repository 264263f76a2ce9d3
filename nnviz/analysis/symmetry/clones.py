"""H clones are one unit: the same function, if that unit's learning rates are lr/H coming in and lr·H going out.

Take H units with incoming weights w and outgoing weight v each, and one unit with w and V = H·v. Both answer alike.
A step moves each v by -lr·g, where g is the loss's slope along V, so V by -lr·H·g; and w by -lr·v·d = -(lr/H)·V·d,
where d is what the slope leaves but for V. So they stay alike, but for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.analysis.symmetry.descent import Descent, task_of
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views, parameter_count
from nnviz.core.progress import Progress
from nnviz.core.training import initial_parameters, train

REPORT_EVERY = 100  # steps


@dataclass(frozen=True)
class AsOne:
    """Clones, and the one unit that does their work.

    Attributes:
        units: how many clones.
        learning_rate: theirs.
        many, one: the last training losses of the clones and of the one unit.
    """

    units: int
    learning_rate: float
    many: float
    one: float


def as_one(experiment: Experiment, on_progress: Progress | None = None) -> AsOne:
    """Train the clones of an experiment, and one unit with their sum and their learning rates.

    Args:
        experiment: one hidden layer whose units all start equal, plain gradient descent by full batches.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: the experiment is another one.
    """
    report = on_progress or (lambda share: None)
    hidden, *_, output = layer_views(initial_parameters(experiment, experiment.seed), experiment.layer_sizes)
    equal = len(experiment.hidden) == 1 and (hidden == hidden[:, :1]).all() and (output[:-1] == output[:1]).all()
    if not equal or experiment.optimizer != "sgd" or experiment.batch_rows < experiment.train_rows:
        raise ValueError("Only equal units of one hidden layer, by plain gradient descent and full batches, are one.")
    trace = train(experiment.replace(restarts=1, snapshots=2), lambda share: report(share / 2))
    units, rate = experiment.hidden[0], experiment.learning_rate
    single = experiment.replace(hidden=(1,))
    start, rates = (np.zeros((1, parameter_count(single.layer_sizes)), experiment.dtype) for _ in range(2))
    layers, steps = (layer_views(array, single.layer_sizes) for array in (start, rates))
    layers[0][0], layers[1][0, :-1], layers[1][0, -1] = hidden[:, :1], units * output[:1], output[-1]
    steps[0][:], steps[1][:, :-1], steps[1][:, -1] = rate / units, rate * units, rate
    descent = Descent(task_of(single), start)
    with np.errstate(all="ignore"):
        for step in range(experiment.total_steps):
            descent.step(rates)
            if step % REPORT_EVERY == 0:
                report(0.5 + 0.5 * step / experiment.total_steps)
        descent.slope()
    report(1.0)
    return AsOne(units, rate, float(trace.train_loss[0, -1]), float(descent.losses()[0]))
