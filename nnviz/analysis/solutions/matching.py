"""Are two trained networks the same up to renaming their units and flipping their signs?

The units of a hidden layer can change places, and where the activation is odd, f(-z) = -f(z), a unit's incoming
weights and bias can change sign together with its outgoing weights: what the network answers stays the same. Which
of one run's units is which of another's is an assignment problem. With one hidden layer a unit's share of the
distance depends on no other unit, so that the assignment found is the closest there is. With several, each layer's
depends on its neighbours': they are matched in turn until none can be bettered (Ainsworth, Hayase & Srinivasa 2022,
Git Re-Basin, arXiv:2209.04836, algorithm 1), and the distance left is an upper bound of the smallest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from nnviz.core import activations
from nnviz.core.activations import Activation
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace

Array = np.ndarray

SAME = 1e-6  # of the networks' own length: what rounding can leave of a copy
NEAR = 0.1  # of the networks' own length
MOST_ROUNDS = 20  # over all layers; more than ten are rare
MOST_OTHERS = 200  # matched with one run
SECONDS = 0.5
GRID = np.linspace(-6.0, 6.0, 1201)


@dataclass(frozen=True)
class Pairing:
    """Which units of one hidden layer are which.

    Attributes:
        partners: for each unit of the first run, the unit of the second that takes its place, from 0.
        flipped: for each unit of the first run, whether its partner's signs are turned.
        distances: for each unit of the first run, how far it is from its partner after that: the Euclidean distance
            of incoming weights, bias and outgoing weights.
    """

    partners: tuple[int, ...]
    flipped: tuple[bool, ...]
    distances: tuple[float, ...]

    @property
    def renamed(self) -> int:
        """How many units change places."""
        return sum(unit != partner for unit, partner in enumerate(self.partners))


@dataclass(frozen=True)
class Matching:
    """How far two runs are from each other, as they are and after matching their units.

    Attributes:
        runs: the two, by their place in the trace.
        seeds: of the two.
        layers: a pairing for each hidden layer.
        length: the networks' own length: the root mean square of the two Euclidean norms of all weights and biases.
        before: the Euclidean distance of all weights and biases as they are.
        after: the same after renaming and flipping the second's units.
        odd: whether the activation is odd, so that units can be flipped.
        scales: whether f(cz) = c f(z) for c > 0, so that units can be rescaled too, which is not undone here.
        exact: whether no renaming and flipping brings them closer; else `after` is an upper bound of the smallest.
    """

    runs: tuple[int, int]
    seeds: tuple[int, int]
    layers: tuple[Pairing, ...]
    length: float
    before: float
    after: float
    odd: bool
    scales: bool
    exact: bool

    @property
    def renamed(self) -> int:
        """How many units change places."""
        return sum(layer.renamed for layer in self.layers)

    @property
    def flipped(self) -> int:
        """How many units' signs are turned."""
        return sum(sum(layer.flipped) for layer in self.layers)

    @property
    def relative(self) -> float:
        """The distance left, of the networks' own length; about √2 for two that have nothing in common."""
        return self.after / self.length if self.length else 0.0

    @property
    def kind(self) -> str:
        """`same` (but for rounding), `near` or `other`, by the distance left."""
        return "same" if self.relative <= SAME else "near" if self.relative <= NEAR else "other"


def is_odd(activation: Activation) -> bool:
    """Whether f(-z) = -f(z), tried on a grid.

    >>> is_odd(activations.registry["tanh"]), is_odd(activations.registry["relu"])
    (True, False)
    """
    return bool(np.allclose(_values(activation, -GRID), -_values(activation, GRID), rtol=1e-12, atol=1e-12))


def is_scaling(activation: Activation) -> bool:
    """Whether f(cz) = c f(z) for positive c, tried on a grid for c = 3.

    >>> is_scaling(activations.registry["tanh"]), is_scaling(activations.registry["relu"])
    (False, True)
    """
    return bool(np.allclose(_values(activation, 3 * GRID), 3 * _values(activation, GRID), rtol=1e-12, atol=1e-12))


