"""What rounding does to clones: the same training with the processor's fast product in place of the exact one.

A BLAS rounds different columns of a matrix differently, at some widths on some processors (see
`nnviz.core.contraction`). So units that start equal can come to differ in the last bit, and near a strict saddle that
is enough: the difference grows like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.symmetry.descent import Descent, DescentTask
from nnviz.analysis.symmetry.perturbation import APART, LOOK, distances, ridges_task
from nnviz.core.contraction import blas_matmul, exact_matmul, one_blas_thread
from nnviz.core.network import Matmul, parameter_count
from nnviz.core.progress import Progress, part

WIDTHS = tuple(range(2, 13))
DTYPES = ("float64", "float32")
STEPS = 4000
LEARNING_RATE = 0.2
VALUE = 0.5
REPORT_EVERY = 500  # steps


@dataclass(frozen=True)
class RoundingFate:
    """What became of equal units.

    Attributes:
        units: how many there were.
        dtype: in what precision.
        differ: after how many steps two of them first differed by a bit; -1: never.
        parted: after how many steps they were `APART` from each other, to `LOOK` steps; -1: never.
    """

    units: int
    dtype: str
    differ: int
    parted: int


@dataclass(frozen=True)
class Rounding:
    """What became of equal units at several widths.

    Attributes:
        blas: with the fast product, a fate for each precision and width.
        exact: with the exact one.
        steps: how many were taken.
    """

    blas: tuple[RoundingFate, ...]
    exact: tuple[RoundingFate, ...]
    steps: int


def rounding(
    widths: Sequence[int] = WIDTHS,
    dtypes: Sequence[str] = DTYPES,
    steps: int = STEPS,
    on_progress: Progress | None = None,
) -> Rounding:
    """Train equal units on two ridges at several widths, by either product.

    Args:
        widths: how many units.
        dtypes: float64, float32 or both.
        steps: how many to take, at most.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
    """
    report = on_progress or (lambda share: None)
    cases = [(product, dtype, units) for product in (blas_matmul, exact_matmul) for dtype in dtypes for units in widths]
    fates = []
    with one_blas_thread():
        for done, (product, dtype, units) in enumerate(cases):
            fates.append(fate(ridges_task(units, dtype), dtype, product, steps, part(report, done, len(cases))))
    report(1.0)
    half = len(cases) // 2
    return Rounding(tuple(fates[:half]), tuple(fates[half:]), steps)


def fate(
    fitted: DescentTask, dtype: str, product: Matmul, steps: int, on_progress: Progress = lambda share: None
) -> RoundingFate:
    """Train equal units of one hidden layer, every kernel weight `VALUE`, every bias 0, until they have parted."""
    inputs, units, outputs = fitted.sizes
    start = np.zeros((1, parameter_count(fitted.sizes)), dtype)
    start[:, : inputs * units] = start[:, (inputs + 1) * units : (inputs + 1 + outputs) * units] = VALUE
    descent = Descent(fitted, start, product)
    hidden = descent.parameters[0, : (inputs + 1) * units].reshape(-1, units)  # views: steps are taken in place
    output = descent.parameters[0, (inputs + 1) * units : -outputs].reshape(units, -1)
    differ = parted = -1
    for step in range(1, steps + 1):
        descent.step(LEARNING_RATE)
        if differ < 0:
            if not ((hidden == hidden[:, :1]).all() and (output == output[:1]).all()):
                differ = step
        elif step % LOOK == 0 and distances(fitted, descent.parameters).max() > APART:
            parted = step
            break
        if step % REPORT_EVERY == 0:
            on_progress(step / steps)
    return RoundingFate(units, dtype, differ, parted)
