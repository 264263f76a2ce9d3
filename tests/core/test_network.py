"""The two passes on stacks of networks, against loops over units and rows. (Gradients: test_gradients.py.)"""

import math

import numpy as np
import pytest

from nnviz.core import activations, losses
from nnviz.core.contraction import blas_matmul, exact_matmul
from nnviz.core.network import Network, layer_views, parameter_count, with_ones

SIZES = (3, 4, 2, 1)


def make(sizes=SIZES, runs=2, rows=5, matmul=blas_matmul, dtype="float64", seed=0):
    generator = np.random.default_rng(seed)
    network = Network(
        sizes, activations.registry["tanh"], losses.registry["binary_crossentropy"], runs, rows, dtype, matmul
    )
    parameters = generator.normal(size=(runs, parameter_count(sizes))).astype(dtype)
    x = generator.normal(size=(rows, sizes[0]))
    return network, parameters, x


def test_parameters_are_counted_with_their_biases():
    assert parameter_count(SIZES) == (3 + 1) * 4 + (4 + 1) * 2 + (2 + 1) * 1
    assert parameter_count((5, 3)) == 18


@pytest.mark.parametrize("lead", [(), (6,), (2, 3)])
def test_layers_are_views_that_use_every_parameter_once(lead):
    parameters = np.zeros((*lead, parameter_count(SIZES)))
    views = layer_views(parameters, SIZES)
    assert [view.shape for view in views] == [(*lead, 4, 4), (*lead, 5, 2), (*lead, 3, 1)]
    for view in views:
        view += 1
    assert (parameters == 1).all()


def test_inputs_carry_a_one_for_the_bias():
    x = with_ones(np.array([[2.0, 3.0]]), "float32")
    assert x.tolist() == [[2], [3], [1]]
    assert x.dtype == np.float32


@pytest.mark.parametrize("matmul", [blas_matmul, exact_matmul])
@pytest.mark.parametrize("shared", [True, False])
def test_forward_is_what_a_loop_over_units_gives(matmul, shared):
    network, parameters, x = make(matmul=matmul)
    signal = with_ones(x, "float64")[None]
    logits = network.forward(layer_views(parameters, SIZES), signal if shared else np.repeat(signal, 2, axis=0))
    assert logits.shape == (2, 1, 5)
    for run in range(2):
        layers = layer_views(parameters[run], SIZES)
        for row in range(5):
            values = x[row].tolist()
            for depth, layer in enumerate(layers):
                sums = [math.fsum([*(v * w for v, w in zip(values, u, strict=False)), u[-1]]) for u in layer.T.tolist()]
                values = sums if depth == len(layers) - 1 else [math.tanh(s) for s in sums]
            assert logits[run, 0, row] == pytest.approx(values[0], abs=1e-14)


def test_runs_and_rows_do_not_touch_each_other():
    network, parameters, x = make(runs=3, rows=4)
    signal = np.repeat(with_ones(x, "float64")[None], 3, axis=0)
    before = network.forward(layer_views(parameters, SIZES), signal).copy()
    parameters[1] += 1
    signal[2, :-1, 3] += 1
    after = network.forward(layer_views(parameters, SIZES), signal)
    changed = (before != after)[:, 0]
    assert changed[1].all()
    assert changed[2].tolist() == [False, False, False, True]
    assert not changed[0].any()


def test_the_bias_signal_stays_one_through_many_passes():
    network, parameters, x = make()
    signal, targets = with_ones(x, "float64")[None], np.ones((1, 1, 5))
    layers, gradient = layer_views(parameters, SIZES), np.zeros_like(parameters)
    first = network.forward(layers, signal).copy()
    for _ in range(3):
        network.forward(layers, signal)
        network.backward(layers, signal, targets, layer_views(gradient, SIZES))
    np.testing.assert_array_equal(network.forward(layers, signal), first)
    np.testing.assert_array_equal(with_ones(x, "float64")[None], signal)


def test_rows_weigh_alike():
    """The gradient of many rows is the mean of the gradients of each."""
    network, parameters, x = make(rows=5)
    targets = np.array([0.0, 1, 1, 0, 1])[None, None]

    def gradient(network, rows):
        out = np.zeros_like(parameters)
        signal, layers = with_ones(x[rows], "float64")[None], layer_views(parameters, SIZES)
        network.forward(layers, signal)
        network.backward(layers, signal, targets[:, :, rows], layer_views(out, SIZES))
        return out / network.divisor

    one_row = make(rows=1)[0]
    each = [gradient(one_row, slice(row, row + 1)) for row in range(5)]
    np.testing.assert_allclose(gradient(network, slice(None)), np.mean(each, axis=0), rtol=0, atol=1e-14)
