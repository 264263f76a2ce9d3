"""What several tries are worth, against counting and closed forms."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from nnviz.analysis.chance.seeds import summed_up
from nnviz.analysis.restarts.best_of import best_against_one, group_rates, groups, mean_width, one_success, paired
from nnviz.core.experiment import Experiment


def test_groups_share_no_run_and_leave_out_what_is_left():
    assert groups(np.arange(11), 4).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert groups(np.arange(3), 4).shape == (0, 4)


def test_groups_with_a_success_are_counted_by_hand():
    succeeded = np.array([True, False, False, False, True, True, False])
    found = one_success(succeeded, 3)
    assert [(rate.successes, rate.runs) for rate in found.counted] == [(3, 7), (2, 3), (2, 2)]
    assert found.formula == pytest.approx([1 - (4 / 7) ** k for k in (1, 2, 3)])
    assert found.at(2) == (found.counted[1], found.formula[1])


def test_coins_agree_with_the_formula():
    """Of 100,000 coins of 0.3 the counted share lies within 4 standard errors of 1 - 0.7^k, for each k."""
    found = one_success(np.random.default_rng(0).random(100_000) < 0.3, 12)
    for rate, k in zip(found.counted, found.attempts, strict=True):
        expected = 1 - binom.cdf(0, k, 0.3)
        error = math.sqrt(expected * (1 - expected) / rate.runs)
        assert abs(rate.share - expected) < 4 * error + 0.01  # the formula takes the share of these coins


def test_the_best_of_k_wins_as_often_as_it_has_tickets():
    losses = np.random.default_rng(1).exponential(size=60_000)
    found = best_against_one(losses, np.array([1, 4, 9]))
    for rate, expected in zip(found.counted, (1 / 2, 4 / 5, 9 / 10), strict=True):
        assert abs(rate.share - expected) < 4 * math.sqrt(expected * (1 - expected) / rate.runs)
    assert found.formula.tolist() == [1 / 2, 4 / 5, 9 / 10]


def test_a_diverged_run_loses():
    found = best_against_one(np.array([np.inf, 1.0, 1.0, np.inf]), np.array([1]))
    assert (found.counted[0].successes, found.counted[0].runs) == (1, 2)


def test_four_times_the_runs_halve_the_interval():
    """Wilson's width is 2 z √(p (1 - p) / n + z² / 4n²) / (1 + z² / n): at p = 1/2 and n = 400, 1600 nearly 2 to 1."""
    half = np.tile([True, False], 3200)
    widths = [mean_width(group_rates(half, size)) for size in (400, 1600)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.01)


def test_shared_luck_cancels_in_the_difference():
    """A and B share luck of variance 1 and have 0.04 each of their own: 2.08 without the same seeds, 0.08 with."""
    generator = np.random.default_rng(2)
    luck, own = generator.normal(size=4000), generator.normal(0, 0.2, size=(2, 4000))
    recipe = Experiment()
    a, b = luck + own[0] + 9.1, luck + own[1] + 9
    found = paired(summed_up(recipe, recipe, np.arange(4000), a, b))
    assert found.fewer == pytest.approx(26, rel=0.1)
    assert found.needed[1] / found.needed[0] == pytest.approx(found.fewer, rel=0.1)


def test_diverged_pairs_are_left_out():
    recipe = Experiment()
    found = paired(summed_up(recipe, recipe, np.arange(3), np.array([1.0, np.inf, 3.0]), np.array([1.0, 1.0, 1.0])))
    assert found.same.tolist() == [0.0, 2.0]
    found = paired(summed_up(recipe, recipe, np.arange(3), np.array([1.0, 5.0, 3.0]), np.array([1.0, 2.0, 4.0])))
    assert found.other.tolist() == [-1.0, 1.0, 2.0]  # of the next seed, and at the end of the first


def test_without_a_mean_no_number_of_seeds_will_tell():
    recipe = Experiment()
    found = paired(summed_up(recipe, recipe, np.arange(2), np.array([1.0, 2.0]), np.array([2.0, 1.0])))
    assert found.needed == (math.inf, math.inf)
