"""Which start is best on one data set: several initializers, each from the same seeds, ranked by held-out loss.

Varied is the seed, which draws the weights and the order of rows; the split, the network and its training are the same
for all. A start's figure is the median of its runs, with the interval of order statistics, which asks for no shape of
the spread (Thompson 1936). The lowest median is compared with each other start seed by seed, by the sign test, with
Holm's (1979) correction for that many comparisons: what it does not beat clearly ties with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, quantile_test

from nnviz.analysis.restarts.restarts import Restarts, join, portion, train_portion
from nnviz.analysis.words import number
from nnviz.core import initializers
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment
from nnviz.core.experiment.cost import SECONDS_A_CALL, seconds_a_run
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress

Array = np.ndarray

CONFIDENCE = 0.95
LEAST_RUNS, MOST_RUNS = 6, 30  # fewer than 6 runs have no interval of 95 %
MOST_SECONDS = 60.0  # by the budget's rule of thumb, which is the slowest case

_KERAS = tuple(key for key, scheme in initializers.registry.items() if scheme.keras)
_STDDEVS = tuple(str(initializers.get(f"random_normal(stddev={spread})")) for spread in (0.001, 0.01, 0.05, 0.2, 1, 5))
STARTS = (
    *(start for key in _KERAS for start in (_STDDEVS if key == "random_normal" else (key,))),
    "positive_uniform", "pytorch_default",
)  # fmt: skip
"""What can be ranked: initializers in text form, no two alike."""
SETS = {
    "usual": ("zeros", "random_normal", "orthogonal", "glorot_uniform", "he_uniform", "pytorch_default"),
    "scales": ("zeros", *_STDDEVS),
    "keras": _KERAS,
}
"""Some of them that are worth ranking together."""


@dataclass(frozen=True, eq=False)
class RankedInitializer:
    """What one start came to.

    Attributes:
        initializer: of all kernels.
        runs: one for each seed.
        losses: `[R]`, held-out losses at the end, infinite where a run diverged.
        median, low, high: of those, with the ends of the median's 95 % interval.
        accuracy: the median share right of held-out rows; NaN for a real target.
        lower, higher: in how many seeds the best start ended lower than this one, and higher.
        chance: how easily so one-sided a count comes by chance, corrected for all comparisons; 1 for the best itself.
    """

    initializer: Initializer
    runs: Restarts
    losses: Array
    median: float
    low: float
    high: float
    accuracy: float
    lower: int
    higher: int
    chance: float

    @property
    def name(self) -> str:
        """The start in a word or two, short enough for a phone."""
        settings = self.initializer.parameters
        if self.initializer.key == "random_normal" and settings["mean"] == 0:
            return f"random_normal {settings['stddev']:g}"
        return str(self.initializer)

    @property
    def ties(self) -> bool:
        """Whether the best start is it, or does not beat it clearly."""
        return self.chance > 1 - CONFIDENCE


@dataclass(frozen=True, eq=False)
class Ranking:
    """Starts by the median of their held-out losses, the lowest first.

    Attributes:
        places: one a start.
        guess: the held-out loss of a guess that ignores the inputs: the classes' shares, or the mean.
    """

    places: tuple[RankedInitializer, ...]
    guess: float

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names; empty where the target is a real number."""
        return self.best.runs.experiment.task.classes

    @property
    def best(self) -> RankedInitializer:
        """The start with the lowest median."""
        return self.places[0]

    @property
    def too_few(self) -> bool:
        """Whether not even the best start of all seeds could be told from another: there are too few of them."""
        return len(self.places) > 1 and _sign_test(self.seeds, 0) * (len(self.places) - 1) > 1 - CONFIDENCE

    @property
    def beats_guess(self) -> bool:
        """Whether the best start's whole interval lies below the guess."""
        return self.best.high < self.guess

    @property
    def seeds(self) -> int:
        """From how many seeds each start was trained."""
        return self.best.runs.runs

    @property
    def tied(self) -> tuple[RankedInitializer, ...]:
        """The best start, and those that it does not beat clearly."""
        return tuple(place for place in self.places if place.ties)


