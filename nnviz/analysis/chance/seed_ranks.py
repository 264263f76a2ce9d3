"""Where one seed stands among others, in several tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import train

Array = np.ndarray

AMONG = 200


@dataclass(frozen=True, eq=False)
class Standing:
    """A seed among others.

    Attributes:
        experiment: the recipe, of one run, with the seed.
        losses: `[n]`, on unseen data at the end, of the seeds 0 to n - 1; infinity where a run diverged.
        own: the seed's own.
        place: 1 + how many of the n ended lower.
    """

    experiment: Experiment
    losses: Array
    own: float
    place: int

    @property
    def better_half(self) -> bool:
        """Whether the seed stands in the better half."""
        return self.place <= len(self.losses) / 2


def standings(tasks: Mapping[str, Experiment], seed: int, on_progress: Progress | None = None) -> dict[str, Standing]:
    """Train each task with the seeds from 0 to `AMONG` - 1 and with one's own, and say where that one stands.

    Args:
        tasks: recipes by name.
        seed: one's own.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
    """
    return {
        name: _standing(task, seed, part(on_progress, i, len(tasks))) for i, (name, task) in enumerate(tasks.items())
    }


def _standing(task: Experiment, seed: int, report: Progress) -> Standing:
    many = task.replace(seed=0, restarts=AMONG, snapshots=2)
    own = task.replace(seed=seed, restarts=1)
    losses = _last(train(many, lambda share: report(0.9 * share)))
    if seed < AMONG:
        last = float(losses[seed])
    else:
        last = float(_last(train(own.replace(snapshots=2), lambda share: report(0.9 + 0.1 * share)))[0])
    return Standing(own, losses, last, 1 + int((losses < last).sum()))


def _last(trace: Trace) -> Array:
    """The loss on unseen data at the end, `[R]`."""
    losses: Array = np.nan_to_num(trace.test_loss[:, -1], nan=np.inf, posinf=np.inf)
    return losses
