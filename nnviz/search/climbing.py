"""Walkers that feel their way by steps at random: downhill only, sometimes uphill, or anywhere at all."""

from __future__ import annotations

import numpy as np

from nnviz.core.progress import Progress
from nnviz.search.walk import Array, Plan, Walk, WalkRecord

HOT, COLD = 0.5, 0.005  # annealing's first and last temperature, in ridges of the landscape


def hill_climbing(plan: Plan, step: float | Array, restarts: int = 1, on_progress: Progress | None = None) -> Walk:
    """Try a step; take it if it leads lower. With restarts, the looks are shared among several starts.

    Args:
        plan: who walks where.
        step: the standard deviation of a step in each coordinate; one for all, or `[R]`.
        restarts: how many starts, one after the other.
        on_progress: called with the share done, from 0 to 1. What it raises stops the work and passes on.

    Raises:
        ValueError: more restarts than looks, or less than one.
    """
    if not 1 <= restarts <= plan.looks:
        raise ValueError(f"restarts={restarts}: must be from 1 to {plan.looks:,}, the number of looks.")
    return _walk(plan, step, restarts, np.zeros(plan.looks), on_progress)


def annealing(plan: Plan, step: float | Array, on_progress: Progress | None = None) -> Walk:
    """Try a step; take it if it leads lower, and uphill with a chance that fades (Kirkpatrick et al. 1983).

    A step that leads higher by h is taken with the chance exp(-h / T). The temperature T falls by the same factor at
    each look, from half a ridge of the landscape to a hundredth of that.

    Args:
        plan: who walks where.
        step: as in `hill_climbing`.
        on_progress: as in `hill_climbing`.
    """
    temperatures = plan.landscape.ridge * np.geomspace(HOT, COLD, plan.looks)
    return _walk(plan, step, 1, temperatures, on_progress)


def random_search(plan: Plan, on_progress: Progress | None = None) -> Walk:
    """Look at places drawn anywhere; the walker stands at the lowest of them so far.

    Args:
        plan: who looks where.
        on_progress: as in `hill_climbing`.
    """
    places = np.empty((plan.looks, plan.runs, plan.dims))
    for run, generator in enumerate(plan.generators()):
        places[:, run] = plan.places(generator, plan.looks)
    record = WalkRecord(plan, on_progress)
    points = places[0]
    heights = plan.landscape.height(points)
    for look, tried in enumerate(places, 1):
        points, heights = _lower(points, heights, tried, plan.landscape.height(tried))
        record.take(look, points, heights)
    return record.walk()


def _walk(plan: Plan, step: float | Array, restarts: int, temperatures: Array, on_progress: Progress | None) -> Walk:
    """Steps at random, taken as the temperatures `[looks]` permit; at 0 downhill only."""
    starts = np.empty((restarts, plan.runs, plan.dims))
    steps = np.empty((plan.looks, plan.runs, plan.dims))
    patience = np.empty((plan.looks, plan.runs))  # how much higher a step may lead, at temperature 1
    for run, generator in enumerate(plan.generators()):
        starts[:, run] = plan.places(generator, restarts)
        steps[:, run] = generator.standard_normal((plan.looks, plan.dims))
        patience[:, run] = generator.standard_exponential(plan.looks)
    lengths = np.broadcast_to(step, plan.runs)[:, None]
    restart_at = {
        int(look): i for i, look in enumerate(np.linspace(0, plan.looks, restarts, endpoint=False).astype(int))
    }
    record = WalkRecord(plan, on_progress)
    points = heights = np.empty(0)
    for look in range(plan.looks):
        if look in restart_at:
            points = starts[restart_at[look]]
            heights = plan.landscape.height(points)
        else:
            tried = plan.inside(points + lengths * steps[look])
            allowed = temperatures[look] * patience[look]
            points, heights = _lower(points, heights, tried, plan.landscape.height(tried), allowed)
        record.take(look + 1, points, heights)
    return record.walk()


def _lower(
    points: Array, heights: Array, tried: Array, tried_heights: Array, allowed: float | Array = 0.0
) -> tuple[Array, Array]:
    """Where each stands after a try: there if it is lower, or not higher than allowed."""
    taken = tried_heights < heights + allowed
    return np.where(taken[:, None], tried, points), np.where(taken, tried_heights, heights)
