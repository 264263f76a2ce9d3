"""The basin map: which starts end where, after Kolen & Pollack 1990.

Two weights of a network with one hidden layer vary over a square window, all else stays fixed; each pixel is a
training run from the weights at its middle. All pixels train as one experiment (more than 10,000 as several).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core.experiment import FIELDS, Experiment
from nnviz.core.initializers import Initializer, make
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress
from nnviz.core.registry import MOST_NUMBERS, plain
from nnviz.core.training import initial_parameters, train_from

Array = np.ndarray

MOST_RUNS = int(FIELDS["restarts"].high)  # in one experiment
MOST_SIDE = 200
LARGEST = 1000.0  # weight, as the initializer of listed numbers takes them

RECIPE = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), optimizer="sgd", learning_rate=7.0, batch_size=None, epochs=500,
    seed=2, snapshots=40, dtype="float32",
)  # fmt: skip
"""What the map trains unless told otherwise: XOR by two units, at a learning rate whose basins are broad but ragged."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Weight:
    """A kernel weight of a network with one hidden layer.

    Attributes:
        key: its name in a URL, such as `x1_to_unit_2` or `unit_2_to_output`.
        label: its name on screen, such as "x₁ → unit 2".
        layer: 0 for the hidden layer, 1 for the output.
        row: which input or unit it comes from, from 0.
        column: which unit or output it goes to, from 0.
    """

    key: str
    label: str
    layer: int
    row: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Window:
    """What the map shows: two weights, a square of their values, and into how many pixels it is cut.

    Attributes:
        across: key of the weight that grows to the right.
        up: key of the weight that grows upwards.
        x: the middle of the window across.
        y: its middle upwards.
        width: of the window, and its height.
        side: pixels a side.

    Raises:
        ValueError: a width that is not above 0, a window that reaches beyond ±1,000, a side out of range, or the
            same weight twice.
    """

    across: str = "x1_to_unit_1"
    up: str = "x2_to_unit_1"
    x: float = 0.0
    y: float = 0.0
    width: float = 10.0
    side: int = 100

    def __post_init__(self) -> None:
        if self.across == self.up:
            raise ValueError(f"across={self.across} and up={self.up}: must be two different weights.")
        if not 2 <= self.side <= MOST_SIDE:
            raise ValueError(f"side={self.side}: must be from 2 to {MOST_SIDE} pixels.")
        if not self.width > 0:
            raise ValueError(f"width={self.width}: must be above 0.")
        if not max(abs(self.x), abs(self.y)) + self.width / 2 <= LARGEST:
            raise ValueError(
                f"x={self.x:g}, y={self.y:g}, width={self.width:g}: the window must lie within ±{plain(LARGEST)}."
            )

    @property
    def pixel(self) -> float:
        """How wide a pixel is."""
        return self.width / self.side

    def axes(self, dtype: str) -> tuple[Array, Array]:
        """The weights at the pixels' middles, `[side]` each, as numbers of this dtype.

        Raises:
            ValueError: pixels so small that the dtype cannot tell neighbours apart.
        """
        offsets = (np.arange(self.side) - (self.side - 1) / 2) * self.pixel
        axes = (self.x + offsets).astype(dtype), (self.y + offsets).astype(dtype)
        if any((np.diff(axis) <= 0).any() for axis in axes):
            raise ValueError(
                f"width={self.width:g}: {dtype} cannot tell neighbouring pixels apart here; "
                + ("take float64 or a wider window." if dtype == "float32" else "take a wider window.")
            )
        return axes


@dataclass(frozen=True, eq=False)
class BasinMap:
    """What became of the run of each pixel. Rows of pixels go upwards, columns to the right.

    Attributes:
        experiment: the recipe, of one run: its seed draws all weights but the two on the axes.
        window: what the map shows.
        x: `[side]`, the weight across at the pixels' middles.
        y: `[side]`, the weight upwards.
        moments: `[T]`, the steps at which the loss was recorded.
        losses: `[side, side, T]`, training loss; NaN once diverged.
        diverged_at: `[side, side]`, the first step whose loss is not finite, or -1.
    """

    experiment: Experiment
    window: Window
    x: Array
    y: Array
    moments: Array
    losses: Array
    diverged_at: Array


def weights(experiment: Experiment) -> tuple[Weight, ...]:
    """The kernel weights of a network with one hidden layer, row by row, hidden layer first.

    >>> [weight.label for weight in weights(Experiment(hidden=(2,)))][:2]
    ['x₁ → unit 1', 'x₁ → unit 2']

    Raises:
        ValueError: not one hidden layer.
    """
    if len(experiment.hidden) != 1:
        layers = len(experiment.hidden)
        raise ValueError(f"hidden has {layers} layers: the map needs exactly one, so that its weights can be listed.")
    inputs, units, outputs = experiment.layer_sizes
    names = experiment.task.classes if outputs > 1 else ("output",)
    hidden = (
        Weight(f"x{i}_to_unit_{j}", f"x{str(i).translate(_SUBSCRIPTS)} → unit {j}", 0, i - 1, j - 1)
        for i in range(1, inputs + 1)
        for j in range(1, units + 1)
    )
    out = (
        Weight(f"unit_{i}_to_{name}".replace(" ", "_"), f"unit {i} → {name}", 1, i - 1, j)
        for i in range(1, units + 1)
        for j, name in enumerate(names)
    )
    return (*hidden, *out)


