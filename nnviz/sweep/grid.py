"""What a sweep trains: a grid of experiments, each with many seeds, cut into portions.

A **cell** is one combination of the fields' values. Its seeds train together as stacked runs, in **portions** that
are experiments of their own. How a cell is cut depends on nothing but the cell, so that a sweep that goes on later,
elsewhere or with more processes finds the portions that are done; also one with more values or more seeds.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from nnviz.analysis.initializers.works import SNAPSHOTS
from nnviz.core.experiment import MOST_SEED, Experiment, ExperimentError, field_names

MOST_CELLS = 10_000
MOST_RUNS = 10_000_000
MOST_PORTION_RUNS = 1000
SHARE_OF_BUDGET = 10  # a portion takes at most a tenth of what an experiment may: a few seconds, so little is lost


@dataclass(frozen=True)
class Grid:
    """The cells of a sweep.

    Attributes:
        cells: an experiment each, of a single run; in order, the last field changing fastest.
        seeds: how many runs each cell has, with seeds counting up from the cell's.
    """

    cells: tuple[Experiment, ...]
    seeds: int

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return len(self.cells) * self.seeds

    def varied(self) -> dict[str, int]:
        """The fields in which cells differ, each with how many values it has."""
        amounts = {name: len({getattr(cell, name) for cell in self.cells}) for name in field_names()}
        return {name: amount for name, amount in amounts.items() if amount > 1}

    def portions(self) -> list[Experiment]:
        """All portions of all cells, in order."""
        return [portion for cell in self.cells for portion in portions(cell, self.seeds)]


def grid(values: Mapping[str, Sequence[object]], seeds: int = 1) -> Grid:
    """Every combination of the values given for some fields; equal ones are taken once.

    Args:
        values: for each field that is not at its default, the values it takes. Unless told, a run is recorded at
            a few moments only, as many as a diagnosis needs.
        seeds: runs of each cell.

    Raises:
        ValueError: a value that an experiment cannot have, alone or with others; or too many cells or runs.

    >>> grid({"activation": ["tanh", "relu"], "hidden": [(8,), (8, 8)]}, seeds=3).runs
    12
    """
    values = {"snapshots": [SNAPSHOTS], **values, "restarts": [1]}
    amount = math.prod(len(several) for several in values.values())
    if not 1 <= amount <= MOST_CELLS:
        raise ExperimentError(f"{amount:,} combinations of values: a sweep takes from 1 to {MOST_CELLS:,}.", *values)
    if not 1 <= seeds <= MOST_RUNS // amount:
        raise ExperimentError(
            f"seeds={seeds}: must be a whole number from 1 to {MOST_RUNS // amount:,}, "
            f"for a sweep takes up to {MOST_RUNS:,} runs.",
            "seed",
        )
    names = [name for name in field_names() if name in values]
    combinations = itertools.product(*(values[name] for name in names))
    cells = dict.fromkeys(Experiment(**dict(zip(names, each, strict=True))) for each in combinations)  # type: ignore[arg-type]
    for cell in cells:
        if cell.seed + seeds - 1 > MOST_SEED:
            raise ExperimentError(f"seed={cell.seed} and {seeds - 1:,} more: must not go beyond {MOST_SEED:,}.", "seed")
    return Grid(tuple(cells), seeds)


def portions(cell: Experiment, seeds: int) -> list[Experiment]:
    """The runs of a cell with so many seeds, as experiments that are each trained at once.

    >>> [portion.restarts for portion in portions(Experiment(epochs=10, snapshots=8), 1500)]
    [1000, 500]
    """
    size = _portion_size(cell)
    return [cell.replace(seed=cell.seed + first, restarts=min(size, seeds - first)) for first in range(0, seeds, size)]


def _portion_size(cell: Experiment) -> int:
    """How many runs of a cell make a portion: as many as their share of the budget has room for."""
    low, high = 1, MOST_PORTION_RUNS + 1
    while high - low > 1:
        middle = (low + high) // 2
        fits = False
        with suppress(ExperimentError):
            fits = bool(cell.replace(restarts=middle * SHARE_OF_BUDGET))
        low, high = (middle, high) if fits else (low, middle)
    return low
