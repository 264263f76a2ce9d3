"""Several ways to spend the same number of looks, each with steps of several sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.core.progress import Progress, part
from nnviz.search.climbing import annealing, hill_climbing, random_search
from nnviz.search.landscapes import SearchLandscape
from nnviz.search.walk import Array, Plan, Walk

STEPS = (0.05, 0.1, 0.3, 0.5, 1.0)
LOOKS, RUNS = 2000, 240
RESTARTS = 20


@dataclass(frozen=True)
class SearchMethod:
    """A way to search.

    Attributes:
        key: a short name.
        label: the name on screen.
        walk: `walk(plan, step, on_progress)` -> Walk.
    """

    key: str
    label: str
    walk: Callable[[Plan, float | Array, Progress | None], Walk]


METHODS = (
    SearchMethod("one", "one long walk", lambda plan, step, report: hill_climbing(plan, step, 1, report)),
    SearchMethod(
        "many", f"{RESTARTS} short walks", lambda plan, step, report: hill_climbing(plan, step, RESTARTS, report)
    ),
    SearchMethod("annealing", "annealing", annealing),
)


@dataclass(frozen=True, eq=False)
class SearchContest:
    """How often each way found the deepest valley.

    Attributes:
        landscape: the landscape.
        looks: what each run could spend.
        steps: `[S]`, the sizes of steps.
        succeeded: `[methods, S, runs]`, whether a run found the deepest valley, in the order of `METHODS`.
        at_random: `[S · runs]`, the same of runs that only looked anywhere at random; they take no steps.
    """

    landscape: SearchLandscape
    looks: int
    steps: Array
    succeeded: Array
    at_random: Array

    @property
    def successes(self) -> Array:
        """How many runs succeeded, `[methods, S]`."""
        amounts: Array = self.succeeded.sum(axis=-1)
        return amounts


def contest(
    landscape: SearchLandscape, seed: int, looks: int = LOOKS, runs: int = RUNS, on_progress: Progress | None = None
) -> SearchContest:
    """Let each method search a plane, in so many runs for each size of step.

    Args:
        landscape: the landscape, with two coordinates.
        seed: draws everything.
        looks: what each run may spend.
        runs: for each method and step.
        on_progress: called with the share done, from 0 to 1. What it raises stops the work and passes on.

    Raises:
        ValueError: more work than a plan may ask for.
    """
    plan = Plan(landscape, 2, looks, runs * len(STEPS), seed)
    steps = np.repeat(STEPS, runs)
    parts = len(METHODS) + 1
    result = [method.walk(plan, steps, part(on_progress, i, parts)).succeeded for i, method in enumerate(METHODS)]
    random_walks = random_search(plan, part(on_progress, parts - 1, parts))
    return SearchContest(
        landscape, looks, np.array(STEPS), np.reshape(result, (len(METHODS), len(STEPS), runs)), random_walks.succeeded
    )
