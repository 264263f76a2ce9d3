"""The same seed gives the same run, to the bit; and what follows from that when one thing is changed.

A digest is the first twelve hexadecimal digits of SHA-256 over the bytes of all final weights and biases: two digests
that are equal by accident are one case in 2.8·10¹⁴.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import initial_parameters, train, train_from

Array = np.ndarray

DIGITS = 12
COMPANY = (8, 4, 2)  # runs at once, as many of these as the budget lets pass

WEIGHT, RATE, NOTHING = "one weight", "the learning rate", "nothing"
CHANGES = (WEIGHT, RATE, NOTHING)


@dataclass(frozen=True)
class Again:
    """A run that is compared with the first one.

    Attributes:
        how: how it was trained, in words.
        seed: its weight seed.
        digest: of its final weights and biases.
        differing: how many of the numbers compared differ in any bit.
    """

    how: str
    seed: int
    digest: str
    differing: int


@dataclass(frozen=True)
class Repeats:
    """A run, and others of the same seed and of another.

    Attributes:
        seed: the weight seed of the run.
        digest: of its final weights and biases.
        weights: how many weights and biases it has.
        numbers: how many numbers of each run are compared: all that was recorded.
        same: runs of the same seed.
        other: a run of the next seed.
    """

    seed: int
    digest: str
    weights: int
    numbers: int
    same: tuple[Again, ...]
    other: Again

    @property
    def identical(self) -> bool:
        """Whether all runs of the same seed are equal to the bit."""
        return not any(again.differing for again in self.same)


def digest(trace: Trace, run: int = 0) -> str:
    """A short mark of a run's final weights and biases, layer by layer: the first digits of their SHA-256."""
    mark = hashlib.sha256()
    for kernel, bias in zip(trace.kernels, trace.biases, strict=True):
        mark.update(np.ascontiguousarray(kernel[run, -1]).tobytes())
        mark.update(np.ascontiguousarray(bias[run, -1]).tobytes())
    for kernel in trace.branch_kernels:
        mark.update(np.ascontiguousarray(kernel[run, -1]).tobytes())
    return mark.hexdigest()[:DIGITS]


def recorded(trace: Trace, run: int) -> list[Array]:
    """All that was recorded of a run."""
    scores = (trace.train_loss, trace.test_loss, trace.train_accuracy, trace.test_accuracy, trace.gradient_norms)
    return [array[run] for array in (*trace.parameters, *scores)]


def differing(one: Sequence[Array], other: Sequence[Array]) -> int:
    """How many numbers differ in any bit; -0.0 and 0.0 do, two NaNs of the same bits do not.

    >>> differing([np.array([0.0, 1.0, np.nan])], [np.array([-0.0, 1.0, np.nan])])
    1
    """
    return sum(
        int((_bits(first) != _bits(second)).sum()) if first.shape == second.shape else first.size
        for first, second in zip(one, other, strict=True)
    )


def _bits(values: Array) -> Array:
    return np.ascontiguousarray(values).view(f"u{values.itemsize}")


def repeats(experiment: Experiment, on_progress: Progress | None = None) -> Repeats:
    """Train a run again in several ways, and compare every recorded number with those of the first, bit for bit.

    Args:
        experiment: the recipe, of one run.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    >>> repeats(Experiment(epochs=2, samples=40)).identical
    True
    """
    report = on_progress or (lambda share: None)
    alone = experiment.replace(restarts=1)
    plans = [(alone, 0), (alone, 0), *_with_company(alone, last=False), *_with_company(alone, last=True)]
    total = sum(plan.restarts for plan, _ in plans) + 1
    done, traces = 0, []
    for plan, _ in plans:

        def advance(share: float, done: int = done, runs: int = plan.restarts) -> None:
            report((done + share * runs) / total)

        traces.append(train(plan, advance))
        done += plan.restarts
    reference = recorded(traces[0], 0)
    same = tuple(
        Again(_how(plan, run), experiment.seed, digest(trace, run), differing(reference, recorded(trace, run)))
        for trace, (plan, run) in zip(traces[1:], plans[1:], strict=True)
    )
    next_one = alone.replace(seed=_next(experiment.seed))
    other = train(next_one, lambda share: report((done + share) / total))
    return Repeats(
        seed=experiment.seed,
        digest=digest(traces[0]),
        weights=sum(layer[0].size for layer in traces[0].layers(0, -1)),
        numbers=sum(array.size for array in reference),
        same=same,
        other=Again("another seed", next_one.seed, digest(other), differing(reference, recorded(other, 0))),
    )


