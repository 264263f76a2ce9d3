"""Lesson 4: what moves from zeros, what parts and what cannot, against closed forms and a known table."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.symmetry.starts import amount_moved
from nnviz.core import optimizers
from nnviz.figures.style.template import LIGHT
from nnviz.lessons import zero
from nnviz.lessons.lesson import Numbers, Pair
from nnviz.lessons.zero import parts as zero_parts
from nnviz.lessons.zero import step as zero_step
from tests.lessons.measuring import result_of


@pytest.fixture(scope="module")
def zeros():
    return result_of(zero.measure_zeros, 32)


@pytest.fixture(scope="module")
def step():
    return result_of(zero_step.measure_step, 19, 0.0)


@pytest.fixture(scope="module")
def parts():
    return result_of(zero_parts.measure_parts, "relu").table


def pairs(screen, found):
    return [picture for picture in screen.pictures(found, LIGHT) if isinstance(picture, Pair)]


def test_from_zeros_the_output_biases_move_and_nothing_else(zeros):
    assert amount_moved(zeros.zeros) == (1, 33)
    assert amount_moved(zeros.wines) == (3, 139)
    for trace in (zeros.zeros, zeros.wines):
        assert not any(kernel.any() for kernel in trace.kernels)
        assert not trace.biases[0].any()
    assert zero.reveal_zeros(zeros).right == 1


def test_the_biases_go_to_the_log_odds_of_the_classes(zeros):
    counts = np.bincount(zeros.wines.dataset.y_train)
    shares = counts / counts.sum()
    biases = zeros.wines.biases[-1][0, -1]
    np.testing.assert_allclose(biases - biases.mean(), np.log(shares) - np.log(shares).mean(), atol=1e-6)
    assert zeros.wines.train_loss[0, -1] == pytest.approx(-(shares * np.log(shares)).sum())
    table = zero.picture_zeros(zeros, LIGHT)[0]
    assert table.columns["share of the rows"] == table.columns["the network's answer"]
    assert "to every wine alike" in table.title


def test_with_as_many_of_each_class_and_all_rows_at_once_nothing_moves_at_all():
    found = zero.measure_zeros(None)
    assert amount_moved(found.zeros)[0] == 0
    assert found.zeros.train_loss[0, -1] == pytest.approx(math.log(2), rel=1e-12)
    assert zero.reveal_zeros(found).right == 0


def test_equal_units_move_and_stay_equal_and_a_pinch_frees_them():
    found = result_of(zero.measure_equal, 0.5, 0.1)
    equal, pinched = found
    assert zero.reveal_equal(found).right == 1
    assert (effective_units(equal) == 1).all()
    assert (equal.kernels[0][0, -1] != equal.kernels[0][0, 0]).all()
    assert effective_units(pinched)[0, -1] == 8
    assert equal.train_loss[0, -1] > 0.3 > 0.1 > pinched.train_loss[0, -1]


def test_other_settings_get_other_answers():
    assert zero.reveal_equal(zero.measure_equal(0.0, 0.1)).right == 0
    assert "A pinch of 0 is none" in zero.reveal_equal(zero.measure_equal(0.5, 0.0)).why


@pytest.mark.parametrize("pinch", [1e-5, 0.001, 0.01])
def test_a_pinch_that_leaves_the_units_alike_sets_none_free(pinch):
    traces = zero.measure_equal(0.5, pinch)
    reveal = zero.reveal_equal(traces)
    assert traces[1].train_loss[0, -1] > 0.3
    assert "too little" in reveal.why
    assert "free: each" not in reveal.why
    assert "draw a curve" not in reveal.why
    assert ("act as 1. Loss" in reveal.because) == (pinch < 1e-3)


def test_the_table_is_a_chain_of_sums_that_can_be_checked_by_hand(step):
    """Each line's right side follows from its left, as far as four digits go."""
    table = zero_step.picture_step(step, LIGHT)[0]
    assert table.columns["unit 1"] == table.columns["unit 2"]
    for line in table.columns["unit 1"].values():
        left, _, right = line.translate(str.maketrans("−·", "-*")).replace("²", "**2").partition(" = ")
        assert eval(left, {"tanh": math.tanh}) == pytest.approx(float(right), rel=2e-3, abs=2e-4), line


