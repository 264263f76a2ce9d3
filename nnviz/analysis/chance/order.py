"""Which chance matters: the start or the order of rows? Every start trained with every order, and the loss split.

The final loss of start i with order j is taken as mean + start i + order j + pair i, j. Training has no other chance:
the same pair gives the same loss to the bit, so what is left over is no noise but belongs to the pair. The three
parts' variances are estimated as in an analysis of variance with two random factors and one value a cell (Searle,
Casella & McCulloch 1992, Variance Components; a negative estimate counts as 0), and given as shares of their sum.
Unlike shares of the sum of squares these do not grow when starts or orders are few.

The split is made on the logarithm of the loss: halving it counts the same wherever it happens, and a few wild runs
do not decide alone. The 95 % intervals come from drawing starts and orders anew, each with replacement (Owen 2007,
The pigeonhole bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.progress import Progress
from nnviz.core.training import train

Array = np.ndarray

LEAST_LOSS = 1e-12  # in nats; smaller losses count as this, for zero has no logarithm
RESAMPLES = 1000
INTERVAL = (0.025, 0.975)
PARTS = ("start", "order", "pair")


@dataclass(frozen=True)
class Share:
    """How much of the differences one part explains.

    Attributes:
        part: one of `PARTS`.
        share: from 0 to 1; NaN where all losses are equal.
        low, high: its 95 % interval.
        squares: the share of the sum of squares (eta squared), for comparison.
    """

    part: str
    share: float
    low: float
    high: float
    squares: float


@dataclass(frozen=True, eq=False)
class Order:
    """All pairs of start and order.

    Attributes:
        experiment: the recipe; a pair's own has its seed and its shuffle seed set.
        seeds: `[S]`, the starts' weight seeds.
        orders: `[O]`, the orders' seeds.
        losses: `[S, O]`, the last training losses in nats (of a real target: mean squared error); NaN where diverged.
        shares: of start, order and pair.
        same_starts, same_orders: whether all starts, or all orders, gave the same losses to the bit.
    """

    experiment: Experiment
    seeds: Array
    orders: Array
    losses: Array
    shares: tuple[Share, ...]
    same_starts: bool
    same_orders: bool

    @property
    def diverged(self) -> int:
        """How many runs diverged."""
        return int(np.isnan(self.losses).sum())

    def pair(self, row: int, column: int) -> Experiment:
        """The experiment that trained this pair, alone."""
        return self.experiment.replace(seed=int(self.seeds[row]), shuffle_seed=int(self.orders[column]))


def check_pairs(experiment: Experiment, starts: int, orders: int, first_order: int) -> str:
    """A sentence where so many pairs are too much work or need seeds that there are not; else an empty text."""
    if first_order + orders - 1 > MOST_SEED or experiment.seed + starts - 1 > MOST_SEED:
        return f"Seeds end at {MOST_SEED:,}: begin lower."
    try:
        experiment.replace(restarts=starts * orders, snapshots=2)
    except ValueError as error:
        return f"Every start with every order, as one experiment: {error}"
    return ""


def order(
    experiment: Experiment,
    starts: int = 20,
    orders: int = 20,
    first_order: int = 0,
    on_progress: Progress | None = None,
) -> Order:
    """Train every start with every order, and split the final loss.

    Args:
        experiment: the recipe; starts count up from its seed. Restarts, snapshots and shuffle seed are set here.
        starts: how many weight seeds.
        orders: how many orders of rows.
        first_order: the first order's seed; they count up.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        ValueError: more work than the budget, or seeds that there are not.
    """
    problem = check_pairs(experiment, starts, orders, first_order)
    if problem:
        raise ValueError(problem)
    report = on_progress or (lambda share: None)
    recipe = experiment.replace(restarts=starts, snapshots=2)
    losses = np.empty((starts, orders))
    for column in range(orders):

        def progress(share: float, column: int = column) -> None:
            report((column + share) / orders)

        trace = train(recipe.replace(shuffle_seed=first_order + column), progress)
        losses[:, column] = np.where(trace.diverged_at < 0, trace.train_loss[:, -1], np.nan)
    shown = filled(losses)
    return Order(
        experiment=experiment.replace(restarts=1),
        seeds=np.arange(starts) + experiment.seed,
        orders=np.arange(orders) + first_order,
        losses=losses,
        shares=split(shown),
        same_starts=bool((shown == shown[:1]).all()),
        same_orders=bool((shown == shown[:, :1]).all()),
    )


def filled(losses: Array) -> Array:
    """Logarithms of losses, in which a diverged run counts as the worst of those that did not; 0 where all did."""
    finite = losses[np.isfinite(losses)]
    worst = finite.max() if finite.size else 1.0
    logarithms: Array = np.log(np.maximum(np.where(np.isfinite(losses), losses, worst), LEAST_LOSS))
    return logarithms


def split(values: Array, resamples: int = RESAMPLES, seed: int = 0) -> tuple[Share, ...]:
    """The shares of start, order and pair, with their intervals.

    Args:
        values: `[S, O]`, finite, at least two of each.
        resamples: how often starts and orders are drawn anew for the intervals.
        seed: draws them.

    Where all columns are equal to the bit, rows explain everything: shares of exactly 1, 0 and 0, and no interval
    but that. Likewise for rows. Where all values are equal there is nothing to explain, and the shares are NaN.
    """
    if (values == values[:1]).all() or (values == values[:, :1]).all():
        alone = np.array([(values != values[:1]).any(), (values != values[:, :1]).any(), False], dtype=float)
        exact = alone if alone.any() else np.full(3, np.nan)
        return tuple(Share(part, *[float(share)] * 4) for part, share in zip(PARTS, exact, strict=True))
    generator = np.random.default_rng(seed)
    starts, orders = values.shape
    rows = generator.integers(0, starts, (resamples, starts))
    columns = generator.integers(0, orders, (resamples, orders))
    again = components(values[rows[:, :, None], columns[:, None, :]])
    totals = again.sum(axis=1)
    low, high = np.quantile(again[totals > 0] / totals[totals > 0, None], INTERVAL, axis=0)
    result, squares = components(values), sum_of_squares(values)
    return tuple(
        Share(part, float(result[i] / result.sum()), float(low[i]), float(high[i]), float(squares[i] / squares.sum()))
        for i, part in enumerate(PARTS)
    )


def sum_of_squares(values: Array) -> Array:
    """The sums of squares of start, order and pair, `[..., 3]`, of values `[..., S, O]`."""
    mean = values.mean(axis=(-2, -1), keepdims=True)
    start = values.mean(axis=-1, keepdims=True) - mean
    order = values.mean(axis=-2, keepdims=True) - mean
    pair = values - mean - start - order
    starts, orders = values.shape[-2:]
    parts = (orders * np.square(start), starts * np.square(order), np.square(pair))
    return np.stack([part.sum(axis=(-2, -1)) for part in parts], axis=-1)


def components(values: Array) -> Array:
    """The variances of start, order and pair, `[..., 3]`, estimated without bias but for the cut at 0."""
    starts, orders = values.shape[-2:]
    freedom = np.array([starts - 1, orders - 1, (starts - 1) * (orders - 1)])
    start, order, pair = np.moveaxis(sum_of_squares(values) / freedom, -1, 0)
    return np.stack([np.maximum(0, start - pair) / orders, np.maximum(0, order - pair) / starts, pair], axis=-1)
