"""Mean-field theory against closed forms, and against networks so wide that it must hold."""

import math

import numpy as np
import pytest

from nnviz.analysis.depth import meanfield
from nnviz.core import activations

RELU, TANH, LINEAR, SIGMOID = (activations.registry[key] for key in ("relu", "tanh", "linear", "sigmoid"))
WIDTH = 1000


@pytest.mark.parametrize("variance", [1e-6, 0.5, 2.0, 1e6])
def test_moments_of_relu_and_linear_are_the_closed_forms(variance):
    relu, linear = meanfield.moments(RELU, variance), meanfield.moments(LINEAR, variance, 3.0)
    assert relu.mean == pytest.approx(math.sqrt(variance / (2 * math.pi)), rel=1e-12)
    assert relu.square == pytest.approx(variance / 2, rel=1e-12)
    assert (relu.slope, relu.slope_square) == pytest.approx((0.5, 0.5), rel=1e-12)
    assert linear.mean == pytest.approx(3, rel=1e-12)
    assert linear.square == pytest.approx(variance + 9, rel=1e-12)
    assert linear.slope_square == pytest.approx(1, rel=1e-12)


def test_moments_of_relu_with_a_mean_are_cut_where_relu_bends():
    mean, spread = 0.7, 1.3
    density = math.exp(-((mean / spread) ** 2) / 2) / math.sqrt(2 * math.pi)
    share = 0.5 * (1 + math.erf(mean / spread / math.sqrt(2)))
    found = meanfield.moments(RELU, spread**2, mean)
    assert found.mean == pytest.approx(mean * share + spread * density, rel=1e-12)
    assert found.square == pytest.approx((mean**2 + spread**2) * share + mean * spread * density, rel=1e-12)


def test_moments_of_tanh_near_0_follow_its_series():
    q = 1e-3  # E tanh² = q − 2q² + 17q³/3·…, E tanh'² = 1 − 2q + …: the next terms are of order q³ and q²
    found = meanfield.moments(TANH, q)
    assert found.square == pytest.approx(q - 2 * q**2, abs=20 * q**3)
    assert found.slope_square == pytest.approx(1 - 2 * q, abs=20 * q**2)


def test_moments_of_selu_keep_mean_0_and_variance_1():
    found = meanfield.moments(activations.registry["selu"], 1.0)  # Klambauer et al. 2017, by construction
    assert found.mean == pytest.approx(0, abs=1e-6)
    assert found.square == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("key", activations.registry)
@pytest.mark.parametrize("variance", [0.1, 1.0, 50.0])
def test_moments_are_those_of_draws(key, variance):
    activation = activations.registry[key]
    z = math.sqrt(variance) * np.random.default_rng(0).normal(size=200_000)
    values, slopes = np.empty_like(z), np.empty_like(z)
    activation.value(z, values)
    activation.derivative(z, values, slopes)
    found = meanfield.moments(activation, variance)
    for sample, expected in (
        (values, found.mean),
        (values**2, found.square),
        (slopes, found.slope),
        (slopes**2, found.slope_square),
    ):
        assert sample.mean() == pytest.approx(float(expected), abs=5 * sample.std() / math.sqrt(len(z)) + 1e-12)


def test_moments_of_what_is_no_number_are_no_numbers():
    found = meanfield.moments(TANH, np.array([1.0, np.inf, np.nan]))
    assert np.isnan(found.slope).tolist() == [False, True, True]


@pytest.mark.parametrize("correlation", [-1.0, -0.3, 0.0, 0.6, 0.999, 1.0])
def test_pair_moments_of_relu_are_the_arc_cosine_kernels(correlation):
    angle = math.acos(correlation)  # Cho & Saul 2009, Kernel Methods for Deep Learning
    value = meanfield.pair_moment(RELU, (2.0, 8.0), correlation)
    kernel = 4 / (2 * math.pi) * (math.sin(angle) + (math.pi - angle) * correlation)
    assert value == pytest.approx(kernel, abs=1e-10)
    slope = meanfield.pair_moment(RELU, (2.0, 8.0), correlation, slopes=True)
    assert slope == pytest.approx((math.pi - angle) / (2 * math.pi), abs=1e-10)


@pytest.mark.parametrize("key", activations.registry)
def test_a_pair_of_equals_has_the_moments_of_one(key):
    activation = activations.registry[key]
    one = meanfield.moments(activation, 1.7)
    assert meanfield.pair_moment(activation, (1.7, 1.7), 1.0) == pytest.approx(float(one.square), rel=1e-6)
    assert meanfield.pair_moment(activation, (1.7, 1.7), 0.0) == pytest.approx(float(one.mean) ** 2, abs=1e-6)


def test_fixed_points_of_relu():
    weights = np.array([1.0, 1.5, 2.0, 2.0, 3.0])
    found = meanfield.fixed_point(RELU, weights, np.array([0.0, 0.1, 0.0, 0.1, 0.0]))
    assert found[[0, 2]].tolist() == [0, 1]  # dies; at s_w = 2 every variance stays as it is
    assert found[1] == pytest.approx(0.1 / (1 - 0.75), rel=1e-9)
    assert found[3:].tolist() == [math.inf] * 2


