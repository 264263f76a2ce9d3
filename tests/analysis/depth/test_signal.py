"""Signals through deep networks: against what is known exactly, against the theory, and where numbers end."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.analysis.depth import signal
from nnviz.analysis.depth.signal import SignalSpec, measure
from nnviz.analysis.depth.theory import law, theory
from nnviz.analysis.depth.verdict import factor, signal_numbers, standing, typical, verdict
from nnviz.core import activations, datasets, initializers

QUICK = {"depth": 4, "width": 16, "rows": 32, "seeds": 2}
WIDE = {"width": 512, "rows": 64, "data": "normal", "seeds": 4, "depth": 6}
SIGNIFICANT = 4.0


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"depth": 0}, "depth=0: must be a whole number from 1 to 64"),
        ({"depth": 65}, "depth=65"),
        ({"width": 2.5}, "width=2.5"),
        ({"activation": "swish"}, "activation='swish': must be one of tanh"),
        ({"data": "cats"}, "data='cats': must be one of normal, moons"),
        ({"kernel_initializer": "best"}, "kernel_initializer: initializer='best'"),
        ({"bias_initializer": "orthogonal"}, "bias_initializer='orthogonal': cannot fill a bias"),
        ({"rows": 3}, "rows=3"),
        ({"seeds": 0}, "seeds=0"),
        ({"depth": 64, "width": 512, "seeds": 30}, "depth=64, width=512, rows=128, seeds=30 need"),
    ],
)
def test_what_cannot_be_is_refused_with_field_value_and_what_is_allowed(change, part):
    with pytest.raises(ValueError, match=re.escape(part)):
        SignalSpec(**change)


def test_a_spec_is_a_value():
    assert SignalSpec(kernel_initializer="he_normal") == SignalSpec(kernel_initializer=initializers.get("he_normal"))
    assert len({SignalSpec(), SignalSpec(depth=30)}) == 1


def test_the_same_spec_gives_the_same_bits_and_each_network_is_its_seeds():
    a, b = measure(SignalSpec(**QUICK)), measure(SignalSpec(**QUICK))
    np.testing.assert_array_equal(a.activations, b.activations)
    np.testing.assert_array_equal(a.gradients, b.gradients)
    alone = measure(SignalSpec(**QUICK | {"seeds": 1, "seed": 1}))
    np.testing.assert_array_equal(alone.activations[0], a.activations[1])
    np.testing.assert_array_equal(alone.gradients[0], a.gradients[1])


def test_the_networks_are_those_of_a_training():
    from nnviz.core.experiment import Experiment
    from nnviz.core.trace import hidden_signals
    from nnviz.core.training import train

    spec = SignalSpec(depth=3, width=8, rows=100, data="moons", activation="tanh", seed=5, seeds=1)
    trace = train(
        Experiment(
            hidden=(8,) * 3, samples=200, activation="tanh", kernel_initializer="glorot_uniform", seed=5, epochs=1
        )
    )
    record = measure(spec)
    x = signal.inputs(spec)
    np.testing.assert_array_equal(x, trace.dataset.x_train)
    for layer in range(2):  # a training spawns one child more, for its output; the children before it are the same
        values, _ = hidden_signals(trace, x, snapshot=0)[layer]
        assert record.activations[0, layer + 1] == pytest.approx(values.std(), rel=1e-12)


@pytest.mark.parametrize("key", activations.registry)
def test_gradients_are_right_by_central_differences(key):
    spec = SignalSpec(depth=3, width=4, rows=16, seeds=1, data="moons", activation=key, kernel_initializer="he_normal")
    x = signal.inputs(spec)
    layers = signal._draw(spec, 0, x.shape[1])
    errors = np.random.default_rng(np.random.SeedSequence(0, spawn_key=(spec.depth,))).normal(size=(len(x), 4))
    activation = activations.registry[key]

    def cost(bump, at):
        below = x
        for i, (kernel, bias) in enumerate(layers):
            z = below @ kernel + bias
            z = z + (bump if i == 0 else 0) * at
            below = np.empty_like(z)
            activation.value(z, below)
        return float((below * errors).sum())

    gradient = np.zeros((len(x), 4))
    for row, unit in np.ndindex(gradient.shape):
        at = np.zeros_like(gradient)
        at[row, unit] = 1
        gradient[row, unit] = (cost(1e-6, at) - cost(-1e-6, at)) / 2e-6
    assert measure(spec).gradients[0, 0] == pytest.approx(gradient.std(), rel=1e-5)


def test_orthogonal_linear_layers_keep_every_length_and_angle():
    record = measure(SignalSpec(depth=64, activation="linear", kernel_initializer="orthogonal", data="normal", seeds=2))
    assert record.cosines == pytest.approx(record.cosines[:, :, :1] * np.ones(65), abs=1e-9)
    lengths = np.square(record.preactivations) / np.square(record.preactivations[:, :1])
    assert lengths == pytest.approx(np.ones_like(lengths), rel=0.02)  # the spread is about a mean that rotates
    assert verdict(record).word == "Gets through"


@pytest.mark.parametrize(("key", "rate"), [("he_normal", 1.0), ("glorot_uniform", 0.5), ("pytorch_default", 1 / 6)])
def test_relu_multiplies_the_variance_by_half_the_weight_variance(key, rate):
    """A layer's mean square over n units has a relative variance of 7 / n (see test_meanfield), the same for all rows
    at worst; L layers and S networks make it 7 L / (n S), and the logarithm's spread is its root."""
    record = measure(SignalSpec(**WIDE, kernel_initializer=key))
    found = np.log(np.square(record.preactivations[:, -1] / record.preactivations[:, 0])).mean()
    spread = math.sqrt(7 * 5 / (512 * 4))
    assert found == pytest.approx(5 * math.log(rate), abs=SIGNIFICANT * spread)


