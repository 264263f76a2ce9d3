"""Walkers that know the slope: gradient descent, and the same with a push at random at each step."""

from __future__ import annotations

import numpy as np

from nnviz.core.progress import Progress
from nnviz.search.walk import Plan, Walk, WalkRecord

GENTLE = 0.5  # a step is this over the largest curvature, so that it never leads over a hilltop or a floor


def gradient_descent(plan: Plan, push: float = 0.0, fade: bool = False, on_progress: Progress | None = None) -> Walk:
    """Follow the slope down; with a push, be thrown about on the way (in the limit of small steps, Langevin's walk).

    Without a push a walker never leaves the basin in which it starts: with a step below 1 / curvature it cannot cross
    a point where the slope is zero. The push of a look has the standard deviation √(2 · step · temperature), so that
    the walker passes over ridges of about the temperature's height.

    Args:
        plan: who walks where. A look is one evaluation of the slope.
        push: the temperature at the start, in ridges of the landscape.
        fade: whether it sinks to nothing, evenly, by three quarters of the way; else it stays.
        on_progress: called with the share done, from 0 to 1. What it raises stops the work and passes on.

    Raises:
        ValueError: a push below 0.
    """
    if push < 0:
        raise ValueError(f"push={push}: must be 0 or more.")
    step = GENTLE / plan.landscape.curvature
    temperatures = np.full(plan.looks, push * plan.landscape.ridge)
    if fade:
        temperatures *= np.clip(1 - np.arange(plan.looks) / (0.75 * plan.looks), 0, 1)
    sizes = np.sqrt(2 * step * temperatures)
    points = np.empty((plan.runs, plan.dims))
    pushes = np.zeros((plan.looks, plan.runs, plan.dims))
    for run, generator in enumerate(plan.generators()):
        points[run] = plan.places(generator, 1)[0]
        if push:
            pushes[:, run] = generator.standard_normal((plan.looks, plan.dims))
    record = WalkRecord(plan, on_progress)
    record.take(1, points, plan.landscape.height(points))
    for look in range(1, plan.looks):
        points = plan.inside(points - step * plan.landscape.slope(points) + sizes[look] * pushes[look])
        record.take(look + 1, points, plan.landscape.height(points))
    return record.walk()