def _next(seed: int) -> int:
    """The seed beside this one."""
    return seed + 1 if seed < 2**32 - 1 else seed - 1


def _with_company(alone: Experiment, last: bool) -> list[tuple[Experiment, int]]:
    """The run among others, as the first or the last of them, and its place; nothing where there is no room."""
    for runs in COMPANY:
        place = runs - 1 if last else 0
        if alone.seed >= place:
            with suppress(ValueError):  # more work than the budget lets pass
                return [(alone.replace(seed=alone.seed - place, restarts=runs), place)]
    return []


def _how(plan: Experiment, run: int) -> str:
    if plan.restarts == 1:
        return "trained again, alone"
    place = "last" if run else "first"
    return f"trained as the {place} of {plan.restarts} at once"


@dataclass(frozen=True, eq=False)
class Ripple:
    """How far a run moves from the same run with one thing changed.

    Attributes:
        change: what was changed: one of `CHANGES`.
        value, changed: the number before and after; NaN where nothing was changed.
        steps: `[T]`, optimizer steps done.
        distance: `[T]`, the Euclidean distance of all weights and biases; NaN once either has diverged.
        apart: the first of these steps at which they differ in any bit; -1 where they never do.
    """

    change: str
    value: float
    changed: float
    steps: Array
    distance: Array
    apart: int


def ripples(experiment: Experiment, on_progress: Progress | None = None) -> tuple[Ripple, ...]:
    """Train a run, and the same with one number moved to its neighbour: a weight, the learning rate; and with none.

    The weight is the first of the first layer's first unit.

    Args:
        experiment: the recipe, of one run.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
    """
    alone = experiment.replace(restarts=1)
    start = initial_parameters(alone, alone.seed)
    moved = start.copy()
    moved[0] = np.nextafter(start[0], start.dtype.type(np.inf))
    rate = float(np.nextafter(alone.learning_rate, 10.0 if alone.learning_rate < 10 else 0.0))
    plans = {
        "": (alone, start, math.nan, math.nan),
        WEIGHT: (alone, moved, float(start[0]), float(moved[0])),
        RATE: (alone.replace(learning_rate=rate), start, alone.learning_rate, rate),
        NOTHING: (alone, start, math.nan, math.nan),
    }
    traces = []
    for i, (plan, begin, _, _) in enumerate(plans.values()):
        traces.append(train_from(plan, begin[None], part(on_progress, i, len(plans))))
    return tuple(
        _ripple(change, value, changed, traces[0], trace)
        for (change, (_, _, value, changed)), trace in zip(plans.items(), traces, strict=True)
        if change
    )


def _ripple(change: str, value: float, changed: float, one: Trace, other: Trace) -> Ripple:
    parts = list(zip(one.parameters, other.parameters, strict=True))
    moments = len(one.steps)
    with np.errstate(all="ignore"):
        squares = [
            np.square(a[0].astype(np.float64) - b[0].astype(np.float64)).reshape(moments, -1).sum(axis=1)
            for a, b in parts
        ]
    bits = np.array([
        any(differing([a[0, moment]], [b[0, moment]]) for a, b in parts) for moment in range(moments)
    ])  # fmt: skip
    apart = int(one.steps[bits.argmax()]) if bits.any() else -1
    return Ripple(change, value, changed, one.steps, np.sqrt(np.sum(squares, axis=0)), apart)
