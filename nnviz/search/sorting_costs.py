"""What sorting costs: many runs, other lists, and what theory says of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from nnviz.core.progress import Progress, part
from nnviz.search.sorting import Sorting, bubble, quick

Array = np.ndarray

LENGTHS = (5, 10, 20, 40, 60, 80, 100)
MANY = 100  # values in the list that is sorted many times
FEW = 20  # in one that is watched
USUAL = 3  # the shuffled list that is shown unless another is asked for
LIST_RUNS = 200  # of each list


# ---- Theory ----


def most_comparisons(n: int) -> int:
    """Comparisons of bubble sort on any n values, and of quicksort at its worst: n(n - 1)/2.

    >>> most_comparisons(100)
    4950
    """
    return n * (n - 1) // 2


def mean_comparisons(n: int) -> float:
    """Mean comparisons of quicksort with random pivots on n values: 2(n + 1)Hₙ - 4n (Hoare 1962).

    >>> round(mean_comparisons(100), 2)
    647.85
    """
    return 2 * (n + 1) * _harmonic(n, 1) - 4 * n


def comparisons_stddev(n: int) -> float:
    """Their standard deviation (Knuth 1973), the root of 7n² - 4(n + 1)²Hₙ⁽²⁾ - 2(n + 1)Hₙ + 13n.

    >>> round(comparisons_stddev(100), 1)
    59.5
    """
    variance = 7 * n**2 - 4 * (n + 1) ** 2 * _harmonic(n, 2) - 2 * (n + 1) * _harmonic(n, 1) + 13 * n
    return math.sqrt(max(0.0, variance))  # of one value it is 0, but for rounding


def chance_of_the_worst(n: int) -> float:
    """The chance that random pivots bring about the most comparisons: 2ⁿ⁻¹ / n!.

    Each stretch of three or more must draw its smallest or its largest value.

    >>> chance_of_the_worst(2), round(chance_of_the_worst(4), 4)
    (1.0, 0.3333)
    """
    return float(Fraction(2 ** (n - 1), math.factorial(n)))


def _harmonic(n: int, power: int) -> float:
    """1 + 1/2^p + 1/3^p + ... + 1/n^p."""
    return math.fsum(k**-power for k in range(1, n + 1))


# ---- Lists ----


def shuffled(n: int, seed: int) -> tuple[int, ...]:
    """The numbers from 1 to n in an order that the seed draws."""
    return tuple(int(value) for value in np.random.default_rng(seed).permutation(n) + 1)


def orders(n: int, seed: int) -> dict[str, tuple[int, ...]]:
    """The numbers from 1 to n in orders that people meet, by name.

    Args:
        n: how many.
        seed: draws what is shuffled.
    """
    rising = list(range(1, n + 1))
    neighbours = rising.copy()  # each second one has changed places with the next
    neighbours[0 : n // 2 * 2 : 2], neighbours[1::2] = rising[1::2], rising[0 : n // 2 * 2 : 2]
    return {
        "shuffled": shuffled(n, seed),
        "in order": tuple(rising),
        "backwards": tuple(rising[::-1]),
        "neighbours swapped": tuple(neighbours),
        "up, then down": tuple(rising[::2] + rising[1::2][::-1]),
    }


# ---- Runs ----


def counts(values: Sequence[int], runs: int, seed: int, on_progress: Progress | None = None) -> Array:
    """How many comparisons quicksort with random pivots makes on a list, run after run: int `[runs]`.

    Args:
        values: the list.
        runs: how many times it is sorted.
        seed: draws the seeds of all runs, so that no run is one of another seed's.
        on_progress: called with the share done, after every run.
    """
    result = np.empty(runs, np.int64)
    seeds = np.random.SeedSequence(seed).generate_state(runs)
    for run in range(runs):
        result[run] = quick(values, int(seeds[run])).comparisons
        if on_progress is not None:
            on_progress((run + 1) / runs)
    return result


def twice(list_number: int, on_progress: Progress | None = None) -> tuple[Sorting, Sorting]:
    """Bubble sort on the same list of ten, two times. Like all here without a progress, it takes milliseconds."""
    values = shuffled(10, list_number)
    return bubble(values), bubble(values)


@dataclass(frozen=True)
class Race:
    """Two ways to sort the same list, and longer and longer ones.

    Attributes:
        bubble: bubble sort.
        quick: quicksort with the first value as pivot.
        growth: the comparisons of either at each of `LENGTHS`.
    """

    bubble: Sorting
    quick: Sorting
    growth: tuple[tuple[int, ...], tuple[int, ...]]


def raced(list_number: int, length: int, on_progress: Progress | None = None) -> Race:
    """Both on a shuffled list, and on shuffled lists of all lengths."""
    values = shuffled(length, list_number)
    lists = [shuffled(n, list_number) for n in LENGTHS]
    slow, fast = (tuple(sort(each).comparisons for each in lists) for sort in (bubble, quick))
    return Race(bubble(values), quick(values), (slow, fast))


@dataclass(frozen=True)
class BadDay:
    """A list that is in order already.

    Attributes:
        bubble: bubble sort on it.
        quick: quicksort on it, with the first value as pivot.
        shuffled: the same quicksort on the same values shuffled.
    """

    bubble: Sorting
    quick: Sorting
    shuffled: Sorting


def bad_day(length: int, on_progress: Progress | None = None) -> BadDay:
    """The numbers from 1 up to `length`, in order."""
    values = range(1, length + 1)
    return BadDay(bubble(values), quick(values), quick(shuffled(length, USUAL)))


@dataclass(frozen=True)
class Rolled:
    """Quicksort with dice on the same list in order, three times.

    Attributes:
        seed: of the first and the third run; the second has the one after it.
        runs: the three.
    """

    seed: int
    runs: tuple[Sorting, Sorting, Sorting]


def rolled(seed: int, on_progress: Progress | None = None) -> Rolled:
    """Twenty values in order, sorted from a seed, from the next one, and from the first again."""
    values = range(1, FEW + 1)
    return Rolled(seed, (quick(values, seed), quick(values, seed + 1), quick(values, seed)))


def many_counts(runs: int, seed: int, on_progress: Progress | None = None) -> Array:
    """Quicksort with dice on a hundred values in order: comparisons run by run, `[runs]`."""
    return counts(range(1, MANY + 1), runs, seed, on_progress)


@dataclass(frozen=True, eq=False)
class Bought:
    """Five lists, without dice and with.

    Attributes:
        first: comparisons with the first value as pivot, by list.
        dice: comparisons with dice, `LIST_RUNS` runs of each list, by list.
    """

    first: dict[str, int]
    dice: dict[str, Array]


def bought(seed: int, on_progress: Progress | None = None) -> Bought:
    """A hundred values in five orders. Each list has dice of its own."""
    lists = orders(MANY, seed)
    dice: dict[str, Array] = {}
    for i, (name, values) in enumerate(lists.items()):
        dice[name] = counts(values, LIST_RUNS, len(lists) * seed + i, part(on_progress, i, len(lists)))
    return Bought({name: quick(values).comparisons for name, values in lists.items()}, dice)
