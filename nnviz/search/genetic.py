"""A genetic algorithm: candidates that pair, change and die out (Holland 1975)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core.progress import Progress
from nnviz.search.walk import Array, Plan

SIZE, GENERATIONS, TOURNAMENT = 40, 100, 8
SPREAD = 0.5  # the standard deviation of a mutation
MOST_SIZE = 256  # so that a byte holds who pairs with whom
MOST_WORK = 20_000_000  # runs × generations × candidates × tournament


@dataclass(frozen=True, eq=False)
class Evolution:
    """Populations of P candidates with d coordinates, in R runs over G generations and the one they start from.

    Attributes:
        plan: what was asked for.
        mutation: the chance of a mutation, for each coordinate.
        populations: `[shown, G + 1, P, d]`, of the first runs, as many as the plan's moments.
        best: `[R, G + 1]`, the lowest height in each generation; it never rises, for the best candidate lives on.
        diversity: `[R, G + 1]`, the mean distance of the candidates from their own middle.
        distinct: `[R, G + 1]`, how many different candidates there are.
    """

    plan: Plan
    mutation: float
    populations: Array
    best: Array
    diversity: Array
    distinct: Array

    @property
    def succeeded(self) -> Array:
        """Which runs have reached the deepest valley's floor, bool `[R]`."""
        return self.plan.landscape.reached(self.best[:, -1])


def evolve(
    plan: Plan,
    mutation: float,
    size: int = SIZE,
    tournament: int = TOURNAMENT,
    on_progress: Progress | None = None,
) -> Evolution:
    """Breed candidates: the best of a few drawn at random becomes a parent, twice for each child.

    A child takes each coordinate from one of its parents; then each is changed by a normal amount of deviation
    `SPREAD`, with the chance `mutation`. The best candidate lives on unchanged. A population starts anywhere in the
    box, whatever the plan says of a start; its looks are spent a population at a time.

    Args:
        plan: how many runs, where, and for how many looks; moments: how many runs' populations are kept.
        mutation: from 0 to 1.
        size: candidates in a population, from 2 to `MOST_SIZE`.
        tournament: how many are drawn for each parent, from 1.
        on_progress: called with the share done, from 0 to 1. What it raises stops the work and passes on.

    Raises:
        ValueError: a number out of range, or more work than `MOST_WORK`.
    """
    if not 0 <= mutation <= 1:
        raise ValueError(f"mutation={mutation}: must be from 0 to 1.")
    if not 2 <= size <= MOST_SIZE or tournament < 1:
        raise ValueError(f"size={size}, tournament={tournament}: must be from 2 to {MOST_SIZE}, and 1 or more.")
    generations = plan.looks // size - 1
    if generations < 1:
        raise ValueError(f"{plan.looks:,} looks are not enough for two generations of {size}.")
    if plan.runs * plan.looks * tournament > MOST_WORK:
        raise ValueError(f"{plan.runs:,} runs of {plan.looks:,} looks are too much for tournaments of {tournament}.")
    report = on_progress or (lambda share: None)
    shape = (size, plan.dims)
    generators = plan.generators()
    population = np.stack([plan.inside(g.uniform(plan.landscape.low, plan.landscape.high, shape)) for g in generators])
    shown = min(plan.moments, plan.runs)
    kept = np.empty((shown, generations + 1, *shape))
    best, diversity = np.empty((2, plan.runs, generations + 1))
    distinct = np.empty((plan.runs, generations + 1), int)
    rows = np.arange(plan.runs)[:, None]
    for generation in range(generations + 1):
        heights = plan.landscape.height(population)
        kept[:, generation] = population[:shown]
        best[:, generation] = heights.min(axis=1)
        diversity[:, generation] = _mean_distance(population)
        distinct[:, generation] = _different(population)
        if generation < generations:
            drawn, coins, chances, changes = _draws(generators, size, tournament, plan.dims)
            winner = heights[rows[..., None, None], drawn].argmin(axis=-1)
            parents = np.take_along_axis(drawn, winner[..., None], axis=-1)[..., 0]
            children = np.where(coins < 0.5, population[rows, parents[..., 0]], population[rows, parents[..., 1]])
            children = plan.inside(np.where(chances < mutation, children + SPREAD * changes, children))
            children[:, 0] = population[rows[:, 0], heights.argmin(axis=1)]
            population = children
        report((generation + 1) / (generations + 1))
    for array in (kept, best, diversity, distinct):
        array.setflags(write=False)
    return Evolution(plan, mutation, kept, best, diversity, distinct)


def _draws(
    generators: list[np.random.Generator], size: int, tournament: int, dims: int
) -> tuple[Array, Array, Array, Array]:
    """What chance decides in one generation of each run: who is drawn, whose coordinate, whether and how it changes."""
    shape = (len(generators), size, dims)
    drawn = np.empty((len(generators), size, 2, tournament), np.uint8)
    coins, chances, changes = np.empty((3, *shape))
    for run, generator in enumerate(generators):
        drawn[run] = generator.integers(0, size, drawn.shape[1:], dtype=np.uint8)
        generator.random(out=coins[run])
        generator.random(out=chances[run])
        generator.standard_normal(out=changes[run])
    return drawn, coins, chances, changes


def _mean_distance(population: Array) -> Array:
    """The mean distance from the middle of each population, `[R]`."""
    apart = population - population.mean(axis=1, keepdims=True)
    mean_distance: Array = np.sqrt((apart**2).sum(axis=-1)).mean(axis=1)
    return mean_distance


def _different(population: Array) -> Array:
    """How many different candidates each population has, `[R]`; told apart by one sum with odd weights."""
    weights = np.sqrt(np.arange(2, population.shape[-1] + 2))
    hashes = np.sort((population * weights).sum(axis=-1), axis=1)
    different: Array = 1 + (np.diff(hashes, axis=1) != 0).sum(axis=1)
    return different
