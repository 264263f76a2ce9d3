"""Costs of sorting, against the exact distribution, worked out from its definition in fractions."""

import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from nnviz.search.sorting import quick
from nnviz.search.sorting_costs import (
    LIST_RUNS,
    bought,
    chance_of_the_worst,
    comparisons_stddev,
    counts,
    mean_comparisons,
    most_comparisons,
    orders,
    rolled,
    shuffled,
)


@cache
def exactly(n):
    """The chance of each number of comparisons for n values: n - 1, and both sides, over all ranks of the pivot."""
    if n < 2:
        return {0: Fraction(1)}
    found = {}
    for rank in range(n):
        for left, p in exactly(rank).items():
            for right, q in exactly(n - 1 - rank).items():
                count = n - 1 + left + right
                found[count] = found.get(count, 0) + p * q / n
    return found


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 12])
def test_the_formulas_are_the_exact_ones(n):
    mean = sum(count * p for count, p in exactly(n).items())
    variance = sum((count - mean) ** 2 * p for count, p in exactly(n).items())
    assert mean_comparisons(n) == pytest.approx(float(mean), abs=1e-9)
    assert comparisons_stddev(n) == pytest.approx(math.sqrt(variance), abs=1e-6)
    assert most_comparisons(n) == max(exactly(n))
    assert chance_of_the_worst(n) == pytest.approx(float(exactly(n)[max(exactly(n))]), rel=1e-12)


def test_a_hundred_values_take_what_is_known():
    assert mean_comparisons(100) == pytest.approx(647.85, abs=0.005)
    assert comparisons_stddev(100) == pytest.approx(59.5, abs=0.05)


def test_counted_runs_have_the_mean_and_the_spread_of_theory():
    runs = 3000
    found = counts(shuffled(40, 1), runs, 0)
    mean, spread = mean_comparisons(40), comparisons_stddev(40)
    assert abs(found.mean() - mean) < 4 * spread / math.sqrt(runs)
    # The distribution leans to the right; its fourth moment is under 5 spreads to the fourth.
    assert abs(found.std() / spread - 1) < 4 * math.sqrt((5 - 1) / (4 * runs))


def test_small_lists_meet_every_number_of_comparisons_as_often_as_they_should():
    runs = 6000
    found = counts(range(4), runs, 0)
    for count, p in exactly(4).items():
        share = float((found == count).mean())
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / runs)


def test_counts_are_those_of_the_sorts_themselves_and_tell_of_progress():
    shares = []
    found = counts(range(30), 20, 7, shares.append)
    seeds = np.random.SeedSequence(7).generate_state(20)
    assert found.tolist() == [quick(range(30), int(seed)).comparisons for seed in seeds]
    assert shares == [(run + 1) / 20 for run in range(20)]


def test_the_next_seed_brings_other_runs_and_not_the_same_ones_moved_by_one():
    """Of 60 runs each, about 7 in 1,000 pairs agree by chance: so 59 in a row never do."""
    one, other = counts(range(100), 60, 1), counts(range(100), 60, 2)
    assert np.mean(one[1:] == other[:-1]) < 0.2
    assert one.max() != other.max()


@pytest.mark.parametrize("n", [1, 2, 3, 99, 100])
def test_orders_are_the_same_values(n):
    for values in orders(n, 0).values():
        assert sorted(values) == list(range(1, n + 1))
    assert orders(6, 0)["neighbours swapped"] == (2, 1, 4, 3, 6, 5)
    assert orders(6, 0)["up, then down"] == (1, 3, 5, 6, 4, 2)


def test_dice_take_the_first_pivots_hard_lists_away():
    found = bought(0)
    assert found.first["in order"] == found.first["backwards"] == most_comparisons(100)
    assert found.first["neighbours swapped"] == 2500  # 99 + 97 + ... + 1
    error = comparisons_stddev(100) / math.sqrt(LIST_RUNS)
    for dice in found.dice.values():
        assert abs(dice.mean() - mean_comparisons(100)) < 4 * error
    own = counts(orders(100, 0)["backwards"], LIST_RUNS, 2)
    np.testing.assert_array_equal(found.dice["backwards"], own, "each list has dice of its own")


def test_the_third_roll_is_the_first_again():
    first, second, again = rolled(11).runs
    assert first == again
    assert first.moves != second.moves
    assert first.result == second.result
