"""Starts ranked on arrays or a table of one's own: what the page “Your data” does, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.analysis.tables.preparing import OwnData, prepare
from nnviz.analysis.tables.ranking import Ranking, rank_splits
from nnviz.analysis.tables.split_runs import (
    LEAST_SPLITS,
    MOST_SEEDS,
    MOST_SPLITS,
    RECIPE,
    SEEDS,
    SETS,
    SPLITS,
    SplitRuns,
    check,
    train_split,
)
from nnviz.core.experiment import Experiment, OwnExperiment
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress, part
from nnviz.core.registry import shorten

_MADE_HERE = ("restarts", "snapshots", "kernel_initializer", "data_seed", "dataset", "samples", "noise")


def rank(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    starts: Sequence[str | Initializer] = SETS["usual"],
    splits: int = SPLITS,
    seeds: int = SEEDS,
    data_seed: int = 0,
    test_fraction: float = 0.5,
    standardize: bool = True,
    task: str | None = None,
    on_progress: Progress | None = None,
    **fields: Any,
) -> Ranking:
    """Rank starts by the loss that networks come to on rows held back, over several splits of the rows.

    Args:
        x: features `[n, d]`: an array, lists or a data frame.
        y: targets `[n]` or `[n, 1]`: floating-point numbers are real targets, all else is labels.
        starts: initializers of all kernels.
        splits: how often the rows are split anew, from 5 to 20.
        seeds: how many runs of each start on each split, from 1 to 30.
        data_seed: draws the first split; they count up.
        test_fraction: the share of rows that is held back.
        standardize: whether each feature is brought to mean 0 and standard deviation 1, by the rows trained on.
        task: "classification" or "regression", where the targets' type does not say it.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
        **fields: of the experiment, such as `hidden` and `epochs`; unless told, those of the page “Your data”.

    Returns:
        The ranking. `headline` has it in words; `beats_baseline` says whether any start does better than a guess,
        `winner` which start is clearly best, or None; `places` are the starts, `record()` is all of it for JSON.

    Raises:
        ValueError: as `Experiment.from_arrays`; no starts, numbers out of range, or more work than is allowed.
    """
    for name in _MADE_HERE:
        if name in fields:
            raise ValueError(f"{name}: is set here; starts, splits and seeds say what is trained.")
    base = {name: getattr(RECIPE, name) for name in ("hidden", "activation", "learning_rate", "epochs")} | fields
    own = [
        Experiment.from_arrays(
            x, y, data_seed=data_seed + j, test_fraction=test_fraction, standardize=standardize, task=task, **base
        )
        for j in range(_within("splits", splits, LEAST_SPLITS, MOST_SPLITS))
    ]
    return _ranked(own, _texts(starts), seeds, on_progress)


def rank_table(
    data: OwnData,
    recipe: Experiment = RECIPE,
    starts: Sequence[str | Initializer] = SETS["usual"],
    splits: int = SPLITS,
    seeds: int = SEEDS,
    on_progress: Progress | None = None,
) -> Ranking:
    """Rank starts on a table made ready; arguments and errors as in `rank`."""
    count = _within("splits", splits, LEAST_SPLITS, MOST_SPLITS)
    own = [OwnExperiment.of(recipe, again(data, recipe, j).dataset) for j in range(count)]
    return _ranked(own, _texts(starts), seeds, on_progress)


def again(data: OwnData, recipe: Experiment, split: int) -> OwnData:
    """The table made ready with another split; 0 is the one it has."""
    if split == 0:
        return data
    answer = "number" if data.real else "classes"
    return prepare(data.table, data.target, answer, data.samples, recipe.test_fraction, data.seed, split)


def train_table_split(
    data: OwnData,
    recipe: Experiment,
    starts: Sequence[str],
    seeds: int,
    split: int,
    on_progress: Progress | None = None,
) -> SplitRuns:
    """Train every start on one split of a table; arguments as in `rank_table`."""
    own = OwnExperiment.of(recipe, again(data, recipe, split).dataset)
    return train_split(_of_split(own, seeds, split), starts, seeds, on_progress)


def _of_split(recipe: Experiment, seeds: int, split: int) -> Experiment:
    """Each split has seeds of its own, so that they are not the same few draws each time."""
    return recipe.replace(seed=recipe.seed + split * seeds)


def _ranked(own: Sequence[Experiment], starts: Sequence[str], seeds: int, on_progress: Progress | None) -> Ranking:
    _within("seeds", seeds, 1, MOST_SEEDS)
    problem = check(own[0], starts, seeds, len(own))
    if problem:
        raise ValueError(problem)
    return rank_splits(
        [
            train_split(_of_split(recipe, seeds, j), starts, seeds, part(on_progress, j, len(own)))
            for j, recipe in enumerate(own)
        ]
    )


def _texts(starts: Sequence[str | Initializer]) -> list[str]:
    if isinstance(starts, str) or not len(starts):
        raise ValueError(f"starts={shorten(starts)}: must be a list of initializers, such as ['zeros', 'he_normal'].")
    texts = [str(start) for start in starts]
    if len(set(texts)) < len(texts):
        raise ValueError("starts: one is named twice.")
    return texts


def _within(name: str, value: int, low: int, high: int) -> int:
    if not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name}={shorten(value)}: must be a whole number from {low} to {high}.")
    return int(value)
