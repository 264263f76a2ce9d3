"""Which initializer works with which activation: restarts of each pair, counted.

A run counts as **trained** when its training loss ends below a quarter of the guess's loss: the entropy of the
classes, or the variance of a real target, which is what one gets without looking at the inputs. The rule looks
at nothing but the run itself, so that a cell means the same whatever else is in the map. On the data in the plane
that no straight line parts, the best straight line stays above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer, get
from nnviz.core.progress import Progress, part
from nnviz.core.registry import find
from nnviz.core.trace import Trace
from nnviz.core.training import train

SHARE_OF_GUESS = 0.25
SNAPSHOTS = 16  # the last, the start, and enough between them to tell falling from settled

INITIALIZERS = ("zeros", "random_normal", "glorot_uniform", "he_normal", "orthogonal")
ACTIVATIONS = ("tanh", "relu", "sigmoid", "selu")
RECIPE = Experiment(hidden=(8, 8, 8), samples=200, epochs=100, restarts=16, snapshots=SNAPSHOTS, dtype="float32")
"""What the map trains unless told otherwise: three hidden layers of eight on two moons."""


@dataclass(frozen=True)
class Cell:
    """One initializer with one activation.

    Attributes:
        experiment: what was trained, with all its restarts.
        trained: how many of its runs trained.
        bar: the loss below which a run counts as trained.
        median_loss: the median of the runs' last training losses; infinity where most diverged.
        kinds: how often each kind of diagnosis was given.
    """

    experiment: Experiment
    trained: int
    bar: float
    median_loss: float
    kinds: Mapping[str, int] = field(hash=False)

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return self.experiment.restarts

    @property
    def share(self) -> float:
        """The share of runs that trained."""
        return self.trained / self.runs


def judge(trace: Trace) -> Cell:
    """Count the runs of a trace that trained, by the rule of this module, and what became of each."""
    bar = SHARE_OF_GUESS * guess_loss(trace.dataset)
    losses = np.where(np.isfinite(trace.train_loss[:, -1]), trace.train_loss[:, -1], np.inf)
    kinds = Counter(diagnosis.kind for diagnosis in diagnose(trace))
    return Cell(trace.experiment, int((losses < bar).sum()), bar, float(np.median(losses)), dict(kinds.most_common()))


@dataclass(frozen=True, eq=False)
class Works:
    """The map.

    Attributes:
        initializers: the rows.
        activations: keys, the columns.
        cells: by row and column; pairs that have not been trained are missing.
    """

    initializers: tuple[Initializer, ...]
    activations: tuple[str, ...]
    cells: Mapping[tuple[int, int], Cell]

    def shares(self) -> np.ndarray:
        """The shares of runs that trained, `[initializers, activations]`; NaN where nothing has been trained."""
        shares = np.full((len(self.initializers), len(self.activations)), np.nan)
        for place, cell in self.cells.items():
            shares[place] = cell.share
        return shares


def pairs(
    initializers: Sequence[str | Initializer], names: Sequence[str], recipe: Experiment = RECIPE
) -> dict[tuple[int, int], Experiment]:
    """The experiment of each cell, by row and column.

    Args:
        initializers: the rows: keys, text forms or instances.
        names: the columns: activations by key.
        recipe: all else.

    Raises:
        ValueError: an unknown initializer or activation.
    """
    return {
        (row, column): recipe.replace(kernel_initializer=get(initializer), activation=activation)
        for row, initializer in enumerate(initializers)
        for column, activation in enumerate(names)
    }


def works(
    initializers: Sequence[str | Initializer] = INITIALIZERS,
    names: Sequence[str] = ACTIVATIONS,
    recipe: Experiment = RECIPE,
    on_progress: Progress | None = None,
    measure: Callable[[Experiment, Progress], Cell] | None = None,
) -> Works:
    """Train every initializer with every activation, all restarts of a pair as one batch, and count.

    Args:
        initializers: the rows: keys, text forms or instances.
        names: the columns: activations by key.
        recipe: data, depth, training and restarts of each cell.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
        measure: how a cell is got from its experiment and a call for progress; unless told, trained and judged.

    Raises:
        ValueError: an unknown initializer or activation.

    >>> found = works(["zeros", "glorot_uniform"], ["tanh"], RECIPE.replace(restarts=2))
    >>> found.shares()[0].tolist()
    [0.0]
    """
    measure = measure or measured
    experiments = pairs(initializers, names, recipe)
    cells = {}
    for done, (place, experiment) in enumerate(experiments.items()):
        cells[place] = measure(experiment, part(on_progress, done, len(experiments)))
    columns = tuple(find(activations.registry, name, "activation").key for name in names)
    return Works(tuple(get(initializer) for initializer in initializers), columns, cells)


def measured(experiment: Experiment, on_progress: Progress) -> Cell:
    """Train the restarts of one cell, and judge them."""
    return judge(train(experiment, on_progress))