@pytest.mark.parametrize(("s_w", "s_b"), [(1.5, 0.0), (1.2, 0.05), (4.0, 0.3)])
def test_fixed_points_of_tanh_stay_when_mapped(s_w, s_b):
    q = float(meanfield.fixed_point(TANH, s_w, s_b))
    assert s_w * meanfield.moments(TANH, q).square + s_b == pytest.approx(q, rel=1e-3)


def test_tanh_dies_up_to_a_weight_variance_of_1():
    assert meanfield.fixed_point(TANH, np.array([0.5, 1.0]), 0.0).max() < 1e-8
    near = 1.02  # s_w q (1 − 2q) = q: to first order q = (s_w − 1) / (2 s_w)
    assert meanfield.fixed_point(TANH, near, 0.0) == pytest.approx((near - 1) / (2 * near), rel=0.05)


def test_chi_of_relu_is_half_the_weight_variance_everywhere():
    for q in (0.0, 1.0, math.inf):
        assert meanfield.chi(RELU, 3.0, q) == pytest.approx(1.5, rel=1e-12)


@pytest.mark.parametrize(("key", "upright"), [("relu", 2.0), ("linear", 1.0), ("leaky_relu", 2 / 1.04)])
def test_the_critical_line_is_upright_where_the_slope_does_not_depend_on_the_size(key, upright):
    weights, biases = meanfield.critical_line(activations.registry[key], 0.7)
    assert weights == pytest.approx([upright] * 2, rel=1e-9)
    assert biases.tolist() == [0, 0.7]


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "elu", "selu"])
def test_on_the_critical_line_chi_is_1(key):
    activation = activations.registry[key]
    weights, biases = meanfield.critical_line(activation, 0.5)
    assert len(weights) > 50
    assert biases.min() >= 0
    assert biases.max() <= 0.5
    for i in (len(weights) // 2, -1):
        q = meanfield.fixed_point(activation, weights[i], biases[i])
        assert meanfield.chi(activation, weights[i], q) == pytest.approx(1, abs=5e-3)


def test_the_critical_line_of_tanh_is_the_papers():
    weights, biases = meanfield.critical_line(TANH, 0.5)
    assert weights[0] == pytest.approx(1, abs=1e-4)  # it starts at (1, 0): Poole et al. 2016
    at = np.interp(0.05, biases, weights)  # Schoenholz et al. 2017, figure 5: s_b = 0.05, s_w about 1.76
    assert at == pytest.approx(1.76, abs=0.02)


def test_depth_scales():
    assert meanfield.depth_scale(np.array([math.exp(-0.5), 1.0, math.e])) == pytest.approx([2, math.inf, 1])


@pytest.mark.parametrize("s_w", [1.2, 3.0])
def test_correlations_settle_at_the_rate_of_their_depth_scale(s_w):
    s_b = 0.05
    here = meanfield.place(TANH, s_w, s_b)
    assert (here.correlation == 1.0) == (here.chi < 1)
    correlation, gaps = 0.5 + here.correlation / 2 if here.chi > 1 else 0.5, []
    for _ in range(60):
        product = meanfield.pair_moment(TANH, (here.variance, here.variance), correlation)
        correlation = (s_w * product + s_b) / (s_w * meanfield.moments(TANH, here.variance).square + s_b)
        gaps.append(abs(correlation - here.correlation))
    rate = gaps[21] / gaps[20]
    assert rate == pytest.approx(math.exp(-1 / here.correlation_depth), rel=0.02)


def test_the_variance_settles_at_the_rate_of_its_depth_scale():
    here = meanfield.place(TANH, 2.0, 0.05)
    q = 1.1 * here.variance
    mapped = 2.0 * meanfield.moments(TANH, q).square + 0.05
    rate = (float(mapped) - here.variance) / (q - here.variance)
    assert rate == pytest.approx(math.exp(-1 / here.variance_depth), rel=0.05)


def test_a_place_where_nothing_settles_has_no_correlation():
    assert math.isnan(meanfield.place(RELU, 1.0, 0.0).correlation)
    assert math.isnan(meanfield.place(RELU, 3.0, 0.1).correlation_depth)
    assert meanfield.place(RELU, 1.0, 0.0).gradient_depth == pytest.approx(1 / math.log(2), rel=1e-9)


@pytest.mark.parametrize(("key", "s_w", "s_b"), [("tanh", 1.5, 0.05), ("relu", 2.0, 0.1), ("sigmoid", 4.0, 0.0)])
def test_the_variance_map_is_that_of_wide_layers(key, s_w, s_b):
    """Over n units the mean square of normal sums has the relative variance 2 / n; that of the answers below has
    (E f⁴ / (E f²)² - 1) / n, which is 5 / n for ReLU and less for what squashes. Each layer adds both."""
    activation = activations.registry[key]
    generator = np.random.default_rng(1)
    networks, layers, q = 12, 3, 1.0
    z = generator.normal(size=(networks, WIDTH))
    for _ in range(layers):
        values = np.empty_like(z)
        activation.value(z, values)
        for network in range(networks):
            z[network] = values[network] @ generator.normal(size=(WIDTH, WIDTH)) * math.sqrt(s_w / WIDTH)
        z += math.sqrt(s_b) * generator.normal(size=z.shape)
        q = s_w * float(meanfield.moments(activation, q).square) + s_b
    assert np.mean(z**2) == pytest.approx(q, rel=4 * math.sqrt(7 * layers / (WIDTH * networks)))