def test_no_optimizer_parts_two_equal_units(step):
    assert set(step.ends) == set(optimizers.registry)
    assert step.apart == 0
    assert all(one == other for one, other in step.ends.values())
    assert zero_step.reveal_step(step).right == 2
    assert all(one != 0.5 for one, _ in step.ends.values())


def test_a_nudge_parts_them():
    found = zero_step.measure_step(19, 0.1)
    one, other = found.first.units
    assert other.weights[0] - one.weights[0] == pytest.approx(0.1)
    assert found.apart > zero_step.CLEARLY
    assert zero_step.reveal_step(found).right == 0
    tables = zero_step.picture_step(found, LIGHT)
    assert all(isinstance(table, Numbers) for table in tables)
    assert tables[0].columns["unit 1"] != tables[0].columns["unit 2"]
    assert zero_step.reveal_step(zero_step.measure_step(19, 1e-9)).right == 1


def test_zero_weights_in_stop_relu_and_not_tanh(parts):
    for units, right in (("relu", 2), ("tanh", 3)):
        found = zero_parts._Parts(parts, units)
        assert zero_parts.reveal_parts(found).right == right
        trained, stopped = pairs(zero_parts.PARTS_SCREEN, found)[0].a, pairs(zero_parts.PARTS_SCREEN, found)[0].b
        assert not np.any(trained.output_initializer((8, 1), 0))
        assert not np.any(stopped.kernel_initializer((2, 8), 0))
    relu = zero_parts._Parts(parts, "relu")
    assert relu.cell("hidden").loss == pytest.approx(math.log(2))
    assert relu.cell("hidden").kind == "frozen"
    table = zero_parts.picture_parts(relu, LIGHT)[0]
    assert table.title == "Zero weights out: ReLU and tanh learn. Zero weights in: tanh learns. Both zero: none learns."
    assert not any("click" in words for words in table.plot.data[1].hovertext)  # a click does nothing in a lesson


def test_without_a_hidden_layer_zeros_end_where_logistic_regression_does():
    found = result_of(zero_parts.measure_flat, "blobs")
    data = found.zeros.dataset
    best = LogisticRegression(C=1e8, tol=1e-10).fit(data.x_train, data.y_train)
    lowest = log_loss(data.y_train, best.predict_proba(data.x_train))
    assert found.zeros.train_loss[0, -1] == pytest.approx(lowest, rel=1e-3)
    np.testing.assert_allclose(found.random.train_loss[:, -1], lowest, rtol=1e-3)
    assert zero_parts.reveal_flat(found).right == 2
    assert found.hidden.train_loss[0, -1] == pytest.approx(math.log(2))


def test_sigmoid_units_move_from_zeros_in_lockstep_and_freeze_where_the_classes_cancel():
    found = result_of(zero_parts.measure_sigmoid, 32)
    assert [amount_moved(trace)[0] for trace in found] == [1, 33]
    assert (effective_units(found[1]) == 1).all()
    assert zero_parts.reveal_sigmoid(found).right == 1
    frozen = zero_parts.measure_sigmoid(None)
    assert [amount_moved(trace)[0] for trace in frozen] == [0, 0]
    reveal = zero_parts.reveal_sigmoid(frozen)
    assert reveal.right == 0
    assert "cancel" in reveal.why


def test_of_all_changes_only_random_biases_set_the_units_free():
    assert {change: zero.check_change(change).done for change in zero.CHANGES} == {
        change: change == "random biases" for change in zero.CHANGES
    }


def test_each_change_is_one_that_the_task_allows():
    for change in zero.CHANGES.values():
        made = zero.ZEROS.replace(**change)
        assert (made.kernel_initializer, made.output_initializer) == (zero.ZEROS.kernel_initializer, None)