def find_weight(experiment: Experiment, key: str) -> Weight:
    """The weight with this key; ValueError where the network has none."""
    result = {weight.key: weight for weight in weights(experiment)}
    if key not in result:
        raise ValueError(f"{key}: this network has no such weight; it has {', '.join(result)}.")
    return result[key]


def pixel_experiment(experiment: Experiment, window: Window, row: int, column: int) -> Experiment:
    """The run of one pixel as an experiment of its own, which trains to the same bits.

    Args:
        experiment: the recipe of the map.
        window: what it shows.
        row: from the bottom, from 0.
        column: from the left.

    Raises:
        ValueError: as in `basins`; an IndexError where there is no such pixel.
    """
    x, y = window.axes(experiment.dtype)
    across, up = find_weight(experiment, window.across), find_weight(experiment, window.up)
    kernels = _kernels(experiment)
    kernels[across.layer][across.row, across.column] = x[column]
    kernels[up.layer][up.row, up.column] = y[row]
    return _listed(experiment, kernels)


def check(experiment: Experiment, window: Window) -> None:
    """ValueError where `basins` would raise one, before anything is trained."""
    for key in (window.across, window.up):
        find_weight(experiment, key)
    window.axes(experiment.dtype)
    _parts(_listed(experiment, _kernels(experiment)), window)


def basins(experiment: Experiment, window: Window, on_progress: Progress | None = None) -> BasinMap:
    """Train the run of every pixel.

    Args:
        experiment: the recipe; its `restarts` is not looked at. Where rows come in a drawn order, all pixels share
            the order of the experiment's own seed.
        window: what the map shows.
        on_progress: called in this thread about every 20 ms with the share done, from 0.0 to 1.0. What it raises
            stops the work at once and passes on.

    Raises:
        ValueError: not one hidden layer, no such weight, pixels that the dtype cannot tell apart, a weight beyond
            ±1,000, a layer of more than 512 weights, or more work than one experiment is allowed.
    """
    report = on_progress or (lambda share: None)
    across, up = find_weight(experiment, window.across), find_weight(experiment, window.up)
    x, y = window.axes(experiment.dtype)
    base = _listed(experiment, _kernels(experiment))
    start = initial_parameters(base, base.seed)
    rows_at_once, recipes = _parts(base, window)
    parts = [range(first, min(first + rows_at_once, window.side)) for first in range(0, window.side, rows_at_once)]
    losses, diverged_at = [], []
    for part, recipe in zip(parts, recipes, strict=True):
        starts = np.tile(start, (len(part), window.side, 1))
        layers = layer_views(starts, base.layer_sizes)
        layers[across.layer][..., across.row, across.column] = x
        layers[up.layer][..., up.row, up.column] = y[part, None]

        def progress(share: float, part: range = part) -> None:
            report((part.start + share * len(part)) / window.side)

        trace = train_from(recipe, starts.reshape(recipe.restarts, -1), progress)
        losses.append(trace.train_loss.astype(experiment.dtype).reshape(len(part), window.side, -1))
        diverged_at.append(trace.diverged_at.reshape(len(part), window.side))
    return BasinMap(base, window, x, y, np.asarray(trace.steps), np.concatenate(losses), np.concatenate(diverged_at))


def _parts(base: Experiment, window: Window) -> tuple[int, list[Experiment]]:
    """How many rows of pixels train at once, and an experiment for each such part; ValueError for too much work."""
    rows = max(1, MOST_RUNS // window.side)
    sizes = [min(rows, window.side - first) * window.side for first in range(0, window.side, rows)]
    try:
        return rows, [base.replace(restarts=size) for size in sizes]
    except ValueError as error:
        raise ValueError(f"{window.side} × {window.side} pixels, each a restart: {error}") from None


def _kernels(experiment: Experiment) -> list[Array]:
    """The kernels that the experiment's seed draws, hidden and output; one's own to change."""
    parameters = initial_parameters(experiment, experiment.seed)
    return [layer[:-1].copy() for layer in layer_views(parameters, experiment.layer_sizes)]


def _listed(experiment: Experiment, kernels: list[Array]) -> Experiment:
    """The experiment of one run that starts from these kernels."""
    hidden, output = (_initializer(kernel) for kernel in kernels)
    order = experiment.shuffle_seed
    if order is None and experiment.shuffle and experiment.batch_rows < experiment.train_rows:
        order = experiment.seed
    return experiment.replace(kernel_initializer=hidden, output_initializer=output, restarts=1, shuffle_seed=order)


def _initializer(kernel: Array) -> Initializer:
    if kernel.size > MOST_NUMBERS or not (np.abs(kernel) <= LARGEST).all():
        raise ValueError(
            f"A layer starts with {kernel.size:,} weights, the largest {np.abs(kernel).max():,.0f}: the map takes up "
            f"to {MOST_NUMBERS} within ±{plain(LARGEST)}, so that a link can hold them."
        )
    return make("listed", {"values": tuple(kernel.astype(float).ravel().tolist())})
