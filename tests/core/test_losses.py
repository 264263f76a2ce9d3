"""Numbers that can be worked out by hand. (What holds of every loss is in tests/contracts.)"""

import math

import numpy as np
import pytest

from nnviz.core.losses import registry

BINARY, CATEGORICAL, SQUARED = (
    registry[key] for key in ("binary_crossentropy", "categorical_crossentropy", "squared_error")
)


def column(*numbers):
    return np.array(numbers, dtype=float)[None, :, None]


def row(*numbers):
    return np.array(numbers, dtype=float)[None, None]


def test_at_zero_logits_the_loss_is_the_logarithm_of_the_number_of_classes():
    assert BINARY.value(row(0, 0), row(0, 1))[0].tolist() == [math.log(2)] * 2
    for classes in (3, 10):
        value = CATEGORICAL.value(column(*[0] * classes), column(1, *[0] * (classes - 1)))
        assert value[0, 0] == pytest.approx(math.log(classes), rel=1e-15)


def test_a_sure_answer_costs_nothing_when_right_and_its_logit_when_wrong():
    np.testing.assert_allclose(BINARY.value(row(800, -800, 800, -800), row(1, 0, 0, 1))[0], [0, 0, 800, 800])
    assert CATEGORICAL.value(column(800, 0, 0), column(1, 0, 0))[0, 0] == 0
    assert CATEGORICAL.value(column(800, 0, 0), column(0, 1, 0))[0, 0] == 800


def test_binary_errors_are_probability_minus_target():
    out = np.empty((1, 1, 3))
    BINARY.delta(row(0, math.log(3), 0), row(1, 0, 0), out)
    np.testing.assert_allclose(out[0, 0], [-0.5, 0.75, 0.5])


def test_two_classes_are_the_same_as_softmax_over_two():
    logits, targets = row(-2, -0.1, 0.7, 3), row(0, 1, 0, 1)
    both = np.concatenate([0 * logits, logits], axis=1)
    np.testing.assert_allclose(
        BINARY.value(logits, targets), CATEGORICAL.value(both, np.concatenate([1 - targets, targets], axis=1))
    )
    np.testing.assert_allclose(BINARY.answer(logits), CATEGORICAL.answer(both))


def test_a_logit_of_zero_says_the_first_class():
    assert BINARY.correct(row(0, 0, 0.1, -0.1), row(0, 1, 1, 1))[0].tolist() == [True, False, True, False]
    assert CATEGORICAL.correct(column(0, 0, 0), column(1, 0, 0))[0].tolist() == [True]


def test_softmax_does_not_change_when_all_logits_move_together():
    logits = column(0.3, -1, 2)
    np.testing.assert_allclose(CATEGORICAL.answer(logits + 500), CATEGORICAL.answer(logits), rtol=1e-12)


def test_squared_error_is_not_halved():
    assert SQUARED.value(row(3), row(1))[0, 0] == 4
    out = np.empty((1, 1, 1))
    SQUARED.delta(row(3), row(1), out)
    assert out[0, 0, 0] == 4
    assert SQUARED.answer(row(3)).tolist() == [[[3]]]
