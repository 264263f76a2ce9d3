"""The saddle on which clones come to rest, and how fast it throws them off.

Clones go where one unit a layer would go: down to a minimum, as long as they move as one. In the other directions,
those that part the units and leave their mean where it is, the loss may bend down. Then the point is a strict saddle.
A step of gradient descent with learning rate η multiplies a small distance along a direction of curvature μ by
1 - ημ. So the distance between units grows by 1 + η|μ| a step, μ being the most negative of these curvatures, and
units that start ten times closer need ln 10 / ln(1 + η|μ|) steps more: a straight line in log ε (Lee, Simchowitz,
Jordan & Recht 2016, Gradient Descent Only Converges to Minimizers). Clones that have not come to rest yet carry their
curvature with them; then the logarithms of the factors add up along their way. Where all these curvatures are zero
the saddle is degenerate, and this law says nothing.

The loss does not change when units swap places. So its curvature does not mix the directions in which clones move as
one with those that part them, and each can be looked at by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import null_space

from nnviz.analysis.symmetry.descent import Descent, DescentTask
from nnviz.core.network import layer_views, parameter_count
from nnviz.core.progress import Progress

Array = np.ndarray

STEP = 1e-5  # of the central differences: their error is of its square, rounding's of 1e-16 over it
AT_ONCE = 64  # networks whose gradients are taken in one go
ZERO = 1e-6  # a curvature smaller than this share of the largest counts as none: differences are no better
MOST_PARAMETERS = 400  # of which a Hessian is taken: it needs two gradients each
MOMENTS = 60  # at which curvature is looked at along the way
SOON = 1.5  # the moments lie closer together early on, by this power
REPORT_EVERY = 200  # steps
OVERSHOOTS = 2.0  # learning rate times curvature, beyond which a step along it ends further off than it began


@dataclass(frozen=True, eq=False)
class ClonePath:
    """The way of clones, and the curvature along it.

    Attributes:
        steps: `[K]`, increasing, from 0 to the end.
        losses: `[K]`, the training loss.
        gradients: `[K]`, the largest entry of its gradient: 0 at rest.
        parting: `[K]`, the most negative curvature of all directions that part units; infinity where there are none.
        largest: `[K]`, the largest curvature of any direction.
        grown: `[K]`, by how many powers of ten small distances have grown, in the mean over directions that part units.
        learning_rate: of the descent.
    """

    steps: Array
    losses: Array
    gradients: Array
    parting: Array
    largest: Array
    grown: Array
    learning_rate: float

    @property
    def strict(self) -> bool:
        """Whether the loss bends down, at the end, where units part, and the clones came near rest there."""
        return bool(self.parting[-1] < -ZERO * self.largest[-1]) and not self.bounces

    @property
    def bounces(self) -> bool:
        """Whether in the second half a step overshot by more than it set out from: then nothing comes to rest.

        The curvature then differs from step to step, and looking at it now and then tells no growth.
        """
        return self.learning_rate * self.sharpest > OVERSHOOTS

    @property
    def sharpest(self) -> float:
        """The largest curvature in the second half."""
        return float(self.largest[len(self.largest) // 2 :].max())

    @property
    def flat(self) -> bool:
        """Whether all the way the loss does not bend in the direction that would part units first."""
        return bool((np.abs(self.parting) <= ZERO * self.largest).all())

    def decades(self, steps: Array) -> Array:
        """By how many powers of ten small distances have grown after so many steps, by theory."""
        values: Array = np.interp(steps, self.steps, self.grown)
        return values


def steps_per_decade(curvature: float, learning_rate: float) -> float:
    """How many steps later units part when they start ten times closer; infinity where the loss does not bend down.

    >>> round(steps_per_decade(-0.1, 1.0), 2), steps_per_decade(0.2, 1.0)
    (24.16, inf)
    """
    return math.log(10) / math.log1p(-learning_rate * curvature) if curvature < 0 else math.inf


def way(
    task: DescentTask, start: Array, learning_rate: float, steps: int, on_progress: Progress | None = None
) -> ClonePath:
    """The way of clones by gradient descent, as far as it can be told in numbers.

    Args:
        task: what is fitted, in float64.
        start: `[P]`, all units of each hidden layer equal.
        learning_rate: of the descent.
        steps: how many.
        on_progress: called with the share done. What it raises stops the work and passes on.

    Raises:
        ValueError: too many parameters for a Hessian, or a start whose units are not equal.
    """
    report = on_progress or (lambda share: None)
    check_size(task.sizes)
    together = as_one(task.sizes)
    if not np.allclose(together @ (together.T @ start), start, rtol=1e-12, atol=0):
        raise ValueError("start: its units are not equal.")
    apart = null_space(together.T)
    moments = np.unique((steps * np.linspace(0, 1, MOMENTS) ** SOON).round().astype(int))
    descent, growth = Descent(task, start[None]), _Growth(apart.shape[1], learning_rate)
    result: list[tuple[float, ...]] = []
    for step in range(steps + 1):
        if step == moments[len(result)]:
            seen = _look(task, descent.parameters[0], together, apart)
            if seen is None:
                break
            loss, gradient, along, across = seen
            curvatures = np.linalg.eigvalsh(across) if len(across) else np.array([math.inf])
            largest = max(along, float(curvatures[-1])) if len(across) else along
            result.append((step, loss, gradient, float(curvatures[0]), largest, growth.until(step, across)))
        if step % REPORT_EVERY == 0:
            report(step / max(1, steps))
        if step < steps:
            descent.step(learning_rate)
    report(1.0)
    at, losses, gradients, parting, largest, grown = np.array(result).T
    return ClonePath(at.astype(int), losses, gradients, parting, largest, grown, learning_rate)


def _look(task: DescentTask, point: Array, together: Array, apart: Array) -> tuple[float, float, float, Array] | None:
    """Loss, largest entry of the gradient, largest curvature of the clones as one, and the Hessian that parts them."""
    loss, gradient = slopes(task, point[None])
    curvature = hessian(task, point)
    if not np.isfinite(curvature).all():
        return None
    largest = float(np.linalg.eigvalsh(together.T @ curvature @ together)[-1])
    return float(loss[0]), float(np.abs(gradient).max()), largest, apart.T @ curvature @ apart


class _Growth:
    """How a small step aside grows along the way: the product of 1 - ηH over all steps, H read off now and then."""

    def __init__(self, directions: int, learning_rate: float) -> None:
        self.product = np.eye(directions)
        self.learning_rate = learning_rate
        self.decades, self.step = 0.0, 0
        self.last_hessian: Array | None = None

    def until(self, step: int, hessian_now: Array) -> float:
        """By how many powers of ten it has grown, of all directions in the mean, at the Hessian `hessian_now`."""
        if not hessian_now.size:
            return 0.0
        if self.last_hessian is not None:
            values, vectors = np.linalg.eigh((self.last_hessian + hessian_now) / 2)
            factors = np.abs(1 - self.learning_rate * values)
            steps = step - self.step
            most = float(np.log10(factors.max()))
            shares = (factors / factors.max()) ** steps  # 10^most taken out, so that nothing overflows
            self.product = (vectors * shares) @ (vectors.T @ self.product)
            size = float(np.linalg.norm(self.product) / math.sqrt(len(hessian_now)))
            self.decades += most * steps + math.log10(size)
            self.product /= size
        self.step, self.last_hessian = step, hessian_now
        return self.decades


def check_size(sizes: tuple[int, ...]) -> None:
    """ValueError where a network of these layer sizes has too many parameters for a Hessian."""
    amount = parameter_count(sizes)
    if amount > MOST_PARAMETERS:
        raise ValueError(f"{amount:,} weights: curvature is worked out for up to {MOST_PARAMETERS}.")


def as_one(sizes: tuple[int, ...]) -> Array:
    """An orthonormal basis of the directions in which the units of each hidden layer move as one, `[P, k]`.

    >>> as_one((1, 4, 1)).shape
    (13, 4)
    """
    label = np.zeros(parameter_count(sizes))
    layers, last = layer_views(label, sizes), len(sizes) - 2
    groups = 0
    for i, (layer, (inputs, outputs)) in enumerate(zip(layers, pairwise(sizes), strict=True)):
        below = np.arange(inputs) if i == 0 else np.zeros(inputs, int)
        rows = np.append(below, below[-1] + 1)  # the bias
        columns = np.arange(outputs) if i == last else np.zeros(outputs, int)
        layer[...] = groups + rows[:, None] * (columns[-1] + 1) + columns
        groups += (rows[-1] + 1) * (columns[-1] + 1)
    basis = label[:, None] == np.arange(groups)
    values: Array = basis / np.sqrt(basis.sum(axis=0))
    return values


def slopes(task: DescentTask, points: Array) -> tuple[Array, Array]:
    """The mean loss `[R]` and its gradient `[R, P]` at each of some points `[R, P]`."""
    losses, gradients = [], []
    for part in np.split(points, range(AT_ONCE, len(points), AT_ONCE)):
        descent = Descent(task, part)
        gradients.append(descent.slope().copy())
        losses.append(descent.losses())
    return np.concatenate(losses), np.concatenate(gradients)


def hessian(task: DescentTask, point: Array) -> Array:
    """The second derivatives of the mean loss at a point, `[P, P]`, by central differences of its gradient."""
    shifts = STEP * np.eye(len(point))
    _, gradients = slopes(task, np.concatenate([point + shifts, point - shifts]))
    ahead, behind = np.split(gradients, 2)
    curvature = (ahead - behind) / (2 * STEP)
    values: Array = (curvature + curvature.T) / 2
    return values