def _values(activation: Activation, z: Array) -> Array:
    out = np.empty_like(z)
    activation.value(z.copy(), out)
    return out


def equal_settings(hidden: Sequence[int], flips: bool) -> int:
    """In how many ways the units can be named, and flipped where the activation allows it.

    As many settings of all weights answer alike, if no two units are equal or each other's mirror and none is zero.

    >>> equal_settings((8,), flips=True), equal_settings((8,), flips=False), equal_settings((), flips=True)
    (10321920, 40320, 1)
    """
    return math.prod(math.factorial(units) * (2**units if flips else 1) for units in hidden)


def match(trace: Trace, first: int, second: int, snapshot: int = -1) -> Matching | None:
    """Rename and flip the second run's units so that it comes as close to the first as can be found.

    Args:
        trace: of a training.
        first: a run, by its place in the trace.
        second: another.
        snapshot: which moment; the last by default.

    Returns:
        The matching; None where either has diverged.

    Raises:
        IndexError: there is no such run.
    """
    a, b = ([layer[0].astype(np.float64) for layer in trace.layers(run, snapshot)] for run in (first, second))
    if not all(np.isfinite(layer).all() for layer in (*a, *b)):
        return None
    activation = activations.registry[trace.experiment.activation]
    odd = is_odd(activation)
    result = min((_descend(a, b, order, odd) for order in _starts(a, b, odd)), key=lambda order: _distance(a, b, order))
    return Matching(
        runs=(first, second),
        seeds=(int(trace.seeds[first]), int(trace.seeds[second])),
        layers=tuple(_pairing(a, _renamed(b, result), layer, result[layer]) for layer in range(len(result))),
        length=math.sqrt(sum(float(np.square(layer).sum()) for layer in (*a, *b)) / 2),
        before=_distance(a, b, _identity(a)),
        after=_distance(a, b, result),
        odd=odd,
        scales=bool(trace.experiment.hidden) and is_scaling(activation),
        exact=len(trace.experiment.hidden) < 2,
    )


def renamed_to_match(layers: Sequence[Array], matching: Matching) -> list[Array]:
    """The second run's layers with its units renamed and flipped as a matching says: the same function of the inputs.

    Args:
        layers: for each layer the kernel with the bias as its last row, `[fan_in + 1, fan_out]`.
        matching: of that run with another.
    """
    return _renamed(
        layers, [(np.array(layer.partners), np.where(layer.flipped, -1.0, 1.0)) for layer in matching.layers]
    )


def seconds_to_match(sizes: Sequence[int]) -> float:
    """About how long one matching takes at most, by a rule of thumb."""
    triples = zip(sizes, sizes[1:-1], sizes[2:], strict=False)
    rounds = 2 if len(sizes) < 4 else 2 * MOST_ROUNDS
    return rounds * sum(80e-6 + 1e-9 * units**2 * (inputs + outputs + units) for inputs, units, outputs in triples)


def match_others(
    trace: Trace, first: int, others: Sequence[int] | Array, on_progress: Progress | None = None
) -> list[Matching]:
    """Match a run with some others; with as many of these, the first, as take about half a second at most.

    Args:
        trace: of a training.
        first: a run, by its place in the trace.
        others: runs; the run itself and those that have diverged are passed over.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Returns:
        The matchings, in the order of the others.
    """
    report = on_progress or (lambda share: None)
    wanted = [int(run) for run in others if run != first][: _affordable(trace.experiment.layer_sizes)]
    report(0.0)
    result = []
    for done, run in enumerate(wanted, start=1):
        result.append(match(trace, first, run))
        report(done / len(wanted))
    return [matching for matching in result if matching is not None]


def _affordable(sizes: Sequence[int]) -> int:
    """How many matchings take about `SECONDS`: fewer of large networks, but one in any case."""
    return max(1, min(MOST_OTHERS, int(SECONDS / (seconds_to_match(sizes) or 1))))


