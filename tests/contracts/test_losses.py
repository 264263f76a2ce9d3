"""Every loss: its delta is its slope, samples do not touch each other, and no logit breaks it."""

import numpy as np
import pytest

from nnviz.core.losses import registry

every = pytest.mark.parametrize("loss", registry.values(), ids=registry)
EPS = np.finfo(float).eps


def logits_and_targets(loss, runs=3, samples=5, dtype="float64"):
    """Targets as the data sets give them: a class number, one of K, or a real number."""
    generator = np.random.default_rng(0)
    outputs = 4 if loss.key == "categorical_crossentropy" else 1
    logits = generator.normal(size=(runs, outputs, samples), scale=2)
    targets = generator.normal(size=(1, outputs, samples))
    if loss.correct is not None:
        classes = generator.integers(max(2, outputs), size=samples)
        targets = classes[None, None] if outputs == 1 else (np.arange(outputs)[:, None] == classes)[None]
    return logits.astype(dtype), targets.astype(dtype)


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shapes_and_dtypes(loss, dtype):
    logits, targets = logits_and_targets(loss, dtype=dtype)
    value = loss.value(logits, targets)
    assert value.shape == (3, 5)
    assert value.dtype == dtype
    assert (value >= 0).all()
    assert loss.answer(logits).dtype == dtype
    assert loss.answer(logits).shape[::2] == (3, 5)
    if loss.correct is not None:
        assert loss.correct(logits, targets).shape == (3, 5)
        assert loss.correct(logits, targets).dtype == bool


@every
def test_delta_is_the_slope_of_the_value(loss):
    # A central difference is off by step²/6·|f'''|, with |f'''| under 1, and by the rounding of two values.
    logits, targets = logits_and_targets(loss)
    delta = np.full_like(logits, np.nan)
    loss.delta(logits, targets, delta)
    delta /= loss.scale(logits.shape[1])
    step = EPS ** (1 / 3)
    tolerance = step**2 / 6 + 4 * EPS * loss.value(logits, targets).max() / step
    for output in range(logits.shape[1]):
        nudge = np.zeros_like(logits)
        nudge[:, output] = step
        slope = (loss.value(logits + nudge, targets) - loss.value(logits - nudge, targets)) / (2 * step)
        np.testing.assert_allclose(delta[:, output], slope, rtol=0, atol=tolerance)


@pytest.mark.parametrize("loss", [loss for loss in registry.values() if loss.correct], ids=lambda loss: loss.key)
def test_probabilities_sum_to_one(loss):
    logits, _ = logits_and_targets(loss)
    for scale in (1, 1000):
        with np.errstate(over="ignore", under="ignore"):
            answer = loss.answer(logits * scale)
        assert (answer >= 0).all()
        np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=0, atol=4 * EPS)


@every
def test_the_answer_agrees_with_the_value(loss):
    """A class's loss is minus the logarithm of its probability; a real target's the squared distance."""
    logits, targets = logits_and_targets(loss)
    answer = loss.answer(logits)
    if loss.correct is None:
        expected = (answer - targets)[:, 0] ** 2
    else:
        number = targets[0].argmax(axis=0) if targets.shape[1] > 1 else targets[0, 0].astype(int)
        chosen = np.take_along_axis(answer, np.broadcast_to(number, (3, 1, 5)), axis=1)[:, 0]
        expected = -np.log(chosen)
        np.testing.assert_array_equal(loss.correct(logits, targets), answer.argmax(axis=1) == number)
    np.testing.assert_allclose(loss.value(logits, targets), expected, rtol=1e-12, atol=4 * EPS)


@every
def test_extreme_logits_give_finite_losses(loss):
    logits, targets = logits_and_targets(loss)
    for extreme in (np.sign(logits) * 1000, -np.sign(logits) * 1000, logits * 0):
        with np.errstate(over="ignore", under="ignore"):
            assert np.isfinite(loss.value(extreme, targets)).all()
            out = np.full_like(extreme, np.nan)
            loss.delta(extreme, targets, out)
            assert np.isfinite(out).all()
    with np.errstate(all="ignore"):
        assert np.isnan(loss.value(logits * np.nan, targets)).all()


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_errors_at_equal_logits_sum_to_exactly_zero_over_balanced_classes(loss, dtype):
    """Else a point that is exactly stationary would move by rounding (point 4 of the numerical contract)."""
    if loss.correct is None:
        balances = [np.array([[1.5, -1.5, 0.25, -0.25]])]
    else:
        balances = [
            np.eye(classes)[:, np.arange(classes * 35) % classes] if classes > 2 else np.arange(70)[None] % 2
            for classes in ((2,) if loss.key == "binary_crossentropy" else (3, 5, 6, 7, 10))
        ]
    for targets in balances:
        logits = np.zeros((1, *targets.shape), dtype)
        delta = np.full_like(logits, np.nan)
        loss.delta(logits, targets[None].astype(dtype), delta)
        assert (delta.sum(axis=2) == 0).all()
        assert (delta != 0).all()
