"""Every initializer, with its defaults and with each parameter changed: shape, dtype, seed, spread, text form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.core.initializers import Initializer, get, make, registry


def variants(scheme):
    """The scheme with its defaults, and with each parameter in turn at other values."""
    yield make(scheme.key)
    for parameter in scheme.parameters:
        if parameter.kind is str:
            others = [choice for choice in parameter.choices if choice != parameter.default]
        elif parameter.kind is tuple:
            others = [(0.3,), (-2.0, 7.0, 1e-3, 0.0)]
        else:
            others = (3 * parameter.default, 0.3) if parameter.default else (0.3, -0.2)
            others = [number for number in others if parameter.low <= number <= parameter.high]
        for other in others:
            yield make(scheme.key, {parameter.name: other})


every = pytest.mark.parametrize("scheme", registry.values(), ids=registry)
every_variant = pytest.mark.parametrize(
    "initializer", [v for scheme in registry.values() for v in variants(scheme)], ids=str
)


def some_parameters(scheme):
    """Strategy: any permitted values of the scheme's parameters."""
    return st.fixed_dictionaries({p.name: some_values(p) for p in scheme.parameters})


def some_values(parameter):
    """Strategy: any permitted value of a parameter."""
    if parameter.kind is str:
        return st.sampled_from(parameter.choices)
    numbers = st.floats(parameter.low, parameter.high)
    return st.lists(numbers, min_size=1, max_size=9).map(tuple) if parameter.kind is tuple else numbers


@every_variant
def test_shape_and_dtype(initializer):
    for shape in [(1, 1), (2, 8), (8, 2), (7, 7), (3, 3, 4, 5), (2, 3, 4), (6,), (1,), (0, 3)]:
        fits = len(shape) == 2 if initializer.key == "identity" else len(shape) >= initializer.scheme.least_axes
        if not fits:
            with pytest.raises(ValueError, match="axes"):
                initializer(shape, 0)
            continue
        for dtype in ("float32", "float64"):
            kernel = initializer(shape, 0, dtype)
            assert kernel.shape == shape
            assert kernel.dtype == dtype
            assert np.isfinite(kernel).all()
            assert kernel.flags.writeable


@every_variant
def test_the_seed_decides_the_draw(initializer):
    shape = (6, 5)
    kernel = initializer(shape, 3)
    np.testing.assert_array_equal(kernel, initializer(shape, 3))
    np.testing.assert_array_equal(kernel, initializer(shape, np.random.default_rng(3)))
    np.testing.assert_array_equal(kernel, initializer(shape, np.random.SeedSequence(3)))
    differs = initializer.scheme.random and initializer.stddev(shape) != 0
    assert differs == (not np.array_equal(kernel, initializer(shape, 4)))
    generator = np.random.default_rng(3)
    first, second = initializer(shape, generator), initializer(shape, generator)
    assert differs == (not np.array_equal(first, second))


@every_variant
def test_float32_is_the_float64_draw_rounded(initializer):
    wide = initializer((9, 7), 5, "float64")
    narrow = initializer((9, 7), 5, "float32")
    if initializer.key == "orthogonal":  # is worked out in its own precision
        np.testing.assert_allclose(narrow, wide, rtol=0, atol=63 * np.finfo(np.float32).eps)
    else:
        np.testing.assert_array_equal(narrow, wide.astype(np.float32))


@every_variant
@pytest.mark.parametrize("shape", [(64, 32), (32, 64), (3, 3, 16, 32), (5, 8, 48)], ids=str)
def test_the_measured_spread_is_the_theoretical_one(initializer, shape):
    # Of n independent draws with spread σ and kurtosis κ, the sample's spread has a standard error of about
    # σ √((κ - 1) / 4n). The normal's κ = 3 is the largest here (uniform 1.8, a cut normal less than 3): σ / √2n.
    # `mirrored` draws only half of its weights. `orthogonal`'s squares sum to a constant, so it stays well inside.
    if initializer.key == "identity" and len(shape) != 2:
        return
    spread = initializer.stddev(shape)
    if spread is None:
        assert not initializer.scheme.random  # a draw always has a spread
        return
    weights = np.stack([initializer(shape, seed, "float64") for seed in range(4)])
    if spread == 0:
        assert np.ptp(weights) == 0
        return
    draws = weights.size / 2 if initializer.key == "mirrored" else weights.size
    five_standard_errors = 5 * spread / math.sqrt(2 * draws)
    assert abs(weights.std() - spread) <= five_standard_errors


@every
@given(data=st.data())
def test_the_text_form_reads_back(scheme, data):
    initializer = make(scheme.key, data.draw(some_parameters(scheme)))
    again = get(str(initializer))
    assert again == initializer
    assert hash(again) == hash(initializer)
    assert str(again) == str(initializer)
    assert get(initializer) == initializer


@every
def test_the_plain_key_means_the_defaults(scheme):
    assert str(get(scheme.key)) == scheme.key
    assert get(f"{scheme.key}()") == get(scheme.key)
    assert get(scheme.key).parameters == {p.name: p.default for p in scheme.parameters}


@every
@given(data=st.data())
def test_any_permitted_parameters_give_finite_weights(scheme, data):
    initializer = make(scheme.key, data.draw(some_parameters(scheme)))
    for dtype in ("float32", "float64"):
        assert np.isfinite(initializer((4, 3), 0, dtype)).all()
    spread = initializer.stddev((4, 3))
    assert spread is None or (spread >= 0 and math.isfinite(spread))


@every
def test_values_beyond_a_parameters_range_are_refused_by_name(scheme):
    for parameter in scheme.parameters:
        bad = ["nonsense", None, [], math.nan]
        if parameter.kind is tuple:
            bad += [(), ("x",), (math.nan,), (parameter.high * 2,), (True,), (0.0,) * 1000, 0.5]
        elif parameter.kind is not str:
            bad += [math.inf, parameter.high * 2, parameter.low - 1, True, "0.5x"]
        for value in bad:
            with pytest.raises(ValueError, match=parameter.name):
                make(scheme.key, {parameter.name: value})
    with pytest.raises(ValueError, match="no parameter 'nonsense'"):
        make(scheme.key, {"nonsense": 1})


@every
def test_only_what_fills_one_axis_can_fill_a_bias(scheme):
    initializer = Initializer(scheme.key, make(scheme.key).settings)
    if scheme.least_axes == 1:
        assert initializer((5,), 0).shape == (5,)
    else:
        with pytest.raises(ValueError, match="shape="):
            initializer((5,), 0)
