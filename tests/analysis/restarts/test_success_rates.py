"""Rates, restarts and the best of several, against closed forms, SciPy and counting."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from nnviz.analysis.rates import rate
from nnviz.analysis.restarts.success_rates import best_of, chance_of_one, narrowing, restarts_needed, sizes_shown


def test_science_numbers():
    found = rate(636, 1000)
    assert (round(found.low, 3), round(found.high, 3)) == (0.606, 0.665)
    assert restarts_needed(found.share) == 3
    assert restarts_needed(0.0982) == 29  # Rastrigin's basin in one dimension


@given(st.floats(1e-9, 1 - 1e-9))
def test_so_many_restarts_are_needed_and_no_fewer(share):
    needed = restarts_needed(share)
    assert needed * math.log1p(-share) <= math.log(0.05) * (1 - 1e-9)
    assert needed == 1 or (needed - 1) * math.log1p(-share) > math.log(0.05)


@pytest.mark.parametrize(("share", "needed"), [(0.0, math.inf), (1.0, 1), (0.95, 1), (1 - math.sqrt(0.05), 2)])
def test_restarts_at_the_edges(share, needed):
    assert restarts_needed(share) == needed


def test_rounding_never_adds_a_restart():
    assert [restarts_needed(1 - 0.05 ** (1 / k)) for k in range(1, 200)] == list(range(1, 200))


@pytest.mark.parametrize("losses", [[3.0, 1.0, 2.0, 5.0, 4.0, 0.5], [1.0, 1.0, 1.0], [2.0], [0.0, 1e-300, 1e300]])
def test_the_best_of_k_is_the_mean_over_all_subsets(losses):
    n = len(losses)
    expected = [np.mean([min(subset) for subset in combinations(losses, k)]) for k in range(1, n + 1)]
    assert best_of(np.array(losses), n) == pytest.approx(expected, rel=1e-12)


def test_the_best_of_k_stays_exact_among_two_thousand():
    n = 2000
    losses = np.random.default_rng(0).exponential(size=n)
    ordered = np.sort(losses)
    found = best_of(losses, n)
    for k in (1, 2, 7, 100, 1999, 2000):
        weights = [float(Fraction(math.comb(n - i, k - 1), math.comb(n, k))) for i in range(1, n + 1)]
        assert found[k - 1] == pytest.approx(math.fsum(np.array(weights) * ordered), rel=1e-10)
    assert (np.diff(found) <= 0).all()
    assert found[-1] == pytest.approx(ordered[0])


@pytest.mark.parametrize(("successes", "runs"), [(127, 200), (0, 5), (5, 5), (1, 2000)])
def test_the_chance_of_one_is_the_hypergeometric(successes, runs):
    k = np.arange(1, min(runs, 300) + 1)
    found = chance_of_one(rate(successes, runs), len(k))
    assert found == pytest.approx(hypergeom.sf(0, runs, successes, k), abs=1e-12)


def test_the_interval_after_the_first_n_is_that_of_the_first_n():
    succeeded = np.random.default_rng(1).random(500) < 0.6
    counts, rates = narrowing(succeeded)
    assert counts[0] == 1
    assert counts[-1] == 500
    assert (np.diff(counts) > 0).all()
    for n, found in zip(counts, rates, strict=True):
        assert found == rate(int(succeeded[:n].sum()), int(n))
    assert len(narrowing(succeeded[:1])[0]) == 1


def test_as_many_restarts_are_shown_as_matter():
    assert sizes_shown(rate(127, 200)) == 20
    assert sizes_shown(rate(10, 200)) == 3 * restarts_needed(0.05)
    assert sizes_shown(rate(0, 200)) == 200
    assert sizes_shown(rate(0, 2000)) == 500
    assert sizes_shown(rate(3, 3)) == 3