@pytest.mark.parametrize(
    ("activation", "kernel", "bias"),
    [
        ("tanh", "glorot_uniform", "zeros"),
        ("tanh", "random_normal(stddev=0.1)", "random_normal(stddev=0.3)"),
        ("relu", "he_uniform", "random_uniform(minval=-0.5, maxval=0.5)"),
        ("elu", "he_uniform", "constant(value=0.2)"),
        ("sigmoid", "glorot_normal", "zeros"),
        ("gelu", "lecun_normal", "zeros"),
        ("selu", "lecun_normal", "zeros"),
        ("tanh", "positive_uniform(high=0.01)", "zeros"),
        ("tanh", "orthogonal", "zeros"),
        ("linear", "mirrored", "zeros"),
    ],
)
def test_theory_holds_in_wide_layers(activation, kernel, bias):
    """Spreads are within 4 relative standard errors, of 7 L / (n S) for a variance, hence half of its root."""
    spec = SignalSpec(**WIDE, activation=activation, kernel_initializer=kernel, bias_initializer=bias)
    record, expected = measure(spec), theory(spec)
    allowed = SIGNIFICANT * 0.5 * math.sqrt(7 * WIDE["depth"] / (WIDE["width"] * WIDE["seeds"]))
    mean = np.sqrt(np.square(record.activations).mean(axis=0))
    assert mean == pytest.approx(expected.activations, rel=allowed)
    assert np.sqrt(np.square(record.preactivations).mean(axis=0)) == pytest.approx(expected.preactivations, rel=allowed)
    if expected.place:  # weights of a mean other than 0 leave nearly all of the gradient to a few rows
        assert np.sqrt(np.square(record.gradients).mean(axis=0)) == pytest.approx(expected.gradients, rel=allowed)
    assert record.cosines.mean(axis=0) == pytest.approx(expected.cosines, abs=SIGNIFICANT / math.sqrt(512))


@pytest.mark.parametrize("key", initializers.registry)
def test_the_law_of_an_initializer_is_that_of_its_draws(key):
    initializer = initializers.get(key)
    found = law(initializer, (200, 200))
    if found is None:
        assert key in ("identity", "ordered", "listed")
        return
    kernel = initializer((200, 200), 0, np.float64)
    # five standard errors; half of the mirrored weights are the other half's opposites
    assert kernel.mean() == pytest.approx(found[0], abs=5 * found[1] / 200)
    assert kernel.std() == pytest.approx(found[1], rel=5 / 200, abs=1e-12)


