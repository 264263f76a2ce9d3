"""Every activation: value and derivative agree, write where they are told, and stay numbers."""

import numpy as np
import pytest

from nnviz.core.activations import registry

every = pytest.mark.parametrize("activation", registry.values(), ids=registry)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])

EPS = np.finfo(float).eps
GRID = np.linspace(-6, 6, 240)  # an even number of points: none at 0, where some have a kink


def value(activation, z):
    out = np.full_like(z, np.nan)
    activation.value(z, out)
    return out


def derivative(activation, z):
    out = np.full_like(z, np.nan)
    activation.derivative(z, value(activation, z), out)
    return out


@every
def test_the_derivative_is_the_slope(activation):
    # A central difference is off by step²/6·|f'''|, with |f'''| under 4 for all of them, and by the rounding
    # of two values of up to 6, a few ulp each, divided by the step.
    step = EPS ** (1 / 3)
    slope = (value(activation, GRID + step) - value(activation, GRID - step)) / (2 * step)
    tolerance = step**2 / 6 * 4 + 4 * EPS * 6 / step
    np.testing.assert_allclose(derivative(activation, GRID), slope, rtol=0, atol=tolerance)


@every
def test_float32_gives_the_float64_values_rounded(activation):
    # A sum like 1 + tanh loses absolute, not relative, accuracy, and is then multiplied by z.
    tolerance = 8 * np.finfo(np.float32).eps * np.abs(GRID).max()
    narrow = GRID.astype(np.float32)
    for function in (value, derivative):
        assert function(activation, narrow).dtype == np.float32
        wide = function(activation, narrow.astype(float))
        np.testing.assert_allclose(function(activation, narrow), wide, rtol=0, atol=tolerance)


@every
@every_dtype
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(np.s_[:, :, :], id="all"),
        pytest.param(np.s_[:, :-1, :], id="all but the last row"),  # as the network's signals are
        pytest.param(np.s_[:, :, ::2], id="every other"),
        pytest.param(np.s_[::-1, 1::2, 3:], id="backwards"),
    ],
)
def test_results_are_written_into_out_and_nowhere_else(activation, dtype, place):
    room = np.full((2, 5, 12), 7, dtype)
    elsewhere = np.ones(room.shape, bool)
    elsewhere[place] = False
    out = room[place]
    z = np.linspace(-3, 3, out.size).reshape(out.shape).astype(dtype)
    before, a = z.copy(), value(activation, z)
    for expected, write in (
        (a, lambda: activation.value(z, out)),
        (derivative(activation, z), lambda: activation.derivative(z, a, out)),
    ):
        out[...] = np.nan
        write()
        # Not to the bit: NumPy's tanh takes another road through memory with gaps, as good to an ulp or two.
        np.testing.assert_allclose(out, expected, rtol=0, atol=24 * np.finfo(dtype).eps)
        assert (room[elsewhere] == 7).all()
        np.testing.assert_array_equal(z, before)


@every
@every_dtype
def test_the_derivative_may_be_written_over_the_sums(activation, dtype):
    z = GRID.astype(dtype)
    expected, a = derivative(activation, z), value(activation, z)
    activation.derivative(z, a, z)
    np.testing.assert_array_equal(z, expected)


@every
@every_dtype
def test_a_value_does_not_depend_on_its_place_in_the_array(activation, dtype):
    # Clones sit in different rows, and runs at different places of a stack: each must see the same bits.
    z = np.linspace(-5, 5, 7).astype(dtype)
    for units in (1, 2, 3, 5, 8, 17):
        stack = np.broadcast_to(z, (3, units, 7))
        for function in (value, derivative):
            many = function(activation, np.array(stack))
            np.testing.assert_array_equal(many, np.broadcast_to(many[:1, :1], many.shape))
            np.testing.assert_array_equal(many[0, :1], function(activation, np.array(stack[:1, :1]))[0])


@every
def test_steepest_and_squashes_say_what_the_derivative_does(activation):
    z = np.linspace(-10, 10, 100_001)
    slopes = np.abs(derivative(activation, z))
    assert activation.steepest == pytest.approx(slopes.max(), rel=1e-3)
    flat_on_both_sides = max(slopes[0], slopes[-1]) < 0.01 * activation.steepest
    assert activation.squashes == flat_on_both_sides


@every
@every_dtype
def test_large_sums_stay_numbers_and_nan_stays_nan(activation, dtype):
    z = np.array([-1e6, -1000, -100, 100, 1000, 1e6], dtype)
    with np.errstate(all="ignore"):  # as training does
        assert np.isfinite(value(activation, z)).all()
        assert (np.abs(derivative(activation, z)) <= activation.steepest * 1.001).all()
        assert np.isnan(value(activation, np.array([np.nan], dtype)))
