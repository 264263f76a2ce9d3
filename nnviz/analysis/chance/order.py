"""Which chance matters: the start or the order of rows? Every start trained with every order, and the loss split.

The final loss of start i with order j is taken as mean + start i + order j + pair i, j. Training has no other chance:
the same pair gives the same loss to the bit, so what is left over is no noise but belongs to the pair. The three
parts' variances are estimated as in an analysis of variance with two random factors and one value a cell (Searle,
Casella & McCulloch 1992, Variance Components; a negative estimate counts as 0), and given as shares of their sum.
Unlike shares of the sum of squares these do not grow when starts or orders are few.

The split is made on the logarithm of the loss: halving it counts the same wherever it happens, and a few wild runs
do not decide alone. The 95 % intervals are generalized confidence intervals (Weerahandi 1993, Journal of the American
Statistical Association 88): the mean squares of start, order and pair are chi-squared, each by its own degrees of
freedom, so variances that may lie behind them are drawn by the thousand. Drawing starts and orders anew instead, with
replacement, makes pairs meet themselves, and takes that for an effect of theirs. Where values have heavier tails than
the normal law, mean squares vary more: the degrees of freedom are lowered by the kurtosis (Bonett 2006, Computational
Statistics & Data Analysis 50). Coverage was simulated (`tests/analysis/chance/test_order_coverage.py`): about 95 % for
the normal law and for two-valued effects, 85 to 91 % for exponential ones, and 80 % where one start in ten is far off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import trim_mean

from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.progress import Progress
from nnviz.core.training import train

Array = np.ndarray

LEAST_LOSS = 1e-12  # in nats; smaller losses count as this, for zero has no logarithm
DRAWS = 4000
LEAST_FOR_KURTOSIS = 5
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


def split(values: Array, draws: int = DRAWS, seed: int = 0) -> tuple[Share, ...]:
    """The shares of start, order and pair, with their intervals.

    Args:
        values: `[S, O]`, finite, at least two of each.
        draws: how many variances are drawn for the intervals.
        seed: draws them.

    Where all columns are equal to the bit, rows explain everything: shares of exactly 1, 0 and 0, and no interval
    but that. Likewise for rows. Where all values are equal there is nothing to explain, and the shares are NaN.
    """
    if (values == values[:1]).all() or (values == values[:, :1]).all():
        alone = np.array([(values != values[:1]).any(), (values != values[:, :1]).any(), False], dtype=float)
        exact = alone if alone.any() else np.full(3, np.nan)
        return tuple(Share(part, *[float(share)] * 4) for part, share in zip(PARTS, exact, strict=True))
    mean_squares, freedom = _mean_squares(values), _effective_freedom(values)
    chi_squared = np.random.default_rng(seed).chisquare(freedom, (draws, len(PARTS)))
    drawn = _variances(mean_squares * freedom / chi_squared, *values.shape)
    ends = np.clip(np.quantile(drawn / drawn.sum(axis=1, keepdims=True), INTERVAL, axis=0), 0, 1)
    result, squares = components(values), sum_of_squares(values)
    shares = result / result.sum()
    low, high = np.minimum(ends[0], shares), np.maximum(ends[1], shares)
    return tuple(
        Share(part, float(shares[i]), float(low[i]), float(high[i]), float(squares[i] / squares.sum()))
        for i, part in enumerate(PARTS)
    )


def _effective_freedom(values: Array) -> Array:
    """The degrees of freedom of the mean squares of start, order and pair, fewer where tails are heavy, `[3]`."""
    start, order = values.mean(axis=1), values.mean(axis=0)
    pair = (values - start[:, None] - order + values.mean()).ravel()
    excess = np.array([_excess_kurtosis(part) for part in (start, order, pair)])
    amounts = np.array([len(start), len(order), values.size])
    freedom: Array = 2 / (2 / _freedom(*values.shape) + excess / amounts)
    return freedom


def _excess_kurtosis(values: Array) -> float:
    """Bonett's estimate, about a trimmed mean; never below the normal law's, 0."""
    n, squares = len(values), np.square(values - values.mean()).sum()
    if n < LEAST_FOR_KURTOSIS or squares == 0:
        return 0.0
    middle = trim_mean(values, 1 / (2 * np.sqrt(n - 4)))
    return max(0.0, float(n * ((values - middle) ** 4).sum() / squares**2 - 3))


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
    result: Array = np.maximum(0, _variances(_mean_squares(values), *values.shape[-2:]))
    return result


def _mean_squares(values: Array) -> Array:
    result: Array = sum_of_squares(values) / _freedom(*values.shape[-2:])
    return result


def _freedom(starts: int, orders: int) -> Array:
    return np.array([starts - 1, orders - 1, (starts - 1) * (orders - 1)])


def _variances(mean_squares: Array, starts: int, orders: int) -> Array:
    """The variances that mean squares `[..., 3]` stand for, `[..., 3]`; below 0 where less than the pair's."""
    start, order, pair = np.moveaxis(mean_squares, -1, 0)
    return np.stack([(start - pair) / orders, (order - pair) / starts, pair], axis=-1)
