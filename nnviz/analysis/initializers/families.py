"""The initializers of Keras as answers to one question, what scale?, found out from what they draw.

Which family one belongs to is not written down anywhere: it shows in two kernels, a narrow and a wide one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.initializers.draws import Draws, Kernel, draws
from nnviz.core import initializers
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress

Array = np.ndarray

FAMILIES: Mapping[str, str] = {
    "constant": "one number for all",
    "diagonal": "a fixed pattern",
    "fixed": "one spread for every layer",
    "scaled": "a spread by the layer's size",
    "rotation": "a random rotation",
}
"""The families, with what sets each apart, from the simplest on."""

NARROW, WIDE = (64, 32), (256, 32)
STAYS = 0.15  # by how much the standard deviations of two kernels may differ, as a share, to count as the same
SAME = 0.03  # by how much those of two methods may
RIGHT_ANGLE = 1e-6
ROWS = 200


@dataclass(frozen=True, eq=False)
class InitMethod:
    """An initializer with its default settings, and what it draws.

    Attributes:
        initializer: which.
        family: a key of `FAMILIES`.
        draws: real kernels of the layer at hand.
    """

    initializer: Initializer
    family: str
    draws: Draws


def family(initializer: Initializer) -> str:
    """The family that the kernels of an initializer show.

    >>> [family(initializers.get(key)) for key in ("ones", "identity", "he_normal", "random_normal", "orthogonal")]
    ['constant', 'diagonal', 'scaled', 'fixed', 'rotation']
    """
    narrow, wide, other = (
        initializer(shape, seed, np.float64) for shape, seed in ((NARROW, 0), (WIDE, 0), (NARROW, 1))
    )
    if narrow.min() == narrow.max():
        return "constant"
    if (narrow == other).all():
        return "diagonal"
    products = narrow.T @ narrow
    if np.abs(products - np.diag(np.diag(products))).max() < RIGHT_ANGLE:
        return "rotation"
    return "fixed" if abs(float(wide.std() / narrow.std()) - 1) < STAYS else "scaled"


def methods(inputs: int, units: int, on_progress: Progress | None = None) -> tuple[InitMethod, ...]:
    """Keras's initializers, each with its default settings on one layer, by family and then by standard deviation.

    Args:
        inputs: of the layer.
        units: of the layer.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.
    """
    report = on_progress or (lambda share: None)
    keys = [key for key, scheme in initializers.registry.items() if scheme.keras]
    result = []
    for done, key in enumerate(keys):
        report(done / len(keys))
        initializer = initializers.get(key)
        result.append(InitMethod(initializer, family(initializer), draws(initializer, Kernel((inputs, units)))))
    order = list(FAMILIES)
    return tuple(sorted(result, key=lambda method: (order.index(method.family), method.draws.spread)))


def scales_among(measurement: Sequence[InitMethod]) -> list[float]:
    """The different spreads among methods, increasing; those that differ by a few per cent count as one."""
    distinct: list[float] = []
    for stddev in sorted(method.draws.spread for method in measurement):
        if not distinct or stddev > (1 + SAME) * distinct[-1]:
            distinct.append(stddev)
    return distinct


@dataclass(frozen=True, eq=False)
class ByInputs:
    """What happens to a method's weights, and to the units' pre-activations, as more inputs come in.

    Attributes:
        inputs: `[N]`, how many.
        weights: by key, the standard deviation of the weights, `[N]`.
        preactivations: by key, the standard deviation of the pre-activations for inputs from N(0, 1), `[N]`.
    """

    inputs: Array
    weights: Mapping[str, Array]
    preactivations: Mapping[str, Array]


def by_inputs(keys: Sequence[str], inputs: Sequence[int], units: int, on_progress: Progress | None = None) -> ByInputs:
    """Draw one layer for each number of inputs, and send normal numbers through.

    Args:
        keys: of initializers.
        inputs: how many come in.
        units: of the layer.
        on_progress: as in `methods`.
    """
    report = on_progress or (lambda share: None)
    weights, preactivations = (np.empty((len(keys), len(inputs))) for _ in range(2))
    for place, n in enumerate(inputs):
        report(place / len(inputs))
        rows = np.random.default_rng(n).normal(size=(ROWS, n))
        for row, key in enumerate(keys):
            kernel = initializers.get(key)((n, units), 0, np.float64)
            weights[row, place] = kernel.std()
            preactivations[row, place] = np.einsum("rn,nu->ru", rows, kernel).std()
    return ByInputs(
        np.array(inputs), dict(zip(keys, weights, strict=True)), dict(zip(keys, preactivations, strict=True))
    )
