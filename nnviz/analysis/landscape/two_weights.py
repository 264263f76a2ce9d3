"""A network of two weights, whose whole landscape fits on a page: loss(w, v) of the answer v · tanh(w · x).

One hidden unit looks at one feature; the weight from the other feature and both biases are 0 and stay 0. So the ground
is no cut through a larger space but all there is, and a path on it is the walk itself, with its true loss.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import label

from nnviz.analysis.landscape.landscape import LossLandscape, Path
from nnviz.analysis.landscape.loss_surface import losses_at
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.symmetry.descent import Descent, task_of
from nnviz.core.experiment import Experiment
from nnviz.core.network import parameter_count
from nnviz.core.progress import Progress

Array = np.ndarray

RECIPE = Experiment(hidden=(1,), batch_size=None, learning_rate=0.5)
"""Two moons, of which the network sees the second feature only."""

SEEN, OUTGOING = 1, 3  # where w and v stand among the 5 numbers of a network 2-1-1
REACH = 4.0  # how far the picture goes from the middle
RESOLUTION = 61
SURFACE_SHARE = 0.3  # of the work: the loss surface; the rest are the walks


def two_weights(
    starts: Sequence[tuple[float, float]],
    learning_rate: float = 0.5,
    steps: int = 100,
    recipe: Experiment = RECIPE,
    on_progress: Progress | None = None,
) -> LossLandscape:
    """The ground over both weights, and walks down it by plain gradient descent on all rows.

    Args:
        starts: (w, v) of each walk.
        learning_rate: how long the steps are, in times the slope.
        steps: how many each walk takes.
        recipe: data in the plane, one hidden unit.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: not one hidden unit, or not two features.
    """
    if recipe.layer_sizes != (2, 1, 1):
        raise ValueError(f"hidden={recipe.hidden}, dataset={recipe.data_name}: must be one unit on two features.")
    report = on_progress or (lambda share: None)
    axis = np.linspace(-REACH, REACH, RESOLUTION)
    grid = np.stack(np.meshgrid(axis, axis), axis=2).reshape(-1, 2)
    loss = losses_at(recipe, _placed(recipe, grid), lambda share: report(SURFACE_SHARE * share))
    places, own = _walks(recipe, np.array(starts, float), learning_rate, steps, report)
    paths = tuple(
        Path(run, run, np.arange(steps + 1), places[:, run], own[:, run], own[:, run], 0.0)
        for run in range(len(starts))
    )
    report(1.0)
    return LossLandscape(
        experiment=recipe.replace(learning_rate=learning_rate, epochs=steps),
        kind="two_weights",
        axes=("weight w, into the unit", "weight v, out of it"),
        x=axis,
        y=axis,
        loss=loss.reshape(RESOLUTION, RESOLUTION),
        paths=paths,
        lines=(),
        guess=guess_loss(recipe.load_dataset()),
    )


def valleys(landscape: LossLandscape) -> int:
    """How many separate places lie lower than halfway from the guess's loss down to the lowest of the picture."""
    halfway = (landscape.guess + float(landscape.loss.min())) / 2
    return int(label(landscape.loss < halfway, np.ones((3, 3)))[1])


def fallen(path: Path, steps: int) -> float:
    """Which share of all its way down a walk has made after so many steps; NaN where it ends no lower than it began."""
    whole = float(path.loss[0] - path.loss[-1])
    return float(path.loss[0] - path.loss[steps]) / whole if whole > 0 else float("nan")


def _placed(recipe: Experiment, weights: Array) -> Array:
    """All numbers of the network, `[N, P]`, for pairs (w, v) `[N, 2]`."""
    placed = np.zeros((len(weights), parameter_count(recipe.layer_sizes)))
    placed[:, [SEEN, OUTGOING]] = weights
    return placed


def _walks(
    recipe: Experiment, starts: Array, learning_rate: float, steps: int, report: Progress
) -> tuple[Array, Array]:
    """The walks' places `[T, R, 2]` and losses `[T, R]`, the start first."""
    rates = np.zeros(parameter_count(recipe.layer_sizes))
    rates[[SEEN, OUTGOING]] = learning_rate
    descent = Descent(task_of(recipe), _placed(recipe, starts))
    places, losses = np.empty((steps + 1, len(starts), 2)), np.empty((steps + 1, len(starts)))
    with np.errstate(all="ignore"):
        for step in range(steps + 1):
            places[step] = descent.parameters[:, [SEEN, OUTGOING]]
            descent.step(rates)
            losses[step] = descent.losses()
            report(SURFACE_SHARE + (1 - SURFACE_SHARE) * step / (steps + 1))
    return places, losses
