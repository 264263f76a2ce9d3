"""Renamed and flipped networks are recognised as what they are; the assignment is the best of all there are."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis.solutions.matching import NEAR, SAME, equal_settings, is_odd, is_scaling, match
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.trace import predict
from nnviz.core.training import train


def with_copy(trace, orders, noise=0.0):
    """The trace whose second run is its first with the units of each hidden layer renamed and flipped."""
    kernels = [np.array(kernel) for kernel in trace.kernels]
    biases = [np.array(bias) for bias in trace.biases]
    for kernel in kernels:
        kernel[1] = kernel[0]
    for bias in biases:
        bias[1] = bias[0]
    for layer, (places, signs) in enumerate(orders):
        kernels[layer][1] = kernels[layer][1][..., places] * signs
        biases[layer][1] = biases[layer][1][..., places] * signs
        kernels[layer + 1][1] = kernels[layer + 1][1][:, places] * np.array(signs)[:, None]
    kernels[0][1] += noise
    return replace(trace, kernels=tuple(kernels), biases=tuple(biases))


def trained(**changes):
    return train(Experiment(**{"samples": 80, "epochs": 20, "restarts": 2, "snapshots": 2, **changes}))


def as_vector(layers):
    return np.concatenate([layer.ravel() for layer in layers])


def test_which_activations_are_odd_is_measured():
    odd = {key for key, activation in activations.registry.items() if is_odd(activation)}
    assert odd == {"tanh", "linear"}
    scaling = {key for key, activation in activations.registry.items() if is_scaling(activation)}
    assert scaling == {"relu", "leaky_relu", "linear"}


def test_eight_tanh_units_have_ten_million_equal_settings():
    assert equal_settings((8,), flips=True) == math.factorial(8) * 2**8 == 10_321_920
    assert equal_settings((2, 3), flips=True) == 8 * 48
    assert equal_settings((3,), flips=False) == 6


def test_a_renamed_and_flipped_network_is_the_same():
    places, signs = [2, 0, 3, 1, 5, 4, 6, 7], [1, -1, 1, 1, -1, 1, -1, 1]
    trace = with_copy(trained(), [(places, signs)])
    x = trace.dataset.x_test
    np.testing.assert_allclose(predict(trace, x, run=1), predict(trace, x, run=0), atol=1e-12)
    found = match(trace, 0, 1)
    assert found.before > 1
    assert found.after == 0
    assert (found.kind, found.exact) == ("same", True)
    (layer,) = found.layers
    assert layer.partners == tuple(np.argsort(places))
    assert layer.flipped == tuple(signs[partner] < 0 for partner in layer.partners)
    assert (found.renamed, found.flipped) == (6, 3)
    assert layer.distances == (0.0,) * 8


def test_units_that_cannot_be_flipped_are_renamed_only():
    trace = with_copy(trained(activation="relu"), [([3, 2, 1, 0, 7, 6, 5, 4], [1] * 8)])
    found = match(trace, 0, 1)
    assert found.after == 0
    assert not found.odd
    assert found.scales
    assert (found.renamed, found.flipped) == (8, 0)


def test_a_renamed_network_of_three_layers_is_found_by_coordinate_descent():
    orders = [
        ([4, 3, 2, 1, 0], [1, -1, 1, -1, 1]),
        ([1, 2, 3, 0], [-1, -1, 1, 1]),
        ([2, 0, 1], [1, 1, -1]),
    ]
    found = match(with_copy(trained(hidden=(5, 4, 3)), orders), 0, 1)
    assert found.after == 0
    assert not found.exact
    for layer, (places, _) in zip(found.layers, orders, strict=True):
        assert layer.partners == tuple(np.argsort(places))


def test_nearly_the_same_and_another():
    trace = trained()
    order = [(list(range(8)), [1] * 8)]
    length = match(trace, 0, 0).length
    shift = length / math.sqrt(trace.kernels[0][0, 0].size)  # as long as the network itself
    assert match(with_copy(trace, order, 0.5 * NEAR * shift), 0, 1).kind == "near"
    assert match(with_copy(trace, order, 0.5 * SAME * shift), 0, 1).kind == "same"
    assert match(with_copy(trace, order, 2 * NEAR * shift), 0, 1).kind == "other"
    assert match(trace, 0, 1).kind == "other"


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("seed", range(4))
def test_no_renaming_or_flipping_of_three_units_is_better(activation, seed):
    trace = trained(hidden=(3,), activation=activation, seed=seed)
    found = match(trace, 0, 1)
    mine = as_vector([layer[0] for layer in trace.layers(0, -1)])
    best = min(
        np.linalg.norm(mine - as_vector([layer[0] for layer in renamed(trace, places, signs)]))
        for places in itertools.permutations(range(3))
        for signs in itertools.product(*[(1, -1) if activation == "tanh" else (1,)] * 3)
    )
    assert found.after == pytest.approx(best, rel=1e-12)
    assert found.before == pytest.approx(
        np.linalg.norm(mine - as_vector([layer[0] for layer in trace.layers(1, -1)])), rel=1e-12
    )
    assert found.after <= found.before


def renamed(trace, places, signs):
    first, second = (layer.copy() for layer in trace.layers(1, -1))
    first[0] = first[0][:, places] * np.array(signs)
    second[0, :-1] = second[0, :-1][list(places)] * np.array(signs)[:, None]
    return first, second


def test_without_units_there_is_nothing_to_rename():
    found = match(trained(hidden=()), 0, 1)
    assert found.before == found.after > 0
    assert found.layers == ()


def test_a_diverged_run_has_no_match():
    wild = Experiment(
        hidden=(64,) * 4, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=100.0,
        epochs=3, restarts=2, snapshots=2,
    )  # fmt: skip
    assert match(train(wild), 0, 1) is None
