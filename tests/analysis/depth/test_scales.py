"""Networks from many spreads, and the spread that keeps a signal level, against closed forms and plain training."""

import math

import numpy as np
import pytest

from nnviz.analysis.depth.scales import Scales, level_stddev, normal, scales
from nnviz.analysis.depth.unit_similarity import likeness
from nnviz.analysis.initializers.draws import Kernel, draws
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

QUICK = Experiment(samples=60, hidden=(6, 6), activation="relu", learning_rate=0.5, epochs=12, restarts=3, snapshots=4)
WILD = QUICK.replace(hidden=(32,) * 8, learning_rate=0.1, batch_size=None)


# 30 ratios of mean squares over layers of n units: each strays by √(5/n) with ReLU, by √(2/n) with a straight line
# (the fourth moments of a normal), so their mean by that over √30, and its root by half; four times that is allowed.
@pytest.mark.parametrize(("activation", "factor", "moment"), [("relu", math.sqrt(2), 5), ("linear", 1.0, 2)])
@pytest.mark.parametrize("width", [64, 256])
def test_the_level_spread_is_hes_rule_with_relu_and_lecuns_without(activation, factor, moment, width):
    allowed = 4 * 0.5 * math.sqrt(moment / width / 30)
    assert level_stddev(width, activation) == pytest.approx(factor / math.sqrt(width), rel=allowed)


def test_each_spread_gives_the_runs_that_train_gives():
    found = scales(QUICK, [0.1, 0.6])
    for row, spread in enumerate((0.1, 0.6)):
        trace = train(QUICK.replace(kernel_initializer=f"random_normal(stddev={spread})"))
        assert found.losses[row].tolist() == trace.train_loss[:, -1].tolist()
        assert list(found.kinds[row]) == [verdict.kind for verdict in diagnose(trace)]


def test_runs_that_overflow_have_no_loss_and_did_not_learn():
    found = scales(WILD, [0.25, 50.0])
    assert found.diverged[1].all()
    assert not found.diverged[0].any()
    assert found.rates[1].successes == 0
    assert set(found.kinds[1]) == {"diverged"}


def test_progress_counts_up_and_may_stop_the_work():
    shares = []
    scales(QUICK, [0.1, 0.2], shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scales(QUICK, [0.1], stop)


def made(losses):
    losses = np.array(losses, dtype=float)
    kinds = tuple(("converged",) * losses.shape[1] for _ in losses)
    return Scales(QUICK, 10.0 ** np.arange(len(losses)), losses, kinds, guess=0.8)


def test_the_window_reaches_from_the_first_to_the_last_spread_from_which_most_learn():
    found = made([[0.7, 0.7, 0.1], [0.1, 0.7, 0.1], [0.19, 0.1, 0.1], [np.nan, 0.1, np.nan]])
    assert found.bar == pytest.approx(0.2)
    assert [rate.successes for rate in found.rates] == [1, 2, 3, 1]
    assert found.window == (10.0, 100.0)
    assert made([[0.7], [0.3]]).window is None


def test_likeness_is_the_mean_of_numpys_correlations():
    rows, kernel_seed = np.random.SeedSequence(3).spawn(2)
    x = np.random.default_rng(rows).normal(size=(300, 12))
    kernel = initializers.get("glorot_uniform")((12, 12), np.random.default_rng(kernel_seed), np.float64)
    table = np.corrcoef(np.tanh(x @ kernel).T)
    expected = table[np.triu_indices(12, 1)].mean()
    assert likeness("glorot_uniform", width=12, depth=1, seed=3)[0] == pytest.approx(expected, abs=1e-12)


def test_straight_units_are_as_alike_as_their_weights_point():
    # For normal inputs the correlation of two sums is the cosine of their weights, 3/4 on average from U(0, high).
    # Over 300 rows one correlation strays by (1 - ρ²)/√300 = 0.025; their mean by no more, and four times is allowed.
    alike = likeness("positive_uniform", depth=1, activation="linear")[0]
    assert alike == pytest.approx(0.75, abs=0.1)
    assert alike == pytest.approx(draws(initializers.get("positive_uniform"), Kernel((64, 64))).alike, abs=0.1)


def test_equal_units_are_alike_and_silent_ones_are_left_out():
    assert likeness("constant(value=0.1)", 8, 3).tolist() == pytest.approx([1, 1, 1])
    assert np.isnan(likeness("zeros", 8, 2)).all()


def test_normal_weights_have_the_spread_asked_for():
    assert normal(0.3).stddev((7, 7)) == 0.3