def check(recipe: Experiment, inits: Sequence[str], seeds: int) -> str:
    """A sentence where so much cannot be trained; else an empty text."""
    try:
        for start in inits:
            portion(recipe.replace(kernel_initializer=start), 0, seeds)
    except ValueError as error:
        return str(error)
    times = seconds(recipe, len(inits), seeds) / MOST_SECONDS
    if times <= 1:
        return ""
    return f"This is {number(times)} times the work that is allowed: take fewer rows, epochs, units, seeds or starts."


def seconds(recipe: Experiment, starts: int, seeds: int) -> float:
    """What so many starts take, each from so many seeds, by the budget's rule of thumb."""
    calls = recipe.total_steps * (len(recipe.hidden) + 1) * SECONDS_A_CALL  # the same for few seeds as for many
    return starts * (calls + seeds * seconds_a_run(recipe))


def train_seeds(experiment: Experiment, seeds: int, on_progress: Progress | None = None) -> Restarts:
    """Train an experiment from several seeds, in portions.

    Args:
        experiment: the recipe of the first run.
        seeds: how many.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: not even one run is within the budget.
    """
    report = on_progress or (lambda share: None)
    parts: list[Restarts] = []
    while (done := sum(part.runs for part in parts)) < seeds:
        batch = portion(experiment, done, seeds)

        def advance(share: float, done: int = done, runs: int = batch.restarts) -> None:
            report((done + share * runs) / seeds)

        parts.append(train_portion(batch, advance))
    return join(parts)


def rank(runs: Sequence[Restarts]) -> Ranking:
    """Rank starts by what their runs came to.

    Args:
        runs: for each start its runs, all on the same data and from the same seeds.

    Raises:
        ValueError: there are none, fewer than 6 seeds, or not the same seeds or data for all.
    """
    if not runs or min(each.runs for each in runs) < LEAST_RUNS:
        raise ValueError(f"A ranking needs a start, and at least {LEAST_RUNS} seeds of each.")
    first = runs[0]
    data = first.experiment.load_dataset()
    for each in runs:
        if list(each.seeds) != list(first.seeds) or each.experiment.load_dataset() is not data:
            raise ValueError("A ranking needs the same data and the same seeds for every start.")
    losses = [np.where(each.diverged_at >= 0, np.inf, each.test_loss) for each in runs]
    order = sorted(range(len(runs)), key=lambda i: (np.median(losses[i]), np.mean(losses[i])))
    best = losses[order[0]]
    lower = [int((best < losses[i]).sum()) for i in order]
    higher = [int((best > losses[i]).sum()) for i in order]
    chances = [1.0, *_holm([_sign_test(a, b) for a, b in zip(lower[1:], higher[1:], strict=True)])]
    places = zip([runs[i] for i in order], [losses[i] for i in order], lower, higher, chances, strict=True)
    return Ranking(tuple(_place(*each) for each in places), _guess(data))


def _guess(data: Dataset) -> float:
    """The held-out loss of the guess that knows the answers of the training rows, and no inputs."""
    if not data.class_names:
        return float(np.mean(np.square(data.y_test - data.y_train.mean())))
    shares = np.bincount(data.y_train, minlength=len(data.class_names)) / len(data.y_train)
    with np.errstate(divide="ignore"):  # a class that no training row has costs infinity
        return float(-np.mean(np.log(shares[data.y_test])))


def _place(runs: Restarts, losses: Array, lower: int, higher: int, chance: float) -> RankedInitializer:
    interval = quantile_test(losses, p=0.5).confidence_interval(CONFIDENCE)
    accuracy = np.where(runs.diverged_at >= 0, 0.0, runs.test_accuracy)
    return RankedInitializer(
        initializer=runs.experiment.kernel_initializer,
        runs=runs,
        losses=losses,
        median=float(np.median(losses)),
        low=float(interval.low),
        high=float(interval.high),
        accuracy=float(np.median(accuracy)) if runs.experiment.task.classes else math.nan,
        lower=lower,
        higher=higher,
        chance=chance,
    )


def _sign_test(lower: int, higher: int) -> float:
    """How easily so one-sided a count comes by chance, on either side; 1 where all are equal."""
    return float(binomtest(lower, lower + higher).pvalue) if lower + higher else 1.0


def _holm(chances: Sequence[float]) -> list[float]:
    """The chances, corrected for being several: the lowest times their number, the next times one less, and so on."""
    corrected, least = [0.0] * len(chances), 0.0
    for done, i in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        least = max(least, min(1.0, (len(chances) - done) * chances[i]))
        corrected[i] = least
    return corrected