# An order says for each hidden layer which unit of b comes in each place, and with which sign.
Order = list[tuple[Array, Array]]


def _identity(layers: Sequence[Array]) -> Order:
    return [(np.arange(layer.shape[1]), np.ones(layer.shape[1])) for layer in layers[:-1]]


def _renamed(layers: Sequence[Array], order: Order) -> list[Array]:
    """The network with its units in another order and with other signs; the same function, and the same bits.

    Args:
        layers: for each layer the kernel with the bias as its last row, `[fan_in + 1, fan_out]`.
        order: for each hidden layer.
    """
    renamed = [layer.copy() for layer in layers]
    for i, (places, signs) in enumerate(order):
        renamed[i] = renamed[i][:, places] * signs
        renamed[i + 1][:-1] = renamed[i + 1][:-1][places] * signs[:, None]
    return renamed


def _distance(a: Sequence[Array], b: Sequence[Array], order: Order) -> float:
    pairs = zip(a, _renamed(b, order), strict=True)
    return math.sqrt(sum(float(np.square(one - other).sum()) for one, other in pairs))


def _starts(a: Sequence[Array], b: Sequence[Array], odd: bool) -> list[Order]:
    """Where the search begins: the names as they are, and each layer in turn matched by its incoming weights alone.

    The latter finds a renamed copy of any depth.
    """
    as_they_are = _identity(a)
    in_turn = _identity(a)
    if len(in_turn) < 2:
        return [as_they_are]
    for i in range(len(in_turn)):
        incoming = slice(0, a[i].shape[0])
        in_turn[i] = _assign(_units(a, i)[:, incoming], _units_among(b, in_turn, i)[:, incoming], odd)
    return [as_they_are, in_turn]


def _descend(a: Sequence[Array], b: Sequence[Array], order: Order, odd: bool) -> Order:
    """Match one layer after the other, all else as found so far, until no round brings the two closer."""
    best = _distance(a, b, order)
    for _ in range(MOST_ROUNDS):
        bettered = list(order)
        for i in range(len(bettered)):
            bettered[i] = _assign(_units(a, i), _units_among(b, bettered, i), odd)
        distance = _distance(a, b, bettered)
        if not distance < best:
            break
        order, best = bettered, distance
    return order


def _units(layers: Sequence[Array], i: int) -> Array:
    """The units of hidden layer i as vectors of incoming weights, bias and outgoing weights: `[units, …]`."""
    return np.concatenate([layers[i].T, layers[i + 1][:-1]], axis=1)


def _units_among(layers: Sequence[Array], order: Order, i: int) -> Array:
    """The units of hidden layer i in their own order, but with the neighbouring layers' units renamed and flipped."""
    incoming, outgoing = layers[i], layers[i + 1][:-1]
    if i > 0:
        places, signs = order[i - 1]
        incoming = np.concatenate([incoming[:-1][places] * signs[:, None], incoming[-1:]])
    if i + 1 < len(order):
        places, signs = order[i + 1]
        outgoing = outgoing[:, places] * signs
    return np.concatenate([incoming.T, outgoing], axis=1)


def _assign(a: Array, b: Array, odd: bool) -> tuple[Array, Array]:
    """Which row of b is closest to which of a, each used once, and with which sign.

    |a - sb|² = |a|² + |b|² - 2s a·b, and all but the last is the same for every assignment.
    """
    likeness = a @ b.T
    _, places = linear_sum_assignment(np.abs(likeness) if odd else likeness, maximize=True)
    chosen = likeness[np.arange(len(places)), places]
    return places, np.where((chosen < 0) & odd, -1.0, 1.0)


def _pairing(a: Sequence[Array], renamed: Sequence[Array], layer: int, order: tuple[Array, Array]) -> Pairing:
    places, signs = order
    apart = np.linalg.norm(_units(a, layer) - _units(renamed, layer), axis=1)
    return Pairing(tuple(places.tolist()), tuple((signs < 0).tolist()), tuple(apart.tolist()))
