"""What all walkers share: a plan, chance for each run of its own, and the record of their ways."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nnviz.core.progress import Progress
from nnviz.search.landscapes import SearchLandscape

Array = np.ndarray

MOST_WORK = 6_000_000  # runs × looks × coordinates: about a second, and 100 MB of draws
REPORT = 32  # looks between two words of progress: 10 ms at most


@dataclass(frozen=True)
class Plan:
    """Who walks where, and how much it may cost. A look is one evaluation of the height, or of the slope.

    Attributes:
        landscape: the landscape.
        dims: how many coordinates.
        looks: what each run may spend.
        runs: how many walk, each with chance of its own.
        seed: draws all of it; run r is the same among any number of runs.
        start: where all begin; None: each anywhere in the box.
        moments: how many moments are recorded, the first and the last among them.

    Raises:
        ValueError: a number out of range, or more work than `MOST_WORK`.
    """

    landscape: SearchLandscape
    dims: int
    looks: int
    runs: int
    seed: int = 0
    start: tuple[float, ...] | None = None
    moments: int = 2

    def __post_init__(self) -> None:
        if self.dims not in self.landscape.dims:
            raise ValueError(f"dims={self.dims}: {self.landscape.key} has {', '.join(map(str, self.landscape.dims))}.")
        if min(self.looks, self.runs, self.moments - 1) < 1 or self.seed < 0:
            raise ValueError("looks and runs must be 1 or more, moments 2 or more, the seed 0 or more.")
        if self.runs * self.looks * self.dims > MOST_WORK:
            raise ValueError(f"{self.runs:,} runs of {self.looks:,} looks are too much: at most {MOST_WORK:,} in all.")
        if self.start is not None and len(self.start) != self.dims:
            raise ValueError(f"start={self.start}: must have {self.dims} coordinates.")

    def generators(self) -> list[np.random.Generator]:
        """Chance for each run."""
        return [np.random.default_rng(child) for child in np.random.SeedSequence(self.seed).spawn(self.runs)]

    def places(self, generator: np.random.Generator, amount: int) -> Array:
        """Starting places of one run, `[amount, d]`; where a start is told, the first is that."""
        places = generator.uniform(self.landscape.low, self.landscape.high, (amount, self.dims))
        if self.start is not None:
            places[0] = self.inside(np.array(self.start))
        return places

    def inside(self, points: Array) -> Array:
        """The points, held in the box."""
        held: Array = np.clip(points, self.landscape.low, self.landscape.high)
        return held


@dataclass(frozen=True, eq=False)
class Walk:
    """The ways of R runs with d coordinates, at M moments. Frozen, its arrays read-only.

    Attributes:
        plan: what was asked for.
        looks: `[M]`, what had been spent; the first is 1.
        points: `[R, M, d]`, where each stood.
        heights: `[R, M]`, how high that is.
        best: `[R]`, the lowest height that it has seen at any look.
    """

    plan: Plan
    looks: Array
    points: Array
    heights: Array
    best: Array

    def first(self, runs: int) -> Walk:
        """The first so many runs."""
        plan = replace(self.plan, runs=min(runs, self.plan.runs))
        return Walk(plan, self.looks, self.points[:runs], self.heights[:runs], self.best[:runs])

    @property
    def succeeded(self) -> Array:
        """Which runs have seen the deepest valley's floor, bool `[R]`."""
        return self.plan.landscape.reached(self.best)

    @property
    def settled(self) -> Array:
        """Which runs stand on the deepest valley's floor at the end, bool `[R]`."""
        return self.plan.landscape.reached(self.heights[:, -1])


class WalkRecord:
    """Takes down a walk look by look."""

    def __init__(self, plan: Plan, on_progress: Progress | None) -> None:
        self.plan, self.on_progress = plan, on_progress or (lambda share: None)
        self.looks = np.unique(np.linspace(1, plan.looks, min(plan.moments, plan.looks)).round().astype(int))
        self.at = {int(look): moment for moment, look in enumerate(self.looks)}
        self.points = np.empty((plan.runs, len(self.looks), plan.dims))
        self.heights = np.empty((plan.runs, len(self.looks)))
        self.best = np.full(plan.runs, np.inf)

    def take(self, look: int, points: Array, heights: Array) -> None:
        """Where all stand after so many looks, counted from 1."""
        np.minimum(self.best, heights, out=self.best)
        moment = self.at.get(look)
        if moment is not None:
            self.points[:, moment], self.heights[:, moment] = points, heights
        if look % REPORT == 0 or look == self.plan.looks:
            self.on_progress(look / self.plan.looks)

    def walk(self) -> Walk:
        """What has been taken down."""
        for array in (self.looks, self.points, self.heights, self.best):
            array.setflags(write=False)
        return Walk(self.plan, self.looks, self.points, self.heights, self.best)
