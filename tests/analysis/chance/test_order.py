"""The split of the loss between start and order, against numbers made with known parts and against closed forms."""

import numpy as np
import pytest
from scipy import stats

from nnviz.analysis.chance.order import (
    LEAST_LOSS,
    _effective_freedom,
    check_pairs,
    components,
    filled,
    order,
    split,
    sum_of_squares,
)
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.training import train

QUICK = Experiment(samples=40, noise=0.3, hidden=(2,), batch_size=4, epochs=3)


@pytest.fixture(scope="module")
def small():
    return order(QUICK, starts=4, orders=3, first_order=7)


def made(start, pair, starts=5, orders=4, seed=0):
    """Values with effects drawn from N(0, 1) times start, 1 for the order, pair."""
    generator = np.random.default_rng(seed)
    return (
        start * generator.normal(size=(starts, 1))
        + generator.normal(size=(1, orders))
        + pair * generator.normal(size=(starts, orders))
    )


def test_a_pair_s_loss_is_that_of_its_own_experiment_to_the_bit(small):
    assert small.losses.shape == (4, 3)
    for row in range(4):
        for column in range(3):
            pair = small.pair(row, column)
            assert (pair.seed, pair.shuffle_seed, pair.restarts) == (row, 7 + column, 1)
            assert train(pair).train_loss[0, -1] == small.losses[row, column]


def test_the_sums_of_squares_are_the_whole_and_those_of_the_textbook():
    values = made(2.0, 0.5)
    start, order_, pair = sum_of_squares(values)
    assert start + order_ + pair == pytest.approx(values.size * values.var())
    assert start / 4 / (values.mean(axis=1).var(ddof=1) * 4) == pytest.approx(1)
    # SciPy's one-way analysis of the rows: what is not between rows is within them.
    between = stats.f_oneway(*values).statistic
    assert between == pytest.approx((start / 4) / ((order_ + pair) / 15))


def test_a_table_without_pair_effect_is_split_by_hand():
    values = np.array([[0.0], [3.0], [6.0]]) + np.array([[0.0, 2.0]])
    # variances of 0 3 6 and of 0 2, with one degree of freedom less
    np.testing.assert_allclose(components(values), [9.0, 2.0, 0.0], atol=1e-12)
    shares = split(values)
    assert [share.share for share in shares] == pytest.approx([9 / 11, 2 / 11, 0])
    assert [share.squares for share in shares] == pytest.approx([36 / 42, 6 / 42, 0])


def test_the_variances_come_out_right_on_average():
    many = np.stack([made(2.0, 0.5, 12, 10, seed) for seed in range(2000)])
    found = components(many).mean(axis=0)
    # the estimate of a variance s from k values has a spread of about s·√(2/(k - 1)); the mean of 2,000 is 45 × closer
    for value, true, k in zip(found, (4.0, 1.0, 0.25), (12, 10, 100), strict=True):
        assert abs(value - true) < 4 * true * np.sqrt(2 / (k - 1)) / np.sqrt(2000) + 0.005


def test_the_intervals_are_wider_where_tails_are_heavy():
    even = made(1.0, 0.1, 20, 20)
    wild = even.copy()
    wild[0] += 30
    for values, narrow in ((even, True), (wild, False)):
        order_ = split(values)[1]
        assert order_.low <= order_.share <= order_.high
        freedom = _effective_freedom(values)
        assert (freedom[0] > 15) == narrow
        assert (freedom <= [19, 19, 361]).all()


def test_few_starts_do_not_look_as_if_they_mattered():
    shares = [split(np.random.default_rng(seed).normal(size=(5, 5)), 50) for seed in range(200)]
    assert np.mean([s[0].squares for s in shares]) == pytest.approx(4 / 24, abs=0.02)
    assert np.median([s[0].share for s in shares]) < 0.01


def test_columns_equal_to_the_bit_leave_nothing_to_the_order():
    start, order_, pair = split(np.repeat([[0.1], [0.7], [1 / 3]], 4, axis=1))
    assert (start.share, start.low, start.high) == (1, 1, 1)
    assert (order_.share, order_.high, pair.share, pair.high) == (0, 0, 0, 0)
    start, order_, _ = split(np.repeat([[0.1, 0.7, 1 / 3]], 4, axis=0))
    assert (start.share, order_.share) == (0, 1)
    assert all(np.isnan(share.share) for share in split(np.ones((3, 3))))


def test_a_full_batch_has_no_order():
    found = order(QUICK.replace(batch_size=None), 3, 3)
    assert found.same_orders
    assert not found.same_starts
    assert [share.share for share in found.shares] == [1, 0, 0]


def test_equal_starts_leave_everything_to_the_order():
    found = order(QUICK.replace(kernel_initializer="zeros"), 3, 3)
    assert found.same_starts
    assert [share.share for share in found.shares] == [0, 1, 0]


def test_gentle_steps_leave_it_to_the_start_and_single_rows_with_large_ones_to_the_order():
    recipe = Experiment(noise=0.3, hidden=(2,), learning_rate=0.1, epochs=20)
    gentle = order(recipe, 10, 10)
    rough = order(recipe.replace(batch_size=1, learning_rate=0.3), 10, 10)
    assert gentle.shares[0].low > 0.9
    assert rough.shares[1].share > 0.8
    assert rough.shares[1].low > rough.shares[0].high


def test_diverged_runs_count_as_the_worst_of_the_others():
    wild = QUICK.replace(samples=400, activation="relu", learning_rate=1000.0, hidden=(8,), epochs=12)
    found = order(wild, 6, 3)
    assert 0 < found.diverged < 18
    logarithms = filled(found.losses)
    assert (logarithms[np.isnan(found.losses)] == np.log(np.nanmax(found.losses))).all()
    assert sum(share.share for share in found.shares) == pytest.approx(1)


def test_losses_of_nothing_and_of_nan_have_a_logarithm():
    np.testing.assert_allclose(filled(np.array([[0.0, np.nan], [1.0, 2.0]])), np.log([[LEAST_LOSS, 2], [1, 2]]))
    assert (filled(np.full((2, 2), np.nan)) == 0).all()


def test_the_same_question_gets_the_same_answer(small):
    again = order(QUICK, starts=4, orders=3, first_order=7)
    assert again.shares == small.shares
    np.testing.assert_array_equal(again.losses, small.losses)


def test_too_much_is_refused_in_words():
    assert check_pairs(QUICK, 20, 20, 0) == ""
    assert "times the work" in check_pairs(Experiment(epochs=3000, batch_size=1), 40, 40, 0)
    assert "Seeds end at" in check_pairs(QUICK, 20, 20, MOST_SEED)
    assert "Seeds end at" in check_pairs(QUICK.replace(seed=MOST_SEED), 2, 20, 0)
    with pytest.raises(ValueError, match="Seeds end"):
        order(QUICK, 2, 2, MOST_SEED)


def test_progress_runs_from_nothing_to_all_and_stops_when_told():
    shares = []
    order(QUICK, 2, 3, on_progress=shares.append)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)

    def stop(share):
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        order(QUICK, 2, 3, on_progress=stop)