def test_glorots_table_is_reproduced():
    """Glorot & Bengio 2010's five tanh layers with the standard start; their theory is on normal inputs of spread 1."""
    spec = SignalSpec(
        depth=5, width=512, seeds=2, rows=64, data="normal", activation="tanh", kernel_initializer="pytorch_default"
    )
    assert typical(measure(spec).activations)[1:] == pytest.approx([0.460, 0.249, 0.141, 0.081, 0.047], rel=0.08)


def test_dead_and_saturated_are_shares_as_in_activity():
    dead = measure(SignalSpec(**QUICK, bias_initializer="constant(value=-1000)", activation="relu"))
    assert (dead.dead == 1).all()
    assert (dead.saturated == 0).all()
    flat = measure(SignalSpec(**QUICK, kernel_initializer="random_normal(stddev=1000)", activation="tanh"))
    assert (flat.saturated > 0.95).all()
    assert (flat.dead == 0).all()


def test_overflow_is_data():
    record = measure(SignalSpec(depth=64, width=512, rows=16, seeds=1, kernel_initializer="constant(value=1000)"))
    assert not np.isfinite(record.activations[0, -1])
    said = verdict(record)
    assert said.word == "Explodes"
    assert "it leaves what a number can hold" in str(said)
    expected = theory(record.spec)
    assert not np.isfinite(expected.activations[-1])


def test_nothing_comes_through_zeros():
    said = verdict(measure(SignalSpec(**QUICK, kernel_initializer="zeros")))
    assert said.word == "Lost"
    assert "From layer 1 on all answers are the same" in str(said)


@settings(max_examples=60)
@given(
    st.sampled_from(list(activations.registry)),
    st.sampled_from(list(initializers.registry)),
    st.sampled_from(["zeros", "ones", "random_normal(stddev=1000)"]),
    st.sampled_from(["normal", *datasets.registry]),
    st.integers(1, 6),
    st.integers(1, 9),
)
def test_every_spec_is_measured_and_worded(activation, kernel, bias, data, depth, width):
    spec = SignalSpec(
        activation=activation, kernel_initializer=kernel, bias_initializer=bias, data=data,
        depth=depth, width=width, rows=16, seeds=2,
    )  # fmt: skip
    record, expected = measure(spec), theory(spec)
    said = str(verdict(record))
    assert "nan" not in said
    assert said.endswith(".")
    for table in (signal_numbers(record, expected), standing(expected)):
        assert len({tuple(column) for column in table.values()}) <= 1
    shares = record.histograms.sum(axis=1)
    assert ((np.abs(shares - 1) < 1e-9) | (shares == 0)).all()


@pytest.mark.parametrize(
    ("line", "rate"), [([4.0, 2.0, 1.0], 0.5), ([1.0, 3.0, np.inf], 3.0), ([1.0, 0.1, 0.0], 0.1), ([1.0, 0.0], np.nan)]
)
def test_the_factor_is_taken_as_far_as_numbers_reach(line, rate):
    assert factor(np.array(line)) == pytest.approx(rate, nan_ok=True)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_spreads_of_any_size(scale):
    values = np.random.default_rng(0).normal(size=(50, 4))
    assert signal.stddev(scale * values) == pytest.approx(scale * values.std(), rel=1e-12)


def test_small_positive_numbers_make_all_inputs_alike():
    said = verdict(measure(SignalSpec(activation="tanh", kernel_initializer="positive_uniform")))
    assert "look the same from layer 3 on" in str(said)


def test_the_words_name_the_rate_and_what_is_left():
    halves = verdict(measure(SignalSpec(kernel_initializer="random_normal(stddev=0.0884)", data="normal", width=64)))
    assert "halves each layer" in str(halves)
    assert "1 part in 10⁹ is left" in str(halves) or "1 part in 10¹⁰ is left" in str(halves)


def test_a_pair_is_never_two_equal_rows():
    x = signal.inputs(SignalSpec(data="xor", rows=64))
    pairs = signal.telling_pairs(x)
    assert len(pairs) >= 1
    for a, b in pairs:
        assert not np.array_equal(x[a], x[b])
    assert signal.telling_pairs(np.ones((4, 3))).shape == (0, 2)
