"""Two sets of runs compared, against published examples, SciPy and counting."""

import math

import numpy as np
import pytest
from scipy.stats import brunnermunzel

from nnviz.analysis.rates import rate
from nnviz.analysis.restarts.effect_sizes import Z, difference, mean_stddev, superiority


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_difference_has_newcombes_interval(a, b, low, high):
    found = difference(rate(*a), rate(*b))
    assert found.value == pytest.approx(a[0] / a[1] - b[0] / b[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_superiority_counts_pairs():
    a, b = np.array([1.0, 2.0, 2.0, np.inf]), np.array([2.0, 3.0, np.inf])
    pairs = [(x < y) + 0.5 * (x == y) for x in a for y in b]
    assert superiority(a, b).value == pytest.approx(np.mean(pairs))
    assert superiority(b, a).value == pytest.approx(1 - np.mean(pairs))


def test_the_interval_has_brunner_and_munzels_variance_on_the_log_odds():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=40), generator.normal(0.5, 2, size=25)
    found = superiority(a, b)
    error = (found.value - 0.5) / brunnermunzel(b, a).statistic  # SciPy's is (value - 1/2) / error
    odds = [math.log(end / (1 - end)) for end in (found.low, found.value, found.high)]
    assert odds[2] - odds[1] == pytest.approx(odds[1] - odds[0])
    assert odds[2] - odds[1] == pytest.approx(Z * abs(error) / (found.value * (1 - found.value)), rel=1e-9)


def test_the_interval_covers_what_it_should_for_runs_in_two_humps():
    """Losses as XOR gives them; 300 pairs of samples, so that 95 % has a standard error of 1.3 points."""
    generator = np.random.default_rng(3)

    def draw(share, runs):
        solved = generator.random(runs) < share
        return np.where(solved, generator.normal(0.002, 0.0002, runs), generator.normal(0.3469, 1e-5, runs))

    truth = 0.64 * 0.71 + 0.5 * (0.64 * 0.29 + 0.36 * 0.71)
    covered = 0
    for _ in range(300):
        found = superiority(draw(0.64, 60), draw(0.29, 60))
        covered += found.low <= truth <= found.high
    assert 0.90 <= covered / 300 <= 0.99


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [([1.0], [1.0], 0.5), ([1.0] * 9, [2.0] * 9, 1.0), ([2.0] * 9, [1.0] * 9, 0.0), ([np.inf] * 5, [np.inf] * 4, 0.5)],
)
def test_where_placements_do_not_vary_the_interval_is_wilsons(a, b, value):
    found = superiority(np.array(a), np.array(b))
    assert found.value == value
    assert 0 <= found.low <= value <= found.high <= 1
    pairs = min(len(a), len(b))
    ends = rate(round(value * pairs), pairs)
    assert (found.low, found.high) == pytest.approx((min(ends.low, value), max(ends.high, value)))
    assert found.high - found.low > 0.2


def test_mean_and_deviation_are_of_the_finite_values():
    found = mean_stddev(np.array([1.0, 2.0, 6.0, np.nan, np.inf]))
    assert (found.mean, found.runs) == (3.0, 3)
    assert found.deviation == pytest.approx(np.std([1, 2, 6], ddof=1))
    assert mean_stddev(np.array([np.nan])).runs == 0
    assert math.isnan(mean_stddev(np.array([4.0])).deviation)
    assert mean_stddev(np.array([4.0])).mean == 4


def test_two_humps_are_told_from_one():
    generator = np.random.default_rng(0)
    humps = np.concatenate([generator.normal(0, 0.01, 130), generator.normal(0.35, 0.01, 70)])
    assert mean_stddev(humps).humps
    for one in (generator.normal(size=200), generator.exponential(size=200), generator.uniform(size=200)):
        assert not mean_stddev(one).humps
    same = mean_stddev(np.full(200, math.log(2)))
    assert (same.mean, same.deviation, same.near) == (math.log(2), 0, 200)
    assert not same.humps
    assert not mean_stddev(np.repeat([1.0, 1.0 + 1e-9], 100)).humps
    assert not mean_stddev(humps[[0, -1]]).humps  # two runs are too few to say
