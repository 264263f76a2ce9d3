"""The ranking of starts: against SciPy, and on networks that train."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import nnviz
from nnviz import Experiment, initializers
from nnviz.analysis.tables.ranking import LEAST_RUNS, MOST_RUNS, SETS, check, rank, train_seeds

RECIPE = Experiment(samples=60, epochs=3, hidden=(4,))
KEYS = tuple(initializers.registry)


@pytest.fixture(scope="module")
def base():
    return train_seeds(RECIPE, 10)


def made(base, losses, key, diverged=()):
    """Runs that came to these losses."""
    losses = np.asarray(losses, float)
    steps = np.where(np.isin(np.arange(len(losses)), diverged), 3, -1)
    experiment = base.experiment.replace(kernel_initializer=key)
    return replace(base, experiment=experiment, test_loss=losses, test_accuracy=1 / (1 + losses), diverged_at=steps)


def ranked(base, *rows, **options):
    return rank([made(base, row, KEYS[i], **options) for i, row in enumerate(rows)])


def test_the_lowest_median_comes_first_with_its_figures(base):
    low, middle, high = np.arange(10) / 10, np.arange(10) / 10 + 5, np.arange(10) / 10 + 9
    found = ranked(base, high, low, middle)
    assert [place.initializer.key for place in found.places] == [KEYS[1], KEYS[2], KEYS[0]]
    assert found.best.median == np.median(low)
    assert found.best.accuracy == np.median(1 / (1 + low))
    assert (found.best.lower, found.best.higher) == (0, 0)
    assert [place.lower for place in found.places[1:]] == [10, 10]
    assert found.tied == (found.best,)


@pytest.mark.parametrize("runs", [6, 7, 10, 20, 30])
def test_the_interval_is_the_narrowest_of_order_statistics_that_covers_95_per_cent(runs):
    base = train_seeds(RECIPE, runs)
    losses = np.random.default_rng(runs).permutation(np.arange(runs)).astype(float)
    place = ranked(base, losses).best
    below = int(place.low)  # so many losses lie below the interval's lower end
    coverage = 1 - 2 * binom.cdf(below, runs, 0.5)
    assert place.high == runs - 1 - below
    assert coverage >= 0.95
    assert 1 - 2 * binom.cdf(below + 1, runs, 0.5) < 0.95


def test_a_comparison_is_the_sign_test_with_holms_correction(base):
    best = np.zeros(10) + np.arange(10) * 1e-3
    wins = (10, 9, 6)
    rows = [np.where(np.arange(10) < won, best + 1 + i, best - 1e-4) for i, won in enumerate(wins)]
    found = ranked(base, best, *rows)
    p = {won: binomtest(won, 10).pvalue for won in wins}
    expected = {10: 3 * p[10], 9: max(3 * p[10], 2 * p[9]), 6: max(2 * p[9], p[6])}
    assert {place.lower: place.chance for place in found.places[1:]} == pytest.approx(expected)
    assert {place.lower for place in found.places if not place.ties} == {10, 9}


def test_equal_runs_tie_and_halves_are_not_counted(base):
    found = ranked(base, np.ones(10), np.ones(10))
    assert [place.chance for place in found.places] == [1.0, 1.0]
    assert (found.places[1].lower, found.places[1].higher) == (0, 0)
    assert len(found.tied) == 2


def test_runs_that_diverged_count_as_the_worst(base):
    found = rank([made(base, np.ones(10), "zeros", diverged=range(6)), made(base, np.full(10, 50.0), "ones")])
    assert [str(place.initializer) for place in found.places] == ["ones", "zeros"]
    worst = found.places[1]
    assert math.isinf(worst.median)
    assert math.isinf(worst.high)
    assert worst.accuracy == 0  # six of ten count as none right
    assert found.places[1].lower == 6


def test_a_guess_knows_the_training_rows_classes_or_mean():
    data = Experiment(dataset="wine").load_dataset()
    found = rank([train_seeds(RECIPE.replace(dataset="wine", samples=178), 6)])
    shares = np.bincount(data.y_train) / len(data.y_train)
    assert found.guess == pytest.approx(-np.log(shares[data.y_test]).mean())
    real = train_seeds(RECIPE.replace(dataset="line_and_bump"), 6)
    line = real.experiment.load_dataset()
    assert rank([real]).guess == pytest.approx(((line.y_test - line.y_train.mean()) ** 2).mean())
    assert math.isnan(rank([real]).best.accuracy)


def test_seeds_are_trained_in_portions_to_the_same_bits(monkeypatch):
    shares = []
    whole = train_seeds(RECIPE, 9, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    monkeypatch.setattr("nnviz.analysis.restarts.restarts.MOST_AT_ONCE", 2)
    parts = train_seeds(RECIPE, 9)
    np.testing.assert_array_equal(parts.test_loss, whole.test_loss)
    np.testing.assert_array_equal(parts.test_loss, nnviz.train(RECIPE.replace(restarts=9)).test_loss[:, -1])
    assert parts.seeds.tolist() == list(range(9))


def test_what_progress_raises_stops_the_work():
    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        train_seeds(RECIPE, 6, stop)


def test_zeros_fall_behind_on_moons():
    recipe = RECIPE.replace(samples=200, epochs=60)
    found = rank([train_seeds(recipe.replace(kernel_initializer=key), 10) for key in SETS["usual"]])
    assert found.places[-1].initializer.key == "zeros"
    assert not found.places[-1].ties
    assert found.places[-1].median == pytest.approx(math.log(2), abs=0.01)
    assert found.guess == pytest.approx(math.log(2))


def test_too_few_seeds_or_other_data_cannot_be_ranked(base):
    with pytest.raises(ValueError, match="at least 6 seeds"):
        rank([])
    with pytest.raises(ValueError, match="at least 6 seeds"):
        rank([train_seeds(RECIPE, LEAST_RUNS - 1)])
    for other in (RECIPE.replace(seed=4), RECIPE.replace(data_seed=4)):
        with pytest.raises(ValueError, match="the same data and the same seeds"):
            rank([base, train_seeds(other, 10)])


@pytest.mark.parametrize("name", SETS)
def test_every_choice_starts_wide_and_narrow_networks_and_holds_zeros_as_the_yardstick(name):
    assert "zeros" in SETS[name]
    assert check(RECIPE, SETS[name], MOST_RUNS) == ""
    for hidden in ((), (1,), (3, 5)):
        runs = [
            train_seeds(RECIPE.replace(kernel_initializer=start, hidden=hidden, epochs=1), 6) for start in SETS[name]
        ]
        places = rank(runs).places
        assert len({place.name for place in places}) == len(places) == len(SETS[name])


def test_too_much_work_is_said_before_it_begins():
    assert "times the work that is allowed: take fewer" in check(RECIPE.replace(epochs=200_000), SETS["usual"], 20)
    assert "times the work" in check(Experiment(samples=20_000), SETS["keras"], 30)
